//! From lines to lines: one thread reads, some answer, one writes.

use super::cache::Cache;
use super::line;
use super::lines::{Chunk, Lines};
use super::queue::{Next, Queue};
use crate::check::Options;
use crate::limits::InputLimits;
use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Bytes that documents read before may take.
const REMEMBERED: usize = 160 << 20;
/// Stack of a thread that answers.
const STACK: usize = 8 << 20;
/// How long an answer waits for the next one before it is handed on.
const PATIENCE: Duration = Duration::from_millis(2);

/// How lines are answered.
#[derive(Clone, Debug)]
pub struct Batch {
    /// How questions are asked; a line's own `policyType` wins.
    pub options: Options,
    /// Directory for the certificate of each PASS, if the options have answers keep theirs.
    pub certificates: Option<PathBuf>,
    /// Time for each line.
    pub timeout: Option<Duration>,
    /// Bounds on each document.
    pub limits: InputLimits,
    /// Bytes of one line.
    pub line_bytes: usize,
    /// Threads that answer; one for each processor if absent.
    pub jobs: Option<NonZeroUsize>,
}

/// What became of the lines of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Lines answered PASS.
    pub pass: u64,
    /// Lines answered FAIL.
    pub fail: u64,
    /// Lines answered UNKNOWN.
    pub unknown: u64,
    /// Lines that were errors.
    pub errors: u64,
    /// Bytes of all of them.
    pub bytes: u64,
}

impl Summary {
    /// Lines that were answered.
    pub fn lines(&self) -> u64 {
        [self.pass, self.fail, self.unknown, self.errors].into_iter().fold(0, u64::saturating_add)
    }

    pub(super) fn add(&mut self, other: &Summary) {
        let pairs = [
            (&mut self.pass, other.pass),
            (&mut self.fail, other.fail),
            (&mut self.unknown, other.unknown),
            (&mut self.errors, other.errors),
            (&mut self.bytes, other.bytes),
        ];
        for (sum, more) in pairs {
            *sum = sum.saturating_add(more);
        }
    }
}

/// The answers to a few lines that follow one another.
struct Answers {
    text: Vec<u8>,
    summary: Summary,
}

impl Batch {
    /// Answers every line of `input`, in order; `progress` is told from time to time what became of the lines so far. Answers are
    /// handed on as soon as nothing more is waiting to be answered, or the next one takes long.
    ///
    /// # Errors
    /// Only those of reading and writing. A thread may go on waiting for input after an error of writing.
    ///
    /// ```
    /// use iamsat::batch::Batch;
    /// let batch = Batch {
    ///     options: Default::default(), certificates: None, timeout: None, limits: Default::default(), line_bytes: 1 << 20,
    ///     jobs: None,
    /// };
    /// let mut answers = Vec::new();
    /// let summary = batch.run("not JSON\n".as_bytes(), &mut answers, &mut |_| {}).unwrap();
    /// assert_eq!((summary.lines(), summary.errors), (1, 1));
    /// assert!(answers.starts_with(br#"{"id":null,"error":"#));
    /// ```
    pub fn run(
        &self,
        input: impl Read + Send + 'static,
        output: &mut dyn Write,
        progress: &mut dyn FnMut(&Summary),
    ) -> std::io::Result<Summary> {
        let queue = Arc::new(Queue::default());
        let workers = rayon::ThreadPoolBuilder::new()
            .num_threads(self.jobs.map_or(0, NonZeroUsize::get))
            .thread_name(|number| format!("answers-{number}"))
            .stack_size(STACK)
            .build()
            .map_err(std::io::Error::other)?;
        let reader = Reader { batch: Arc::new(self.clone()), queue: Arc::clone(&queue), workers };
        // Not joined: it may wait for input that nobody needs any more.
        std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
            let result = reader.read(input);
            reader.queue.end(result);
        })?;
        let result = write(&queue, output, progress);
        queue.close();
        result
    }
}

/// Hands lines to workers.
struct Reader {
    batch: Arc<Batch>,
    queue: Arc<Queue<Answers>>,
    workers: rayon::ThreadPool,
}

impl Reader {
    fn read(&self, input: impl Read) -> std::io::Result<()> {
        let cache = Arc::new(Cache::new(REMEMBERED));
        let mut lines = Lines::new(input, self.batch.line_bytes);
        while let Some(chunk) = lines.next()? {
            let Some(place) = self.queue.place(chunk.bytes()) else { break };
            let (batch, cache, queue) =
                (Arc::clone(&self.batch), Arc::clone(&cache), Arc::clone(&self.queue));
            self.workers.spawn_fifo(move || {
                let answers = answers(&batch, &cache, &chunk);
                let bytes = answers.text.len();
                queue.fill(place, chunk.bytes(), answers, bytes);
            });
        }
        Ok(())
    }
}

fn answers(batch: &Batch, cache: &Cache, chunk: &Chunk) -> Answers {
    let mut answers = Answers { text: Vec::new(), summary: Summary::default() };
    for (number, line) in chunk.lines() {
        let counted = line::answer(batch, cache, line, number, &mut answers.text);
        answers.summary.add(&counted);
        answers.text.push(b'\n');
    }
    answers
}

fn write(
    queue: &Queue<Answers>,
    output: &mut dyn Write,
    progress: &mut dyn FnMut(&Summary),
) -> std::io::Result<Summary> {
    let mut summary = Summary::default();
    let mut patience = None;
    loop {
        match queue.next(patience) {
            Next::Filled(answers) => {
                output.write_all(&answers.text)?;
                summary.add(&answers.summary);
                progress(&summary);
                patience = Some(PATIENCE);
            }
            Next::Waiting => {
                output.flush()?;
                patience = None;
            }
            Next::End(result) => {
                output.flush()?;
                return result.map(|()| summary);
            }
        }
    }
}

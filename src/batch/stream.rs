//! Answers a stream of lines: one thread reads, several answer, one writes.

use super::config::{Batch, RunError, Summary};
use super::line;
use super::lines::{Chunk, Lines};
use super::queue::{Next, Queue};
use crate::surface::{Cache, isolated};
use std::io::{Read, Write};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

/// The number of bytes for the cache of documents.
const REMEMBERED: usize = 160 << 20;
/// The stack size of an answering thread.
const STACK: usize = 8 << 20;
/// How long an answer waits for the next one before it is passed on.
const PATIENCE: Duration = Duration::from_millis(2);

/// The answers to a few consecutive lines.
struct Answers {
    text: Vec<u8>,
    summary: Summary,
}

impl Batch {
    /// Answers every line of `input`, in order; `progress` receives the outcome so far from time to time. Answers are passed on
    /// as soon as no query is waiting, or if the next one takes long.
    ///
    /// # Errors Errors of reading and writing, and internal errors that do not belong to one line. A thread may still wait for
    /// input after an error.
    ///
    /// ```
    /// use iamsat::batch::Batch;
    /// let batch = Batch::default();
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
    ) -> Result<Summary, RunError> {
        let queue = Arc::new(Queue::default());
        let workers = rayon::ThreadPoolBuilder::new()
            .num_threads(self.jobs.map_or(0, NonZeroUsize::get))
            .thread_name(|number| format!("answers-{number}"))
            .stack_size(STACK)
            .build()
            .map_err(std::io::Error::other)?;
        let reader = Reader { batch: Arc::new(self.clone()), queue: Arc::clone(&queue), workers };
        // The thread is not joined, because it may wait for input that nobody needs any more.
        std::thread::Builder::new().name("reader".to_owned()).spawn(move || {
            match isolated(|| reader.read(input)) {
                Ok(result) => reader.queue.end(result.map_err(RunError::Io)),
                Err(failure) => reader.queue.fail(failure),
            }
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
                let done = isolated(|| {
                    let answers = answers(&batch, &cache, &chunk);
                    let bytes = answers.text.len();
                    queue.fill(place, chunk.bytes(), answers, bytes);
                });
                // The writer would wait forever for a place that is never filled.
                if let Err(failure) = done {
                    queue.fail(failure);
                }
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
) -> Result<Summary, RunError> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::surface::injection::break_after;

    #[test]
    fn a_broken_invariant_is_the_error_of_its_line_and_the_next_is_answered() {
        let batch = Batch {
            options: Default::default(),
            certificates: None,
            files: None,
            timeout: None,
            limits: Default::default(),
            line_bytes: 1 << 20,
            jobs: None,
        };
        let question = |id: u8| {
            let policy = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
            format!(
                r#"{{"id":{id},"check":"check-no-new-access","newPolicyDocument":{policy},"existingPolicyDocument":{policy}}}"#
            )
        };
        let text = [question(1), question(2), question(3), String::new()].join("\n");
        let run = || {
            let cache = Cache::new(REMEMBERED);
            let mut lines = Lines::new(text.as_bytes(), batch.line_bytes);
            let (mut summary, mut written) = (Summary::default(), String::new());
            while let Some(chunk) = lines.next().unwrap() {
                let answers = answers(&batch, &cache, &chunk);
                summary.add(&answers.summary);
                written.push_str(std::str::from_utf8(&answers.text).unwrap());
            }
            (summary, written.lines().map(str::to_owned).collect::<Vec<_>>())
        };
        let (sound, expected) = run();
        assert_eq!((sound.pass, sound.errors), (3, 0));
        // Each line has three jobs: reading it, answering it, and checking the answer.
        for (others, id) in [(3, "null"), (4, "2"), (5, "2")] {
            break_after(others);
            let (summary, found) = run();
            assert_eq!((summary.pass, summary.errors), (2, 1), "{found:?}");
            assert_eq!((&found[0], &found[2]), (&expected[0], &expected[2]));
            let start = format!(r#"{{"id":{id},"error":{{"code":"InternalServerException""#);
            assert!(found[1].starts_with(&start), "{}", found[1]);
            assert!(found[1].ends_with(r#""line":2}}"#), "{}", found[1]);
            assert!(!found[1].contains("PASS"));
        }
    }

    #[test]
    fn a_fault_that_is_not_of_one_line_ends_the_run() {
        let queue: Queue<Answers> = Queue::default();
        queue.place(1).unwrap();
        queue.fail(isolated(|| crate::index::broken("the test injects a fault")).unwrap_err());
        queue.end(Ok(()));
        let mut output = Vec::new();
        let ended = write(&queue, &mut output, &mut |_| {}).unwrap_err();
        assert!(matches!(ended, RunError::Internal(_)), "{ended}");
        assert!(output.is_empty());
        assert_eq!(queue.place(1), None);
    }
}

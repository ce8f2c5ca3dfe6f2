//! The queue between the reader, the workers and the writer. Answers leave in the order of the queries, and the reader waits
//! while too much is held.

use super::config::RunError;
use crate::index::broken;
use crate::report::Failure;
use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::sync::{Condvar, LockResult, Mutex, MutexGuard};
use std::time::Duration;

/// The largest number of groups of lines in progress: this many can wait behind one that takes long.
const MOST_WAITING: usize = 1024;
/// The total number of bytes of queries in progress and of waiting answers; a single group may have more.
const MOST_HELD: usize = 32 << 20;
/// A reader that does not wait may fill all of the room.
const ALL: NonZeroUsize = NonZeroUsize::MIN;
/// A waiting reader continues once at most one half of the groups and bytes is left, because waking it costs more than reading.
const RESUME: NonZeroUsize = NonZeroUsize::new(2).unwrap();

/// A sequence of places, each of which will be filled.
#[derive(Debug)]
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    /// Signals that something left the queue, or that it was closed.
    room: Condvar,
    /// Signals that the first place was filled, or that there will be no more places.
    ready: Condvar,
}

#[derive(Debug)]
struct State<T> {
    /// The value in each place, with its number of bytes.
    places: VecDeque<Option<(T, usize)>>,
    /// The number of the first place.
    first: u64,
    held: usize,
    end: Option<Result<(), RunError>>,
    closed: bool,
    /// True if the reader waits for room. It is notified only then, because notifying costs a system call.
    reader_waits: bool,
    /// True if the writer waits for the first place.
    writer_waits: bool,
}

impl<T> State<T> {
    /// True if there is room for this many more bytes; for a waiting reader, only if there is plenty.
    fn has_room(&self, bytes: usize, share: NonZeroUsize) -> bool {
        let fits = self.held == 0 || self.held + bytes <= MOST_HELD / share;
        self.closed || (fits && self.places.len() < MOST_WAITING / share)
    }

    /// True if a waiting reader may go on.
    fn reader_has_room(&self) -> bool {
        self.reader_waits && self.has_room(0, RESUME)
    }

    /// True if the writer has something to do.
    fn is_ready(&self) -> bool {
        match self.places.front() {
            Some(place) => place.is_some(),
            None => self.end.is_some(),
        }
    }
}

/// The state that a writer finds.
#[derive(Debug)]
pub(super) enum Next<T> {
    /// The value in the next place.
    Filled(T),
    /// It is not filled yet.
    Waiting,
    /// There is none.
    End(Result<(), RunError>),
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        let state = State {
            places: VecDeque::new(),
            first: 0,
            held: 0,
            end: None,
            closed: false,
            reader_waits: false,
            writer_waits: false,
        };
        Queue { state: Mutex::new(state), room: Condvar::new(), ready: Condvar::new() }
    }
}

/// Returns the guard of a lock. A thread that panicked while holding the lock ends the run by [`Queue::fail`], which needs the
/// lock too.
fn held<G>(result: LockResult<G>) -> G {
    match result {
        Ok(guard) => guard,
        Err(poisoned) => poisoned.into_inner(),
    }
}

impl<T> Queue<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        held(self.state.lock())
    }

    /// Takes the next place, for a query of this many bytes, as soon as there is room; `None` once the queue is closed.
    pub(super) fn place(&self, bytes: usize) -> Option<u64> {
        let mut state = self.state();
        if !state.has_room(bytes, ALL) {
            state.reader_waits = true;
            let full = |state: &mut State<T>| !state.has_room(bytes, RESUME);
            state = held(self.room.wait_while(state, full));
            state.reader_waits = false;
        }
        if state.closed {
            return None;
        }
        state.held += bytes;
        let place = state.first + state.places.len() as u64;
        state.places.push_back(None);
        Some(place)
    }

    /// Fills a place, whose query had `question` bytes, with a value of `bytes` bytes.
    pub(super) fn fill(&self, place: u64, question: usize, filling: T, bytes: usize) {
        let mut state = self.state();
        if state.closed {
            return;
        }
        let index = (place - state.first) as usize;
        match state.places.get_mut(index) {
            Some(slot @ None) => *slot = Some((filling, bytes)),
            Some(Some(_)) | None => broken("a place is filled once"),
        }
        state.held = state.held - question + bytes;
        let (writer, reader) = (state.writer_waits && state.is_ready(), state.reader_has_room());
        drop(state);
        if writer {
            self.ready.notify_one();
        }
        // A query is usually larger than its answer.
        if reader {
            self.room.notify_one();
        }
    }

    /// There will be no more places.
    pub(super) fn end(&self, result: Result<(), RunError>) {
        let mut state = self.state();
        // The first end is reported: the end of the input does not hide a failure.
        if state.end.is_none() {
            state.end = Some(result);
        }
        drop(state);
        self.ready.notify_one();
    }

    /// Ends the run at once, because a place will never be filled.
    pub(super) fn fail(&self, failure: Failure) {
        let mut state = self.state();
        state.closed = true;
        state.places.clear();
        state.end = Some(Err(RunError::Internal(failure)));
        drop(state);
        self.ready.notify_one();
        self.room.notify_one();
    }

    /// Closes the queue: nothing is taken from it any more.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.room.notify_one();
    }

    /// Returns the value in the next place. With `patience`, waits for it that long while someone works on it, and not at all if
    /// nobody does.
    pub(super) fn next(&self, patience: Option<Duration>) -> Next<T> {
        let unfilled = |state: &mut State<T>| !state.is_ready();
        let mut state = self.state();
        state.writer_waits = true;
        let mut state = match patience {
            Some(_) if state.places.is_empty() => state,
            Some(time) => held(self.ready.wait_timeout_while(state, time, unfilled)).0,
            None => held(self.ready.wait_while(state, unfilled)),
        };
        state.writer_waits = false;
        match state.places.pop_front() {
            Some(Some((filling, bytes))) => {
                state.first += 1;
                state.held -= bytes;
                let reader = state.reader_has_room();
                drop(state);
                if reader {
                    self.room.notify_one();
                }
                Next::Filled(filling)
            }
            Some(None) => {
                state.places.push_front(None);
                Next::Waiting
            }
            None => state.end.take().map_or(Next::Waiting, Next::End),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const NOW: Option<Duration> = Some(Duration::ZERO);

    #[test]
    fn what_is_filled_out_of_order_leaves_in_order() {
        let queue = Queue::default();
        let [a, b] = [queue.place(1).unwrap(), queue.place(1).unwrap()];
        queue.fill(b, 1, "b", 1);
        assert!(matches!(queue.next(NOW), Next::Waiting));
        queue.fill(a, 1, "a", 1);
        queue.end(Ok(()));
        let left: Vec<_> = std::iter::from_fn(|| match queue.next(None) {
            Next::Filled(letter) => Some(letter),
            Next::Waiting | Next::End(_) => None,
        })
        .collect();
        assert_eq!(left, ["a", "b"]);
    }

    #[test]
    fn the_reader_waits_for_room_and_stops_when_nobody_takes_anything() {
        let queue = Arc::new(Queue::default());
        // A query of more bytes than the limit goes alone.
        let first = queue.place(2 * MOST_HELD).unwrap();
        let reader = Arc::clone(&queue);
        let waiting = std::thread::spawn(move || (reader.place(1), reader.place(MOST_HELD)));
        std::thread::sleep(Duration::from_millis(20));
        assert_eq!(queue.state().places.len(), 1);
        queue.fill(first, 2 * MOST_HELD, "", 0);
        while queue.state().places.len() < 2 {
            std::thread::yield_now();
        }
        queue.close();
        let (second, third) = waiting.join().unwrap();
        assert_eq!((second, third), (Some(1), None));
    }
}

//! Runs the jobs of one answer, or of several inputs, on several threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack size of a thread: that of the main one.
const STACK: usize = 8 << 20;

/// Up to this many jobs are run one after the other: a thread costs about as much.
const FEW: usize = 3;

/// Runs the jobs with the numbers below a count, each once. Every processor has a thread; the caller's is one of them.
pub(super) fn run_jobs(count: usize, job: &(dyn Fn(usize) + Sync)) {
    run(count, if count <= FEW { 1 } else { processors() }, job);
}

/// Returns the number of processors. A system that does not tell how many it has gets one thread.
fn processors() -> usize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).get()
}

/// Runs jobs on this many threads, the caller's being one of them.
fn run(count: usize, threads: usize, job: &(dyn Fn(usize) + Sync)) {
    if threads < 2 {
        return (0..count).for_each(job);
    }
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            job(number);
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // Without a thread more, those that run do its work.
            let _ = thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        }
        work();
    });
}

/// Does a job for every input and returns the outcomes in the order of the inputs. The number of threads is that of the processors
/// if `jobs` is absent; one input, or one thread, needs no other thread than the caller's.
#[cfg(feature = "cli")]
pub(crate) fn each<I: Sync, T: Send>(
    inputs: &[I],
    jobs: Option<NonZeroUsize>,
    job: impl Fn(&I) -> T + Sync,
) -> Vec<T> {
    use crate::index::guaranteed;
    use std::sync::{Mutex, PoisonError};
    let threads = jobs.map_or_else(processors, NonZeroUsize::get).min(inputs.len());
    let outcomes: Vec<Mutex<Option<T>>> = inputs.iter().map(|_| Mutex::new(None)).collect();
    run(inputs.len(), threads, &|number| {
        if let (Some(input), Some(place)) = (inputs.get(number), outcomes.get(number)) {
            let outcome = job(input);
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
        }
    });
    // A job that panics ends the caller too.
    let outcome = |place: Mutex<Option<T>>| place.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcomes.into_iter().map(|place| guaranteed(outcome(place), "each input has its job")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_job_is_run_once() {
        for count in [0, 1, 3, 4, 500] {
            let runs: Vec<AtomicUsize> = (0..count).map(|_| AtomicUsize::new(0)).collect();
            run_jobs(count, &|number| {
                runs[number].fetch_add(1, Ordering::Relaxed);
            });
            assert!(runs.iter().all(|runs| runs.load(Ordering::Relaxed) == 1), "{count}");
        }
    }

    #[test]
    #[cfg(feature = "cli")]
    fn outcomes_keep_the_order_of_the_inputs() {
        let inputs: Vec<usize> = (0..200).collect();
        for jobs in [1, 2, 7, 500] {
            // Early inputs take longest.
            let job = |number: &usize| {
                thread::sleep(std::time::Duration::from_micros(200_u64.saturating_sub(*number as u64)));
                number * 2
            };
            let outcomes = each(&inputs, NonZeroUsize::new(jobs), job);
            assert!(outcomes.iter().zip(&inputs).all(|(outcome, input)| *outcome == input * 2), "{jobs}");
            assert_eq!(outcomes.len(), inputs.len());
        }
        assert!(each(&[] as &[u8], None, |_| ()).is_empty());
    }

    #[test]
    #[cfg(feature = "cli")]
    fn a_panic_of_a_thread_is_one_of_the_caller() {
        let broken = || each(&[1, 2, 3], NonZeroUsize::new(2), |number| assert_ne!(*number, 2));
        assert!(std::panic::catch_unwind(broken).is_err());
    }
}

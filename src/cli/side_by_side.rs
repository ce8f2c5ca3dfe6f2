//! Judges inputs on several threads.

use crate::report::Failure;
use std::io;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack size of a thread: that of the main one.
const STACK: usize = 8 << 20;

/// Does a job for every input and returns the outcomes in the order of the inputs. The number of threads is that of the processors
/// if `jobs` is absent; one input, or one thread, needs no other thread than the caller's.
///
/// # Errors
/// The system has no threads.
pub(crate) fn each<I: Sync, T: Send>(
    inputs: &[I],
    jobs: Option<NonZeroUsize>,
    job: impl Fn(&I) -> T + Sync,
) -> Result<Vec<T>, Failure> {
    // A system that does not tell how many processors it has gets one thread.
    let processors = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let threads = jobs.unwrap_or_else(processors).get().min(inputs.len());
    if threads < 2 {
        return Ok(inputs.iter().map(job).collect());
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let place = next.fetch_add(1, Ordering::Relaxed);
            let Some(input) = inputs.get(place) else { return done };
            done.push((place, job(input)));
        }
    };
    let outcomes = thread::scope(|scope| {
        let spawn = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work);
        let workers = (0..threads).map(spawn).collect::<Result<Vec<_>, _>>()?;
        let mut outcomes = Vec::with_capacity(inputs.len());
        for worker in workers {
            match worker.join() {
                Ok(done) => outcomes.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(outcomes)
    });
    let mut outcomes = outcomes
        .map_err(|error: io::Error| Failure::validation(format!("could not start a thread: {error}")))?;
    outcomes.sort_unstable_by_key(|(place, _)| *place);
    Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_keep_the_order_of_the_inputs() {
        let inputs: Vec<usize> = (0..200).collect();
        for jobs in [1, 2, 7, 500] {
            // Early inputs take longest.
            let job = |number: &usize| {
                thread::sleep(std::time::Duration::from_micros(200_u64.saturating_sub(*number as u64)));
                number * 2
            };
            let outcomes = each(&inputs, NonZeroUsize::new(jobs), job).unwrap();
            assert!(outcomes.iter().zip(&inputs).all(|(outcome, input)| *outcome == input * 2), "{jobs}");
            assert_eq!(outcomes.len(), inputs.len());
        }
        assert!(each(&[] as &[u8], None, |_| ()).unwrap().is_empty());
    }

    #[test]
    fn a_panic_of_a_thread_is_one_of_the_caller() {
        let broken = || each(&[1, 2, 3], NonZeroUsize::new(2), |number| assert_ne!(*number, 2));
        assert!(std::panic::catch_unwind(broken).is_err());
    }
}

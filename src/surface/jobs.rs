//! Runs the jobs of one answer on several threads.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// The stack size of a thread: that of the main one.
const STACK: usize = 8 << 20;

/// Up to this many jobs are run one after the other: a thread costs about as much.
const FEW: usize = 3;

/// Runs the jobs with the numbers below a count, each once. Every processor has a thread; the caller's is one of them.
pub(super) fn run_jobs(count: usize, job: &(dyn Fn(usize) + Sync)) {
    // A system that does not tell how many processors it has gets one thread.
    let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN).get();
    if count <= FEW || threads == 1 {
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
}

//! The analyzers that clients made.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The most analyzers that are kept. AWS allows fewer.
pub(super) const MOST: usize = 100;

/// Names and times.
#[derive(Debug, Default)]
pub(super) struct Analyzers(Mutex<Vec<(String, String)>>);

/// The reason why an analyzer is not made.
pub(super) enum NotMade {
    /// One with this name exists.
    Exists,
    /// There are as many as are kept.
    TooMany,
}

impl Analyzers {
    fn kept(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        // A panic cannot leave the list in an invalid state.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists all, each with its time.
    pub(super) fn all(&self) -> Vec<(String, String)> {
        self.kept().clone()
    }

    /// Returns the time at which an analyzer was made.
    pub(super) fn time(&self, name: &str) -> Option<String> {
        self.kept().iter().find(|(own, _)| own == name).map(|(_, time)| time.clone())
    }

    /// Makes an analyzer.
    pub(super) fn make(&self, name: &str, time: &str) -> Result<(), NotMade> {
        let mut kept = self.kept();
        if kept.iter().any(|(own, _)| own == name) {
            return Err(NotMade::Exists);
        }
        if kept.len() == MOST {
            return Err(NotMade::TooMany);
        }
        kept.push((name.to_owned(), time.to_owned()));
        Ok(())
    }
}

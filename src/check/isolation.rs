//! Isolates panics: a broken invariant ends one check, and never in a PASS or FAIL.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a job and catches its panic.
///
/// # Errors
/// The message of the panic that ended it.
pub(crate) fn caught<T>(job: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(job)).map_err(|panic| match panic.downcast::<String>() {
        Ok(message) => *message,
        Err(panic) => match panic.downcast_ref::<&str>() {
            Some(message) => (*message).to_owned(),
            None => "a panic without a message".to_owned(),
        },
    })
}

//! Checks advice by one more query about the resulting policy.

use crate::check::{Answer, Options};
use crate::policy::Read;
use crate::surface::answered;

/// The number of bytes of policies up to which advice is checked; AWS's limits on policies are lower.
pub(super) const MOST_CHECKED: usize = 1 << 16;

/// True if the policies are small enough for one more query for each advice.
pub(super) fn is_cheap<'r>(reads: impl Iterator<Item = &'r Read>) -> bool {
    reads.map(|read| read.source.text().len()).sum::<usize>() <= MOST_CHECKED
}

/// Returns the answer to one more query, without a certificate; `None` after an internal error, which leaves the advice
/// unchecked.
pub(super) fn once(options: &Options, ask: impl FnOnce(&Options) -> Answer) -> Option<Answer> {
    let options = Options { certificate: false, certify: false, ..options.clone() };
    answered(|| ask(&options)).ok()
}

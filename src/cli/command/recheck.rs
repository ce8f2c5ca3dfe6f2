//! Advice is checked by one more query about the policy that it leads to.

use crate::check::{Answer, Options};
use crate::policy::Read;
use crate::surface::answered;

/// Bytes of policies for which advice is checked; AWS's limits on policies are below it.
const MOST_CHECKED: usize = 1 << 16;

/// True if the policies are small enough for one more query about each advice.
pub(super) fn is_cheap<'r>(reads: impl Iterator<Item = &'r Read>) -> bool {
    reads.map(|read| read.source.text().len()).sum::<usize>() <= MOST_CHECKED
}

/// The answer to one more query, without a certificate; `None` after a fault of this program, which leaves advice unchecked.
pub(super) fn once(options: &Options, ask: impl FnOnce(&Options) -> Answer) -> Option<Answer> {
    let options = Options { certificate: false, certify: false, ..options.clone() };
    answered(|| ask(&options)).ok()
}

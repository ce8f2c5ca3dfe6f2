//! A page about every code: what it says, an example, what to do. The pages stand in `docs/codes`.

use crate::code::Code;

/// The code with this name, if it has a page.
///
/// ```
/// use iamsat::report::page;
/// assert!(page("duplicate-key").unwrap().page().starts_with("# duplicate-key"));
/// assert_eq!(page("no-such-code"), None);
/// ```
pub fn page(code: &str) -> Option<Code> {
    Code::parse(code)
}

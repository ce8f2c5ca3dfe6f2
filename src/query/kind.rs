//! The kinds of checks.

/// A kind of check.
///
/// ```
/// use iamsat::query::CheckKind;
/// assert!(CheckKind::ALL.iter().all(|check| CheckKind::parse(check.name()) == Some(*check)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CheckKind {
    /// Does a policy allow what another does not?
    NoNewAccess,
    /// Does a policy allow what is listed?
    AccessNotGranted,
    /// Does a set of policies allow a request with these properties?
    Find,
    /// Does a policy let outsiders in?
    NoPublicAccess,
}

impl CheckKind {
    /// All of them.
    pub const ALL: [CheckKind; 4] =
        [CheckKind::NoNewAccess, CheckKind::AccessNotGranted, CheckKind::Find, CheckKind::NoPublicAccess];

    /// Returns the name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CheckKind::NoNewAccess => "check-no-new-access",
            CheckKind::AccessNotGranted => "check-access-not-granted",
            CheckKind::Find => "find",
            CheckKind::NoPublicAccess => "check-no-public-access",
        }
    }

    /// Returns the kind with this name.
    pub fn parse(name: &str) -> Option<CheckKind> {
        CheckKind::ALL.into_iter().find(|check| check.name() == name)
    }
}

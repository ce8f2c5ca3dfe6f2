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
    /// Asks if a policy allows a request that another one does not.
    NoNewAccess,
    /// Asks if a policy allows listed access.
    AccessNotGranted,
    /// Asks if a set of policies allows a request with given properties.
    Find,
    /// Asks if a policy lets outsiders in.
    NoPublicAccess,
    /// Asks if all layers together allow a request with given properties.
    Can,
}

impl CheckKind {
    /// All of them.
    pub const ALL: [CheckKind; 5] = [
        CheckKind::NoNewAccess,
        CheckKind::AccessNotGranted,
        CheckKind::Find,
        CheckKind::NoPublicAccess,
        CheckKind::Can,
    ];

    /// Returns the name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            CheckKind::NoNewAccess => "check-no-new-access",
            CheckKind::AccessNotGranted => "check-access-not-granted",
            CheckKind::Find => "find",
            CheckKind::NoPublicAccess => "check-no-public-access",
            CheckKind::Can => "can",
        }
    }

    /// Returns the kind with this name.
    pub fn parse(name: &str) -> Option<CheckKind> {
        CheckKind::ALL.into_iter().find(|check| check.name() == name)
    }
}

//! The messages of AWS's checks, word for word, and our own where AWS has none.
//!
//! Sources: the examples of the AWS CLI and of the API reference for CheckNoNewAccess, CheckAccessNotGranted
//! and CheckNoPublicAccess.

use crate::policy::{Access, ResourceType};
use crate::query::CheckKind;

/// Which lists were given to check-access-not-granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lists {
    /// True if any actions were listed.
    pub actions: bool,
    /// True if any resources were listed.
    pub resources: bool,
}

impl Lists {
    /// Returns the lists that these entries have.
    pub fn of(access: &[Access]) -> Lists {
        Lists {
            actions: access.iter().any(|a| !a.actions.is_empty()),
            resources: access.iter().any(|a| !a.resources.is_empty()),
        }
    }
}

/// A check that AWS has too, with the data that its messages depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AwsCheck {
    /// check-no-new-access.
    NoNewAccess,
    /// check-access-not-granted, with the lists that were given.
    AccessNotGranted(Lists),
    /// check-no-public-access, for a resource of this type.
    NoPublicAccess(ResourceType),
}

const NO_NEW_PASS: &str =
    "The modified permissions do not grant new access compared to your existing policy.";
const NO_NEW_FAIL: &str = "The modified permissions grant new access compared to your existing policy.";
const DENIES_LESS: &str = "The modified policy denies less than your existing policy.";
const NOT_GRANTED_PASS: &str =
    "The policy document does not grant access to perform the listed actions or resources.";
const NOT_GRANTED_ACTIONS: &str =
    "The policy document grants access to perform one or more of the listed actions.";
const NOT_GRANTED_RESOURCES: &str =
    "The policy document grants access to one or more of the listed resources.";
const NOT_GRANTED_BOTH: &str = "The policy document grants access to one or more listed resources to perform one or more listed actions.";
const NO_PUBLIC_PASS: &str = "The resource policy does not grant public access for the given resource type.";
const NO_PUBLIC_FAIL: &str = "The resource policy grants public access for the given resource type.";
const NO_PUBLIC_UNKNOWN: &str =
    "It could not be decided whether the resource policy grants public access for the given resource type.";
const NO_NEW_UNKNOWN: &str = "It could not be decided whether the modified permissions grant new access compared to your existing policy.";
const NOT_GRANTED_UNKNOWN: &str =
    "It could not be decided whether the policy document grants the listed access.";

impl AwsCheck {
    /// Returns the kind of check.
    pub fn kind(self) -> CheckKind {
        match self {
            AwsCheck::NoNewAccess => CheckKind::NoNewAccess,
            AwsCheck::AccessNotGranted(_) => CheckKind::AccessNotGranted,
            AwsCheck::NoPublicAccess(_) => CheckKind::NoPublicAccess,
        }
    }

    /// Returns AWS's message for PASS.
    pub fn pass_message(self) -> &'static str {
        match self {
            AwsCheck::NoNewAccess => NO_NEW_PASS,
            AwsCheck::AccessNotGranted(_) => NOT_GRANTED_PASS,
            AwsCheck::NoPublicAccess(_) => NO_PUBLIC_PASS,
        }
    }

    /// Returns AWS's message for FAIL.
    pub fn fail_message(self) -> &'static str {
        match self {
            AwsCheck::NoNewAccess => NO_NEW_FAIL,
            AwsCheck::AccessNotGranted(Lists { actions: true, resources: true }) => NOT_GRANTED_BOTH,
            AwsCheck::AccessNotGranted(Lists { actions: false, .. }) => NOT_GRANTED_RESOURCES,
            AwsCheck::AccessNotGranted(_) => NOT_GRANTED_ACTIONS,
            AwsCheck::NoPublicAccess(_) => NO_PUBLIC_FAIL,
        }
    }

    /// Returns the message for UNKNOWN, which AWS's checks do not have.
    pub fn unknown_message(self) -> &'static str {
        match self {
            AwsCheck::NoNewAccess => NO_NEW_UNKNOWN,
            AwsCheck::AccessNotGranted(_) => NOT_GRANTED_UNKNOWN,
            AwsCheck::NoPublicAccess(_) => NO_PUBLIC_UNKNOWN,
        }
    }

    /// Returns the message for a FAIL because the new policy denies less, which AWS's checks do not have.
    pub fn denies_less_message() -> &'static str {
        DENIES_LESS
    }

    /// Returns the description of a Deny statement of the existing policy that is a reason for FAIL.
    pub fn denies_less_reason(index: usize, sid: Option<&str>) -> String {
        match sid {
            Some(sid) => format!("Less is denied than by the existing statement with sid: {sid}."),
            None => format!("Less is denied than by the existing statement with index: {index}."),
        }
    }

    /// Returns AWS's description of a statement that is a reason for FAIL.
    pub fn reason(self, index: usize, sid: Option<&str>) -> String {
        let what = match self {
            AwsCheck::NoNewAccess => "New access",
            AwsCheck::AccessNotGranted(Lists { actions: true, resources: true }) => {
                "One or more of the listed actions and/or resources"
            }
            AwsCheck::AccessNotGranted(Lists { actions: false, .. }) => "One or more of the listed resources",
            AwsCheck::AccessNotGranted(_) => "One or more of the listed actions",
            AwsCheck::NoPublicAccess(_) => "Public access granted",
        };
        let which = match self {
            AwsCheck::NoPublicAccess(_) => "the following statement",
            AwsCheck::NoNewAccess | AwsCheck::AccessNotGranted(_) => "the statement",
        };
        match sid {
            Some(sid) => format!("{what} in {which} with sid: {sid}."),
            None => format!("{what} in {which} with index: {index}."),
        }
    }
}

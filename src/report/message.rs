//! Every text that AWS's checks answer with, word for word, and ours where AWS has none.
//!
//! Sources: the examples of the AWS CLI and of the API reference for CheckNoNewAccess, CheckAccessNotGranted
//! and CheckNoPublicAccess.

use crate::policy::ResourceType;

/// The question a document was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// check-no-new-access.
    NoNewAccess,
    /// check-access-not-granted, with which of the two lists were given.
    AccessNotGranted {
        /// Whether any actions were listed.
        actions: bool,
        /// Whether any resources were listed.
        resources: bool,
    },
    /// check-no-public-access, for a resource of this type.
    NoPublicAccess(ResourceType),
}

const NO_NEW_PASS: &str =
    "The modified permissions do not grant new access compared to your existing policy.";
const NO_NEW_FAIL: &str = "The modified permissions grant new access compared to your existing policy.";
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

impl Question {
    /// check-access-not-granted with these entries.
    pub fn not_granted(access: &[crate::check::Access]) -> Question {
        Question::AccessNotGranted {
            actions: access.iter().any(|a| !a.actions.is_empty()),
            resources: access.iter().any(|a| !a.resources.is_empty()),
        }
    }

    /// The name of the check, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Question::NoNewAccess => "check-no-new-access",
            Question::AccessNotGranted { .. } => "check-access-not-granted",
            Question::NoPublicAccess(_) => "check-no-public-access",
        }
    }

    /// AWS's message for PASS.
    pub fn pass_message(self) -> &'static str {
        match self {
            Question::NoNewAccess => NO_NEW_PASS,
            Question::AccessNotGranted { .. } => NOT_GRANTED_PASS,
            Question::NoPublicAccess(_) => NO_PUBLIC_PASS,
        }
    }

    /// AWS's message for FAIL.
    pub fn fail_message(self) -> &'static str {
        match self {
            Question::NoNewAccess => NO_NEW_FAIL,
            Question::AccessNotGranted { actions: true, resources: true } => NOT_GRANTED_BOTH,
            Question::AccessNotGranted { actions: false, .. } => NOT_GRANTED_RESOURCES,
            Question::AccessNotGranted { .. } => NOT_GRANTED_ACTIONS,
            Question::NoPublicAccess(_) => NO_PUBLIC_FAIL,
        }
    }

    /// AWS's description of a statement that is a reason for FAIL.
    pub fn reason(self, index: usize, sid: Option<&str>) -> String {
        let what = match self {
            Question::NoNewAccess => "New access",
            Question::AccessNotGranted { actions: true, resources: true } => {
                "One or more of the listed actions and/or resources"
            }
            Question::AccessNotGranted { actions: false, .. } => "One or more of the listed resources",
            Question::AccessNotGranted { .. } => "One or more of the listed actions",
            Question::NoPublicAccess(_) => "Public access granted",
        };
        let which = match self {
            Question::NoPublicAccess(_) => "the following statement",
            Question::NoNewAccess | Question::AccessNotGranted { .. } => "the statement",
        };
        match sid {
            Some(sid) => format!("{what} in {which} with sid: {sid}."),
            None => format!("{what} in {which} with index: {index}."),
        }
    }
}

/// The message for UNKNOWN, which AWS's checks do not have.
pub fn unknown_message(question: Question) -> &'static str {
    match question {
        Question::NoNewAccess => NO_NEW_UNKNOWN,
        Question::AccessNotGranted { .. } => NOT_GRANTED_UNKNOWN,
        Question::NoPublicAccess(_) => NO_PUBLIC_UNKNOWN,
    }
}

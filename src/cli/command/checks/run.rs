//! One query, run on every input.

use crate::check::{GrantedAction, Options};
use crate::cli::args::{InputArgs, SearchArgs};
use crate::cli::input::{Input, Reference};
use crate::policy::{Document, ResourceType};
use crate::query::CheckKind;
use crate::report::{AwsCheck, Failure, Settled};

/// A query with its data, apart from the inputs.
pub(super) struct Run<'r> {
    pub(super) question: Question,
    /// The lists of the query as words; the fingerprints of findings depend on them.
    pub(super) asked: Vec<String>,
    /// The listed resources, if every entry lists some.
    pub(super) listed: Vec<String>,
    /// Empty if the query needs no references.
    pub(super) references: &'r [Reference],
    /// The reference of each input, if inputs come in pairs.
    pub(super) own: Option<&'r [Option<Reference>]>,
    /// Determines the listed actions that a policy grants.
    pub(super) granted: Option<&'r Granted<'r>>,
    pub(super) search: &'r SearchArgs,
    /// True if a FAIL that no listed action shows ends with 0.
    pub(super) only_possible: bool,
    pub(super) args: &'r InputArgs,
}

/// Determines the listed actions that a policy grants.
pub(super) type Granted<'a> = dyn Fn(&Document, &Options) -> Vec<GrantedAction> + 'a;

/// The query of a run.
#[derive(Clone, Copy)]
pub(super) enum Question {
    /// One check for all inputs.
    Same(AwsCheck),
    /// Public access, with the type that the file states for each resource, or else this type.
    PublicAccess(Option<ResourceType>),
}

impl Question {
    /// Returns the name of the command.
    pub(super) fn command(self) -> &'static str {
        self.kind().name()
    }

    /// Returns the check of one input; `None` if the type of its resource is not known.
    pub(super) fn of(self, input: &Input) -> Option<AwsCheck> {
        match self {
            Question::Same(check) => Some(check),
            Question::PublicAccess(given) => {
                let own = input.entry.as_ref().and_then(|entry| entry.resource_type);
                own.or(given).map(AwsCheck::NoPublicAccess)
            }
        }
    }

    /// Returns the kind of check.
    pub(super) fn kind(self) -> CheckKind {
        match self {
            Question::Same(check) => check.kind(),
            Question::PublicAccess(_) => CheckKind::NoPublicAccess,
        }
    }
}

/// The reason why there is no answer for a case.
pub(super) enum Without {
    Failed(Failure),
    Skipped(String),
    Settled(Box<Settled>),
}

impl From<Failure> for Without {
    fn from(failure: Failure) -> Self {
        Without::Failed(failure)
    }
}

//! Two policies to be compared.

use super::recheck;
use crate::check::{Options, no_more_through};
use crate::cli::input::Reader;
use crate::policy::{Document, PolicyType, Read};
use crate::report::{Failure, Invocation, Issue, Recheck};
use crate::surface::{documents, fit};

/// Two policies.
pub(super) struct PolicyPair {
    reads: [Read; 2],
    /// The arguments, and the arguments under which the documents are found again.
    arguments: [(String, String); 2],
}

impl PolicyPair {
    /// Reads both arguments; `roles` are the names of inline documents.
    pub(super) fn read(
        (first, second): (&str, &str),
        roles: [&str; 2],
        reader: &mut Reader,
    ) -> Result<PolicyPair, Failure> {
        let [one, other] = roles;
        let reads = [reader.read(first, one)?, reader.read(second, other)?];
        documents(reads.each_ref())?;
        reader.same_condition([first, second])?;
        let arguments =
            [first, second].map(|argument| (argument.to_owned(), reader.found(argument).to_owned()));
        Ok(PolicyPair { reads, arguments })
    }

    /// Returns issues for what the document of one argument allows beyond the other, with advice checked by one more query.
    pub(super) fn issues(
        &self,
        argument: &str,
        (other, other_argument): (&Document, &str),
        options: &Options,
        tell: &dyn Fn(&Invocation<'_>) -> Vec<Issue>,
    ) -> Vec<Issue> {
        let again =
            |changed: &Document| recheck::once(options, |options| no_more_through(changed, other, options));
        let recheck: Option<&Recheck<'_>> = recheck::is_cheap(self.reads.iter()).then_some(&again);
        tell(&Invocation {
            policy: self.found(argument),
            existing: Some(self.found(other_argument)),
            recheck,
            then: Some("it allows nothing that the other does not"),
            ..Invocation::default()
        })
    }

    fn found<'p>(&'p self, argument: &'p str) -> &'p str {
        let found = self.arguments.iter().find(|(given, _)| given == argument);
        found.map_or(argument, |(_, found)| found)
    }

    pub(super) fn name(&self) -> String {
        let [one, other] = self.reads.each_ref().map(|read| read.source.name());
        format!("{one} {other}")
    }

    /// Returns the documents.
    ///
    /// # Errors
    /// A document is not of the type under which both are read.
    pub(super) fn documents(&self, policy_type: Option<PolicyType>) -> Result<[&Document; 2], Failure> {
        let documents = documents(self.reads.each_ref())?;
        fit(&documents, policy_type)?;
        Ok(documents)
    }
}

//! Explains the findings of one answer.

use crate::check::{Answer, Options};
use crate::evaluate::{self, INDEX_THRESHOLD, Searched, decide};
use crate::explain::replay::Replayer;
use crate::explain::{Explained, Refusal, blame, blame_for_outsider, lost_denial, refusal};
use crate::index::broken;
use crate::policy::{ActionIndex, Document, RequestSet};
use crate::report::aws_messages::AwsCheck;
use crate::solve::Finding;

/// Explains the findings of one answer.
pub(super) struct Explainer<'e> {
    check: AwsCheck,
    policy: &'e Document,
    existing: Option<&'e Document>,
    /// The index of the existing document, if there are many findings.
    index: Option<ActionIndex>,
    referee: evaluate::Options,
    replayer: Option<Replayer<'e>>,
    options: &'e Options,
}

impl<'e> Explainer<'e> {
    /// Takes the documents of a check, the checked one first, the number of findings to explain, and true if replay flags are
    /// wanted.
    pub(super) fn new(
        check: AwsCheck,
        documents: &[&'e Document],
        answer: &Answer,
        options: &'e Options,
        (findings, replays): (usize, bool),
    ) -> Explainer<'e> {
        let (policy, existing) = match documents {
            [policy, rest @ ..] => (*policy, rest.first().copied()),
            [] => broken("a check is about a document"),
        };
        let mut referee = evaluate::Options::for_documents(documents);
        referee.policy_type = answer.policy_type;
        referee.strict_arn = options.strict_arn;
        referee.allows_whole_resource = matches!(check, AwsCheck::NoPublicAccess(_));
        let is_worth_it = findings > INDEX_THRESHOLD;
        let index = existing.filter(|_| is_worth_it).map(|d| ActionIndex::of(&d.statements));
        let replayer = replays.then(|| Replayer::new(documents, &referee, options.aws_compat));
        Explainer { check, policy, existing, index, referee, replayer, options }
    }

    /// Explains a finding; `None` if it is not about these documents.
    pub(super) fn explained<'a>(&self, finding: &'a Finding) -> Option<Explained<'a>> {
        let request = finding.witness.request();
        let late = self.options.limits.is_over();
        let is_denial = finding.set == RequestSet::Denied;
        let (own, other) = match (is_denial, self.existing) {
            (true, Some(existing)) => (existing, Some(self.policy)),
            _ => (self.policy, self.existing),
        };
        let searched = match &self.index {
            Some(index) if !is_denial => Some(Searched::from(index)),
            _ => other.map(Searched::from),
        };
        let searched = searched.filter(|_| !late);
        let refusal = searched.and_then(|other| refusal(other, request, finding.set, &self.referee));
        let blame = match self.check {
            AwsCheck::NoPublicAccess(of) => blame_for_outsider(own, finding, of, &self.referee),
            AwsCheck::NoNewAccess | AwsCheck::AccessNotGranted(_) => {
                blame(own, finding, other.zip(refusal.as_ref()), &self.referee)
            }
        };
        let deny = match &refusal {
            _ if is_denial => Some(finding.statement),
            Some(Refusal::Denied { statement, .. }) => Some(*statement),
            _ => None,
        };
        let lost =
            self.existing.zip(deny).filter(|_| !late).and_then(|(existing, deny)| {
                lost_denial([self.policy, existing], deny, request, &self.referee)
            });
        let replayer = self.replayer.as_ref().filter(|_| !late);
        Some(Explained {
            finding,
            blame: blame?,
            refusal,
            lost,
            decision: is_denial.then(|| decide(&[self.policy], request, &self.referee)),
            replay: replayer.and_then(|replayer| replayer.spelled(request, finding.set)),
            late,
        })
    }
}

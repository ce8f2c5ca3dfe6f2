//! Tells from the statements alone that a user or role is allowed nothing about some resources: then a change gives it nothing there.

use super::residual::{is_whole_arn, may_matter};
use super::wants::Wants;
use crate::policy::{Effect, Statement};
use crate::snapshot::{Asker, Collected, DocumentId, Principal, Snapshot, Target, may_overlap};

/// The services in which requests may be allowed without an Allow statement: by a grant of a key, by a policy of the organization, or
/// because a call needs no permission.
const OWN_RULES: [&str; 3] = ["sts:*", "kms:*", "organizations:*"];

/// The Allow statements of users, roles and resources that matter to a question.
pub(super) struct Reach<'p> {
    snapshot: &'p Snapshot,
    wants: &'p Wants,
    /// False if some request in question may be allowed without an Allow statement.
    is_told: bool,
}

impl<'p> Reach<'p> {
    pub(super) fn new(snapshot: &'p Snapshot, wants: &'p Wants) -> Reach<'p> {
        let has_own_rules = |action: &String| OWN_RULES.iter().any(|own| may_overlap(action, own));
        let is_told = !wants.actions.is_empty() && !wants.actions.iter().any(has_own_rules);
        Reach { snapshot, wants, is_told }
    }

    /// True unless a user or role is certainly allowed none of the requests in question about a target: nothing that it has, and
    /// nothing that the resource has, allows one.
    ///
    /// Whoever is allowed a request is so by an Allow statement of its own or of the resource; beside the services with rules of their
    /// own, and ACLs.
    pub(super) fn may_reach(&self, asker: Asker<'_>, target: &Target) -> bool {
        let Asker::Principal(principal) = asker else { return true };
        !self.is_told
            || self.snapshot.acls(target).is_some()
            || self.resource_may_allow(target)
            || self.own_policies_may_allow(principal, target)
    }

    fn resource_may_allow(&self, target: &Target) -> bool {
        match self.snapshot.policy_of(target) {
            None => false,
            Some(Collected::Known(id)) => self.may_allow(id, target),
            Some(Collected::Missing(_)) => true,
        }
    }

    fn own_policies_may_allow(&self, principal: &Principal, target: &Target) -> bool {
        self.snapshot.identity_of(principal).into_iter().any(|policy| match policy {
            Collected::Known(id) => self.may_allow(id, target),
            Collected::Missing(_) => true,
        })
    }

    fn may_allow(&self, id: DocumentId, target: &Target) -> bool {
        let statements = &self.snapshot.document(id).statements;
        statements.iter().any(|one| one.effect.value == Effect::Allow && may_match(one, self.wants, target))
    }
}

/// True unless a statement certainly matches none of the requests in question about a target.
fn may_match(statement: &Statement, wants: &Wants, target: &Target) -> bool {
    if !may_matter(statement, wants) {
        return false;
    }
    let Some(listed) = statement.resource.as_ref().filter(|listed| !listed.negated) else { return true };
    let patterns = target.patterns();
    listed.values.iter().map(|value| &*value.value.text).any(|text| match target {
        // A pattern that is not a whole ARN is completed by AWS in ways of its own.
        _ if !is_whole_arn(text) => true,
        // A whole ARN matches no text that is none.
        Target::OnNone => false,
        Target::Others { but_for, .. } => !but_for.iter().any(|other| is_within(text, other)),
        Target::Resource(_) | Target::Role(_) => patterns.iter().any(|own| may_overlap(text, own)),
    })
}

/// True if each text that matches the pattern is certainly one of the others: the same text, or one that starts like them.
fn is_within(pattern: &str, other: &str) -> bool {
    match other.strip_suffix('*') {
        Some(start) => !start.contains(['*', '?', '$']) && pattern.starts_with(start),
        None => pattern == other && !other.contains(['*', '?', '$']),
    }
}

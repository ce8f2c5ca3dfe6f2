//! The users of an account, or the sessions of its roles, in classes that are asked about together.
//!
//! A class are principals with the same parts of policies that may match a request in question. One question is about any user
//! (or any session of a role) of the account with these layers, except for those whom a policy names that all share: if none of these
//! can, none of the class can, and that is proved for all of them at once. Before, one question is about all of them as if their own
//! policies allowed everything. Otherwise each is asked about alone. So an entry of the list always has its own request, and no answer about
//! one principal rests on another one's.

use super::in_snapshot::fact;
use super::residual::{is_whole_arn, residual};
use super::wants::Wants;
use super::who_asking::{Asking, Together};
use crate::index::guaranteed;
use crate::policy::{Document, Statement};
use crate::query::Callers;
use crate::request::RequesterKind as Kind;
use crate::snapshot::{Asker, Collected, Principal, PrincipalKind, Snapshot, may_overlap};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// Up to this many classes are asked about without asking about all of them together first.
const FEW_CLASSES: usize = 2;

/// The users of an account, or its roles, or its roles of services.
pub(super) struct Group<'p> {
    /// The names of principals in the policies that all of them share.
    names: Vec<Name>,
    /// Those whom such a name may be of.
    pub(super) named: Vec<&'p Principal>,
    /// The others, in classes; none if none of them can.
    pub(super) classes: Vec<Vec<&'p Principal>>,
    /// The question about all of the others, if it was asked.
    pub(super) asked: Option<Together>,
}

impl<'p> Asking<'_, 'p> {
    /// Sorts members of one group into classes.
    pub(super) fn group(&self, members: &[&'p Principal]) -> Group<'p> {
        let mut group = Group { names: Vec::new(), named: Vec::new(), classes: Vec::new(), asked: None };
        let Some(first) = members.first() else { return group };
        let snapshot = self.snapshot();
        let mut names = BTreeSet::new();
        let mut tags: BTreeSet<&str> = BTreeSet::new();
        let mut shared: Vec<&Document> = self.scope.iter().collect();
        for target in self.targets(Some(&first.account)) {
            let layers = snapshot.assemble(Asker::Anyone(&first.account), target).layers;
            shared.extend(layers.documents().map(|id| snapshot.document(*id)));
        }
        for document in shared {
            names.extend(document.statements.iter().flat_map(names_in));
            tags.extend(tags_in(document));
        }
        group.names = names.into_iter().collect();
        let (named, others): (Vec<&Principal>, Vec<&Principal>) =
            members.iter().copied().partition(|member| group.names.iter().any(|name| name.may_be(member)));
        group.named = named;
        let mut classes: BTreeMap<Vec<String>, Vec<&'p Principal>> = BTreeMap::new();
        for member in others {
            classes.entry(key(snapshot, self.wants, member, &tags)).or_default().push(member);
        }
        group.classes = classes.into_values().collect();
        if group.classes.len() > FEW_CLASSES {
            let callers = any_of(first);
            let further: Vec<Document> = but_for(&group.names, &group.named).into_iter().collect();
            let all = self.together((Asker::Anyone(&first.account), &callers), &further);
            if all.cannot {
                group.classes.clear();
            }
            group.asked = Some(all);
        }
        group
    }

    /// Asks about a class of several members together.
    pub(super) fn class(&self, group: &Group<'p>, class: &[&'p Principal]) -> Together {
        let first = guaranteed(class.first(), "a class has members");
        let callers = any_of(first);
        let further: Vec<Document> = but_for(&group.names, &group.named).into_iter().collect();
        self.together((Asker::Principal(first), &callers), &further)
    }
}

/// Returns the requesters that a group is a part of.
pub(super) fn any_of(member: &Principal) -> Callers {
    let kind = if member.kind == PrincipalKind::User { Kind::User } else { Kind::RoleSession };
    Callers::of_kinds(&[kind], Some(&member.account), member.is_service_linked())
}

/// Returns what decides about a principal besides its name: the parts of its policies that may matter, and its tags.
pub(super) fn key(
    snapshot: &Snapshot,
    wants: &Wants,
    principal: &Principal,
    tested: &BTreeSet<&str>,
) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut tags: BTreeSet<&str> = tested.clone();
    for policy in snapshot.identity_of(principal) {
        match policy {
            Collected::Known(id) => {
                let document = snapshot.document(id);
                parts.extend(residual(document, wants));
                tags.extend(tags_in(document));
            }
            Collected::Missing(gap) => parts.push(format!("missing {}", gap.of)),
        }
    }
    parts.sort_unstable();
    parts.dedup();
    match snapshot.boundary_of(principal) {
        None => {}
        Some(Collected::Known(id)) => {
            let document = snapshot.document(id);
            parts.push(format!("boundary {:?}", residual(document, wants)));
            tags.extend(tags_in(document));
        }
        Some(Collected::Missing(gap)) => parts.push(format!("boundary missing {}", gap.of)),
    }
    if !tags.is_empty() {
        let values = snapshot.keys_of(Asker::Principal(principal), &tags);
        let of_session = snapshot.may_have_session_tags(principal);
        parts.push(format!("tags {:?} {values:?} {of_session}", principal.tags.is_some()));
    }
    parts
}

/// A name of principals in a policy, with or without wildcards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// The ARN of users or roles, as `aws:PrincipalArn` has it.
    Arn(String),
    /// The name of a role, from the ARN of its sessions.
    Sessions(String),
}

impl Name {
    /// False if the name is certainly not one of this principal.
    pub(super) fn may_be(&self, principal: &Principal) -> bool {
        match self {
            Name::Arn(arn) => may_overlap(arn, &principal.arn),
            Name::Sessions(role) => {
                principal.short().rsplit('/').next().is_some_and(|name| may_overlap(role, name))
            }
        }
    }
}

/// Lists the keys of tags of principals that a document tests.
pub(super) fn tags_in(document: &Document) -> impl Iterator<Item = &str> {
    document.mentioned_keys().filter(|key| key.starts_with("aws:principaltag/"))
}

/// Lists the names of principals that a statement spells, and that are not those of all.
pub(super) fn names_in(statement: &Statement) -> Vec<Name> {
    let principals = statement.principal.iter().flat_map(|element| &element.values);
    let on_arn = statement.conditions.iter().filter(|one| &*one.key.value.name == "aws:principalarn");
    let values = on_arn.flat_map(|condition| &condition.values).map(|value| &*value.value.text);
    let name = |text: &str| {
        let (head, rest) = text.rsplit_once(":user/").or_else(|| text.rsplit_once(":role/")).unzip();
        if rest.is_some_and(|rest: &str| !rest.starts_with(['*', '?', '$'])) && head.is_some() {
            return Some(Name::Arn(text.to_owned()));
        }
        let sessions = text.rsplit_once(":assumed-role/")?.1.split('/').next()?;
        (!sessions.starts_with(['*', '?', '$'])).then(|| Name::Sessions(sessions.to_owned()))
    };
    principals.map(|value| &*value.value.text).chain(values).filter_map(name).collect()
}

/// Returns the document that excludes requests by named principals.
pub(super) fn but_for(names: &[Name], members: &[&Principal]) -> Option<Document> {
    let patterns = names.iter().filter_map(|name| match name {
        Name::Arn(arn) if !arn.contains('$') && is_whole_arn(arn) => Some(arn.as_str()),
        Name::Arn(_) | Name::Sessions(_) => None,
    });
    let mut arns: BTreeSet<&str> = patterns.collect();
    let is_sessions = |member: &&&Principal| {
        names.iter().any(|name| matches!(name, Name::Sessions(_)) && name.may_be(member))
    };
    arns.extend(members.iter().filter(is_sessions).map(|member| &*member.arn));
    (!arns.is_empty()).then(|| fact(&json!({"ArnNotLike": {"aws:PrincipalArn": arns}}).to_string()))
}

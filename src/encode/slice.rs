//! The statements of a query that can matter to its answer.
//!
//! An Allow of NEW that OLD contains verbatim, and that no further Deny of OLD can touch, grants nothing new. The remaining Allow
//! statements of NEW cover actions of some services; a statement about other services applies to none of the requests in
//! question. Between two versions of one policy, few statements of either remain, and only those are compiled. If the query is
//! about what the documents deny, the same holds for their Deny statements.
//!
//! If few statements limit which requests are searched for, a statement whose actions or resources start differently from all of
//! theirs does not matter either.
//!
//! Certificates are made without slicing, because they are about the whole query.

use crate::encode::prepared::DocumentRef;
use crate::encode::prepared::digest::{Content, Digest, Digests, Services};
use crate::index::broken;
use crate::policy::{Document, Effect, RequestSet, Starts};
use crate::query::{CheckKind, Layer, Query, Role, Tree};
use std::borrow::Cow;

/// Up to this many values of a layer, its statements are compared with all others one by one.
const CONFINING_VALUES: usize = 64;

/// The statements that can matter.
#[derive(Debug)]
pub(crate) struct Slice {
    /// By document and statement; `None` if every statement matters.
    matters: Option<Vec<Vec<bool>>>,
}

/// A document with its digests.
type Digested<'o> = (&'o Document, &'o Digests);

/// The requests that are certainly in the set of a layer that excludes its requests.
struct Excluded<'o> {
    /// The documents of the layer.
    documents: Vec<Digested<'o>>,
    /// The effect of the statements that put requests into the set.
    effect: Effect,
    /// The services of its Deny statements that the policies do not contain, if those statements remove requests from the set.
    denied: Services,
}

impl Slice {
    /// Returns the slice of all statements.
    pub(crate) fn whole() -> Slice {
        Slice { matters: None }
    }

    /// Returns the slice of the statements that can matter.
    pub(crate) fn of(query: &Query<'_>, documents: &[DocumentRef<'_>]) -> Slice {
        let effects =
            query.layers().flat_map(|layer| layer.documents.iter().map(move |_| layer.set.effect()));
        let held: Vec<Cow<'_, Digests>> =
            documents.iter().zip(effects).map(|(document, effect)| document.digests(effect)).collect();
        let digests: Vec<Vec<Digest<'_>>> = query
            .documents()
            .iter()
            .zip(&held)
            .map(|(document, held)| held.iter(document).collect())
            .collect();
        if query.layered().is_some() {
            return Slice::of_conditions(query, &digests);
        }
        let (policies, others) = digests.split_at(query.policies().len());
        let digested: Vec<Digested<'_>> =
            query.documents().iter().copied().zip(held.iter().map(|held| &**held)).collect();
        let own: Vec<Digested<'_>> = digested.iter().take(policies.len()).copied().collect();
        let set = query.set();
        // In the set of the layer a statement counts as it does in the set of the policies, or for more principals.
        let is_alike = |of: RequestSet| of.effect() == set.effect() && of.forms() >= set.forms();
        let excluding = query.layers().filter(|layer| layer.role == Role::Excludes && is_alike(layer.set));
        let of_layer = |layer: Layer<'_, '_>| digests.iter().skip(layer.first).take(layer.documents.len());
        let excluded: Vec<Excluded<'_>> = excluding
            .map(|layer| {
                let documents =
                    digested.iter().skip(layer.first).take(layer.documents.len()).copied().collect();
                Excluded::of(layer.set, documents, of_layer(layer).flatten(), &own)
            })
            .collect();
        let listed = match query.access() {
            Some(entries) => {
                let services = entries.iter().map(|entry| match entry.actions.is_empty() {
                    true => Services::ALL,
                    false => Services::of_patterns(entry.actions.iter()),
                });
                services.fold(Services::NONE, Services::or)
            }
            None => Services::ALL,
        };
        // A request must also be in the set of each of these layers, so its action is one of a statement of the layer.
        let confining = query.layers().filter(|layer| matches!(layer.role, Role::Scope | Role::Caps));
        let confined = confining.map(|layer| {
            let statements = with_effect(of_layer(layer).flatten(), layer.set.effect());
            statements.map(|digest| digest.services).fold(Services::NONE, Services::or)
        });
        let asked = confined.fold(listed, Services::and);
        let is_goal = |document: usize, (statement, digest): (usize, &Digest<'_>)| {
            digest.effect == set.effect()
                && query.asks_about(document, statement)
                && digest.services.meet(asked)
                && !excluded.iter().any(|excluded| excluded.covers(digest))
        };
        let of_policy = |(document, digests): (usize, &Vec<Digest<'_>>)| -> Vec<bool> {
            digests.iter().enumerate().map(|digest| is_goal(document, digest)).collect()
        };
        let goals: Vec<Vec<bool>> = policies.iter().enumerate().map(of_policy).collect();
        let marked = policies.iter().flatten().zip(goals.iter().flatten());
        let services = marked.filter(|(_, is_goal)| **is_goal).map(|(digest, _)| digest.services);
        let reached = services.fold(Services::NONE, Services::or).and(asked);
        let of_other = |digest: &Digest<'_>| digest.services.meet(reached);
        let matters = |(digest, is_goal): (&Digest<'_>, &bool)| {
            of_other(digest) && (digest.effect != set.effect() || *is_goal)
        };
        let of_policies = policies
            .iter()
            .zip(&goals)
            .map(|(digests, goals)| digests.iter().zip(goals).map(matters).collect());
        let of_others = others.iter().map(|digests| digests.iter().map(of_other).collect());
        let mut matters: Vec<Vec<bool>> = of_policies.chain(of_others).collect();
        // A comparison of two policies runs a single query, for which this does not pay.
        let confines = |layer: &Layer<'_, '_>| layer.role != Role::Excludes;
        for layer in query.layers().filter(|layer| query.check() == CheckKind::Find && confines(layer)) {
            confine(&mut matters, layer, query.documents());
        }
        Slice { matters: Some(matters) }
    }

    /// Returns the slice of a query that consists of conditions: a request that satisfies them has an action of the services that
    /// they need, and other statements do not apply to it.
    fn of_conditions(query: &Query<'_>, digests: &[Vec<Digest<'_>>]) -> Slice {
        let layers: Vec<Layer<'_, '_>> = query.layers().collect();
        let reached = query
            .conditions()
            .iter()
            .map(|condition| needed(condition, &layers, digests))
            .fold(Services::ALL, Services::and);
        let of_document = |digests: &Vec<Digest<'_>>| -> Vec<bool> {
            digests.iter().map(|digest| digest.services.meet(reached)).collect()
        };
        let mut matters: Vec<Vec<bool>> = digests.iter().map(of_document).collect();
        for layer in layers.into_iter().filter(|layer| layer.role == Role::Scope) {
            confine(&mut matters, layer, query.documents());
        }
        Slice { matters: Some(matters) }
    }

    /// True if the statement can matter.
    pub(crate) fn matters(&self, document: usize, statement: usize) -> bool {
        let Some(matters) = &self.matters else { return true };
        match matters.get(document).and_then(|statements| statements.get(statement)) {
            Some(matters) => *matters,
            None => broken("a slice covers every statement of its query"),
        }
    }
}

/// Returns the services of which a request has to be one in order to satisfy a condition.
fn needed(condition: &Tree, layers: &[Layer<'_, '_>], digests: &[Vec<Digest<'_>>]) -> Services {
    match condition {
        Tree::All(parts) => {
            parts.iter().map(|part| needed(part, layers, digests)).fold(Services::ALL, Services::and)
        }
        Tree::Any(parts) => {
            parts.iter().map(|part| needed(part, layers, digests)).fold(Services::NONE, Services::or)
        }
        Tree::Set(index) => {
            let Some(layer) = layers.get(*index) else { broken("a condition is about sets of its query") };
            let of_layer = digests.iter().skip(layer.first).take(layer.documents.len()).flatten();
            let statements = with_effect(of_layer, layer.set.effect());
            statements.map(|digest| digest.services).fold(Services::NONE, Services::or)
        }
        Tree::Not(_) | Tree::Kind(_) | Tree::Open(..) => Services::ALL,
    }
}

impl<'o> Excluded<'o> {
    fn of<'i>(
        set: RequestSet,
        documents: Vec<Digested<'o>>,
        digests: impl Iterator<Item = &'i Digest<'o>>,
        policies: &[Digested<'o>],
    ) -> Excluded<'o>
    where
        'o: 'i,
    {
        let denied = match set {
            RequestSet::Allowed(_) | RequestSet::Granted(_) => {
                let denies = with_effect(digests, Effect::Deny);
                let new = denies.filter(|digest| !contain(policies, &digest.content));
                new.map(|digest| digest.services).fold(Services::NONE, Services::or)
            }
            RequestSet::Denied => Services::NONE,
        };
        Excluded { documents, effect: set.effect(), denied }
    }

    /// True if the set contains every request that the statement applies to, except requests that the policies' own Deny
    /// statements remove from theirs.
    fn covers(&self, digest: &Digest<'_>) -> bool {
        digest.effect == self.effect
            && !self.denied.meet(digest.services)
            && contain(&self.documents, &digest.content)
    }
}

/// True if a statement of one of the documents has this content.
fn contain(documents: &[Digested<'_>], content: &Content<'_>) -> bool {
    documents.iter().any(|(document, digests)| digests.contain(document, content))
}

/// Excludes the statements that apply to no request in the set of a layer, if few statements put requests into that set: one of
/// those applies to every request in question.
fn confine(matters: &mut [Vec<bool>], layer: Layer<'_, '_>, documents: &[&Document]) {
    let marks = matters.iter().skip(layer.first);
    let statements = layer.documents.iter().zip(marks).flat_map(|(document, marks)| {
        document.statements.iter().zip(marks).filter(|(_, matters)| **matters).map(|(statement, _)| statement)
    });
    let putting = statements.filter(|statement| statement.effect.value == layer.set.effect());
    let mut starts: Vec<Starts<'_>> = Vec::new();
    let mut values = 0;
    for statement in putting {
        values += statement.value_count() + 1;
        if values > CONFINING_VALUES {
            return;
        }
        starts.push(Starts::of(statement));
    }
    for (document, marks) in documents.iter().zip(matters) {
        for (statement, matters) in document.statements.iter().zip(marks) {
            *matters = *matters && starts.iter().any(|starts| starts.may_meet(statement));
        }
    }
}

fn with_effect<'i, 'o: 'i>(
    digests: impl Iterator<Item = &'i Digest<'o>>,
    effect: Effect,
) -> impl Iterator<Item = &'i Digest<'o>> {
    digests.filter(move |digest| digest.effect == effect)
}

/// True if `new` contains every Deny statement of `existing` verbatim, and so denies everything that `existing` denies.
pub(crate) fn keeps_denials(new: DocumentRef<'_>, existing: DocumentRef<'_>) -> bool {
    if !existing.document().statements.deny() {
        return true;
    }
    let (kept, existing_digests) = (new.digests(Effect::Deny), existing.digests(Effect::Deny));
    let digests = existing_digests.iter(existing.document());
    digests
        .filter(|digest| digest.effect == Effect::Deny)
        .all(|digest| kept.contain(new.document(), &digest.content))
}

#[cfg(test)]
mod tests {
    use super::Slice;
    use crate::encode::prepared::DocumentRef;
    use crate::limits::InputLimits;
    use crate::policy::{Access, Document, parse};
    use crate::query::Query;
    use crate::span::Source;

    fn document(version: &str, statements: &[&str]) -> Document {
        let text = format!(r#"{{"Version":"{version}","Statement":[{}]}}"#, statements.join(","));
        parse(&Source::new("p", text), &InputLimits::default()).unwrap()
    }

    fn policy(statements: &[&str]) -> Document {
        document("2012-10-17", statements)
    }

    /// Returns the statements that matter, for each document.
    fn matter(query: &Query<'_>) -> Vec<Vec<usize>> {
        let slice = Slice::of(query, &DocumentRef::plain(query));
        let of = |(index, document): (usize, &&Document)| {
            (0..document.statements.len()).filter(|n| slice.matters(index, *n)).collect()
        };
        query.documents().iter().enumerate().map(of).collect()
    }

    const READ: &str = r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#;
    const WRITE: &str = r#"{"Effect":"Allow","Action":"s3:Put*","Resource":"*"}"#;
    const RUN: &str = r#"{"Effect":"Allow","Action":"EC2:RunInstances","Resource":"*"}"#;
    const ALL: &str = r#"{"Effect":"Allow","Action":"*","Resource":"*"}"#;
    const ALL_BUT: &str = r#"{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}"#;
    const NO_READ: &str = r#"{"Effect":"Deny","Action":"s3:GetObject","Resource":"*"}"#;
    const NO_RUN: &str = r#"{"Effect":"Deny","Action":"ec2:*","Resource":"*"}"#;

    #[test]
    fn what_both_documents_have_matters_only_where_the_old_one_denies_more() {
        let check = |new: &[&str], old: &[&str], expected: [&[usize]; 2]| {
            let (new, old) = (policy(new), policy(old));
            assert_eq!(matter(&Query::no_new_access(&new, &old)), expected, "{new:?} {old:?}");
        };
        check(&[READ], &[READ], [&[], &[]]);
        check(&[READ, RUN], &[RUN, READ], [&[], &[]]);
        check(&[READ, WRITE], &[READ], [&[1], &[0]]);
        check(&[READ, RUN], &[READ], [&[1], &[]]);
        check(&[READ], &[READ, NO_READ], [&[0], &[0, 1]]);
        check(&[READ], &[READ, NO_RUN], [&[], &[]]);
        check(&[READ, NO_READ], &[READ, NO_READ], [&[], &[]]);
        check(&[READ, RUN, NO_READ, NO_RUN], &[RUN, ALL_BUT], [&[0, 2], &[1]]);
        check(&[ALL], &[READ, RUN], [&[0], &[0, 1]]);
    }

    #[test]
    fn statements_of_different_versions_say_different_things() {
        let (new, old) = (policy(&[READ]), document("2008-10-17", &[READ]));
        assert_eq!(matter(&Query::no_new_access(&new, &old)), [[0], [0]]);
    }

    #[test]
    fn what_is_asked_about_has_services_too() {
        let new = policy(&[READ, RUN, NO_RUN, NO_READ]);
        let access = [Access::new(["s3:GetObject"], ["*"]).unwrap()];
        assert_eq!(matter(&Query::access_not_granted(&new, &access)), [[0, 3]]);
    }

    /// Statements whose actions or resources start differently from those of a scope document do not matter.
    #[test]
    fn what_meets_no_statement_of_the_scope_is_left_out() {
        const OF_BUCKET: &str = r#"{"Effect":"Deny","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}"#;
        const OF_OTHER: &str = r#"{"Effect":"Deny","Action":"s3:Get*","Resource":"arn:aws:s3:::c/*"}"#;
        const ASKED: &str = r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/a*"}"#;
        let (policy, asked) = (policy(&[READ, WRITE, RUN, OF_BUCKET, OF_OTHER]), policy(&[ASKED]));
        let without = document("2012-10-17", &[RUN, READ]);
        let query = Query::find([&policy], [&asked], [&without]);
        // The request is allowed elsewhere too, so nothing is left to ask.
        assert_eq!(matter(&query), [const { &[0usize; 0] }; 3]);
        let query = Query::find([&policy], [&asked], []);
        assert_eq!(matter(&query), [&[0, 3][..], &[0]]);
        let query = Query::find([&asked], [&policy], []);
        assert_eq!(matter(&query), [&[0][..], &[0, 3]]);
    }

    /// A single document that has the statement and denies no more is enough; Deny statements of other policies count too.
    #[test]
    fn several_documents() {
        let (a, b) = (policy(&[READ]), policy(&[RUN, NO_READ]));
        let (with, without) = (policy(&[READ, NO_READ]), policy(&[WRITE]));
        assert_eq!(matter(&Query::find([&a, &b], [], [&without, &with])), [&[][..], &[0], &[], &[]]);
        assert_eq!(matter(&Query::find([&a], [&b], [&without])), [const { &[0usize; 0] }; 3]);
    }
}

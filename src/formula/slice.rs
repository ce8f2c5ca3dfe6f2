//! The part of a question that can matter to its answer.
//!
//! An Allow statement that a document to be left behind has too, and does not deny, allows nothing new. What is left of the Allow
//! statements asks about actions of some services; a statement that is about others applies to none of the requests in question.
//! Between versions of one policy this leaves little of both, and nothing of it has to be compiled.
//!
//! Certificates do without it: they are about the question as a whole.

use super::memory::Memory;
use super::outline::{Content, Outline, Services};
use super::question::Asked;
use crate::policy::{Document, Effect};
use rustc_hash::FxHashSet;

/// Which statements matter.
#[derive(Debug)]
pub(super) struct Slice {
    /// By document and statement; a document without an entry matters as a whole.
    matters: Vec<Vec<bool>>,
}

/// What a document that must not allow the request allows for certain.
struct Left<'o> {
    allowed: FxHashSet<Content<'o>>,
    /// Of its Deny statements that the policies do not have.
    denied: Services,
}

impl Slice {
    /// All of it.
    pub(super) fn whole() -> Slice {
        Slice { matters: Vec::new() }
    }

    /// What can matter.
    pub(super) fn of(asked: &Asked<'_>) -> Slice {
        let (Some(policies), Some(within), Some(without)) =
            (all_outlines(asked.policies()), all_outlines(asked.within()), all_outlines(asked.without()))
        else {
            return Slice::whole();
        };
        let denies = with_effect(policies.iter().flatten(), Effect::Deny);
        let denied: FxHashSet<Content<'_>> = denies.map(|outline| outline.content).collect();
        let left: Vec<Left<'_>> = without.iter().map(|outlines| Left::of(outlines, &denied)).collect();
        let asked_about = asked.access().map_or(Services::ALL, |entries| {
            let services = entries.iter().map(|entry| match entry.actions.is_empty() {
                true => Services::ALL,
                false => Services::of_patterns(entry.actions.iter()),
            });
            services.fold(Services::NONE, Services::or)
        });
        let is_goal = |outline: &&Outline<'_>| {
            outline.services.meet(asked_about) && !left.iter().any(|left| left.covers(outline))
        };
        let goals = with_effect(policies.iter().flatten(), Effect::Allow).filter(is_goal);
        let reached =
            goals.map(|outline| outline.services).fold(Services::NONE, Services::or).and(asked_about);
        let of_policy = |outline: &Outline<'_>| {
            outline.services.meet(reached) && (outline.effect == Effect::Deny || is_goal(&outline))
        };
        let of_other = |outline: &Outline<'_>| outline.services.meet(reached);
        let of_policies = policies.iter().map(|outlines| outlines.iter().map(of_policy).collect());
        let of_others = within.iter().chain(&without).map(|outlines| outlines.iter().map(of_other).collect());
        Slice { matters: of_policies.chain(of_others).collect() }
    }

    /// Whether a statement matters.
    pub(super) fn matters(&self, document: usize, statement: usize) -> bool {
        self.matters.get(document).is_none_or(|of| of.get(statement).copied().unwrap_or(true))
    }
}

impl<'o> Left<'o> {
    fn of(outlines: &[Outline<'o>], denied: &FxHashSet<Content<'o>>) -> Left<'o> {
        let denies = with_effect(outlines.iter(), Effect::Deny);
        let new = denies.filter(|outline| !denied.contains(&outline.content));
        Left {
            allowed: with_effect(outlines.iter(), Effect::Allow).map(|outline| outline.content).collect(),
            denied: new.map(|outline| outline.services).fold(Services::NONE, Services::or),
        }
    }

    /// Whether it allows whatever the statement and none of the policies' Deny statements applies to.
    fn covers(&self, outline: &Outline<'_>) -> bool {
        !self.denied.meet(outline.services) && self.allowed.contains(&outline.content)
    }
}

fn with_effect<'i, 'o: 'i>(
    outlines: impl Iterator<Item = &'i Outline<'o>>,
    effect: Effect,
) -> impl Iterator<Item = &'i Outline<'o>> {
    outlines.filter(move |outline| outline.effect == effect)
}

/// The statements of each document in short.
fn all_outlines<'a>(documents: &[&'a Document]) -> Option<Vec<Vec<Outline<'a>>>> {
    let of = |document: &&'a Document| {
        let outlines = document.statements.derived::<Memory>()?.outlines(document);
        Some(outlines.iter(document.version).collect())
    };
    documents.iter().map(of).collect()
}

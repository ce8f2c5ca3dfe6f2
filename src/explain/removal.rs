//! Advice on what to remove from a statement, checked by more queries.

use super::advice::{Advisor, Outcome};
use super::blame::Part;
use super::display::one_line;
use super::explained::Explained;
use crate::policy::{Document, Effect, Statement};
use crate::snapshot::may_overlap;
use crate::solve::{Finding, Verdict};

/// The largest number of values that the advice removes from one element.
const MOST_REMOVED: usize = 4;
/// The largest length of a value that the advice quotes.
const MOST_QUOTED: usize = 80;

/// Values of a statement that the advice removes.
pub(super) struct Removal {
    /// The change, in words.
    pub(super) text: String,
    /// The values, quoted.
    pub(super) values: String,
    /// The outcome; `None` if it was not checked.
    pub(super) outcome: Option<Outcome>,
}

impl Advisor<'_> {
    /// Finds the values of the blamed element that have to go. `None` if values of it may stay in part, or if their removal is not
    /// enough.
    pub(super) fn removal(&self, explained: &Explained<'_>, statement: &str) -> Option<Removal> {
        let place = &explained.blame.primary;
        let judged = self.policy.statements.get(explained.finding.statement).filter(|_| !place.negated)?;
        let texts = texts(judged, place.part);
        let mut removed = Vec::new();
        let mut next = index(explained.finding, place.part)?;
        let outcome = loop {
            let text = texts.get(next)?;
            let is_definite = !text.contains(['*', '?'])
                || self.existing.is_some_and(|existing| is_foreign(existing, place.part, text));
            if !is_definite || text.len() > MOST_QUOTED || removed.len() == MOST_REMOVED {
                return None;
            }
            removed.push(next);
            let is_all = removed.len() == texts.len();
            let answer =
                self.recheck.and_then(|recheck| recheck(&without(self.policy, explained, &removed, is_all)?));
            match answer.map(|answer| answer.verdict) {
                None | Some(Verdict::Unknown(_)) => break None,
                Some(Verdict::Pass(_)) => break Some(Outcome::Passes),
                // The statement is gone; the findings are about others.
                Some(Verdict::Fail(_)) if is_all => break None,
                Some(Verdict::Fail(findings)) => {
                    let place = |finding: &Finding| (finding.document, finding.statement);
                    match findings.iter().find(|finding| place(finding) == place(explained.finding)) {
                        None => break Some(Outcome::Fine),
                        Some(again) => next = original(index(again, explained.blame.primary.part)?, &removed),
                    }
                }
            }
        };
        let quoted: Vec<String> = removed
            .iter()
            .filter_map(|at| texts.get(*at))
            .map(|text| format!("\"{}\"", one_line(text)))
            .collect();
        let values = quoted.join(" and ");
        let text = match (removed.len() == texts.len(), self.policy.statements.len()) {
            (true, 1) => format!("remove {statement}, the only one of the policy"),
            (true, _) => format!("remove {statement}"),
            (false, _) => format!("remove {values} from {} of {statement}", place.element()),
        };
        Some(Removal { text, values, outcome })
    }
}

/// True if it is certain that no Allow statement of a policy has anything that matches a pattern too.
pub(crate) fn is_foreign(policy: &Document, part: Part, pattern: &str) -> bool {
    let mut allows = policy.statements.iter().filter(|s| s.effect.value == Effect::Allow);
    allows.all(|allow| !may_touch(allow, part, pattern))
}

/// True if it is certain that no Deny statement of a policy has anything that matches a pattern of actions too.
pub(crate) fn is_undenied(policy: &Document, pattern: &str) -> bool {
    let mut denials = policy.statements.iter().filter(|s| s.effect.value == Effect::Deny);
    denials.all(|deny| !may_touch(deny, Part::Action, pattern))
}

fn may_touch(statement: &Statement, part: Part, pattern: &str) -> bool {
    let is_list = match part {
        Part::Action => !statement.action.negated,
        Part::Resource => statement.resource.as_ref().is_some_and(|resource| !resource.negated),
        Part::Principal => false,
    };
    !is_list || texts(statement, part).iter().any(|text| may_overlap(text, pattern))
}

/// Returns the values of an element of a statement.
fn texts(statement: &Statement, part: Part) -> Vec<&str> {
    match part {
        Part::Action => statement.action.values.iter().map(|value| &*value.value.text).collect(),
        Part::Resource => {
            statement.resource.iter().flat_map(|r| &r.values).map(|value| &*value.value.text).collect()
        }
        Part::Principal => {
            statement.principal.iter().flat_map(|p| &p.values).map(|value| &*value.value.text).collect()
        }
    }
}

/// Returns the place of the value of an element that a finding is about.
fn index(finding: &Finding, part: Part) -> Option<usize> {
    match part {
        Part::Action => finding.action,
        Part::Resource => finding.resource,
        Part::Principal => finding.principal,
    }
}

/// Returns the original place of a value of a list from which others were removed.
fn original(place: usize, removed: &[usize]) -> usize {
    let mut sorted = removed.to_vec();
    sorted.sort_unstable();
    sorted.iter().fold(place, |place, removed| if *removed <= place { place + 1 } else { place })
}

/// Removes values of the blamed element from the document; the statement, if they are all of its values.
fn without(
    document: &Document,
    explained: &Explained<'_>,
    removed: &[usize],
    is_all: bool,
) -> Option<Document> {
    let at = explained.finding.statement;
    let mut statements = document.statements.to_vec();
    if is_all {
        statements.get(at)?;
        statements.remove(at);
        return Some(document.with_statements(statements));
    }
    let statement = statements.get_mut(at)?;
    match explained.blame.primary.part {
        Part::Action => keep_others(&mut statement.action.values, removed),
        Part::Resource => keep_others(&mut statement.resource.as_mut()?.values, removed),
        Part::Principal => keep_others(&mut statement.principal.as_mut()?.values, removed),
    }
    Some(document.with_statements(statements))
}

fn keep_others<T>(values: &mut Vec<T>, removed: &[usize]) {
    let mut place = 0;
    values.retain(|_| {
        place += 1;
        !removed.contains(&(place - 1))
    });
}

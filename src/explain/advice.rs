//! Advice on what to do about a finding. If the advice is a definite change, the change is made, one more query checks it, and
//! the advice states the result.

use super::blame::{Part, Place};
use super::display::{one_line, statement_name};
use super::explained::Explained;
use super::refusal::{Missing, Refusal};
use crate::check::Answer;
use crate::policy::{Condition, Document, Effect, Statement};
use crate::solve::{Finding, Verdict};

/// The largest number of Deny statements in an existing policy for which the advice determines the ones to keep.
const MOST_DENIALS: usize = 6;

/// Runs the same query on another document; `None` if there is no answer.
pub type Recheck<'a> = dyn Fn(&Document) -> Option<Answer> + 'a;

/// The documents of a query, and the means to check advice about its findings.
#[derive(Clone, Copy)]
pub(crate) struct Advisor<'a> {
    /// The document that is judged.
    pub(crate) policy: &'a Document,
    /// The document it is compared to.
    pub(crate) existing: Option<&'a Document>,
    /// Runs the query on a changed document; `None` for advice that is not checked.
    pub(crate) recheck: Option<&'a Recheck<'a>>,
    /// True if the existing document is a rule, which advice does not weaken.
    pub(crate) is_rule: bool,
    /// The phrase for a PASS after following the advice.
    pub(crate) passes: &'a str,
}

impl Advisor<'_> {
    /// Says what to do, as concretely as possible. `statement` names the statement of the finding.
    pub(crate) fn advice(&self, explained: &Explained<'_>, statement: &str) -> String {
        let narrow = self.narrow(explained, statement);
        let (Some(existing), Some(refusal)) = (self.existing, &explained.refusal) else { return narrow };
        let name = one_line(existing.source.name());
        let of_existing = |index: usize| statement_name(index, existing.statements.get(index));
        let (lack, but) = match refusal {
            Refusal::Denied { statement, lacks: Some(lacks) } => {
                (&**lacks, format!(" and except it from {} (the Deny)", of_existing(*statement)))
            }
            other => (other, String::new()),
        };
        match lack {
            Refusal::Denied { statement: deny, .. } => self.keep_denial(explained, existing, *deny, &narrow),
            Refusal::Short { statement: index, missing, .. } => match missing.as_slice() {
                [Missing::Condition { condition, .. }] => {
                    let lost = existing.statements.get(*index).and_then(|s| s.conditions.get(*condition));
                    match lost {
                        Some(lost) => {
                            let of = format!("{} of {name}", of_existing(*index));
                            self.keep_condition(explained, existing, lost, &of, statement).unwrap_or(narrow)
                        }
                        None => narrow,
                    }
                }
                // A rule says what is allowed at most.
                _ if self.is_rule => narrow,
                [Missing::Resource] => {
                    format!(
                        "{narrow}, or add the resource to {} of {name}{but} if this is intended",
                        of_existing(*index)
                    )
                }
                [Missing::Principal] => format!(
                    "{narrow}, or add the principal to {} of {name}{but} if this is intended",
                    of_existing(*index)
                ),
                _ => format!("{narrow}, or add the access to {name}{but} if this is intended"),
            },
            Refusal::Indirect { .. } | Refusal::NoAction if self.is_rule => narrow,
            Refusal::Indirect { statement: index } => format!(
                "{narrow}, or name the principal itself in {} of {name} if this is intended",
                of_existing(*index)
            ),
            Refusal::NoAction => format!("{narrow}, or add the action to {name}{but} if this is intended"),
        }
    }

    /// Says what to do about a Deny statement of the existing policy that the checked policy weakens.
    pub(crate) fn keep(&self, explained: &Explained<'_>, existing: &Document) -> String {
        let deny = explained.finding.statement;
        let kept = || existing.statements.get(deny).map(|deny| with_denials(self.policy, [deny]));
        let name = one_line(self.policy.source.name());
        match self.outcome(explained, kept) {
            Some(Outcome::Insufficient) if self.is_rule => format!("deny the request in {name} too"),
            Some(Outcome::Insufficient) => {
                format!("deny the request in {name} too, or accept that less is denied")
            }
            outcome if self.is_rule => {
                format!("{}{}", self.kept(&[deny], existing), self.said(outcome))
            }
            outcome => format!(
                "{}{}, or accept that less is denied",
                self.kept(&[deny], existing),
                self.said(outcome)
            ),
        }
    }

    /// Says how to narrow the blamed pattern.
    fn narrow(&self, explained: &Explained<'_>, statement: &str) -> String {
        let place = &explained.blame.primary;
        let source = self.policy.source.slice(place.span);
        let is_pattern = source.starts_with('"') && source.len() <= 80;
        // Only a removal is a definite change.
        let is_removal = !place.negated && is_pattern && !source.contains(['*', '?']);
        let outcome =
            self.outcome(explained, || is_removal.then(|| without(self.policy, explained)).flatten());
        // Removing the pattern is not enough where others of the statement allow new requests too.
        let is_pattern = is_pattern && outcome != Some(Outcome::Insufficient);
        let narrow = match (place.negated, is_pattern) {
            (true, _) => {
                format!("add the values that must not be allowed to {} of {statement}", element(place))
            }
            (false, true) if is_removal => format!("remove {} {source}", element(place)),
            (false, true) => format!("narrow {} {source}", element(place)),
            (false, false) if self.existing.is_some() => format!("narrow {} of {statement}", element(place)),
            (false, false) => format!("narrow {}", element(place)),
        };
        let removed = self.said(outcome);
        if self.existing.is_some() {
            return format!("{narrow}{removed}");
        }
        let place = if place.negated { String::new() } else { format!(" in {statement}") };
        format!("{narrow}{place}{removed}, or deny the listed access in another statement")
    }

    /// Says which Deny statements of the existing policy to keep, if that is enough, or how to narrow the statement.
    fn keep_denial(
        &self,
        explained: &Explained<'_>,
        existing: &Document,
        deny: usize,
        narrow: &str,
    ) -> String {
        let kept = || existing.statements.get(deny).map(|deny| with_denials(self.policy, [deny]));
        let mut comes_to = self.outcome(explained, kept);
        let mut denials = vec![deny];
        if comes_to == Some(Outcome::Insufficient)
            && let Some((all, outcome)) = self.sufficient(explained, self.policy, existing)
        {
            (denials, comes_to) = (all, Some(outcome));
        }
        if comes_to == Some(Outcome::Insufficient) {
            return narrow.to_owned();
        }
        format!("{}{}, or {narrow}", self.kept(&denials, existing), self.said(comes_to))
    }

    /// Says that the checked policy must have Deny statements of the existing one: an earlier version had them, a rule has them.
    fn kept(&self, denials: &[usize], existing: &Document) -> String {
        let (deny, name) = (named(denials, existing), one_line(self.policy.source.name()));
        match self.is_rule {
            true => format!("add {deny} to {name}"),
            false => format!("keep {deny} in {name}"),
        }
    }

    /// Says that the statement must keep a condition of the existing policy, and Deny statements if the condition is not enough.
    /// `None` if all of that is not enough either.
    fn keep_condition(
        &self,
        explained: &Explained<'_>,
        existing: &Document,
        lost: &Condition,
        of: &str,
        statement: &str,
    ) -> Option<String> {
        let keep = match explained.blame.conditions.is_empty() && !self.is_rule {
            true => "keep it in",
            false => "add the same condition to",
        };
        let changed = self.recheck.and_then(|_| with(self.policy, explained, lost));
        let mut comes_to = self.outcome(explained, || changed.clone());
        let mut denials = String::new();
        // Requests that the existing policy denies for another reason are new access too.
        if let (Some(Outcome::Insufficient), Some(changed)) = (comes_to, &changed)
            && let Some((all, outcome)) = self.sufficient(explained, changed, existing)
        {
            denials = format!(", and {}", self.kept(&all, existing));
            comes_to = Some(outcome);
        }
        let said = self.said(comes_to);
        (comes_to != Some(Outcome::Insufficient)).then(|| {
            format!(
                "{of} allows this only under a condition; {keep} {statement}{denials}{said}:\n{}",
                written(existing, lost)
            )
        })
    }

    /// Makes an advised change and checks it. `None` if this is not possible.
    fn outcome(
        &self,
        explained: &Explained<'_>,
        changed: impl FnOnce() -> Option<Document>,
    ) -> Option<Outcome> {
        // The change copies the policy, so it is only made if it can be checked.
        let recheck = self.recheck?;
        let answer = recheck(&changed()?)?;
        let place = |finding: &Finding| (finding.document, finding.statement);
        let same = |finding: &Finding| place(finding) == place(explained.finding);
        match answer.verdict {
            Verdict::Pass(_) => Some(Outcome::Passes),
            Verdict::Fail(findings) if findings.iter().any(same) => Some(Outcome::Insufficient),
            Verdict::Fail(_) => Some(Outcome::Fine),
            Verdict::Unknown(_) => None,
        }
    }

    fn said(&self, outcome: Option<Outcome>) -> String {
        match outcome {
            Some(Outcome::Passes) => format!(" (checked: then {})", self.passes),
            Some(Outcome::Fine) => " (checked: then this statement passes)".to_owned(),
            Some(Outcome::Insufficient) | None => String::new(),
        }
    }

    /// Finds the smallest set of Deny statements of the existing policy (the first one in order) that is enough if `document`
    /// keeps it, with the outcome. `None` if all of them together are not enough, or if there are too many to try.
    fn sufficient(
        &self,
        explained: &Explained<'_>,
        document: &Document,
        existing: &Document,
    ) -> Option<(Vec<usize>, Outcome)> {
        let denials = existing.statements.iter().enumerate().filter(|(_, s)| s.effect.value == Effect::Deny);
        let mut kept: Vec<(usize, &Statement)> = denials.collect();
        if kept.is_empty() || kept.len() > MOST_DENIALS {
            return None;
        }
        let ask = |kept: &[(usize, &Statement)]| {
            let changed = with_denials(document, kept.iter().map(|(_, statement)| *statement));
            self.outcome(explained, || Some(changed)).filter(|outcome| *outcome != Outcome::Insufficient)
        };
        let mut comes_to = ask(&kept)?;
        let mut place = 0;
        while kept.len() > 1 && place < kept.len() {
            let mut fewer = kept.clone();
            fewer.remove(place);
            match ask(&fewer) {
                // No less than all of them.
                Some(outcome) if outcome == comes_to => (kept, comes_to) = (fewer, outcome),
                _ => place += 1,
            }
        }
        Some((kept.into_iter().map(|(index, _)| index).collect(), comes_to))
    }
}

/// The outcome of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The answer is PASS.
    Passes,
    /// Only other statements are a reason for FAIL.
    Fine,
    /// The statement still is one.
    Insufficient,
}

fn element(place: &Place) -> &'static str {
    match (place.part, place.negated) {
        (Part::Action, false) => "Action",
        (Part::Action, true) => "NotAction",
        (Part::Resource, false) => "Resource",
        (Part::Resource, true) => "NotResource",
        (Part::Principal, false) => "Principal",
        (Part::Principal, true) => "NotPrincipal",
    }
}

/// Writes a condition as in its document, on one line.
fn written(document: &Document, condition: &Condition) -> String {
    let text: Vec<&str> = document.source.slice(condition.span).split_whitespace().collect();
    let text = text.join(" ");
    let shown: String =
        if text.chars().count() > 160 { text.chars().take(157).chain("...".chars()).collect() } else { text };
    one_line(&format!("\"{}\": {{{shown}}}", condition.operator_text))
}

/// Adds Deny statements to the document.
fn with_denials<'d>(document: &'d Document, denials: impl IntoIterator<Item = &'d Statement>) -> Document {
    let statements: Vec<Statement> = document.statements.iter().chain(denials).cloned().collect();
    document.with_statements(statements)
}

/// Names Deny statements of the existing policy.
fn named(denials: &[usize], existing: &Document) -> String {
    let names: Vec<String> =
        denials.iter().map(|index| statement_name(*index, existing.statements.get(*index))).collect();
    let what = if names.len() == 1 { "the Deny" } else { "each a Deny" };
    format!("{} of {} ({what})", names.join(" and "), one_line(existing.source.name()))
}

/// Removes the primary blamed pattern from the document.
fn without(document: &Document, explained: &Explained<'_>) -> Option<Document> {
    let finding = explained.finding;
    let mut statements = document.statements.to_vec();
    let statement = statements.get_mut(finding.statement)?;
    match explained.blame.primary.part {
        Part::Action => drop(removed(&mut statement.action.values, finding.action)?),
        Part::Resource => drop(removed(&mut statement.resource.as_mut()?.values, finding.resource)?),
        Part::Principal => drop(removed(&mut statement.principal.as_mut()?.values, finding.principal)?),
    }
    Some(document.with_statements(statements))
}

fn removed<T>(values: &mut Vec<T>, at: Option<usize>) -> Option<T> {
    let at = at.filter(|at| *at < values.len())?;
    Some(values.remove(at))
}

/// Puts a condition into the document in place of the looser conditions on the same key.
fn with(document: &Document, explained: &Explained<'_>, condition: &Condition) -> Option<Document> {
    let mut statements = document.statements.to_vec();
    let statement = statements.get_mut(explained.finding.statement)?;
    let loose = |place: usize, own: &Condition| {
        own.key.value.name == condition.key.value.name
            && explained.blame.conditions.iter().any(|loose| loose.condition == place)
    };
    let kept = statement.conditions.iter().enumerate().filter(|(place, own)| !loose(*place, own));
    statement.conditions = kept.map(|(_, own)| own.clone()).chain([condition.clone()]).collect();
    Some(document.with_statements(statements))
}

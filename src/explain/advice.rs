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

/// The relation of the document that a policy is compared to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// An earlier version of the policy.
    Earlier,
    /// A rule, which advice does not weaken.
    Rule,
    /// Another policy.
    Side,
}

/// A way to let less through, in words.
struct Narrower {
    text: String,
    /// The values that it removes, quoted.
    removed: Option<String>,
    /// True if it was checked and is enough.
    is_checked: bool,
}

/// The documents of a query, and the means to check advice about its findings.
#[derive(Clone, Copy)]
pub(crate) struct Advisor<'a> {
    /// The document that is judged.
    pub(crate) policy: &'a Document,
    /// The document it is compared to.
    pub(crate) existing: Option<&'a Document>,
    /// Runs the query on a changed document; `None` for advice that is not checked.
    pub(crate) recheck: Option<&'a Recheck<'a>>,
    /// The relation of the existing document to the policy.
    pub(crate) relation: Existing,
    /// The phrase for a PASS after following the advice.
    pub(crate) passes: &'a str,
}

impl Advisor<'_> {
    /// Says what to do, as concretely as possible. `statement` names the statement of the finding.
    pub(crate) fn advice(&self, explained: &Explained<'_>, statement: &str) -> String {
        let Narrower { text: narrow, removed, is_checked } = self.narrow(explained, statement);
        let (Some(existing), Some(refusal)) = (self.existing, &explained.refusal) else { return narrow };
        let or = |other: &str| either(&narrow, is_checked, other);
        let name = one_line(existing.source.name());
        let of_existing = |index: usize| statement_name(index, existing.statements.get(index));
        let (lack, but) = match refusal {
            Refusal::Denied { statement, lacks: Some(lacks) } => {
                (&**lacks, format!(" and except it from {} (the Deny)", of_existing(*statement)))
            }
            other => (other, String::new()),
        };
        match lack {
            Refusal::Denied { statement: deny, .. } => {
                self.keep_denial(explained, existing, *deny, &narrow, is_checked)
            }
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
                _ if self.relation == Existing::Rule => narrow,
                [Missing::Resource] => or(&format!(
                    "add the resource to {} of {name}{but} if this is intended",
                    of_existing(*index)
                )),
                [Missing::Principal] => or(&format!(
                    "add the principal to {} of {name}{but} if this is intended",
                    of_existing(*index)
                )),
                _ => or(&format!("add the access to {name}{but} if this is intended")),
            },
            Refusal::Indirect { .. } | Refusal::NoAction if self.relation == Existing::Rule => narrow,
            Refusal::Indirect { statement: index } => or(&format!(
                "name the principal itself in {} of {name} if this is intended",
                of_existing(*index)
            )),
            Refusal::NoAction => or(&self.added(explained, existing, removed.as_deref(), &but)),
        }
    }

    /// Says what to do about a Deny statement of the existing policy that the checked policy weakens.
    pub(crate) fn keep(&self, explained: &Explained<'_>, existing: &Document) -> String {
        let deny = explained.finding.statement;
        let kept = || existing.statements.get(deny).map(|deny| self.with_denials(self.policy, [deny]));
        let name = one_line(self.policy.source.name());
        let outcome = self.outcome(explained, kept);
        let (keep, is_checked) = match outcome {
            Some(Outcome::Insufficient) => (format!("deny the request in {name} too"), false),
            outcome => {
                let keep = format!("{}{}", self.kept(&[deny], existing), self.said(outcome));
                (keep, outcome.is_some())
            }
        };
        match self.relation {
            Existing::Rule => keep,
            _ => either(&keep, is_checked, "leave it so, if it is intended that less is denied"),
        }
    }

    /// Says what to remove from the statement, or what to narrow in it.
    fn narrow(&self, explained: &Explained<'_>, statement: &str) -> Narrower {
        let place = &explained.blame.primary;
        let removal = self.removal(explained, statement);
        let is_checked = removal.as_ref().is_some_and(|removal| removal.outcome.is_some());
        let is_removal = removal.is_some();
        let (text, removed) = match removal {
            Some(removal) => {
                (format!("{}{}", removal.text, self.said(removal.outcome)), Some(removal.values))
            }
            None => (self.narrowed(place, statement), None),
        };
        if self.existing.is_some() {
            return Narrower { text, removed, is_checked };
        }
        let text = match place.negated || is_removal {
            true => text,
            false => format!("{text} in {statement}"),
        };
        let text = match is_checked {
            true => text,
            false => either(&text, false, "deny the listed access in another statement"),
        };
        Narrower { text, removed, is_checked }
    }

    /// Says which element of the statement to narrow.
    fn narrowed(&self, place: &Place, statement: &str) -> String {
        let source = self.policy.source.slice(place.span);
        // The removal of a value without wildcards was not enough.
        let is_pattern = source.starts_with('"') && source.len() <= 80 && source.contains(['*', '?']);
        let element = place.element();
        match (place.negated, is_pattern) {
            (true, _) => format!("add the values that must not be allowed to {element} of {statement}"),
            (false, true) => format!("narrow {element} {source}"),
            (false, false) if self.existing.is_some() => format!("narrow {element} of {statement}"),
            (false, false) => format!("narrow {element}"),
        }
    }

    /// Says where to add an action that the existing policy may allow: the statement of it that differs in the actions alone, if
    /// there is one.
    fn added(
        &self,
        explained: &Explained<'_>,
        existing: &Document,
        removed: Option<&str>,
        but: &str,
    ) -> String {
        let name = one_line(existing.source.name());
        let judged = self.policy.statements.get(explained.finding.statement);
        let is_counterpart = |own: &Statement| {
            judged.is_some_and(|judged| {
                let with_own_actions = Statement { action: own.action.clone(), ..judged.clone() };
                judged.sid().is_some()
                    && judged.sid() == own.sid()
                    && with_own_actions.content().eq(own.content())
            })
        };
        let counterpart = existing.statements.iter().position(is_counterpart);
        match (counterpart, removed.filter(|_| explained.blame.primary.part == Part::Action)) {
            (Some(index), Some(values)) => {
                let of_existing = statement_name(index, existing.statements.get(index));
                format!("add {values} to {of_existing} of {name}{but} if this is intended")
            }
            _ => format!("add the action to {name}{but} if this is intended"),
        }
    }

    /// Says which Deny statements of the existing policy to keep, if that is enough, or how to narrow the statement.
    fn keep_denial(
        &self,
        explained: &Explained<'_>,
        existing: &Document,
        deny: usize,
        narrow: &str,
        is_checked: bool,
    ) -> String {
        let kept = || existing.statements.get(deny).map(|deny| self.with_denials(self.policy, [deny]));
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
        let keep = format!("{}{}", self.kept(&denials, existing), self.said(comes_to));
        let judged = self.policy.statements.get(explained.finding.statement);
        let is_unchanged = judged
            .is_some_and(|judged| existing.statements.iter().any(|own| own.content().eq(judged.content())));
        // The Allow is as before, or what would be left of it is not known to be enough.
        match (is_unchanged || comes_to.is_some() && !is_checked, self.relation) {
            (true, _) => keep,
            // A Deny would take away what other policies allow the same principal too.
            (false, Existing::Rule) if is_checked => narrow.to_owned(),
            (false, _) => format!("{keep}, or {narrow}"),
        }
    }

    /// Says that the checked policy must have Deny statements of the existing one: an earlier version had them, a rule has them.
    fn kept(&self, denials: &[usize], existing: &Document) -> String {
        let (deny, name) = (named(denials, existing), one_line(self.policy.source.name()));
        if self.relation != Existing::Earlier {
            return format!("add {deny} to {name}");
        }
        let replaced: Vec<String> = denials
            .iter()
            .filter_map(|deny| self.replaced(self.policy, existing.statements.get(*deny)?))
            .map(|index| statement_name(index, self.policy.statements.get(index)))
            .collect();
        match replaced.is_empty() {
            true => format!("put {deny} back in {name}"),
            false => format!("put {deny} back in place of {}", replaced.join(" and ")),
        }
    }

    /// Returns the Deny statement of a document in whose place a Deny statement of an earlier version belongs: the one of its Sid.
    fn replaced(&self, document: &Document, deny: &Statement) -> Option<usize> {
        let is_later = |own: &Statement| {
            own.effect.value == Effect::Deny && own.sid().is_some() && own.sid() == deny.sid()
        };
        document.statements.iter().position(is_later).filter(|_| self.relation == Existing::Earlier)
    }

    /// Adds Deny statements to a document, in place of those of which they are the earlier version.
    fn with_denials<'d>(
        &self,
        document: &Document,
        denials: impl IntoIterator<Item = &'d Statement>,
    ) -> Document {
        let mut statements = document.statements.to_vec();
        for deny in denials {
            let place = self.replaced(document, deny);
            match place.and_then(|place| statements.get_mut(place)) {
                Some(later) => *later = deny.clone(),
                None => statements.push(deny.clone()),
            }
        }
        document.with_statements(statements)
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
        let keep = match explained.blame.conditions.is_empty() && self.relation == Existing::Earlier {
            true => "put it back in",
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
                "{of} allows this only under a condition; {keep} {statement} of {}{denials}{said}:\n{}{}",
                one_line(self.policy.source.name()),
                written(existing, lost),
                match self.relation {
                    Existing::Earlier => "\nor leave it so, if this access is intended",
                    Existing::Rule | Existing::Side => "",
                }
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
            let changed = self.with_denials(document, kept.iter().map(|(_, statement)| *statement));
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
pub(super) enum Outcome {
    /// The answer is PASS.
    Passes,
    /// Only other statements are a reason for FAIL.
    Fine,
    /// The statement still is one.
    Insufficient,
}

/// Joins two alternatives. One that was not checked stands on a line of its own after one that was.
fn either(first: &str, is_checked: bool, second: &str) -> String {
    match is_checked {
        true => format!("{first}\nor {second}"),
        false => format!("{first}, or {second}"),
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

/// Names Deny statements of the existing policy.
fn named(denials: &[usize], existing: &Document) -> String {
    let names: Vec<String> =
        denials.iter().map(|index| statement_name(*index, existing.statements.get(*index))).collect();
    let what = if names.len() == 1 { "the Deny" } else { "each a Deny" };
    format!("{} of {} ({what})", names.join(" and "), one_line(existing.source.name()))
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

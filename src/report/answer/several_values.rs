//! A condition whose meaning AWS leaves open for several values of a key: a request that shows the doubt, what each meaning decides,
//! and the spelling that settles it.

use super::judgement::Judgement;
use crate::code::Code;
use crate::evaluate::{self, Decision, decide};
use crate::explain::display::{one_line, statement_name};
use crate::explain::{Recheck, Refusal, refusal};
use crate::policy::{Condition, Document, Effect, Operator, RequestSet, SetPrefix};
use crate::request::Request;
use crate::solve::{Unknown, UnknownReason, Verdict};
use crate::span::Span;

/// The two meanings.
const PREFIXES: [SetPrefix; 2] = [SetPrefix::ForAnyValue, SetPrefix::ForAllValues];

/// A condition of the checked policy without `ForAllValues` or `ForAnyValue`, on a key with several values.
pub(super) struct SeveralValues<'d> {
    policy: &'d Document,
    statement: usize,
    condition: usize,
}

impl<'d> SeveralValues<'d> {
    /// Finds the condition of the checked policy that an answer depends on.
    pub(super) fn of(judgement: &Judgement<'d>, unknown: &Unknown) -> Option<SeveralValues<'d>> {
        let policy = judgement.policy;
        let span = unknown.reasons.iter().find_map(|reason| match reason {
            UnknownReason::Opaque { rule: Code::PlainOperatorOnSeveralValues, document: 0, span, .. } => {
                Some(*span)
            }
            _ => None,
        })?;
        let at = |span: Span| {
            policy.statements.iter().enumerate().find_map(|(statement, own)| {
                let condition = own.conditions.iter().position(|condition| condition.span == span)?;
                Some(SeveralValues { policy, statement, condition })
            })
        };
        at(span)
    }

    fn condition(&self) -> Option<&'d Condition> {
        self.policy.statements.get(self.statement)?.conditions.get(self.condition)
    }

    /// Returns a request like this one that has a value of the condition, and one that it does not have: the two meanings differ on it.
    /// `None` if the policies do not leave it open.
    pub(super) fn example(&self, judgement: &Judgement<'_>, candidate: &Request) -> Option<Request> {
        let condition = self.condition()?;
        let key = &*condition.key.value.name;
        let matched = condition.values.iter().find_map(|value| value.value.template.as_literal())?;
        let other = candidate.values(key)?.iter().find(|value| **value != *matched)?;
        let mut example = candidate.clone();
        example.set(key, vec![matched.to_owned(), other.clone()]);
        let options = referee(judgement);
        let is_open = decide(&[self.policy], &example, &options) == Decision::Undetermined;
        let is_new = judgement
            .existing
            .is_none_or(|existing| decide(&[existing], &example, &options) != Decision::Allowed);
        (is_open && is_new).then_some(example)
    }

    /// Says what each meaning decides about a request, and what the other policy decides; `None` if the meanings decide the same.
    pub(super) fn meanings(&self, judgement: &Judgement<'_>, request: &Request) -> Option<String> {
        let options = referee(judgement);
        let decided = |prefix: SetPrefix| {
            let changed = self.spelled(prefix)?;
            match decide(&[&changed], request, &options) {
                Decision::Allowed => Some("allows"),
                Decision::ExplicitlyDenied | Decision::ImplicitlyDenied => Some("denies"),
                Decision::Undetermined => None,
            }
        };
        let [any, all] = PREFIXES.map(decided);
        let (any, all) = (any?, all?);
        (any != all).then(|| {
            format!(
                "{} {any} the request if one matching value is enough, and {all} it if all values have to match{}",
                one_line(self.policy.source.name()),
                judgement
                    .existing
                    .map_or_else(String::new, |existing| refused(existing, request, &options))
            )
        })
    }

    /// Says how to spell each meaning, and with which the check passes; `None` if it is not known to pass with either.
    pub(super) fn advice(&self, recheck: Option<&Recheck<'_>>) -> Option<String> {
        let recheck = recheck?;
        let verdict = |prefix: SetPrefix| {
            let answer = self.spelled(prefix).and_then(|changed| recheck(&changed));
            answer.map(|answer| answer.verdict)
        };
        let mut verdicts = PREFIXES.map(|prefix| (prefix, verdict(prefix)));
        let passes = |verdict: &Option<Verdict>| matches!(verdict, Some(Verdict::Pass(_)));
        if !verdicts.iter().any(|(_, verdict)| passes(verdict)) {
            return None;
        }
        // The meaning that helps comes first.
        verdicts.sort_by_key(|(_, verdict)| !passes(verdict));
        let (condition, statement) = (self.condition()?, self.policy.statements.get(self.statement)?);
        let operator = condition.operator.value;
        let told = verdicts.iter().map(|(prefix, verdict)| {
            let spelled = Operator { set: Some(*prefix), ..operator };
            let meant = match prefix {
                SetPrefix::ForAllValues => "if every value has to match",
                SetPrefix::ForAnyValue => "if one matching value is enough",
            };
            let checked = match verdict {
                Some(Verdict::Pass(_)) => " (checked: then it passes)",
                Some(Verdict::Fail(_)) => " (checked: then it fails)",
                Some(Verdict::Unknown(_)) | None => "",
            };
            let absent = match (prefix, statement.effect.value) {
                (SetPrefix::ForAllValues, Effect::Allow) => format!(
                    "; requests without the key match too: to exclude them, add \"Null\": {{\"{}\": \"false\"}}",
                    condition.key.value.text
                ),
                (SetPrefix::ForAllValues, Effect::Deny) => "; requests without the key match too".to_owned(),
                (SetPrefix::ForAnyValue, _) => String::new(),
            };
            one_line(&format!("{meant}, {spelled}{checked}{absent}"))
        });
        let name = statement_name(self.statement, Some(statement));
        let first = one_line(&format!(
            "instead of {operator} in {name}, write the operator that AWS has for several values:"
        ));
        Some(std::iter::once(first).chain(told).collect::<Vec<_>>().join("\n"))
    }

    /// Returns the policy with one of the meanings spelled.
    fn spelled(&self, prefix: SetPrefix) -> Option<Document> {
        let mut statements = self.policy.statements.to_vec();
        let condition = statements.get_mut(self.statement)?.conditions.get_mut(self.condition)?;
        condition.operator.value.set = Some(prefix);
        condition.operator_text = condition.operator.value.to_string().into();
        Some(self.policy.with_statements(statements))
    }
}

/// Says that the other policy denies a request, and why, as the end of a sentence; empty unless it does.
fn refused(existing: &Document, request: &Request, options: &evaluate::Options) -> String {
    let name = one_line(existing.source.name());
    let of_existing = |index: usize| statement_name(index, existing.statements.get(index));
    match refusal(existing, request, RequestSet::ALLOWED, options) {
        Some(Refusal::Denied { statement, .. }) => {
            format!("; {} of {name} denies it", of_existing(statement))
        }
        Some(Refusal::Short { statement, missing, .. }) => {
            let lacks: Vec<&str> = missing.iter().map(|missing| missing.says()).collect();
            let why = match lacks.is_empty() {
                true => String::new(),
                false => format!(" ({}: {})", of_existing(statement), lacks.join("; ")),
            };
            one_line(&format!("; {name} denies it{why}"))
        }
        Some(Refusal::NoAction) => format!("; {name} denies it"),
        Some(Refusal::Indirect { .. }) | None => String::new(),
    }
}

fn referee(judgement: &Judgement<'_>) -> evaluate::Options {
    let mut options = evaluate::Options::for_documents(&judgement.documents());
    options.policy_type = judgement.answer.policy_type;
    options.strict_arn = judgement.strict_arn;
    options
}

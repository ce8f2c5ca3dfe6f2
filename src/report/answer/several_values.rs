//! A condition whose meaning AWS leaves open for several values of a key: a request that shows the doubt, what each meaning decides,
//! and the spelling that settles it.

use super::judgement::Judgement;
use crate::code::Code;
use crate::evaluate::{self, Decision, decide};
use crate::explain::Recheck;
use crate::explain::display::{one_line, statement_name};
use crate::policy::{Condition, Document, Operator, SetPrefix};
use crate::report::aws_messages::AwsCheck;
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

    /// Says what each meaning decides about a request; `None` if they decide the same.
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
                "{} {any} the request if one matching value is enough, and {all} it if all values have to match",
                one_line(self.policy.source.name())
            )
        })
    }

    /// Says which spelling of the operator makes the check pass; `None` if none is known to.
    pub(super) fn advice(&self, check: AwsCheck, recheck: Option<&Recheck<'_>>) -> Option<String> {
        let recheck = recheck?;
        let passes = |prefix: &SetPrefix| {
            let answer = self.spelled(*prefix).and_then(|changed| recheck(&changed));
            answer.is_some_and(|answer| matches!(answer.verdict, Verdict::Pass(_)))
        };
        let prefix = PREFIXES.into_iter().find(passes)?;
        let operator = self.condition()?.operator.value;
        let (plain, spelled) = (operator, Operator { set: Some(prefix), ..operator });
        let name = statement_name(self.statement, self.policy.statements.get(self.statement));
        let meaning = match prefix {
            SetPrefix::ForAllValues => "every value has to match, and a request without the key meets it",
            SetPrefix::ForAnyValue => "one matching value is enough",
        };
        let kept = if check == AwsCheck::NoNewAccess { "" } else { ", if that is meant" };
        Some(one_line(&format!(
            "write {spelled} instead of {plain} in {name}{kept}: {meaning} (checked: then it passes)"
        )))
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

fn referee(judgement: &Judgement<'_>) -> evaluate::Options {
    let mut options = evaluate::Options::for_documents(&judgement.documents());
    options.policy_type = judgement.answer.policy_type;
    options.strict_arn = judgement.strict_arn;
    options
}

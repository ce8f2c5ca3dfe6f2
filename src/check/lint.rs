//! What of a policy does not matter, and what matters more than it seems to. Nothing is guessed: that something does not
//! matter is proved for every request, and that something matters is shown by one.
//!
//! Values and statements that change nothing are looked for one after the other, each in the policy without those that
//! were found before: so they can be taken out all together.

use super::region::{Axis, Region};
use super::{Options, find, no_new_access};
use crate::evaluate::glob_matches;
use crate::limits::{Exhausted, InputLimits};
use crate::policy::{
    Document, Effect, OperatorBase, Part as Piece, PolicyType, SetPrefix, Statement, Template, parse,
};
use crate::solve::{Finding, Verdict};
use crate::span::{Source, Span};

/// What is the matter with a part of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// The statement matches no request.
    NeverApplies,
    /// An Allow statement all of whose requests are denied.
    FullyDenied,
    /// An Allow statement that allows nothing that others do not.
    Redundant,
    /// A Deny statement that takes nothing away.
    DeniesNothing,
    /// A value that could be left out.
    RedundantValue(Axis, usize),
    /// A condition that every request meets which the rest of the statement matches.
    AlwaysMet(usize),
    /// An Allow with `NotAction`.
    AllowsNotAction,
    /// An Allow with `NotResource`.
    AllowsNotResource,
    /// An Allow with `NotPrincipal`.
    AllowsNotPrincipal,
    /// A condition of an Allow statement that requests without the key meet.
    MetWithoutKey(usize),
    /// A Deny unless there was MFA that does not deny requests which say nothing of MFA.
    DeniesOnlyIfPresent(usize),
}

/// Something that is the matter, with what shows it.
#[derive(Clone, Debug)]
pub struct Defect {
    /// The statement.
    pub statement: usize,
    /// What is the matter.
    pub fault: Fault,
    /// The statement that alone makes it unnecessary, where one does.
    pub covered_by: Option<usize>,
    /// A request that shows it, of faults that are shown by one.
    pub finding: Option<Finding>,
}

/// What was found in a policy.
#[derive(Clone, Debug)]
pub struct Lint {
    /// By statement.
    pub defects: Vec<Defect>,
    /// The limit that ended the search, if one did: then there may be more.
    pub exhausted: Option<Exhausted>,
    /// The policy type that was used.
    pub policy_type: PolicyType,
    /// The policy without the statements and values that change nothing. Its places are those of the original.
    pub reduced: Document,
}

/// Looks for what does not matter in a policy, and for what lets more through than it seems to.
///
/// What rests on things that AWS leaves open is not reported: it is neither proved nor shown. The number of questions is
/// bounded by [`crate::limits::SearchLimits::questions`].
///
/// ```
/// use iamsat::check::{Fault, Options, lint};
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(statement: &str) -> Document {
/// #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
/// # }
/// let policy = policy(r#"[{"Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"},
///     {"Effect":"Deny","Action":"ec2:*","Resource":"*"}]"#);
/// let faults: Vec<_> = lint(&policy, &Options::default()).defects.iter().map(|d| (d.statement, d.fault)).collect();
/// assert_eq!(faults[1], (1, Fault::DeniesNothing));
/// assert!(matches!(faults[0], (0, Fault::RedundantValue(_, 1))));
/// ```
pub fn lint(policy: &Document, options: &Options) -> Lint {
    let policy_type = options.policy_type.unwrap_or_else(|| PolicyType::infer([policy]));
    let options = Options { policy_type: Some(policy_type), certificate: false, ..options.clone() };
    let mut linter = Linter {
        policy,
        reduced: policy.clone(),
        kept: (0..policy.statements.len()).collect(),
        options: &options,
        left: options.limits.questions,
        defects: Vec::new(),
    };
    let exhausted = linter.all().err();
    let mut defects = linter.defects;
    defects.sort_by_key(|defect| (defect.statement, defect.fault));
    Lint { defects, exhausted, policy_type, reduced: linter.reduced }
}

struct Linter<'l> {
    policy: &'l Document,
    /// The policy without what was found to change nothing.
    reduced: Document,
    /// The statements of the policy that it still has.
    kept: Vec<usize>,
    options: &'l Options,
    left: usize,
    defects: Vec<Defect>,
}

impl Linter<'_> {
    fn all(&mut self) -> Result<(), Exhausted> {
        for statement in 0..self.policy.statements.len() {
            self.statement(statement)?;
        }
        for statement in self.kept.clone() {
            self.values(statement)?;
            self.conditions(statement)?;
            self.traps(statement)?;
        }
        Ok(())
    }

    fn add(&mut self, statement: usize, fault: Fault, covered_by: Option<usize>, finding: Option<Finding>) {
        self.defects.push(Defect { statement, fault, covered_by, finding });
    }

    /// Whether the statement as a whole changes anything.
    fn statement(&mut self, index: usize) -> Result<(), Exhausted> {
        let Some(source) = self.policy.statements.get(index) else { return Ok(()) };
        let Some(alone) = Region::whole(self.policy, index).and_then(|region| region.document(self.policy))
        else {
            return Ok(());
        };
        if self.none(&[&alone], &[], &[])? {
            self.add(index, Fault::NeverApplies, None, None);
            self.drop_statement(index);
            return Ok(());
        }
        let without = self.without_statement(index);
        let has = |effect| self.policy.statements.iter().any(|s| s.effect.value == effect);
        // A policy of Deny statements alone is there to limit others.
        let (allows, denies) = (has(Effect::Allow), has(Effect::Deny));
        match source.effect.value {
            Effect::Allow if denies && self.none(&[self.policy], &[&alone], &[])? => {
                self.add(index, Fault::FullyDenied, None, None);
                self.drop_statement(index);
            }
            Effect::Allow
                if self.may_be_covered(index) && self.narrower(&self.reduced.clone(), &without)? =>
            {
                let by = self.covering(index, &alone)?;
                self.add(index, Fault::Redundant, by, None);
                self.drop_statement(index);
            }
            Effect::Deny if allows && self.narrower(&without, &self.reduced.clone())? => {
                self.add(index, Fault::DeniesNothing, None, None);
                self.drop_statement(index);
            }
            Effect::Allow | Effect::Deny => {}
        }
        Ok(())
    }

    /// Whether each action of an Allow statement may be allowed by another statement too: a cheap sieve.
    fn may_be_covered(&self, index: usize) -> bool {
        let Some(statement) = self.policy.statements.get(index) else { return false };
        statement.action.negated
            || statement.action.values.iter().all(|action| self.is_elsewhere(index, None, &action.value.glob))
    }

    /// Whether another action pattern matches a word that this one matches, or a Deny statement may.
    fn is_elsewhere(&self, index: usize, value: Option<Span>, glob: &Template) -> bool {
        let word = sample(glob);
        let matches = |statement: &Statement, skip: Option<Span>| {
            let mut values = statement.action.values.iter();
            statement.action.negated
                || values.any(|other| Some(other.span) != skip && glob_matches(&other.value.glob, &word))
        };
        self.kept.iter().zip(&self.reduced.statements).any(|(place, statement)| {
            if *place == index {
                value.is_some() && matches(statement, value)
            } else {
                matches(statement, None)
            }
        })
    }

    /// The Allow statement that alone allows all that another does.
    fn covering(&mut self, index: usize, alone: &Document) -> Result<Option<usize>, Exhausted> {
        for other in self.kept.clone() {
            let is_allow = self.policy.statements.get(other).is_some_and(|s| s.effect.value == Effect::Allow);
            if other == index || !is_allow {
                continue;
            }
            let document = Region::whole(self.policy, other).and_then(|region| region.document(self.policy));
            if let Some(document) = document
                && self.narrower(alone, &document)?
            {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Values that could be left out; those that say least go first.
    fn values(&mut self, index: usize) -> Result<(), Exhausted> {
        let Some(statement) = self.policy.statements.get(index) else { return Ok(()) };
        let mut candidates: Vec<(bool, Axis, usize)> = Vec::new();
        let mut list = |axis: Axis, wild: Vec<bool>| {
            if wild.len() > 1 {
                candidates.extend(wild.into_iter().enumerate().map(|(place, wild)| (wild, axis, place)));
            }
        };
        list(
            Axis::Action,
            statement.action.values.iter().map(|v| v.value.glob.as_literal().is_none()).collect(),
        );
        if let Some(resource) = &statement.resource {
            list(Axis::Resource, resource.values.iter().map(|v| is_wild(&v.value.template)).collect());
        }
        if let Some(principal) = &statement.principal {
            list(Axis::Principal, principal.values.iter().map(|v| v.value.text.contains('*')).collect());
        }
        for (place, condition) in statement.conditions.iter().enumerate() {
            if condition.operator.value.base != OperatorBase::Null {
                let wild = condition.values.iter().map(|v| is_wild(&v.value.template)).collect();
                list(Axis::Condition(place), wild);
            }
        }
        candidates.sort_by_key(|(wild, axis, place)| (*wild, *axis, std::cmp::Reverse(*place)));
        let mut gone: Vec<(Axis, usize)> = Vec::new();
        for (_, axis, place) in candidates {
            if !self.may_be_redundant(index, axis, place) {
                continue;
            }
            let Some(without) = self.without_value(index, axis, place, &gone) else { continue };
            if self.same(&without)? {
                self.reduced = without;
                gone.push((axis, place));
                self.add(index, Fault::RedundantValue(axis, place), None, None);
            }
        }
        Ok(())
    }

    /// A cheap sieve: a word that the value matches has to be matched by something else too, or not to matter at all.
    fn may_be_redundant(&self, index: usize, axis: Axis, place: usize) -> bool {
        let Some(statement) = self.policy.statements.get(index) else { return false };
        match axis {
            Axis::Action if !statement.action.negated => statement
                .action
                .values
                .get(place)
                .is_some_and(|action| self.is_elsewhere(index, Some(action.span), &action.value.glob)),
            Axis::Resource if statement.effect.value == Effect::Allow => {
                let resource = statement.resource.as_ref().filter(|r| !r.negated);
                let Some(value) = resource.and_then(|r| r.values.get(place)) else { return true };
                let word = sample(&value.value.template);
                let others = self.kept.iter().zip(&self.reduced.statements);
                let mut others = others.filter_map(|(i, s)| Some((*i, s.resource.as_ref()?)));
                others.any(|(i, element)| {
                    let mut values = element.values.iter().filter(|v| i != index || v.span != value.span);
                    element.negated
                        || values.any(|v| {
                            v.value.template.has_variables() || glob_matches(&v.value.template, &word)
                        })
                })
            }
            _ => true,
        }
    }

    /// Conditions that are always met where the rest of their statement is.
    fn conditions(&mut self, index: usize) -> Result<(), Exhausted> {
        let Some(statement) = self.policy.statements.get(index) else { return Ok(()) };
        for place in 0..statement.conditions.len() {
            let whole = self.alone(statement.clone());
            let mut without = statement.clone();
            without.conditions.remove(place);
            if self.narrower(&self.alone(without), &whole)? {
                self.add(index, Fault::AlwaysMet(place), None, None);
            }
        }
        Ok(())
    }

    /// What is legal and says more, or less, than most people think.
    fn traps(&mut self, index: usize) -> Result<(), Exhausted> {
        let Some(statement) = self.policy.statements.get(index) else { return Ok(()) };
        let allows = statement.effect.value == Effect::Allow;
        let resource = statement.resource.as_ref().is_some_and(|r| r.negated);
        let principal = statement.principal.as_ref().is_some_and(|p| p.negated);
        let opened = [
            (statement.action.negated, Fault::AllowsNotAction),
            (resource, Fault::AllowsNotResource),
            (principal, Fault::AllowsNotPrincipal),
        ];
        for (_, fault) in opened.into_iter().filter(|(negated, _)| *negated && allows) {
            let alone = self.alone(statement.clone());
            if let Some(finding) = self.some(&[self.policy], &[&alone], &[])? {
                self.add(index, fault, None, Some(finding));
            }
        }
        for (place, condition) in statement.conditions.iter().enumerate() {
            let operator = condition.operator.value;
            let positive = !operator.base.is_negated() && operator.base != OperatorBase::Null;
            let key = &*condition.key.value.text;
            let is_mfa = condition.key.value.name.eq_ignore_ascii_case("aws:multifactorauthpresent");
            let lenient = operator.if_exists || operator.set == Some(SetPrefix::ForAllValues);
            let says_no = || condition.values.iter().all(|v| v.value.text.eq_ignore_ascii_case("false"));
            if allows && positive && lenient {
                let Some(absent) = absent(key) else { continue };
                let alone = self.alone(statement.clone());
                if let Some(finding) = self.some(&[self.policy], &[&alone, &absent], &[])? {
                    self.add(index, Fault::MetWithoutKey(place), None, Some(finding));
                }
            } else if !allows && is_mfa && operator.base == OperatorBase::Bool && !lenient && says_no() {
                let Some(absent) = absent(key) else { continue };
                let mut rest = statement.clone();
                rest.conditions.remove(place);
                rest.effect.value = Effect::Allow;
                let rest = self.alone(rest);
                if let Some(finding) = self.some(&[self.policy], &[&rest, &absent], &[])? {
                    self.add(index, Fault::DeniesOnlyIfPresent(place), None, Some(finding));
                }
            }
        }
        Ok(())
    }

    /// The statement as an Allow of a policy of its own.
    fn alone(&self, mut statement: Statement) -> Document {
        statement.effect.value = Effect::Allow;
        Document { statements: vec![statement].into(), ..self.policy.clone() }
    }

    fn without_statement(&self, index: usize) -> Document {
        let mut document = self.reduced.clone();
        if let Some(place) = self.kept.iter().position(|kept| *kept == index) {
            document.statements.remove(place);
        }
        document
    }

    fn drop_statement(&mut self, index: usize) {
        self.reduced = self.without_statement(index);
        self.kept.retain(|kept| *kept != index);
    }

    /// The reduced policy without one more value; `None` if it is the last one of its list.
    fn without_value(
        &self,
        index: usize,
        axis: Axis,
        place: usize,
        gone: &[(Axis, usize)],
    ) -> Option<Document> {
        let mut document = self.reduced.clone();
        let at = self.kept.iter().position(|kept| *kept == index)?;
        let statement = document.statements.get_mut(at)?;
        let before = gone.iter().filter(|(other, value)| *other == axis && *value < place).count();
        let place = place.checked_sub(before)?;
        fn without<T>(list: &mut Vec<T>, place: usize) -> Option<()> {
            (list.len() > 1 && place < list.len()).then(|| drop(list.remove(place)))
        }
        match axis {
            Axis::Action => without(&mut statement.action.values, place)?,
            Axis::Resource => without(&mut statement.resource.as_mut()?.values, place)?,
            Axis::Principal => without(&mut statement.principal.as_mut()?.values, place)?,
            Axis::Condition(condition) => {
                without(&mut statement.conditions.get_mut(condition)?.values, place)?;
            }
        }
        Some(document)
    }

    /// Whether it is proved that another policy means the same as the reduced one.
    fn same(&mut self, other: &Document) -> Result<bool, Exhausted> {
        let reduced = self.reduced.clone();
        Ok(self.narrower(&reduced, other)? && self.narrower(other, &reduced)?)
    }

    /// Whether it is proved that one policy allows nothing that the other does not.
    fn narrower(&mut self, one: &Document, other: &Document) -> Result<bool, Exhausted> {
        self.pay()?;
        Ok(matches!(no_new_access(one, other, self.options).verdict, Verdict::Pass(_)))
    }

    /// Whether it is proved that there is no such request.
    fn none(
        &mut self,
        policies: &[&Document],
        within: &[&Document],
        without: &[&Document],
    ) -> Result<bool, Exhausted> {
        self.pay()?;
        let answer =
            find(policies.iter().copied(), within.iter().copied(), without.iter().copied(), self.options);
        Ok(matches!(answer.verdict, Verdict::Pass(_)))
    }

    /// A request like that.
    fn some(
        &mut self,
        policies: &[&Document],
        within: &[&Document],
        without: &[&Document],
    ) -> Result<Option<Finding>, Exhausted> {
        self.pay()?;
        let answer =
            find(policies.iter().copied(), within.iter().copied(), without.iter().copied(), self.options);
        match answer.verdict {
            Verdict::Fail(findings) => Ok(findings.into_iter().next()),
            Verdict::Pass(_) | Verdict::Unknown(_) => Ok(None),
        }
    }

    fn pay(&mut self) -> Result<(), Exhausted> {
        if self.options.limits.is_over() {
            return Err(Exhausted::Deadline);
        }
        self.left = self.left.checked_sub(1).ok_or(Exhausted::Questions)?;
        Ok(())
    }
}

/// All requests without the key.
fn absent(key: &str) -> Option<Document> {
    let condition = serde_json::json!({"Null": {key: "true"}});
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Condition":{condition}}}}}"#
    );
    parse(&Source::new("requests without the key", text), &InputLimits::default()).document
}

fn is_wild(template: &Template) -> bool {
    template.as_literal().is_none()
}

/// A word that the pattern matches and that few others do.
fn sample(glob: &Template) -> String {
    let mut word = String::new();
    for part in glob.parts() {
        match part {
            Piece::Text(text) => word.push_str(text),
            Piece::One => word.push('q'),
            Piece::Many => word.push_str("qzq"),
            Piece::Variable(_) => word.push_str("qvq"),
        }
    }
    word
}

//! Finds parts of a policy that have no effect (proved for every request) and parts that allow more than they appear to (with a
//! witness). Names and ids that mean nothing to AWS are listed too; these are looked up, not proved.
//!
//! A part of an Allow statement has no effect if the policy without it allows the same requests by entries of every form. A part
//! of a Deny statement has no effect if the policy without it denies the same requests: a denied request stays denied whatever
//! other policies grant, so a Deny matters even if the policy itself allows nothing. For policies that are judged alone, only the
//! allowed requests count.
//!
//! Any selection of the parts without effect can be removed: see [`super::reduction`].

use super::beside_others::inside;
use super::find::find_among;
use super::isolation::caught;
use super::judging::Judging;
use super::query_budget::{QueryBudget, Stopped};
use super::reduction::{Kind, Part, Reduction, Within, without};
use super::region::Axis;
use super::statement_index::StatementIndex;
use super::{Answer, Options, find, no_public_access};
use crate::encode::{DocumentRef, PreparedDocument};
use crate::evaluate::{self, Decision};
use crate::limits::{Exhausted, InputLimits};
use crate::policy::{
    Document, Effect, OperatorBase, PolicyType, PrincipalKind, RequestSet, ResourceType, SetPrefix,
    Statement, Template, parse,
};
use crate::request::{Request, Requester, SharedProvider};
use crate::solve::{Finding, Verdict};
use crate::span::Source;
use std::sync::Arc;

mod exclusive;
mod listed;
mod names;

pub(super) use names::has_wrong_account;
mod near;
mod probe;
mod sieve;

use near::Near;
use probe::Shown;

/// AWS's name for the type of trust policies, which name identity providers.
const TRUST_POLICY: &str = "AWS::IAM::AssumeRolePolicyDocument";

/// The defect of a part of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fault {
    /// A statement that matches no request.
    NeverApplies,
    /// An Allow statement whose requests are all denied.
    FullyDenied,
    /// A statement that allows, or denies, only requests that others allow or deny too.
    Redundant,
    /// A Deny statement that denies nothing that the policy allows.
    DeniesNothing {
        /// True if it can be removed, because policies are judged alone.
        can_go: bool,
    },
    /// A value that can be removed.
    RedundantValue(Axis, usize),
    /// A condition that holds for every request that the rest of the statement matches.
    AlwaysMet(usize),
    /// An Allow with `NotAction`.
    AllowsNotAction,
    /// An Allow with `NotResource`.
    AllowsNotResource,
    /// An Allow with `NotPrincipal`.
    AllowsNotPrincipal,
    /// A condition of an Allow statement that holds for requests without the key.
    MetWithoutKey(usize),
    /// A Deny of requests without MFA that does not deny requests without the MFA key.
    DeniesOnlyIfPresent(usize),
    /// An Allow for an identity provider (a value of its principals) that lets in every tenant of a shared provider.
    LetsInTenants(usize),
    /// A condition on a global key that the key table does not have.
    UnknownKey(usize),
    /// A value with an account id that has not twelve digits.
    WrongAccountId(Axis, usize),
    /// A value with a placeholder that nothing fills in.
    Placeholder(Axis, usize),
    /// A value with a policy variable in a document whose version has none.
    UnreadVariable(Axis, usize),
    /// A value of an AWS principal that is nobody's.
    NobodyPrincipal(usize),
    /// A value of `aws:PrincipalArn` that is the ARN of a session: a condition and a value.
    SessionArn(usize, usize),
    /// An action whose service has a wildcard.
    ServicePattern(usize),
    /// An action pattern that matches no action that AWS lists.
    UnlistedAction(usize),
    /// An action pattern whose listed actions can be about none of the resources of the statement.
    UnusableAction(usize),
    /// A condition on a key that AWS does not list.
    UnlistedKey(usize),
    /// A condition that needs a key which AWS lists for no action of the statement.
    AbsentKey(usize),
    /// A condition whose operator compares values of another type than the key has.
    OperatorAgainstType(usize),
}

/// A defect of a statement, with its evidence.
#[derive(Clone, Debug)]
pub struct Defect {
    /// The statement.
    pub statement: usize,
    /// The defect.
    pub fault: Fault,
    /// The statement that by itself makes this one unnecessary, if there is one.
    pub covered_by: Option<usize>,
    /// A request that shows the defect, for defects that are shown by a request.
    pub finding: Option<Finding>,
    /// For a statement that matches no request: the places of conditions that no request of the rest of the statement meets together.
    /// Empty if the conditions are not the reason, or if it was not determined which of them are.
    pub exclusive: Vec<usize>,
}

/// The findings in a policy.
#[derive(Clone, Debug)]
pub struct Lint {
    /// By statement.
    pub defects: Vec<Defect>,
    /// The limit that ended the search or a part of it; there may then be more defects.
    pub exhausted: Option<Exhausted>,
    /// The message of the broken invariant that ended the search, if one did.
    pub internal: Option<String>,
    /// The policy type that was used.
    pub policy_type: PolicyType,
    /// True if only allowed requests count, not denied ones.
    pub alone: bool,
}

/// Returns a policy without the parts that some defects report as removable, in any selection. A list keeps its last value and a
/// policy its last statement.
///
/// ```
/// use iamsat::check::{Options, leave_out, lint};
/// # use iamsat::{limits::InputLimits, policy::parse, span::Source};
/// let text = r#"{"Statement":{"Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"}}"#;
/// let policy = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
/// let found = lint(&policy, &Options::default());
/// assert_eq!(leave_out(&policy, &found.defects).statements[0].action.values.len(), 1);
/// ```
pub fn leave_out<'d>(policy: &Document, defects: impl IntoIterator<Item = &'d Defect>) -> Document {
    let mut left = policy.clone();
    for part in defects.into_iter().filter_map(|defect| removable(policy, defect)) {
        if let Some(without) = without(&left, &part) {
            left = without;
        }
    }
    left
}

/// Returns the part of a policy that a defect reports as removable.
pub(super) fn removable(policy: &Document, defect: &Defect) -> Option<Part> {
    let statement = policy.statements.get(defect.statement)?;
    match defect.fault {
        Fault::NeverApplies
        | Fault::FullyDenied
        | Fault::Redundant
        | Fault::DeniesNothing { can_go: true } => Some(Part { statement: statement.span, within: None }),
        Fault::RedundantValue(axis, place) => Some(value_of(statement, axis, place)?.1),
        Fault::AlwaysMet(place) => condition_of(statement, place),
        Fault::DeniesNothing { can_go: false }
        | Fault::AllowsNotAction
        | Fault::AllowsNotResource
        | Fault::AllowsNotPrincipal
        | Fault::MetWithoutKey(_)
        | Fault::DeniesOnlyIfPresent(_)
        | Fault::LetsInTenants(_)
        | Fault::UnknownKey(_)
        | Fault::WrongAccountId(..)
        | Fault::Placeholder(..)
        | Fault::UnreadVariable(..)
        | Fault::NobodyPrincipal(_)
        | Fault::SessionArn(..)
        | Fault::ServicePattern(_)
        | Fault::UnlistedAction(_)
        | Fault::UnusableAction(_)
        | Fault::UnlistedKey(_)
        | Fault::AbsentKey(_)
        | Fault::OperatorAgainstType(_) => None,
    }
}

/// Searches a policy for parts that have no effect and parts that allow more than they appear to.
///
/// A defect that depends on a point AWS leaves open is not reported, because it is neither proved nor shown.
/// [`crate::limits::SearchLimits::questions`] bounds the number of queries.
///
/// ```
/// use iamsat::check::{Fault, Options, lint};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"[{"Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"},
///     {"Effect":"Deny","Action":"ec2:*","Resource":"*"}]"#);
/// let faults: Vec<_> = lint(&policy, &Options::default()).defects.iter().map(|d| (d.statement, d.fault)).collect();
/// assert_eq!(faults[1], (1, Fault::DeniesNothing { can_go: false }));
/// assert!(matches!(faults[0], (0, Fault::RedundantValue(_, 1))));
/// ```
pub fn lint<'a>(policy: impl Into<DocumentRef<'a>>, options: &Options) -> Lint {
    let policy = policy.into();
    let policy_type = match options.policy_type {
        Some(policy_type) => policy_type,
        None => PolicyType::infer([policy.document()]),
    };
    let options = options.for_parts([policy.document()]).sharing();
    caught(|| found(&policy.prepared(), policy_type, &options)).unwrap_or_else(|message| Lint {
        defects: Vec::new(),
        exhausted: None,
        internal: Some(message),
        policy_type,
        alone: options.judging == Judging::Alone,
    })
}

fn found(policy: &PreparedDocument, policy_type: PolicyType, options: &Options) -> Lint {
    let alone = options.judging == Judging::Alone;
    let sets = match alone {
        true => vec![RequestSet::ALLOWED],
        false => RequestSet::beside_others([policy.document()]),
    };
    let reading = evaluate::Options::for_documents(&[policy.document()]);
    let mut linter = Linter {
        sets,
        whole: policy.into(),
        policy: policy.document(),
        reduction: Reduction::of(policy.document()),
        is_separable: reading.multivalued.is_empty() && reading.spelled_differently.is_empty(),
        index: StatementIndex::of(policy.document().statements.iter().map(Some)),
        near: None,
        shown: None,
        gone: vec![false; policy.document().statements.len()],
        budget: QueryBudget::within_one_check(options),
        defects: Vec::new(),
        exhausted: None,
    };
    let (exhausted, internal) = match linter.all() {
        Ok(()) => (linter.exhausted, None),
        Err(Stopped::Exhausted(limit)) => (Some(limit), None),
        Err(Stopped::Internal(message)) => (linter.exhausted, Some(message)),
    };
    let mut defects = linter.defects;
    defects.sort_by_key(|defect| (defect.statement, defect.fault));
    Lint { defects, exhausted, internal, policy_type, alone }
}

struct Linter<'l> {
    /// The sets of requests that must stay the same. The denied requests are one of them unless policies are judged alone.
    sets: Vec<RequestSet>,
    /// The policy, prepared.
    whole: DocumentRef<'l>,
    policy: &'l Document,
    /// The policy without the parts that were found to have no effect.
    reduction: Reduction,
    /// True if a query about one statement can run without the statements that share no request with it.
    is_separable: bool,
    /// An index of the statements.
    index: StatementIndex,
    /// The statements near one statement, as reduced so far.
    near: Option<Near>,
    /// The request of the last query that showed an effect.
    shown: Option<Shown>,
    /// True for statements without effect.
    gone: Vec<bool>,
    budget: QueryBudget,
    defects: Vec<Defect>,
    /// The limit that ended a query. Its subject is then undecided, and the other queries still run.
    exhausted: Option<Exhausted>,
}

impl Linter<'_> {
    fn all(&mut self) -> Result<(), Stopped> {
        for (place, statement) in self.policy.statements.iter().enumerate() {
            let mut faults = names::faults(statement, self.policy.version);
            faults.extend(listed::faults(statement, self.budget.options().catalogue(), &self.budget)?);
            faults.into_iter().for_each(|fault| self.add(place, fault, None, None));
        }
        for statement in 0..self.policy.statements.len() {
            self.statement(statement)?;
        }
        for statement in (0..self.policy.statements.len()).filter(|s| !self.is_gone(*s)).collect::<Vec<_>>() {
            self.values(statement)?;
            self.conditions(statement)?;
            self.traps(statement)?;
        }
        self.tenants()
    }

    /// Finds the statements that let in every tenant of a shared identity provider.
    fn tenants(&mut self) -> Result<(), Stopped> {
        let principals = self.policy.statements.iter().flat_map(|s| &s.principal).flat_map(|p| &p.values);
        let mut federated = principals.filter(|value| value.value.kind == PrincipalKind::Federated);
        let may_share = |text: &str| SharedProvider::of(text).is_some() || text.contains(['*', '?']);
        let Some(trust) = ResourceType::from_name(TRUST_POLICY) else { return Ok(()) };
        if self.budget.options().aws_compat || !federated.any(|value| may_share(&value.value.text)) {
            return Ok(());
        }
        let whole = self.whole;
        let answer = self.budget.ask(|options| no_public_access(whole, trust, options))?;
        let Verdict::Fail(findings) = answer.verdict else { return Ok(()) };
        // The check of public access reads more patterns as "every resource" than the others do.
        let mut referee = evaluate::Options::for_documents(&[self.policy]);
        referee.policy_type = PolicyType::Resource;
        referee.strict_arn = self.budget.options().strict_arn;
        let is_allowed =
            |request: &Request| evaluate::decide(&[self.policy], request, &referee) == Decision::Allowed;
        let allowed: Vec<Finding> =
            findings.into_iter().filter(|finding| is_allowed(finding.witness.request())).collect();
        for finding in allowed {
            let shared = match &finding.witness.request().requester {
                Some(Requester::WebIdentity { provider }) => SharedProvider::of(provider),
                _ => None,
            };
            if let (Some(_), Some(principal)) = (shared, finding.principal) {
                self.add(finding.statement, Fault::LetsInTenants(principal), None, Some(finding));
            }
        }
        Ok(())
    }

    fn is_gone(&self, statement: usize) -> bool {
        self.gone.get(statement) == Some(&true)
    }

    fn add(&mut self, statement: usize, fault: Fault, covered_by: Option<usize>, finding: Option<Finding>) {
        self.defects.push(Defect { statement, fault, covered_by, finding, exclusive: Vec::new() });
    }

    /// Checks if the statement as a whole has an effect.
    fn statement(&mut self, index: usize) -> Result<(), Stopped> {
        let Some(source) = self.policy.statements.get(index) else { return Ok(()) };
        let effect = source.effect.value;
        self.budget.read(source.size())?;
        let alone = self.alone(source.clone());
        let own = Linter::own_set(effect);
        let nothing = |options: &Options| find_among(own, &[(&alone).into()], &[], &[], options);
        if matches!(self.ask(nothing)?, Verdict::Pass(_)) {
            self.drop_statement(index, Fault::NeverApplies, None);
            let exclusive = self.exclusive(source)?;
            if let Some(defect) = self.defects.last_mut() {
                defect.exclusive = exclusive;
            }
            return Ok(());
        }
        let has = |effect| self.policy.statements.iter().any(|s| s.effect.value == effect);
        let (allows, denies) = (has(Effect::Allow), has(Effect::Deny));
        let whole = Part { statement: source.span, within: None };
        match effect {
            Effect::Allow if denies && self.is_fully_denied(index, &alone)? => {
                self.drop_statement(index, Fault::FullyDenied, None);
            }
            Effect::Allow if self.may_be_covered(index)? && self.is_idle(index, Kind::Less, &whole)? => {
                let by = self.covering(index, &alone)?;
                self.drop_statement(index, Fault::Redundant, by);
            }
            Effect::Deny if self.judges_alone() => {
                // A policy of Deny statements alone limits other policies.
                if allows && self.is_idle(index, Kind::More, &whole)? {
                    self.drop_statement(index, Fault::DeniesNothing { can_go: true }, None);
                }
            }
            Effect::Deny if self.is_idle(index, Kind::More, &whole)? => {
                let by = self.covering(index, &alone)?;
                self.drop_statement(index, Fault::Redundant, by);
            }
            Effect::Deny if allows && self.takes_nothing_away(index, &whole)? => {
                self.add(index, Fault::DeniesNothing { can_go: false }, None, None);
            }
            Effect::Allow | Effect::Deny => {}
        }
        Ok(())
    }

    fn judges_alone(&self) -> bool {
        !self.sets.contains(&RequestSet::Denied)
    }

    /// Returns the set to which statements with this effect add requests.
    fn own_set(effect: Effect) -> RequestSet {
        match effect {
            Effect::Allow => RequestSet::ALLOWED,
            Effect::Deny => RequestSet::Denied,
        }
    }

    /// Returns the sets that a change to a statement with this effect can alter. If the denied requests stay the same, a Deny
    /// statement does not alter the allowed ones.
    fn sets_of(&self, effect: Effect) -> Vec<RequestSet> {
        match self.judges_alone() {
            true => self.sets.clone(),
            false => self.sets.iter().copied().filter(|set| set.effect() == effect).collect(),
        }
    }

    /// True if it is proved that the policy allows no request of this statement.
    fn is_fully_denied(&mut self, index: usize, alone: &Document) -> Result<bool, Stopped> {
        match self.around(index) {
            Some(around) => self.none(&[(&around).into()], &[alone.into()]),
            None => self.none(&[self.whole], &[alone.into()]),
        }
    }

    /// True if it is proved that the policy allows nothing more without a part of a Deny statement.
    fn takes_nothing_away(&mut self, index: usize, part: &Part) -> Result<bool, Stopped> {
        if self.policy.statements.len() < 2 {
            return Ok(false);
        }
        let around = self.around(index);
        let (policy, before) = match &around {
            Some(around) => (around, DocumentRef::from(around)),
            None => (self.policy, self.whole),
        };
        let left = policy.statements.shared().iter().filter(|s| s.span != part.statement).cloned();
        let after = policy.with_statements(left.collect::<Vec<_>>());
        self.inside(RequestSet::ALLOWED, (&after).into(), before)
    }

    fn drop_statement(&mut self, index: usize, fault: Fault, covered_by: Option<usize>) {
        let Some(source) = self.policy.statements.get(index) else { return };
        self.take(Kind::of(source.effect.value, false), index, None);
        if let Some(gone) = self.gone.get_mut(index) {
            *gone = true;
        }
        self.add(index, fault, covered_by, None);
    }

    /// Returns the statement that by itself allows, or denies, everything that this one does.
    fn covering(&mut self, index: usize, alone: &Document) -> Result<Option<usize>, Stopped> {
        let Some(effect) = self.policy.statements.get(index).map(|s| s.effect.value) else { return Ok(None) };
        for other in self.beside(index) {
            if other == index || self.is_gone(other) {
                continue;
            }
            let source = self.policy.statements.get(other).filter(|s| s.effect.value == effect);
            let Some(source) = source else { continue };
            self.budget.read(source.size())?;
            let document = self.alone(source.clone());
            let mut covers = true;
            for set in self.sets_of(effect) {
                covers = covers && self.inside(set, alone.into(), (&document).into())?;
            }
            if covers {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Finds values that can be removed; the most specific ones are tried first.
    fn values(&mut self, index: usize) -> Result<(), Stopped> {
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
        // The requesters that a Deny exempts depend on the list as a whole: without an entry it may exempt more.
        let is_exemption = |negated: bool| negated && statement.effect.value == Effect::Deny;
        if let Some(principal) = statement.principal.as_ref().filter(|element| !is_exemption(element.negated))
        {
            list(Axis::Principal, principal.values.iter().map(|v| v.value.text.contains('*')).collect());
        }
        for (place, condition) in statement.conditions.iter().enumerate() {
            if condition.operator.value.base != OperatorBase::Null {
                let wild = condition.values.iter().map(|v| is_wild(&v.value.template)).collect();
                list(Axis::Condition(place), wild);
            }
        }
        candidates.sort_by_key(|(wild, axis, place)| (*wild, *axis, std::cmp::Reverse(*place)));
        let beside = self.beside(index);
        for (_, axis, place) in candidates {
            let Some((kind, part)) = value_of(statement, axis, place) else { continue };
            if self.may_be_redundant(index, &beside, axis, place)? && self.is_idle(index, kind, &part)? {
                self.take(kind, index, part.within);
                self.add(index, Fault::RedundantValue(axis, place), None, None);
            }
        }
        Ok(())
    }

    /// Finds conditions that hold whenever the rest of their statement applies.
    fn conditions(&mut self, index: usize) -> Result<(), Stopped> {
        let Some(statement) = self.policy.statements.get(index) else { return Ok(()) };
        // A statement with fewer conditions matches more.
        let kind = Kind::of(statement.effect.value, true);
        for place in 0..statement.conditions.len() {
            let Some(part) = condition_of(statement, place) else { continue };
            // It is copied twice.
            self.budget.read(2 * (statement.size() + statement.conditions.len()))?;
            let Some(left) = self.reduction.statement(kind, index).cloned() else { continue };
            let whole = self.alone(left);
            let Some(less) = without(&whole, &part) else { continue };
            // The test is independent of the requester and the form of the entry.
            let own = Linter::own_set(statement.effect.value);
            if self.inside(own, (&less).into(), (&whole).into())? {
                self.take(kind, index, part.within);
                self.add(index, Fault::AlwaysMet(place), None, None);
            }
        }
        Ok(())
    }

    /// Finds parts that are valid but mean more, or less, than most people expect.
    fn traps(&mut self, index: usize) -> Result<(), Stopped> {
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
            if let Some(finding) = self.some(&[self.whole], &[(&alone).into()])? {
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
                if let Some(finding) = self.some(&[self.whole], &[(&alone).into(), (&absent).into()])? {
                    self.add(index, Fault::MetWithoutKey(place), None, Some(finding));
                }
            } else if !allows && is_mfa && operator.base == OperatorBase::Bool && !lenient && says_no() {
                let Some(absent) = absent(key) else { continue };
                let mut rest = statement.clone();
                rest.conditions.remove(place);
                rest.effect.value = Effect::Allow;
                let rest = self.alone(rest);
                if let Some(finding) = self.some(&[self.whole], &[(&rest).into(), (&absent).into()])? {
                    self.add(index, Fault::DeniesOnlyIfPresent(place), None, Some(finding));
                }
            }
        }
        Ok(())
    }

    /// Returns the statement as a policy of its own.
    fn alone(&self, statement: impl Into<Arc<Statement>>) -> Document {
        self.policy.with_statements(vec![statement.into()])
    }

    /// Runs one query.
    fn ask(&mut self, query: impl FnOnce(&Options) -> Answer) -> Result<Verdict, Stopped> {
        let verdict = self.budget.ask(query)?.verdict;
        if let Verdict::Unknown(unknown) = &verdict {
            self.exhausted = self.exhausted.or(unknown.exhausted());
        }
        Ok(verdict)
    }

    /// Returns true if it is proved that all requests in this set of one policy are in that of the other.
    fn inside(
        &mut self,
        set: RequestSet,
        one: DocumentRef<'_>,
        other: DocumentRef<'_>,
    ) -> Result<bool, Stopped> {
        Ok(matches!(self.ask(|options| inside(set, one, other, &options.unseen()))?, Verdict::Pass(_)))
    }

    /// Returns true if it is proved that the policies allow no request that every document of `within` allows.
    fn none(&mut self, policies: &[DocumentRef<'_>], within: &[DocumentRef<'_>]) -> Result<bool, Stopped> {
        let [policies, within] = [policies, within].map(|documents| documents.iter().copied());
        let verdict = self.ask(|options| find(policies, within, [], &options.unseen()))?;
        Ok(matches!(verdict, Verdict::Pass(_)))
    }

    /// Returns a request that the policies and every document of `within` allow, if one is found.
    fn some(
        &mut self,
        policies: &[DocumentRef<'_>],
        within: &[DocumentRef<'_>],
    ) -> Result<Option<Finding>, Stopped> {
        let [policies, within] = [policies, within].map(|documents| documents.iter().copied());
        match self.ask(|options| find(policies, within, [], options))? {
            Verdict::Fail(findings) => Ok(findings.into_iter().next()),
            Verdict::Pass(_) | Verdict::Unknown(_) => Ok(None),
        }
    }
}

/// Returns a condition as a part of the policy.
fn condition_of(statement: &Statement, place: usize) -> Option<Part> {
    let within = Within::Condition(statement.conditions.get(place)?.span);
    Some(Part { statement: statement.span, within: Some(within) })
}

/// Returns a value of a list as a part of the policy, with the possible effect of removing it.
fn value_of(statement: &Statement, axis: Axis, place: usize) -> Option<(Kind, Part)> {
    let (negated, condition, value) = match axis {
        Axis::Action => (statement.action.negated, None, statement.action.values.get(place)?.span),
        Axis::Resource => {
            let resource = statement.resource.as_ref()?;
            (resource.negated, None, resource.values.get(place)?.span)
        }
        Axis::Principal => {
            let principal = statement.principal.as_ref()?;
            (principal.negated, None, principal.values.get(place)?.span)
        }
        Axis::Condition(of) => {
            let condition = statement.conditions.get(of)?;
            let negated = condition.operator.value.base.is_negated();
            (negated, Some(condition.span), condition.values.get(place)?.span)
        }
    };
    let kind = Kind::of(statement.effect.value, negated);
    Some((kind, Part { statement: statement.span, within: Some(Within::Value(axis, condition, value)) }))
}

/// Returns a policy that matches all requests without the key.
fn absent(key: &str) -> Option<Document> {
    let condition = serde_json::json!({"Null": {key: "true"}});
    let text = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Condition":{condition}}}}}"#
    );
    parse(&Source::new("requests without the key", text), &InputLimits::default()).ok()
}

fn is_wild(template: &Template) -> bool {
    template.as_literal().is_none()
}

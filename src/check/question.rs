//! What every question shares: options, answer, and the way from statements to findings.

use super::access::Access;
use crate::evaluate;
use crate::formula::{CompiledPolicy, Formula, Lit, Reading, Role, axioms, compile};
use crate::limits::SearchLimits;
use crate::policy::{Document, Effect, PolicyType};
use crate::request::{Keys, Request};
use crate::solve::{self, Claim, Finding, Proof, Search, Stats, Unknown, Verdict, decide};
use crate::theory::Theory;

/// How a question is asked.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The policy type; inferred from the documents if absent.
    pub policy_type: Option<PolicyType>,
    /// Treats matches that depend on `resource-fields-do-not-cross-colons` as undecided.
    pub strict_arn: bool,
    /// Drops the facts that AWS's own checks do not know (`--aws-compat`).
    pub aws_compat: bool,
    /// Takes for facts what is usually but not certainly true of requests (`--assume-heuristics`); the answer names what
    /// takes part.
    pub assume_heuristics: bool,
    /// Fixes whether the requester has a permissions boundary.
    pub boundary: Option<bool>,
    /// Bounds on the search.
    pub limits: SearchLimits,
}

/// A decided reading of something on which sources disagree; see `docs/trust.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Assumption(pub &'static str);

/// The answer to one question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// PASS, FAIL or UNKNOWN.
    pub verdict: Verdict,
    /// The policy type that was used.
    pub policy_type: PolicyType,
    /// Whether it was inferred.
    pub policy_type_inferred: bool,
    /// The named assumptions that take part, in alphabetical order.
    pub assumptions: Vec<Assumption>,
    /// Sizes of the search.
    pub stats: Stats,
}

/// One check in progress: its documents compiled, and the goal that all of its statements share.
pub(super) struct Question<'q, 'a> {
    pub(super) documents: &'q [&'a Document],
    pub(super) policy_type: PolicyType,
    pub(super) options: &'q Options,
    pub(super) reading: Reading<'a>,
    pub(super) formula: Formula<'a>,
    pub(super) compiled: Vec<CompiledPolicy>,
    /// What the question lists beside its documents.
    pub(super) listed: &'a [Access],
}

/// The keys that conditions test and policy variables name.
fn mentioned_keys<'a>(documents: &[&'a Document]) -> Keys<'a> {
    let statements = || documents.iter().flat_map(|d| &d.statements);
    let conditions = || statements().flat_map(|s| &s.conditions);
    let values = conditions().flat_map(|c| &c.values).map(|v| &v.value.template);
    let resources = statements().flat_map(|s| &s.resource).flat_map(|r| &r.values).map(|r| &r.value.template);
    let variables = values.chain(resources).flat_map(|template| template.variables()).map(|v| &*v.key);
    Keys::new(conditions().map(|c| &*c.key.value.name).chain(variables))
}

impl<'q, 'a> Question<'q, 'a> {
    pub(super) fn new(
        documents: &'q [&'a Document],
        roles: &[Role],
        options: &'q Options,
    ) -> Question<'q, 'a> {
        let policy_type = options.policy_type.unwrap_or_else(|| PolicyType::infer(documents.iter().copied()));
        let with_roles: Vec<(&'a Document, Role)> =
            documents.iter().copied().zip(roles.iter().copied()).collect();
        let mut reading = Reading::of(&with_roles, policy_type);
        reading.strict_arn = options.strict_arn;
        reading.aws_compat = options.aws_compat;
        reading.heuristics = options.assume_heuristics;
        reading.boundary = options.boundary;
        let mut formula = Formula::default();
        let compiled = documents
            .iter()
            .enumerate()
            .map(|(index, document)| compile(&mut formula, &reading, index, document))
            .collect();
        Question { documents, policy_type, options, reading, formula, compiled, listed: &[] }
    }

    /// Asks, for every Allow statement of document 0, whether some request is matched by it, is not denied by document 0 and
    /// satisfies `goal`.
    pub(super) fn ask(mut self, goal: &[Lit], predicate: &dyn Fn(&Request) -> bool) -> Answer {
        let first = self.compiled.first().cloned().unwrap_or(CompiledPolicy { statements: Vec::new() });
        let denies: Vec<Lit> = first.with_effect(Effect::Deny).map(|(_, lit)| !lit).collect();
        let mut shared: Vec<Lit> = goal.to_vec();
        shared.extend(denies);
        shared.extend(axioms(&mut self.formula, &self.reading));
        let mut referee = evaluate::Options::for_documents(self.documents);
        referee.policy_type = self.policy_type;
        referee.strict_arn = self.options.strict_arn;
        let keys = mentioned_keys(self.documents);
        let listed_actions = self.listed.iter().flat_map(|entry| &entry.actions);
        let spellings: Vec<&str> = listed_actions.map(|action| &*action.text).collect();
        let theory = Theory::new(self.policy_type);
        let mut search = Search::new(&mut self.formula, theory, self.options.limits);
        let (mut findings, mut open, mut proofs) = (Vec::new(), Vec::new(), Vec::new());
        let mut allows: Vec<(usize, Lit)> = first.with_effect(Effect::Allow).collect();
        if allows.is_empty() {
            // Nothing is allowed: one goal that says so, so that this too is proved.
            allows.push((0, Lit::FALSE));
        }
        for (statement, lit) in allows {
            let claim = Claim {
                documents: self.documents,
                allowed_by: 0,
                statement,
                not_allowed_by: (self.documents.len() > 1).then_some(1),
                predicate,
                policy_type: self.policy_type,
                keys: &keys,
                spellings: &spellings,
                aws_compat: self.options.aws_compat,
                heuristics: self.options.assume_heuristics,
                options: &referee,
            };
            let mut goal = vec![lit];
            goal.extend(&shared);
            match decide(&mut search, &goal, &claim) {
                solve::Answer::Refuted(proof) => proofs.push(proof),
                solve::Answer::Shown(witness) => findings.push(Finding::new(&claim, *witness)),
                solve::Answer::Open(unknown) => open.push(*unknown),
            }
        }
        let stats = search.stats();
        let verdict = match (findings.is_empty(), Unknown::all(open), Proof::all(proofs)) {
            (false, _, _) => Verdict::Fail(findings),
            (true, None, Some(proof)) => Verdict::Pass(proof),
            (true, unknown, _) => Verdict::Unknown(Box::new(unknown.unwrap_or_default())),
        };
        Answer {
            verdict,
            policy_type: self.policy_type,
            policy_type_inferred: self.options.policy_type.is_none(),
            assumptions: super::assumptions::of(
                self.documents,
                self.listed,
                &self.reading,
                self.formula.mentioned(),
            ),
            stats,
        }
    }
}

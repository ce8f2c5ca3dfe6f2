//! What is asked about requests, as conjuncts: some Allow statement of the first document applies, none of its Deny statements
//! does, the request is one that the question is about, and what is true of every request holds.
//!
//! The search and the verifier of certificates both start here.

use super::atom::{Site, SiteElement};
use super::axioms::axioms;
use super::compile::{CompiledPolicy, action_pattern, compile, resource_pattern};
use super::graph::Lit;
use super::reading::{Reading, Role};
use super::vocabulary::Formula;
use crate::policy::{Access, Document, Effect, PolicyType};

/// A question about one or two documents; none of them can be met by a request if the answer is PASS.
#[derive(Clone, Copy, Debug)]
pub enum Asked<'a> {
    /// The first document allows the request, the second does not.
    NoNewAccess(&'a Document, &'a Document),
    /// The document allows the request, and an entry lists it.
    AccessNotGranted(&'a Document, &'a [Access]),
}

impl<'a> Asked<'a> {
    /// The name of the check.
    pub fn name(self) -> &'static str {
        match self {
            Asked::NoNewAccess(..) => "check-no-new-access",
            Asked::AccessNotGranted(..) => "check-access-not-granted",
        }
    }

    /// The documents, that which has to allow the request first.
    pub fn documents(self) -> Vec<&'a Document> {
        match self {
            Asked::NoNewAccess(new, existing) => vec![new, existing],
            Asked::AccessNotGranted(policy, _) => vec![policy],
        }
    }

    /// The entries of which one has to list the request, if the question has any.
    pub fn access(self) -> Option<&'a [Access]> {
        match self {
            Asked::NoNewAccess(..) => None,
            Asked::AccessNotGranted(_, access) => Some(access),
        }
    }
}

/// How the documents of a question are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Who the requester may be.
    pub policy_type: PolicyType,
    /// Whether disputed matches across colons are open.
    pub strict_arn: bool,
    /// Whether facts that AWS's checks do not know are left out.
    pub aws_compat: bool,
    /// Whether what is usually but not certainly true of requests is taken for a fact.
    pub heuristics: bool,
    /// Whether the requester has a permissions boundary, where that is fixed.
    pub boundary: Option<bool>,
}

/// A question compiled.
#[derive(Debug)]
pub struct Question<'a> {
    /// How the documents are read.
    pub reading: Reading<'a>,
    /// All that is said about requests.
    pub formula: Formula<'a>,
    /// The Allow statements of the first document, by index.
    pub allows: Vec<(usize, Lit)>,
    /// What has to hold beside one of them: no Deny, the question's own demands, and the facts about requests.
    pub shared: Vec<Lit>,
    /// All of it as conjuncts.
    pub conjuncts: Vec<Lit>,
}

impl<'a> Question<'a> {
    /// Compiles the documents in order, then the demands, then the facts: the same question always gives the same graph.
    pub fn new(asked: Asked<'a>, setting: Setting) -> Question<'a> {
        let roles = [Role::Allows, Role::Refuses];
        let documents: Vec<(&'a Document, Role)> = asked.documents().into_iter().zip(roles).collect();
        let mut reading = Reading::of(&documents, setting.policy_type);
        reading.strict_arn = setting.strict_arn;
        reading.aws_compat = setting.aws_compat;
        reading.heuristics = setting.heuristics;
        reading.boundary = setting.boundary;
        let mut formula = Formula::default();
        let compiled: Vec<CompiledPolicy> = documents
            .iter()
            .enumerate()
            .map(|(index, (document, _))| compile(&mut formula, &reading, index, document))
            .collect();
        let with_effect =
            |effect: Effect| compiled.first().into_iter().flat_map(move |c| c.with_effect(effect));
        let allows: Vec<(usize, Lit)> = with_effect(Effect::Allow).collect();
        let mut shared: Vec<Lit> = Vec::new();
        if let Some(access) = asked.access() {
            shared.push(listed(&mut formula, &reading, access));
        }
        for refusing in compiled.iter().skip(1) {
            shared.push(!refusing.allows(&mut formula));
        }
        shared.extend(with_effect(Effect::Deny).map(|(_, lit)| !lit));
        shared.extend(axioms(&mut formula, &reading));
        let some_allow = formula.graph.or(allows.iter().map(|(_, lit)| *lit));
        let conjuncts = std::iter::once(some_allow).chain(shared.iter().copied()).collect();
        Question { reading, formula, allows, shared, conjuncts }
    }
}

/// "Some entry lists the request": its action is one of the entry's and so is its resource; an empty list means any.
fn listed<'a>(formula: &mut Formula<'a>, reading: &Reading<'a>, access: &'a [Access]) -> Lit {
    let site = Site { document: 0, statement: 0, element: SiteElement::Action(0) };
    let mut entries: Vec<Lit> = Vec::new();
    for entry in access {
        let actions: Vec<Lit> = entry.actions.iter().map(|a| action_pattern(formula, a, site)).collect();
        let resources: Vec<Lit> =
            entry.resources.iter().map(|r| resource_pattern(formula, reading, r, site)).collect();
        let action = if actions.is_empty() { Lit::TRUE } else { formula.graph.or(actions) };
        let resource = if resources.is_empty() { Lit::TRUE } else { formula.graph.or(resources) };
        entries.push(formula.graph.and([action, resource]));
    }
    formula.graph.or(entries)
}

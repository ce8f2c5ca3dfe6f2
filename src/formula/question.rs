//! What is asked about requests, as conjuncts: some Allow statement of the policies applies, none of their Deny statements
//! does, the request is one that the question is about, and what is true of every request holds.
//!
//! The search and the verifier of certificates both start here.

use super::atom::{Site, SiteElement};
use super::axioms::axioms;
use super::compile::{Compile, CompiledPolicy, action_pattern, compile_statement, resource_pattern};
use super::graph::Lit;
use super::network::Network;
use super::outsider::{address_beyond, no_address, outsider};
use super::reading::{Reading, Role};
use super::recall::recall;
use super::slice::Slice;
use super::vocabulary::Formula;
use crate::policy::{Access, Document, Effect, PolicyType, ResourceType};
use crate::request::AddressInterval;

/// What a question is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Check {
    /// Does a policy allow what another does not?
    NoNewAccess,
    /// Does a policy allow what is listed?
    AccessNotGranted,
    /// Does a set of policies allow a request with these properties?
    Find,
    /// Does a policy let outsiders in?
    NoPublicAccess,
}

impl Check {
    /// All of them.
    pub const ALL: [Check; 4] =
        [Check::NoNewAccess, Check::AccessNotGranted, Check::Find, Check::NoPublicAccess];

    /// The name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Check::NoNewAccess => "check-no-new-access",
            Check::AccessNotGranted => "check-access-not-granted",
            Check::Find => "find",
            Check::NoPublicAccess => "check-no-public-access",
        }
    }
}

/// That the requester has to be an outsider, and from where.
///
/// ```
/// use iamsat::{formula::Outside, policy::ResourceType, request::AddressInterval};
/// let bucket = ResourceType::from_name("AWS::S3::Bucket").unwrap();
/// let office = AddressInterval::parse("203.0.113.0/24").unwrap();
/// // Outsiders from anywhere but this network, private networks, and no network at all.
/// let outside = Outside { resource_type: bucket, but_for: vec![office] };
/// assert_eq!(outside.but_for[0].size(), 256);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// The resource: what an access point's own keys say depends on it.
    pub resource_type: ResourceType,
    /// Requests from these addresses, and from those of private networks, are not asked about.
    pub but_for: Vec<AddressInterval>,
}

/// A question about documents. It is met by a request that the policies, read as one set, allow, that each of `within` allows
/// too, that none of `without` allows, that an entry of `access` lists, and whose requester is as `outside` says; the answer is
/// PASS if there is none.
///
/// ```
/// use iamsat::formula::{Asked, Check};
/// # use iamsat::{limits::InputLimits, policy::{Document, parse}, span::Source};
/// # fn policy(statement: &str) -> Document {
/// #     let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
/// #     parse(&Source::new("policy", text), &InputLimits::default()).document.unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*"}"#);
/// let asked = Asked::no_new_access(&policy, &policy);
/// assert_eq!((asked.check(), asked.policies().len(), asked.without().len()), (Check::NoNewAccess, 1, 1));
/// ```
#[derive(Clone, Debug)]
pub struct Asked<'a> {
    check: Check,
    documents: Vec<&'a Document>,
    /// How many documents are policies, and how many policies or `within`.
    policies: usize,
    allowing: usize,
    access: Option<&'a [Access]>,
    outside: Option<Outside>,
}

impl<'a> Asked<'a> {
    /// Does `new` allow any request that `existing` does not?
    pub fn no_new_access(new: &'a Document, existing: &'a Document) -> Asked<'a> {
        Asked {
            check: Check::NoNewAccess,
            documents: vec![new, existing],
            policies: 1,
            allowing: 1,
            access: None,
            outside: None,
        }
    }

    /// Does `policy` allow any request that some entry of `access` lists?
    pub fn access_not_granted(policy: &'a Document, access: &'a [Access]) -> Asked<'a> {
        Asked {
            check: Check::AccessNotGranted,
            documents: vec![policy],
            policies: 1,
            allowing: 1,
            access: Some(access),
            outside: None,
        }
    }

    /// Does `policy` allow any request of an outsider that comes from no address, or from one beyond those of `outside`?
    pub fn no_public_access(policy: &'a Document, outside: Outside) -> Asked<'a> {
        Asked {
            check: Check::NoPublicAccess,
            documents: vec![policy],
            policies: 1,
            allowing: 1,
            access: None,
            outside: Some(outside),
        }
    }

    /// Do the policies, read as one set, allow any request that each document of `within` allows and none of `without`? A
    /// statement of `within` that has no `Resource` is about all of them, as one without `Principal` is about everyone.
    pub fn find(
        policies: impl IntoIterator<Item = &'a Document>,
        within: impl IntoIterator<Item = &'a Document>,
        without: impl IntoIterator<Item = &'a Document>,
    ) -> Asked<'a> {
        let mut documents: Vec<&'a Document> = policies.into_iter().collect();
        let policies = documents.len();
        documents.extend(within);
        let allowing = documents.len();
        documents.extend(without);
        Asked { check: Check::Find, documents, policies, allowing, access: None, outside: None }
    }

    /// What it is called.
    pub fn check(&self) -> Check {
        self.check
    }

    /// All documents: the policies, then `within`, then `without`.
    pub fn documents(&self) -> &[&'a Document] {
        &self.documents
    }

    /// The policies, which as one set have to allow the request.
    pub fn policies(&self) -> &[&'a Document] {
        self.documents.get(..self.policies).unwrap_or_default()
    }

    /// The documents that each have to allow it too.
    pub fn within(&self) -> &[&'a Document] {
        self.documents.get(self.policies..self.allowing).unwrap_or_default()
    }

    /// The documents that each must not allow it.
    pub fn without(&self) -> &[&'a Document] {
        self.documents.get(self.allowing..).unwrap_or_default()
    }

    /// The documents about which something is asked: all but `within`.
    pub fn judged(&self) -> Vec<&'a Document> {
        [self.policies(), self.without()].concat()
    }

    /// The entries of which one has to list the request, if the question has any.
    pub fn access(&self) -> Option<&'a [Access]> {
        self.access
    }

    /// That the requester has to be an outsider, if it has to.
    pub fn outside(&self) -> Option<&Outside> {
        self.outside.as_ref()
    }

    /// The part that a document plays, by its place among all.
    fn role(&self, document: usize) -> Role {
        if document < self.policies {
            Role::Allows
        } else if document < self.allowing {
            Role::Demands
        } else {
            Role::Refuses
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
    /// The Allow statements of the policies: the document, the statement in it, and what it says.
    pub allows: Vec<(usize, usize, Lit)>,
    /// What has to hold beside one of them: no Deny, the question's own demands, and the facts about requests; but for
    /// the address that the request comes from.
    pub shared: Vec<Lit>,
    /// Whether the question depends on the address that the request comes from.
    pub by_address: bool,
    /// All of it as conjuncts.
    pub conjuncts: Vec<Lit>,
}

impl<'a> Question<'a> {
    /// Compiles the documents in order, then the demands, then the facts: the same question always gives the same graph.
    pub fn new(asked: &Asked<'a>, setting: Setting) -> Question<'a> {
        Question::of(asked, setting, &Slice::whole(), compile_statement)
    }

    /// As [`Question::new`], number for number, with what earlier questions about the same documents compiled.
    pub fn recalled(asked: &Asked<'a>, setting: Setting) -> Question<'a> {
        Question::of(asked, setting, &Slice::whole(), recall)
    }

    /// As [`Question::recalled`], without the statements that cannot matter: a request meets one of the Allow statements and all
    /// that is shared exactly if it does so in the whole question. The Allow statements that cannot matter are false.
    pub fn sliced(asked: &Asked<'a>, setting: Setting) -> Question<'a> {
        Question::of(asked, setting, &Slice::of(asked), recall)
    }

    fn of(asked: &Asked<'a>, setting: Setting, slice: &Slice, compile: Compile<'a>) -> Question<'a> {
        let with_roles: Vec<(&'a Document, Role)> =
            asked.documents().iter().enumerate().map(|(i, document)| (*document, asked.role(i))).collect();
        let mut reading = Reading::of(&with_roles, setting.policy_type);
        reading.strict_arn = setting.strict_arn;
        reading.aws_compat = setting.aws_compat;
        reading.heuristics = setting.heuristics;
        reading.boundary = setting.boundary;
        reading.allows_whole_resource = asked.outside.is_some();
        let mut formula = Formula::default();
        let values = asked.documents().iter().enumerate().flat_map(|(index, document)| {
            let matters = move |(number, _): &(usize, _)| slice.matters(index, *number);
            document.statements.iter().enumerate().filter(matters).map(|(_, s)| s.value_count())
        });
        formula.reserve(values.fold(0, usize::saturating_add));
        let compiled: Vec<CompiledPolicy> = asked
            .documents()
            .iter()
            .enumerate()
            .map(|(index, document)| {
                let matters = |number| slice.matters(index, number);
                CompiledPolicy::of(&mut formula, &reading, (index, *document), matters, compile)
            })
            .collect();
        let (policies, others) = compiled.split_at_checked(asked.policies).unwrap_or((&compiled, &[]));
        let with_effect = |effect: Effect| {
            let of = move |(i, c)| CompiledPolicy::with_effect(c, effect).map(move |(s, lit)| (i, s, lit));
            policies.iter().enumerate().flat_map(of)
        };
        let allows: Vec<(usize, usize, Lit)> = with_effect(Effect::Allow).collect();
        let mut shared: Vec<Lit> = Vec::new();
        if let Some(access) = asked.access() {
            shared.push(listed(&mut formula, &reading, access));
        }
        for (index, other) in (asked.policies..).zip(others) {
            let allowed = other.allows(&mut formula);
            shared.push(allowed.negate_if(asked.role(index) == Role::Refuses));
        }
        shared.extend(with_effect(Effect::Deny).map(|(_, _, lit)| !lit));
        let mut by_address = None;
        if let Some(outside) = asked.outside() {
            shared.extend(outsider(&mut formula, &reading, asked.documents(), outside));
            by_address = formula.mentions("aws:sourceip").then(|| {
                let networks: Vec<Network> = outside.but_for.iter().flat_map(Network::of).collect();
                let nowhere = no_address(&mut formula);
                let beyond = address_beyond(&mut formula, &networks);
                formula.graph.or([nowhere, beyond])
            });
        }
        shared.extend(axioms(&mut formula, &reading));
        let some_allow = formula.graph.or(allows.iter().map(|(_, _, lit)| *lit));
        let conjuncts = std::iter::once(some_allow).chain(shared.iter().copied()).chain(by_address).collect();
        Question { reading, formula, allows, shared, by_address: by_address.is_some(), conjuncts }
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

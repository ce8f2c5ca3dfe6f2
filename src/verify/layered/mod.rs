//! The decision over layers as the verifier writes it, from the layers of a certificate.
//!
//! The search writes it too (`query/decision.rs`), one tree for each kind of requester. This is a second text of the same pages,
//! which shares no step with the first: one list of what every allowed request satisfies, layer by layer, whoever makes it. A proof
//! of CANNOT is about this list, so it does not rest on the conditions of the search. Nothing is simplified here.
//!
//! Sources: IAM User Guide, "Policy evaluation logic", "Policy evaluation for requests within a single account", "Cross-account
//! policy evaluation logic"; Organizations User Guide, "SCP evaluation", "RCP evaluation". docs/semantics.md, "All layers", has
//! them as one table.

mod question;
mod rules;

pub use question::LayeredClaim;

use crate::code::Code;
use crate::policy::{Attached, Document, LayerKind, LayerSet, Layers, PrincipalForms, RequestSet};
use crate::query::{Query, Role, Tree};
use crate::request::RequesterKind as Kind;
use rules::Rule;

/// Requesters with an account.
const OF_ACCOUNTS: &[Kind] =
    &[Kind::Root, Kind::User, Kind::RoleSession, Kind::FederatedUser, Kind::AssumedRoot];
/// Those to whom identity policies and boundaries are attached.
const PRINCIPALS: &[Kind] = &[Kind::User, Kind::RoleSession, Kind::FederatedUser];
/// Those to whom session policies can be passed.
const SESSIONS: &[Kind] = &[Kind::RoleSession, Kind::FederatedUser, Kind::AssumedRoot];
/// Callers of a federated sign-in.
const FEDERATED: &[Kind] = &[Kind::WebIdentity, Kind::Saml];

impl LayeredClaim<'_> {
    /// Writes the query: is there a request that satisfies all of these conditions?
    pub fn query(&self) -> Query<'_> {
        let side = Side { layers: &self.layers, earlier: None };
        let mut writer = Writer { claim: self, side, query: self.bare(), written: Vec::new() };
        for document in self.scope {
            writer.query.add(Role::Scope, RequestSet::ALLOWED, [document]);
        }
        let mut conditions = writer.about_requesters();
        conditions.extend(writer.about_resources());
        conditions.extend(writer.about_context());
        let after = writer.allowed();
        if let Some(before) = &self.before {
            writer.side = Side { layers: &before.layers, earlier: Some(before.is_same_world) };
            let allowed = writer.allowed();
            conditions.push(not(allowed));
        }
        conditions.push(after);
        writer.query.demand(conditions);
        writer.query
    }
}

struct Writer<'s> {
    claim: &'s LayeredClaim<'s>,
    side: Side<'s>,
    query: Query<'s>,
    /// The sets of the query that are written already, with their indexes.
    written: Vec<(Written, usize)>,
}

/// The layers that are written about.
#[derive(Clone, Copy)]
struct Side<'s> {
    layers: &'s Layers<&'s Document>,
    /// For those before a change: true if a fact that is not known is the same after it.
    earlier: Option<bool>,
}

/// A set of the query: its documents are those at these addresses.
#[derive(PartialEq)]
struct Written {
    role: Role,
    set: RequestSet,
    documents: Vec<*const Document>,
}

fn all(parts: impl IntoIterator<Item = Tree>) -> Tree {
    Tree::All(parts.into_iter().collect())
}

fn any(parts: impl IntoIterator<Item = Tree>) -> Tree {
    Tree::Any(parts.into_iter().collect())
}

fn not(tree: Tree) -> Tree {
    Tree::Not(Box::new(tree))
}

fn of(kinds: &[Kind]) -> Tree {
    Tree::Kind(kinds.to_vec())
}

/// Returns "if the requester is of one of these kinds, the rest holds".
fn bound(kinds: &[Kind], rest: Tree) -> Tree {
    any([not(of(kinds)), rest])
}

fn open(code: Code, key: impl Into<Box<str>>) -> Tree {
    Tree::Open(code, key.into())
}

/// Returns the names of the policies of a layer that are not known, in alphabetical order.
fn nameless<'l>(layers: &'l Layers<&Document>, kind: LayerKind, level: usize) -> Vec<&'l str> {
    let mut names: Vec<&str> = Vec::new();
    for layer in layers.attached() {
        if layer.kind == kind && layer.level == level {
            names.extend(layer.policies.iter().filter_map(|policy| policy.missing()));
        }
    }
    names.sort_unstable();
    names
}

const GRANTED: RequestSet = RequestSet::Granted(PrincipalForms::All);

impl<'s> Writer<'s> {
    fn set(&mut self, role: Role, set: RequestSet, documents: &[&'s Document]) -> Tree {
        if documents.is_empty() {
            return any([]);
        }
        let addresses = documents.iter().map(|document| std::ptr::from_ref(*document)).collect();
        let new = Written { role, set, documents: addresses };
        if let Some((_, index)) = self.written.iter().find(|(written, _)| *written == new) {
            return Tree::Set(*index);
        }
        let index = self.query.add(role, set, documents.iter().copied());
        self.written.push((new, index));
        Tree::Set(index)
    }

    fn fact(&mut self, document: &'s Document) -> Tree {
        self.set(Role::Rule, GRANTED, &[document])
    }

    fn rule(&mut self, rule: Rule) -> Tree {
        self.fact(rule.document())
    }

    /// Returns a point about the world that is not known: before a change one of its own, unless the change leaves it alone.
    fn world(&self, code: Code, key: &str, changes: bool) -> Tree {
        match self.side.earlier {
            None => open(code, key),
            Some(is_same) if is_same && !changes => open(code, key),
            Some(_) => open(code, format!("before {key}")),
        }
    }

    /// Returns the point that stands for policies of a layer that are not known.
    fn unknown(&self, kind: LayerKind, level: usize, set: RequestSet) -> Tree {
        let (after, own) = (&self.claim.layers, self.side.layers);
        let changes = nameless(after, kind, level) != nameless(own, kind, level);
        self.world(Code::MissingLayer, &format!("{} {level} {}", kind.name(), set.name()), changes)
    }

    /// Returns "a statement of these policies puts the request into the set"; open if one of them is not known.
    fn of_policies(&mut self, layer: &LayerSet<'s, &'s Document>, set: RequestSet) -> Tree {
        let known: Vec<&'s Document> = layer.policies.iter().filter_map(Attached::policy).copied().collect();
        let mut ways = vec![self.set(Role::Part, set, &known)];
        if known.len() < layer.policies.len() {
            ways.push(self.unknown(layer.kind, layer.level, set));
        }
        any(ways)
    }

    /// Returns a layer without levels, if it is attached and binds some of the requesters.
    fn layer(&self, kind: LayerKind) -> Option<LayerSet<'s, &'s Document>> {
        let layers = self.side.layers;
        layers.attached().find(|layer| layer.kind == kind && !self.binds_nobody(kind))
    }

    /// Returns "the request is on no resource, or on something of AWS in IAM": there the rule within one account holds.
    fn on_nothing_of_others(&mut self) -> Tree {
        let (on_arn, iam) = (self.rule(Rule::OnArn), self.rule(Rule::OfIam));
        let aws = self.rule(Rule::OnAwsInIam);
        any([not(on_arn), all([iam, aws])])
    }

    fn about_requesters(&mut self) -> Vec<Tree> {
        let who = &self.claim.who;
        let mut conditions = vec![of(&who.kinds)];
        if let Some(named) = &who.named {
            conditions.push(self.fact(named));
        }
        if who.kinds.contains(&Kind::RoleSession) {
            let by_service_role = self.rule(Rule::ByServiceRole);
            conditions.push(if who.is_service_role { by_service_role } else { not(by_service_role) });
        }
        conditions
    }

    fn about_resources(&mut self) -> Vec<Tree> {
        let claim = self.claim;
        let mut conditions = Vec::new();
        let given = claim.layers.resource_account.as_deref();
        if let Some(owner) = claim.accounts.iter().find(|account| given == Some(&*account.id)) {
            let nothing = self.on_nothing_of_others();
            let without = self.rule(Rule::OnArnWithoutAccount);
            let of_owner = self.fact(&owner.on);
            conditions.push(any([nothing, without, of_owner]));
        }
        let about_one = |layers: &Layers<&Document>| layers.resource.is_some() || given.is_some();
        let is_so_before = claim.before.as_ref().is_none_or(|before| about_one(&before.layers));
        if about_one(&claim.layers) && is_so_before {
            let on_arn = self.rule(Rule::OnArn);
            let (identity, token) = (self.rule(Rule::GetCallerIdentity), self.rule(Rule::GetSessionToken));
            conditions.push(any([on_arn, identity, token, open(Code::ActionWithoutResource, "")]));
        }
        conditions
    }

    /// Writes the facts about the keys of the context that the layers name values for.
    fn about_context(&mut self) -> Vec<Tree> {
        let claim = self.claim;
        let facts = &claim.facts;
        let mut conditions = Vec::new();
        for member in &facts.member {
            let member = self.fact(member);
            conditions.push(bound(OF_ACCOUNTS, member));
        }
        for own in &facts.own_resource {
            let (same, own) = (self.same_account(), self.fact(own));
            conditions.push(bound(OF_ACCOUNTS, any([not(same), own])));
        }
        for through in &facts.through {
            let (through, by_service_role) = (self.fact(through), self.rule(Rule::ByServiceRole));
            conditions.push(any([of(&[Kind::Service]), by_service_role, through]));
        }
        if let Some(absent) = &facts.without_owner {
            conditions.extend(self.named_owner(absent));
        }
        conditions
    }

    /// Writes that the key for the account of the resource, where it is present, names that account.
    fn named_owner(&mut self, absent: &'s Document) -> Vec<Tree> {
        let claim = self.claim;
        let given = claim.layers.resource_account.as_deref();
        let nothing = self.on_nothing_of_others();
        let without = self.rule(Rule::OnArnWithoutAccount);
        let mut conditions = Vec::new();
        let mut elsewhere = vec![nothing.clone()];
        for account in &claim.accounts {
            let (mut on, owning) = (self.fact(&account.on), self.fact(&account.owning));
            if given == Some(&*account.id) {
                on = any([on, without.clone()]);
            }
            conditions.push(any([nothing.clone(), not(on.clone()), owning]));
            elsewhere.push(on);
        }
        if given.is_none() {
            elsewhere.push(without);
        }
        let absent = self.fact(absent);
        elsewhere.extend([absent, open(Code::ResourceWithoutAccount, "aws:ResourceAccount")]);
        conditions.push(any(elsewhere));
        conditions
    }

    /// Returns "the requester, one with an account, calls on a resource of its account".
    fn same_account(&mut self) -> Tree {
        let claim = self.claim;
        let given = claim.layers.resource_account.as_deref();
        let unsettled = self.world(Code::ResourceWithoutAccount, "same", false);
        let mut ways = vec![self.on_nothing_of_others()];
        let without = self.rule(Rule::OnArnWithoutAccount);
        let mut settled = Vec::new();
        for account in &claim.accounts {
            let mut on = self.fact(&account.on);
            if given == Some(&*account.id) {
                on = any([on, without.clone()]);
            }
            let is_own = match &claim.who.account {
                Some(own) if *own == account.id => all([]),
                Some(_) => any([]),
                None => self.fact(&account.by),
            };
            ways.push(all([on.clone(), is_own]));
            settled.push(on);
        }
        let of_aws = self.rule(Rule::OnAws);
        ways.push(match &claim.who.account {
            // Any other account is not that of the requester.
            Some(_) => {
                let nowhere = if given.is_some() { of_aws } else { any([without, of_aws]) };
                all([nowhere, unsettled])
            }
            None => all([not(any(settled)), unsettled]),
        });
        any(ways)
    }

    fn allowed(&mut self) -> Tree {
        let side = self.side.layers;
        let layers: Vec<LayerSet<'s, &'s Document>> = side.attached().collect();
        let passed: Vec<Tree> = layers.iter().map(|layer| self.passes(layer)).collect();
        let passed = all(passed.into_iter().chain([self.passes_further_rcps()]));
        let (granted, refused) = (self.granted(), self.refused());
        // AWS answers who the caller is without a permission. Only the policy of an endpoint may stand in the way.
        let identity = self.rule(Rule::GetCallerIdentity);
        let answered = match side.endpoint.is_some() {
            true => any([passed.clone(), open(Code::Undetermined, "endpoint")]),
            false => all([]),
        };
        any([all([passed, granted, not(refused)]), all([of(OF_ACCOUNTS), identity, answered])])
    }

    /// True if the layer binds none of the requesters in question, so that its policies play no part.
    fn binds_nobody(&self, kind: LayerKind) -> bool {
        let who = &self.claim.who;
        let none_of = |kinds: &[Kind]| who.kinds.iter().all(|kind| !kinds.contains(kind));
        match kind {
            LayerKind::Identity | LayerKind::Boundary => none_of(PRINCIPALS),
            LayerKind::Session => none_of(SESSIONS),
            LayerKind::ServiceControl => who.is_service_role || none_of(OF_ACCOUNTS) && none_of(FEDERATED),
            LayerKind::ResourceControl => who.is_service_role,
            LayerKind::Resource => false,
            LayerKind::Endpoint => who.is_service_role || who.kinds == [Kind::Service],
        }
    }

    /// Returns "the layer does not stop the request".
    fn passes(&mut self, layer: &LayerSet<'s, &'s Document>) -> Tree {
        if self.binds_nobody(layer.kind) {
            return all([]);
        }
        let denied = self.of_policies(layer, RequestSet::Denied);
        let by_service_role = self.rule(Rule::ByServiceRole);
        match layer.kind {
            LayerKind::Identity | LayerKind::Boundary => bound(PRINCIPALS, not(denied)),
            LayerKind::Session => bound(SESSIONS, not(denied)),
            LayerKind::Resource => {
                let consulted = self.consulted();
                not(all([consulted, denied]))
            }
            LayerKind::ServiceControl => {
                let allowed = self.of_policies(layer, GRANTED);
                let beyond = all([self.rule(Rule::BeyondScps), open(Code::ScpExempt, "")]);
                let stops = open(Code::ScpOnFederationCall, "");
                all([
                    bound(OF_ACCOUNTS, any([by_service_role, beyond, all([allowed, not(denied.clone())])])),
                    bound(FEDERATED, not(all([denied, stops]))),
                ])
            }
            LayerKind::ResourceControl => {
                let covered = any([self.rule(Rule::OfServicesUnderRcps), open(Code::RcpCovers, "")]);
                let (retires, assumes) = (self.rule(Rule::RetireGrant), self.rule(Rule::Assumption));
                let on_own = all([of(&[Kind::Service]), assumes, self.rule(Rule::OnServiceRole)]);
                any([by_service_role, retires, on_own, not(all([denied, covered]))])
            }
            LayerKind::Endpoint => {
                let allowed = self.of_policies(layer, GRANTED);
                any([of(&[Kind::Service]), by_service_role, all([allowed, not(denied)])])
            }
        }
    }

    /// Returns "the RCPs of the requester's account, which are not given if it does not own the resource, let it through": they
    /// bind calls on no resource.
    fn passes_further_rcps(&mut self) -> Tree {
        let claim = self.claim;
        let given = claim.layers.resource_account.as_deref();
        let owner = claim.accounts.iter().find(|account| given == Some(&*account.id));
        let (Some(owner), false) = (owner, self.side.layers.rcp.is_empty()) else { return all([]) };
        let (on_arn, by_service_role) = (self.rule(Rule::OnArn), self.rule(Rule::ByServiceRole));
        let by_owner = match &claim.who.account {
            Some(own) if *own == owner.id => all([]),
            Some(_) => any([]),
            None => self.fact(&owner.by),
        };
        let denies = self.world(Code::MissingLayer, "rcp of caller", true);
        bound(OF_ACCOUNTS, any([on_arn, by_service_role, by_owner, not(denies)]))
    }

    /// Returns "AWS refuses the request whatever policies say".
    fn refused(&mut self) -> Tree {
        let policy = [Rule::PolicyChange, Rule::OnAwsPolicy].map(|rule| self.rule(rule));
        let (changes, uses) = (self.rule(Rule::RoleChange), self.rule(Rule::RoleUse));
        let (of_service, reserved) = (self.rule(Rule::OnServiceRole), self.rule(Rule::OnReservedRole));
        // There are no such calls: they name the role or the key.
        let (assumes, on_role) = (self.rule(Rule::RoleCall), self.rule(Rule::OnRole));
        let (uses_key, on_key) = (self.rule(Rule::Grantable), self.rule(Rule::OnKey));
        any([
            all(policy),
            all([changes.clone(), of_service]),
            all([any([changes, uses]), reserved]),
            all([assumes, not(on_role)]),
            all([uses_key, not(on_key)]),
        ])
    }

    /// Returns "a policy of the resource is consulted".
    fn consulted(&mut self) -> Tree {
        let (on_arn, iam) = (self.rule(Rule::OnArn), self.rule(Rule::OfIam));
        all([on_arn, not(iam)])
    }

    /// Returns "the policy of the resource has to allow also within one account".
    fn needs_trust(&mut self) -> Tree {
        let role = [Rule::Assumption, Rule::OnRole].map(|rule| self.rule(rule));
        let key = [Rule::OfKms, Rule::OnKey].map(|rule| self.rule(rule));
        any([all(role), all(key)])
    }

    /// Returns "an entry of one of these forms in the policy of the resource grants the request".
    fn by_resource(&mut self, forms: PrincipalForms) -> Tree {
        let set = RequestSet::Granted(forms);
        let consulted = self.consulted();
        let grants = match self.layer(LayerKind::Resource) {
            Some(layer) => self.of_policies(&layer, set),
            None => {
                let trust = self.needs_trust();
                let (organizations, same) = (self.rule(Rule::OfOrganizations), self.same_account());
                let delegated = self.world(Code::OrganizationsDelegation, set.name(), false);
                let trusted = self.unknown(LayerKind::Resource, 0, set);
                any([all([trust, trusted]), all([organizations, not(same), delegated])])
            }
        };
        all([consulted, grants])
    }

    /// Returns "some grant reaches the requester".
    fn granted(&mut self) -> Tree {
        let by_anyone = self.by_resource(PrincipalForms::All);
        let for_anyone = any([self.rule(Rule::OfServicesForAnyone), open(Code::AnonymousService, "")]);
        let on_role = self.rule(Rule::OnRole);
        let (web, saml) = (self.rule(Rule::WebIdentitySignIn), self.rule(Rule::SamlSignIn));
        let sign_in = any([all([of(&[Kind::WebIdentity]), web]), all([of(&[Kind::Saml]), saml])]);
        let without_account =
            any([of(&[Kind::Service]), all([of(&[Kind::Anonymous]), for_anyone]), all([sign_in, on_role])]);
        let mut ways = vec![all([without_account, by_anyone.clone()])];
        let who = &self.claim.who;
        if who.kinds.iter().any(|kind| OF_ACCOUNTS.contains(kind)) {
            let token = self.rule(Rule::GetSessionToken);
            ways.push(all([of(&[Kind::User]), token]));
            ways.push(self.granted_to_roots(&by_anyone));
            ways.push(self.granted_to_principals(&by_anyone));
        }
        any(ways)
    }

    /// Returns "the calls on a key that a grant may allow, and one does", which is open.
    fn by_grant(&mut self) -> Tree {
        let (calls, key) = (self.rule(Rule::Grantable), self.rule(Rule::OnKey));
        all([calls, key, self.world(Code::KmsGrants, "", false)])
    }

    fn granted_to_roots(&mut self, by_anyone: &Tree) -> Tree {
        let kinds = &self.claim.who.kinds;
        if !kinds.contains(&Kind::Root) && !kinds.contains(&Kind::AssumedRoot) {
            return any([]);
        }
        let task = match self.layer(LayerKind::Session) {
            Some(layer) => self.of_policies(&layer, GRANTED),
            None => open(Code::AssumeRootTask, ""),
        };
        let (same, trust) = (self.same_account(), self.needs_trust());
        let (assume, pass) = (self.rule(Rule::AssumeRole), self.rule(Rule::PassRole));
        let within = all([same.clone(), any([not(trust), by_anyone.clone()])]);
        let across = all([not(same), not(pass), by_anyone.clone()]);
        all([
            of(&[Kind::Root, Kind::AssumedRoot]),
            not(assume),
            bound(&[Kind::AssumedRoot], task),
            any([within, across, self.by_grant()]),
        ])
    }

    fn granted_to_principals(&mut self, by_anyone: &Tree) -> Tree {
        if self.binds_nobody(LayerKind::Identity) {
            return any([]);
        }
        let identity = match self.layer(LayerKind::Identity) {
            Some(layer) => self.of_policies(&layer, GRANTED),
            None => any([]),
        };
        let boundary = self.layer(LayerKind::Boundary).map(|layer| self.of_policies(&layer, GRANTED));
        let session = match self.layer(LayerKind::Session) {
            Some(layer) => bound(SESSIONS, self.of_policies(&layer, GRANTED)),
            // A federated user without session policies has nothing of its parent's permissions.
            None => not(of(&[Kind::FederatedUser])),
        };
        let limits = all([boundary.clone().unwrap_or_else(|| all([])), session]);
        let mut direct = self.by_resource(PrincipalForms::Direct);
        if let Some(boundary) = boundary {
            let trusted = all([Rule::Assumption, Rule::OnRole].map(|rule| self.rule(rule)));
            let limited = any([not(trusted), boundary, open(Code::TrustUserBoundary, "")]);
            direct = all([direct, bound(&[Kind::User], limited)]);
        }
        let by_role = self.by_resource(PrincipalForms::WithRoles);
        let (same, trust) = (self.same_account(), self.needs_trust());
        let pass = self.rule(Rule::PassRole);
        let by_identity = all([identity.clone(), any([not(trust), by_anyone.clone()])]);
        let within = any([direct, all([limits.clone(), any([by_role, by_identity])])]);
        let across = all([not(pass), identity, limits, by_anyone.clone()]);
        all([of(PRINCIPALS), any([all([same.clone(), within]), all([not(same), across]), self.by_grant()])])
    }
}

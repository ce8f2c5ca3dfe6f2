//! The decision over all layers as a tree over the sets that their documents define.
//!
//! The referee has this function a second time, for one request (`evaluate/layered`), and the verifier of certificates a third time
//! (`verify/layered`); docs/semantics.md, "All layers", states it in words, with its sources.

use super::rules::{Rule, document_of, statement};
use super::{Before, Callers, Layered, Query, Role, Tree};
use crate::code::Code;
use crate::policy::{
    Attached, Document, Effect, LayerKind, Layers, PrincipalForms, RequestSet, ResourceShape,
};
use crate::request::RequesterKind as Kind;

/// A question about layers: may some of the callers make some request of the scope?
#[derive(Debug)]
pub struct LayeredQuestion<'a> {
    layers: Layers<&'a Document>,
    /// The layers before a change, which have to refuse the request.
    before: Option<Before<&'a Document>>,
    callers: Callers,
    /// The documents that each have to allow a request in question.
    scope: &'a [Document],
    /// The account of all resources in question, if it is known.
    owner: Option<String>,
    facts: Facts,
}

/// Documents made from the accounts and ids of a question.
#[derive(Debug, Default)]
struct Facts {
    /// Resources whose ARN names the account that the layers are about.
    owned: Option<Document>,
    /// Principals of the account of the resource.
    in_owner: Option<Document>,
    /// Resources of the account of the callers.
    on_own: Option<Document>,
    /// Requests whose key names the account of the resource.
    resource_account: Option<Document>,
    /// Requests that have no such key.
    no_resource_account: Option<Document>,
    /// Requests by members of the organization.
    organization: Option<Document>,
    /// Requests on resources of the organization.
    resource_organization: Option<Document>,
    /// Requests through an endpoint.
    endpoint: Option<Document>,
}

impl<'a> LayeredQuestion<'a> {
    /// Asks about these layers; with those before a change, about the requests that they refuse and the others allow. With
    /// `strict_arn`, it is open if a wildcard in a field of an ARN matches `:`.
    pub fn new(
        layers: Layers<&'a Document>,
        before: Option<Before<&'a Document>>,
        callers: Callers,
        scope: &'a [Document],
        strict_arn: bool,
    ) -> LayeredQuestion<'a> {
        let earlier = before.iter().flat_map(|before| before.layers.documents().copied());
        let mentioned: Vec<&str> = layers
            .documents()
            .copied()
            .chain(earlier)
            .chain(scope)
            .flat_map(Document::mentioned_keys)
            .collect();
        let mentions = |key: &str| mentioned.contains(&key);
        let conditions = |operators: &str| {
            fact(&format!("\"Action\":\"*\",\"Resource\":\"*\",\"Condition\":{{{operators}}}"))
        };
        let known =
            layers.resource_account.as_deref().map(str::to_owned).or_else(|| owner(scope, strict_arn));
        let owner = known.as_deref();
        let own = callers.account();
        let is_known = |key: &str| mentions(key).then_some(());
        let on = |account: &str| format!("\"Action\":\"*\",\"Resource\":\"arn:*:*:*:{account}:*\"");
        let organization = layers.organization.as_deref();
        let mut through = Vec::new();
        let comes_through = |layers: &Layers<&Document>| layers.endpoint.is_some();
        if comes_through(&layers) && before.as_ref().is_none_or(|before| comes_through(&before.layers)) {
            if mentions("aws:sourceip") {
                through.push("\"aws:SourceIp\":\"true\"".to_owned());
            }
            if mentions("aws:sourcevpce") {
                through.push("\"aws:SourceVpce\":\"false\"".to_owned());
            }
        }
        let facts = Facts {
            owned: layers.resource_account.as_deref().map(|account| fact(&on(account))),
            in_owner: owner.filter(|_| own.is_none()).map(|account| {
                fact(&format!("\"Principal\":{{\"AWS\":\"{account}\"}},\"Action\":\"*\",\"Resource\":\"*\""))
            }),
            on_own: own.filter(|_| owner.is_none()).map(|account| fact(&on(account))),
            resource_account: owner.or(own).zip(is_known("aws:resourceaccount")).map(|(account, ())| {
                conditions(&format!("\"StringEqualsIfExists\":{{\"aws:ResourceAccount\":\"{account}\"}}"))
            }),
            no_resource_account: is_known("aws:resourceaccount")
                .filter(|()| owner.is_none())
                .map(|()| conditions("\"Null\":{\"aws:ResourceAccount\":\"true\"}")),
            organization: organization.and_then(|id| {
                let is_member = is_known("aws:principalorgid")
                    .map(|()| format!("\"StringEquals\":{{\"aws:PrincipalOrgID\":\"{id}\"}}"));
                let is_below = is_known("aws:principalorgpaths").map(|()| {
                    let key = "aws:PrincipalOrgPaths";
                    format!("\"ForAllValues:StringLike\":{{\"{key}\":\"{id}/*\"}},\"Null\":{{\"{key}\":\"false\"}}")
                });
                both(is_member, is_below).map(|operators| conditions(&operators))
            }),
            resource_organization: organization.and_then(|id| {
                let is_member = is_known("aws:resourceorgid")
                    .map(|()| format!("\"StringEqualsIfExists\":{{\"aws:ResourceOrgID\":\"{id}\"}}"));
                let is_below = is_known("aws:resourceorgpaths")
                    .map(|()| format!("\"ForAllValues:StringLike\":{{\"aws:ResourceOrgPaths\":\"{id}/*\"}}"));
                both(is_member, is_below).map(|operators| conditions(&operators))
            }),
            endpoint: (!through.is_empty())
                .then(|| conditions(&format!("\"Null\":{{{}}}", through.join(",")))),
        };
        LayeredQuestion { layers, before, callers, scope, owner: known, facts }
    }

    /// Returns the query: is there a request of the scope, by some of the callers, that all layers together allow, and that those
    /// before the change refuse, if there are such layers?
    pub fn query(&self) -> Query<'_> {
        let layers = self.layers.map(|document| *document);
        let before = self.before.as_ref().map(|before| before.map(|document| *document));
        let layered = Layered { layers, callers: &self.callers, names: self.callers.document(), before };
        let query = Query::over_layers(layered);
        let mut builder =
            Builder { question: self, layers: &self.layers, is_before: false, query, known: Vec::new() };
        for document in self.scope {
            builder.query.add(Role::Scope, RequestSet::ALLOWED, [document]);
        }
        let demands = builder.demands();
        let allowed = builder.allowed();
        let refused = self.before.as_ref().map(|before| {
            (builder.layers, builder.is_before) = (&before.layers, true);
            builder.allowed().negated()
        });
        builder.query.demand(demands.into_iter().chain(refused).chain([allowed]));
        builder.query
    }
}

/// Returns the operators of two conditions that are known.
fn both(one: Option<String>, other: Option<String>) -> Option<String> {
    match (one, other) {
        (Some(one), Some(other)) => Some(format!("{one},{other}")),
        (one, other) => one.or(other),
    }
}

/// Returns the account of all resources in question, if a document of the scope names the same one in each of its statements.
fn owner(scope: &[Document], strict_arn: bool) -> Option<String> {
    scope.iter().find_map(|document| owner_of(document, strict_arn)).map(str::to_owned)
}

/// Returns the account that all resources of the document name.
fn owner_of(document: &Document, strict_arn: bool) -> Option<&str> {
    let mut owner: Option<&str> = None;
    for statement in document.statements.iter().filter(|one| one.effect.value == Effect::Allow) {
        let element = statement.resource.as_ref().filter(|element| !element.negated)?;
        for value in &element.values {
            let ResourceShape::Arn { fields, .. } = &value.value.shape else { return None };
            let [first @ .., account, _] = &**fields;
            // With `--strict-arn` it is open if a wildcard before the account matches `:`.
            if strict_arn && first.iter().any(|field| field.as_literal().is_none()) {
                return None;
            }
            let account = account.as_literal().filter(|text| text.bytes().all(|b| b.is_ascii_digit()))?;
            if account.len() != 12 || owner.is_some_and(|owner| owner != account) {
                return None;
            }
            owner = Some(account);
        }
    }
    owner
}

/// Returns the document with one Allow statement with these members.
pub(super) fn fact(members: &str) -> Document {
    document_of(&statement(members))
}

/// Builds the tree of a question, and the sets that it is over.
struct Builder<'s, 'a> {
    question: &'s LayeredQuestion<'a>,
    /// The layers whose decision is written: those after a change, then those before it.
    layers: &'s Layers<&'a Document>,
    is_before: bool,
    query: Query<'s>,
    /// Sets that are built already: those of layers by kind, level and set, those of single documents by address.
    known: Vec<(Key, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// True for a layer before a change.
    Layer(bool, LayerKind, usize, RequestSet),
    Document(*const Document),
}

/// The start of the key of a point about the layers before a change.
pub(crate) const BEFORE: &str = "before ";
/// The principals to which policies are attached.
const PRINCIPALS: [Kind; 3] = [Kind::User, Kind::RoleSession, Kind::FederatedUser];
/// The principals of accounts.
const OF_ACCOUNTS: [Kind; 5] =
    [Kind::User, Kind::RoleSession, Kind::FederatedUser, Kind::Root, Kind::AssumedRoot];

impl<'s> Builder<'s, '_> {
    /// Returns "a statement of the layer with the effect of the set applies", which is open if a policy of the layer is missing.
    fn of_layer(&mut self, kind: LayerKind, level: usize, set: RequestSet) -> Tree {
        let attached = self.layers.attached().find(|of| (of.kind, of.level) == (kind, level));
        let Some(attached) = attached else { return Tree::constant(false) };
        let mut parts = Vec::new();
        let documents: Vec<&'s Document> =
            attached.policies.iter().filter_map(Attached::policy).copied().collect();
        if !documents.is_empty() {
            parts.push(self.set(Key::Layer(self.is_before, kind, level, set), Role::Part, set, documents));
        }
        if attached.policies.iter().any(|policy| policy.missing().is_some()) {
            parts.push(self.missing(kind, level, set));
        }
        Tree::any(parts)
    }

    /// Returns the open point that stands for the policies of a layer that are not known. Before a change to one snapshot it is the
    /// same point if the same policies are not known.
    fn missing(&self, kind: LayerKind, level: usize, set: RequestSet) -> Tree {
        let unknown = |layers: &Layers<&'_ Document>| -> Vec<Box<str>> {
            let attached = layers.attached().filter(|of| (of.kind, of.level) == (kind, level));
            let names = attached.flat_map(|of| of.policies).filter_map(Attached::missing);
            let mut names: Vec<Box<str>> = names.map(Into::into).collect();
            names.sort_unstable();
            names
        };
        let is_alike = unknown(&self.question.layers) == unknown(self.layers);
        self.of_world(Code::MissingLayer, format!("{} {level} {}", kind.name(), set.name()), is_alike)
    }

    /// Returns a point that is open because of a fact that is not known. Before a change it is the same point only if the change
    /// was applied to one snapshot, and does not touch the fact.
    fn of_world(&self, code: Code, key: String, is_untouched: bool) -> Tree {
        let is_same = self.question.before.as_ref().is_none_or(|before| before.is_same_world);
        match !self.is_before || is_same && is_untouched {
            true => Tree::Open(code, key.into()),
            false => Tree::Open(code, format!("{BEFORE}{key}").into()),
        }
    }

    fn set(
        &mut self,
        key: Key,
        role: Role,
        set: RequestSet,
        documents: impl IntoIterator<Item = &'s Document>,
    ) -> Tree {
        if let Some((_, layer)) = self.known.iter().find(|(known, _)| *known == key) {
            return Tree::Set(*layer);
        }
        let layer = self.query.add(role, set, documents);
        self.known.push((key, layer));
        Tree::Set(layer)
    }

    fn allows(&mut self, kind: LayerKind, level: usize) -> Tree {
        self.of_layer(kind, level, RequestSet::Granted(PrincipalForms::All))
    }

    fn denies(&mut self, kind: LayerKind, level: usize) -> Tree {
        self.of_layer(kind, level, RequestSet::Denied)
    }

    fn rule(&mut self, rule: Rule) -> Tree {
        self.fact(rule.document())
    }

    fn fact(&mut self, document: &'s Document) -> Tree {
        self.set(Key::Document(document), Role::Rule, RequestSet::Granted(PrincipalForms::All), [document])
    }

    /// Returns the number of levels of a layer.
    fn levels(&self, kind: LayerKind) -> usize {
        match kind {
            LayerKind::ServiceControl => self.layers.scp.len(),
            _ => self.layers.rcp.len(),
        }
    }

    fn is_attached(&self, kind: LayerKind) -> bool {
        self.layers.attached().any(|of| of.kind == kind)
    }

    /// Returns the demands on requests that follow from the layers and the callers.
    fn demands(&mut self) -> Vec<Tree> {
        let question = self.question;
        let Facts { owned, organization, resource_organization, endpoint, .. } = &question.facts;
        let mut demands = vec![Tree::Kind(question.callers.kinds().to_vec())];
        demands.extend(question.callers.document().map(|document| self.fact(document)));
        if question.callers.kinds().contains(&Kind::RoleSession) && !question.callers.are_service_linked() {
            demands.push(self.fact(service_linked()).negated());
        }
        if let Some(document) = owned {
            let elsewhere = [Rule::OwnOrAws, Rule::WithoutAccount].map(|rule| self.rule(rule));
            let of_account = self.fact(document);
            demands.push(Tree::any(elsewhere.into_iter().chain([of_account])));
        }
        let about_one =
            |layers: &Layers<&Document>| layers.resource.is_some() || layers.resource_account.is_some();
        if about_one(&question.layers)
            && question.before.as_ref().is_none_or(|before| about_one(&before.layers))
        {
            // The layers are about a resource. It is not known which actions are on none, except for these.
            let on_one = self.rule(Rule::NoResource).negated();
            let on_none = [Rule::CallerIdentity, Rule::SessionToken].map(|rule| self.rule(rule));
            let open = Tree::Open(Code::ActionWithoutResource, "".into());
            demands.push(Tree::any([on_one, open].into_iter().chain(on_none)));
        }
        if let Some(document) = organization {
            let member = self.fact(document);
            demands.push(Tree::any([Tree::Kind(OF_ACCOUNTS.to_vec()).negated(), member]));
        }
        if let Some(document) = resource_organization {
            let (same, of_organization) = (self.same_account(), self.fact(document));
            let of_account = Tree::Kind(OF_ACCOUNTS.to_vec());
            demands.push(Tree::any([of_account.negated(), same.negated(), of_organization]));
        }
        // Neither services nor roles of services come through the endpoint.
        if let Some(document) = endpoint.as_ref().filter(|_| !question.callers.are_service_linked()) {
            let through = self.fact(document);
            demands.push(Tree::any([Tree::Kind(vec![Kind::Service]), through]));
        }
        demands.extend(self.resource_account());
        demands
    }

    /// Returns the demands on the key that names the account of the resource.
    fn resource_account(&mut self) -> Vec<Tree> {
        let question = self.question;
        let Facts { resource_account, no_resource_account, on_own, .. } = &question.facts;
        let mut demands = Vec::new();
        let other = self.rule(Rule::OwnOrAws);
        let nowhere = self.rule(Rule::WithoutAccount);
        match (resource_account, on_own) {
            (Some(account), None) => {
                let names = self.fact(account);
                demands.push(Tree::any([other.clone(), names]));
            }
            (Some(account), Some(own)) => {
                let (names, own) = (self.fact(account), self.fact(own));
                demands.push(Tree::any([own.negated(), names]));
            }
            (None, _) => {}
        }
        if let Some(document) = no_resource_account {
            // The value would have to equal the account in the ARN, whatever it is.
            let own = on_own.as_ref().map(|own| self.fact(own));
            let absent = self.fact(document);
            let open = Tree::Open(Code::ResourceWithoutAccount, "aws:ResourceAccount".into());
            demands.push(Tree::any([other, nowhere, absent, open].into_iter().chain(own)));
        }
        demands
    }

    /// Returns "the account of the caller owns the resource", for callers that have an account.
    fn same_account(&mut self) -> Tree {
        let question = self.question;
        let star = self.rule(Rule::OwnOrAws);
        let owner = question.owner.as_deref();
        match (owner, question.callers.account()) {
            (Some(owner), Some(own)) if owner == own => Tree::constant(true),
            (Some(_), Some(_)) => star,
            (Some(_), None) => match &question.facts.in_owner {
                Some(document) => Tree::any([star, self.fact(document)]),
                None => star,
            },
            (None, own) => {
                let open = self.of_world(Code::ResourceWithoutAccount, "same".to_owned(), true);
                match question.facts.on_own.as_ref().filter(|_| own.is_some()) {
                    Some(document) => {
                        let (nowhere, aws) = (self.rule(Rule::WithoutAccount), self.rule(Rule::OfAws));
                        let unknown = Tree::all([Tree::any([nowhere, aws]), open]);
                        Tree::any([star, self.fact(document), unknown])
                    }
                    None => Tree::any([star, open]),
                }
            }
        }
    }

    /// Returns "all layers together allow the request".
    fn allowed(&mut self) -> Tree {
        let kinds = self.question.callers.kinds().to_vec();
        let is_one = kinds.len() == 1;
        let mut parts = Vec::new();
        for kind in kinds {
            let denied = self.denied(kind);
            let caps = self.caps(kind);
            let refused = self.rule(Rule::Refused);
            let core = self.core(kind);
            let free = Tree::all([denied.negated(), caps]);
            let mut allowed = Tree::all([free.clone(), refused.negated(), core]);
            if OF_ACCOUNTS.contains(&kind) {
                let identity = self.rule(Rule::CallerIdentity);
                let always = match self.is_attached(LayerKind::Endpoint) {
                    true => Tree::any([free, Tree::Open(Code::Undetermined, "endpoint".into())]),
                    false => Tree::constant(true),
                };
                allowed = Tree::any([Tree::all([identity, always]), allowed]);
            }
            parts.push(match is_one {
                true => allowed,
                false => Tree::all([Tree::Kind(vec![kind]), allowed]),
            });
        }
        Tree::any(parts)
    }

    /// Returns "a Deny of some layer applies".
    fn denied(&mut self, kind: Kind) -> Tree {
        let is_service_linked = self.question.callers.are_service_linked();
        let mut denied = Vec::new();
        if PRINCIPALS.contains(&kind) {
            denied.push(self.denies(LayerKind::Identity, 0));
            denied.push(self.denies(LayerKind::Boundary, 0));
        }
        if [Kind::RoleSession, Kind::FederatedUser, Kind::AssumedRoot].contains(&kind) {
            denied.push(self.denies(LayerKind::Session, 0));
        }
        let by_resource = self.denies(LayerKind::Resource, 0);
        let consulted = self.rule(Rule::WithoutResourcePolicy).negated();
        denied.push(Tree::all([consulted, by_resource]));
        let is_federated = [Kind::WebIdentity, Kind::Saml].contains(&kind);
        if !is_service_linked && (is_federated || OF_ACCOUNTS.contains(&kind)) {
            for level in 0..self.levels(LayerKind::ServiceControl) {
                let denies = self.denies(LayerKind::ServiceControl, level);
                let open = match is_federated {
                    true => Tree::Open(Code::ScpOnFederationCall, "".into()),
                    false => self.escapes_scp().negated(),
                };
                denied.push(Tree::all([denies, open]));
            }
        }
        if !is_service_linked {
            denied.extend(self.denied_by_rcp(kind));
        }
        if kind != Kind::Service && !is_service_linked {
            denied.push(self.denies(LayerKind::Endpoint, 0));
        }
        Tree::any(denied)
    }

    fn denied_by_rcp(&mut self, kind: Kind) -> Vec<Tree> {
        let mut denied = Vec::new();
        for level in 0..self.levels(LayerKind::ResourceControl) {
            let denies = self.denies(LayerKind::ResourceControl, level);
            let covered = self.rule(Rule::RcpCovered);
            let covers = Tree::any([covered, Tree::Open(Code::RcpCovers, "".into())]);
            let mut parts = vec![denies, covers, self.rule(Rule::RcpExempt).negated()];
            if kind == Kind::Service {
                parts.push(self.rule(Rule::OnServiceRole).negated());
            }
            denied.push(Tree::all(parts));
        }
        let question = self.question;
        let owner = self.layers.resource_account.as_deref();
        if let Some(owner) = owner.filter(|_| !denied.is_empty() && OF_ACCOUNTS.contains(&kind)) {
            // An action without a resource is bound by the RCPs of its caller, which are not given for another account.
            let is_own = match (question.callers.account(), &question.facts.in_owner) {
                (Some(own), _) => Tree::constant(own == owner),
                (None, Some(document)) => self.fact(document),
                (None, None) => Tree::constant(false),
            };
            let star = self.rule(Rule::NoResource);
            denied.push(Tree::all([
                star,
                is_own.negated(),
                self.of_world(Code::MissingLayer, "rcp of caller".to_owned(), false),
            ]));
        }
        denied
    }

    /// Returns "SCPs do not restrict the request", which is open for the tasks that AWS lists.
    fn escapes_scp(&mut self) -> Tree {
        Tree::all([self.rule(Rule::ScpExempt), Tree::Open(Code::ScpExempt, "".into())])
    }

    /// Returns "each level of SCPs and the endpoint allow the request".
    fn caps(&mut self, kind: Kind) -> Tree {
        let is_service_linked = self.question.callers.are_service_linked();
        let mut caps = Vec::new();
        if OF_ACCOUNTS.contains(&kind) && !is_service_linked {
            for level in 0..self.levels(LayerKind::ServiceControl) {
                let allows = self.allows(LayerKind::ServiceControl, level);
                let escapes = self.escapes_scp();
                caps.push(Tree::any([allows, escapes]));
            }
        }
        if kind != Kind::Service && !is_service_linked && self.is_attached(LayerKind::Endpoint) {
            caps.push(self.allows(LayerKind::Endpoint, 0));
        }
        Tree::all(caps)
    }

    /// Returns "the policy of the resource allows the request by an entry of one of these forms".
    fn by_resource(&mut self, forms: PrincipalForms) -> Tree {
        let consulted = self.rule(Rule::WithoutResourcePolicy).negated();
        let set = RequestSet::Granted(forms);
        if self.is_attached(LayerKind::Resource) {
            let allows = self.of_layer(LayerKind::Resource, 0, set);
            return Tree::all([consulted, allows]);
        }
        // A role has a trust policy, a key has a key policy, and an organization may have a delegation policy.
        let trust = self.rule(Rule::NeedsTrust);
        let trusted = Tree::all([trust, self.missing(LayerKind::Resource, 0, set)]);
        let delegation = self.of_world(Code::OrganizationsDelegation, set.name().to_owned(), true);
        let (organizations, same) = (self.rule(Rule::Organizations), self.same_account());
        let delegated = Tree::all([organizations, same.negated(), delegation]);
        Tree::all([consulted, Tree::any([trusted, delegated])])
    }

    /// Returns "some grant reaches the caller".
    fn core(&mut self, kind: Kind) -> Tree {
        let by_anyone = self.by_resource(PrincipalForms::All);
        match kind {
            Kind::Anonymous => {
                let unsigned = self.rule(Rule::Unsigned);
                let open = Tree::Open(Code::AnonymousService, "".into());
                Tree::all([by_anyone, Tree::any([unsigned, open])])
            }
            Kind::Service => by_anyone,
            Kind::WebIdentity => Tree::all([self.rule(Rule::ForWebIdentity), by_anyone]),
            Kind::Saml => Tree::all([self.rule(Rule::ForSaml), by_anyone]),
            Kind::Root | Kind::AssumedRoot => self.of_root(kind, by_anyone),
            Kind::User | Kind::RoleSession | Kind::FederatedUser => self.of_principal(kind, by_anyone),
        }
    }

    fn of_root(&mut self, kind: Kind, by_anyone: Tree) -> Tree {
        let task = match (kind, self.is_attached(LayerKind::Session)) {
            (Kind::AssumedRoot, true) => self.allows(LayerKind::Session, 0),
            (Kind::AssumedRoot, false) => Tree::Open(Code::AssumeRootTask, "".into()),
            _ => Tree::constant(true),
        };
        let own = Tree::any([self.rule(Rule::NeedsTrust).negated(), by_anyone.clone()]);
        let granted = self.by_account(own, by_anyone);
        let assumes = self.rule(Rule::AssumeRole);
        Tree::all([assumes.negated(), granted, task])
    }

    fn of_principal(&mut self, kind: Kind, by_anyone: Tree) -> Tree {
        let identity = self.allows(LayerKind::Identity, 0);
        let boundary = match self.is_attached(LayerKind::Boundary) {
            true => self.allows(LayerKind::Boundary, 0),
            false => Tree::constant(true),
        };
        let session = match (kind, self.is_attached(LayerKind::Session)) {
            (Kind::RoleSession | Kind::FederatedUser, true) => self.allows(LayerKind::Session, 0),
            (Kind::FederatedUser, false) => Tree::constant(false),
            _ => Tree::constant(true),
        };
        let limits = Tree::all([boundary.clone(), session]);
        let mut direct = self.by_resource(PrincipalForms::Direct);
        if kind == Kind::User && self.is_attached(LayerKind::Boundary) {
            let on_role = self.rule(Rule::OnRole);
            let open = Tree::Open(Code::TrustUserBoundary, "".into());
            direct = Tree::all([direct, Tree::any([on_role.negated(), boundary, open])]);
        }
        let by_role = self.by_resource(PrincipalForms::WithRoles);
        let trusted = Tree::any([self.rule(Rule::NeedsTrust).negated(), by_anyone.clone()]);
        let by_identity = Tree::all([identity.clone(), trusted]);
        let own = Tree::any([direct, Tree::all([Tree::any([by_role, by_identity]), limits.clone()])]);
        let across = Tree::all([identity, limits, by_anyone]);
        let mut granted = self.by_account(own, across);
        if kind == Kind::User {
            granted = Tree::any([self.rule(Rule::SessionToken), granted]);
        }
        granted
    }

    /// Returns the grants of the rule that holds, within one account or across accounts, or of a KMS grant.
    fn by_account(&mut self, own: Tree, across: Tree) -> Tree {
        let same = self.same_account();
        let pass_role = self.rule(Rule::PassRole);
        let across = Tree::all([same.clone().negated(), pass_role.negated(), across]);
        let granted = self.of_world(Code::KmsGrants, String::new(), true);
        let grant = Tree::all([self.rule(Rule::MayHaveGrant), granted]);
        Tree::any([Tree::all([same, own]), across, grant])
    }
}

/// Returns the document that lets through just the requests by roles of services.
fn service_linked() -> &'static Document {
    static DOCUMENT: std::sync::OnceLock<Document> = std::sync::OnceLock::new();
    DOCUMENT.get_or_init(|| {
        fact("\"Principal\":{\"AWS\":\"arn:*:iam::*:role/aws-service-role/*\"},\"Action\":\"*\",\"Resource\":\"*\"")
    })
}

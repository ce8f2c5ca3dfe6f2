//! The decision over all layers about one concrete request, written literally from AWS's pages.
//!
//! The search has this function a second time, as a tree over the sets that documents define (`query/decision.rs`). The two share no
//! code: this one follows one request from layer to layer.
//!
//! Sources: IAM User Guide, "Policy evaluation logic", "Policy evaluation for requests within a single account", "Cross-account
//! policy evaluation logic", "Permissions boundaries"; Organizations User Guide, "SCP evaluation" and "RCP evaluation"; KMS
//! Developer Guide, "Key policies"; STS API Reference.

mod rules;

use super::{Case, Decision, Options, StatementTrace, Truth};
use crate::code::Code;
use crate::policy::{Attached, Document, Effect, LayerKind, LayerSet, Layers, PrincipalForms, Statement};
use crate::request::{Request, Requester, RequesterKind};
use rules::Rule;

/// The part of one layer, or of one level of it, in a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerTrace {
    /// The kind of layer.
    pub kind: LayerKind,
    /// The level, counted from the root; 0 for layers without levels.
    pub level: usize,
    /// The reason why the layer does not bind this request, in one sentence; `None` if it does.
    pub exempt: Option<&'static str>,
    /// True if an Allow statement of the layer applies.
    pub allow: Truth,
    /// True if a Deny statement of the layer applies.
    pub deny: Truth,
    /// For the policy of a resource: the first of the forms by which its Allow statements name the requester.
    pub form: Option<PrincipalForms>,
    /// The first statement that denies, or else the first that allows: the index of its document among [`Layers::documents`], and
    /// its own. An open statement counts if no other decides.
    pub by: Option<(usize, usize)>,
}

/// The decision over all layers, with the part of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layered {
    /// The decision.
    pub decision: Decision,
    /// The attached layers, in the order of [`Layers::attached`].
    pub layers: Vec<LayerTrace>,
    /// True if the resource is in the account of the requester; `None` if that is not known or does not matter.
    pub same_account: Option<bool>,
    /// The rule of the service that decides beside the policies, in one sentence.
    pub rule: Option<&'static str>,
    /// The points that are open, if the decision is.
    pub open: Vec<Code>,
}

/// True if some layer lets the request through or stops it, before the layers are combined.
#[derive(Clone, Copy, Debug)]
struct Says {
    allow: Truth,
    deny: Truth,
}

/// The Allow statements of the policy of the resource, by the form of their principals.
#[derive(Clone, Copy, Debug)]
struct ByForm {
    direct: Truth,
    with_roles: Truth,
    all: Truth,
}

impl ByForm {
    const NOTHING: ByForm = ByForm { direct: Truth::False, with_roles: Truth::False, all: Truth::False };
    const UNKNOWN: ByForm =
        ByForm { direct: Truth::Unknown, with_roles: Truth::Unknown, all: Truth::Unknown };
}

/// Decides a request under all layers.
///
/// ```
/// use iamsat::evaluate::{Decision, Options, decide_layers};
/// use iamsat::policy::{Attached, Document, Layers};
/// use iamsat::request::RequestSpec;
/// let policy = |text: &str| text.parse::<Document>().unwrap();
/// let own = policy(r#"{"Statement":{"Effect":"Allow","Action":"ec2:*","Resource":"*"}}"#);
/// let scp = policy(r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#);
/// let layers = Layers {
///     identity: vec![Attached::Policy(&own)],
///     scp: vec![vec![Attached::Policy(&scp)]],
///     ..Layers::default()
/// };
/// let request = RequestSpec {
///     principal: Some("arn:aws:iam::111122223333:user/ana".to_owned()),
///     action: "ec2:StartInstances".to_owned(),
///     resource: "arn:aws:ec2:eu-west-1:111122223333:instance/i-1".to_owned(),
///     ..RequestSpec::default()
/// };
/// let layered = decide_layers(&layers, &request.request().unwrap(), &Options::for_documents(&[&own, &scp]));
/// assert_eq!(layered.decision, Decision::ImplicitlyDenied);
/// ```
pub fn decide_layers(layers: &Layers<&Document>, request: &Request, options: &Options) -> Layered {
    let Some(requester) = &request.requester else {
        return Layered {
            decision: Decision::Undetermined,
            layers: Vec::new(),
            same_account: None,
            rule: None,
            open: vec![Code::Undetermined],
        };
    };
    Judge::new(layers, request, requester, options).decide()
}

/// The state of one decision.
struct Judge<'r> {
    layers: &'r Layers<&'r Document>,
    request: &'r Request,
    requester: &'r Requester,
    options: &'r Options,
    rule: Rule,
    same_account: Option<bool>,
    open: Vec<Code>,
    traces: Vec<LayerTrace>,
    resource: ByForm,
}

impl<'r> Judge<'r> {
    fn new(
        layers: &'r Layers<&'r Document>,
        request: &'r Request,
        requester: &'r Requester,
        options: &'r Options,
    ) -> Judge<'r> {
        let same_account = same_account(layers, request, requester);
        Judge {
            layers,
            request,
            requester,
            options,
            rule: Rule::of(request),
            same_account,
            open: Vec::new(),
            traces: Vec::new(),
            resource: ByForm::NOTHING,
        }
    }

    fn decide(mut self) -> Layered {
        let mut denied = Truth::False;
        let mut capped = Truth::True;
        let mut first = 0;
        let sets: Vec<LayerSet<'_, &Document>> = self.layers.attached().collect();
        for set in sets {
            let exempt = self.exempt(set.kind);
            let mut says = self.says(&set, first, exempt);
            first += set.policies.iter().filter(|policy| policy.policy().is_some()).count();
            if exempt.is_some() {
                continue;
            }
            match set.kind {
                LayerKind::ServiceControl => {
                    says = self.scp(says);
                    capped = capped.and(says.allow);
                }
                LayerKind::ResourceControl => says = self.rcp(says),
                LayerKind::Endpoint => capped = capped.and(says.allow),
                LayerKind::Identity | LayerKind::Boundary | LayerKind::Session | LayerKind::Resource => {}
            }
            denied = denied.or(says.deny);
        }
        if let Some(missing) = self.unnamed_rcp() {
            denied = denied.or(missing);
        }
        let mut allowed = self.core().and(capped);
        if self.rule.is_refused || self.rule.is_misplaced {
            allowed = Truth::False;
        }
        let decision = match self.always_allowed() {
            true if denied == Truth::False && capped == Truth::True => Decision::Allowed,
            true if self.layers.endpoint.is_none() => Decision::Allowed,
            true => Decision::Undetermined,
            false => super::case::decision(denied, allowed),
        };
        let mut open = self.open;
        if decision != Decision::Undetermined {
            open.clear();
        } else if open.is_empty() {
            open.push(Code::Undetermined);
        }
        open.sort_unstable();
        open.dedup();
        Layered {
            decision,
            layers: self.traces,
            same_account: self.requester.account().and(self.same_account),
            rule: self.rule.sentence,
            open,
        }
    }

    /// Returns an open truth value, and remembers the point that is open.
    fn open(&mut self, code: Code) -> Truth {
        self.open.push(code);
        Truth::Unknown
    }

    fn kind(&self) -> RequesterKind {
        self.requester.kind()
    }

    /// True for a session of a role that a service owns; neither SCPs nor RCPs bind it.
    fn is_service_linked(&self) -> bool {
        matches!(self.requester, Requester::RoleSession { role, .. } if role.starts_with("aws-service-role/"))
    }

    /// Returns the reason why a kind of layer does not bind this request.
    fn exempt(&self, kind: LayerKind) -> Option<&'static str> {
        use RequesterKind as Kind;
        let is_principal = matches!(self.kind(), Kind::User | Kind::RoleSession | Kind::FederatedUser);
        let is_root = self.requester.is_root();
        match kind {
            LayerKind::Identity | LayerKind::Boundary if is_root => Some("it is not attached to root users"),
            LayerKind::Identity | LayerKind::Boundary if !is_principal => {
                Some("such a requester has no policies of its own")
            }
            LayerKind::Session => match self.kind() {
                Kind::RoleSession | Kind::FederatedUser | Kind::AssumedRoot => None,
                _ => Some("the requester is not a session with a session policy"),
            },
            LayerKind::ServiceControl if self.is_service_linked() => {
                Some("SCPs do not bind service-linked roles")
            }
            LayerKind::ServiceControl if !is_principal && !is_root && !self.is_federated_call() => {
                Some("SCPs bind users, roles and root users only")
            }
            LayerKind::ResourceControl if self.is_service_linked() => {
                Some("RCPs do not bind service-linked roles")
            }
            LayerKind::ResourceControl if self.rule.escapes_rcp => Some("RCPs do not cover kms:RetireGrant"),
            LayerKind::ResourceControl if self.kind() == Kind::Service && self.rule.assumes_service_role => {
                Some("RCPs do not keep a service from its own role")
            }
            LayerKind::Resource if self.rule.has_no_resource => {
                Some("the action is on no resource with a policy")
            }
            LayerKind::Endpoint if self.is_service_linked() || self.kind() == Kind::Service => {
                Some("services do not come through the endpoint")
            }
            _ => None,
        }
    }

    fn is_federated_call(&self) -> bool {
        matches!(self.kind(), RequesterKind::WebIdentity | RequesterKind::Saml)
    }

    /// Evaluates the policies of one layer and writes its trace; `first` is the index of its first document.
    fn says(&mut self, set: &LayerSet<'_, &'r Document>, first: usize, exempt: Option<&'static str>) -> Says {
        let documents: Vec<&Document> = set.policies.iter().filter_map(|one| one.policy().copied()).collect();
        let options = options_of(self.options, &documents);
        let case = Case::new(self.request, &options);
        let is_missing = set.policies.iter().any(|policy| policy.missing().is_some());
        let of_all = |effect: Effect, forms: PrincipalForms| {
            let mut found = (Truth::False, None);
            for (index, document) in documents.iter().enumerate() {
                for (number, statement) in document.statements.iter().enumerate() {
                    let applies = case_of(&case, statement, effect, forms);
                    if applies > found.0 {
                        found = (applies, Some((first + index, number)));
                    }
                }
            }
            match found.0 {
                Truth::False if is_missing => (Truth::Unknown, None),
                _ => found,
            }
        };
        let (deny, denied_by) = of_all(Effect::Deny, PrincipalForms::All);
        let (allow, allowed_by) = of_all(Effect::Allow, PrincipalForms::All);
        let mut form = None;
        if set.kind == LayerKind::Resource && exempt.is_none() {
            let of_form = |forms| of_all(Effect::Allow, forms).0;
            let (direct, with_roles) = (of_form(PrincipalForms::Direct), of_form(PrincipalForms::WithRoles));
            self.resource = ByForm { direct, with_roles, all: allow };
            form = [
                (direct, PrincipalForms::Direct),
                (with_roles, PrincipalForms::WithRoles),
                (allow, PrincipalForms::All),
            ]
            .into_iter()
            .find_map(|(truth, form)| (truth == Truth::True).then_some(form));
        }
        if exempt.is_none() && (allow == Truth::Unknown || deny == Truth::Unknown) {
            self.open.push(if is_missing { Code::MissingLayer } else { Code::Undetermined });
        }
        let by = match deny {
            Truth::True => denied_by,
            Truth::Unknown if allow != Truth::True => denied_by.or(allowed_by),
            _ => allowed_by,
        };
        self.traces.push(LayerTrace { kind: set.kind, level: set.level, exempt, allow, deny, form, by });
        Says { allow, deny }
    }

    /// Adjusts one level of SCPs for the calls on which AWS's pages are open or make an exception.
    fn scp(&mut self, says: Says) -> Says {
        if self.is_federated_call() {
            // Such a caller is neither a user nor a role; no page says that SCPs bind it.
            let deny = match says.deny {
                Truth::False => Truth::False,
                _ => self.open(Code::ScpOnFederationCall),
            };
            return Says { allow: Truth::True, deny };
        }
        if self.rule.escapes_scp && (says.deny != Truth::False || says.allow != Truth::True) {
            let open = self.open(Code::ScpExempt);
            return Says { allow: says.allow.max(open), deny: says.deny.min(open) };
        }
        says
    }

    /// Adjusts one level of RCPs: each has `RCPFullAWSAccess`, and only for some services is it certain that RCPs cover them.
    fn rcp(&mut self, says: Says) -> Says {
        let deny = match says.deny {
            Truth::True if !self.rule.is_covered_by_rcp => self.open(Code::RcpCovers),
            deny => deny,
        };
        Says { allow: Truth::True, deny }
    }

    /// Returns an open Deny if the RCPs that bind the request are those of an account whose RCPs are not given: an action without
    /// a resource is bound by the RCPs of its caller.
    fn unnamed_rcp(&mut self) -> Option<Truth> {
        let owner = self.layers.resource_account.as_deref()?;
        let own = self.requester.account()?;
        let is_bound_elsewhere = self.request.resource == "*"
            && owner != own
            && !self.layers.rcp.is_empty()
            && !self.is_service_linked();
        is_bound_elsewhere.then(|| self.open(Code::MissingLayer))
    }

    /// True for the call that needs no permission at all, whoever signs it.
    fn always_allowed(&self) -> bool {
        self.rule.is_caller_identity && self.requester.account().is_some()
    }

    /// Evaluates if some grant reaches the requester, before SCPs, RCPs, endpoint and Deny statements are considered.
    fn core(&mut self) -> Truth {
        if self.layers.resource.is_none() && !self.rule.has_no_resource {
            // A role has a trust policy and a key has a key policy.
            if self.rule.needs_trust() {
                self.open.push(Code::MissingLayer);
                self.resource = ByForm::UNKNOWN;
            } else if self.rule.has_delegation && self.same_account != Some(true) {
                self.open.push(Code::OrganizationsDelegation);
                self.resource = ByForm::UNKNOWN;
            }
        }
        let resource = self.resource;
        match self.kind() {
            RequesterKind::Anonymous => match self.rule.takes_unsigned_calls {
                true => resource.all,
                false if resource.all == Truth::False => Truth::False,
                false => resource.all.and(self.open(Code::AnonymousService)),
            },
            RequesterKind::Service => resource.all,
            RequesterKind::WebIdentity if self.rule.is_for_web_identity => resource.all,
            RequesterKind::Saml if self.rule.is_for_saml => resource.all,
            RequesterKind::WebIdentity | RequesterKind::Saml => Truth::False,
            RequesterKind::Root | RequesterKind::AssumedRoot => self.of_root(resource),
            RequesterKind::User | RequesterKind::RoleSession | RequesterKind::FederatedUser => {
                self.of_principal(resource)
            }
        }
    }

    /// Evaluates the grants of a root user, whose identity policies count as allowing everything.
    fn of_root(&mut self, resource: ByForm) -> Truth {
        if self.rule.is_assume_role {
            return Truth::False;
        }
        let task = match self.kind() {
            RequesterKind::AssumedRoot if self.layers.session.is_empty() => self.open(Code::AssumeRootTask),
            RequesterKind::AssumedRoot => self.allows(LayerKind::Session),
            _ => Truth::True,
        };
        let same = if self.rule.needs_trust() { resource.all } else { Truth::True };
        let granted = self.by_account(same, if self.rule.is_pass_role { Truth::False } else { resource.all });
        let granted = granted.or(self.by_grant());
        granted.and(task)
    }

    /// Evaluates the grants of a user, a session of a role, or a federated user.
    fn of_principal(&mut self, resource: ByForm) -> Truth {
        let identity = self.allows(LayerKind::Identity);
        let boundary =
            if self.layers.boundary.is_none() { Truth::True } else { self.allows(LayerKind::Boundary) };
        let session = match self.kind() {
            RequesterKind::User => Truth::True,
            RequesterKind::RoleSession if self.layers.session.is_empty() => Truth::True,
            // Without a session policy, a federated user has nothing of its parent's permissions.
            RequesterKind::FederatedUser if self.layers.session.is_empty() => Truth::False,
            _ => self.allows(LayerKind::Session),
        };
        if self.rule.is_session_token && self.kind() == RequesterKind::User {
            return Truth::True;
        }
        let limits = boundary.and(session);
        let mut direct = resource.direct;
        if self.rule.is_on_role && self.kind() == RequesterKind::User && boundary != Truth::True {
            // One page says that the boundary limits a user named in a trust policy, another that it does not.
            if direct != Truth::False {
                direct = direct.and(self.open(Code::TrustUserBoundary));
            }
        }
        let by_identity = match self.rule.needs_trust() {
            true => identity.and(resource.all),
            false => identity,
        };
        let same = direct.or(resource.with_roles.or(by_identity).and(limits));
        let cross = match self.rule.is_pass_role {
            true => Truth::False,
            false => identity.and(limits).and(resource.all),
        };
        let granted = self.by_account(same, cross);
        granted.or(self.by_grant())
    }

    /// Chooses between the rule within one account and the rule across accounts.
    fn by_account(&mut self, same: Truth, cross: Truth) -> Truth {
        match self.same_account {
            Some(true) => same,
            Some(false) => cross,
            None if same == cross => same,
            None => self.open(Code::ResourceWithoutAccount),
        }
    }

    /// Returns an open grant for the calls that a KMS grant may allow: grants are no policies, and none are given.
    fn by_grant(&mut self) -> Truth {
        match self.rule.may_have_grant {
            true => self.open(Code::KmsGrants),
            false => Truth::False,
        }
    }

    /// Evaluates if a layer without levels allows, from its trace.
    fn allows(&self, kind: LayerKind) -> Truth {
        let trace = self.traces.iter().find(|trace| trace.kind == kind);
        trace.map_or(Truth::False, |trace| trace.allow)
    }
}

/// Returns the options under which the documents of one layer are read: they cover every resource if none names resources.
fn options_of(options: &Options, documents: &[&Document]) -> Options {
    let mut statements = documents.iter().flat_map(|document| &document.statements);
    let none_has_resource = statements.all(|statement| statement.resource.is_none());
    Options { resource_unconstrained: none_has_resource, ..options.clone() }
}

/// Returns the traces of all statements of all layers; the documents are those of [`Layers::documents`].
pub fn trace_layers(layers: &Layers<&Document>, request: &Request, options: &Options) -> Vec<StatementTrace> {
    let (mut traces, mut index) = (Vec::new(), 0);
    for set in layers.attached() {
        let documents: Vec<&Document> = set.policies.iter().filter_map(|one| one.policy().copied()).collect();
        let options = options_of(options, &documents);
        let case = Case::new(request, &options);
        for document in documents {
            let statements = document.statements.iter().enumerate();
            traces.extend(statements.map(|(number, source)| case.trace((index, number), source)));
            index += 1;
        }
    }
    traces
}

/// Evaluates one statement if it has the effect; an Allow statement applies only by a principal of one of these forms.
fn case_of(case: &Case<'_>, statement: &Statement, effect: Effect, forms: PrincipalForms) -> Truth {
    match statement.effect.value == effect {
        true => case.applies_by(statement, forms),
        false => Truth::False,
    }
}

/// Returns true if the account of the requester owns the resource; `None` if the owner is not known, or differs from the account
/// that the layers name.
fn same_account(layers: &Layers<&Document>, request: &Request, requester: &Requester) -> Option<bool> {
    let own = requester.account()?;
    // An action without a resource concerns the account of its caller.
    if request.resource == "*" {
        return Some(true);
    }
    let mut fields = request.resource.split(':').skip(2);
    let service = fields.next();
    let named = fields.nth(1).filter(|account| !account.is_empty());
    let is_of_iam = service == Some("iam") && request.action.to_ascii_lowercase().starts_with("iam:");
    match (named, layers.resource_account.as_deref()) {
        (Some("aws"), _) if is_of_iam => Some(true),
        // Who else is meant by this is not documented.
        (Some("aws"), _) => None,
        (Some(named), Some(owner)) if named != owner => None,
        (Some(owner), _) | (None, Some(owner)) => Some(owner == own),
        (None, None) => None,
    }
}

impl Layered {
    /// Returns the layer that blocks the request, if one does: the first with an applicable Deny, or else the first that has to
    /// allow and does not.
    ///
    /// ```
    /// use iamsat::evaluate::{Options, decide_layers};
    /// use iamsat::policy::{Attached, Document, LayerKind, Layers};
    /// use iamsat::request::{Request, Requester};
    /// let read: Document = r#"{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}"#.parse()?;
    /// let layers = Layers { identity: vec![Attached::Policy(&read)], ..Layers::default() };
    /// let (user, _) = Requester::parse("arn:aws:iam::111122223333:user/ana").unwrap();
    /// let request = Request::new("ec2:StopInstances", "*").by(user);
    /// let layered = decide_layers(&layers, &request, &Options::for_documents(&[&read]));
    /// assert_eq!(layered.blocking().unwrap().kind, LayerKind::Identity);
    /// # Ok::<(), iamsat::ParseError>(())
    /// ```
    pub fn blocking(&self) -> Option<&LayerTrace> {
        let binding = || self.layers.iter().filter(|trace| trace.exempt.is_none());
        match self.decision {
            Decision::Allowed | Decision::Undetermined => None,
            Decision::ExplicitlyDenied => binding().find(|trace| trace.deny == Truth::True),
            Decision::ImplicitlyDenied => {
                let caps =
                    [LayerKind::ServiceControl, LayerKind::Endpoint, LayerKind::Boundary, LayerKind::Session];
                let refuses = |trace: &&LayerTrace| trace.allow == Truth::False;
                let capping = binding().filter(refuses).find(|trace| caps.contains(&trace.kind));
                capping.or_else(|| binding().find(refuses))
            }
        }
    }
}

/// Returns the deciding statement of a layer, with its document and its index there.
pub(crate) fn deciding<'d>(
    layers: &Layers<&'d Document>,
    trace: &LayerTrace,
) -> Option<(&'d Document, usize, &'d Statement)> {
    let (document, number) = trace.by?;
    let document: &'d Document = layers.documents().nth(document)?;
    Some((document, number, document.statements.get(number)?))
}

/// Returns the names of the policies of a layer whose documents are not known.
pub(crate) fn missing<'l, D>(layers: &'l Layers<D>, trace: &LayerTrace) -> Vec<&'l str> {
    let own = layers.attached().filter(|set| (set.kind, set.level) == (trace.kind, trace.level));
    own.flat_map(|set| set.policies).filter_map(Attached::missing).collect()
}

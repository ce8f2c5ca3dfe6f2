//! Asks what a user or role of a snapshot can do: which of the Allow statements that reach it let it make some request.
//!
//! A request is granted by an Allow statement of the principal's own policies or of the policy of the resource. So each of these
//! statements is one question: is some request to which it applies allowed by all layers together? One more question is about all
//! requests beside the actions and resources of these statements: if none is allowed, nothing else grants any. A policy that was not
//! collected leaves the list open.

use super::can::CanVerdict;
use super::in_snapshot::{PreparedSnapshot, Question, SnapshotAnswer, can_in_snapshot, merge, of_version};
use super::residual::is_whole_arn;
use super::wants::Wants;
use super::{Options, PropertyError};
use crate::encode::Assumption;
use crate::index::guaranteed;
use crate::policy::{Attached, Document, Effect, LayerKind, PrincipalKind, Statement};
use crate::query::Callers;
use crate::snapshot::{self, Asker, Collected, DocumentId, Gap, Principal, Snapshot, Target, may_overlap};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// An Allow statement with the answer to what it lets the principal do.
#[derive(Clone, Debug)]
pub struct Grant<'p> {
    /// The layer of its policy: the principal's own, or that of a resource.
    pub layer: LayerKind,
    /// Its policy.
    pub document: &'p Document,
    /// Its place in the policy.
    pub statement: usize,
    /// CAN with a request that it is about, CANNOT, or UNKNOWN.
    pub answer: SnapshotAnswer<'p>,
}

impl<'p> Grant<'p> {
    /// Returns the statement.
    pub fn statement(&self) -> &'p Statement {
        guaranteed(self.document.statements.get(self.statement), "a grant is a statement of its policy")
    }

    /// Returns the statement as JSON without its `Sid` and without the principals that it names.
    pub fn policy_statement(&self) -> Value {
        let mut value = area(self.statement());
        let text = self.document.source.slice(self.statement().span);
        let written: Option<Value> = serde_json::from_str(text).ok();
        if let (Some(condition), Some(object)) =
            (written.and_then(|value| value.get("Condition").cloned()), value.as_object_mut())
        {
            object.insert("Condition".to_owned(), condition);
        }
        value
    }
}

/// The answer to what a principal can do.
#[derive(Clone, Debug)]
pub struct WhatAnswer<'p> {
    /// The statements that let it make some request in question, each with one.
    pub grants: Vec<Grant<'p>>,
    /// Those of which it is not known.
    pub open: Vec<Grant<'p>>,
    /// Those that let it make no request in question that needs permission: proved.
    pub without_effect: Vec<Grant<'p>>,
    /// The policies of the principal, and of the resources in question, that were not collected.
    pub gaps: Vec<Gap>,
    /// The answer about requests beside all of these statements, unless it is a proof that there are none.
    pub rest: Option<SnapshotAnswer<'p>>,
    /// The number of questions that were asked of the engine.
    pub questions: usize,
    /// The named assumptions on which the answers depend, in alphabetical order.
    pub assumptions: Vec<Assumption>,
}

impl WhatAnswer<'_> {
    /// True if the principal can do nothing beside what is listed: proved.
    pub fn is_complete(&self) -> bool {
        self.open.is_empty() && self.rest.is_none() && self.gaps.is_empty()
    }

    /// Returns what was not collected and leaves the list open, each once.
    pub fn gaps(&self) -> Vec<&Gap> {
        let answers = self.open.iter().map(|grant| &grant.answer).chain(&self.rest);
        let gaps: BTreeSet<&Gap> = answers.flat_map(|answer| &answer.part.gaps).chain(&self.gaps).collect();
        gaps.into_iter().collect()
    }
}

/// Asks what a principal can do, of the requests in question.
///
/// # Errors
/// A pattern or a condition is not valid.
///
/// ```
/// use iamsat::check::{Options, PreparedSnapshot, Wants, what_can};
/// use iamsat::limits::SnapshotLimits;
/// use iamsat::query::Callers;
/// use iamsat::snapshot::{File, Snapshot};
/// let text = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "GroupList": [], "AttachedManagedPolicies": [],
///     "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": [
///         {"Effect": "Allow", "Action": ["ecs:RunTask", "ecs:StopTask"], "Resource": "*"},
///         {"Effect": "Deny", "Action": "ecs:Run*", "Resource": "*"}]}}]}]}"#;
/// let files = vec![File { path: "gaad.json".to_owned(), bytes: text.into() }];
/// let mut snapshot = Snapshot::read(files, &SnapshotLimits::default());
/// snapshot.without_organization().unwrap();
/// let prepared = PreparedSnapshot::new(snapshot);
/// let ana = &prepared.snapshot().principals["arn:aws:iam::111122223333:user/ana"];
/// let callers = Callers::parse(&ana.arn).unwrap();
/// let count = |action: &str| {
///     let wants = Wants { actions: vec![action.to_owned()], ..Wants::default() };
///     let answer = what_can(&prepared, ana, &callers, &wants, &Options::default()).unwrap();
///     (answer.is_complete(), answer.grants.len())
/// };
/// assert_eq!((count("ecs:Stop*"), count("ecs:Run*")), ((true, 1), (true, 0)));
/// ```
pub fn what_can<'p>(
    prepared: &'p PreparedSnapshot,
    principal: &'p Principal,
    callers: &Callers,
    wants: &Wants,
    options: &Options,
) -> Result<WhatAnswer<'p>, PropertyError> {
    let mut asking = Asking {
        prepared,
        principal,
        callers,
        wants,
        scope: wants.documents()?,
        permitted: needing_permission(principal),
        options,
        found: WhatAnswer {
            grants: Vec::new(),
            open: Vec::new(),
            without_effect: Vec::new(),
            gaps: Vec::new(),
            rest: None,
            questions: 0,
            assumptions: Vec::new(),
        },
    };
    let own = asking.own();
    asking.resources(own);
    Ok(asking.found)
}

struct Asking<'a, 'p> {
    prepared: &'p PreparedSnapshot,
    principal: &'p Principal,
    callers: &'a Callers,
    wants: &'a Wants,
    scope: Vec<Document>,
    /// The document that allows just the calls that need permission: no statement grants the others.
    permitted: Document,
    options: &'a Options,
    found: WhatAnswer<'p>,
}

impl<'p> Asking<'_, 'p> {
    fn snapshot(&self) -> &'p Snapshot {
        self.prepared.snapshot()
    }

    fn targets(&self, actions: &[String], resources: &[String]) -> Vec<Target> {
        self.snapshot().targets(Some(&self.principal.account), actions, resources)
    }

    fn ask(&mut self, further: &[Document], targets: &[Target]) -> SnapshotAnswer<'p> {
        let scope: Vec<Document> =
            self.scope.iter().chain([&self.permitted]).chain(further).cloned().collect();
        let asker = Asker::Principal(self.principal);
        let question = Question { asker, callers: self.callers, scope: &scope };
        let answer = can_in_snapshot(self.prepared, question, targets, self.options);
        self.found.questions += 1;
        merge(&mut self.found.assumptions, &answer.part.answer.assumptions);
        answer
    }

    fn list(&mut self, grant: Grant<'p>) {
        match grant.answer.part.answer.verdict {
            CanVerdict::Can(_) => self.found.grants.push(grant),
            CanVerdict::Unknown(_) => self.found.open.push(grant),
            CanVerdict::Cannot(_) => self.found.without_effect.push(grant),
        }
    }

    /// Asks about the statements of the principal's own policies. Returns the documents that exclude what they are about.
    fn own(&mut self) -> Vec<Document> {
        let mut beside = Vec::new();
        for policy in self.snapshot().identity_of(self.principal) {
            match policy {
                Collected::Missing(gap) => self.found.gaps.push(*gap),
                Collected::Known(id) => {
                    let document = self.snapshot().document(id);
                    for (place, statement) in allowing(document) {
                        let targets = self.targets_of(statement);
                        self.statement(LayerKind::Identity, document, place, &targets);
                        beside.push(outside(document, statement));
                    }
                }
            }
        }
        beside
    }

    /// Returns the targets of the requests that a statement is about.
    fn targets_of(&self, statement: &Statement) -> Vec<Target> {
        let listed = |is_negated: bool, texts: Vec<String>, wanted: &[String]| match is_negated {
            false if wanted.is_empty() => texts,
            _ => wanted.to_vec(),
        };
        let texts = statement.action.values.iter().map(|value| value.value.text.to_string()).collect();
        let actions = listed(statement.action.negated, texts, &self.wants.actions);
        let resources = match &statement.resource {
            Some(element) => {
                let texts: Vec<String> =
                    element.values.iter().map(|value| value.value.text.to_string()).collect();
                let is_open = element.negated || !texts.iter().all(|text| is_whole_arn(text));
                listed(is_open, texts, &self.wants.resources)
            }
            None => self.wants.resources.clone(),
        };
        let mut targets = self.targets(&actions, &resources);
        // The likeliest ones first: a request on a resource of another service is formally right, and hard to believe.
        targets.sort_by_key(|target| match target {
            Target::Resource(arn) | Target::Role(arn) => {
                let service =
                    if matches!(target, Target::Role(_)) { Some("sts") } else { arn.split(':').nth(2) };
                let all = service.map_or_else(String::new, |service| format!("{service}:*"));
                let is_of = actions.is_empty() || actions.iter().any(|action| may_overlap(action, &all));
                if is_of { 0 } else { 2 }
            }
            Target::OnNone | Target::Others { .. } => 1,
        });
        targets
    }

    /// Asks about the statements of the policies of resources, and about all that no statement is about.
    fn resources(&mut self, mut beside: Vec<Document>) {
        let mut seen: BTreeSet<DocumentId> = BTreeSet::new();
        let targets = self.targets(&self.wants.actions, &self.wants.resources);
        for target in targets.iter().filter(|target| !matches!(target, Target::Others { .. })) {
            let assembled = self.snapshot().assemble(Asker::Principal(self.principal), target);
            let missing = assembled.gaps.into_iter().filter(|gap| gap.kind == LayerKind::Resource);
            self.found.gaps.extend(missing.map(|gap| gap.gap));
            let policy = assembled.layers.resource.as_ref().and_then(Attached::policy).copied();
            let Some(id) = policy.filter(|id| seen.insert(*id)) else { continue };
            let document = self.snapshot().document(id);
            for (place, statement) in allowing(document).filter(|(_, one)| may_name(one, self.principal)) {
                self.statement(LayerKind::Resource, document, place, std::slice::from_ref(target));
                beside.push(outside(document, statement));
            }
        }
        // The policies of resources that are not in the snapshot are outside of the answer.
        let known = targets.into_iter().map(|target| match target {
            Target::Others { account, but_for, .. } => {
                Target::Others { account, but_for, have_no_policy: true }
            }
            known => known,
        });
        let known: Vec<Target> = known.collect();
        let rest = self.ask(&beside, &known);
        if !matches!(rest.part.answer.verdict, CanVerdict::Cannot(_)) {
            self.found.rest = Some(rest);
        }
    }

    /// Asks about an Allow statement of a policy: is some request to which it applies allowed?
    fn statement(&mut self, layer: LayerKind, document: &'p Document, place: usize, targets: &[Target]) {
        let Some(statement) = document.statements.get(place) else { return };
        let written = document.source.slice(statement.span);
        let answer = self.ask(&[of_version(document.version.name(), written)], targets);
        // A policy of a resource that lets the principal in for nothing is not one of its own.
        let cannot = matches!(answer.part.answer.verdict, CanVerdict::Cannot(_));
        if layer == LayerKind::Identity || !cannot {
            self.list(Grant { layer, document, statement: place, answer });
        }
    }
}

/// Returns the document that allows all calls but those that a principal needs no permission for.
fn needing_permission(principal: &Principal) -> Document {
    let free = match principal.kind {
        snapshot::PrincipalKind::User => json!(["sts:GetCallerIdentity", "sts:GetSessionToken"]),
        snapshot::PrincipalKind::Role => json!(["sts:GetCallerIdentity"]),
    };
    of_version("2012-10-17", &json!({"Effect": "Allow", "NotAction": free, "Resource": "*"}).to_string())
}

/// Returns the allowing statements of a policy, each with its place.
fn allowing(document: &Document) -> impl Iterator<Item = (usize, &Statement)> {
    document.statements.iter().enumerate().filter(|(_, one)| one.effect.value == Effect::Allow)
}

/// True unless the principals that a statement names are certainly not this one.
fn may_name(statement: &Statement, principal: &Principal) -> bool {
    let Some(element) = &statement.principal else { return true };
    let may_be = |named: &crate::policy::Principal| {
        let account = named.text.split(':').nth(4);
        named.kind == PrincipalKind::Aws
            && account
                .is_none_or(|account| account.contains(['*', '?', '$']) || *account == *principal.account)
    };
    element.negated || element.everyone || element.values.iter().any(|value| may_be(&value.value))
}

/// Returns the statement that allows the actions and resources of a statement under any condition.
fn area(statement: &Statement) -> Value {
    let mut value = json!({"Effect": "Allow"});
    if let Some(object) = value.as_object_mut() {
        let (name, texts) = actions(statement, false);
        object.insert(name.to_owned(), texts);
        let (name, texts) = resources(statement, false);
        object.insert(name.to_owned(), texts);
    }
    value
}

/// Returns the document that allows just what is not among the actions and resources of a statement.
fn outside(document: &Document, statement: &Statement) -> Document {
    let (action, actions) = actions(statement, true);
    let (resource, resources) = resources(statement, true);
    let mut outside = vec![json!({"Effect": "Allow", action: actions, "Resource": "*"})];
    if statement.resource.is_some() {
        outside.push(json!({"Effect": "Allow", "Action": "*", resource: resources}));
    }
    of_version(document.version.name(), &json!(outside).to_string())
}

/// Returns the element of the actions of a statement, or of all others.
fn actions(statement: &Statement, of_others: bool) -> (&'static str, Value) {
    let texts = statement.action.values.iter().map(|value| &*value.value.text);
    let name = if statement.action.negated == of_others { "Action" } else { "NotAction" };
    (name, json!(texts.collect::<Vec<_>>()))
}

/// Returns the element of the resources of a statement, or of all others. A statement without resources is about all.
fn resources(statement: &Statement, of_others: bool) -> (&'static str, Value) {
    let Some(element) = &statement.resource else { return ("Resource", json!("*")) };
    let texts = element.values.iter().map(|value| &*value.value.text);
    let name = if element.negated == of_others { "Resource" } else { "NotResource" };
    (name, json!(texts.collect::<Vec<_>>()))
}

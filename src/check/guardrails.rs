//! Finds guardrails that change nothing: Deny statements of SCPs and RCPs without which nothing more is allowed, levels of SCPs whose
//! lists cap nothing, and exemptions that match no principal.
//!
//! The first two are changes of the snapshot by which nobody gains anything, which is proved for all principals and everybody outside:
//! a statement that denies nothing takes the place of the one in question, or a level allows everything. An exemption is compared
//! with each principal, by the referee.

use super::change::{FirstGain, MOST_QUESTIONS, first_gain};
use super::changed::Changed;
use super::in_snapshot::{PreparedSnapshot, fact, merge};
use super::offer::requester_of;
use super::wants::Wants;
use super::{Assumption, Options};
use crate::evaluate::{self, Decision, decide};
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{Condition, Document, Effect, OperatorBase, Statement, is_account_id, parse};
use crate::request::{Request, Requester};
use crate::snapshot::{Change, Collected, ControlKind, Gap, Membership, Organization, Snapshot, may_overlap};
use crate::span::Source;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The part of a guardrail that an answer is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guardrail {
    /// A Deny statement of an SCP or RCP, by its place in the policy.
    Statement(usize),
    /// A pattern of principals that such a statement exempts.
    Exemption(usize, String),
    /// The list of allowed requests at a root, organizational unit or account.
    Level,
    /// A whole policy, whose document is not known.
    Policy,
}

/// A guardrail with what is known of it.
#[derive(Clone, Debug)]
pub struct JudgedGuardrail<'p> {
    /// The id of the policy, or of the root, organizational unit or account of a level.
    pub of: Box<str>,
    /// The kind of policy.
    pub kind: ControlKind,
    /// The part.
    pub guardrail: Guardrail,
    /// The policy, unless it is about a level.
    pub document: Option<&'p Document>,
    /// The reason, as part of a sentence: why it changes nothing, or why that is not known.
    pub why: String,
    /// The facts that were not collected and leave the answer open.
    pub gaps: Vec<Gap>,
}

impl<'p> JudgedGuardrail<'p> {
    /// Returns the statement that it is about, if it is about one.
    pub fn statement(&self) -> Option<&'p Statement> {
        match (&self.guardrail, self.document) {
            (Guardrail::Statement(place) | Guardrail::Exemption(place, _), Some(document)) => {
                document.statements.get(*place)
            }
            _ => None,
        }
    }
}

/// The guardrails of an organization.
#[derive(Clone, Debug)]
pub struct Guardrails<'p> {
    /// Those that change nothing: proved.
    pub idle: Vec<JudgedGuardrail<'p>>,
    /// Those of which it is not known.
    pub open: Vec<JudgedGuardrail<'p>>,
    /// The number of those that refuse some request, or match some principal.
    pub effective: usize,
    /// The number of users, roles and root users.
    pub principals: usize,
    /// The number of accounts.
    pub accounts: usize,
    /// The named assumptions on which the answers depend, in alphabetical order.
    pub assumptions: Vec<Assumption>,
    /// A broken invariant because of which nothing of the answer is to be trusted.
    pub internal: Option<String>,
}

/// Judges the guardrails of an organization: those of these policies, or of all.
///
/// # Errors
/// The snapshot has no organization, or does not hold one of the policies; as one sentence.
///
/// ```
/// use iamsat::check::{Options, PreparedSnapshot, guardrails};
/// use iamsat::limits::SnapshotLimits;
/// use iamsat::snapshot::Snapshot;
/// let prepared = PreparedSnapshot::new(Snapshot::read(Vec::new(), &SnapshotLimits::default()));
/// assert!(guardrails(&prepared, &[], &Options::default()).is_err());
/// ```
pub fn guardrails<'p>(
    prepared: &'p PreparedSnapshot,
    policies: &[String],
    options: &Options,
) -> Result<Guardrails<'p>, String> {
    let snapshot = prepared.snapshot();
    let Membership::Of(organization) = &snapshot.membership else {
        return Err("the snapshot holds no organization, and so no SCPs or RCPs".to_owned());
    };
    if let Some(missing) = policies.iter().find(|id| !organization.policies.contains_key(id.as_str())) {
        return Err(format!("the snapshot does not hold the policy `{missing}`"));
    }
    let accounts = snapshot.all_accounts().len();
    let mut judging = Judging {
        prepared,
        organization,
        options,
        left: MOST_QUESTIONS,
        found: Guardrails {
            idle: Vec::new(),
            open: Vec::new(),
            effective: 0,
            principals: snapshot.principals.len() + accounts,
            accounts,
            assumptions: Vec::new(),
            internal: None,
        },
    };
    for (id, (kind, policy)) in &organization.policies {
        if policies.is_empty() || policies.iter().any(|own| **own == **id) {
            judging.policy(id, *kind, policy);
        }
    }
    for ((node, kind), attached) in &organization.attached {
        let is_chosen =
            policies.is_empty() || attached.iter().any(|id| policies.iter().any(|own| **own == **id));
        if *kind == ControlKind::Service && is_chosen {
            judging.level(node, attached);
        }
    }
    Ok(judging.found)
}

struct Judging<'a, 'p> {
    prepared: &'p PreparedSnapshot,
    organization: &'p Organization,
    options: &'a Options,
    /// The number of questions about users and roles that are left.
    left: usize,
    found: Guardrails<'p>,
}

/// The knowledge about a guardrail.
enum Known {
    /// It changes nothing, for this reason.
    Idle(String),
    Effective,
    Open(String, Vec<Gap>),
}

impl<'p> Judging<'_, 'p> {
    fn snapshot(&self) -> &'p Snapshot {
        self.prepared.snapshot()
    }

    fn list(&mut self, judged: JudgedGuardrail<'p>, known: Known) {
        match known {
            Known::Effective => self.found.effective += 1,
            Known::Idle(why) => self.found.idle.push(JudgedGuardrail { why, ..judged }),
            Known::Open(why, gaps) => self.found.open.push(JudgedGuardrail { why, gaps, ..judged }),
        }
    }

    /// Judges the Deny statements of a policy, and their exemptions.
    fn policy(&mut self, id: &str, kind: ControlKind, policy: &'p Collected<crate::snapshot::DocumentId>) {
        let judged = |guardrail, document| JudgedGuardrail {
            of: id.into(),
            kind,
            guardrail,
            document,
            why: String::new(),
            gaps: Vec::new(),
        };
        let document = match policy {
            Collected::Known(document) => self.snapshot().document(*document),
            Collected::Missing(gap) => {
                let known = Known::Open(gap.why.to_string(), vec![(**gap).clone()]);
                return self.list(judged(Guardrail::Policy, None), known);
            }
        };
        let bound = self.bound(id, kind);
        for (place, statement) in document.statements.iter().enumerate() {
            if statement.effect.value != Effect::Deny {
                continue;
            }
            let known = match &bound {
                Bound::Nobody(why) => Known::Idle((*why).to_owned()),
                Bound::Accounts(_) => self.statement(id, document, place),
            };
            let is_idle = matches!(known, Known::Idle(_));
            self.list(judged(Guardrail::Statement(place), Some(document)), known);
            if let (Bound::Accounts(accounts), false) = (&bound, is_idle) {
                for pattern in exemptions(statement) {
                    let known = self.exemption(&pattern, kind, accounts);
                    let exemption = Guardrail::Exemption(place, pattern.text.to_owned());
                    self.list(judged(exemption, Some(document)), known);
                }
            }
        }
    }

    /// Returns the accounts that a policy binds: those below the nodes at which it is attached.
    fn bound(&self, id: &str, kind: ControlKind) -> Bound<'p> {
        let organization = self.organization;
        if organization.enabled.as_ref().is_some_and(|enabled| !enabled.contains(&kind)) {
            return Bound::Nobody("policies of its type are not enabled in the organization");
        }
        let has = |list: &Vec<Box<str>>| list.iter().any(|own| **own == *id);
        let attached = organization.attached.iter().filter(|((_, own), list)| *own == kind && has(list));
        let mut nodes: BTreeSet<&str> = attached.map(|((node, _), _)| &**node).collect();
        nodes.extend(organization.targets.iter().filter(|(_, list)| has(list)).map(|(node, _)| &**node));
        let lists_all = organization.missing.is_empty()
            && organization
                .nodes
                .keys()
                .all(|node| organization.attached.contains_key(&(node.clone(), kind)));
        let accounts: BTreeSet<&str> = self
            .snapshot()
            .all_accounts()
            .into_iter()
            .filter(|account| organization.management.as_deref() != Some(account))
            .filter(|account| match self.snapshot().path(account) {
                Some(path) => path.iter().any(|node| nodes.contains(node)),
                // It may be anywhere.
                None => true,
            })
            .collect();
        match (nodes.is_empty(), accounts.is_empty(), lists_all) {
            (true, _, true) => Bound::Nobody("it is attached to nothing"),
            (false, true, true) => Bound::Nobody("it is attached only where it binds no account"),
            _ => Bound::Accounts(accounts),
        }
    }

    /// Judges a Deny statement: what is allowed with one that denies nothing in its place, and not with it?
    fn statement(&mut self, id: &str, document: &Document, place: usize) -> Known {
        let wants = document.statements.get(place).map_or_else(Wants::default, about);
        let document = denying_nothing(document, place);
        self.change(Change::Replace { what: id.into(), document }, &wants, |found| {
            format!(
                "whatever it denies is refused without it too: proved for {} principals in {} accounts, and everybody outside",
                found.principals, found.accounts
            )
        })
    }

    /// Judges the list of SCPs at a node: what is allowed if it allows everything?
    fn level(&mut self, node: &str, attached: &[Box<str>]) {
        let is_full = attached.iter().any(|id| **id == *"p-FullAWSAccess");
        let bound = self.snapshot().all_accounts();
        let binds = bound.iter().any(|account| {
            self.organization.management.as_deref() != Some(account)
                && self.snapshot().path(account).is_none_or(|path| path.contains(&node))
        });
        let is_enabled =
            self.organization.enabled.as_ref().is_none_or(|enabled| enabled.contains(&ControlKind::Service));
        if is_full || !binds || !is_enabled {
            return;
        }
        let change = Change::Attach { policy: "p-FullAWSAccess".into(), document: None, target: node.into() };
        let known = self.change(change, &Wants::default(), |found| {
            format!(
                "whatever it does not allow is refused without it too: proved for {} principals in {} accounts",
                found.principals, found.accounts
            )
        });
        let judged = JudgedGuardrail {
            of: node.into(),
            kind: ControlKind::Service,
            guardrail: Guardrail::Level,
            document: None,
            why: String::new(),
            gaps: Vec::new(),
        };
        self.list(judged, known);
    }

    /// Asks if somebody gains something by a change that lets more through.
    fn change(&mut self, change: Change, wants: &Wants, idle: impl Fn(&Guardrails<'_>) -> String) -> Known {
        let after = match self.snapshot().changed(&[change]) {
            Ok(after) => PreparedSnapshot::new(after),
            Err(error) => return Known::Open(error.message, Vec::new()),
        };
        let changed = Changed { before: self.prepared, after: &after, is_same_world: true };
        let (first, assumptions) = first_gain(changed, wants, (self.options, &mut self.left));
        merge(&mut self.found.assumptions, &assumptions);
        match first {
            FirstGain::Shown => Known::Effective,
            FirstGain::Nobody => Known::Idle(idle(&self.found)),
            FirstGain::Open(why, gaps) => Known::Open(why, gaps),
            FirstGain::Fault(message) => {
                self.found.internal.get_or_insert(message);
                Known::Open("an internal error".to_owned(), Vec::new())
            }
        }
    }

    /// Judges an exemption: does it match a principal that the policy may bind?
    fn exemption(&mut self, pattern: &Exempted<'_>, kind: ControlKind, accounts: &BTreeSet<&str>) -> Known {
        let text = pattern.text;
        if text.contains("${") {
            return Known::Open(format!("`{text}` depends on the request"), Vec::new());
        }
        // Sessions of GetFederationToken have names that nobody lists.
        if may_be_federated(text) {
            return Known::Effective;
        }
        let named = text.split(':').nth(4).filter(|account| is_account_id(account));
        let snapshot = self.snapshot();
        let accounts: Vec<&str> = match (kind, named) {
            (ControlKind::Service, _) => {
                accounts.iter().copied().filter(|own| named.is_none_or(|named| named == *own)).collect()
            }
            // An RCP binds requesters of every account.
            (ControlKind::Resource, Some(named)) if snapshot.accounts.contains_key(named) => vec![named],
            (ControlKind::Resource, _) => return Known::Effective,
        };
        let document = fact(&json!({pattern.operator: {"aws:PrincipalArn": text}}).to_string());
        let matches = |requester: Requester| is_by(&document, requester);
        // Without a partition, nobody says how the ARN of a root user begins.
        let Some(partition) = snapshot.partition() else { return Known::Effective };
        for account in &accounts {
            let root = Requester::parse(&format!("arn:{partition}:iam::{account}:root"));
            if root.is_ok_and(|(root, _)| matches(root)) {
                return Known::Effective;
            }
        }
        let members = snapshot.principals.values().filter(|own| accounts.contains(&&*own.account));
        for member in members {
            match requester_of(member) {
                Some(requester) if !matches(requester.clone()) => {}
                // A name that no request can have is not compared.
                _ => return Known::Effective,
            }
        }
        let is_uncollected = |account: &&&str| {
            snapshot.accounts.get(**account).is_none_or(|own| !own.has_users || !own.has_roles)
        };
        if let Some(account) = accounts.iter().find(is_uncollected) {
            let gap = Gap::principals(account);
            return Known::Open(gap.why.to_string(), vec![gap]);
        }
        // Of an account that is not in the snapshot, nobody says which principals it has.
        let is_elsewhere = named.is_none_or(|named| !snapshot.accounts.contains_key(named));
        if let Some(gap) = self.organization.missing.first().filter(|_| is_elsewhere) {
            return Known::Open(gap.why.to_string(), vec![gap.clone()]);
        }
        let own: Vec<Assumption> = snapshot.assumptions().iter().copied().map(Assumption).collect();
        merge(&mut self.found.assumptions, &own);
        Known::Idle(format!(
            "the accounts that it binds have no such principal, and whoever may create one is exempt ({} compared)",
            accounts.len()
        ))
    }
}

/// Returns the requests that a statement may be about, as far as its actions say it: no other request depends on the statement.
fn about(statement: &Statement) -> Wants {
    let actions = match statement.action.negated {
        true => Vec::new(),
        false => statement.action.values.iter().map(|value| value.value.text.to_string()).collect(),
    };
    let wants = Wants { actions, ..Wants::default() };
    if wants.documents().is_ok() { wants } else { Wants::default() }
}

/// The accounts that a policy binds.
enum Bound<'p> {
    /// None, for this reason.
    Nobody(&'static str),
    Accounts(BTreeSet<&'p str>),
}

/// A pattern of principals that a Deny statement exempts, with the operator that it matches by.
struct Exempted<'s> {
    operator: &'static str,
    text: &'s str,
}

/// Lists the patterns of principals that a Deny statement exempts.
fn exemptions(statement: &Statement) -> Vec<Exempted<'_>> {
    let operator = |condition: &Condition| match condition.operator.value.base {
        OperatorBase::ArnNotLike | OperatorBase::ArnNotEquals => Some("ArnLike"),
        OperatorBase::StringNotLike => Some("StringLike"),
        OperatorBase::StringNotEquals => Some("StringEquals"),
        OperatorBase::StringNotEqualsIgnoreCase => Some("StringEqualsIgnoreCase"),
        _ => None,
    };
    let on_arn = statement.conditions.iter().filter(|one| &*one.key.value.name == "aws:principalarn");
    let lists = on_arn.filter_map(|condition| Some((operator(condition)?, &condition.values)));
    let pattern = |operator| {
        move |value| -> Exempted<'_> {
            let value: &crate::span::Spanned<crate::policy::ConditionValue> = value;
            Exempted { operator, text: &value.value.text }
        }
    };
    lists.flat_map(|(operator, values)| values.iter().map(pattern(operator))).collect()
}

/// False if the pattern certainly matches no user of GetFederationToken.
fn may_be_federated(pattern: &str) -> bool {
    let service = pattern.split(':').nth(2);
    let starts_plain = !pattern.split(':').take(3).any(|field| field.contains(['*', '?']));
    let is_of_iam = starts_plain && service.is_some_and(|service| service == "iam");
    !is_of_iam && may_overlap(pattern, "arn:*:sts::*:federated-user/*")
}

/// True if the document is about requests by this requester.
fn is_by(document: &Document, requester: Requester) -> bool {
    let mut request = Request::new("any:Action", "*");
    for (key, values) in requester.derived_context() {
        request.set(key, values.into_iter().map(std::borrow::Cow::into_owned).collect());
    }
    request.requester = Some(requester);
    let options = evaluate::Options::for_documents(&[document]);
    decide(&[document], &request, &options) != Decision::ImplicitlyDenied
}

/// Returns the policy with a statement that denies nothing in the place of this one.
fn denying_nothing(document: &Document, place: usize) -> Document {
    let text = match document.base_pointer.is_empty() {
        true => document.source.text(),
        false => document.source.slice(document.span),
    };
    let has_principal = document.statements.iter().any(|statement| statement.principal.is_some());
    let mut nothing = json!({"Effect": "Deny", "NotAction": "*", "Resource": "*"});
    if let (true, Some(members)) = (has_principal, nothing.as_object_mut()) {
        members.insert("Principal".to_owned(), "*".into());
    }
    let mut value: Value = match serde_json::from_str(text) {
        Ok(value) => value,
        Err(error) => broken(&format!("a policy is JSON: {error}")),
    };
    match value.get_mut("Statement") {
        Some(Value::Array(list)) => {
            if let Some(statement) = list.get_mut(place) {
                *statement = nothing;
            }
        }
        Some(one) => *one = nothing,
        None => broken("a policy has statements"),
    }
    match parse(&Source::new(document.source.name(), value.to_string()), &InputLimits::default()) {
        Ok(document) => document,
        Err(error) => broken(&format!("a policy stays valid: {error}")),
    }
}

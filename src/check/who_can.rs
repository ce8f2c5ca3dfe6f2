//! Asks who can make some request: all principals of a snapshot, and everybody outside of it.
//!
//! Principals with equal layers are asked about together. One question is about any user (or any session of a role) of their
//! account with these layers, except for those that some policy names: if none of these can, none of the class can, and that is
//! proved for all of them at once. Otherwise each is asked about alone. So an entry of the list always has its own request, and no
//! answer about one principal rests on another one's.

use super::can::CanVerdict;
use super::in_snapshot::{
    PreparedSnapshot, Question, SnapshotAnswer, Wants, can_in_snapshot, fact, merge, written,
};
use super::{Options, PropertyError};
use crate::encode::Assumption;
use crate::index::Id as _;
use crate::policy::{Document, Effect, PrincipalKind as Named, Statement, is_account_id};
use crate::query::Callers;
use crate::request::RequesterKind as Kind;
use crate::snapshot::{
    Asker, Collected, DocumentId, Gap, Principal, PrincipalKind, Snapshot, Target, may_overlap,
};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of requesters of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WhoKind {
    /// Users of accounts of the snapshot.
    User,
    /// Sessions of their roles.
    Role,
    /// Their root users.
    Root,
    /// Users and roles of accounts of the organization that were not collected.
    Uncollected,
    /// Principals of other accounts, as far as their own policies allow everything.
    Account,
    /// Requests that nobody signs.
    Anonymous,
    /// AWS services.
    Service,
    /// Holders of tokens of identity providers.
    Federated,
}

impl WhoKind {
    /// All of them.
    pub const ALL: [WhoKind; 8] = [
        WhoKind::User,
        WhoKind::Role,
        WhoKind::Root,
        WhoKind::Uncollected,
        WhoKind::Account,
        WhoKind::Anonymous,
        WhoKind::Service,
        WhoKind::Federated,
    ];

    /// Returns the name used in JSON and on the command line.
    ///
    /// ```
    /// use iamsat::check::WhoKind;
    /// assert!(WhoKind::ALL.iter().all(|kind| WhoKind::parse(kind.name()) == Some(*kind)));
    /// ```
    pub fn name(self) -> &'static str {
        match self {
            WhoKind::User => "user",
            WhoKind::Role => "role",
            WhoKind::Root => "root",
            WhoKind::Uncollected => "uncollected",
            WhoKind::Account => "account",
            WhoKind::Anonymous => "anonymous",
            WhoKind::Service => "service",
            WhoKind::Federated => "federated",
        }
    }

    /// Returns the kind with this name.
    pub fn parse(name: &str) -> Option<WhoKind> {
        WhoKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// True for requesters outside of the accounts of the snapshot.
    pub fn is_outside(self) -> bool {
        matches!(self, WhoKind::Account | WhoKind::Anonymous | WhoKind::Service | WhoKind::Federated)
    }
}

/// A requester that can, or of whom it is not known.
#[derive(Clone, Debug)]
pub struct WhoEntry<'p> {
    /// Its kind.
    pub kind: WhoKind,
    /// Its ARN; or the account, the service or the provider; or a name for all others.
    pub who: String,
    /// Its account, if it has one.
    pub account: Option<String>,
    /// CAN or UNKNOWN, with the part that decides.
    pub answer: SnapshotAnswer<'p>,
}

/// The answer to who can.
#[derive(Clone, Debug)]
pub struct WhoAnswer<'p> {
    /// Those who can, each with a request.
    pub entries: Vec<WhoEntry<'p>>,
    /// Those of whom it is not known.
    pub open: Vec<WhoEntry<'p>>,
    /// The number of users, roles and root users asked about.
    pub principals: usize,
    /// The number of accounts that they are of.
    pub accounts: usize,
    /// The number of questions that were asked of the engine.
    pub questions: usize,
    /// The kinds asked about.
    pub kinds: Vec<WhoKind>,
    /// The named assumptions on which the answers depend, in alphabetical order.
    pub assumptions: Vec<Assumption>,
}

impl WhoAnswer<'_> {
    /// Returns the answer before anybody was asked about.
    pub(crate) fn empty(kinds: &[WhoKind]) -> Self {
        WhoAnswer {
            entries: Vec::new(),
            open: Vec::new(),
            principals: 0,
            accounts: 0,
            questions: 0,
            kinds: kinds.to_vec(),
            assumptions: Vec::new(),
        }
    }

    /// True if nobody else can: proved.
    pub fn is_complete(&self) -> bool {
        self.open.is_empty()
    }

    /// Returns what was not collected and leaves the list open, each once.
    pub fn gaps(&self) -> Vec<&Gap> {
        let gaps: BTreeSet<&Gap> = self.open.iter().flat_map(|entry| &entry.answer.part.gaps).collect();
        gaps.into_iter().collect()
    }
}

/// Asks who can make some of these requests. `kinds` limits who is asked about.
///
/// # Errors
/// A pattern or a condition is not valid.
pub fn who_can<'p>(
    prepared: &'p PreparedSnapshot,
    wants: &Wants,
    kinds: &[WhoKind],
    options: &Options,
) -> Result<WhoAnswer<'p>, PropertyError> {
    let scope = wants.documents()?;
    let mut asking = Asking {
        prepared,
        wants,
        scope,
        kinds,
        options,
        found: WhoAnswer::empty(kinds),
        targets: BTreeMap::new(),
    };
    asking.principals();
    asking.accounts();
    asking.outsiders();
    let mut found = asking.found;
    for list in [&mut found.entries, &mut found.open] {
        list.sort_by(|a, b| (a.kind, &a.account, &a.who).cmp(&(b.kind, &b.account, &b.who)));
    }
    Ok(found)
}

struct Asking<'a, 'p> {
    prepared: &'p PreparedSnapshot,
    wants: &'a Wants,
    scope: Vec<Document>,
    kinds: &'a [WhoKind],
    options: &'a Options,
    found: WhoAnswer<'p>,
    /// The targets by the account of the requester.
    targets: BTreeMap<Option<String>, Vec<Target>>,
}

/// The properties that all members of a class have in common.
type ClassKey = (String, PrincipalKind, bool, Vec<String>);

impl<'p> Asking<'_, 'p> {
    fn snapshot(&self) -> &'p Snapshot {
        self.prepared.snapshot()
    }

    fn has(&self, kind: WhoKind) -> bool {
        self.kinds.contains(&kind)
    }

    fn targets(&mut self, own: Option<&str>) -> Vec<Target> {
        let (snapshot, wants) = (self.snapshot(), self.wants);
        let made = || snapshot.targets(own, &wants.actions, &wants.resources);
        self.targets.entry(own.map(str::to_owned)).or_insert_with(made).clone()
    }

    /// Asks, with further documents that limit the requests.
    fn ask(&mut self, asker: Asker<'_>, callers: &Callers, further: &[Document]) -> SnapshotAnswer<'p> {
        let targets = self.targets(asker.account());
        let mut scope = self.scope.clone();
        scope.extend_from_slice(further);
        self.found.questions += 1;
        let question = Question { asker, callers, scope: &scope };
        let answer = can_in_snapshot(self.prepared, question, &targets, self.options);
        merge(&mut self.found.assumptions, &answer.part.answer.assumptions);
        answer
    }

    /// Asks about one requester, and lists it unless it cannot.
    fn list(
        &mut self,
        kind: WhoKind,
        who: String,
        (asker, callers): (Asker<'_>, &Callers),
        further: &[Document],
    ) {
        let answer = self.ask(asker, callers, further);
        let account = asker.account().map(str::to_owned);
        let entry = |answer| WhoEntry { kind, who, account, answer };
        match answer.part.answer.verdict {
            CanVerdict::Can(_) => self.found.entries.push(entry(answer)),
            CanVerdict::Unknown(_) => self.found.open.push(entry(answer)),
            CanVerdict::Cannot(_) => {}
        }
    }

    /// Asks about the users and roles of the snapshot, class by class.
    fn principals(&mut self) {
        let snapshot = self.snapshot();
        let mut classes: BTreeMap<ClassKey, Vec<&'p Principal>> = BTreeMap::new();
        for principal in snapshot.principals.values() {
            let kind = if principal.kind == PrincipalKind::User { WhoKind::User } else { WhoKind::Role };
            if self.has(kind) {
                let key = self.key(principal);
                classes.entry(key).or_default().push(principal);
                self.found.principals += 1;
            }
        }
        for members in classes.into_values() {
            self.class(&members);
        }
    }

    /// Returns what decides about a principal besides its name: the statements that may matter, the boundary, the tags.
    fn key(&self, principal: &Principal) -> ClassKey {
        let snapshot = self.snapshot();
        let mut parts: Vec<String> = Vec::new();
        for policy in snapshot.identity_of(principal) {
            match policy {
                Collected::Known(id) => parts.extend(self.relevant(id)),
                Collected::Missing(gap) => parts.push(format!("missing {}", gap.of)),
            }
        }
        parts.sort_unstable();
        parts.dedup();
        match snapshot.boundary_of(principal) {
            None => {}
            Some(Collected::Known(id)) => parts.push(format!("boundary {}", id.place())),
            Some(Collected::Missing(gap)) => parts.push(format!("boundary missing {}", gap.of)),
        }
        parts.push(format!("tags {:?} {}", principal.tags, snapshot.may_have_session_tags(principal)));
        (principal.account.to_string(), principal.kind, principal.is_service_linked(), parts)
    }

    /// Returns the texts of the statements of a document that some request in question may match.
    fn relevant(&self, id: DocumentId) -> Vec<String> {
        let document = self.snapshot().document(id);
        let relevant = document.statements.iter().filter(|statement| self.may_matter(statement));
        relevant
            .map(|statement| format!("{} {}", document.version.name(), document.source.slice(statement.span)))
            .collect()
    }

    /// True unless the actions or the resources of a statement certainly match no request in question.
    fn may_matter(&self, statement: &Statement) -> bool {
        let overlaps = |text: &str, wanted: &[String]| {
            wanted.is_empty() || wanted.iter().any(|wanted| may_overlap(text, wanted))
        };
        let actions = &statement.action;
        let mut of_action = actions.values.iter().map(|value| &*value.value.text);
        if !actions.negated && !of_action.any(|text| overlaps(text, &self.wants.actions)) {
            return false;
        }
        match &statement.resource {
            Some(resources) if !resources.negated => {
                let mut texts = resources.values.iter().map(|value| &*value.value.text);
                // A pattern that is not a whole ARN is completed by AWS in ways of its own.
                texts.any(|text| !is_whole_arn(text) || overlaps(text, &self.wants.resources))
            }
            _ => true,
        }
    }

    /// Asks about principals with equal layers.
    fn class(&mut self, members: &[&'p Principal]) {
        let Some(first) = members.first() else { return };
        let (named, others): (Vec<&Principal>, Vec<&Principal>) = match members.len() {
            1 => (members.to_vec(), Vec::new()),
            _ => {
                let names = self.names(first);
                members.iter().copied().partition(|member| names.iter().any(|name| name.may_be(member)))
            }
        };
        if let Some(first) = others.first().filter(|_| others.len() > 1) {
            let (callers, names) = (self.any_of(first), self.names(first));
            let further: Vec<Document> = but_for(&names, &named).into_iter().collect();
            let answer = self.ask(Asker::Principal(first), &callers, &further);
            if !matches!(answer.part.answer.verdict, CanVerdict::Cannot(_)) {
                others.iter().for_each(|member| self.member(member));
            }
        } else {
            others.iter().for_each(|member| self.member(member));
        }
        named.iter().for_each(|member| self.member(member));
    }

    /// Returns the requesters that a class is a part of.
    fn any_of(&self, member: &Principal) -> Callers {
        let kind = if member.kind == PrincipalKind::User { Kind::User } else { Kind::RoleSession };
        Callers::of_kinds(&[kind], Some(&member.account), member.is_service_linked())
    }

    fn member(&mut self, member: &Principal) {
        let kind = if member.kind == PrincipalKind::User { WhoKind::User } else { WhoKind::Role };
        match Callers::parse(&member.arn) {
            Ok(callers) => {
                self.list(kind, member.arn.to_string(), (Asker::Principal(member), &callers), &[]);
            }
            // A name that no request can have: the members of its account stand for it.
            Err(_) => {
                let callers = self.any_of(member);
                self.list(kind, member.arn.to_string(), (Asker::Principal(member), &callers), &[]);
            }
        }
    }

    /// Returns the names of principals in the policies that decide about a class, the policies of its members included.
    fn names(&mut self, member: &Principal) -> Vec<Name> {
        let mut names = BTreeSet::new();
        for target in self.targets(Some(&member.account)) {
            let layers = self.snapshot().assemble(Asker::Principal(member), &target).layers;
            for id in layers.documents() {
                names.extend(names_in(self.snapshot().document(*id)));
            }
        }
        names.extend(self.scope.iter().flat_map(names_in));
        names.into_iter().collect()
    }

    /// Asks about the root users, and about accounts whose users and roles were not collected.
    fn accounts(&mut self) {
        let snapshot = self.snapshot();
        let mut seen = BTreeSet::new();
        for account in snapshot.all_accounts() {
            let own = snapshot.accounts.get(account);
            let (has_users, has_roles) = own.map_or((false, false), |own| (own.has_users, own.has_roles));
            if self.has(WhoKind::Root) {
                let arn = format!("arn:{}:iam::{account}:root", partition(snapshot));
                let callers = Callers::of_kinds(&[Kind::Root], Some(account), false);
                self.list(WhoKind::Root, arn, (Asker::Root(account), &callers), &[]);
                self.found.principals += 1;
            }
            seen.insert(account);
            let missing: Vec<Kind> = [(has_users, Kind::User), (has_roles, Kind::RoleSession)]
                .into_iter()
                .filter_map(|(has, kind)| (!has).then_some(kind))
                .collect();
            if self.has(WhoKind::Uncollected) && !missing.is_empty() {
                self.unknown_members(
                    WhoKind::Uncollected,
                    account,
                    Asker::Uncollected(account),
                    (&missing, &[]),
                );
            }
        }
        self.found.accounts = seen.len();
    }

    /// Asks about principals of an account of whom nothing is known; apart from the others about roles of services, which neither
    /// SCPs nor RCPs bind.
    fn unknown_members(
        &mut self,
        kind: WhoKind,
        who: &str,
        asker: Asker<'_>,
        (kinds, further): (&[Kind], &[Document]),
    ) {
        let callers = Callers::of_kinds(kinds, asker.account(), false);
        self.list(kind, who.to_owned(), (asker, &callers), further);
        if kinds.contains(&Kind::RoleSession) {
            let callers = Callers::of_kinds(&[Kind::RoleSession], asker.account(), true);
            let mut further = further.to_vec();
            let roles = "arn:*:iam::*:role/aws-service-role/*";
            further.push(fact(&json!({"ArnLike": {"aws:PrincipalArn": roles}}).to_string()));
            self.list(kind, format!("{who} (roles of services)"), (asker, &callers), &further);
        }
    }

    /// Asks about everybody outside: those whom policies of the resources name, then all others.
    fn outsiders(&mut self) {
        let own: BTreeSet<String> = self.snapshot().all_accounts().into_iter().map(str::to_owned).collect();
        let mut named: BTreeMap<WhoKind, BTreeSet<String>> = BTreeMap::new();
        for target in self.targets(None) {
            let layers = self.snapshot().assemble(Asker::Nobody, &target).layers;
            for id in layers.resource.iter().filter_map(|policy| policy.policy()) {
                for (kind, name) in outsiders_in(self.snapshot().document(*id)) {
                    named.entry(kind).or_default().insert(name);
                }
            }
        }
        if self.has(WhoKind::Account) {
            let accounts: Vec<String> = named
                .remove(&WhoKind::Account)
                .into_iter()
                .flatten()
                .filter(|id| !own.contains(id))
                .collect();
            let kinds = [Kind::User, Kind::RoleSession, Kind::Root];
            for account in &accounts {
                self.unknown_members(WhoKind::Account, account, Asker::Foreign(Some(account)), (&kinds, &[]));
            }
            let known: Vec<&String> = own.iter().chain(&accounts).collect();
            let further = fact(&json!({"StringNotEquals": {"aws:PrincipalAccount": known}}).to_string());
            let further = if known.is_empty() { Vec::new() } else { vec![further] };
            self.unknown_members(
                WhoKind::Account,
                "any other account",
                Asker::Foreign(None),
                (&kinds, &further),
            );
        }
        if self.has(WhoKind::Anonymous) {
            let callers = Callers::of_kinds(&[Kind::Anonymous], None, false);
            self.list(WhoKind::Anonymous, "anyone".to_owned(), (Asker::Nobody, &callers), &[]);
        }
        for (kind, kinds, element, prefix) in [
            (WhoKind::Service, &[Kind::Service][..], "Service", "service"),
            (WhoKind::Federated, &[Kind::WebIdentity, Kind::Saml], "Federated", "federated"),
        ] {
            if !self.has(kind) {
                continue;
            }
            // A name that stands for several, or that nobody can have, is left to the question about all others.
            let names = named.remove(&kind).into_iter().flatten();
            let named = names.filter(|name| !name.contains(['*', '?', '$'])).filter_map(|name| {
                let callers = Callers::parse(&format!("{prefix}:{name}")).ok()?;
                Some((name, callers))
            });
            let named: Vec<(String, Callers)> = named.collect();
            for (name, callers) in &named {
                self.list(kind, name.clone(), (Asker::Nobody, callers), &[]);
            }
            let names: Vec<&String> = named.iter().map(|(name, _)| name).collect();
            let others = json!({element: names});
            let statement = json!({"Effect": "Allow", "NotPrincipal": others, "Action": "*"});
            let further = match names.is_empty() {
                true => Vec::new(),
                false => vec![written(&statement.to_string())],
            };
            let callers = Callers::of_kinds(kinds, None, false);
            let who = format!("any other {prefix}");
            self.list(kind, who, (Asker::Nobody, &callers), &further);
        }
    }
}

/// A name of principals in a policy, with or without wildcards.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    /// The ARN of users or roles, as `aws:PrincipalArn` has it.
    Arn(String),
    /// The name of a role, from the ARN of its sessions.
    Sessions(String),
}

impl Name {
    /// False if the name is certainly not one of this principal.
    fn may_be(&self, principal: &Principal) -> bool {
        match self {
            Name::Arn(arn) => may_overlap(arn, &principal.arn),
            Name::Sessions(role) => {
                principal.short().rsplit('/').next().is_some_and(|name| may_overlap(role, name))
            }
        }
    }
}

/// Lists the names of principals that a policy spells, and that are not those of all.
fn names_in(document: &Document) -> Vec<Name> {
    let mut texts: Vec<&str> = Vec::new();
    for statement in &document.statements {
        let principals = statement.principal.iter().flat_map(|element| &element.values);
        texts.extend(principals.map(|value| &*value.value.text));
        let conditions = statement.conditions.iter();
        let on_arn = conditions.filter(|condition| &*condition.key.value.name == "aws:principalarn");
        texts.extend(on_arn.flat_map(|condition| &condition.values).map(|value| &*value.value.text));
    }
    let name = |text: &&str| {
        let (head, rest) = text.rsplit_once(":user/").or_else(|| text.rsplit_once(":role/")).unzip();
        if rest.is_some_and(|rest: &str| !rest.starts_with(['*', '?', '$'])) && head.is_some() {
            return Some(Name::Arn((*text).to_owned()));
        }
        let sessions = text.rsplit_once(":assumed-role/")?.1.split('/').next()?;
        (!sessions.starts_with(['*', '?', '$'])).then(|| Name::Sessions(sessions.to_owned()))
    };
    texts.iter().filter_map(name).collect()
}

/// Returns the document that excludes requests by named principals.
fn but_for(names: &[Name], members: &[&Principal]) -> Option<Document> {
    let patterns = names.iter().filter_map(|name| match name {
        Name::Arn(arn) if !arn.contains('$') && is_whole_arn(arn) => Some(arn.as_str()),
        Name::Arn(_) | Name::Sessions(_) => None,
    });
    let mut arns: BTreeSet<&str> = patterns.collect();
    let is_sessions = |member: &&&Principal| {
        names.iter().any(|name| matches!(name, Name::Sessions(_)) && name.may_be(member))
    };
    arns.extend(members.iter().filter(is_sessions).map(|member| &*member.arn));
    (!arns.is_empty()).then(|| fact(&json!({"ArnNotLike": {"aws:PrincipalArn": arns}}).to_string()))
}

/// Lists the accounts, services and providers that the Allow statements of a policy of a resource name.
fn outsiders_in(document: &Document) -> Vec<(WhoKind, String)> {
    let allows = document.statements.iter().filter(|statement| statement.effect.value == Effect::Allow);
    let mut found = Vec::new();
    for value in allows.flat_map(|statement| &statement.principal).flat_map(|element| &element.values) {
        let text = &*value.value.text;
        match value.value.kind {
            Named::Service => found.push((WhoKind::Service, text.to_owned())),
            Named::Federated => found.push((WhoKind::Federated, text.to_owned())),
            Named::Aws => {
                let account = if is_account_id(text) { Some(text) } else { text.split(':').nth(4) };
                found.extend(
                    account.filter(|id| is_account_id(id)).map(|id| (WhoKind::Account, id.to_owned())),
                );
            }
            Named::CanonicalUser => {}
        }
    }
    found
}

/// True for a pattern with all six fields of an ARN, none of them before the last with a wildcard that may stand for several.
fn is_whole_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.splitn(6, ':').count() == 6
}

/// Returns the partition of the principals of a snapshot.
fn partition(snapshot: &Snapshot) -> &str {
    let first = snapshot.principals.keys().next().or_else(|| snapshot.resources.keys().next());
    first.and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws")
}

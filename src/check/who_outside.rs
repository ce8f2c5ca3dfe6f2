//! The requesters that are no users or roles of a snapshot: root users, accounts that were not collected, and everybody outside.

use super::in_snapshot::{fact, written};
use super::who_asking::{Asking, Job, WhoAnswer, WhoKind};
use crate::policy::{Document, Effect, PrincipalKind as Named, is_account_id};
use crate::query::Callers;
use crate::request::RequesterKind as Kind;
use crate::snapshot::{Asker, Snapshot};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

impl<'p> Asking<'_, 'p> {
    /// Lists the questions about all who are no users or roles of the snapshot. Notes how many accounts and root users there are.
    pub(super) fn outside(&self, found: &mut WhoAnswer<'p>) -> Vec<Job<'p>> {
        let snapshot = self.snapshot();
        let (mut jobs, roots) = of_accounts(snapshot, self.kinds);
        found.accounts += snapshot.all_accounts().len();
        found.principals += roots;
        let mut named: Names<'p> = Names::new();
        for target in self.targets(None) {
            let layers = snapshot.assemble(Asker::Nobody, target).layers;
            for id in layers.resource.iter().filter_map(|policy| policy.policy()) {
                add_names(&mut named, snapshot.document(*id));
            }
        }
        jobs.extend(outsiders(self.kinds, &snapshot.all_accounts(), named));
        jobs
    }
}

/// The names of accounts, services and providers.
pub(super) type Names<'p> = BTreeMap<WhoKind, BTreeSet<&'p str>>;

/// Adds those that the Allow statements of a policy of a resource name.
pub(super) fn add_names<'p>(named: &mut Names<'p>, document: &'p Document) {
    for (kind, name) in outsiders_in(document) {
        named.entry(kind).or_default().insert(name);
    }
}

/// Lists root users, which are counted, and accounts whose users and roles were not collected.
pub(super) fn of_accounts<'p>(snapshot: &'p Snapshot, kinds: &[WhoKind]) -> (Vec<Job<'p>>, usize) {
    let (mut jobs, mut roots) = (Vec::new(), 0);
    for account in snapshot.all_accounts() {
        let own = snapshot.accounts.get(account);
        let (has_users, has_roles) = own.map_or((false, false), |own| (own.has_users, own.has_roles));
        if kinds.contains(&WhoKind::Root) {
            let arn = root_name(snapshot, account);
            let callers = Callers::of_kinds(&[Kind::Root], Some(account), false);
            jobs.push(job(WhoKind::Root, &arn, (Asker::Root(account), callers), &[]));
            roots += 1;
        }
        let missing: Vec<Kind> = [(has_users, Kind::User), (has_roles, Kind::RoleSession)]
            .into_iter()
            .filter_map(|(has, kind)| (!has).then_some(kind))
            .collect();
        if kinds.contains(&WhoKind::Uncollected) && !missing.is_empty() {
            let asker = Asker::Uncollected(account);
            jobs.extend(unknown_members(WhoKind::Uncollected, account, asker, (&missing, &[])));
        }
    }
    (jobs, roots)
}

/// Lists everybody outside of these accounts: of other accounts, services and providers those that are named, and all others.
pub(super) fn outsiders<'p>(
    kinds: &[WhoKind],
    own: &BTreeSet<&'p str>,
    mut named: Names<'p>,
) -> Vec<Job<'p>> {
    let mut jobs = Vec::new();
    if kinds.contains(&WhoKind::Account) {
        let accounts = named.remove(&WhoKind::Account).unwrap_or_default();
        foreign(own, accounts.into_iter().filter(|id| !own.contains(id)).collect(), &mut jobs);
    }
    if kinds.contains(&WhoKind::Anonymous) {
        let callers = Callers::of_kinds(&[Kind::Anonymous], None, false);
        jobs.push(job(WhoKind::Anonymous, "anyone", (Asker::Nobody, callers), &[]));
    }
    for (kind, of_kind, element, prefix) in [
        (WhoKind::Service, &[Kind::Service][..], "Service", "service"),
        (WhoKind::Federated, &[Kind::WebIdentity, Kind::Saml], "Federated", "federated"),
    ] {
        if !kinds.contains(&kind) {
            continue;
        }
        // A name that stands for several, or that nobody can have, is left to the question about all others.
        let names = named.remove(&kind).into_iter().flatten();
        let named = names.filter(|name| !name.contains(['*', '?', '$'])).filter_map(|name| {
            let callers = Callers::parse(&format!("{prefix}:{name}")).ok()?;
            Some((name, callers))
        });
        let named: Vec<(&str, Callers)> = named.collect();
        let names: Vec<&str> = named.iter().map(|(name, _)| *name).collect();
        let others = json!({element: names});
        let statement = json!({"Effect": "Allow", "NotPrincipal": others, "Action": "*"});
        let further = match names.is_empty() {
            true => Vec::new(),
            false => vec![written(&statement.to_string())],
        };
        for (name, callers) in named {
            jobs.push(job(kind, name, (Asker::Nobody, callers), &[]));
        }
        let callers = Callers::of_kinds(of_kind, None, false);
        jobs.push(job(kind, &format!("any other {prefix}"), (Asker::Nobody, callers), &further));
    }
    jobs
}

/// Lists these other accounts, and all others beside them and the own ones.
fn foreign<'p>(own: &BTreeSet<&'p str>, accounts: Vec<&'p str>, jobs: &mut Vec<Job<'p>>) {
    let kinds = [Kind::User, Kind::RoleSession, Kind::Root];
    for account in &accounts {
        let asker = Asker::Foreign(Some(account));
        jobs.extend(unknown_members(WhoKind::Account, account, asker, (&kinds, &[])));
    }
    let known: Vec<&str> = own.iter().copied().chain(accounts).collect();
    let further = fact(&json!({"StringNotEquals": {"aws:PrincipalAccount": known}}).to_string());
    let further = if known.is_empty() { Vec::new() } else { vec![further] };
    let asker = Asker::Foreign(None);
    jobs.extend(unknown_members(WhoKind::Account, "any other account", asker, (&kinds, &further)));
}

fn job<'p>(
    kind: WhoKind,
    who: &str,
    (asker, callers): (Asker<'p>, Callers),
    further: &[Document],
) -> Job<'p> {
    Job { kind, who: who.to_owned(), asker, callers, further: further.to_vec() }
}

/// Returns the questions about principals of an account of whom nothing is known; apart from the others about roles of services,
/// which neither SCPs nor RCPs bind.
fn unknown_members<'p>(
    kind: WhoKind,
    who: &str,
    asker: Asker<'p>,
    (kinds, further): (&[Kind], &[Document]),
) -> Vec<Job<'p>> {
    let callers = Callers::of_kinds(kinds, asker.account(), false);
    let mut jobs = vec![job(kind, who, (asker, callers), further)];
    if kinds.contains(&Kind::RoleSession) {
        let callers = Callers::of_kinds(&[Kind::RoleSession], asker.account(), true);
        let mut further = further.to_vec();
        let roles = "arn:*:iam::*:role/aws-service-role/*";
        further.push(fact(&json!({"ArnLike": {"aws:PrincipalArn": roles}}).to_string()));
        jobs.push(job(kind, &format!("{who} (roles of services)"), (asker, callers), &further));
    }
    jobs
}

/// Lists the accounts, services and providers that the Allow statements of a policy of a resource name.
fn outsiders_in(document: &Document) -> Vec<(WhoKind, &str)> {
    let allows = document.statements.iter().filter(|statement| statement.effect.value == Effect::Allow);
    let mut found = Vec::new();
    for value in allows.flat_map(|statement| &statement.principal).flat_map(|element| &element.values) {
        let text = &*value.value.text;
        match value.value.kind {
            Named::Service => found.push((WhoKind::Service, text)),
            Named::Federated => found.push((WhoKind::Federated, text)),
            Named::Aws => {
                let account = if is_account_id(text) { Some(text) } else { text.split(':').nth(4) };
                found.extend(account.filter(|id| is_account_id(id)).map(|id| (WhoKind::Account, id)));
            }
            Named::CanonicalUser => {}
        }
    }
    found
}

/// Returns the name of the root user of an account: its ARN. If nothing tells the partition, the name stands for all of them.
fn root_name(snapshot: &Snapshot, account: &str) -> String {
    format!("arn:{}:iam::{account}:root", snapshot.partition().unwrap_or("*"))
}

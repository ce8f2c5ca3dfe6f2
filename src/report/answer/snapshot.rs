//! The content of a snapshot: what was recognised, and what is missing.

use crate::code::Code;
use crate::explain::display::counted;
use crate::policy::is_account_id;
use crate::report::issue::Issue;
use crate::snapshot::{Membership, PrincipalKind, Snapshot};
use std::collections::BTreeMap;

/// The content of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Inventory<'a> {
    /// The argument that names it.
    pub name: &'a str,
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// True if only the calls that fill gaps are to be shown.
    pub commands_only: bool,
}

impl Inventory<'_> {
    /// Returns the kinds of files with their numbers.
    pub fn kinds(&self) -> BTreeMap<&'static str, usize> {
        let mut kinds = BTreeMap::new();
        for file in &self.snapshot.files {
            *kinds.entry(file.kind).or_default() += 1;
        }
        kinds
    }

    /// Returns the numbers of entities, each with its name.
    pub fn counts(&self) -> Vec<(&'static str, usize)> {
        let snapshot = self.snapshot;
        let of_kind = |kind: PrincipalKind| {
            snapshot.principals.values().filter(|principal| principal.kind == kind).count()
        };
        let groups = snapshot.accounts.values().map(|account| account.groups.len()).sum();
        vec![
            ("account", snapshot.all_accounts().len()),
            ("user", of_kind(PrincipalKind::User)),
            ("group", groups),
            ("role", of_kind(PrincipalKind::Role)),
            ("managed policy", snapshot.managed.len()),
            ("resource", snapshot.resources.len()),
            ("endpoint", snapshot.endpoints.len()),
        ]
    }

    /// Returns the sentence about the organization.
    pub fn organization(&self) -> String {
        match &self.snapshot.membership {
            Membership::Missing => "no organization was collected".to_owned(),
            Membership::Alone => "the accounts are in no organization".to_owned(),
            Membership::Of(organization) => {
                let accounts = organization.nodes.keys().filter(|id| is_account_id(id)).count();
                let nodes = counted(organization.nodes.len() - accounts, "node");
                format!("organization {} with {} and {nodes}", organization.id, counted(accounts, "account"))
            }
        }
    }

    /// Returns the assumptions that the files themselves need.
    pub fn assumptions(&self) -> impl Iterator<Item = &'static str> {
        let all = self.snapshot.assumptions().iter().filter(|code| **code != Code::SnapshotCurrent);
        all.map(|code| code.as_str())
    }

    /// Returns an issue for each policy that could not be read.
    pub fn issues(&self) -> Vec<Issue> {
        let unread = self.snapshot.unread.iter();
        unread.map(|fault| Issue::of_diagnostic(&fault.source, &fault.diagnostic)).collect()
    }

    /// Returns the files that no reader knows.
    pub fn not_recognised(&self) -> impl Iterator<Item = &str> {
        self.snapshot.files.iter().filter(|file| !file.is_known()).map(|file| &*file.path)
    }

    /// Returns the calls that fill gaps, each once.
    pub fn commands(&self) -> Vec<&str> {
        let mut commands: Vec<&str> = Vec::new();
        for gap in &self.snapshot.gaps {
            commands.extend(gap.command.as_deref().filter(|command| !commands.contains(command)));
        }
        commands
    }

    /// Returns the content in one sentence.
    pub fn sentence(&self) -> String {
        let (files, gaps) = (self.snapshot.files.len(), self.snapshot.gaps.len());
        let gaps = if gaps == 0 { "no gaps".to_owned() } else { counted(gaps, "gap") };
        format!("{} in {}, {gaps}", counted(files, "file"), self.name)
    }
}

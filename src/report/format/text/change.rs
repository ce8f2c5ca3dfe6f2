//! The answer about a change of a snapshot.

use super::style::Style;
use super::table::table;
use super::verdict::Verbosity;
use crate::check::{ChangeEntry, WhoKind};
use crate::explain::display::{KeyNames, counted, one_line, plain};
use crate::policy::PolicyType;
use crate::report::answer::{SnapshotChange, change};
use crate::report::display;

/// Writes the steps of the change, who gains and who loses, what is not known, and the sentence.
pub fn snapshot_change(shown: &SnapshotChange<'_>, verbosity: Verbosity, style: Style) -> String {
    let mut out = String::new();
    for step in &shown.steps {
        out.push_str(&format!("change: {}\n", one_line(step)));
    }
    if !shown.steps.is_empty() {
        out.push('\n');
    }
    for why in shown.not_taken_over() {
        out.push_str(&format!("not taken over: {}\n", one_line(why)));
    }
    if !shown.not_taken_over().is_empty() {
        out.push('\n');
    }
    for (name, side) in shown.directions() {
        let groups = change::groups(&side.entries);
        let mut rows: Vec<[String; 5]> = Vec::new();
        for group in groups.iter().take(shown.most) {
            let Some(first) = group.first() else { continue };
            rows.push(row(first, group.entries.len(), group.accounts()));
        }
        match (rows.is_empty(), side.is_complete()) {
            (true, true) => out.push_str(&format!("{name}: nothing (proved)\n")),
            (true, false) => out.push_str(&format!("{name}: nothing is shown\n")),
            (false, _) => {
                out.push_str(&format!("{name}:\n"));
                out.push_str(&table(&rows, 2, style.width));
                left(&mut out, groups.len(), rows.len());
                if verbosity == Verbosity::Verbose {
                    out.push('\n');
                    side.entries.iter().for_each(|entry| out.push_str(&request(entry)));
                }
            }
        }
        if !side.open.is_empty() {
            let groups = open_groups(&side.open);
            let first = groups.iter().take(shown.most);
            let rows: Vec<[String; 5]> =
                first.map(|(first, count, accounts)| row(first, *count, *accounts)).collect();
            out.push_str(&format!("not known if {name}:\n"));
            out.push_str(&table(&rows, 2, style.width));
            left(&mut out, groups.len(), rows.len());
        }
        out.push('\n');
    }
    let mut out = style.shown(&plain(&out)).into_owned();
    let gaps = shown.directions().into_iter().flat_map(|(_, side)| side.gaps());
    let skews = shown.snapshots.iter().filter_map(|snapshot| snapshot.skew());
    let gaps: std::collections::BTreeSet<_> = gaps.chain(skews).collect();
    out.push_str(&super::gaps(gaps.into_iter(), style));
    if let Some(advice) = shown.advice() {
        out.push_str(&style.shown(&format!("to decide: {}\n\n", one_line(&advice))));
    }
    let not_looked_at =
        format!("not looked at, and taken as unchanged: {}\n", SnapshotChange::NOT_LOOKED_AT.join(", "));
    out.push_str(&style.shown(&not_looked_at));
    out.push_str(&style.shown(&format!("{}: {}\n", shown.command, one_line(&shown.sentence()))));
    if verbosity == Verbosity::Verbose {
        let names: Vec<&str> = shown.assumptions().into_iter().collect();
        if !names.is_empty() {
            out.push_str(&format!("assumes {}\n", names.join(", ")));
        }
    }
    out
}

fn left(out: &mut String, all: usize, shown: usize) {
    if all > shown {
        out.push_str(&format!("  ... and {} more: --limit shows them\n", all - shown));
    }
}

/// Returns those of whom it is not known for the same reason, each with their number and that of their accounts.
fn open_groups<'e>(open: &'e [ChangeEntry<'e>]) -> Vec<(&'e ChangeEntry<'e>, usize, usize)> {
    let mut groups: Vec<(&ChangeEntry<'_>, usize, Vec<Option<&str>>)> = Vec::new();
    for entry in open {
        let reason = change::call(entry);
        let account = entry.account.as_deref();
        let is_member = matches!(entry.kind, WhoKind::User | WhoKind::Role);
        let is_alike = |first: &ChangeEntry<'_>| first.kind == entry.kind && change::call(first) == reason;
        match groups.iter_mut().find(|(first, ..)| is_member && is_alike(first)) {
            Some((_, count, accounts)) => {
                *count += 1;
                if !accounts.contains(&account) {
                    accounts.push(account);
                }
            }
            None => groups.push((entry, 1, vec![account])),
        }
    }
    groups.into_iter().map(|(first, count, accounts)| (first, count, accounts.len())).collect()
}

fn row(first: &ChangeEntry<'_>, count: usize, accounts: usize) -> [String; 5] {
    let name = super::who::short(&first.who);
    let name = match count {
        1 => name,
        _ => format!("{name} and {} more", count - 1),
    };
    let account = match accounts {
        0 | 1 => first.account.clone().unwrap_or_else(|| "-".to_owned()),
        several => counted(several, "account"),
    };
    [first.kind.name().to_owned(), account, name, change::call(first), change::context(first)]
}

/// Writes the request of an entry, with the part of each layer after and before the change.
fn request(entry: &ChangeEntry<'_>) -> String {
    let (Some(request), Some((after, before))) = (change::request(entry), change::traces(entry)) else {
        return String::new();
    };
    let documents = change::documents(entry);
    let rows = display::rows(request, &KeyNames::of(&documents), PolicyType::Resource);
    let mut out = format!("{}\n", one_line(&entry.who));
    let mut add = |line: &str| out.push_str(&format!("  {line}\n"));
    display::table(&rows).lines().for_each(&mut add);
    add("allowed:");
    after.lines().iter().for_each(|line| add(&format!("  {line}")));
    match before {
        Some(before) => {
            add(&format!("on the other side, {}:", before.sentence()));
            before.lines().iter().for_each(|line| add(&format!("  {line}")));
        }
        None => add("on the other side, the requester does not exist"),
    }
    out.push('\n');
    out
}

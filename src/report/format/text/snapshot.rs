//! The content of a snapshot, and gaps.

use super::style::Style;
use crate::explain::display::{counted, one_line};
use crate::report::answer::Inventory;
use crate::snapshot::{Gap, GapKind};

/// Writes what was recognised, and what is missing with the calls that collect it.
pub fn snapshot(inventory: &Inventory<'_>, style: Style) -> String {
    let mut out = String::new();
    if inventory.commands_only {
        for command in inventory.commands() {
            out.push_str(&format!("{}\n", one_line(command)));
        }
        return style.shown(&out).into_owned();
    }
    for (kind, count) in inventory.kinds() {
        out.push_str(&format!("  {count:5}  {kind}\n"));
    }
    let counts = inventory.counts().into_iter().filter(|(_, count)| *count > 0);
    let counts: Vec<String> = counts.map(|(name, count)| many(count, name)).collect();
    out.push_str(&format!("\n{}; {}\n\n", counts.join(", "), inventory.organization()));
    out.push_str(&not_read(inventory));
    out.push_str(&gaps(inventory.snapshot.gaps.iter(), style));
    for code in inventory.assumptions() {
        out.push_str(&format!("assumes {code}: `iamsat explain {code}`\n\n"));
    }
    out.push_str(&format!("snapshot: {}\n", inventory.sentence()));
    style.shown(&out).into_owned()
}

/// Writes the files of which nothing was taken.
fn not_read(inventory: &Inventory<'_>) -> String {
    let mut out = String::new();
    for name in inventory.not_recognised() {
        out.push_str(&format!("not recognised: {}\n", one_line(name)));
    }
    for name in &inventory.snapshot.passed_over {
        out.push_str(&format!("not read: {} does not end in .json or .ndjson\n", one_line(name)));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn many(count: usize, name: &str) -> String {
    match name.strip_suffix("policy") {
        Some(start) if count != 1 => format!("{count} {start}policies"),
        _ => counted(count, name),
    }
}

/// Writes gaps, each with the call that fills it.
pub(in crate::report) fn gaps<'g>(gaps: impl Iterator<Item = &'g Gap>, style: Style) -> String {
    let mut out = String::new();
    for gap in gaps {
        let word = if gap.kind == GapKind::Skew { "note" } else { "missing" };
        out.push_str(&format!("{word}: {}\n", one_line(&gap.why)));
        if let Some(command) = &gap.command {
            out.push_str(&format!("         {}\n", one_line(command)));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    style.shown(&out).into_owned()
}

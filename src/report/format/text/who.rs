//! The answer to `who-can`.

use super::style::Style;
use super::table::table;
use super::verdict::Verbosity;
use crate::check::WhoEntry;
use crate::explain::display::{one_line, plain, statement_name};
use crate::index::broken;
use crate::policy::{Condition, LayerKind, Statement};
use crate::report::answer::{LayersReport, WhoCan};
use crate::report::display;
use crate::request::Request;
use std::collections::BTreeSet;

/// The largest number of sentences about keys of the context.
const MOST_KEYS: usize = 8;
/// The largest number of values of a condition in such a sentence.
const MOST_VALUES: usize = 3;

/// Writes the first condition of a statement on a key.
fn tests(statement: &Statement, key: &str) -> String {
    let is_on = |condition: &&Condition| condition.key.value.name.eq_ignore_ascii_case(key);
    let Some(condition) = statement.conditions.iter().find(is_on) else {
        broken("a statement that tests a key has a condition on it")
    };
    let values: Vec<&str> =
        condition.values.iter().take(MOST_VALUES).map(|value| &*value.value.text).collect();
    let more = if condition.values.len() > MOST_VALUES { ", ..." } else { "" };
    format!("{} {} {}{more}", statement.effect.value.name(), condition.operator_text, values.join(", "))
}

/// Writes the list, what is not known, and the sentence.
pub fn who_can(who: &WhoCan<'_>, verbosity: Verbosity, style: Style) -> String {
    let some = if who.has_one_request() { "" } else { " (at least one such request)" };
    let mut out = format!("who can use {}{some}:\n\n", one_line(&who.question()));
    let mut rows: Vec<[String; 6]> = Vec::new();
    let of_call = if who.has_one_action() { "FOR EXAMPLE ON" } else { "FOR EXAMPLE" };
    let headings = ["", "ACCOUNT", "WHO", of_call, "CONTEXT", "ALLOWED BY"];
    let shown: Vec<(&WhoEntry<'_>, bool)> = who.entries().take(who.most).collect();
    for (entry, is_allowed) in &shown {
        let Some(request) = who.request(entry) else { continue };
        let mut context = who.context(entry, request);
        if *is_allowed {
            context = format!("(allowed) {context}");
        }
        let kind = entry.kind.name().to_owned();
        let call = match who.has_one_action() {
            true => one_line(&request.resource),
            false => one_line(&format!("{} on {}", request.action, request.resource)),
        };
        rows.push([kind, account(entry), name(entry), call, context, allowing(who, entry, request)]);
    }
    if !rows.is_empty() {
        rows.insert(0, headings.map(str::to_owned));
    }
    out.push_str(&table(&rows, 2, style.width));
    let left = who.answer.entries.len() - shown.len();
    if left > 0 {
        out.push_str(&format!("  ... and {left} more: --limit shows them\n"));
    }
    if !rows.is_empty() {
        out.push('\n');
    }
    let mut told: BTreeSet<String> = BTreeSet::new();
    for (entry, _) in &shown {
        for (key, at, statement, document) in
            who.request(entry).map_or(Vec::new(), |own| who.testing(entry, own))
        {
            let name = document.source.name();
            let inner = name.strip_prefix(who.name).map_or(name, |inner| inner.trim_start_matches('/'));
            let named = statement_name(at, Some(statement));
            let tested = tests(statement, &key);
            told.insert(one_line(&format!("{key} is there because {named} of {inner} tests it: {tested}")));
        }
    }
    told.iter().take(MOST_KEYS).for_each(|line| out.push_str(&format!("{line}\n")));
    if verbosity == Verbosity::Normal && !shown.is_empty() {
        out.push_str(
            "if somebody should not: narrow the statement or detach its policy, or deny the request (in the policy of the resource, an SCP or an RCP); -v shows a request of each, and what each layer says\n\n",
        );
    }
    if verbosity == Verbosity::Verbose {
        for (entry, _) in &shown {
            out.push_str(&request(who, entry));
        }
    }
    let mut open: Vec<[String; 5]> = Vec::new();
    for entry in who.answer.open.iter().take(who.most) {
        let kind = entry.kind.name().to_owned();
        open.push([kind, account(entry), name(entry), who.why(entry), String::new()]);
    }
    if !open.is_empty() {
        out.push_str("not known:\n");
        out.push_str(&table(&open, 2, style.width));
        let left = who.answer.open.len() - open.len();
        if left > 0 {
            out.push_str(&format!("  ... and {left} more: --limit shows them\n"));
        }
        out.push('\n');
    }
    let mut out = style.shown(&plain(&out)).into_owned();
    out.push_str(&super::gaps(who.answer.gaps().into_iter().chain(who.snapshot.skew()), style));
    if verbosity >= Verbosity::Normal || !who.answer.is_complete() || who.beyond() > 0 {
        out.push_str(&style.shown(&format!(
            "not looked at, and can let others in or keep these out: {}\n",
            WhoCan::NOT_LOOKED_AT.join(", ")
        )));
        out.push_str(&style.shown(&format!("who-can: {}\n", one_line(&who.sentence()))));
    }
    if verbosity == Verbosity::Verbose && !who.answer.assumptions.is_empty() {
        let names: Vec<&str> = who.answer.assumptions.iter().map(|a| a.0.as_str()).collect();
        out.push_str(&format!("assumes {}\n", names.join(", ")));
    }
    out
}

fn account(entry: &WhoEntry<'_>) -> String {
    entry.account.clone().unwrap_or_else(|| "-".to_owned())
}

/// Returns the name of a principal without what its account and kind say.
fn name(entry: &WhoEntry<'_>) -> String {
    short(&entry.who)
}

/// Returns the name in an ARN of a principal, or any other name as it is.
pub(super) fn short(who: &str) -> String {
    let last = who.splitn(6, ':').nth(5).unwrap_or(who);
    let last = last.strip_prefix("role/").or_else(|| last.strip_prefix("user/")).unwrap_or(last);
    one_line(last)
}

/// Names the statement that grants a request: that of an identity policy, or else that of the policy of the resource.
fn allowing(who: &WhoCan<'_>, entry: &WhoEntry<'_>, request: &Request) -> String {
    let layers = entry.answer.part.layers.map(|document| document.document());
    let options = crate::evaluate::Options::for_documents(&who.documents(entry));
    let report =
        LayersReport::new(&layers, request, crate::evaluate::decide_layers(&layers, request, &options));
    let grants = |kind: LayerKind| {
        let layer = report.layers.iter().find(|layer| layer.kind == kind && layer.decision == "allow")?;
        let (document, index, statement) = layer.by?;
        let name = document.source.name();
        let inner = name.strip_prefix(who.name).map_or(name, |inner| inner.trim_start_matches('/'));
        Some(one_line(&format!("{} of {inner}", statement_name(index, Some(statement)))))
    };
    let is_elsewhere = report.layered.same_account == Some(false);
    match (grants(LayerKind::Identity), grants(LayerKind::Resource)) {
        (Some(own), Some(of_resource)) if is_elsewhere => format!("{own}, and {of_resource}"),
        (Some(statement), _) | (None, Some(statement)) => statement,
        // The root user needs no policy.
        (None, None) => "no policy is needed".to_owned(),
    }
}

/// Writes the request of an entry, with the part of each layer.
fn request(who: &WhoCan<'_>, entry: &WhoEntry<'_>) -> String {
    let Some(request) = who.request(entry) else { return String::new() };
    let documents = who.documents(entry);
    let names = crate::explain::display::KeyNames::of(&documents);
    let rows = display::rows(request, &names, crate::policy::PolicyType::Resource);
    let layers = entry.answer.part.layers.map(|document| document.document());
    let options = crate::evaluate::Options::for_documents(&documents);
    let layered = crate::evaluate::decide_layers(&layers, request, &options);
    let mut out = format!("{}\n", one_line(&entry.who));
    for line in display::table(&rows)
        .lines()
        .map(str::to_owned)
        .chain(LayersReport::new(&layers, request, layered).lines())
    {
        out.push_str(&format!("  {line}\n"));
    }
    out.push('\n');
    out
}

//! The answer to `what-can`.

use super::style::Style;
use super::verdict::Verbosity;
use crate::check::Grant;
use crate::explain::display::{one_line, plain};
use crate::index::broken;
use crate::report::answer::WhatCan;
use serde_json::Value;

/// Writes the list, what is not known, and the sentence.
pub fn what_can(what: &WhatCan<'_>, verbosity: Verbosity, style: Style) -> String {
    let answer = what.answer;
    let mut out = format!("{} of {}\n\n", one_line(what.principal.short()), what.principal.account);
    for grant in &answer.grants {
        out.push_str(&granted(what, grant));
        if let Some(request) = what.request(&grant.answer) {
            let context = what.context(&grant.answer, request);
            let with = if context.is_empty() { String::new() } else { format!(", with {context}") };
            let request = format!("{} on {}{with}", request.action, request.resource);
            out.push_str(&format!("    such as  {}\n", one_line(&request)));
        }
        out.push('\n');
    }
    if !answer.open.is_empty() || answer.rest.is_some() {
        out.push_str("not known:\n\n");
        for grant in &answer.open {
            out.push_str(&granted(what, grant));
            out.push_str(&format!("    why      {}\n\n", what.why(&grant.answer)));
        }
        if let Some(rest) = &answer.rest {
            out.push_str(&format!("  other requests\n    why      {}\n\n", what.why(rest)));
        }
    }
    if verbosity >= Verbosity::Normal && !answer.without_effect.is_empty() {
        out.push_str("add nothing to what it can do (proved):\n");
        for grant in &answer.without_effect {
            out.push_str(&format!("  {}\n", one_line(&what.statement(grant))));
        }
        out.push('\n');
    }
    let mut out = style.shown(&plain(&out)).into_owned();
    out.push_str(&super::gaps(answer.gaps().into_iter().chain(what.snapshot.skew()), style));
    out.push_str(&style.shown(&format!("not looked at: {}\n", WhatCan::NOT_LOOKED_AT.join(", "))));
    out.push_str(&style.shown(&format!("what-can: {}\n", one_line(&what.sentence()))));
    if verbosity == Verbosity::Verbose && !answer.assumptions.is_empty() {
        let names: Vec<&str> = answer.assumptions.iter().map(|a| a.0.as_str()).collect();
        out.push_str(&format!("assumes {}\n", names.join(", ")));
    }
    out
}

/// Writes what a statement is about.
fn granted(what: &WhatCan<'_>, grant: &Grant<'_>) -> String {
    let statement = grant.policy_statement();
    let list = |name: &str| -> Option<String> {
        let texts = match statement.get(name)? {
            Value::Array(texts) => texts.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "),
            other => other.as_str()?.to_owned(),
        };
        Some(one_line(&texts))
    };
    let mut out = match (list("Action"), list("NotAction")) {
        (Some(actions), _) => format!("  {actions}\n"),
        (None, Some(but)) => format!("  all actions but {but}\n"),
        (None, None) => broken("a statement has Action or NotAction"),
    };
    let on = match (list("Resource"), list("NotResource")) {
        // A trust policy is about its own role.
        _ if grant.statement().resource.is_none() => "the resource with this policy".to_owned(),
        (Some(resources), _) => resources,
        (None, Some(but)) => format!("all but {but}"),
        (None, None) => broken("the area of a statement has resources"),
    };
    out.push_str(&format!("    on       {on}\n"));
    if let Some(condition) = statement.get("Condition") {
        out.push_str(&format!("    if       {}\n", one_line(&condition.to_string())));
    }
    out.push_str(&format!("    by       {}\n", one_line(&what.statement(grant))));
    out
}

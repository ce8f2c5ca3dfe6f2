//! The answer to `check-guardrails`.

use super::style::Style;
use super::verdict::Verbosity;
use crate::explain::display::{one_line, plain};
use crate::report::answer::{GuardrailReport, guardrails};
use std::collections::BTreeSet;

/// Writes a note for each guardrail without effect, those that are undecided, and the sentence.
pub fn check_guardrails(report: &GuardrailReport<'_>, verbosity: Verbosity, style: Style) -> String {
    let mut out = String::new();
    for judged in &report.answer.idle {
        out.push_str(&format!("note[{}]: {}\n", guardrails::code(judged), guardrails::sentence(judged)));
    }
    if !report.answer.idle.is_empty() {
        out.push('\n');
    }
    for judged in &report.answer.open {
        out.push_str(&format!("not known: {}: {}\n", guardrails::part(judged), one_line(&judged.why)));
    }
    if !report.answer.open.is_empty() {
        out.push('\n');
    }
    let mut out = style.shown(&plain(&out)).into_owned();
    let gaps: BTreeSet<_> = report.answer.open.iter().flat_map(|judged| &judged.gaps).collect();
    out.push_str(&super::gaps(gaps.into_iter().chain(report.snapshot.skew()), style));
    out.push_str(&style.shown(&format!("check-guardrails: {}\n", one_line(&report.sentence()))));
    if verbosity == Verbosity::Verbose && !report.answer.assumptions.is_empty() {
        let names: Vec<&str> = report.answer.assumptions.iter().map(|a| a.0.as_str()).collect();
        out.push_str(&format!("assumes {}\n", names.join(", ")));
    }
    out
}

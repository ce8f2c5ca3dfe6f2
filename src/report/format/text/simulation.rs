//! A simulated request: the decision, then every statement with the parts that keep it from applying, then what to do.

use super::relevance::relevance;
use super::style::Style;
use super::verdict::Verbosity;
use crate::evaluate::{Decision, Truth};
use crate::explain::display::{KeyNames, one_line, plain, statement_name};
use crate::report::answer::{Simulation, StatementReport};

/// Draws a simulated request.
pub fn simulation(simulation: &Simulation<'_>, verbosity: Verbosity, style: Style) -> String {
    let mut out = String::new();
    let decision = match simulation.decision {
        Decision::Undetermined if verbosity >= Verbosity::Normal && simulation.layers.is_none() => {
            "undecided: it depends on the parts marked ? below".to_owned()
        }
        _ => simulation.sentence(),
    };
    let expected = match simulation.expected {
        Some(expected) if !simulation.is_as_expected() => format!(" (expected: {})", expected.name()),
        _ => String::new(),
    };
    let is_told = verbosity >= Verbosity::Normal
        || !expected.is_empty()
        || simulation.decision == Decision::Undetermined;
    if is_told {
        out.push_str(&format!("simulate: {decision}{expected}\n"));
    }
    if verbosity >= Verbosity::Normal {
        out.push('\n');
        let mut shown: Option<&str> = None;
        for statement in &simulation.statements {
            let name = statement.document.source.name();
            if shown != Some(name) {
                out.push_str(&format!("{}\n", one_line(name)));
                shown = Some(name);
            }
            out.push_str(&of_statement(statement, verbosity));
        }
    }
    if let Some(layers) = simulation.layers.as_ref().filter(|_| verbosity >= Verbosity::Normal) {
        out.push('\n');
        for line in layers.lines() {
            out.push_str(&format!("{line}\n"));
        }
    }
    if let Some(found) = simulation.relevance.as_ref().filter(|_| verbosity >= Verbosity::Normal) {
        out.push('\n');
        out.push_str(&relevance(found, &KeyNames::of(&simulation.documents)));
    }
    if let Some(help) = simulation.advice().filter(|_| verbosity >= Verbosity::Normal) {
        out.push_str(&format!("help: {help}\n"));
    }
    style.shown(&plain(&out)).into_owned()
}

fn of_statement(report: &StatementReport<'_>, verbosity: Verbosity) -> String {
    let applies = match report.applies {
        Truth::True => "applies",
        Truth::False => "does not apply",
        Truth::Unknown => "may apply",
    };
    let place = report.document.source.position(report.statement.span.start as usize);
    let mut out = format!(
        "  {} ({}, line {}): {applies}\n",
        statement_name(report.index, Some(report.statement)),
        report.statement.effect.value.name(),
        place.line
    );
    for part in &report.parts {
        // A false part decides; an open part matters only if no part is false.
        let tells =
            part.truth == Truth::False || (part.truth == Truth::Unknown && report.applies == Truth::Unknown);
        if tells || verbosity == Verbosity::Verbose {
            let sign = match part.truth {
                Truth::True => '+',
                Truth::False => '-',
                Truth::Unknown => '?',
            };
            let line = match part.line == place.line {
                true => String::new(),
                false => format!(" (line {})", part.line),
            };
            out.push_str(&format!("    {sign} {}{line}: {}\n", part.element, one_line(&part.detail)));
        }
    }
    out
}

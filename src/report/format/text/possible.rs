//! The answer to a question over layers: the verdict, the request, and the part of each layer.

use super::style::Style;
use super::verdict::Verbosity;
use crate::check::CanVerdict;
use crate::explain::display::plain;
use crate::report::answer::{Possible, Traced};
use crate::report::display;

/// Writes the answer.
pub fn possible(possible: &Possible<'_>, verbosity: Verbosity, style: Style) -> String {
    let mut out = String::new();
    let is_refused = matches!(possible.answer.verdict, CanVerdict::Cannot(_));
    if verbosity >= Verbosity::Normal || !is_refused {
        out.push_str(&format!("{}: {}\n", possible.command, possible.sentence()));
    }
    if let Some(witness) = &possible.witness {
        out.push_str(&traced(possible, witness));
    }
    if let (Some(near), true) = (&possible.near, verbosity >= Verbosity::Normal) {
        out.push_str(&format!("nearest miss: all layers but {} allow this\n", near.by));
        out.push_str(&traced(possible, &near.traced));
    }
    if let Some(help) = possible.help().filter(|_| verbosity >= Verbosity::Normal || !is_refused) {
        out.push_str(&format!("help: {help}\n"));
    }
    let mut out = style.shown(&plain(&out)).into_owned();
    if matches!(possible.answer.verdict, CanVerdict::Unknown(_)) {
        for issue in possible.issues() {
            out.push_str(&super::issue(&issue, style));
            out.push('\n');
        }
    }
    out.push_str(&super::gaps(possible.gaps.iter(), style));
    if verbosity >= Verbosity::Normal || !is_refused {
        let not_given = possible.not_given();
        if verbosity >= Verbosity::Normal && !not_given.is_empty() {
            out.push_str(&format!("{not_given}\n"));
        }
    }
    if verbosity == Verbosity::Verbose && !possible.answer.assumptions.is_empty() {
        let names: Vec<&str> = possible.answer.assumptions.iter().map(|a| a.0.as_str()).collect();
        out.push_str(&format!("assumes {}\n", names.join(", ")));
    }
    out
}

fn traced(possible: &Possible<'_>, traced: &Traced<'_>) -> String {
    let mut out = String::new();
    for line in
        display::table(&possible.rows(traced.request)).lines().map(str::to_owned).chain(traced.layers.lines())
    {
        out.push_str(&format!("  {line}\n"));
    }
    out
}

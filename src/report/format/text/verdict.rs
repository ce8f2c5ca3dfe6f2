//! The answer to one query about one document.

use super::issue;
use super::style::Style;
use crate::code::Code;
use crate::explain::display::one_line;
use crate::report::answer::{Judgement, Settled};
use crate::report::issue::{Issue, Kind};

/// How much is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Only what is wrong.
    Quiet,
    /// Verdicts too.
    Normal,
    /// Also assumptions, sizes and times.
    Verbose,
}

/// Writes the answer to one query about one document: its findings or the reasons why there is none, and the verdict, without
/// warnings. With `named`, the verdict names the policies.
pub fn judgement(
    judgement: &Judgement<'_>,
    issues: &[Issue],
    named: bool,
    verbosity: Verbosity,
    style: Style,
) -> String {
    let mut out = String::new();
    for one in issues.iter().filter(|i| matches!(i.kind, Kind::Finding | Kind::Unknown)) {
        if one.accepted.is_none() || verbosity >= Verbosity::Normal {
            out.push_str(&issue(one, style));
            if one.accepted.is_none() {
                out.push('\n');
            }
        }
    }
    if verbosity >= Verbosity::Normal {
        let basis = judgement.basis();
        let basis = if basis.is_empty() { basis } else { format!(" ({basis})") };
        let line =
            format!("{}: {}{basis}\n", judgement.check.kind().name(), judgement.sentence(issues, named));
        out.push_str(&style.shown(&line));
        for (name, text) in judgement.confined().into_iter().chain(judgement.within()) {
            out.push_str(&style.shown(&format!("  {name:7}  {}\n", one_line(&text))));
        }
        out.push_str(&assumptions(judgement.assumptions()));
    }
    if verbosity == Verbosity::Verbose {
        out.push_str(&details(judgement));
    }
    out
}

/// Writes an outcome that is known without a search.
pub fn settled(
    settled: &Settled,
    issues: &[Issue],
    (command, name): (&str, &str),
    verbosity: Verbosity,
    style: Style,
) -> String {
    let mut out = String::new();
    for one in issues.iter().filter(|one| one.kind != Kind::Warning) {
        if one.accepted.is_none() || verbosity >= Verbosity::Normal {
            out.push_str(&issue(one, style));
            if one.accepted.is_none() {
                out.push('\n');
            }
        }
    }
    if verbosity >= Verbosity::Normal {
        let line = format!("{command}: {}. {name}: {}\n", settled.status.name(), settled.message);
        out.push_str(&style.shown(&line));
    }
    out
}

/// Lists the readings on which an answer rests and about which sources disagree, each in a sentence.
pub fn assumptions(codes: impl Iterator<Item = Code>) -> String {
    codes
        .map(|code| format!("  assumes  {} (`iamsat explain {code}`)\n", one_line(&code.summary())))
        .collect()
}

/// Writes the details that are shown only on request.
fn details(judgement: &Judgement<'_>) -> String {
    let s = judgement.answer.stats;
    let mut lines = Vec::new();
    lines.push(format!(
        "  sizes    {} atoms, {} nodes, {} clauses, {} lemmas, {} states, {} solves, {} iterations",
        s.atoms, s.nodes, s.clauses, s.lemmas, s.states, s.solves, s.iterations
    ));
    if let Some(measures) = judgement.measures {
        lines.push(format!("  time     {:.3} ms", measures.elapsed.as_secs_f64() * 1000.0));
    }
    lines.push(String::new());
    lines.join("\n")
}

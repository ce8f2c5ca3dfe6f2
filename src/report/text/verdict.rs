//! The answer to one question about one document, and the last line over several.

use super::snippet::{self, Mark};
use super::{Input, Style, finding, request};
use crate::limits::Exhausted;
use crate::policy::Document;
use crate::report::names::{counted, one_line};
use crate::report::{Explained, Judgement, Outcome, Question, unknown_message};
use crate::solve::{Unknown, UnknownReason, Verdict};
use annotate_snippets::{AnnotationKind, Group, Level};

/// How much is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Only what is wrong.
    Quiet,
    /// Verdicts too.
    Normal,
    /// Assumptions, sizes and times too.
    Verbose,
}

/// The answer to one question about one document.
pub fn judgement(
    judgement: &Judgement<'_>,
    policy: Input<'_>,
    existing: Option<Input<'_>>,
    verbosity: Verbosity,
    style: Style,
) -> String {
    let mut out = String::new();
    let mut sizes = None;
    let verdict = match &judgement.answer.verdict {
        Verdict::Pass(_) => {
            sizes = Some(proved(judgement));
            format!("PASS. {}: proved for every request", pass(judgement))
        }
        Verdict::Fail(_) => {
            let mut findings: Vec<&Explained<'_>> = judgement.findings.iter().collect();
            findings.sort_by_cached_key(|f| narrowness(judgement.policy, f));
            for explained in findings {
                out.push_str(&finding::block(judgement, explained, policy, existing, style));
                out.push('\n');
            }
            let (some, all) =
                (judgement.findings.len(), counted(judgement.policy.statements.len(), "statement"));
            let what = match (judgement.question, some) {
                (Question::NoNewAccess, 1) => "widens access",
                (Question::NoNewAccess, _) => "widen access",
                (Question::AccessNotGranted { .. }, 1) => "grants listed access",
                (Question::AccessNotGranted { .. }, _) => "grant listed access",
                (Question::NoPublicAccess(_), 1) => "lets outsiders in",
                (Question::NoPublicAccess(_), _) => "let outsiders in",
            };
            format!("FAIL. {some} of {all} {what}")
        }
        Verdict::Unknown(unknown) => {
            out.push_str(&reasons(judgement, unknown, style));
            format!("UNKNOWN. {}", counted(unknown.reasons.len(), "reason"))
        }
    };
    if verbosity >= Verbosity::Normal {
        let inferred = match judgement.answer.policy_type_inferred {
            true => format!("read as {}", judgement.answer.policy_type.name()),
            false => String::new(),
        };
        let notes: Vec<String> = sizes.into_iter().chain([inferred]).filter(|n| !n.is_empty()).collect();
        let notes = if notes.is_empty() { String::new() } else { format!(" ({})", notes.join("; ")) };
        out.push_str(&format!("{}\n", one_line(&format!("{}: {verdict}{notes}", judgement.question.name()))));
        out.push_str(&assumptions(judgement));
    }
    if verbosity == Verbosity::Verbose {
        out.push_str(&details(judgement));
    }
    out
}

/// What a PASS says.
fn pass(judgement: &Judgement<'_>) -> String {
    let name = judgement.policy.source.name();
    match (judgement.question, judgement.existing) {
        (Question::NoNewAccess, Some(existing)) => {
            format!("{name} allows no request that {} does not", existing.source.name())
        }
        (Question::NoNewAccess, None) => format!("{name} allows nothing new"),
        (Question::AccessNotGranted { actions, resources }, _) => {
            let what = match (actions, resources) {
                (true, true) => "no listed action on any listed resource",
                (false, true) => "no access to any listed resource",
                _ => "no listed action",
            };
            format!("{name} grants {what}")
        }
        (Question::NoPublicAccess(_), _) => match &judgement.answer.addresses {
            Some(few) if !few.intervals().is_empty() => {
                format!("{name} lets no outsider in but from {}", addresses(few.sizes()))
            }
            _ => format!("{name} lets no outsider in"),
        },
    }
}

/// How many addresses there are of each family.
pub(super) fn addresses(sizes: (u128, u128)) -> String {
    let of = |n: u128, family: &str| format!("{n} {family} address{}", if n == 1 { "" } else { "es" });
    match sizes {
        (0, v6) => of(v6, "IPv6"),
        (v4, 0) => of(v4, "IPv4"),
        (v4, v6) => format!("{} and {}", of(v4, "IPv4"), of(v6, "IPv6")),
    }
}

/// How much was proved.
fn proved(judgement: &Judgement<'_>) -> String {
    let documents = judgement.documents();
    let statements: usize = documents.iter().map(|d| d.statements.len()).sum();
    let patterns: usize = documents.iter().map(|d| patterns(d)).sum();
    format!("{}, {}", counted(statements, "statement"), counted(patterns, "pattern"))
}

fn patterns(document: &Document) -> usize {
    document
        .statements
        .iter()
        .map(|s| {
            let conditions: usize = s.conditions.iter().map(|c| c.values.len()).sum();
            let principals = s.principal.as_ref().map_or(0, |p| p.values.len().max(1));
            let resources = s.resource.as_ref().map_or(0, |r| r.values.len());
            [s.action.values.len(), principals, resources, conditions]
                .into_iter()
                .fold(0, usize::saturating_add)
        })
        .fold(0, usize::saturating_add)
}

/// Fewer letters in the patterns that are to blame, more requests.
fn narrowness(document: &Document, explained: &Explained<'_>) -> usize {
    let places = std::iter::once(&explained.blame.primary).chain(&explained.blame.others);
    let letters = |place: &crate::explain::Place| match place.negated {
        true => 0,
        false => document.source.slice(place.span).chars().filter(|c| *c != '*').count(),
    };
    places.map(letters).fold(0, usize::saturating_add)
}

/// The last line over several inputs.
pub fn summary(question: Question, outcomes: &[Outcome<'_>]) -> String {
    let count = |name: &str| {
        let is = |o: &&Outcome<'_>| match o {
            Outcome::Judged(judgement) => judgement.answer.verdict.name() == name,
            Outcome::Failed(_) => name == "error",
        };
        outcomes.iter().filter(is).count()
    };
    let of_kind = |(n, kind): (usize, &str)| match kind {
        "error" => counted(n, kind),
        verdict => format!("{n} {verdict}"),
    };
    let kinds = ["FAIL", "UNKNOWN", "error", "PASS"];
    let parts: Vec<String> =
        kinds.iter().map(|k| (count(k), *k)).filter(|(n, _)| *n > 0).map(of_kind).collect();
    format!("{}: {} policies: {}\n", question.name(), outcomes.len(), parts.join(", "))
}

/// The readings that the answer rests on where sources disagree.
fn assumptions(judgement: &Judgement<'_>) -> String {
    let names: Vec<&str> = judgement.answer.assumptions.iter().map(|a| a.0).collect();
    match names.as_slice() {
        [] => String::new(),
        names => format!("  assumes  {}; see docs/trust.md\n", names.join(", ")),
    }
}

/// What is only told if asked for.
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

/// What helps where a limit ended the search.
fn advice(limit: Exhausted) -> &'static str {
    match limit {
        Exhausted::Mixed => {
            "test each condition key with operators of one type only: String, Numeric, Date, IpAddress or Arn"
        }
        Exhausted::States => {
            "make patterns simpler: fewer `*` and `?` in patterns that overlap each other, one statement where two say \
             almost the same"
        }
        Exhausted::Deadline => "allow more time with --timeout",
        Exhausted::Nodes | Exhausted::Literals => {
            "judge parts of the policy alone: put its statements into several files"
        }
        Exhausted::Lemmas | Exhausted::Iterations | Exhausted::ProofBytes | Exhausted::Questions => {
            "ask about less at once: put statements into several files, and leave out patterns that others cover"
        }
    }
}

/// One block for every reason why there is no answer.
fn reasons(judgement: &Judgement<'_>, unknown: &Unknown, style: Style) -> String {
    let documents = judgement.documents();
    let candidate = unknown
        .candidate
        .as_ref()
        .map(|c| request::table(&request::rows(c, &judgement.names, judgement.answer.policy_type)));
    let mut out = String::new();
    for (index, reason) in unknown.reasons.iter().enumerate() {
        let level = Level::WARNING.with_name("unknown");
        let heading = |id: &str, text: &str| level.clone().primary_title(one_line(text)).id(id.to_owned());
        let mut group = match reason {
            UnknownReason::Opaque { rule, detail, document, pointer, span } => {
                let title = heading(rule, detail);
                match documents.get(*document) {
                    Some(document) => {
                        let label = "the answer depends on this".to_owned();
                        let mark = Mark { span: *span, kind: AnnotationKind::Primary, label };
                        let mut group = title.elements(snippet::elements(&document.source, &[mark]));
                        if snippet::is_long(&document.source, *span) {
                            group =
                                group.element(Level::NOTE.with_name("pointer").message(one_line(pointer)));
                        }
                        group
                    }
                    None => Group::with_title(title),
                }
            }
            UnknownReason::Exhausted(Exhausted::Deadline) => {
                Group::with_title(heading("deadline", "the time limit was reached before an answer"))
                    .element(Level::HELP.message(advice(Exhausted::Deadline)))
            }
            UnknownReason::Exhausted(limit) => {
                Group::with_title(heading(limit.name(), "a limit of the search was reached before an answer"))
                    .element(Level::HELP.message(advice(*limit)))
            }
            UnknownReason::NotVerified(detail) => Group::with_title(heading(
                "not-verified",
                "no request was found, but the proof of that was not verified",
            ))
            .element(Level::NOTE.message(detail)),
            UnknownReason::Internal(detail) => Group::with_title(heading("internal", detail))
                .element(Level::HELP.message("this is a fault of iamsat: please report it")),
        };
        if let (0, Some(candidate)) = (index, &candidate) {
            let requests = Level::NOTE.with_name("request").message(candidate.clone());
            group = group.element(requests);
        }
        if index == 0 {
            group = group.element(Level::NOTE.message(unknown_message(judgement.question)));
        }
        out.push_str(&style.draw(group));
        out.push('\n');
    }
    out
}

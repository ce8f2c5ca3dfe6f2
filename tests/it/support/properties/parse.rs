//! Any text is read without panic, and every fault has a place in it.

use crate::support::policies::{Policy, some_keys};
use arbitrary::{Result, Unstructured};
use iamsat::check::{Options, no_new_access};
use iamsat::diagnostic::Severity;
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, Read, parse};
use iamsat::solve::Verdict;
use iamsat::span::{Source, Span};

/// Reads the bytes as a text, and a policy that the bytes make and then damage.
pub(crate) fn holds(data: &[u8]) {
    reads(&String::from_utf8_lossy(data));
    if let Ok(text) = damaged(&mut Unstructured::new(data)) {
        reads(&text);
    }
}

/// What policies are made of, to put in at random places.
const SCRAPS: &[&str] = &[
    "",
    "\"",
    "}",
    "]",
    ",",
    "\\",
    "${",
    "}${aws:username, 'x",
    "\\u0041",
    "\\ud800",
    "é",
    "\u{10FFFF}",
    "\n",
    "null",
    "1e3",
    "[]",
    "{}",
    "\"*\"",
    "\"arn:\"",
    "*?*",
    "\"Effect\":\"Allow\",",
    "\"StringLike\":{\"aws:username\":\"a\"},",
    "NotAction",
    "aws:RequestTag/",
    "ForAllValues:",
    "IfExists",
    "\"AWS:UserName\":[\"a\"],\"aws:username\":[],",
    "\"stringLIKE\":{},\"StringLike\":{},",
    "\"Condition\":{\"Null\":{\"x\":\"maybe\"}},",
    "\"Effekt\":1,",
    "{\"Sid\":\"S\",\"Effect\":\"Deny\",\"Action\":\"a\",\"NotAction\":\"*\"},",
];

/// A policy with changes at random places.
pub(crate) fn damaged(u: &mut Unstructured<'_>) -> Result<String> {
    let keys = some_keys(u)?;
    let with_principals = u.arbitrary()?;
    let mut text = Policy::arbitrary(u, &keys, with_principals)?.text(u.arbitrary()?);
    for _ in 0..u.int_in_range(0..=4u8)? {
        if u.arbitrary()? {
            // Where a member or element may stand.
            let places: Vec<usize> =
                text.match_indices(['{', '[', ',']).map(|(at, _)| at.saturating_add(1)).collect();
            if !places.is_empty() {
                text.insert_str(*u.choose(&places)?, u.choose(SCRAPS)?);
            }
            continue;
        }
        let mut ends = [u.int_in_range(0..=text.len())?, u.int_in_range(0..=text.len())?];
        ends.sort_unstable();
        if u.ratio(3, 4)? {
            ends[1] = ends[1].min(ends[0].saturating_add(1));
        }
        let [start, end] = ends.map(|at| text.floor_char_boundary(at));
        text.replace_range(start..end, u.choose(SCRAPS)?);
    }
    Ok(text)
}

fn reads(text: &str) {
    let source = Source::new("p.json", text);
    let limits = InputLimits::default();
    let parsed = Read::from(parse(&source, &limits));
    let inside = |span: Span| text.get(span.range()).is_some();
    for fault in &parsed.diagnostics {
        let has_place =
            inside(fault.span) && (!fault.span.range().is_empty() || fault.span.range().end == text.len());
        assert!(has_place, "{fault:?}");
        assert!(fault.related.iter().all(|(span, text)| inside(*span) && !text.is_empty()), "{fault:?}");
        assert!(!fault.message.is_empty(), "{fault:?}");
        let position = source.position(fault.span.range().start);
        assert!(position.line >= 1 && position.column >= 1);
    }
    let errors = parsed.diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
    assert_eq!(parsed.document.is_none(), errors > 0, "{:?}", parsed.diagnostics);
    let again = Read::from(parse(&source, &limits));
    assert_eq!(again.diagnostics, parsed.diagnostics);
    if let Some(document) = &parsed.document {
        places(document, &inside);
        // What was read can be judged, and gives no access that it does not give.
        let answer = no_new_access(document, document, &Options::default());
        assert!(matches!(answer.verdict, Verdict::Pass(_)), "against itself: {:?}", answer.verdict);
    }
}

fn places(document: &Document, inside: &dyn Fn(Span) -> bool) {
    assert!(inside(document.span) && !document.statements.is_empty());
    for statement in &document.statements {
        let within = |span: Span| {
            assert!(inside(span), "{span:?}");
            let outer = statement.span.range();
            assert!(outer.start <= span.range().start && span.range().end <= outer.end, "{span:?}");
        };
        within(statement.effect.span);
        statement.sid.iter().for_each(|s| within(s.span));
        within(statement.action.span);
        statement.action.values.iter().for_each(|v| within(v.span));
        if let Some(resource) = &statement.resource {
            within(resource.span);
            resource.values.iter().for_each(|v| within(v.span));
        }
        if let Some(principal) = &statement.principal {
            within(principal.span);
            principal.values.iter().for_each(|v| within(v.span));
        }
        for condition in &statement.conditions {
            within(condition.operator.span);
            within(condition.key.span);
            within(condition.span);
            condition.values.iter().for_each(|v| within(v.span));
        }
    }
}

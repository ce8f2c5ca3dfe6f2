//! Removes from the text of a policy the parts that [`super::lint()`] proves to have no effect.
//!
//! The text is edited in place, so that everything else keeps its layout. No edit rests on lint alone: the policy in the new text
//! is compared with the original one, in both directions and beside any other policies, and a text that is not proved equivalent
//! is dropped.

use super::compare::{Comparison, Relation, compare};
use super::lint::removable;
use super::reduction::{Part, Within, without};
use super::{Defect, Options, lint};
use crate::limits::{Exhausted, InputLimits};
use crate::policy::{Document, ParseError, edited, parse};
use crate::span::{Source, Span};
use std::collections::BTreeSet;

/// Rounds of lint and removal. One is enough for most policies: a part seldom becomes redundant by the removal of another.
const ROUNDS: usize = 6;

/// Parts that are removed one by one if the policy without all of them is not proved equivalent.
const SINGLE_STEPS: usize = 64;

/// A policy without its parts that have no effect.
#[derive(Clone, Debug)]
pub struct Fixed {
    /// The policy; its source is the new text.
    pub document: Document,
    /// The removed parts, round by round.
    pub rounds: Vec<FixRound>,
    /// Removable parts that stay, each with the reason.
    pub kept: Vec<(Defect, Kept)>,
    /// The comparison of the original policy with the new one, which are equivalent; `None` if nothing was removed.
    pub proof: Option<Comparison>,
    /// The limit that ended a search for parts: there may be more.
    pub exhausted: Option<Exhausted>,
    /// The message of the broken invariant that ended the search, if one did.
    pub internal: Option<String>,
}

/// The parts that were removed together.
#[derive(Clone, Debug)]
pub struct FixRound {
    /// The policy before.
    pub document: Document,
    /// The defects whose parts were removed.
    pub defects: Vec<Defect>,
}

/// The reason why a removable part stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is the last statement of the policy, or the last value of its list.
    Last,
    /// The policy without it was not proved to be equivalent.
    Unproved,
}

/// Removes the parts of a policy that have no effect, and proves that the policy allows and denies the same requests without
/// them. The source holds the policy and nothing else.
///
/// ```
/// use iamsat::{Options, Source, check::fix};
/// let text = r#"{"Statement": {"Effect": "Allow", "Action": ["s3:Get*", "s3:GetObject"], "Resource": "*"}}"#;
/// let fixed = fix(&Source::new("p.json", text), &Options::default())?;
/// assert_eq!(fixed.document.source.text(), text.replace(r#", "s3:GetObject""#, ""));
/// assert!(fixed.proof.unwrap().left.verdict.is_pass());
/// # Ok::<(), iamsat::ParseError>(())
/// ```
///
/// # Errors
/// The text is not a policy document.
pub fn fix(source: &Source, options: &Options) -> Result<Fixed, ParseError> {
    let original = parse(source, &InputLimits::default())?;
    // One budget for all rounds: each of them alone may be as much work as a question.
    Ok(fixed(&original, original.clone(), &options.sharing()))
}

/// Removes the parts without effect from a policy that is equivalent to the original one.
pub(super) fn fixed(original: &Document, policy: Document, options: &Options) -> Fixed {
    let mut fixed = Fixed {
        document: policy,
        rounds: Vec::new(),
        kept: Vec::new(),
        proof: None,
        exhausted: None,
        internal: None,
    };
    for _ in 0..ROUNDS {
        let found = lint(&fixed.document, options);
        if found.internal.is_some() {
            return Fixed { internal: found.internal, ..fixed };
        }
        fixed.exhausted = fixed.exhausted.or(found.exhausted);
        let is_removable = |defect: &Defect| removable(&fixed.document, defect).is_some();
        let (parts, last) = parts(&fixed.document, found.defects.into_iter().filter(is_removable).collect());
        fixed.kept = last.into_iter().map(|defect| (defect, Kept::Last)).collect();
        let Some((document, proof, done)) = shortened(original, &fixed.document, &parts, options) else {
            fixed.kept.extend(parts.into_iter().map(|(defect, _)| (defect, Kept::Unproved)));
            break;
        };
        let (done, open): (Vec<Placed>, Vec<Placed>) =
            parts.into_iter().partition(|(_, span)| done.contains(span));
        fixed.kept.extend(open.into_iter().map(|(defect, _)| (defect, Kept::Unproved)));
        let before = std::mem::replace(&mut fixed.document, document);
        let defects = done.into_iter().map(|(defect, _)| defect).collect();
        fixed.rounds.push(FixRound { document: before, defects });
        fixed.proof = Some(proof);
    }
    fixed
}

/// A defect with the place of its part in the text.
type Placed = (Defect, Span);

/// Returns the places of the parts that can be removed together, and the defects whose part is the last one of its list.
fn parts(policy: &Document, defects: Vec<Defect>) -> (Vec<Placed>, Vec<Defect>) {
    let mut left = policy.clone();
    let (mut parts, mut last) = (Vec::new(), Vec::new());
    for defect in defects {
        let Some(part) = removable(policy, &defect) else { continue };
        match without(&left, &part) {
            Some(document) => {
                left = document;
                parts.push((defect, place(&part)));
            }
            None => last.push(defect),
        }
    }
    (parts, last)
}

fn place(part: &Part) -> Span {
    match part.within {
        None => part.statement,
        Some(Within::Value(_, _, span) | Within::Condition(span)) => span,
    }
}

/// Returns the policy without these parts, or without as many of them as are proved to have no effect one after the other.
fn shortened(
    original: &Document,
    current: &Document,
    parts: &[Placed],
    options: &Options,
) -> Option<(Document, Comparison, BTreeSet<Span>)> {
    if parts.is_empty() {
        return None;
    }
    let all: BTreeSet<Span> = parts.iter().map(|(_, span)| *span).collect();
    if let Some((document, proof)) = proved_without(original, current, &all, options) {
        return Some((document, proof, all));
    }
    let mut found: Option<(Document, Comparison, BTreeSet<Span>)> = None;
    for (_, span) in parts.iter().take(SINGLE_STEPS) {
        let mut gone = found.as_ref().map_or_else(BTreeSet::new, |(_, _, gone)| gone.clone());
        gone.insert(*span);
        if let Some((document, proof)) = proved_without(original, current, &gone, options) {
            found = Some((document, proof, gone));
        }
    }
    found
}

/// Returns the policy without these places of its text, if it is proved to be equivalent to the original one.
fn proved_without(
    original: &Document,
    current: &Document,
    gone: &BTreeSet<Span>,
    options: &Options,
) -> Option<(Document, Comparison)> {
    let text = edited(current.source.text(), gone, Vec::new(), &InputLimits::default())?;
    proved(original, &text, options)
}

/// Reads a text as a policy; `None` if it is not proved to be equivalent to the original one.
pub(super) fn proved(original: &Document, text: &str, options: &Options) -> Option<(Document, Comparison)> {
    let document = parse(&Source::new(original.source.name(), text), &InputLimits::default()).ok()?;
    let proof = compare(original, &document, options);
    (proof.relation() == Some(Relation::Equivalent)).then_some((document, proof))
}

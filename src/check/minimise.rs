//! Finds a shorter policy that allows and denies exactly the same requests.
//!
//! Steps are tried in turn: remove what has no effect, merge statements that differ in one list, spell values in a shorter way.
//! A step is only a proposal: it is kept if the policy that it gives is proved equivalent to the original one, in both directions
//! and beside any other policies, and is shorter.

use super::compare::{Comparison, Relation, compare};
use super::fix::fixed;
use super::{FixRound, Options};
use crate::limits::{Exhausted, InputLimits};
use crate::policy::{Document, ParseError, parse};
use crate::span::Source;

mod merge;
mod spelling;

/// Rounds of all steps.
const ROUNDS: usize = 8;

/// Changes that are tried one by one if all of them together are not proved equivalent.
const SINGLE_STEPS: usize = 64;

/// A shorter policy.
#[derive(Clone, Debug)]
pub struct Minimised {
    /// The policy; its source is the new text, laid out as the original one.
    pub document: Document,
    /// The parts without effect that were removed, in their policies.
    pub removed: Vec<FixRound>,
    /// Statements that were merged into others.
    pub merged: usize,
    /// Values and lists that were spelled in a shorter way, and Sids that were dropped.
    pub respelled: usize,
    /// The comparison of the original policy with the new one, which are equivalent; `None` if nothing was shortened.
    pub proof: Option<Comparison>,
    /// The limit that ended a search for parts without effect: there may be more.
    pub exhausted: Option<Exhausted>,
    /// The message of the broken invariant that ended the search, if one did.
    pub internal: Option<String>,
}

/// Parts without a meaning that are dropped only on demand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Droppable {
    /// The Sids of statements.
    pub sids: bool,
}

/// Finds a shorter policy that is proved to allow and deny the same requests. The source holds the policy and nothing else.
///
/// ```
/// use iamsat::{Options, Source, check::{Droppable, minimise}};
/// let text = r#"{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":["*"]},
///     {"Effect":"Allow","Action":["s3:PutObject"],"Resource":"*"}]}"#;
/// let short = minimise(&Source::new("p.json", text), Droppable::default(), &Options::default())?;
/// assert_eq!(
///     short.document.source.text(),
///     r#"{"Statement":[{"Effect":"Allow","Action":["s3:GetObject", "s3:PutObject"],"Resource":"*"}]}"#
/// );
/// assert!(short.proof.unwrap().right.verdict.is_pass());
/// # Ok::<(), iamsat::ParseError>(())
/// ```
///
/// # Errors
/// The text is not a policy document.
pub fn minimise(source: &Source, droppable: Droppable, options: &Options) -> Result<Minimised, ParseError> {
    let original = parse(source, &InputLimits::default())?;
    // One budget for all rounds: each of them alone may be as much work as a question.
    let options = &options.sharing();
    let mut best = Minimised {
        document: original.clone(),
        removed: Vec::new(),
        merged: 0,
        respelled: 0,
        proof: None,
        exhausted: None,
        internal: None,
    };
    let step = Step { original: &original, options };
    for _ in 0..ROUNDS {
        let before = size_in_iam(best.document.source.text());
        let fixed = fixed(&original, best.document.clone(), options);
        best.exhausted = best.exhausted.or(fixed.exhausted);
        if fixed.internal.is_some() {
            return Ok(Minimised { internal: fixed.internal, ..best });
        }
        best.removed.extend(fixed.rounds);
        best.document = fixed.document;
        best.proof = fixed.proof.or(best.proof);
        for axis in merge::AXES {
            let merges = merge::groups(&best.document, axis);
            let apply = |document: &Document, chosen: &[&merge::Merge]| merge::merged(document, chosen);
            best.merged +=
                step.take(&mut best.document, &mut best.proof, &merges, apply, |merge| merge.count());
        }
        let changes = spelling::changes(&best.document, droppable);
        let apply = |document: &Document, chosen: &[&spelling::Change]| spelling::respelled(document, chosen);
        best.respelled += step.take(&mut best.document, &mut best.proof, &changes, apply, |_| 1);
        if size_in_iam(best.document.source.text()) >= before {
            break;
        }
    }
    Ok(best)
}

/// Returns the length of a policy as IAM counts it against its quotas: characters without white space.
///
/// Source: IAM User Guide, "IAM and AWS STS quotas".
///
/// ```
/// assert_eq!(iamsat::check::size_in_iam("{\n  \"Version\": \"2012-10-17\"\n}"), 24);
/// ```
pub fn size_in_iam(text: &str) -> usize {
    text.chars().filter(|letter| !letter.is_whitespace()).count()
}

/// A way to try changes.
struct Step<'s> {
    original: &'s Document,
    options: &'s Options,
}

impl Step<'_> {
    /// Applies the changes that are proved to keep the meaning: all together, or else one after the other. Returns how much was
    /// changed.
    fn take<C>(
        &self,
        document: &mut Document,
        proof: &mut Option<Comparison>,
        changes: &[C],
        apply: impl Fn(&Document, &[&C]) -> Option<String>,
        count: impl Fn(&C) -> usize,
    ) -> usize {
        if changes.is_empty() {
            return 0;
        }
        let all: Vec<&C> = changes.iter().collect();
        let mut chosen: Vec<&C> = Vec::new();
        let mut found = self.tried(document, &all, &apply);
        if found.is_some() {
            chosen = all;
        } else if all.len() > 1 {
            for change in all.into_iter().take(SINGLE_STEPS) {
                chosen.push(change);
                match self.tried(document, &chosen, &apply) {
                    Some(better) => found = Some(better),
                    None => drop(chosen.pop()),
                }
            }
        }
        let Some((shorter, equal)) = found else { return 0 };
        *document = shorter;
        *proof = Some(equal);
        chosen.into_iter().map(count).sum()
    }

    fn tried<C>(
        &self,
        document: &Document,
        chosen: &[&C],
        apply: &impl Fn(&Document, &[&C]) -> Option<String>,
    ) -> Option<(Document, Comparison)> {
        let text = apply(document, chosen)?;
        if size_in_iam(&text) >= size_in_iam(document.source.text()) {
            return None;
        }
        let new = parse(&Source::new(self.original.source.name(), text), &InputLimits::default()).ok()?;
        let proof = compare(self.original, &new, self.options);
        (proof.relation() == Some(Relation::Equivalent)).then_some((new, proof))
    }
}

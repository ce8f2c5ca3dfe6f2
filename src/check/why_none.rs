//! The reason why policies allow no request of some kind: no Allow statement allows one, or Deny statements stop them all.

use super::Options;
use super::find::find;
use crate::policy::{Document, Effect};
use crate::solve::Verdict;

/// The largest number of Deny statements of which those that matter are determined: each costs a query.
const MOST: usize = 12;

/// The reason why policies allow no request of some kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNone {
    /// No Allow statement allows one.
    NoAllow,
    /// These Deny statements stop all that Allow statements allow, and none of them can be left out: the policy and the statement of
    /// each.
    Denied(Vec<(usize, usize)>),
}

/// Determines why the policies, read as one set, allow no request that every document of `within` allows. `None` if they allow one, if
/// that is undecided, or if there are too many Deny statements to try.
///
/// ```
/// use iamsat::check::{Options, Property, WhyNone, why_none};
/// let policy: iamsat::Document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
///     {"Effect":"Deny","Action":"sqs:*","Resource":"*"},{"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}]}"#.parse()?;
/// let like = |action: &str| Property { actions: vec![action.into()], ..Property::default() }.document().unwrap();
/// let why = |action: &str| why_none(&[&policy], &[&like(action)], &Options::default());
/// assert_eq!(why("s3:DeleteObject"), Some(WhyNone::Denied(vec![(0, 2)])));
/// assert_eq!(why("ec2:RunInstances"), Some(WhyNone::NoAllow));
/// assert_eq!(why("s3:GetObject"), None);
/// # Ok::<(), iamsat::ParseError>(())
/// ```
pub fn why_none(policies: &[&Document], within: &[&Document], options: &Options) -> Option<WhyNone> {
    let options = Options { certificate: false, certify: false, ..options.clone() };
    let mut left: Vec<(usize, usize)> = Vec::new();
    for (place, policy) in policies.iter().enumerate() {
        let denies = policy.statements.iter().enumerate().filter(|(_, s)| s.effect.value == Effect::Deny);
        left.extend(denies.map(|(statement, _)| (place, statement)));
    }
    let allow_none = |kept: &[(usize, usize)]| {
        let reduced: Vec<Document> =
            policies.iter().enumerate().map(|(place, policy)| with_denials(policy, place, kept)).collect();
        let reduced: Vec<&Document> = reduced.iter().filter(|policy| !policy.statements.is_empty()).collect();
        let answer = (!reduced.is_empty())
            .then(|| find(reduced.iter().copied(), within.iter().copied(), [], &options));
        answer.is_none_or(|answer| matches!(answer.verdict, Verdict::Pass(_)))
    };
    if allow_none(&[]) {
        return Some(WhyNone::NoAllow);
    }
    if left.len() > MOST || !allow_none(&left) {
        return None;
    }
    let mut place = 0;
    while let Some(tried) = left.get(place).copied() {
        let fewer: Vec<(usize, usize)> = left.iter().copied().filter(|own| *own != tried).collect();
        match allow_none(&fewer) {
            true => left = fewer,
            false => place += 1,
        }
    }
    Some(WhyNone::Denied(left))
}

/// Returns a policy with all of its Allow statements and these Deny statements.
fn with_denials(policy: &Document, place: usize, kept: &[(usize, usize)]) -> Document {
    let is_kept =
        |statement: usize, effect: Effect| effect == Effect::Allow || kept.contains(&(place, statement));
    let statements = policy.statements.iter().enumerate().filter(|(at, own)| is_kept(*at, own.effect.value));
    policy.with_statements(statements.map(|(_, own)| own.clone()).collect::<Vec<_>>())
}

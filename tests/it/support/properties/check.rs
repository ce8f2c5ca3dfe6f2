//! The search and the referee do not contradict each other.
//!
//! Two lines of text are two policies; anything else is a stream of choices.

use super::lines;
use crate::support::policies::{Policy, some_keys};
use crate::support::requests;
use arbitrary::{Result, Unstructured};
use iamsat::check::{Answer, Judging, Options, no_new_access};
use iamsat::evaluate::{self, Decision, Truth, evaluate};
use iamsat::limits::InputLimits;
use iamsat::policy::{Document, PolicyType, parse};
use iamsat::request::{FactSets, Request};
use iamsat::solve::{UnknownReason, Verdict};
use iamsat::span::Source;

pub(crate) fn holds(data: &[u8]) {
    if let Some([new, existing]) = lines(data).as_deref() {
        let read = |name, text: &str| parse(&Source::new(name, text), &InputLimits::default()).ok();
        if let (Some(new), Some(existing)) = (read("new", new), read("existing", existing)) {
            // What these policies are about is not known: what they spell makes requests.
            let seed = data.iter().fold(0, |sum: u64, byte| sum.rotate_left(5) ^ u64::from(*byte));
            let policy_type = PolicyType::infer([&new, &existing]);
            compare(&new, &existing, policy_type, seed, requests::spelled).unwrap();
        }
        return;
    }
    // Too few bytes for a choice is no case.
    let _ = agree(&mut Unstructured::new(data));
}

fn agree(u: &mut Unstructured<'_>) -> Result<()> {
    let keys = some_keys(u)?;
    let resource_policy = u.arbitrary()?;
    let new = Policy::arbitrary(u, &keys, resource_policy)?.document("new");
    let existing = Policy::arbitrary(u, &keys, resource_policy)?.document("existing");
    let policy_type = if resource_policy { PolicyType::Resource } else { PolicyType::Identity };
    // Requests need many choices: they come from one number of the input.
    let seed = u.arbitrary();
    compare(&new, &existing, policy_type, seed.unwrap_or_default(), requests::arbitrary)
}

/// Makes a request, if one can happen.
type Requests = fn(&mut Unstructured<'_>, &[&Document], PolicyType) -> Result<Option<Request>>;

fn compare(
    new: &Document,
    existing: &Document,
    policy_type: PolicyType,
    mut seed: u64,
    requests: Requests,
) -> Result<()> {
    let answer = judged(new, existing, policy_type);
    if matches!(answer.verdict, Verdict::Fail(_)) {
        return Ok(());
    }
    let choices: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed.to_be_bytes()[0]
    })
    .take(1_200)
    .collect();
    let mut choices = Unstructured::new(&choices);
    while !choices.is_empty() {
        if let Some(request) = requests(&mut choices, &[new, existing], policy_type)? {
            assert!(
                !shows_new_access(new, existing, &request, policy_type),
                "{}, but {request:?}\nnew {}\nexisting {}",
                answer.verdict.name(),
                new.source.text(),
                existing.source.text()
            );
        }
    }
    Ok(())
}

/// The answer of check-no-new-access about what the policies allow by themselves, itself checked: each witness is confirmed once more, and UNKNOWN has to rest on
/// something that AWS leaves open.
pub(crate) fn judged(new: &Document, existing: &Document, policy_type: PolicyType) -> Answer {
    // What policies let through beside others is another question.
    let judging = Judging::Alone;
    let options = Options { policy_type: Some(policy_type), judging, certify: true, ..Options::default() };
    let answer = no_new_access(new, existing, &options);
    let show = || format!("new {}\nexisting {}", new.source.text(), existing.source.text());
    match &answer.verdict {
        Verdict::Pass(_) => {}
        Verdict::Fail(findings) => {
            assert!(!findings.is_empty(), "{}", show());
            let mut referee = evaluate::Options::for_documents(&[new, existing]);
            referee.policy_type = policy_type;
            let keys: Vec<&str> = [new, existing]
                .iter()
                .flat_map(|d| &d.statements)
                .flat_map(|s| &s.conditions)
                .map(|c| &*c.key.value.name)
                .collect();
            for finding in findings {
                let request = finding.witness.request();
                assert!(
                    shows_new_access(new, existing, request, policy_type),
                    "no witness: {request:?}\n{}",
                    show()
                );
                let trace = evaluate(&[new], request, &referee);
                let by_itself = trace.statement(0, finding.statement).map(|s| s.applies);
                assert_eq!(
                    by_itself,
                    Some(Truth::True),
                    "not by statement {}: {}",
                    finding.statement,
                    show()
                );
                let faults = request
                    .inconsistencies(keys.iter().copied(), &FactSets { safe: true, heuristics: false });
                assert!(faults.is_empty(), "{faults:?}: {request:?}\n{}", show());
            }
        }
        Verdict::Unknown(unknown) => {
            let opaque = |r: &UnknownReason| matches!(r, UnknownReason::Opaque { .. });
            assert!(!unknown.reasons.is_empty(), "{}", show());
            assert!(unknown.reasons.iter().all(opaque), "{:?}\n{}", unknown.reasons, show());
        }
    }
    answer
}

/// Whether the new document allows the request and the existing one refuses it.
pub(crate) fn shows_new_access(
    new: &Document,
    existing: &Document,
    request: &Request,
    policy_type: PolicyType,
) -> bool {
    let mut referee = evaluate::Options::for_documents(&[new, existing]);
    referee.policy_type = policy_type;
    let decision = |document: &Document| evaluate(&[document], request, &referee).decision;
    decision(new) == Decision::Allowed
        && matches!(decision(existing), Decision::ImplicitlyDenied | Decision::ExplicitlyDenied)
}

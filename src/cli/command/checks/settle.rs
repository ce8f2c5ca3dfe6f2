//! Policies that a plan creates or deletes, and policies whose text is not shown.

use super::run::Without;
use crate::check::{Answer, Options, no_new_access};
use crate::cli::command::nothing::nothing;
use crate::code::Code;
use crate::container::{Entry, PolicyKind};
use crate::index::broken;
use crate::policy::{Document, Effect, Statement};
use crate::report::{Issue, Kind, Outcome, Settled, Status};
use crate::solve::Verdict;
use crate::surface::{answered, fit};

/// The outcome for a policy that there was not before: whatever it allows is new.
pub(super) fn created(name: &str, policy: &Document, options: &Options) -> Result<Settled, Without> {
    fit(&[policy], options.policy_type)?;
    let nothing = nothing(policy, options);
    let answer = answered(|| no_new_access(policy, &nothing, options))?;
    let Verdict::Fail(findings) = &answer.verdict else {
        return Ok(match answer.verdict {
            Verdict::Pass(_) => Settled::pass("is new, and allows nothing (proved for every request)"),
            _ => undecided(name, policy, "whether it allows anything"),
        });
    };
    let Some(finding) = findings.first() else { broken("a FAIL has a finding") };
    let request = finding.witness.request();
    let message = format!("is new, and allows {} on {}", request.action, request.resource);
    let span =
        policy.statements.get(finding.statement).map_or(policy.span, |statement| statement.action.span);
    let issue = Issue::new(Kind::Finding, Code::NewPolicy, format!("{name} {message}"))
        .at(&policy.source, span, "allowed by the new policy")
        .with_note(
            "help",
            "give what new policies may allow with `--existing`, or list them with `--created note`",
        )
        .with_fingerprint(&[Code::NewPolicy.as_str(), name, &policy.to_string()]);
    Ok(Settled::of(issue, message))
}

/// The outcome for a policy that is deleted: nothing more is allowed by itself, but what it denied no longer is.
pub(super) fn deleted(
    name: &str,
    policy: &Document,
    kind: Option<PolicyKind>,
    options: &Options,
) -> Result<Settled, Without> {
    fit(&[policy], options.policy_type)?;
    let has = |effect: Effect| policy.statements.iter().any(|statement| statement.effect.value == effect);
    if !has(Effect::Deny) {
        return Ok(Settled::pass("is deleted, and denied nothing"));
    }
    let answer = answered(|| no_new_access(&turned(policy, options), &nothing(policy, options), options))?;
    Ok(match answer.verdict {
        Verdict::Pass(_) => Settled::pass("is deleted, and denied nothing (proved for every request)"),
        Verdict::Fail(_) => weakened(name, policy, &answer, has(Effect::Allow) && !is_guardrail(kind)),
        Verdict::Unknown(_) => undecided(name, policy, "whether it denied anything"),
    })
}

/// The outcome for a policy that only filters what others grant, if it denies less than before; `None` if it does not.
pub(super) fn guardrail(
    name: &str,
    (policy, existing): (&Document, &Document),
    kind: Option<PolicyKind>,
    options: &Options,
) -> Result<Option<Settled>, Without> {
    let allows = |document: &Document| document.statements.iter().any(|s| s.effect.value == Effect::Allow);
    if !is_guardrail(kind) && (allows(policy) || allows(existing)) {
        return Ok(None);
    }
    let answer = answered(|| denies_less(policy, existing, options))?;
    Ok(match answer.verdict {
        Verdict::Pass(_) => None,
        Verdict::Fail(_) => Some(weakened(name, existing, &answer, false)),
        Verdict::Unknown(_) => Some(undecided(name, existing, "whether it denies less")),
    })
}

fn is_guardrail(kind: Option<PolicyKind>) -> bool {
    kind.is_some_and(PolicyKind::is_guardrail)
}

/// A request that OLD denies and NEW does not: what OLD denies, asked as if it were allowed.
fn denies_less(new: &Document, old: &Document, options: &Options) -> Answer {
    no_new_access(&turned(old, options), &turned(new, options), options)
}

/// A document that allows what a document denies, and nothing else.
fn turned(document: &Document, options: &Options) -> Document {
    let denied = document.statements.iter().filter(|s| s.effect.value == Effect::Deny);
    let allowed: Vec<Statement> = denied
        .map(|statement| {
            let mut statement = statement.clone();
            statement.effect.value = Effect::Allow;
            statement
        })
        .collect();
    if allowed.is_empty() {
        nothing(document, options)
    } else {
        Document { statements: allowed.into(), ..document.clone() }
    }
}

fn weakened(name: &str, policy: &Document, answer: &Answer, is_warning: bool) -> Settled {
    let Verdict::Fail(findings) = &answer.verdict else { broken("what is weakened has a request") };
    let Some(finding) = findings.first() else { broken("a FAIL has a finding") };
    let request = finding.witness.request();
    let message = format!("no longer denies {} on {}", request.action, request.resource);
    let kind = if is_warning { Kind::Warning } else { Kind::Finding };
    let issue = Issue::new(kind, Code::DenyWeakened, format!("{name} {message}"))
        .at(&policy.source, policy.span, "denied by the existing policy")
        .with_fingerprint(&[Code::DenyWeakened.as_str(), name, &policy.to_string()]);
    let message = if is_warning { format!("allows nothing new by itself, but {message}") } else { message };
    Settled::of(issue, message)
}

fn undecided(name: &str, policy: &Document, what: &str) -> Settled {
    let message = format!("it could not be decided {what}");
    let title = format!("{name}: {message}");
    let issue = Issue::new(Kind::Unknown, Code::PolicyNotKnownYet, title);
    Settled::of(issue.at(&policy.source, policy.span, ""), message)
}

/// The outcome for a policy whose text the file marks as sensitive: its status and nothing of it.
pub(super) fn concealed<'a>(entry: &Entry, outcome: &Outcome<'_>) -> Outcome<'a> {
    let (status, code) = match outcome {
        Outcome::Judged(judgement) => match &judgement.answer.verdict {
            Verdict::Pass(_) => (Status::Pass, None),
            Verdict::Fail(_) => (Status::Fail, Some(Code::SensitivePolicy)),
            Verdict::Unknown(_) => (Status::Unknown, Some(Code::SensitivePolicy)),
        },
        Outcome::Failed(_) => (Status::Error, Some(Code::SensitivePolicy)),
        Outcome::Settled(settled) => match settled.status {
            Status::Pass => (Status::Pass, None),
            status => (status, settled.issue.as_ref().map(|issue| issue.code)),
        },
        Outcome::Skipped(why) => return Outcome::Skipped(why.clone()),
    };
    let message = "its text is marked as sensitive: `--show-sensitive` shows what was found";
    let kind = match status {
        Status::Fail => Kind::Finding,
        Status::Error => Kind::Error,
        Status::Pass | Status::Unknown | Status::Skipped => Kind::Unknown,
    };
    let issue = code.map(|code| {
        let title = format!("{}: {}, {message}", entry.name, status.name());
        Issue::new(kind, code, title).with_fingerprint(&[code.as_str(), &entry.key, status.name()])
    });
    Outcome::Settled(Box::new(Settled { status, message: message.to_owned(), issue }))
}

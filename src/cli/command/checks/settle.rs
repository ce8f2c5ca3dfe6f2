//! Outcomes for policies that a plan creates or deletes, and for policies whose text is not shown.

use super::run::Without;
use crate::check::{Options, Weakened, no_new_access};
use crate::cli::command::nothing::nothing;
use crate::code::Code;
use crate::container::Entry;
use crate::index::broken;
use crate::policy::{Document, Statement};
use crate::report::{Issue, Kind, Outcome, Settled, Status, among, every_request};
use crate::request::Request;
use crate::solve::{Finding, Verdict};
use crate::surface::{answered, fit};

/// Returns the outcome for a created policy: whatever it allows is new. It is known by its name, and by its own one in lists of accepted
/// findings.
pub(super) fn created(
    (name, own): (&str, &str),
    policy: &Document,
    options: &Options,
) -> Result<Settled, Without> {
    fit(&[policy], options.policy_type)?;
    let nothing = nothing(policy, options);
    let answer = answered(|| no_new_access(policy, &nothing, options))?;
    let Verdict::Fail(findings) = &answer.verdict else {
        return Ok(match answer.verdict {
            Verdict::Pass(_) => Settled::pass(format!(
                "is new, and allows nothing (proved for {})",
                every_request(answer.world, answer.edition.as_ref())
            )),
            _ => undecided(name, policy, "whether it allows anything"),
        });
    };
    let Some(finding) = findings.first() else { broken("a FAIL has a finding") };
    let request = finding.witness.request();
    let statement = policy.statements.get(finding.statement);
    let message = format!("is new, and allows {} on {}", request.action, resource(statement, request));
    let span = statement.map_or(policy.span, |statement| statement.action.span);
    let issue = Issue::new(Kind::Finding, Code::NewPolicy, format!("{name} {message}"))
        .at(&policy.source, span, "allowed by the new policy")
        .with_note(
            "help",
            "state what new policies may allow with `--existing`, or list them with `--created note`",
        )
        .with_fingerprint(&[Code::NewPolicy.as_str(), own, &policy.to_string()]);
    Ok(Settled::of(issue, message))
}

/// Returns the outcome for a deleted policy: it allows nothing any more, but it does not deny anything any more either.
pub(super) fn deleted(
    (name, own): (&str, &str),
    policy: &Document,
    options: &Options,
) -> Result<Settled, Without> {
    fit(&[policy], options.policy_type)?;
    let answer = answered(|| no_new_access(&nothing(policy, options), policy, options))?;
    Ok(match (&answer.verdict, &answer.weakened) {
        (Verdict::Fail(findings), _) => match findings.first() {
            Some(finding) => weakened((name, own), policy, finding, Kind::Finding),
            None => broken("a FAIL has a finding"),
        },
        (Verdict::Unknown(_), _) => undecided(name, policy, "whether it denied anything"),
        (Verdict::Pass(_), Some(Weakened::Shown(finding))) => {
            weakened((name, own), policy, finding, Kind::Warning)
        }
        (Verdict::Pass(_), Some(Weakened::Undecided)) => {
            let open = "it could not be decided whether it denied anything";
            let issue = Issue::new(Kind::Warning, Code::DenyWeakened, format!("{name}: {open}"));
            let message = format!("allows nothing new by itself, but {open}");
            Settled::of(issue.at(&policy.source, policy.span, ""), message)
        }
        (Verdict::Pass(_), None) => Settled::pass(format!(
            "is deleted, and denied nothing (proved for {})",
            every_request(answer.world, answer.edition.as_ref())
        )),
    })
}

fn weakened((name, own): (&str, &str), policy: &Document, finding: &Finding, kind: Kind) -> Settled {
    let request = finding.witness.request();
    let statement = policy.statements.get(finding.statement);
    let message = format!("no longer denies {} on {}", request.action, resource(statement, request));
    let span = statement.map_or(policy.span, |statement| statement.action.span);
    let issue = Issue::new(kind, Code::DenyWeakened, format!("{name} {message}"))
        .at(&policy.source, span, "denied by the existing policy")
        .with_fingerprint(&[Code::DenyWeakened.as_str(), own, &policy.to_string()]);
    let message = match kind {
        Kind::Warning => format!("allows nothing new by itself, but {message}"),
        _ => message,
    };
    Settled::of(issue, message)
}

/// Returns the resource of the request, or `*` if the statement is about every resource.
fn resource<'r>(statement: Option<&Statement>, request: &'r Request) -> &'r str {
    let element = statement.and_then(|statement| statement.resource.as_ref());
    let is_all = element.is_some_and(|element| {
        !element.negated && element.values.iter().any(|value| value.value.template.is_many())
    });
    if is_all { "*" } else { &request.resource }
}

fn undecided(name: &str, policy: &Document, what: &str) -> Settled {
    let message = format!("it could not be decided {what}");
    let title = format!("{name}: {message}");
    let issue = Issue::new(Kind::Unknown, Code::PolicyNotKnownYet, title);
    Settled::of(issue.at(&policy.source, policy.span, ""), message)
}

/// Returns the outcome for a policy whose text the file marks as sensitive: its status and nothing else.
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
    let about = match outcome {
        Outcome::Judged(judgement) => among(judgement.answer.world, judgement.answer.edition.as_ref()),
        Outcome::Failed(_) | Outcome::Settled(_) | Outcome::Skipped(_) => String::new(),
    };
    let message = format!("its text is marked as sensitive: `--show-sensitive` shows the findings{about}");
    let kind = match status {
        Status::Fail => Kind::Finding,
        Status::Error => Kind::Error,
        Status::Pass | Status::Unknown | Status::Skipped => Kind::Unknown,
    };
    let issue = code.map(|code| {
        let title = format!("{}: {}, {message}", entry.name, status.name());
        Issue::new(kind, code, title).with_fingerprint(&[code.as_str(), &entry.key, status.name()])
    });
    Outcome::Settled(Box::new(Settled { status, message, issue, dependence: None }))
}

//! The answer to one query about one document.

use super::place::{DiagnosticView, Range};
use super::request::RequestView;
use crate::catalogue::Edition;
use crate::check::ONLY_FOR_SCP;
use crate::code::Code;
use crate::explain::Explained;
use crate::index::broken;
use crate::limits::Exhausted;
use crate::policy::{Document, RequestSet};
use crate::query::World;
use crate::report::answer::{Denial, Judgement, Reason, denied};
use crate::report::aws_messages::AwsCheck;
use crate::request::{AddressSet, RequestPart};
use crate::solve::{Finding, Stats, Unknown, UnknownReason, Verdict};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// Serializes the same JSON as `--format json`: AWS's members first, then our own.
///
/// ```
/// use iamsat::report::{AwsCheck, Judgement};
/// use iamsat::{Options, no_new_access};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}"#);
/// let options = Options::default();
/// let answer = no_new_access(&policy, &policy, &options);
/// let judgement = Judgement::new(AwsCheck::NoNewAccess, &policy, Some(&policy), &answer, &options);
/// let text = serde_json::to_string(&judgement).unwrap();
/// assert!(text.starts_with(r#"{"result":"PASS","message":"#));
/// ```
impl Serialize for Judgement<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Judged::of(self).serialize(serializer)
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Judged<'a> {
    result: &'static str,
    message: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    judged: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<Because<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<RequestView<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    witnesses: Vec<RequestView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    locations: Option<Vec<Location<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cut_short: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<Vec<Open<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    candidate: Option<RequestView<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resource_type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    addresses: Option<Addresses>,
    policy_type: &'static str,
    policy_type_inferred: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    only_if: Option<&'static str>,
    assumptions: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    world: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    catalogue: Option<&'a Edition>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Warning<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stats: Option<Sizes>,
}

impl<'a> Judged<'a> {
    fn of(judgement: &'a Judgement<'a>) -> Judged<'a> {
        let answer = judgement.answer;
        let mut findings: &[Explained<'_>] = &[];
        let (mut unknown, mut candidate) = (None, None);
        match &answer.verdict {
            Verdict::Pass(_) => {}
            Verdict::Fail(_) => findings = &judgement.findings,
            Verdict::Unknown(open) => {
                unknown = Some(reasons(open, &judgement.documents()));
                candidate = open.candidate.as_ref().map(|request| RequestView::of(request, &judgement.names));
            }
        }
        let is_fail = matches!(answer.verdict, Verdict::Fail(_));
        let shown = |f: &'a Explained<'_>| RequestView::of(f.finding.witness.request(), &judgement.names);
        Judged {
            result: answer.verdict.name(),
            message: judgement.message(),
            judged: match (judgement.check, answer.beside_others) {
                (AwsCheck::NoNewAccess, true) => Some("beside-others"),
                (AwsCheck::NoNewAccess, false) => Some("alone"),
                (AwsCheck::AccessNotGranted(_) | AwsCheck::NoPublicAccess(_), _) => None,
            },
            reasons: is_fail.then(|| judgement.reasons.iter().map(Because::of).collect()),
            witness: findings.first().map(shown),
            witnesses: if findings.len() > 1 { findings.iter().map(shown).collect() } else { Vec::new() },
            locations: is_fail.then(|| findings.iter().map(|f| Location::of(judgement, f)).collect()),
            cut_short: answer.cut_short().filter(|_| is_fail).map(|limit| limit.code().as_str()),
            unknown,
            candidate,
            resource_type: match judgement.check {
                AwsCheck::NoPublicAccess(of) => Some(of.name()),
                AwsCheck::NoNewAccess | AwsCheck::AccessNotGranted(_) => None,
            },
            addresses: answer.addresses.as_ref().map(Addresses::of),
            policy_type: answer.policy_type.name(),
            policy_type_inferred: answer.policy_type_inferred,
            only_if: answer.is_only_for_scp().then_some(ONLY_FOR_SCP),
            assumptions: answer.assumptions.iter().map(|assumption| assumption.0.as_str()).collect(),
            world: world(answer.world),
            catalogue: answer.edition.as_ref(),
            warnings: Warning::all(judgement),
            stats: judgement.measures.map(|measures| Sizes {
                stats: answer.stats,
                microseconds: match u64::try_from(measures.elapsed.as_micros()) {
                    Ok(microseconds) => microseconds,
                    Err(_) => broken("a check takes less than 500 000 years"),
                },
            }),
        }
    }
}

/// A warning about the documents, or about requests that are no longer denied.
#[derive(Serialize)]
#[serde(untagged)]
enum Warning<'a> {
    Read(DiagnosticView<'a>),
    Weakened(Box<WeakenedView<'a>>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct WeakenedView<'a> {
    code: &'static str,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    existing_statement_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<Range>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<RequestView<'a>>,
}

impl<'a> Warning<'a> {
    fn all(judgement: &'a Judgement<'a>) -> Vec<Warning<'a>> {
        let read = judgement.warnings().into_iter();
        let read = read.map(|(source, warning)| Warning::Read(DiagnosticView::of(source, warning)));
        read.chain(WeakenedView::of(judgement).map(|view| Warning::Weakened(Box::new(view)))).collect()
    }
}

impl<'a> WeakenedView<'a> {
    fn of(judgement: &'a Judgement<'a>) -> Option<WeakenedView<'a>> {
        let (code, severity) = (Code::DenyWeakened.as_str(), "warning");
        Some(match judgement.weakened.as_ref()? {
            Denial::Undecided => WeakenedView {
                code,
                severity,
                message: denied::undecided(judgement),
                file: None,
                existing_statement_index: None,
                pointer: None,
                span: None,
                witness: None,
            },
            Denial::Weakened(explained) => {
                let source = &judgement.document_of(explained.finding).source;
                let place = &explained.blame.primary;
                WeakenedView {
                    code,
                    severity,
                    message: denied::title(judgement),
                    file: Some(source.name()),
                    existing_statement_index: Some(explained.blame.statement),
                    pointer: Some(&place.pointer),
                    span: Some(Range::of(source, place.span)),
                    witness: Some(RequestView::of(explained.finding.witness.request(), &judgement.names)),
                }
            }
        })
    }
}

/// An element of `reasons`, as AWS's answers have it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Because<'a> {
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    existing_statement_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_id: Option<&'a str>,
}

impl Because<'_> {
    fn of(reason: &Reason) -> Because<'_> {
        Because {
            description: &reason.description,
            statement_index: reason.statement_index,
            existing_statement_index: reason.existing_statement_index,
            statement_id: reason.statement_id.as_deref(),
        }
    }
}

/// The place to look at.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    statement_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    existing_statement_index: Option<usize>,
    /// The existing policy, if the place is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    pointer: &'a str,
    span: Range,
    #[serde(skip_serializing_if = "Option::is_none")]
    realistic: Option<Realistic<'a>>,
}

/// The proof that AWS lists no request that shows a finding.
#[derive(Serialize)]
pub(super) struct Realistic<'a> {
    world: &'a str,
    consistent: bool,
    missing: &'static str,
    proved: bool,
}

impl<'a> Realistic<'a> {
    /// Returns the view of a finding, if there is a proof.
    pub(super) fn of(edition: Option<&'a Edition>, finding: &Finding) -> Option<Realistic<'a>> {
        let missing = match finding.unlisted.as_ref()?.part {
            RequestPart::Action => "action",
            RequestPart::Resource => "resource",
            RequestPart::Key => "key",
            RequestPart::Values => "value",
        };
        Some(Realistic { world: &edition?.name, consistent: false, missing, proved: true })
    }
}

/// Returns the name of a world that is not that of all requests.
pub(super) fn world(world: World) -> Option<&'static str> {
    (world != World::Open).then(|| world.name())
}

impl<'a> Location<'a> {
    fn of(judgement: &'a Judgement<'_>, explained: &'a Explained<'_>) -> Location<'a> {
        let (place, statement) = (&explained.blame.primary, explained.blame.statement);
        let of_existing = explained.finding.set == RequestSet::Denied;
        let source = &judgement.document_of(explained.finding).source;
        Location {
            statement_index: (!of_existing).then_some(statement),
            existing_statement_index: of_existing.then_some(statement),
            file: of_existing.then_some(source.name()),
            pointer: &place.pointer,
            span: Range::of(source, place.span),
            realistic: Realistic::of(judgement.answer.edition.as_ref(), explained.finding),
        }
    }
}

/// Why there is no answer.
#[derive(Serialize)]
pub(super) struct Open<'a> {
    reason: &'static str,
    detail: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    limit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    part: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<Range>,
}

/// Views every reason why there is no answer.
pub(super) fn reasons<'a>(unknown: &'a Unknown, documents: &[&'a Document]) -> Vec<Open<'a>> {
    let simple = |reason: &'static str, detail: Cow<'a, str>| Open {
        reason,
        detail,
        limit: None,
        rule: None,
        part: None,
        pointer: None,
        file: None,
        span: None,
    };
    let one = |reason: &'a UnknownReason| match reason {
        UnknownReason::Exhausted(Exhausted::Deadline) => {
            simple("deadline", "the time limit was reached".into())
        }
        UnknownReason::Exhausted(limit) => Open {
            limit: Some(limit.code().as_str()),
            ..simple("limit", format!("the limit `{}` was reached", limit.code()).into())
        },
        UnknownReason::Opaque { rule, detail, document, pointer, span } => {
            let source = documents.get(*document).map(|document| &document.source);
            Open {
                rule: Some(rule.as_str()),
                pointer: Some(pointer),
                file: source.map(|source| source.name()),
                span: source.map(|source| Range::of(source, *span)),
                ..simple("opaque", detail.into())
            }
        }
        UnknownReason::Layer { rule, of } => Open {
            rule: Some(rule.as_str()),
            part: Some(&**of).filter(|of| !of.is_empty()),
            ..simple("open", rule.summary().into())
        },
        UnknownReason::NotVerified(detail) => simple("not-verified", detail.into()),
        UnknownReason::Internal(detail) => simple("internal", detail.into()),
    };
    unknown.reasons.iter().map(one).collect()
}

/// Most programs that read JSON cannot represent numbers beyond 2^53.
#[derive(Serialize)]
struct Addresses {
    ipv4: String,
    ipv6: String,
    ranges: Vec<String>,
}

impl Addresses {
    fn of(set: &AddressSet) -> Addresses {
        let (v4, v6) = set.sizes();
        Addresses {
            ipv4: v4.to_string(),
            ipv6: v6.to_string(),
            ranges: set.intervals().iter().map(ToString::to_string).collect(),
        }
    }
}

/// Sizes of the search, and how long it took.
#[derive(Serialize)]
struct Sizes {
    #[serde(flatten)]
    stats: Stats,
    microseconds: u64,
}

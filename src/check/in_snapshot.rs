//! Asks about a requester of a snapshot: the question is split by the policies of the resources in question.
//!
//! A policy that was not collected may allow and may deny anything: an answer that depends on it is UNKNOWN. Facts that hold for some requests only (sessions without tags of their own, requests through no VPC endpoint) restrict a
//! second question: CANNOT is an answer to the wide one, CAN to the restricted one.

use super::can::{CanAnswer, CanVerdict, NearMiss, Wanted, can, nearest_miss, undecided};
use super::{Options, Property, PropertyError};
use crate::code::Code;
use crate::encode::{Assumption, DocumentRef, PreparedDocument};
use crate::index::{Id as _, broken};
use crate::limits::InputLimits;
use crate::policy::{Attached, Document, Layers, parse};
use crate::query::Callers;
use crate::snapshot::{Asker, Collected, DocumentId, Facts, Gap, LayerGap, Restriction, Snapshot, Target};
use crate::solve::{Unknown, UnknownReason};
use crate::span::Source;
use serde_json::json;
use std::sync::OnceLock;

/// A snapshot whose documents are prepared when a question first needs them.
#[derive(Debug)]
pub struct PreparedSnapshot {
    snapshot: Snapshot,
    documents: Vec<OnceLock<PreparedDocument>>,
}

impl PreparedSnapshot {
    /// Takes a snapshot.
    pub fn new(snapshot: Snapshot) -> PreparedSnapshot {
        let documents = std::iter::repeat_with(OnceLock::new).take(snapshot.document_count()).collect();
        PreparedSnapshot { snapshot, documents }
    }

    /// Returns the snapshot.
    pub fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Returns a document.
    pub fn document(&self, id: DocumentId) -> DocumentRef<'_> {
        match self.documents.get(id.place()) {
            Some(slot) => {
                slot.get_or_init(|| PreparedDocument::new(self.snapshot.document(id).clone())).into()
            }
            None => broken("a document is one of its snapshot"),
        }
    }
}

/// The requests that a question over a snapshot is about. A part that is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    /// Action patterns, one of which must match.
    pub actions: Vec<String>,
    /// Resource patterns, one of which must match.
    pub resources: Vec<String>,
    /// The JSON of `Condition` elements, all of which must hold.
    pub conditions: Vec<String>,
}

impl Wants {
    /// Returns the documents that each have to allow a request in question.
    ///
    /// # Errors
    /// A pattern or a condition is not valid.
    pub fn documents(&self) -> Result<Vec<Document>, PropertyError> {
        let mut documents = Vec::new();
        if !self.actions.is_empty() || !self.resources.is_empty() {
            let (actions, resources) = (self.actions.clone(), self.resources.clone());
            documents.push(Property { actions, resources, ..Property::default() }.document()?);
        }
        for condition in &self.conditions {
            documents.push(of_condition(condition)?);
        }
        Ok(documents)
    }
}

fn of_condition(condition: &str) -> Result<Document, PropertyError> {
    Property { condition: Some(condition.to_owned()), ..Property::default() }.document()
}

/// Returns the document of a condition that this program wrote.
pub(super) fn fact(condition: &str) -> Document {
    match of_condition(condition) {
        Ok(document) => document,
        Err(error) => broken(&format!("a fact is a valid condition: {error}")),
    }
}

/// A question about one group of resources, with its answer.
#[derive(Clone, Debug)]
pub struct Part<'p> {
    /// The resources.
    pub target: Target,
    /// The layers.
    pub layers: Layers<DocumentRef<'p>>,
    /// The requests in question.
    pub wanted: Wanted,
    /// The answer.
    pub answer: CanAnswer,
    /// The facts that were not collected and take part in an UNKNOWN.
    pub gaps: Vec<Gap>,
}

/// The answer about a requester of a snapshot: the part that decides.
#[derive(Clone, Debug)]
pub struct SnapshotAnswer<'p> {
    /// The part with a request, if some is CAN; the first that is UNKNOWN, if some is; else the last one.
    pub part: Part<'p>,
    /// The number of groups of resources.
    pub parts: usize,
}

impl SnapshotAnswer<'_> {
    /// Returns a request that all layers but one allow, for an answer CANNOT.
    pub fn near(&self, options: &Options) -> Option<NearMiss> {
        match self.part.answer.verdict {
            CanVerdict::Cannot(_) => nearest_miss(&self.part.layers, &self.part.wanted, options),
            CanVerdict::Can(_) | CanVerdict::Unknown(_) => None,
        }
    }
}

/// A question: the requester as the snapshot has it and as the query names it, and the documents that limit the requests.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// The requester as the snapshot has it.
    pub asker: Asker<'q>,
    /// The requesters.
    pub callers: &'q Callers,
    /// The documents that each have to allow a request in question.
    pub scope: &'q [Document],
}

/// Asks about a requester and each of these targets. The first CAN ends the search.
///
/// ```
/// use iamsat::check::{CanVerdict, Options, PreparedSnapshot, Question, Wants, can_in_snapshot};
/// use iamsat::limits::SnapshotLimits;
/// use iamsat::query::Callers;
/// use iamsat::snapshot::{Asker, File, Snapshot};
/// let text = r#"{"UserDetailList": [{"Arn": "arn:aws:iam::111122223333:user/ana", "GroupList": [], "AttachedManagedPolicies": [],
///     "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}}]}]}"#;
/// let files = vec![File { path: "gaad.json".to_owned(), bytes: text.into() }];
/// let mut snapshot = Snapshot::read(files, &SnapshotLimits::default());
/// snapshot.without_organization().unwrap();
/// let prepared = PreparedSnapshot::new(snapshot);
/// let ana = &prepared.snapshot().principals["arn:aws:iam::111122223333:user/ana"];
/// let callers = Callers::parse(&ana.arn).unwrap();
/// let may = |action: &str| {
///     let wants = Wants { actions: vec![action.to_owned()], ..Wants::default() };
///     let targets = prepared.snapshot().targets(Some(&ana.account), &wants.actions, &wants.resources);
///     let scope = wants.documents().unwrap();
///     let question = Question { asker: Asker::Principal(ana), callers: &callers, scope: &scope };
///     can_in_snapshot(&prepared, question, &targets, &Options::default()).part.answer.verdict.name()
/// };
/// assert_eq!((may("ec2:RunInstances"), may("ecs:RunTask")), ("CAN", "CANNOT"));
/// ```
pub fn can_in_snapshot<'p>(
    prepared: &'p PreparedSnapshot,
    question: Question<'_>,
    targets: &[Target],
    options: &Options,
) -> SnapshotAnswer<'p> {
    let mut open: Option<Part<'p>> = None;
    let mut last: Option<Part<'p>> = None;
    let mut assumptions = vec![Assumption(Code::SnapshotCurrent)];
    for target in targets {
        let mut part = asked(prepared, question, target, options);
        merge(&mut assumptions, &part.answer.assumptions);
        match part.answer.verdict {
            CanVerdict::Can(_) => {
                merge(&mut part.answer.assumptions, &[Assumption(Code::SnapshotCurrent)]);
                return SnapshotAnswer { part, parts: targets.len() };
            }
            CanVerdict::Cannot(_) => last = Some(part),
            CanVerdict::Unknown(_) => match &mut open {
                Some(open) => open.gaps.extend(part.gaps),
                None => open = Some(part),
            },
        }
    }
    match open.or(last) {
        Some(mut part) => {
            part.gaps.sort_unstable();
            part.gaps.dedup();
            part.answer.assumptions = assumptions;
            SnapshotAnswer { part, parts: targets.len() }
        }
        None => broken("the resources of a question have targets"),
    }
}

/// Adds assumptions, in alphabetical order and each once.
pub(super) fn merge(all: &mut Vec<Assumption>, further: &[Assumption]) {
    all.extend_from_slice(further);
    all.sort_by_key(|assumption| assumption.0.as_str());
    all.dedup();
}

/// Asks about one target.
fn asked<'p>(
    prepared: &'p PreparedSnapshot,
    question: Question<'_>,
    target: &Target,
    options: &Options,
) -> Part<'p> {
    let snapshot = prepared.snapshot();
    let assembled = snapshot.assemble(question.asker, target);
    let layers = assembled.layers.map(|id| prepared.document(*id));
    let mut scope = question.scope.to_vec();
    scope.extend(target.statement().map(|statement| written(&statement)));
    let documents: Vec<&Document> =
        layers.documents().map(|document| document.document()).chain(&scope).collect();
    let facts = snapshot.facts(question.asker, target, &documents);
    scope.extend(facts.certain.iter().map(|condition| fact(condition)));
    let wanted = Wanted { callers: question.callers.clone(), scope };
    let answer = can(&layers, &wanted, options);
    let mut part = Part { target: target.clone(), layers, wanted, answer, gaps: Vec::new() };
    match (&part.answer.verdict, acl_owner(snapshot, target)) {
        (CanVerdict::Can(_), _) => part = narrowed(prepared, part, &facts, options),
        (CanVerdict::Cannot(_), Some(ownership)) => {
            let why = format!("the ACLs of a bucket and its objects, as its object ownership is {ownership}");
            part = open(part, &why, Vec::new());
        }
        (CanVerdict::Cannot(_), None) | (CanVerdict::Unknown(_), _) => {}
    }
    if let CanVerdict::Unknown(unknown) = &part.answer.verdict {
        part.gaps.extend(among(&assembled.gaps, unknown));
    }
    part
}

/// Returns the object ownership of a bucket with which ACLs grant access too.
fn acl_owner<'s>(snapshot: &'s Snapshot, target: &Target) -> Option<&'s str> {
    let Target::Resource(arn) = target else { return None };
    let resource = snapshot.resources.get(arn)?;
    let is_bucket = arn.split(':').nth(2) == Some("s3") && arn.contains(":::");
    // A bucket whose setting was not collected may have ACLs that grant access.
    let ownership = resource.object_ownership.as_deref().or(is_bucket.then_some("not collected"))?;
    (ownership != "BucketOwnerEnforced").then_some(ownership)
}

/// Returns the part with an answer that counts only requests of which enough is known. The answer so far is CAN.
fn narrowed<'p>(
    prepared: &'p PreparedSnapshot,
    part: Part<'p>,
    facts: &Facts,
    options: &Options,
) -> Part<'p> {
    if let Some(gap) = facts.unknown.first() {
        return open(part, &gap.why, facts.unknown.clone());
    }
    if facts.restrictions.is_empty() && facts.without_endpoint.is_none() {
        return part;
    }
    let restricted = |restrictions: &[&Restriction], layers: &Layers<DocumentRef<'p>>| {
        let mut wanted = part.wanted.clone();
        wanted.scope.extend(restrictions.iter().map(|restriction| fact(&restriction.condition)));
        let answer = can(layers, &wanted, options);
        matches!(answer.verdict, CanVerdict::Can(_)).then(|| Part {
            target: part.target.clone(),
            layers: layers.clone(),
            wanted,
            answer,
            gaps: Vec::new(),
        })
    };
    let mut all: Vec<&Restriction> = facts.restrictions.iter().collect();
    all.extend(&facts.without_endpoint);
    if let Some(part) = restricted(&all, &part.layers) {
        return part;
    }
    let says =
        |key: &str| part.layers.documents().any(|d| d.document().mentioned_keys().any(|own| own == key));
    if facts.without_endpoint.is_some() && !OF_ENDPOINTS.iter().any(|key| says(key)) {
        for endpoint in prepared.snapshot().endpoints.iter().take(MOST_ENDPOINTS) {
            let Collected::Known(policy) = &endpoint.policy else { continue };
            let policy = policy.map(|id| prepared.document(id));
            // The facts are those that the other policies ask for.
            let is_own = |key: &str| ["aws:sourcevpc", "aws:sourcevpce"].contains(&key) || says(key);
            if policy.is_some_and(|policy| !policy.document().mentioned_keys().all(is_own)) {
                continue;
            }
            let policy = policy.map(Attached::Policy);
            let layers = Layers { endpoint: policy, ..part.layers.clone() };
            let through = json!({"aws:SourceVpce": endpoint.id, "aws:SourceVpc": endpoint.vpc});
            let condition = json!({"StringEquals": through}).to_string();
            let through = Restriction { condition, but_for: String::new() };
            let all: Vec<&Restriction> = facts.restrictions.iter().chain([&through]).collect();
            let found = restricted(&all, &layers).filter(|part| match &part.answer.verdict {
                CanVerdict::Can(witness) => {
                    let action = &witness.request().action;
                    action.split(':').next().is_some_and(|own| own.eq_ignore_ascii_case(&endpoint.service))
                }
                CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => false,
            });
            if let Some(part) = found {
                return part;
            }
        }
    }
    let mut names: Vec<&str> = all.iter().map(|restriction| restriction.but_for.as_str()).collect();
    names.dedup();
    open(part, &names.join(", or on "), Vec::new())
}

/// Keys that follow from an endpoint, beside its id and that of its VPC.
const OF_ENDPOINTS: [&str; 4] = ["aws:vpceaccount", "aws:vpceorgid", "aws:vpceorgpaths", "aws:vpcsourceip"];

/// The number of endpoints through which a request is tried.
const MOST_ENDPOINTS: usize = 64;

/// Returns the part with an answer that is open because something was not collected.
fn open<'p>(part: Part<'p>, why: &str, gaps: Vec<Gap>) -> Part<'p> {
    let candidate = match &part.answer.verdict {
        CanVerdict::Can(witness) => Some(witness.request().clone()),
        CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
    };
    let reason = UnknownReason::Layer { rule: Code::IncompleteSnapshot, of: why.to_owned() };
    Part { answer: undecided(vec![reason], candidate), gaps, ..part }
}

/// Returns the gaps on which an answer depends: those of the layers that its reasons name.
fn among(gaps: &[LayerGap], unknown: &Unknown) -> Vec<Gap> {
    let is_named = |gap: &LayerGap| {
        let name = format!("{} {} ", gap.kind.name(), gap.level);
        unknown.reasons.iter().any(|reason| match reason {
            UnknownReason::Layer { rule: Code::MissingLayer, of } => of.is_empty() || of.starts_with(&name),
            _ => false,
        })
    };
    gaps.iter().filter(|gap| is_named(gap)).map(|gap| gap.gap.clone()).collect()
}

/// Returns the document with a statement that this program wrote.
pub(super) fn written(statement: &str) -> Document {
    let text = format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#);
    match parse(&Source::new("target", text), &InputLimits::default()) {
        Ok(document) => document,
        Err(error) => broken(&format!("a target is a valid statement: {error}")),
    }
}

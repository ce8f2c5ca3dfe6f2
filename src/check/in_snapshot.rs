//! Asks about a requester of a snapshot: the question is split by the policies of the resources in question.
//!
//! A policy that was not collected may allow and may deny anything: an answer that depends on it is UNKNOWN. Facts that hold for some requests only (sessions without tags of their own, requests through no VPC endpoint) restrict a
//! second question: CANNOT is an answer to the wide one, CAN to the restricted one.

use super::Options;
use super::can::{CanAnswer, CanVerdict, NearMiss, Sides, Wanted, can, nearest_miss, offered, undecided};
use super::offer::{Model, offers};
use super::wants::Wants;
use crate::code::Code;
use crate::encode::{Assumption, DocumentRef, PreparedDocument};
use crate::index::{Id as _, broken};
use crate::limits::InputLimits;
use crate::policy::{Attached, Document, Layers, parse};
use crate::query::Callers;
use crate::request::Request;
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

/// Returns the document of a condition that this program wrote.
pub(super) fn fact(condition: &str) -> Document {
    match Wants::of_condition(condition) {
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
    can_like(prepared, question, targets, options, None)
}

/// Does the same as [`can_in_snapshot`], given the witness for another principal of the account, which is asked about first.
pub(super) fn can_like<'p>(
    prepared: &'p PreparedSnapshot,
    question: Question<'_>,
    targets: &[Target],
    options: &Options,
    like: Option<(&Model, &Wants)>,
) -> SnapshotAnswer<'p> {
    let is_first = |target: &&Target| like.is_some_and(|(model, _)| model.target == **target);
    let (first, others): (Vec<&Target>, Vec<&Target>) = targets.iter().partition(is_first);
    let mut open: Option<Part<'p>> = None;
    let mut last: Option<Part<'p>> = None;
    let own: Vec<Assumption> = prepared.snapshot().assumptions().iter().copied().map(Assumption).collect();
    let mut assumptions = own.clone();
    for target in first.into_iter().chain(others) {
        let mut part = asked(prepared, question, target, options, like);
        merge(&mut assumptions, &part.answer.assumptions);
        match part.answer.verdict {
            CanVerdict::Can(_) => {
                merge(&mut part.answer.assumptions, &own);
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
    like: Option<(&Model, &Wants)>,
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
    let offers = match (like, question.asker) {
        (Some((model, wants)), Asker::Principal(principal)) if model.target == *target => {
            let identity: Vec<&Document> = layers
                .identity
                .iter()
                .filter_map(Attached::policy)
                .map(|document| document.document())
                .collect();
            offers(snapshot, model, principal, &identity, wants)
        }
        _ => Vec::new(),
    };
    let answer = offered(Sides { layers: &layers, before: None }, &wanted, options, offers.clone());
    let answer = answer.unwrap_or_else(|| can(&layers, &wanted, options));
    let mut part = Part { target: target.clone(), layers, wanted, answer, gaps: Vec::new() };
    match (&part.answer.verdict, snapshot.acls(target)) {
        (CanVerdict::Can(_), _) => part = narrowed(prepared, part, &facts, options, offers),
        (CanVerdict::Cannot(_), Some(ownership)) => {
            let why = format!("the ACLs of a bucket and its objects, as its object ownership is {ownership}");
            part = open(part, &why, snapshot.acls_gap(target).into_iter().collect());
        }
        (CanVerdict::Cannot(_), None) | (CanVerdict::Unknown(_), _) => {}
    }
    if let CanVerdict::Unknown(unknown) = &part.answer.verdict {
        part.gaps.extend(among(&assembled.gaps, unknown));
    }
    part
}

/// Returns the part with an answer that counts only requests of which enough is known. The answer so far is CAN.
fn narrowed<'p>(
    prepared: &'p PreparedSnapshot,
    part: Part<'p>,
    facts: &Facts,
    options: &Options,
    offers: Vec<Request>,
) -> Part<'p> {
    if let Some(unknown) = facts.unknown.first() {
        return open(part, &unknown.gap.why, facts.unknown.iter().map(|one| one.gap.clone()).collect());
    }
    if facts.restrictions.is_empty() && facts.without_endpoint.is_none() {
        return part;
    }
    let restricted = |restrictions: &[&Restriction], layers: &Layers<DocumentRef<'p>>| {
        let mut wanted = part.wanted.clone();
        wanted.scope.extend(restrictions.iter().map(|restriction| fact(&restriction.condition)));
        let answer = offered(Sides { layers, before: None }, &wanted, options, offers.clone());
        let answer = answer.unwrap_or_else(|| can(layers, &wanted, options));
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
            let through = Restriction { condition, but_for: String::new(), gaps: Vec::new() };
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
    let gaps = all.iter().flat_map(|restriction| restriction.gaps.iter().cloned()).collect();
    open(part, &names.join(", or on "), gaps)
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
    of_version("2012-10-17", statement)
}

/// Returns the document of a version with statements that this program wrote.
pub(super) fn of_version(version: &str, statements: &str) -> Document {
    let text = format!(r#"{{"Version":"{version}","Statement":{statements}}}"#);
    match parse(&Source::new("target", text), &InputLimits::default()) {
        Ok(document) => document,
        Err(error) => broken(&format!("a target is a valid statement: {error}")),
    }
}

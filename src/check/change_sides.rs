//! One question about a change: can a requester make some request about a group of resources that it could not make before?
//!
//! Both sides of the question are decisions over layers about the same request. Facts about it that the snapshots say (its
//! organization, its tags, the account of the resource) have to be the same on both sides; otherwise the question is only if the
//! requester can make no such request after the change, and anything else is UNKNOWN. A requester or resource that did not exist
//! before could do nothing.

use super::Options;
use super::can::{CanAnswer, CanVerdict, Sides, Wanted, can, can_newly, offered, undecided};
use super::change_facts::{Both, is_principal_same};
use super::change_reach::Reach;
use super::changed::Changed;
use super::in_snapshot::{PreparedSnapshot, fact, merge, written};
use super::offer::{Model, offers};
use super::wants::Wants;
use crate::code::Code;
use crate::encode::DocumentRef;
use crate::evaluate::{self, Decision, decide_layers};
use crate::policy::{Attached, Document, LayerKind, Layers};
use crate::query::{BEFORE, Before, Callers};
use crate::request::Request;
use crate::snapshot::{
    Asker, Assembled, DocumentId, Facts, Gap, GapKind, LayerGap, Snapshot, Target, may_overlap,
};
use crate::solve::UnknownReason;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// A group of resources of a question about a change, with its answer.
#[derive(Clone, Debug)]
pub struct ChangePart<'p> {
    /// The resources.
    pub target: Target,
    /// The layers after the change.
    pub layers: Layers<DocumentRef<'p>>,
    /// The layers before it; none if the requester did not exist.
    pub before: Option<Layers<DocumentRef<'p>>>,
    /// The requests in question.
    pub wanted: Wanted,
    /// CAN with a request that is allowed now and was not; CANNOT if nothing is newly allowed; UNKNOWN.
    pub answer: CanAnswer,
    /// The facts that were not collected and take part in an UNKNOWN.
    pub gaps: Vec<Gap>,
}

/// A target with the documents that limit the requests about it further.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) target: Target,
    further: Vec<Document>,
    /// True if whatever decides about the resources is the same on both sides, for requesters of the account whose policies and facts
    /// are the same.
    is_same: bool,
}

/// A requester on one side of a change.
#[derive(Clone, Copy, Debug)]
pub(super) enum OnSide<'s> {
    /// The snapshot says enough of it to put its layers together.
    Known(Asker<'s>),
    /// It does not exist.
    Absent,
    /// The snapshot does not say if it exists, or what it may do.
    Unknown(&'s str),
}

/// Returns the pieces of all requests in question, for requesters of this account.
pub(super) fn pieces(changed: Changed<'_>, own: Option<&str>, wants: &Wants) -> Vec<Piece> {
    let mut pieces = all_pieces(changed, own, wants);
    for piece in &mut pieces {
        piece.is_same = own.is_some_and(|own| is_resource_same(changed, own, &piece.target));
    }
    pieces
}

/// True if the layers for the root user of an account, and all facts, are the same on both sides: those of a user or role differ from
/// them in its own policies alone.
fn is_resource_same(changed: Changed<'_>, account: &str, target: &Target) -> bool {
    let (old, new) = (changed.before.snapshot(), changed.after.snapshot());
    let root = Asker::Root(account);
    changed.is_same_world
        && existence(changed, new, old, target) == Existence::Known
        && existence(changed, old, new, target) == Existence::Known
        && old.assemble(root, target).layers == new.assemble(root, target).layers
        && Both { changed, after: root, before: root, target }.is_all_same()
}

/// True if the own policies of a user or role, and all facts about it, are the same on both sides.
fn is_member_same(changed: Changed<'_>, before: OnSide<'_>, after: Asker<'_>) -> bool {
    let (OnSide::Known(before @ Asker::Principal(_)), Asker::Principal(_)) = (before, after) else {
        return false;
    };
    let [old, new] = [(changed.before, before), (changed.after, after)]
        .map(|(side, asker)| side.snapshot().assemble(asker, &Target::OnNone).layers);
    changed.is_same_world
        && old.identity == new.identity
        && old.boundary == new.boundary
        && is_principal_same(changed, before, after)
}

/// Returns the pieces about which a requester has to be asked. About the others, nothing is the other side of a change, or the
/// requester is allowed nothing after it.
pub(super) fn asked_pieces<'q>(
    changed: Changed<'_>,
    (before, after): (OnSide<'_>, Asker<'_>),
    (pieces, wants): (&'q [Piece], &Wants),
) -> Vec<&'q Piece> {
    let is_member_same = is_member_same(changed, before, after);
    let reach = Reach::new(changed.after.snapshot(), wants);
    let is_known = matches!(before, OnSide::Known(_));
    let may_gain = |target: &Target| {
        !is_known || changed.before.snapshot().acls(target).is_some() || reach.may_reach(after, target)
    };
    pieces.iter().filter(|piece| !(is_member_same && piece.is_same) && may_gain(&piece.target)).collect()
}

fn all_pieces(changed: Changed<'_>, own: Option<&str>, wants: &Wants) -> Vec<Piece> {
    let plain = |target: Target| Piece { target, further: Vec::new(), is_same: false };
    let services = Vec::from(Snapshot::services_without_policies().map(|service| format!("{service}:*")));
    let service_of = |action: &String| services.iter().any(|all| is_of_service(action, all));
    let may_be_of = |action: &String| services.iter().any(|all| may_overlap(action, all));
    let is_one_kind = wants.actions.iter().all(service_of) || !wants.actions.iter().any(may_be_of);
    if !wants.actions.is_empty() && is_one_kind {
        return targets(changed, own, &wants.actions, &wants.resources).into_iter().map(plain).collect();
    }
    let is_rest = |target: &Target| matches!(target, Target::Others { .. });
    let all = targets(changed, own, &wants.actions, &wants.resources);
    let (rest, named): (Vec<Target>, Vec<Target>) = all.into_iter().partition(is_rest);
    let (on_none, named): (Vec<Target>, Vec<Target>) =
        named.into_iter().partition(|target| *target == Target::OnNone);
    let mut pieces: Vec<Piece> = on_none.into_iter().map(plain).collect();
    if rest.is_empty() {
        pieces.extend(named.into_iter().map(plain));
        return pieces;
    }
    // Of services without policies of resources, and of those whose policies were all collected, nothing is missing: they are asked
    // about apart.
    let complete: Vec<String> = own.into_iter().flat_map(|own| complete_services(changed, own)).collect();
    let limited = |name: &str, services: &[String]| {
        vec![written(&json!({"Effect": "Allow", name: services, "Resource": "*"}).to_string())]
    };
    let of_services = |services: &[String]| -> Vec<Piece> {
        let targets = targets(changed, own, services, &wants.resources).into_iter().filter(is_rest);
        targets.map(|target| Piece { further: limited("Action", services), ..plain(target) }).collect()
    };
    let apart = [&services, &complete].into_iter().filter(|services| !services.is_empty());
    pieces.extend(apart.flat_map(|services| of_services(services)));
    let all_apart: Vec<String> = services.iter().chain(&complete).cloned().collect();
    // A gain is most often one of most resources; the names of a few say more.
    let (first, later) = named.split_at(named.len().min(FEW_NAMED));
    pieces.extend(first.iter().cloned().map(plain));
    pieces.extend(
        rest.into_iter().map(|target| Piece { further: limited("NotAction", &all_apart), ..plain(target) }),
    );
    pieces.extend(later.iter().cloned().map(plain));
    pieces
}

/// Returns the actions of the services of which both sides have all policies of resources of an account.
fn complete_services(changed: Changed<'_>, own: &str) -> Vec<String> {
    let [before, after] = [changed.before, changed.after].map(|side| side.snapshot());
    let both = after
        .services_collected(own)
        .filter(|service| before.services_collected(own).any(|own| own == *service));
    both.map(|service| format!("{service}:*")).collect()
}

/// The number of resources of the snapshot that are asked about before all that it does not name.
const FEW_NAMED: usize = 8;

/// True if the action is one of a service, which is given as `service:*`.
fn is_of_service(action: &str, all: &str) -> bool {
    let service = |text: &str| text.split(':').next().map(str::to_ascii_lowercase);
    service(action) == service(all)
}

/// Returns the targets of both sides: a resource that one side has is a target of its own.
fn targets(changed: Changed<'_>, own: Option<&str>, actions: &[String], resources: &[String]) -> Vec<Target> {
    let of = |prepared: &PreparedSnapshot| prepared.snapshot().targets(own, actions, resources);
    let is_one = |target: &Target| matches!(target, Target::Resource(_) | Target::Role(_));
    let (mut all, rest): (Vec<Target>, Vec<Target>) = of(changed.after).into_iter().partition(is_one);
    let (further, earlier): (Vec<Target>, Vec<Target>) = of(changed.before).into_iter().partition(is_one);
    let key = |target: &Target| (matches!(target, Target::Role(_)), target.patterns());
    let known: BTreeSet<(bool, Vec<String>)> = all.iter().map(key).collect();
    all.extend(further.into_iter().filter(|target| !known.contains(&key(target))));
    // If one side has all resources in question, nothing is left.
    if rest.is_empty() || earlier.is_empty() {
        return all;
    }
    let patterns: Vec<Box<str>> = all.iter().flat_map(Target::patterns).map(String::into_boxed_str).collect();
    let had_none = |owner: &Option<Box<str>>| {
        earlier.iter().any(|target| {
            matches!(target, Target::Others { account, have_no_policy: true, .. } if account == owner)
        })
    };
    all.extend(rest.into_iter().map(|target| match target {
        Target::Others { account, have_no_policy, .. } => {
            let have_no_policy = have_no_policy && had_none(&account);
            Target::Others { account, but_for: patterns.clone(), have_no_policy }
        }
        target => target,
    }));
    all
}

/// The knowledge of a snapshot about the existence of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Existence {
    Known,
    Absent,
    Unknown,
}

fn existence(changed: Changed<'_>, own: &Snapshot, other: &Snapshot, target: &Target) -> Existence {
    let (is_here, is_complete) = match target {
        Target::OnNone | Target::Others { .. } => return Existence::Known,
        Target::Resource(arn) => {
            let service = arn.split(':').nth(2).unwrap_or_default();
            let account = other.resources.get(arn).map(|resource| &*resource.account);
            let is_complete =
                account.is_some_and(|account| own.complete.contains(&(account.into(), service.into())));
            (own.resources.contains_key(arn), is_complete)
        }
        Target::Role(arn) => {
            let account = arn.split(':').nth(4).unwrap_or_default();
            let is_complete = own.accounts.get(account).is_some_and(|account| account.has_roles);
            (own.principals.contains_key(arn), is_complete)
        }
    };
    match (is_here, is_complete || changed.is_same_world, target) {
        (true, _, _) => Existence::Known,
        (false, true, Target::Role(_)) => Existence::Absent,
        // A name of S3 can be taken in another account.
        (false, _, _) => Existence::Unknown,
    }
}

/// A question about a requester, on both sides.
#[derive(Clone, Copy)]
pub(super) struct Pair<'s> {
    pub(super) before: OnSide<'s>,
    pub(super) after: Asker<'s>,
    pub(super) callers: &'s Callers,
    pub(super) scope: &'s [Document],
    /// A request of another requester, which may be one of this one too.
    pub(super) like: Option<(&'s Model, &'s Wants)>,
    /// False if the limit of questions is reached: the answer is UNKNOWN.
    pub(super) is_asked: bool,
}

/// The layers of one side, as the snapshot has them. A role that does not exist can be created, and has no trust policy.
fn assembled(snapshot: &Snapshot, asker: Asker<'_>, target: &Target, existence: Existence) -> Assembled {
    let mut assembled = match (existence, target) {
        (Existence::Absent, Target::Role(arn)) => {
            let account = arn.split(':').nth(4).map(Into::into);
            let others = Target::Others { account, but_for: Vec::new(), have_no_policy: true };
            snapshot.assemble(asker, &others)
        }
        _ => snapshot.assemble(asker, target),
    };
    if let Asker::Uncollected(account) = asker {
        // A boundary decides what a policy of a resource changes, so it is not left out.
        let of = format!("the boundaries of {account}");
        let why = format!("{of} were not collected");
        let command = "aws iam get-account-authorization-details".into();
        let gap = Gap { kind: GapKind::Iam, of: of.as_str().into(), why: why.into(), command: Some(command) };
        let name = snapshot.name_of_missing(GapKind::Iam, &of);
        assembled.layers.boundary = Some(Attached::Missing(name));
        assembled.gaps.push(LayerGap { kind: LayerKind::Boundary, level: 0, gap });
    }
    assembled
}

/// Asks about one piece. None if nothing changes for it.
pub(super) fn asked<'p>(
    changed: Changed<'p>,
    pair: Pair<'_>,
    piece: &Piece,
    options: &Options,
) -> Option<ChangePart<'p>> {
    let (old, new) = (changed.before.snapshot(), changed.after.snapshot());
    let target = &piece.target;
    let (now, before) = (existence(changed, new, old, target), existence(changed, old, new, target));
    let after = assembled(new, pair.after, target, now);
    let earlier = match (pair.before, before) {
        (OnSide::Absent, _) => Earlier::Nothing,
        (OnSide::Unknown(why), _) => Earlier::Unknown(why.to_owned()),
        (OnSide::Known(_), Existence::Unknown) => {
            Earlier::Unknown(format!("{}, which was not collected before the change", target.name()))
        }
        (OnSide::Known(asker), _) => Earlier::Layers(asker, Box::new(assembled(old, asker, target, before))),
    };
    if let Earlier::Layers(asker, before) = &earlier
        && changed.is_same_world
        && before.layers == after.layers
    {
        let both = Both { changed, after: pair.after, before: *asker, target };
        let known = after.layers.documents().map(|id| new.document(*id));
        let documents: Vec<&Document> =
            known.chain(before.layers.documents().map(|id| old.document(*id))).collect();
        let are_all_known = after.gaps.is_empty() && before.gaps.is_empty();
        if both.tested(&documents).is_none() && (are_all_known || both.is_all_same()) {
            return None;
        }
    }
    Some(Question { changed, pair, piece, after, earlier }.answer(options))
}

/// The side before the change.
enum Earlier<'s> {
    /// The requester did not exist.
    Nothing,
    /// It is not known what was allowed, for this reason.
    Unknown(String),
    Layers(Asker<'s>, Box<Assembled>),
}

struct Question<'p, 's, 'q> {
    changed: Changed<'p>,
    pair: Pair<'s>,
    piece: &'q Piece,
    after: Assembled,
    earlier: Earlier<'s>,
}

impl<'p> Question<'p, '_, '_> {
    fn answer(self, options: &Options) -> ChangePart<'p> {
        let Question { changed, pair, piece, after, earlier } = self;
        let (old, new) = (changed.before.snapshot(), changed.after.snapshot());
        let target = &piece.target;
        let mut layers = after.layers.map(|id| changed.after.document(*id));
        let (mut gaps, mut unknown, mut before) = (after.gaps, None, None);
        let mut asker_before = None;
        match earlier {
            Earlier::Nothing => {}
            Earlier::Unknown(why) => unknown = Some(why),
            Earlier::Layers(asker, assembled) => {
                gaps.extend(assembled.gaps);
                before = Some(assembled.layers.map(|id: &DocumentId| changed.before.document(*id)));
                asker_before = Some(asker);
            }
        }
        // A role that does not exist has a trust policy that says nothing.
        let is_absent =
            |own: &Snapshot, other: &Snapshot| existence(changed, own, other, target) == Existence::Absent;
        if is_absent(new, old) {
            layers.resource = Some(Attached::Policy(DocumentRef::Plain(nothing())));
        }
        if let Some(before) = &mut before {
            if is_absent(old, new) {
                before.resource = Some(Attached::Policy(DocumentRef::Plain(nothing())));
            }
            with_policy(target, [&mut layers, before]);
        }
        let mut scope = pair.scope.to_vec();
        scope.extend_from_slice(&piece.further);
        scope.extend(target.statement().map(|statement| written(&statement)));
        let earlier = before.iter().flat_map(|layers: &Layers<DocumentRef<'p>>| layers.documents());
        let documents: Vec<&Document> =
            layers.documents().chain(earlier).map(|document| document.document()).chain(&scope).collect();
        let facts = new.facts(pair.after, target, &documents);
        let both = asker_before.map(|before| Both { changed, after: pair.after, before, target });
        unknown = unknown.or_else(|| Some(both?.tested(&documents)?.to_owned()));
        // Of a policy that was not collected, nothing says which facts it tests.
        let is_same_world = changed.is_same_world && both.is_none_or(|both| both.is_all_same());
        let is_other = |one: &Layers<DocumentRef<'_>>| {
            one.organization != layers.organization || one.resource_account != layers.resource_account
        };
        if before.as_ref().is_some_and(is_other) {
            unknown =
                Some("the organization or the owner of the resource, which the change alters".to_owned());
        }
        let unplaced = both.and_then(|both| both.unplaced(&documents));
        scope.extend(facts.certain.iter().map(|condition| fact(condition)));
        let wanted = Wanted { callers: pair.callers.clone(), scope };
        let like = self::like(changed, pair, target, &layers);
        let earlier = before.clone().filter(|_| unknown.is_none());
        let earlier = earlier.map(|layers| Before { layers, is_same_world });
        let ask = |wanted: &Wanted| {
            if !pair.is_asked {
                let of = "more questions than are asked about one change: limit the actions or resources";
                let reason = UnknownReason::Layer { rule: Code::IncompleteSnapshot, of: of.to_owned() };
                return undecided(vec![reason], None);
            }
            let sides = Sides { layers: &layers, before: earlier.as_ref() };
            offered(sides, wanted, options, like.clone()).unwrap_or_else(|| match &earlier {
                Some(earlier) => can_newly(earlier, &layers, wanted, options),
                None => can(&layers, wanted, options),
            })
        };
        let answer = ask(&wanted);
        let mut part = ChangePart {
            target: target.clone(),
            layers: layers.clone(),
            before,
            wanted,
            answer,
            gaps: Vec::new(),
        };
        part = with_acls(changed, part);
        if matches!(part.answer.verdict, CanVerdict::Can(_)) {
            part = match unknown {
                Some(why) => open(part, &why, unplaced.into_iter().collect()),
                None => match unplaced {
                    Some(gap) => open(part, gap.why.clone().as_ref(), vec![gap]),
                    None => narrowed(part, &facts, &ask),
                },
            };
        }
        if let CanVerdict::Unknown(unknown) = &part.answer.verdict {
            part.gaps.extend(among(&gaps, &unknown.reasons));
        }
        merge(&mut part.answer.assumptions, &changed.assumptions());
        part
    }
}

/// Gives a resource without a policy one that says nothing, if it has a policy on the other side: both sides are then read alike.
/// A key always has a policy, so that one without is not known.
fn with_policy(target: &Target, sides: [&mut Layers<DocumentRef<'_>>; 2]) {
    let Target::Resource(arn) = target else { return };
    let has_none = sides.iter().filter(|side| side.resource.is_none()).count();
    if has_none != 1 || arn.split(':').nth(2).is_none_or(|service| service.eq_ignore_ascii_case("kms")) {
        return;
    }
    for side in sides {
        side.resource.get_or_insert(Attached::Policy(DocumentRef::Plain(nothing())));
    }
}

/// Returns the policy of a resource that says nothing.
fn nothing() -> &'static Document {
    static NOTHING: OnceLock<Document> = OnceLock::new();
    NOTHING.get_or_init(|| written(r#"{"Effect":"Deny","Principal":"*","NotAction":"*","Resource":"*"}"#))
}

/// Returns requests that may be witnesses too, like that of another requester.
fn like(
    changed: Changed<'_>,
    pair: Pair<'_>,
    target: &Target,
    layers: &Layers<DocumentRef<'_>>,
) -> Vec<Request> {
    match (pair.like, pair.after) {
        (Some((model, wants)), Asker::Principal(principal)) if model.target == *target => {
            let identity: Vec<&Document> =
                layers.identity.iter().filter_map(Attached::policy).map(|own| own.document()).collect();
            offers(changed.after.snapshot(), model, principal, &identity, wants)
        }
        _ => Vec::new(),
    }
}

/// Opens an answer about a bucket whose ACLs may grant access on one side, unless a Deny refused the request before.
fn with_acls<'p>(changed: Changed<'p>, part: ChangePart<'p>) -> ChangePart<'p> {
    let sides = [changed.after.snapshot(), changed.before.snapshot()];
    let Some(ownership) = sides.iter().find_map(|side| side.acls(&part.target)) else { return part };
    let is_denied = |before: &Layers<DocumentRef<'_>>, request: &Request| {
        let layers = before.map(|document| document.document());
        let documents: Vec<&Document> = layers.documents().copied().chain(&part.wanted.scope).collect();
        let decision = decide_layers(&layers, request, &evaluate::Options::for_documents(&documents));
        decision.decision == Decision::ExplicitlyDenied
    };
    let stands = match (&part.answer.verdict, &part.before) {
        (CanVerdict::Can(witness), Some(before)) => is_denied(before, witness.request()),
        (CanVerdict::Can(_), None) | (CanVerdict::Unknown(_), _) => true,
        (CanVerdict::Cannot(_), _) => false,
    };
    if stands {
        return part;
    }
    let why = format!("the ACLs of a bucket and its objects, as its object ownership is {ownership}");
    let gaps = sides.iter().find_map(|side| side.acls_gap(&part.target)).into_iter().collect();
    open(part, &why, gaps)
}

/// Returns the part with an answer that counts only requests of which enough is known. The answer so far is CAN.
fn narrowed<'p>(part: ChangePart<'p>, facts: &Facts, ask: &dyn Fn(&Wanted) -> CanAnswer) -> ChangePart<'p> {
    if let Some(unknown) = facts.unknown.first() {
        return open(part, &unknown.gap.why, facts.unknown.iter().map(|one| one.gap.clone()).collect());
    }
    let restrictions: Vec<_> = facts.restrictions.iter().chain(&facts.without_endpoint).collect();
    if restrictions.is_empty() {
        return part;
    }
    let mut wanted = part.wanted.clone();
    wanted.scope.extend(restrictions.iter().map(|restriction| fact(&restriction.condition)));
    let answer = ask(&wanted);
    if matches!(answer.verdict, CanVerdict::Can(_)) {
        return ChangePart { wanted, answer, ..part };
    }
    let mut names: Vec<&str> = restrictions.iter().map(|restriction| restriction.but_for.as_str()).collect();
    names.dedup();
    let gaps = restrictions.iter().flat_map(|restriction| restriction.gaps.iter().cloned()).collect();
    open(part, &names.join(", or on "), gaps)
}

/// Returns the part with an answer that is open because something is not known.
fn open<'p>(part: ChangePart<'p>, why: &str, gaps: Vec<Gap>) -> ChangePart<'p> {
    let candidate = match &part.answer.verdict {
        CanVerdict::Can(witness) => Some(witness.request().clone()),
        CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
    };
    let reason = UnknownReason::Layer { rule: Code::IncompleteSnapshot, of: why.to_owned() };
    ChangePart { answer: undecided(vec![reason], candidate), gaps, ..part }
}

/// Returns the gaps on which an answer depends: those of the layers that its reasons name.
fn among(gaps: &[LayerGap], reasons: &[UnknownReason]) -> Vec<Gap> {
    let is_named = |gap: &LayerGap| {
        let name = format!("{} {} ", gap.kind.name(), gap.level);
        reasons.iter().any(|reason| match reason {
            UnknownReason::Layer { rule: Code::MissingLayer, of } => {
                of.is_empty() || of.strip_prefix(BEFORE).unwrap_or(of).starts_with(&name)
            }
            _ => false,
        })
    };
    let named: BTreeSet<Gap> = gaps.iter().filter(|gap| is_named(gap)).map(|gap| gap.gap.clone()).collect();
    named.into_iter().collect()
}

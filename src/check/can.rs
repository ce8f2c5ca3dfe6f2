//! Asks if all layers together allow some request; after a change, one that they refused before it.

use super::ask::{Options, certified, spent};
use super::guess::guesses;
use super::isolation::caught;
use super::likelier::{BETTER_WITNESSES, likelier};
use super::listed::{lacks_resource, listed};
use super::work::{compiling, values};
use crate::catalogue::Edition;
use crate::code::Code;
use crate::confirm::{Claim, Referee, Shown};
use crate::encode::{
    Assumption, Context, DocumentRef, Encoding, PreparedDocument, assumptions, needs_permission, on_arn,
};
use crate::evaluate::{self, Decision, Layered, decide_layers};
use crate::formula::Lit;
use crate::limits::Exhausted;
use crate::policy::{Attached, Document, LayerKind, Layers, PolicyType, Statement};
use crate::query::{ALL_RULES, Before, Callers, LayeredQuestion, Query, Rule, Semantics, World};
use crate::request::Request;
use crate::solve::{self, Proof, Search, Stats, Unknown, UnknownReason, Witness, decide};
use crate::verify::{Certificate, LayeredClaim, Refusal};
use std::sync::OnceLock;

/// The requests that a question over layers is about: some of the callers make them, and each document of the scope allows them.
///
/// A document of the scope is usually a [`super::Property`].
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The requesters, each of whom has the policies of the layers.
    pub callers: Callers,
    /// The documents that each have to allow the request.
    pub scope: Vec<Document>,
}

/// The answer to a question over layers.
#[derive(Clone, Debug)]
pub struct CanAnswer {
    /// CAN, CANNOT or UNKNOWN.
    pub verdict: CanVerdict,
    /// The named assumptions on which the answer depends, in alphabetical order.
    pub assumptions: Vec<Assumption>,
    /// Sizes of the search.
    pub stats: Stats,
    /// The requests that the question is about.
    pub world: World,
    /// The catalogue that the answer depends on, if it does.
    pub edition: Option<Edition>,
    certificate: Option<Certificate>,
}

impl CanAnswer {
    /// Returns the evidence for a CAN or CANNOT to [`crate::verify::verify`], if [`Options::certificate`] was set.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }
}

/// CAN with its witness, CANNOT with its proof, UNKNOWN with its reasons.
///
/// ```
/// use iamsat::check::{CanVerdict, Options, Property, Wanted, can};
/// use iamsat::policy::{Attached, Document, Layers};
/// use iamsat::query::Callers;
/// let policy = |action: &str| -> Document {
///     format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#).parse().unwrap()
/// };
/// let (own, scp) = (policy("s3:*"), policy("s3:Get*"));
/// let layers = Layers {
///     identity: vec![Attached::Policy((&own).into())],
///     scp: vec![vec![Attached::Policy((&scp).into())]],
///     ..Layers::default()
/// };
/// let may = |action: &str| {
///     let property = Property { actions: vec![action.to_owned()], ..Property::default() };
///     let callers = Callers::parse("arn:aws:iam::111122223333:role/app").unwrap();
///     can(&layers, &Wanted { callers, scope: vec![property.document().unwrap()] }, &Options::default())
/// };
/// assert!(matches!(may("s3:GetObject").verdict, CanVerdict::Can(_)));
/// assert!(matches!(may("s3:PutObject").verdict, CanVerdict::Cannot(_)));
/// ```
#[derive(Clone, Debug)]
pub enum CanVerdict {
    /// This request is allowed; the referee confirmed it under all layers.
    Can(Box<Witness>),
    /// No such request is allowed.
    Cannot(Proof),
    /// Neither proved nor refuted. The documents of the reasons are those of the layers, then those of the scope.
    Unknown(Box<Unknown>),
}

impl CanVerdict {
    /// Returns `CAN`, `CANNOT` or `UNKNOWN`.
    pub fn name(&self) -> &'static str {
        match self {
            CanVerdict::Can(_) => "CAN",
            CanVerdict::Cannot(_) => "CANNOT",
            CanVerdict::Unknown(_) => "UNKNOWN",
        }
    }
}

/// A request that all layers but one allow.
#[derive(Clone, Debug)]
pub struct NearMiss {
    /// The kind of the layer that refuses it.
    pub kind: LayerKind,
    /// Its level.
    pub level: usize,
    /// The request.
    pub request: Request,
    /// The part of each layer in the decision about it.
    pub layered: Layered,
}

/// Asks if all layers together allow some request like those that are wanted.
pub fn can(layers: &Layers<DocumentRef<'_>>, wanted: &Wanted, options: &Options) -> CanAnswer {
    match caught(|| answered(Sides { layers, before: None }, wanted, &options.sharing())) {
        Ok(answer) => answer,
        Err(message) => undecided(vec![UnknownReason::Internal(message)], None),
    }
}

/// The layers of a question: those after a change with those before it, if it is about a change.
#[derive(Clone, Copy)]
pub(super) struct Sides<'s, 'a> {
    pub(super) layers: &'s Layers<DocumentRef<'a>>,
    pub(super) before: Option<&'s Before<DocumentRef<'a>>>,
}

impl<'a> Sides<'_, 'a> {
    /// Returns all documents that are known, those after the change first.
    fn documents(&self) -> impl Iterator<Item = &DocumentRef<'a>> {
        self.layers.documents().chain(self.before.iter().flat_map(|before| before.layers.documents()))
    }

    /// Returns the layers before the change as plain documents.
    fn earlier(&self) -> Option<Before<&'a Document>> {
        self.before.map(|before| before.map(|document| document.document()))
    }
}

/// Asks if the layers allow some request like those that are wanted, which those before a change refuse. The layers before it are
/// about the same account of the resource and the same organization.
///
/// CAN means that the change allows something new, with a request that the referee confirmed on both sides; CANNOT, that it is proved
/// to allow nothing new.
///
/// ```
/// use iamsat::check::{CanVerdict, Options, Property, Wanted, can_newly};
/// use iamsat::policy::{Attached, Document, Layers};
/// use iamsat::query::{Before, Callers};
/// let policy = |action: &str| -> Document {
///     format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#).parse().unwrap()
/// };
/// let (own, narrow, wide) = (policy("s3:*"), policy("s3:Get*"), policy("*"));
/// let under = |scp| Layers {
///     identity: vec![Attached::Policy((&own).into())],
///     scp: vec![vec![Attached::Policy(scp)]],
///     ..Layers::default()
/// };
/// let wanted = Wanted { callers: Callers::parse("arn:aws:iam::111122223333:role/app").unwrap(), scope: Vec::new() };
/// let gains = |before, after| {
///     let before = Before { layers: under(before), is_same_world: true };
///     can_newly(&before, &under(after), &wanted, &Options::default()).verdict
/// };
/// assert!(matches!(gains((&narrow).into(), (&wide).into()), CanVerdict::Can(_)));
/// assert!(matches!(gains((&wide).into(), (&narrow).into()), CanVerdict::Cannot(_)));
/// ```
pub fn can_newly(
    before: &Before<DocumentRef<'_>>,
    layers: &Layers<DocumentRef<'_>>,
    wanted: &Wanted,
    options: &Options,
) -> CanAnswer {
    if !are_comparable(&before.layers, layers) {
        let of = "facts about the requester or the resource that the change touches too".to_owned();
        return undecided(vec![UnknownReason::Layer { rule: Code::IncompleteSnapshot, of }], None);
    }
    match caught(|| answered(Sides { layers, before: Some(before) }, wanted, &options.sharing())) {
        Ok(answer) => answer,
        Err(message) => undecided(vec![UnknownReason::Internal(message)], None),
    }
}

/// True if one request can be asked about under both sides of a change: what it says of the organization and of the account of the
/// resource is the same, and so is if the requester has a boundary, where a Deny with NotPrincipal reads that.
fn are_comparable(before: &Layers<DocumentRef<'_>>, after: &Layers<DocumentRef<'_>>) -> bool {
    let statements = before.documents().chain(after.documents()).flat_map(|d| &d.document().statements);
    let excludes = |statement: &Statement| statement.principal.as_ref().is_some_and(|named| named.negated);
    before.organization == after.organization
        && before.resource_account == after.resource_account
        && before.endpoint.is_some() == after.endpoint.is_some()
        && (before.boundary.is_some() == after.boundary.is_some() || !statements.into_iter().any(excludes))
}

/// Offers requests to the referee, instead of a search. None if it confirms none of them, or if the answer would depend on more
/// than the request.
pub(super) fn offered(
    sides: Sides<'_, '_>,
    wanted: &Wanted,
    options: &Options,
    offers: Vec<Request>,
) -> Option<CanAnswer> {
    if offers.is_empty() || !rests_on_the_request(options) || options.certificate || options.certify {
        return None;
    }
    let question = question_of(sides, wanted, options);
    let semantics = semantics_of(sides.layers, options);
    let query = question.query().knowing(options.known());
    let documents = documents(&query, sides);
    let referee =
        Referee::new(&query, semantics).with_indexes(documents.iter().map(|document| document.actions()));
    let claim = referee.claim(0, 0);
    let is_usual = |request: &Request| !lacks_resource(options.catalogue(), request);
    let witness =
        offers.into_iter().filter(is_usual).find_map(|offer| Witness::confirm(offer, &claim).ok())?;
    Some(confirmed(witness, &query, &documents, semantics, options))
}

/// True if a confirmed request is a whole answer under these options: it rests on nothing but the request.
fn rests_on_the_request(options: &Options) -> bool {
    options.world == World::Open && !options.assume_heuristics && !options.has_unknown_texts
}

/// Returns the answer that a witness gives which was found without a search.
fn confirmed(
    witness: Witness,
    query: &Query<'_>,
    documents: &[DocumentRef<'_>],
    semantics: Semantics,
    options: &Options,
) -> CanAnswer {
    let context = Context::of(query, semantics);
    let assumptions = assumptions(query, documents, &context, &[]);
    let edition = options.edition(&assumptions);
    CanAnswer {
        verdict: CanVerdict::Can(Box::new(witness)),
        assumptions,
        stats: Stats::default(),
        world: options.world,
        edition,
        certificate: None,
    }
}

fn question_of<'a>(sides: Sides<'_, 'a>, wanted: &'a Wanted, options: &Options) -> LayeredQuestion<'a> {
    LayeredQuestion::new(
        sides.layers.map(|document| document.document()),
        sides.earlier(),
        wanted.callers.clone(),
        &wanted.scope,
        options.strict_arn,
    )
}

fn semantics_of(layers: &Layers<DocumentRef<'_>>, options: &Options) -> Semantics {
    Semantics {
        strict_arn: options.strict_arn,
        heuristics: options.assume_heuristics,
        boundary: Some(layers.boundary.is_some()),
        ..Semantics::of(PolicyType::Resource)
    }
}

/// The order in which layers are tried as the only one that refuses: those that only limit come first.
const REFUSING: [LayerKind; 7] = [
    LayerKind::ServiceControl,
    LayerKind::ResourceControl,
    LayerKind::Endpoint,
    LayerKind::Boundary,
    LayerKind::Session,
    LayerKind::Identity,
    LayerKind::Resource,
];

/// Finds a request that is refused by one layer alone, for an answer CANNOT. A layer that grants refuses by its absence too.
pub fn nearest_miss(
    layers: &Layers<DocumentRef<'_>>,
    wanted: &Wanted,
    options: &Options,
) -> Option<NearMiss> {
    let options = &Options { certificate: false, certify: false, ..options.clone() };
    let mut sets: Vec<(LayerKind, usize)> = layers.attached().map(|set| (set.kind, set.level)).collect();
    sets.extend([(LayerKind::Identity, 0), (LayerKind::Resource, 0)]);
    sets.sort_by_key(|(kind, level)| (REFUSING.iter().position(|other| other == kind), *level));
    sets.dedup();
    let documents = || layers.map(|document| document.document());
    for (kind, level) in sets {
        let CanVerdict::Can(witness) = can(&without(layers, kind, level), wanted, options).verdict else {
            continue;
        };
        let request = witness.request().clone();
        let layers = documents();
        let read: Vec<&Document> = layers.documents().copied().chain(&wanted.scope).collect();
        let referee =
            evaluate::Options { strict_arn: options.strict_arn, ..evaluate::Options::for_documents(&read) };
        let layered = decide_layers(&layers, &request, &referee);
        if !matches!(layered.decision, Decision::Allowed | Decision::Undetermined) {
            return Some(NearMiss { kind, level, request, layered });
        }
    }
    None
}

/// Returns the layers with everything allowed by one of them.
fn without<'l>(layers: &Layers<DocumentRef<'l>>, kind: LayerKind, level: usize) -> Layers<DocumentRef<'l>> {
    let mut layers = layers.clone();
    let full = || Attached::Policy(DocumentRef::Plain(full_access(kind)));
    let of_level = |levels: &mut Vec<Vec<Attached<DocumentRef<'l>>>>| {
        if let Some(level) = levels.get_mut(level) {
            *level = vec![full()];
        }
    };
    match kind {
        LayerKind::Identity => layers.identity = vec![full()],
        LayerKind::Boundary => layers.boundary = Some(full()),
        LayerKind::Session => layers.session = vec![full()],
        LayerKind::ServiceControl => of_level(&mut layers.scp),
        LayerKind::ResourceControl => of_level(&mut layers.rcp),
        LayerKind::Resource => layers.resource = Some(full()),
        LayerKind::Endpoint => layers.endpoint = Some(full()),
    }
    layers
}

/// Returns a policy of this kind that allows everything.
fn full_access(kind: LayerKind) -> &'static Document {
    static DOCUMENTS: [OnceLock<Document>; 2] = [const { OnceLock::new() }; 2];
    let [plain, with_principal] = &DOCUMENTS;
    let (document, principal) = match kind.policy_type().has_principals() {
        true => (with_principal, r#""Principal":"*","#),
        false => (plain, ""),
    };
    document.get_or_init(|| {
        let text = format!(r#"{{"Statement":{{"Effect":"Allow",{principal}"Action":"*","Resource":"*"}}}}"#);
        match text.parse() {
            Ok(document) => document,
            Err(error) => crate::index::broken(&format!("full access is a valid policy: {error}")),
        }
    })
}

fn answered(sides: Sides<'_, '_>, wanted: &Wanted, options: &Options) -> CanAnswer {
    let question = question_of(sides, wanted, options);
    let semantics = semantics_of(sides.layers, options);
    let query = question.query().knowing(options.known());
    let documents = documents(&query, sides);
    let before = options.limits_left().work;
    if options.shared_work.spend(values(&query)).is_err() {
        return undecided(vec![UnknownReason::Exhausted(Exhausted::Work)], None);
    }
    let indexes = documents.iter().map(|document| document.actions());
    let referee = Referee::new(&query, semantics).with_indexes(indexes);
    let claim = referee.claim(0, 0);
    if rests_on_the_request(options) {
        let mut offers = guesses(options.catalogue(), &query, claim.keys).into_iter();
        let shown = offers.find_map(|offer| {
            options.shared_work.take(claim.work as u64);
            Witness::confirm(offer, &claim).ok()
        });
        if let Some(witness) = shown {
            let answer = confirmed(witness, &query, &documents, semantics, options);
            return with_certificate(answer, sides, wanted, semantics, options);
        }
    }
    let mut encoding = Encoding::sliced(&query, &documents, semantics);
    if options.shared_work.spend(compiling(&encoding)).is_err() {
        return undecided(vec![UnknownReason::Exhausted(Exhausted::Work)], None);
    }
    let assumptions = assumptions(&query, &documents, &encoding.context, encoding.formula.mentioned());
    let mut goal: Vec<Lit> = encoding.goals.iter().map(|(_, _, allowed)| *allowed).collect();
    goal.extend(&encoding.shared);
    let mut search = Search::new(&mut encoding.formula, options.theory(semantics), options.limits_left());
    let answer = decide(&mut search, &goal, &claim);
    let answer =
        likelier(&mut search, &encoding.context, &mut goal, &claim, answer, &mut { BETTER_WITNESSES });
    let answer = on_a_resource(&mut search, &mut goal, &claim, options, answer);
    let answer = by_permission(&mut search, &mut goal, &claim, options, answer);
    let answer = match options.first_witness {
        true => answer,
        false => listed(options.catalogue(), &claim, &options.shared_work, answer),
    };
    let stats = spent(search.stats(), before, options);
    let verdict = match answer {
        solve::Answer::Unsat(proof) => CanVerdict::Cannot(proof),
        solve::Answer::Witnessed(witness) => CanVerdict::Can(witness),
        solve::Answer::Undecided(unknown) => {
            CanVerdict::Unknown(Box::new(placed(*unknown, &query, sides, wanted)))
        }
    };
    let edition = options.edition(&assumptions);
    let answer = CanAnswer { verdict, assumptions, stats, world: options.world, edition, certificate: None };
    with_certificate(answer, sides, wanted, semantics, options)
}

/// Replaces a witness on no resource (`*`) whose action AWS lists for resources only: by a request with another action, by one on
/// a resource, or by an open answer. Such a witness would pass over the account and the policy of the resource.
fn on_a_resource<'a>(
    search: &mut Search<'_, 'a>,
    goal: &mut Vec<Lit>,
    claim: &Claim<'_>,
    options: &Options,
    answer: solve::Answer,
) -> solve::Answer {
    let solve::Answer::Witnessed(witness) = answer else { return answer };
    let catalogue = options.catalogue();
    if !lacks_resource(catalogue, witness.request()) {
        return solve::Answer::Witnessed(witness);
    }
    let other = listed(catalogue, claim, &options.shared_work, solve::Answer::Witnessed(witness.clone()));
    if let solve::Answer::Witnessed(other) = other
        && !lacks_resource(catalogue, other.request())
    {
        return solve::Answer::Witnessed(other);
    }
    let mut open = None;
    for is_on_arn in [true, false] {
        goal.push(match is_on_arn {
            true => on_arn(search.formula()),
            false => !needs_permission(search.formula()),
        });
        let answer = decide(search, goal, claim);
        goal.pop();
        match answer {
            solve::Answer::Witnessed(other) => return solve::Answer::Witnessed(other),
            solve::Answer::Undecided(unknown) => open = open.or(Some(unknown)),
            solve::Answer::Unsat(_) => {}
        }
    }
    solve::Answer::Undecided(open.unwrap_or_else(|| {
        let reason = UnknownReason::Layer { rule: Code::ActionWithoutResource, of: String::new() };
        Box::new(Unknown { reasons: vec![reason], candidate: Some(witness.request().clone()) })
    }))
}

/// Replaces a witness that is allowed without any permission by one that policies grant, if there is one.
fn by_permission<'a>(
    search: &mut Search<'_, 'a>,
    goal: &mut Vec<Lit>,
    claim: &Claim<'_>,
    options: &Options,
    answer: solve::Answer,
) -> solve::Answer {
    let solve::Answer::Witnessed(witness) = answer else { return answer };
    let action = &witness.request().action;
    if !["sts:GetCallerIdentity", "sts:GetSessionToken"].iter().any(|free| action.eq_ignore_ascii_case(free))
    {
        return solve::Answer::Witnessed(witness);
    }
    goal.push(needs_permission(search.formula()));
    let other = decide(search, goal, claim);
    match on_a_resource(search, goal, claim, options, other) {
        solve::Answer::Witnessed(other) => solve::Answer::Witnessed(other),
        solve::Answer::Unsat(_) | solve::Answer::Undecided(_) => solve::Answer::Witnessed(witness),
    }
}

/// Returns the answer with its certificate, if one is requested. A CANNOT without a certificate becomes UNKNOWN.
fn with_certificate(
    mut answer: CanAnswer,
    sides: Sides<'_, '_>,
    wanted: &Wanted,
    semantics: Semantics,
    options: &Options,
) -> CanAnswer {
    let is_shown = matches!(answer.verdict, CanVerdict::Can(_)) && options.certificate;
    let is_proved =
        matches!(answer.verdict, CanVerdict::Cannot(_)) && (options.certificate || options.certify);
    if !is_shown && !is_proved {
        return answer;
    }
    match evidence(&answer, sides, wanted, semantics, options) {
        Ok(certificate) => answer.certificate = certificate,
        Err(refusal) => {
            let reasons = vec![UnknownReason::NotVerified(refusal.reason)];
            answer.verdict = CanVerdict::Unknown(Box::new(Unknown { reasons, candidate: None }));
        }
    }
    answer
}

/// Returns the certificate of the answer, if one is requested. A CANNOT is proved once more, for the conditions that the verifier
/// writes: what the certificate shows does not rest on those of the search.
fn evidence(
    answer: &CanAnswer,
    sides: Sides<'_, '_>,
    wanted: &Wanted,
    semantics: Semantics,
    options: &Options,
) -> Result<Option<Certificate>, Refusal> {
    let layers = sides.layers.map(|document| document.document());
    let claim = LayeredClaim::new(layers, sides.earlier(), &wanted.callers, &wanted.scope)?;
    let query = claim.query().knowing(options.known());
    Ok(match &answer.verdict {
        CanVerdict::Can(witness) => {
            let request = witness.request();
            let shown = [Shown { policy: 0, statement: 0, addresses: None, request }];
            Some(Certificate::of_fail(&query, semantics, &answer.assumptions, shown))
        }
        CanVerdict::Cannot(_) => {
            let refutation = certified(&query, &documents(&query, sides), semantics, options)?;
            let certificate = || Certificate::of_pass(&query, semantics, &answer.assumptions, &refutation);
            options.certificate.then(certificate)
        }
        CanVerdict::Unknown(_) => None,
    })
}

pub(super) fn undecided(reasons: Vec<UnknownReason>, candidate: Option<Request>) -> CanAnswer {
    CanAnswer {
        verdict: CanVerdict::Unknown(Box::new(Unknown { reasons, candidate })),
        assumptions: Vec::new(),
        stats: Stats::default(),
        world: World::Open,
        edition: None,
        certificate: None,
    }
}

/// Returns a rule of AWS as a prepared document, which all questions share.
fn rule(document: &Document) -> Option<&'static PreparedDocument> {
    static PREPARED: [OnceLock<PreparedDocument>; ALL_RULES] = [const { OnceLock::new() }; ALL_RULES];
    let rule = PREPARED.get(Rule::place_of(document)?)?;
    Some(rule.get_or_init(|| PreparedDocument::new(document.clone())))
}

/// Returns the documents of the query in its order, prepared if they are in the layers, or a rule.
fn documents<'q>(query: &Query<'q>, sides: Sides<'_, 'q>) -> Vec<DocumentRef<'q>> {
    let known: Vec<DocumentRef<'q>> = sides.documents().copied().collect();
    let of = |document: &'q Document| {
        let own = known.iter().find(|known| std::ptr::eq(known.document(), document));
        match own {
            Some(own) => *own,
            None => rule(document).map_or(DocumentRef::Plain(document), DocumentRef::Prepared),
        }
    };
    query.documents().iter().map(|document| of(document)).collect()
}

/// Returns the reasons with their documents counted among those of the layers and the scope.
fn placed(mut unknown: Unknown, query: &Query<'_>, sides: Sides<'_, '_>, wanted: &Wanted) -> Unknown {
    let known: Vec<&Document> =
        sides.documents().map(|document| document.document()).chain(&wanted.scope).collect();
    let documents = query.documents();
    let place = |index: usize| {
        let document = documents.get(index)?;
        known.iter().position(|known| std::ptr::eq(*known, *document))
    };
    for reason in &mut unknown.reasons {
        if let UnknownReason::Opaque { document, .. } = reason
            && let Some(place) = place(*document)
        {
            *document = place;
        }
    }
    let mut reasons: Vec<UnknownReason> = Vec::with_capacity(unknown.reasons.len());
    for reason in unknown.reasons {
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    Unknown { reasons, candidate: unknown.candidate }
}

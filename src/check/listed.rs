//! Replaces witnesses by ones that AWS lists.
//!
//! A witness may have an action that does not exist, a resource of which its action is never about, or a key that its action never
//! carries: formally right, and hard to believe. Then other requests of its statement are offered to the referee: no search is
//! made, and the verdict is known before.

use crate::catalogue::{Action, ArnFormat, Carried, Catalogue};
use crate::confirm::Claim;
use crate::evaluate::{Truth, decide_layers, deciding, glob_matches};
use crate::limits::SharedWork;
use crate::policy::{LayerKind, Part, ResourcePattern, ResourceShape, Statement, Template};
use crate::query::{Layered, Role};
use crate::request::Request;
use crate::solve::{self, Witness};

/// The largest number of requests that are offered to the referee for one witness.
const OFFERS: usize = 8;

/// The largest number of actions that are looked at for one witness.
const ACTIONS: usize = 48;

/// The largest number of these for which other resources are made.
const MOVED: usize = 3;

/// The largest number of resource patterns that are combined with one ARN format.
const PATTERNS: usize = 4;

/// Actions that everybody knows, for statements that name none: on objects, on `*`, on identities and on queues.
const WELL_KNOWN: [&str; 6] = [
    "s3:GetObject",
    "s3:ListAllMyBuckets",
    "ec2:DescribeInstances",
    "iam:ListRoles",
    "sqs:SendMessage",
    "lambda:InvokeFunction",
];

/// The work of looking an action up, and of comparing its resource types with a request.
const LOOK_UP: u64 = 100;

/// Texts for the last field of an ARN whose pattern leaves it open: for types with some parts in it.
const LAST_FIELDS: [&str; 4] = ["a", "a/a", "a/a/a", "a:a"];

/// Replaces a witness by a request of the same statement that AWS lists, if one is found among a few.
pub(super) fn listed(
    catalogue: &Catalogue,
    claim: &Claim<'_>,
    work: &SharedWork,
    answer: solve::Answer,
) -> solve::Answer {
    let solve::Answer::Witnessed(witness) = answer else { return answer };
    solve::Answer::Witnessed(match replaced(catalogue, claim, work, witness.request()) {
        Some(other) => Box::new(other),
        None => witness,
    })
}

/// True if the request is on no resource (`*`), and AWS lists its action for resources only.
pub(super) fn lacks_resource(catalogue: &Catalogue, request: &Request) -> bool {
    let is_about_one = |action: Action<'_>| !action.can_be_about_nothing();
    request.resource == "*" && catalogue.action(&request.action).is_some_and(is_about_one)
}

/// True if AWS lists the request over layers as a whole, on a resource if its action needs one.
pub(super) fn is_listed_over_layers(catalogue: &Catalogue, request: &Request) -> bool {
    request.unlisted_part(catalogue).is_none() && !lacks_resource(catalogue, request)
}

fn replaced(
    catalogue: &Catalogue,
    claim: &Claim<'_>,
    work: &SharedWork,
    request: &Request,
) -> Option<Witness> {
    work.take(LOOK_UP);
    let is_layered = claim.query.layered().is_some();
    let is_listed = |request: &Request| {
        request.unlisted_part(catalogue).is_none() && !(is_layered && lacks_resource(catalogue, request))
    };
    if is_listed(request) {
        // Nobody sends a request on `*` for an action that is about a resource, but AWS lists it.
        let is_nowhere = !is_layered && lacks_resource(catalogue, request);
        let located = is_nowhere.then(|| located(catalogue, claim, work, request)).flatten();
        return located.or_else(|| respelled(catalogue, claim, request));
    }
    let Named { of_actions, of_resources: statement } = match claim.query.layered() {
        Some(layered) => of_layers(claim, layered, request)?,
        None => Named::by(asked(claim)?),
    };
    let own = catalogue.action(&request.action);
    let of_own = own.into_iter().flat_map(|action| requests(action, statement, request));
    let others = || actions(catalogue, of_actions, request).take(ACTIONS).inspect(|_| work.take(LOOK_UP));
    // A witness that keeps its resource is the likeliest to be confirmed.
    let same = others().filter(|action| action.is_about(&request.resource));
    let same = same.map(|action| with_action(request, action));
    let is_usable = |action: &Action<'_>| match &statement.resource {
        Some(listed) if !listed.negated => {
            listed.values.iter().take(PATTERNS).any(|value| action.can_be_about(&value.value))
        }
        _ => true,
    };
    let moved =
        others().filter(is_usable).take(MOVED).flat_map(|action| requests(action, statement, request));
    let owner = claim.query.layered().and_then(|layered| layered.layers.resource_account.as_deref());
    let offers = of_own.chain(same).chain(moved).filter(is_listed).map(|offer| owned_by(owner, offer));
    // Over layers a resource is often free: the shortest name is that of the plain resource, not of a way to it.
    let mut offers: Vec<Request> = offers.take(OFFERS).collect();
    if is_layered {
        offers.sort_by_key(|offer| offer.resource.len());
    }
    offers.into_iter().find_map(|offer| confirmed(offer, claim, work))
}

fn confirmed(offer: Request, claim: &Claim<'_>, work: &SharedWork) -> Option<Witness> {
    work.take(claim.work as u64);
    Witness::confirm(offer, claim).ok()
}

/// Returns the statement that the claim is about.
fn asked<'c>(claim: &Claim<'c>) -> Option<&'c Statement> {
    claim.query.policies().get(claim.document)?.statements.get(claim.statement)
}

/// Returns the witness on a resource that its action can be about. Of those that its statement may match, the shortest is that of the
/// plain resource, not of a way to it.
fn located(
    catalogue: &Catalogue,
    claim: &Claim<'_>,
    work: &SharedWork,
    request: &Request,
) -> Option<Witness> {
    let offers = requests(catalogue.action(&request.action)?, asked(claim)?, request);
    let offers = offers.filter(|offer| offer.resource != "*").take(OFFERS);
    confirmed(offers.min_by_key(|offer| offer.resource.len())?, claim, work)
}

/// The statements from which actions and resources are taken.
struct Named<'c> {
    of_actions: &'c Statement,
    of_resources: &'c Statement,
}

impl<'c> Named<'c> {
    fn by(statement: &'c Statement) -> Named<'c> {
        Named { of_actions: statement, of_resources: statement }
    }
}

/// Returns the statements from which actions and resources are taken for a request that layers allow: one of the scope if it lists
/// them, or else the one that grants the request.
fn of_layers<'c>(claim: &Claim<'c>, layered: &Layered<'c>, request: &Request) -> Option<Named<'c>> {
    let granting = || {
        let decided = decide_layers(&layered.layers, request, claim.options);
        let mut granting = decided.layers.iter().filter(|trace| {
            [LayerKind::Identity, LayerKind::Resource].contains(&trace.kind) && trace.allow == Truth::True
        });
        let found = granting.find_map(|trace| deciding(&layered.layers, trace));
        found.map(|(_, _, statement)| statement)
    };
    let mut scope = claim.query.with_role(Role::Scope).flat_map(|document| &document.statements);
    let Some(asked) = scope.find(|statement| statement.resource.is_some()) else {
        return granting().map(Named::by);
    };
    let is_open = asked.action.values.iter().any(|value| value.value.is_any());
    let of_actions = if is_open { granting().unwrap_or(asked) } else { asked };
    Some(Named { of_actions, of_resources: asked })
}

/// Returns the witness with the action as AWS spells it, if neither a policy nor the table of well-known actions spells it.
fn respelled(catalogue: &Catalogue, claim: &Claim<'_>, request: &Request) -> Option<Witness> {
    if request.action.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let name = catalogue.action(&request.action)?.full_name();
    let statements = || claim.query.documents().iter().flat_map(|document| &document.statements);
    let mut patterns = statements().flat_map(|statement| &statement.action.values);
    if name == request.action || patterns.any(|value| *value.value.text == *request.action) {
        return None;
    }
    let mut spelled = request.clone();
    spelled.action = name;
    Witness::confirm(spelled, claim).ok()
}

/// Returns the listed actions of a statement: first those of the patterns that the action of the request matches.
fn actions<'s>(
    catalogue: &'s Catalogue,
    statement: &'s Statement,
    request: &Request,
) -> impl Iterator<Item = Action<'s>> + use<'s> {
    let lower = request.action.to_ascii_lowercase();
    let patterns = move |is_own: bool| {
        let lower = lower.clone();
        let values = statement.action.values.iter().map(|value| &value.value);
        let values = values.filter(|pattern| {
            !statement.action.negated && !pattern.is_any() && !pattern.has_service_wildcard()
        });
        values.filter(move |pattern| glob_matches(&pattern.glob, &lower) == is_own)
    };
    let patterns = patterns(true).chain(patterns(false));
    let is_open =
        statement.action.negated || statement.action.values.iter().any(|value| value.value.is_any());
    let usual = WELL_KNOWN.into_iter().filter(move |_| is_open).filter_map(|name| catalogue.action(name));
    patterns.flat_map(|pattern| catalogue.matching(pattern)).chain(usual)
}

/// Returns the request with the account in the ARN of its resource that owns the resources in question, if one does.
fn owned_by(owner: Option<&str>, mut request: Request) -> Request {
    if let Some(owner) = owner {
        let mut fields: Vec<&str> = request.resource.splitn(6, ':').collect();
        if let [_, _, _, _, account, _] = fields.as_mut_slice()
            && !account.is_empty()
        {
            *account = owner;
            request.resource = fields.join(":");
        }
    }
    request
}

/// Returns the request with another action, without the keys that this action never carries.
fn with_action(request: &Request, action: Action<'_>) -> Request {
    let mut other = request.clone();
    other.action = action.full_name();
    let never: Vec<String> = request
        .context()
        .map(|(key, _)| key)
        .filter(|key| action.carries(key) == Carried::Never)
        .map(str::to_owned)
        .collect();
    never.iter().for_each(|key| other.set(key, Vec::new()));
    other
}

/// Returns requests for an action, about resources that both AWS and the statement list for it.
pub(super) fn requests<'s>(
    action: Action<'s>,
    statement: &'s Statement,
    request: &Request,
) -> impl Iterator<Item = Request> + use<'s> {
    let base = with_action(request, action);
    let own = base.resource.clone();
    let formats = move || action.rows().flat_map(|row| row.resource().formats());
    let listed = statement.resource.as_ref().filter(|element| !element.negated);
    let others = listed.is_none().then(|| formats().map(ArnFormat::example));
    let patterns = listed.into_iter().flat_map(|element| &element.values).take(PATTERNS);
    let resources = patterns.flat_map(move |value| {
        let pattern = &value.value;
        let star = pattern.template.is_many().then(|| "*".to_owned());
        let fitting = formats().filter(move |format| format.meets(pattern));
        star.into_iter().chain(fitting.flat_map(move |format| resources_of(format, pattern)))
    });
    let resources = std::iter::once(own).chain(others.into_iter().flatten()).chain(resources);
    resources.map(move |resource| {
        let mut other = base.clone();
        other.resource = resource;
        other
    })
}

/// Returns ARNs of a format that a pattern may match.
fn resources_of(format: ArnFormat<'_>, pattern: &ResourcePattern) -> impl Iterator<Item = String> {
    let example = format.example();
    let mut start = String::new();
    let mut lasts = Vec::new();
    let of_example: Vec<&str> = example.splitn(6, ':').collect();
    match &pattern.shape {
        ResourceShape::Arn { fields, .. } => {
            for (field, of_example) in fields.iter().zip(&of_example).take(5) {
                // The region or account that the pattern spells is kept.
                match field.as_literal() {
                    Some(text) => start.push_str(text),
                    None if field.is_many() => start.push_str(of_example),
                    None => start.extend(filled(field, of_example)),
                }
                start.push(':');
            }
            lasts.extend(of_example.last().map(|text| (*text).to_owned()));
            let last = fields.last();
            lasts.extend(LAST_FIELDS.iter().filter_map(|text| filled(last?, text)));
        }
        ResourceShape::Any | ResourceShape::Abbreviation => lasts.push(example),
    }
    lasts.dedup();
    lasts.into_iter().map(move |last| format!("{start}{last}")).filter(move |arn| format.matches(arn))
}

/// Returns a text that a pattern without variables matches.
fn filled(pattern: &Template, gap: &str) -> Option<String> {
    let mut text = String::new();
    for part in pattern.parts() {
        match part {
            Part::Text(literal) => text.push_str(literal),
            Part::One => text.push('a'),
            Part::Many => text.push_str(gap),
            Part::Variable(_) => return None,
        }
    }
    Some(text)
}

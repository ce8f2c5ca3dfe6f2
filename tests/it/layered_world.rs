//! Random documents in every layer, and every request of a small world: the answer of the search about all requests has to hold for
//! each of these, as the referee decides it.
//!
//! `IAMSAT_LAYERED` sets the number of worlds (default 120), `IAMSAT_SEED` the first seed.

use crate::support::document;
use crate::support::world::Random;
use iamsat::check::{self, CanVerdict, Property, Wanted, can};
use iamsat::encode::Encoding;
use iamsat::evaluate::{Decision, Options, decide, decide_layers};
use iamsat::limits::{Meter, SearchLimits};
use iamsat::policy::{Attached, Document, Layers, PolicyType};
use iamsat::query::{Callers, LayeredQuestion, Query, Role, Semantics, Tree};
use iamsat::request::{FactSets, Request, RequestSpec, RequesterKind as Kind};
use iamsat::solve::{UnknownReason, prove};
use iamsat::theory::Theory;
use iamsat::verify::{LayeredClaim, Limits, Outcome, verify};
use serde_json::{Value, json};

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";
const ORGANIZATION: &str = "o-own";

/// Actions, each with resources on which it is called.
const CALLS: [(&str, &[&str]); 15] = [
    ("s3:GetObject", &["arn:aws:s3:::b/k", "arn:aws:s3:::c/k"]),
    ("s3:ListAllMyBuckets", &["*"]),
    ("sts:AssumeRole", &["arn:aws:iam::111122223333:role/r", "arn:aws:iam::444455556666:role/r"]),
    ("sts:TagSession", &["arn:aws:iam::111122223333:role/aws-service-role/x/r"]),
    ("sts:AssumeRoleWithWebIdentity", &["arn:aws:iam::111122223333:role/r"]),
    ("sts:GetCallerIdentity", &["*"]),
    ("sts:GetSessionToken", &["*"]),
    ("kms:Decrypt", &["arn:aws:kms:eu-west-1:111122223333:key/k"]),
    (
        "kms:DisableKey",
        &["arn:aws:kms:eu-west-1:111122223333:key/k", "arn:aws:kms:eu-west-1:444455556666:key/k"],
    ),
    ("kms:RetireGrant", &["arn:aws:kms:eu-west-1:111122223333:key/k"]),
    ("iam:PassRole", &["arn:aws:iam::111122223333:role/r", "arn:aws:iam::444455556666:role/r"]),
    (
        "iam:DeleteRole",
        &["arn:aws:iam::111122223333:role/aws-service-role/x/r", "arn:aws:iam::111122223333:role/r"],
    ),
    ("sns:Publish", &["arn:aws:sns:eu-west-1:111122223333:t", "arn:aws:sns:eu-west-1:444455556666:t"]),
    ("cloudfront:CreateKeyPair", &["*"]),
    ("organizations:AttachPolicy", &["arn:aws:organizations::444455556666:policy/o/p"]),
];

/// Callers as questions spell them, and the requesters that they stand for.
const CALLERS: [(&str, &[&str]); 11] = [
    ("arn:aws:iam::111122223333:user/ana", &["arn:aws:iam::111122223333:user/ana"]),
    (
        "arn:aws:iam::111122223333:role/app",
        &[
            "arn:aws:sts::111122223333:assumed-role/app/job",
            "arn:aws:sts::111122223333:assumed-role/app/other",
        ],
    ),
    ("arn:aws:sts::111122223333:assumed-role/app/job", &["arn:aws:sts::111122223333:assumed-role/app/job"]),
    ("arn:aws:sts::111122223333:federated-user/kiosk", &["arn:aws:sts::111122223333:federated-user/kiosk"]),
    ("arn:aws:iam::111122223333:root", &["arn:aws:iam::111122223333:root"]),
    (
        "arn:aws:iam::111122223333:role/aws-service-role/x/Linked",
        &["arn:aws:iam::111122223333:role/aws-service-role/x/Linked"],
    ),
    (
        "111122223333",
        &["arn:aws:iam::111122223333:user/ana", "arn:aws:sts::111122223333:assumed-role/app/job"],
    ),
    ("assumed-root:111122223333", &["assumed-root:111122223333"]),
    ("anonymous", &["anonymous"]),
    ("service:logs.amazonaws.com", &["service:logs.amazonaws.com"]),
    (
        "federated:arn:aws:iam::111122223333:oidc-provider/idp.example.com",
        &["federated:arn:aws:iam::111122223333:oidc-provider/idp.example.com"],
    ),
];

const ACTIONS: [&str; 18] = [
    "*",
    "*",
    "s3:*",
    "s3:GetObject",
    "sts:*",
    "sts:AssumeRole",
    "sts:TagSession",
    "kms:*",
    "kms:Decrypt",
    "kms:D*",
    "kms:RetireGrant",
    "iam:*",
    "iam:PassRole",
    "sns:*",
    "cloudfront:*",
    "organizations:*",
    "sts:AssumeRoleWithWebIdentity",
    "iam:DeleteRole",
];
const RESOURCES: [&str; 9] = [
    "*",
    "*",
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:iam::111122223333:role/*",
    "arn:aws:iam::*:role/r",
    "arn:aws:kms:*:*:key/*",
    "arn:aws:sns:*:111122223333:*",
    "arn:aws:*:*:444455556666:*",
];

/// Conditions, as operator, key and value.
const CONDITIONS: [(&str, &str, &str); 18] = [
    ("StringEquals", "aws:SourceVpc", "vpc-1"),
    ("StringNotEquals", "aws:SourceVpc", "vpc-1"),
    ("Null", "aws:SourceVpc", "true"),
    ("StringEquals", "aws:PrincipalAccount", OWN),
    ("StringNotEqualsIfExists", "aws:PrincipalAccount", OWN),
    ("StringEquals", "aws:PrincipalOrgID", ORGANIZATION),
    ("StringNotEqualsIfExists", "aws:PrincipalOrgID", ORGANIZATION),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-own/*"),
    ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-other/*"),
    ("StringNotEqualsIfExists", "aws:ResourceOrgID", ORGANIZATION),
    ("ForAllValues:StringLike", "aws:ResourceOrgPaths", "o-other/*"),
    ("Null", "aws:SourceVpce", "true"),
    ("StringEquals", "aws:ResourceAccount", OWN),
    ("StringNotEquals", "aws:ResourceAccount", "${aws:PrincipalAccount}"),
    ("StringEquals", "aws:PrincipalTag/team", "a"),
    ("ForAnyValue:StringEquals", "aws:TagKeys", "a"),
    ("ForAllValues:StringNotEquals", "aws:TagKeys", "b"),
    ("BoolIfExists", "aws:PrincipalIsAWSService", "false"),
];

/// Keys with the values that requests of the world have; none: absent.
const CONTEXT: [(&str, &[&[&str]]); 6] = [
    ("aws:SourceVpc", &[&[], &["vpc-1"], &["vpc-2"]]),
    ("aws:PrincipalOrgID", &[&[], &[ORGANIZATION], &["o-other"]]),
    ("aws:PrincipalOrgPaths", &[&[], &["o-own/r-a/"], &["o-other/r-a/"]]),
    ("aws:ResourceAccount", &[&[], &[OWN], &[OTHER]]),
    ("aws:PrincipalTag/team", &[&[], &["a"], &["b"]]),
    ("aws:TagKeys", &[&[], &["a"], &["a", "b"]]),
];

fn principal(random: &mut Random) -> Value {
    const PRINCIPALS: [&str; 9] = [
        "*",
        OWN,
        OTHER,
        "arn:aws:iam::111122223333:user/ana",
        "arn:aws:iam::111122223333:role/app",
        "arn:aws:sts::111122223333:assumed-role/app/job",
        "arn:aws:sts::111122223333:federated-user/kiosk",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/parent",
    ];
    match random.below(12) {
        0 => json!({"Service": "logs.amazonaws.com"}),
        1 => json!({"Federated": "arn:aws:iam::111122223333:oidc-provider/idp.example.com"}),
        2 | 3 => json!("*"),
        4 => json!({"AWS": [random.pick(&PRINCIPALS), random.pick(&PRINCIPALS)]}),
        _ => json!({"AWS": random.pick(&PRINCIPALS)}),
    }
}

/// Returns a statement for a layer; `denies` of eight deny.
fn statement(random: &mut Random, principals: Principals, denies: usize) -> Value {
    let effect = if random.below(8) < denies { "Deny" } else { "Allow" };
    let mut statement = json!({"Effect": effect, "Resource": random.pick(&RESOURCES)});
    let element = if random.chance(8) { "NotAction" } else { "Action" };
    statement[element] = json!([random.pick(&ACTIONS), random.pick(&ACTIONS)]);
    match principals {
        Principals::None => {}
        Principals::Everyone => statement["Principal"] = json!("*"),
        Principals::Any if effect == "Deny" && random.chance(3) => {
            statement["NotPrincipal"] = json!({"AWS": [OWN, "arn:aws:iam::111122223333:user/ana"]});
        }
        Principals::Any => statement["Principal"] = principal(random),
    }
    if random.chance(2) {
        let (operator, key, value) = random.pick(&CONDITIONS);
        statement["Condition"] = json!({*operator: {*key: value}});
    }
    statement
}

#[derive(Clone, Copy)]
enum Principals {
    None,
    Everyone,
    Any,
}

fn policy(random: &mut Random, principals: Principals, denies: usize) -> Attached<Document> {
    if random.chance(24) {
        return Attached::Missing("missing".into());
    }
    let count = 1 + random.below(2);
    let statements: Vec<Value> = (0..count).map(|_| statement(random, principals, denies)).collect();
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    Attached::Policy(document("layer", &text))
}

/// Returns a policy that allows everything, which half of the documents of a layer that caps are.
fn full() -> Attached<Document> {
    let text = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
    Attached::Policy(document("full", text))
}

fn layers(random: &mut Random, callers: &Callers) -> Layers<Document> {
    let mut layers = Layers::default();
    let may_have_session = !callers.kinds().contains(&Kind::User);
    layers.identity = (0..random.below(3)).map(|_| policy(random, Principals::None, 1)).collect();
    if random.chance(3) {
        layers.boundary = Some(policy(random, Principals::None, 2));
    }
    if may_have_session && random.chance(3) {
        layers.session = vec![policy(random, Principals::None, 1)];
    }
    for _ in 0..random.below(3) {
        let mut level = vec![policy(random, Principals::None, 3)];
        level.extend(random.chance(2).then(full));
        layers.scp.push(level);
    }
    for _ in 0..random.below(2) {
        layers.rcp.push(vec![policy(random, Principals::Everyone, 7)]);
    }
    if !random.chance(4) {
        layers.resource = Some(policy(random, Principals::Any, 2));
    }
    if random.chance(6) {
        layers.endpoint = Some(policy(random, Principals::Everyone, 2));
    }
    if !random.chance(4) {
        layers.resource_account = Some(random.pick(&[OWN, OWN, OTHER]).to_string().into());
    }
    if random.chance(2) {
        layers.organization = Some(ORGANIZATION.into());
    }
    layers
}

/// A question with its layers.
pub(crate) struct Case {
    pub(crate) layers: Layers<Document>,
    pub(crate) wanted: Wanted,
    pub(crate) requesters: &'static [&'static str],
}

impl Case {
    pub(crate) fn new(random: &mut Random) -> Case {
        let (spelled, requesters) = random.pick(&CALLERS);
        let callers = Callers::parse(spelled).unwrap();
        let layers = layers(random, &callers);
        let mut scope = Vec::new();
        if !random.chance(4) {
            let (action, resources) = random.pick(&CALLS);
            let resources =
                if random.chance(2) { vec![random.pick(resources).to_string()] } else { Vec::new() };
            let property = Property { actions: vec![action.to_string()], resources, ..Property::default() };
            scope.push(property.document().unwrap());
        }
        Case { layers, wanted: Wanted { callers, scope }, requesters }
    }

    fn documents(&self) -> Vec<&Document> {
        self.layers.documents().chain(&self.wanted.scope).collect()
    }

    fn verdict(&self) -> CanVerdict {
        let layers = self.layers.map(|document| document.into());
        can(&layers, &self.wanted, &check::Options::default()).verdict
    }

    pub(crate) fn decision(&self, request: &Request) -> Decision {
        let options = Options::for_documents(&self.documents());
        decide_layers(&self.layers.map(|document| document), request, &options).decision
    }

    /// Returns the requests of the world that the question is about.
    pub(crate) fn requests(&self, random: &mut Random) -> Vec<Request> {
        let mut requests = Vec::new();
        for (action, resources) in CALLS {
            for resource in resources {
                for requester in self.requesters {
                    for _ in 0..6 {
                        requests.extend(self.request((action, resource), requester, random));
                    }
                }
            }
        }
        requests
    }

    fn request(&self, call: (&str, &str), requester: &str, random: &mut Random) -> Option<Request> {
        let mut context = Vec::new();
        for (key, values) in CONTEXT {
            let values = random.pick(values).iter();
            context.extend(values.map(|value| (key.to_owned(), (*value).to_owned())));
        }
        let is_federated = requester.contains("federated-user");
        let spec = RequestSpec {
            principal: Some(requester.to_owned()),
            federated_by: is_federated.then(|| format!("arn:aws:iam::{OWN}:user/parent")),
            action: call.0.to_owned(),
            resource: call.1.to_owned(),
            context,
            boundary: self.layers.boundary.is_some(),
            ..RequestSpec::default()
        };
        Some(spec.request().unwrap()).filter(|request| self.admits(request))
    }

    /// True if the request can happen and the question is about it.
    pub(crate) fn admits(&self, request: &Request) -> bool {
        let mentioned: Vec<&str> =
            self.documents().into_iter().flat_map(|document| document.mentioned_keys()).collect();
        let sets = FactSets { safe: true, heuristics: false };
        let is_possible = request.inconsistencies(mentioned.iter().copied(), &sets).is_empty();
        is_possible && self.is_asked(request, &mentioned)
    }

    /// True if the question is about the request: it agrees with the scope, and with what the layers say of accounts.
    fn is_asked(&self, request: &Request, mentioned: &[&str]) -> bool {
        let scope = self.wanted.scope.iter().all(|document| {
            let options = Options { resource_unconstrained: true, ..Options::for_documents(&[document]) };
            decide(&[document], request, &options) == Decision::Allowed
        });
        let first = |key: &str| request.values(key).map(|values| values[0].clone());
        let account = request.requester.as_ref().unwrap().account();
        let member = match (&self.layers.organization, account) {
            (Some(id), Some(_)) if mentioned.contains(&"aws:principalorgid") => {
                first("aws:principalorgid").as_deref() == Some(&**id)
            }
            _ => true,
        };
        let below = match (&self.layers.organization, account) {
            (Some(id), Some(_)) if mentioned.contains(&"aws:principalorgpaths") => {
                first("aws:principalorgpaths").is_some_and(|path| path.starts_with(&format!("{id}/")))
            }
            _ => true,
        };
        // No request of the world names an endpoint.
        let callers = &self.wanted.callers;
        let is_of_service = callers.kinds() == [Kind::Service] || callers.are_service_linked();
        let through =
            self.layers.endpoint.is_none() || is_of_service || !mentioned.contains(&"aws:sourcevpce");
        let named = request.resource.split(':').nth(4).filter(|account| !account.is_empty());
        let given = self.layers.resource_account.as_deref();
        let owner = named.or(given).filter(|_| request.resource != "*");
        let owned = named.is_none() || given.is_none() || named == given;
        let key = first("aws:resourceaccount");
        let agrees = owner.is_none() || key.is_none() || key.as_deref() == owner;
        scope && member && below && through && owned && agrees
    }

    pub(crate) fn show(&self) -> String {
        let layers = self.layers.map(|document| document.source.text().to_owned());
        let scope: Vec<&str> = self.wanted.scope.iter().map(|document| document.source.text()).collect();
        format!("{layers:#?}\n{:?}\n{scope:?}", self.wanted.callers)
    }
}

/// Every certificate of an answer over layers is verified, and not as the same claim once a layer is left out of it or the requesters
/// are others.
#[test]
fn certificates_of_layers() {
    let (worlds, first) = worlds_and_seed(24);
    let options = check::Options { certificate: true, certify: true, ..check::Options::default() };
    let mut verified = [0u64; 2];
    for seed in first..first + worlds {
        let random = &mut Random::new(seed, 0xce47);
        let case = Case::new(random);
        let answer = can(&case.layers.map(|document| document.into()), &case.wanted, &options);
        let Some(certificate) = answer.certificate() else {
            assert!(matches!(answer.verdict, CanVerdict::Unknown(_)), "{seed}: {answer:?}");
            continue;
        };
        let text = certificate.to_text();
        let outcome = |text: &str| verify(text, &Limits::default());
        let Outcome::Verified(claim) = outcome(&text) else {
            panic!("{seed}: {:?}\n{}\n{text}", outcome(&text), case.show());
        };
        let is_pass = matches!(answer.verdict, CanVerdict::Cannot(_));
        assert_eq!(claim.answer, if is_pass { "PASS" } else { "FAIL" }, "{seed}");
        verified[usize::from(is_pass)] += 1;
        let mut changed: Value = serde_json::from_str(&text).unwrap();
        if let Some(list) = changed["decision"]["layers"].as_array_mut().filter(|list| !list.is_empty()) {
            list.pop();
            // A layer that takes no part may be left out; then the claim does not name it.
            if let Outcome::Verified(other) = outcome(&changed.to_string()) {
                assert_ne!(other.sentence, claim.sentence, "{seed}: {text}");
            }
        }
        if case.requesters[0].starts_with("service:") {
            continue;
        }
        let mut changed: Value = serde_json::from_str(&text).unwrap();
        changed["decision"]["callers"]["principal"] = "service:other.amazonaws.com".into();
        assert!(!matches!(outcome(&changed.to_string()), Outcome::Verified(_)), "{seed}: {text}");
    }
    assert!(verified.iter().all(|count| *count > 0), "{verified:?}");
}

/// Copies a tree whose sets are counted from `first` on.
fn moved(tree: &Tree, first: usize) -> Tree {
    let all = |parts: &[Tree]| parts.iter().map(|part| moved(part, first)).collect();
    match tree {
        Tree::All(parts) => Tree::All(all(parts)),
        Tree::Any(parts) => Tree::Any(all(parts)),
        Tree::Not(part) => Tree::Not(Box::new(moved(part, first))),
        Tree::Set(index) => Tree::Set(first + index),
        Tree::Kind(_) | Tree::Open(..) => tree.clone(),
    }
}

/// True if it is proved that every request of the one query is one of the other.
pub(crate) fn is_within(one: &Query<'_>, other: &Query<'_>, boundary: bool) -> bool {
    let mut query = Query::over_layers(one.layered().unwrap().clone());
    for layer in one.layers().chain(other.layers()) {
        // The conditions of both queries name the documents of the scope themselves.
        let role = if layer.role == Role::Part { Role::Part } else { Role::Rule };
        query.add(role, layer.set, layer.documents.iter().copied());
    }
    query.demand(one.conditions().to_vec());
    let first = one.layers().count();
    let conditions = other.conditions().iter().map(|condition| moved(condition, first)).collect();
    query.demand([Tree::Not(Box::new(Tree::All(conditions)))]);
    let semantics = Semantics { boundary: Some(boundary), ..Semantics::of(PolicyType::Resource) };
    let mut encoding = Encoding::new(&query, semantics);
    let mut meter = Meter::new(&SearchLimits::default());
    prove(&mut encoding, Theory::new(semantics.requesters()), &mut meter).is_ok()
}

/// The conditions of the search and those of the verifier, which are written apart, hold for the same requests: it is proved for
/// all of them, and not for a few.
#[test]
fn search_and_verifier_write_the_same_decision() {
    let (worlds, first) = worlds_and_seed(60);
    for seed in first..first + worlds {
        let case = Case::new(&mut Random::new(seed, 0x5a3e));
        let Wanted { callers, scope } = &case.wanted;
        let layers = || case.layers.map(|document| document);
        let question = LayeredQuestion::new(layers(), None, callers.clone(), scope, false);
        let claim = LayeredClaim::new(layers(), None, callers, scope).unwrap();
        let (searched, verified) = (question.query(), claim.query());
        let boundary = case.layers.boundary.is_some();
        assert!(
            is_within(&searched, &verified, boundary),
            "{seed}: the verifier demands more\n{}",
            case.show()
        );
        assert!(
            is_within(&verified, &searched, boundary),
            "{seed}: the search demands more\n{}",
            case.show()
        );
    }
}

/// A certificate whose conditions or layers are altered, one place at a time, is not verified as the same claim.
#[test]
fn altered_conditions_are_refused() {
    let options = check::Options { certificate: true, certify: true, ..check::Options::default() };
    let outcome = |text: &str| verify(text, &Limits::default());
    let (mut proved, mut altered) = (0, 0);
    for seed in 1.. {
        let case = Case::new(&mut Random::new(seed, 0xa17e));
        let answer = can(&case.layers.map(|document| document.into()), &case.wanted, &options);
        let CanVerdict::Cannot(_) = answer.verdict else { continue };
        let text = answer.certificate().unwrap().to_text();
        assert!(matches!(outcome(&text), Outcome::Verified(_)), "{seed}");
        let whole: Value = serde_json::from_str(&text).unwrap();
        let mut refused = |change: &dyn Fn(&mut Value)| {
            let mut other = whole.clone();
            change(&mut other);
            if other != whole {
                altered += 1;
                let Outcome::Refused(reason) = outcome(&other.to_string()) else { panic!("{seed}: {other}") };
                assert!(reason.contains("conditions") || reason.contains("layers"), "{seed}: {reason}");
            }
        };
        let conditions = whole["decision"]["conditions"].as_array().unwrap().len();
        for index in 0..conditions {
            refused(&|other| {
                other["decision"]["conditions"].as_array_mut().unwrap().remove(index);
            });
            for (from, to) in [("any[", "all["), ("all[", "any["), ("not ", ""), ("open ", "")] {
                refused(&|other| {
                    let condition = &mut other["decision"]["conditions"][index];
                    *condition = condition.as_str().unwrap().replacen(from, to, 1).into();
                });
            }
        }
        refused(&|other| other["decision"]["conditions"].as_array_mut().unwrap().reverse());
        // Two levels of SCPs as one.
        refused(&|other| {
            let layers = other["decision"]["layers"].as_array_mut().unwrap();
            if let Some(second) =
                layers.iter().position(|layer| layer["layer"] == "scp" && layer["level"] == 1)
            {
                let policies = layers.remove(second)["policies"].as_array().unwrap().clone();
                layers[second - 1]["policies"].as_array_mut().unwrap().extend(policies);
            }
        });
        for index in 0..whole["decision"]["layers"].as_array().unwrap().len() {
            refused(&|other| drop(other["decision"]["layers"].as_array_mut().unwrap().remove(index)));
        }
        proved += 1;
        if proved == 8 {
            break;
        }
    }
    assert!(altered > 100, "{altered}");
}

pub(crate) fn worlds_and_seed(default: u64) -> (u64, u64) {
    let number = |name: &str, default: u64| match std::env::var(name) {
        Ok(text) => text.parse().unwrap(),
        Err(_) => default,
    };
    (number("IAMSAT_LAYERED", default), number("IAMSAT_SEED", 1))
}

#[test]
fn no_request_contradicts_an_answer_over_layers() {
    let (worlds, first) = worlds_and_seed(120);
    let (mut counts, mut allowed) = ([0u64; 3], 0);
    for seed in first..first + worlds {
        let random = &mut Random::new(seed, 0x1a7e5);
        let case = Case::new(random);
        let verdict = case.verdict();
        match &verdict {
            CanVerdict::Can(witness) => {
                counts[0] += 1;
                let decision = case.decision(witness.request());
                assert_eq!(decision, Decision::Allowed, "{seed}: {witness:?}\n{}", case.show());
            }
            CanVerdict::Cannot(_) => counts[1] += 1,
            CanVerdict::Unknown(unknown) => {
                counts[2] += 1;
                let documented = |reason: &UnknownReason| {
                    matches!(reason, UnknownReason::Layer { .. } | UnknownReason::Opaque { .. })
                };
                assert!(unknown.reasons.iter().all(documented), "{seed}: {unknown:?}\n{}", case.show());
            }
        }
        for request in case.requests(random) {
            if case.decision(&request) == Decision::Allowed {
                allowed += 1;
                let is_proved = matches!(verdict, CanVerdict::Cannot(_));
                assert!(!is_proved, "{seed}: CANNOT, but {request:?}\n{}", case.show());
            }
        }
    }
    let few = counts.iter().any(|count| *count * 20 < worlds);
    assert!(!few && allowed > worlds, "{counts:?} {allowed}");
}

/// Returns the layers with a Deny statement more in one of the policies, or in an RCP more.
fn with_a_deny(layers: &Layers<Document>, random: &mut Random) -> Layers<Document> {
    let mut layers = layers.clone();
    let Layers { identity, boundary, session, scp, resource, endpoint, .. } = &mut layers;
    let mut places: Vec<(&mut Attached<Document>, Principals)> = Vec::new();
    let own = identity.iter_mut().chain(boundary).chain(session).chain(scp.iter_mut().flatten());
    places.extend(own.map(|policy| (policy, Principals::None)));
    places.extend(resource.iter_mut().map(|policy| (policy, Principals::Any)));
    places.extend(endpoint.iter_mut().map(|policy| (policy, Principals::Everyone)));
    let chosen = random.below(places.len() + 1);
    if let Some((Attached::Policy(document), principals)) = places.get_mut(chosen) {
        let mut text: Value = serde_json::from_str(document.source.text()).unwrap();
        let mut statements =
            text["Statement"].as_array().cloned().unwrap_or_else(|| vec![text["Statement"].clone()]);
        statements.push(statement(random, *principals, 8));
        text["Statement"] = statements.into();
        *document = self::document("layer", &text.to_string());
        return layers;
    }
    layers.rcp.push(vec![policy(random, Principals::Everyone, 8)]);
    layers
}

/// A Deny statement more, or a level of SCPs more, never allows more; a level that allows everything changes nothing; and an answer
/// in spite of a policy that is not known is the answer whatever that policy is.
#[test]
fn laws_of_layers() {
    let (worlds, first) = worlds_and_seed(60);
    for seed in first..first + worlds {
        let random = &mut Random::new(seed, 0x1a35);
        let case = Case::new(random);
        let verdict = case.verdict();
        let changed = |layers: Layers<Document>| {
            let case = Case { layers, wanted: case.wanted.clone(), requesters: case.requesters };
            (case.verdict(), case)
        };
        let narrower = |layers: Layers<Document>, what: &str| {
            let (other, other_case) = changed(layers);
            let widens = verdict.name() == "CANNOT" && other.name() != "CANNOT";
            assert!(!widens, "{seed} {what}: {verdict:?} {other:?}\n{}", other_case.show());
        };
        narrower(with_a_deny(&case.layers, random), "a Deny more");
        let mut deeper = case.layers.clone();
        deeper.scp.push(vec![policy(random, Principals::None, 2)]);
        narrower(deeper, "a level more");
        if !case.layers.scp.is_empty() {
            let mut full_level = case.layers.clone();
            full_level.scp.push(vec![full()]);
            let (other, other_case) = changed(full_level);
            assert_eq!(verdict.name(), other.name(), "{seed}\n{}", other_case.show());
        }
        let mut unknown = case.layers.clone();
        let missing = || Attached::Missing("missing".into());
        match random.below(7) {
            0 if !unknown.identity.is_empty() => unknown.identity[0] = missing(),
            1 if !unknown.scp.is_empty() => unknown.scp[0] = vec![missing()],
            2 if !unknown.rcp.is_empty() => unknown.rcp[0] = vec![missing()],
            3 if unknown.boundary.is_some() => unknown.boundary = Some(missing()),
            4 if !unknown.session.is_empty() => unknown.session = vec![missing()],
            5 if unknown.endpoint.is_some() => unknown.endpoint = Some(missing()),
            _ if unknown.resource.is_some() => unknown.resource = Some(missing()),
            _ => continue,
        }
        let (other, other_case) = changed(unknown);
        let is_definite = !matches!(other, CanVerdict::Unknown(_));
        assert!(
            !is_definite || matches!(verdict, CanVerdict::Unknown(_)) || other.name() == verdict.name(),
            "{seed}: {verdict:?} {other:?}\n{}",
            other_case.show()
        );
    }
}

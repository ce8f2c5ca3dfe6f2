//! The context keys on which the decision about one request depends, each proved or shown by another value.
//!
//! For each key the search looks for a request that differs from the given one in this key only and is decided otherwise. None means
//! that no value of the key, and not its absence either, changes the decision. A request that is found is changed back into the given
//! one apart from the key, and decided by the referee, so that what is reported is that decision.

use super::Property;
use super::ask::{Answer, Options, Shown, ask_for};
use crate::encode::DocumentRef;
use crate::evaluate::{self, Decision, decide};
use crate::policy::{Document, PolicyType, RequestSet};
use crate::query::Query;
use crate::request::{FactSets, Request, RequestSpec, ValueType, key_info};
use crate::solve::Verdict;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The largest number of keys of which each is a query of its own.
const MOST_KEYS: usize = 64;

/// The values of a key; `None` if the key is absent.
pub type KeyValues = Option<Vec<String>>;

/// The effect of a key on the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matters {
    /// With these values and everything else as it is, the request is allowed and was not, or the reverse.
    Changes(KeyValues, Decision),
    /// No value of the key and not its absence changes whether the request is allowed, everything else being as it is (proved). It
    /// may change which kind of denial it is.
    Never,
    /// No policy mentions the key.
    Unmentioned,
    /// The key follows from the requester.
    OfRequester,
    /// It could not be decided.
    Undecided,
}

/// A key of the request, or one that the policies mention.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRelevance {
    /// The name, in lower case.
    pub key: String,
    /// Its values in the request.
    pub given: KeyValues,
    /// Its effect on the decision.
    pub matters: Matters,
}

/// The keys on which a decision depends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Relevance {
    /// The keys, by name.
    pub keys: Vec<KeyRelevance>,
    /// If it is proved that no key changes the decision alone: keys that do together, with the decision. None of them can be left
    /// out, unless `is_open`.
    pub together: Option<(Vec<(String, KeyValues)>, Decision)>,
    /// True if it could not be decided whether several keys change the decision together, or whether all of these have to.
    pub is_open: bool,
}

impl Relevance {
    /// True if the decision of every question was found.
    pub fn is_complete(&self) -> bool {
        !self.is_open && self.keys.iter().all(|key| key.matters != Matters::Undecided)
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoRelevance {
    /// The decision itself is not known.
    Undetermined,
    /// The search finds no such request: it cannot exist as it is given, or something about it is not modelled.
    NoSuchRequest,
    /// The search could not decide whether there is such a request: something in the policies is not modelled.
    Undecided,
    /// Too many keys are mentioned.
    TooManyKeys,
    /// The action or the resource cannot be the element of a policy.
    Unwritable(String),
}

impl std::fmt::Display for NoRelevance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            NoRelevance::Undetermined => f.write_str("the decision itself is not known"),
            NoRelevance::NoSuchRequest => f.write_str(
                "no request is exactly like this: give the keys that every request has, and values that go together",
            ),
            NoRelevance::Undecided => f.write_str(
                "whether there is such a request could not be decided; `iamsat find` with its properties says why",
            ),
            NoRelevance::TooManyKeys => {
                write!(f, "the policies mention more than {MOST_KEYS} keys: ask about fewer policies")
            }
            NoRelevance::Unwritable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for NoRelevance {}

/// Says of each context key whether the decision of the policies, read as one set, about a request depends on it.
///
/// # Errors
/// There is no answer about the request as it is given.
///
/// ```
/// use iamsat::check::{Matters, Options, relevant};
/// use iamsat::{evaluate::{self, Decision}, request::Request};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":"s3:GetObject","Resource":"*",
///     "Condition":{"StringEquals":{"s3:prefix":"logs/"}}}"#);
/// let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k").with("s3:prefix", ["data/"]);
/// let referee = evaluate::Options::for_documents(&[&policy]);
/// let found = relevant(&[&policy], &request, &referee, &Options::default()).unwrap();
/// let with = Some(vec!["logs/".to_owned()]);
/// assert_eq!(found.keys[0].matters, Matters::Changes(with, Decision::Allowed));
/// ```
pub fn relevant(
    documents: &[&Document],
    request: &Request,
    referee: &evaluate::Options,
    options: &Options,
) -> Result<Relevance, NoRelevance> {
    let decision = decide(documents, request, referee);
    if decision == Decision::Undetermined {
        return Err(NoRelevance::Undetermined);
    }
    let mentioned: BTreeSet<&str> = documents.iter().flat_map(|document| document.mentioned_keys()).collect();
    let all: BTreeSet<&str> =
        mentioned.iter().copied().chain(request.context().map(|(key, _)| key)).collect();
    if mentioned.len() > MOST_KEYS {
        return Err(NoRelevance::TooManyKeys);
    }
    let derived = of_requester(request);
    let free: Vec<&str> = mentioned.iter().copied().filter(|key| !derived.contains(*key)).collect();
    let fixed: BTreeSet<&str> = all.iter().copied().chain(derived.iter().map(String::as_str)).collect();
    if !is_possible(request) {
        return Err(NoRelevance::NoSuchRequest);
    }
    let options = Options {
        policy_type: Some(referee.policy_type),
        certificate: false,
        certify: false,
        ..options.sharing()
    };
    let asking = Asking { documents, request, referee, options: &options, fixed: &fixed, decision };
    // Without a request like the given one, no change of it says anything.
    match asking.decided(&BTreeSet::new(), asking.is_allowed())?.verdict {
        Verdict::Fail(_) => {}
        Verdict::Pass(_) => return Err(NoRelevance::NoSuchRequest),
        Verdict::Unknown(_) => return Err(NoRelevance::Undecided),
    }
    let mut keys = Vec::new();
    for key in all {
        let matters = match () {
            () if derived.contains(key) => Matters::OfRequester,
            () if !mentioned.contains(key) => Matters::Unmentioned,
            () => match asking.changed(&BTreeSet::from([key]))? {
                Changed::Not => Matters::Never,
                Changed::To(mut values, decision) => match values.pop() {
                    Some((_, values)) => Matters::Changes(values, decision),
                    None => Matters::Undecided,
                },
                Changed::Undecided => Matters::Undecided,
            },
        };
        keys.push(KeyRelevance { key: key.to_owned(), given: given(request, key), matters });
    }
    let is_any = |matters: fn(&Matters) -> bool| keys.iter().any(|key| matters(&key.matters));
    let (together, is_open) = match () {
        () if is_any(|matters| matches!(matters, Matters::Changes(..))) || free.len() < 2 => (None, false),
        // One of these may change the decision alone.
        () if is_any(|matters| *matters == Matters::Undecided) => (None, true),
        () => asking.together(&free)?,
    };
    Ok(Relevance { keys, together, is_open })
}

fn given(request: &Request, key: &str) -> KeyValues {
    request.values(key).map(<[String]>::to_vec)
}

/// True if a request with these keys can exist; other keys may be missing.
fn is_possible(request: &Request) -> bool {
    let facts = FactSets { safe: true, heuristics: false };
    let keys = request.context().map(|(key, _)| key);
    request.inconsistencies(keys, &facts).iter().all(|fault| fault.axiom == "presence")
}

/// Returns the keys whose values follow from the requester.
fn of_requester(request: &Request) -> BTreeSet<String> {
    let context = Vec::new();
    let bare = RequestSpec { context, ..RequestSpec::of(request) };
    match bare.request() {
        Ok(bare) => bare.context().map(|(key, _)| key.to_owned()).collect(),
        Err(_) => BTreeSet::new(),
    }
}

/// The outcome of the search for another decision.
enum Changed {
    /// There is none (proved).
    Not,
    /// With these values of the free keys the decision is this one.
    To(Vec<(String, KeyValues)>, Decision),
    Undecided,
}

/// A request with its decision, for questions about requests like it.
struct Asking<'q> {
    documents: &'q [&'q Document],
    request: &'q Request,
    referee: &'q evaluate::Options,
    options: &'q Options,
    /// The keys that the policies mention, those that are given, and those that follow from the requester: a pattern on a principal
    /// does not tell a role from one of the same name under another path.
    fixed: &'q BTreeSet<&'q str>,
    decision: Decision,
}

impl Asking<'_> {
    fn is_allowed(&self) -> bool {
        self.decision == Decision::Allowed
    }

    /// Asks for a request like this one apart from the free keys that is allowed, or that is not.
    fn decided(&self, free: &BTreeSet<&str>, allowed: bool) -> Result<Answer, NoRelevance> {
        let alike = self.alike(free)?;
        let scope = alike.iter().map(|document| (RequestSet::ALLOWED, document));
        let everything;
        let (query, policies): (Query<'_>, Vec<&Document>) = match allowed {
            true => {
                let policies = self.documents.to_vec();
                let none = std::iter::empty();
                (Query::find_among(RequestSet::ALLOWED, policies.iter().copied(), scope, none), policies)
            }
            false => {
                everything = written(&self.anything())?;
                let none = std::iter::empty();
                let query = Query::find_among(RequestSet::ALLOWED, [&everything], scope, none);
                (query.excluded_by(self.documents.iter().copied()), vec![&everything])
            }
        };
        let others = if allowed { &[][..] } else { self.documents };
        let all: Vec<DocumentRef<'_>> = policies
            .iter()
            .copied()
            .chain(&alike)
            .chain(others.iter().copied())
            .map(DocumentRef::from)
            .collect();
        Ok(ask_for(Shown::First, &query, &all, self.options))
    }

    /// Returns properties that every request has, as a policy of the type in question.
    fn anything(&self) -> Property {
        let has_principals = self.referee.policy_type.has_principals();
        Property {
            principal: has_principals.then(|| json!("*").to_string()),
            resources: (self.referee.policy_type != PolicyType::Resource
                || !self.referee.resource_unconstrained)
                .then(|| "*".to_owned())
                .into_iter()
                .collect(),
            ..Property::default()
        }
    }

    /// Returns documents that allow requests like this one apart from the free keys. They may allow others too, which only makes it
    /// harder to prove that a key does not matter.
    fn alike(&self, free: &BTreeSet<&str>) -> Result<Vec<Document>, NoRelevance> {
        let request = self.request;
        let by = request.requester.as_ref().filter(|_| self.referee.policy_type.has_principals());
        let mut properties = vec![Property {
            actions: vec![request.action.clone()],
            resources: vec![request.resource.replace("${", "${$}{")],
            ..by.map_or_else(Property::default, |requester| Property::by(&requester.spelling()))
        }];
        let mut presence = Map::new();
        let mut lists: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        let mut plain: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
        for key in self.fixed.iter().filter(|key| !free.contains(**key)) {
            let Some(values) = request.values(key) else {
                presence.insert((*key).to_owned(), json!("true"));
                continue;
            };
            let values: Vec<String> = values.iter().map(|value| value.replace("${", "${$}{")).collect();
            let operator = equals(key);
            match values.as_slice() {
                // A set operator says that the key may have several values, which the policies' own operators may not allow for.
                [one] if !self.referee.is_multivalued(key) => {
                    plain.entry(operator).or_default().insert((*key).to_owned(), json!(one));
                    continue;
                }
                _ => {}
            }
            presence.insert((*key).to_owned(), json!("false"));
            // Some value has to be each of them, and every value one of them; a set of the empty text satisfies the second demand alone.
            properties.extend(values.iter().map(|value| {
                let condition = json!({format!("ForAnyValue:{operator}"): {*key: value}});
                Property { condition: Some(condition.to_string()), ..Property::default() }
            }));
            lists.entry(operator).or_default().insert((*key).to_owned(), json!(values));
        }
        let lists = lists.into_iter().map(|(operator, keys)| (format!("ForAllValues:{operator}"), keys));
        let presence = Some(("Null".to_owned(), presence)).filter(|(_, keys)| !keys.is_empty());
        let plain = plain.into_iter().map(|(operator, keys)| (operator.to_owned(), keys));
        properties.extend(lists.chain(plain).chain(presence).map(|(operator, keys)| Property {
            condition: Some(json!({operator: keys}).to_string()),
            ..Property::default()
        }));
        properties.iter().map(written).collect()
    }

    /// True if a policy inserts a fixed key that the request has several values of, although no set operator says that it may. A set
    /// operator of this question would say so, and a key that may have several values cannot be inserted: the policies would mean
    /// something else.
    fn is_misread(&self, free: &BTreeSet<&str>) -> bool {
        let is_fixed = |key: &str| !free.contains(key) && !self.referee.is_multivalued(key);
        let has_several = |key: &str| self.request.values(key).is_some_and(|values| values.len() != 1);
        self.documents.iter().any(|document| variables(document).any(|key| is_fixed(key) && has_several(key)))
    }

    /// Looks for values of the free keys that change the decision.
    fn changed(&self, free: &BTreeSet<&str>) -> Result<Changed, NoRelevance> {
        if self.is_misread(free) {
            return Ok(Changed::Undecided);
        }
        let answer = self.decided(free, !self.is_allowed())?;
        let findings = match answer.verdict {
            Verdict::Pass(_) => return Ok(Changed::Not),
            Verdict::Unknown(_) => return Ok(Changed::Undecided),
            Verdict::Fail(findings) => findings,
        };
        let Some(finding) = findings.first() else { return Ok(Changed::Undecided) };
        let witness = finding.witness.request();
        let values = free.iter().map(|key| ((*key).to_owned(), given(witness, key)));
        let is_change = |(key, values): &(String, KeyValues)| given(self.request, key) != *values;
        let values: Vec<(String, KeyValues)> = values.filter(is_change).collect();
        let mut changed = self.request.clone();
        for (key, values) in &values {
            match values {
                Some(values) => changed.set(key, values.clone()),
                None => changed.set(key, Vec::new()),
            }
        }
        let decision = decide(self.documents, &changed, self.referee);
        let is_other = match decision {
            Decision::Allowed => !self.is_allowed(),
            Decision::ImplicitlyDenied | Decision::ExplicitlyDenied => self.is_allowed(),
            Decision::Undetermined => false,
        };
        // A request that differs in something else too shows nothing about the keys.
        Ok(if is_other && is_possible(&changed) { Changed::To(values, decision) } else { Changed::Undecided })
    }

    /// Looks for keys that change the decision together, and leaves out those that need not change.
    #[expect(clippy::type_complexity, reason = "the values, the decision, and whether it is open")]
    fn together(
        &self,
        free: &[&str],
    ) -> Result<(Option<(Vec<(String, KeyValues)>, Decision)>, bool), NoRelevance> {
        let mut changing: BTreeSet<&str> = free.iter().copied().collect();
        let mut found = match self.changed(&changing)? {
            Changed::Not => return Ok((None, false)),
            Changed::Undecided => return Ok((None, true)),
            Changed::To(values, decision) => (values, decision),
        };
        let mut is_open = false;
        for key in free {
            let fewer: BTreeSet<&str> = changing.iter().copied().filter(|other| other != key).collect();
            match self.changed(&fewer)? {
                Changed::To(values, decision) => (changing, found) = (fewer, (values, decision)),
                Changed::Undecided => is_open = true,
                Changed::Not => {}
            }
        }
        Ok((Some(found), is_open))
    }
}

/// Returns the operator that compares a key with one value: AWS documents which operators go with a key of the table.
fn equals(key: &str) -> &'static str {
    match key_info(key).map(|info| info.value) {
        Some(ValueType::Bool) => "Bool",
        Some(ValueType::Date) => "DateEquals",
        Some(ValueType::Number | ValueType::Epoch) => "NumericEquals",
        Some(ValueType::Ip) => "IpAddress",
        Some(ValueType::String | ValueType::Arn) | None => "StringEquals",
    }
}

/// Lists the keys (lower case) that a document inserts as variables.
fn variables(document: &Document) -> impl Iterator<Item = &str> {
    let statements = document.statements.iter();
    let templates = statements.flat_map(|statement| {
        let resources = statement.resource.iter().flat_map(|r| &r.values).map(|value| &value.value.template);
        let values = statement.conditions.iter().flat_map(|c| &c.values).map(|value| &value.value.template);
        resources.chain(values)
    });
    templates.flat_map(|template| template.variables()).map(|variable| &*variable.key)
}

fn written(property: &Property) -> Result<Document, NoRelevance> {
    property.document().map_err(|error| NoRelevance::Unwritable(error.to_string()))
}

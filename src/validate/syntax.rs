//! The parts of a policy, read leniently: what does not fit the grammar becomes a finding, and the rest is still read.

use super::findings::Findings;
use super::place::Place;
use crate::code::AwsCode;
use crate::policy::{Json, JsonKind, JsonValue, Member, Operator};
use std::borrow::Cow;

/// A policy, as far as it could be read.
#[derive(Debug)]
pub(super) struct Policy<'j> {
    pub(super) version: Version,
    pub(super) statements: Vec<Statement<'j>>,
}

/// The version of the policy language that a policy names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    Absent,
    /// 2008-10-17, without variables.
    Old,
    /// 2012-10-17.
    Current,
    Invalid,
}

impl Version {
    /// True if policy variables are literal text.
    pub(super) fn has_no_variables(self) -> bool {
        matches!(self, Version::Absent | Version::Old)
    }
}

/// A text with its place.
#[derive(Clone, Debug)]
pub(super) struct Text<'j> {
    pub(super) text: &'j str,
    pub(super) place: Place<'j>,
}

/// An element whose value is a text or a list of texts.
#[derive(Debug)]
pub(super) struct Element<'j> {
    pub(super) place: Place<'j>,
    pub(super) values: Vec<Text<'j>>,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug)]
pub(super) struct Principals<'j> {
    pub(super) place: Place<'j>,
    pub(super) content: Principal<'j>,
}

/// The value of `Principal` or `NotPrincipal`.
#[derive(Debug)]
pub(super) enum Principal<'j> {
    Text(&'j str),
    Members(Vec<(PrincipalKey<'j>, Element<'j>)>),
    /// Not of a kind that the grammar allows.
    Unread,
}

/// The name of a member of `Principal`.
#[derive(Debug)]
pub(super) struct PrincipalKey<'j> {
    pub(super) name: &'j str,
    pub(super) place: Place<'j>,
}

impl<'j> Principals<'j> {
    /// Returns the values of a member: `AWS`, `Service`, ...
    pub(super) fn of<'p>(&'p self, name: &'static str) -> impl Iterator<Item = &'p Text<'j>> + use<'p, 'j> {
        let members: &[(PrincipalKey<'j>, Element<'j>)] = match &self.content {
            Principal::Members(members) => members,
            Principal::Text(_) | Principal::Unread => &[],
        };
        members.iter().filter(move |(key, _)| key.name == name).flat_map(|(_, element)| &element.values)
    }
}

/// The values that one operator tests of one key.
#[derive(Debug)]
pub(super) struct Test<'j> {
    /// As written.
    pub(super) operator_text: &'j str,
    pub(super) operator: Option<Operator>,
    pub(super) key: &'j str,
    /// In lower case.
    pub(super) lower: String,
    /// The place of the key's name.
    pub(super) key_place: Place<'j>,
    /// The place of the value, or of the list of values.
    pub(super) place: Place<'j>,
    /// True if the list of values is empty, so that not even a value of a wrong kind is in it.
    pub(super) is_empty: bool,
    pub(super) values: Vec<Value<'j>>,
}

/// A value of a condition.
#[derive(Debug)]
pub(super) struct Value<'j> {
    pub(super) text: Cow<'j, str>,
    pub(super) kind: JsonKind,
    pub(super) place: Place<'j>,
}

/// One operator of a `Condition`.
#[derive(Debug)]
pub(super) struct Block<'j> {
    pub(super) name: &'j str,
    /// The place of the operator's name.
    pub(super) name_place: Place<'j>,
    pub(super) place: Place<'j>,
    pub(super) operator: Option<Operator>,
    /// True if its value is an object.
    pub(super) is_read: bool,
    pub(super) tests: Vec<Test<'j>>,
}

/// A statement.
#[derive(Debug)]
pub(super) struct Statement<'j> {
    pub(super) place: Place<'j>,
    pub(super) json: &'j Json<'j>,
    pub(super) sid: Option<Text<'j>>,
    pub(super) effect: Option<Text<'j>>,
    pub(super) action: Option<Element<'j>>,
    pub(super) not_action: Option<Element<'j>>,
    pub(super) resource: Option<Element<'j>>,
    pub(super) not_resource: Option<Element<'j>>,
    pub(super) principal: Option<Principals<'j>>,
    pub(super) not_principal: Option<Principals<'j>>,
    pub(super) condition: Option<Place<'j>>,
    pub(super) blocks: Vec<Block<'j>>,
}

impl<'j> Statement<'j> {
    /// True if the statement has an element of this name, of whatever kind.
    pub(super) fn has(&self, name: &str) -> bool {
        self.json.member(name).is_some()
    }

    pub(super) fn is_allow(&self) -> bool {
        self.effect.as_ref().is_some_and(|effect| effect.text == "Allow")
    }

    pub(super) fn is_deny(&self) -> bool {
        self.effect.as_ref().is_some_and(|effect| effect.text == "Deny")
    }

    /// Returns the values of `Action`.
    pub(super) fn actions(&self) -> &[Text<'j>] {
        self.action.as_ref().map_or(&[], |element| &element.values)
    }

    /// Returns the values of `Resource`.
    pub(super) fn resources(&self) -> &[Text<'j>] {
        self.resource.as_ref().map_or(&[], |element| &element.values)
    }

    /// Returns every operator with every key of it.
    pub(super) fn tests(&self) -> impl Iterator<Item = &Test<'j>> {
        self.blocks.iter().flat_map(|block| &block.tests)
    }

    /// True if some operator tests the key, given in lower case.
    pub(super) fn tests_key(&self, lower: &str) -> bool {
        self.tests().any(|test| test.lower == lower)
    }
}

const DOCUMENT_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Reads a policy. `length` is the length of its text in bytes.
pub(super) fn read<'j>(json: &'j Json<'j>, length: usize, found: &mut Findings<'j>) -> Policy<'j> {
    let place = Place::document(length);
    let mut policy = Policy { version: Version::Absent, statements: Vec::new() };
    let Some(members) = object(json) else {
        mismatch("Object", &place, found);
        policy.version = Version::Invalid;
        return policy;
    };
    unknown(members, &DOCUMENT_ELEMENTS, &place, found);
    if let Some(member) = json.member("Id") {
        text(member, &place, found);
    }
    match json.member("Version") {
        None => found.add(AwsCode::MissingVersion, &[], [place.clone()]),
        Some(member) => policy.version = version(member, &place, found),
    }
    match json.member("Statement") {
        None => found.add(AwsCode::MissingStatement, &[], [place]),
        Some(member) => policy.statements = statements(member, &place, found),
    }
    policy
}

fn version<'j>(member: &'j Member<'j>, of: &Place<'j>, found: &mut Findings<'j>) -> Version {
    match text(member, of, found) {
        None => Version::Invalid,
        Some(Text { text: "2012-10-17", .. }) => Version::Current,
        Some(Text { text: "2008-10-17", .. }) => Version::Old,
        Some(Text { text, place }) => {
            let texts = [("version", text), ("versions", "2012-10-17, 2008-10-17")];
            found.add(AwsCode::InvalidVersion, &texts, [place]);
            Version::Invalid
        }
    }
}

fn statements<'j>(member: &'j Member<'j>, of: &Place<'j>, found: &mut Findings<'j>) -> Vec<Statement<'j>> {
    let place = of.value("Statement", member.value.span);
    match &member.value.kind {
        JsonValue::Array(list) if list.is_empty() => {
            found.add(AwsCode::MissingStatement, &[], [of.clone()]);
            Vec::new()
        }
        JsonValue::Array(list) => {
            let places = list.iter().enumerate().map(|(index, json)| (json, place.index(index, json.span)));
            places.filter_map(|(json, place)| statement(json, place, found)).collect()
        }
        JsonValue::Object(_) => statement(&member.value, place, found).into_iter().collect(),
        _ => {
            mismatch("Object", &place, found);
            Vec::new()
        }
    }
}

fn statement<'j>(json: &'j Json<'j>, place: Place<'j>, found: &mut Findings<'j>) -> Option<Statement<'j>> {
    let Some(members) = object(json) else {
        mismatch("Object", &place, found);
        return None;
    };
    unknown(members, &STATEMENT_ELEMENTS, &place, found);
    let mut element = |name| json.member(name).and_then(|member| element(member, &place, found));
    let [action, not_action] = [element("Action"), element("NotAction")];
    let [resource, not_resource] = [element("Resource"), element("NotResource")];
    let mut short = |name| json.member(name).and_then(|member| text(member, &place, found));
    let [sid, effect] = [short("Sid"), short("Effect")];
    let mut named = |name| json.member(name).map(|member| principals(member, &place, found));
    let [principal, not_principal] = [named("Principal"), named("NotPrincipal")];
    let member = json.member("Condition");
    let condition = member.map(|member| place.value("Condition", member.value.span));
    let blocks = match (member, &condition) {
        (Some(member), Some(place)) => blocks(&member.value, place, found),
        _ => Vec::new(),
    };
    Some(Statement {
        place,
        json,
        sid,
        effect,
        action,
        not_action,
        resource,
        not_resource,
        principal,
        not_principal,
        condition,
        blocks,
    })
}

fn principals<'j>(member: &'j Member<'j>, of: &Place<'j>, found: &mut Findings<'j>) -> Principals<'j> {
    let place = of.value(&member.key, member.value.span);
    let content = match &member.value.kind {
        JsonValue::String(text) => Principal::Text(text),
        JsonValue::Object(members) => {
            let read = |member: &'j Member<'j>| {
                let key = PrincipalKey { name: &member.key, place: place.key(&member.key, member.key_span) };
                element(member, &place, found).map(|element| (key, element))
            };
            Principal::Members(members.iter().filter_map(read).collect())
        }
        _ => {
            mismatch("Object", &place, found);
            Principal::Unread
        }
    };
    Principals { place, content }
}

fn blocks<'j>(json: &'j Json<'j>, place: &Place<'j>, found: &mut Findings<'j>) -> Vec<Block<'j>> {
    let Some(members) = object(json) else {
        mismatch("Object", place, found);
        return Vec::new();
    };
    let mut blocks = Vec::with_capacity(members.len());
    for member in members {
        let name_place = place.key(&member.key, member.key_span);
        let place = place.value(&member.key, member.value.span);
        let operator = Operator::parse(&member.key);
        let keys = object(&member.value);
        if keys.is_none() {
            mismatch("Object", &place, found);
        }
        let mut tests = Vec::new();
        for key in keys.unwrap_or_default() {
            let key_place = place.key(&key.key, key.key_span);
            let place = place.value(&key.key, key.value.span);
            let (is_empty, values) = values(&key.value, &place, found);
            tests.push(Test {
                operator_text: &member.key,
                operator,
                key: &key.key,
                lower: key.key.to_ascii_lowercase(),
                key_place,
                place,
                is_empty,
                values,
            });
        }
        let is_read = keys.is_some();
        blocks.push(Block { name: &member.key, name_place, place, operator, is_read, tests });
    }
    blocks
}

fn values<'j>(json: &'j Json<'j>, place: &Place<'j>, found: &mut Findings<'j>) -> (bool, Vec<Value<'j>>) {
    let mut read = |json: &'j Json<'j>, place: Place<'j>| {
        let (text, kind) = match &json.kind {
            JsonValue::String(text) => (Cow::Borrowed(&**text), JsonKind::String),
            JsonValue::Number(text) => (Cow::Borrowed(*text), JsonKind::Number),
            JsonValue::Bool(value) => (Cow::Owned(value.to_string()), JsonKind::Boolean),
            JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => {
                mismatch("String", &place, found);
                return None;
            }
        };
        Some(Value { text, kind, place })
    };
    match &json.kind {
        JsonValue::Array(list) => {
            let places = list.iter().enumerate().map(|(index, json)| (json, place.index(index, json.span)));
            (list.is_empty(), places.filter_map(|(json, place)| read(json, place)).collect())
        }
        _ => (false, read(json, place.clone()).into_iter().collect()),
    }
}

/// Reads a text or a list of texts.
fn element<'j>(member: &'j Member<'j>, of: &Place<'j>, found: &mut Findings<'j>) -> Option<Element<'j>> {
    let place = of.value(&member.key, member.value.span);
    let JsonValue::Array(list) = &member.value.kind else {
        let values = vec![text(member, of, found)?];
        return Some(Element { place, values });
    };
    let mut values = Vec::with_capacity(list.len());
    for (index, json) in list.iter().enumerate() {
        let place = place.index(index, json.span);
        match &json.kind {
            JsonValue::String(text) => values.push(Text { text, place }),
            _ => mismatch("String", &place, found),
        }
    }
    // A list whose every value is of a wrong kind is not an empty one.
    (values.is_empty() == list.is_empty()).then_some(Element { place, values })
}

fn text<'j>(member: &'j Member<'j>, of: &Place<'j>, found: &mut Findings<'j>) -> Option<Text<'j>> {
    let place = of.value(&member.key, member.value.span);
    match &member.value.kind {
        JsonValue::String(text) => Some(Text { text, place }),
        _ => {
            mismatch("String", &place, found);
            None
        }
    }
}

fn object<'j>(json: &'j Json<'j>) -> Option<&'j [Member<'j>]> {
    match &json.kind {
        JsonValue::Object(members) => Some(members),
        _ => None,
    }
}

fn mismatch<'j>(wanted: &str, place: &Place<'j>, found: &mut Findings<'j>) {
    found.add(AwsCode::DataTypeMismatch, &[("data_type", wanted)], [place.clone()]);
}

fn unknown<'j>(members: &'j [Member<'j>], known: &[&str], of: &Place<'j>, found: &mut Findings<'j>) {
    for member in members.iter().filter(|member| !known.contains(&&*member.key)) {
        let place = of.key(&member.key, member.key_span);
        found.add(AwsCode::InvalidPolicyElement, &[("element", &member.key)], [place]);
    }
}

/// Returns the place of each test's key.
pub(super) fn key_places<'t, 'j: 't>(
    tests: impl IntoIterator<Item = &'t Test<'j>>,
) -> impl Iterator<Item = Place<'j>> {
    tests.into_iter().map(|test| test.key_place.clone())
}

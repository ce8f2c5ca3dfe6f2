//! Builds `aws_iam_policy_document` as Terraform's AWS provider does when the plan is applied.
//!
//! A data source whose dependencies change is read during apply, so the plan has its arguments but not its text. Source: the
//! provider's policy_document_data_source.go and policy_model.go, described in docs/semantics.md.

use super::super::hole::{self, Hole, HoleClass, HoleOrigin, UnknownText, is_sign};
use super::super::raw::{Fault, Optional, Raw};
use super::super::shape::Shape;
use super::merge::{self, MergeError};
use crate::policy::escape;
use crate::span::Span;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A document that was made.
#[derive(Clone, Debug)]
pub(in crate::container) enum Made {
    /// Its text, in lines.
    Text(String),
    /// All but these values, with the text that has signs in their places, if signs can stand for them.
    Partly(Vec<Hole>, Option<String>),
    /// Nothing: why.
    Unknown(String),
}

/// The arguments of a document, and the texts of the documents merged into it.
#[derive(Clone, Debug)]
pub(in crate::container) struct Arguments<'t> {
    pub(in crate::container) after: Raw<'t>,
    pub(in crate::container) unknown: Option<Raw<'t>>,
    /// Texts of `source_policy_documents`; `None` for an unknown one.
    pub(in crate::container) sources: Vec<Option<String>>,
    /// Texts of `override_policy_documents`.
    pub(in crate::container) overrides: Vec<Option<String>>,
    /// The name of an unknown value, as far as the configuration shows it.
    pub(in crate::container) unknown_name: String,
    /// The values that were given for unknown ones.
    pub(in crate::container) values: &'t BTreeMap<String, String>,
}

/// The fields of a block; `None` for one that is missing.
type Fields<'r, const N: usize> = [Option<Raw<'r>>; N];

/// Builds the document.
///
/// # Errors
/// A member occurs twice.
pub(in crate::container) fn make(text: &str, arguments: &Arguments<'_>) -> Result<Made, Fault> {
    let (name, values) = (arguments.unknown_name.as_str(), arguments.values);
    let mut maker = Maker { text, holes: Vec::new(), name, values, number: 0, reason: None, has_signs: true };
    let fields = ["version", "policy_id", "statement", "source_json", "override_json"];
    let [version, id, statements, source_json, override_json] = arguments.after.fields(text, fields)?;
    let unknown = match arguments.unknown {
        Some(unknown) => unknown.fields(text, fields)?,
        None => [None; 5],
    };
    if let Some(place) = unknown.iter().position(|member| member.is_some_and(Raw::is_true)) {
        let name = fields.iter().skip(place).take(1).map(|name| format!("`{name}`")).collect::<String>();
        return Ok(Made::Unknown(format!("{name} of the policy document is not known yet")));
    }
    let is_set = |raw: Option<Raw<'_>>| raw.and_then(Raw::string).is_some_and(|text| !text.trim().is_empty());
    if is_set(source_json) || is_set(override_json) {
        return Ok(Made::Unknown("the policy document uses `source_json` or `override_json`".to_owned()));
    }
    let version = version.and_then(Raw::string).unwrap_or("2012-10-17".into()).into_owned();
    let mut own = Vec::new();
    let unknown_statements = unknown.get(2).copied().flatten().elements();
    for (index, statement) in statements.elements().into_iter().enumerate() {
        let unknown = unknown_statements.get(index).copied();
        own.push(maker.statement(statement, unknown, &version, index)?);
    }
    if let Some(reason) = maker.reason {
        return Ok(Made::Unknown(reason));
    }
    let mut document = merge::Merged::default();
    if let Err(error) = merge::merge(&mut document, &arguments.sources, own, &version, &arguments.overrides) {
        return Ok(Made::Unknown(match error {
            MergeError::Unknown => {
                "a document that it is merged with is not known yet, and could replace any statement"
                    .to_owned()
            }
            MergeError::Invalid(why) => format!("a document that it is merged with cannot be read: {why}"),
            MergeError::ConditionLost(key) => format!(
                "a document that it is merged with tests `{key}` against a JSON number, which the provider may lose"
            ),
        }));
    }
    let mut members = Map::new();
    members.insert("Version".to_owned(), Value::String(document.version.unwrap_or(version)));
    let own_id = id.and_then(Raw::string).filter(|id| !id.is_empty()).map(|id| id.into_owned());
    if let Some(id) = document.id.or(own_id) {
        members.insert("Id".to_owned(), Value::String(id));
    }
    let statements = document.statements.into_iter().map(Value::Object).collect();
    members.insert("Statement".to_owned(), Value::Array(statements));
    // The printed form has a line for every value, so that a finding has its own line.
    let text = format!("{:#}", Value::Object(members));
    let merged = arguments.sources.iter().chain(&arguments.overrides).flatten();
    let has_signs = maker.has_signs && !merged.into_iter().any(|text| text.contains(is_sign));
    Ok(match maker.holes {
        holes if holes.is_empty() => Made::Text(text),
        holes => Made::Partly(holes, has_signs.then_some(text)),
    })
}

struct Maker<'t, 'n> {
    text: &'t str,
    holes: Vec<Hole>,
    name: &'n str,
    values: &'n BTreeMap<String, String>,
    /// The number of unknown texts so far.
    number: usize,
    /// False if a sign cannot stand for an unknown value.
    has_signs: bool,
    /// The reason why the document cannot be built.
    reason: Option<String>,
}

impl Maker<'_, '_> {
    /// Notes an unknown value that is not a text.
    fn hole(&mut self, pointer: String, span: Span) {
        let name = self.next_name();
        self.has_signs = false;
        self.holes.push(Hole { name, pointer, span, class: HoleClass::Given, text: None });
    }

    /// Returns the name of the next unknown value: as far as the plan shows, each may be another one.
    fn next_name(&mut self) -> String {
        self.number += 1;
        let name = if self.name.is_empty() { "a value known after apply" } else { self.name };
        if self.number == 1 { name.to_owned() } else { format!("{name} ({})", self.number) }
    }

    /// Returns the texts in the place of an unknown one, or of an unknown list: those that were given, or a sign.
    fn unknown(&mut self, pointer: String, span: Span, is_list: bool) -> Vec<String> {
        let name = self.next_name();
        match self.values.get(&name) {
            Some(value) if is_list => return value.split(',').map(|item| item.trim().to_owned()).collect(),
            Some(value) => return vec![value.clone()],
            None => {}
        }
        let Some(sign) = hole::sign(self.holes.len()) else {
            self.has_signs = false;
            return Vec::new();
        };
        let origin = HoleOrigin::AfterApply;
        let text = UnknownText { sign, origin, shape: Shape::any(), is_list, default: None };
        self.holes.push(Hole { name, pointer, span, class: HoleClass::Given, text: Some(text) });
        vec![sign.to_string()]
    }

    fn give_up(&mut self, what: &str) {
        self.reason.get_or_insert_with(|| format!("{what} of the policy document is not known yet"));
    }

    fn statement(
        &mut self,
        statement: Raw<'_>,
        unknown: Option<Raw<'_>>,
        version: &str,
        index: usize,
    ) -> Result<Map<String, Value>, Fault> {
        let text = self.text;
        let names = [
            "sid",
            "effect",
            "actions",
            "not_actions",
            "resources",
            "not_resources",
            "principals",
            "not_principals",
            "condition",
        ];
        let [
            sid,
            effect,
            actions,
            not_actions,
            resources,
            not_resources,
            principals,
            not_principals,
            conditions,
        ] = statement.fields(text, names)?;
        let unknowns = match unknown {
            Some(unknown) if unknown.is_true() => {
                self.give_up("a statement");
                [None; 9]
            }
            Some(unknown) => unknown.fields(text, names)?,
            None => [None; 9],
        };
        let base = format!("/Statement/{index}");
        let mut members = Map::new();
        let [
            u_sid,
            u_effect,
            u_actions,
            u_not_actions,
            u_resources,
            u_not_resources,
            u_principals,
            u_not_principals,
            u_conditions,
        ] = unknowns;
        if u_sid.is_some_and(Raw::is_true) {
            self.give_up("a `sid`");
        }
        if let Some(sid) = sid.and_then(Raw::string).filter(|sid| !sid.is_empty()) {
            members.insert("Sid".to_owned(), Value::String(sid.into_owned()));
        }
        if u_effect.is_some_and(Raw::is_true) {
            self.hole(format!("{base}/Effect"), statement.span(text));
        }
        let effect = effect.and_then(Raw::string).map_or("Allow".to_owned(), |text| text.into_owned());
        members.insert("Effect".to_owned(), Value::String(effect));
        let lists = [
            ("Action", actions, u_actions, false),
            ("NotAction", not_actions, u_not_actions, false),
            ("Resource", resources, u_resources, true),
            ("NotResource", not_resources, u_not_resources, true),
        ];
        for (name, values, unknown, has_variables) in lists {
            let pointer = format!("{base}/{name}");
            if let Some(value) = self.set(values, unknown, has_variables, version, &pointer)? {
                members.insert(name.to_owned(), value);
            }
        }
        for (name, blocks, unknown) in
            [("Principal", principals, u_principals), ("NotPrincipal", not_principals, u_not_principals)]
        {
            let pointer = format!("{base}/{name}");
            if let Some(value) = self.principals(blocks, unknown, version, &pointer)? {
                members.insert(name.to_owned(), value);
            }
        }
        if let Some(value) =
            self.conditions(conditions, u_conditions, version, &format!("{base}/Condition"))?
        {
            members.insert("Condition".to_owned(), value);
        }
        Ok(members)
    }

    /// Returns a set of texts as the provider writes it: in descending order, a single one without a list; `None` if it is empty.
    fn set(
        &mut self,
        values: Option<Raw<'_>>,
        unknown: Option<Raw<'_>>,
        has_variables: bool,
        version: &str,
        pointer: &str,
    ) -> Result<Option<Value>, Fault> {
        let mut texts = self.texts(values, unknown, has_variables, version, pointer)?;
        texts.sort_unstable_by(|a, b| b.cmp(a));
        Ok(scalar_or_list(texts))
    }

    /// Returns the known texts of a list; an unknown one becomes a hole.
    fn texts(
        &mut self,
        values: Option<Raw<'_>>,
        unknown: Option<Raw<'_>>,
        has_variables: bool,
        version: &str,
        pointer: &str,
    ) -> Result<Vec<String>, Fault> {
        let place = values.or(unknown).map_or(Span::default(), |raw| raw.span(self.text));
        if unknown.is_some_and(Raw::is_true) {
            return Ok(self.unknown(pointer.to_owned(), place, true));
        }
        let unknown = unknown.elements();
        let values = values.elements();
        self.has_signs &= !values.iter().any(|raw| raw.string().is_some_and(|text| text.contains(is_sign)));
        let mut texts = Vec::with_capacity(values.len());
        for index in 0..values.len().max(unknown.len()) {
            if unknown.get(index).is_some_and(|raw| raw.is_true()) {
                texts.extend(self.unknown(format!("{pointer}/{index}"), place, false));
                continue;
            }
            match values.get(index).and_then(|raw| raw.string()) {
                Some(text) if has_variables && text.contains("&{") => {
                    if version == "2008-10-17" {
                        self.reason.get_or_insert_with(|| {
                            "`&{` in a policy document of version 2008-10-17 is an error".to_owned()
                        });
                    }
                    texts.push(text.replace("&{", "${"));
                }
                Some(text) => texts.push(text.into_owned()),
                // A null in a set of texts without a mark does not occur in plans.
                None => self.give_up("a value"),
            }
        }
        Ok(texts)
    }

    /// Returns the fields of each block of a list, with the marks of unknown ones. Gives up if a block is not known.
    fn blocks<'r, const N: usize>(
        &mut self,
        (blocks, unknown): (Option<Raw<'r>>, Option<Raw<'r>>),
        names: [&str; N],
        what: &str,
    ) -> Result<Vec<(Fields<'r, N>, Fields<'r, N>)>, Fault> {
        if unknown.is_some_and(Raw::is_true) {
            self.give_up(what);
            return Ok(Vec::new());
        }
        let (blocks, unknown) = (blocks.elements(), unknown.elements());
        let mut fields = Vec::with_capacity(blocks.len());
        for index in 0..blocks.len().max(unknown.len()) {
            let known = match blocks.get(index) {
                Some(block) => block.fields(self.text, names)?,
                None => [None; N],
            };
            let marks = match unknown.get(index) {
                Some(unknown) if unknown.is_true() => {
                    self.give_up(what);
                    [None; N]
                }
                Some(unknown) => unknown.fields(self.text, names)?,
                None => [None; N],
            };
            fields.push((known, marks));
        }
        Ok(fields)
    }

    fn principals(
        &mut self,
        blocks: Option<Raw<'_>>,
        unknown: Option<Raw<'_>>,
        version: &str,
        pointer: &str,
    ) -> Result<Option<Value>, Fault> {
        let mut by_type: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let blocks = self.blocks((blocks, unknown), ["type", "identifiers"], "`principals`")?;
        if blocks.is_empty() {
            return Ok(None);
        }
        for ([kind, identifiers], [u_kind, u_identifiers]) in blocks {
            if u_kind.is_some_and(Raw::is_true) {
                self.give_up("the `type` of a principal");
            }
            let kind = kind.owned();
            let inner = format!("{pointer}/{}", escape(&kind));
            let mut texts = self.texts(identifiers, u_identifiers, true, version, &inner)?;
            texts.sort_unstable_by(|a, b| b.cmp(a));
            by_type.entry(kind).or_default().extend(texts);
        }
        // Only a single block of type `*` with the single identifier `*` becomes the text.
        if let (1, Some(all)) = (by_type.len(), by_type.get("*"))
            && all.iter().eq(["*"])
        {
            return Ok(Some(Value::String("*".to_owned())));
        }
        let members = by_type.into_iter().map(|(kind, texts)| {
            let value = scalar_or_list(texts).unwrap_or_else(|| Value::Array(Vec::new()));
            (kind, value)
        });
        Ok(Some(Value::Object(members.collect())))
    }

    fn conditions(
        &mut self,
        blocks: Option<Raw<'_>>,
        unknown: Option<Raw<'_>>,
        version: &str,
        pointer: &str,
    ) -> Result<Option<Value>, Fault> {
        let mut tests: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
        let blocks = self.blocks((blocks, unknown), ["test", "variable", "values"], "`condition`")?;
        for ([test, variable, values], [u_test, u_variable, u_values]) in blocks {
            if u_test.or(u_variable).is_some_and(Raw::is_true) || u_variable.is_some_and(Raw::is_true) {
                self.give_up("the operator or key of a condition");
            }
            let test = test.owned();
            let variable = variable.owned();
            let inner = format!("{pointer}/{}/{}", escape(&test), escape(&variable));
            let texts = self.texts(values, u_values, true, version, &inner)?;
            tests.entry(test).or_default().entry(variable).or_default().extend(texts);
        }
        if tests.is_empty() {
            return Ok(None);
        }
        let keys = |keys: BTreeMap<String, Vec<String>>| {
            let value = |texts| scalar_or_list(texts).unwrap_or_else(|| Value::Array(Vec::new()));
            Value::Object(keys.into_iter().map(|(key, texts)| (key, value(texts))).collect())
        };
        Ok(Some(Value::Object(tests.into_iter().map(|(test, inner)| (test, keys(inner))).collect())))
    }
}

fn scalar_or_list(mut texts: Vec<String>) -> Option<Value> {
    match texts.len() {
        0 => None,
        1 => texts.pop().map(Value::String),
        _ => Some(Value::Array(texts.into_iter().map(Value::String).collect())),
    }
}

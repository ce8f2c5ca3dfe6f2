//! Evaluates functions of values that are not known: an unknown text becomes a sign, and parameters with few values and
//! conditions are decided one way after the other.

use super::functions::{Evaluator, Value, known};
use super::identifiers::of_type;
use super::parameters::Parameter;
use super::symbols::{Demand, Unknown, form};
use crate::code::Code;
use crate::container::hole::{Choice, HoleClass, HoleOrigin, is_sign};
use crate::policy::{Json, JsonValue};
use crate::span::Span;

/// Names and conditions inside of one another.
const MOST_DEPTH: u32 = 32;

const STACK_ID: &str = "[0-9a-f-]{36}";

impl<'t> Evaluator<'_, '_, 't> {
    /// Returns an unknown text: a sign, or a hole if there are no signs.
    pub(super) fn unknown(&mut self, unknown: Unknown, span: Span) -> Value<'t> {
        if let Some(value) = self.given(&unknown.name).filter(|_| unknown.origin != HoleOrigin::Function) {
            return value;
        }
        match &mut self.symbols {
            None => Value::Hole(unknown.name, unknown.class),
            Some(symbols) if let Some(text) = symbols.text(&unknown.name) => known(text.to_owned(), span),
            Some(symbols) => match symbols.sign(unknown, span) {
                Some(sign) => known(sign.to_string(), span),
                None => Value::Hole("too many unknown values".to_owned(), HoleClass::Given),
            },
        }
    }

    /// Returns the result of a function whose arguments are not known.
    pub(super) fn derived(&mut self, name: &str, is_list: bool, span: Span) -> Value<'t> {
        let unknown = Unknown::any(name, HoleClass::Given, HoleOrigin::Function);
        self.unknown(Unknown { is_list, ..unknown }, span)
    }

    /// Returns a text that has no sign, or the result of the function that needs it.
    pub(super) fn exact(&mut self, text: String, function: &str, span: Span) -> Result<String, Value<'t>> {
        if self.symbols.is_some() && text.contains(is_sign) {
            return Err(self.derived(function, false, span));
        }
        Ok(text)
    }

    /// Returns the value that a person gave for a name.
    pub(super) fn given(&self, target: &str) -> Option<Value<'t>> {
        let value = self.names.given.get(target)?;
        let is_list = self.names.parameters.get(target).is_some_and(|parameter| parameter.is_list)
            || target == "AWS::NotificationARNs";
        let text =
            |text: &str| Json { span: Span::default(), kind: JsonValue::String(text.to_owned().into()) };
        Some(Value::Known(match is_list {
            true => {
                let list = value.split(',').map(|item| text(item.trim())).collect();
                Json { span: Span::default(), kind: JsonValue::Array(list) }
            }
            false => text(value),
        }))
    }

    /// Returns the value of a pseudo parameter; `None` if the name is another one.
    pub(super) fn pseudo_parameter(&mut self, name: &str) -> Option<Value<'t>> {
        let span = Span::default();
        let of = |pattern: &str| Unknown::given(name, HoleOrigin::PseudoParameter, pattern);
        let symbols = self.symbols.as_mut()?;
        let unknown = match name {
            "AWS::Partition" | "AWS::URLSuffix" if !self.names.is_strict => {
                symbols.assumptions.insert(Code::PartitionIsAws);
                let text = if name == "AWS::Partition" { "aws" } else { "amazonaws.com" };
                return Some(known(text.to_owned(), span));
            }
            "AWS::NotificationARNs" => {
                Unknown { is_list: true, ..Unknown::any(name, HoleClass::Given, HoleOrigin::PseudoParameter) }
            }
            "AWS::StackId" => {
                let id = Unknown::given("AWS::StackId", HoleOrigin::PseudoParameter, STACK_ID);
                let form = "arn:{P}:cloudformation:{R}:{A}:stack/{S}/{N}";
                return Some(self.formed(form, id, None));
            }
            _ => of(form(name)?),
        };
        Some(self.unknown(unknown, span))
    }

    /// Returns the value of a parameter: decided, a sign, or a demand.
    pub(super) fn parameter(&mut self, name: &str, parameter: &Parameter) -> Value<'t> {
        let span = Span::default();
        let Some(symbols) = &mut self.symbols else {
            return Value::Hole(name.to_owned(), HoleClass::Chosen);
        };
        if let Some(text) = symbols.text(name) {
            return known(text.to_owned(), span);
        }
        if let Some(values) = &parameter.values {
            symbols.demand.get_or_insert_with(|| Demand::Value(name.to_owned(), values.clone()));
            return Value::Hole(name.to_owned(), HoleClass::Chosen);
        }
        let unknown = Unknown {
            name: name.to_owned(),
            class: HoleClass::Chosen,
            origin: match parameter.is_stored {
                true => HoleOrigin::StoredParameter,
                false => HoleOrigin::Parameter,
            },
            shape: parameter.shape.clone(),
            is_list: parameter.is_list,
            default: parameter.default.clone(),
        };
        self.unknown(unknown, span)
    }

    /// Returns what `Ref` (no attribute) or `Fn::GetAtt` of a resource returns.
    pub(super) fn of_resource(&mut self, resource: &str, attribute: Option<&str>) -> Value<'t> {
        let told =
            attribute.map_or_else(|| resource.to_owned(), |attribute| format!("{resource}.{attribute}"));
        if self.symbols.is_none() {
            return Value::Hole(told, HoleClass::Given);
        }
        let any = Unknown::any(&told, HoleClass::Given, HoleOrigin::Resource);
        let json = self.names.resources.get(resource).copied();
        let row = match json.map(|json| json.member("Type").map(|member| &member.value.kind)) {
            Some(Some(JsonValue::String(kind))) => of_type(kind),
            Some(_) => None,
            None => self.names.generated.get(resource).and_then(|kind| of_type(kind)),
        };
        let form = row.and_then(|row| match attribute {
            None => Some(row.reference),
            Some(name) => row.attributes.iter().find(|(known, _)| *known == name).map(|(_, form)| *form),
        });
        let (Some(row), Some(form)) = (row, form) else { return self.unknown(any, Span::default()) };
        let name = match row.attribute {
            "" => resource.to_owned(),
            attribute => format!("{resource}.{attribute}"),
        };
        let unknown = Unknown::given(&name, HoleOrigin::Resource, row.name);
        let property = |name: &str| {
            let properties = json?.member("Properties").filter(|_| !name.is_empty())?;
            properties.value.member(name).map(|member| &member.value)
        };
        let own = property(row.property).map(|json| self.inner(|evaluator| evaluator.known_text(json)));
        let path = property("Path").filter(|_| form.contains("{PATH}"));
        let path = path.map(|json| self.inner(|evaluator| evaluator.known_text(json)));
        let (own, path) = match (own.transpose(), path.transpose()) {
            (Ok(own), Ok(path)) => (own, path),
            (Err(Value::Nothing), Ok(path)) => (None, path),
            (Err(value), _) | (_, Err(value)) => return value,
        };
        let form = form.replace("{PATH}", path.as_deref().map_or("/", |path| path));
        self.formed(&form, unknown, own)
    }

    /// Returns a form with values in place of its letters. The name is given, or else unknown.
    fn formed(&mut self, form: &str, name: Unknown, own: Option<String>) -> Value<'t> {
        let mut name = Some(name);
        let mut out = String::with_capacity(form.len());
        let mut rest = form;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let Some((letter, after)) = after.split_once('}') else { break };
            rest = after;
            let value = match (letter, &own) {
                ("N", Some(own)) => known(own.clone(), Span::default()),
                ("N", None) => match name.take() {
                    Some(name) => self.unknown(name, Span::default()),
                    None => Value::Hole("a name".to_owned(), HoleClass::Given),
                },
                ("P", _) => self.reference("AWS::Partition"),
                ("R", _) => self.reference("AWS::Region"),
                ("A", _) => self.reference("AWS::AccountId"),
                _ => self.reference("AWS::StackName"),
            };
            match value {
                Value::Known(Json { kind: JsonValue::String(text), .. }) => out.push_str(&text),
                other => return other,
            }
        }
        out.push_str(rest);
        known(out, Span::default())
    }

    /// Evaluates inside of another value; gives up if that goes too deep.
    fn inner<T>(&mut self, evaluate: impl FnOnce(&mut Self) -> Result<T, Value<'t>>) -> Result<T, Value<'t>> {
        let too_deep = || Value::Hole("values that depend on one another".to_owned(), HoleClass::Given);
        match &mut self.symbols {
            Some(symbols) if symbols.depth >= MOST_DEPTH => return Err(too_deep()),
            Some(symbols) => symbols.depth += 1,
            None => return Err(too_deep()),
        }
        let value = evaluate(self);
        if let Some(symbols) = &mut self.symbols {
            symbols.depth -= 1;
        }
        value
    }

    /// Returns the value of a condition; `None` if it demands a decision or is wrong.
    pub(super) fn condition(&mut self, name: &str) -> Option<bool> {
        let json = self.names.conditions.get(name).copied()?;
        self.inner(|evaluator| Ok(evaluator.truth(json))).ok().flatten()
    }

    /// Returns the value of a Boolean expression.
    fn truth(&mut self, json: &Json<'t>) -> Option<bool> {
        if let Some(member) = json.member("Condition")
            && let JsonValue::String(name) = &member.value.kind
        {
            return self.condition(name);
        }
        let JsonValue::Object(members) = &json.kind else { return None };
        let [member] = members.as_slice() else { return None };
        let JsonValue::Array(parts) = &member.value.kind else { return None };
        match (&*member.key, parts.as_slice()) {
            ("Fn::Not", [part]) => self.inner(|e| Ok(e.truth(part))).ok().flatten().map(|value| !value),
            ("Fn::And" | "Fn::Or", parts) => {
                let absorbing = &*member.key == "Fn::Or";
                for part in parts {
                    let value = self.inner(|e| Ok(e.truth(part))).ok().flatten()?;
                    if value == absorbing {
                        return Some(absorbing);
                    }
                }
                Some(!absorbing)
            }
            ("Fn::Equals", [a, b]) => {
                let a = self.inner(|evaluator| evaluator.known_text(a)).ok()?;
                let b = self.inner(|evaluator| evaluator.known_text(b)).ok()?;
                self.equal(&a, &b)
            }
            _ => None,
        }
    }

    /// Returns if two texts are equal, or demands the decision.
    fn equal(&mut self, a: &str, b: &str) -> Option<bool> {
        if a == b {
            return Some(true);
        }
        let (a, b) = if a.contains(is_sign) { (a, b) } else { (b, a) };
        if !a.contains(is_sign) {
            return Some(false);
        }
        let symbols = self.symbols.as_mut()?;
        let whole = symbols.holes.iter().find(|hole| {
            hole.text
                .as_ref()
                .is_some_and(|text| a.chars().eq([text.sign]) && text.is_settable() && !text.is_list)
        });
        let (key, demand) = match whole.and_then(|hole| Some((hole, hole.text.as_ref()?))) {
            Some((_, text)) if !b.contains(is_sign) && !text.shape.contains(b) => return Some(false),
            Some((hole, _)) if !b.contains(is_sign) => {
                let key = format!("{}={b}", hole.name);
                (key, Demand::Equals(hole.name.clone(), b.to_owned()))
            }
            _ => {
                let key = format!("{} equals {}", symbols.told(a), symbols.told(b));
                (key.clone(), Demand::Truth(key))
            }
        };
        match symbols.choices.get(&key) {
            Some(Choice::Truth(value)) => Some(*value),
            Some(Choice::Differs(_)) => Some(false),
            Some(Choice::Text(_)) | None => {
                symbols.demand.get_or_insert(demand);
                None
            }
        }
    }
}

//! Evaluates expressions of a module, with the values that the plan knows and signs for those that it does not.

use super::forms::{self, AFTER_PREFIX, SUFFIX};
use super::json;
use super::known::Known;
use super::module::{Item, Module};
use super::sources::Sources;
use super::value::{Failure, Value, is_any_sign, number};
use crate::container::hole::{HoleOrigin, sign};
use crate::container::shape::Shape;
use hcl_edit::Span as _;
use hcl_edit::expr::{
    BinaryOp, BinaryOperator, Conditional, Expression, ForExpr, Object, ObjectKey, UnaryOperator,
};
use hcl_edit::structure::Body;
use hcl_edit::template::{Element, Strip, Template};
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// An unknown value of an evaluation.
#[derive(Clone, Debug)]
pub(in crate::container) struct Unknown {
    pub(in crate::container) name: String,
    pub(in crate::container) sign: char,
    pub(in crate::container) shape: Shape,
    pub(in crate::container) origin: HoleOrigin,
    /// True if the value may be another one than a text.
    pub(in crate::container) is_any: bool,
}

/// An instance whose attributes are read when they are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lazy {
    /// The number of an instance of the plan.
    Resource(usize),
    /// The address of an instance of a module.
    Module(String),
}

/// Steps, bytes of texts and nesting that one evaluation may use.
const MOST_STEPS: usize = 200_000;
const MOST_BYTES: usize = 4 << 20;
const MOST_DEPTH: usize = 90;
/// Unknown values of one evaluation.
const MOST_UNKNOWNS: usize = 1_024;

/// The names that an expression can use.
#[derive(Clone, Debug)]
pub(in crate::container) struct Scope<'a> {
    /// The address of the module's instance.
    pub(super) address: String,
    pub(super) module: &'a Module,
    pub(super) file: usize,
    /// The key of the instance of the block: `["k"]`, `[0]` or nothing.
    pub(super) key: String,
    /// The block, for its `for_each`.
    pub(super) block: Option<&'a Item<Body>>,
    pub(super) bindings: Vec<(String, Rc<Value>)>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(address: &str, module: &'a Module, file: usize) -> Scope<'a> {
        let (key, block, bindings) = (String::new(), None, Vec::new());
        Scope { address: address.to_owned(), module, file, key, block, bindings }
    }

    pub(super) fn with(&self, names: impl IntoIterator<Item = (String, Value)>) -> Scope<'a> {
        let mut inner = self.clone();
        inner.bindings.extend(names.into_iter().map(|(name, value)| (name, Rc::new(value))));
        inner
    }

    /// Returns a failure of what is not modelled.
    pub(super) fn unmodelled(&self, span: Option<Range<usize>>, message: impl Into<String>) -> Failure {
        Failure { message: message.into(), place: self.module.place(self.file, span), differs: false }
    }

    /// Returns a failure of a value that is another one in the plan.
    pub(super) fn differs(&self, span: Option<Range<usize>>, what: &str) -> Failure {
        let message = format!("{what} has another value in the plan");
        Failure { differs: true, ..self.unmodelled(span, message) }
    }
}

/// Evaluates expressions.
pub(in crate::container) struct Evaluator<'a, 't> {
    pub(super) sources: &'a Sources,
    pub(super) known: &'a Known<'t>,
    pub(super) given: &'a BTreeMap<String, String>,
    pub(in crate::container) unknowns: Vec<Unknown>,
    pub(super) lazy: Vec<Lazy>,
    /// Names that are being evaluated, to notice those that refer to themselves.
    pub(super) active: Vec<String>,
    pub(super) steps: usize,
    bytes: usize,
    depth: usize,
}

pub(super) type Outcome = Result<Value, Failure>;

impl<'a, 't> Evaluator<'a, 't> {
    pub(in crate::container) fn new(
        sources: &'a Sources,
        known: &'a Known<'t>,
        given: &'a BTreeMap<String, String>,
    ) -> Evaluator<'a, 't> {
        Evaluator {
            sources,
            known,
            given,
            unknowns: Vec::new(),
            lazy: Vec::new(),
            active: Vec::new(),
            steps: MOST_STEPS,
            bytes: MOST_BYTES,
            depth: 0,
        }
    }

    /// Evaluates an expression.
    ///
    /// # Errors
    /// Terraform has no value for it, or it is not modelled.
    pub(super) fn expression(&mut self, expression: &Expression, scope: &Scope<'a>) -> Outcome {
        self.charge(1, expression.span(), scope)?;
        if self.depth >= MOST_DEPTH {
            return Err(scope.unmodelled(expression.span(), "the expression is nested too deeply"));
        }
        self.depth += 1;
        let value = self.inner(expression, scope);
        self.depth -= 1;
        value
    }

    /// Counts the parts of a value that is copied, or read.
    pub(super) fn charge(
        &mut self,
        size: usize,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Result<(), Failure> {
        match self.steps.checked_sub(size) {
            Some(left) => self.steps = left,
            None => return Err(scope.unmodelled(span, "the expression takes too many steps to evaluate")),
        }
        Ok(())
    }

    /// Copies the value of a name that a loop binds.
    pub(super) fn copy(&mut self, value: &Value, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        self.charge(value.size(), span, scope)?;
        Ok(value.clone())
    }

    /// Counts the bytes of a text that an expression makes.
    pub(super) fn text(&mut self, text: String, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        // Terraform normalises texts to Unicode's form NFC.
        if text.chars().any(|letter| !letter.is_ascii() && !is_any_sign(letter)) {
            return Err(scope.unmodelled(span, "a text with characters outside of ASCII"));
        }
        match self.bytes.checked_sub(text.len()) {
            Some(left) => self.bytes = left,
            None => return Err(scope.unmodelled(span, "the expression makes too long texts")),
        }
        Ok(Value::Text(text))
    }

    fn inner(&mut self, expression: &Expression, scope: &Scope<'a>) -> Outcome {
        let span = expression.span();
        match expression {
            Expression::Null(_) => Ok(Value::Null),
            Expression::Bool(truth) => Ok(Value::Bool(*truth.value())),
            Expression::Number(digits) => match number(&digits.value().to_string()) {
                Some(digits) => Ok(Value::Number(digits)),
                None => Err(scope.unmodelled(span, "a number that is not a whole one")),
            },
            Expression::String(text) => self.literal(text, span, scope),
            Expression::Array(array) => {
                let values = array.iter().map(|element| self.expression(element, scope));
                values.collect::<Result<Vec<Value>, Failure>>().map(Value::List)
            }
            Expression::Object(object) => self.object(object, scope),
            Expression::StringTemplate(template) => {
                let elements: Vec<&Element> = template.iter().collect();
                self.template(&elements, scope, span)
            }
            Expression::HeredocTemplate(heredoc) => {
                let value = self.whole_template(&heredoc.template, scope, span)?;
                Ok(value)
            }
            Expression::Parenthesis(inner) => self.expression(inner.inner(), scope),
            Expression::Variable(name) => match bound(scope, name.as_str()) {
                Some(value) => self.copy(value, span, scope),
                None => Err(scope.unmodelled(span, format!("`{}` is not a known name", name.as_str()))),
            },
            Expression::Conditional(conditional) => self.conditional(conditional, scope, span),
            Expression::FuncCall(call) => self.call(call, scope, span),
            Expression::Traversal(traversal) => self.traversal(traversal, scope),
            Expression::UnaryOp(operation) => {
                let value = self.expression(&operation.expr, scope)?;
                match (*operation.operator.value(), value) {
                    (UnaryOperator::Not, value) => self.truth(&value, span, scope).map(|it| Value::Bool(!it)),
                    (UnaryOperator::Neg, Value::Number(digits)) => Ok(Value::Number(negated(&digits))),
                    (UnaryOperator::Neg, _) => Err(scope.unmodelled(span, "a number that is not known")),
                }
            }
            Expression::BinaryOp(operation) => self.operation(operation, scope, span),
            Expression::ForExpr(loops) => self.for_each(loops, scope, span),
        }
    }

    fn literal(&mut self, text: &str, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        if text.contains(is_any_sign) {
            return Err(scope.unmodelled(span, "a text with characters for private use"));
        }
        self.text(text.to_owned(), span, scope)
    }

    fn object(&mut self, object: &Object, scope: &Scope<'a>) -> Outcome {
        let mut members = BTreeMap::new();
        for (key, value) in object.iter() {
            let name = match key {
                ObjectKey::Ident(name) if name.as_str().is_ascii() => name.as_str().to_owned(),
                ObjectKey::Ident(_) => {
                    return Err(scope.unmodelled(object.span(), "a key with characters outside of ASCII"));
                }
                ObjectKey::Expression(expression) => {
                    let key = self.expression(expression, scope)?;
                    self.key(&key, expression.span(), scope)?
                }
            };
            members.insert(name, self.expression(value.expr(), scope)?);
        }
        Ok(Value::Map(members))
    }

    /// Returns the text of a key, which has to be known.
    pub(super) fn key(
        &self,
        value: &Value,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Result<String, Failure> {
        match value.as_text() {
            Some(text) if !text.contains(is_any_sign) => Ok(text),
            Some(_) => Err(scope.unmodelled(span, "a key that is not known yet")),
            None => Err(scope.unmodelled(span, "a key is not a text")),
        }
    }

    /// Evaluates the elements of a template. A single interpolation keeps the type of its value.
    fn template(&mut self, elements: &[&Element], scope: &Scope<'a>, span: Option<Range<usize>>) -> Outcome {
        if let [Element::Interpolation(one)] = elements {
            return self.expression(&one.expr, scope);
        }
        let mut out = String::new();
        for element in elements {
            match element {
                Element::Literal(text) if text.contains(is_any_sign) => {
                    return Err(scope.unmodelled(span, "a text with characters for private use"));
                }
                Element::Literal(text) => out.push_str(text),
                Element::Interpolation(part) if part.strip != Strip::None => {
                    return Err(
                        scope.unmodelled(part.expr.span().or(span), "strip markers (`~`) in a template")
                    );
                }
                Element::Interpolation(part) => {
                    let value = self.expression(&part.expr, scope)?;
                    let Some(text) = value.as_text() else {
                        return Err(scope.unmodelled(part.expr.span(), "a value in a template is not a text"));
                    };
                    out.push_str(&text);
                }
                Element::Directive(_) => {
                    return Err(scope.unmodelled(span.clone(), "directives (`%{`) in a template"));
                }
            }
        }
        self.text(out, span, scope)
    }

    /// Evaluates a whole template of a file or heredoc.
    pub(super) fn whole_template(
        &mut self,
        template: &Template,
        scope: &Scope<'a>,
        span: Option<Range<usize>>,
    ) -> Outcome {
        let elements: Vec<&Element> = template.iter().collect();
        self.template(&elements, scope, span)
    }

    /// Evaluates a condition: the value of the other branch decides the type of the result too.
    fn conditional(
        &mut self,
        conditional: &Conditional,
        scope: &Scope<'a>,
        span: Option<Range<usize>>,
    ) -> Outcome {
        let truth = self.expression(&conditional.cond_expr, scope)?;
        let truth = self.truth(&truth, conditional.cond_expr.span(), scope)?;
        let (chosen, other) = match truth {
            true => (&conditional.true_expr, &conditional.false_expr),
            false => (&conditional.false_expr, &conditional.true_expr),
        };
        let value = self.expression(chosen, scope)?;
        if let Value::Text(_) | Value::Null | Value::Any(_) | Value::Map(_) = value
            && !value.has_primitive()
        {
            return Ok(value);
        }
        // Both branches become one type, for example numbers become texts.
        match self.expression(other, scope) {
            Ok(Value::Set(_)) if matches!(value, Value::List(_)) => {
                Err(scope.unmodelled(span, "a condition between a list and a set"))
            }
            Ok(_) if !value.has_primitive() => Ok(value),
            Ok(other) if is_same_type(&value, &other) => Ok(value),
            Ok(_) => Err(scope.unmodelled(span, "a condition between values of several types")),
            Err(failure) => Err(failure),
        }
    }

    /// Returns a value as a Boolean.
    pub(super) fn truth(
        &self,
        value: &Value,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Result<bool, Failure> {
        match value {
            Value::Bool(truth) => Ok(*truth),
            Value::Text(text) if text == "true" => Ok(true),
            Value::Text(text) if text == "false" => Ok(false),
            Value::Text(text) if !text.contains(is_any_sign) => {
                Err(scope.unmodelled(span, "a condition is not a Boolean"))
            }
            Value::Any(_) | Value::Text(_) => {
                Err(scope.unmodelled(span, "a condition that is not known yet"))
            }
            _ => Err(scope.unmodelled(span, "a condition is not a Boolean")),
        }
    }

    fn operation(&mut self, operation: &BinaryOp, scope: &Scope<'a>, span: Option<Range<usize>>) -> Outcome {
        let operator = *operation.operator.value();
        let left = self.expression(&operation.lhs_expr, scope)?;
        if let BinaryOperator::And | BinaryOperator::Or = operator {
            // Both sides have to be Booleans, whatever the first one is.
            let right = self.expression(&operation.rhs_expr, scope)?;
            let left = self.truth(&left, operation.lhs_expr.span(), scope)?;
            let right = self.truth(&right, operation.rhs_expr.span(), scope)?;
            let is_true = if operator == BinaryOperator::Or { left || right } else { left && right };
            return Ok(Value::Bool(is_true));
        }
        let right = self.expression(&operation.rhs_expr, scope)?;
        if let BinaryOperator::Eq | BinaryOperator::NotEq = operator {
            return match equal(&left, &right) {
                Some(same) => Ok(Value::Bool(same == (operator == BinaryOperator::Eq))),
                None => {
                    Err(scope.unmodelled(span, "a comparison of values that are not known yet, or not texts"))
                }
            };
        }
        let whole = |value: &Value| value.as_text().and_then(|text| text.parse::<i64>().ok());
        let (Some(left), Some(right)) = (whole(&left), whole(&right)) else {
            return Err(scope.unmodelled(span, "arithmetic with numbers that are not known whole ones"));
        };
        let result = match operator {
            BinaryOperator::Plus => left.checked_add(right),
            BinaryOperator::Minus => left.checked_sub(right),
            BinaryOperator::Mul => left.checked_mul(right),
            BinaryOperator::Less => return Ok(Value::Bool(left < right)),
            BinaryOperator::LessEq => return Ok(Value::Bool(left <= right)),
            BinaryOperator::Greater => return Ok(Value::Bool(left > right)),
            BinaryOperator::GreaterEq => return Ok(Value::Bool(left >= right)),
            _ => None,
        };
        match result {
            Some(number) => Ok(Value::Number(number.to_string())),
            None => Err(scope.unmodelled(span, "this arithmetic")),
        }
    }

    fn for_each(&mut self, loops: &ForExpr, scope: &Scope<'a>, span: Option<Range<usize>>) -> Outcome {
        let collection = self.expression(&loops.intro.collection_expr, scope)?;
        if let Value::Any(_) = collection {
            return self.derived("the result of a loop", true, span, scope);
        }
        let Some(pairs) = pairs(&collection) else {
            return Err(scope.unmodelled(span, "a loop goes over a value without elements"));
        };
        let mut list = Vec::new();
        let mut map: BTreeMap<String, Value> = BTreeMap::new();
        for (key, value) in pairs {
            let key_name = loops.intro.key_var.as_ref().map(|name| (name.as_str().to_owned(), key));
            let value_name = (loops.intro.value_var.as_str().to_owned(), value);
            let inner = scope.with(key_name.into_iter().chain([value_name]));
            if let Some(condition) = &loops.cond {
                let truth = self.expression(&condition.expr, &inner)?;
                if !self.truth(&truth, condition.expr.span(), &inner)? {
                    continue;
                }
            }
            let value = self.expression(&loops.value_expr, &inner)?;
            let Some(key) = &loops.key_expr else {
                list.push(value);
                continue;
            };
            let name = self.expression(key, &inner)?;
            let name = self.key(&name, key.span(), &inner)?;
            if loops.grouping {
                match map.entry(name).or_insert_with(|| Value::List(Vec::new())) {
                    Value::List(group) => group.push(value),
                    _ => return Err(scope.unmodelled(span, "this loop")),
                }
            } else if map.insert(name, value).is_some() {
                return Err(scope.unmodelled(span, "a loop makes the same key twice"));
            }
        }
        Ok(if loops.key_expr.is_some() { Value::Map(map) } else { Value::List(list) })
    }

    /// Returns the unknown value with this name.
    pub(super) fn unknown(&mut self, name: &str, shape: Option<Shape>, scope: &Scope<'a>) -> Outcome {
        if let Some(value) = self.given.get(name) {
            return match shape.is_none_or(|shape| shape.contains(value)) {
                true => self.literal(value, None, scope),
                false => {
                    Err(scope.unmodelled(None, format!("the given value is none that `{name}` can have")))
                }
            };
        }
        let is_any = shape.is_none();
        let shape = shape.unwrap_or_else(Shape::any);
        let known =
            self.unknowns.iter().find(|known| known.name == name && known.origin == HoleOrigin::AfterApply);
        let sign = match known {
            Some(known) => known.sign,
            None => self.note(name, shape, HoleOrigin::AfterApply, is_any, scope)?,
        };
        Ok(if is_any { Value::Any(sign) } else { Value::Text(sign.to_string()) })
    }

    fn note(
        &mut self,
        name: &str,
        shape: Shape,
        origin: HoleOrigin,
        is_any: bool,
        scope: &Scope<'a>,
    ) -> Result<char, Failure> {
        let Some(sign) = sign(self.unknowns.len()).filter(|_| self.unknowns.len() < MOST_UNKNOWNS) else {
            return Err(scope.unmodelled(None, "too many unknown values"));
        };
        self.unknowns.push(Unknown { name: name.to_owned(), sign, shape, origin, is_any });
        Ok(sign)
    }

    /// Returns an unknown value that is computed of other ones: each time another one.
    pub(super) fn derived(
        &mut self,
        what: &str,
        is_any: bool,
        span: Option<Range<usize>>,
        scope: &Scope<'a>,
    ) -> Outcome {
        let name = format!("{what} at {}", scope.module.place(scope.file, span));
        let number = self.unknowns.iter().filter(|unknown| unknown.name.starts_with(&name)).count();
        let name = if number == 0 { name } else { format!("{name} ({})", number + 1) };
        let sign = self.note(&name, Shape::any(), HoleOrigin::Function, is_any, scope)?;
        Ok(if is_any { Value::Any(sign) } else { Value::Text(sign.to_string()) })
    }

    /// Returns the text that the provider makes of an unknown value with `&{` in it.
    pub(super) fn again(&mut self, sign: char, is_any: bool, scope: &Scope<'a>) -> Result<String, Failure> {
        let Some(unknown) = self.unknowns.iter().find(|unknown| unknown.sign == sign) else {
            return Err(scope.unmodelled(None, "an unknown value"));
        };
        let name = format!("{} in a policy document", unknown.name);
        let value = match (unknown.origin, is_any) {
            (HoleOrigin::Function, is_any) => self.derived(&name, is_any, None, scope)?,
            (_, true) => self.unknown(&name, None, scope)?,
            (_, false) => self.unknown(&name, Some(Shape::any()), scope)?,
        };
        value.as_text().ok_or_else(|| scope.unmodelled(None, "an unknown value"))
    }

    /// Returns the shape of an unknown value.
    pub(super) fn shape(&self, sign: char) -> Option<&Shape> {
        self.unknowns.iter().find(|unknown| unknown.sign == sign).map(|unknown| &unknown.shape)
    }

    /// Returns the text that AWS makes for an attribute of an instance.
    pub(super) fn formed(&mut self, number: usize, attribute: &str, scope: &Scope<'a>) -> Option<Outcome> {
        let known = self.known;
        let instance = known.instances.get(number)?;
        let row = forms::of_type(&instance.kind).filter(|_| !instance.configured.starts_with("data."))?;
        let form = match row.attributes.iter().find(|(name, _)| *name == attribute) {
            Some((_, form)) => *form,
            None if row.name == attribute => "{N}",
            None => return None,
        };
        let text = |name: &str| {
            let values = instance.values?;
            values.member(known.text, name).ok().flatten().and_then(|raw| raw.string())
        };
        let is_unknown = |name: &str| {
            let mark = instance.unknown.map(|raw| raw.member(known.text, name));
            mark.is_some_and(|mark| {
                !matches!(mark, Ok(None)) && !matches!(mark, Ok(Some(raw)) if !raw.is_true())
            })
        };
        let region = match is_unknown("region") {
            true => None,
            false => text("region")
                .map(|region| region.into_owned())
                .or_else(|| known.regions.get(&instance.provider).cloned()),
        };
        // The names of buckets in the namespace of an account end with more than a unique id.
        let is_namespaced = is_unknown("bucket_namespace") || text("bucket_namespace").is_some();
        let (address, provider) = (instance.address.clone(), instance.provider.clone());
        let provider = if provider.is_empty() { address.clone() } else { format!("provider {provider}") };
        let own = text(row.name).map(|name| name.into_owned());
        // The name of a function may be its ARN.
        if own.as_ref().is_some_and(|name| name.contains(':')) {
            return None;
        }
        let path = text("path").map(|path| path.into_owned());
        let mut out = String::new();
        let mut rest = form;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let (letter, after) = after.split_once('}')?;
            rest = after;
            let (name, pattern, value) = match letter {
                "N" => match (&own, text("bucket_prefix").or_else(|| text("name_prefix"))) {
                    (None, Some(start)) if !start.is_empty() && !is_namespaced => {
                        out.push_str(&start);
                        (format!("{address}.{} (after its prefix)", row.name), AFTER_PREFIX, None)
                    }
                    _ => (format!("{address}.{}", row.name), row.pattern, own.clone()),
                },
                "P" => {
                    let partition = region.as_deref().and_then(forms::partition).map(str::to_owned);
                    (format!("{provider} (partition)"), "aws(-[a-z]+)*", partition)
                }
                "R" => (format!("{address} (region)"), "[a-z]{2,4}(-[a-z]+)+-[0-9]", region.clone()),
                "A" => (format!("{provider} (account)"), "[0-9]{12}", None),
                "S" => (format!("{address} (suffix)"), SUFFIX, None),
                _ => (format!("{address}.path"), "/([!-~]+/)?", path.clone()),
            };
            match value {
                Some(value) => out.push_str(&value),
                None => match self.unknown(&name, Shape::pattern(pattern), scope) {
                    Ok(Value::Text(text)) => out.push_str(&text),
                    Ok(_) => return None,
                    Err(failure) => return Some(Err(failure)),
                },
            }
        }
        out.push_str(rest);
        Some(self.text(out, None, scope))
    }

    /// Writes a value as JSON.
    pub(super) fn json(&mut self, value: &Value, span: Option<Range<usize>>, scope: &Scope<'a>) -> Outcome {
        let mut out = String::new();
        match json::encode(value, &mut out) {
            Some(()) => self.text(out, span, scope),
            None => Err(scope.unmodelled(span, "JSON of JSON with unknown parts, or of a whole resource")),
        }
    }
}

/// Returns the value of a name that a loop binds.
pub(super) fn bound<'s>(scope: &'s Scope<'_>, name: &str) -> Option<&'s Value> {
    scope.bindings.iter().rev().find(|(known, _)| known == name).map(|(_, value)| &**value)
}

/// Returns the keys and values over which a loop goes.
pub(super) fn pairs(value: &Value) -> Option<Vec<(Value, Value)>> {
    Some(match value {
        Value::List(list) => list
            .iter()
            .enumerate()
            .map(|(at, value)| (Value::Number(at.to_string()), value.clone()))
            .collect(),
        Value::Set(list) => list.iter().map(|value| (value.clone(), value.clone())).collect(),
        Value::Map(map) => map.iter().map(|(key, value)| (Value::Text(key.clone()), value.clone())).collect(),
        _ => return None,
    })
}

/// Returns if two values are equal; `None` if that is not known, or if their types decide it.
pub(super) fn equal(a: &Value, b: &Value) -> Option<bool> {
    match (a, b) {
        (Value::Any(_) | Value::Lazy(_), _) | (_, Value::Any(_) | Value::Lazy(_)) => None,
        (Value::Null, Value::Null) => Some(true),
        (Value::Null, _) | (_, Value::Null) => Some(false),
        (Value::Text(a), Value::Text(b)) if !a.contains(is_any_sign) && !b.contains(is_any_sign) => {
            Some(a == b)
        }
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Number(a), Value::Number(b)) => Some(a == b),
        _ => None,
    }
}

fn negated(digits: &str) -> String {
    if digits == "0" {
        return digits.to_owned();
    }
    digits.strip_prefix('-').map_or_else(|| format!("-{digits}"), str::to_owned)
}

fn is_same_type(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Bool(_), Value::Bool(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Text(_), Value::Text(_)) => true,
        (_, Value::Null) => true,
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((x, a), (y, b))| x == y && is_same_type(a, b))
        }
        _ => false,
    }
}

/// Returns the scope of a block with the key of its instance.
pub(super) fn within_block<'a>(scope: &Scope<'a>, item: &'a Item<Body>, key: &str) -> Scope<'a> {
    let mut inner = Scope::new(&scope.address, scope.module, item.file);
    (inner.key, inner.block) = (key.to_owned(), Some(item));
    inner
}

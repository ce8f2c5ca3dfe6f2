//! Regions: a statement with some of its values, as a document of its own.

use crate::limits::InputLimits;
use crate::policy::{Condition, Document, Effect, Element, OperatorBase, SetPrefix, Statement, parse};
use crate::span::{Source, Spanned};
use serde_json::Value;

/// The work of writing a value of a region and reading it again.
const TEXT: usize = 20;

/// A list of a statement for which one matching value suffices. The statement is the union of its restrictions to single values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// `Action`.
    Action,
    /// `Resource`.
    Resource,
    /// `Principal`.
    Principal,
    /// The values of a condition, by the index of the condition in the statement.
    Condition(usize),
}

/// A statement restricted to some values of each of its lists.
///
/// ```
/// use iamsat::check::{Axis, Region};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":["s3:Get*","s3:Put*"],"Resource":"*"}"#);
/// let whole = Region::whole(&policy, 0).unwrap();
/// let second = whole.with(Axis::Action, vec![1]);
/// assert_eq!(second.values(Axis::Action), Some(&[1][..]));
/// assert_eq!(&*second.document(&policy).unwrap().statements[0].action.values[0].value.text, "s3:Put*");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region {
    statement: usize,
    /// For every list of the statement, the indexes of the selected values, in order.
    lists: Vec<(Axis, Vec<usize>)>,
}

impl Region {
    /// Returns the whole statement as a region; `None` if the document has no statement with this index.
    pub fn whole(document: &Document, statement: usize) -> Option<Region> {
        let source = document.statements.get(statement)?;
        let mut lists: Vec<(Axis, usize)> = Vec::new();
        if !source.action.negated {
            lists.push((Axis::Action, source.action.values.len()));
        }
        if let Some(resource) = source.resource.as_ref().filter(|r| !r.negated) {
            lists.push((Axis::Resource, resource.values.len()));
        }
        if let Some(principal) = source.principal.as_ref().filter(|p| !p.negated && !p.everyone) {
            lists.push((Axis::Principal, principal.values.len()));
        }
        let unions = source.conditions.iter().enumerate().filter(|(_, condition)| is_union(condition));
        lists.extend(unions.map(|(place, condition)| (Axis::Condition(place), condition.values.len())));
        let all = |(axis, count): (Axis, usize)| (axis, (0..count).collect());
        Some(Region { statement, lists: lists.into_iter().map(all).collect() })
    }

    /// Returns the statement.
    pub fn statement(&self) -> usize {
        self.statement
    }

    /// Returns the lists, each with the indexes of the selected values.
    pub fn lists(&self) -> impl Iterator<Item = (Axis, &[usize])> {
        self.lists.iter().map(|(axis, values)| (*axis, values.as_slice()))
    }

    /// Returns the indexes of the selected values of a list; `None` if the statement has no such list.
    pub fn values(&self, axis: Axis) -> Option<&[usize]> {
        self.lists().find(|(other, _)| *other == axis).map(|(_, values)| values)
    }

    /// Returns the region with other values in one list.
    #[must_use]
    pub fn with(&self, axis: Axis, values: Vec<usize>) -> Region {
        // The replaced list may be long, so it is not copied.
        let kept = |(other, list): &(Axis, Vec<usize>)| {
            (*other, if *other == axis { Vec::new() } else { list.clone() })
        };
        let mut lists: Vec<(Axis, Vec<usize>)> = self.lists.iter().map(kept).collect();
        if let Some((_, list)) = lists.iter_mut().find(|(other, _)| *other == axis) {
            *list = values;
        }
        Region { statement: self.statement, lists }
    }

    /// The number of values that take part, and one for the statement.
    pub(super) fn size(&self) -> usize {
        1 + self.lists.iter().map(|(_, values)| values.len()).sum::<usize>()
    }

    /// The work of making the region a document.
    pub(super) fn document_work(&self) -> usize {
        self.size() * TEXT
    }

    /// Returns the number of combinations of one value from each list.
    pub fn cells(&self) -> usize {
        // The number is only compared; all values beyond the largest number are equivalent.
        self.lists.iter().fold(1, |cells, (_, values)| cells.saturating_mul(values.len()))
    }

    /// True if the other region of the same statement is contained in this one, value by value.
    pub fn contains(&self, other: &Region) -> bool {
        let inside = |(axis, values): (Axis, &[usize])| {
            self.values(axis).is_some_and(|own| values.iter().all(|value| own.binary_search(value).is_ok()))
        };
        self.statement == other.statement && other.lists().all(inside)
    }

    /// Returns the region as a document with one Allow statement; `None` if the region does not belong to this document.
    pub fn document(&self, of: &Document) -> Option<Document> {
        self.document_of(of, Effect::Allow)
    }

    /// Does the same as [`Region::document`] with a statement of this effect: a Deny statement with `NotPrincipal` has its own
    /// meaning.
    pub(super) fn document_of(&self, of: &Document, effect: Effect) -> Option<Document> {
        let text = self.text(of, effect)?;
        let name = format!("statement {} of {}", self.statement, of.source.name());
        parse(&Source::new(name, text), &InputLimits::default()).ok()
    }

    /// Returns the text of that document.
    fn text(&self, of: &Document, effect: Effect) -> Option<String> {
        let statement = of.statements.get(self.statement)?;
        let mut members = vec![format!(r#""Effect":"{}""#, effect.name())];
        if let Some(principal) = self.principal(statement) {
            members.push(principal);
        }
        let action = self.element(&statement.action, Axis::Action, |pattern| &pattern.text);
        members
            .push(format!(r#""{}":{action}"#, if statement.action.negated { "NotAction" } else { "Action" }));
        if let Some(resource) = &statement.resource {
            let name = if resource.negated { "NotResource" } else { "Resource" };
            members.push(format!(
                r#""{name}":{}"#,
                self.element(resource, Axis::Resource, |pattern| &pattern.text)
            ));
        }
        if !statement.conditions.is_empty() {
            members.push(format!(r#""Condition":{{{}}}"#, self.conditions(statement)));
        }
        let version = of.version.name();
        Some(format!(r#"{{"Version":"{version}","Statement":{{{}}}}}"#, members.join(",")))
    }

    /// Returns the selected values of a list; all values if the region has no such list.
    fn picked<'t, T>(&self, axis: Axis, all: &'t [Spanned<T>]) -> Vec<&'t T> {
        match self.values(axis) {
            Some(places) => places.iter().filter_map(|place| Some(&all.get(*place)?.value)).collect(),
            None => all.iter().map(|value| &value.value).collect(),
        }
    }

    fn element<T>(&self, element: &Element<T>, axis: Axis, text: impl Fn(&T) -> &str) -> Value {
        self.picked(axis, &element.values).into_iter().map(|value| Value::from(text(value))).collect()
    }

    fn principal(&self, statement: &Statement) -> Option<String> {
        let element = statement.principal.as_ref()?;
        let name = if element.negated { "NotPrincipal" } else { "Principal" };
        if element.everyone {
            return Some(format!(r#""{name}":"*""#));
        }
        let mut kinds: Vec<(&str, Vec<Value>)> = Vec::new();
        for value in self.picked(Axis::Principal, &element.values) {
            let kind = value.kind.name();
            match kinds.iter_mut().find(|(other, _)| *other == kind) {
                Some((_, values)) => values.push(Value::from(&*value.text)),
                None => kinds.push((kind, vec![Value::from(&*value.text)])),
            }
        }
        if kinds.is_empty() {
            kinds.push(("AWS", Vec::new()));
        }
        let kinds: Vec<String> =
            kinds.into_iter().map(|(kind, values)| format!(r#""{kind}":{}"#, Value::from(values))).collect();
        Some(format!(r#""{name}":{{{}}}"#, kinds.join(",")))
    }

    fn conditions(&self, statement: &Statement) -> String {
        let mut operators: Vec<(&str, Vec<String>)> = Vec::new();
        for (place, condition) in statement.conditions.iter().enumerate() {
            let values: Value = self
                .picked(Axis::Condition(place), &condition.values)
                .into_iter()
                .map(|value| Value::from(&*value.text))
                .collect();
            let pair = format!("{}:{values}", Value::from(&*condition.key.value.text));
            match operators.iter_mut().find(|(other, _)| *other == &*condition.operator_text) {
                Some((_, pairs)) => pairs.push(pair),
                None => operators.push((&*condition.operator_text, vec![pair])),
            }
        }
        let operators: Vec<String> = operators
            .into_iter()
            .map(|(operator, pairs)| format!("{}:{{{}}}", Value::from(operator), pairs.join(",")))
            .collect();
        operators.join(",")
    }
}

/// True if the condition holds exactly if it holds with one of its values. This is not so if no value may match
/// (`StringNotEquals`), or if different values of the request may match different values of the policy (`ForAllValues`).
fn is_union(condition: &Condition) -> bool {
    let operator = condition.operator.value;
    let one_suffices = !operator.base.is_negated() && operator.base != OperatorBase::Null;
    one_suffices && operator.set != Some(SetPrefix::ForAllValues)
}

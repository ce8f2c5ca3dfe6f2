//! Merges statements that differ in the values of one list.
//!
//! A statement matches a request if each of its lists has a value that matches. So two statements of one effect that differ in one
//! list match together what one with the values of both matches.

use crate::limits::InputLimits;
use crate::policy::{
    Condition, Document, OperatorBase, PrincipalElement, PrincipalKind, SetPrefix, Statement, added, edited,
};
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A list in which statements may differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    Action,
    Resource,
    Principal,
    /// The values of one condition.
    Condition,
}

/// The lists in the order in which statements are merged by them: most policies have few resources and conditions, and many
/// actions.
pub(super) const AXES: [List; 4] = [List::Action, List::Resource, List::Principal, List::Condition];

/// Statements that become one.
#[derive(Debug)]
pub(super) struct Merge {
    list: List,
    /// The index of the condition in the first statement.
    condition: usize,
    /// The first statement, which gets the values of the others.
    into: usize,
    /// Each of the others, with the index of its condition.
    from: Vec<(usize, usize)>,
}

impl Merge {
    /// Returns the number of statements that disappear.
    pub(super) fn count(&self) -> usize {
        self.from.len()
    }
}

/// Returns the groups of statements that differ in this list alone. No statement is in two of them.
pub(super) fn groups(document: &Document, list: List) -> Vec<Merge> {
    let mut places: BTreeMap<String, Vec<(usize, usize)>> = BTreeMap::new();
    for (place, statement) in document.statements.iter().enumerate() {
        match list {
            List::Condition => {
                for (condition, of) in statement.conditions.iter().enumerate() {
                    if is_any_of(of) {
                        places
                            .entry(rest(statement, list, Some(condition)))
                            .or_default()
                            .push((place, condition));
                    }
                }
            }
            List::Action | List::Resource | List::Principal => {
                if is_list(statement, list) {
                    places.entry(rest(statement, list, None)).or_default().push((place, 0));
                }
            }
        }
    }
    let mut taken = BTreeSet::new();
    let mut groups = Vec::new();
    for mut members in places.into_values() {
        members.retain(|(place, _)| !taken.contains(place));
        members.dedup_by_key(|(place, _)| *place);
        if let Some(((into, condition), from)) = members.split_first()
            && !from.is_empty()
        {
            taken.extend(members.iter().map(|(place, _)| *place));
            groups.push(Merge { list, condition: *condition, into: *into, from: from.to_vec() });
        }
    }
    groups.sort_by_key(|group| group.into);
    groups
}

/// True if a statement matches if one value of the list does.
fn is_list(statement: &Statement, list: List) -> bool {
    match list {
        List::Action => !statement.action.negated && !statement.action.values.is_empty(),
        List::Resource => statement.resource.as_ref().is_some_and(|r| !r.negated && !r.values.is_empty()),
        List::Principal => statement.principal.as_ref().is_some_and(|p| !p.negated && !p.values.is_empty()),
        List::Condition => false,
    }
}

/// True if a condition is met if one of its values is.
fn is_any_of(condition: &Condition) -> bool {
    let operator = condition.operator.value;
    !operator.base.is_negated()
        && operator.base != OperatorBase::Null
        && operator.set != Some(SetPrefix::ForAllValues)
        && !condition.values.is_empty()
}

/// Returns a text that is the same for statements that differ in this list alone.
fn rest(statement: &Statement, list: List, of: Option<usize>) -> String {
    let mut rest = statement.effect.value.name().to_owned();
    let mut put = |name: &str, negated: bool, values: BTreeSet<String>| {
        rest.push_str(&format!("\n{name} {negated} {values:?}"));
    };
    let action = &statement.action;
    let own = |is_own: bool, values: BTreeSet<String>| if is_own { BTreeSet::new() } else { values };
    let actions = action.values.iter().map(|v| v.value.text.to_ascii_lowercase()).collect();
    put("action", action.negated, own(list == List::Action, actions));
    if let Some(resource) = &statement.resource {
        let values = resource.values.iter().map(|v| v.value.text.to_string()).collect();
        put("resource", resource.negated, own(list == List::Resource, values));
    }
    if let Some(principal) = &statement.principal {
        let is_own = list == List::Principal;
        let values = principal.values.iter().map(|v| match is_own {
            true => v.value.kind.name().to_owned(),
            false => format!("{} {}", v.value.kind.name(), v.value.text),
        });
        put(if principal.everyone { "everyone" } else { "principal" }, principal.negated, values.collect());
    }
    let one = |(place, condition): (usize, &Condition)| {
        let values = condition.values.iter().map(|v| v.value.text.to_string()).collect();
        let values = own(of == Some(place), values);
        format!("{} {} {values:?}", condition.operator.value, condition.key.value.name)
    };
    put("condition", false, statement.conditions.iter().enumerate().map(one).collect());
    if let Some(condition) = of.and_then(|of| statement.conditions.get(of)) {
        put(
            &condition.operator.value.to_string(),
            false,
            BTreeSet::from([condition.key.value.name.to_string()]),
        );
    }
    rest
}

/// Returns the text of the document with these groups merged.
pub(super) fn merged(document: &Document, merges: &[&Merge]) -> Option<String> {
    let text = document.source.text();
    let mut changes = Vec::new();
    for merge in merges {
        let into = document.statements.get(merge.into)?;
        let lists = lists(into, merge.list, merge.condition);
        for own in lists {
            let mut known: BTreeSet<String> = own.values.iter().map(|(_, value)| value.clone()).collect();
            let mut more = Vec::new();
            for (place, condition) in &merge.from {
                let other = document.statements.get(*place)?;
                let same_kind = |list: &Values| list.kind == own.kind;
                let others = self::lists(other, merge.list, *condition).into_iter().find(same_kind)?;
                for (span, value) in others.values {
                    if known.insert(value) {
                        more.push(text.get(span.range())?);
                    }
                }
            }
            if !more.is_empty() {
                let spans: Vec<Span> = own.values.iter().map(|(span, _)| *span).collect();
                changes.push(added(text, &spans, own.is_list, &more)?);
            }
        }
    }
    let gone = merges.iter().flat_map(|merge| &merge.from);
    let gone = gone.filter_map(|(place, _)| document.statements.get(*place)).map(|statement| statement.span);
    edited(text, &gone.collect(), changes, &InputLimits::default())
}

/// The values of a list in the text.
struct Values {
    kind: Option<PrincipalKind>,
    is_list: bool,
    /// Each value with its place; spellings of the same value are equal.
    values: Vec<(Span, String)>,
}

fn lists(statement: &Statement, list: List, condition: usize) -> Vec<Values> {
    match list {
        List::Action => {
            let values = statement.action.values.iter();
            let values = values.map(|v| (v.span, v.value.text.to_ascii_lowercase())).collect();
            vec![Values { kind: None, is_list: statement.action.is_list, values }]
        }
        List::Resource => {
            let of = |resource: &crate::policy::Element<crate::policy::ResourcePattern>| {
                let values = resource.values.iter().map(|v| (v.span, v.value.text.to_string())).collect();
                Values { kind: None, is_list: resource.is_list, values }
            };
            statement.resource.iter().map(of).collect()
        }
        List::Principal => statement.principal.iter().flat_map(principals).collect(),
        List::Condition => {
            let of = |condition: &Condition| {
                let values = condition.values.iter().map(|v| (v.span, v.value.text.to_string())).collect();
                Values { kind: None, is_list: condition.is_list, values }
            };
            statement.conditions.get(condition).map(of).into_iter().collect()
        }
    }
}

fn principals(element: &PrincipalElement) -> Vec<Values> {
    let kinds: BTreeSet<PrincipalKind> = element.values.iter().map(|v| v.value.kind).collect();
    let of = |kind: PrincipalKind| {
        let values = element.values.iter().filter(|v| v.value.kind == kind);
        let values = values.map(|v| (v.span, v.value.text.to_string())).collect();
        Values { kind: Some(kind), is_list: element.lists.contains(&kind), values }
    };
    kinds.into_iter().map(of).collect()
}

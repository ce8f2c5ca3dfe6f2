//! Edits a policy that is written as YAML: parts go, lists get values of merged statements, values get another spelling. Everything
//! else keeps its layout. The edits are a proposal: the file with them is read again, and has to hold the wanted policy.

mod align;
mod list;
mod member;

use crate::policy::{Condition, ConditionValue, Document, JsonKind, PrincipalKind, Statement};
use crate::span::{Span, Spanned};
use align::aligned;
use list::Value;

/// A place of a file, and its new text.
type Change = (Span, String);

const NOT_SO: &str = "it is written as YAML in a way that is not edited";

/// Returns the changes of a file that make one policy of another one. The new policy has no statement, and no condition in a statement,
/// that the other one does not have.
///
/// # Errors
/// The reason why the policy cannot be edited so.
pub(super) fn edits(
    text: &str,
    before: &Document,
    after: &Document,
    place: &dyn Fn(Span) -> Span,
) -> Result<Vec<Change>, String> {
    let editor = Editor { text, place };
    let (mut statements, mut changes) = (Vec::new(), Vec::new());
    for (statement, wanted) in before.statements.iter().zip(aligned(before, after)?) {
        let wanted = wanted.and_then(|wanted| after.statements.get(wanted));
        if let Some(wanted) = wanted {
            changes.extend(editor.statement(statement, wanted)?);
        }
        statements.push((place(statement.span), wanted.is_none()));
    }
    changes.extend(editor.without(&statements)?);
    Ok(changes)
}

/// A list of values with their places in the policy.
struct List<'s> {
    /// The kind of the principals in it.
    kind: Option<PrincipalKind>,
    is_list: bool,
    values: Vec<(Value<'s>, Span)>,
}

/// The lists of a statement outside its conditions: actions, resources, and principals of each kind.
struct Lists<'s>(Vec<List<'s>>);

impl<'s> Lists<'s> {
    fn of(statement: &'s Statement) -> Lists<'s> {
        let action = &statement.action;
        let values = action.values.iter().map(|value| ((&*value.value.text, false), value.span)).collect();
        let mut lists = vec![List { kind: None, is_list: action.is_list, values }];
        if let Some(resource) = &statement.resource {
            let values = resource.values.iter().map(|value| ((&*value.value.text, false), value.span));
            lists.push(List { kind: None, is_list: resource.is_list, values: values.collect() });
        }
        if let Some(principal) = statement.principal.as_ref().filter(|principal| !principal.everyone) {
            let mut kinds: Vec<PrincipalKind> =
                principal.values.iter().map(|value| value.value.kind).collect();
            kinds.sort_unstable();
            kinds.dedup();
            lists.extend(kinds.into_iter().map(|kind| {
                let own = principal.values.iter().filter(|value| value.value.kind == kind);
                let values = own.map(|value| ((&*value.value.text, false), value.span)).collect();
                List { kind: Some(kind), is_list: principal.lists.contains(&kind), values }
            }));
        }
        Lists(lists)
    }
}

/// Returns the values of a condition.
fn values(condition: &Condition) -> Vec<(Value<'_>, Span)> {
    let one = |value: &'_ Spanned<ConditionValue>| value.span;
    let texts =
        condition.values.iter().map(|value| (&*value.value.text, value.value.kind != JsonKind::String));
    texts.zip(condition.values.iter().map(one)).collect()
}

/// True if two conditions ask for the same key with the same operator.
fn is_of_key(one: &Condition, other: &Condition) -> bool {
    one.operator_text == other.operator_text && one.key.value.text == other.key.value.text
}

struct Editor<'e> {
    text: &'e str,
    /// The place in the file of a place of the policy.
    place: &'e dyn Fn(Span) -> Span,
}

impl Editor<'_> {
    /// Makes a statement from the one from which it was made.
    fn statement(&self, whole: &Statement, wanted: &Statement) -> Result<Vec<Change>, String> {
        let mut changes = Vec::new();
        if let (Some(sid), None) = (whole.sid.as_ref().filter(|_| whole.sid().is_some()), wanted.sid()) {
            changes.push(self.without_sid((self.place)(sid.span)).ok_or(NOT_SO)?);
        }
        let (Lists(lists), Lists(wanted_lists)) = (Lists::of(whole), Lists::of(wanted));
        let mut wanted_lists = wanted_lists.iter().peekable();
        for list in &lists {
            match (wanted_lists.next_if(|wanted| wanted.kind == list.kind), list.kind) {
                (Some(wanted), _) => {
                    let texts: Vec<Value<'_>> = wanted.values.iter().map(|(value, _)| *value).collect();
                    changes.extend(self.list(&list.values, &texts, list.is_list)?);
                }
                (None, Some(kind)) => changes.push(self.without_kind(kind, &list.values).ok_or(NOT_SO)?),
                (None, None) => return Err(NOT_SO.to_owned()),
            }
        }
        let mut removed = Vec::new();
        for (place, condition) in whole.conditions.iter().enumerate() {
            match wanted.conditions.iter().find(|wanted| is_of_key(wanted, condition)) {
                Some(wanted) => {
                    let texts: Vec<Value<'_>> = values(wanted).iter().map(|(value, _)| *value).collect();
                    changes.extend(self.list(&values(condition), &texts, condition.is_list)?);
                }
                None => removed.push(place),
            }
        }
        changes.extend(self.conditions(whole, &removed)?);
        Ok(changes)
    }

    /// Returns the start of the content of the last line of content above a line, if it is this one.
    fn line_above(&self, below: usize, wanted: &str) -> Option<usize> {
        let above = self.text.get(..below)?;
        let mut end = above.len();
        for line in above.split_inclusive('\n').rev() {
            let start = end - line.len();
            let content = line.trim();
            if !content.is_empty() && !content.starts_with('#') {
                return (content == wanted).then_some(start + (line.len() - line.trim_start().len()));
            }
            end = start;
        }
        None
    }

    fn line_start(&self, at: usize) -> Option<usize> {
        Some(self.text.get(..at)?.rfind('\n').map_or(0, |end| end + 1))
    }

    /// Removes the lines of a place, without remarks and empty lines at its end: they are about what follows.
    fn whole_lines(&self, span: Span) -> Option<Change> {
        let start = self.line_start(span.start as usize)?;
        let mut end = span.end as usize;
        let mut content = self.text.get(span.start as usize..end)?;
        loop {
            content = content.trim_end();
            let last = content.rfind('\n').map_or(0, |at| at + 1);
            match content.get(last..)?.trim_start().starts_with('#') && last > 0 {
                true => content = content.get(..last)?,
                false => break,
            }
        }
        end -= self.text.get(span.start as usize..end)?.len() - content.len();
        let rest = self.text.get(end..)?;
        let line = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let after = rest.get(..line)?.trim();
        (after.is_empty() || after.starts_with('#')).then(|| (Span::new(start, end + line), String::new()))
    }
}

//! Removes parts of a policy that is written as YAML. Everything else keeps its layout. The edits are a proposal: the file with them is
//! read again, and has to hold the wanted policy.

use crate::policy::{Condition, Document, Statement};
use crate::span::Span;

/// Returns the changes of a file that make one policy of another one that has more statements, values and conditions.
///
/// # Errors
/// The reason why the policy cannot be edited so.
pub(super) fn removals(
    text: &str,
    before: &Document,
    after: &Document,
    place: &dyn Fn(Span) -> Span,
) -> Result<Vec<(Span, String)>, String> {
    let editor = Editor { text, place };
    let mut left = after.statements.iter().peekable();
    let (mut gone, mut changes) = (Vec::new(), Vec::new());
    for statement in before.statements.iter() {
        match left.next_if(|wanted| is_part(wanted, statement)) {
            Some(wanted) => {
                changes.extend(editor.values(statement, wanted)?);
                gone.push((statement.span, false));
            }
            None => gone.push((statement.span, true)),
        }
    }
    if left.next().is_some() {
        return Err("a policy in YAML is only made shorter by removals: its statements would be merged or spelled anew".to_owned());
    }
    changes.extend(editor.of_list(&gone)?);
    Ok(changes)
}

/// True if a statement is another one without some of its values and conditions.
fn is_part(wanted: &Statement, whole: &Statement) -> bool {
    let is_within = |wanted: &[&str], whole: &[&str]| {
        let mut whole = whole.iter();
        wanted.iter().all(|text| whole.any(|other| other == text))
    };
    let is_alike = wanted.effect.value == whole.effect.value
        && wanted.sid() == whole.sid()
        && wanted.action.negated == whole.action.negated
        && wanted.resource.as_ref().map(|r| r.negated) == whole.resource.as_ref().map(|r| r.negated)
        && wanted.principal.as_ref().map(|p| (p.negated, p.everyone))
            == whole.principal.as_ref().map(|p| (p.negated, p.everyone));
    let mut conditions = whole.conditions.iter();
    is_alike
        && Lists::of(wanted)
            .texts()
            .iter()
            .zip(Lists::of(whole).texts())
            .all(|(one, other)| is_within(one, &other))
        && wanted.conditions.iter().all(|one| conditions.any(|other| is_part_of(one, other)))
}

/// True if a condition is another one without some of its values.
fn is_part_of(wanted: &Condition, whole: &Condition) -> bool {
    let mut values = whole.values.iter();
    wanted.operator_text == whole.operator_text
        && wanted.key.value.text == whole.key.value.text
        && wanted.values.iter().all(|one| values.any(|other| other.value.text == one.value.text))
}

/// The lists of a statement outside its conditions: texts with their places.
struct Lists<'s>([Vec<(&'s str, Span)>; 3]);

impl<'s> Lists<'s> {
    fn of(statement: &'s Statement) -> Lists<'s> {
        let actions = statement.action.values.iter().map(|value| (&*value.value.text, value.span));
        let resources = statement.resource.iter().flat_map(|element| &element.values);
        let principals = statement.principal.iter().flat_map(|element| &element.values);
        Lists([
            actions.collect(),
            resources.map(|value| (&*value.value.text, value.span)).collect(),
            principals.map(|value| (&*value.value.text, value.span)).collect(),
        ])
    }

    fn texts(&self) -> [Vec<&'s str>; 3] {
        self.0.each_ref().map(|list| list.iter().map(|(text, _)| *text).collect())
    }
}

/// Marks the elements of a list that another list, which has a part of them in their order, does not have.
fn gone(whole: &[(&str, Span)], wanted: &[&str]) -> Vec<(Span, bool)> {
    let mut wanted = wanted.iter().peekable();
    let is_gone = |text: &str, wanted: &mut std::iter::Peekable<std::slice::Iter<'_, &str>>| {
        wanted.next_if(|kept| **kept == text).is_none()
    };
    whole.iter().map(|(text, span)| (*span, is_gone(text, &mut wanted))).collect()
}

const NOT_SO: &str = "it is written as YAML in a way that is not edited";

struct Editor<'e> {
    text: &'e str,
    /// The place in the file of a place of the policy.
    place: &'e dyn Fn(Span) -> Span,
}

impl Editor<'_> {
    /// Removes values and conditions of a statement.
    fn values(&self, whole: &Statement, wanted: &Statement) -> Result<Vec<(Span, String)>, String> {
        let mut changes = Vec::new();
        let Lists(lists) = Lists::of(whole);
        for (list, kept) in lists.iter().zip(Lists::of(wanted).texts()) {
            changes.extend(self.of_list(&gone(list, &kept))?);
        }
        let mut left = wanted.conditions.iter().peekable();
        let mut removed = Vec::new();
        for (place, condition) in whole.conditions.iter().enumerate() {
            match left.next_if(|one| is_part_of(one, condition)) {
                Some(one) => {
                    let texts: Vec<&str> = one.values.iter().map(|value| &*value.value.text).collect();
                    let list: Vec<(&str, Span)> =
                        condition.values.iter().map(|value| (&*value.value.text, value.span)).collect();
                    changes.extend(self.of_list(&gone(&list, &texts))?);
                }
                None => removed.push(place),
            }
        }
        changes.extend(self.conditions(whole, &removed)?);
        Ok(changes)
    }

    /// Removes conditions of a statement; their operator with them, if it has no other key, and the element, if it has no other operator.
    fn conditions(&self, statement: &Statement, removed: &[usize]) -> Result<Vec<(Span, String)>, String> {
        let all = &statement.conditions;
        let is_removed = |place: usize| removed.contains(&place);
        let ends = all.last().map(|last| last.span.end);
        if removed.len() == all.len() {
            let (Some(first), Some(end)) = (all.first(), ends) else { return Ok(Vec::new()) };
            let operator = (self.place)(first.operator.span);
            let start = self.key_above(operator, "Condition").ok_or(NOT_SO)?;
            let end = (self.place)(Span::new(first.span.start as usize, end as usize)).end;
            return Ok(vec![self.lines(Span::new(start, end as usize)).ok_or(NOT_SO)?]);
        }
        let mut changes = Vec::new();
        for (place, condition) in all.iter().enumerate().filter(|(place, _)| is_removed(*place)) {
            let of_operator = |other: &&(usize, &Condition)| other.1.operator.span == condition.operator.span;
            let group: Vec<(usize, &Condition)> =
                all.iter().enumerate().collect::<Vec<_>>().iter().filter(of_operator).copied().collect();
            let (own, whole) = ((self.place)(condition.span), (self.place)(condition.operator.span));
            let is_whole = group.iter().all(|(other, _)| is_removed(*other));
            match (is_whole, group.first().is_some_and(|(first, _)| *first == place)) {
                (false, _) => changes.push(self.lines(own).ok_or(NOT_SO)?),
                (true, true) => {
                    let last = group.last().map_or(own, |(_, last)| (self.place)(last.span));
                    let span = Span::new(whole.start as usize, last.end as usize);
                    changes.push(self.lines(span).ok_or(NOT_SO)?);
                }
                (true, false) => {}
            }
        }
        Ok(changes)
    }

    /// Returns the start of the name of a member that stands alone on the last line of content above a place.
    fn key_above(&self, below: Span, name: &str) -> Option<usize> {
        let above = self.text.get(..self.line_start(below.start as usize)?)?;
        let mut end = above.len();
        for line in above.split_inclusive('\n').rev() {
            let start = end - line.len();
            let content = line.trim();
            if !content.is_empty() && !content.starts_with('#') {
                let is_it = content.strip_suffix(':')?.trim_matches(['"', '\'']) == name;
                return is_it.then_some(start + (line.len() - line.trim_start().len()));
            }
            end = start;
        }
        None
    }

    /// Removes elements of a list, in either style.
    fn of_list(&self, elements: &[(Span, bool)]) -> Result<Vec<(Span, String)>, String> {
        let spans: Vec<(Span, bool)> =
            elements.iter().map(|(span, is_gone)| ((self.place)(*span), *is_gone)).collect();
        if spans.iter().all(|(_, is_gone)| !is_gone) {
            return Ok(Vec::new());
        }
        if spans.iter().all(|(_, is_gone)| *is_gone) {
            return Err("a list in YAML keeps a value".to_owned());
        }
        let blocks: Option<Vec<(Span, String)>> =
            spans.iter().filter(|(_, is_gone)| *is_gone).map(|(span, _)| self.item(*span)).collect();
        match blocks {
            Some(changes) => Ok(changes),
            None => self.of_flow(&spans).ok_or_else(|| NOT_SO.to_owned()),
        }
    }

    /// Removes elements of a list in brackets, with their commas.
    fn of_flow(&self, spans: &[(Span, bool)]) -> Option<Vec<(Span, String)>> {
        // Elements stand between commas and white space only.
        for pair in spans.windows(2) {
            let [(one, _), (other, _)] = pair else { return None };
            let between = self.text.get(one.end as usize..other.start as usize)?;
            if between.trim() != "," {
                return None;
            }
        }
        let mut changes = Vec::new();
        let mut kept: Option<Span> = None;
        let mut from: Option<Span> = None;
        for (span, is_gone) in spans {
            match (*is_gone, from) {
                (true, None) => from = Some(*span),
                (true, Some(_)) => {}
                (false, start) => {
                    let cut = start.map(|start| Span { start: start.start, end: span.start });
                    changes.extend(cut.map(|cut| (cut, String::new())));
                    (from, kept) = (None, Some(*span));
                }
            }
        }
        if from.is_some() {
            let end = spans.last()?.0.end;
            changes.push((Span { start: kept?.end, end }, String::new()));
        }
        Some(changes)
    }

    /// Removes an element of a list whose elements start with `-` on lines of their own.
    fn item(&self, span: Span) -> Option<(Span, String)> {
        let start = self.line_start(span.start as usize)?;
        let before = self.text.get(start..span.start as usize)?;
        (before.trim() == "-").then(|| self.whole_lines(span)).flatten()
    }

    /// Removes a member of an object that stands on lines of its own.
    fn lines(&self, span: Span) -> Option<(Span, String)> {
        let start = self.line_start(span.start as usize)?;
        let before = self.text.get(start..span.start as usize)?;
        before.trim().is_empty().then(|| self.whole_lines(span)).flatten()
    }

    fn line_start(&self, at: usize) -> Option<usize> {
        Some(self.text.get(..at)?.rfind('\n').map_or(0, |end| end + 1))
    }

    /// Removes the lines of a place, without remarks and empty lines at its end: they are about what follows.
    fn whole_lines(&self, span: Span) -> Option<(Span, String)> {
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

//! The texts that all actions and resources of a statement start with: most statements of a long policy apply to no request of another
//! statement, and these texts show it.
//!
//! A pattern only matches what starts as it does up to its first wildcard or variable. So two patterns match nothing in common
//! unless one of these starts begins the other.

use crate::policy::{Part, ResourceShape, Statement, Template};

/// The starts of what a statement is about.
#[derive(Clone, Debug)]
pub(crate) struct Starts<'s> {
    actions: Vec<&'s str>,
    resources: Vec<&'s str>,
}

impl<'s> Starts<'s> {
    /// The starts of a statement.
    pub(crate) fn of(statement: &'s Statement) -> Starts<'s> {
        let [actions, resources] = [action_starts(statement), resource_starts(statement)].map(shortest);
        Starts { actions, resources }
    }

    /// Returns false if no request is one that both statements are about.
    pub(crate) fn may_meet(&self, other: &Statement) -> bool {
        let is_action = |value: &&str| meets(&self.actions, value);
        let is_resource = |value: &&str| meets(&self.resources, value);
        each_action(other).any(|start| is_action(&start))
            && each_resource(other).any(|start| is_resource(&start))
    }
}

/// The starts that no other begins, of starts in order: so few are enough, and among them only neighbours of a text can begin it.
fn shortest(starts: Vec<&str>) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::with_capacity(starts.len());
    for start in starts {
        if kept.last().is_none_or(|last| !start.starts_with(last)) {
            kept.push(start);
        }
    }
    kept
}

/// Returns true if one of the starts, as [`shortest`] leaves them, begins the text or begins with it.
fn meets(starts: &[&str], text: &str) -> bool {
    let (before, after) = starts.split_at(starts.partition_point(|start| *start <= text));
    before.last().is_some_and(|start| text.starts_with(start))
        || after.first().is_some_and(|start| start.starts_with(text))
}

/// The starts of all actions that a statement is about, in lower case, each once and in order.
pub(crate) fn action_starts(statement: &Statement) -> Vec<&str> {
    distinct(each_action(statement))
}

/// The starts of all resources that a statement is about, or may be, each once and in order.
pub(crate) fn resource_starts(statement: &Statement) -> Vec<&str> {
    distinct(each_resource(statement))
}

fn each_action(statement: &Statement) -> impl Iterator<Item = &str> {
    let any = statement.action.negated.then_some("");
    let values = statement.action.values.iter().filter(|_| !statement.action.negated);
    any.into_iter().chain(values.map(|value| start(&value.value.glob)))
}

fn each_resource(statement: &Statement) -> impl Iterator<Item = &str> {
    let listed = statement.resource.as_ref().filter(|resource| !resource.negated);
    let values = listed.into_iter().flat_map(|resource| &resource.values);
    let any = listed.is_none().then_some("");
    any.into_iter().chain(values.map(|value| match value.value.shape {
        // The service says which resources it is about.
        ResourceShape::Abbreviation => "",
        ResourceShape::Any | ResourceShape::Arn { .. } => start(&value.value.template),
    }))
}

/// The text that everything starts with which the pattern matches.
fn start(template: &Template) -> &str {
    match template.parts().first() {
        Some(Part::Text(text)) => text,
        _ => "",
    }
}

fn distinct<'s>(starts: impl Iterator<Item = &'s str>) -> Vec<&'s str> {
    let mut starts: Vec<&str> = starts.collect();
    starts.sort_unstable();
    starts.dedup();
    starts
}

//! The texts with which all actions and resources of a statement start. Most statements of a long policy share no request with a
//! given statement, and these texts show it.
//!
//! Every match of a pattern starts with the text before its first wildcard or variable. So two patterns have no match in common
//! unless the start of one is a prefix of the start of the other.

use crate::policy::{Part, ResourceShape, Statement, Template};

/// The starts of the actions and resources of a statement.
#[derive(Clone, Debug)]
pub(crate) struct Starts<'s> {
    actions: Vec<&'s str>,
    resources: Vec<&'s str>,
}

impl<'s> Starts<'s> {
    /// Returns the starts of a statement.
    pub(crate) fn of(statement: &'s Statement) -> Starts<'s> {
        let [actions, resources] = [action_starts(statement), resource_starts(statement)].map(shortest);
        Starts { actions, resources }
    }

    /// True unless the starts show that no request is covered by both statements.
    pub(crate) fn may_meet(&self, other: &Statement) -> bool {
        let is_action = |value: &&str| meets(&self.actions, value);
        let is_resource = |value: &&str| meets(&self.resources, value);
        each_action(other).any(|start| is_action(&start))
            && each_resource(other).any(|start| is_resource(&start))
    }
}

/// Keeps, from sorted starts, those that have no other one as a prefix. Few are enough, and only the neighbours of a text in this
/// order can be prefixes of it.
fn shortest(starts: Vec<&str>) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::with_capacity(starts.len());
    for start in starts {
        if kept.last().is_none_or(|last| !start.starts_with(last)) {
            kept.push(start);
        }
    }
    kept
}

/// True if one of the starts, as left by [`shortest`], is a prefix of the text or has it as a prefix.
fn meets(starts: &[&str], text: &str) -> bool {
    let (before, after) = starts.split_at(starts.partition_point(|start| *start <= text));
    before.last().is_some_and(|start| text.starts_with(start))
        || after.first().is_some_and(|start| start.starts_with(text))
}

/// Returns the starts of all actions that a statement covers, in lower case, sorted and each once.
pub(crate) fn action_starts(statement: &Statement) -> Vec<&str> {
    distinct(each_action(statement))
}

/// Returns the starts of all resources that a statement covers or may cover, sorted and each once.
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
        // The service decides which resources it covers.
        ResourceShape::Abbreviation => "",
        ResourceShape::Any | ResourceShape::Arn { .. } => start(&value.value.template),
    }))
}

/// Returns the text with which every match of the pattern starts.
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

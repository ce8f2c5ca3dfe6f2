//! The parts of policies that some request in question may match. The other parts decide about none of these requests, so that
//! principals with equal parts are alike.

use super::wants::Wants;
use crate::policy::{Document, Statement};
use crate::snapshot::may_overlap;

/// Returns the parts of a document, one text for each statement that may matter.
pub(super) fn residual(document: &Document, wants: &Wants) -> Vec<String> {
    let version = document.version.name();
    let parts = document.statements.iter().filter_map(|statement| part(document, statement, wants));
    parts.map(|text| format!("{version} {text}")).collect()
}

/// True unless the actions or the resources of a statement certainly match no request in question.
pub(super) fn may_matter(statement: &Statement, wants: &Wants) -> bool {
    let actions = &statement.action;
    let some_action =
        actions.negated || actions.values.iter().any(|one| wants_action(&one.value.text, wants));
    some_action
        && match &statement.resource {
            Some(listed) if !listed.negated => {
                listed.values.iter().any(|one| wants_resource(&one.value.text, wants))
            }
            _ => true,
        }
}

/// Returns what is left of a statement: its effect, the actions and resources that may match, and its other elements as they are
/// written. None if it matches no request in question.
fn part(document: &Document, statement: &Statement, wants: &Wants) -> Option<String> {
    if !may_matter(statement, wants) {
        return None;
    }
    let mut text = format!("{:?}", statement.effect.value);
    let actions = &statement.action;
    text.push_str(if actions.negated { " but" } else { " on" });
    for value in &actions.values {
        if actions.negated || wants_action(&value.value.text, wants) {
            text.push_str(&format!(" {:?}", value.value.text));
        }
    }
    if let Some(resources) = &statement.resource {
        text.push_str(if resources.negated { " beside" } else { " of" });
        for value in &resources.values {
            if resources.negated || wants_resource(&value.value.text, wants) {
                text.push_str(&format!(" {:?}", value.value.text));
            }
        }
    }
    if let Some(principal) = &statement.principal {
        text.push_str(&format!(" by {} {}", principal.negated, document.source.slice(principal.span)));
    }
    for condition in &statement.conditions {
        let values = document.source.slice(condition.span);
        text.push_str(&format!(" if {:?} {values}", condition.operator.value));
    }
    Some(text)
}

fn wants_action(text: &str, wants: &Wants) -> bool {
    wants.actions.is_empty() || wants.actions.iter().any(|wanted| may_overlap(text, wanted))
}

/// A pattern that is not a whole ARN is completed by AWS in ways of its own, so it may match anything.
fn wants_resource(text: &str, wants: &Wants) -> bool {
    wants.resources.is_empty()
        || !is_whole_arn(text)
        || wants.resources.iter().any(|wanted| !is_whole_arn(wanted) || may_overlap(text, wanted))
}

/// True for a pattern with all six fields of an ARN.
pub(super) fn is_whole_arn(text: &str) -> bool {
    text.starts_with("arn:") && text.splitn(6, ':').count() == 6
}

//! The places of a finding: the part of the checked policy to look at, and the part of the other policy that decides.

use super::judgement::Judgement;
use super::reach::{NAMED, further_actions, further_resources};
use crate::evaluate::glob_matches;
use crate::explain::display::{one_line, statement_name};
use crate::explain::{Explained, Missing, Part, Place, Refusal, WeakerDenial};
use crate::policy::{Condition, Document, RequestSet, Statement};
use crate::report::aws_messages::AwsCheck;
use crate::report::issue::{Elsewhere, Mark};
use crate::span::{Source, Span};

/// The element that lists the statements of a policy.
const LIST: &str = "\"Statement\"";

/// The places of a finding.
pub(super) struct Places {
    pub(super) source: Source,
    /// The most important one first.
    pub(super) marks: Vec<Mark>,
    pub(super) pointer: String,
    /// The places in the existing policy, if they explain the finding.
    pub(super) elsewhere: Option<Elsewhere>,
}

/// Returns the places of a finding. The first one is what changed: a Deny that became weaker, or else the part that lets the request
/// through. A Deny that the checked policy lacks is shown in the existing policy.
pub(super) fn places(judgement: &Judgement<'_>, explained: &Explained<'_>) -> Places {
    let blamed = blamed(judgement, explained);
    let policy = judgement.policy;
    let left = explained.lost.as_ref().and_then(|lost| lost.left.as_ref());
    let weaker = left.and_then(|left| weaker(policy, left));
    if explained.finding.set == RequestSet::Denied {
        let mut blamed = blamed;
        if weaker.is_none() {
            blamed.marks.extend(met(judgement, explained));
        }
        let own = weaker.or_else(|| lacking(policy));
        return match own {
            Some((marks, pointer)) => Places {
                source: policy.source.clone(),
                marks,
                pointer,
                elsewhere: Some(Elsewhere {
                    source: blamed.source,
                    marks: blamed.marks,
                    pointer: Some(blamed.pointer),
                }),
            },
            None => blamed,
        };
    }
    let elsewhere = judgement
        .existing
        .and_then(|existing| denial(existing, explained).or_else(|| conditions(existing, explained)));
    let blamed = loose_first(policy, explained, blamed);
    match weaker {
        Some((mut marks, pointer)) => {
            marks.extend(blamed.marks);
            Places { source: blamed.source, marks, pointer, elsewhere }
        }
        None => Places { elsewhere, ..blamed },
    }
}

/// Returns the parts of the statement that the finding is about.
fn blamed(judgement: &Judgement<'_>, explained: &Explained<'_>) -> Places {
    let blame = &explained.blame;
    let is_denial = explained.finding.set == RequestSet::Denied;
    let mut marks = vec![Mark {
        span: blame.primary.span,
        label: match (blame.primary.negated, judgement.check) {
            (false, _) if is_denial => "denies the request below".to_owned(),
            (true, _) if is_denial => "denies all except these, so also the request below".to_owned(),
            (false, AwsCheck::NoPublicAccess(_)) => "can be an outsider".to_owned(),
            (false, _) => "allows the request below".to_owned(),
            (true, _) => "allows all except these, so also the request below".to_owned(),
        },
    }];
    marks.extend(blame.others.iter().map(|p| Mark { span: p.span, label: label(p).to_owned() }));
    // The headline names them only if the action of the request is spelled out.
    if blame.primary.part == Part::Action && !slice_has_wildcards(judgement, blame.primary.span) {
        let further = further_actions(judgement, explained).into_iter().take(NAMED - 1);
        marks.extend(further.map(|(span, _)| Mark { span, label: "and this action".to_owned() }));
    }
    let further = further_resources(judgement, explained).into_iter();
    marks.extend(further.map(|(span, _)| Mark { span, label: "on this resource".to_owned() }));
    marks.extend(granted(judgement, explained));
    marks.extend(
        blame.conditions.iter().map(|loose| Mark { span: loose.operator, label: one_line(&loose.why) }),
    );
    Places {
        source: judgement.document_of(explained.finding).source.clone(),
        marks,
        pointer: blame.primary.pointer.clone(),
        elsewhere: None,
    }
}

/// True if a value of the policy has wildcards.
fn slice_has_wildcards(judgement: &Judgement<'_>, span: Span) -> bool {
    judgement.policy.source.slice(span).contains(['*', '?'])
}

/// Marks the conditions of the blamed statement, which the request meets.
fn met(judgement: &Judgement<'_>, explained: &Explained<'_>) -> Vec<Mark> {
    let document = judgement.document_of(explained.finding);
    let statement = document.statements.get(explained.blame.statement);
    let mark = |condition: &Condition| {
        let key = judgement.names.name(&condition.key.value.name);
        let label = match explained.finding.witness.request().values(&condition.key.value.name) {
            Some(values) => format!("met, as {key} is {}", values.join(", ")),
            None => format!("met, as {key} is absent"),
        };
        Mark { span: condition.operator.span, label: one_line(&label) }
    };
    statement.into_iter().flat_map(|statement| &statement.conditions).map(mark).collect()
}

/// Marks the values of the statement that grant other listed actions.
fn granted(judgement: &Judgement<'_>, explained: &Explained<'_>) -> Vec<Mark> {
    let blame = &explained.blame;
    let statement = judgement.policy.statements.get(blame.statement);
    let values =
        statement.filter(|own| !own.action.negated).map_or(&[][..], |own| own.action.values.as_slice());
    let mut marks: Vec<Mark> = Vec::new();
    for action in judgement.granted_by(blame.statement) {
        let lower = action.to_ascii_lowercase();
        let value = values.iter().find(|value| glob_matches(&value.value.glob, &lower));
        let is_new = |span: Span| span != blame.primary.span && marks.iter().all(|mark| mark.span != span);
        if let Some(span) = value.map(|value| value.span).filter(|span| is_new(*span)) {
            marks.push(Mark { span, label: format!("allows {}", one_line(action)) });
        }
    }
    marks
}

/// Returns what a mark says of an element of a statement.
pub(super) fn label(place: &Place) -> &'static str {
    match (place.part, place.negated) {
        (Part::Action, false) => "with this action",
        (Part::Action, true) => "with any action except these",
        (Part::Resource, false) => "on this resource",
        (Part::Resource, true) => "on any resource except these",
        (Part::Principal, false) => "by this principal",
        (Part::Principal, true) => "by anyone except these",
    }
}

/// Marks the parts of a Deny that do not match the request, with the pointer of the first one.
fn weaker(policy: &Document, left: &WeakerDenial) -> Option<(Vec<Mark>, String)> {
    let statement = policy.statements.get(left.statement)?;
    let name = statement_name(left.statement, Some(statement));
    let lacks = left.lacks_action.then(|| (statement.action.span, lacks_action(statement).to_owned()));
    let mut parts: Vec<(Span, String)> = lacks.into_iter().collect();
    for missing in &left.missing {
        parts.push(match missing {
            Missing::Principal => {
                (statement.principal.as_ref()?.span, "it covers other principals".to_owned())
            }
            Missing::Resource => (statement.resource.as_ref()?.span, "it covers other resources".to_owned()),
            Missing::Condition { condition, why } => {
                (statement.conditions.get(*condition)?.operator.span, one_line(why))
            }
        });
    }
    let marks: Vec<Mark> = parts
        .into_iter()
        .enumerate()
        .map(|(place, (span, why))| Mark {
            span,
            label: match place {
                0 => format!("the Deny of {} does not stop the request below: {why}", one_line(&name)),
                _ => why,
            },
        })
        .collect();
    let first = marks.first()?.span;
    let pointer = policy.pointer_within(left.statement, first)?;
    Some((marks, pointer))
}

/// Says that a Deny does not cover the action.
pub(super) fn lacks_action(statement: &Statement) -> &'static str {
    if statement.action.negated { "it excepts the action" } else { "it does not cover the action" }
}

/// Marks the list of statements, in which a Deny is missing. `None` for a document that is only a stand-in for a missing policy.
fn lacking(policy: &Document) -> Option<(Vec<Mark>, String)> {
    if policy.statements.iter().all(|statement| statement.action.values.is_empty()) {
        return None;
    }
    let first = policy.statements.iter().next()?.span.start as usize;
    let start = policy.source.text().get(..first)?.rfind(LIST)?;
    let mark = Mark {
        span: Span::new(start, start + LIST.len()),
        label: "no Deny statement here stops the request below".to_owned(),
    };
    Some((vec![mark], format!("{}/Statement", policy.base_pointer)))
}

/// Puts a condition first that is looser than that of the existing policy, if conditions are all that the existing policy demands
/// beyond: it is what changed.
fn loose_first(policy: &Document, explained: &Explained<'_>, blamed: Places) -> Places {
    let first = explained.blame.conditions.first().filter(|_| demands(explained).is_some());
    let place = first.and_then(|loose| blamed.marks.iter().position(|mark| mark.span == loose.operator));
    let pointer = first.and_then(|loose| policy.pointer_within(explained.blame.statement, loose.operator));
    match (place, pointer) {
        (Some(place), Some(pointer)) => {
            let mut marks = blamed.marks;
            let condition = marks.remove(place);
            marks.insert(0, condition);
            Places { marks, pointer, ..blamed }
        }
        _ => blamed,
    }
}

/// Returns the statement of the existing policy that allows the request but for conditions, with these.
pub(super) fn demands<'e>(explained: &'e Explained<'_>) -> Option<(usize, Vec<(usize, &'e str)>)> {
    let Some(Refusal::Short { statement, missing, .. }) = &explained.refusal else { return None };
    let all: Option<Vec<(usize, &str)>> = missing
        .iter()
        .map(|missing| match missing {
            Missing::Condition { condition, why } => Some((*condition, why.as_str())),
            Missing::Principal | Missing::Resource => None,
        })
        .collect();
    all.filter(|all| !all.is_empty()).map(|all| (*statement, all))
}

/// Marks the conditions under which the existing policy allows the request only.
fn conditions(existing: &Document, explained: &Explained<'_>) -> Option<Elsewhere> {
    let (index, demanded) = demands(explained)?;
    let statement = existing.statements.get(index)?;
    let mark = |(condition, why): (usize, &str)| {
        let operator = statement.conditions.get(condition)?.operator.span;
        Some(Mark { span: operator, label: format!("required here, and {}", one_line(why)) })
    };
    let marks: Vec<Mark> = demanded.into_iter().filter_map(mark).collect();
    let first = marks.first()?.span;
    Some(Elsewhere { source: existing.source.clone(), pointer: existing.pointer_within(index, first), marks })
}

/// Marks the Deny of the existing policy that stops the request.
fn denial(existing: &Document, explained: &Explained<'_>) -> Option<Elsewhere> {
    let lost = explained.lost.as_ref()?;
    let label = match lost.negated {
        true => "denies all except these, so also the request below",
        false => "denies the request below",
    };
    Some(Elsewhere {
        source: existing.source.clone(),
        marks: vec![Mark { span: lost.action, label: label.to_owned() }],
        pointer: existing.pointer_within(lost.statement, lost.action),
    })
}

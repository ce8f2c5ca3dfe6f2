//! Access that a statement newly allows beside the request of its finding: other actions and other resources that it lists.
//!
//! Each is tried with a request of its own, which both policies decide.

use super::judgement::Judgement;
use crate::catalogue::{Action, Catalogue};
use crate::evaluate::{self, Decision, glob_matches};
use crate::explain::{Explained, Part};
use crate::policy::{Document, RequestSet, Statement};
use crate::report::aws_messages::AwsCheck;
use crate::request::Request;
use crate::span::Span;

/// The largest number of actions that a headline names.
pub(super) const NAMED: usize = 4;

/// The largest number of actions or resources of a statement that are tried one by one.
const MOST_TRIED: usize = 24;

/// The largest number of listed actions that are tried for one resource.
const MOST_ACTIONS: usize = 400;

/// The statement of a finding about new access, with both policies.
struct Reach<'j> {
    judgement: &'j Judgement<'j>,
    explained: &'j Explained<'j>,
    statement: &'j Statement,
    existing: &'j Document,
    options: evaluate::Options,
}

impl<'j> Reach<'j> {
    /// None unless the finding is about new access.
    fn of(judgement: &'j Judgement<'_>, explained: &'j Explained<'_>) -> Option<Reach<'j>> {
        let is_new_access =
            explained.finding.set == RequestSet::ALLOWED && judgement.check == AwsCheck::NoNewAccess;
        let statement = judgement.policy.statements.get(explained.blame.statement);
        let (statement, existing) = (statement.filter(|_| is_new_access)?, judgement.existing?);
        let mut options = evaluate::Options::for_documents(&judgement.documents());
        options.policy_type = judgement.answer.policy_type;
        options.strict_arn = judgement.strict_arn;
        Some(Reach { judgement, explained, statement, existing, options })
    }

    /// True if the request of the finding with this action and resource is newly allowed too.
    fn is_new(&self, action: &str, resource: &str) -> bool {
        let mut request: Request = self.explained.finding.witness.request().clone();
        (request.action, request.resource) = (action.to_owned(), resource.to_owned());
        evaluate::decide(&[self.judgement.policy], &request, &self.options) == Decision::Allowed
            && matches!(
                evaluate::decide(&[self.existing], &request, &self.options),
                Decision::ImplicitlyDenied | Decision::ExplicitlyDenied
            )
    }

    /// Returns the listed actions of the pattern that lets the request of the finding through.
    fn listed(&self) -> Vec<Action<'static>> {
        let lower = self.explained.finding.witness.request().action.to_ascii_lowercase();
        let values = self.statement.action.values.iter().map(|value| &value.value);
        let mut own =
            values.filter(|pattern| !self.statement.action.negated && glob_matches(&pattern.glob, &lower));
        own.next()
            .into_iter()
            .flat_map(|pattern| Catalogue::embedded().matching(pattern))
            .take(MOST_ACTIONS)
            .collect()
    }
}

/// Names the action of the request, and other actions that the statement lists and of which the same is true.
pub(super) fn actions(judgement: &Judgement<'_>, explained: &Explained<'_>, action: &str) -> String {
    let alone = || action.to_owned();
    let mut names = vec![alone()];
    names.extend(further_actions(judgement, explained).into_iter().map(|(_, name)| name.to_owned()));
    match names.as_slice() {
        [rest @ .., last] if !rest.is_empty() && names.len() <= NAMED => {
            format!("{} and {last}", rest.join(", "))
        }
        [first, rest @ ..] if rest.len() >= NAMED => format!("{first} and {} more actions", rest.len()),
        _ => alone(),
    }
}

/// Returns the other actions that the statement of a finding lists and that are newly allowed on the resource of its request, with their
/// places.
pub(super) fn further_actions<'j>(
    judgement: &'j Judgement<'_>,
    explained: &'j Explained<'_>,
) -> Vec<(Span, &'j str)> {
    let Some(reach) = Reach::of(judgement, explained) else { return Vec::new() };
    let values = &reach.statement.action.values;
    if values.len() > MOST_TRIED {
        return Vec::new();
    }
    let Request { action, resource, .. } = explained.finding.witness.request();
    let listed = reach.statement.resource.as_ref().filter(|element| !element.negated);
    let is_about_all =
        listed.is_some_and(|element| element.values.iter().any(|v| v.value.template.is_many()));
    let is_new = |text: &str| {
        let Some(listed) = Catalogue::embedded().action(text) else { return false };
        // The statement may be about every resource, and another action about none that the request could be about.
        match listed.is_about(resource) {
            true => reach.is_new(text, resource),
            false => (is_about_all || resource == "*") && reach.is_new(text, "*"),
        }
    };
    let mut found: Vec<(Span, &str)> = Vec::new();
    for value in values {
        let text = &*value.value.text;
        let is_other = !text.contains(['*', '?'])
            && !text.eq_ignore_ascii_case(action)
            && found.iter().all(|(_, name)| !name.eq_ignore_ascii_case(text));
        if is_other && is_new(text) {
            found.push((value.span, text));
        }
    }
    found
}

/// Names the resource pattern of a finding, and the other ones of the statement on which one of the actions is newly allowed.
pub(super) fn resources(judgement: &Judgement<'_>, explained: &Explained<'_>, own: &str) -> String {
    let further = further_resources(judgement, explained);
    match further.as_slice() {
        [] => own.to_owned(),
        [(_, one)] => format!("{own} and {one}"),
        [(_, one), (_, two)] => format!("{own}, {one} and {two}"),
        more => format!("{own} and {} more resources", more.len()),
    }
}

/// Returns the other resource patterns of the statement of a finding on which one of the actions is newly allowed, with their places.
pub(super) fn further_resources<'j>(
    judgement: &'j Judgement<'_>,
    explained: &'j Explained<'_>,
) -> Vec<(Span, &'j str)> {
    let Some(reach) = Reach::of(judgement, explained) else { return Vec::new() };
    let Some(listed) = reach.statement.resource.as_ref().filter(|element| !element.negated) else {
        return Vec::new();
    };
    if listed.values.len() > MOST_TRIED {
        return Vec::new();
    }
    let places = || std::iter::once(&explained.blame.primary).chain(&explained.blame.others);
    let is_own = |span: Span| places().any(|place| place.part == Part::Resource && place.span == span);
    let actions = reach.listed();
    let mut found = Vec::new();
    for value in listed.values.iter().filter(|value| !is_own(value.span)) {
        let text = &*value.value.text;
        let example = text.replace(['*', '?'], "a");
        let is_new =
            |action: &Action<'_>| action.is_about(&example) && reach.is_new(&action.full_name(), &example);
        if text != "*" && !text.contains('$') && actions.iter().any(is_new) {
            found.push((value.span, text));
        }
    }
    found
}

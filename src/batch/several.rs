//! One question about every policy of a file.

use super::config::Summary;
use crate::check::{Answer, Options};
use crate::container::{Container, Content, Entry, PolicyKind, State, unread_links};
use crate::policy::{Document, PolicyType};
use crate::query::CheckKind;
use crate::report::json;
use crate::report::{AwsCheck, Failure, Judgement, Settled, Status};
use crate::solve::Verdict;
use crate::surface::{fit, incomplete, isolated, not_read, open, passes_over};
use serde_json::{Map, Value, json};

/// Asks the question about a policy of a file.
pub(super) type Ask<'q> = dyn Fn(&Entry, &Document, &Options) -> Result<(AwsCheck, Answer), Failure> + 'q;

/// The question, as it is asked of each policy.
pub(super) struct Question<'q> {
    pub(super) kind: CheckKind,
    /// The policy that each is compared to, if that is the question.
    pub(super) existing: Option<&'q Document>,
    pub(super) options: &'q Options,
    pub(super) ask: &'q Ask<'q>,
}

/// The answers about every policy, and what they are together: an error counts for more than FAIL, and that for more than
/// UNKNOWN.
pub(super) fn answers(container: &Container, question: &Question<'_>) -> (Summary, Value) {
    let file = container.source.name();
    let mut parts: Vec<(String, Status, Value)> = Vec::new();
    let there = |entry: &&Entry| !matches!(entry.state(), State::Absent | State::Deleted);
    for entry in container.entries.iter().filter(there) {
        let (status, value) = match isolated(|| one(container, entry, question)).flatten() {
            Ok(told) => told,
            Err(Failure { open: Some(issue), message, .. }) => {
                (Status::Unknown, json::settled(&Settled::of(*issue, message)))
            }
            Err(failure) => (Status::Error, json::failure(&failure)),
        };
        parts.push((entry.name.clone(), status, value));
    }
    let mut open = |name: String, settled: Settled| {
        parts.push((name, settled.status, json::settled(&settled)));
    };
    for fault in &container.incomplete {
        let issue = incomplete(&container.source, fault);
        open(file.to_owned(), Settled::of(issue, fault.message.clone()));
    }
    if question.kind == CheckKind::AccessNotGranted {
        for link in unread_links(container) {
            let issue = not_read(link, file);
            let message = issue.title.clone();
            open(link.name(None), Settled::of(issue, message));
        }
    }
    let (summary, mut value) = together(parts);
    let notes = container.notes.iter().map(|note| json::warning(&container.source, note));
    let notes: Vec<Value> = notes.collect();
    if let Value::Object(members) = &mut value
        && !notes.is_empty()
    {
        members.insert("warnings".to_owned(), Value::from(notes));
    }
    (summary, value)
}

fn together(parts: Vec<(String, Status, Value)>) -> (Summary, Value) {
    let count = |wanted: Status| parts.iter().filter(|(_, status, _)| *status == wanted).count();
    let counts: Vec<String> = [Status::Error, Status::Fail, Status::Unknown, Status::Pass, Status::Skipped]
        .into_iter()
        .filter(|status| count(*status) > 0)
        .map(|status| format!("{} {}", count(status), status.name()))
        .collect();
    let noun = if parts.len() == 1 { "policy" } else { "policies" };
    let message = match counts.as_slice() {
        [] => "0 policies".to_owned(),
        counts => format!("{} {noun}: {}", parts.len(), counts.join(", ")),
    };
    let one = Summary::default();
    let (summary, mut value) = if count(Status::Error) > 0 {
        (Summary { errors: 1, ..one }, json::failure(&Failure::validation(message)))
    } else {
        let (summary, result) = match () {
            () if count(Status::Fail) > 0 => (Summary { fail: 1, ..one }, Status::Fail),
            () if count(Status::Unknown) > 0 => (Summary { unknown: 1, ..one }, Status::Unknown),
            () if count(Status::Pass) > 0 => (Summary { pass: 1, ..one }, Status::Pass),
            () => (Summary { skipped: 1, ..one }, Status::Skipped),
        };
        match result {
            Status::Skipped => (summary, json!({"skipped": format!("no policy was judged: {message}")})),
            result => (summary, json!({"result": result.name(), "message": message})),
        }
    };
    let policies = parts.into_iter().map(|(name, _, value)| {
        let mut members = Map::new();
        members.insert("name".to_owned(), Value::from(name));
        if let Value::Object(rest) = value {
            members.extend(rest);
        }
        Value::Object(members)
    });
    if let Value::Object(members) = &mut value {
        members.insert("policies".to_owned(), policies.collect());
    }
    (summary, value)
}

fn one(container: &Container, entry: &Entry, question: &Question<'_>) -> Result<(Status, Value), Failure> {
    let skipped = |why: String| Ok((Status::Skipped, json!({"skipped": why})));
    if let Some((issue, why)) = open(entry, &entry.content) {
        let issue = issue.at(&container.source, entry.span, "");
        return Ok((Status::Unknown, json::settled(&Settled::of(issue, why))));
    }
    if let Some(why) = entry.kind.and_then(|kind| passes_over(question.kind, kind)) {
        return skipped(why);
    }
    let Content::Text { read, .. } = &entry.content else {
        return Err(Failure::validation("the file holds no text for this policy"));
    };
    let Some(document) = &read.document else {
        return Err(match Failure::of_documents([read]) {
            Some(failure) => failure,
            None => Failure::validation("it cannot be read"),
        });
    };
    let own = entry.kind.map(PolicyKind::policy_type);
    if let (Some(own), Some(existing), None) = (own, question.existing, question.options.policy_type) {
        let other = PolicyType::infer([existing]);
        if own != other {
            return skipped(format!("it is compared to an {}, and is an {}", other.name(), own.name()));
        }
    }
    let options = Options { policy_type: question.options.policy_type.or(own), ..question.options.clone() };
    let documents: Vec<&Document> = std::iter::once(document).chain(question.existing).collect();
    fit(&documents, options.policy_type)?;
    let (check, answer) = (question.ask)(entry, document, &options)?;
    let status = match answer.verdict {
        Verdict::Pass(_) => Status::Pass,
        Verdict::Fail(_) => Status::Fail,
        Verdict::Unknown(_) => Status::Unknown,
    };
    if entry.sensitive {
        let message = "its text is marked as sensitive: what was found is not shown";
        return Ok((status, json!({"result": status.name(), "message": message})));
    }
    let judgement = Judgement::without_replays(check, document, question.existing, &answer, &options);
    let value =
        serde_json::to_value(&judgement).map_err(|_| Failure::internal("an answer is written as JSON"))?;
    Ok((status, value))
}

//! The defects that lint found, as issues.

use super::names;
use crate::check::{Axis, Defect, Fault, Lint, Options};
use crate::code::Code;
use crate::evaluate;
use crate::explain::display::{KeyNames, counted, one_line, statement_name};
use crate::explain::repair::name_tenant;
use crate::explain::replay::{self, Replayer};
use crate::index::broken;
use crate::policy::{ActionPattern, Document, Effect, RequestSet, Statement};
use crate::report::display;
use crate::report::fingerprint::statement_text;
use crate::report::issue::{Issue, Kind, Mark, Status, Subject};
use crate::request::closest_global_key;
use crate::span::Span;

/// The largest length of a value that advice repeats.
const LONGEST_VALUE: usize = 80;

/// Returns the code of a fault; `iamsat explain` has a page about each.
fn code(fault: Fault) -> Code {
    match fault {
        Fault::NeverApplies => Code::StatementNeverApplies,
        Fault::FullyDenied => Code::StatementFullyDenied,
        Fault::Redundant => Code::RedundantStatement,
        Fault::DeniesNothing { .. } => Code::DenyWithoutEffect,
        Fault::RedundantValue(Axis::Action, _) => Code::RedundantAction,
        Fault::RedundantValue(Axis::Resource, _) => Code::RedundantResource,
        Fault::RedundantValue(Axis::Principal, _) => Code::RedundantPrincipal,
        Fault::RedundantValue(Axis::Condition(_), _) => Code::RedundantConditionValue,
        Fault::AlwaysMet(_) => Code::ConditionAlwaysMet,
        Fault::AllowsNotAction => Code::AllowWithNotAction,
        Fault::AllowsNotResource => Code::AllowWithNotResource,
        Fault::AllowsNotPrincipal => Code::AllowWithNotPrincipal,
        Fault::MetWithoutKey(_) => Code::ConditionMetWithoutKey,
        Fault::DeniesOnlyIfPresent(_) => Code::DenyOnlyIfPresent,
        Fault::LetsInTenants(_) => Code::AnyFederatedUser,
        Fault::UnknownKey(_) => Code::UnknownGlobalKey,
        Fault::WrongAccountId(..) => Code::WrongAccountId,
        Fault::Placeholder(..) => Code::PlaceholderNotFilledIn,
        Fault::UnreadVariable(..) => Code::VariableWithoutVersion,
        Fault::NobodyPrincipal(_) => Code::PrincipalMatchesNobody,
        Fault::SessionArn(..) => Code::AssumedRoleInPrincipalArn,
        Fault::ServicePattern(_) => Code::ServiceWildcard,
        Fault::UnlistedAction(_) => Code::ActionNotListed,
        Fault::UnusableAction(_) => Code::ActionNeverUsable,
        Fault::UnlistedKey(_) => Code::KeyNotListed,
        Fault::AbsentKey(_) => Code::KeyNeverPresent,
        Fault::OperatorAgainstType(_) => Code::OperatorAgainstType,
    }
}

/// Returns the place of a fault.
fn place(statement: &Statement, fault: Fault) -> Span {
    let resource = || statement.resource.as_ref();
    let principal = || statement.principal.as_ref();
    let value = |axis: Axis, value: usize| match axis {
        Axis::Action => statement.action.values.get(value).map(|v| v.span),
        Axis::Resource => resource().and_then(|r| r.values.get(value)).map(|v| v.span),
        Axis::Principal => principal().and_then(|p| p.values.get(value)).map(|v| v.span),
        Axis::Condition(condition) => {
            statement.conditions.get(condition).and_then(|c| c.values.get(value)).map(|v| v.span)
        }
    };
    let found = match fault {
        Fault::NeverApplies | Fault::FullyDenied | Fault::Redundant | Fault::DeniesNothing { .. } => None,
        Fault::RedundantValue(axis, place)
        | Fault::WrongAccountId(axis, place)
        | Fault::Placeholder(axis, place)
        | Fault::UnreadVariable(axis, place) => value(axis, place),
        Fault::ServicePattern(place) | Fault::UnlistedAction(place) | Fault::UnusableAction(place) => {
            value(Axis::Action, place)
        }
        Fault::SessionArn(condition, place) => value(Axis::Condition(condition), place),
        Fault::UnlistedKey(condition)
        | Fault::AbsentKey(condition)
        | Fault::OperatorAgainstType(condition)
        | Fault::UnknownKey(condition)
        | Fault::AlwaysMet(condition)
        | Fault::MetWithoutKey(condition)
        | Fault::DeniesOnlyIfPresent(condition) => statement.conditions.get(condition).map(|c| c.key.span),
        Fault::AllowsNotAction => Some(statement.action.key_span),
        Fault::AllowsNotResource => resource().map(|r| r.key_span),
        Fault::AllowsNotPrincipal => principal().map(|p| p.key_span),
        Fault::LetsInTenants(place) | Fault::NobodyPrincipal(place) => value(Axis::Principal, place),
    };
    // A fault of the whole statement is marked at its actions, which every statement has.
    match found {
        Some(span) => span,
        None => statement.action.span,
    }
}

/// Makes an issue of every defect that lint found in a document, and of every warning about it.
///
/// ```
/// use iamsat::check::{Options, lint};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":["s3:Get*","s3:GetObject"],"Resource":"*"}"#);
/// let options = Options::default();
/// let subject = iamsat::report::lint(&policy, "policy.json", &lint(&policy, &options), &options);
/// assert_eq!(subject.issues[0].code.as_str(), "redundant-action");
/// ```
pub fn lint(document: &Document, argument: &str, found: &Lint, options: &Options) -> Subject {
    let of = |defect: &Defect| issue(document, argument, defect, found, options);
    let mut issues: Vec<Issue> = found.defects.iter().filter_map(of).collect();
    let warnings: Vec<Issue> =
        Issue::warnings(document).map(|issue| Issue { kind: Kind::Lint, ..issue }).collect();
    issues.extend(warnings);
    if let Some(limit) = found.exhausted {
        let title = "a limit was reached before the search was complete: there may be more";
        issues.push(Issue::new(Kind::Unknown, limit.code(), title));
    }
    let lints = issues.iter().filter(|issue| issue.kind == Kind::Lint).count();
    let status = match (found.exhausted, lints) {
        (_, 1..) => Status::Fail,
        (Some(_), 0) => Status::Unknown,
        (None, 0) => Status::Pass,
    };
    let notes = issues.iter().filter(|issue| issue.kind == Kind::Warning).count();
    let notes = if notes == 0 { String::new() } else { format!(", {}", counted(notes, "note")) };
    let message = match (lints, status) {
        (0, Status::Unknown) => format!("nothing found before a limit was reached{notes}"),
        (0, _) => format!("nothing found{notes}"),
        (n, _) => format!("{}{notes}", counted(n, "finding")),
    };
    let file = Some(document.source.in_file(document.span).0.name().to_owned());
    Subject { name: document.source.name().to_owned(), file, rule: None, status, message, issues }
}

/// Returns the first element of a statement that is an empty list, which matches nothing, and its place.
fn empty_element(statement: &Statement) -> Option<(&'static str, Span)> {
    let principal = statement.principal.as_ref();
    let principal = principal.filter(|p| !p.negated && !p.everyone && p.values.is_empty());
    let action = Some(&statement.action).filter(|action| !action.negated && action.values.is_empty());
    let resource = statement.resource.as_ref().filter(|r| !r.negated && r.values.is_empty());
    let principal = principal.map(|element| ("Principal", element.span));
    let action = || action.map(|element| ("Action", element.span));
    principal.or_else(action).or_else(|| resource.map(|element| ("Resource", element.span)))
}

fn issue(
    document: &Document,
    argument: &str,
    defect: &Defect,
    found: &Lint,
    options: &Options,
) -> Option<Issue> {
    let statement = document.statements.get(defect.statement)?;
    let code = code(defect.fault);
    let span = match (defect.fault, empty_element(statement)) {
        (Fault::NeverApplies, Some((_, span))) => span,
        (fault, _) => place(statement, fault),
    };
    let source = document.source.slice(span);
    let same = if found.alone { "allows exactly the same" } else { "allows and denies exactly the same" };
    let looked_up = names::texts(options.catalogue(), statement, defect.fault);
    let Words { title, label, help } = match looked_up {
        Some((title, label, help)) => Words { title, label, help },
        None => words(document, defect, statement, source, same),
    };
    let text = statement_text(document, statement);
    // A statement that only limits other policies needs no change.
    let kind = match defect.fault {
        Fault::DeniesNothing { can_go: false } => Kind::Warning,
        _ => Kind::Lint,
    };
    let marks = match excluding(statement, defect) {
        marks if !marks.is_empty() => marks,
        _ => vec![Mark { span, label: label.into() }],
    };
    let pointer = marks.first().and_then(|mark| document.pointer_within(defect.statement, mark.span));
    let covering =
        covering(statement, defect.fault).map(|span| Mark { span, label: "this covers it".to_owned() });
    let issue = Issue {
        source: Some(document.source.clone()),
        marks: marks.into_iter().chain(covering).collect(),
        pointer,
        ..Issue::new(kind, code, one_line(&title))
    };
    let mut issue = issue.with_fingerprint(&[code.as_str(), &text, source]);
    if let Some(finding) = &defect.finding {
        let witness = finding.witness.request();
        let rows = display::rows(witness, &KeyNames::of(&[document]), found.policy_type);
        issue = issue.with_note("request", display::table(&rows));
        let mut referee = evaluate::Options::for_documents(&[document]);
        referee.policy_type = found.policy_type;
        referee.strict_arn = options.strict_arn;
        let spelled =
            Replayer::new(&[document], &referee, options.aws_compat).spelled(witness, RequestSet::ALLOWED);
        let command = spelled.map(|s| replay::command(&s, &[argument], "allowed", options.strict_arn));
        if let Some(Ok(command)) = command {
            issue = issue.with_note("replay", command);
        }
    }
    if let Fault::RedundantValue(Axis::Action, place) = defect.fault {
        let pattern = statement.action.values.get(place);
        for (name, text) in names::wildcards(options.catalogue(), pattern.into_iter()) {
            issue = issue.with_note(name, text);
        }
    }
    Some(issue.with_note("help", help))
}

/// The texts of an issue.
struct Words {
    title: String,
    label: &'static str,
    help: String,
}

/// Names the keys of conditions; `None` if there are none.
fn keys_of(statement: &Statement, conditions: &[usize]) -> Option<String> {
    let mut keys: Vec<&str> = Vec::new();
    for condition in conditions.iter().filter_map(|place| statement.conditions.get(*place)) {
        if !keys.contains(&&*condition.key.value.text) {
            keys.push(&condition.key.value.text);
        }
    }
    match keys.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        [first @ .., last] => Some(format!("{} and {last}", first.join(", "))),
    }
}

/// Marks the conditions that exclude each other.
fn excluding(statement: &Statement, defect: &Defect) -> Vec<Mark> {
    let conditions = defect.exclusive.iter().filter_map(|place| statement.conditions.get(*place));
    let marks = conditions.enumerate().map(|(place, condition)| Mark {
        span: condition.span,
        label: match (place, defect.exclusive.len()) {
            (0, 1) => "no request that the rest of the statement matches meets this",
            (0, 2) => "no request meets both this",
            (0, _) => "no request meets all of these: this",
            _ => "and this",
        }
        .to_owned(),
    });
    marks.collect()
}

/// Finds the action of a statement that by itself covers a redundant one.
fn covering(statement: &Statement, fault: Fault) -> Option<Span> {
    let Fault::RedundantValue(Axis::Action, place) = fault else { return None };
    if statement.action.negated {
        return None;
    }
    let values = &statement.action.values;
    let own = &values.get(place)?.value;
    let others = values.iter().enumerate().filter(|(other, _)| *other != place);
    let text = own.text.to_ascii_lowercase();
    // A pattern that matches another one, the wildcards of that taken for letters, covers it, unless a `?` stands for a `*`.
    let covers = |pattern: &ActionPattern| {
        (!text.contains('*') || !pattern.text.contains('?')) && evaluate::glob_matches(&pattern.glob, &text)
    };
    others.into_iter().find(|(_, value)| covers(&value.value)).map(|(_, value)| value.span)
}

/// Returns the title, label and help about a statement that matches no request.
fn never_applies(
    statement: &Statement,
    name: &str,
    exclusive: &[usize],
) -> (String, &'static str, &'static str) {
    if let Some(keys) = keys_of(statement, exclusive) {
        return match exclusive.len() {
            1 => (
                format!(
                    "{name} matches no request: no request of the rest of it meets the condition on {keys}"
                ),
                "no request meets this",
                "correct this condition, or remove the statement: without it the policy SAME (proved)",
            ),
            _ => (
                format!("{name} matches no request: its conditions on {keys} exclude each other"),
                "no request meets this",
                "correct one of these conditions, or remove the statement: without it the policy SAME (proved)",
            ),
        };
    }
    if let Some(element) = excluding_all(statement) {
        return (
            format!("{name} matches no request: its `{element}` excludes everything"),
            "no request satisfies all of its parts",
            "list what the statement is not for, or remove the statement: without it the policy SAME (proved)",
        );
    }
    match empty_element(statement) {
        Some((element, _)) => (
            format!("{name} matches no request: its `{element}` is empty"),
            "an empty list matches nothing",
            "list the values that the statement is for, or remove the statement: without it the policy SAME (proved)",
        ),
        None => (
            format!("{name} matches no request"),
            "no request satisfies all of its parts",
            if statement.conditions.is_empty() {
                "no request has such an action, resource and principal: correct them, or remove the statement: \
                 without it the policy SAME (proved)"
            } else {
                "its parts contradict one another: correct them, or remove the statement: without it the policy SAME (proved)"
            },
        ),
    }
}

/// Returns the name of an element that excludes every action or resource, if there is one.
fn excluding_all(statement: &Statement) -> Option<&'static str> {
    let action = &statement.action;
    let resource = statement.resource.as_ref();
    let of_actions = action.negated && action.values.iter().any(|value| value.value.is_any());
    let of_resources = resource.is_some_and(|resource| {
        resource.negated && resource.values.iter().any(|value| value.value.template.is_many())
    });
    match (of_actions, of_resources) {
        (true, _) => Some("NotAction"),
        (false, true) => Some("NotResource"),
        (false, false) => None,
    }
}

/// Returns the title, label and help for a defect. `source` is the affected part of the statement; `same` says what the policy
/// keeps without it.
fn words(document: &Document, defect: &Defect, statement: &Statement, source: &str, same: &str) -> Words {
    let name = statement_name(defect.statement, Some(statement));
    let by = defect.covered_by.map(|by| statement_name(by, document.statements.get(by)));
    let condition = |place: usize| statement.conditions.get(place);
    let key = |place: usize| condition(place).map_or("", |c| &*c.key.value.text);
    let does = if statement.effect.value == Effect::Allow { "allows" } else { "denies" };
    let (title, label, help) = match defect.fault {
        Fault::NeverApplies => never_applies(statement, &name, &defect.exclusive),
        Fault::FullyDenied => (
            format!("everything that {name} allows is denied"),
            "all of this is denied by Deny statements",
            "narrow the Deny statements, or remove the statement: without it the policy SAME (proved)",
        ),
        Fault::Redundant => (
            match &by {
                Some(by) => format!("{name} {does} nothing that {by} does not"),
                None => format!("{name} {does} nothing that the other statements together do not"),
            },
            match statement.effect.value {
                Effect::Allow => "all of this is allowed elsewhere",
                Effect::Deny => "all of this is denied elsewhere",
            },
            "remove the statement: the policy SAME (proved)",
        ),
        Fault::DeniesNothing { can_go } => (
            format!("{name} denies nothing that this policy would allow without it"),
            "without it, the policy would allow none of this",
            match can_go {
                true => {
                    "remove the statement, or keep it as a guard against other policies: alone the policy SAME (proved)"
                }
                false => "it limits only what other policies allow: keep it if that is intended",
            },
        ),
        fault @ Fault::RedundantValue(..) => (
            match covering(statement, fault) {
                Some(by) => {
                    format!("{source} in {name} has no effect: {} covers it", document.source.slice(by))
                }
                None => format!("{source} in {name} has no effect"),
            },
            "without it, the policy means the same",
            "remove VALUE: the policy SAME (proved)",
        ),
        Fault::AlwaysMet(place) => (
            format!("the condition on {} in {name} is always met", key(place)),
            "every request that the rest of the statement matches meets this",
            "remove it: the policy SAME (proved)",
        ),
        Fault::AllowsNotAction => (
            format!("{name} allows all actions except those listed, including those of future services"),
            "allows all except these",
            "list the allowed actions in Action",
        ),
        Fault::AllowsNotResource => (
            format!("{name} allows access to all resources except those listed"),
            "allows all except these",
            "list the allowed resources in Resource",
        ),
        Fault::AllowsNotPrincipal => (
            format!("{name} allows everyone except those listed, including anonymous callers"),
            "allows all except these",
            "list the allowed principals in Principal",
        ),
        Fault::MetWithoutKey(place) => (
            format!("requests without {} meet this condition of {name}", key(place)),
            "met by requests without the key",
            "remove IfExists or ForAllValues, or also require the key with \"Null\": {KEY: \"false\"}, if requests \
             without it are not to be allowed",
        ),
        Fault::DeniesOnlyIfPresent(place) => (
            format!("{name} does not deny requests that have no {}", key(place)),
            "not met by requests without the key, which long-term credentials send",
            "use BoolIfExists, so that requests without the key are denied too",
        ),
        Fault::LetsInTenants(_) => (
            format!("{name} lets in whoever has an account at the identity provider"),
            "one issuer serves all who use this provider",
            "name the tenants whose tokens are accepted",
        ),
        Fault::UnknownKey(place) => (
            format!("{name} asks for {}, a global key that iamsat does not know", key(place)),
            "no request is known to have this key",
            "correct the name, unless AWS has added the key since",
        ),
        Fault::WrongAccountId(..) => (
            format!("{source} in {name}: an account id has twelve digits"),
            "no account has this id",
            "write all twelve digits, in quotes and with leading zeros",
        ),
        Fault::Placeholder(..) => (
            format!("{source} in {name} has a placeholder that nothing fills in"),
            "AWS fills in condition keys alone, such as ${aws:username}",
            "fill it in before the policy is used; for the text itself write `${$}{`",
        ),
        Fault::UnreadVariable(..) => (
            format!("{source} in {name} is plain text: the version of this policy has no variables"),
            "no value is filled in",
            "write \"Version\": \"2012-10-17\"",
        ),
        Fault::NobodyPrincipal(_) => (
            format!("{source} in {name} is nobody's name"),
            "neither an ARN, nor an account id, nor the id of a user or role",
            "write the ARN of the account, user or role",
        ),
        Fault::SessionArn(..) => (
            format!("{source} in {name} is the ARN of a session, which aws:PrincipalArn never is"),
            "of a session, the key has the ARN of its role",
            "write the ARN of the role, or use aws:userid for one session",
        ),
        Fault::ServicePattern(_) => (
            format!("{source} in {name} has a wildcard before the colon"),
            "AWS does not document what it matches",
            "write each service in full",
        ),
        Fault::UnlistedAction(_)
        | Fault::UnusableAction(_)
        | Fault::UnlistedKey(_)
        | Fault::AbsentKey(_)
        | Fault::OperatorAgainstType(_) => broken("names that are looked up have texts of their own"),
    };
    let help = match defect.fault {
        Fault::UnknownKey(place) => match closest_global_key(key(place)) {
            Some(known) => format!("did you mean {known}?"),
            None => help.to_owned(),
        },
        Fault::MetWithoutKey(place) => help.replace("KEY", &format!("{:?}", key(place))),
        Fault::LetsInTenants(_) => {
            let request = defect.finding.as_ref().map(|finding| finding.witness.request());
            let advice = request.and_then(|request| name_tenant(statement, request, &name));
            advice.unwrap_or_else(|| help.to_owned())
        }
        Fault::RedundantValue(..) => {
            let value = if source.len() <= LONGEST_VALUE { source } else { "it" };
            help.replace("SAME", same).replacen("VALUE", value, 1)
        }
        _ => help.replace("SAME", same),
    };
    Words { title, label, help }
}

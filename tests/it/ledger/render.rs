//! Turns an answer into one line: the verdict, the blamed places and the witnesses, then the codes in a field of their own.

use hmac_sha256::Hash;
use serde_json::Value;
use std::fmt::Write as _;

/// A longer answer ends in a hash of the whole.
const LONGEST_ANSWER: usize = 100;
/// Codes are rarely cut, so that a renamed one is seen.
const LONGEST_CODES: usize = 400;

/// Members that hold texts, places in the source, or what the codes and the other parts of the line tell already.
const NOT_RECORDED: &[&str] = &[
    "id",
    "message",
    "policyType",
    "policyTypeInferred",
    "resourceType",
    "assumptions",
    "warnings",
    "reasons",
    "locations",
    "result",
    "witness",
    "witnesses",
    "unknown",
    "candidate",
    "findings",
    "left",
    "right",
    "gained",
    "lost",
    "noLongerDenied",
    "newlyDenied",
    "judged",
    "policy",
];

/// Renders an answer as `VERDICT [BLAMED] WITNESS`, and after a tab the codes if there are any.
pub(crate) fn line(answer: &Value) -> String {
    let answer = &without_frame(answer.clone());
    let mut codes = Vec::new();
    collect_codes(answer, &mut codes);
    let mut line = shorten(&escape(&body(answer)), LONGEST_ANSWER);
    if !codes.is_empty() {
        write!(line, "\t{}", shorten(&escape(&codes.join(" ")), LONGEST_CODES)).unwrap();
    }
    line
}

/// Returns an answer without the members that say the rest once more: the version, and the list of its issues.
fn without_frame(mut answer: Value) -> Value {
    match &mut answer {
        Value::Object(members) => {
            members.retain(|name, _| name != "version" && name != "issues");
        }
        Value::Array(answers) => {
            answers.iter_mut().for_each(|answer| *answer = without_frame(answer.take()));
        }
        _ => {}
    }
    answer
}

fn body(answer: &Value) -> String {
    // A file of several policies has an answer for each.
    if let Some(answers) = answer.as_array() {
        return answers.iter().map(body).collect::<Vec<_>>().join(" | ");
    }
    if let Some(error) = answer.get("error") {
        return format!("ERROR{}", places(&error["diagnostics"]));
    }
    let mut parts = vec![match answer["result"].as_str() {
        Some(result) => {
            let beside = if answer["judged"] == "beside-others" { " beside others" } else { "" };
            format!("{result}{beside}{}{}", blamed(answer), places(&answer["unknown"]))
        }
        None => format!("{} findings", answer["findings"].as_array().map_or(0, Vec::len)),
    }];
    match answer["witnesses"].as_array() {
        Some(list) => parts.extend(list.iter().map(request)),
        None => parts.extend(answer.get("witness").map(request)),
    }
    parts.extend(answer.get("candidate").map(|candidate| format!("?{}", request(candidate))));
    parts.extend(answer["findings"].as_array().into_iter().flatten().map(finding));
    for side in ["left", "right"] {
        parts.extend(answer.get(side).map(|judged| format!("{side} {}", body(judged))));
    }
    for direction in ["gained", "lost", "noLongerDenied", "newlyDenied"] {
        let is_denial = direction.ends_with("Denied");
        let is_none =
            |found: &Value| found["complete"] == true && found["groups"] == Value::Array(Vec::new());
        if let Some(found) = answer.get(direction).filter(|found| !(is_denial && is_none(found))) {
            let complete = if found["complete"] == true { "" } else { " incompletely" };
            parts.push(format!("{direction}{complete}{}", places(&found["unknown"])));
            parts.extend(found["groups"].as_array().unwrap().iter().map(group));
        }
    }
    if let Some(policy) = answer.get("policy") {
        parts.push(format!("public {}", policy["isPublic"]));
        parts.extend(policy.get("check").filter(|check| check.is_object()).map(body));
    }
    parts.extend(others(answer));
    parts.join("; ")
}

/// The places that a FAIL blames, by statement.
fn blamed(answer: &Value) -> String {
    // A statement of the existing policy is to blame where that denies more.
    let index = |one: &Value| match one["statementIndex"].as_u64() {
        Some(index) => index.to_string(),
        None => format!("existing {}", one["existingStatementIndex"].as_u64().unwrap()),
    };
    let list = |member: &str| answer[member].as_array().map(Vec::as_slice).unwrap_or_default();
    let (reasons, locations) = (list("reasons"), list("locations"));
    let mut out = String::new();
    if !locations.is_empty() {
        let all: Vec<String> = locations.iter().map(place).collect();
        write!(out, " [{}]", all.join(" ")).unwrap();
    }
    let by_reasons: Vec<String> = reasons.iter().map(index).collect();
    if by_reasons != locations.iter().map(index).collect::<Vec<_>>() {
        write!(out, " reasons [{}]", by_reasons.join(", ")).unwrap();
    }
    out
}

/// Renders `/Statement/2/Action/0` as `2/Action/0`. The index goes first where the pointer does not name it.
fn place(one: &Value) -> String {
    let place = place_in_policy(one);
    if one["existingStatementIndex"].is_u64() { format!("existing {place}") } else { place }
}

fn place_in_policy(one: &Value) -> String {
    let pointer = one["pointer"].as_str().unwrap_or("?");
    let inside = pointer.strip_prefix("/Statement/");
    let by_pointer = inside.filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    match (by_pointer, one["statementIndex"].as_u64()) {
        (Some(rest), index) => {
            let named = rest.split('/').next().unwrap_or_default();
            let is_other = index.is_some_and(|index| index.to_string() != named);
            if is_other { format!("{}:{rest}", index.unwrap()) } else { rest.to_owned() }
        }
        (None, Some(index)) => format!("{index}:{pointer}"),
        (None, None) => pointer.to_owned(),
    }
}

fn places(list: &Value) -> String {
    let all: Vec<String> = list.as_array().into_iter().flatten().map(place).collect();
    if all.is_empty() { String::new() } else { format!(" [{}]", all.join(" ")) }
}

/// Renders a finding of lint, find or find-external-access.
fn finding(finding: &Value) -> String {
    let mut parts = vec![place(finding)];
    // The request of a lint finding is a text for people; its replay line holds the same request as options.
    let replay = finding["replay"].as_str().map(|replay| replay.split_once(" --action ").unwrap().1);
    parts.extend(replay.map(str::to_owned));
    parts.extend(finding.get("witness").map(request));
    if finding.get("findingType").is_some() {
        for member in ["isPublic", "whollyOutside", "statementIndexes", "deniedByStatementIndexes"] {
            parts.extend(finding.get(member).map(|value| format!("{member}={value}")));
        }
        for member in
            ["principal", "action", "notAction", "resources", "notResources", "condition", "conditions"]
        {
            parts.extend(finding.get(member).map(|value| format!("{member}={}", sorted(value))));
        }
    }
    parts.join(" ")
}

/// Renders a group of diff; of its region the hash is enough.
fn group(group: &Value) -> String {
    let text = |member: &str| group[member].as_str().unwrap();
    let file = text("file").rsplit('/').next().unwrap();
    let region = hash(&sorted(&group["region"]).to_string());
    let witness = request(&group["witness"]);
    let set = group["set"].as_str().map_or_else(String::new, |set| format!(" {set}"));
    format!("{} {file} {} {}{set} {witness} {region}", text("share"), group["statementIndex"], text("effect"))
}

/// Renders `ACTION RESOURCE PRINCIPAL KEY=VALUE`.
fn request(request: &Value) -> String {
    if request.is_null() {
        return "no request".to_owned();
    }
    let text = |member: &str| request[member].as_str().unwrap();
    let mut out = format!("{} {} {}", text("action"), text("resource"), principal(&request["principal"]));
    let context = sorted(&request["context"]);
    for (key, values) in context.as_object().unwrap() {
        let values: Vec<&str> = values.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect();
        write!(out, " {key}={}", values.join(",")).unwrap();
    }
    if let Some(facts) = request.get("facts") {
        write!(out, " facts={}", sorted(facts)).unwrap();
    }
    out
}

fn principal(principal: &Value) -> String {
    let Some(members) = principal.as_object() else { return "any".to_owned() };
    let kind = members["type"].as_str().unwrap();
    // The account is in the ARN, and the ARN of the role follows from that of its session.
    let is_redundant = |name: &str| match name {
        "account" => members.contains_key("arn"),
        "arn" => members.contains_key("sessionArn"),
        _ => name == "type",
    };
    let sorted = sorted(principal);
    let rest = sorted.as_object().unwrap().iter().filter(|(name, _)| !is_redundant(name));
    let rest: Vec<&str> = rest.map(|(_, value)| value.as_str().unwrap()).collect();
    if rest.is_empty() { kind.to_ascii_lowercase() } else { rest.join("/") }
}

/// The members that no other part renders, so that none is lost.
fn others(answer: &Value) -> Vec<String> {
    let sorted = sorted(answer);
    let others =
        sorted.as_object().unwrap().iter().filter(|(name, _)| !NOT_RECORDED.contains(&name.as_str()));
    let others = others.filter(|(name, _)| !["file", "cutShort", "settings"].contains(&name.as_str()));
    others.map(|(name, value)| format!("{name}={value}")).collect()
}

/// Collects every code, limit and assumption of an answer, in an order that does not depend on that of the members.
fn collect_codes(value: &Value, codes: &mut Vec<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| collect_codes(one, codes)),
        Value::Object(_) => {
            // A rule or a limit says more than its kind.
            let named = ["rule", "limit", "code", "reason"].iter().find_map(|name| value[*name].as_str());
            codes.extend(named.into_iter().chain(value["cutShort"].as_str()).map(str::to_owned));
            for (name, member) in sorted(value).as_object().unwrap() {
                match name.as_str() {
                    "assumptions" => {
                        let list = member.as_array().unwrap();
                        codes.extend(list.iter().map(|one| format!("+{}", one.as_str().unwrap())));
                    }
                    // These hold parts of policies and requests.
                    "region" | "witness" | "witnesses" | "candidate" | "principal" | "condition"
                    | "conditions" => {}
                    _ => collect_codes(member, codes),
                }
            }
        }
        _ => {}
    }
}

/// The value with the members of objects sorted by name.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(sorted).collect(),
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> =
                members.iter().map(|(name, value)| (name.clone(), sorted(value))).collect();
            members.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(members.into_iter().collect())
        }
        other => other.clone(),
    }
}

/// Keeps a line a line, and shows each character that a reader could not see.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c == ' ' || c.is_ascii_graphic() { out.push(c) } else { out.extend(c.escape_unicode()) }
    }
    out
}

/// Cuts a text, which is escaped and so ASCII.
fn shorten(text: &str, longest: usize) -> String {
    match text.get(..longest) {
        Some(start) if text.len() > longest => format!("{start}~{}", hash(text)),
        _ => text.to_owned(),
    }
}

fn hash(text: &str) -> String {
    let digest = Hash::hash(text.as_bytes());
    digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

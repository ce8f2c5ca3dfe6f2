//! Random expressions of policies: whatever the unknown values are, the policy that Terraform makes of them is one of those that the
//! expression was read as.
//!
//! `IAMSAT_PAIRS` sets the number of expressions (default 250), `IAMSAT_SEED` the first seed. The evaluator here shares nothing with
//! the one that is tested: it knows the values, and has no unknown ones.

use crate::support::world::{Random, pairs_and_seed};
use iamsat::container::{Content, Contents, Hole, Options, Sources, World, is_sign, open};
use iamsat::span::Source;
use serde_json::{Value, json};
use std::sync::Arc;

/// An expression of a text.
#[derive(Debug)]
enum Text {
    Literal(&'static str),
    Attribute(&'static str),
    Local,
    Joined(Vec<Text>),
    Conditional(bool, Box<Text>, Box<Text>),
    Join(&'static str, Vec<Text>),
    Format(Box<Text>),
    Lower(Box<Text>),
    Replace(Box<Text>, &'static str, &'static str),
    Part(Box<Text>, usize),
    Element(Vec<Text>, usize),
    Try(Box<Text>),
}

const LITERALS: [&str; 8] = ["a", "arn:aws:s3:::x", "*", "/b/", "A-b", "${aws:username}", "a:b:c", ""];
const ATTRIBUTES: [&str; 4] =
    ["aws_s3_bucket.b.arn", "aws_sqs_queue.q.arn", "aws_sqs_queue.q.name", "aws_sqs_queue.q.tags_all"];
const PARTS: [&str; 5] = [":", "a", "/", "::", "A"];

fn text(random: &mut Random, depth: usize) -> Text {
    let kind = if depth == 0 { random.below(3) } else { random.below(12) };
    let inner = |random: &mut Random| Box::new(text(random, depth - 1));
    let several = |random: &mut Random| (0..1 + random.below(3)).map(|_| text(random, depth - 1)).collect();
    match kind {
        0 => Text::Literal(LITERALS[random.below(LITERALS.len())]),
        1 => Text::Attribute(ATTRIBUTES[random.below(ATTRIBUTES.len())]),
        2 => Text::Local,
        3 => Text::Joined(several(random)),
        4 => Text::Conditional(random.below(2) == 0, inner(random), inner(random)),
        5 => Text::Join(PARTS[random.below(PARTS.len())], several(random)),
        6 => Text::Format(inner(random)),
        7 => Text::Lower(inner(random)),
        8 => Text::Replace(inner(random), PARTS[random.below(PARTS.len())], LITERALS[random.below(3)]),
        9 => Text::Part(inner(random), random.below(2)),
        10 => {
            let list: Vec<Text> = several(random);
            Text::Element(list, random.below(5))
        }
        _ => Text::Try(Box::new(text(random, 0))),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace("${", "$${"))
}

impl Text {
    fn written(&self) -> String {
        let all = |list: &[Text]| list.iter().map(Text::written).collect::<Vec<_>>().join(", ");
        match self {
            Text::Literal(text) => quoted(text),
            Text::Attribute(name) => (*name).to_owned(),
            Text::Local => "local.base".to_owned(),
            Text::Joined(parts) => {
                let parts: Vec<String> =
                    parts.iter().map(|part| format!("${{{}}}", part.written())).collect();
                format!("\"{}-\"", parts.concat())
            }
            Text::Conditional(truth, a, b) => {
                format!("(var.t == {truth} ? {} : {})", a.written(), b.written())
            }
            Text::Join(separator, list) => format!("join({}, [{}])", quoted(separator), all(list)),
            Text::Format(inner) => format!("format(\"%%-%s\", {})", inner.written()),
            Text::Lower(inner) => format!("lower({})", inner.written()),
            Text::Replace(inner, from, to) => {
                // A pattern between slashes is a regular expression.
                let from = if *from == "/" { "-" } else { from };
                format!("replace({}, {}, {})", inner.written(), quoted(from), quoted(to))
            }
            Text::Part(inner, index) => format!("split(\":\", {})[{index}]", inner.written()),
            Text::Element(list, index) => format!("element([{}], {index})", all(list)),
            Text::Try(inner) => format!("try({}, {})", inner.written(), quoted("x")),
        }
    }

    /// Returns the value; `None` if Terraform has an error.
    fn value(&self, values: &Values) -> Option<String> {
        let all = |list: &[Text]| list.iter().map(|one| one.value(values)).collect::<Option<Vec<String>>>();
        Some(match self {
            Text::Literal(text) => (*text).to_owned(),
            Text::Attribute(name) => values.of(name),
            Text::Local => format!("{}/x", values.of("aws_sqs_queue.q.arn")),
            Text::Joined(parts) => format!("{}-", all(parts)?.concat()),
            Text::Conditional(truth, a, b) => if *truth { a } else { b }.value(values)?,
            Text::Join(separator, list) => all(list)?.join(separator),
            Text::Format(inner) => format!("%-{}", inner.value(values)?),
            Text::Lower(inner) => inner.value(values)?.to_lowercase(),
            Text::Replace(inner, from, to) => {
                inner.value(values)?.replace(if *from == "/" { "-" } else { from }, to)
            }
            Text::Part(inner, index) => inner.value(values)?.split(':').nth(*index)?.to_owned(),
            Text::Element(list, index) => all(list)?[index % list.len()].clone(),
            Text::Try(inner) => inner.value(values)?,
        })
    }
}

/// The values that the plan does not know.
#[derive(Debug)]
struct Values {
    account: String,
    name: &'static str,
    other: &'static str,
}

impl Values {
    fn random(random: &mut Random) -> Values {
        const NAMES: [&str; 4] = ["jobs", "a", "A_b-9", "x.fifo"];
        const OTHERS: [&str; 7] = ["", "*", "a:b:c", "x\"y\\", "${aws:username}", "&{aws:username}", "aA/"];
        let digit = |_| char::from(b'0' + u8::try_from(random.below(10)).unwrap());
        let account = (0..12).map(digit).collect();
        Values { account, name: NAMES[random.below(4)], other: OTHERS[random.below(7)] }
    }

    fn of(&self, name: &str) -> String {
        match name {
            "aws_s3_bucket.b.arn" => "arn:aws:s3:::logs".to_owned(),
            "aws_sqs_queue.q.arn" => {
                format!("arn:aws:sqs:eu-west-1:{}:{}", self.account, self.name)
            }
            "aws_sqs_queue.q.name" => self.name.to_owned(),
            _ => self.other.to_owned(),
        }
    }

    /// Returns the value of an unknown text by its name; `None` for the result of a function.
    fn of_hole(&self, hole: &Hole) -> Option<String> {
        Some(match hole.name.as_str() {
            "provider aws (account)" => self.account.clone(),
            "provider aws (partition)" => "aws".to_owned(),
            "aws_sqs_queue.q (region)" => "eu-west-1".to_owned(),
            "aws_sqs_queue.q.name" => self.name.to_owned(),
            "aws_sqs_queue.q.tags_all" => self.other.to_owned(),
            "aws_sqs_queue.q.tags_all in a policy document" => self.other.replace("&{", "${"),
            name => {
                assert!(name.contains(" at main.tf:"), "{name}");
                return None;
            }
        })
    }
}

/// True if a text is one of those that a text with signs may be.
fn fits(pattern: &[char], text: &[char], holes: &[Hole], values: &Values) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return text.is_empty() };
    if !is_sign(*first) {
        return text.first() == Some(first) && fits(rest, &text[1..], holes, values);
    }
    let hole = holes.iter().find(|hole| hole.text.as_ref().unwrap().sign == *first).unwrap();
    let shape = &hole.text.as_ref().unwrap().shape;
    match values.of_hole(hole) {
        Some(value) => {
            let value: Vec<char> = value.chars().collect();
            assert!(shape.contains(&value.iter().collect::<String>()), "{hole:?} {values:?}");
            text.starts_with(&value) && fits(rest, &text[value.len()..], holes, values)
        }
        None => (0..=text.len()).any(|end| fits(rest, &text[end..], holes, values)),
    }
}

const FORMS: [(&str, &str); 3] = [
    ("jsonencode({Statement = [{Effect = \"Allow\", Action = \"s3:*\", Resource = [", "]}]})"),
    (
        "<<EOT\n{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": [\"${",
        "}\"]}]}\nEOT",
    ),
    ("data.aws_iam_policy_document.d.json", ""),
];

fn plan(references: &[String]) -> Value {
    let change = |address: &str, mode: &str, unknown: Value, after: Value| {
        let (kind, name) = address.trim_start_matches("data.").split_once('.').unwrap();
        json!({"address": address, "mode": mode, "type": kind, "name": name,
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": unknown}})
    };
    let configured = |address: &str, expressions: Value| json!({"address": address, "provider_config_key": "aws", "expressions": expressions});
    let after = json!({"region": "eu-west-1"});
    json!({
        "format_version": "1.2",
        "variables": {"t": {"value": true}},
        "resource_changes": [
            change("aws_s3_bucket.b", "managed", json!({"arn": true}), json!({"bucket": "logs"})),
            change("aws_sqs_queue.q", "managed", json!({"arn": true, "name": true, "tags_all": true}), after),
            change("data.aws_iam_policy_document.d", "data", json!({"json": true}), json!({})),
            change("aws_iam_policy.p", "managed", json!({"policy": true}), json!({})),
        ],
        "configuration": {"root_module": {"resources": [
            configured("aws_s3_bucket.b", json!({})),
            configured("aws_sqs_queue.q", json!({})),
            configured("aws_iam_policy.p", json!({"policy": {"references": references}})),
        ]}},
    })
}

/// Returns the references of an expression, by its words.
fn references(written: &str) -> Vec<String> {
    let names =
        ["aws_s3_bucket.b", "aws_sqs_queue.q", "local.base", "var.t", "data.aws_iam_policy_document.d"];
    names.into_iter().filter(|name| written.contains(name)).map(str::to_owned).collect()
}

#[test]
fn policies_are_among_those_that_their_expressions_were_read_as() {
    let (count, seed) = pairs_and_seed();
    let (mut decided, mut with_values) = (0, 0);
    for number in 0..count {
        let mut random = Random::new(seed + number, 0x9E37_79B9_7F4A_7C15);
        let resource = text(&mut random, 3);
        let written = resource.written();
        let (before, after) = FORMS[random.below(FORMS.len())];
        let is_document = after.is_empty();
        let policy = if is_document { before.to_owned() } else { format!("{before}{written}{after}") };
        let main = format!(
            "variable \"t\" {{\n  type = bool\n}}\nlocals {{\n  base = \"${{aws_sqs_queue.q.arn}}/x\"\n}}\n\
             resource \"aws_s3_bucket\" \"b\" {{}}\nresource \"aws_sqs_queue\" \"q\" {{}}\n\
             data \"aws_iam_policy_document\" \"d\" {{\n  statement {{\n    actions = [\"s3:*\"]\n    \
             resources = [{written}]\n  }}\n}}\nresource \"aws_iam_policy\" \"p\" {{\n  policy = {policy}\n}}\n"
        );
        let sources =
            Sources::of_directory([("main.tf".to_owned(), main.clone().into_bytes())].into()).unwrap();
        let options = Options { sources: Some(Arc::new(sources)), ..Options::default() };
        let plan = plan(&references(&policy)).to_string();
        let Contents::Container(container) = open(&Source::new("plan.json", plan), &options).unwrap() else {
            panic!()
        };
        let [entry] = container.entries.as_slice() else { panic!("{:?}", container.entries) };
        let (holes, policy): (&[Hole], String) = match &entry.content {
            Content::Text { read, .. } => (&[], read.source.text().to_owned()),
            Content::Partly { holes, worlds } => {
                let [World { policy: Some(policy), .. }] = worlds.as_slice() else { panic!() };
                (holes, policy.clone())
            }
            Content::Unknown { reason, .. } => {
                assert!(!reason.contains("differ"), "{reason}\n{main}");
                continue;
            }
            Content::Absent => panic!("{main}"),
        };
        decided += 1;
        let json: Value = serde_json::from_str(&policy).unwrap();
        let shown = &json["Statement"][0]["Resource"];
        let shown = shown.as_str().or(shown[0].as_str()).unwrap();
        for _ in 0..4 {
            let values = Values::random(&mut random);
            // An error means that there is no policy.
            let Some(actual) = resource.value(&values) else { continue };
            let actual = if is_document { actual.replace("&{", "${") } else { actual };
            let (pattern, actual): (Vec<char>, Vec<char>) =
                (shown.chars().collect(), actual.chars().collect());
            assert!(fits(&pattern, &actual, holes, &values), "{shown:?} {actual:?}\n{values:?}\n{main}");
            with_values += 1;
        }
    }
    assert!(decided * 2 > count && with_values > count, "{decided} of {count} are decided");
}

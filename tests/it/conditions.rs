//! The tables of docs/semantics.md about conditions, run against the referee and against the search.

use crate::support::document;
use crate::support::sampling;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use iamsat::check::{Answer, Judging, Options, no_new_access};
use iamsat::evaluate::{self, Decision, evaluate};
use iamsat::formula::{Network, Scalar};
use iamsat::policy::{
    AddressRange, Decimal, Document, OperatorBase, OperatorFamily, PolicyType, decode_base64, read_instant,
};
use iamsat::request::Request;
use iamsat::solve::{UnknownReason, Verdict};
use proptest::prelude::*;

const MANUAL: &str = include_str!("../../docs/semantics.md");

/// Returns the rows of the table whose header starts with `first`, cells without their backquotes.
fn table(first: &str) -> Vec<Vec<String>> {
    let header = format!("| {first} |");
    let rows: Vec<Vec<String>> = MANUAL
        .lines()
        .skip_while(|line| !line.starts_with(&header))
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let cells = line.trim_matches('|').split('|');
            cells.map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
        })
        .collect();
    assert!(!rows.is_empty(), "docs/semantics.md has no table {first}");
    rows
}

/// Returns a key of the key table for which operators of the family are documented.
fn typed(family: OperatorFamily) -> Option<&'static str> {
    match family {
        OperatorFamily::Numeric => Some("aws:MultiFactorAuthAge"),
        OperatorFamily::Date => Some("aws:TokenIssueTime"),
        OperatorFamily::Ip => Some("aws:SourceIp"),
        OperatorFamily::Bool => Some("aws:MultiFactorAuthPresent"),
        OperatorFamily::Arn => Some("aws:SourceArn"),
        OperatorFamily::String => Some("aws:SourceVpc"),
        OperatorFamily::Binary | OperatorFamily::Null => None,
    }
}

/// A policy with one Allow under `condition`, with Deny statements that leave only requests in which `ex:key` has exactly
/// `values`.
fn pinned(condition: &str, values: &[&str], family: OperatorFamily, several: bool) -> String {
    let allow =
        format!(r#"{{"Effect":"Allow","Action":"ex:Do","Resource":"*","Condition":{{{condition}}}}}"#);
    let deny = |condition: String| {
        format!(r#"{{"Effect":"Deny","Action":"ex:Do","Resource":"*","Condition":{{{condition}}}}}"#)
    };
    let other = match family {
        OperatorFamily::Numeric => "NumericNotEquals",
        OperatorFamily::Date => "DateNotEquals",
        OperatorFamily::Ip => "NotIpAddress",
        _ => "StringNotEquals",
    };
    let mut statements = vec![allow];
    match values {
        [] => statements.push(deny(r#""Null":{"ex:key":"false"}"#.into())),
        [value] if !several => statements.push(deny(format!(r#""{other}":{{"ex:key":"{value}"}}"#))),
        _ => {
            statements.push(deny(r#""Null":{"ex:key":"true"}"#.into()));
            statements.push(deny(format!(r#""ForAnyValue:{other}":{{"ex:key":{values:?}}}"#)));
            for value in values {
                statements.push(deny(format!(r#""ForAllValues:{other}":{{"ex:key":{value:?}}}"#)));
            }
        }
    }
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn nothing() -> Document {
    document("nothing", r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#)
}

fn rules(answer: &Answer) -> Vec<&'static str> {
    let Verdict::Unknown(unknown) = &answer.verdict else { return Vec::new() };
    let rule = |reason: &UnknownReason| match reason {
        UnknownReason::Opaque { rule, .. } => rule.as_str(),
        other => panic!("{other:?}"),
    };
    unknown.reasons.iter().map(rule).collect()
}

fn ask(new: &Document) -> Answer {
    let options =
        Options { policy_type: Some(PolicyType::Identity), judging: Judging::Alone, ..Options::default() };
    let same = no_new_access(new, new, &options);
    assert_eq!(same.verdict.name(), "PASS", "against itself: {}", new.source.text());
    no_new_access(new, &nothing(), &options)
}

/// Returns the answers of the referee and of the search to a request with exactly these values, as the tables spell them.
fn both(
    condition: &str,
    values: &[&str],
    family: OperatorFamily,
    several: bool,
) -> (&'static str, &'static str) {
    both_on("ex:key", condition, values, family, several)
}

/// Does the same for the key in the place of `ex:key`.
fn both_on(
    key: &str,
    condition: &str,
    values: &[&str],
    family: OperatorFamily,
    several: bool,
) -> (&'static str, &'static str) {
    let policy = document("pinned", &pinned(condition, values, family, several).replace("ex:key", key));
    let request = Request::new("ex:Do", "arn:aws:s3:::b").with(key, values.iter().copied());
    let referee = match evaluate(&[&policy], &request, &evaluate::Options::for_documents(&[&policy])).decision
    {
        Decision::Allowed => "true",
        Decision::ImplicitlyDenied => "false",
        Decision::Undetermined => "open",
        Decision::ExplicitlyDenied => panic!("not pinned: {}", policy.source.text()),
    };
    let search = match ask(&policy).verdict {
        Verdict::Fail(_) => "true",
        Verdict::Pass(_) => "false",
        Verdict::Unknown(_) => "open",
    };
    (referee, search)
}

#[test]
fn every_operator_in_every_form() {
    let operators = table("operator");
    let forms = table("form");
    assert_eq!(operators.len() + 1, OperatorBase::ALL.len(), "all but Null");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for row in &operators {
        let [name, policy, holds, fails] = &row[..] else { panic!("{row:?}") };
        let base = OperatorBase::ALL.into_iter().find(|b| b.name() == name).expect(name);
        let (holds, fails) = (holds.as_str(), fails.as_str());
        for form in &forms {
            let [form, sign, one, other, absent, two] = &form[..] else { panic!("{form:?}") };
            if (sign == "positive" && base.is_negated()) || (sign == "negated" && !base.is_negated()) {
                continue;
            }
            let condition = format!(r#""{}":{{"ex:key":{policy:?}}}"#, form.replace("Op", name));
            let several = form.starts_with("For");
            let cases: [(&[&str], &String, bool); 4] = [
                (&[holds], one, several),
                (&[fails], other, several),
                (&[], absent, several),
                (&[holds, fails], two, true),
            ];
            for (values, expected, several) in cases {
                seen += 1;
                let typed = typed(base.family()).filter(|_| values.len() < 2);
                for key in ["ex:key"].into_iter().chain(typed) {
                    let (referee, search) = both_on(key, &condition, values, base.family(), several);
                    if (referee, search) != (expected, expected) {
                        wrong.push(format!(
                            "{condition} on {key} {values:?}: {expected} in the table, referee {referee}, search {search}"
                        ));
                    }
                }
            }
        }
    }
    assert!(seen > 500);
    assert!(wrong.is_empty(), "{} of {seen}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn null_asks_for_presence_alone() {
    for row in table("presence") {
        let [condition, absent, one, two] = &row[..] else { panic!("{row:?}") };
        for (values, expected) in [(&[][..], absent), (&["a"], one), (&["a", "b"], two)] {
            let found = both(condition, values, OperatorFamily::Null, values.len() > 1);
            assert_eq!(found, (expected.as_str(), expected.as_str()), "{condition} {values:?}");
        }
    }
}

/// Values at the boundaries of each kind of literal.
#[test]
fn literals_are_read_as_the_table_says() {
    for row in table("condition") {
        let [condition, value, expected] = &row[..] else { panic!("{row:?}") };
        let family = match condition {
            c if c.contains("Numeric") && Decimal::read(value).is_some() => OperatorFamily::Numeric,
            c if c.contains("Date") && read_instant(value).is_some() => OperatorFamily::Date,
            c if c.contains("Ip") && AddressRange::read(value).is_some() => OperatorFamily::Ip,
            _ => OperatorFamily::String,
        };
        let found = both(condition, &[value], family, false);
        assert_eq!(found, (expected.as_str(), expected.as_str()), "{condition} on {value}");
    }
}

/// Completes the statement with the elements that the table omits.
fn whole(text: &str, rule: &str) -> String {
    let mut statement: serde_json::Value = serde_json::from_str(&format!("{{{text}}}")).expect(text);
    for (element, default) in [("Effect", "Allow"), ("Action", "ex:Do"), ("Resource", "*")] {
        let absent = statement.get(element).is_none() && statement.get(format!("Not{element}")).is_none();
        if absent && !(element == "Resource" && rule == "missing-resource") {
            statement[element] = default.into();
        }
    }
    let more = if statement["Effect"] == "Deny" {
        r#",{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}"#
    } else {
        ""
    };
    format!(r#"{{"Version":"2012-10-17","Statement":[{statement}{more}]}}"#)
}

/// Every open predicate is UNKNOWN with the rule that the table names, and cancels out against itself.
#[test]
fn what_is_open_is_unknown_by_its_rule() {
    for row in table("rule") {
        let [rule, new, existing, _what] = &row[..] else { panic!("{row:?}") };
        let policy_type = if new.contains("Principal") { PolicyType::Resource } else { PolicyType::Identity };
        let options =
            Options { policy_type: Some(policy_type), judging: Judging::Alone, ..Options::default() };
        let new = document("new", &whole(new, rule));
        let existing =
            if existing.is_empty() { nothing() } else { document("existing", &whole(existing, rule)) };
        assert_eq!(no_new_access(&new, &new, &options).verdict.name(), "PASS", "{rule} against itself");
        let answer = no_new_access(&new, &existing, &options);
        let mut found = rules(&answer);
        found.dedup();
        assert_eq!((answer.verdict.name(), found), ("UNKNOWN", vec![rule.as_str()]), "{rule}");
        // Each says in words of its own what is open.
        let Verdict::Unknown(unknown) = &answer.verdict else { panic!("{rule}") };
        for reason in &unknown.reasons {
            let UnknownReason::Opaque { detail, .. } = reason else { panic!("{rule}: {reason:?}") };
            assert_ne!(detail, "this is not documented by AWS", "{rule}");
        }
        let invalid = rule.starts_with("invalid-");
        assert_eq!(
            new.warnings.iter().any(|w| w.code == rule.as_str()),
            invalid,
            "{rule}: {:?}",
            new.warnings
        );
    }
}

/// Texts made of pieces of literals, valid and invalid.
fn texts(pieces: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(pieces), 0..=most).prop_map(|parts| parts.concat())
}

const NUMBERS: &[&str] = &["0", "1", "9", "00", "10", "12345", "+", "-", ".", "e", " ", "٣", "_"];
const DATES: &[&str] = &[
    "2020",
    "1969",
    "0000",
    "2016",
    "-",
    "02",
    "12",
    "29",
    "30",
    "31",
    "T",
    "t",
    "00:00",
    "23:59",
    "24:00",
    ":60",
    ":59",
    ".",
    ".5",
    ".250",
    "Z",
    "z",
    "+01:00",
    "-23:59",
    "+24:00",
    "+0100",
    "1593475200",
    "13",
    " ",
    "é",
];
/// Letters that case mappings change into others, alone or several together, and some that they do not change.
const LETTERS: &[&str] = &[
    "k", "K", "\u{212a}", "s", "S", "ss", "\u{df}", "\u{1e9e}", "\u{17f}", "i", "I", "\u{130}", "\u{131}",
    "i\u{307}", "\u{307}", "f", "\u{fb01}", "\u{fb00}", "t", "\u{fb06}", "j", "\u{1f0}", "\u{30c}", "n",
    "\u{149}", "\u{2bc}", "e", "\u{e9}", "\u{c9}", "\u{3c2}", "\u{3c3}", "1",
];
const DIGITS_OF_64: &[&str] =
    &["A", "Q", "g", "w", "8", "B", "/", "+", "=", "==", "QUI=", "QUJD", "-", "_", " ", "\n", "\u{e9}"];
const ADDRESSES: &[&str] = &[
    "1.2.3.4", "10.0.0.0", "0", "1", "01", "255", "256", ".", ":", "::", "ffff", "::ffff:", "2001:DB8",
    "fe80::1", "%eth0", "/", "/0", "/8", "/032", "/32", "/33", "/128", "/129", "/0128", "/-1", "/+1", " ",
];

proptest! {
    #![proptest_config(sampling::config(300))]

    /// Where the referee leaves a case-insensitive comparison open, so does the search, and otherwise both decide alike.
    #[test]
    fn search_and_referee_compare_letters_alike(policy in texts(LETTERS, 4), value in texts(LETTERS, 4), negated in any::<bool>()) {
        let operator = if negated { "StringNotEqualsIgnoreCase" } else { "StringEqualsIgnoreCase" };
        let condition = format!(r#""{operator}":{{"ex:key":"{policy}"}}"#);
        let (referee, search) = both(&condition, &[&value], OperatorFamily::String, false);
        prop_assert!(referee == search || search == "open", "{}: referee {}, search {}", condition, referee, search);
    }
}

proptest! {
    #![proptest_config(sampling::config(20_000))]

    /// The referee and the search read numbers, dates, bytes and addresses with different code, and read the same.
    #[test]
    fn two_readers_read_the_same_numbers(a in texts(NUMBERS, 5), b in texts(NUMBERS, 5)) {
        let (x, y) = (Scalar::parse_number(&a), Scalar::parse_number(&b));
        let (p, q) = (Decimal::read(&a), Decimal::read(&b));
        prop_assert_eq!(x.as_ref().map(|x| Decimal::read(&x.to_text()).unwrap()), p.clone(), "{}", a);
        if let (Some(x), Some(y), Some(p), Some(q)) = (x, y, p, q) {
            prop_assert_eq!(x.cmp(&y), p.compare(&q), "{} {}", a, b);
        }
    }

    #[test]
    fn two_readers_read_the_same_dates(text in texts(DATES, 9)) {
        let instant = Scalar::parse_date(&text);
        let seconds = instant.as_ref().map(|i| Decimal::read(&i.to_text()).unwrap());
        prop_assert_eq!(seconds.clone(), read_instant(&text), "{}", text);
        // Written as a date, it is still that instant.
        if let Some(instant) = instant {
            prop_assert_eq!(read_instant(&instant.to_date()), seconds, "{}", text);
        }
    }

    #[test]
    fn two_readers_read_whole_dates_alike(
        (year, month, day, hour, minute, zone) in (0u32..=9999, 0u32..=13, 0u32..=32, 0u32..=24, 0u32..=60, 0usize..6),
        fraction in prop::sample::select(&["", ":00", ":59", ":59.001", ":07.90", ":60", ".5"][..]),
    ) {
        let zone = ["Z", "z", "+00:00", "-11:30", "+23:59", ""][zone];
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}{fraction}{zone}");
        let instant = Scalar::parse_date(&text).map(|i| Decimal::read(&i.to_text()).unwrap());
        prop_assert_eq!(instant, read_instant(&text), "{}", text);
    }

    #[test]
    fn two_readers_read_the_same_bytes(text in texts(DIGITS_OF_64, 6)) {
        prop_assert_eq!(BASE64_STANDARD.decode(&text).ok(), decode_base64(&text), "{}", text);
    }

    #[test]
    fn two_readers_read_the_same_networks(a in texts(ADDRESSES, 5), b in texts(ADDRESSES, 4)) {
        let (network, range) = (Network::parse(&a), AddressRange::read(&a));
        prop_assert_eq!(network.is_some(), range.is_some(), "{}", a);
        let address = Network::parse(&b).filter(|_| !b.contains('/'));
        if let (Some(network), Some(range)) = (network, range) {
            prop_assert_eq!(address.is_some_and(|n| network.covers(n)), range.contains(&b), "{} {}", a, b);
            for bits in [network.first(), network.last()] {
                prop_assert!(range.contains(&Network::address(network.is_v6(), bits)), "{}", a);
            }
        }
    }
}

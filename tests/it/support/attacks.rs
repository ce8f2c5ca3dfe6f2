//! Hostile policies, lines and certificates. They are the same in every run.

use std::fmt::Write as _;

/// A new and an existing policy.
pub(crate) type Pair = (String, String);

/// The factor by which the largest inputs are smaller in an unoptimized build.
const SCALE: usize = if cfg!(debug_assertions) { 10 } else { 1 };

/// Statements that are all compared with one another, so that the work grows with the square.
const CROWD: usize = if cfg!(debug_assertions) { 100 } else { 2_000 };

const S3: &str = "arn:aws:s3:::";

fn statement(effect: &str, rest: &str) -> String {
    format!(r#"{{"Effect":"{effect}",{rest}}}"#)
}

pub(crate) fn allow(action: &str, resource: &str) -> String {
    statement("Allow", &format!(r#""Action":{action},"Resource":{resource}"#))
}

pub(crate) fn deny(action: &str, resource: &str) -> String {
    statement("Deny", &format!(r#""Action":{action},"Resource":{resource}"#))
}

pub(crate) fn policy(statements: &[String]) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

/// One statement on one resource.
fn on(resource: &str) -> String {
    policy(&[allow(r#""s3:GetObject""#, &format!(r#""{S3}{resource}""#))])
}

/// A statement under conditions.
fn when(effect: &str, condition: &str) -> String {
    statement(effect, &format!(r#""Action":"s3:GetObject","Resource":"*","Condition":{condition}"#))
}

fn list(values: impl IntoIterator<Item = String>) -> String {
    let quoted: Vec<String> = values.into_iter().map(|value| format!("\"{value}\"")).collect();
    format!("[{}]", quoted.join(","))
}

fn members(values: impl IntoIterator<Item = (String, String)>) -> String {
    let quoted: Vec<String> = values.into_iter().map(|(k, v)| format!("\"{k}\":\"{v}\"")).collect();
    format!("{{{}}}", quoted.join(","))
}

fn nothing() -> String {
    policy(&[deny(r#""*""#, r#""*""#)])
}

fn reading() -> String {
    policy(&[allow(r#""s3:Get*""#, r#""*""#)])
}

/// Documents of up to 10 MB: of values, of white space, of one value, of wildcards, of faults, of members without meaning.
pub(crate) fn long() -> Vec<Pair> {
    let resources = list((0..50_000 / SCALE).map(|i| format!("{S3}{i}-{}/*", "x".repeat(175))));
    let values = policy(&[allow(r#""s3:GetObject""#, &resources)]);
    let wild = policy(&[allow(
        r#""s3:GetObject""#,
        &list((0..160 / SCALE + 20).map(|_| S3.to_owned() + &"*a".repeat(30_000))),
    )]);
    let junk: String = (0..180_000 / SCALE / 4).fold(String::new(), |mut out, i| {
        write!(out, r#","member-{i:0>42}":1"#).unwrap();
        out
    });
    let escapes = "\\u0061".repeat(1_600_000);
    vec![
        (values.clone(), values.clone()),
        (values, nothing()),
        (" ".repeat(10_000_000 / SCALE) + &reading(), reading() + &"\n".repeat(10_000_000 / SCALE)),
        (on(&"x".repeat(10_000_000)), on(&("x".repeat(9_999_999) + "*"))),
        (on(&escapes), reading()),
        (wild, reading()),
        (format!(r#"{{"Version":"2012-10-17","Statement":[]{junk}}}"#), reading()),
        (format!(r#"{{"Statement":[{}{{}}]}}"#, r#"{"Effect":"x"},"#.repeat(19_000 / SCALE)), reading()),
        ("17".repeat(5_000_000 / SCALE), format!("[{}1]", "1,".repeat(3_000_000 / SCALE))),
    ]
}

/// 100,000 statements in an optimized build: the same in both policies, none of them new, all of them new, and slightly different.
pub(crate) fn statements() -> Vec<Pair> {
    let many = |count: usize, one: &dyn Fn(usize) -> String| policy(&(0..count).map(one).collect::<Vec<_>>());
    let plain = |i: usize| allow(r#""s3:GetObject""#, &format!(r#""{S3}b{i}/*""#));
    let hundred_thousand = many(100_000 / SCALE, &plain);
    let narrow = |i: usize| allow(&format!(r#""s{i}:Get*""#), r#""*""#);
    let wide = |i: usize| allow(&format!(r#""s{i}:*""#), r#""*""#);
    let infix = |i: usize| allow(r#""s3:Get*""#, &format!(r#""{S3}*{i}*""#));
    // The eight bytes before the number cancel the digest of a statement (src/encode/prepared/digest.rs) so far, and the number
    // is multiplied by zero: all digests are equal.
    let alike = |i: usize| allow(&format!(r#""s3:33kZUYUDurOFBOOaaaaaaaaaaaaaaaaq75aXN0l{i:08}""#), r#""*""#);
    // Each request may be one of very many actions, which very many statements list.
    let lists = |allows: usize, denies: usize| {
        let bucket = |i: usize| format!(r#""Action":"s3:*","Resource":"{S3}b{i}""#);
        let listed = |i: usize| list((0..40).map(|j| format!("s3:A{i}x{j}")));
        let allows = (0..allows).map(|i| ("Allow", bucket(i)));
        let denies = (0..denies).map(|i| ("Deny", format!(r#""Action":{},"Resource":"*""#, listed(i))));
        let condition = r#","Condition":{"StringEquals":{"foo:x":"y"}}"#;
        let all = allows.chain(denies).map(|(effect, rest)| statement(effect, &(rest + condition)));
        policy(&all.collect::<Vec<_>>())
    };
    vec![
        (lists(20, 5_000 / SCALE), lists(20, 0)),
        (hundred_thousand.clone(), hundred_thousand.clone()),
        (hundred_thousand, nothing()),
        (many(20_000, &alike), many(20_000, &|i| alike(i.saturating_add(1)))),
        (many(3_000, &narrow), many(3_000, &wide)),
        (many(3_000, &infix), many(1_500, &infix)),
        (many(3_000, &|_| allow(r#""s3:*""#, r#""*""#)), reading()),
        (many(3_000, &|i| allow(&format!(r#""s?:A{i}""#), r#""*""#)), nothing()),
    ]
}

/// Thousands of stars and question marks in one pattern.
pub(crate) fn wildcards() -> Vec<Pair> {
    let stars = |count: usize, unit: &str| unit.repeat(count);
    vec![
        (on(&stars(20_000, "*a")), on(&(stars(20_000, "*a") + "*"))),
        (on(&stars(3_000, "*a")), on(&stars(3_001, "*a"))),
        (on(&stars(1_000, "*a")), on(&stars(1_000, "*a?"))),
        (on(&(stars(2_000, "*a") + "b")), on(&stars(2_000, "*b"))),
        (on(&"?".repeat(20_000)), on(&("?".repeat(19_999) + "*"))),
        // A pattern that is slow for a matcher that backtracks to each star.
        (on(&"a".repeat(60_000)), on(&format!("*{}b*", "a".repeat(30_000)))),
        (on(&"a".repeat(3_000)), on(&format!("*{}b*", "?a".repeat(1_000)))),
        (on(&format!("*{}b*", "a".repeat(30_000))), on(&format!("*?{}b*", "a".repeat(30_000)))),
    ]
}

/// The classic ones: the n-th letter from the end and its complement, parts in every order, periods.
pub(crate) fn exponential() -> Vec<Pair> {
    let resource = |pattern: String| format!(r#""{S3}{pattern}""#);
    let not = |pattern: String| statement("Deny", &format!(r#""Action":"*","NotResource":"{S3}{pattern}""#));
    let from_end = |count: usize| {
        let letter = |i: usize, letter: &str| resource(format!("*{letter}{}", "?".repeat(i)));
        let mut statements = vec![allow(r#""*""#, &resource("?".repeat(count)))];
        for i in 0..count {
            statements.push(deny(r#""*""#, &letter(i, "a")));
            statements.push(not(format!("*[ab]{}", "?".repeat(i)).replace("[ab]", "b")));
        }
        (policy(&statements), nothing())
    };
    let both_ways = |count: usize| {
        let mut statements = vec![allow(r#""*""#, &resource("*".to_owned()))];
        for letter in ["a", "b", "c", "d", "e", "f"] {
            statements.push(not(format!("*{letter}{}*", "?".repeat(count))));
        }
        let widths = [count - 1, count, count + 1];
        let old = widths.map(|width| allow(r#""*""#, &resource(format!("*a{}", "?".repeat(width)))));
        (policy(&statements), policy(&old))
    };
    let crowded = |length: usize, count: usize| {
        let letter = |i: usize| char::from_u32(0x4E00 + u32::try_from(i).unwrap()).unwrap();
        let part = |i: usize| (i * 5..i * 5 + 5).map(letter).collect::<String>();
        let mut statements = vec![allow(r#""*""#, &resource("?".repeat(length)))];
        statements.extend((0..count).map(|i| not(format!("*{}*", part(i)))));
        (policy(&statements), on("other"))
    };
    let periods = || {
        let gap = |count: usize| format!("*a{}a*", "?".repeat(count));
        let mut statements = vec![allow(r#""*""#, &resource("*".to_owned()))];
        statements.extend([2, 3, 5, 7, 11, 13, 17, 19, 23].map(|gap_of| not(gap(gap_of))));
        let others = [1, 4, 6, 8, 9, 10, 12, 14, 15, 16, 18, 20, 21, 22];
        statements.extend(others.map(|gap_of| deny(r#""*""#, &resource(gap(gap_of)))));
        (policy(&statements), nothing())
    };
    vec![
        from_end(12),
        from_end(60),
        both_ways(20),
        both_ways(60),
        crowded(64, 13),
        crowded(999, 200),
        periods(),
    ]
}

/// Pigeons, and a grid of which one field is missing.
pub(crate) fn propositional() -> Vec<Pair> {
    let pigeons = |count: usize| {
        let hole = |i: usize| format!("h{i}");
        let mut statements = vec![when("Allow", "{}")];
        for pigeon in 0..count {
            let holes = list((1..count).map(hole));
            statements.push(when("Deny", &format!(r#"{{"StringNotEquals":{{"ex:p{pigeon}":{holes}}}}}"#)));
            for other in 0..pigeon {
                statements.extend((1..count).map(|i| {
                    when(
                        "Deny",
                        &format!(r#"{{"StringEquals":{{"ex:p{pigeon}":"h{i}","ex:p{other}":"h{i}"}}}}"#),
                    )
                }));
            }
        }
        (policy(&statements), nothing())
    };
    let grid = |count: usize| {
        let all = list((0..count).map(|i| format!("*{i}*")));
        let new = when("Allow", &format!(r#"{{"StringLike":{{"ex:a":{all},"ex:b":{all}}}}}"#));
        let fields =
            (0..count).flat_map(|a| (0..count).map(move |b| (a, b))).filter(|field| *field != (3, 4));
        let old = fields
            .map(|(a, b)| when("Allow", &format!(r#"{{"StringLike":{{"ex:a":"*{a}*","ex:b":"*{b}*"}}}}"#)));
        (policy(&[new]), policy(&old.collect::<Vec<_>>()))
    };
    vec![pigeons(9), pigeons(14), grid(40)]
}

/// Numbers, dates and addresses: huge, malformed, and many.
pub(crate) fn values() -> Vec<Pair> {
    let pair = |operator: &str, other: &str, key: &str, value: &str| {
        let one =
            |operator: &str| policy(&[when("Allow", &format!(r#"{{"{operator}":{{"{key}":{value}}}}}"#))]);
        (one(operator), one(other))
    };
    let mut pairs = Vec::new();
    let long =
        ["1".to_owned() + &"0".repeat(60_000), format!("0.{}1", "0".repeat(60_000)), "9".repeat(1_000_000)];
    let short = ["1e999999999", "-1e-999999999", "1e99999999999999999999", "NaN", "0x10", "--1", "1e", "1."];
    let numbers = long.into_iter().chain(short.map(str::to_owned)).chain([String::new()]);
    pairs.push(pair("NumericLessThan", "NumericLessThanEquals", "ex:n", &list(numbers)));
    pairs.push(pair(
        "NumericEquals",
        "NumericNotEquals",
        "ex:n",
        &format!("[{}, 1e999999999]", "9".repeat(60_000)),
    ));
    pairs.push(pair("NumericEquals", "NumericLessThan", "ex:n", &list((0..5_000).map(|i| i.to_string()))));
    pairs.push(pair(
        "NumericEquals",
        "NumericNotEquals",
        "ex:n",
        &list((0..500).map(|i| "1".to_owned() + &"0".repeat(i))),
    ));
    let dates =
        ["9999999-01-01T00:00:00Z", "-99999-01-01T00:00:00Z", "2020-02-30T00:00:00Z", "2020-01-01T24:61:61Z"];
    let more =
        ["2020-01-01T00:00:00+99:99", "9223372036854775807", "-9223372036854775808", "9223372036854775808"];
    let long = ["9".repeat(60_000), format!("2020-01-01T00:00:00.{}Z", "1".repeat(60_000))];
    let dates = dates.into_iter().chain(more).map(str::to_owned).chain(long);
    pairs.push(pair("DateLessThan", "DateLessThanEquals", "aws:CurrentTime", &list(dates)));
    pairs.push(pair(
        "DateEquals",
        "DateNotEquals",
        "aws:CurrentTime",
        &list((0..5_000).map(|i| format!("20{:02}-01-{:02}T00:00:00Z", i % 100, 1 + i / 100 % 28))),
    ));
    let bad = ["999.1.1.1", "1.2.3.4/33", "::/129", "1.2.3", "0x1.1.1.1", "::1%eth0", "::ffff:1.2.3.4/200"];
    pairs.push(pair("IpAddress", "NotIpAddress", "aws:SourceIp", &list(bad.map(str::to_owned))));
    let one_by_one = |count: usize| list((0..count).map(|i| format!("10.0.{}.{}", i >> 8, i & 255)));
    let inside = |addresses: &str| {
        policy(&[when("Allow", &format!(r#"{{"IpAddress":{{"aws:SourceIp":{addresses}}}}}"#))])
    };
    pairs.push((inside(r#""10.0.0.0/16""#), inside(&one_by_one(65_536))));
    pairs.push((inside(r#""10.0.0.0/16""#), inside(&one_by_one(65_535))));
    let v6 = list((0..5_000).map(|i| format!("2001:db8:0:{i:x}::/64")));
    pairs.push((inside(&v6), inside(r#""2001:db8::/32""#)));
    pairs
}

/// Policy variables by the thousand: in many patterns, in one, nested, open, in circles.
pub(crate) fn variables() -> Vec<Pair> {
    let tag = |i: usize| format!("${{aws:PrincipalTag/k{i}}}");
    let each = |count: usize| {
        policy(&[allow(r#""s3:GetObject""#, &list((0..count).map(|i| format!("{S3}b/{}/*", tag(i)))))])
    };
    let joined = |count: usize, between: &str| on(&(0..count).map(tag).collect::<Vec<_>>().join(between));
    let equal = |pairs: &[(usize, usize)]| {
        let conditions = pairs.iter().map(|(a, b)| (format!("aws:PrincipalTag/k{a}"), tag(*b)));
        policy(&[when("Allow", &format!(r#"{{"StringEquals":{}}}"#, members(conditions)))])
    };
    let circle: Vec<(usize, usize)> = (0..300).map(|i| (i, (i + 1) % 300)).collect();
    vec![
        (each(2_000), each(2_001)),
        (joined(2_000, ""), joined(2_000, "/")),
        (on(&"*${aws:username}".repeat(1_000)), on(&("*${aws:username}".repeat(999) + "*"))),
        (equal(&circle), equal(&[(0, 150)])),
        (on(&"${".repeat(20_000)), on(&("${aws:username".repeat(3_000) + &"}".repeat(3_000)))),
        (on(&format!("${{aws:username, '{}'}}", "x".repeat(60_000))), on("*x")),
    ]
}

/// Condition keys by the thousand, and sets.
pub(crate) fn keys() -> Vec<Pair> {
    let keys = |count: usize| members((0..count).map(|i| (format!("ex:k{i}"), "v".to_owned())));
    let all = |count: usize| policy(&[when("Allow", &format!(r#"{{"StringEquals":{}}}"#, keys(count)))]);
    let one_each = |value: &str| {
        let statement = |i: usize| when("Allow", &format!(r#"{{"StringLike":{{"ex:k{i}":"{value}"}}}}"#));
        policy(&(0..1_000).map(statement).collect::<Vec<_>>())
    };
    let infixes = |count: usize| list((0..count).map(|i| format!("*{i}*")));
    let sets = |operator: &str, count: usize| {
        policy(&[when("Allow", &format!(r#"{{"{operator}":{{"aws:TagKeys":{}}}}}"#, infixes(count)))])
    };
    // The fast hash of names (rustc-hash) is the same for all of these: the bytes before the number cancel the hash so far.
    let alike = |first: usize| {
        let key = |i: usize| format!("foo:p,2kcmowy3daaaaaaaaaaaaaaaaa-vv,.eon{i:08}{}", "z".repeat(16));
        let statement = |i: usize| when("Allow", &format!(r#"{{"StringLike":{{"{}":"v"}}}}"#, key(i)));
        policy(&(first..8_000).map(statement).collect::<Vec<_>>())
    };
    // Each request needs every key: many findings, each of them long.
    let mut needed: Vec<String> = (0..300).map(|i| allow(&format!(r#""s3:A{i}""#), r#""*""#)).collect();
    needed.extend(
        (0..3_000).map(|i| {
            when("Deny", &format!(r#"{{"Null":{{"ex:k{i}":"true"}}}}"#)).replace("s3:GetObject", "*")
        }),
    );
    vec![
        (all(20_000), all(20_000)),
        (all(3_000), all(3_001)),
        (one_each("v*"), one_each("v?*")),
        (alike(0), alike(1)),
        (sets("ForAnyValue:StringLike", 300), sets("ForAllValues:StringLike", 299)),
        (policy(&needed), nothing()),
    ]
}

/// Principals by the thousand.
pub(crate) fn principals() -> Vec<Pair> {
    let with = |effect: &str, element: &str, principals: String| {
        statement(effect, &format!(r#""Action":"*","Resource":"*","{element}":{{"AWS":{principals}}}"#))
    };
    let role = |i: usize| format!("arn:aws:iam::{i:012}:role/r");
    let accounts = |count: usize| list((0..count).map(|i| format!("{i:012}")));
    let anyone = with("Allow", "Principal", r#""*""#.to_owned());
    vec![
        (
            policy(&[with("Allow", "Principal", list((0..3_000).map(role)))]),
            policy(&[with("Allow", "Principal", accounts(3_000))]),
        ),
        (
            policy(&[anyone, with("Deny", "NotPrincipal", list((0..1_000).map(role)))]),
            policy(&[with("Allow", "Principal", list((0..999).map(role)))]),
        ),
    ]
}

/// Policies in which every statement, or every value, has to be compared with all others.
pub(crate) fn crowds() -> Vec<String> {
    let count = CROWD;
    let effect = |i: usize| if i.is_multiple_of(2) { "Allow" } else { "Deny" };
    let each = |of: &dyn Fn(usize) -> String| policy(&(0..count).map(of).collect::<Vec<_>>());
    let accounts = |from: usize, count: usize| list((from..from + count).map(|i| format!("2{i:011}")));
    let for_accounts = |from: usize, count: usize, rest: &str| {
        format!(r#""Principal":{{"AWS":{}}},{rest}"#, accounts(from, count))
    };
    let on = |i: usize| format!(r#""Action":"s3:GetObject","Resource":"{S3}b/{i}/*""#);
    let all = format!(r#""Action":"s3:GetObject","Resource":"{S3}b/*""#);
    let infix = |i: usize| statement(effect(i), &format!(r#""Action":"s3:*","NotResource":"{S3}*k{i}-*""#));
    vec![
        each(&|i| statement(effect(i), &on(i))),
        each(&|i| statement(effect(i), &format!(r#""Action":["s3:Get{i}*","s3:*"],"Resource":"*""#))),
        policy(&[allow(r#""s3:*""#, &list((0..count * 4).map(|i| format!("{S3}{i}/*"))))]),
        policy(&[allow(&list((0..count * 4).map(|i| format!("s3:Get{i}*"))), r#""*""#)]),
        each(&|i| statement("Allow", &format!(r#""Principal":"*",{}"#, on(i)))),
        each(&|i| statement("Allow", &for_accounts(0, 3, &on(i)))),
        each(&|i| statement(effect(i), &for_accounts(i, 2, &on(i)))),
        each(&|i| statement(effect(i), &for_accounts(i / 2, 2, &all))),
        policy(&[statement("Allow", &for_accounts(0, count * 4, &all))]),
        each(&|i| {
            statement(effect(i), &format!(r#""NotAction":["s3:Get{i}*","ec2:*"],"Resource":"{S3}{i}/*""#))
        }),
        // Each requires an infix of its own.
        policy(&(0..count / 5).map(infix).collect::<Vec<_>>()),
    ]
}

/// Policies that allow many outsiders, from many addresses or from any.
pub(crate) fn outsiders() -> Vec<String> {
    let with = |effect: &str, principal: &str, rest: &str| {
        statement(effect, &format!(r#"{principal},"Resource":"*"{rest}"#))
    };
    let account = |i: usize| format!("{i:012}");
    let everyone = r#""Principal":"*""#;
    let addresses =
        |count: usize| list((0..count).map(|i| format!("198.{}.{}.0/24", i / 256, i % 256 / 2 * 2)));
    let accounts = |from: usize, count: usize| {
        format!(
            r#""Principal":{{"AWS":{}}},"Action":"s3:Get{from}*""#,
            list((from..from + count).map(account))
        )
    };
    let anyone = format!(r#"{everyone},"Action":"s3:Get*""#);
    let from = |operator: &str, count: usize| {
        format!(r#","Condition":{{"{operator}":{{"aws:SourceIp":{}}}}}"#, addresses(count))
    };
    let member = r#","Condition":{"StringNotEquals":{"aws:PrincipalOrgID":"o-1"}}"#;
    let denied = format!(r#"{everyone},"Action":"*""#);
    let not = format!(r#""NotPrincipal":{{"AWS":{}}},"Action":"*""#, list((0..1_000).map(account)));
    vec![
        policy(&[with("Allow", &anyone, &from("IpAddress", 6_000))]),
        policy(&[with("Allow", &anyone, &from("IpAddress", 20_000))]),
        policy(&[with("Allow", &anyone, ""), with("Deny", &denied, &from("NotIpAddress", 5_000))]),
        policy(&[with("Allow", &accounts(0, 5_000), "")]),
        policy(&[with("Allow", &anyone, ""), with("Deny", &not, "")]),
        policy(
            &(0..300)
                .map(|i| with("Allow", &accounts(i, 5), ""))
                .chain([with("Deny", &denied, member)])
                .collect::<Vec<_>>(),
        ),
    ]
}

/// Texts that are allowed but hard to display: halves of surrogate pairs, control characters, changes of direction, stacked
/// marks.
pub(crate) fn texts() -> Vec<Pair> {
    let marks = format!("a{}", "\u{301}".repeat(15_000));
    let odd = [
        "\\ud800",
        "\\udc00\\ud800",
        "a\\u0000b",
        "\u{202e}\u{2066}evil\u{2069}",
        "\u{feff}",
        "\u{ffff}\u{fffe}",
        "\\u001b[31m\\u0007\\r",
        "\u{10ffff}",
        "\u{200b}\u{e0001}",
        &marks,
    ];
    odd.map(|text| (on(text), nothing())).into_iter().collect()
}

/// Inputs that are not policies: cut off, nested too deeply, or not text.
pub(crate) fn bytes() -> Vec<Vec<u8>> {
    let around = |middle: &[u8]| {
        let text = on("MIDDLE");
        let (before, after) = text.split_once("MIDDLE").unwrap();
        [before.as_bytes(), middle, after.as_bytes()].concat()
    };
    let nested =
        |open: &str, close: &str, count: usize| (open.repeat(count) + &close.repeat(count)).into_bytes();
    let utf16: Vec<u8> = on("b").encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        around(b"\xc0\xaf"),
        around(b"\xed\xa0\x80"),
        around(b"\xf5\x80\x80\x80"),
        around(b"\xe2\x82"),
        around(&[0x80; 1_000]),
        around(&[0; 10]),
        [b"\xef\xbb\xbf\xef\xbb\xbf".as_slice(), on("b").as_bytes()].concat(),
        // UTF-16 is read; a lone half of a pair in it is not a text.
        [b"\xff\xfe".as_slice(), &utf16, b"\x00\xd8"].concat(),
        vec![0; 1_000_000],
        nested("[", "", 1_000_000 / SCALE),
        nested("{\"a\":", "", 1_000_000 / SCALE),
        nested("[", "]", 100_000),
        [br#"{"Statement":"#.as_slice(), &nested("[", "]", 100_000), b"}"].concat(),
    ]
}

/// Lines of a batch.
pub(crate) fn lines(good: &str) -> Vec<String> {
    let question = |new: &str| {
        format!(
            r#"{{"id":1,"check":"check-no-new-access","newPolicyDocument":{new},"existingPolicyDocument":{good}}}"#
        )
    };
    let listed = |access: &str| {
        format!(r#"{{"id":1,"check":"check-access-not-granted","policyDocument":{good},"access":{access}}}"#)
    };
    let (stars, _) = wildcards().swap_remove(1);
    vec![
        question(&"[".repeat(1_000_000)),
        question(&("[".repeat(100_000) + &"]".repeat(100_000))),
        question(&format!("\"{}\"", "\\u007b".repeat(1_000_000))),
        question(r#""\ud800""#),
        question(&stars),
        question(&format!("{:?}", stars)),
        question(&on(&"x".repeat(1_000_000))),
        format!(r#"{{"id":{},"check":"x"}}"#, "[".repeat(50_000) + &"]".repeat(50_000)),
        format!(r#"{{"id":"{}","check":"{}"}}"#, "i".repeat(1_000_000), "c".repeat(1_000_000)),
        format!("{{{}\"id\":1}}", (0..2_000).fold(String::new(), |out, i| out + &format!("\"m{i}\":1,"))),
        listed(&format!("[{}]", vec![r#"{"actions":["s3:Get*"],"resources":["*"]}"#; 2_000].join(","))),
        listed(&format!(r#"[{{"actions":{}}}]"#, list((0..2_000).map(|i| format!("s3:*{i}*"))))),
        listed(&format!(r#"[{{"resources":["{S3}{}"]}}]"#, "*a".repeat(20_000))),
        listed(&format!(r#"[{{"actions":["s3:{}"]}}]"#, "?a".repeat(20_000))),
        listed(&"[".repeat(100_000)),
        "\u{0}".repeat(1_000_000),
        "{".repeat(1_000_000),
    ]
}

/// Certificates: all of them wrong, or beyond the limits.
pub(crate) fn certificates() -> Vec<String> {
    let whole = |new: &str, existing: &str, evidence: &str| {
        format!(
            r#"{{"format":"iamsat-certificate","version":2,"program":"x","check":"check-no-new-access",
            "policyType":"IDENTITY_POLICY",
            "options":{{"strictArn":false,"awsCompat":false,"assumeHeuristics":false,"boundary":null}},
            "policies":[{{"name":"new","text":{new:?}}},{{"name":"old","text":{existing:?}}}],
            "assumptions":[],"axioms":["shapes","safe"],"keyTableVersion":{},"evidence":{evidence}}}"#,
            iamsat::request::KEY_TABLE_VERSION
        )
    };
    let pass = |lemmas: &str, proof: &str| {
        format!(r#"{{"result":"PASS","variables":1,"clauses":1,"lemmas":{lemmas},"proof":{proof}}}"#)
    };
    let fail = |count: usize, resource: &str| {
        let finding = format!(
            r#"{{"statement":0,"request":{{"requester":null,"action":"s3:GetObject","resource":"{resource}","context":{{}},"uniqueIds":[],"canonicalUsers":[],"boundary":false}}}}"#
        );
        format!(r#"{{"result":"FAIL","findings":[{}]}}"#, vec![finding; count].join(","))
    };
    let same = on("b");
    let lines = |line: &str, count: usize| format!("[{}\"\"]", format!("\"{line}\",").repeat(count));
    let lemma = r#"{"says":"","pass":[],"fail":[]}"#;
    let numbers = (0..500_000 / SCALE).fold(String::new(), |mut out, i| {
        write!(out, "{i},").unwrap();
        out
    });
    vec![
        whole(&same, &same, &pass("[]", &lines("1 d 0", 3_000_000 / SCALE))),
        whole(&same, &same, &pass("[]", &lines("2 0 1 0", 2_000_000 / SCALE))),
        whole(&same, &same, &pass(&format!("[{}]", vec![lemma; 300_000 / SCALE].join(",")), "[]")),
        whole(
            &same,
            &same,
            &pass(&format!(r#"[{{"says":"","pass":[{numbers}1],"fail":[{numbers}4294967295]}}]"#), "[]"),
        ),
        whole(
            &same,
            &same,
            &format!(
                r#"{{"result":"PASS","variables":{0},"clauses":{0},"lemmas":[],"proof":[]}}"#,
                usize::MAX
            ),
        ),
        whole(&same, &nothing(), &fail(200_000 / SCALE, "arn:aws:s3:::c")),
        whole(
            &on("*"),
            &on(&format!("*{}b*", "?a".repeat(5_000))),
            &fail(1, &format!("{S3}{}", "a".repeat(10_000_000))),
        ),
        whole(&on(&"x".repeat(10_000_000)), &same, &fail(1, "arn:aws:s3:::c")),
        "[".repeat(10_000_000),
        "{\"format\":".repeat(1_000_000),
        " ".repeat(60_000_000),
    ]
}

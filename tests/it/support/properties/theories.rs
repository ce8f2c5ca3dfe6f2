//! Conjunctions of comparisons and networks have a value or a conflict, compared with the referee on every value that could make
//! a difference.

use arbitrary::{Result, Unstructured};
use iamsat::automata::Symbol;
use iamsat::evaluate::{self, Truth, evaluate};
use iamsat::formula::{Atom, Axis, Bound, Formula, Lit, Network, Node, Relation, Scalar, Test};
use iamsat::limits::{Meter, SearchLimits};
use iamsat::request::{Request, Requesters};
use iamsat::theory::Theory;

pub(crate) fn holds(data: &[u8]) {
    // An input with too few bytes for a choice is skipped.
    let _ = agree(&mut Unstructured::new(data));
}

/// One kind of value: a key of this kind, operators with their relations, constants, and values on, around and between the
/// constants. A key that is not in the table can be tested in this way too, and can have other texts.
struct Kind {
    key: &'static str,
    operators: &'static [(&'static str, Option<Relation>)],
    constants: &'static [&'static str],
    values: &'static [&'static str],
}

const NUMBERS: Kind = Kind {
    key: "aws:MultiFactorAuthAge",
    operators: &[
        ("NumericEquals", Some(Relation::Equal)),
        ("NumericLessThan", Some(Relation::Less)),
        ("NumericLessThanEquals", Some(Relation::LessOrEqual)),
        ("NumericGreaterThan", Some(Relation::Greater)),
        ("NumericGreaterThanEquals", Some(Relation::GreaterOrEqual)),
    ],
    constants: &[
        "0",
        "-0.0",
        "5",
        "05",
        "+5.00",
        "5.01",
        "5.1",
        "-5",
        "-5.01",
        "10",
        "99999999999999999999999999999",
    ],
    values: &[
        "0",
        "5",
        "5.01",
        "5.1",
        "-5",
        "-5.01",
        "10",
        "99999999999999999999999999999",
        "-6",
        "-5.005",
        "-1",
        "1",
        "5.001",
        "5.05",
        "6",
        "11",
        "100000000000000000000000000000",
    ],
};
const DATES: Kind = Kind {
    key: "aws:CurrentTime",
    operators: &[
        ("DateEquals", Some(Relation::Equal)),
        ("DateLessThan", Some(Relation::Less)),
        ("DateLessThanEquals", Some(Relation::LessOrEqual)),
        ("DateGreaterThan", Some(Relation::Greater)),
        ("DateGreaterThanEquals", Some(Relation::GreaterOrEqual)),
    ],
    constants: &[
        "2020-01-01T00:00:00Z",
        "2020-01-01",
        "2020-01-01T01:00:00+01:00",
        "1577836800",
        "2019-12-31T23:59:59Z",
        "1577836800.5",
        "2020-01-01T00:00:00.5Z",
        "2020-03-01",
        "1969-12-31T23:59:59.25Z",
    ],
    values: &[
        "1969-12-31T23:59:59.25Z",
        "1900-01-01T00:00:00Z",
        "2000-01-01T00:00:00Z",
        "2019-12-31T23:59:59Z",
        "2019-12-31T23:59:59.5Z",
        "2020-01-01T00:00:00Z",
        "2020-01-01T00:00:00.25Z",
        "2020-01-01T00:00:00.5Z",
        "2020-02-29T00:00:00Z",
        "2020-03-01T00:00:00Z",
        "2100-01-01T00:00:00Z",
    ],
};
const ADDRESSES: Kind = Kind {
    key: "aws:SourceIp",
    operators: &[("IpAddress", None)],
    constants: &[
        "10.0.0.0/30",
        "10.0.0.0/31",
        "10.0.0.2/31",
        "10.0.0.3/30",
        "10.0.0.0",
        "10.0.0.1/32",
        "10.0.0.2",
        "10.0.0.3",
        "0.0.0.0/0",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "::/0",
        "::/1",
        "8000::/1",
        "::ffff:10.0.0.0/126",
        "2001:DB8::1",
    ],
    values: &[
        "10.0.0.0",
        "10.0.0.1",
        "10.0.0.2",
        "10.0.0.3",
        "10.0.0.4",
        "200.0.0.1",
        "::1",
        "::ffff:10.0.0.1",
        "2001:db8::1",
        "8000::1",
    ],
};

/// Values that an untyped key can have beside numbers, dates and addresses.
const OTHERS: &[&str] = &["", "a", "5x", "10.0.0", "10.0.0.0/32", "-", ".", "::g"];

fn test_of(formula: &Formula<'_>, lit: Lit) -> Test {
    let Node::Atom(atom) = formula.graph.node(lit.node()) else { panic!("no atom") };
    let Atom::Match(_, test) = formula.atom_of(atom) else { panic!("no test") };
    test
}

fn agree(u: &mut Unstructured<'_>) -> Result<()> {
    let kind = *u.choose(&[&NUMBERS, &DATES, &ADDRESSES])?;
    let typed = u.ratio(2, 3)?;
    let key = if typed { kind.key } else { "custom:key" };
    let name = key.to_ascii_lowercase();
    let mut formula = Formula::default();
    let variable = formula.key(&name, 0);
    let (mut positives, mut negatives) = (Vec::new(), Vec::new());
    let mut statements = Vec::new();
    let mut signs = Vec::new();
    for _ in 0..u.int_in_range(1..=7u8)? {
        let (operator, relation) = *u.choose(kind.operators)?;
        let constant = *u.choose(kind.constants)?;
        let lit = match relation {
            Some(relation) => {
                let (axis, value) = if kind.key == DATES.key {
                    (Axis::Date, Scalar::parse_date(constant))
                } else {
                    (Axis::Number, Scalar::parse_number(constant))
                };
                formula.compares(variable, Bound { axis, relation, value: value.unwrap() })
            }
            None => formula.within(variable, Network::parse(constant).unwrap()),
        };
        let test = test_of(&formula, lit);
        let sign: bool = u.arbitrary()?;
        if sign {
            positives.push(test)
        } else {
            negatives.push(test)
        }
        signs.push(sign);
        statements.push(format!(
            r#"{{"Effect":"Allow","Action":"*","Resource":"*","Condition":{{"{operator}":{{"{key}":"{constant}"}}}}}}"#
        ));
    }
    let document = crate::support::document("p", &format!(r#"{{"Statement":[{}]}}"#, statements.join(",")));
    let options = evaluate::Options::for_documents(&[&document]);
    // Which of the tests a value passes, by the referee.
    let passed = |value: &str| -> Vec<bool> {
        let request = Request::new("s3:GetObject", "*").with(key, [value]);
        let trace = evaluate(&[&document], &request, &options);
        trace.statements.iter().map(|s| s.applies == Truth::True).collect()
    };
    let mut meter = Meter::new(&SearchLimits::default());
    let found =
        Theory::new(Requesters::Attached).value(&formula, variable, &positives, &negatives, &mut meter);
    let show = || format!("{signs:?} of {statements:#?}");
    match found.unwrap() {
        Ok(word) => {
            let value = Symbol::text(&word).unwrap();
            assert_eq!(passed(&value), signs, "{value} does not fit {}", show());
        }
        Err(lemma) => {
            let named = |sign: bool, place: usize| {
                let nth = signs[..place].iter().filter(|s| **s == sign).count();
                let (tests, part) =
                    if sign { (&positives, &lemma.positives) } else { (&negatives, &lemma.negatives) };
                part.contains(&(variable, tests[nth]))
            };
            let part: Vec<bool> = signs.iter().enumerate().map(|(i, sign)| named(*sign, i)).collect();
            let others = if typed { &[] } else { OTHERS };
            for value in kind.values.iter().chain(others) {
                let passed = passed(value);
                let fits = (0..signs.len()).all(|i| !part[i] || passed[i] == signs[i]);
                assert!(!fits, "{value} fits what {lemma:?} excludes: {}", show());
            }
        }
    }
    Ok(())
}

//! Texts that operators of several types read, each in its own way.

use crate::automata::{Class, Set, Step};
use crate::formula::{Axis, Bound, Network, Scalar, VariableId};
use crate::verify::Refusal;
use crate::verify::lemma::byte_automata::ByteAutomaton;
use crate::verify::lemma::domain::text;
use crate::verify::lemma::values::{some_address, some_number};
use crate::verify::lemma::{ENUMERATION_LIMIT, Prover, Tests};
use std::rc::Rc;

/// Comparisons to be passed, and comparisons to be failed.
type Bounds<'l, 'b> = (&'l [&'b Bound], &'l [&'b Bound]);
/// Networks that must contain the address, and networks that must not.
type Networks<'l> = (&'l [Network], &'l [Network]);

/// An IPv4 network with at most this many free bits is enumerated address by address.
const FREE_BITS_THRESHOLD: u32 = 8;

impl Prover<'_, '_> {
    /// Returns true if the tests of one type, or two tests that no text passes together, exclude every text; or if few texts pass
    /// the tests of texts and none of them passes the other tests.
    pub(super) fn excluded_by_kinds<'b>(
        &mut self,
        variable: VariableId,
        tests: &Tests,
        bounds: Bounds<'_, 'b>,
        networks: Networks<'_>,
    ) -> Result<bool, Refusal> {
        if !networks.0.is_empty()
            && (!bounds.0.is_empty() || !some_address(networks.0, networks.1, self.budget)?)
        {
            // An address is never a number or a date.
            return Ok(true);
        }
        for axis in [Axis::Number, Axis::Date] {
            let of_axis = |list: &[&'b Bound]| -> Vec<&'b Bound> {
                list.iter().copied().filter(|b| b.axis == axis).collect()
            };
            let (pass, fail) = (of_axis(bounds.0), of_axis(bounds.1));
            if !pass.is_empty() && !some_number(&pass, &fail, self.budget)? {
                return Ok(true);
            }
        }
        if bounds.0.is_empty() && bounds.1.is_empty() && networks.0.is_empty() && networks.1.is_empty() {
            return Ok(false);
        }
        self.few_texts(variable, tests, bounds, networks)
    }

    /// Returns true if few texts can pass the tests, and none of them does.
    fn few_texts(
        &mut self,
        variable: VariableId,
        tests: &Tests,
        bounds: Bounds<'_, '_>,
        networks: Networks<'_>,
    ) -> Result<bool, Refusal> {
        let (inside, outside) = self.texts(tests)?;
        for form in forms(bounds.0, networks.0) {
            let form = Rc::new(self.built(form)?);
            let inside: Vec<_> = inside.iter().cloned().chain([form]).collect();
            if !self.none_of_few(variable, &inside, outside.clone(), bounds, networks)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns true if few texts are in all automata of the first list and in none of the second, and none of them compares as
    /// required.
    fn none_of_few(
        &mut self,
        variable: VariableId,
        inside: &[Rc<ByteAutomaton>],
        mut outside: Vec<Rc<ByteAutomaton>>,
        bounds: Bounds<'_, '_>,
        networks: Networks<'_>,
    ) -> Result<bool, Refusal> {
        for _ in 0..ENUMERATION_LIMIT {
            let Some(found) = self.value(variable, inside, &outside)? else { return Ok(true) };
            let Ok(word) = std::str::from_utf8(&found) else { return Ok(false) };
            if reads_as(word, bounds, networks) {
                return Ok(false);
            }
            outside.push(Rc::new(self.built(text(word))?));
        }
        Err(Refusal::inconclusive("there are too many texts to check"))
    }
}

/// Returns patterns such that every text that passes the comparisons and is in the networks matches one of them.
fn forms(bounds: &[&Bound], networks: &[Network]) -> Vec<Vec<Step>> {
    let has = |axis: Axis| bounds.iter().any(|bound| bound.axis == axis);
    if has(Axis::Number) {
        return numbers();
    }
    if has(Axis::Date) {
        return numbers().into_iter().chain(dates()).collect();
    }
    match networks.iter().max_by_key(|network| network.length()) {
        Some(network) => addresses(*network),
        None => vec![vec![Step::Many(Class::ANY)]],
    }
}

fn one(class: Class) -> Step {
    Step::One(Set::Class(class))
}

/// Returns patterns for numbers: an optional sign, digits, and optionally a point and digits.
fn numbers() -> Vec<Vec<Step>> {
    let digits = [one(Class::DIGIT), Step::Many(Class::DIGIT)];
    let signs = [vec![], text("-"), text("+")];
    let of_sign = |sign: &Vec<Step>| {
        let whole = [sign.as_slice(), &digits].concat();
        let part = [&whole, &text("."), digits.as_slice()].concat();
        [whole, part]
    };
    signs.iter().flat_map(of_sign).collect()
}

/// Returns patterns for a month, a day, and a day with a time. Only letters are distinguished.
fn dates() -> [Vec<Step>; 3] {
    let digits = |count: usize| vec![one(Class::DIGIT); count];
    let month = [digits(4), text("-"), digits(2)].concat();
    let day = [month.clone(), text("-"), digits(2)].concat();
    let clock = Class::ALNUM.union(Class::SIGNS).union(Class::COLON).union(Class::HYPHEN).union(Class::DOT);
    let time = [day.clone(), vec![one(Class::ALNUM), Step::Many(clock)]].concat();
    [month, day, time]
}

/// Returns patterns for the texts of a network's addresses. An IPv4 address has one text, which starts with the fixed octets.
fn addresses(network: Network) -> Vec<Vec<Step>> {
    if network.is_v6() {
        let letters = Class::HEX_LOWER.union(Class::UPPER).union(Class::COLON).union(Class::DOT);
        return vec![[vec![Step::Many(letters)], text(":"), vec![Step::Many(letters)]].concat()];
    }
    let address = (network.first() >> 96) as u32;
    let free = 32 - network.length();
    if free <= FREE_BITS_THRESHOLD {
        let spelled = |bits: u32| text(&std::net::Ipv4Addr::from(bits).to_string());
        return (0..1u32 << free).map(|place| spelled(address | place)).collect();
    }
    let mut steps = Vec::new();
    for (place, octet) in (0..).zip(address.to_be_bytes()) {
        steps.extend(text(if place == 0 { "" } else { "." }));
        if place < network.length() / 8 {
            steps.extend(text(&octet.to_string()));
        } else {
            steps.extend([one(Class::DIGIT), Step::Many(Class::DIGIT)]);
        }
    }
    vec![steps]
}

/// True if the text compares as required.
fn reads_as(text: &str, bounds: Bounds<'_, '_>, networks: Networks<'_>) -> bool {
    let address = Network::parse(text).filter(|_| !text.contains('/'));
    let (number, date) = (Scalar::parse_number(text), Scalar::parse_date(text));
    let holds = |bound: &&Bound| {
        let read = if bound.axis == Axis::Number { &number } else { &date };
        read.as_ref().is_some_and(|value| bound.holds(value))
    };
    let inside = |network: &Network| address.is_some_and(|address| network.covers(address));
    bounds.0.iter().all(holds)
        && !bounds.1.iter().any(holds)
        && networks.0.iter().all(inside)
        && !networks.1.iter().any(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::{Pattern, Symbol};

    fn matches(forms: Vec<Vec<Step>>, word: &str) -> bool {
        forms.into_iter().any(|form| {
            let mut pattern = Pattern::builder();
            form.into_iter().for_each(|step| pattern.push(step));
            pattern.finish().matches(&Symbol::word(word))
        })
    }

    #[test]
    fn an_address_looks_like_its_network() {
        for (network, address, looks) in [
            ("10.0.0.0/8", "10.255.0.1", true),
            ("10.0.0.0/8", "1.0.0.1", false),
            ("10.0.0.0/8", "100.0.0.1", false),
            ("203.0.112.0/20", "203.0.127.9", true),
            ("203.0.112.0/20", "203.1.112.9", false),
            ("192.0.2.7", "192.0.2.7", true),
            ("192.0.2.7", "192.0.2.70", false),
            ("192.0.2.16/28", "192.0.2.31", true),
            ("192.0.2.16/28", "192.0.2.32", false),
            ("0.0.0.0/0", "8.8.8.8", true),
            ("0.0.0.0/0", "8.8.8", false),
            ("128.0.0.0/1", "200.1.1.1", true),
            ("2001:db8::/32", "2001:DB8::1", true),
            ("2001:db8::/32", "10.0.0.1", false),
        ] {
            let found = matches(addresses(Network::parse(network).unwrap()), address);
            assert_eq!(found, looks, "{network} {address}");
        }
    }

    /// A number or instant without a form would make wrong lemmas provable.
    #[test]
    fn every_number_and_instant_has_a_form() {
        let letters = ['0', '1', '2', '-', '+', '.', 'T', 't', 'Z', ':'];
        let mut texts: Vec<String> = vec![String::new()];
        let mut from = 0;
        for _ in 0..4 {
            let until = texts.len();
            for place in from..until {
                let longer: Vec<String> = letters.iter().map(|c| format!("{}{c}", texts[place])).collect();
                texts.extend(longer);
            }
            from = until;
        }
        let long = [
            "2020-06",
            "2020-06-30",
            "2020-06-30T01:02Z",
            "2020-06-30t01:02:03z",
            "2020-06-30T01:02:03.50+02:00",
            "2020-06-30T01:02:03-02:00",
            "1593475200",
            "-1593475200.5",
            "12345.",
            "2020-06-30T",
            "20200-06-30",
            "01234",
        ];
        texts.extend(long.map(str::to_owned));
        let (mut as_number, mut as_instant) = (0, 0);
        for text in &texts {
            if Scalar::parse_number(text).is_some() {
                as_number += 1;
                assert!(matches(numbers(), text), "{text}");
            }
            if Scalar::parse_date(text).is_some() {
                as_instant += 1;
                assert!(matches(numbers().into_iter().chain(dates()).collect(), text), "{text}");
            }
        }
        assert!(as_number > 100 && as_instant >= 9, "{as_number} {as_instant}");
    }
}

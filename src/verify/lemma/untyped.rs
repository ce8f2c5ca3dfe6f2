//! Texts that operators of several types read, each in its own way.

use crate::automata::{Class, Set, Step};
use crate::formula::{Axis, Bound, Network, Scalar, VariableId};
use crate::verify::Refusal;
use crate::verify::lemma::domain::text;
use crate::verify::lemma::values::{some_address, some_number};
use crate::verify::lemma::{ENUMERATION_LIMIT, Prover, Tests};
use std::rc::Rc;

/// Comparisons to be passed, and to be failed.
type Bounds<'l, 'b> = (&'l [&'b Bound], &'l [&'b Bound]);
/// Networks to be in, and not to be in.
type Networks<'l> = (&'l [Network], &'l [Network]);

impl Prover<'_, '_> {
    /// Decides whether the tests of one kind, or those that no text passes together, exclude every text; or every text of the few
    /// that the tests about texts leave.
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
            // No address is a number or a date.
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

    /// Decides whether all texts that can pass the tests are few, and none of them does.
    fn few_texts(
        &mut self,
        variable: VariableId,
        tests: &Tests,
        bounds: Bounds<'_, '_>,
        networks: Networks<'_>,
    ) -> Result<bool, Refusal> {
        let (mut inside, mut outside) = self.texts(tests)?;
        if !bounds.0.is_empty() || !networks.0.is_empty() {
            // What is read as a number, date or address has these letters only.
            let letters = Class::ALNUM.union(Class::SIGNS).union(Class::HYPHEN).union(Class::DOT);
            inside.push(Rc::new(self.built(vec![Step::Many(letters.union(Class::COLON))])?));
        }
        for network in networks.0.iter().filter(|network| !network.v6) {
            inside.push(Rc::new(self.built(spelled(*network))?));
        }
        if bounds.0.iter().any(|b| b.axis == Axis::Number) {
            let digits_and_point = Class::DIGIT.union(Class::DOT);
            let sign = Class::SIGNS.union(Class::HYPHEN);
            let numbers =
                [Step::Many(sign), Step::One(Set::Class(Class::DIGIT)), Step::Many(digits_and_point)];
            inside.push(Rc::new(self.built(numbers.into())?));
        }
        for _ in 0..ENUMERATION_LIMIT {
            let Some(found) = self.value(variable, &inside, &outside)? else { return Ok(true) };
            let Ok(word) = std::str::from_utf8(&found) else { return Ok(false) };
            if reads_as(word, bounds, networks) {
                return Ok(false);
            }
            outside.push(Rc::new(self.built(text(word))?));
        }
        Err(Refusal::inconclusive("more than a few texts would have to be looked at"))
    }
}

/// What every text of an address of an IPv4 network looks like: it is spelled in one way, and its whole octets stand first.
fn spelled(network: Network) -> Vec<Step> {
    let address = network.bits.wrapping_shr(96);
    let octet = |place: u32| (address >> (24 - place * 8)) & 0xFF;
    let whole: Vec<String> = (0..network.length / 8).map(|place| octet(place).to_string()).collect();
    let mut steps = text(&whole.join("."));
    if whole.len() < 4 {
        if !whole.is_empty() {
            steps.extend(text("."));
        }
        steps.push(Step::Many(Class::DIGIT.union(Class::DOT)));
    }
    steps
}

/// Returns true if the text compares as asked.
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
            ("0.0.0.0/0", "8.8.8.8", true),
            ("128.0.0.0/1", "200.1.1.1", true),
        ] {
            let mut pattern = Pattern::builder();
            spelled(Network::parse(network).unwrap()).into_iter().for_each(|step| pattern.push(step));
            let found = pattern.finish().matches(&Symbol::word(address));
            assert_eq!(found, looks, "{network} {address}");
        }
    }
}

//! Texts that operators of several types read, each in its own way: `10`, `10.0` and `010` are three texts and one number.
//!
//! A text fails a comparison of a type if it is not a number, date or address. So only positive comparisons limit the text: it
//! must have one of a few *forms* (digits with a sign and a point, the ISO 8601 shapes, addresses). The text then has to match
//! the tests of texts and a form. A form may contain texts that the comparison does not accept; these are excluded one by one.
//! This finds a text if few are exceptions, and proves that there is none if few texts match. Otherwise the search gives up and
//! says so.

use crate::automata::{Builder, Class, Pattern, Set, Symbol};
use crate::formula::{Axis, Bound, Formula, Network, PatternId, Relation, Scalar, VariableId};
use crate::index::pick;
use crate::limits::{Exhausted, Meter};
use crate::theory::strings::{Strings, Word};
use crate::theory::{intervals, networks};

/// Tests of one text, by type: those to be passed, and those to be failed.
pub(super) struct Untyped<'t> {
    pub(super) texts: (&'t [PatternId], &'t [PatternId]),
    pub(super) bounds: (&'t [&'t Bound], &'t [&'t Bound]),
    pub(super) networks: (&'t [Network], &'t [Network]),
}

/// Indexes into the lists of [`Untyped`].
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) texts: Vec<usize>,
    pub(super) bounds: Vec<usize>,
    pub(super) networks: Vec<usize>,
}

/// A text, or the positive and negative tests that exclude every text.
pub(super) enum Found {
    Text(Word),
    Conflict((Places, Places)),
}

/// An IPv4 network with at most this many free bits is enumerated address by address.
const FREE_BITS_THRESHOLD: u32 = 8;

impl Untyped<'_> {
    /// Returns a text that passes and fails the tests as required.
    ///
    /// # Errors
    /// The meter ran out, or neither a text nor a reason was found ([`Exhausted::Mixed`]).
    pub(super) fn find(
        &self,
        strings: &mut Strings,
        formula: &Formula<'_>,
        variable: VariableId,
        meter: &mut Meter,
    ) -> Result<Found, Exhausted> {
        let plain = match strings.value(formula, variable, self.texts.0, self.texts.1, meter)? {
            Ok(word) => word,
            Err((p, n)) => {
                let of_texts = |texts| Places { texts, ..Places::default() };
                return Ok(Found::Conflict((of_texts(p), of_texts(n))));
            }
        };
        if let Some(conflict) = self.of_one_kind() {
            return Ok(Found::Conflict(conflict));
        }
        if self.accepts(&plain) {
            return Ok(Found::Text(plain));
        }
        for text in self.likely() {
            let word = Symbol::word(&text);
            let mut matches = |id: &PatternId| strings.pattern(formula, *id).matches(&word);
            let fits = self.texts.0.iter().all(&mut matches) && !self.texts.1.iter().any(&mut matches);
            if fits && self.accepts(&word) {
                return Ok(Found::Text(word));
            }
        }
        let mut complete = true;
        for form in self.forms() {
            let mut seen: Vec<Pattern> = Vec::new();
            loop {
                let word = strings.value_of_form(formula, &form, self.texts, &seen, meter)?;
                let Some(word) = word else { break };
                if self.accepts(&word) {
                    return Ok(Found::Text(word));
                }
                if seen.len() >= meter.limits().form_texts {
                    complete = false;
                    break;
                }
                seen.push(word.iter().fold(Pattern::builder(), |b, symbol| b.symbol(*symbol)).finish());
            }
        }
        if complete { Ok(Found::Conflict((self.all(true), self.all(false)))) } else { Err(Exhausted::Mixed) }
    }

    fn all(&self, positive: bool) -> Places {
        let count = |p: usize, n: usize| (0..if positive { p } else { n }).collect();
        Places {
            texts: count(self.texts.0.len(), self.texts.1.len()),
            bounds: count(self.bounds.0.len(), self.bounds.1.len()),
            networks: count(self.networks.0.len(), self.networks.1.len()),
        }
    }

    /// Returns the tests of one type that exclude every text, or two tests of different types that no text passes together. One
    /// of them is always a test to be passed: tests to be failed may exclude every number or address, but not every other text.
    fn of_one_kind(&self) -> Option<(Places, Places)> {
        if !self.networks.0.is_empty() {
            let of_networks = |networks| Places { networks, ..Places::default() };
            if let networks::Found::Conflict(mut p, n) = networks::find(self.networks.0, self.networks.1) {
                if p.is_empty() {
                    p.push(0);
                }
                return Some((of_networks(p), of_networks(n)));
            }
            if !self.bounds.0.is_empty() {
                // An address is never a number or a date.
                return Some((Places { bounds: vec![0], ..of_networks(vec![0]) }, Places::default()));
            }
        }
        [Axis::Number, Axis::Date].into_iter().find_map(|axis| {
            let of_axis = |bounds: &[&Bound]| -> Vec<usize> {
                bounds.iter().enumerate().filter(|(_, bound)| bound.axis == axis).map(|(i, _)| i).collect()
            };
            let (ps, ns) = (of_axis(self.bounds.0), of_axis(self.bounds.1));
            if ps.is_empty() {
                return None;
            }
            match intervals::find(&pick(self.bounds.0, &ps), &pick(self.bounds.1, &ns)) {
                intervals::Found::Conflict(mut p, n) => {
                    if p.is_empty() {
                        p.push(0);
                    }
                    let of_bounds = |found: Vec<usize>, places: &[usize]| Places {
                        bounds: pick(places, &found),
                        ..Places::default()
                    };
                    Some((of_bounds(p, &ps), of_bounds(n, &ns)))
                }
                intervals::Found::Number(_) => None,
            }
        })
    }

    /// True if the text satisfies the comparisons as required. Tests of texts are not evaluated.
    fn accepts(&self, word: &[Symbol]) -> bool {
        let Some(text) = Symbol::text(word) else { return false };
        let address = Network::parse(&text).filter(|n| n.length() == n.width() && !text.contains('/'));
        let (number, date) = (Scalar::parse_number(&text), Scalar::parse_date(&text));
        let holds = |bound: &&Bound| match bound.axis {
            Axis::Number => number.as_ref().is_some_and(|n| bound.holds(n)),
            Axis::Date => date.as_ref().is_some_and(|d| bound.holds(d)),
        };
        let inside = |network: &Network| address.is_some_and(|a| network.covers(a));
        self.bounds.0.iter().all(holds)
            && !self.bounds.1.iter().any(holds)
            && self.networks.0.iter().all(inside)
            && !self.networks.1.iter().any(inside)
    }

    /// Returns texts worth trying: a number, instant or address that the comparisons accept, in several spellings.
    fn likely(&self) -> Vec<String> {
        let mut texts: Vec<String> = Vec::new();
        if let networks::Found::Address(v6, bits) = networks::find(self.networks.0, self.networks.1) {
            // Near the last address there are fewer candidates.
            let next = |n: u128| bits.checked_add(n * Network::unit(v6));
            for bits in (0..12).filter_map(next) {
                let text = Network::address(v6, bits);
                texts.extend([text.to_ascii_uppercase(), text]);
            }
        }
        for axes in [&[Axis::Number][..], &[Axis::Date], &[Axis::Number, Axis::Date]] {
            let of_axes = |bounds: &[&Bound]| -> Vec<Bound> {
                let kept = bounds.iter().filter(|b| axes.contains(&b.axis));
                kept.map(|b| Bound { axis: Axis::Number, ..(*b).clone() }).collect()
            };
            let (ps, mut ns) = (of_axes(self.bounds.0), of_axes(self.bounds.1));
            for _ in 0..6 {
                let found = intervals::find(&ps.iter().collect::<Vec<_>>(), &ns.iter().collect::<Vec<_>>());
                let intervals::Found::Number(number) = found else { break };
                spellings(&number, &mut texts);
                ns.push(Bound { axis: Axis::Number, relation: Relation::Equal, value: number });
            }
        }
        texts
    }

    /// Returns patterns that together match every text that passes the positive comparisons. Without positive comparisons: all
    /// texts, first those that start with a letter with which no number, date or address starts.
    fn forms(&self) -> Vec<Pattern> {
        let digits = |b: Builder| b.one(Set::Class(Class::DIGIT)).many(Class::DIGIT);
        let signs: [fn(Builder) -> Builder; 3] =
            [|b| b, |b| b.one(Set::Class(Class::HYPHEN)), |b| b.one(Set::Class(Class::SIGNS))];
        let numbers = signs.iter().flat_map(|sign| {
            let whole = digits(sign(Pattern::builder()));
            [whole.clone().finish(), digits(whole.text(".")).finish()]
        });
        if self.bounds.0.iter().any(|b| b.axis == Axis::Number) {
            return numbers.collect();
        }
        let digit = |b: Builder, n: usize| (0..n).fold(b, |b, _| b.one(Set::Class(Class::DIGIT)));
        if self.bounds.0.iter().any(|b| b.axis == Axis::Date) {
            let month = digit(digit(Pattern::builder(), 4).text("-"), 2);
            let day = digit(month.clone().text("-"), 2);
            let time = day.clone().one(Set::AnyCase(b't')).many(Class::ASCII).finish();
            return numbers.chain([month.finish(), day.finish(), time]).collect();
        }
        if let Some(deepest) = self.networks.0.iter().max_by_key(|network| network.length()) {
            return addresses(*deepest);
        }
        let strange =
            Class::ANY.minus(Class::ALNUM).minus(Class::SIGNS).minus(Class::COLON).minus(Class::SLASH);
        let strange = strange.minus(Class::HYPHEN).minus(Class::DOT);
        let letters = [Class::LOWER.minus(Class::HEX_LOWER), strange];
        let with =
            |class| Pattern::builder().many(Class::ANY).one(Set::Class(class)).many(Class::ANY).finish();
        letters.map(with).into_iter().chain([Pattern::any()]).collect()
    }
}

/// Returns patterns that together match every spelling of every address of a network. An IPv4 address has one spelling.
fn addresses(network: Network) -> Vec<Pattern> {
    if network.is_v6() {
        let rest = Class::HEX_LOWER.union(Class::UPPER).union(Class::COLON).union(Class::DOT);
        return vec![Pattern::builder().many(rest).text(":").many(rest).finish()];
    }
    let free = network.width() - network.length();
    if free <= FREE_BITS_THRESHOLD {
        let all = (0..1u128 << free).map(|n| network.first() + n * Network::unit(false));
        return all.map(|bits| Pattern::word(&Network::address(false, bits))).collect();
    }
    // The octets shared by all addresses are spelled.
    let shared = network.length() / 8;
    let first = Network::address(false, network.first());
    let mut octets = first.split('.');
    let mut octet = |builder: Builder, place: u32| match octets.next().filter(|_| place < shared) {
        Some(text) => builder.text(text),
        None => builder.one(Set::Class(Class::DIGIT)).many(Class::DIGIT),
    };
    let start = octet(Pattern::builder(), 0);
    vec![(1..4).fold(start, |builder, place| octet(builder.text("."), place)).finish()]
}

/// Adds several spellings of the number or instant.
fn spellings(number: &Scalar, texts: &mut Vec<String>) {
    let text = number.to_text();
    let dot = if text.contains('.') { "" } else { ".0" };
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.as_str()),
    };
    texts.extend(["", "0", "00", "00000"].map(|zeros| format!("{sign}{zeros}{digits}")));
    texts.extend([format!("{text}{dot}0"), format!("{text}{dot}")]);
    texts.extend(sign.is_empty().then(|| format!("+{digits}")));
    texts.push(number.to_date());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formula::{Atom, PatternKey, Test};
    use crate::limits::SearchLimits;
    use crate::policy::Template;
    use crate::request::Requesters;

    /// Random tests of every type on one text, compared with a universe of texts.
    #[test]
    fn agrees_with_a_universe_of_texts() {
        let universe = [
            "",
            "a",
            "10",
            "10.0",
            "010",
            "+10",
            "9",
            "15",
            "1x",
            "-1",
            "1593475200",
            "2020-06-30",
            "10.1.2.3",
            "11.0.0.1",
            "::1",
            "2001:db8::1",
            "2020-06-30T00:00:00Z",
            "true",
            "x10",
            "20",
        ];
        let globs = ["*", "1*", "*0", "10", "1?", "*.*", "*a*", "2020*", "10.1.2.3", "*:*", "?", "-*"];
        let templates: Vec<Template> = globs.iter().map(|g| Template::parse(g, false).unwrap()).collect();
        let mut formula = Formula::default();
        let variable = formula.key("custom:x", 0);
        let patterns: Vec<PatternId> = templates
            .iter()
            .map(|t| {
                let lit = formula.matches(variable, PatternKey::Glob(t));
                match formula.atoms().find(|(id, _)| formula.literal_of(*id) == lit) {
                    Some((_, Atom::Match(_, Test::Pattern(id)))) => id,
                    other => panic!("{other:?}"),
                }
            })
            .collect();
        let relations = [Relation::Less, Relation::Equal, Relation::GreaterOrEqual];
        let mut bounds: Vec<Bound> = Vec::new();
        for relation in relations {
            for value in ["10", "15"] {
                let value = Scalar::parse_number(value).unwrap();
                bounds.push(Bound { axis: Axis::Number, relation, value });
            }
            let value = Scalar::parse_date("2020-06-30").unwrap();
            bounds.push(Bound { axis: Axis::Date, relation, value });
        }
        let networks = ["10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "::/0"].map(|t| Network::parse(t).unwrap());
        let mut seed = 11u64;
        let mut below = |n: usize| {
            seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (seed >> 33) as usize % n
        };
        let (mut shown, mut excluded, mut open) = (0, 0, 0);
        for _ in 0..600 {
            let (mut texts, mut nets) = ((vec![], vec![]), (vec![], vec![]));
            let mut compared: (Vec<&Bound>, Vec<&Bound>) = (vec![], vec![]);
            for _ in 0..1 + below(4) {
                let positive = below(2) == 0;
                match below(3) {
                    0 => if positive { &mut texts.0 } else { &mut texts.1 }.push(below(patterns.len())),
                    1 => if positive { &mut compared.0 } else { &mut compared.1 }
                        .push(&bounds[below(bounds.len())]),
                    _ => {
                        if positive { &mut nets.0 } else { &mut nets.1 }.push(networks[below(networks.len())])
                    }
                }
            }
            let ids = |places: &[usize]| places.iter().map(|i| patterns[*i]).collect::<Vec<_>>();
            let (p, n) = (ids(&texts.0), ids(&texts.1));
            let untyped =
                Untyped { texts: (&p, &n), bounds: (&compared.0, &compared.1), networks: (&nets.0, &nets.1) };
            let mut meter = Meter::new(&SearchLimits::default());
            let mut strings = Strings::new(Requesters::Attached);
            let fits = |word: &[Symbol], strings: &mut Strings| {
                let mut matches = |id: &PatternId| strings.pattern(&formula, *id).matches(word);
                p.iter().all(&mut matches) && !n.iter().any(&mut matches) && untyped.accepts(word)
            };
            let found = untyped.find(&mut strings, &formula, variable, &mut meter);
            let known = universe.iter().find(|text| fits(&Symbol::word(text), &mut strings));
            match found {
                Ok(Found::Text(word)) => {
                    shown += 1;
                    assert!(fits(&word, &mut strings), "{word:?}");
                }
                Ok(Found::Conflict((must, not))) => {
                    excluded += 1;
                    // What is named suffices.
                    let named = |all: &[PatternId], places: &Places| -> Vec<PatternId> {
                        places.texts.iter().map(|i| all[*i]).collect()
                    };
                    let (p, n) = (named(&p, &must), named(&n, &not));
                    let of = |all: &[Network], places: &Places| -> Vec<Network> {
                        places.networks.iter().map(|i| all[*i]).collect()
                    };
                    let part = Untyped {
                        texts: (&p, &n),
                        bounds: (&pick(&compared.0, &must.bounds), &pick(&compared.1, &not.bounds)),
                        networks: (&of(&nets.0, &must), &of(&nets.1, &not)),
                    };
                    let fits = |text: &&&str| {
                        let word = Symbol::word(text);
                        let mut matches = |id: &PatternId| strings.pattern(&formula, *id).matches(&word);
                        p.iter().all(&mut matches) && !n.iter().any(&mut matches) && part.accepts(&word)
                    };
                    let known = universe.iter().find(fits);
                    assert!(known.is_none(), "{known:?} {must:?} {not:?} {texts:?} {compared:?} {nets:?}");
                }
                Err(limit) => {
                    open += 1;
                    assert_eq!(limit, Exhausted::Mixed);
                    assert!(known.is_none(), "{known:?} {texts:?} {compared:?} {nets:?}");
                }
            }
        }
        println!("{shown} shown, {excluded} excluded, {open} open");
        assert!(shown > 300 && excluded > 100 && open < 40, "{shown} {excluded} {open}");
    }
}

//! One value for all that is asked of a variable, whatever kinds of question there are.
//!
//! Keys of the key table have a type, and only operators of that type read them: texts, numbers, instants and addresses
//! never meet in one variable. Other keys are text that each operator parses for itself; where several do, a value that
//! one kind of question accepts is tested on the others.

use super::readable::sample;
use super::strings::{Strings, Word};
use super::{networks, orders};
use crate::automata::Symbol;
use crate::formula::{Axis, Bound, Formula, Network, PatternId, Scalar, Test, Variable, VariableId};
use crate::limits::{Exhausted, Meter};
use crate::policy::PolicyType;
use crate::request::{ValueType, key_info};

/// A fact: no request passes all of `positives` and none of `negatives`. All are about one variable, or about one and
/// the keys whose values its patterns hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lemma {
    /// Tests that would have to be passed.
    pub positives: Vec<(VariableId, Test)>,
    /// Tests that would have to be failed.
    pub negatives: Vec<(VariableId, Test)>,
}

impl Lemma {
    /// Adds the tests of another, each once.
    pub(super) fn merge(&mut self, other: Lemma) {
        for (list, more) in [(&mut self.positives, other.positives), (&mut self.negatives, other.negatives)] {
            list.extend(more);
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// The theories of one check, with what they remember.
#[derive(Debug)]
pub struct Theory {
    /// The theory of texts.
    pub strings: Strings,
}

/// Tests of one kind with their places in the list they came from.
struct Kind<T> {
    tests: Vec<T>,
    places: Vec<usize>,
}

impl<T> Kind<T> {
    fn of(tests: &[Test], pick: impl Fn(Test) -> Option<T>) -> Kind<T> {
        let (places, tests) = tests.iter().enumerate().filter_map(|(i, t)| pick(*t).map(|t| (i, t))).unzip();
        Kind { tests, places }
    }

    fn back(&self, conflict: &[usize]) -> Vec<usize> {
        conflict.iter().filter_map(|i| self.places.get(*i).copied()).collect()
    }
}

impl Theory {
    /// Theories that know nothing yet.
    pub fn new(policy_type: PolicyType) -> Theory {
        Theory { strings: Strings::new(policy_type) }
    }

    /// A value of the variable that passes all of `positives` and none of `negatives`, or a lemma that says why there
    /// is none.
    ///
    /// # Errors
    /// The meter ran out, or questions of several kinds meet in a way that is not decided.
    pub fn value(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        positives: &[Test],
        negatives: &[Test],
        meter: &mut Meter,
    ) -> Result<Result<Word, Lemma>, Exhausted> {
        let pattern = |t: Test| if let Test::Pattern(id) = t { Some(id) } else { None };
        let bound = |t: Test| if let Test::Bound(id) = t { formula.bound_of(id) } else { None };
        let network = |t: Test| if let Test::Network(id) = t { formula.network_of(id) } else { None };
        let texts = (Kind::of(positives, pattern), Kind::of(negatives, pattern));
        let bounds = (Kind::of(positives, bound), Kind::of(negatives, bound));
        let nets = (Kind::of(positives, network), Kind::of(negatives, network));
        let value_type = match formula.variable_of(variable) {
            Some(Variable::Key(name, _)) => key_info(name).map(|info| info.value),
            _ => Some(ValueType::String),
        };
        let lemma = |p: Vec<usize>, n: Vec<usize>| {
            let pick = |places: Vec<usize>, tests: &[Test]| {
                places.iter().filter_map(|i| tests.get(*i).map(|t| (variable, *t))).collect()
            };
            Ok(Err(Lemma { positives: pick(p, positives), negatives: pick(n, negatives) }))
        };
        match value_type {
            Some(ValueType::Ip) => {
                return match networks::find(&nets.0.tests, &nets.1.tests) {
                    networks::Found::Address(v6, bits) => Ok(Ok(Symbol::word(&Network::address(v6, bits)))),
                    networks::Found::Conflict(p, n) => lemma(nets.0.back(&p), nets.1.back(&n)),
                };
            }
            Some(ValueType::Number | ValueType::Date | ValueType::Epoch) => {
                return match orders::find(&bounds.0.tests, &bounds.1.tests) {
                    orders::Found::Number(number) => Ok(Ok(Symbol::word(&match value_type {
                        Some(ValueType::Date) => number.to_date(),
                        _ => number.to_text(),
                    }))),
                    orders::Found::Conflict(p, n) => lemma(bounds.0.back(&p), bounds.1.back(&n)),
                };
            }
            _ => {}
        }
        // Text. What no positive test asks for is failed by a text that is neither number, date nor address; a conflict
        // among the tests of one kind stays one.
        if bounds.0.tests.is_empty() && nets.0.tests.is_empty() {
            let found = self.strings.value(formula, variable, &texts.0.tests, &texts.1.tests, meter)?;
            return match found {
                Err((p, n)) => lemma(texts.0.back(&p), texts.1.back(&n)),
                Ok(word) if passes_none(&word, &bounds.1.tests, &nets.1.tests) => Ok(Ok(word)),
                Ok(_) => self.other_text(
                    formula,
                    variable,
                    (&texts.0.tests, &texts.1.tests),
                    &bounds.1.tests,
                    &nets.1.tests,
                    meter,
                ),
            };
        }
        if let (Some(b), Some(n)) = (bounds.0.places.first(), nets.0.places.first()) {
            // No text is both an address and a number or date.
            return lemma(vec![*b, *n], Vec::new());
        }
        if !nets.0.tests.is_empty() {
            return match networks::find(&nets.0.tests, &nets.1.tests) {
                networks::Found::Conflict(p, n) => lemma(nets.0.back(&p), nets.1.back(&n)),
                networks::Found::Address(v6, bits) => {
                    self.checked(formula, &Network::address(v6, bits), (&texts.0.tests, &texts.1.tests))
                }
            };
        }
        let axes = |axis: Axis| bounds.0.tests.iter().any(|b| b.axis == axis);
        let axis = if axes(Axis::Date) { Axis::Date } else { Axis::Number };
        if axes(Axis::Date) && axes(Axis::Number) {
            return Err(Exhausted::Mixed);
        }
        let of_axis = |kind: &Kind<&'_ Bound>| -> Vec<usize> {
            (0..kind.tests.len()).filter(|i| kind.tests.get(*i).is_some_and(|b| b.axis == axis)).collect()
        };
        let (ps, ns) = (of_axis(&bounds.0), of_axis(&bounds.1));
        let pick = |kind: &Kind<&'_ Bound>, places: &[usize]| -> Vec<Bound> {
            places.iter().filter_map(|i| kind.tests.get(*i).map(|b| (*b).clone())).collect()
        };
        let (pb, nb) = (pick(&bounds.0, &ps), pick(&bounds.1, &ns));
        match orders::find(&pb.iter().collect::<Vec<_>>(), &nb.iter().collect::<Vec<_>>()) {
            orders::Found::Conflict(p, n) => {
                let outer = |conflict: Vec<usize>, places: &[usize]| -> Vec<usize> {
                    conflict.iter().filter_map(|i| places.get(*i).copied()).collect()
                };
                lemma(bounds.0.back(&outer(p, &ps)), bounds.1.back(&outer(n, &ns)))
            }
            orders::Found::Number(number) => {
                let text = if axis == Axis::Date { number.to_date() } else { number.to_text() };
                let others: Vec<&Bound> = bounds.1.tests.iter().copied().filter(|b| b.axis != axis).collect();
                if !passes_none(&Symbol::word(&text), &others, &[]) {
                    return Err(Exhausted::Mixed);
                }
                self.checked(formula, &text, (&texts.0.tests, &texts.1.tests))
            }
        }
    }

    /// The text, if it passes the text tests too.
    fn checked(
        &mut self,
        formula: &Formula<'_>,
        text: &str,
        texts: (&[PatternId], &[PatternId]),
    ) -> Result<Result<Word, Lemma>, Exhausted> {
        let word = Symbol::word(text);
        let mut matches = |id: &PatternId| self.strings.pattern(formula, *id).matches(&word);
        if texts.0.iter().all(&mut matches) && !texts.1.iter().any(&mut matches) {
            Ok(Ok(word))
        } else {
            Err(Exhausted::Mixed)
        }
    }

    /// A text for text tests that is no number, date or address of the negative ones, if one is easily found.
    fn other_text(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        texts: (&[PatternId], &[PatternId]),
        bounds: &[&Bound],
        networks: &[Network],
        meter: &mut Meter,
    ) -> Result<Result<Word, Lemma>, Exhausted> {
        let _ = meter;
        let name = match formula.variable_of(variable) {
            Some(Variable::Key(name, _)) => name,
            _ => "",
        };
        for text in
            [sample(name), "a".to_owned(), "x".to_owned(), String::new(), "0".to_owned(), "1".to_owned()]
        {
            if passes_none(&Symbol::word(&text), bounds, networks)
                && let Ok(Ok(word)) = self.checked(formula, &text, texts)
            {
                return Ok(Ok(word));
            }
        }
        Err(Exhausted::Mixed)
    }
}

/// Whether the text passes none of these tests.
fn passes_none(word: &[Symbol], bounds: &[&Bound], networks: &[Network]) -> bool {
    let Some(text) = Symbol::text(word) else { return true };
    let address = Network::parse(&text).filter(|n| n.length == n.width() && !text.contains('/'));
    let passes = |bound: &&Bound| {
        let value = match bound.axis {
            Axis::Number => Scalar::parse_number(&text),
            Axis::Date => Scalar::parse_date(&text),
        };
        value.is_some_and(|value| bound.holds(&value))
    };
    !bounds.iter().any(passes) && !networks.iter().any(|n| address.is_some_and(|a| n.covers(a)))
}

//! Finds one value for all tests of a variable, of any type.
//!
//! Keys of the key table have a type, and only operators of that type read them, so texts, numbers, instants and addresses never
//! meet in one of these variables. Other keys are texts that each operator parses for itself: see [`crate::theory::untyped`].

use crate::automata::Symbol;
use crate::catalogue::Catalogue;
use crate::formula::{Bound, Formula, Network, PatternId, Scalar, Test, Variable, VariableId};
use crate::index::{broken, pick};
use crate::limits::{Exhausted, Meter};
use crate::request::{Requesters, ValueType, info_of_lower};
use crate::theory::memo::Memo;
use crate::theory::strings::{Strings, Word};
use crate::theory::untyped::{self, Untyped};
use crate::theory::{intervals, networks};
use std::sync::Arc;

/// Tests of a variable that are looked at for one unit of work.
const TESTS: usize = 8;

/// A fact: no request passes all of `positives` and fails all of `negatives`. The tests are about one variable, or about one
/// variable and the keys whose values its patterns contain.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lemma {
    /// Tests that the excluded values pass.
    pub positives: Vec<(VariableId, Test)>,
    /// Tests that the excluded values fail.
    pub negatives: Vec<(VariableId, Test)>,
}

impl Lemma {
    /// Adds the tests of another lemma, each once.
    pub(super) fn merge(&mut self, other: Lemma) {
        for (list, more) in [(&mut self.positives, other.positives), (&mut self.negatives, other.negatives)] {
            list.extend(more);
            list.sort_unstable();
            list.dedup();
        }
    }
}

/// The theories of one check, and the results that they keep.
#[derive(Debug)]
pub struct Theory {
    /// The theory of texts.
    pub strings: Strings,
    memo: Memo,
}

/// Tests of one type, with their indexes in the list from which they came.
struct Kind<T> {
    tests: Vec<T>,
    places: Vec<usize>,
}

impl<T> Kind<T> {
    fn of(tests: &[Test], of_kind: impl Fn(Test) -> Option<T>) -> Kind<T> {
        let (places, tests) =
            tests.iter().enumerate().filter_map(|(i, t)| of_kind(*t).map(|t| (i, t))).unzip();
        Kind { tests, places }
    }

    fn back(&self, conflict: &[usize]) -> Vec<usize> {
        pick(&self.places, conflict)
    }
}

/// Returns a whole number beside this one that passes the same tests.
fn whole(number: &Scalar, (positives, negatives): &(Kind<&Bound>, Kind<&Bound>)) -> Option<Scalar> {
    let below = number.floor()?;
    let passes = |number: &Scalar| {
        positives.tests.iter().all(|bound| bound.holds(number))
            && !negatives.tests.iter().any(|bound| bound.holds(number))
    };
    let beside = [Some(below), below.checked_add(1)].into_iter().flatten();
    beside.map(|whole| Scalar::from_integer(i128::from(whole))).find(passes)
}

impl Theory {
    /// Starts with empty memories.
    pub fn new(requesters: Requesters) -> Theory {
        Theory { strings: Strings::new(requesters), memo: Memo::default() }
    }

    /// Returns the same theory, which takes the names of actions from this catalogue; from the embedded one for `None`.
    #[must_use]
    pub fn with_names_of(mut self, catalogue: Option<Arc<Catalogue>>) -> Theory {
        self.strings.name_by(catalogue);
        self
    }

    /// Returns a value of the variable that passes all of `positives` and none of `negatives`, or a lemma that says why there is
    /// none.
    ///
    /// # Errors
    /// The meter ran out, or tests of several types meet in a way that is not decided.
    pub fn value(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        positives: &[Test],
        negatives: &[Test],
        meter: &mut Meter,
    ) -> Result<Result<Word, Lemma>, Exhausted> {
        meter.work(1 + (positives.len() + negatives.len()) / TESTS)?;
        let request = (variable, positives, negatives);
        if let Some(word) = self.memo.get(request) {
            return Ok(Ok(word.clone()));
        }
        let found = self.find(formula, variable, positives, negatives, meter)?;
        if let Ok(word) = &found {
            self.memo.keep(request, word);
        }
        Ok(found)
    }

    /// Returns a value of the variable.
    ///
    /// # Errors
    /// The meter ran out.
    pub fn any_value(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        meter: &mut Meter,
    ) -> Result<Word, Exhausted> {
        match self.value(formula, variable, &[], &[], meter)? {
            Ok(word) => Ok(word),
            Err(_) => broken("every variable has a value"),
        }
    }

    /// Does the same as [`Theory::value`] for a request that is not in the memo.
    fn find(
        &mut self,
        formula: &Formula<'_>,
        variable: VariableId,
        positives: &[Test],
        negatives: &[Test],
        meter: &mut Meter,
    ) -> Result<Result<Word, Lemma>, Exhausted> {
        let value_type = match formula.variable_of(variable) {
            Variable::Key(name, _) => info_of_lower(name).map(|info| info.value),
            Variable::Action | Variable::Resource | Variable::Requester => Some(ValueType::String),
        };
        let lemma = |p: Vec<usize>, n: Vec<usize>| {
            let at = |places: Vec<usize>, tests: &[Test]| {
                pick(tests, &places).into_iter().map(|test| (variable, test)).collect()
            };
            Ok(Err(Lemma { positives: at(p, positives), negatives: at(n, negatives) }))
        };
        let network = |t: Test| if let Test::Network(id) = t { Some(formula.network_of(id)) } else { None };
        let nets = || (Kind::of(positives, network), Kind::of(negatives, network));
        let bound = |t: Test| if let Test::Bound(id) = t { Some(formula.bound_of(id)) } else { None };
        let bounds = || (Kind::of(positives, bound), Kind::of(negatives, bound));
        match value_type {
            Some(ValueType::Ip) => {
                let nets = nets();
                return match networks::find(&nets.0.tests, &nets.1.tests) {
                    networks::Found::Address(v6, bits) => Ok(Ok(Symbol::word(&Network::address(v6, bits)))),
                    networks::Found::Conflict(p, n) => lemma(nets.0.back(&p), nets.1.back(&n)),
                };
            }
            Some(ValueType::Number | ValueType::Date | ValueType::Epoch) => {
                let bounds = bounds();
                return match intervals::find(&bounds.0.tests, &bounds.1.tests) {
                    intervals::Found::Number(number) => Ok(Ok(Symbol::word(&match value_type {
                        Some(ValueType::Date) => number.to_date(),
                        Some(ValueType::Epoch) => {
                            whole(&number, &bounds).map_or_else(|| number.to_text(), |n| n.to_text())
                        }
                        _ => number.to_text(),
                    }))),
                    intervals::Found::Conflict(p, n) => lemma(bounds.0.back(&p), bounds.1.back(&n)),
                };
            }
            _ => {}
        }
        let pattern = |t: &Test| if let Test::Pattern(id) = t { Some(*id) } else { None };
        let all = |tests: &[Test]| tests.iter().map(pattern).collect::<Option<Vec<PatternId>>>();
        if let (Some(must), Some(must_not)) = (all(positives), all(negatives)) {
            let found = self.strings.value(formula, variable, &must, &must_not, meter)?;
            return found.map_or_else(|(p, n)| lemma(p, n), |word| Ok(Ok(word)));
        }
        let texts = (Kind::of(positives, |t| pattern(&t)), Kind::of(negatives, |t| pattern(&t)));
        let (bounds, nets) = (bounds(), nets());
        // A key that is in no table is a text that each operator parses for itself.
        let untyped = Untyped {
            texts: (&texts.0.tests, &texts.1.tests),
            bounds: (&bounds.0.tests, &bounds.1.tests),
            networks: (&nets.0.tests, &nets.1.tests),
        };
        match untyped.find(&mut self.strings, formula, variable, meter)? {
            untyped::Found::Text(word) => Ok(Ok(word)),
            untyped::Found::Conflict(conflict) => {
                let back = |texts: &Kind<PatternId>,
                            bounds: &Kind<&Bound>,
                            nets: &Kind<Network>,
                            c: &untyped::Places| {
                    [texts.back(&c.texts), bounds.back(&c.bounds), nets.back(&c.networks)].concat()
                };
                lemma(
                    back(&texts.0, &bounds.0, &nets.0, &conflict.0),
                    back(&texts.1, &bounds.1, &nets.1, &conflict.1),
                )
            }
        }
    }
}

//! Clauses against truth tables, and the SAT solver against a second one.
#![cfg(test)]
#![expect(clippy::arithmetic_side_effects, reason = "a test that overflows fails, as it should")]

#[path = "support/sampling.rs"]
mod sampling;

use arbitrary::{Result, Unstructured};
use iamsat::formula::{AtomId, Formula, Lit, Node};
use iamsat::limits::{Exhausted, SearchLimits};
use iamsat::sat::{Encoder, Solver};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use std::cell::Cell;
use std::collections::BTreeSet;

/// A formula as it was written, before the graph simplified it.
#[derive(Debug)]
enum Written {
    Constant(bool),
    Atom(usize),
    Not(Box<Written>),
    And(Vec<Written>),
    Or(Vec<Written>),
}

impl Written {
    fn arbitrary(u: &mut Unstructured<'_>, atoms: usize, depth: u8) -> Result<Written> {
        let most = if depth == 0 { 5 } else { 12 };
        Ok(match u.int_in_range(0..=most)? {
            0 => Written::Constant(u.arbitrary()?),
            1..=5 => Written::Atom(u.int_in_range(0..=atoms - 1)?),
            6 | 7 => Written::Not(Box::new(Written::arbitrary(u, atoms, depth - 1)?)),
            n => {
                let parts = (0..u.int_in_range(0..=4u8)?)
                    .map(|_| Written::arbitrary(u, atoms, depth - 1))
                    .collect::<Result<Vec<_>>>()?;
                if n < 11 { Written::And(parts) } else { Written::Or(parts) }
            }
        })
    }

    /// Its value where atom `i` has bit `i`.
    fn value(&self, bits: u32) -> bool {
        match self {
            Written::Constant(value) => *value,
            Written::Atom(i) => bits >> i & 1 == 1,
            Written::Not(part) => !part.value(bits),
            Written::And(parts) => parts.iter().all(|p| p.value(bits)),
            Written::Or(parts) => parts.iter().any(|p| p.value(bits)),
        }
    }

    fn build(&self, formula: &mut Formula<'_>, atoms: &[Lit]) -> Lit {
        match self {
            Written::Constant(value) => Lit::FALSE.negate_if(*value),
            Written::Atom(i) => atoms[*i],
            Written::Not(part) => !part.build(formula, atoms),
            Written::And(parts) => {
                let parts: Vec<Lit> = parts.iter().map(|p| p.build(formula, atoms)).collect();
                formula.graph.and(parts)
            }
            Written::Or(parts) => {
                let parts: Vec<Lit> = parts.iter().map(|p| p.build(formula, atoms)).collect();
                formula.graph.or(parts)
            }
        }
    }
}

const NAMES: [&str; 6] = ["a:0", "a:1", "a:2", "a:3", "a:4", "a:5"];

/// As many atoms that mean nothing.
fn atoms(formula: &mut Formula<'_>, count: usize) -> Vec<Lit> {
    NAMES[..count]
        .iter()
        .map(|name| {
            let key = formula.key(name, 0);
            formula.present(key)
        })
        .collect()
}

fn atom_of(formula: &Formula<'_>, lit: Lit) -> AtomId {
    let Node::Atom(atom) = formula.graph.node(lit.node()) else { panic!("no atom") };
    atom
}

/// Random cases for a property; most of them have to be cases.
fn for_all(cases: u32, holds: impl Fn(&mut Unstructured<'_>) -> Result<()>) {
    let (all, complete) = (Cell::new(0), Cell::new(0));
    let outcome = sampling::runner(cases).run(&vec(any::<u8>(), 20..200), |bytes| {
        // Too few bytes for a choice is no case.
        complete.set(complete.get() + u32::from(holds(&mut Unstructured::new(&bytes)).is_ok()));
        all.set(all.get() + 1);
        Ok::<(), TestCaseError>(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(complete.get() > all.get() / 2, "{} of {} cases", complete.get(), all.get());
}

/// Given an assignment as unit clauses, the clauses have a model exactly if the formula is true.
#[test]
fn clauses_have_a_model_where_the_formula_is_true() {
    for_all(500, |u| {
        let count = u.int_in_range(1..=6usize)?;
        let written = Written::arbitrary(u, count, 4)?;
        let mut formula = Formula::default();
        let atoms = atoms(&mut formula, count);
        let root = written.build(&mut formula, &atoms);
        for bits in 0..1u32 << count {
            let mut solver = Solver::new(&SearchLimits::default());
            let mut encoder = Encoder::default();
            encoder.assert(&formula.graph, root, &mut solver).unwrap();
            for (i, atom) in atoms.iter().enumerate() {
                let literal = atom.negate_if(bits >> i & 1 == 0);
                encoder.clause(&formula.graph, &[literal], &mut solver).unwrap();
            }
            let model = solver.solve().unwrap();
            assert_eq!(model.is_some(), written.value(bits), "{written:?} under {bits:b}");
        }
        Ok(())
    });
}

/// One solver that goes on: every model is excluded by a clause, now and then the formula gets one more part, and the
/// models that come are those of the truth table.
#[test]
fn models_one_after_the_other_are_those_of_the_truth_table() {
    for_all(500, |u| {
        let count = u.int_in_range(1..=6usize)?;
        let mut formula = Formula::default();
        let atoms = atoms(&mut formula, count);
        let mut solver = Solver::new(&SearchLimits::default());
        let mut encoder = Encoder::default();
        let mut parts: Vec<Vec<Written>> = Vec::new();
        let mut excluded: BTreeSet<u32> = BTreeSet::new();
        loop {
            if parts.is_empty() || (parts.len() < 4 && u.ratio(1, 4)?) {
                // A clause over whole formulas, or one formula that is asserted.
                let clause = (0..u.int_in_range(1..=3u8)?)
                    .map(|_| Written::arbitrary(u, count, 3))
                    .collect::<Result<Vec<_>>>()?;
                let literals: Vec<Lit> = clause.iter().map(|w| w.build(&mut formula, &atoms)).collect();
                match literals.as_slice() {
                    [one] => encoder.assert(&formula.graph, *one, &mut solver).unwrap(),
                    many => encoder.clause(&formula.graph, many, &mut solver).unwrap(),
                }
                parts.push(clause);
            }
            let holds = |bits: u32| {
                parts.iter().all(|clause| clause.iter().any(|w| w.value(bits))) && !excluded.contains(&bits)
            };
            let Some(model) = solver.solve().unwrap() else {
                assert_eq!((0..1 << count).find(|bits| holds(*bits)), None, "a model is missing: {parts:?}");
                return Ok(());
            };
            let mut bits = 0;
            for (atom, value) in encoder.values(&model) {
                let place = atoms.iter().position(|lit| atom_of(&formula, *lit) == atom).unwrap();
                bits |= u32::from(value) << place;
            }
            assert!(holds(bits), "{bits:b} is no model of {parts:?} without {excluded:?}");
            excluded.insert(bits);
            let other: Vec<Lit> =
                atoms.iter().enumerate().map(|(i, atom)| atom.negate_if(bits >> i & 1 == 1)).collect();
            encoder.clause(&formula.graph, &other, &mut solver).unwrap();
        }
    });
}

/// Random clauses of three literals, near the number at which half of such problems have no model, in portions.
#[test]
fn two_solvers_agree() {
    use batsat::{BasicSolver, SolverInterface, lbool};
    let (with, without) = (Cell::new(0), Cell::new(0));
    for_all(60, |u| {
        let variables = u.int_in_range(8..=40i32)?;
        let mut seed: u64 = u.arbitrary()?;
        let mut below = |n: i32| -> i32 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i32::try_from((seed >> 33) % u64::try_from(n).unwrap()).unwrap()
        };
        let mut ours = Solver::new(&SearchLimits::default());
        let mut second = BasicSolver::default();
        let vars: Vec<batsat::Var> = (0..variables).map(|_| second.new_var_default()).collect();
        let mut clauses: Vec<[i32; 3]> = Vec::new();
        for _ in 0..6 {
            for _ in 0..variables {
                let mut literal = || (1 + below(variables)) * if below(2) == 0 { 1 } else { -1 };
                let clause = [literal(), literal(), literal()];
                ours.add(&clause).unwrap();
                let mut literals: Vec<batsat::Lit> = clause
                    .iter()
                    .map(|l| batsat::Lit::new(vars[usize::try_from(l.abs() - 1).unwrap()], *l > 0))
                    .collect();
                second.add_clause_reuse(&mut literals);
                clauses.push(clause);
            }
            let model = ours.solve().unwrap();
            assert_eq!(model.is_some(), second.solve_limited(&[]) == lbool::TRUE, "{clauses:?}");
            let Some(model) = model else {
                without.set(without.get() + 1);
                break;
            };
            with.set(with.get() + 1);
            let is_true = |l: &i32| {
                let place = usize::try_from(l.abs() - 1).unwrap();
                model.get(place).copied().unwrap_or(false) == (*l > 0)
            };
            assert!(clauses.iter().all(|clause| clause.iter().any(is_true)), "no model: {clauses:?}");
        }
        Ok(())
    });
    let (with, without) = (with.get(), without.get());
    assert!(with > 5 && without > 5, "{with} with, {without} without a model");
}

#[test]
fn more_literals_than_allowed_are_refused() {
    let mut solver = Solver::new(&SearchLimits { literals: 5, ..SearchLimits::default() });
    assert_eq!(solver.add(&[1, 2, 3]), Ok(()));
    assert_eq!(solver.add(&[1, 2, -3]), Err(Exhausted::Literals));
}

#[test]
fn a_deadline_ends_a_hard_problem() {
    // Pigeons and holes: no model, and no short proof.
    let (pigeons, holes) = (12, 11);
    let limits = SearchLimits {
        deadline: Some(std::time::Instant::now() + std::time::Duration::from_millis(50)),
        ..SearchLimits::default()
    };
    let mut solver = Solver::new(&limits);
    let variable = |pigeon: i32, hole: i32| 1 + pigeon * holes + hole;
    for pigeon in 0..pigeons {
        let clause: Vec<i32> = (0..holes).map(|hole| variable(pigeon, hole)).collect();
        solver.add(&clause).unwrap();
    }
    for hole in 0..holes {
        for a in 0..pigeons {
            for b in 0..a {
                solver.add(&[-variable(a, hole), -variable(b, hole)]).unwrap();
            }
        }
    }
    assert_eq!(solver.solve(), Err(Exhausted::Deadline));
}

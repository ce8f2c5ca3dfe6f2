//! Clauses against truth tables, and the SAT solver against a second one.

use crate::support::properties::cnf;
use crate::support::sampling;
use arbitrary::{Result, Unstructured};
use iamsat::limits::{Exhausted, SearchLimits};
use iamsat::sat::Solver;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};
use std::cell::Cell;

/// Runs a property on random cases; most inputs must have enough bytes for a case.
fn for_all(cases: u32, holds: impl Fn(&mut Unstructured<'_>) -> Result<()>) {
    let (all, complete) = (Cell::new(0), Cell::new(0));
    let outcome = TestRunner::new(sampling::config(cases)).run(&vec(any::<u8>(), 20..200), |bytes| {
        // An input with too few bytes for a choice is skipped.
        complete.set(complete.get() + u32::from(holds(&mut Unstructured::new(&bytes)).is_ok()));
        all.set(all.get() + 1);
        Ok::<(), TestCaseError>(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    assert!(complete.get() > all.get() / 2, "{} of {} cases", complete.get(), all.get());
}

#[test]
fn clauses_have_a_model_where_the_formula_is_true() {
    for_all(500, cnf::clauses_have_a_model_where_the_formula_is_true);
}

#[test]
fn models_one_after_the_other_are_those_of_the_truth_table() {
    for_all(500, cnf::models_one_after_the_other_are_those_of_the_truth_table);
}

#[test]
fn two_solvers_agree() {
    let (with, without) = (Cell::new(0), Cell::new(0));
    for_all(120, |u| {
        let count = cnf::two_solvers_agree(u)?;
        with.set(with.get() + count.with);
        without.set(without.get() + count.without);
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

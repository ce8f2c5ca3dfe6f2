//! The laws of `support::properties::laws` for random policies.
//!
//! `IAMSAT_CASES` sets the number of cases of each law, `IAMSAT_SEED` selects them.

use crate::support::properties::laws::{self, Answers, Law};
use crate::support::sampling;
use arbitrary::Unstructured;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

/// Tries a law on random cases. The answers have to include each of `seen`: a law that never meets its case tests nothing.
fn law(cases: u32, seen: &[&'static str], law: Law) {
    let answers = Answers::default();
    let outcome = TestRunner::new(sampling::config(cases)).run(&vec(any::<u8>(), 60..300), |bytes| {
        laws::obeys(law, &mut Unstructured::new(&bytes), &answers);
        Ok::<(), TestCaseError>(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    let answers = answers.into_inner();
    println!("{answers:?}");
    for name in seen {
        assert!(answers.contains_key(name), "no {name} among {answers:?}");
    }
}

#[test]
fn a_policy_allows_nothing_that_it_does_not_allow() {
    law(400, &["PASS"], laws::a_policy_allows_nothing_that_it_does_not_allow);
}

#[test]
fn one_more_deny_never_widens() {
    law(200, &["PASS"], laws::one_more_deny_never_widens);
}

#[test]
fn one_more_allow_never_narrows() {
    law(200, &["PASS"], laws::one_more_allow_never_narrows);
}

#[test]
fn narrower_than_narrower_is_narrower() {
    law(100, &["PASS", "FAIL"], laws::narrower_than_narrower_is_narrower);
}

#[test]
fn allows_together_are_as_narrow_as_each_alone() {
    law(100, &["PASS", "FAIL"], laws::allows_together_are_as_narrow_as_each_alone);
}

#[test]
fn order_duplicates_names_lists_and_case_do_not_matter() {
    law(200, &["PASS"], laws::order_duplicates_names_lists_and_case_do_not_matter);
}

#[test]
fn without_variables_both_versions_say_the_same() {
    law(150, &["PASS"], laws::without_variables_both_versions_say_the_same);
}

#[test]
fn a_statement_is_the_statements_of_its_values() {
    law(200, &["PASS"], laws::a_statement_is_the_statements_of_its_values);
}

#[test]
fn a_condition_is_met_by_any_of_its_values() {
    law(150, &["PASS"], laws::a_condition_is_met_by_any_of_its_values);
}

#[test]
fn a_wider_pattern_never_narrows() {
    law(250, &["PASS", "FAIL"], laws::a_wider_pattern_never_narrows);
}

#[test]
fn a_part_and_its_complement_are_the_whole() {
    law(300, &["PASS"], laws::a_part_and_its_complement_are_the_whole);
}

#[test]
fn a_deny_takes_away_exactly_what_it_names() {
    law(200, &["PASS", "FAIL"], laws::a_deny_takes_away_exactly_what_it_names);
}

#[test]
fn listed_access_is_granted_if_it_is_new_against_everything_else() {
    law(250, &["PASS", "FAIL"], laws::listed_access_is_granted_if_it_is_new_against_everything_else);
}

#[test]
fn what_cannot_matter_changes_no_answer() {
    law(400, &["met", "not met"], laws::what_cannot_matter_changes_no_answer);
}

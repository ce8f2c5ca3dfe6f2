//! The integration tests: one binary, because each binary links the whole library once more.
//!
//! `cargo test --test it MODULE::` runs the tests of one module.
#![cfg(test)]
#![expect(clippy::string_slice, reason = "a test that panics fails, as it should")]

mod architecture;
mod attacks;
mod axioms;
mod batch;
mod batch_certificates;
mod beside_others;
mod bounds;
mod certificates;
mod check;
mod cli;
mod cnf;
mod codes;
mod conditions;
mod container;
mod examples;
mod external;
mod fixes;
mod formats;
mod fuzz;
mod guides;
#[cfg(unix)]
mod inputs;
mod laws;
mod layered_changes;
mod layered_world;
mod layers;
mod ledger;
mod limits;
mod linked_keys;
mod listed_world;
mod policy_tests;
mod public;
mod reference;
mod relevant;
mod renderers;
#[cfg(unix)]
mod schemas;
mod serve;
mod small_world;
mod snapshot_change_facts;
mod snapshot_changes;
mod snapshot_plan_drift;
mod snapshot_plans;
mod snapshot_stores;
mod snapshot_templates;
mod snapshots;
mod sourced_values;
mod sources;
mod support;
mod traps;
mod undecided;
mod unknown_values;
mod validate;
mod widened;
mod words;

//! How many random cases, and which.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A runner of as many cases as `IAMSAT_CASES` says, or `default`. They are the same ones in every run; `IAMSAT_SEED`
/// (a number) chooses others.
pub(crate) fn runner(default: u32) -> TestRunner {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u32>().ok());
    let cases = number("IAMSAT_CASES").unwrap_or(default);
    let mut seed = [0; 32];
    seed[..4].copy_from_slice(&number("IAMSAT_SEED").unwrap_or(0).to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

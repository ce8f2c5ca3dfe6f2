//! The number and the seed of random cases.

use proptest::test_runner::{Config, RngSeed};

/// As many cases as `IAMSAT_CASES` says, or `default`. They are the same ones in every run; `IAMSAT_SEED` (a number)
/// chooses others.
pub(crate) fn config(default: u32) -> Config {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse::<u32>().ok());
    Config {
        cases: number("IAMSAT_CASES").unwrap_or(default),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(number("IAMSAT_SEED").unwrap_or(0).into()),
        ..Config::default()
    }
}

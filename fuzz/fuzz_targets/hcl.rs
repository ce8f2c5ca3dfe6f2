//! See `tests/it/support/properties/hcl.rs`.
#![no_main]

#[path = "../../tests/it/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::properties::hcl::holds(data));

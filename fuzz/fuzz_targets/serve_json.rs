//! See `tests/it/support/properties/serve_json.rs`.
#![no_main]

#[path = "../../tests/it/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::properties::serve_json::holds(data));

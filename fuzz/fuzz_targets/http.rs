//! See `tests/it/support/properties/http.rs`.
#![no_main]

#[path = "../../tests/it/support/mod.rs"]
mod support;

libfuzzer_sys::fuzz_target!(|data: &[u8]| support::properties::http::holds(data));

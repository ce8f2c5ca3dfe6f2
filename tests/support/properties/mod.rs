//! What has to hold for every input. Property tests try random bytes, the fuzzer looks for the bytes that break it,
//! and what it once found is replayed.

pub(crate) mod check;
pub(crate) mod emptiness;
pub(crate) mod parse;
pub(crate) mod theories;
pub(crate) mod verify;
pub(crate) mod wildcard;

/// Holds for every input, or panics.
pub(crate) type Property = fn(&[u8]);

/// The properties by the names of their fuzz targets.
pub(crate) const ALL: [(&str, Property); 6] = [
    ("check", check::holds),
    ("emptiness", emptiness::holds),
    ("parse", parse::holds),
    ("theories", theories::holds),
    ("verify", verify::holds),
    ("wildcard", wildcard::holds),
];

//! Properties that hold for every input. The property tests try random bytes, the fuzzer searches for bytes that break a
//! property, and the inputs that it once found are replayed.

pub(crate) mod batch;
pub(crate) mod catalogue;
pub(crate) mod check;
pub(crate) mod cli;
pub(crate) mod cnf;
pub(crate) mod emptiness;
pub(crate) mod hcl;
pub(crate) mod http;
pub(crate) mod laws;
pub(crate) mod layers;
pub(crate) mod parse;
pub(crate) mod plan;
pub(crate) mod print;
pub(crate) mod report;
pub(crate) mod serve_json;
pub(crate) mod snapshot;
pub(crate) mod sub;
pub(crate) mod template;
pub(crate) mod theories;
pub(crate) mod validate;
pub(crate) mod verify;
pub(crate) mod wildcard;
pub(crate) mod yaml;

/// Holds for every input, or panics.
pub(crate) type Property = fn(&[u8]);

/// The properties by the names of their fuzz targets.
pub(crate) const ALL: [(&str, Property); 23] = [
    ("batch", batch::holds),
    ("catalogue", catalogue::holds),
    ("check", check::holds),
    ("cli", cli::holds),
    ("cnf", cnf::holds),
    ("emptiness", emptiness::holds),
    ("hcl", hcl::holds),
    ("http", http::holds),
    ("laws", laws::holds),
    ("layers", layers::holds),
    ("parse", parse::holds),
    ("plan", plan::holds),
    ("print", print::holds),
    ("report", report::holds),
    ("serve_json", serve_json::holds),
    ("snapshot", snapshot::holds),
    ("sub", sub::holds),
    ("template", template::holds),
    ("theories", theories::holds),
    ("validate", validate::holds),
    ("verify", verify::holds),
    ("wildcard", wildcard::holds),
    ("yaml", yaml::holds),
];

/// The lines of an input that is text: at least two, of printable characters. Fuzzers start from these, as the corpus
/// of real policies can be written so; choices that look like it are rare.
pub(crate) fn lines(data: &[u8]) -> Option<Vec<&str>> {
    let text = std::str::from_utf8(data).ok()?;
    let printable = |c: char| c == '\n' || !c.is_control();
    (text.contains('\n') && text.chars().all(printable)).then(|| text.lines().collect())
}

//! File names in the form other programs expect: relative if possible, with forward slashes.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::path::MAIN_SEPARATOR;

/// All bytes but the unreserved characters of a URI (RFC 3986, section 2.3) and the slash between names.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// Returns a path relative to a directory if it is in it, with forward slashes.
pub(super) fn relative(path: &str, directory: Option<&str>) -> String {
    let slashed =
        |path: &str| if MAIN_SEPARATOR == '/' { path.to_owned() } else { path.replace(MAIN_SEPARATOR, "/") };
    let path = slashed(path);
    let inner = directory.map(slashed).and_then(|directory| {
        let rest = path.strip_prefix(directory.trim_end_matches('/'))?;
        rest.strip_prefix('/').map(str::to_owned)
    });
    let path = match inner {
        Some(inner) => inner,
        None => path,
    };
    match path.strip_prefix("./") {
        Some(rest) => rest.to_owned(),
        None => path,
    }
}

/// Returns the same as a URI reference.
pub(super) fn uri(path: &str, directory: Option<&str>) -> String {
    let path = relative(path, directory);
    let scheme = if path.starts_with('/') { "file://" } else { "" };
    format!("{scheme}{}", utf8_percent_encode(&path, ENCODED))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_directory_they_are_in() {
        for (path, expected) in [
            ("a/b.json", "a/b.json"),
            ("./a/b.json", "a/b.json"),
            ("../b.json", "../b.json"),
            ("/home/repo/a/b.json", "a/b.json"),
            ("/home/repository/b.json", "file:///home/repository/b.json"),
            ("<stdin>", "%3Cstdin%3E"),
            ("a b/\u{e4}#:?.json", "a%20b/%C3%A4%23%3A%3F.json"),
        ] {
            assert_eq!(uri(path, Some("/home/repo")), expected, "{path}");
        }
        assert_eq!(relative("/home/repo/a b.json", Some("/home/repo/")), "a b.json");
        assert_eq!(relative("/home/repo/a.json", None), "/home/repo/a.json");
    }
}

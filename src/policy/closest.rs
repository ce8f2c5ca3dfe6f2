//! Finds the known name that a misspelled name probably means.

use strsim::levenshtein;

/// Bytes of a name beyond which nothing is suggested: comparing takes time with the product of the lengths.
const LONGEST: usize = 64;

/// Returns the known name closest to a misspelled one.
pub(crate) fn closest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    if name.len() > LONGEST {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    known
        .iter()
        .map(|k| (levenshtein(&lower, &k.to_ascii_lowercase()), *k))
        .filter(|(d, k)| *d <= k.len().div_ceil(3).min(3))
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_name_is_close_to_one_with_few_other_letters() {
        let known = ["Effect", "Action", "NotAction", "Sid"];
        let cases = [
            ("effect", Some("Effect")),
            ("Actions", Some("Action")),
            ("Notation", Some("NotAction")),
            ("Principal", None),
            ("", None),
        ];
        for (name, expected) in cases {
            assert_eq!(closest(name, &known), expected, "{name}");
        }
        assert_eq!(closest(&"a".repeat(65), &known), None);
    }
}

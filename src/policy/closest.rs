//! Finds the known name that a misspelled name probably means.

/// Returns the known name closest to a misspelled one.
pub(crate) fn closest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let lower = name.to_ascii_lowercase();
    known
        .iter()
        .map(|k| (distance(&lower, &k.to_ascii_lowercase()), *k))
        .filter(|(d, k)| *d <= k.len().div_ceil(3).min(3))
        .min_by_key(|(d, _)| *d)
        .map(|(_, k)| k)
}

/// Returns the Levenshtein distance of two short names.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > 64 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut distance = b.len();
    for (i, x) in a.chars().enumerate() {
        let mut last = i + 1;
        let mut next = vec![last];
        for ((y, above_left), above) in b.iter().zip(&row).zip(row.iter().skip(1)) {
            let replaced = above_left + usize::from(x != *y);
            last = (last + 1).min(above + 1).min(replaced);
            next.push(last);
        }
        row = next;
        distance = last;
    }
    distance
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

//! Texts that match two patterns with wildcards.

/// A part of a pattern.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// This byte, a letter without its case.
    Byte(u8),
    /// Any byte.
    One,
    /// Any bytes: `*`, or a variable.
    Any,
}

/// The largest product of the lengths of two patterns that are compared piece by piece. Longer ones are compared by their fixed
/// starts.
const MOST_PAIRS: usize = 1 << 20;

/// True for the text of a pattern with wildcards or variables.
pub(super) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '$'])
}

/// Returns the text before the first wildcard or variable.
fn fixed(text: &str) -> &str {
    text.split(['*', '?', '$']).next().unwrap_or(text)
}

/// Returns the pieces of a pattern. A variable may stand for any text, and an escaped character counts as a variable. `?` stands
/// for a character, which has up to four bytes, so it is one byte and any further ones.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut bytes = text.bytes().enumerate();
    while let Some((place, byte)) = bytes.next() {
        let variable = text.get(place..).filter(|rest| rest.starts_with("${"));
        match (byte, variable.and_then(|rest| rest.find('}'))) {
            (b'$', Some(end)) => {
                pieces.push(Piece::Any);
                bytes.nth(end - 1);
            }
            (b'*', _) => pieces.push(Piece::Any),
            (b'?', _) => pieces.extend([Piece::One, Piece::Any]),
            (byte, _) => pieces.push(Piece::Byte(byte.to_ascii_lowercase())),
        }
    }
    pieces
}

/// True unless it is certain that no text matches both patterns. Letters count without their case.
pub(crate) fn may_overlap(one: &str, other: &str) -> bool {
    let starts = |text: &str, start: &str| {
        text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    };
    let starts_agree = match (is_pattern(one), is_pattern(other)) {
        (false, false) => return one.eq_ignore_ascii_case(other),
        (true, false) => starts(other, fixed(one)),
        (false, true) => starts(one, fixed(other)),
        (true, true) => {
            let (one, other) = (fixed(one), fixed(other));
            starts(one, other) || starts(other, one)
        }
    };
    starts_agree && (one == "*" || other == "*" || meet(&pieces(one), &pieces(other)))
}

/// True if some text matches both, or if they are too long to tell.
fn meet(one: &[Piece], other: &[Piece]) -> bool {
    if one.len().checked_mul(other.len()).is_none_or(|pairs| pairs > MOST_PAIRS) {
        return true;
    }
    // Which starts of `other` some text matches that matches the pieces of `one` so far.
    let mut row = vec![false; other.len() + 1];
    let closed = |row: &mut [bool]| {
        for (place, piece) in other.iter().enumerate() {
            if *piece == Piece::Any && row.get(place) == Some(&true) {
                set(row, place + 1);
            }
        }
    };
    set(&mut row, 0);
    closed(&mut row);
    for piece in one {
        let mut next = vec![false; row.len()];
        for (place, _) in row.iter().enumerate().filter(|(_, is_reached)| **is_reached) {
            match (*piece, other.get(place)) {
                // A text for `*` of one runs through all that follows in the other.
                (Piece::Any, _) => (place..row.len()).for_each(|place| set(&mut next, place)),
                (_, Some(Piece::Any)) => set(&mut next, place),
                (Piece::One, Some(_)) | (Piece::Byte(_), Some(Piece::One)) => set(&mut next, place + 1),
                (Piece::Byte(byte), Some(Piece::Byte(own))) if byte == *own => set(&mut next, place + 1),
                (Piece::Byte(_), Some(Piece::Byte(_))) | (_, None) => {}
            }
        }
        closed(&mut next);
        row = next;
    }
    row.last() == Some(&true)
}

fn set(row: &mut [bool], place: usize) {
    if let Some(slot) = row.get_mut(place) {
        *slot = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_may_overlap_are_told() {
        for (one, other, expected) in [
            ("s3:Get*", "s3:*", true),
            ("S3:get*", "s3:GetObject", true),
            ("s3:Put*", "s3:Get*", false),
            ("s3:*Object", "s3:Get*", true),
            ("s3:*Object", "s3:*Bucket", false),
            ("s3:Get?bject", "s3:GetObject", true),
            ("s3:Get?bject", "s3:Getbject", false),
            ("*", "arn:aws:s3:::b", true),
            ("arn:aws:s3:::b", "arn:aws:s3:::b/*", false),
            ("arn:aws:s3:::a/*", "arn:aws:s3:::b/*", false),
            ("arn:aws:s3:::*-7/x", "arn:aws:s3:::b/*", true),
            ("arn:aws:s3:::*-7", "arn:aws:s3:::b/*8", false),
            ("arn:aws:s3:::${aws:username}", "arn:aws:s3:::b", true),
            ("arn:aws:s3:::${aws:username}/x", "arn:aws:s3:::b/y", false),
            ("arn:aws:s3:::${", "arn:aws:s3:::${", true),
            ("?", "é", true),
            ("é*", "ö*", false),
            ("", "*", true),
            ("", "?", false),
        ] {
            assert_eq!(may_overlap(one, other), expected, "{one} {other}");
            assert_eq!(may_overlap(other, one), expected, "{one} {other}");
        }
    }

    #[test]
    fn patterns_overlap_exactly_if_a_short_text_matches_both() {
        let texts = |most: usize| {
            let mut all = vec![String::new()];
            let mut last = all.clone();
            for _ in 0..most {
                last =
                    last.iter().flat_map(|text| ["a", "b"].map(|letter| format!("{text}{letter}"))).collect();
                all.extend(last.clone());
            }
            all
        };
        fn matches(pattern: &[u8], text: &[u8]) -> bool {
            match (pattern.first(), text.first()) {
                (None, None) => true,
                (Some(b'*'), _) => {
                    matches(&pattern[1..], text) || (!text.is_empty() && matches(pattern, &text[1..]))
                }
                (Some(own), Some(letter)) if own == letter => matches(&pattern[1..], &text[1..]),
                _ => false,
            }
        }
        let mut patterns = vec![String::new()];
        let mut last = patterns.clone();
        for _ in 0..3 {
            last =
                last.iter().flat_map(|text| ["a", "b", "*"].map(|piece| format!("{text}{piece}"))).collect();
            patterns.extend(last.clone());
        }
        let texts = texts(6);
        for one in &patterns {
            for other in &patterns {
                let expected = texts.iter().any(|text| {
                    matches(one.as_bytes(), text.as_bytes()) && matches(other.as_bytes(), text.as_bytes())
                });
                assert_eq!(may_overlap(one, other), expected, "{one:?} {other:?}");
            }
        }
    }
}

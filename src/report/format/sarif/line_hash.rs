//! The hash of a line by which GitHub recognizes an alert when other lines move.
//!
//! Source: the action `github/codeql-action`, `fingerprints.ts`: a line is hashed with what follows it, as a polynomial in 37 over UTF-16
//! units, modulo 2^64. Blanks do not count, every line end is a line feed, and the end of the file is a unit of its own, followed by
//! zeros. The action computes the hash for logs that lack it, and warns if a log has another one.

use std::collections::BTreeMap;

/// The number of units that are hashed.
const BLOCK: usize = 100;
/// The base of the polynomial.
const BASE: u64 = 37;
/// The unit at the end of the file.
const END: u16 = u16::MAX;

const TAB: u16 = 0x09;
const LINE_FEED: u16 = 0x0a;
const CARRIAGE_RETURN: u16 = 0x0d;
const SPACE: u16 = 0x20;

/// The hashes of all lines of a file, each with its number among equal ones.
pub(super) struct LineHashes(Vec<(u64, usize)>);

impl LineHashes {
    /// Hashes every line of a text.
    pub(super) fn of(text: &str) -> LineHashes {
        let (units, starts) = units(text);
        let mut seen: BTreeMap<u64, usize> = BTreeMap::new();
        let numbered = starts.into_iter().map(|start| {
            let block = units.iter().skip(start).copied().chain(std::iter::repeat(0)).take(BLOCK);
            let hash = block.fold(0u64, |hash, unit| hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)));
            let number = seen.entry(hash).or_insert(0);
            *number += 1;
            (hash, *number)
        });
        LineHashes(numbered.collect())
    }

    /// Returns the hash of a line, numbered from 1, with its number among equal ones.
    pub(super) fn line(&self, line: usize) -> Option<(u64, usize)> {
        self.0.get(line.checked_sub(1)?).copied()
    }
}

/// Returns the units that count, and the index of the first one of every line.
fn units(text: &str) -> (Vec<u16>, Vec<usize>) {
    let (mut units, mut starts) = (Vec::new(), Vec::new());
    let (mut starts_line, mut after_return) = (true, false);
    for unit in text.encode_utf16().chain([END]) {
        let is_second_half =
            std::mem::replace(&mut after_return, unit == CARRIAGE_RETURN) && unit == LINE_FEED;
        if matches!(unit, SPACE | TAB) || is_second_half {
            continue;
        }
        if std::mem::replace(&mut starts_line, matches!(unit, LINE_FEED | CARRIAGE_RETURN)) {
            starts.push(units.len());
        }
        units.push(if unit == CARRIAGE_RETURN { LINE_FEED } else { unit });
    }
    (units, starts)
}

#[cfg(test)]
mod tests {
    use super::LineHashes;

    fn hashes(text: &str) -> Vec<String> {
        let hashes = LineHashes::of(text);
        let lines = (1..).map_while(|line| hashes.line(line));
        lines.map(|(hash, number)| format!("{hash:x}:{number}")).collect()
    }

    /// The values are those of the action's own tests.
    #[test]
    fn lines_have_the_hashes_of_the_action() {
        assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
        let letters = ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"];
        assert_eq!(hashes(" a\nb\n  \t\tc\n d"), letters);
        let ended = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        let text = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n";
        assert_eq!(hashes(text), ended);
        assert_eq!(hashes(&text.replace('\n', "\r")), ended);
        assert_eq!(hashes(&text.replace('\n', "\r\n")), ended);
        let repeated = hashes(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        let (same, rest) = repeated.split_at(6);
        let numbered: Vec<String> = (1..=6).map(|number| format!("a7f2ff13bc495cf2:{number}")).collect();
        assert_eq!(same, numbered);
        let last = [
            "a7f2ff1481e87703:1",
            "a9cf91f7bbf1862b:1",
            "55ec222b86bcae53:1",
            "cc97dc7b1d7d8f7b:1",
            "c129715d7a2bc9a3:1",
        ];
        assert_eq!(rest, last);
    }

    #[test]
    fn lines_that_do_not_exist_have_no_hash() {
        let hashes = LineHashes::of("a");
        assert_eq!((hashes.line(0), hashes.line(2)), (None, None));
    }
}

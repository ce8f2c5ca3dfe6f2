//! The head of a catalogue: where it comes from, the global keys, and how much follows.

use super::error::CatalogueError;
use super::level::KeyType;

/// First line of the text form.
pub(super) const FIRST_LINE: &str = "iamsat-catalogue 1";

/// Where the facts come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Package and version.
    pub source: String,
    /// Day of the facts: `2026-09-26`.
    pub date: String,
    /// Integrity value of the package in its registry.
    pub integrity: String,
    /// Copyright notices of the sources.
    pub notice: String,
    /// Number of services.
    pub services: usize,
    /// Number of actions.
    pub actions: usize,
}

/// The lines before the first service.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) origin: Origin,
    /// Number of lines of all services.
    pub(super) lines: usize,
    /// Global keys, sorted by name without case.
    pub(super) globals: Vec<GlobalKey>,
    /// Prefixes of retired services, sorted.
    pub(super) retired: Vec<String>,
    /// Number of lines of the head.
    pub(super) length: usize,
}

/// A key that every service knows.
#[derive(Debug)]
pub(super) struct GlobalKey {
    pub(super) name: String,
    pub(super) lower: String,
    pub(super) kind: KeyType,
    pub(super) is_list: bool,
}

/// Reads the head from its lines, and nothing else.
pub(super) fn read_head<'t>(lines: impl Iterator<Item = &'t str>) -> Result<Head, CatalogueError> {
    let mut lines = lines.enumerate().map(|(number, line)| (number + 1, line)).peekable();
    let mut field = |name: &str| match lines.next() {
        Some((number, line)) => match line.strip_prefix(name).and_then(|rest| rest.strip_prefix(' ')) {
            Some(value) if !value.trim().is_empty() && !value.chars().any(char::is_control) => {
                Ok((number, value.to_owned()))
            }
            _ if number == 1 => {
                Err(CatalogueError::at(1, format!("the first line of a catalogue is `{FIRST_LINE}`")))
            }
            _ => Err(CatalogueError::at(number, format!("this line is `{name}` and its value"))),
        },
        None => Err(CatalogueError::whole(format!("the line `{name}` is missing"))),
    };
    let (_, version) = field("iamsat-catalogue")?;
    if version != "1" {
        return Err(CatalogueError::at(1, format!("the first line of a catalogue is `{FIRST_LINE}`")));
    }
    let (_, source) = field("source")?;
    let (number, date) = field("date")?;
    if !is_date(&date) {
        return Err(CatalogueError::at(number, format!("`{date}` is not a valid date: YYYY-MM-DD")));
    }
    let (_, integrity) = field("integrity")?;
    let (_, notice) = field("notice")?;
    let (number, counts) = field("counts")?;
    let counts: Option<Vec<usize>> = counts.split(' ').map(|count| count.parse().ok()).collect();
    let Some([services, actions, total]) = counts.as_deref() else {
        return Err(CatalogueError::at(number, "`counts` has three numbers: services, actions and lines"));
    };
    let origin = Origin { source, date, integrity, notice, services: *services, actions: *actions };
    let mut head = Head { origin, lines: *total, globals: Vec::new(), retired: Vec::new(), length: number };
    for (number, line) in lines {
        read_entry(&mut head, line).ok_or_else(|| {
            CatalogueError::at(number, format!("`{line}` is not a line of the head, or out of order"))
        })?;
        head.length = number;
    }
    Ok(head)
}

/// Reads a `G` or `X` line.
fn read_entry(head: &mut Head, line: &str) -> Option<()> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_graphic());
    match line.split_once(' ')? {
        ("G", key) => {
            let (letter, name) = key.split_once(' ')?;
            let (kind, is_list) = KeyType::read(letter)?;
            let lower = name.to_ascii_lowercase();
            let is_next =
                head.globals.last().is_none_or(|last| last.lower < lower) && head.retired.is_empty();
            head.globals.push(GlobalKey { name: name.to_owned(), lower, kind, is_list });
            (is_next && is_word(name) && name.contains(':')).then_some(())
        }
        ("X", prefix) => {
            let is_next = head.retired.last().is_none_or(|last| last.as_str() < prefix);
            head.retired.push(prefix.to_owned());
            (is_next && is_word(prefix)).then_some(())
        }
        _ => None,
    }
}

/// True if the text has the shape of a date.
fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(place, b)| match place {
            4 | 7 => b == b'-',
            _ => b.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "iamsat-catalogue 1\nsource p 1\ndate 2026-09-26\nintegrity sha512-x\nnotice N\ncounts 1 2 3\n\
                        G b aws:SecureTransport\nG S aws:TagKeys\nX a\nX b";

    #[test]
    fn a_head_is_read() {
        let head = read_head(HEAD.lines()).unwrap();
        assert_eq!((head.origin.date.as_str(), head.origin.services, head.lines), ("2026-09-26", 1, 3));
        assert_eq!(
            (head.globals.len(), head.retired.as_slice()),
            (2, ["a".to_owned(), "b".to_owned()].as_slice())
        );
    }

    #[test]
    fn faults_have_their_line() {
        let faults = [
            ("catalogue 1", "catalogue 2", Some(1)),
            ("source p 1", "source ", Some(2)),
            ("2026-09-26", "2026-9-26", Some(3)),
            ("integrity", "digest", Some(4)),
            ("counts 1 2 3", "counts 1 2", Some(6)),
            ("counts 1 2 3", "counts 1 2 -3", Some(6)),
            ("G b aws", "G q aws", Some(7)),
            ("aws:TagKeys", "aws:A", Some(8)),
            ("X a", "X z", Some(10)),
            ("X b", "G s aws:Z", Some(10)),
            ("X b", "", Some(10)),
        ];
        for (right, wrong, line) in faults {
            let text = HEAD.replacen(right, wrong, 1);
            assert_eq!(read_head(text.split('\n')).unwrap_err().line, line, "{right} {wrong}");
        }
        assert_eq!(read_head(HEAD.lines().take(3)).unwrap_err().line, None);
    }
}

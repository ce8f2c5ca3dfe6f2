//! From the lines of one service to a [`Service`]: every number is compared with its table, every list with its order.

use super::error::CatalogueError;
use super::level::{KeyType, Levels};
use super::service::{ActionEntry, KeyEntry, Lists, Owner, Patterns, ResourceEntry, RowEntry, Service, word};
use crate::span::Span;

/// Bytes of one ARN format: comparing it with a pattern takes the product of their lengths.
const FORMAT_BYTES: usize = 1024;

/// Reads the lines of one service, the first of which has the number `first`.
pub(super) fn read_service(text: &str, first: usize) -> Result<Service, CatalogueError> {
    let lower = text.to_ascii_lowercase();
    let mut reader = Reader {
        lower: &lower,
        prefix: Span::default(),
        title: Span::default(),
        has_rcp: false,
        keys: Vec::new(),
        sets: Lists::default(),
        resources: Vec::new(),
        formats: Vec::new(),
        rows: Lists::default(),
        actions: Vec::new(),
        place: 0,
    };
    let ends = memchr::memchr_iter(b'\n', text.as_bytes());
    let mut start = 0usize;
    for (number, end) in ends.enumerate() {
        let line = word(text, Span::new(start, end));
        let fault = |message: String| CatalogueError::at(first + number, message);
        reader.line(line, start, number == 0).map_err(fault)?;
        start = end + 1;
    }
    if start != text.len() || start == 0 {
        return Err(CatalogueError::at(first, "the last line of a catalogue ends with a line feed"));
    }
    let Reader { prefix, title, has_rcp, keys, sets, resources, formats, rows, actions, .. } = reader;
    let (text, lower) = (text.into(), lower.into());
    let patterns = Patterns::default();
    Ok(Service {
        text,
        lower,
        prefix,
        title,
        has_rcp,
        keys,
        sets,
        resources,
        formats,
        rows,
        actions,
        patterns,
    })
}

/// The parts of a [`Service`] so far.
struct Reader<'t> {
    lower: &'t str,
    prefix: Span,
    title: Span,
    has_rcp: bool,
    keys: Vec<KeyEntry>,
    sets: Lists<u16>,
    resources: Vec<ResourceEntry>,
    formats: Vec<Span>,
    rows: Lists<RowEntry>,
    actions: Vec<ActionEntry>,
    /// Place of the last line in [`ORDER`].
    place: usize,
}

/// The kinds of lines in the order in which they come.
const ORDER: &[u8] = b"SKCRLA";

/// Length of the longest table that `u16` can number.
const TABLE: usize = u16::MAX as usize;

impl Reader<'_> {
    fn line(&mut self, line: &str, start: usize, is_first: bool) -> Result<(), String> {
        let place_of = |kind: &u8| ORDER.iter().position(|other| other == kind);
        let Some((&kind, place)) = line.as_bytes().first().and_then(|kind| Some((kind, place_of(kind)?)))
        else {
            return Err(format!("`{line}` is not a line of a service"));
        };
        if is_first != (kind == b'S') || place < self.place {
            return Err("the lines of a service come in the order S, K, C, R, L, A".to_owned());
        }
        self.place = place;
        let shape = match kind {
            b'S' => self.head(line, start),
            b'K' => self.key(line, start),
            b'C' => self.set(line),
            b'R' => self.resource(line, start),
            b'L' => self.rows(line),
            _ => self.action(line, start),
        };
        shape.ok_or_else(|| format!("`{line}` is not a valid {} line, or out of order", char::from(kind)))
    }

    fn head(&mut self, line: &str, start: usize) -> Option<()> {
        let [prefix, rcp, title] = words::<3>(line, start, true)?;
        let is_prefix = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        (self.prefix, self.title) = (prefix.span(), title.span());
        self.has_rcp = rcp.text == "rcp";
        let is_valid =
            prefix.text.bytes().all(is_prefix) && !prefix.text.is_empty() && !title.text.is_empty();
        (is_valid && matches!(rcp.text, "rcp" | "-")).then_some(())
    }

    fn key(&mut self, line: &str, start: usize) -> Option<()> {
        let [kind, name] = words::<2>(line, start, false)?;
        let (kind, is_list) = KeyType::read(kind.text)?;
        let (owner, sign) = match name.text.bytes().next()? {
            b':' => (Owner::Service, 1),
            b'@' => (Owner::Aws, 1),
            _ => (Owner::Other, 0),
        };
        let place = Span::new(name.start + sign, name.end());
        let bare = name.text.get(sign..)?;
        let is_named = !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_graphic());
        let has_prefix = owner != Owner::Other || bare.contains(':');
        let entry = KeyEntry { name: place, owner, kind, is_list };
        let is_next = self.keys.last().is_none_or(|last| self.full_name(last).lt(self.full_name(&entry)));
        self.keys.push(entry);
        (is_named && has_prefix && is_next && self.keys.len() <= TABLE).then_some(())
    }

    /// Returns the bytes of the name of a key in lower case.
    fn full_name(&self, key: &KeyEntry) -> impl Iterator<Item = u8> {
        let prefix = match key.owner {
            Owner::Service => word(self.lower, self.prefix),
            Owner::Aws => "aws",
            Owner::Other => "",
        };
        let colon = if key.owner == Owner::Other { "" } else { ":" };
        [prefix, colon, word(self.lower, key.name)].into_iter().flat_map(str::bytes)
    }

    fn set(&mut self, line: &str) -> Option<()> {
        let mut signs = Signs::after(line, b"C ")?;
        let mut last = None;
        loop {
            let number = signs.number_below(self.keys.len())?;
            if last.is_some_and(|last| last >= number) {
                return None;
            }
            last = Some(number);
            self.sets.push(number);
            if signs.0.is_empty() {
                break;
            }
            signs.take(b' ').then_some(())?;
        }
        self.sets.close();
        (self.sets.len() <= TABLE).then_some(())
    }

    fn resource(&mut self, line: &str, start: usize) -> Option<()> {
        let mut at = start;
        let mut fields = line.split('\t').map(|text| {
            let word = Word { text, start: at };
            at = word.end() + 1;
            word
        });
        let (_, name, keys) = (fields.next()?, fields.next()?, fields.next()?);
        let keys = optional_number(keys.text, self.sets.len())?;
        let count = |formats: &Vec<Span>| u32::try_from(formats.len()).ok();
        let first = count(&self.formats)?;
        for format in fields {
            is_format(format.text).then_some(())?;
            self.formats.push(format.span());
        }
        let formats = first..count(&self.formats)?;
        let entry = ResourceEntry { name: name.span(), keys, formats };
        let is_next = self.resources.last().is_none_or(|last| self.comes_before(last.name, entry.name));
        let is_valid = line.starts_with("R\t") && !name.text.is_empty() && !entry.formats.is_empty();
        self.resources.push(entry);
        (is_valid && is_next && self.resources.len() <= TABLE).then_some(())
    }

    fn rows(&mut self, line: &str) -> Option<()> {
        let mut signs = Signs::after(line, b"L ")?;
        loop {
            let resource = signs.number_below(self.resources.len())?;
            let is_required = signs.take(b'!');
            let keys = if signs.take(b'/') { Some(signs.number_below(self.sets.len())?) } else { None };
            self.rows.push(RowEntry { resource, is_required, keys });
            if signs.0.is_empty() {
                break;
            }
            signs.take(b' ').then_some(())?;
        }
        self.rows.close();
        (self.rows.len() <= TABLE).then_some(())
    }

    fn action(&mut self, line: &str, start: usize) -> Option<()> {
        let [levels, rows, keys, name] = words::<4>(line, start, false)?;
        let entry = ActionEntry {
            name: name.span(),
            levels: Levels::read(levels.text)?,
            rows: optional_number(rows.text, self.rows.len())?,
            keys: optional_number(keys.text, self.sets.len())?,
        };
        let is_name = name.text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        let is_next = self.actions.last().is_none_or(|last| self.comes_before(last.name, entry.name));
        self.actions.push(entry);
        (is_name && !name.text.is_empty() && is_next).then_some(())
    }

    /// True if two names are sorted without case, and different.
    fn comes_before(&self, last: Span, next: Span) -> bool {
        word(self.lower, last) < word(self.lower, next)
    }
}

/// A word of a line with its place in the text.
#[derive(Clone, Copy)]
struct Word<'t> {
    text: &'t str,
    start: usize,
}

impl Word<'_> {
    fn end(self) -> usize {
        self.start + self.text.len()
    }

    fn span(self) -> Span {
        Span::new(self.start, self.end())
    }
}

/// Splits a line, after its letter and a blank, into exactly `N` words; with `open_end`, the last one may have blanks.
fn words<const N: usize>(line: &str, start: usize, open_end: bool) -> Option<[Word<'_>; N]> {
    let mut words = [Word { text: "", start }; N];
    let mut rest = line.get(2..).filter(|_| line.as_bytes().get(1) == Some(&b' '))?;
    let mut at = start + 2;
    for (place, word) in words.iter_mut().enumerate() {
        let is_last = place + 1 == N;
        let blank = if is_last && open_end { None } else { memchr::memchr(b' ', rest.as_bytes()) };
        let (text, after) = match blank {
            Some(blank) => (rest.get(..blank)?, rest.get(blank + 1..)?),
            None => (rest, ""),
        };
        if blank.is_none() != is_last {
            return None;
        }
        *word = Word { text, start: at };
        at = word.end() + 1;
        rest = after;
    }
    Some(words)
}

/// The rest of a line of numbers.
struct Signs<'t>(&'t [u8]);

impl<'t> Signs<'t> {
    fn after(line: &'t str, start: &[u8]) -> Option<Signs<'t>> {
        line.as_bytes().strip_prefix(start).map(Signs)
    }

    /// Takes a sign if it comes next.
    fn take(&mut self, sign: u8) -> bool {
        let Some(rest) = self.0.strip_prefix(&[sign]) else { return false };
        self.0 = rest;
        true
    }

    /// Takes a decimal number without leading zeros that is below a length.
    fn number_below(&mut self, length: usize) -> Option<u16> {
        let digits = self.0;
        let mut number = 0u32;
        while let Some((digit, rest)) = self.0.split_first().filter(|(digit, _)| digit.is_ascii_digit()) {
            number = number.checked_mul(10)?.checked_add(u32::from(digit & 0xf))?;
            self.0 = rest;
        }
        let count = digits.len() - self.0.len();
        let is_plain = count == 1 || (count > 1 && digits.first() != Some(&b'0'));
        let number = u16::try_from(number).ok().filter(|_| is_plain)?;
        (usize::from(number) < length).then_some(number)
    }
}

/// Reads `-` for none, or a number below a length.
fn optional_number(text: &str, length: usize) -> Option<Option<u16>> {
    if text == "-" {
        return Some(None);
    }
    let mut signs = Signs(text.as_bytes());
    let number = signs.number_below(length)?;
    signs.0.is_empty().then_some(Some(number))
}

/// True if the text is an ARN format: `~...` or six fields that start with `arn`, variables as `{Name}`, `*` for any text.
fn is_format(text: &str) -> bool {
    let has_fields = text.starts_with('~') || (text.starts_with("arn:") && text.matches(':').count() >= 5);
    let mut is_open = false;
    let mut was_open = false;
    let has_signs = text.bytes().enumerate().all(|(place, b)| {
        let is_valid = match b {
            b'{' => !is_open,
            b'}' => is_open && !was_open,
            b'~' => place == 0,
            b':' | b'*' => !is_open,
            b'?' | b'$' | b'\\' => false,
            _ => b.is_ascii_graphic(),
        };
        was_open = b == b'{';
        is_open = (is_open || b == b'{') && b != b'}';
        is_valid
    });
    has_fields && has_signs && !is_open && text.len() <= FORMAT_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "S s3 rcp Amazon S3\nK s @ResourceTag/*\nK S :prefix\nC 0\nC 0 1\nR\tbucket\t0\tarn:{Partition}:s3:::{Name}\n\
                        R\tjob\t-\t~job/{Id}\nL 0!/1 1\nA L - - ListBuckets\nA WP 0 1 PutX\n";

    #[test]
    fn a_service_is_read() {
        let service = read_service(TEXT, 1).unwrap();
        assert_eq!((service.prefix(), service.title(), service.supports_rcp()), ("s3", "Amazon S3", true));
        assert_eq!(service.find_action("putx"), Some(1));
        assert_eq!(service.find_action("put"), None);
        let rows = service.rows.get(service.actions[1].rows);
        assert_eq!(rows[0], RowEntry { resource: 0, is_required: true, keys: Some(1) });
        assert_eq!(service.sets.get(Some(1)), [0, 1]);
        assert_eq!(service.key_name(&service.keys[1]), "s3:prefix");
    }

    /// Every line with one fault, and the line that is named.
    #[test]
    fn faults_have_their_line() {
        let faults = [
            ("S s3", "S S3", 1),
            ("S s3 rcp", "S s3 yes", 1),
            (" Amazon S3", "", 1),
            ("K s @", "K q @", 2),
            ("K s @", "K  s @", 2),
            ("K S :prefix", "K S :", 3),
            ("K S :prefix", "K S prefix", 3),
            ("K S :prefix", "K S @prefix", 3),
            ("C 0 1", "C 1 0", 5),
            ("C 0 1", "C 0 2", 5),
            ("C 0 1", "C 0 01", 5),
            ("\tarn:", "\tarm:", 6),
            ("s3:::", "s3::", 6),
            ("{Name}", "{Name", 6),
            ("{Name}", "{}", 6),
            ("{Name}", "${Name}", 6),
            ("R\tjob", "R\tbucket", 7),
            ("R\tjob\t-", "R\tjob\t2", 7),
            ("L 0!/1 1", "L 0!/1 2", 8),
            ("L 0!/1 1", "L 0!/2 1", 8),
            ("A L - -", "A L - 2", 9),
            ("A L - -", "A L 1 -", 9),
            ("A WP", "A PW", 10),
            ("PutX", "Put*", 10),
            ("PutX", "List", 10),
            ("PutX", "", 10),
            ("A WP 0 1 PutX", "K s :x", 10),
            ("A WP 0 1 PutX", "", 10),
        ];
        for (right, wrong, line) in faults {
            let text = TEXT.replacen(right, wrong, 1);
            assert_ne!(text, TEXT, "{right}");
            assert_eq!(read_service(&text, 1).unwrap_err().line, Some(line), "{right} {wrong}");
        }
    }
}

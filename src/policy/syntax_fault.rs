//! Explains why a text is not JSON, from the place where reading stopped.

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::span::Span;

/// Describes a syntax error of serde_json in `text`, whose JSON starts at the offset `base`.
pub(crate) fn syntax_fault(text: &str, base: usize, error: &serde_json::Error) -> Diagnostic {
    let at = offset(text, base, error);
    let fault = |message: &str, span: Span, help: &str| {
        Diagnostic::error(Code::InvalidJson, format!("not JSON: {message}"), span).with_help(help)
    };
    let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
    let length = rest.chars().next().map_or(0, char::len_utf8);
    let here = Span::new(at, at + length);
    if looks_like_yaml(text) {
        return fault("this looks like YAML", here, "convert the policy to JSON");
    }
    if let Some(comment) = comment(before, rest) {
        let span = Span::new(comment, comment + 1);
        return fault("JSON has no comments", span, "remove the comment; use `Sid` or `Id` for names");
    }
    if let Some(comma) = comma(before, rest) {
        let message = "a trailing comma";
        return fault(
            message,
            Span::new(comma, comma + 1),
            "remove this comma, and check again: no other part of the policy was checked yet",
        );
    }
    if text.contains('\0') {
        return fault(
            "there are zero bytes between the letters, as in UTF-16",
            here,
            "save the file as UTF-8",
        );
    }
    match rest.chars().next() {
        Some(c @ ('\'' | '\u{2018}'..='\u{201f}' | '`')) => {
            return fault(&format!("`{c}` is not a JSON quote"), here, "use straight double quotes: \"");
        }
        Some('\\') => {
            let help = "if the whole text is escaped, remove one backslash before each quote";
            return fault("a backslash outside of a string", here, help);
        }
        Some(c) if !c.is_ascii() && (c.is_whitespace() || INVISIBLE.contains(&c)) => {
            let message =
                format!("the invisible character U+{:04X} is not valid white space in JSON", u32::from(c));
            return fault(&message, here, "remove it, or type a plain space or line end instead");
        }
        _ => {}
    }
    let message = error.to_string();
    let message = match message.split_once(" at line ") {
        Some((message, _)) => message,
        None => &message,
    };
    let message = match message {
        "key must be a string" => "a key in double quotes is missing",
        "expected value" => "a value is missing",
        "trailing characters" => "the value has ended, and more text follows",
        message if message.starts_with("EOF while parsing") => "the text ends in the middle of a value",
        message => message,
    };
    Diagnostic::error(Code::InvalidJson, format!("not JSON: {message}"), here)
}

/// Characters without a width: zero width spaces and joiners, word joiner, byte order mark.
const INVISIBLE: [char; 5] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// Returns the place of an error in the text.
fn offset(text: &str, base: usize, error: &serde_json::Error) -> usize {
    let line_start = match error.line() {
        0 | 1 => base,
        line => text
            .bytes()
            .enumerate()
            .filter(|(_, b)| *b == b'\n')
            .nth(line - 2)
            .map_or(text.len(), |(i, _)| i + 1),
    };
    // An error before the first column is at the start of the line.
    let column = error.column().max(1) - 1;
    let mut at = (line_start + column).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Returns the offset of a comment that starts at the error or just before it.
fn comment(before: &str, rest: &str) -> Option<usize> {
    let starts = |text: &str| text.starts_with("//") || text.starts_with("/*") || text.starts_with('#');
    if starts(rest) {
        return Some(before.len());
    }
    let last = before.len().checked_sub(1)?;
    before.get(last..).is_some_and(|c| c == "/" && rest.starts_with(['/', '*'])).then_some(last)
}

/// Returns the offset of a comma that is followed by the end of the list or object.
fn comma(before: &str, rest: &str) -> Option<usize> {
    let start = before.trim_end();
    let ends = rest.trim_start().starts_with(['}', ']']);
    (ends && start.ends_with(',')).then(|| start.len() - 1)
}

/// True if the text starts like a YAML document: with `---`, a tag, a list, or a key without quotes.
fn looks_like_yaml(text: &str) -> bool {
    let mut lines =
        text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let first = lines.next().unwrap_or_default().trim_start_matches('\u{feff}');
    let is_key = |line: &str| {
        let Some((key, value)) = line.split_once(':') else { return false };
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        !key.is_empty() && key.chars().all(is_word) && (value.is_empty() || value.starts_with(' '))
    };
    first.starts_with("---") || first.strip_prefix("- ").is_some_and(is_key) || is_key(first)
}

#[cfg(test)]
mod tests {
    use crate::limits::InputLimits;
    use crate::policy::json::parse;

    #[test]
    fn common_faults_have_names_and_places() {
        for (text, offset, message) in [
            ("{\"a\": 1,}", 7, "a trailing comma"),
            ("{\"a\": [1, 2 ,\n ]}", 12, "a trailing comma"),
            ("// x\n{}", 0, "JSON has no comments"),
            ("{} /* x */", 3, "JSON has no comments"),
            ("{\"a\": /* x */ 1}", 6, "JSON has no comments"),
            ("{\"a\": 1, // x\n \"b\": 2}", 9, "JSON has no comments"),
            ("{\n# x\n}", 2, "JSON has no comments"),
            ("{'a': 1}", 1, "`'` is not a JSON quote"),
            ("{“a”: 1}", 1, "`“` is not a JSON quote"),
            ("{\\\"a\\\": 1}", 1, "a backslash outside of a string"),
            ("{\"a\":\u{2028}1}", 5, "the invisible character U+2028 is not valid white space in JSON"),
            ("{\u{a0}\"a\": 1}", 1, "the invisible character U+00A0 is not valid white space in JSON"),
            ("{\u{200b}}", 1, "the invisible character U+200B is not valid white space in JSON"),
            ("{\0\"\0", 1, "there are zero bytes between the letters, as in UTF-16"),
            ("# x\nVersion: '2012-10-17'\n", 0, "this looks like YAML"),
            ("Version: '2012-10-17'\nStatement:\n", 0, "this looks like YAML"),
            ("---\nStatement: []\n", 1, "this looks like YAML"),
            ("- Effect: Allow\n", 1, "this looks like YAML"),
            ("{a: 1}", 1, "a key in double quotes is missing"),
            ("{\"a\": }", 6, "a value is missing"),
            ("{} {}", 3, "the value has ended, and more text follows"),
            ("{\"a\": [1", 7, "the text ends in the middle of a value"),
        ] {
            let faults = parse(text, &InputLimits::default()).unwrap_err();
            let [fault] = faults.as_slice() else { panic!("{faults:?}") };
            assert_eq!(
                (fault.message.as_str(), fault.span.start),
                (format!("not JSON: {message}").as_str(), offset),
                "{text}"
            );
        }
    }
}

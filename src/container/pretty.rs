//! Lays out a policy on several lines, so that a finding about one of its values has a line of its own.

/// Spaces of a level.
const INDENT: usize = 2;

/// Lays out JSON that is on one line. Only white space between tokens changes, so the meaning stays the same. A text with several
/// lines is left unchanged.
pub(super) fn laid_out(text: &str) -> String {
    if text.contains('\n') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() * 2);
    let mut depth = 0_usize;
    let mut letters = text.trim().chars().peekable();
    let (mut in_string, mut escaped) = (false, false);
    while let Some(letter) = letters.next() {
        if in_string {
            out.push(letter);
            in_string = letter != '"' || escaped;
            escaped = letter == '\\' && !escaped;
            continue;
        }
        match letter {
            '"' => {
                out.push(letter);
                (in_string, escaped) = (true, false);
            }
            '{' | '[' => {
                out.push(letter);
                while letters.next_if(|next| next.is_ascii_whitespace()).is_some() {}
                if let Some(end) = letters.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                new_line(&mut out, depth);
                out.push(letter);
            }
            ',' => {
                out.push(letter);
                new_line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            _ if letter.is_ascii_whitespace() => {}
            _ => out.push(letter),
        }
    }
    out
}

/// The number of indented levels; deeper ones get the indentation of the last.
const DEEPEST: usize = 40;

fn new_line(out: &mut String, depth: usize) {
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', depth.min(DEEPEST) * INDENT));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_white_space_outside_of_strings_changes() {
        let text = r#"{"a" : [ ] ,"b,{":[1 ,"x\"]"],"c":{}}"#;
        let lines = laid_out(text);
        assert_eq!(lines, "{\n  \"a\": [],\n  \"b,{\": [\n    1,\n    \"x\\\"]\"\n  ],\n  \"c\": {}\n}");
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&lines), value(text));
        assert_eq!(laid_out(&lines), lines);
    }
}

//! Plain scalars: numbers, and texts that readers of YAML 1.1 and 1.2 read differently.
//!
//! Source: yaml.org, "YAML Ain't Markup Language 1.1", types `bool`, `int`, `float`.

/// True if a plain scalar is a number that JSON writes in the same way.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(all_digits)
}

/// True if YAML 1.1 reads a plain scalar as something other than its text, and YAML 1.2 and JSON do not.
pub(super) fn is_ambiguous(text: &str) -> bool {
    let folded = text.to_ascii_lowercase();
    if matches!(folded.as_str(), "yes" | "no" | "on" | "off" | "y" | "n") {
        return true;
    }
    // Spellings of these words that JSON does not have.
    if matches!(folded.as_str(), "true" | "false" | "null") && text != folded {
        return true;
    }
    let unsigned = folded.strip_prefix(['+', '-']).unwrap_or(&folded);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') || is_number(text) {
        return false;
    }
    let is_of = |text: &str, also: &[char]| {
        text.chars().all(|letter| letter.is_ascii_digit() || also.contains(&letter))
            && text.chars().any(|letter| letter.is_ascii_digit())
    };
    if let Some(hex) = unsigned.strip_prefix("0x") {
        return !hex.is_empty() && hex.chars().all(|letter| letter.is_ascii_hexdigit() || letter == '_');
    }
    if let Some(rest) = unsigned.strip_prefix("0b").or(unsigned.strip_prefix("0o")) {
        return is_of(rest, &['_']);
    }
    matches!(unsigned, ".inf" | ".nan")
        // Octal numbers, grouped digits, a leading sign.
        || is_of(unsigned, &['_'])
        // Base sixty.
        || (unsigned.contains(':')
            && unsigned.split(':').all(|part| (1..=2).contains(&part.len()) && is_of(part, &[])))
        // Floats with an exponent, or without digits on one side of the dot.
        || (is_of(unsigned, &['.', '_', 'e', '+', '-']) && unsigned.matches('.').count() <= 1 && is_float(unsigned))
}

/// Digits with a dot or an exponent.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    };
    let all = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'_'));
    let exponent_is_number = exponent.is_none_or(|exponent| {
        let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    all(mantissa) && exponent_is_number && (exponent.is_some() || mantissa.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_json_and_the_rest_is_text_or_ambiguous() {
        let numbers = ["0", "-1", "300", "1.5", "123456789012"];
        let ambiguous = [
            "yes",
            "No",
            "on",
            "OFF",
            "y",
            "True",
            "NULL",
            "010",
            "0x1f",
            "1_000",
            "12:30:00",
            "1e3",
            ".5",
            "+1",
            "5.",
            "012345678901",
            "0b11",
            "0o17",
            ".inf",
        ];
        let texts = [
            "2012-10-17",
            "2010-09-09",
            "arn:aws:s3:::b",
            "s3:GetObject",
            "*",
            "yes-man",
            "10.0.0.0/8",
            "1.2.3",
            "e5",
            "nodejs18.x",
            "",
            "true",
            "null",
            "-",
            "vpc-1",
            "0x",
            "1:234",
        ];
        for text in numbers {
            assert!(is_number(text) && !is_ambiguous(text), "{text}");
        }
        for text in ambiguous {
            assert!(!is_number(text) && is_ambiguous(text), "{text}");
        }
        for text in texts {
            assert!(!is_number(text) && !is_ambiguous(text), "{text}");
        }
    }
}

//! Equality that ignores case, where AWS does not document how letters beyond ASCII are mapped.
//!
//! Texts that differ only in the case of ASCII letters, or not at all, are equal under every mapping. Texts that no case mapping
//! of Unicode relates are unequal. For texts in between, the answer is open.
//!
//! Source: The Unicode Standard, UnicodeData.txt, SpecialCasing.txt and CaseFolding.txt: simple and full mappings to lower, upper and title
//! case, and foldings, those for Turkic and Lithuanian included.

use crate::automata::{Builder, Class, Pattern, Set, Symbol};
use crate::encode::context::Context;
use crate::encode::presence::matches;
use crate::formula::{Formula, Lit, PatternKey};
use crate::policy::{Part, Template};

const NON_ASCII: Class = Class::ANY.minus(Class::ASCII);
const LETTER: Class = Class::LOWER.union(Class::UPPER).union(NON_ASCII);

/// Returns "this value of the key equals the text, ignoring case"; `open` is the predicate for the texts in between.
pub(super) fn ignore_case<'a>(
    formula: &mut Formula<'a>,
    context: &Context<'a>,
    (key, element): (&'a str, u32),
    text: &str,
    open: impl FnOnce(&mut Formula<'a>) -> Lit,
) -> Lit {
    let is_like = |formula: &mut Formula<'a>, pattern| {
        matches(formula, context, key, element, PatternKey::built(pattern))
    };
    let equal = is_like(formula, Builder::default().text_any_case(text).finish());
    let Some(related) = related(text) else { return equal };
    let mut parts = vec![is_like(formula, related)];
    if text.is_ascii() {
        // Case mappings relate two ASCII texts only by the case of their letters.
        let any = Builder::default().many(Class::ANY);
        parts.push(is_like(formula, any.one(Set::Class(NON_ASCII)).many(Class::ANY).finish()));
    }
    parts.push(open(formula));
    let disputed = formula.graph.and(parts);
    formula.graph.or([equal, disputed])
}

/// Returns a pattern that matches every text that a case mapping relates to the template with values of its policy variables.
/// `form` returns the pattern of the values of a key, if not any text is one.
pub(super) fn related_to_template(template: &Template, form: impl Fn(&str) -> Option<Pattern>) -> Pattern {
    let mut pattern = Pattern::builder();
    for part in template.parts() {
        pattern = match part {
            Part::Variable(variable) if variable.default.is_none() && form(&variable.key).is_some() => {
                // No mapping makes a slash out of other characters.
                pattern.many(Class::NOT_SLASH)
            }
            Part::Text(text) => text.chars().fold(pattern, |pattern, c| match is_letter(c) {
                true => pattern.many(LETTER),
                false => pattern.symbol(Symbol::from_char(c)),
            }),
            // Operators that ignore case have no wildcards.
            Part::Variable(_) | Part::One | Part::Many => pattern.many(Class::ANY),
        };
    }
    pattern.finish()
}

/// True if a case mapping may relate the character to another one.
fn is_letter(c: char) -> bool {
    !c.is_ascii() || c.is_ascii_alphabetic()
}

/// True if the text contains a character that case mappings relate to no text but its own ASCII cases. Related texts contain it
/// equally often.
pub(super) fn is_counted(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii() && !"afhijklnstwy".contains(c.to_ascii_lowercase()))
}

/// Returns a pattern that matches every text that a case mapping relates to this one; `None` if such texts differ only in the
/// case of ASCII letters.
///
/// A run of characters whose number or kind a mapping may change becomes a run of letters.
fn related(text: &str) -> Option<Pattern> {
    let characters: Vec<char> = text.chars().collect();
    let is_beyond =
        |place: Option<usize>| place.and_then(|place| characters.get(place)).is_some_and(|c| !c.is_ascii());
    let mut pattern = Pattern::builder();
    // The kind of letters in the current run.
    let mut run: Option<Class> = None;
    let mut has_runs = false;
    for (place, c) in characters.iter().enumerate() {
        let beside_others = || is_beyond(place.checked_sub(1)) || is_beyond(place.checked_add(1));
        let kind = match c {
            c if !c.is_ascii() => Some(if has_ascii_relatives(*c) { LETTER } else { NON_ASCII }),
            // ASCII letters that are part of a ligature or have a relative beyond ASCII,
            c if "fijklst".contains(c.to_ascii_lowercase()) => Some(LETTER),
            // or that form one letter with the mark beside them.
            c if c.is_ascii_alphabetic() && beside_others() => Some(LETTER),
            _ => None,
        };
        match kind {
            Some(kind) => {
                has_runs = true;
                run = Some(run.map_or(kind, |run| run.union(kind)));
            }
            None => {
                pattern = ended(pattern, run.take()).text_any_case(c.encode_utf8(&mut [0; 4]));
            }
        }
    }
    has_runs.then(|| ended(pattern, run).finish())
}

/// Appends one or more letters of the run to the pattern, if there is a run.
fn ended(pattern: Builder, run: Option<Class>) -> Builder {
    match run {
        Some(letters) => pattern.one(Set::Class(letters)).many(letters),
        None => pattern,
    }
}

/// True if some case mapping of this character contains ASCII letters.
fn has_ascii_relatives(c: char) -> bool {
    "\u{df}\u{1e9e}\u{17f}\u{212a}\u{130}\u{131}\u{149}\u{1f0}\u{1e96}\u{1e97}\u{1e98}\u{1e99}\u{1e9a}\u{cc}\u{cd}\u{ec}\u{ed}\u{128}\u{129}\u{12e}\u{12f}\u{fb00}\u{fb01}\u{fb02}\u{fb03}\u{fb04}\u{fb05}\u{fb06}"
        .contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::automata::Symbol;
    use crate::code::Code;
    use crate::encode::truth::{Values, context, policy, user};
    use crate::formula::{Site, SiteElement};

    /// The pattern matches all case mappings of the standard library, and no other mapping contains ASCII letters.
    #[test]
    fn every_mapping_is_matched() {
        for c in ('\u{0}'..=char::MAX).filter(|c| !c.is_ascii()) {
            let text = c.to_string();
            let mapped = [text.to_lowercase(), text.to_uppercase(), text.to_lowercase().to_uppercase()];
            // Most characters are mapped to themselves.
            for other in mapped.into_iter().filter(|other| *other != text) {
                for (one, two) in [(&text, &other), (&other, &text)] {
                    let found = related(one).is_some_and(|p| p.matches(&Symbol::word(two)));
                    assert!(found || one == two, "{one} {two}");
                }
                let has_ascii = other.chars().any(|c| c.is_ascii_alphabetic());
                assert!(!has_ascii || has_ascii_relatives(c), "{c} {other}");
            }
        }
    }

    #[test]
    fn a_template_keeps_what_mappings_keep() {
        let template = Template::parse_exact("Stra\u{df}e-${ex:a}/${aws:username}:1", true).unwrap();
        let user_name = |key: &str| (key == "aws:username").then(|| Pattern::glob(Class::NOT_SLASH, "*"));
        let pattern = related_to_template(&template, user_name);
        for (text, expected) in [
            ("stra\u{df}e-x/a:1", true),
            ("STRASSE-x/y/A:1", true),
            ("STRASSE_x/a:1", false),
            ("strasse-x/a:2", false),
            ("strasse-x:1", false),
        ] {
            assert_eq!(pattern.matches(&Symbol::word(text)), expected, "{text}");
        }
        assert!(is_counted("s:") && is_counted("x") && is_counted("1") && !is_counted("as\u{e9}Y"));
    }

    #[test]
    fn what_has_no_relatives_beyond_ascii_is_decided() {
        assert!(related("prod-1.2/x").is_none());
        for text in ["ops", "Müller", "k", "j\u{30c}"] {
            assert!(related(text).is_some(), "{text}");
        }
        let is_related = |a: &str, b: &str| related(a).is_some_and(|p| p.matches(&Symbol::word(b)));
        assert!(is_related("k", "\u{212a}") && is_related("Stra\u{df}e", "STRASSE"));
        assert!(
            !is_related("\u{e9}", "prod")
                && !is_related("ops", "ob\u{e9}r")
                && !is_related("k1", "\u{212a}2")
        );
    }

    #[test]
    fn equality_is_decided_but_for_letters_that_a_mapping_may_relate() {
        let policy = policy("");
        let cases = [
            ("ops", "OpS", Some(true)),
            ("ops", "dev", Some(false)),
            ("ops", "ob\u{17f}", Some(false)),
            ("ops", "op\u{17f}", None),
            ("Stra\u{df}e", "sTRA\u{df}E", Some(true)),
            ("Stra\u{df}e", "STRASSE", None),
            ("prod-1", "PROD-1", Some(true)),
            ("prod-1", "PROD-2", Some(false)),
        ];
        for (text, value, expected) in cases {
            let mut formula = Formula::default();
            let site = Site { document: 0, statement: 0, element: SiteElement::Condition(0) };
            let open = |formula: &mut Formula<'_>| formula.opaque(Code::IgnoreCaseBeyondAscii, "", site);
            let lit = ignore_case(&mut formula, &context(&policy), ("ex:key", 0), text, open);
            let values = Values { requester: user("a"), keys: &[("ex:key", value)] };
            assert_eq!(values.truth(&formula, lit), expected, "{text} {value}");
        }
    }
}

//! The values that an unknown text may have: a regular language.
//!
//! A shape has two sides. The pattern decides exactly if a text is one of the values. The steps are a sequence of characters from
//! sets, which covers every value and perhaps more: proofs rest on the steps, so they hold for every value.

use regex_automata::nfa::thompson::pikevm::PikeVM;
use regex_automata::nfa::thompson::{self};
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Class, Hir, HirKind};

/// The characters that may stand at a place of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CharSet {
    /// The ASCII characters, as a bit mask.
    pub ascii: u128,
    /// True if all other characters are in the set too.
    pub others: bool,
}

impl CharSet {
    /// All characters.
    pub const ANY: CharSet = CharSet { ascii: u128::MAX, others: true };

    /// Returns the set of one character; a character beyond ASCII stands for all of them.
    pub fn of(character: char) -> CharSet {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => CharSet { ascii: 1 << byte, others: false },
            _ => CharSet { ascii: 0, others: true },
        }
    }

    /// True if the character is in the set.
    pub fn has(self, character: char) -> bool {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => (self.ascii >> byte) & 1 == 1,
            _ => self.others,
        }
    }

    /// Returns the union.
    #[must_use]
    pub fn with(self, other: CharSet) -> CharSet {
        CharSet { ascii: self.ascii | other.ascii, others: self.others || other.others }
    }

    fn range(first: char, last: char) -> CharSet {
        let mut set = CharSet { ascii: 0, others: !last.is_ascii() };
        for byte in 0..128u8 {
            if (first..=last).contains(&char::from(byte)) {
                set.ascii |= 1 << byte;
            }
        }
        set
    }

    /// Returns the only character of the set.
    pub fn only(self) -> Option<char> {
        let is_one = self.ascii.is_power_of_two() && !self.others;
        is_one.then(|| self.ascii.trailing_zeros()).and_then(char::from_u32)
    }
}

/// Some characters in a row, all from one set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Step {
    /// The set.
    pub set: CharSet,
    /// The least number of characters.
    pub min: u32,
    /// The greatest number; `None` if there is no bound.
    pub max: Option<u32>,
}

/// The values that an unknown text may have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shape {
    steps: Vec<Step>,
    pattern: Option<String>,
    /// The least and greatest length of a value.
    lengths: (u32, Option<u32>),
    /// A pattern that every value matches too, but that is not read here, so that some texts of the shape may not be values.
    unread: Option<String>,
}

/// Bytes of the automaton of a pattern.
const PATTERN_SIZE: usize = 1 << 20;
/// Steps of a shape; a pattern with more is covered by one step.
const MOST_STEPS: usize = 64;
/// The characters of the shortest dynamic reference, `{{resolve:ssm:a}}`.
const SHORTEST_REFERENCE: u32 = 17;
/// Letters of an example.
const MOST_LETTERS: usize = 1024;

impl Default for Shape {
    fn default() -> Shape {
        Shape::any()
    }
}

impl Shape {
    /// Returns the shape of any text.
    pub fn any() -> Shape {
        let any = Step { set: CharSet::ANY, min: 0, max: None };
        Shape { steps: vec![any], pattern: None, lengths: (0, None), unread: None }
    }

    /// Returns the shape of a text without `*`, `?` and `$`, the characters that mean something in a policy.
    ///
    /// ```
    /// use iamsat::container::Shape;
    /// assert!(Shape::plain().is_plain() && !Shape::any().is_plain());
    /// ```
    pub fn plain() -> Shape {
        let specials = SPECIALS.iter().fold(0, |mask, c| mask | CharSet::of(*c).ascii);
        let set = CharSet { ascii: CharSet::ANY.ascii & !specials, others: true };
        let plain = Step { set, min: 1, max: None };
        let pattern = Some(r"[^*?${}]+".to_owned());
        Shape { steps: vec![plain], pattern, lengths: (0, None), unread: None }
    }

    /// Returns the shape of the texts that match a regular expression from their first to their last character; `None` if the
    /// expression is invalid, too large, or uses a construct that Java and Rust read differently (`\p`, negated classes of words,
    /// digits and spaces) or that only Java has (lookaround, backreferences).
    ///
    /// ```
    /// use iamsat::container::Shape;
    /// let account = Shape::pattern("[0-9]{12}").unwrap();
    /// assert!(account.contains("111122223333") && !account.contains("1") && account.is_plain());
    /// assert!(Shape::pattern("(?=a)b").is_none());
    /// ```
    pub fn pattern(pattern: &str) -> Option<Shape> {
        if pattern.len() > 4096 || !pattern.is_ascii() || is_read_differently(pattern) {
            return None;
        }
        let hir = parsed(pattern)?;
        automaton(pattern)?;
        let mut steps = Vec::new();
        steps_of(&hir, &mut steps);
        if steps.len() > MOST_STEPS {
            steps = vec![covering(&hir)];
        }
        let pattern = Some(pattern.to_owned());
        Some(Shape { steps: merged(steps), pattern, lengths: (0, None), unread: None })
    }

    /// Returns the shape with bounds on the number of characters.
    #[must_use]
    pub fn with_lengths(mut self, min: Option<u32>, max: Option<u32>) -> Shape {
        self.lengths = (self.lengths.0.max(min.map_or(0, |min| min)), max.or(self.lengths.1));
        if let [one] = self.steps.as_mut_slice() {
            one.min = one.min.max(self.lengths.0);
            one.max = match (one.max, self.lengths.1) {
                (Some(own), Some(other)) => Some(own.min(other)),
                (own, other) => own.or(other),
            };
        }
        self
    }

    /// Returns the shape with a pattern that every value matches too, but that cannot be read.
    ///
    /// ```
    /// use iamsat::container::Shape;
    /// let shape = Shape::any().with_unread("(?!x)[a-z]+");
    /// assert!(shape.contains("x") && !shape.is_exact());
    /// ```
    #[must_use]
    pub fn with_unread(self, pattern: &str) -> Shape {
        Shape { unread: Some(pattern.to_owned()), ..self }
    }

    /// True if every text of the shape is a value.
    pub fn is_exact(&self) -> bool {
        self.unread.is_none()
    }

    /// Returns the shape of what a stack puts in the place of a value. A value that is a dynamic reference
    /// (`{{resolve:ssm:NAME}}`) stands for any text, so the steps cover all texts if some value may be one.
    #[must_use]
    pub fn resolved(self) -> Shape {
        let may_refer = ['{', ':', '}'].iter().all(|character| self.may_hold(*character))
            && self.lengths.1.is_none_or(|most| most >= SHORTEST_REFERENCE);
        match may_refer {
            true => Shape { steps: Shape::any().steps, ..self },
            false => self,
        }
    }

    /// Returns the steps, which cover every value.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// True if no value holds `*`, `?` or `$`, so that every value means itself in a policy.
    pub fn is_plain(&self) -> bool {
        !SPECIALS.iter().any(|special| self.may_hold(*special))
    }

    /// True if some value may hold the character.
    pub fn may_hold(&self, character: char) -> bool {
        self.steps.iter().any(|step| step.max != Some(0) && step.set.has(character))
    }

    /// True if every value consists of twelve digits, as the id of an account does.
    pub fn is_account(&self) -> bool {
        let digits = CharSet::range('0', '9');
        let is_digits = |step: &Step| step.set.with(digits) == digits && step.max == Some(step.min);
        self.steps.iter().all(is_digits)
            && self.steps.iter().map(|step| u64::from(step.min)).sum::<u64>() == 12
    }

    /// True if the text is one of the values.
    pub fn contains(&self, text: &str) -> bool {
        let length = text.chars().count();
        let fits = |bound: u32| usize::try_from(bound).is_ok_and(|bound| length >= bound);
        let within = |bound: u32| usize::try_from(bound).is_ok_and(|bound| length <= bound);
        if !fits(self.lengths.0) || !self.lengths.1.is_none_or(within) {
            return false;
        }
        let Some(pattern) = &self.pattern else { return true };
        let Some(automaton) = automaton(pattern) else { return false };
        let input = Input::new(text).anchored(Anchored::Yes);
        automaton.is_match(&mut automaton.create_cache(), input)
    }

    /// Returns one of the values, another one for each number as far as there are several.
    ///
    /// ```
    /// use iamsat::container::Shape;
    /// let shape = Shape::pattern("app-[a-z]{2}").unwrap();
    /// assert!(shape.contains(&shape.example(0).unwrap()));
    /// ```
    pub fn example(&self, number: usize) -> Option<String> {
        if self.pattern.is_none() {
            let text = format!("value{number}");
            // A text of another length: one letter, another one for each number.
            let letter = ('a'..='z').cycle().nth(number % 26)?;
            let least = usize::try_from(self.lengths.0).ok().filter(|least| *least <= MOST_LETTERS)?;
            let short = || letter.to_string().repeat(least.max(1));
            return [text, short(), String::new()].into_iter().find(|text| self.contains(text));
        }
        let hir = parsed(self.pattern.as_deref()?)?;
        let texts = [1, 0, 2, 4].into_iter().map(|more| {
            let mut text = String::new();
            append(&hir, more, (number, &mut number.clone()), &mut text);
            text
        });
        texts.into_iter().find(|text| self.contains(text))
    }

    /// Returns a regular expression that matches every value, and perhaps more; `None` if any text may be one.
    pub(super) fn regular_expression(&self) -> Option<&str> {
        self.pattern.as_deref()
    }

    /// Describes the values for people.
    pub fn describe(&self) -> String {
        let lengths = match self.lengths {
            (0, None) => String::new(),
            (min, None) => format!(", at least {min} characters"),
            (0, Some(max)) => format!(", at most {max} characters"),
            (min, Some(max)) => format!(", {min} to {max} characters"),
        };
        let lengths = match &self.unread {
            Some(pattern) => format!("{lengths}, if it matches `{pattern}`, which is not read here"),
            None => lengths,
        };
        match &self.pattern {
            None => format!("any text{lengths}"),
            Some(pattern) => format!("{pattern}{lengths}"),
        }
    }
}

/// The characters with which a value could mean more than itself: wildcards and the start of a policy variable.
const SPECIALS: [char; 3] = ['*', '?', '$'];

/// Constructs that Java and Rust read differently, so that the steps would not cover every value.
const FOREIGN: [&str; 19] = [
    "\\p", "\\P", "\\W", "\\D", "\\S", "\\B", "\\x", "\\u", "\\U", "\\v", "\\<", "\\>", "\\b{", "--", "~~",
    "&&", "[:", "[]", "[^]",
];

/// True if the pattern has a construct that Java and Rust read differently, or a class in a class.
fn is_read_differently(pattern: &str) -> bool {
    let is_group = |at: usize| pattern.get(at..).is_some_and(|rest| rest.starts_with("(?:"));
    let (mut is_escaped, mut is_in_class) = (false, false);
    for character in pattern.chars() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' if is_in_class => return true,
            '[' => is_in_class = true,
            ']' => is_in_class = false,
            _ => {}
        }
    }
    FOREIGN.iter().any(|construct| pattern.contains(construct))
        || pattern.match_indices("(?").any(|(at, _)| !is_group(at))
}

/// Returns the automaton that matches whole texts.
fn automaton(pattern: &str) -> Option<PikeVM> {
    PikeVM::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(PATTERN_SIZE)))
        .build(&format!(r"\A(?:{pattern})\z"))
        .ok()
}

fn parsed(pattern: &str) -> Option<Hir> {
    regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern).ok()
}

/// Appends a text that matches an expression, with up to `more` repetitions where there may be some.
fn append(hir: &Hir, more: u32, (number, seed): (usize, &mut usize), text: &mut String) {
    if text.len() > MOST_LETTERS {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => {
            text.extend(letter(set_of(class), *seed));
            *seed = *seed / 7 + number;
        }
        HirKind::Capture(capture) => append(&capture.sub, more, (number, seed), text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| append(part, more, (number, seed), text)),
        HirKind::Alternation(parts) => {
            if let Some(part) = parts.first() {
                append(part, more, (number, seed), text);
            }
        }
        HirKind::Repetition(repetition) => {
            let count = repetition.min.max(more);
            let count = repetition.max.map_or(count, |max| count.min(max));
            for _ in 0..count {
                append(&repetition.sub, more, (number, seed), text);
            }
        }
    }
}

/// Appends the steps of an expression.
fn steps_of(hir: &Hir, steps: &mut Vec<Step>) {
    match hir.kind() {
        // A boundary excludes texts; the steps may cover more.
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            for character in String::from_utf8_lossy(&literal.0).chars() {
                steps.push(Step { set: CharSet::of(character), min: 1, max: Some(1) });
            }
        }
        HirKind::Class(class) => steps.push(Step { set: set_of(class), min: 1, max: Some(1) }),
        HirKind::Capture(capture) => steps_of(&capture.sub, steps),
        HirKind::Concat(parts) => parts.iter().for_each(|part| steps_of(part, steps)),
        HirKind::Repetition(repetition) => {
            let one = covering(&repetition.sub);
            let times = |a: Option<u32>, b: Option<u32>| a.zip(b).and_then(|(a, b)| a.checked_mul(b));
            let min = times(Some(one.min), Some(repetition.min)).map_or(0, |min| min);
            steps.push(Step { min, max: times(one.max, repetition.max), ..one });
        }
        HirKind::Alternation(_) => steps.push(covering(hir)),
    }
}

/// Returns one step that covers an expression.
fn covering(hir: &Hir) -> Step {
    let none = Step { set: CharSet { ascii: 0, others: false }, min: 0, max: Some(0) };
    if let HirKind::Alternation(parts) = hir.kind() {
        let either = |a: Step, b: Step| Step {
            set: a.set.with(b.set),
            min: a.min.min(b.min),
            max: a.max.zip(b.max).map(|(a, b)| a.max(b)),
        };
        return parts.iter().map(covering).reduce(either).map_or(none, |step| step);
    }
    let mut steps = Vec::new();
    steps_of(hir, &mut steps);
    let both = |a: Step, b: &Step| Step {
        set: a.set.with(b.set),
        min: a.min.checked_add(b.min).map_or(0, |min| min),
        max: a.max.zip(b.max).and_then(|(a, b)| a.checked_add(b)),
    };
    steps.iter().fold(none, both)
}

/// Joins neighbouring steps of one set.
fn merged(steps: Vec<Step>) -> Vec<Step> {
    let mut merged: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        match merged.last_mut() {
            Some(last) if last.set == step.set && last.set.only().is_none() => {
                last.min = last.min.checked_add(step.min).map_or(0, |min| min);
                last.max = last.max.zip(step.max).and_then(|(a, b)| a.checked_add(b));
            }
            _ => merged.push(step),
        }
    }
    merged
}

fn set_of(class: &Class) -> CharSet {
    let none = CharSet { ascii: 0, others: false };
    let ranges: Vec<CharSet> = match class {
        Class::Bytes(class) => class
            .iter()
            .map(|range| CharSet::range(char::from(range.start()), char::from(range.end())))
            .collect(),
        Class::Unicode(class) => {
            class.iter().map(|range| CharSet::range(range.start(), range.end())).collect()
        }
    };
    ranges.into_iter().fold(none, CharSet::with)
}

/// Returns a letter of the set: lower case and digits first.
fn letter(set: CharSet, seed: usize) -> Option<char> {
    let readable = ('a'..='z').chain('0'..='9').chain('A'..='Z').chain("-_./:+=,@ ".chars()).chain('!'..='~');
    let letters: Vec<char> = readable.filter(|letter| set.has(*letter)).collect();
    let few = letters.len().min(36);
    letters.get(seed.checked_rem(few)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_cover_the_pattern() {
        let steps = |pattern: &str| Shape::pattern(pattern).unwrap().steps().len();
        assert_eq!((steps("[a-z]{3,63}"), steps("ab"), steps("arn:[a-z]+"), steps("(ab|c)*")), (1, 2, 5, 1));
        let shape = Shape::pattern("(ab|c)+").unwrap();
        assert_eq!(shape.steps().iter().map(|step| (step.min, step.max)).collect::<Vec<_>>(), [(1, None)]);
        assert!(shape.contains("abc") && !shape.contains("ba") && !shape.may_hold('d'));
    }

    #[test]
    fn hostile_and_foreign_patterns_are_no_shapes() {
        for pattern in [
            "(",
            "a{1000}{1000}",
            r"\p{Alpha}+",
            r"\W",
            "(?i)a",
            r"(a)\1",
            r"\<a",
            "[+--]",
            "[a[b]]",
            "é",
            "[]a]",
        ] {
            assert_eq!(Shape::pattern(pattern), None, "{pattern}");
        }
        assert!(Shape::pattern(r"[^\w]").is_some_and(|shape| shape.may_hold('é') && !shape.is_plain()));
    }

    #[test]
    fn examples_are_values() {
        for pattern in [
            "[0-9]{12}",
            "[a-z0-9.-]{3,63}",
            "",
            "arn:aws:sns:[a-z0-9-]+:[0-9]{12}:app-[a-z]+",
            r"[\w/-]*",
            "[a-z]{2,4}(-[a-z]+)+-[0-9]",
            "(a|b)*c",
        ] {
            let shape = Shape::pattern(pattern).unwrap();
            for number in 0..20 {
                let example = shape.example(number).unwrap();
                assert!(shape.contains(&example), "{pattern} {example}");
            }
        }
        let short = Shape::any().with_lengths(None, Some(2));
        assert!(short.contains("ab") && !short.contains("abc"));
    }
}

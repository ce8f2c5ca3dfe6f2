//! Fills the gaps of patterns with texts that read well.

use crate::automata::{Class, Pattern, Set, Step, Symbol};

/// Example accounts of AWS's documentation, for requesters and resources of no particular account.
pub(super) const ACCOUNTS: [&str; 3] = ["111122223333", "444455556666", "777788889999"];

/// Returns an example for a field of an ARN, by the number of colons before it.
pub(super) fn arn_field(colons: usize) -> &'static str {
    match colons {
        1 => "aws",
        2 => "s3",
        3 => "us-east-1",
        4 => ACCOUNTS[0],
        _ => "a",
    }
}

/// Does the same as [`arn_field`], but returns an empty text for the resource.
pub(super) fn arn_field_or_nothing(colons: usize) -> &'static str {
    if colons < 5 { arn_field(colons) } else { "" }
}

/// The number of symbols that usually fill all gaps of a pattern.
pub(super) const USUAL_FILLING: usize = 32;

/// Returns a word of the pattern; `filler` chooses the text for a gap by the number of colons before it.
pub(super) fn fill(pattern: &Pattern, filler: &dyn Fn(usize) -> &'static str) -> Vec<Symbol> {
    let mut word = Vec::with_capacity(pattern.steps().len() + USUAL_FILLING);
    let mut colons = 0usize;
    for step in pattern.steps() {
        match step {
            Step::One(set) => word.extend(one(*set)),
            Step::Many(class) => extend(&mut word, filler(colons), *class),
        }
        colons += usize::from(word.last() == Some(&Symbol::from_char(':')));
    }
    word
}

/// Returns a symbol of the set; `None` for a class without any of the symbols that are tried.
pub(super) fn one(set: Set) -> Option<Symbol> {
    match set {
        Set::Char(symbol) => Some(symbol),
        Set::AnyCase(letter) => Some(Symbol::from_char(char::from(letter.to_ascii_lowercase()))),
        Set::Class(class) => ['a', '1', 'A', '-', ':', '/']
            .into_iter()
            .map(Symbol::from_char)
            .chain((0..=Symbol::LAST_MARKER).map(Symbol::marker))
            .find(|s| class.contains(*s)),
    }
}

/// Appends the characters of a text that are in the class.
pub(super) fn extend(word: &mut Vec<Symbol>, text: &str, class: Class) {
    word.extend(text.chars().map(Symbol::from_char).filter(|s| class.contains(*s)));
}

/// An ARN to fill patterns with.
pub(super) struct Arn<'f> {
    fields: [&'f str; 6],
}

impl<'f> Arn<'f> {
    /// Returns an ARN for a principal.
    pub(super) fn of_principal(service: &'f str, account: &'f str, resource: &'f str) -> Arn<'f> {
        Arn { fields: ["arn", "aws", service, "", account, resource] }
    }

    /// For the values of a key.
    pub(super) fn of_key(name: &str, account: &'f str) -> Arn<'f> {
        let (service, region, resource) = match name {
            "aws:principalarn" => ("iam", "", "role/a"),
            _ => ("s3", "us-east-1", "a"),
        };
        Arn { fields: ["arn", "aws", service, region, account, resource] }
    }

    /// Returns a word of the pattern. Each gap becomes its part of a field; the first gap that may contain colons stands for all
    /// fields that are not spelled.
    pub(super) fn fill(&self, pattern: &Pattern) -> Vec<Symbol> {
        let mut word = Vec::with_capacity(pattern.steps().len() + USUAL_FILLING);
        self.fill_steps(pattern.steps(), &mut word);
        word
    }

    /// Appends a word of these steps to `word`.
    pub(super) fn fill_steps(&self, mut steps: &[Step], word: &mut Vec<Symbol>) {
        let is_colon = |step: &Step| *step == Step::One(Set::Char(Symbol::from_char(':')));
        // The number of colons so far, and of symbols after the last one.
        let (mut colons, mut length) = (0usize, 0usize);
        while let Some((step, rest)) = steps.split_first() {
            steps = rest;
            let before = word.len();
            match step {
                Step::One(Set::Class(class)) if colons == ACCOUNT => {
                    let own = self.field(ACCOUNT).chars().nth(length).map(Symbol::from_char);
                    match own.filter(|symbol| class.contains(*symbol)) {
                        Some(digit) => word.push(digit),
                        None => word.extend(one(Set::Class(*class))),
                    }
                }
                Step::One(set) => word.extend(one(*set)),
                Step::Many(class) => {
                    let spelled = rest.iter().filter(|step| is_colon(step)).count();
                    let crosses = class.contains(Symbol::from_char(':'));
                    // The colons that the pattern does not spell. This gap stands for them if it may contain colons.
                    let missing = (colons + spelled..LAST_FIELD).count();
                    let last = colons + if crosses { missing } else { 0 };
                    let after = rest.iter().take_while(|step| !is_colon(step));
                    let after = after.filter(|step| matches!(step, Step::One(_))).count();
                    extend(word, &self.part((colons, length), (last, after)), *class);
                }
            }
            for symbol in word.iter().skip(before) {
                match *symbol == Symbol::from_char(':') {
                    true => (colons, length) = (colons + 1, 0),
                    false => length += 1,
                }
            }
        }
    }

    /// Returns the text between the first symbols of one field and the last symbols of the same or a later field. Only the
    /// account field has a fixed length.
    fn part(&self, (first, before): (usize, usize), (last, after): (usize, usize)) -> String {
        let field = |at: usize| {
            let field = self.field(at);
            let before = if at == first { before } else { 0 };
            let after = if at == last { after } else { 0 };
            match at {
                // If more symbols are spelled than an account has, nothing is left.
                ACCOUNT => {
                    let end = field.len().checked_sub(after);
                    end.and_then(|end| field.get(before..end)).unwrap_or_default()
                }
                _ if before == 0 || at < ACCOUNT => field,
                _ => "a",
            }
        };
        (first..=last).map(field).collect::<Vec<_>>().join(":")
    }

    fn field(&self, at: usize) -> &'f str {
        match self.fields.get(at) {
            Some(field) => field,
            // A colon in the resource starts no new field.
            None => "a",
        }
    }
}

/// The index of the ARN field that holds the account, and of the last field.
const ACCOUNT: usize = 4;
const LAST_FIELD: usize = 5;

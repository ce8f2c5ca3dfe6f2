//! The state of an evaluation of functions whose values are not all known: the signs of unknown texts, and the decisions made.

use crate::code::Code;
use crate::container::hole::{self, Choice, Hole, HoleClass, HoleOrigin, UnknownText};
use crate::container::shape::Shape;
use crate::span::Span;
use std::collections::{BTreeMap, BTreeSet};

/// The state of an evaluation with signs.
#[derive(Clone, Debug, Default)]
pub(super) struct Symbols {
    /// The decisions made so far.
    pub(super) choices: BTreeMap<String, Choice>,
    /// A decision that the value needs.
    pub(super) demand: Option<Demand>,
    /// The unknown texts, by the number of their signs.
    pub(super) holes: Vec<Hole>,
    /// True if the value depends on something that a sign cannot stand for.
    pub(super) is_unmodelled: bool,
    pub(super) assumptions: BTreeSet<Code>,
    /// The number of names of resources and conditions that are being evaluated inside of one another.
    pub(super) depth: u32,
}

/// A decision that a value needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Demand {
    /// One of the values of a parameter.
    Value(String, Vec<String>),
    /// If a parameter has this value.
    Equals(String, String),
    /// The value of a comparison.
    Truth(String),
}

impl Demand {
    /// Returns the ways to decide it.
    pub(super) fn branches(self) -> Vec<(String, Choice)> {
        match self {
            Demand::Value(name, values) => {
                values.into_iter().map(|value| (name.clone(), Choice::Text(value))).collect()
            }
            Demand::Equals(name, value) => {
                let differs = (format!("{name}={value}"), Choice::Differs(value.clone()));
                vec![(name, Choice::Text(value)), differs]
            }
            Demand::Truth(name) => {
                [true, false].into_iter().map(|truth| (name.clone(), Choice::Truth(truth))).collect()
            }
        }
    }
}

/// The pseudo parameters that are texts of one form, with the pattern of their values.
const FORMS: [(&str, &str); 5] = [
    ("AWS::AccountId", "[0-9]{12}"),
    ("AWS::Partition", "aws(-[a-z]+)*"),
    ("AWS::Region", "[a-z]{2,4}(-[a-z]+)+-[0-9]"),
    ("AWS::StackName", "[A-Za-z][A-Za-z0-9-]{0,127}"),
    ("AWS::URLSuffix", "[a-z.]+"),
];

/// Returns the pattern of the values of a pseudo parameter.
pub(super) fn form(name: &str) -> Option<&'static str> {
    FORMS.iter().find(|(known, _)| *known == name).map(|(_, pattern)| *pattern)
}

/// An unknown text that is not noted yet.
pub(super) struct Unknown {
    pub(super) name: String,
    pub(super) class: HoleClass,
    pub(super) origin: HoleOrigin,
    pub(super) shape: Shape,
    pub(super) is_list: bool,
    pub(super) default: Option<String>,
}

impl Unknown {
    pub(super) fn given(name: &str, origin: HoleOrigin, pattern: &str) -> Unknown {
        let shape = Shape::pattern(pattern).unwrap_or_else(Shape::any);
        let (is_list, default) = (false, None);
        Unknown { name: name.to_owned(), class: HoleClass::Given, origin, shape, is_list, default }
    }

    pub(super) fn any(name: &str, class: HoleClass, origin: HoleOrigin) -> Unknown {
        let (shape, is_list, default) = (Shape::any(), false, None);
        Unknown { name: name.to_owned(), class, origin, shape, is_list, default }
    }
}

impl Symbols {
    /// Returns the sign of an unknown text. The same name has the same sign, unless it is that of a function.
    pub(super) fn sign(&mut self, unknown: Unknown, span: Span) -> Option<char> {
        let known = self.holes.iter().find(|hole| hole.name == unknown.name);
        if unknown.origin != HoleOrigin::Function
            && let Some(text) = known.and_then(|hole| hole.text.as_ref())
        {
            return Some(text.sign);
        }
        let sign = hole::sign(self.holes.len())?;
        let Unknown { name, class, origin, shape, is_list, default } = unknown;
        let text = UnknownText { sign, origin, shape, is_list, default };
        self.holes.push(Hole { name, pointer: String::new(), span, class, text: Some(text) });
        Some(sign)
    }

    /// Returns the unknown texts in a text.
    pub(super) fn in_text<'s>(&'s self, text: &'s str) -> impl Iterator<Item = &'s UnknownText> {
        let texts = self.holes.iter().filter_map(|hole| hole.text.as_ref());
        texts.filter(|unknown| text.contains(unknown.sign))
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.choices.get(name) {
            Some(Choice::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl Symbols {
    /// Returns a text with the names of its unknown parts.
    pub(super) fn told(&self, text: &str) -> String {
        let named = |sign: char| {
            let is_it = |hole: &&Hole| hole.text.as_ref().is_some_and(|text| text.sign == sign);
            match self.holes.iter().find(is_it) {
                Some(hole) => format!("${{{}}}", hole.name),
                None => sign.to_string(),
            }
        };
        text.chars().map(named).collect()
    }
}

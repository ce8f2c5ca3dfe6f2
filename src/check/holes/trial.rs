//! Puts values into policies, first into their texts, and for a finding into the file, which is read again.

use super::texts::Pairing;
use super::values::{Values, to_try};
use super::{Judge, Shown, read};
use crate::check::Answer;
use crate::code::Code;
use crate::container::{Shape, is_sign};
use crate::solve::Verdict;
use serde_json::Value;
use std::collections::BTreeSet;

/// The answers with values.
pub(super) struct Tried {
    pub(super) failing: Option<(usize, Shown)>,
    pub(super) passing: Option<(usize, Values)>,
    pub(super) assumptions: BTreeSet<Code>,
}

/// Values that are put into policies for one verdict.
const MOST_VALUES: usize = 64;

/// Unknown texts of which it is tried if they are needed, and other values that are tried for each.
const MOST_NEEDED: usize = 12;
const OTHERS: usize = 3;

/// The pseudo parameter with an assumed value.
pub(crate) const PARTITION: &str = "AWS::Partition";

impl Judge<'_, '_> {
    /// Tries values, until the check fails with some of them.
    pub(super) fn failing(
        &self,
        shapes: &[Shape],
        pairings: impl Iterator<Item = usize>,
        most: usize,
    ) -> Tried {
        let mut tried = Tried { failing: None, passing: None, assumptions: BTreeSet::new() };
        let mut left = MOST_VALUES;
        for number in pairings {
            let Some(pairing) = self.texts.pairings.get(number) else { continue };
            for values in to_try(self.texts, shapes, pairing, self.problem.listed).into_iter().take(most) {
                if left == 0 || tried.failing.is_some() && tried.passing.is_some() {
                    return tried;
                }
                left -= 1;
                let Some(answer) = self.in_text(number, &values) else { continue };
                tried.assumptions.extend(answer.assumptions.iter().map(|assumption| assumption.0));
                match answer.verdict {
                    Verdict::Fail(_) if tried.failing.is_none() => {
                        let shown = self.with(values);
                        let is_failing = |shown: &Shown| matches!(shown.answer.verdict, Verdict::Fail(_));
                        tried.failing = shown.filter(is_failing).map(|shown| (number, shown));
                    }
                    Verdict::Pass(_) => tried.passing = tried.passing.or(Some((number, values))),
                    Verdict::Fail(_) | Verdict::Unknown(_) => {}
                }
            }
        }
        tried
    }

    /// Puts values into the file and runs the check.
    pub(super) fn with(&self, mut values: Values) -> Option<Shown> {
        if self.assumptions().contains(&Code::PartitionIsAws) {
            // What is assumed is given too, so that the finding can be repeated.
            values.insert(PARTITION.to_owned(), "aws".to_owned());
        }
        let (policy, existing) = (self.problem.substitute)(&values)?;
        let answer = (self.problem.ask)(&policy, existing.as_ref(), self.options)?;
        Some(Shown { values, policy, existing, answer })
    }

    /// Puts values into the texts of a pair of policies and runs the check: files may be long, and reading one again takes longer
    /// than most checks.
    pub(super) fn in_text(&self, number: usize, values: &Values) -> Option<Answer> {
        let pairing: &Pairing = self.texts.pairings.get(number)?;
        if self.texts.list.iter().any(|text| !text.is_settable) {
            return self.with(values.clone()).map(|shown| shown.answer);
        }
        let document = |policy: &str| {
            let policy = serde_json::from_str::<Value>(policy).ok()?;
            read(&self.put(policy, values)?.to_string())
        };
        let policy = document(pairing.new.as_deref()?)?;
        let existing = match &pairing.existing {
            Some(existing) => Some(document(existing.as_deref()?)?),
            None => None,
        };
        (self.problem.ask)(&policy, existing.as_ref(), self.options)
    }

    /// Puts values in the places of signs; `None` if a text has no value.
    fn put(&self, value: Value, values: &Values) -> Option<Value> {
        Some(match value {
            Value::String(text) if text.contains(is_sign) => {
                let mut out = String::with_capacity(text.len());
                for character in text.chars() {
                    if !is_sign(character) {
                        out.push(character);
                        continue;
                    }
                    let unknown = self.texts.list.get(self.texts.number(character)?)?;
                    let value = values.get(&unknown.name)?;
                    if unknown.is_list && text.chars().eq([character]) {
                        return Some(value.split(',').map(|item| Value::from(item.trim())).collect());
                    }
                    out.push_str(value);
                }
                Value::String(out)
            }
            Value::Array(list) => {
                list.into_iter().map(|value| self.put(value, values)).collect::<Option<Value>>()?
            }
            Value::Object(members) => {
                let put = |(name, value): (String, Value)| Some((name, self.put(value, values)?));
                Value::Object(members.into_iter().map(put).collect::<Option<_>>()?)
            }
            value => value,
        })
    }

    /// Returns the names of the values on which the verdict depends.
    pub(super) fn depends_on(
        &self,
        pairing: usize,
        shown: &Shown,
        passing: Option<&(usize, Values)>,
        open: &[usize],
    ) -> Vec<String> {
        let of = |number: usize| self.texts.pairings.get(number);
        let mut on: Vec<String> = Vec::new();
        let is_decided =
            |name: &String| of(pairing).is_some_and(|pairing| pairing.decided.contains_key(name));
        if open.len() < self.texts.pairings.len() || passing.is_some_and(|(number, _)| *number != pairing) {
            // Other ways to decide what has few values pass.
            on.extend(of(pairing).into_iter().flat_map(|pairing| pairing.decided.keys().cloned()));
        }
        match passing.filter(|(number, _)| *number == pairing) {
            Some((_, passing)) => {
                let mut values = shown.values.clone();
                for (name, value) in passing.iter().filter(|(name, _)| !is_decided(name)) {
                    let Some(own) = values.get(name).filter(|own| *own != value).cloned() else { continue };
                    values.insert(name.clone(), value.clone());
                    let still = self.in_text(pairing, &values);
                    if !still.is_some_and(|still| matches!(still.verdict, Verdict::Fail(_))) {
                        values.insert(name.clone(), own);
                        on.push(name.clone());
                    }
                }
            }
            None if on.is_empty() => on.extend(self.texts.list.iter().map(|text| text.name.clone())),
            None => {}
        }
        let mut seen = BTreeSet::new();
        on.retain(|name| seen.insert(name.clone()));
        on
    }

    /// Adds the values that are needed beside these ones: with another value, the check does not fail.
    pub(super) fn add_needed(&self, on: &mut Vec<String>, shapes: &[Shape], pairing: usize, shown: &Shown) {
        let decided = self.texts.pairings.get(pairing).map(|pairing| &pairing.decided);
        let is_open = |name: &String| decided.is_some_and(|decided| !decided.contains_key(name));
        for (text, shape) in self.texts.list.iter().zip(shapes).take(MOST_NEEDED) {
            let Some(own) = shown.values.get(&text.name).filter(|_| text.is_settable && is_open(&text.name))
            else {
                continue;
            };
            if on.contains(&text.name) {
                continue;
            }
            let wild = shape.contains("*").then(|| "*".to_owned());
            let empty = shape.contains("").then(String::new);
            let others =
                wild.into_iter().chain(empty).chain((0..OTHERS).filter_map(|number| shape.example(number)));
            let is_needed = others.filter(|other| other != own).any(|other| {
                let mut values = shown.values.clone();
                values.insert(text.name.clone(), other);
                let answer = self.in_text(pairing, &values);
                answer.is_some_and(|answer| matches!(answer.verdict, Verdict::Pass(_)))
            });
            if is_needed {
                on.push(text.name.clone());
            }
        }
    }
}

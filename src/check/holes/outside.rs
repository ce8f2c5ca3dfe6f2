//! Parts of policies with unknown texts that no outsider matches, whatever the texts are.
//!
//! An outsider belongs to no account, organization or network that a policy spells, so a value that spells one is met by no
//! outsider. These parts are left out: then the policy spells fewer ids, and more callers count as outsiders.

use super::texts::Texts;
use crate::container::{Shape, is_sign};
use serde_json::Value;

/// The unknown texts of a query about outsiders.
pub(super) struct Outsiders<'a> {
    pub(super) texts: &'a Texts,
    pub(super) shapes: &'a [Shape],
}

/// A condition on a key that identifies callers, for outsiders.
pub(super) enum Reduced {
    /// These values count.
    Values(Vec<Value>),
    /// Every outsider meets it.
    Met,
    /// Outsiders whose requests lack the key meet it.
    Absent,
    /// No outsider meets it.
    NotMet,
}

/// Keys whose value in a request of an outsider is an id that no policy spells (docs/semantics.md, "Outsiders").
const IDENTIFYING: [&str; 11] = [
    "aws:principalarn",
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "kms:calleraccount",
];

impl Outsiders<'_> {
    /// True if a principal of this kind is not an outsider, whatever the unknown texts are.
    pub(super) fn excludes(&self, kind: &str, text: &str) -> bool {
        match kind {
            // A service is not an outsider.
            "Service" => true,
            "AWS" if self.is_exact(text) => true,
            "AWS" => {
                let fields: Vec<&str> = text.splitn(6, ':').collect();
                let [arn @ "arn", partition, service, region, account, _] = fields.as_slice() else {
                    return false;
                };
                let before = [*arn, *partition, *service, *region].join(":");
                self.has_no_colon(&before) && self.is_account(account)
            }
            _ => false,
        }
    }

    /// Returns the values of a condition that an outsider may meet.
    pub(super) fn reduced(&self, effect: &str, (operator, key): (&str, &str), values: Vec<Value>) -> Reduced {
        let (operator, key) = (operator.to_ascii_lowercase(), key.to_ascii_lowercase());
        let (base, is_lenient) = match operator.strip_suffix("ifexists") {
            Some(base) => (base, true),
            None => (operator.as_str(), false),
        };
        let positive = match base {
            "stringequals" | "stringequalsignorecase" | "stringlike" | "arnequals" | "arnlike" => true,
            "stringnotequals"
            | "stringnotequalsignorecase"
            | "stringnotlike"
            | "arnnotequals"
            | "arnnotlike" => false,
            _ => return Reduced::Values(values),
        };
        let has_wildcards = base.starts_with("arn") || base.ends_with("like");
        let kept: Vec<Value> = values
            .into_iter()
            .filter(|value| {
                let text = value.as_str().filter(|text| text.contains(is_sign));
                !text.is_some_and(|text| self.is_spelled(base, &key, text, has_wildcards))
            })
            .collect();
        match (kept.is_empty(), positive) {
            (false, _) => Reduced::Values(kept),
            (true, false) => Reduced::Met,
            // A Deny that denies no outsider is left out whatever the key is.
            (true, true) if is_lenient && effect == "Allow" => Reduced::Absent,
            (true, true) => Reduced::NotMet,
        }
    }

    /// True if the value spells an id in full, so that no outsider has it.
    fn is_spelled(&self, base: &str, key: &str, text: &str, has_wildcards: bool) -> bool {
        if text.contains("${") || !(IDENTIFYING.contains(&key) || key == "aws:principalaccount") {
            return false;
        }
        let is_exact = self.are_plain(text) && !(has_wildcards && text.contains(['*', '?']));
        if key == "aws:principalaccount" {
            return is_exact && self.is_account(text);
        }
        if is_exact {
            return true;
        }
        let is_arn = matches!(key, "aws:sourcearn" | "aws:principalarn") && base.starts_with("arn");
        let fields: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, _] = fields.as_slice() else { return false };
        let before = [*arn, *partition, *service, *region].join(":");
        is_arn && self.are_plain(&before) && self.has_no_colon(&before) && self.is_account(account)
    }

    /// True if every unknown text in it is plain, so that it means itself.
    fn are_plain(&self, text: &str) -> bool {
        text.chars().filter(|c| is_sign(*c)).all(|sign| self.shape(sign).is_some_and(Shape::is_plain))
    }

    fn has_no_colon(&self, text: &str) -> bool {
        text.chars()
            .filter(|c| is_sign(*c))
            .all(|sign| self.shape(sign).is_some_and(|shape| !shape.may_hold(':')))
    }

    /// True if a text has neither wildcards nor policy variables.
    fn is_exact(&self, text: &str) -> bool {
        self.are_plain(text) && !text.contains(['*', '?', '$'])
    }

    /// True if a field is the id of an account.
    fn is_account(&self, field: &str) -> bool {
        let mut letters = field.chars();
        match (letters.next(), letters.next()) {
            (Some(sign), None) if is_sign(sign) => self.shape(sign).is_some_and(Shape::is_account),
            _ => field.len() == 12 && field.bytes().all(|byte| byte.is_ascii_digit()),
        }
    }

    /// Returns the shape of the single text that a sign stands for; `None` for a list.
    fn shape(&self, sign: char) -> Option<&Shape> {
        let number = self.texts.number(sign)?;
        let is_list = self.texts.list.get(number).is_some_and(|text| text.is_list);
        self.shapes.get(number).filter(|_| !is_list)
    }
}

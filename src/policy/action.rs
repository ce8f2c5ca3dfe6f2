//! Action patterns. They ignore case, so they are stored in lower case.

use crate::policy::{Part, Template};

/// A pattern of `Action` or `NotAction`, such as `s3:Get*`.
///
/// Source: IAM User Guide, "IAM JSON policy elements: Action" (prefix and name are case-insensitive).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionPattern {
    /// As spelled in the document.
    pub text: Box<str>,
    /// The pattern in ASCII lower case, wildcards active.
    pub glob: Template,
    service_wildcard: bool,
    /// The first bytes of every match, as far as `mask` goes.
    start: ActionStart,
    mask: u64,
    /// True if every action with this start matches.
    is_start: bool,
}

/// The first eight bytes of an action in lower case. They rule out most patterns without a comparison of the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionStart(u64);

impl ActionStart {
    /// Returns the start of an action in lower case.
    pub fn of(action: &str) -> ActionStart {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(action.bytes()).for_each(|(byte, of)| *byte = of);
        ActionStart(u64::from_le_bytes(bytes))
    }

    /// So many of its bytes.
    pub(super) fn first(self, length: u8) -> u64 {
        self.0 & mask(length.into())
    }
}

/// Returns the mask of the first bytes of a start.
fn mask(length: usize) -> u64 {
    match length {
        0 => 0,
        1..8 => u64::MAX >> ((8 - length) * 8),
        _ => u64::MAX,
    }
}

impl ActionPattern {
    /// Returns the pattern spelled `text`, or `None` if it is neither all stars nor of the form `service:name`.
    pub fn new(text: &str) -> Option<ActionPattern> {
        let (service, well_formed) = match text.split_once(':') {
            Some((service, name)) => (service, !service.is_empty() && !name.is_empty()),
            None => (text, !text.is_empty() && text.bytes().all(|byte| byte == b'*')),
        };
        let lower = text.to_ascii_lowercase();
        let glob = match memchr::memchr2(b'*', b'?', lower.as_bytes()) {
            Some(_) => Template::parse(&lower, false).ok()?,
            None => Template::literal(lower),
        };
        let has_wildcard = memchr::memchr2(b'*', b'?', service.as_bytes()).is_some();
        let service_wildcard = has_wildcard && !glob.is_many() && text.chars().any(|c| c != '*' && c != ':');
        let literal = match glob.parts().first() {
            Some(Part::Text(literal)) => &**literal,
            _ => "",
        };
        let mask = mask(literal.len());
        let start = ActionStart::of(literal);
        // Zeros also pad the start of a short action.
        let is_short = |literal: &str| literal.len() <= 8 && !literal.contains('\0');
        let is_start = matches!(glob.parts(), [Part::Text(literal), Part::Many] if is_short(literal));
        well_formed.then(|| ActionPattern {
            text: text.into(),
            glob,
            service_wildcard,
            start,
            mask,
            is_start,
        })
    }

    /// Returns the number of bytes, up to eight, with which every match starts, and these bytes.
    pub(super) fn fixed_start(&self) -> (u8, u64) {
        ((self.mask.count_ones() / 8) as u8, self.start.0 & self.mask)
    }

    /// Returns true if the pattern matches every action with this start, false if none, and `None` if the start does not decide.
    ///
    /// ```
    /// use iamsat::policy::{ActionPattern, ActionStart};
    /// let get = ActionPattern::new("s3:Get*").unwrap();
    /// assert_eq!(get.matches_start(ActionStart::of("s3:getobject")), Some(true));
    /// assert_eq!(get.matches_start(ActionStart::of("s3:putobject")), Some(false));
    /// assert_eq!(ActionPattern::new("s3:GetObject").unwrap().matches_start(ActionStart::of("s3:getobjectacl")), None);
    /// ```
    pub fn matches_start(&self, start: ActionStart) -> Option<bool> {
        let differs = (self.start.0 ^ start.0) & self.mask != 0;
        if differs { Some(false) } else { self.is_start.then_some(true) }
    }

    /// True if some action can match: the action of a request has one colon and is visible ASCII.
    pub fn can_match(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_graphic())
            && memchr::memchr_iter(b':', self.text.as_bytes()).count() <= 1
    }

    /// True if the pattern has one colon (or is `*`) and, beside wildcards, only characters that occur in names of actions: letters,
    /// digits, `-` and `_`. A question about another text would be answered by nothing that can happen.
    ///
    /// Source: Service Authorization Reference, the names of all services and actions.
    ///
    /// ```
    /// use iamsat::policy::ActionPattern;
    /// let is_name = |text| ActionPattern::new(text).unwrap().is_name();
    /// assert!(is_name("s3:Get*") && is_name("*"));
    /// assert!(!is_name("s3:GetObject, s3:PutObject") && !is_name("s3:GetObject ") && !is_name("s3::GetObject"));
    /// ```
    pub fn is_name(&self) -> bool {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'*' | b'?');
        self.text.split(':').count() <= 2 && self.text.bytes().all(|byte| byte == b':' || is_part(byte))
    }

    /// True if every action matches (`*`).
    pub fn is_any(&self) -> bool {
        self.glob.is_many()
    }

    /// True if the service part contains a wildcard although the pattern is neither `*` nor `*:*`. AWS documents no meaning for
    /// such patterns, so every match of them is opaque.
    pub fn has_service_wildcard(&self) -> bool {
        self.service_wildcard
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answer for a start agrees with the pattern on every action with that start.
    #[test]
    fn starts_of_actions() {
        let cases = [
            ("*", "s3:getobject", None),
            ("s3:*", "s3:getobject", Some(true)),
            ("S3:Get*", "s3:getobject", Some(true)),
            ("s3:Put*", "s3:getobject", Some(false)),
            ("s3:GetObjectAcl", "s3:getobjecttagging", None),
            ("s3:a", "s3:a", None),
            ("s3:a", "s3:b", Some(false)),
            ("s3:ab", "s3:a", Some(false)),
            ("s3:a", "s3:ab", None),
            ("s3:???object", "s3:getobject", None),
            ("ec2:*", "s3:getobject", Some(false)),
            ("?3:*", "s3:getobject", None),
            ("s3:GetOb*", "s3:getobject", Some(true)),
            ("s3:GetObj*", "s3:getobject", None),
            ("s3:GetO*", "s3:get", Some(false)),
            ("s3:Get**", "s3:get", Some(true)),
            ("s3:Get?*", "s3:get", None),
            ("s3:\0*", "s3:", None),
        ];
        for (pattern, action, expected) in cases {
            let pattern = ActionPattern::new(pattern).unwrap();
            assert_eq!(pattern.matches_start(ActionStart::of(action)), expected, "{pattern:?} {action}");
        }
    }
}

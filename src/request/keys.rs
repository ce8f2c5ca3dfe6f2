//! The global condition keys: type, multiplicity and presence.
//!
//! Source: IAM User Guide, "AWS global condition context keys".

/// What the values of a key are.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    String,
    Arn,
    Bool,
    Date,
    Number,
    Ip,
    /// `aws:EpochTime`: a date that may also be read as a number of seconds.
    Epoch,
}

/// How many values a key has in one request.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Multiplicity {
    Single,
    Multi,
}

/// When a key is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Presence {
    /// In every request.
    Always,
    /// In every request of an AWS principal or anonymous caller; free for services and federated callers.
    AlwaysForPrincipals,
    /// In every signed request; absent in anonymous ones.
    Signed,
    /// It depends.
    Sometimes,
}

/// What the table says about a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// AWS's spelling, a tag key's suffix left out (`aws:PrincipalTag/`).
    pub name: &'static str,
    /// Type of its values.
    pub value: ValueType,
    /// One value or several.
    pub multiplicity: Multiplicity,
    /// When it is present.
    pub presence: Presence,
}

/// The entry for a key, by its lower-cased name; `None` for keys that are not global.
pub fn key_info(_name: &str) -> Option<&'static KeyInfo> {
    None
}

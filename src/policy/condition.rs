//! Conditions: operator, key and values.

use crate::policy::Template;
use crate::span::{Span, Spanned};

/// `ForAllValues:` or `ForAnyValue:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SetPrefix {
    /// Every value of the request matches; true for none.
    ForAllValues,
    /// Some value of the request matches.
    ForAnyValue,
}

/// The operators without prefix and suffix.
#[expect(missing_docs, reason = "the names are AWS's own; the IAM User Guide defines them")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperatorBase {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
}

/// The type of value that an operator reads.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum OperatorFamily {
    String,
    Numeric,
    Date,
    Bool,
    Binary,
    Ip,
    Arn,
    Null,
}

impl OperatorBase {
    /// Every operator.
    pub const ALL: [OperatorBase; 27] = {
        use OperatorBase::*;
        [
            StringEquals,
            StringNotEquals,
            StringEqualsIgnoreCase,
            StringNotEqualsIgnoreCase,
            StringLike,
            StringNotLike,
            NumericEquals,
            NumericNotEquals,
            NumericLessThan,
            NumericLessThanEquals,
            NumericGreaterThan,
            NumericGreaterThanEquals,
            DateEquals,
            DateNotEquals,
            DateLessThan,
            DateLessThanEquals,
            DateGreaterThan,
            DateGreaterThanEquals,
            Bool,
            BinaryEquals,
            IpAddress,
            NotIpAddress,
            ArnEquals,
            ArnNotEquals,
            ArnLike,
            ArnNotLike,
            Null,
        ]
    };

    /// AWS's spelling.
    pub fn name(self) -> &'static str {
        use OperatorBase::*;
        match self {
            StringEquals => "StringEquals",
            StringNotEquals => "StringNotEquals",
            StringEqualsIgnoreCase => "StringEqualsIgnoreCase",
            StringNotEqualsIgnoreCase => "StringNotEqualsIgnoreCase",
            StringLike => "StringLike",
            StringNotLike => "StringNotLike",
            NumericEquals => "NumericEquals",
            NumericNotEquals => "NumericNotEquals",
            NumericLessThan => "NumericLessThan",
            NumericLessThanEquals => "NumericLessThanEquals",
            NumericGreaterThan => "NumericGreaterThan",
            NumericGreaterThanEquals => "NumericGreaterThanEquals",
            DateEquals => "DateEquals",
            DateNotEquals => "DateNotEquals",
            DateLessThan => "DateLessThan",
            DateLessThanEquals => "DateLessThanEquals",
            DateGreaterThan => "DateGreaterThan",
            DateGreaterThanEquals => "DateGreaterThanEquals",
            Bool => "Bool",
            BinaryEquals => "BinaryEquals",
            IpAddress => "IpAddress",
            NotIpAddress => "NotIpAddress",
            ArnEquals => "ArnEquals",
            ArnNotEquals => "ArnNotEquals",
            ArnLike => "ArnLike",
            ArnNotLike => "ArnNotLike",
            Null => "Null",
        }
    }

    /// True if the operator is the negation of another one: its values combine as "none of them", and it holds if the key is
    /// absent.
    pub fn is_negated(self) -> bool {
        use OperatorBase::*;
        matches!(
            self,
            StringNotEquals
                | StringNotEqualsIgnoreCase
                | StringNotLike
                | NumericNotEquals
                | DateNotEquals
                | NotIpAddress
                | ArnNotEquals
                | ArnNotLike
        )
    }

    /// Returns the type of value that the operator reads.
    pub fn family(self) -> OperatorFamily {
        use OperatorBase::*;
        match self {
            StringEquals
            | StringNotEquals
            | StringEqualsIgnoreCase
            | StringNotEqualsIgnoreCase
            | StringLike
            | StringNotLike => OperatorFamily::String,
            NumericEquals
            | NumericNotEquals
            | NumericLessThan
            | NumericLessThanEquals
            | NumericGreaterThan
            | NumericGreaterThanEquals => OperatorFamily::Numeric,
            DateEquals
            | DateNotEquals
            | DateLessThan
            | DateLessThanEquals
            | DateGreaterThan
            | DateGreaterThanEquals => OperatorFamily::Date,
            Bool => OperatorFamily::Bool,
            BinaryEquals => OperatorFamily::Binary,
            IpAddress | NotIpAddress => OperatorFamily::Ip,
            ArnEquals | ArnNotEquals | ArnLike | ArnNotLike => OperatorFamily::Arn,
            Null => OperatorFamily::Null,
        }
    }
}

/// An operator as written: `[ForAllValues:|ForAnyValue:]Base[IfExists]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Operator {
    /// The set prefix, if any.
    pub set: Option<SetPrefix>,
    /// The operator itself.
    pub base: OperatorBase,
    /// True if `IfExists` follows.
    pub if_exists: bool,
}

impl Operator {
    /// Reads an operator name without regard to case; `None` if there is no such operator (`NullIfExists` included).
    ///
    /// ```
    /// use iamsat::policy::{Operator, OperatorBase, SetPrefix};
    /// let op = Operator::parse("ForAnyValue:StringLikeIfExists").unwrap();
    /// assert_eq!((op.set, op.base, op.if_exists), (Some(SetPrefix::ForAnyValue), OperatorBase::StringLike, true));
    /// assert!(Operator::parse("StringMatches").is_none());
    /// ```
    pub fn parse(name: &str) -> Option<Operator> {
        let lower = name.to_ascii_lowercase();
        let (set, rest) = match lower.split_once(':') {
            Some(("forallvalues", rest)) => (Some(SetPrefix::ForAllValues), rest),
            Some(("foranyvalue", rest)) => (Some(SetPrefix::ForAnyValue), rest),
            Some(_) => return None,
            None => (None, lower.as_str()),
        };
        let (rest, if_exists) = match rest.strip_suffix("ifexists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let base = OperatorBase::ALL.into_iter().find(|base| base.name().eq_ignore_ascii_case(rest))?;
        (!(if_exists && base == OperatorBase::Null)).then_some(Operator { set, base, if_exists })
    }
}

impl std::fmt::Display for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.set {
            Some(SetPrefix::ForAllValues) => "ForAllValues:",
            Some(SetPrefix::ForAnyValue) => "ForAnyValue:",
            None => "",
        })?;
        f.write_str(self.base.name())?;
        f.write_str(if self.if_exists { "IfExists" } else { "" })
    }
}

/// The name of a condition key. Names are case-insensitive, tag suffix included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionKey {
    /// The name in ASCII lower case, which is used for comparisons.
    pub name: Box<str>,
    /// As spelled in the document.
    pub text: Box<str>,
}

/// The JSON type a value was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonKind {
    /// A JSON string.
    String,
    /// A JSON number; the text is the source text.
    Number,
    /// `true` or `false`.
    Boolean,
}

/// One condition value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionValue {
    /// The canonical text (unescaped string, number as written, `true`/`false`).
    pub text: Box<str>,
    /// The JSON type it was written with.
    pub kind: JsonKind,
    /// The text as a pattern: with wildcards for the Like and Arn operators, without for others; with variables if the language
    /// version and the operator allow them.
    pub template: Template,
}

/// One operator applied to one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The operator, at its place.
    pub operator: Spanned<Operator>,
    /// The operator as spelled (the JSON pointer needs it).
    pub operator_text: Box<str>,
    /// The key, at its place.
    pub key: Spanned<ConditionKey>,
    /// The values, in source order.
    pub values: Vec<Spanned<ConditionValue>>,
    /// True if the values were written as an array.
    pub is_list: bool,
    /// From the key to the end of the values.
    pub span: Span,
}

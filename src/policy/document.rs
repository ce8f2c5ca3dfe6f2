//! The typed document.

use crate::diagnostic::Diagnostic;
use crate::policy::{
    ActionPattern, Condition, Principal, PrincipalMeaning, ResourcePattern, Statements, Template,
};
use crate::span::{Source, Span, Spanned};

/// Parts of a pattern that count as another value.
const PARTS: usize = 6;

/// Parts of a resource that count as another value where it is matched or compiled.
const MANY_PARTS: usize = 4;

/// The language version of a document. A document without `Version` is read as [`Version::V2008`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// `2008-10-17`: `${...}` is plain text.
    #[default]
    V2008,
    /// `2012-10-17`: `${...}` is a policy variable.
    V2012,
}

impl Version {
    /// Returns the text of the element.
    pub fn name(self) -> &'static str {
        match self {
            Version::V2008 => "2008-10-17",
            Version::V2012 => "2012-10-17",
        }
    }
}

/// The effect of a statement.
#[expect(missing_docs, reason = "the names say it")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    Allow,
    Deny,
}

impl Effect {
    /// Returns the text of the element.
    pub fn name(self) -> &'static str {
        match self {
            Effect::Allow => "Allow",
            Effect::Deny => "Deny",
        }
    }
}

/// `Action`/`NotAction` or `Resource`/`NotResource` with its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element<T> {
    /// True if it is the `Not...` form.
    pub negated: bool,
    /// The element's name in the source.
    pub key_span: Span,
    /// The values, in source order.
    pub values: Vec<Spanned<T>>,
    /// True if they were written as an array.
    pub is_list: bool,
    /// All values, brackets included.
    pub span: Span,
}

/// `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalElement {
    /// True if it is `NotPrincipal`.
    pub negated: bool,
    /// The element's name in the source.
    pub key_span: Span,
    /// True if the value is the text `"*"`, which means everyone; then `values` is empty.
    pub everyone: bool,
    /// The values, in source order.
    pub values: Vec<Spanned<Principal>>,
    /// The keys of the map whose values were written as arrays, needed for JSON pointers.
    pub lists: Vec<crate::policy::PrincipalKind>,
    /// The whole value.
    pub span: Span,
}

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The whole object.
    pub span: Span,
    /// `Sid`, possibly empty.
    pub sid: Option<Spanned<Box<str>>>,
    /// `Effect`.
    pub effect: Spanned<Effect>,
    /// `Principal` or `NotPrincipal`, if present.
    pub principal: Option<PrincipalElement>,
    /// `Action` or `NotAction`.
    pub action: Element<ActionPattern>,
    /// `Resource` or `NotResource`, if present.
    pub resource: Option<Element<ResourcePattern>>,
    /// All operator-key pairs of `Condition`, in source order.
    pub conditions: Vec<Condition>,
}

impl Document {
    /// Returns the text of the document alone, which may be a part of its source.
    pub(crate) fn text(&self) -> &str {
        self.source.slice(self.span)
    }
}

impl Statement {
    /// Returns the number of listed actions, resources, principals and condition values.
    pub fn value_count(&self) -> usize {
        let principals = self.principal.iter().map(|p| p.values.len());
        let resources = self.resource.iter().map(|r| r.values.len());
        let conditions = self.conditions.iter().map(|c| c.values.len());
        self.action.values.len() + principals.chain(resources).chain(conditions).sum::<usize>()
    }

    /// The number of values, where one of fields, or a pattern of more parts than most, counts for several.
    pub fn size(&self) -> usize {
        let long = |template: &Template| template.parts().len() / PARTS;
        let actions = self.action.values.iter().map(|v| 1 + long(&v.value.glob));
        let resources = self.resource.iter().flat_map(|r| &r.values).map(|v| 2 + long(&v.value.template));
        let fields = |principal: &Principal| match principal.meaning {
            PrincipalMeaning::Arn(_) => 5,
            _ => 2,
        };
        let principals = self.principal.iter().flat_map(|p| &p.values).map(|v| fields(&v.value));
        let conditions = self.conditions.iter().flat_map(|c| &c.values).map(|v| 1 + long(&v.value.template));
        1 + actions.chain(resources).chain(principals).chain(conditions).sum::<usize>()
    }

    /// The number of values as which its resources count that have more parts than most.
    pub(crate) fn long_resources(&self) -> usize {
        let resources = self.resource.iter().flat_map(|resource| &resource.values);
        resources.map(|value| value.value.template.parts().len() / MANY_PARTS).sum()
    }

    /// Returns the Sid; `None` if it is absent or empty, which AWS treats alike.
    pub fn sid(&self) -> Option<&str> {
        self.sid.as_ref().map(|s| &*s.value).filter(|s| !s.is_empty())
    }
}

/// A policy document without errors, with its source.
///
/// ```
/// use iamsat::{limits::InputLimits, policy::{Effect, Version, parse}, span::Source};
/// let text = r#"{"Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}"#;
/// let document = parse(&Source::new("policy.json", text), &InputLimits::default()).unwrap();
/// let statement = &document.statements[0];
/// assert_eq!((statement.effect.value, statement.sid()), (Effect::Allow, Some("Read")));
/// // Without `Version`, the older version applies.
/// assert_eq!(document.version, Version::V2008);
/// ```
#[derive(Clone, Debug)]
pub struct Document {
    /// The text it was read from; all spans point into it.
    pub source: Source,
    /// The version, [`Version::V2008`] if not written.
    pub version: Version,
    /// The place of the value of `Version`, if it was written.
    pub version_span: Option<Span>,
    /// `Id`, if present.
    pub id: Option<Spanned<Box<str>>>,
    /// The statements, in source order; never empty.
    pub statements: Statements,
    /// True if `Statement` was written as an array.
    pub statement_is_list: bool,
    /// JSON pointer from the root of the source to the document (`""`, or the member of a CLI answer).
    pub base_pointer: String,
    /// The whole document.
    pub span: Span,
    /// The warnings found while reading.
    pub warnings: Vec<Diagnostic>,
}

impl Document {
    /// Returns the condition keys (lower case) that conditions test and policy variables name, in order of first use.
    ///
    /// ```
    /// use iamsat::{limits::InputLimits, policy::parse, span::Source};
    /// let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*",
    ///     "Resource":"arn:aws:s3:::${aws:username}/*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}}"#;
    /// let policy = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
    /// assert_eq!(policy.mentioned_keys().collect::<Vec<_>>(), ["aws:securetransport", "aws:username"]);
    /// ```
    pub fn mentioned_keys(&self) -> impl Iterator<Item = &str> {
        self.statements.mentioned_keys()
    }

    /// Returns the document with other statements, whose spans must point into the same source.
    ///
    /// ```
    /// use iamsat::{limits::InputLimits, policy::{Effect, parse}, span::Source};
    /// let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    /// let policy = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
    /// let mut statements = policy.statements.to_vec();
    /// statements[0].effect.value = Effect::Deny;
    /// let denying = policy.with_statements(statements);
    /// assert_eq!(denying.statements[0].effect.value, Effect::Deny);
    /// assert_eq!(policy.statements[0].effect.value, Effect::Allow);
    /// ```
    #[must_use]
    pub fn with_statements(&self, statements: impl Into<Statements>) -> Document {
        Document { statements: statements.into(), ..self.clone() }
    }
}

//! Variables of a request, and the atoms that test one of them.

use crate::code::Code;
use crate::formula::decimal::Scalar;
use crate::index::id;

id! {
    /// Index of an [`Atom`].
    AtomId
}
id! {
    /// Index of a [`Variable`].
    VariableId
}
id! {
    /// Index of a [`PatternKey`](crate::formula::PatternKey).
    PatternId
}
id! {
    /// Index of a [`Bound`].
    BoundId
}
id! {
    /// Index of a [`crate::formula::Network`].
    NetworkId
}
id! {
    /// Index of a [`crate::formula::VariablePattern`].
    TemplateId
}
id! {
    /// Index of a [`Unobservable`].
    UnobservableId
}
id! {
    /// Index of an [`Opaque`].
    OpaqueId
}

impl VariableId {
    /// The action.
    pub const ACTION: VariableId = VariableId(0);
    /// The resource.
    pub const RESOURCE: VariableId = VariableId(1);
    /// The requester, as [`crate::formula::encode`] writes it.
    pub const REQUESTER: VariableId = VariableId(2);
}

/// A part of a request that has one text as its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variable<'a> {
    /// The action in lower case.
    Action,
    /// The resource.
    Resource,
    /// The requester, as one word.
    Requester,
    /// The value of a context key (lower-cased name), or one of several values of a multivalued key, numbered from 0.
    Key(&'a str, u32),
}

impl<'a> Variable<'a> {
    /// Returns the name of the context key, if it is a value of one.
    pub fn key_name(self) -> Option<&'a str> {
        match self {
            Variable::Key(name, _) => Some(name),
            Variable::Action | Variable::Resource | Variable::Requester => None,
        }
    }
}

/// An atomic statement about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom {
    /// The value of the variable passes the test.
    Match(VariableId, Test),
    /// The context key is present.
    Present(VariableId),
    /// A fact that only AWS knows.
    Unobservable(UnobservableId),
    /// Something undocumented or unmodelled.
    Opaque(OpaqueId),
}

/// A test of one value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Test {
    /// It is in the language of a pattern.
    Pattern(PatternId),
    /// It is a number or an instant, and compares to a constant as the bound says.
    Bound(BoundId),
    /// It is an address of a network.
    Network(NetworkId),
    /// It matches a pattern that holds the values of other keys.
    Template(TemplateId),
}

/// The type as which a [`Bound`] reads the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// A number.
    Number,
    /// An instant.
    Date,
}

/// The comparison of a value to a constant. A value that is not a number or an instant satisfies none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// The value is less than the constant.
    Less,
    /// The value is less than the constant, or equal to it.
    LessOrEqual,
    /// The value is equal to the constant.
    Equal,
    /// The value is greater than the constant, or equal to it.
    GreaterOrEqual,
    /// The value is greater than the constant.
    Greater,
}

impl Bound {
    /// True if the value compares to the constant in this way.
    pub fn holds(&self, value: &Scalar) -> bool {
        match self.relation {
            Relation::Less => *value < self.value,
            Relation::LessOrEqual => *value <= self.value,
            Relation::Equal => *value == self.value,
            Relation::GreaterOrEqual => *value >= self.value,
            Relation::Greater => *value > self.value,
        }
    }
}

/// A comparison with a constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Bound {
    /// The type as which the value is read.
    pub axis: Axis,
    /// The comparison.
    pub relation: Relation,
    /// The constant.
    pub value: Scalar,
}

/// A free predicate of the requester: a FAIL may rest on it, and its witness then names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unobservable<'a> {
    /// This unique id is the requester's.
    UniqueId(&'a str),
    /// This canonical user id is the requester's account.
    CanonicalUser(&'a str),
    /// The requester has a permissions boundary.
    Boundary,
}

/// A predicate whose meaning AWS leaves open, or that is not modelled: neither PASS nor FAIL may rest on a meaning
/// of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Opaque {
    /// The name of the rule, in kebab case.
    pub rule: Code,
    /// The text that tells this predicate from others of the same rule: operator, key and sorted values, or the text of a
    /// pattern.
    pub key: Box<str>,
}

/// The place of an opaque atom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Site {
    /// Index of the document in the check.
    pub document: usize,
    /// Index of the statement.
    pub statement: usize,
    /// The element in it.
    pub element: SiteElement,
}

/// The element at a [`Site`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SiteElement {
    /// The principal element as a whole.
    Principal,
    /// One action pattern, or the whole element if it has none.
    Action(usize),
    /// One resource pattern.
    Resource(usize),
    /// The statement has no `Resource`.
    MissingResource,
    /// One condition.
    Condition(usize),
}

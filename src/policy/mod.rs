//! Policy documents: from JSON text to typed statements with a source span for every element, and back.
//!
//! [`parse`] reads a document and collects all of its faults. Nothing below this room looks at JSON again.

mod access;
mod action;
mod address;
mod bounds;
mod condition;
mod content;
mod document;
mod instant;
mod json;
mod literal;
mod misfit;
mod number;
mod parse;
mod pointer;
mod principal;
mod print;
mod read;
mod resource;
mod resource_type;
mod starts;
mod statements;
mod template;

pub use access::{Access, AccessError};
pub use action::{ActionPattern, ActionStart};
pub use address::AddressRange;
pub use condition::{
    Condition, ConditionKey, ConditionValue, JsonKind, Operator, OperatorBase, OperatorFamily, SetPrefix,
};
pub use document::{Document, Effect, Element, PolicyType, PrincipalElement, Statement, Version};
pub use instant::read_instant;
pub use literal::decode_base64;
pub use number::Decimal;
pub use parse::{Parsed, parse};
pub use pointer::pointer_at;
pub use principal::{Principal, PrincipalKind, PrincipalMeaning};
pub use read::{Read, read};
pub use resource::{ResourcePattern, ResourceShape};
pub use resource_type::ResourceType;
pub use statements::Statements;
pub(crate) use statements::{mentioned_keys, variable_keys};
pub use template::{Part, Template, TemplateError, Variable, spelled_variables};

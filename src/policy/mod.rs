//! Policy documents: from JSON text to typed statements with a source span for every element, and back.
//!
//! [`parse`] reads a document and collects all of its faults. No other room reads the JSON of a policy.

mod access;
mod action;
mod action_index;
mod canonical;
mod cidr;
mod closest;
mod condition;
mod date;
mod decimal;
mod document;
mod edit;
mod extract;
mod json;
mod json_scan;
mod layers;
mod literal;
mod parse;
mod parse_error;
mod pointer;
mod policy_type;
mod principal;
mod print;
mod rendered;
mod request_set;
mod resource;
mod resource_type;
mod size;
mod starts;
mod statements;
mod syntax_fault;
mod template;

pub use access::{Access, AccessError};
pub use action::{ActionPattern, ActionStart};
pub use action_index::ActionIndex;
pub use cidr::AddressRange;
pub(crate) use closest::closest;
pub use condition::{
    Condition, ConditionKey, ConditionValue, JsonKind, Operator, OperatorBase, OperatorFamily, SetPrefix,
};
pub(crate) use date::read_date;
pub use date::read_instant;
pub use decimal::Decimal;
pub use document::{Document, Effect, Element, PrincipalElement, Statement, Version};
pub(crate) use edit::{added, compact, edited, replaced};
pub use extract::{Read, policy_text, read};
pub(crate) use extract::{decoded, find_all};
pub(crate) use json::{Json, JsonValue, Member, lossy, part_of, span as span_of, tree};
pub(crate) use json_scan::Cursor;
#[cfg(feature = "batch")]
pub(crate) use json_scan::{string_length, value_length};
pub use layers::{Attached, LayerKind, LayerSet, Layers, is_account_id, is_organization_id};
pub use literal::decode_base64;
pub(crate) use parse::document;
pub use parse::parse;
pub use parse_error::ParseError;
pub(crate) use pointer::escape;
pub use pointer::pointer_at;
pub use policy_type::PolicyType;
pub use principal::{Principal, PrincipalKind, PrincipalMeaning};
pub use rendered::Rendered;
pub use request_set::{PrincipalForms, RequestSet};
pub use resource::{ResourcePattern, ResourceShape};
pub use resource_type::ResourceType;
pub(crate) use size::faults as size_faults;
pub(crate) use starts::{Starts, action_starts, resource_starts};
pub use statements::{StatementIter, Statements};
pub(crate) use statements::{mentioned_keys, variable_keys};
pub(crate) use syntax_fault::syntax_fault;
pub use template::{Part, Template, TemplateError, Variable, spelled_variables};

//! Options for reading files with policies.

use super::kind::PolicyKind;
use super::source::Sources;
use crate::limits::{ContainerLimits, InputLimits};
use crate::span::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

/// Options for reading a file with policies.
///
/// ```
/// use iamsat::container::{Options, PolicyKind};
/// let mut options = Options::default();
/// options.kinds.insert("acme_policy.body".to_owned(), PolicyKind::Identity);
/// assert!(!options.assume_plain_references);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Assumes that an attribute which refers to one policy document is that document, unchanged. A plan lists the references of
    /// a value but not how the value is computed, so this cannot be checked.
    pub assume_plain_references: bool,
    /// The kinds of places that are in no table, by `TYPE.ATTRIBUTE`.
    pub kinds: BTreeMap<String, PolicyKind>,
    /// Macros of a template that leave its policies as they are.
    pub harmless_transforms: Vec<String>,
    /// Values for parameters of templates and other unknown texts, by the names of the holes (`--set`).
    pub values: BTreeMap<String, String>,
    /// Values that a stack is given for its parameters (`--parameters`); `values` come first. That of a parameter of the store
    /// is its name there, which says nothing of the text in the policy.
    pub parameters: BTreeMap<String, String>,
    /// Gives every parameter without a value its default (`--use-defaults`).
    pub use_defaults: bool,
    /// Assumes nothing of values that a file leaves open (`--strict`).
    pub strict: bool,
    /// Other templates: what they export is imported, and the policies of those that a nested stack names are policies of the
    /// template (`--with`).
    pub with: Vec<Source>,
    /// The configuration from which a plan was made (`--source`).
    pub sources: Option<Arc<Sources>>,
    /// The names of other templates that are checked in the same run, so that a nested stack with one of them needs no more.
    pub beside: BTreeSet<String>,
    /// The bytes of the templates of nested stacks that were opened so far while one template is read; `None` outside of that.
    pub opened: Option<Arc<AtomicUsize>>,
    /// Evaluates every property of every resource of a template, for a reader that applies the template to a snapshot.
    pub declares: bool,
    /// Bounds on the file.
    pub limits: ContainerLimits,
    /// Bounds on each policy.
    pub policy_limits: InputLimits,
}

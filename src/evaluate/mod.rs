//! The referee: decides one concrete request by a plain reading of the documents.
//!
//! It is simple, total and slow on purpose. It shares no matching code with the solver, so their agreement is evidence: every
//! witness is confirmed here before it is reported.

mod access;
mod action;
mod case;
mod condition;
mod glob;
mod layered;
mod principal;
mod resource;
mod truth;
mod variable;

pub use access::lists;
pub use action::{INDEX_THRESHOLD, Searched};
pub use case::Case;
pub use glob::{fields_match, glob_matches};
pub use layered::{LayerTrace, Layered, decide_layers, trace_layers};
pub(crate) use layered::{deciding, missing};
pub use truth::Truth;

use crate::policy::{Document, Effect, PolicyType, PrincipalForms, Statement, Template, spelled_variables};
use crate::request::{Multiplicity, Request, multiplicity};
use action::Action;
use std::collections::BTreeSet;

/// The options under which documents are read together.
///
/// ```
/// use iamsat::evaluate::Options;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"{"Effect":"Allow","Action":"*","Resource":"*",
///     "Condition":{"ForAnyValue:StringEquals":{"ex:groups":"admins"}}}"#);
/// let options = Options::for_documents(&[&policy]);
/// // `ex:groups` is in no table of AWS; the policy treats it as a set.
/// assert!(options.is_multivalued("ex:groups"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Identity or resource policy.
    pub policy_type: PolicyType,
    /// True if matches that need a wildcard in the first five ARN fields to cross `:` are open instead of false.
    pub strict_arn: bool,
    /// True if no statement of any document names resources, so every resource matches.
    pub resource_unconstrained: bool,
    /// True if an Allow statement without `Resource`, or one whose resource the service expands, covers every resource.
    pub allows_whole_resource: bool,
    /// Keys outside the key table that have several values (lower-cased names): those that a set operator tests somewhere.
    pub multivalued: BTreeSet<String>,
    /// Keys of object tags (lower-cased names) with several spellings in the documents. It is open if the spellings name one key.
    pub spelled_differently: BTreeSet<String>,
}

impl Options {
    /// Returns the options for reading these documents of one check together.
    pub fn for_documents(documents: &[&Document]) -> Options {
        let statements = || documents.iter().flat_map(|d| &d.statements);
        let lists_all = |d: &&&Document| d.mentioned_keys().all(|key| multiplicity(key).is_some());
        let multivalued = documents
            .iter()
            .filter(|document| !lists_all(document))
            .flat_map(|document| &document.statements)
            .flat_map(|s| &s.conditions)
            .filter(|c| {
                c.operator.value.set.is_some() && c.operator.value.base != crate::policy::OperatorBase::Null
            })
            .map(|c| &*c.key.value.name)
            .filter(|name| multiplicity(name).is_none())
            .map(str::to_owned)
            .collect();
        Options {
            policy_type: PolicyType::infer(documents.iter().copied()),
            strict_arn: false,
            resource_unconstrained: statements().all(|s| s.resource.is_none()),
            allows_whole_resource: false,
            multivalued,
            spelled_differently: spelled_differently(documents),
        }
    }

    /// True if the documents, which alone would have the options `others`, are read the same way under both: the same keys are
    /// multivalued and disputed.
    pub(crate) fn reads_alike(&self, others: &Options, documents: &[&Document]) -> bool {
        let mentioned: BTreeSet<&str> = documents.iter().flat_map(|d| d.mentioned_keys()).collect();
        let alike = |own: &BTreeSet<String>, others: &BTreeSet<String>| {
            own.iter().filter(|key| mentioned.contains(key.as_str())).eq(others)
        };
        alike(&self.multivalued, &others.multivalued)
            && alike(&self.spelled_differently, &others.spelled_differently)
    }

    /// True if the pattern contains a policy variable whose name has several spellings, and the spelling may matter.
    pub(super) fn is_disputed(&self, template: &Template) -> bool {
        !self.spelled_differently.is_empty()
            && template.variables().any(|variable| self.spelled_differently.contains(&*variable.key))
    }

    /// True if a key (lower-cased name) may have several values.
    pub fn is_multivalued(&self, key: &str) -> bool {
        match multiplicity(key) {
            Some(known) => known == Multiplicity::Multi,
            None => self.multivalued.contains(key),
        }
    }
}

/// The prefix of the keys of S3 object tags.
const TAGS: &str = "s3:existingobjecttag/";

/// Returns the keys of S3 object tags that have several spellings in the documents.
fn spelled_differently(documents: &[&Document]) -> BTreeSet<String> {
    if !documents.iter().flat_map(|d| d.mentioned_keys()).any(|key| key.starts_with(TAGS)) {
        return BTreeSet::new();
    }
    let statements = || documents.iter().flat_map(|d| &d.statements);
    let conditions = || statements().flat_map(|s| &s.conditions);
    let resources = statements().flat_map(|s| &s.resource).flat_map(|r| &r.values);
    let resources = resources.map(|r| (&r.value.template, &*r.value.text));
    let values = conditions().flat_map(|c| &c.values).map(|v| (&v.value.template, &*v.value.text));
    let with_variables = resources.chain(values).filter(|(template, _)| template.has_variables());
    let variables = with_variables.flat_map(|(_, text)| spelled_variables(text));
    let tag = |text: &str| text.split_once('/').map(|(_, tag)| tag.to_owned());
    let spellings: BTreeSet<(String, Option<String>)> = conditions()
        .map(|c| &*c.key.value.text)
        .chain(variables)
        .filter(|text| text.get(..TAGS.len()).is_some_and(|start| start.eq_ignore_ascii_case(TAGS)))
        .map(|text| (text.to_ascii_lowercase(), tag(text)))
        .collect();
    let names: Vec<&String> = spellings.iter().map(|(name, _)| name).collect();
    names
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] if a == b => Some((*a).clone()),
            _ => None,
        })
        .collect()
}

/// The decision of a set of policies about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decision {
    /// Some Allow applies, and no Deny.
    Allowed,
    /// No Allow applies, and no Deny.
    ImplicitlyDenied,
    /// Some Deny applies.
    ExplicitlyDenied,
    /// The decision depends on a point that AWS leaves open.
    Undetermined,
}

/// The outcome of one part of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartTrace {
    /// True if it matches.
    pub truth: Truth,
    /// The first matching value; for a negated element, the first value because of which it does not match.
    pub value: Option<usize>,
}

/// The outcome of one condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionTrace {
    /// True if it is met.
    pub truth: Truth,
    /// The reason, in one sentence.
    pub why: String,
}

/// The outcome of one statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementTrace {
    /// Index of the document.
    pub document: usize,
    /// Index of the statement in it.
    pub statement: usize,
    /// Its effect if it applies.
    pub effect: Effect,
    /// True if it applies.
    pub applies: Truth,
    /// `Principal` or `NotPrincipal`; true without a value if the statement has neither.
    pub principal: PartTrace,
    /// `Action` or `NotAction`.
    pub action: PartTrace,
    /// `Resource` or `NotResource`; without a value if the statement has neither.
    pub resource: PartTrace,
    /// The conditions, in order.
    pub conditions: Vec<ConditionTrace>,
}

/// The decision, with the trace of every statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The decision of all documents together.
    pub decision: Decision,
    /// All statements of all documents, in order.
    pub statements: Vec<StatementTrace>,
}

impl Trace {
    /// Returns the trace of one statement.
    pub fn statement(&self, document: usize, statement: usize) -> Option<&StatementTrace> {
        self.statements.iter().find(|s| s.document == document && s.statement == statement)
    }
}

/// Decides one request as [`Case::decide`] does.
///
/// ```
/// use iamsat::{evaluate::{Decision, Options, decide}, limits::InputLimits, policy::parse, request::Request, span::Source};
/// let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}}"#;
/// let policy = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
/// let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k");
/// assert_eq!(decide(&[&policy], &request, &Options::for_documents(&[&policy])), Decision::Allowed);
/// ```
pub fn decide(documents: &[&Document], request: &Request, options: &Options) -> Decision {
    Case::new(request, options).decide(documents.iter().copied())
}

/// The values of a statement that match a request, or because of which a negated element does not match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matched {
    /// Index of the first value of `Principal` or `NotPrincipal`.
    pub principal: Option<usize>,
    /// Index of the first value of `Action` or `NotAction`.
    pub action: Option<usize>,
    /// Index of the first value of `Resource` or `NotResource`.
    pub resource: Option<usize>,
}

/// Returns the values of a statement that match a request. An Allow statement's `Principal` matches by one of these forms.
///
/// ```
/// use iamsat::{evaluate::{Options, matched}, limits::InputLimits, policy::{PrincipalForms, parse}, request::Request,
///     span::Source};
/// let text = r#"{"Statement":{"Effect":"Allow","Action":["s3:Put*","s3:Get*"],"Resource":"arn:aws:s3:::b/*"}}"#;
/// let policy = parse(&Source::new("p", text), &InputLimits::default()).unwrap();
/// let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k");
/// let options = Options::for_documents(&[&policy]);
/// let found = matched(&policy.statements[0], &request, &options, PrincipalForms::All);
/// assert_eq!((found.action, found.resource, found.principal), (Some(1), Some(0), None));
/// ```
pub fn matched(
    statement: &Statement,
    request: &Request,
    options: &Options,
    forms: PrincipalForms,
) -> Matched {
    Matched {
        principal: principal::matches(statement, request, forms).value,
        action: action::matches(&statement.action, &Action::of(request)).value,
        resource: resource::matches(statement, request, options).value,
    }
}

/// Does the same as [`decide`], and returns the trace of every statement.
///
/// ```
/// use iamsat::evaluate::{Decision, Options, Truth, evaluate};
/// use iamsat::request::Request;
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let policy = policy(r#"[{"Effect":"Allow","Action":"s3:*","Resource":"*"},
///     {"Effect":"Deny","Action":"s3:Delete*","Resource":"*"}]"#);
/// let request = Request::new("s3:DeleteObject", "arn:aws:s3:::b/k");
/// let trace = evaluate(&[&policy], &request, &Options::for_documents(&[&policy]));
/// assert_eq!(trace.decision, Decision::ExplicitlyDenied);
/// assert_eq!(trace.statement(0, 0).unwrap().applies, Truth::True);
/// ```
pub fn evaluate(documents: &[&Document], request: &Request, options: &Options) -> Trace {
    let case = Case::new(request, options);
    let mut statements = Vec::new();
    for (document, d) in documents.iter().enumerate() {
        for (statement, source) in d.statements.iter().enumerate() {
            statements.push(case.trace((document, statement), source));
        }
    }
    let with =
        |effect: Effect| Truth::any(statements.iter().filter(|s| s.effect == effect).map(|s| s.applies));
    let decision = case::decision(with(Effect::Deny), with(Effect::Allow));
    Trace { decision, statements }
}

//! AWS's `ValidatePolicy`, offline: what is wrong or risky in one policy, with AWS's codes, messages, places and order.
//!
//! A policy is read leniently. Whatever it holds, there are findings and never a failure: a text that is not JSON is one finding,
//! an element of a wrong kind another, and the rest is still checked. Where AWS compares texts, so does this room; nothing here is
//! proved for all requests. [`crate::check::lint`] proves what it says, and a report holds both, apart.
//!
//! `docs/codes/aws.md` says of each code when it is given.
//!
//! ```
//! use iamsat::code::AwsCode;
//! use iamsat::policy::PolicyType;
//! use iamsat::validate::{Options, validate};
//! let text = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Fly","Resource":"*"}}"#;
//! let validation = validate(text.as_bytes(), &Options::of(PolicyType::Identity)).unwrap();
//! let finding = &validation.findings[0];
//! assert_eq!(finding.code, AwsCode::InvalidAction);
//! assert_eq!(finding.details, "The action s3:Fly does not exist.");
//! assert_eq!((finding.locations[0].start.line, finding.locations[0].start.column), (1, 63));
//! ```

mod actions;
mod addresses;
mod arns;
mod callers;
mod condition_values;
mod conditions;
mod conditions_on_any;
mod facts;
mod finding;
mod findings;
mod formats;
mod glob;
mod keys_of_actions;
mod kind;
mod organizations;
mod place;
mod principals;
mod redundancy;
mod roles;
mod scope;
mod service_names;
mod size;
mod statements;
mod syntax;
mod trust;
mod variables;
mod wildcards;

pub use finding::{Finding, Location, PathElement, Position};
pub use kind::ValidatedResource;

use crate::catalogue::Catalogue;
use crate::code::{AwsCode, Code};
use crate::diagnostic::Diagnostic;
use crate::limits::{Exhausted, InputLimits, Meter, SearchLimits};
use crate::policy::{Json, PolicyType, size_faults, tree};
use finding::Positions;
use findings::Findings;
use formats::Formats;
use kind::Kind;
use place::Place;
use scope::Scope;
use std::sync::OnceLock;
use syntax::{Policy, Statement};

/// How a policy is validated.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The type of the policy; without it, a policy with `Principal` is a resource policy, any other an identity policy.
    pub policy_type: Option<PolicyType>,
    /// The resource that a resource policy is attached to.
    pub resource: Option<ValidatedResource>,
    /// Bounds on the text.
    pub input: InputLimits,
    /// Bounds on the comparisons; only its `work`, `states` and `deadline` count. By default, comparisons end after about two seconds.
    pub search: SearchLimits,
    /// The number of findings that are kept.
    pub findings: usize,
}

impl Options {
    /// Returns the options for policies of a type, with the default limits.
    pub fn of(policy_type: PolicyType) -> Options {
        Options { policy_type: Some(policy_type), ..Options::default() }
    }
}

impl Default for Options {
    fn default() -> Options {
        Options {
            policy_type: None,
            resource: None,
            input: InputLimits::default(),
            search: SearchLimits { work: 40_000_000, ..SearchLimits::default() },
            findings: 100_000,
        }
    }
}

/// The answer about one policy.
#[derive(Clone, Debug)]
pub struct Validation {
    /// By the offset of their first place, then by code, as AWS sorts them.
    pub findings: Vec<Finding>,
    /// The limits that were reached; there may then be more findings.
    pub open: Vec<Code>,
    /// The type as which the policy was read.
    pub policy_type: PolicyType,
}

/// Validates policies against one catalogue, whose tables it prepares once.
#[derive(Debug)]
pub struct Validator<'c> {
    aws: &'c Catalogue,
    formats: OnceLock<Formats>,
}

impl<'c> Validator<'c> {
    /// Makes a validator for a catalogue.
    pub fn new(aws: &'c Catalogue) -> Validator<'c> {
        Validator { aws, formats: OnceLock::new() }
    }

    /// Returns the validator for the catalogue that is part of the program.
    pub fn embedded() -> &'static Validator<'static> {
        static EMBEDDED: OnceLock<Validator<'static>> = OnceLock::new();
        EMBEDDED.get_or_init(|| Validator::new(Catalogue::embedded()))
    }

    /// Validates a policy.
    ///
    /// # Errors
    /// The text is beyond the limits: it is too long, or has too many members.
    pub fn validate(&self, bytes: &[u8], options: &Options) -> Result<Validation, Vec<Diagnostic>> {
        let text = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            // The places of the answer are those of the text with replacement characters.
            Err(error) => {
                let text = String::from_utf8_lossy(bytes);
                return Ok(not_json(&text, error.valid_up_to(), options));
            }
        };
        let json = match tree(text, &options.input) {
            Ok((json, faults)) => match faults.iter().find(|fault| fault.code == Code::TooManyMembers) {
                Some(fault) => return Err(vec![fault.clone()]),
                // Half of a surrogate pair is a character that no name has; the rest can be read.
                None => match faults.iter().find(|fault| fault.code != Code::InvalidString) {
                    Some(fault) => return Ok(not_json(text, fault.span.start as usize, options)),
                    None => json,
                },
            },
            Err(faults) => match faults.first() {
                Some(fault) if fault.code == Code::DocumentTooLong => return Err(faults),
                fault => {
                    let offset = fault.map_or(0, |fault| fault.span.start as usize);
                    return Ok(not_json(text, offset, options));
                }
            },
        };
        let large = size_faults(&json, &options.input);
        if !large.is_empty() {
            return Err(large);
        }
        Ok(self.read(text, &json, options))
    }

    fn read(&self, text: &str, json: &Json<'_>, options: &Options) -> Validation {
        let mut found = Findings::new(options.findings);
        let policy = syntax::read(json, text.len(), &mut found);
        let policy_type = options.policy_type.unwrap_or_else(|| inferred(&policy));
        let kind = Kind::of(policy_type, options.resource, &policy);
        let formats = self.formats.get_or_init(|| Formats::of(self.aws));
        let meter = Meter::new(&options.search);
        let mut scope = Scope::new(kind, policy.version, (self.aws, formats), found, meter);
        size::check(&mut scope, text);
        statements::unique_sids(&mut scope, &policy);
        redundancy::statements(&mut scope, &policy);
        for statement in &policy.statements {
            statements::check(&mut scope, statement);
            principals::check(&mut scope, statement);
            actions::check(&mut scope, statement);
            arns::check(&mut scope, statement);
            conditions::check(&mut scope, statement);
            variables::check(&mut scope, statement);
            redundancy::check(&mut scope, statement);
            roles::check(&mut scope, statement);
            keys_of_actions::check(&mut scope, statement);
            callers::check(&mut scope, statement);
            trust::check(&mut scope, statement);
            organizations::check(&mut scope, statement);
        }
        let mut open: Vec<Code> = scope.exhausted.map(Exhausted::code).into_iter().collect();
        open.extend(scope.found.is_cut.then_some(Code::LimitFindings));
        let positions = Positions::new(text);
        let findings = scope.found.sorted().into_iter().map(|found| positions.finding(found)).collect();
        Validation { findings, open, policy_type }
    }
}

/// Validates a policy against the catalogue that is part of the program.
///
/// # Errors
/// As [`Validator::validate`].
pub fn validate(bytes: &[u8], options: &Options) -> Result<Validation, Vec<Diagnostic>> {
    Validator::embedded().validate(bytes, options)
}

/// Infers the type of a policy from its statements.
fn inferred(policy: &Policy<'_>) -> PolicyType {
    let names_principals =
        |statement: &Statement<'_>| statement.has("Principal") || statement.has("NotPrincipal");
    match policy.statements.iter().any(names_principals) {
        true => PolicyType::Resource,
        false => PolicyType::Identity,
    }
}

/// Returns the only finding of a text that is not JSON, given the offset of its fault.
fn not_json(text: &str, offset: usize, options: &Options) -> Validation {
    let positions = Positions::new(text);
    let at = positions.at(offset);
    let numbers = [at.offset, at.line, at.column].map(|number| number.to_string());
    let [index, line, column] = &numbers;
    let mut found = Findings::new(1);
    let texts = [("index", &**index), ("line", line), ("column", column)];
    found.add(AwsCode::JsonSyntaxError, &texts, [Place::document(text.len())]);
    Validation {
        findings: found.sorted().into_iter().map(|found| positions.finding(found)).collect(),
        open: Vec::new(),
        policy_type: options.policy_type.unwrap_or(PolicyType::Identity),
    }
}

//! Policies where people keep them: plans and states of Terraform, templates of CloudFormation, dumps of an account, lists.
//!
//! [`open`] detects the kind of a text by its content. Every place that contains a policy becomes an [`Entry`] with a name, a
//! place in the file and a [`State`]. A place that cannot be read is an entry too, so nothing is skipped silently.

mod address;
mod attachments;
mod block_changes;
mod built;
mod cdk;
mod declared;
mod definitions;
mod detect;
mod dump;
mod encoding;
mod entry;
mod hole;
mod identity;
mod kind;
mod layers;
mod link_changes;
mod links;
mod list;
mod nested;
mod options;
mod pair;
mod places;
mod plan;
mod pretty;
mod raw;
mod resource;
mod selected;
mod shape;
mod slots;
mod source;
mod state;
mod template;
mod terraform;
mod text;
mod yaml;

pub use block_changes::{BlockChange, changed_blocks, planned_block_changes};
pub use cdk::{AssemblyFile, assembly};
pub use definitions::Definitions;
pub use encoding::{EncodingError, decode};
pub use entry::{AccessBlock, Attachment, BEFORE, Change, Container, Content, Entry, Link, Origin, State};
pub use hole::{Choice, Hole, HoleClass, HoleOrigin, UnknownText, World, is_sign};
pub use identity::{Identity, IdentityKind, policy_of_arn};
pub use kind::{ContainerKind, PolicyKind};
pub use layers::{fits_layer, read_layers};
pub use link_changes::{LinkChange, changed_links, planned_links};
pub use links::{NamedLink, named_links, unread_links};
pub use options::Options;
pub use pair::{Pair, differing_condition, pairs};
pub use selected::Selected;
pub use shape::{CharSet, Shape, Step};
pub use source::Sources;

use crate::code::Code;
use crate::diagnostic::Diagnostic;
use crate::limits::{ContainerLimits, InputLimits};
use crate::policy::{self, ParseError, Read};
use crate::span::{Source, Span};
pub(crate) use declared::{Declared, Property};
use detect::{Detected, detect};
pub(crate) use dump::{DETAILS, content as policy_in};
pub(crate) use plan::{Attribute, PlannedChange, PlannedChanges};
use raw::Fault;
pub(crate) use raw::{Optional, Raw, list};
use std::collections::{BTreeMap, BTreeSet};
pub(crate) use yaml::read as read_yaml;

/// The content of a text.
#[derive(Clone, Debug)]
pub enum Contents {
    /// One policy, bare or in an answer of the AWS CLI; or no policy at all, with the diagnostics.
    Policy(Box<Read>),
    /// A file that can contain several.
    Container(Box<Container>),
}

/// Reads a text, whatever kind of file it is.
///
/// # Errors
/// It is a plan, a template, ... that cannot be read, or something that people give by mistake.
///
/// ```
/// use iamsat::container::{Contents, Options, State, open};
/// use iamsat::span::Source;
/// let template = "Resources:\n  Key:\n    Type: AWS::KMS::Key\n    Properties:\n      KeyPolicy:\n        Statement:\n\
///     \x20         - {Effect: Allow, Principal: '*', Action: 'kms:*', Resource: '*'}\n";
/// let Contents::Container(container) = open(&Source::new("t.yaml", template), &Options::default()).unwrap() else {
///     panic!()
/// };
/// let entry = &container.entries[0];
/// assert_eq!((entry.name.as_str(), entry.state()), ("Key.KeyPolicy", State::Known));
/// assert_eq!(container.source.position(entry.document().unwrap().statements[0].span.start as usize).line, 7);
/// ```
pub fn open(source: &Source, options: &Options) -> Result<Contents, ParseError> {
    opened(source, options).map_err(|faults| ParseError::new(source, faults))
}

fn opened(source: &Source, options: &Options) -> Result<Contents, Vec<Diagnostic>> {
    let text = source.text();
    if text.len() > options.limits.bytes {
        let message = format!("the file is longer than {} bytes", options.limits.bytes);
        return Err(vec![Diagnostic::error(Code::DocumentTooLong, message, Span::default())]);
    }
    let list = |fault: Fault| vec![*fault];
    let container = match detect(text).map_err(list)? {
        Detected::Plan(root) => plan::read(source, root, options).map_err(list)?,
        Detected::State(root) => state::read(source, root, options).map_err(list)?,
        Detected::RawState(root) => state::read_raw(source, root, options).map_err(list)?,
        Detected::Dump(root) => dump::read(source, root, options).map_err(list)?,
        Detected::JsonTemplate => template::read_json(source, options)?,
        Detected::YamlTemplate => template::read_yaml(source, options)?,
        Detected::TemplateAnswer(root) => match answer(source, root, options)? {
            Some(container) => container,
            None => return Ok(plain(source, options)),
        },
        Detected::Other => {
            if let Some(faults) = broken_yaml(source) {
                return Err(faults);
            }
            let contents = plain(source, options);
            let has_several = match &contents {
                Contents::Policy(read) => {
                    read.diagnostics.iter().any(|fault| fault.code == Code::SeveralPolicies)
                }
                Contents::Container(_) => false,
            };
            if has_several && let Some(container) = list::read(source, options)? {
                container
            } else {
                return Ok(contents);
            }
        }
    };
    if container.kind != ContainerKind::Template
        && !(options.values.is_empty() && options.parameters.is_empty())
    {
        has_values(source, options)?;
    }
    Ok(Contents::Container(Box::new(container)))
}

/// Refuses given values that are none of the unknown ones of a file. Templates do so themselves: they know their parameters.
fn has_values(source: &Source, options: &Options) -> Result<(), Vec<Diagnostic>> {
    let without = Options { values: BTreeMap::new(), parameters: BTreeMap::new(), ..options.clone() };
    let Contents::Container(open) = opened(source, &without)? else { return Ok(()) };
    let contents = open.entries.iter().flat_map(|entry| std::iter::once(&entry.content).chain(&entry.before));
    let unknown: BTreeSet<&str> = contents.flat_map(Content::holes).map(|hole| hole.name.as_str()).collect();
    match options.values.keys().chain(options.parameters.keys()).find(|name| !unknown.contains(name.as_str()))
    {
        Some(name) => {
            let message = format!("`{name}` is not the name of a value that this file leaves unknown");
            Err(vec![Diagnostic::error(Code::InvalidParameter, message, Span::default())])
        }
        None => Ok(()),
    }
}

/// True if a text is, or is intended to be, a file that can contain several policies.
pub fn holds_several(text: &str) -> bool {
    !matches!(detect(text), Ok(Detected::Other))
}

/// True if a text has a template's members at top level.
pub fn is_template(text: &str) -> bool {
    matches!(detect(text), Ok(Detected::JsonTemplate | Detected::YamlTemplate))
}

/// Words of policies and templates of which a text has one if it holds a policy.
const WORDS: [&str; 3] = ["Resources", "Statement", "Effect"];

/// True if a text has a word that every template with policies has.
pub fn holds_words(text: &str) -> bool {
    WORDS.iter().any(|word| text.contains(word))
}

/// True if a file with the name of a template is one, or may be one that cannot be read: what looks for templates does not pass it over.
///
/// ```
/// use iamsat::container::may_be_template;
/// assert!(may_be_template("Resources: {}") && may_be_template("{\"Resources\": {"));
/// assert!(may_be_template("  Resources: [\n"));
/// assert!(!may_be_template("on: push") && !may_be_template("{{ .Values.name }}: [") && !may_be_template("a: {Resources: 1}"));
/// ```
pub fn may_be_template(text: &str) -> bool {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let is_readable = || match text.trim_start().starts_with('{') {
        true => Raw::whole(text).is_some(),
        false => yaml::read(text, &ContainerLimits::default()).is_ok(),
    };
    is_template(text) || holds_words(text) && !is_readable()
}

/// Returns the faults of a text that has words of templates, and of which its name says that it is YAML; `None` if it has none.
fn broken_yaml(source: &Source) -> Option<Vec<Diagnostic>> {
    let text = source.text();
    let is_named = [".yaml", ".yml"].into_iter().any(|end| source.name().ends_with(end));
    let is_json = text.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    if !is_named || is_json || !holds_words(text) {
        return None;
    }
    yaml::read(text, &ContainerLimits::default()).err()
}

fn plain(source: &Source, options: &Options) -> Contents {
    Contents::Policy(Box::new(policy::read(source, &options.policy_limits).into()))
}

/// Returns the template in an answer of `aws cloudformation get-template`, as an object or a text.
fn answer(source: &Source, root: Raw<'_>, options: &Options) -> Result<Option<Container>, Vec<Diagnostic>> {
    let body = root.member(source.text(), "TemplateBody").map_err(|fault| vec![*fault])?;
    let Some(body) = body else { return Ok(None) };
    if let Some(text) = body.string() {
        let name = format!("{}#/TemplateBody", source.name());
        let inner = source.decoded(name, text.into_owned(), body.span(source.text()));
        return match detect(inner.text()).map_err(|fault| vec![*fault])? {
            Detected::JsonTemplate => template::read_json(&inner, options).map(Some),
            Detected::YamlTemplate => template::read_yaml(&inner, options).map(Some),
            _ => Ok(None),
        };
    }
    let limits = InputLimits {
        depth: options.limits.depth,
        members: options.limits.resources,
        ..options.policy_limits
    };
    match policy::part_of(source.text(), body.text(), &limits) {
        Some((json, faults)) => {
            template::read(source, &json, std::collections::BTreeSet::new(), faults, options).map(Some)
        }
        None => Ok(None),
    }
}

/// Rejects an unknown version of a format.
fn supported_version(version: Option<Raw<'_>>, whole: Span, text: &str) -> Result<(), Fault> {
    let name = version.text_or_empty();
    if matches!(name.split('.').next(), Some("0" | "1")) {
        return Ok(());
    }
    let place = version.map_or(whole.first_character(text), |raw| raw.span(text));
    let message = format!("`{name}` is not a supported version of this format");
    Err(Box::new(
        Diagnostic::error(Code::UnsupportedFormatVersion, message, place)
            .with_help("supported are 0.x and 1.x"),
    ))
}

/// Ends the reading of a file that exceeds a limit.
fn within_limits(container: &Container, options: &Options) -> Result<(), Fault> {
    let limits = &options.limits;
    let (code, message) = if container.resources > limits.resources {
        (Code::TooManyResources, format!("the file has more than {} resources", limits.resources))
    } else if container.entries.len() > limits.policies {
        (Code::TooManyPolicies, format!("the file has more than {} policies", limits.policies))
    } else {
        return Ok(());
    };
    let text = container.source.text();
    let place = Span::new(0, text.len()).first_character(text);
    Err(Box::new(Diagnostic::error(code, message, place)))
}

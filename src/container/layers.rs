//! Layers files: all policies that decide about one requester and one resource, named by their layers.
//!
//! ```json
//! {"identity": [DOCUMENT], "boundary": [DOCUMENT], "session": [DOCUMENT], "scp": [[DOCUMENT]], "rcp": [[DOCUMENT]],
//!  "resource": DOCUMENT, "endpoint": DOCUMENT, "resourceAccount": "111122223333", "organization": "o-abc"}
//! ```
//!
//! A member that is absent or null is a layer that is not attached. `{"unknown": "NAME"}` stands for a policy that exists and whose
//! document is not known.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::limits::InputLimits;
use crate::policy::{
    Attached, Document, Json, JsonValue, LayerKind, Layers, Member, ParseError, closest, document,
    is_account_id, is_organization_id, tree,
};
use crate::span::{Source, Span};

/// The members of a layers file.
const MEMBERS: [&str; 9] = [
    "identity",
    "boundary",
    "session",
    "scp",
    "rcp",
    "resource",
    "endpoint",
    "resourceAccount",
    "organization",
];

/// The member by which a policy is said to be unknown.
const UNKNOWN: &str = "unknown";

/// Reads a layers file.
///
/// ```
/// use iamsat::{Source, container::read_layers, limits::InputLimits};
/// let text = r#"{"identity": [], "scp": [[{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}]]}"#;
/// let layers = read_layers(&Source::new("layers.json", text), &InputLimits::default())?;
/// assert_eq!(layers.scp.len(), 1);
/// # Ok::<(), iamsat::ParseError>(())
/// ```
///
/// # Errors
/// All faults with their places: members that are unknown or of a wrong type, an SCP level without a policy, documents with faults
/// or of a wrong type for their layer.
pub fn read_layers(source: &Source, limits: &InputLimits) -> Result<Layers<Document>, ParseError> {
    let (json, faults) =
        tree(source.text(), limits).map_err(|diagnostics| ParseError::new(source, diagnostics))?;
    let mut reader = Reader { source, limits, faults };
    let layers = reader.layers(&json);
    let mut faults = reader.faults;
    if faults.iter().all(|fault| fault.severity != Severity::Error) {
        return Ok(layers);
    }
    faults.sort_by_key(|fault| (fault.span.start, fault.span.end, fault.code));
    faults.truncate(limits.faults);
    Err(ParseError::new(source, faults))
}

/// Returns the faults that a document has as a policy of a layer.
///
/// # Errors
/// The faults, if there are any.
pub fn fits_layer(document: &Document, kind: LayerKind, limits: &InputLimits) -> Result<(), ParseError> {
    let mut misfits = document.misfits(kind.policy_type(), limits);
    match misfits.is_empty() {
        true => Ok(()),
        false => {
            for misfit in &mut misfits {
                misfit.related.push((misfit.span, format!("it is given as {}", in_words(kind))));
            }
            Err(ParseError::new(&document.source, misfits))
        }
    }
}

/// Returns the layer in words, as part of a sentence.
fn in_words(kind: LayerKind) -> &'static str {
    match kind {
        LayerKind::Identity => "an identity policy",
        LayerKind::Boundary => "a permissions boundary",
        LayerKind::Session => "a session policy",
        LayerKind::ServiceControl => "an SCP",
        LayerKind::ResourceControl => "an RCP",
        LayerKind::Resource => "the policy of the resource",
        LayerKind::Endpoint => "the policy of a VPC endpoint",
    }
}

struct Reader<'s> {
    source: &'s Source,
    limits: &'s InputLimits,
    faults: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn error(&mut self, code: Code, message: impl Into<String>, span: Span) {
        self.faults.push(Diagnostic::error(code, message, span));
    }

    fn wrong_type(&mut self, what: &str, wanted: &str, json: &Json<'_>) {
        self.error(Code::WrongType, format!("{what} has to be {wanted}, not {}", json.describe()), json.span);
    }

    fn layers(&mut self, json: &Json<'_>) -> Layers<Document> {
        let mut layers = Layers::default();
        let JsonValue::Object(members) = &json.kind else {
            self.wrong_type("a layers file", "an object", json);
            return layers;
        };
        if json.member("Statement").is_some() {
            let fault =
                Diagnostic::error(Code::UnknownElement, "this is a policy, not a layers file", json.span)
                    .with_help("name its layer: {\"identity\": [POLICY]}, {\"resource\": POLICY}, ...");
            self.faults.push(fault);
            return layers;
        }
        for member in members {
            self.member(member, &mut layers);
        }
        layers
    }

    fn member(&mut self, member: &Member<'_>, layers: &mut Layers<Document>) {
        let Member { key, key_span, value } = member;
        if !MEMBERS.contains(&&**key) {
            let mut fault = Diagnostic::error(
                Code::UnknownElement,
                format!("`{key}` is not a member of a layers file"),
                *key_span,
            );
            fault.help = match closest(key, &MEMBERS) {
                Some(close) => format!("did you mean `{close}`?"),
                None => format!("its members are {}", MEMBERS.join(", ")),
            };
            self.faults.push(fault);
            return;
        }
        if matches!(value.kind, JsonValue::Null) {
            return;
        }
        let at = format!("/{key}");
        match &**key {
            "identity" => layers.identity = self.list(LayerKind::Identity, value, &at),
            "boundary" => layers.boundary = self.boundary(value, &at),
            "session" => {
                layers.session = self.list(LayerKind::Session, value, &at);
                self.not_empty(
                    value,
                    "`session` lists no policy",
                    "leave it out if no session policy is passed",
                );
            }
            "scp" => layers.scp = self.levels(LayerKind::ServiceControl, value, &at),
            "rcp" => layers.rcp = self.levels(LayerKind::ResourceControl, value, &at),
            "resource" => layers.resource = self.policy(LayerKind::Resource, value, &at),
            "endpoint" => layers.endpoint = self.policy(LayerKind::Endpoint, value, &at),
            "resourceAccount" => {
                layers.resource_account = self.text(key, value, "an account id of 12 digits", is_account_id);
            }
            _ => {
                let wanted = "the id of an organization (o-...)";
                layers.organization = self.text(key, value, wanted, is_organization_id);
            }
        }
    }

    fn text(
        &mut self,
        key: &str,
        json: &Json<'_>,
        wanted: &str,
        is_valid: impl Fn(&str) -> bool,
    ) -> Option<Box<str>> {
        match &json.kind {
            JsonValue::String(text) if is_valid(text) => Some((**text).into()),
            JsonValue::String(text) => {
                self.error(Code::WrongType, format!("`{key}` has to be {wanted}, not `{text}`"), json.span);
                None
            }
            _ => {
                self.wrong_type(&format!("`{key}`"), wanted, json);
                None
            }
        }
    }

    fn not_empty(&mut self, json: &Json<'_>, message: &str, help: &str) {
        if matches!(&json.kind, JsonValue::Array(items) if items.is_empty()) {
            self.faults.push(Diagnostic::error(Code::WrongType, message, json.span).with_help(help));
        }
    }

    fn list(&mut self, kind: LayerKind, json: &Json<'_>, at: &str) -> Vec<Attached<Document>> {
        let JsonValue::Array(items) = &json.kind else {
            self.wrong_type(&format!("`{}`", at.trim_start_matches('/')), "an array of policies", json);
            return Vec::new();
        };
        let items = items.iter().enumerate();
        items.filter_map(|(place, item)| self.policy(kind, item, &format!("{at}/{place}"))).collect()
    }

    fn boundary(&mut self, json: &Json<'_>, at: &str) -> Option<Attached<Document>> {
        let mut list = self.list(LayerKind::Boundary, json, at);
        if matches!(&json.kind, JsonValue::Array(items) if items.len() != 1) {
            let help = "a principal has one boundary; write null if it has none";
            let fault = Diagnostic::error(Code::WrongType, "`boundary` has to list one policy", json.span);
            self.faults.push(fault.with_help(help));
        }
        list.pop()
    }

    fn levels(&mut self, kind: LayerKind, json: &Json<'_>, at: &str) -> Vec<Vec<Attached<Document>>> {
        let JsonValue::Array(items) = &json.kind else {
            self.wrong_type(
                &format!("`{}`", kind.name()),
                "an array of levels, each an array of policies",
                json,
            );
            return Vec::new();
        };
        if kind == LayerKind::ServiceControl {
            self.not_empty(
                json,
                "`scp` has no level",
                "leave it out if no SCP binds the account of the requester",
            );
        }
        let mut levels = Vec::with_capacity(items.len());
        for (place, item) in items.iter().enumerate() {
            let is_empty = matches!(&item.kind, JsonValue::Array(list) if list.is_empty());
            if is_empty && kind == LayerKind::ServiceControl {
                let fault = Diagnostic::error(
                    Code::ScpLevelEmpty,
                    format!("level {place} of `scp` has no policy, and would allow nothing to anyone"),
                    item.span,
                );
                self.faults.push(fault.with_help(
                    "each root, organizational unit and account has at least one SCP: list it, such as FullAWSAccess",
                ));
            }
            levels.push(self.list(kind, item, &format!("{at}/{place}")));
        }
        levels
    }

    /// Reads one policy, or the name of one that is not known.
    fn policy(&mut self, kind: LayerKind, json: &Json<'_>, at: &str) -> Option<Attached<Document>> {
        if let (JsonValue::Object(members), Some(member)) = (&json.kind, json.member(UNKNOWN)) {
            return match (&member.value.kind, members.len()) {
                (JsonValue::String(name), 1) if !name.is_empty() => Some(Attached::Missing((**name).into())),
                _ => {
                    let message = "a policy that is not known is written {\"unknown\": \"NAME\"}, with a name and nothing else";
                    self.error(Code::WrongType, message, json.span);
                    None
                }
            };
        }
        let source = self.source.named(format!("{}#{at}", self.source.name()));
        match document(&source, json, at.to_owned(), Vec::new(), self.limits) {
            Err(error) => {
                self.faults.extend(error.diagnostics);
                None
            }
            Ok(document) => {
                if let Err(error) = fits_layer(&document, kind, self.limits) {
                    self.faults.extend(error.diagnostics);
                }
                Some(Attached::Policy(document))
            }
        }
    }
}

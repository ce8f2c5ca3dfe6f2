//! From JSON to typed documents, collecting every fault.

mod condition;
mod principal;

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::hash::TextMap;
use crate::limits::InputLimits;
use crate::policy::closest::closest;
use crate::policy::json::{self, Json, JsonValue, Member};
use crate::policy::size;
use crate::policy::{
    ActionPattern, Document, Effect, Element, ParseError, ResourcePattern, Statement, Template, Version,
};
use crate::span::{Source, Span, Spanned};

/// Reads one policy document. All faults are reported together; one bad statement never hides another. A document says what was
/// odd about it ([`Document::warnings`]).
///
/// A text without a name of its own is read by [`str::parse`].
///
/// ```
/// use iamsat::{Source, limits::InputLimits, parse};
/// let text = r#"{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}"#;
/// let policy = parse(&Source::new("p.json", text), &InputLimits::default())?;
/// assert_eq!((policy.source.name(), policy.statements.len()), ("p.json", 1));
/// # Ok::<(), iamsat::ParseError>(())
/// ```
///
/// # Errors
/// The text is not a policy document.
pub fn parse(source: &Source, limits: &InputLimits) -> Result<Document, ParseError> {
    match json::parse(source.text(), limits) {
        Ok((json, faults)) => document(source, &json, String::new(), faults, limits),
        Err(diagnostics) => Err(ParseError::new(source, diagnostics)),
    }
}

/// Reads a document that stands at `json` in the source, whose JSON has these faults.
pub(crate) fn document(
    source: &Source,
    json: &Json<'_>,
    base_pointer: String,
    faults: Vec<Diagnostic>,
    limits: &InputLimits,
) -> Result<Document, ParseError> {
    let large = size::faults(json, limits);
    if !large.is_empty() {
        return Err(ParseError::new(source, large));
    }
    let mut reader = Reader { limits, diagnostics: faults, version: Version::default(), dropped: 0 };
    let document = reader.document(source, json, base_pointer);
    let mut diagnostics = reader.diagnostics;
    diagnostics.sort_by_key(|d| (d.span.start, d.span.end, d.code));
    match document {
        Some(document) if diagnostics.iter().all(|d| d.severity != Severity::Error) => {
            Ok(Document { warnings: diagnostics, ..document })
        }
        Some(_) | None => Err(ParseError::new(source, diagnostics)),
    }
}

const DOCUMENT_ELEMENTS: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Texts with their places.
type Strings<'j> = Vec<(&'j str, Span)>;

struct Reader<'l> {
    limits: &'l InputLimits,
    diagnostics: Vec<Diagnostic>,
    version: Version,
    dropped: usize,
}

impl Reader<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < self.limits.faults {
            self.diagnostics.push(diagnostic);
        } else {
            self.dropped += 1;
            if diagnostic.severity == Severity::Error && self.dropped == 1 {
                self.diagnostics.push(Diagnostic::error(
                    Code::TooManyFaults,
                    "there are more faults than are shown",
                    diagnostic.span,
                ));
            }
        }
    }

    fn error(&mut self, code: Code, message: impl Into<String>, span: Span) {
        self.report(Diagnostic::error(code, message, span));
    }

    fn wrong_type(&mut self, what: &str, wanted: &str, json: &Json<'_>) {
        self.error(Code::WrongType, format!("{what} has to be {wanted}, not {}", json.describe()), json.span);
    }

    fn document(&mut self, source: &Source, json: &Json<'_>, base_pointer: String) -> Option<Document> {
        let JsonValue::Object(members) = &json.kind else {
            self.wrong_type("a policy", "an object", json);
            return None;
        };
        let mut version_span = None;
        if let Some(member) = json.member("Version") {
            version_span = Some(member.value.span);
            self.version = self.read_version(&member.value);
        }
        let id = json.member("Id").and_then(|m| self.text("`Id`", &m.value));
        self.unknown_elements(members, &DOCUMENT_ELEMENTS, "a policy");
        let Some(member) = json.member("Statement") else {
            self.report(
                Diagnostic::error(Code::MissingStatement, "the policy has no `Statement`", json.span)
                    .with_help("a policy without statements allows nothing; write what it allows"),
            );
            return None;
        };
        let (list, is_list) = match &member.value.kind {
            JsonValue::Array(list) => (list.as_slice(), true),
            JsonValue::Object(_) => (std::slice::from_ref(&member.value), false),
            _ => {
                self.wrong_type("`Statement`", "an object or an array of objects", &member.value);
                return None;
            }
        };
        if list.is_empty() {
            self.error(Code::MissingStatement, "the policy has no statements", member.value.span);
        }
        let statements: Vec<Option<Statement>> = list.iter().map(|s| self.statement(s)).collect();
        self.duplicate_sids(&statements);
        Some(Document {
            source: source.clone(),
            version: self.version,
            version_span,
            id,
            statements: statements.into_iter().collect::<Option<Vec<_>>>()?.into(),
            statement_is_list: is_list,
            base_pointer,
            span: json.span,
            warnings: Vec::new(),
        })
    }

    fn read_version(&mut self, json: &Json<'_>) -> Version {
        match &json.kind {
            JsonValue::String(text) => match text.as_str() {
                "2012-10-17" => return Version::V2012,
                "2008-10-17" => return Version::V2008,
                _ => self.report(
                    Diagnostic::error(
                        Code::InvalidVersion,
                        format!("`{text}` is no policy version"),
                        json.span,
                    )
                    .with_help("the versions are 2012-10-17 and 2008-10-17"),
                ),
            },
            _ => self.wrong_type("`Version`", "a string", json),
        }
        Version::V2012
    }

    fn text(&mut self, what: &str, json: &Json<'_>) -> Option<Spanned<Box<str>>> {
        match &json.kind {
            JsonValue::String(text) => Some(Spanned { value: text.as_str().into(), span: json.span }),
            _ => {
                self.wrong_type(what, "a string", json);
                None
            }
        }
    }

    fn unknown_elements(&mut self, members: &[Member<'_>], known: &[&str], of: &str) {
        for member in members.iter().filter(|m| !known.contains(&m.key.as_str())) {
            let fault = Diagnostic::error(
                Code::UnknownElement,
                format!("`{}` is no element of {of}", member.key),
                member.key_span,
            );
            self.report(match closest(&member.key, known) {
                Some(name) => fault.with_help(format!("did you mean `{name}`?")),
                None => fault,
            });
        }
    }

    fn duplicate_sids(&mut self, statements: &[Option<Statement>]) {
        let mut seen: TextMap<&str, Span> = TextMap::default();
        let mut faults = Vec::new();
        for sid in statements.iter().flatten().filter_map(|s| s.sid.as_ref()).filter(|s| !s.value.is_empty())
        {
            if let Some(first) = seen.insert(&sid.value, sid.span) {
                faults.push(
                    Diagnostic::warning(
                        Code::DuplicateSid,
                        format!("the Sid `{}` occurs twice", sid.value),
                        sid.span,
                    )
                    .with_related(first, "first occurrence"),
                );
            }
        }
        faults.into_iter().for_each(|fault| self.report(fault));
    }

    fn statement(&mut self, json: &Json<'_>) -> Option<Statement> {
        let JsonValue::Object(members) = &json.kind else {
            self.wrong_type("a statement", "an object", json);
            return None;
        };
        self.unknown_elements(members, &STATEMENT_ELEMENTS, "a statement");
        let sid = json.member("Sid").map(|m| self.text("`Sid`", &m.value));
        let effect = match json.member("Effect") {
            Some(member) => self.effect(&member.value),
            None => {
                self.report(
                    Diagnostic::error(Code::MissingEffect, "the statement has no `Effect`", json.span)
                        .with_help("add \"Effect\": \"Allow\" or \"Effect\": \"Deny\""),
                );
                None
            }
        };
        let principal = self.one_of(json, "Principal", "NotPrincipal", Self::principal);
        let action = self.one_of(json, "Action", "NotAction", Self::actions);
        if json.member("Action").or(json.member("NotAction")).is_none() {
            let message = "the statement has neither `Action` nor `NotAction`";
            self.error(Code::MissingAction, message, json.span);
        }
        let resource = self.one_of(json, "Resource", "NotResource", Self::resources);
        let conditions = match json.member("Condition") {
            Some(member) => self.conditions(&member.value),
            None => Some(Vec::new()),
        };
        Some(Statement {
            span: json.span,
            sid: sid.flatten(),
            effect: effect?,
            principal: match principal {
                Some(principal) => Some(principal?),
                None => None,
            },
            action: action??,
            resource: match resource {
                Some(resource) => Some(resource?),
                None => None,
            },
            conditions: conditions?,
        })
    }

    fn effect(&mut self, json: &Json<'_>) -> Option<Spanned<Effect>> {
        let JsonValue::String(text) = &json.kind else {
            self.wrong_type("`Effect`", "a string", json);
            return None;
        };
        let effect = [Effect::Allow, Effect::Deny].into_iter().find(|e| e.name() == text);
        if effect.is_none() {
            self.report(
                Diagnostic::error(Code::InvalidEffect, format!("`{text}` is no effect"), json.span)
                    .with_help("effects are `Allow` and `Deny`, spelled so"),
            );
        }
        Some(Spanned { value: effect?, span: json.span })
    }

    /// The one of two elements that is there, as `read` reads it, given whether it is the second. If both are there, both
    /// are read for their faults.
    fn one_of<T>(
        &mut self,
        json: &Json<'_>,
        plain: &str,
        negated: &str,
        read: fn(&mut Self, &Member<'_>, bool) -> Option<T>,
    ) -> Option<Option<T>> {
        match (json.member(plain), json.member(negated)) {
            (Some(a), Some(b)) => {
                read(self, a, false);
                read(self, b, true);
                self.report(
                    Diagnostic::error(
                        Code::UnsupportedCombination,
                        format!("the statement has both `{plain}` and `{negated}`"),
                        b.key_span,
                    )
                    .with_related(a.key_span, "the other one")
                    .with_help("split the statement in two"),
                );
                Some(None)
            }
            (Some(member), None) => Some(read(self, member, false)),
            (None, Some(member)) => Some(read(self, member, true)),
            (None, None) => None,
        }
    }

    /// The strings of a scalar or list.
    fn strings<'j>(&mut self, what: &str, json: &'j Json<'_>) -> Option<(Strings<'j>, bool)> {
        let (list, is_list) = match &json.kind {
            JsonValue::Array(list) => (list.as_slice(), true),
            _ => (std::slice::from_ref(json), false),
        };
        let mut texts = Vec::with_capacity(list.len());
        let mut complete = true;
        for element in list {
            match &element.kind {
                JsonValue::String(text) => texts.push((text.as_str(), element.span)),
                _ => {
                    self.wrong_type(
                        what,
                        if is_list { "a string" } else { "a string or an array of strings" },
                        element,
                    );
                    complete = false;
                }
            }
        }
        complete.then_some((texts, is_list))
    }

    fn actions(&mut self, member: &Member<'_>, negated: bool) -> Option<Element<ActionPattern>> {
        let (texts, is_list) = self.strings("an action", &member.value)?;
        let mut values = Vec::with_capacity(texts.len());
        let mut complete = true;
        for (text, span) in texts {
            complete &= self.without_variables("an action", text, span);
            match ActionPattern::new(text) {
                Some(pattern) => {
                    if !pattern.can_match() {
                        self.report(
                            Diagnostic::warning(
                                Code::ActionMatchesNothing,
                                format!("`{text}` matches no action"),
                                span,
                            )
                            .with_help("an action has one colon and no spaces or special letters"),
                        );
                    }
                    values.push(Spanned { value: pattern, span });
                }
                None => {
                    complete = false;
                    self.report(
                        Diagnostic::error(Code::InvalidAction, format!("`{text}` is no action"), span)
                            .with_help("an action is written `service:name`, or `*` for all"),
                    );
                }
            }
        }
        complete.then_some(Element {
            negated,
            key_span: member.key_span,
            values,
            is_list,
            span: member.value.span,
        })
    }

    fn resources(&mut self, member: &Member<'_>, negated: bool) -> Option<Element<ResourcePattern>> {
        let (texts, is_list) = self.strings("a resource", &member.value)?;
        let mut values = Vec::with_capacity(texts.len());
        let mut complete = true;
        for (text, span) in texts {
            match self.template(text, span, true) {
                Some(template) => values.push(Spanned { value: ResourcePattern::new(text, template), span }),
                None => complete = false,
            }
        }
        complete.then_some(Element {
            negated,
            key_span: member.key_span,
            values,
            is_list,
            span: member.value.span,
        })
    }

    /// Returns true if a text that takes no policy variables has none.
    fn without_variables(&mut self, what: &str, text: &str, span: Span) -> bool {
        let has = self.version == Version::V2012 && text.contains("${");
        if has {
            self.report(
                Diagnostic::error(
                    Code::VariableUnsupported,
                    format!("{what} takes no policy variables"),
                    span,
                )
                .with_help("policy variables work in resources and in String and Arn operators"),
            );
        }
        !has
    }

    fn template(&mut self, text: &str, span: Span, wildcards: bool) -> Option<Template> {
        let variables = self.version == Version::V2012;
        let template =
            if wildcards { Template::parse(text, variables) } else { Template::parse_exact(text, variables) };
        template
            .map_err(|error| {
                self.report(
                    Diagnostic::error(error.code, error.message, span)
                        .with_help("write a literal dollar sign as `${$}`"),
                );
            })
            .ok()
    }
}

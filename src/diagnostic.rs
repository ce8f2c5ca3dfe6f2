//! Faults of an input, with their places: the one model that parsing fills and every report format prints.

use crate::code::Code;
use crate::span::Span;

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Legal, but probably not what was meant.
    Warning,
    /// The document cannot be judged.
    Error,
}

/// One fault: what, where and what to do about it.
///
/// ```
/// use iamsat::{code::Code, diagnostic::Diagnostic, span::Span};
/// let fault = Diagnostic::error(Code::MissingEffect, "the statement has no `Effect`", Span::new(3, 9))
///     .with_help("add \"Effect\": \"Allow\" or \"Effect\": \"Deny\"");
/// assert_eq!(fault.code, Code::MissingEffect);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// Stable kebab-case name of the kind of fault.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence, lower case, no full stop, user input in backticks.
    pub message: String,
    /// The place the caret points at.
    pub span: Span,
    /// Text beside the caret; empty for none.
    pub label: String,
    /// Further places that explain the fault, each with its text.
    pub related: Vec<(Span, String)>,
    /// The advice; empty for none.
    pub help: String,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: Code, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            help: String::new(),
        }
    }

    /// A warning at a place.
    pub fn warning(code: Code, message: impl Into<String>, span: Span) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message, span) }
    }

    /// Adds the text beside the caret.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<String>) -> Diagnostic {
        self.label = label.into();
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn with_related(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.related.push((span, text.into()));
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = help.into();
        self
    }
}

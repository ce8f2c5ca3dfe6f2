//! Places in sources, and diagnostics at them.

use crate::diagnostic::{Diagnostic, Severity};
use crate::limits::InputLimits;
use crate::policy::pointer_at;
use crate::span::{Source, Span};
use serde::Serialize;

/// A span in lines and columns, counted from 1.
#[derive(Serialize)]
pub(super) struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: usize,
    column: usize,
    offset: usize,
}

impl Range {
    pub(super) fn of(source: &Source, span: Span) -> Range {
        let position = |offset: u32| {
            let at = source.position(offset as usize);
            Position { line: at.line, column: at.column, offset: at.offset }
        };
        Range { start: position(span.start), end: position(span.end) }
    }
}

/// A fault or a warning.
#[derive(Serialize)]
pub(super) struct DiagnosticView<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    file: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pointer: Option<String>,
    span: Range,
    #[serde(skip_serializing_if = "str::is_empty")]
    help: &'a str,
}

impl<'a> DiagnosticView<'a> {
    pub(super) fn of(source: &'a Source, fault: &'a Diagnostic) -> DiagnosticView<'a> {
        DiagnosticView {
            code: fault.code.as_str(),
            severity: match fault.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            message: &fault.message,
            file: source.place_name(),
            pointer: pointer_at(source.text(), fault.span.start as usize, &InputLimits::default()),
            span: Range::of(source, fault.span),
            help: &fault.help,
        }
    }
}

//! Issues: the common model of everything reported, which every format for people and pipelines renders.

use super::fingerprint::fingerprint;
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Severity};
use crate::explain::display::one_line;
use crate::limits::InputLimits;
use crate::policy::{Document, pointer_at};
use crate::span::{LineColumn, Source, Span};

/// The kind of an issue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The answer to a query, with evidence. It can be accepted.
    Finding,
    /// A part of a policy that has no effect (proved) or means something other than it appears to. It can be accepted too.
    Lint,
    /// There is no answer.
    Unknown,
    /// An input could not be checked.
    Error,
    /// Valid, but probably not intended.
    Warning,
}

/// A marked place of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The place.
    pub span: Span,
    /// The text at this place; may be empty.
    pub label: String,
}

/// A place in another text than that of the issue.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The text.
    pub source: Source,
    /// Places in it, the most important one first.
    pub marks: Vec<Mark>,
    /// The JSON pointer of the first mark.
    pub pointer: Option<String>,
}

/// One report: what happened, where, why and what to do.
///
/// ```
/// use iamsat::{code::Code, report::{Issue, Kind}, span::{Source, Span}};
/// let source = Source::new("p.json", r#"{"Statement":[]}"#);
/// let issue = Issue::new(Kind::Warning, Code::MissingStatement, "nothing is allowed")
///     .at(&source, Span::new(13, 15), "an empty list")
///     .with_note("help", "add a statement");
/// assert_eq!(issue.pointer.as_deref(), Some("/Statement"));
/// ```
#[derive(Clone, Debug)]
pub struct Issue {
    /// The kind of thing it is.
    pub kind: Kind,
    /// The code of the issue; `iamsat explain` has a page about it.
    pub code: Code,
    /// One sentence.
    pub title: String,
    /// The text that the marks point into; `None` if the issue has no place.
    pub source: Option<Source>,
    /// Places in the source, the most important one first.
    pub marks: Vec<Mark>,
    /// The JSON pointer of the first mark.
    pub pointer: Option<String>,
    /// The places in the other policy of a comparison that explain the issue.
    pub elsewhere: Option<Box<Elsewhere>>,
    /// More information, by name (`request`, `before`, `help`, ...), each of one or several lines.
    pub notes: Vec<(&'static str, String)>,
    /// A name for the finding and its place in the policy; it stays the same when lines move and files are renamed.
    pub fingerprint: String,
    /// The reason why the finding is accepted, if it is. A warning with a reason is a finding that was made one.
    pub accepted: Option<String>,
}

impl Issue {
    /// Lists the notes under the names that people read: one request stands for all that a finding is about.
    pub(in crate::report) fn shown_notes(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.notes.iter().map(|(name, text)| match *name {
            "request" => ("example request", text.as_str()),
            name => (name, text.as_str()),
        })
    }

    /// True if issues of this kind can be accepted.
    pub fn is_acceptable(&self) -> bool {
        matches!(self.kind, Kind::Finding | Kind::Lint)
    }

    /// True for a finding that only says that less is allowed than before.
    pub(super) fn is_note(&self) -> bool {
        self.kind == Kind::Finding && matches!(self.code, Code::AccessLost | Code::NewlyDenied)
    }

    /// The reason for not showing more of the issue than that it is accepted; `None` if all of it is shown.
    pub(crate) fn silenced(&self) -> Option<&str> {
        self.accepted.as_deref().filter(|_| self.kind != Kind::Warning)
    }

    /// Makes an issue without a place. One without an answer says what to do, as the page of its code has it, unless a note says more.
    ///
    /// ```
    /// use iamsat::{code::Code, report::{Issue, Kind}};
    /// let open = Issue::new(Kind::Unknown, Code::LimitDeadline, "no answer in time").with_note("note", "it is 5 s");
    /// assert_eq!(open.notes.last().unwrap(), &("help", "allow more time with `--timeout`".to_owned()));
    /// let told = open.with_note("help", "wait");
    /// assert_eq!(told.notes.last().unwrap(), &("help", "wait".to_owned()));
    /// ```
    pub fn new(kind: Kind, code: Code, title: impl Into<String>) -> Issue {
        let title = title.into();
        Issue {
            kind,
            code,
            fingerprint: fingerprint(&[code.as_str(), &title]),
            title,
            source: None,
            marks: Vec::new(),
            pointer: None,
            elsewhere: None,
            notes: match kind {
                Kind::Unknown => code.advice().map(|advice| ("help", advice)).into_iter().collect(),
                Kind::Finding | Kind::Lint | Kind::Error | Kind::Warning => Vec::new(),
            },
            accepted: None,
        }
    }

    /// Gives the issue a place. The fingerprint becomes that of the code, the pointer and the text there.
    #[must_use]
    pub fn at(mut self, source: &Source, span: Span, label: impl Into<String>) -> Issue {
        self.pointer = pointer_at(source.text(), span.start as usize, &InputLimits::default());
        // A place without a pointer counts as the whole document.
        let pointer = match &self.pointer {
            Some(pointer) => pointer.as_str(),
            None => "",
        };
        self.fingerprint = fingerprint(&[self.code.as_str(), pointer, source.slice(span)]);
        self.source = Some(source.clone());
        self.marks.insert(0, Mark { span, label: label.into() });
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn with_mark(mut self, span: Span, label: impl Into<String>) -> Issue {
        self.marks.push(Mark { span, label: label.into() });
        self
    }

    /// Adds something to know. Advice comes last, and replaces that of the code.
    #[must_use]
    pub fn with_note(mut self, name: &'static str, text: impl Into<String>) -> Issue {
        if self.kind == Kind::Unknown {
            let advice =
                self.notes.iter().position(|(name, _)| *name == "help").map(|at| self.notes.remove(at));
            self.notes.push((name, text.into()));
            self.notes.extend(advice.filter(|_| name != "help"));
        } else {
            self.notes.push((name, text.into()));
        }
        self
    }

    /// Sets the fingerprint from other parts than the place: see [`Issue::fingerprint`].
    #[must_use]
    pub fn with_fingerprint(mut self, parts: &[&str]) -> Issue {
        self.fingerprint = fingerprint(parts);
        self
    }

    /// Returns the word for the weight of the issue in formats of plain text: `error`, `unknown`, `warning`, `note` or
    /// `accepted`.
    pub(super) fn severity_name(&self) -> &'static str {
        match (self.kind, &self.accepted) {
            (Kind::Warning, Some(_)) => "warning",
            (_, Some(_)) => "accepted",
            (_, None) if self.is_note() => "note",
            (Kind::Finding | Kind::Error, None) => "error",
            (Kind::Unknown, None) => "unknown",
            (Kind::Lint | Kind::Warning, None) => "warning",
        }
    }

    /// Returns the first place.
    pub(super) fn place(&self) -> Option<(&Source, LineColumn)> {
        let (source, mark) = self.source.as_ref().zip(self.marks.first())?;
        Some((source, source.position(mark.span.start as usize)))
    }

    /// Makes an issue of a diagnostic about a document.
    pub fn of_diagnostic(source: &Source, fault: &Diagnostic) -> Issue {
        let kind = match fault.severity {
            Severity::Error => Kind::Error,
            Severity::Warning => Kind::Warning,
        };
        let mut issue = Issue::new(kind, fault.code, one_line(&fault.message)).at(
            source,
            fault.span,
            one_line(&fault.label),
        );
        for (span, text) in &fault.related {
            issue = issue.with_mark(*span, one_line(text));
        }
        if fault.help.is_empty() { issue } else { issue.with_note("help", fault.help.clone()) }
    }

    /// Makes an issue of each warning about a document.
    pub fn warnings(document: &Document) -> impl Iterator<Item = Issue> + '_ {
        document.warnings.iter().map(|warning| Issue::of_diagnostic(&document.source, warning))
    }
}

/// The status of one input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Proved, or as it should be.
    Pass,
    /// There is a finding.
    Fail,
    /// There is no answer.
    Unknown,
    /// The input could not be checked.
    Error,
    /// There was nothing to judge.
    Skipped,
}

impl Status {
    /// Returns `PASS`, `FAIL`, `UNKNOWN`, `ERROR` or `SKIPPED`.
    pub fn name(self) -> &'static str {
        match self {
            Status::Pass => "PASS",
            Status::Fail => "FAIL",
            Status::Unknown => "UNKNOWN",
            Status::Error => "ERROR",
            Status::Skipped => "SKIPPED",
        }
    }
}

/// One input with what came out.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The input, as it is called.
    pub name: String,
    /// The file that contains the input, if it is not its name.
    pub file: Option<String>,
    /// The reference policy, if there are several.
    pub rule: Option<String>,
    /// The status.
    pub status: Status,
    /// The same in a sentence.
    pub message: String,
    /// The issues about it.
    pub issues: Vec<Issue>,
}

impl Subject {
    /// Returns the file that holds the input.
    pub(super) fn file(&self) -> &str {
        self.file.as_deref().unwrap_or(&self.name)
    }

    /// Returns the name of the input with its outcome.
    pub(super) fn line(&self) -> String {
        match &self.rule {
            Some(rule) => format!("{} ({rule}): {}", self.name, self.message),
            None => format!("{}: {}", self.name, self.message),
        }
    }

    /// Returns the reasons for which all findings of this input are accepted; `None` if some are not, or if there are issues
    /// other than findings.
    pub fn accepted(&self) -> Option<String> {
        // A finding that is only a warning by choice is accepted too.
        let is_finding = |issue: &&Issue| issue.kind != Kind::Warning || issue.accepted.is_some();
        let findings: Vec<&Issue> = self.issues.iter().filter(is_finding).collect();
        let mut reasons: Vec<&str> = findings.iter().filter_map(|i| i.accepted.as_deref()).collect();
        let all = self.status == Status::Fail && reasons.len() == findings.len() && !reasons.is_empty();
        reasons.dedup();
        all.then(|| reasons.join("; "))
    }
}

/// The outcome of a command, over all its inputs.
#[derive(Clone, Debug)]
pub struct Report {
    /// The command, as it is typed.
    pub command: &'static str,
    /// The directory from which relative paths start; paths inside it are shown relative to it.
    pub directory: Option<String>,
    /// The inputs.
    pub subjects: Vec<Subject>,
    /// The issues about the whole run: reference policies, the list of accepted findings.
    pub issues: Vec<Issue>,
    /// True if there is a list of accepted findings, so that a finding not on it is known not to be accepted.
    pub has_baseline: bool,
    /// The end of the last line: the requests in question, if they are not all. See [`crate::report::among`].
    pub about: String,
}

impl Report {
    /// Lists all issues, first those about the run.
    pub fn all_issues(&self) -> impl Iterator<Item = &Issue> {
        self.issues.iter().chain(self.subjects.iter().flat_map(|s| &s.issues))
    }
}

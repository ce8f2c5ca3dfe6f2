//! The answer to `check-guardrails`.

use crate::check::{Guardrail, Guardrails, JudgedGuardrail};
use crate::code::Code;
use crate::explain::display::{counted, one_line, statement_name};
use crate::report::issue::{Issue, Kind, Status, Subject};
use crate::snapshot::Snapshot;

/// The answer with what it is about.
#[derive(Clone, Debug)]
pub struct GuardrailReport<'a> {
    /// The argument that names the snapshot.
    pub name: &'a str,
    /// The snapshot.
    pub snapshot: &'a Snapshot,
    /// The answer.
    pub answer: &'a Guardrails<'a>,
}

/// Returns the code of a note about a guardrail that changes nothing.
pub(in crate::report) fn code(judged: &JudgedGuardrail<'_>) -> Code {
    match judged.guardrail {
        Guardrail::Statement(_) | Guardrail::Policy => Code::IdleGuardrail,
        Guardrail::Exemption(..) => Code::ExemptionUnused,
        Guardrail::Level => Code::ScpLevelRedundant,
    }
}

/// Returns the part of a guardrail in words.
pub(in crate::report) fn part(judged: &JudgedGuardrail<'_>) -> String {
    let statement = |place: usize| statement_name(place, judged.statement());
    let policy = format!("{} {}", judged.kind.short(), judged.of);
    one_line(&match &judged.guardrail {
        Guardrail::Statement(place) => format!("{policy}, {}", statement(*place)),
        Guardrail::Exemption(place, pattern) => format!("{policy}, {}, exempts {pattern}", statement(*place)),
        Guardrail::Level => format!("the SCPs at {}", judged.of),
        Guardrail::Policy => policy,
    })
}

/// Returns what is said of a guardrail that changes nothing.
pub(in crate::report) fn sentence(judged: &JudgedGuardrail<'_>) -> String {
    let says = match judged.guardrail {
        Guardrail::Statement(_) | Guardrail::Policy => "denies nothing in this organization",
        Guardrail::Exemption(..) => "in vain",
        Guardrail::Level => "cap nothing",
    };
    one_line(&format!("{} {says}: {}", part(judged), judged.why))
}

impl GuardrailReport<'_> {
    /// Returns the status of the answer.
    pub fn status(&self) -> Status {
        match (self.answer.idle.is_empty(), self.answer.open.is_empty()) {
            (false, _) => Status::Fail,
            (true, false) => Status::Unknown,
            (true, true) => Status::Pass,
        }
    }

    /// Returns the answer in one sentence.
    pub fn sentence(&self) -> String {
        let Guardrails { idle, open, effective, .. } = self.answer;
        let open = match open.len() {
            0 => String::new(),
            several => format!(", {several} undecided"),
        };
        format!(
            "{} without effect, {effective} with an effect{open} ({} in {})",
            counted(idle.len(), "guardrail"),
            counted(self.answer.principals, "principal"),
            counted(self.answer.accounts, "account")
        )
    }

    /// Returns the issues: a note for each guardrail without effect, and those that are undecided.
    pub fn issues(&self) -> Vec<Issue> {
        let notes = self.answer.idle.iter().map(|judged| {
            let prints = [code(judged).as_str(), &*judged.of, &*part(judged)];
            Issue::new(Kind::Lint, code(judged), sentence(judged)).with_fingerprint(&prints)
        });
        let open = self.answer.open.iter().map(|judged| {
            let title =
                one_line(&format!("it is not known if {} has an effect: {}", part(judged), judged.why));
            Issue::new(Kind::Unknown, Code::IncompleteSnapshot, title)
        });
        notes.chain(open).collect()
    }

    /// Converts the answer to the common form of all formats.
    pub fn subject(&self) -> Subject {
        Subject {
            name: self.name.to_owned(),
            file: None,
            rule: None,
            status: self.status(),
            message: one_line(&self.sentence()),
            issues: self.issues(),
        }
    }
}

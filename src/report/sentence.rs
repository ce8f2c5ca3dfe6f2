//! An answer in one sentence.

use super::names::{counted, one_line};
use super::public::addresses;
use super::{Issue, Judgement, Kind, Question};
use crate::policy::Document;
use crate::solve::Verdict;

impl Judgement<'_> {
    /// The verdict in one sentence, after its name: `PASS. ...`. `named` says which policies it is about, where that
    /// is not clear from what was asked.
    pub fn sentence(&self, issues: &[Issue], named: bool) -> String {
        let about = match (named, self.existing) {
            (false, _) => String::new(),
            (true, None) => format!("{}: ", self.policy.source.name()),
            (true, Some(existing)) => {
                format!("{} against {}: ", self.policy.source.name(), existing.source.name())
            }
        };
        let sentence = match &self.answer.verdict {
            Verdict::Pass(_) => format!("PASS. {}: proved for every request", pass(self)),
            Verdict::Fail(_) => {
                let (some, all) = (self.findings.len(), counted(self.policy.statements.len(), "statement"));
                let what = match (self.question, some) {
                    (Question::NoNewAccess, 1) => "widens access",
                    (Question::NoNewAccess, _) => "widen access",
                    (Question::AccessNotGranted { .. }, 1) => "grants listed access",
                    (Question::AccessNotGranted { .. }, _) => "grant listed access",
                    (Question::NoPublicAccess(_), 1) => "lets outsiders in",
                    (Question::NoPublicAccess(_), _) => "let outsiders in",
                };
                let accepted = issues.iter().filter(|i| i.accepted.is_some()).count();
                let accepted = match accepted {
                    0 => String::new(),
                    n if n == some => ", accepted".to_owned(),
                    n => format!(", {n} of them accepted"),
                };
                match issues.iter().filter(|i| i.kind == Kind::Unknown).count() {
                    0 => match self.answer.cut_short() {
                        None => format!("FAIL. {about}{some} of {all} {what}{accepted}"),
                        Some(limit) => format!(
                            "FAIL. {about}At least {some} of {all} {what}{accepted}; the limit `{}` ended the search for more",
                            limit.code()
                        ),
                    },
                    n => {
                        let (reasons, findings) = (counted(n, "reason"), counted(some, "accepted finding"));
                        format!("UNKNOWN. {about}{reasons}, beside {findings}")
                    }
                }
            }
            Verdict::Unknown(unknown) => {
                format!("UNKNOWN. {about}{}", counted(unknown.reasons.len(), "reason"))
            }
        };
        one_line(&sentence)
    }

    /// How much was looked at, and as what.
    pub fn basis(&self) -> String {
        let sizes = matches!(self.answer.verdict, Verdict::Pass(_)).then(|| proved(self));
        let inferred = self.answer.policy_type_inferred;
        let inferred = inferred.then(|| format!("read as {}", self.answer.policy_type.name()));
        sizes.into_iter().chain(inferred).collect::<Vec<_>>().join("; ")
    }
}

/// What a PASS says.
fn pass(judgement: &Judgement<'_>) -> String {
    let name = judgement.policy.source.name();
    match (judgement.question, judgement.existing) {
        (Question::NoNewAccess, Some(existing)) => {
            format!("{name} allows no request that {} does not", existing.source.name())
        }
        (Question::NoNewAccess, None) => format!("{name} allows nothing new"),
        (Question::AccessNotGranted { actions, resources }, _) => {
            let what = match (actions, resources) {
                (true, true) => "no listed action on any listed resource",
                (false, true) => "no access to any listed resource",
                _ => "no listed action",
            };
            format!("{name} grants {what}")
        }
        (Question::NoPublicAccess(_), _) => match &judgement.answer.addresses {
            Some(few) if !few.intervals().is_empty() => {
                format!("{name} lets no outsider in but from {}", addresses(few.sizes()))
            }
            _ => format!("{name} lets no outsider in"),
        },
    }
}

/// How much was proved.
fn proved(judgement: &Judgement<'_>) -> String {
    let documents = judgement.documents();
    let statements: usize = documents.iter().map(|d| d.statements.len()).sum();
    let patterns: usize = documents.iter().map(|d| patterns(d)).sum();
    format!("{}, {}", counted(statements, "statement"), counted(patterns, "pattern"))
}

fn patterns(document: &Document) -> usize {
    document
        .statements
        .iter()
        .map(|s| {
            let conditions: usize = s.conditions.iter().map(|c| c.values.len()).sum();
            let principals = s.principal.as_ref().map_or(0, |p| p.values.len().max(1));
            let resources = s.resource.as_ref().map_or(0, |r| r.values.len());
            [s.action.values.len(), principals, resources, conditions]
                .into_iter()
                .fold(0, usize::saturating_add)
        })
        .fold(0, usize::saturating_add)
}

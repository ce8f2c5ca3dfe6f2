//! A judgement as issues.

use super::judgement::{Denial, Invocation, Judgement};
use super::{denied, finding, headline, undecided};
use crate::code::Code;
use crate::explain::display::one_line;
use crate::explain::{Explained, Place, Refusal};
use crate::policy::{Document, RequestSet};
use crate::report::issue::{Issue, Kind};
use crate::solve::Verdict;

/// The largest number of findings whose advice is checked; each check is as much work as the query itself.
pub(super) const MOST_CHECKED: usize = 8;

impl Judgement<'_> {
    /// Returns the code of the first finding: of all, as they answer one question.
    pub fn code(&self) -> Option<Code> {
        self.findings.first().map(|explained| headline::code(self, explained.finding))
    }

    /// Lists the issues: the findings, most general first, or the reasons why there is no answer; then the warnings about the
    /// checked document.
    pub fn issues(&self, invocation: &Invocation<'_>) -> Vec<Issue> {
        let mut issues = match &self.answer.verdict {
            Verdict::Pass(_) => Vec::new(),
            Verdict::Fail(_) => {
                let mut findings: Vec<&Explained<'_>> = self.told().collect();
                findings.sort_by_cached_key(|f| narrowness(self.document_of(f.finding), f));
                let unchecked = Invocation { recheck: None, ..*invocation };
                let invocation = |place: usize| if place < MOST_CHECKED { invocation } else { &unchecked };
                let findings = findings.into_iter().enumerate();
                findings.map(|(place, found)| finding::issue(self, found, invocation(place))).collect()
            }
            Verdict::Unknown(unknown) => undecided::issues(self, unknown, invocation.recheck),
        };
        if let Verdict::Fail(all) = &self.answer.verdict
            && all.len() != self.findings.len()
        {
            issues.push(Issue::new(Kind::Error, Code::InternalError, "a finding could not be explained"));
        }
        issues.extend(weakened_warning(self, invocation));
        issues.extend(Issue::warnings(self.policy));
        issues.extend(self.of_check.iter().map(|warning| Issue::of_diagnostic(&self.policy.source, warning)));
        issues
    }

    /// Lists the findings that say something of their own. An Allow statement that is as before lets through what a Deny no longer
    /// stops: the finding about the Deny says so.
    pub(super) fn told(&self) -> impl Iterator<Item = &Explained<'_>> {
        self.findings.iter().filter(|explained| !self.follows(explained))
    }

    /// True if a finding is the consequence of weaker Deny statements, each of which has a finding.
    fn follows(&self, explained: &Explained<'_>) -> bool {
        let Some(Refusal::Denied { statement: deny, lacks: None }) = &explained.refusal else { return false };
        let is_weakened = |other: &Explained<'_>| {
            other.finding.set == RequestSet::Denied && other.finding.statement == *deny
        };
        let allow = self.policy.statements.get(explained.finding.statement);
        let is_unchanged = self.existing.zip(allow).is_some_and(|(existing, allow)| {
            existing.statements.iter().any(|own| own.content().eq(allow.content()))
        });
        is_unchanged && self.answer.cut_short().is_none() && self.findings.iter().any(is_weakened)
    }

    /// Lists the undecided parts beside the findings of a FAIL: they become reasons for UNKNOWN once the findings are accepted.
    pub fn open_issues(&self) -> Vec<Issue> {
        match self.answer.open.as_deref() {
            Some(open) => undecided::issues(self, open, None),
            None => Vec::new(),
        }
    }
}

/// Warns that the checked policy denies less, or may deny less, if the query is another one.
fn weakened_warning(judgement: &Judgement<'_>, invocation: &Invocation<'_>) -> Option<Issue> {
    match judgement.weakened.as_ref()? {
        Denial::Weakened(explained) => {
            let invocation = Invocation { recheck: None, ..*invocation };
            Some(Issue { kind: Kind::Warning, ..finding::issue(judgement, explained, &invocation) })
        }
        Denial::Undecided => {
            let issue =
                Issue::new(Kind::Warning, Code::DenyWeakened, one_line(&denied::undecided(judgement)));
            Some(issue.with_note("help", "compare the Deny statements of both policies"))
        }
    }
}

/// Measures how narrow a finding is: narrower patterns have more letters and match fewer requests.
fn narrowness(document: &Document, explained: &Explained<'_>) -> usize {
    let places = std::iter::once(&explained.blame.primary).chain(&explained.blame.others);
    let letters = |place: &Place| match place.negated {
        true => 0,
        false => document.source.slice(place.span).chars().filter(|c| *c != '*').count(),
    };
    places.map(letters).sum()
}

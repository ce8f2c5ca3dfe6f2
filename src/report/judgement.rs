//! The answer to one question about one document, with everything that a format may want to show.

use super::names::KeyNames;
use super::replay::Replayer;
use super::{Failure, Issue, Kind, Question, finding, undecided};
use crate::check::{Answer, Options};
use crate::diagnostic::Diagnostic;
use crate::evaluate::{self, INDEX_THRESHOLD, Searched};
use crate::explain::{Blame, Refusal, blame, blame_for_outsider, refusal};
use crate::policy::{ActionIndex, Document};
use crate::request::RequestSpec;
use crate::solve::{Finding, Verdict};
use crate::span::Source;
use std::time::Duration;

/// Findings whose advice is checked; each check is as much work as the question itself.
pub(super) const MOST_CHECKED: usize = 8;

/// What became of one input.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    /// There is an answer.
    Judged(Box<Judgement<'a>>),
    /// There is none.
    Failed(Failure),
    /// There was nothing to judge: why.
    Skipped(String),
}

/// A statement that by itself is a reason for FAIL, as AWS's checks name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// AWS's sentence.
    pub description: String,
    /// The statement, from 0.
    pub statement_index: usize,
    /// Its Sid, if it has one.
    pub statement_id: Option<String>,
}

/// A finding with what it rests on.
#[derive(Clone, Debug)]
pub struct Explained<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// The patterns that let the request through.
    pub blame: Blame,
    /// Why the existing policy does not allow it; `None` if there is none.
    pub refusal: Option<Refusal>,
    /// The request as flags of `iamsat simulate`, if they reproduce it, and if that was looked for.
    pub replay: Option<RequestSpec>,
    /// Whether the time limit was over, so that refusal and replay were not looked for.
    pub late: bool,
}

/// How long and how large; only shown if asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measures {
    /// Time to answer, reading excluded.
    pub elapsed: Duration,
}

/// The answer to one question about one document.
#[derive(Clone, Debug)]
pub struct Judgement<'a> {
    /// The question.
    pub question: Question,
    /// The document that is judged.
    pub policy: &'a Document,
    /// The document it is compared to.
    pub existing: Option<&'a Document>,
    /// The answer.
    pub answer: &'a Answer,
    /// Whether matches that depend on `resource-fields-do-not-cross-colons` are undecided.
    pub strict_arn: bool,
    /// AWS's reasons, lowest statement first.
    pub reasons: Vec<Reason>,
    /// The findings behind them, in the same order.
    pub findings: Vec<Explained<'a>>,
    /// What was measured, if it is to be shown.
    pub measures: Option<Measures>,
    /// How the condition keys of the documents are spelled.
    pub(super) names: KeyNames<'a>,
    /// What the question makes noticeable in the judged document.
    pub(super) noticed: Vec<Diagnostic>,
}

/// The same question about another document; `None` if there is no answer.
pub type Again<'a> = dyn Fn(&Document) -> Option<Answer> + 'a;

/// How a question was put, for what repeats or names it.
#[derive(Clone, Copy, Default)]
pub struct Typed<'a> {
    /// The argument that the judged document came from.
    pub policy: &'a str,
    /// The argument that the other document came from.
    pub existing: Option<&'a str>,
    /// The name of the reference policy, where several are tried.
    pub rule: Option<&'a str>,
    /// What else was asked, as far as it makes another question of it: the listed access.
    pub asked: &'a [String],
    /// Asks the question again, so that advice can be checked before it is given; `None` for unchecked advice.
    pub again: Option<&'a Again<'a>>,
    /// What is so if the answer then is PASS; "it passes" unless given.
    pub then: Option<&'a str>,
}

impl<'a> Judgement<'a> {
    /// Explains an answer that was given under these options.
    pub fn new(
        question: Question,
        policy: &'a Document,
        existing: Option<&'a Document>,
        answer: &'a Answer,
        options: &Options,
    ) -> Judgement<'a> {
        Judgement::explained(question, (policy, existing), answer, options, true)
    }

    /// As [`Judgement::new`], without flags that replay requests: JSON shows none.
    pub fn without_replays(
        question: Question,
        policy: &'a Document,
        existing: Option<&'a Document>,
        answer: &'a Answer,
        options: &Options,
    ) -> Judgement<'a> {
        Judgement::explained(question, (policy, existing), answer, options, false)
    }

    fn explained(
        question: Question,
        (policy, existing): (&'a Document, Option<&'a Document>),
        answer: &'a Answer,
        options: &Options,
        replays: bool,
    ) -> Judgement<'a> {
        let documents: Vec<&Document> = std::iter::once(policy).chain(existing).collect();
        let findings: Vec<Explained<'a>> = match &answer.verdict {
            Verdict::Fail(findings) => {
                let mut referee = evaluate::Options::for_documents(&documents);
                referee.policy_type = answer.policy_type;
                referee.strict_arn = options.strict_arn;
                referee.allows_whole_resource = matches!(question, Question::NoPublicAccess(_));
                let is_worth_it = findings.len() > INDEX_THRESHOLD;
                let index = existing.filter(|_| is_worth_it).map(|d| ActionIndex::of(&d.statements));
                let other = index.as_ref().map(Searched::from).or(existing.map(Searched::from));
                let replayer = replays.then(|| Replayer::new(&documents, &referee, options.aws_compat));
                let explained = |finding: &'a Finding| {
                    let request = finding.witness.request();
                    let late = options.limits.is_over();
                    let refusal = other.filter(|_| !late).and_then(|other| refusal(other, request, &referee));
                    let blame = match question {
                        Question::NoPublicAccess(of) => blame_for_outsider(policy, finding, of, &referee),
                        Question::NoNewAccess | Question::AccessNotGranted { .. } => {
                            blame(policy, finding, existing.zip(refusal.as_ref()), &referee)
                        }
                    };
                    Some(Explained {
                        finding,
                        blame: blame?,
                        refusal,
                        replay: replayer.as_ref().filter(|_| !late).and_then(|r| r.spelled(request)),
                        late,
                    })
                };
                findings.iter().filter_map(explained).collect()
            }
            Verdict::Pass(_) | Verdict::Unknown(_) => Vec::new(),
        };
        let reason = |finding: &Explained<'_>| {
            let index = finding.finding.statement;
            let sid = policy.statements.get(index).and_then(|s| s.sid());
            Reason {
                description: question.reason(index, sid),
                statement_index: index,
                statement_id: sid.map(str::to_owned),
            }
        };
        Judgement {
            question,
            policy,
            existing,
            answer,
            strict_arn: options.strict_arn,
            reasons: findings.iter().map(reason).collect(),
            findings,
            measures: None,
            names: KeyNames::of(&documents),
            noticed: match question {
                Question::NoPublicAccess(_) => super::public::noticed(policy),
                Question::NoNewAccess | Question::AccessNotGranted { .. } => Vec::new(),
            },
        }
    }

    /// What there is to tell: the findings, most general first, or the reasons why there is no answer; then what was
    /// noticed in the judged document.
    pub fn issues(&self, typed: &Typed<'_>) -> Vec<Issue> {
        let mut issues = match &self.answer.verdict {
            Verdict::Pass(_) => Vec::new(),
            Verdict::Fail(_) => {
                let mut findings: Vec<&Explained<'_>> = self.findings.iter().collect();
                findings.sort_by_cached_key(|f| narrowness(self.policy, f));
                let unchecked = Typed { again: None, ..*typed };
                let place = findings.into_iter().enumerate();
                let typed = |place: usize| if place < MOST_CHECKED { typed } else { &unchecked };
                place.map(|(place, found)| finding::issue(self, found, typed(place))).collect()
            }
            Verdict::Unknown(unknown) => undecided::issues(self, unknown),
        };
        if let Verdict::Fail(all) = &self.answer.verdict
            && all.len() != self.findings.len()
        {
            issues.push(Issue::new(Kind::Error, "internal-error", "a finding could not be explained"));
        }
        issues.extend(Issue::warnings(self.policy));
        issues.extend(self.noticed.iter().map(|noticed| Issue::of_diagnostic(&self.policy.source, noticed)));
        issues
    }

    /// What is open beside the findings of a FAIL: reasons for UNKNOWN once the findings are accepted.
    pub fn open_issues(&self) -> Vec<Issue> {
        self.answer.open.as_deref().map_or_else(Vec::new, |open| undecided::issues(self, open))
    }

    /// The documents of the check, the judged one first.
    pub fn documents(&self) -> Vec<&'a Document> {
        std::iter::once(self.policy).chain(self.existing).collect()
    }

    /// What was noticed while the documents were read.
    pub fn warnings(&self) -> Vec<(&'a Source, &Diagnostic)> {
        let read = self.documents().into_iter().flat_map(|d| d.warnings.iter().map(move |w| (&d.source, w)));
        read.chain(self.noticed.iter().map(|noticed| (&self.policy.source, noticed))).collect()
    }

    /// The message: AWS's, or ours where AWS has none.
    pub fn message(&self) -> &'static str {
        match &self.answer.verdict {
            Verdict::Pass(_) => self.question.pass_message(),
            Verdict::Fail(_) => self.question.fail_message(),
            Verdict::Unknown(_) => super::unknown_message(self.question),
        }
    }
}

/// Fewer letters in the patterns that are to blame, more requests.
fn narrowness(document: &Document, explained: &Explained<'_>) -> usize {
    let places = std::iter::once(&explained.blame.primary).chain(&explained.blame.others);
    let letters = |place: &crate::explain::Place| match place.negated {
        true => 0,
        false => document.source.slice(place.span).chars().filter(|c| *c != '*').count(),
    };
    places.map(letters).fold(0, usize::saturating_add)
}

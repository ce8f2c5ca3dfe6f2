//! The answer of `validate-policy` about one policy: AWS's findings, and beside them what is proved.

use crate::code::{AwsCode, Code, FindingType};
use crate::explain::display::{counted, one_line};
use crate::index::broken;
use crate::limits::InputLimits;
use crate::policy::{PolicyType, Read, Rendered, escape, policy_text};
use crate::report::issue::{Issue, Kind, Mark, Status, Subject};
use crate::span::{Source, Span};
use crate::validate::{Finding, PathElement, ValidatedResource, Validation};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A validated text: a part of a source, or what a source holds in another notation.
#[derive(Clone, Debug)]
pub struct ValidatedText {
    /// The source, which may be a file that holds more.
    pub source: Source,
    /// The part of it that holds the policy.
    pub part: Span,
    /// The JSON pointer of that part.
    base: String,
    rendered: Option<Arc<Rendered>>,
}

impl ValidatedText {
    /// Finds the text of a policy. `place` is its place in a file with several.
    pub fn of(read: &Read, place: Option<Span>, limits: &InputLimits) -> ValidatedText {
        let source = &read.source;
        let known = read.document.as_ref().map(|document| document.span).or(place);
        let base = read.document.as_ref().map_or_else(String::new, |document| document.base_pointer.clone());
        let is_shared = source.place_name() != source.name();
        match (&read.rendered, known) {
            (Some(rendered), Some(part)) => {
                ValidatedText { source: source.clone(), part, base, rendered: Some(Arc::clone(rendered)) }
            }
            (None, Some(part)) if place.is_some() && is_shared => {
                ValidatedText { source: source.clone(), part, base, rendered: None }
            }
            _ => {
                let (source, part) = policy_text(source, limits);
                ValidatedText { source, part, base, rendered: None }
            }
        }
    }

    /// Returns the text.
    pub fn text(&self) -> &str {
        match &self.rendered {
            Some(rendered) => rendered.text(),
            None => self.source.slice(self.part),
        }
    }

    /// Returns the JSON pointer of a path. A name and a part of a text have the pointer of their value.
    fn pointer(&self, path: &[PathElement]) -> String {
        let mut pointer = self.base.clone();
        for step in path {
            match step {
                PathElement::Value(name) | PathElement::Key(name) => {
                    pointer.push('/');
                    pointer.push_str(&escape(name));
                }
                PathElement::Index(index) => pointer.push_str(&format!("/{index}")),
                PathElement::Substring { .. } => {}
            }
        }
        pointer
    }

    /// Returns the place in the source of a part of the text.
    fn place(&self, span: Span) -> Span {
        match &self.rendered {
            Some(rendered) => rendered.in_file(span).unwrap_or(self.part),
            None => {
                let start = self.part.start as usize;
                Span::new(start + span.start as usize, start + span.end as usize)
            }
        }
    }
}

/// The answer about one policy.
#[derive(Clone, Debug)]
pub struct Validated {
    /// The policy with all issues, AWS's first.
    pub subject: Subject,
    /// AWS's findings.
    pub findings: Vec<Finding>,
    /// Everything that lint proved or looked up; `None` if that was not asked for, or if the policy has errors.
    pub exact: Option<Vec<Issue>>,
    /// The limits that were reached; there may then be more findings.
    pub open: Vec<Code>,
    /// The type as which the policy was read.
    pub policy_type: PolicyType,
    /// The resource that it was validated for.
    pub resource: Option<ValidatedResource>,
}

impl Validated {
    /// Makes the answer. A finding at or above `fail_on` fails the policy.
    pub fn new(
        name: String,
        text: &ValidatedText,
        validation: Validation,
        resource: Option<ValidatedResource>,
        exact: Option<Vec<Issue>>,
        fail_on: FindingType,
    ) -> Validated {
        let Validation { findings, open, policy_type } = validation;
        // The same code is often found many times.
        let mut help: BTreeMap<AwsCode, String> = BTreeMap::new();
        for finding in &findings {
            help.entry(finding.code).or_insert_with(|| advice(finding.code));
        }
        let made = |finding| {
            let issue = issue(text, finding, fail_on);
            let help = help.get(&finding.code).cloned();
            issue.with_note("help", help.unwrap_or_default())
        };
        let mut issues: Vec<Issue> = findings.iter().map(made).collect();
        let fails = issues.iter().any(|issue| issue.kind == Kind::Finding);
        // Proofs explain and add; only AWS's findings decide.
        let rest = explained(&mut issues, exact.iter().flatten());
        let beside = rest.iter().filter(|issue| issue.kind != Kind::Unknown).count();
        issues.extend(rest.into_iter().map(|issue| match issue.kind {
            Kind::Unknown => issue,
            _ => Issue { kind: Kind::Warning, ..issue },
        }));
        let cut = "a limit was reached before the validation was complete: there may be more findings";
        issues.extend(open.iter().map(|code| Issue::new(Kind::Unknown, *code, cut)));
        let status = match issues.iter().any(|issue| issue.kind == Kind::Unknown) {
            _ if fails => Status::Fail,
            true => Status::Unknown,
            false => Status::Pass,
        };
        let file = Some(text.source.in_file(text.part).0.name().to_owned());
        let message = message(&findings, beside);
        let subject = Subject { name, file, rule: None, status, message, issues };
        Validated { subject, findings, exact, open, policy_type, resource }
    }
}

/// True if a finding of lint says the same as one of AWS's about the same place.
pub(crate) fn repeats(own: Code, aws: AwsCode) -> bool {
    match own {
        Code::RedundantAction => aws == AwsCode::RedundantAction,
        Code::RedundantResource => aws == AwsCode::RedundantResource,
        Code::AllowWithNotPrincipal => aws == AwsCode::AllowWithNotPrincipal,
        Code::ActionNotListed => {
            matches!(aws, AwsCode::InvalidAction | AwsCode::InvalidService | AwsCode::InvalidServiceInAction)
        }
        Code::KeyNotListed | Code::UnknownGlobalKey => {
            matches!(aws, AwsCode::InvalidGlobalConditionKey | AwsCode::InvalidServiceConditionKey)
        }
        _ => false,
    }
}

/// Explains AWS's findings by what lint says of the same places, and returns what lint says beyond.
fn explained<'i>(issues: &mut [Issue], exact: impl Iterator<Item = &'i Issue>) -> Vec<Issue> {
    let mut done: Vec<usize> = Vec::new();
    let mut rest = Vec::new();
    for own in exact {
        let place = own.marks.first().map(|mark| mark.span);
        let is_same = |issue: &Issue| {
            matches!(issue.code, Code::Aws(aws) if repeats(own.code, aws))
                && issue.marks.iter().any(|mark| Some(mark.span) == place)
        };
        let Some((at, issue)) = issues.iter_mut().enumerate().find(|(_, issue)| is_same(issue)) else {
            rest.push(own.clone());
            continue;
        };
        for mark in &own.marks {
            let same = issue.marks.iter_mut().find(|known| known.span == mark.span && known.label.is_empty());
            if let Some(known) = same {
                known.label.clone_from(&mark.label);
            }
        }
        // The part to be changed comes first, before those that it is compared with.
        if let Some(own_place) = issue.marks.iter().position(|mark| Some(mark.span) == place)
            && !done.contains(&at)
        {
            issue.marks.swap(0, own_place);
            issue.pointer.clone_from(&own.pointer);
        }
        let advice = own.notes.iter().find(|(name, _)| *name == "help");
        let known = issue.notes.iter_mut().find(|(name, _)| *name == "help");
        if let (Some((_, advice)), Some((_, known))) = (advice, known) {
            match done.contains(&at) {
                true => known.push_str(&format!("\n{advice}")),
                false => known.clone_from(advice),
            }
        }
        done.push(at);
    }
    rest
}

/// Counts findings by type, and those of lint `beside` them.
fn message(findings: &[Finding], beside: usize) -> String {
    let count = |of: FindingType| findings.iter().filter(|finding| finding.code.finding_type() == of).count();
    let noun = |of: FindingType| match of {
        FindingType::Error => "error",
        FindingType::SecurityWarning => "security warning",
        FindingType::Warning => "warning",
        FindingType::Suggestion => "suggestion",
    };
    let counts: Vec<String> = FindingType::ALL
        .into_iter()
        .map(|of| (count(of), noun(of)))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    let counts = if counts.is_empty() { "no findings".to_owned() } else { counts.join(", ") };
    match beside {
        0 => counts,
        1 => format!("{counts}, and 1 warning of lint"),
        n => format!("{counts}, and {n} warnings of lint"),
    }
}

/// Makes an issue of a finding of AWS's.
fn issue(text: &ValidatedText, finding: &Finding, fail_on: FindingType) -> Issue {
    let of = finding.code.finding_type();
    let kind = if of <= fail_on { Kind::Finding } else { Kind::Warning };
    let mut marks: Vec<Mark> = Vec::with_capacity(finding.locations.len());
    for location in &finding.locations {
        let span = text.place(location.span);
        // A whole document, statement or list is marked at its first character.
        let is_open = marks.is_empty() && text.source.slice(span).starts_with(['{', '[']);
        let span = if is_open { span.first_character(text.source.text()) } else { span };
        marks.push(Mark { span, label: String::new() });
    }
    let first = finding.locations.first();
    let pointer = first.map(|location| text.pointer(&location.path));
    let content = first.map_or("", |location| match text.text().get(location.span.range()) {
        Some(content) => content,
        None => broken("a finding is about a part of its text"),
    });
    let parts = [finding.code.as_str(), pointer.as_deref().unwrap_or_default(), content];
    let issue = Issue {
        source: Some(text.source.clone()),
        marks,
        pointer: pointer.clone(),
        ..Issue::new(kind, Code::Aws(finding.code), one_line(&finding.details))
    };
    issue.with_fingerprint(&parts).with_note("type", of.name())
}

/// Returns what to do, from the page about the code.
fn advice(code: AwsCode) -> String {
    const START: &str = "**What to do.** ";
    let page = code.page();
    let text = page.split_once(START).map_or("", |(_, rest)| rest);
    text.split("\n\n").next().unwrap_or_default().trim().replace('\n', " ")
}

//! Joins the reports of several runs.

use crate::cli::Exit;
use crate::cli::config::Check;
use crate::cli::output::directory;
use crate::code::Code;
use crate::report::{Issue, Kind, Report, Status, Subject, repeats};
use crate::span::Span;
use std::collections::BTreeSet;

/// The outcome of a check.
pub(super) struct Done {
    pub(super) name: &'static str,
    pub(super) report: Report,
    pub(super) exit: Exit,
}

/// Makes a report.
pub(super) fn report_of(command: &'static str, subjects: Vec<Subject>, issues: Vec<Issue>) -> Report {
    Report { command, directory: directory(), subjects, issues, has_baseline: false, about: String::new() }
}

/// Joins reports of the same command.
pub(super) fn joined(command: &'static str, reports: Vec<Report>) -> Report {
    let mut all = report_of(command, Vec::new(), Vec::new());
    for report in reports {
        all.subjects.extend(report.subjects);
        all.has_baseline |= report.has_baseline;
        // Every run tells of the same entries of the list of accepted findings, and of the same rules.
        for issue in report.issues {
            let is_known =
                |known: &Issue| known.fingerprint == issue.fingerprint && known.title == issue.title;
            if !all.issues.iter().any(is_known) {
                all.issues.push(issue);
            }
        }
    }
    all
}

/// Joins the runs of the same check.
pub(super) fn by_check(runs: Vec<Done>) -> Vec<Done> {
    let mut all: Vec<Done> = Vec::new();
    for run in runs {
        match all.last_mut() {
            Some(last) if last.name == run.name => {
                let before = std::mem::replace(&mut last.report, report_of(run.name, Vec::new(), Vec::new()));
                last.report = joined(run.name, vec![before, run.report]);
                last.exit = last.exit.and(run.exit);
            }
            _ => all.push(run),
        }
    }
    all
}

/// Has every problem told once, and says how many issues of an input are told by another check only.
pub(super) fn distinct(runs: &mut [Done]) {
    let subjects = runs.iter().flat_map(|run| &run.report.subjects);
    let before: Vec<usize> = subjects.map(|subject| subject.issues.len()).collect();
    once(runs);
    of_one_place(runs);
    let of_validation = [Check::ValidatePolicy, Check::Lint].map(Check::name);
    let now = runs.iter_mut().flat_map(|run| run.report.subjects.iter_mut().map(|own| (run.name, own)));
    for ((name, subject), before) in now.zip(before) {
        let dropped = before - subject.issues.len();
        // The message of another check does not count its warnings.
        if dropped > 0 && of_validation.contains(&name) {
            subject.message.push_str(&shown_elsewhere(dropped));
        }
    }
    beside_each_other(runs);
}

/// Says of an issue with advice that a later check has a finding at the same place: the advice about one may not be enough for both.
fn beside_each_other(runs: &mut [Done]) {
    let place = |issue: &Issue| Some((issue.source.as_ref()?.name().to_owned(), issue.marks.first()?.span));
    let is_open = |issue: &Issue| issue.kind == Kind::Finding && issue.accepted.is_none();
    let mut later: Vec<(&str, String, Span)> = Vec::new();
    for run in runs.iter_mut().rev() {
        let mut own = Vec::new();
        for issue in run.report.subjects.iter_mut().flat_map(|subject| &mut subject.issues) {
            let Some((name, span)) = place(issue).filter(|_| is_open(issue)) else { continue };
            let other = later.iter().find(|(_, other, at)| *other == name && *at == span);
            let help = issue.notes.iter().position(|(name, _)| *name == "help");
            if let (Some((check, ..)), Some(help)) = (other, help) {
                let text = format!("{check} has a finding at this place too: a change has to satisfy both");
                issue.notes.insert(help, ("note", text));
            }
            own.push((run.name, name, span));
        }
        later.extend(own);
    }
}

/// Drops warnings that another issue repeats: a fault of a document that every check tells of is told once.
fn once(runs: &mut [Done]) {
    let key = |name: &str, issue: &Issue| (name.to_owned(), issue.fingerprint.clone(), issue.title.clone());
    // A finding that is a warning by choice explains the verdict of its check.
    let is_needed = |status: Status, issue: &Issue| {
        issue.kind != Kind::Warning || issue.accepted.is_some() && status == Status::Fail
    };
    let mut seen = BTreeSet::new();
    for subject in runs.iter().flat_map(|run| &run.report.subjects) {
        let needed = subject.issues.iter().filter(|issue| is_needed(subject.status, issue));
        seen.extend(needed.map(|issue| key(&subject.name, issue)));
    }
    for subject in runs.iter_mut().flat_map(|run| &mut run.report.subjects) {
        let (name, status) = (subject.name.clone(), subject.status);
        subject.issues.retain(|issue| is_needed(status, issue) || seen.insert(key(&name, issue)));
    }
}

/// Drops one of two issues of AWS's validation and of lint that say the same of the same place: a warning beside a problem, or else lint's.
fn of_one_place(runs: &mut [Done]) {
    let place = |issue: &Issue| {
        Some((issue.code, issue.source.as_ref()?.name().to_owned(), issue.marks.first()?.span))
    };
    let all: Vec<Issue> = runs
        .iter()
        .flat_map(|run| run.report.all_issues())
        .filter(|issue| issue.accepted.is_none())
        .cloned()
        .collect();
    let same = |own: &Issue, aws: &Issue| {
        let Code::Aws(code) = aws.code else { return false };
        let (Some((own_code, name, span)), Some((_, other, _))) = (place(own), place(aws)) else {
            return false;
        };
        repeats(own_code, code) && name == other && aws.marks.iter().any(|mark| mark.span == span)
    };
    let is_warning = |issue: &Issue| issue.kind == Kind::Warning;
    let is_repeated = |issue: &Issue| {
        all.iter().any(|other| match issue.code {
            Code::Aws(_) => same(other, issue) && is_warning(issue) && !is_warning(other),
            _ => same(issue, other) && (is_warning(issue) || !is_warning(other)),
        })
    };
    for subject in runs.iter_mut().flat_map(|run| &mut run.report.subjects) {
        subject.issues.retain(|issue| issue.accepted.is_some() || !is_repeated(issue));
    }
}

/// Says how many issues of an input another check shows, as the end of its message.
fn shown_elsewhere(issues: usize) -> String {
    match issues {
        1 => "; 1 of its issues is shown by another check".to_owned(),
        several => format!("; {several} of its issues are shown by another check"),
    }
}

/// Makes warnings fail: all, or those with some codes.
pub(super) fn denied(run: &mut Done, all: bool, codes: &[Code]) {
    let mut has_denied = false;
    let mut deny = |issue: &mut Issue| {
        let is_denied =
            issue.kind == Kind::Warning && (codes.contains(&issue.code) || all && issue.accepted.is_none());
        if is_denied {
            issue.kind = Kind::Finding;
            issue.accepted = None;
            has_denied = true;
        }
        is_denied
    };
    run.report.issues.iter_mut().for_each(|issue| {
        deny(issue);
    });
    for subject in &mut run.report.subjects {
        let mut count = 0;
        for issue in &mut subject.issues {
            count += usize::from(deny(issue));
        }
        if count > 0 && matches!(subject.status, Status::Pass | Status::Skipped) {
            subject.status = Status::Fail;
            subject.message.push_str("; it has a warning, and warnings are denied");
        }
    }
    if has_denied {
        run.exit = run.exit.and(Exit::Finding);
    }
}

/// Joins the reports of all checks into one, in which the name of the check stands beside the name of the input.
pub(super) fn one_report(runs: &[Done], command: &'static str) -> Report {
    let mut all = report_of(command, Vec::new(), Vec::new());
    for run in runs {
        all.has_baseline |= run.report.has_baseline;
        all.issues.extend(run.report.issues.iter().cloned());
        all.subjects.extend(run.report.subjects.iter().cloned().map(|subject| Subject {
            rule: Some(match &subject.rule {
                Some(rule) => format!("{}, {rule}", run.name),
                None => run.name.to_owned(),
            }),
            ..subject
        }));
    }
    all
}

//! Access gained and lost between two policies, and requests no longer or newly denied.

use super::issues::MOST_CHECKED;
use super::judgement::{Invocation, Judgement};
use super::{finding, names, undecided};
use crate::catalogue::Level;
use crate::check::{Answer, Axis, Difference, Group, Options, Side};
use crate::code::Code;
use crate::explain::display::{one_line, statement_name};
use crate::index::broken;
use crate::policy::{Document, RequestSet, Statement};
use crate::report::aws_messages::AwsCheck;
use crate::report::fingerprint::fingerprint;
use crate::report::issue::{Elsewhere, Issue, Kind, Mark};
use crate::solve::Verdict;
use crate::span::{Source, Span};
use crate::verify::Certificate;
use std::cmp::Reverse;

/// The number of values that are marked in the source, for each list.
const MARKED: usize = 4;
/// The number of values that a title names, for each list.
const NAMED: usize = 3;

/// A source with marks and the pointer of the first one, and places in the other policy.
type Shown = (Source, Vec<Mark>, Option<String>, Option<Box<Elsewhere>>);

/// The direction of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Access that the new policy allows and the old one does not.
    Gained,
    /// Access that the old policy allows and the new one does not.
    Lost,
    /// Requests that the old policy denies and the new one does not.
    NoLongerDenied,
    /// Requests that the new policy denies and the old one does not.
    NewlyDenied,
}

impl Direction {
    /// `gained`, `lost`, `no longer denied` or `newly denied`.
    pub fn name(self) -> &'static str {
        match self {
            Direction::Gained => "gained",
            Direction::Lost => "lost",
            Direction::NoLongerDenied => "no longer denied",
            Direction::NewlyDenied => "newly denied",
        }
    }

    /// True if the new policy lets less through; such changes come without advice.
    fn is_narrowing(self) -> bool {
        matches!(self, Direction::Lost | Direction::NewlyDenied)
    }

    /// True if the direction is about denied requests.
    fn is_denial(self) -> bool {
        matches!(self, Direction::NoLongerDenied | Direction::NewlyDenied)
    }

    /// Returns the title of a group, given whether all of its requests are new or lost, or only a part.
    fn title(self, set: RequestSet, is_all: bool) -> &'static str {
        let is_of_form = matches!(set, RequestSet::Allowed(_)) && set != RequestSet::ALLOWED;
        match (self, is_of_form, is_all) {
            (Direction::Gained, false, true) => "newly allowed",
            (Direction::Gained, false, false) => "partly new",
            (Direction::Gained, true, true) => "newly allowed even without an identity policy",
            (Direction::Gained, true, false) => "partly new even without an identity policy",
            (Direction::Lost, false, true) => "no longer allowed",
            (Direction::Lost, false, false) => "partly lost",
            (Direction::Lost, true, true) => "allowed only together with an identity policy",
            (Direction::Lost, true, false) => "partly allowed only together with an identity policy",
            (Direction::NoLongerDenied, _, true) => "no longer denied",
            (Direction::NoLongerDenied, _, false) => "partly no longer denied",
            (Direction::NewlyDenied, _, true) => "newly denied",
            (Direction::NewlyDenied, _, false) => "partly newly denied",
        }
    }

    fn code(self) -> Code {
        match self {
            Direction::Gained => Code::AccessGained,
            Direction::Lost => Code::AccessLost,
            Direction::NoLongerDenied => Code::NoLongerDenied,
            Direction::NewlyDenied => Code::NewlyDenied,
        }
    }
}

/// One direction of a comparison, with its groups.
///
/// ```
/// use iamsat::check::{Options, difference};
/// use iamsat::report::{Change, Direction, Invocation};
/// # fn policy(statement: &str) -> iamsat::Document {
/// #     format!(r#"{{"Version":"2012-10-17","Statement":{statement}}}"#).parse().unwrap()
/// # }
/// let old = policy(r#"{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}"#);
/// let new = policy(r#"{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"*"}"#);
/// let options = Options::default();
/// let found = difference(&new, &old, &options);
/// let change = Change::new(Direction::Gained, &new, &old, found, &options);
/// let invocation = Invocation { policy: "new.json", existing: Some("old.json"), ..Invocation::default() };
/// assert_eq!(change.issues(&invocation)[0].title, "newly allowed: s3:PutObject on any resource");
/// ```
#[derive(Clone, Debug)]
pub struct Change<'a> {
    direction: Direction,
    /// The policy that allows more, or denies more.
    pub(in crate::report) more: &'a Document,
    pub(in crate::report) less: &'a Document,
    /// By set; those that let more through by access level, the highest first.
    pub(in crate::report) groups: Vec<Group>,
    pub(in crate::report) rest: Answer,
    certificates: Vec<Certificate>,
    /// The groups' requests as findings, in the form that the explanation of findings needs.
    answer: Answer,
    options: Options,
}

impl<'a> Change<'a> {
    /// Makes the change that consists of the requests that `more` allows (or denies) and `less` does not.
    pub fn new(
        direction: Direction,
        more: &'a Document,
        less: &'a Document,
        difference: Difference,
        options: &Options,
    ) -> Change<'a> {
        let mut groups = difference.groups;
        if !direction.is_narrowing() {
            for of_set in groups.chunk_by_mut(|one, other| one.set == other.set) {
                of_set.sort_by_cached_key(|group| Reverse(level(group, options)));
            }
        }
        let findings = groups.iter().map(|group| group.finding.clone()).collect();
        let mut answer = difference.rest.clone();
        answer.verdict = Verdict::Fail(findings);
        Change {
            direction,
            more,
            less,
            groups,
            rest: difference.rest,
            certificates: difference.certificates,
            answer,
            options: options.clone(),
        }
    }

    /// True if it is proved that there is no difference in this direction.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.is_complete()
    }

    /// True if it is proved that the groups cover everything.
    pub fn is_complete(&self) -> bool {
        self.rest.verdict.is_pass()
    }

    /// True if there is a difference, shown by a request.
    pub fn is_shown(&self) -> bool {
        !self.groups.is_empty() || matches!(self.rest.verdict, Verdict::Fail(_))
    }

    /// Returns the answer to the query whether the groups cover everything.
    pub fn rest(&self) -> &Answer {
        &self.rest
    }

    /// Returns the certificates of the queries whether the groups cover everything, if requested.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }

    /// Returns the groups' requests as reasons why one policy lets more through than the other.
    fn judgement(&self) -> Judgement<'_> {
        let (policy, existing) = match self.direction.is_denial() {
            true => (self.less, self.more),
            false => (self.more, self.less),
        };
        Judgement::new(AwsCheck::NoNewAccess, policy, Some(existing), &self.answer, &self.options)
    }

    /// Makes an issue of each group; if the groups may be incomplete, also of the reasons.
    pub fn issues(&self, invocation: &Invocation<'_>) -> Vec<Issue> {
        let judgement = self.judgement();
        let unchecked = Invocation { recheck: None, ..*invocation };
        let explained = self.groups.iter().zip(&judgement.findings).enumerate();
        let mut issues: Vec<Issue> = explained
            .map(|(place, (group, explained))| {
                let checks = place < MOST_CHECKED && !self.direction.is_narrowing();
                let invocation = if checks { invocation } else { &unchecked };
                self.retold(group, finding::issue(&judgement, explained, invocation))
            })
            .collect();
        if issues.len() != self.groups.len() {
            issues.push(Issue::new(Kind::Error, Code::InternalError, "a finding could not be explained"));
        }
        if let Verdict::Unknown(unknown) = &self.rest.verdict {
            let (name, is_denial) = (self.direction.name(), self.direction.is_denial());
            let what = match (self.groups.is_empty(), is_denial) {
                (true, false) => format!("could not decide whether access was {name}"),
                (true, true) => format!("could not decide whether anything is {name}"),
                (false, false) => format!("there may be more access that was {name}"),
                (false, true) => format!("there may be more requests that are {name}"),
            };
            let documents = [self.more, self.less];
            issues.extend(undecided::among(&documents, unknown, self.rest.policy_type, &what));
        }
        issues
    }

    /// Returns the document whose statement describes a group, and the verb for what the statement does.
    pub(in crate::report) fn side(&self, group: &Group) -> (&'a Document, &'static str) {
        match group.side {
            Side::More if self.direction.is_denial() => (self.more, "denies"),
            Side::More => (self.more, "allows"),
            Side::Less => (self.less, "denies"),
        }
    }

    /// Returns the highest access level of the listed actions of a group.
    pub(in crate::report) fn level(&self, group: &Group) -> Option<Level> {
        level(group, &self.options)
    }

    /// Rewrites the issue of a finding as a change.
    fn retold(&self, group: &Group, issue: Issue) -> Issue {
        let title = self.direction.title(group.set, group.is_all_new);
        let title = match group.document.statements.first() {
            Some(statement) => format!("{title}: {}", described(statement)),
            None => title.to_owned(),
        };
        let (document, verb) = self.side(group);
        let statement = document.statements.get(group.region.statement());
        let marks = match statement {
            Some(statement) => marks(group, statement, verb),
            None => broken("a group is about a statement of its document"),
        };
        let (source, marks, pointer, elsewhere) = self.placed(group, marks, &issue);
        let notes =
            issue.notes.into_iter().filter_map(|(name, text)| match (self.direction.is_narrowing(), name) {
                // New access of one policy is lost access of the other.
                (true, "before") => Some(("after", text)),
                (true, "after") => Some(("before", text)),
                (true, "help") => None,
                (false, "help") if group.side == Side::Less => None,
                _ => Some((name, text)),
            });
        let mut notes: Vec<(&'static str, String)> = notes.collect();
        if self.direction.is_narrowing() {
            notes.sort_by_key(|(name, _)| match *name {
                "request" => 0,
                "before" => 1,
                "after" => 2,
                _ => 3,
            });
        }
        if let Some(statement) = group.document.statements.first() {
            let is_later = |(name, _): &(&str, String)| matches!(*name, "help" | "replay");
            let place = notes.iter().position(is_later).unwrap_or(notes.len());
            let facts = names::wildcards(self.options.catalogue(), statement.action.values.iter());
            let level = self.level(group).map(|level| ("level", level.name().to_owned()));
            notes.splice(place..place, level.into_iter().chain(facts));
        }
        let text = group.document.source.text();
        let fingerprint = fingerprint(&[self.direction.code().as_str(), text]);
        Issue {
            kind: Kind::Finding,
            code: self.direction.code(),
            title: one_line(&title),
            source: Some(source),
            marks,
            pointer,
            elsewhere,
            notes,
            fingerprint,
            accepted: None,
        }
    }

    /// Returns the places of a group with these marks: those in the new policy come first, as it is the one to look at.
    fn placed(&self, group: &Group, marks: Vec<Mark>, issue: &Issue) -> Shown {
        let (document, _) = self.side(group);
        let first = marks.first();
        let pointer = first.and_then(|mark| document.pointer_within(group.region.statement(), mark.span));
        let source = document.source.clone();
        let (is_of_old, elsewhere) = match (self.direction, group.side) {
            (Direction::Gained, Side::Less) => (true, None),
            (Direction::NoLongerDenied, _) => (issue.elsewhere.is_some(), None),
            (Direction::Gained | Direction::Lost, Side::More) => (false, issue.elsewhere.clone()),
            (Direction::Lost, Side::Less) | (Direction::NewlyDenied, _) => (false, None),
        };
        match &issue.source {
            Some(new) if is_of_old => {
                let old = Elsewhere { source, marks, pointer };
                (new.clone(), issue.marks.clone(), issue.pointer.clone(), Some(Box::new(old)))
            }
            _ => (source, marks, pointer, elsewhere),
        }
    }

    /// Summarizes this direction in a few words.
    pub fn sentence(&self) -> String {
        let all = self.groups.iter().filter(|group| group.is_all_new).count();
        let name = self.direction.name();
        let groups = match (self.groups.len(), all) {
            (0, _) => match &self.rest.verdict {
                Verdict::Pass(_) => "nothing".to_owned(),
                Verdict::Fail(_) => "something that is not listed".to_owned(),
                Verdict::Unknown(_) => return format!("could not decide whether anything was {name}"),
            },
            (1, 1) => "1 group of requests, entirely".to_owned(),
            (n, all) if all == n => format!("{n} groups of requests, all of them entirely"),
            (1, 0) => "a part of 1 group of requests".to_owned(),
            (n, 0) => format!("a part of each of {n} groups of requests"),
            (n, all) => format!("{n} groups of requests, {all} of them entirely"),
        };
        let rest = match &self.rest.verdict {
            Verdict::Pass(_) if self.groups.is_empty() => " (proved for every request)",
            Verdict::Pass(_) => " (proved: that is all)",
            Verdict::Fail(_) if self.groups.is_empty() => "",
            Verdict::Fail(_) => " (there is more)",
            Verdict::Unknown(_) => " (could not decide whether there is more)",
        };
        let colon = if self.direction.is_denial() { ":" } else { "" };
        format!("{name}{colon} {groups}{rest}")
    }
}

fn level(group: &Group, options: &Options) -> Option<Level> {
    names::level(options.catalogue(), &group.document.statements.first()?.action)
}

/// Marks the values of the group in their source, first the shortest narrowed list.
fn marks(group: &Group, statement: &Statement, verb: &str) -> Vec<Mark> {
    let count = |axis: Axis| match axis {
        Axis::Action => statement.action.values.len(),
        Axis::Resource => statement.resource.as_ref().map_or(0, |r| r.values.len()),
        Axis::Principal => statement.principal.as_ref().map_or(0, |p| p.values.len()),
        Axis::Condition(place) => statement.conditions.get(place).map_or(0, |c| c.values.len()),
    };
    let span = |axis: Axis, value: usize| -> Option<Span> {
        Some(match axis {
            Axis::Action => statement.action.values.get(value)?.span,
            Axis::Resource => statement.resource.as_ref()?.values.get(value)?.span,
            Axis::Principal => statement.principal.as_ref()?.values.get(value)?.span,
            Axis::Condition(place) => statement.conditions.get(place)?.values.get(value)?.span,
        })
    };
    let mut narrowed: Vec<(Axis, &[usize])> =
        group.region.lists().filter(|(axis, values)| values.len() < count(*axis)).collect();
    if narrowed.is_empty() {
        narrowed.extend(group.region.lists().next());
    }
    let mut marks = Vec::new();
    for (axis, values) in narrowed {
        for value in values.iter().take(MARKED) {
            let label = match (marks.is_empty(), axis) {
                (true, _) => {
                    format!("{} {verb} this", statement_name(group.region.statement(), Some(statement)))
                }
                (false, Axis::Condition(_)) => "and this".to_owned(),
                (false, _) => String::new(),
            };
            marks.extend(span(axis, *value).map(|span| Mark { span, label }));
        }
    }
    if marks.is_empty() {
        let label = format!("{} {verb} this", statement_name(group.region.statement(), Some(statement)));
        marks.push(Mark { span: statement.action.span, label });
    }
    marks
}

/// Describes the scope of a statement in one line.
fn described(statement: &Statement) -> String {
    let list = |values: Vec<&str>| {
        let shown: Vec<&str> = values.iter().take(NAMED).copied().collect();
        match values.len().checked_sub(NAMED) {
            None | Some(0) => shown.join(", "),
            Some(more) => format!("{} and {more} more", shown.join(", ")),
        }
    };
    let actions = list(statement.action.values.iter().map(|a| &*a.value.text).collect());
    let mut out = match statement.action.negated {
        false if actions == "*" => "any action".to_owned(),
        false => actions,
        true => format!("any action except {actions}"),
    };
    if let Some(resource) = &statement.resource {
        let resources = list(resource.values.iter().map(|r| &*r.value.text).collect());
        out.push_str(&match resource.negated {
            false if resources == "*" => " on any resource".to_owned(),
            false => format!(" on {resources}"),
            true => format!(" on any resource except {resources}"),
        });
    }
    if let Some(principal) = &statement.principal {
        let principals = list(principal.values.iter().map(|p| &*p.value.text).collect());
        out.push_str(&match (principal.everyone, principal.negated) {
            (true, false) => " by anyone".to_owned(),
            (true, true) => " by no one".to_owned(),
            (false, false) => format!(" by {principals}"),
            (false, true) => format!(" by anyone except {principals}"),
        });
    }
    for (place, condition) in statement.conditions.iter().enumerate() {
        let values = list(condition.values.iter().map(|v| &*v.value.text).collect());
        let joint = if place == 0 { " where" } else { " and" };
        out.push_str(&format!("{joint} {} {} {values}", condition.key.value.text, condition.operator_text));
    }
    out
}

//! Separation of duties: no one principal of a snapshot can do all of several things.
//!
//! Each thing is a question who can do it. A principal that is on every list is a finding; one that may be on every list leaves
//! the answer open. Entries for several principals (the users of an account that was not collected, the holders of a provider's
//! tokens) are no single one, so they leave it open too.

use super::super::who_can::is_allowed;
use super::reader::Reader;
use crate::check::{CanVerdict, Options, PreparedSnapshot, Wants, WhoAnswer, WhoEntry, WhoKind};
use crate::cli::Exit;
use crate::explain::display::one_line;
use crate::policy::{Json, JsonValue, Member, Rendered};
use crate::report::Failure;
use crate::request::Request;
use crate::surface::{Stated, asked_who, of_property};
use std::collections::{BTreeMap, BTreeSet};

/// The name of the check.
pub(super) const DUTIES: &str = "separation-of-duties";

/// The members of such a test.
const MEMBERS: [&str; 6] = ["snapshot", "of", "allowed", "kinds", "noOrganization", "strictCollect"];

/// The members of one duty.
const OF_DUTIES: [&str; 5] = ["action", "actions", "resource", "resources", "condition"];

/// Principals that are listed one by one.
const LISTED: usize = 20;

/// The question of such a test.
pub(super) struct Duties {
    pub(super) snapshot: String,
    pub(super) stated: Stated,
    /// The things of which no one can do all.
    of: Vec<Wants>,
    /// Patterns of those who may.
    allowed: Vec<String>,
    kinds: Vec<WhoKind>,
}

impl Reader {
    /// Reads the members of such a test.
    pub(super) fn duties(&mut self, test: &Json<'_>, members: &[&Member<'_>]) -> Option<Duties> {
        for member in members.iter().filter(|member| !MEMBERS.contains(&&*member.key)) {
            self.unknown(member, DUTIES, &MEMBERS);
        }
        let member = |name: &str| test.member(name).map(|member| &member.value);
        let snapshot = match member("snapshot") {
            Some(json) => self.path(json),
            None => self.snapshot.clone(),
        };
        if snapshot.is_none() {
            self.fault("the test has no `snapshot`: a directory with answers of the AWS CLI", test.span);
        }
        let list = match member("of").map(|json| &json.kind) {
            Some(JsonValue::Array(list)) if list.len() > 1 => list.as_slice(),
            _ => {
                self.fault("the test has no `of`: a list of two or more objects with `action`", test.span);
                &[]
            }
        };
        let of: Vec<Wants> = list.iter().filter_map(|duty| self.duty(duty)).collect();
        let allowed = member("allowed").map_or_else(Vec::new, |json| self.texts("`allowed`", json));
        let mut kinds = Vec::new();
        for name in member("kinds").map_or_else(Vec::new, |json| self.texts("`kinds`", json)) {
            match WhoKind::parse(&name) {
                Some(kind) => kinds.push(kind),
                None => self.fault(format!("`{name}` is not a kind of requester"), test.span),
            }
        }
        let mut truth = |name: &str| match member(name).map(|json| (&json.kind, json.span)) {
            None => false,
            Some((JsonValue::Bool(value), _)) => *value,
            Some((_, span)) => {
                self.fault(format!("`{name}` is true or false"), span);
                false
            }
        };
        let stated = Stated::new(truth("noOrganization"), truth("strictCollect"));
        let kinds = if kinds.is_empty() { WhoKind::ALL.to_vec() } else { kinds };
        Some(Duties { snapshot: snapshot?, stated, of, allowed, kinds })
    }

    fn duty(&mut self, json: &Json<'_>) -> Option<Wants> {
        let JsonValue::Object(members) = &json.kind else {
            self.fault(format!("a duty is an object, not {}", json.describe()), json.span);
            return None;
        };
        for member in members.iter().filter(|member| !OF_DUTIES.contains(&&*member.key)) {
            self.unknown(member, "a duty", &OF_DUTIES);
        }
        let mut list = |names: [&str; 2]| -> Vec<String> {
            let found = members.iter().filter(|member| names.contains(&&*member.key));
            found.flat_map(|member| self.texts(&format!("`{}`", member.key), &member.value)).collect()
        };
        let (actions, resources) = (list(["action", "actions"]), list(["resource", "resources"]));
        let condition = json.member("condition").map(|member| Rendered::of(&member.value).text().to_owned());
        let wants = Wants { actions, resources, conditions: condition.into_iter().collect() };
        if wants.actions.is_empty() {
            self.fault("the duty has no `action`", json.span);
        } else if let Err(error) = wants.documents() {
            self.fault(of_property(error).message, json.span);
        }
        Some(wants)
    }
}

/// The principals of one list: those who can and those who may, by name.
struct List<'p> {
    can: BTreeMap<String, &'p WhoEntry<'p>>,
    may: BTreeSet<String>,
}

/// Answers the question.
///
/// # Errors
/// A pattern is not valid, or an internal error.
pub(super) fn answer(duties: &Duties, prepared: &PreparedSnapshot) -> Result<(Exit, String), Failure> {
    let allowed = super::patterns(&duties.allowed)?;
    let is_allowed = |who: &str| is_allowed(&allowed, who);
    let options = Options::default();
    let answers = duties.of.iter().map(|wants| asked_who(prepared, wants, &duties.kinds, &options));
    let answers: Vec<WhoAnswer<'_>> = answers.collect::<Result<_, _>>()?;
    let lists: Vec<List<'_>> = answers.iter().map(List::of).collect();
    let Some((first, others)) = lists.split_first() else {
        return Err(Failure::internal("a separation of duties has two or more of them"));
    };
    let (mut all, mut open) = (Vec::new(), Vec::new());
    for (who, entry) in first.can.iter().filter(|(who, _)| !is_allowed(who)) {
        if is_one(entry.kind) && others.iter().all(|list| list.can.contains_key(who)) {
            all.push(who.as_str());
        } else if others.iter().all(|list| list.can.contains_key(who) || list.may.contains(who)) {
            open.push(who.as_str());
        }
    }
    let others_may =
        |who: &str| others.iter().all(|list| list.can.contains_key(who) || list.may.contains(who));
    open.extend(first.may.iter().map(String::as_str).filter(|who| !is_allowed(who) && others_may(who)));
    let things = duties.of.len();
    Ok(match (all.is_empty(), open.is_empty()) {
        (false, _) => {
            let shown = |who: &&str| format!("\n  {who}{}", requests(&lists, who));
            (
                Exit::Finding,
                format!("one principal can do all {things} of these things:{}", listed(&all, shown)),
            )
        }
        (true, false) => {
            let shown = |who: &&str| format!("\n  {who}");
            let text = format!("it is undecided whether one of these can do all {things} of these things:");
            (Exit::Unknown, format!("{text}{}", listed(&open, shown)))
        }
        (true, true) => {
            (Exit::Success, format!("no one principal can do all {things} of these things (proved)"))
        }
    })
}

fn listed(who: &[&str], shown: impl Fn(&&str) -> String) -> String {
    let mut text: String = who.iter().take(LISTED).map(shown).collect();
    if who.len() > LISTED {
        text.push_str(&format!("\n  and {} more", who.len() - LISTED));
    }
    text
}

/// Returns the requests of a principal, one for each list, as lines.
fn requests(lists: &[List<'_>], who: &str) -> String {
    let entries = lists.iter().filter_map(|list| list.can.get(who));
    let verdicts = entries.map(|entry| &entry.answer.part.answer.verdict);
    let of_can = verdicts.filter_map(|verdict| match verdict {
        CanVerdict::Can(witness) => Some(witness.request()),
        CanVerdict::Cannot(_) | CanVerdict::Unknown(_) => None,
    });
    let line = |request: &Request| one_line(&format!("{} on {}", request.action, request.resource));
    of_can.flat_map(|request| ["\n    ".to_owned(), line(request)]).collect()
}

/// True for entries that are one principal each.
fn is_one(kind: WhoKind) -> bool {
    match kind {
        WhoKind::User | WhoKind::Role | WhoKind::Root | WhoKind::Anonymous => true,
        WhoKind::Uncollected | WhoKind::Account | WhoKind::Service | WhoKind::Federated => false,
    }
}

impl<'p> List<'p> {
    fn of(answer: &'p WhoAnswer<'p>) -> List<'p> {
        List {
            can: answer.entries.iter().map(|entry| (entry.who.clone(), entry)).collect(),
            may: answer.open.iter().map(|entry| entry.who.clone()).collect(),
        }
    }
}

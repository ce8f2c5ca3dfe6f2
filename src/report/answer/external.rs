//! Access from outside a zone of trust: the findings about one policy.

use super::world::dated;
use crate::check::{ExternalAccess, ExternalFinding, Options, Zone};
use crate::explain::display::{KeyNames, counted, one_line};
use crate::explain::zone::own_finding;
use crate::policy::{Condition, Document, OperatorBase, ResourceType, SetPrefix};
use crate::report::issue::{Issue, Kind, Mark};
use crate::request::{SharedProvider, is_trust_key};
use crate::solve::Verdict;

/// The findings about one policy.
#[derive(Debug)]
pub struct External<'a> {
    /// The policy.
    pub policy: &'a Document,
    /// The argument that named the policy.
    pub argument: &'a str,
    /// The type of the resource that it is attached to.
    pub resource_type: ResourceType,
    /// Who is trusted.
    pub zone: &'a Zone,
    /// The findings.
    pub access: &'a ExternalAccess,
    /// The options of the check.
    pub options: &'a Options,
}

/// Values of an element, and true if it matches everything except them.
pub(in crate::report) type Values<'f> = (bool, Vec<&'f str>);

impl External<'_> {
    /// Lists the actions of a finding.
    pub(in crate::report) fn actions(finding: &ExternalFinding) -> Values<'_> {
        match finding.document.statements.first() {
            Some(s) => (s.action.negated, s.action.values.iter().map(|v| &*v.value.text).collect()),
            None => (false, Vec::new()),
        }
    }

    /// Lists the resources of a finding.
    pub(in crate::report) fn resources(finding: &ExternalFinding) -> Values<'_> {
        match finding.document.statements.first().and_then(|s| s.resource.as_ref()) {
            Some(r) => (r.negated, r.values.iter().map(|v| &*v.value.text).collect()),
            None => (false, Vec::new()),
        }
    }

    /// Lists the conditions of a finding.
    pub(in crate::report) fn conditions<'f>(&self, finding: &'f ExternalFinding) -> Vec<Trust<'f>> {
        let names = KeyNames::of(&[self.policy]);
        let trust = |condition: &'f Condition| Trust::of(condition, &names, self.resource_type);
        finding.document.statements.iter().take(1).flat_map(|s| &s.conditions).map(trust).collect()
    }

    /// Returns the JSON pointer of a finding's principal.
    pub(in crate::report) fn pointer(&self, finding: &ExternalFinding) -> String {
        match own_finding(self.policy, finding).principal {
            Some(value) => self.policy.principal_pointer(finding.statement, value),
            None => self.policy.principal_element_pointer(finding.statement),
        }
    }

    /// Returns the answer in one sentence.
    pub fn sentence(&self) -> String {
        let name = self.policy.source.name();
        let found = self.access.findings.len();
        let sentence = match (&self.access.rest.verdict, found) {
            (Verdict::Pass(_), 0) => {
                format!("{name} lets no one in from outside {}: proved for every request", self.zone)
            }
            (Verdict::Pass(_), 1) => {
                format!("1 finding, which covers all access from outside {} (proved)", self.zone)
            }
            (Verdict::Pass(_), n) => {
                format!("{n} findings, which cover all access from outside {} (proved)", self.zone)
            }
            (_, 0) => format!("UNKNOWN. it could not be decided whether {name} lets anyone in from outside"),
            (_, n) => format!("UNKNOWN. {}, and there may be more", counted(n, "finding")),
        };
        let rest = &self.access.rest;
        one_line(&(sentence + &self.tenants() + &dated(rest.world, rest.edition.as_ref())))
    }

    /// Says that a trusted provider which the policy names serves tenants of many owners, if one does.
    fn tenants(&self) -> String {
        let mut trusted = self.zone.principals().iter().filter_map(|name| SharedProvider::of(name));
        let elements = || self.policy.statements.iter().filter_map(|statement| statement.principal.as_ref());
        let named: Vec<&str> =
            elements().flat_map(|element| &element.values).map(|value| &*value.value.text).collect();
        let is_named = |provider: &&SharedProvider| {
            named.iter().any(|name| SharedProvider::of(name).is_some_and(|own| own == *provider))
        };
        trusted.find(is_named).map_or_else(String::new, |provider| {
            format!("; every tenant of {} counts as trusted, as its provider is", provider.issuer)
        })
    }

    /// True if the issue of the finding at this place is accepted.
    pub(in crate::report) fn is_accepted(&self, issues: &[Issue], place: usize) -> bool {
        let findings: Vec<&Issue> = issues.iter().filter(|issue| issue.kind == Kind::Finding).collect();
        findings.len() == self.access.findings.len()
            && findings.get(place).is_some_and(|issue| issue.accepted.is_some())
    }

    /// Prepares issues for a text in which they follow each other: the title of each finding starts with its number in the table, and
    /// findings about one statement share the excerpt of the first one.
    pub fn together(&self, mut issues: Vec<Issue>) -> Vec<Issue> {
        let findings: Vec<&mut Issue> =
            issues.iter_mut().filter(|issue| issue.kind == Kind::Finding).collect();
        if findings.len() != self.access.findings.len() {
            return issues;
        }
        let mut numbered: Vec<(usize, &mut Issue)> = findings.into_iter().enumerate().collect();
        for (place, issue) in &mut numbered {
            issue.title = format!("{} {}", number(*place), issue.title);
        }
        let statement = |place: usize| self.access.findings.get(place).map(|finding| finding.statement);
        let mut shown = numbered.into_iter().filter(|(_, issue)| issue.accepted.is_none()).peekable();
        while let Some((first, leader)) = shown.next() {
            let leads = |other: &Issue, leader: &Issue| {
                let [own, others] = [leader, other].map(|issue| issue.marks.get(1..));
                own == others
            };
            let mut followers = Vec::new();
            while let Some((place, issue)) =
                shown.next_if(|(place, issue)| statement(*place) == statement(first) && leads(issue, leader))
            {
                let Some((source, at)) = issue.place() else { continue };
                let file = format!("{}:{}:{}", source.place_name(), at.line, at.column);
                let seen = format!("{file}, marked {} above", number(place));
                issue.notes.insert(0, ("place", seen));
                followers.extend(issue.marks.drain(..).take(1).map(|mark| (place, mark)));
            }
            if followers.is_empty() {
                continue;
            }
            if let Some(mark) = leader.marks.first_mut() {
                mark.label = format!("{}: {}", number(first), mark.label);
            }
            leader.marks.extend(
                followers.into_iter().map(|(place, mark)| Mark {
                    label: format!("{}: {}", number(place), mark.label),
                    ..mark
                }),
            );
        }
        issues
    }
}

/// Returns the number of a finding, used in the table and in its issue.
pub(in crate::report) fn number(place: usize) -> String {
    format!("#{}", place + 1)
}

/// A condition of a finding.
pub(in crate::report) struct Trust<'f> {
    /// The key as the policy spells it.
    pub(in crate::report) key: String,
    /// True if the key is one by which policies restrict their callers.
    pub(in crate::report) is_of_trust: bool,
    /// The condition.
    pub(in crate::report) condition: &'f Condition,
}

impl<'f> Trust<'f> {
    /// Looks at a condition of the policy of a resource.
    pub(in crate::report) fn of(
        condition: &'f Condition,
        names: &KeyNames<'_>,
        of: ResourceType,
    ) -> Trust<'f> {
        let key = &*condition.key.value.name;
        Trust {
            key: names.name(key).into_owned(),
            is_of_trust: is_trust_key(key, of) || key == "aws:sourceip",
            condition,
        }
    }

    /// True if the condition lists the allowed values of the key, so that key and values describe it, as in AWS's findings.
    pub(in crate::report) fn confines(&self) -> bool {
        let operator = self.condition.operator.value;
        !operator.base.is_negated()
            && operator.base != OperatorBase::Null
            && !operator.if_exists
            && operator.set != Some(SetPrefix::ForAllValues)
    }

    /// Returns its values.
    pub(in crate::report) fn values(&self) -> Vec<&'f str> {
        self.condition.values.iter().map(|value| &*value.value.text).collect()
    }
}

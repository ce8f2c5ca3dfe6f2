//! Finds names in a statement that AWS does not list, and listed names that do not go together.
//!
//! None of this is proved: AWS has actions that its reference does not list, and adds new ones. The catalogue of a day says what
//! was known on that day.

use super::Fault;
use crate::catalogue::{Action, Carried, Catalogue, KeyType};
use crate::check::query_budget::{QueryBudget, Stopped};
use crate::policy::{
    ActionPattern, Condition, OperatorBase, OperatorFamily, ResourcePattern, SetPrefix, Statement,
};
use crate::request::key_info;

/// The work of a search for similar names, which takes about a millisecond.
const SIMILAR: usize = 100_000;

/// The work of comparing an action with a resource pattern or with a condition key.
const COMPARISON: usize = 100;

/// Returns the faults of a statement's names.
pub(super) fn faults(
    statement: &Statement,
    catalogue: &Catalogue,
    budget: &QueryBudget,
) -> Result<Vec<Fault>, Stopped> {
    let mut look = Look { catalogue, budget, faults: Vec::new() };
    let actions = look.actions(statement)?;
    for (place, condition) in statement.conditions.iter().enumerate() {
        look.condition(place, condition, actions.as_deref())?;
    }
    Ok(look.faults)
}

struct Look<'l> {
    catalogue: &'l Catalogue,
    budget: &'l QueryBudget,
    faults: Vec<Fault>,
}

impl<'l> Look<'l> {
    /// Returns the listed actions of a statement, if they are all that it is about.
    fn actions(&mut self, statement: &Statement) -> Result<Option<Vec<Action<'l>>>, Stopped> {
        let mut all = Vec::new();
        let mut is_complete = !statement.action.negated;
        for (place, pattern) in statement.action.values.iter().enumerate() {
            let pattern = &pattern.value;
            if pattern.has_service_wildcard() {
                self.faults.push(Fault::ServicePattern(place));
            }
            if pattern.is_any() || pattern.has_service_wildcard() {
                is_complete = false;
                continue;
            }
            let actions = self.matching(pattern)?;
            if actions.is_empty() {
                is_complete = false;
                // A pattern that can match nothing has a warning of its own.
                if pattern.can_match() {
                    self.budget.compare(SIMILAR)?;
                    self.faults.push(Fault::UnlistedAction(place));
                }
            } else if !statement.action.negated && self.are_unusable(statement, &actions)? {
                self.faults.push(Fault::UnusableAction(place));
            }
            all.extend(actions);
        }
        Ok(Some(all).filter(|all| is_complete && !all.is_empty()))
    }

    /// Returns the listed actions that a pattern of one service matches.
    fn matching(&self, pattern: &ActionPattern) -> Result<Vec<Action<'l>>, Stopped> {
        let prefix = pattern.text.split_once(':').map_or("", |(prefix, _)| prefix);
        let service = self.catalogue.service(prefix);
        self.budget.compare(COMPARISON + service.map_or(0, |service| service.action_count()))?;
        Ok(self.catalogue.matching(pattern).collect())
    }

    /// True if none of these actions can be about a resource of the statement.
    fn are_unusable(&self, statement: &Statement, actions: &[Action<'l>]) -> Result<bool, Stopped> {
        let Some(resources) = statement.resource.as_ref().filter(|resource| !resource.negated) else {
            return Ok(false);
        };
        let patterns: Vec<&ResourcePattern> = resources.values.iter().map(|value| &value.value).collect();
        if patterns.is_empty() || patterns.iter().any(|pattern| pattern.template.is_many()) {
            return Ok(false);
        }
        for action in actions {
            for pattern in &patterns {
                self.budget.compare(COMPARISON + pattern.text.len())?;
                if action.can_be_about(pattern) {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    fn condition(
        &mut self,
        place: usize,
        condition: &Condition,
        actions: Option<&[Action<'l>]>,
    ) -> Result<(), Stopped> {
        let name = &*condition.key.value.name;
        self.budget.compare(COMPARISON)?;
        let listed = self.catalogue.key(name);
        if listed.is_some_and(|key| !admits(key.kind(), condition.operator.value.base.family())) {
            self.faults.push(Fault::OperatorAgainstType(place));
        }
        match self.catalogue.carriers_of(name) {
            // Global keys have a fault of their own.
            Carried::Unknown if !name.starts_with("aws:") && key_info(name).is_none() => {
                self.budget.compare(SIMILAR)?;
                if self.catalogue.is_misspelt_key(name) {
                    self.faults.push(Fault::UnlistedKey(place));
                }
            }
            Carried::Never if needs_key(condition) => {
                let Some(actions) = actions else { return Ok(()) };
                for action in actions {
                    self.budget.compare(COMPARISON)?;
                    if action.carries(name) != Carried::Never {
                        return Ok(());
                    }
                }
                // Of a key that no action carries, the lists do not say where it is.
                self.budget.compare(SIMILAR)?;
                if self.catalogue.is_carried(name) {
                    self.faults.push(Fault::AbsentKey(place));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// True if no request without the key satisfies the condition.
fn needs_key(condition: &Condition) -> bool {
    let operator = condition.operator.value;
    match (operator.base, operator.set) {
        (OperatorBase::Null, _) | (_, Some(SetPrefix::ForAllValues)) => false,
        (base, set) => !operator.if_exists && (set.is_some() || !base.is_negated()),
    }
}

/// True if an operator of this family can compare values of this type: texts of any kind are compared as texts, except those
/// that have several spellings. `aws:CurrentTime` and its like can be numbers.
fn admits(kind: KeyType, family: OperatorFamily) -> bool {
    use OperatorFamily as Family;
    match family {
        Family::Null => true,
        Family::String => !matches!(kind, KeyType::Numeric | KeyType::Date | KeyType::IpAddress),
        Family::Arn => matches!(kind, KeyType::Arn | KeyType::String),
        Family::Numeric | Family::Date => matches!(kind, KeyType::Numeric | KeyType::Date),
        Family::Bool => kind == KeyType::Bool,
        Family::Ip => kind == KeyType::IpAddress,
        Family::Binary => kind == KeyType::Binary,
    }
}

//! Confirms access from many addresses: each request stands for all of its addresses, and together they are many.

use crate::confirm::{Disagreement, Referee, confirm};
use crate::policy::{Document, OperatorFamily, Template};
use crate::query::Query;
use crate::request::{AddressInterval, AddressSet, Request};

const SOURCE_IP: &str = "aws:sourceip";

/// A request shown as evidence.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'r> {
    /// Index of the policy that allows the request (or denies it, in a query about denied requests).
    pub policy: usize,
    /// Index of the statement of that policy that does so.
    pub statement: usize,
    /// The addresses from each of which the request is allowed; `None` if the request alone is enough evidence.
    pub addresses: Option<AddressInterval>,
    /// The request.
    pub request: &'r Request,
}

impl Shown<'_> {
    /// Confirms on the documents that the request is evidence. In a query about outsiders, it must be confirmed without an
    /// address or for all of its addresses.
    ///
    /// # Errors The reason why it is not.
    pub fn confirm(&self, query: &Query<'_>, referee: &Referee<'_>) -> Result<(), Disagreement> {
        confirm(self.request, &referee.claim(self.policy, self.statement))?;
        let from = self.request.source_address();
        match self.addresses {
            None if from.is_none() || query.outside().is_none() => Ok(()),
            None => Err(Disagreement::new("one address is not many")),
            Some(_) if query.outside().is_none() => {
                Err(Disagreement::new("the query is not about addresses"))
            }
            Some(addresses) => {
                if !from.is_some_and(|from| addresses.contains(from)) {
                    return Err(Disagreement::new("the request comes from none of the addresses"));
                }
                stands_for_all(query.documents(), &addresses).map_err(Disagreement::new)
            }
        }
    }
}

/// Confirms that requests that differ only in which of these addresses they come from are decided alike: no network in a
/// condition contains only some of the addresses, nothing else depends on the address, and none of them is private.
fn stands_for_all(documents: &[&Document], addresses: &AddressInterval) -> Result<(), String> {
    let splits = |network: &AddressInterval| {
        network.meets(addresses)
            && !(network.contains(addresses.first()) && network.contains(addresses.last()))
    };
    if AddressInterval::private().any(|private| private.meets(addresses)) {
        return Err("some of the addresses are private".to_owned());
    }
    let statements = || documents.iter().flat_map(|d| &d.statements);
    let conditions = || statements().flat_map(|s| &s.conditions);
    for condition in conditions().filter(|c| &*c.key.value.name == SOURCE_IP) {
        let is_network = condition.operator.value.base.family() == OperatorFamily::Ip;
        let networks = condition.values.iter().filter_map(|v| AddressInterval::network(&v.value.text));
        if is_network && networks.into_iter().any(|network| splits(&network)) {
            return Err(format!("the policy distinguishes between addresses of {addresses}"));
        }
    }
    let resources = statements().flat_map(|s| &s.resource).flat_map(|r| &r.values);
    let values = conditions().flat_map(|c| &c.values).map(|v| &v.value.template);
    let mut templates = resources.map(|r| &r.value.template).chain(values);
    match templates.any(names_address) {
        true => Err("a policy variable holds the address".to_owned()),
        false => Ok(()),
    }
}

/// True if a policy variable of the pattern stands for the source address.
pub fn names_address(template: &Template) -> bool {
    template.variables().any(|variable| &*variable.key == SOURCE_IP)
}

/// True if the requests together show access for everyone: one of them does so without regard to addresses, or all of them
/// together come from more addresses than count as few.
pub fn is_for_everyone(shown: impl IntoIterator<Item = Option<AddressInterval>>) -> bool {
    let intervals: Option<Vec<AddressInterval>> = shown.into_iter().collect();
    intervals.is_none_or(|intervals| AddressSet::of(intervals).is_everyone())
}

//! Access from many addresses: that each request shown stands for all of its addresses, and how many those are together.

use crate::confirm::{Disagreement, Referee, confirm};
use crate::policy::{Document, OperatorFamily, Template};
use crate::query::Query;
use crate::request::{AddressInterval, AddressSet, Request};

const SOURCE_IP: &str = "aws:sourceip";

/// A request that shows something.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'r> {
    /// Index of the policy that allows it, or that denies it in a query about what is denied.
    pub policy: usize,
    /// Index of the statement of that policy that does.
    pub statement: usize,
    /// The addresses from each of which it is allowed; none where the request alone shows enough.
    pub addresses: Option<AddressInterval>,
    /// The request.
    pub request: &'r Request,
}

impl Shown<'_> {
    /// Decides whether the request, judged on the documents, shows what it is to show: of a question that depends on the address, without
    /// an address, or for all of its addresses.
    ///
    /// # Errors
    /// Why not.
    pub fn confirm(&self, query: &Query<'_>, referee: &Referee<'_>) -> Result<(), Disagreement> {
        confirm(self.request, &referee.claim(self.policy, self.statement))?;
        let from = self.request.source_address();
        match self.addresses {
            None if from.is_none() || query.outside().is_none() => Ok(()),
            None => Err(Disagreement::new("one address is not many")),
            Some(_) if query.outside().is_none() => {
                Err(Disagreement::new("the question is not about addresses"))
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

/// Decides whether all requests that differ in nothing but which of the addresses they come from are decided alike: no network that a
/// condition names holds some of them only, nothing else depends on the address, and none is of a private network.
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
            return Err(format!("the policy tells some of {addresses} from others"));
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

/// Returns true if a policy variable of the pattern stands for the address that a request comes from.
pub fn names_address(template: &Template) -> bool {
    template.variables().any(|variable| &*variable.key == SOURCE_IP)
}

/// Returns true if requests together show access for everyone, by the addresses that each stands for: one of them does without regard
/// to addresses, or all of them come from more than are given to few.
pub fn is_for_everyone(shown: impl IntoIterator<Item = Option<AddressInterval>>) -> bool {
    let intervals: Option<Vec<AddressInterval>> = shown.into_iter().collect();
    intervals.is_none_or(|intervals| AddressSet::of(intervals).is_everyone())
}

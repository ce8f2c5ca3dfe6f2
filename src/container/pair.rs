//! The same policies in two files: by address, logical id or name.

use super::entry::{Container, Entry};
use super::kind::PolicyKind;
use std::collections::{BTreeMap, BTreeSet};

/// A policy on both sides, or on one of them.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'c> {
    /// The policy as it is.
    pub old: Option<&'c Entry>,
    /// The policy as it is to be.
    pub new: Option<&'c Entry>,
    /// The condition under which a template has the policy, if it is not the same on both sides.
    pub condition: Option<&'c str>,
}

/// Pairs the policies of two files, in the order of the new one; those that only the old one has come last. A policy whose
/// resource was moved is paired with what it was.
///
/// ```
/// use iamsat::container::{Container, Contents, Options, open, pairs};
/// use iamsat::span::Source;
/// let read = |name: &str, policies: &str| -> Container {
///     let text = format!("Resources:\n  R:\n    Type: AWS::IAM::Group\n    Properties:\n      Policies: [{policies}]\n");
///     match open(&Source::new(name, text), &Options::default()) {
///         Ok(Contents::Container(container)) => *container,
///         other => panic!("{other:?}"),
///     }
/// };
/// let policy = |name: &str| format!("{{PolicyName: {name}, PolicyDocument: {{Statement: {{Effect: Allow, Action: '*', Resource: '*'}}}}}}");
/// let old = read("old.yaml", &policy("a"));
/// let new = read("new.yaml", &format!("{}, {}", policy("b"), policy("a")));
/// // A new policy in front makes the old one no other policy.
/// let [b, a] = pairs(&old, &new)[..] else { panic!() };
/// assert!(b.old.is_none() && a.old.is_some_and(|old| old.name == "R.Policies[0].PolicyDocument"));
/// ```
pub fn pairs<'c>(old: &'c Container, new: &'c Container) -> Vec<Pair<'c>> {
    // A policy that is of another kind now is another policy.
    let mut by_key: BTreeMap<(&str, Option<PolicyKind>), Vec<usize>> = BTreeMap::new();
    for (place, entry) in old.entries.iter().enumerate().rev() {
        by_key.entry((&entry.key, entry.kind)).or_default().push(place);
    }
    let differing = old.conditions.differing(&new.conditions);
    let mut taken = BTreeSet::new();
    let mut pairs = Vec::with_capacity(new.entries.len());
    for entry in &new.entries {
        let names = [Some(entry.key.as_str()), entry.previous_name.as_deref()];
        let mut named = names.into_iter().flatten();
        let found = named.find_map(|name| {
            let places = by_key.get_mut(&(name, entry.kind))?;
            places.pop_if(|place| old.entries.get(*place).is_some_and(|old| !is_of_other(old, entry)))
        });
        taken.extend(found);
        let old = found.and_then(|place| old.entries.get(place));
        let condition = old.and_then(|old| condition(old, entry, &differing));
        pairs.push(Pair { old, new: Some(entry), condition });
    }
    let rest = old.entries.iter().enumerate().filter(|(place, _)| !taken.contains(place));
    pairs.extend(rest.map(|(_, entry)| Pair { old: Some(entry), new: None, condition: None }));
    pairs
}

/// True if the policy of a resource is now for another resource: both are named, or both are resources of the template.
fn is_of_other(old: &Entry, new: &Entry) -> bool {
    let (Some(before), Some(after)) = (&old.subject, &new.subject) else { return false };
    let is_reference = |subject: &str| subject.starts_with("${");
    new.kind == Some(PolicyKind::Resource) && before != after && is_reference(before) == is_reference(after)
}

/// The condition under which two templates have a policy, if it is not the same in both: by its name, or by what it is made of.
pub fn differing_condition<'e>(
    (old, of_old): (&'e Entry, &Container),
    (new, of_new): (&'e Entry, &Container),
) -> Option<&'e str> {
    condition(old, new, &of_old.conditions.differing(&of_new.conditions))
}

fn condition<'e>(old: &'e Entry, new: &'e Entry, differing: &BTreeSet<&str>) -> Option<&'e str> {
    match (old.condition.as_deref(), new.condition.as_deref()) {
        (old, new) if old != new => new.or(old),
        (Some(_), Some(name)) if differing.contains(name) => Some(name),
        _ => None,
    }
}

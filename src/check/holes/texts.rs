//! The unknown texts of both policies of a query, each once, and the combinations of worlds in which the policies may stand.

use crate::container::{Choice, Hole, HoleClass, HoleOrigin, Shape, World, is_sign};
use std::collections::BTreeMap;

/// A policy with unknown values: the ones that it may be.
#[derive(Clone, Copy, Debug)]
pub struct Partial<'c> {
    /// The unknown values.
    pub holes: &'c [Hole],
    /// The policies, with a sign for each unknown text.
    pub worlds: &'c [World],
}

/// An unknown text of either policy.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) name: String,
    pub(super) class: HoleClass,
    pub(super) origin: HoleOrigin,
    pub(super) shape: Shape,
    pub(super) is_list: bool,
    pub(super) is_settable: bool,
    pub(super) default: Option<String>,
    pub(super) sign: char,
}

/// A pair of policies that may stand at the same time.
#[derive(Clone, Debug)]
pub(super) struct Pairing {
    pub(super) new: Option<String>,
    pub(super) existing: Option<Option<String>>,
    /// The texts that are decided, by name.
    pub(super) decided: BTreeMap<String, String>,
}

/// All unknown texts and all pairs of policies.
pub(super) struct Texts {
    pub(super) list: Vec<Text>,
    pub(super) pairings: Vec<Pairing>,
    /// True if texts of the two policies count as one because of their names.
    pub(super) shares: bool,
}

impl Texts {
    /// Joins the unknown texts of two policies. `None` if an unknown value is not modelled, or if there are more than `most` pairs.
    pub(super) fn of(
        new: Partial<'_>,
        existing: Option<Partial<'_>>,
        is_strict: bool,
        most: usize,
    ) -> Option<Texts> {
        let mut texts = Texts { list: Vec::new(), pairings: Vec::new(), shares: false };
        let of_new = texts.side(new, false, is_strict)?;
        let of_existing = match existing {
            Some(existing) => Some((existing, texts.side(existing, true, is_strict)?)),
            None => None,
        };
        for (world, policy) in new.worlds.iter().zip(&of_new) {
            let decided: BTreeMap<String, String> =
                world.texts().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
            let Some((existing, policies)) = &of_existing else {
                texts.pairings.push(Pairing { new: policy.clone(), existing: None, decided });
                continue;
            };
            let fits = |other: &World| is_strict || fit(world, other);
            let has_partner = existing.worlds.iter().any(fits);
            let partners = existing.worlds.iter().zip(policies);
            for (other, old) in partners.filter(|(other, _)| !has_partner || fits(other)) {
                texts.shares |= !is_strict && !world.choices.is_empty() && !other.choices.is_empty();
                let mut decided = decided.clone();
                decided.extend(other.texts().map(|(name, text)| (name.to_owned(), text.to_owned())));
                let pairing = Pairing { new: policy.clone(), existing: Some(old.clone()), decided };
                texts.pairings.push(pairing);
            }
            if texts.pairings.len() > most {
                return None;
            }
        }
        Some(texts)
    }

    /// Notes the texts of one policy, and returns its worlds with the signs of the joint list.
    fn side(
        &mut self,
        partial: Partial<'_>,
        is_existing: bool,
        is_strict: bool,
    ) -> Option<Vec<Option<String>>> {
        let mut signs: BTreeMap<char, char> = BTreeMap::new();
        let first = self.list.len();
        for hole in partial.holes {
            let Some(unknown) = &hole.text else { continue };
            let same = self.list.iter().take(if is_existing { first } else { 0 }).find(|known| {
                !is_strict && unknown.is_shared() && known.name == hole.name && known.shape == unknown.shape
            });
            if let Some(known) = same {
                self.shares = true;
                signs.insert(unknown.sign, known.sign);
                continue;
            }
            let number = u32::try_from(self.list.len()).ok()?;
            let sign = char::from_u32(0xF_0000 + number).filter(|sign| is_sign(*sign))?;
            signs.insert(unknown.sign, sign);
            self.list.push(Text {
                name: hole.name.clone(),
                class: hole.class,
                origin: unknown.origin,
                shape: unknown.shape.clone(),
                is_list: unknown.is_list,
                is_settable: unknown.is_settable(),
                default: unknown.default.clone(),
                sign,
            });
        }
        let renamed = |policy: &String| -> Option<String> {
            policy.chars().map(|c| if is_sign(c) { signs.get(&c).copied() } else { Some(c) }).collect()
        };
        partial
            .worlds
            .iter()
            .map(|world| match &world.policy {
                Some(policy) => renamed(policy).map(Some),
                None => Some(None),
            })
            .collect()
    }

    /// Returns the number of the text that a character stands for.
    pub(super) fn number(&self, sign: char) -> Option<usize> {
        self.list.iter().position(|text| text.sign == sign)
    }
}

/// True if two worlds decide every name that both decide in the same way.
fn fit(one: &World, other: &World) -> bool {
    let decision = |world: &World, name: &str| {
        world.choices.iter().find(|(own, _)| own == name).map(|(_, choice)| choice.clone())
    };
    let agrees = |(name, choice): &(String, Choice), other: &World| match (choice, decision(other, name)) {
        (choice, Some(known)) if *choice != known => false,
        (Choice::Differs(value), None) => {
            let of = name.strip_suffix(&format!("={value}"));
            of.and_then(|of| decision(other, of)) != Some(Choice::Text(value.clone()))
        }
        _ => true,
    };
    one.choices.iter().all(|choice| agrees(choice, other))
        && other.choices.iter().all(|choice| agrees(choice, one))
}

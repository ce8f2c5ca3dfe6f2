//! The states that a search has seen: records of the same number of machine words, stored side by side.

use crate::index::{Id, broken, id};

id! {
    /// A state of one search. States are numbered in the order in which they are found.
    pub(crate) struct StateId
}

/// A set of records.
pub(crate) struct States {
    stride: usize,
    data: Vec<u64>,
    count: usize,
    /// Open addressing: zero is a free slot, any other number is a state plus one.
    slots: Vec<u32>,
}

impl States {
    pub(crate) fn new(stride: usize) -> States {
        States { stride, data: Vec::new(), count: 0, slots: vec![0; 64] }
    }

    /// Returns the record of a state.
    pub(crate) fn get(&self, state: StateId) -> &[u64] {
        let (_, rest) = self.data.split_at(self.stride * state.place());
        let (record, _) = rest.split_at(self.stride);
        record
    }

    /// Adds the record. Returns its state if the record is new.
    pub(crate) fn insert(&mut self, record: &[u64]) -> Option<StateId> {
        if self.count >= self.slots.len() / 2 {
            self.grow();
        }
        let slot = self.free_slot(record)?;
        let state = StateId::at(self.count);
        self.count += 1;
        self.take(slot, state);
        self.data.extend_from_slice(record);
        Some(state)
    }

    /// Returns the free slot for the record; `None` if the record is already in the set.
    fn free_slot(&self, record: &[u64]) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let mut at = hash(record) & mask;
        loop {
            match self.slots.get(at).map(|slot| slot.checked_sub(1)) {
                None => broken("a masked hash is a slot"),
                Some(None) => return Some(at),
                Some(Some(number)) if self.get(StateId::at(number as usize)) == record => return None,
                Some(Some(_)) => at = (at + 1) & mask,
            }
        }
    }

    fn take(&mut self, slot: usize, state: StateId) {
        match (self.slots.get_mut(slot), u32::try_from(state.place() + 1)) {
            (Some(slot), Ok(number)) => *slot = number,
            _ => broken("a state has a slot"),
        }
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 2];
        for state in (0..self.count).map(StateId::at) {
            match self.free_slot(self.get(state)) {
                Some(slot) => self.take(slot, state),
                None => broken("every state is there once"),
            }
        }
    }
}

fn hash(record: &[u64]) -> usize {
    let mixed = record.iter().fold(0u64, |h, w| (h.rotate_left(23) ^ w).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    ((mixed ^ mixed >> 32) & 0xFFFF_FFFF) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_new_once() {
        let mut states = States::new(2);
        for round in 0..2 {
            for n in 0..1_000u64 {
                let expected = (round == 0).then(|| StateId::at(n as usize));
                assert_eq!(states.insert(&[n, n * n]), expected);
            }
        }
        for n in 0..1_000u64 {
            assert_eq!(states.get(StateId::at(n as usize)), [n, n * n]);
        }
    }
}

//! The states that a search has seen: records of equally many machine words, stored side by side.

/// A set of records. Records are numbered as they come.
pub(crate) struct States {
    stride: usize,
    data: Vec<u64>,
    count: u32,
    /// Open addressing; zero is free, else the number of the record plus one.
    slots: Vec<u32>,
}

impl States {
    pub(crate) fn new(stride: usize) -> States {
        States { stride: stride.max(1), data: Vec::new(), count: 0, slots: vec![0; 64] }
    }

    /// The record of a number.
    pub(crate) fn get(&self, number: u32) -> &[u64] {
        let start = self.stride.saturating_mul(usize::try_from(number).unwrap_or(usize::MAX));
        self.data.get(start..).and_then(|rest| rest.get(..self.stride)).unwrap_or_default()
    }

    /// The number of the record, if it was not there.
    pub(crate) fn insert(&mut self, record: &[u64]) -> Option<u32> {
        let size = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        if self.count >= size >> 1 {
            self.grow();
        }
        let slot = self.probe(record)?;
        let number = self.count;
        self.count = self.count.checked_add(1)?;
        self.slots.get_mut(slot).into_iter().for_each(|s| *s = self.count);
        self.data.extend_from_slice(record);
        Some(number)
    }

    /// The free slot for the record, if it is not there.
    fn probe(&self, record: &[u64]) -> Option<usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash(record) & mask;
        loop {
            match self.slots.get(at)?.checked_sub(1) {
                None => return Some(at),
                Some(number) if self.get(number) == record => return None,
                Some(_) => at = at.wrapping_add(1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len().saturating_mul(2)];
        for number in 0..self.count {
            if let Some(slot) = self.probe(self.get(number)) {
                self.slots.get_mut(slot).into_iter().for_each(|s| *s = number.saturating_add(1));
            }
        }
    }
}

fn hash(record: &[u64]) -> usize {
    let mixed = record.iter().fold(0u64, |h, w| (h.rotate_left(23) ^ w).wrapping_mul(0x9E37_79B9_7F4A_7C15));
    usize::try_from((mixed ^ mixed >> 32) & 0xFFFF_FFFF).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_record_is_new_once() {
        let mut states = States::new(2);
        for round in 0..2 {
            for n in 0..1_000u64 {
                let expected = (round == 0).then(|| u32::try_from(n).unwrap());
                assert_eq!(states.insert(&[n, n * n]), expected);
            }
        }
        for n in 0..1_000u64 {
            assert_eq!(states.get(u32::try_from(n).unwrap()), [n, n * n]);
        }
    }
}

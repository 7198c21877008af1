//! What a case is drawn from: bytes of a fuzzer as long as there are some, then a generator seeded from them.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A source of choices. Without bytes it is the generator of its seed.
#[derive(Clone, Debug)]
pub(crate) struct Choices {
    /// In reverse order.
    bytes: Vec<u8>,
    after: ChaCha8Rng,
}

impl Choices {
    pub(super) fn new(bytes: &[u8], seed: u64) -> Self {
        Self { bytes: bytes.iter().rev().copied().collect(), after: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// The next bytes, if there are enough.
    fn taken<const N: usize>(&mut self) -> Option<[u8; N]> {
        let start = self.bytes.len().checked_sub(N)?;
        let mut taken = [0; N];
        self.bytes.drain(start..).rev().zip(&mut taken).for_each(|(byte, place)| *place = byte);
        Some(taken)
    }
}

impl RngCore for Choices {
    fn next_u32(&mut self) -> u32 {
        self.taken().map_or_else(|| self.after.next_u32(), u32::from_le_bytes)
    }

    fn next_u64(&mut self) -> u64 {
        self.taken().map_or_else(|| self.after.next_u64(), u64::from_le_bytes)
    }

    fn fill_bytes(&mut self, places: &mut [u8]) {
        for place in places {
            match self.bytes.pop() {
                Some(byte) => *place = byte,
                None => self.after.fill_bytes(std::slice::from_mut(place)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_first_and_a_seed_alone_is_its_generator() {
        let mut choices = Choices::new(&[1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 9], 7);
        let mut alone = ChaCha8Rng::seed_from_u64(7);
        assert_eq!((choices.next_u32(), choices.next_u64()), (1, 2));
        let mut two = [0; 2];
        choices.fill_bytes(&mut two);
        assert_eq!(two[0], 9);
        let mut one = [0; 1];
        alone.fill_bytes(&mut one);
        assert_eq!(two[1], one[0]);
        assert_eq!(Choices::new(&[], 7).next_u64(), ChaCha8Rng::seed_from_u64(7).next_u64());
    }
}

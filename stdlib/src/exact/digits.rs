//! The digits of a superaccumulator.

/// Additions after which carries must be taken: each adds less than 3·2³² to a digit, which has 31 bits to spare.
const PATIENCE: u32 = 1 << 29;
const MASK: i64 = 0xffff_ffff;

/// A whole number in `N` digits of 32 bits, with carries outstanding.
#[derive(Clone, Debug)]
pub(super) struct Digits<const N: usize> {
    digits: [i64; N],
    waiting: u32,
}

impl<const N: usize> Default for Digits<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> Digits<N> {
    /// Zero.
    pub(super) const fn new() -> Self {
        Self { digits: [0; N], waiting: 0 }
    }

    /// Adds (or takes away) `word × 2^position`.
    pub(super) fn add(&mut self, word: u64, position: usize, negative: bool) {
        if self.waiting >= PATIENCE {
            self.carry();
        }
        self.waiting += 1;
        let shifted = u128::from(word) << (position % 32);
        let parts = [shifted as i64 & MASK, (shifted >> 32) as i64 & MASK, (shifted >> 64) as i64];
        let first = position / 32;
        for (digit, part) in self.digits.iter_mut().skip(first).zip(parts) {
            *digit += if negative { -part } else { part };
        }
    }

    /// Adds another number.
    pub(super) fn merge(&mut self, other: &Self) {
        let mut other = other.clone();
        other.carry();
        self.carry();
        for (digit, part) in self.digits.iter_mut().zip(other.digits) {
            *digit += part;
        }
        self.waiting += 1;
    }

    /// Brings all digits but the last into 0..2³².
    fn carry(&mut self) {
        let mut carry = 0;
        let last = N - 1;
        for (place, digit) in self.digits.iter_mut().enumerate() {
            *digit += carry;
            if place < last {
                carry = *digit >> 32;
                *digit &= MASK;
            }
        }
        self.waiting = 0;
    }

    /// Its sign, and its magnitude in digits of 0..2³².
    pub(super) fn magnitude(&self) -> (bool, [i64; N]) {
        let mut copy = self.clone();
        copy.carry();
        let negative = copy.digits.last().is_some_and(|digit| *digit < 0);
        if negative {
            for digit in &mut copy.digits {
                *digit = -*digit;
            }
            copy.carry();
        }
        (negative, copy.digits)
    }

    /// The number times 2⁻¹⁰⁷⁴ as a `Float`, rounded to nearest, ties to even; infinite beyond the largest.
    pub(super) fn round(&self) -> f64 {
        let (negative, digits) = self.magnitude();
        let Some(top) = digits.iter().rposition(|digit| *digit != 0) else { return 0.0 };
        // The top three digits hold at least 65 significant bits; of the others only whether any is set matters.
        let base = top.saturating_sub(2);
        let (below, kept) = digits.split_at(base);
        let sticky = below.iter().any(|digit| *digit != 0);
        let head = kept.iter().take(3).rev().fold(0_u128, |head, digit| (head << 32) | *digit as u128);
        let bits = 128 - head.leading_zeros() as usize;
        let excess = bits.saturating_sub(53);
        let mut mantissa = (head >> excess) as u64;
        if excess > 0 {
            let rest = head & ((1 << excess) - 1);
            let half = 1 << (excess - 1);
            if rest > half || (rest == half && (sticky || mantissa % 2 == 1)) {
                mantissa += 1;
            }
        }
        let mut position = 32 * base + excess;
        if mantissa == 1 << 53 {
            mantissa >>= 1;
            position += 1;
        }
        let magnitude = if mantissa < 1 << 52 {
            f64::from_bits(mantissa) // subnormal; its position is 0
        } else if position >= 2046 {
            f64::INFINITY
        } else {
            f64::from_bits((((position + 1) as u64) << 52) | (mantissa & ((1 << 52) - 1)))
        };
        if negative { -magnitude } else { magnitude }
    }

    /// As if so many additions had happened since the last carry.
    #[cfg(test)]
    pub(super) fn exhaust_patience(&mut self) {
        self.waiting = PATIENCE;
    }
}

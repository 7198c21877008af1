//! Code for two rows at a time, in vectors of 128 bits: what every processor has that Cranelift writes code for.
//!
//! ```text
//! whole numbers  | row n     | row n + 1 |    64 bits each
//! floats         | row n     | row n + 1 |
//! marks          | all bits or none      |    what is true of a row, as comparisons give it
//! ```
//!
//! What processors have no vectors for is done for one row after the other ([`Lanes::each`]).

use super::form::{Calendar, Clock};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{FuncRef, InstBuilder, MemFlags, Type, Value, types};
use cranelift_frontend::FunctionBuilder;

/// Rows at a time.
pub(super) const ROWS: usize = 2;

/// Writes instructions about a pair of rows.
pub(super) struct Lanes<'a, 'b> {
    pub(super) builder: &'a mut FunctionBuilder<'b>,
}

/// Memory that is there; vectors lie as numbers do, not at multiples of their size.
const THERE: MemFlags = MemFlags::new().with_notrap();

impl Lanes<'_, '_> {
    /// A whole number for each row.
    pub(super) fn wholes(&mut self, numbers: [i64; ROWS]) -> Value {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
        let constant = self.builder.func.dfg.constants.insert(bytes.into());
        self.builder.ins().vconst(types::I64X2, constant)
    }

    /// The same whole number for both rows.
    pub(super) fn whole(&mut self, number: i64) -> Value {
        self.wholes([number; ROWS])
    }

    /// A mark for both rows.
    pub(super) fn mark(&mut self, is: bool) -> Value {
        self.whole(if is { -1 } else { 0 })
    }

    pub(super) fn not(&mut self, mark: Value) -> Value {
        self.builder.ins().bnot(mark)
    }

    pub(super) fn both(&mut self, a: Value, b: Value) -> Value {
        self.builder.ins().band(a, b)
    }

    /// One mark or the other, each of which may be nowhere.
    pub(super) fn either(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.builder.ins().bor(a, b)),
            (a, b) => a.or(b),
        }
    }

    /// The mark where another is not set.
    pub(super) fn unless(&mut self, mark: Value, not: Option<Value>) -> Value {
        match not {
            Some(not) => self.builder.ins().band_not(mark, not),
            None => mark,
        }
    }

    /// One whole number where the mark is set, else the other.
    pub(super) fn choose(&mut self, mark: Value, yes: Value, no: Value) -> Value {
        self.builder.ins().bitselect(mark, yes, no)
    }

    /// The same for floats.
    pub(super) fn choose_float(&mut self, mark: Value, yes: Value, no: Value) -> Value {
        let mark = self.builder.ins().bitcast(types::F64X2, MemFlags::new(), mark);
        self.builder.ins().bitselect(mark, yes, no)
    }

    pub(super) fn compare(&mut self, condition: IntCC, a: Value, b: Value) -> Value {
        self.builder.ins().icmp(condition, a, b)
    }

    pub(super) fn compare_to(&mut self, condition: IntCC, a: Value, number: i64) -> Value {
        let number = self.whole(number);
        self.compare(condition, a, number)
    }

    pub(super) fn compare_floats(&mut self, condition: FloatCC, a: Value, b: Value) -> Value {
        self.builder.ins().fcmp(condition, a, b)
    }

    /// One row after the other: what `work` makes of a row's numbers, as two vectors' worth of this type.
    pub(super) fn each<const N: usize>(
        &mut self,
        ty: Type,
        vectors: [Value; N],
        mut work: impl FnMut(&mut FunctionBuilder<'_>, [Value; N]) -> Value,
    ) -> Value {
        let [first, second] = [0, 1].map(|lane| {
            let numbers = vectors.map(|vector| self.builder.ins().extractlane(vector, lane));
            work(self.builder, numbers)
        });
        self.pair(ty, first, second)
    }

    fn pair(&mut self, ty: Type, first: Value, second: Value) -> Value {
        let both = self.builder.ins().splat(ty, first);
        self.builder.ins().insertlane(both, second, 1)
    }

    /// Whole numbers as the nearest floats.
    pub(super) fn floats(&mut self, wholes: Value) -> Value {
        self.each(types::F64X2, [wholes], |builder, [whole]| builder.ins().fcvt_from_sint(types::F64, whole))
    }

    /// Products, and where they left the range.
    pub(super) fn product(&mut self, a: Value, b: Value) -> (Value, Value) {
        let product = self.each(types::I64X2, [a, b], |builder, [a, b]| builder.ins().imul(a, b));
        let overflow = self.each(types::I64X2, [a, b], |builder, [a, b]| {
            let (product, high) = (builder.ins().imul(a, b), builder.ins().smulhi(a, b));
            let sign = builder.ins().sshr_imm(product, 63);
            let left = builder.ins().icmp(IntCC::NotEqual, high, sign);
            builder.ins().bmask(types::I64, left)
        });
        (product, overflow)
    }

    /// Remainders by divisors that are neither 0 nor -1.
    pub(super) fn remainder(&mut self, a: Value, b: Value) -> Value {
        self.each(types::I64X2, [a, b], |builder, [a, b]| builder.ins().srem(a, b))
    }

    /// What the clock says so many microseconds after the midnight at which 1970 begins.
    pub(super) fn clock(&mut self, part: Clock, wall: Value) -> Value {
        self.each(types::I64X2, [wall], |builder, [wall]| match part {
            Clock::Hour => {
                let hours = floor_divide(builder, wall, 3_600_000_000);
                floor_remainder(builder, hours, 24)
            }
            Clock::Minute => {
                let minutes = floor_divide(builder, wall, 60_000_000);
                floor_remainder(builder, minutes, 60)
            }
            Clock::Date | Clock::Night => floor_divide(builder, wall, 86_400_000_000),
        })
    }

    /// What the calendar says of dates, as days after 1970-01-01. Years begin in March here, so that the day that only some
    /// have is their last one: within 400 years, which all have as many days, it is divided by the lengths of 100 years, of
    /// four and of one, and by those of months, five of which have 153 days.
    pub(super) fn calendar(&mut self, part: Calendar, dates: Value) -> Value {
        self.each(types::I64X2, [dates], |builder, [date]| {
            if part == Calendar::Weekday {
                let day = builder.ins().iadd_imm(date, 3);
                let day = floor_remainder(builder, day, 7);
                return builder.ins().iadd_imm(day, 1);
            }
            let date = builder.ins().iadd_imm(date, 719_468);
            let era = floor_divide(builder, date, 146_097);
            let day = floor_remainder(builder, date, 146_097);
            // Days that leap years have more than others, so far.
            let parts = [(1_460, -1), (36_524, 1), (146_096, -1)];
            let plain = parts.into_iter().fold(day, |sum, (every, sign)| {
                let many = builder.ins().sdiv_imm(day, every);
                let many = builder.ins().imul_imm(many, sign);
                builder.ins().iadd(sum, many)
            });
            let year = builder.ins().sdiv_imm(plain, 365);
            let parts = [(4, -1), (100, 1)];
            let whole = builder.ins().imul_imm(year, -365);
            let day = builder.ins().iadd(day, whole);
            let day = parts.into_iter().fold(day, |sum, (every, sign)| {
                let many = builder.ins().sdiv_imm(year, every);
                let many = builder.ins().imul_imm(many, sign);
                builder.ins().iadd(sum, many)
            });
            let scaled = builder.ins().imul_imm(day, 5);
            let scaled = builder.ins().iadd_imm(scaled, 2);
            let month = builder.ins().sdiv_imm(scaled, 153);
            if part == Calendar::Day {
                let before = builder.ins().imul_imm(month, 153);
                let before = builder.ins().iadd_imm(before, 2);
                let before = builder.ins().sdiv_imm(before, 5);
                let day = builder.ins().isub(day, before);
                return builder.ins().iadd_imm(day, 1);
            }
            // January and February are the last two.
            let late = builder.ins().icmp_imm(IntCC::SignedGreaterThanOrEqual, month, 10);
            let late = builder.ins().uextend(types::I64, late);
            if part == Calendar::Month {
                let month = builder.ins().iadd_imm(month, 3);
                let back = builder.ins().imul_imm(late, 12);
                return builder.ins().isub(month, back);
            }
            let eras = builder.ins().imul_imm(era, 400);
            let year = builder.ins().iadd(year, eras);
            builder.ins().iadd(year, late)
        })
    }

    /// What a function says of four floats.
    pub(super) fn call(&mut self, function: FuncRef, floats: [Value; 4]) -> Value {
        self.each(types::F64X2, floats, |builder, floats| {
            let call = builder.ins().call(function, &floats);
            builder.inst_results(call)[0]
        })
    }

    /// A constant for both rows.
    pub(super) fn constant(&mut self, ty: Type, constants: Value, place: usize) -> Value {
        let flags = MemFlags::trusted().with_readonly().with_can_move();
        let one = self.builder.ins().load(ty.lane_type(), flags, constants, 8 * place as i32);
        self.builder.ins().splat(ty, one)
    }

    /// Two numbers of 64 bits that lie at a place.
    pub(super) fn numbers(&mut self, ty: Type, at: Value) -> Value {
        self.builder.ins().load(ty, THERE, at, 0)
    }

    /// Two numbers of 32 bits, none of them negative.
    pub(super) fn codes(&mut self, at: Value) -> Value {
        self.builder.ins().uload32x2(THERE, at, 0)
    }

    /// Two numbers of 32 bits.
    pub(super) fn dates(&mut self, at: Value) -> Value {
        self.builder.ins().sload32x2(THERE, at, 0)
    }

    /// Two bytes as numbers.
    pub(super) fn bytes(&mut self, at: Value) -> Value {
        let [first, second] = [0, 1].map(|byte| self.builder.ins().uload8(types::I64, THERE, at, byte));
        self.pair(types::I64X2, first, second)
    }

    /// Where two bytes are these, for each of which there is a mark.
    pub(super) fn bytes_are<const N: usize>(&mut self, at: Value, wanted: [u8; N]) -> [Value; N] {
        let bytes = self.builder.ins().uload16(types::I64, THERE, at, 0);
        let bytes = self.builder.ins().splat(types::I64X2, bytes);
        let own = self.wholes([0xff, 0xff00]);
        let bytes = self.builder.ins().band(bytes, own);
        wanted.map(|wanted| {
            let wanted = self.wholes([i64::from(wanted), i64::from(wanted) << 8]);
            self.compare(IntCC::Equal, bytes, wanted)
        })
    }

    /// Where the bits of a row, whose number is even, and of the next are not set.
    pub(super) fn unset(&mut self, bits: Value, row: Value) -> Value {
        let byte = self.builder.ins().ushr_imm(row, 3);
        let at = self.builder.ins().iadd(bits, byte);
        let byte = self.builder.ins().uload8(types::I64, THERE, at, 0);
        let place = self.builder.ins().band_imm(row, 7);
        let byte = self.builder.ins().ushr(byte, place);
        let both = self.builder.ins().splat(types::I64X2, byte);
        let own = self.wholes([1, 2]);
        let set = self.builder.ins().band(both, own);
        self.compare_to(IntCC::Equal, set, 0)
    }

    /// Writes two numbers.
    pub(super) fn store_numbers(&mut self, numbers: Value, at: Value) {
        self.builder.ins().store(THERE, numbers, at, 0);
    }

    /// Writes the lowest byte of each number.
    pub(super) fn store_bytes(&mut self, numbers: Value, at: Value) {
        for lane in 0..ROWS as u8 {
            let number = self.builder.ins().extractlane(numbers, lane);
            self.builder.ins().istore8(THERE, number, at, i32::from(lane));
        }
    }
}

/// What is left by a division by a positive constant that is rounded down.
fn floor_remainder(builder: &mut FunctionBuilder<'_>, number: Value, by: i64) -> Value {
    let quotient = floor_divide(builder, number, by);
    let whole = builder.ins().imul_imm(quotient, by);
    builder.ins().isub(number, whole)
}

/// Division by a positive constant, rounded down.
fn floor_divide(builder: &mut FunctionBuilder<'_>, number: Value, by: i64) -> Value {
    let quotient = builder.ins().sdiv_imm(number, by);
    let back = builder.ins().imul_imm(quotient, by);
    let above = builder.ins().icmp(IntCC::SignedGreaterThan, back, number);
    let one = builder.ins().uextend(types::I64, above);
    builder.ins().isub(quotient, one)
}

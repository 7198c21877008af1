//! From a form to machine code: one loop over rows, without branches.
//!
//! ```text
//! fn(rows: u64, inputs: *const Slice, constants: *const u64, outs: *const *mut u8)
//! outs[decision][row] = 0 where nothing is decided, 1 where that is unsure, 2 + n where rule n applies
//! ```
//!
//! A loop may make several decisions about each row: it reads each input once for all of them.
//!
//! A truth is up to three bits: it is true, it is false, it is unsure; none of them: missing. A number is its value and
//! up to two bits: it is missing, it is unsure. Bits that cannot be set are not computed.

use super::form::{Decision, Lane, Layout, Number, Operator, Truth};
use super::scratch::{MISSING, UNSURE};
use crate::mutant::{Mutant, mutant};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{AbiParam, FuncRef, InstBuilder, MemFlags, Signature, Type, Value, types};
use cranelift_frontend::FunctionBuilder;
use watchfire_stdlib::ops::Comparison;

/// How an input is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Read {
    /// How it lies in memory.
    pub(crate) layout: Layout,
    /// How it says which cells are there.
    pub(crate) states: States,
}

/// What says which cells are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum States {
    /// All are.
    All,
    /// Bits of which the first is the lowest of its byte: it is there.
    Bits,
    /// Bytes: missing or known (see [`super::facts`]).
    Bytes,
    /// The same, or unsure.
    Doubts,
}

/// What a loop writes where only the interpreter can decide.
pub(crate) const UNDECIDED: u8 = 1;
/// What it writes where the first rule applies; those after it follow.
pub(crate) const RULE: u8 = 2;

/// The least of these bytes with which a row is left to look at.
pub(crate) fn least_left() -> u8 {
    if mutant(Mutant::UnsureScreenedOut) { RULE } else { UNDECIDED }
}

/// Bytes of a [`Slice`](super::kernel::Slice): two pointers.
const SLICE: i32 = 16;
const POINTER: i32 = 8;

/// The parameters of a loop: rows, inputs, constants, outputs.
pub(super) fn signature(mut signature: Signature) -> Signature {
    signature.params.extend([AbiParam::new(types::I64); 4]);
    signature
}

/// The signature of [`distance`](super::kernel::distance).
pub(super) fn distance_signature(mut signature: Signature) -> Signature {
    signature.params.extend([AbiParam::new(types::F64); 4]);
    signature.returns.push(AbiParam::new(types::F64));
    signature
}

/// Writes the loop into an empty function.
pub(super) fn write(mut builder: FunctionBuilder<'_>, decisions: &[Decision], reads: &[Read], distance: FuncRef) {
    let (entry, head, body, exit) =
        (builder.create_block(), builder.create_block(), builder.create_block(), builder.create_block());
    builder.append_block_params_for_function_params(entry);
    let row = builder.append_block_param(head, types::I64);
    builder.switch_to_block(entry);
    let parameters: Vec<Value> = builder.block_params(entry).to_vec();
    let [rows, inputs, constants, outs] = parameters[..] else { return };
    let pointers: Vec<[Value; 2]> = (0..reads.len() as i32)
        .map(|place| {
            [0, 8].map(|half| builder.ins().load(types::I64, MemFlags::trusted(), inputs, SLICE * place + half))
        })
        .collect();
    let outs: Vec<Value> = (0..decisions.len() as i32)
        .map(|place| builder.ins().load(types::I64, MemFlags::trusted(), outs, POINTER * place))
        .collect();
    let zero = builder.ins().iconst(types::I64, 0);
    builder.ins().jump(head, &[zero.into()]);
    builder.switch_to_block(head);
    let more = builder.ins().icmp(IntCC::UnsignedLessThan, row, rows);
    builder.ins().brif(more, body, &[], exit, &[]);
    builder.switch_to_block(body);
    let inputs = vec![None; reads.len()];
    let mut writer = Writer { builder: &mut builder, row, reads, pointers: &pointers, inputs, constants, distance };
    for (decision, out) in decisions.iter().zip(outs) {
        let result = writer.decision(decision);
        let place = writer.builder.ins().iadd(out, row);
        writer.builder.ins().store(MemFlags::trusted(), result, place, 0);
    }
    let next = builder.ins().iadd_imm(row, 1);
    builder.ins().jump(head, &[next.into()]);
    builder.switch_to_block(exit);
    builder.ins().return_(&[]);
    builder.seal_all_blocks();
    builder.finalize();
}

struct Writer<'a, 'b> {
    builder: &'a mut FunctionBuilder<'b>,
    row: Value,
    reads: &'a [Read],
    pointers: &'a [[Value; 2]],
    /// Those that were read for this row.
    inputs: Vec<Option<NumberCode>>,
    constants: Value,
    distance: FuncRef,
}

/// A truth in code: bytes of 0 or 1, at most one of them 1.
#[derive(Clone, Copy)]
struct TruthCode {
    yes: Value,
    no: Value,
    unsure: Option<Value>,
}

/// A number in code.
#[derive(Clone, Copy)]
struct NumberCode {
    value: Value,
    missing: Option<Value>,
    unsure: Option<Value>,
}

impl Writer<'_, '_> {
    fn decision(&mut self, Decision { gate, rules }: &Decision) -> Value {
        let mut result = self.byte(0);
        for (place, rule) in rules.iter().enumerate().rev() {
            let number = self.byte(RULE + place as u8);
            result = self.choose(rule, number, result);
        }
        let nothing = self.byte(0);
        self.choose(gate, result, nothing)
    }

    /// One byte where a truth is true, [`UNDECIDED`] where it is unsure, else another byte.
    fn choose(&mut self, truth: &Truth, yes: Value, otherwise: Value) -> Value {
        let truth = self.truth(truth);
        let sure = self.builder.ins().select(truth.yes, yes, otherwise);
        let Some(unsure) = truth.unsure else { return sure };
        let undecided = self.byte(UNDECIDED);
        self.builder.ins().select(unsure, undecided, sure)
    }

    fn byte(&mut self, byte: u8) -> Value {
        self.builder.ins().iconst(types::I8, i64::from(byte))
    }

    fn bit(&mut self, bit: bool) -> Value {
        self.builder.ins().iconst(types::I8, i64::from(bit))
    }

    fn either(&mut self, a: Option<Value>, b: Option<Value>) -> Option<Value> {
        match (a, b) {
            (Some(a), Some(b)) => Some(self.builder.ins().bor(a, b)),
            (a, b) => a.or(b),
        }
    }

    /// The bit where another is not set.
    fn unless(&mut self, bit: Value, not: Option<Value>) -> Value {
        match not {
            Some(not) => self.builder.ins().band_not(bit, not),
            None => bit,
        }
    }

    fn truth(&mut self, truth: &Truth) -> TruthCode {
        match truth {
            Truth::Constant(truth) => {
                let (yes, no) = (self.bit(*truth), self.bit(!*truth));
                TruthCode { yes, no, unsure: None }
            }
            Truth::Missing => {
                let zero = self.bit(false);
                TruthCode { yes: zero, no: zero, unsure: None }
            }
            Truth::Unsure => {
                let (zero, one) = (self.bit(false), self.bit(true));
                TruthCode { yes: zero, no: zero, unsure: Some(one) }
            }
            Truth::Input(place) => {
                let cell = self.input(*place);
                let yes = self.builder.ins().ireduce(types::I8, cell.value);
                self.known(yes, cell.missing, cell.unsure)
            }
            Truth::Compare(comparison, lane, left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let holds = self.holds(*comparison, *lane, left.value, right.value);
                let (missing, unsure) =
                    (self.either(left.missing, right.missing), self.either(left.unsure, right.unsure));
                self.known(holds, missing, unsure)
            }
            Truth::CompareMixed(comparison, whole, float) => {
                let (whole, float) = (self.number(whole), self.number(float));
                // Up to 2^53 a whole number is a float exactly.
                let shifted = self.builder.ins().iadd_imm(whole.value, 1 << 53);
                let inexact = self.builder.ins().icmp_imm(IntCC::UnsignedGreaterThan, shifted, 1 << 54);
                let nearest = self.builder.ins().fcvt_from_sint(types::F64, whole.value);
                let holds = self.holds(*comparison, Lane::Float, nearest, float.value);
                let missing = self.either(whole.missing, float.missing);
                let unsure = self.either(whole.unsure, float.unsure);
                let unsure = self.either(unsure, Some(inexact));
                self.known(holds, missing, unsure)
            }
            Truth::Is(lane, left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let equal = self.holds(Comparison::Equal, *lane, left.value, right.value);
                let any = self.either(left.missing, right.missing);
                let both = match (left.missing, right.missing) {
                    (Some(left), Some(right)) => Some(self.builder.ins().band(left, right)),
                    _ => None,
                };
                let equal = self.unless(equal, any);
                let holds = self.either(Some(equal), both).unwrap_or(equal);
                let unsure = self.either(left.unsure, right.unsure);
                self.known(holds, None, unsure)
            }
            Truth::IsMissing(number) => {
                let number = self.number(number);
                let holds = match number.missing {
                    Some(missing) => missing,
                    None => self.bit(false),
                };
                self.known(holds, None, number.unsure)
            }
            Truth::Not(operand) => {
                let TruthCode { yes, no, unsure } = self.truth(operand);
                TruthCode { yes: no, no: yes, unsure }
            }
            Truth::And(left, right) => {
                let (left, right) = (self.truth(left), self.truth(right));
                self.and(left, right)
            }
            Truth::Or(left, right) => {
                let negated = |code: TruthCode| TruthCode { yes: code.no, no: code.yes, unsure: code.unsure };
                let (left, right) = (self.truth(left), self.truth(right));
                negated(self.and(negated(left), negated(right)))
            }
            Truth::Otherwise(left, right) => {
                let (left, right) = (self.truth(left), self.truth(right));
                // Where the left is known or unsure it stays.
                let known = self.builder.ins().bor(left.yes, left.no);
                let settled = self.either(Some(known), left.unsure).unwrap_or(known);
                let pick = |writer: &mut Self, left, right| {
                    let right = writer.unless(right, Some(settled));
                    writer.builder.ins().bor(left, right)
                };
                let (yes, no) = (pick(self, left.yes, right.yes), pick(self, left.no, right.no));
                let later = right.unsure.map(|unsure| self.unless(unsure, Some(settled)));
                TruthCode { yes, no, unsure: self.either(left.unsure, later) }
            }
            Truth::Then(first, second) => {
                let (first, second) = (self.truth(first), self.truth(second));
                let yes = self.builder.ins().band(first.yes, second.yes);
                let later = second.unsure.map(|unsure| self.builder.ins().band(first.yes, unsure));
                let unsure = self.either(first.unsure, later);
                self.known(yes, None, unsure)
            }
        }
    }

    fn and(&mut self, left: TruthCode, right: TruthCode) -> TruthCode {
        let no = self.builder.ins().bor(left.no, right.no);
        let yes = self.builder.ins().band(left.yes, right.yes);
        let unsure = self.either(left.unsure, right.unsure).map(|unsure| self.unless(unsure, Some(no)));
        TruthCode { yes, no, unsure }
    }

    /// A truth that holds or not, but where it is missing or unsure.
    fn known(&mut self, holds: Value, missing: Option<Value>, unsure: Option<Value>) -> TruthCode {
        let lost = self.either(missing, unsure);
        let yes = self.unless(holds, lost);
        let fails = self.builder.ins().bxor_imm(holds, 1);
        let no = self.unless(fails, lost);
        TruthCode { yes, no, unsure }
    }

    fn holds(&mut self, comparison: Comparison, lane: Lane, left: Value, right: Value) -> Value {
        match lane {
            Lane::Whole => {
                let condition = match comparison {
                    Comparison::Equal => IntCC::Equal,
                    Comparison::NotEqual => IntCC::NotEqual,
                    Comparison::Less => IntCC::SignedLessThan,
                    Comparison::LessOrEqual => IntCC::SignedLessThanOrEqual,
                    Comparison::Greater => IntCC::SignedGreaterThan,
                    Comparison::GreaterOrEqual => IntCC::SignedGreaterThanOrEqual,
                };
                self.builder.ins().icmp(condition, left, right)
            }
            Lane::Float => {
                let condition = match comparison {
                    Comparison::Equal => FloatCC::Equal,
                    Comparison::NotEqual => FloatCC::NotEqual,
                    Comparison::Less => FloatCC::LessThan,
                    Comparison::LessOrEqual => FloatCC::LessThanOrEqual,
                    Comparison::Greater => FloatCC::GreaterThan,
                    Comparison::GreaterOrEqual => FloatCC::GreaterThanOrEqual,
                };
                self.builder.ins().fcmp(condition, left, right)
            }
        }
    }

    fn number(&mut self, number: &Number) -> NumberCode {
        let sure = |value| NumberCode { value, missing: None, unsure: None };
        match number {
            Number::Input(place) => self.input(*place),
            Number::Constant(place, lane) => sure(self.constant(*place, *lane)),
            Number::ToFloat(whole) => {
                let whole = self.number(whole);
                NumberCode { value: self.builder.ins().fcvt_from_sint(types::F64, whole.value), ..whole }
            }
            Number::Arithmetic(operator, lane, left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let missing = self.either(left.missing, right.missing);
                let unsure = self.either(left.unsure, right.unsure);
                match lane {
                    Lane::Whole => {
                        let (value, overflow) = self.checked(*operator, left.value, right.value);
                        // What lies in a missing cell may overflow: that says nothing.
                        let overflow = self.unless(overflow, missing);
                        NumberCode { value, missing, unsure: self.either(unsure, Some(overflow)) }
                    }
                    Lane::Float => {
                        let value = match operator {
                            Operator::Add => self.builder.ins().fadd(left.value, right.value),
                            Operator::Subtract => self.builder.ins().fsub(left.value, right.value),
                            Operator::Multiply => self.builder.ins().fmul(left.value, right.value),
                        };
                        self.float(value, missing, unsure)
                    }
                }
            }
            Number::Quotient(left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let zero = self.builder.ins().f64const(0.0);
                let by_zero = self.builder.ins().fcmp(FloatCC::Equal, right.value, zero);
                let value = self.builder.ins().fdiv(left.value, right.value);
                let missing = self.either(left.missing, right.missing);
                let missing = self.either(missing, Some(by_zero));
                let unsure = self.either(left.unsure, right.unsure);
                self.float(value, missing, unsure)
            }
            Number::Negate(lane, operand) => {
                let operand = self.number(operand);
                match lane {
                    Lane::Float => NumberCode { value: self.builder.ins().fneg(operand.value), ..operand },
                    Lane::Whole => {
                        let value = self.builder.ins().ineg(operand.value);
                        let overflow = self.builder.ins().icmp_imm(IntCC::Equal, operand.value, i64::MIN);
                        NumberCode { value, unsure: self.either(operand.unsure, Some(overflow)), ..operand }
                    }
                }
            }
            Number::Absolute(lane, operand) => {
                let operand = self.number(operand);
                match lane {
                    Lane::Float => NumberCode { value: self.builder.ins().fabs(operand.value), ..operand },
                    Lane::Whole => {
                        let negated = self.builder.ins().ineg(operand.value);
                        let negative = self.builder.ins().icmp_imm(IntCC::SignedLessThan, operand.value, 0);
                        let value = self.builder.ins().select(negative, negated, operand.value);
                        let overflow = self.builder.ins().icmp_imm(IntCC::Equal, operand.value, i64::MIN);
                        NumberCode { value, unsure: self.either(operand.unsure, Some(overflow)), ..operand }
                    }
                }
            }
            Number::Remainder(left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                // By 0 there is none, and by -1 it is 0, as by 1: neither is left to the processor, which would trap.
                let by_zero = self.builder.ins().icmp_imm(IntCC::Equal, right.value, 0);
                let by_minus_one = self.builder.ins().icmp_imm(IntCC::Equal, right.value, -1);
                let guarded = self.builder.ins().bor(by_zero, by_minus_one);
                let one = self.builder.ins().iconst(types::I64, 1);
                let divisor = self.builder.ins().select(guarded, one, right.value);
                let value = self.builder.ins().srem(left.value, divisor);
                let missing = self.either(left.missing, right.missing);
                NumberCode {
                    value,
                    missing: self.either(missing, Some(by_zero)),
                    unsure: self.either(left.unsure, right.unsure),
                }
            }
            Number::Otherwise(_, left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let Some(gap) = left.missing else { return left };
                let value = self.builder.ins().select(gap, right.value, left.value);
                let missing = right.missing.map(|missing| self.builder.ins().band(gap, missing));
                let later = right.unsure.map(|unsure| self.builder.ins().band(gap, unsure));
                NumberCode { value, missing, unsure: self.either(left.unsure, later) }
            }
            Number::Score(rules) => {
                let mut total = self.builder.ins().iconst(types::I64, 0);
                let mut unsure = None;
                for (weight, truth) in rules {
                    let weight = self.constant(*weight, Lane::Whole);
                    let truth = self.truth(truth);
                    let zero = self.builder.ins().iconst(types::I64, 0);
                    let counted = self.builder.ins().select(truth.yes, weight, zero);
                    total = self.builder.ins().iadd(total, counted);
                    unsure = self.either(unsure, truth.unsure);
                }
                NumberCode { value: total, missing: None, unsure }
            }
            Number::Hour(time, places) => {
                let time = self.number(time);
                let [offset, from, until] = places.map(|place| self.constant(place, Lane::Whole));
                let early = self.builder.ins().icmp(IntCC::SignedLessThan, time.value, from);
                let late = self.builder.ins().icmp(IntCC::SignedGreaterThan, time.value, until);
                let outside = self.builder.ins().bor(early, late);
                let outside = self.unless(outside, time.missing);
                let wall = self.builder.ins().iadd(time.value, offset);
                let hours = self.floor_divide(wall, 3_600_000_000);
                let days = self.floor_divide(hours, 24);
                let whole = self.builder.ins().imul_imm(days, 24);
                let value = self.builder.ins().isub(hours, whole);
                NumberCode { value, missing: time.missing, unsure: self.either(time.unsure, Some(outside)) }
            }
            Number::Distance(parts) => {
                let parts = parts.each_ref().map(|part| self.number(part));
                let call = self.builder.ins().call(self.distance, &parts.map(|part| part.value));
                let value = self.builder.inst_results(call)[0];
                let mut missing = None;
                let mut unsure = None;
                for part in parts {
                    missing = self.either(missing, part.missing);
                    unsure = self.either(unsure, part.unsure);
                }
                self.float(value, missing, unsure)
            }
        }
    }

    /// A float that is missing where it is not a number.
    fn float(&mut self, value: Value, missing: Option<Value>, unsure: Option<Value>) -> NumberCode {
        let no_number = self.builder.ins().fcmp(FloatCC::Unordered, value, value);
        NumberCode { value, missing: self.either(missing, Some(no_number)), unsure }
    }

    fn constant(&mut self, place: usize, lane: Lane) -> Value {
        let ty = if lane == Lane::Float { types::F64 } else { types::I64 };
        self.builder.ins().load(
            ty,
            MemFlags::trusted().with_readonly().with_can_move(),
            self.constants,
            8 * place as i32,
        )
    }

    /// The result, and whether it left the range.
    fn checked(&mut self, operator: Operator, a: Value, b: Value) -> (Value, Value) {
        let ins = |writer: &mut Self, value, left, right| {
            // The sign is wrong where it differs from that of both sides.
            let (x, y) = (writer.builder.ins().bxor(value, left), writer.builder.ins().bxor(value, right));
            let both = writer.builder.ins().band(x, y);
            writer.builder.ins().icmp_imm(IntCC::SignedLessThan, both, 0)
        };
        match operator {
            Operator::Add => {
                let sum = self.builder.ins().iadd(a, b);
                let overflow = ins(self, sum, a, b);
                (sum, overflow)
            }
            Operator::Subtract => {
                let difference = self.builder.ins().isub(a, b);
                let not_b = self.builder.ins().bnot(b);
                let overflow = ins(self, difference, a, not_b);
                (difference, overflow)
            }
            Operator::Multiply => {
                let product = self.builder.ins().imul(a, b);
                let high = self.builder.ins().smulhi(a, b);
                let sign = self.builder.ins().sshr_imm(product, 63);
                let overflow = self.builder.ins().icmp(IntCC::NotEqual, high, sign);
                (product, overflow)
            }
        }
    }

    /// Division by a positive constant, rounded down.
    fn floor_divide(&mut self, number: Value, by: i64) -> Value {
        let quotient = self.builder.ins().sdiv_imm(number, by);
        let back = self.builder.ins().imul_imm(quotient, by);
        let above = self.builder.ins().icmp(IntCC::SignedGreaterThan, back, number);
        let one = self.builder.ins().uextend(types::I64, above);
        self.builder.ins().isub(quotient, one)
    }

    fn input(&mut self, place: usize) -> NumberCode {
        match self.inputs[place] {
            Some(read) => read,
            None => {
                let read = self.read(place);
                self.inputs[place] = Some(read);
                read
            }
        }
    }

    fn read(&mut self, place: usize) -> NumberCode {
        let (Read { layout, states }, [data, valid]) = (self.reads[place], self.pointers[place]);
        let flags = MemFlags::trusted();
        let size = match layout {
            Layout::Byte => 1,
            Layout::Code | Layout::Variant | Layout::Date => 4,
            Layout::Whole | Layout::Float | Layout::Half(_) => 8,
        };
        let offset = self.builder.ins().imul_imm(self.row, size);
        let at = self.builder.ins().iadd(data, offset);
        let load = |writer: &mut Self, ty: Type| writer.builder.ins().load(ty, flags, at, 0);
        let value = match layout {
            Layout::Byte => {
                let byte = load(self, types::I8);
                self.builder.ins().uextend(types::I64, byte)
            }
            Layout::Code => {
                let code = load(self, types::I32);
                let code = self.builder.ins().uextend(types::I64, code);
                let twice = self.builder.ins().ishl_imm(code, 1);
                self.builder.ins().iadd_imm(twice, 1)
            }
            Layout::Variant => {
                let variant = load(self, types::I32);
                self.builder.ins().uextend(types::I64, variant)
            }
            Layout::Date => {
                let date = load(self, types::I32);
                self.builder.ins().sextend(types::I64, date)
            }
            Layout::Whole => load(self, types::I64),
            Layout::Float | Layout::Half(_) => load(self, types::F64),
        };
        match states {
            States::All => NumberCode { value, missing: None, unsure: None },
            States::Bits => {
                let byte = self.builder.ins().ushr_imm(self.row, 3);
                let at = self.builder.ins().iadd(valid, byte);
                let bits = self.builder.ins().load(types::I8, flags, at, 0);
                let place = self.builder.ins().ireduce(types::I8, self.row);
                let place = self.builder.ins().band_imm(place, 7);
                let bits = self.builder.ins().ushr(bits, place);
                let there = self.builder.ins().band_imm(bits, 1);
                let missing = self.builder.ins().bxor_imm(there, 1);
                NumberCode { value, missing: Some(missing), unsure: None }
            }
            States::Bytes | States::Doubts => {
                let at = self.builder.ins().iadd(valid, self.row);
                let state = self.builder.ins().load(types::I8, flags, at, 0);
                let mut is = |wanted: u8| self.builder.ins().icmp_imm(IntCC::Equal, state, i64::from(wanted));
                NumberCode { value, missing: Some(is(MISSING)), unsure: (states == States::Doubts).then(|| is(UNSURE)) }
            }
        }
    }
}

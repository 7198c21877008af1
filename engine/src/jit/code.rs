//! From a form to machine code: one loop over pairs of rows ([`super::lanes`]), without branches.
//!
//! ```text
//! fn(pairs: u64, inputs: *const Slice, constants: *const u64, outs: *const *mut u8)
//! outs[decision][row] = 0 where nothing is decided, 1 where that is unsure, 2 + n where rule n applies
//! ```
//!
//! A loop may make several decisions about each row: it reads each input once for all of them. A loop that works out a number
//! writes that to its first output, and to the second whether it is there, missing or unsure.
//!
//! A truth is up to three marks: it is true, it is false, it is unsure; none of them: missing. A number is its value and
//! up to two marks: it is missing, it is unsure. Marks that cannot be set are not computed.

use super::form::{Body, Clock, Decision, Lane, Layout, Number, Operator, Truth};
use super::lanes::{Lanes, ROWS};
use super::scratch::{KNOWN, MISSING, UNSURE};
use crate::mutant::{Mutant, mutant};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{AbiParam, FuncRef, InstBuilder, MemFlags, Signature, Value, types};
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
/// Bytes of a number that is written.
const NUMBER: i64 = 8;

/// The parameters of a loop: pairs of rows, inputs, constants, outputs.
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
pub(super) fn write(mut builder: FunctionBuilder<'_>, written: &Body, reads: &[Read], distance: FuncRef) {
    let (entry, head, body, exit) =
        (builder.create_block(), builder.create_block(), builder.create_block(), builder.create_block());
    builder.append_block_params_for_function_params(entry);
    let row = builder.append_block_param(head, types::I64);
    builder.switch_to_block(entry);
    let parameters: Vec<Value> = builder.block_params(entry).to_vec();
    let [pairs, inputs, constants, outs] = parameters[..] else { return };
    let rows = builder.ins().imul_imm(pairs, ROWS as i64);
    let pointers: Vec<[Value; 2]> = (0..reads.len() as i32)
        .map(|place| {
            [0, 8].map(|half| builder.ins().load(types::I64, MemFlags::trusted(), inputs, SLICE * place + half))
        })
        .collect();
    let outs: Vec<Value> = (0..outputs(written) as i32)
        .map(|place| builder.ins().load(types::I64, MemFlags::trusted(), outs, POINTER * place))
        .collect();
    let zero = builder.ins().iconst(types::I64, 0);
    builder.ins().jump(head, &[zero.into()]);
    builder.switch_to_block(head);
    let more = builder.ins().icmp(IntCC::UnsignedLessThan, row, rows);
    builder.ins().brif(more, body, &[], exit, &[]);
    builder.switch_to_block(body);
    let inputs = vec![None; reads.len()];
    let lanes = Lanes { builder: &mut builder };
    let mut writer = Writer { lanes, row, reads, pointers: &pointers, inputs, constants, distance };
    match written {
        Body::Decisions(decisions) => {
            for (decision, out) in decisions.iter().zip(outs) {
                let result = writer.decision(decision);
                let place = writer.lanes.builder.ins().iadd(out, row);
                writer.lanes.store_bytes(result, place);
            }
        }
        Body::Number(lane, number) => {
            let (value, state) = writer.stated(*lane, number);
            let offset = writer.lanes.builder.ins().imul_imm(row, NUMBER);
            if let [values, states] = outs[..] {
                let place = writer.lanes.builder.ins().iadd(values, offset);
                writer.lanes.store_numbers(value, place);
                let place = writer.lanes.builder.ins().iadd(states, row);
                writer.lanes.store_bytes(state, place);
            }
        }
    }
    let next = builder.ins().iadd_imm(row, ROWS as i64);
    builder.ins().jump(head, &[next.into()]);
    builder.switch_to_block(exit);
    builder.ins().return_(&[]);
    builder.seal_all_blocks();
    builder.finalize();
}

/// How many outputs a loop has.
pub(super) fn outputs(body: &Body) -> usize {
    match body {
        Body::Decisions(decisions) => decisions.len(),
        Body::Number(..) => 2,
    }
}

struct Writer<'a, 'b> {
    lanes: Lanes<'a, 'b>,
    /// The first of the pair.
    row: Value,
    reads: &'a [Read],
    pointers: &'a [[Value; 2]],
    /// Those that were read for this pair.
    inputs: Vec<Option<NumberCode>>,
    constants: Value,
    distance: FuncRef,
}

/// A truth in code: marks, of which each row has one at most.
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
        let mut result = self.lanes.whole(0);
        for (place, rule) in rules.iter().enumerate().rev() {
            let number = self.lanes.whole(i64::from(RULE) + place as i64);
            result = self.choose(rule, number, result);
        }
        let nothing = self.lanes.whole(0);
        self.choose(gate, result, nothing)
    }

    /// A number, and what is known of it.
    fn stated(&mut self, lane: Lane, number: &Number) -> (Value, Value) {
        let NumberCode { value, missing, unsure } = self.number(number);
        let value = match lane {
            Lane::Whole => value,
            Lane::Float => {
                // As `Value::float` has it, there is no negative zero.
                let zero = self.lanes.builder.ins().f64const(0.0);
                let zero = self.lanes.builder.ins().splat(types::F64X2, zero);
                self.lanes.builder.ins().fadd(value, zero)
            }
        };
        let mut state = self.lanes.whole(i64::from(KNOWN));
        for (mark, other) in [(missing, MISSING), (unsure, UNSURE)] {
            if let Some(mark) = mark {
                let other = self.lanes.whole(i64::from(other));
                state = self.lanes.choose(mark, other, state);
            }
        }
        (value, state)
    }

    /// One number where a truth is true, [`UNDECIDED`] where it is unsure, else another number.
    fn choose(&mut self, truth: &Truth, yes: Value, otherwise: Value) -> Value {
        let truth = self.truth(truth);
        let sure = self.lanes.choose(truth.yes, yes, otherwise);
        let Some(unsure) = truth.unsure else { return sure };
        let undecided = self.lanes.whole(i64::from(UNDECIDED));
        self.lanes.choose(unsure, undecided, sure)
    }

    fn truth(&mut self, truth: &Truth) -> TruthCode {
        match truth {
            Truth::Constant(truth) => {
                let (yes, no) = (self.lanes.mark(*truth), self.lanes.mark(!*truth));
                TruthCode { yes, no, unsure: None }
            }
            Truth::Missing => {
                let nowhere = self.lanes.mark(false);
                TruthCode { yes: nowhere, no: nowhere, unsure: None }
            }
            Truth::Unsure => {
                let (nowhere, everywhere) = (self.lanes.mark(false), self.lanes.mark(true));
                TruthCode { yes: nowhere, no: nowhere, unsure: Some(everywhere) }
            }
            Truth::Input(place) => {
                let cell = self.input(*place);
                let yes = self.lanes.compare_to(IntCC::NotEqual, cell.value, 0);
                self.known(yes, cell.missing, cell.unsure)
            }
            Truth::Compare(comparison, lane, left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let holds = self.holds(*comparison, *lane, left.value, right.value);
                let (missing, unsure) =
                    (self.lanes.either(left.missing, right.missing), self.lanes.either(left.unsure, right.unsure));
                self.known(holds, missing, unsure)
            }
            Truth::CompareMixed(comparison, whole, float) => {
                let (whole, float) = (self.number(whole), self.number(float));
                // Up to 2^53 a whole number is a float exactly.
                let above = self.lanes.compare_to(IntCC::SignedGreaterThan, whole.value, 1 << 53);
                let below = self.lanes.compare_to(IntCC::SignedLessThan, whole.value, -(1 << 53));
                let inexact = self.lanes.either(Some(above), Some(below));
                let nearest = self.lanes.floats(whole.value);
                let holds = self.holds(*comparison, Lane::Float, nearest, float.value);
                let missing = self.lanes.either(whole.missing, float.missing);
                let unsure = self.lanes.either(whole.unsure, float.unsure);
                let unsure = self.lanes.either(unsure, inexact);
                self.known(holds, missing, unsure)
            }
            Truth::Is(lane, left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let equal = self.holds(Comparison::Equal, *lane, left.value, right.value);
                let any = self.lanes.either(left.missing, right.missing);
                let both = match (left.missing, right.missing) {
                    (Some(left), Some(right)) => Some(self.lanes.both(left, right)),
                    _ => None,
                };
                let equal = self.lanes.unless(equal, any);
                let holds = self.lanes.either(Some(equal), both).unwrap_or(equal);
                let unsure = self.lanes.either(left.unsure, right.unsure);
                self.known(holds, None, unsure)
            }
            Truth::IsMissing(number) => {
                let number = self.number(number);
                let holds = match number.missing {
                    Some(missing) => missing,
                    None => self.lanes.mark(false),
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
                let known = self.lanes.either(Some(left.yes), Some(left.no));
                let settled = self.lanes.either(known, left.unsure);
                let pick = |writer: &mut Self, left, right| {
                    let right = writer.lanes.unless(right, settled);
                    writer.lanes.builder.ins().bor(left, right)
                };
                let (yes, no) = (pick(self, left.yes, right.yes), pick(self, left.no, right.no));
                let later = right.unsure.map(|unsure| self.lanes.unless(unsure, settled));
                TruthCode { yes, no, unsure: self.lanes.either(left.unsure, later) }
            }
            Truth::Then(first, second) => {
                let (first, second) = (self.truth(first), self.truth(second));
                let yes = self.lanes.both(first.yes, second.yes);
                let later = second.unsure.map(|unsure| self.lanes.both(first.yes, unsure));
                let unsure = self.lanes.either(first.unsure, later);
                self.known(yes, None, unsure)
            }
        }
    }

    fn and(&mut self, left: TruthCode, right: TruthCode) -> TruthCode {
        let no = self.lanes.builder.ins().bor(left.no, right.no);
        let yes = self.lanes.both(left.yes, right.yes);
        let unsure = self.lanes.either(left.unsure, right.unsure).map(|unsure| self.lanes.unless(unsure, Some(no)));
        TruthCode { yes, no, unsure }
    }

    /// A truth that holds or not, but where it is missing or unsure.
    fn known(&mut self, holds: Value, missing: Option<Value>, unsure: Option<Value>) -> TruthCode {
        let lost = self.lanes.either(missing, unsure);
        let yes = self.lanes.unless(holds, lost);
        let fails = self.lanes.not(holds);
        let no = self.lanes.unless(fails, lost);
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
                self.lanes.compare(condition, left, right)
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
                self.lanes.compare_floats(condition, left, right)
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
                NumberCode { value: self.lanes.floats(whole.value), ..whole }
            }
            Number::Arithmetic(operator, lane, left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let missing = self.lanes.either(left.missing, right.missing);
                let unsure = self.lanes.either(left.unsure, right.unsure);
                match lane {
                    Lane::Whole => {
                        let (value, overflow) = self.checked(*operator, left.value, right.value);
                        // What lies in a missing cell may overflow: that says nothing.
                        let overflow = self.lanes.unless(overflow, missing);
                        NumberCode { value, missing, unsure: self.lanes.either(unsure, Some(overflow)) }
                    }
                    Lane::Float => {
                        let value = match operator {
                            Operator::Add => self.lanes.builder.ins().fadd(left.value, right.value),
                            Operator::Subtract => self.lanes.builder.ins().fsub(left.value, right.value),
                            Operator::Multiply => self.lanes.builder.ins().fmul(left.value, right.value),
                        };
                        self.float(value, missing, unsure)
                    }
                }
            }
            Number::Quotient(left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let zero = self.lanes.builder.ins().f64const(0.0);
                let zero = self.lanes.builder.ins().splat(types::F64X2, zero);
                let by_zero = self.lanes.compare_floats(FloatCC::Equal, right.value, zero);
                let value = self.lanes.builder.ins().fdiv(left.value, right.value);
                let missing = self.lanes.either(left.missing, right.missing);
                let missing = self.lanes.either(missing, Some(by_zero));
                let unsure = self.lanes.either(left.unsure, right.unsure);
                self.float(value, missing, unsure)
            }
            Number::Negate(lane, operand) => {
                let operand = self.number(operand);
                match lane {
                    Lane::Float => NumberCode { value: self.lanes.builder.ins().fneg(operand.value), ..operand },
                    Lane::Whole => {
                        let value = self.lanes.builder.ins().ineg(operand.value);
                        let overflow = self.lanes.compare_to(IntCC::Equal, operand.value, i64::MIN);
                        NumberCode { value, unsure: self.lanes.either(operand.unsure, Some(overflow)), ..operand }
                    }
                }
            }
            Number::Absolute(lane, operand) => {
                let operand = self.number(operand);
                match lane {
                    Lane::Float => NumberCode { value: self.lanes.builder.ins().fabs(operand.value), ..operand },
                    Lane::Whole => {
                        let negated = self.lanes.builder.ins().ineg(operand.value);
                        let negative = self.lanes.compare_to(IntCC::SignedLessThan, operand.value, 0);
                        let value = self.lanes.choose(negative, negated, operand.value);
                        let overflow = self.lanes.compare_to(IntCC::Equal, operand.value, i64::MIN);
                        NumberCode { value, unsure: self.lanes.either(operand.unsure, Some(overflow)), ..operand }
                    }
                }
            }
            Number::Remainder(left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                // By 0 there is none, and by -1 it is 0, as by 1: neither is left to the processor, which would trap.
                let by_zero = self.lanes.compare_to(IntCC::Equal, right.value, 0);
                let by_minus_one = self.lanes.compare_to(IntCC::Equal, right.value, -1);
                let guarded = self.lanes.builder.ins().bor(by_zero, by_minus_one);
                let one = self.lanes.whole(1);
                let divisor = self.lanes.choose(guarded, one, right.value);
                let value = self.lanes.remainder(left.value, divisor);
                let missing = self.lanes.either(left.missing, right.missing);
                NumberCode {
                    value,
                    missing: self.lanes.either(missing, Some(by_zero)),
                    unsure: self.lanes.either(left.unsure, right.unsure),
                }
            }
            Number::Otherwise(lane, left, right) => {
                let (left, right) = (self.number(left), self.number(right));
                let Some(gap) = left.missing else { return left };
                let value = match lane {
                    Lane::Whole => self.lanes.choose(gap, right.value, left.value),
                    Lane::Float => self.lanes.choose_float(gap, right.value, left.value),
                };
                let missing = right.missing.map(|missing| self.lanes.both(gap, missing));
                let later = right.unsure.map(|unsure| self.lanes.both(gap, unsure));
                NumberCode { value, missing, unsure: self.lanes.either(left.unsure, later) }
            }
            Number::Score(rules) => {
                let mut total = self.lanes.whole(0);
                let mut unsure = None;
                for (weight, truth) in rules {
                    let weight = self.constant(*weight, Lane::Whole);
                    let truth = self.truth(truth);
                    let counted = self.lanes.both(truth.yes, weight);
                    total = self.lanes.builder.ins().iadd(total, counted);
                    unsure = self.lanes.either(unsure, truth.unsure);
                }
                NumberCode { value: total, missing: None, unsure }
            }
            Number::Calendar(part, date) => {
                let date = self.number(date);
                NumberCode { value: self.lanes.calendar(*part, date.value), ..date }
            }
            Number::Clock(part, time, places) => {
                let time = self.number(time);
                let [offset, from, until] = places.map(|place| self.constant(place, Lane::Whole));
                let early = self.lanes.compare(IntCC::SignedLessThan, time.value, from);
                let late = self.lanes.compare(IntCC::SignedGreaterThan, time.value, until);
                let outside = self.lanes.builder.ins().bor(early, late);
                let outside = self.lanes.unless(outside, time.missing);
                let wall = self.lanes.builder.ins().iadd(time.value, offset);
                let (mut wall, mut missing) = (wall, time.missing);
                if *part == Clock::Night {
                    // Nights are the later halves of days that begin at six.
                    let six = self.lanes.whole(-6 * 3_600_000_000);
                    wall = self.lanes.builder.ins().iadd(wall, six);
                    let hour = self.lanes.clock(Clock::Hour, wall);
                    let by_day = self.lanes.compare_to(IntCC::SignedLessThan, hour, 12);
                    missing = self.lanes.either(missing, Some(by_day));
                }
                let value = self.lanes.clock(*part, wall);
                NumberCode { value, missing, unsure: self.lanes.either(time.unsure, Some(outside)) }
            }
            Number::Distance(parts) => {
                let parts = parts.each_ref().map(|part| self.number(part));
                let value = self.lanes.call(self.distance, parts.map(|part| part.value));
                let mut missing = None;
                let mut unsure = None;
                for part in parts {
                    missing = self.lanes.either(missing, part.missing);
                    unsure = self.lanes.either(unsure, part.unsure);
                }
                self.float(value, missing, unsure)
            }
        }
    }

    /// A float that is missing where it is not a number.
    fn float(&mut self, value: Value, missing: Option<Value>, unsure: Option<Value>) -> NumberCode {
        let no_number = self.lanes.compare_floats(FloatCC::Unordered, value, value);
        NumberCode { value, missing: self.lanes.either(missing, Some(no_number)), unsure }
    }

    fn constant(&mut self, place: usize, lane: Lane) -> Value {
        let ty = if lane == Lane::Float { types::F64X2 } else { types::I64X2 };
        self.lanes.constant(ty, self.constants, place)
    }

    /// The result, and whether it left the range.
    fn checked(&mut self, operator: Operator, a: Value, b: Value) -> (Value, Value) {
        let ins = |writer: &mut Self, value, left, right| {
            // The sign is wrong where it differs from that of both sides.
            let (x, y) = (writer.lanes.builder.ins().bxor(value, left), writer.lanes.builder.ins().bxor(value, right));
            let both = writer.lanes.both(x, y);
            writer.lanes.compare_to(IntCC::SignedLessThan, both, 0)
        };
        match operator {
            Operator::Add => {
                let sum = self.lanes.builder.ins().iadd(a, b);
                let overflow = ins(self, sum, a, b);
                (sum, overflow)
            }
            Operator::Subtract => {
                let difference = self.lanes.builder.ins().isub(a, b);
                let not_b = self.lanes.builder.ins().bnot(b);
                let overflow = ins(self, difference, a, not_b);
                (difference, overflow)
            }
            Operator::Multiply => self.lanes.product(a, b),
        }
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
        let offset = self.lanes.builder.ins().imul_imm(self.row, layout.bytes() as i64);
        let at = self.lanes.builder.ins().iadd(data, offset);
        let value = match layout {
            Layout::Byte => self.lanes.bytes(at),
            Layout::Code => {
                let code = self.lanes.codes(at);
                let (twice, one) = (self.lanes.builder.ins().iadd(code, code), self.lanes.whole(1));
                self.lanes.builder.ins().iadd(twice, one)
            }
            Layout::Variant => self.lanes.codes(at),
            Layout::Date => self.lanes.dates(at),
            Layout::Whole => self.lanes.numbers(types::I64X2, at),
            Layout::Float | Layout::Half(_) => self.lanes.numbers(types::F64X2, at),
        };
        match states {
            States::All => NumberCode { value, missing: None, unsure: None },
            States::Bits => NumberCode { value, missing: Some(self.lanes.unset(valid, self.row)), unsure: None },
            States::Bytes | States::Doubts => {
                let at = self.lanes.builder.ins().iadd(valid, self.row);
                let [missing, unsure] = self.lanes.bytes_are(at, [MISSING, UNSURE]);
                NumberCode { value, missing: Some(missing), unsure: (states == States::Doubts).then_some(unsure) }
            }
        }
    }
}

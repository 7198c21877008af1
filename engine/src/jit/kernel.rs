//! Compiled loops: made by Cranelift, held in executable memory, called.
//!
//! The only unsafe code of the engine is here. A [`Kernel`] owns the memory in which its code lies and frees it when the
//! last user is gone. Compiled code allocates nothing, calls nothing that can panic, and reads and writes only what
//! [`Kernel::run`] has checked to be there.
#![expect(unsafe_code, reason = "machine code is called")]

use super::code::{self, Read, States};

use super::form::{Body, Lane, Layout};
use super::lanes::ROWS;
use super::scratch::{Scratch, ScratchData};
use crate::table::{Column, ColumnData};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use cranelift_jit::{JITBuilder, JITModule};
use cranelift_module::{Linkage, Module};
use std::collections::HashMap;
use std::mem::ManuallyDrop;
use std::sync::{Arc, Mutex, PoisonError};
use watchfire_stdlib::geo::great_circle_distance;
use watchfire_stdlib::value::Point;

/// What a loop reads for one input: its cells, and what says which are there ([`States`]). The layout is what compiled
/// code expects.
#[repr(C)]
struct Slice {
    data: *const u8,
    states: *const u8,
}

type Loop = unsafe extern "C" fn(u64, *const Slice, *const u64, *const *mut u8);

/// A compiled loop.
pub(crate) struct Kernel {
    module: ManuallyDrop<JITModule>,
    code: Loop,
    reads: Vec<Read>,
    constants: usize,
    outputs: usize,
    /// It works out a number of this lane.
    number: Option<Lane>,
}

// SAFETY: after it was made, a kernel only holds finished code and its memory, which nobody writes any more; calling the
// code reads its arguments and writes to an output that the caller holds exclusively.
unsafe impl Send for Kernel {}
// SAFETY: as above.
unsafe impl Sync for Kernel {}

impl Drop for Kernel {
    fn drop(&mut self) {
        // SAFETY: the module is not used afterwards, and the code cannot be running: that borrows the kernel.
        unsafe { ManuallyDrop::take(&mut self.module).free_memory() }
    }
}

impl std::fmt::Debug for Kernel {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kernel").field("reads", &self.reads).finish_non_exhaustive()
    }
}

impl Kernel {
    /// Compiles a loop; `None`: not on this machine.
    fn compile(body: &Body, reads: &[Read], constants: usize) -> Option<Self> {
        let mut flags = settings::builder();
        flags.set("opt_level", "speed").ok()?;
        flags.set("enable_verifier", if cfg!(debug_assertions) { "true" } else { "false" }).ok()?;
        let isa = cranelift_native::builder().ok()?.finish(settings::Flags::new(flags)).ok()?;
        let mut builder = JITBuilder::with_isa(isa, cranelift_module::default_libcall_names());
        builder.symbol("distance", distance as *const u8);
        let mut module = ManuallyDrop::new(JITModule::new(builder));
        let made = Self::make(&mut module, body, reads);
        let Some(pointer) = made else {
            // SAFETY: nothing of the module is used afterwards.
            unsafe { ManuallyDrop::take(&mut module).free_memory() };
            return None;
        };
        // SAFETY: the pointer is to finished code of this signature ([`code::signature`], the platform's C convention).
        let code = unsafe { std::mem::transmute::<*const u8, Loop>(pointer) };
        let number = match body {
            Body::Decisions(_) => None,
            Body::Number(lane, _) => Some(*lane),
        };
        Some(Self { module, code, reads: reads.to_vec(), constants, outputs: code::outputs(body), number })
    }

    fn make(module: &mut JITModule, body: &Body, reads: &[Read]) -> Option<*const u8> {
        let signature = code::distance_signature(module.make_signature());
        let distance = module.declare_function("distance", Linkage::Import, &signature).ok()?;
        let mut context = module.make_context();
        context.func.signature = code::signature(module.make_signature());
        let main = module.declare_function("screen", Linkage::Export, &context.func.signature).ok()?;
        let distance = module.declare_func_in_func(distance, &mut context.func);
        let mut scratch = FunctionBuilderContext::new();
        code::write(FunctionBuilder::new(&mut context.func, &mut scratch), body, reads, distance);
        module.define_function(main, &mut context).ok()?;
        module.finalize_definitions().ok()?;
        Some(module.get_finalized_function(main))
    }

    /// Runs the loop over `out.len()` rows from `start` on, and writes what is decided about each (see [`code`]). False
    /// where the arguments are not those that it was compiled for.
    pub(super) fn run(&self, cells: &[Cells<'_>], constants: &[u64], start: usize, out: &mut [u8]) -> bool {
        self.run_all(cells, constants, start, &mut [out])
    }

    /// The same for several decisions, each with an output of its own, all of one length.
    pub(super) fn run_all(&self, cells: &[Cells<'_>], constants: &[u64], start: usize, outs: &mut [&mut [u8]]) -> bool {
        let rows = outs.first().map_or(0, |out| out.len());
        if self.number.is_some() || outs.len() != self.outputs || outs.iter().any(|out| out.len() != rows) {
            return false;
        }
        let Some(slices) = self.slices(cells, constants, start, rows) else { return false };
        let pairs = rows / ROWS;
        let pointers: Vec<*mut u8> = outs.iter_mut().map(|out| out.as_mut_ptr()).collect();
        // SAFETY: for each input `slice` found rows `start..end` of the layout that the code reads, and their validity
        // where the code reads it; there are as many constants as it reads; it writes a byte for each row of the pairs to
        // each output, of which there are as many as it makes decisions and each is borrowed by this call alone.
        unsafe { (self.code)(pairs as u64, slices.as_ptr(), constants.as_ptr(), pointers.as_ptr()) };
        if rows > pairs * ROWS {
            let last: Vec<Last> = slices.iter().zip(&self.reads).map(|(slice, read)| slice.last(*read, rows)).collect();
            let slices: Vec<Slice> = last.iter().map(Last::slice).collect();
            let mut marks = vec![[0; ROWS]; outs.len()];
            let pointers: Vec<*mut u8> = marks.iter_mut().map(|marks| marks.as_mut_ptr()).collect();
            // SAFETY: as above, for the pair whose first row is the last one.
            unsafe { (self.code)(1, slices.as_ptr(), constants.as_ptr(), pointers.as_ptr()) };
            outs.iter_mut().zip(marks).for_each(|(out, [mark, _])| out[rows - 1] = mark);
        }
        true
    }
}

impl Kernel {
    /// Works out a number for each of so many rows. False where the arguments are not those that it was compiled for.
    pub(super) fn run_number(&self, cells: &[Cells<'_>], constants: &[u64], rows: usize, out: &mut Scratch) -> bool {
        let Some(slices) = self.slices(cells, constants, 0, rows) else { return false };
        // Room for one more, where they are odd.
        let room = rows.next_multiple_of(ROWS);
        out.states.clear();
        out.states.resize(room, 0);
        let values: *mut u8 = match (self.number, &mut out.data) {
            (Some(Lane::Whole), ScratchData::Whole(values)) => {
                values.clear();
                values.resize(room, 0);
                values.as_mut_ptr().cast()
            }
            (Some(Lane::Float), ScratchData::Float(values)) => {
                values.clear();
                values.resize(room, 0.0);
                values.as_mut_ptr().cast()
            }
            _ => return false,
        };
        let pairs = rows / ROWS;
        let pointers = [values, out.states.as_mut_ptr()];
        // SAFETY: as in `run_all`; it writes a number of eight bytes and a byte for each row of the pairs, for which there is
        // room in both outputs.
        unsafe { (self.code)(pairs as u64, slices.as_ptr(), constants.as_ptr(), pointers.as_ptr()) };
        if rows > pairs * ROWS {
            let last: Vec<Last> = slices.iter().zip(&self.reads).map(|(slice, read)| slice.last(*read, rows)).collect();
            let slices: Vec<Slice> = last.iter().map(Last::slice).collect();
            let done = pairs * ROWS;
            // SAFETY: both have room for the pair after those that were written.
            let pointers = unsafe { [values.add(8 * done), out.states.as_mut_ptr().add(done)] };
            // SAFETY: as above, for the pair whose first row is the last one.
            unsafe { (self.code)(1, slices.as_ptr(), constants.as_ptr(), pointers.as_ptr()) };
        }
        out.truncate(rows);
        true
    }

    /// What it reads of rows from `start` on; `None`: the arguments are not those that it was compiled for.
    fn slices(&self, cells: &[Cells<'_>], constants: &[u64], start: usize, rows: usize) -> Option<Vec<Slice>> {
        if cells.len() != self.reads.len() || constants.len() != self.constants {
            return None;
        }
        let end = start.saturating_add(rows);
        cells.iter().zip(&self.reads).map(|(cells, read)| slice(cells, *read, start, end)).collect()
    }
}

/// The last cell of an odd number, as the first of a pair, and what says whether it is there.
struct Last {
    data: [u8; 8 * ROWS],
    states: [u8; ROWS],
}

impl Last {
    fn slice(&self) -> Slice {
        Slice { data: self.data.as_ptr(), states: self.states.as_ptr() }
    }
}

impl Slice {
    /// The last of so many rows.
    fn last(&self, read: Read, rows: usize) -> Last {
        let mut last = Last { data: [0; 8 * ROWS], states: [0; ROWS] };
        let (row, size) = (rows - 1, read.layout.bytes());
        // SAFETY: there are `rows` cells of this layout, and a cell is no longer than the room for it.
        unsafe { self.data.add(row * size).copy_to_nonoverlapping(last.data.as_mut_ptr(), size) };
        // SAFETY: there is a bit or a byte for each row where the code reads one.
        let state = |place: usize| unsafe { *self.states.add(place) };
        last.states[0] = match read.states {
            States::All => 0,
            States::Bits => state(row / 8) >> (row % 8),
            States::Bytes | States::Doubts => state(row),
        };
        last
    }
}

/// The cells of an input.
#[derive(Clone, Debug)]
pub(super) enum Cells<'a> {
    /// A column of the table.
    Column(&'a Column),
    /// Cells that were worked out.
    Scratch(&'a Scratch),
}

/// Rows `start..end` of an input, if they lie in memory as they are to be read.
fn slice(cells: &Cells<'_>, read: Read, start: usize, end: usize) -> Option<Slice> {
    fn of<T>(values: &[T], start: usize, end: usize) -> Option<*const u8> {
        values.get(start..end).map(|values| values.as_ptr().cast())
    }
    let data = match cells {
        Cells::Column(column) => match (&column.data, read.layout) {
            (ColumnData::Bool(values), Layout::Byte) => of(values, start, end),
            (ColumnData::Hour(values), Layout::Byte) => of(values, start, end),
            (ColumnData::Text(codes, _) | ColumnData::Entity(codes, _), Layout::Code) => of(codes, start, end),
            (ColumnData::Enum(_, codes), Layout::Variant) => of(codes, start, end),
            (ColumnData::Date(values), Layout::Date) => of(values, start, end),
            (ColumnData::Int(values) | ColumnData::Money(values) | ColumnData::Time(values), Layout::Whole) => {
                of(values, start, end)
            }
            (ColumnData::Float(values), Layout::Float) => of(values, start, end),
            (ColumnData::Point(longitudes, _), Layout::Half(0)) => of(longitudes, start, end),
            (ColumnData::Point(_, latitudes), Layout::Half(1)) => of(latitudes, start, end),
            _ => None,
        },
        Cells::Scratch(scratch) => match (&scratch.data, read.layout) {
            (ScratchData::Bytes(values), Layout::Byte) => of(values, start, end),
            (ScratchData::Codes(codes), Layout::Code | Layout::Variant) => of(codes, start, end),
            (ScratchData::Dates(values), Layout::Date) => of(values, start, end),
            (ScratchData::Whole(values), Layout::Whole) => of(values, start, end),
            (ScratchData::Float(values), Layout::Float) => of(values, start, end),
            (ScratchData::Point(longitudes, _), Layout::Half(0)) => of(longitudes, start, end),
            (ScratchData::Point(_, latitudes), Layout::Half(1)) => of(latitudes, start, end),
            _ => None,
        },
    }?;
    let states = match (cells, read.states) {
        // Not read.
        (_, States::All) => data,
        (Cells::Column(Column { valid: Some(valid), .. }), States::Bits) if start.is_multiple_of(8) => {
            let (bytes, offset, many) = valid.as_slice();
            (offset == 0 && end <= many).then(|| bytes.get(start / 8..end.div_ceil(8)))??.as_ptr()
        }
        (Cells::Scratch(scratch), States::Bytes | States::Doubts) => of(&scratch.states, start, end)?,
        _ => return None,
    };
    Some(Slice { data, states })
}

/// Metres between two positions; called by compiled code.
extern "C" fn distance(longitude: f64, latitude: f64, other_longitude: f64, other_latitude: f64) -> f64 {
    let (p, q) = (Point { longitude, latitude }, Point { longitude: other_longitude, latitude: other_latitude });
    great_circle_distance(p, q)
}

/// What a loop works out, and how its inputs lie in memory.
type Wanted = (Body, Vec<Read>);

/// Compiled loops by form: each is compiled once and freed with its last user.
#[derive(Debug, Default)]
pub(crate) struct Kernels {
    known: Mutex<HashMap<Wanted, Option<Arc<Kernel>>>>,
}

impl Kernels {
    /// A loop; `None`: it cannot be compiled on this machine. It is compiled without the lock, so that
    /// threads compile side by side.
    pub(crate) fn of(&self, body: Body, reads: &[Read], constants: usize) -> Option<Arc<Kernel>> {
        let lock = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = (body, reads.to_vec());
        if let Some(known) = lock().get(&wanted) {
            return known.clone();
        }
        let made = Kernel::compile(&wanted.0, reads, constants).map(Arc::new);
        lock().entry(wanted).or_insert(made).clone()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::jit::form::{Calendar, Decision, Number, Truth};
    use crate::jit::scratch::{KNOWN, MISSING};
    use chrono::Datelike;
    use watchfire_stdlib::ops::Comparison;

    /// `x + c₀ > c₁`, and so on with as many sums as asked for.
    fn sums(many: usize) -> Decision {
        let constant = |place| Box::new(Number::Constant(place, Lane::Whole));
        let sum = (0..many).fold(Number::Input(0), |sum, place| {
            Number::Arithmetic(crate::jit::form::Operator::Add, Lane::Whole, Box::new(sum), constant(place))
        });
        let gate = Truth::Compare(Comparison::Greater, Lane::Whole, Box::new(sum), constant(many));
        Decision { gate, rules: vec![Truth::Constant(true)] }
    }

    const READ: Read = Read { layout: Layout::Whole, states: States::Bits };

    fn column() -> Column {
        Column { data: ColumnData::Int(vec![1, 5, i64::MAX, 7].into()), valid: Some([true, true, true, false].into()) }
    }

    #[test]
    fn a_loop_says_what_holds_and_where_it_is_not_sure() {
        let kernel = Kernels::default().of(Body::Decisions(vec![sums(1)]), &[READ], 2).unwrap();
        let column = column();
        let mut out = [9; 4];
        assert!(kernel.run(&[Cells::Column(&column)], &[2, 4], 0, &mut out));
        assert_eq!(out, [0, code::RULE, code::UNDECIDED, 0]);
    }

    /// Rows come in pairs, the last of an odd number by itself.
    #[test]
    fn it_runs_over_any_number_of_rows() {
        const MARKS: [u8; 11] = [0, 2, 1, 0, 2, 0, 2, 0, 0, 2, 2];
        let there = [true, true, true, false, true, true, true, true, false, true, true];
        let numbers = vec![1, 5, i64::MAX, 7, 3, 2, 9, -4, 8, 6, 4];
        let kernel = Kernels::default().of(Body::Decisions(vec![sums(1)]), &[READ], 2).unwrap();
        let column = Column { data: ColumnData::Int(numbers.clone().into()), valid: Some(there.into()) };
        for start in [0, 8] {
            for end in start..=MARKS.len() {
                let mut out = vec![9; end - start];
                assert!(kernel.run(&[Cells::Column(&column)], &[2, 4], start, &mut out));
                assert_eq!(out, MARKS[start..end]);
            }
        }
        let kernel = Kernels::default()
            .of(Body::Decisions(vec![sums(1)]), &[Read { states: States::Doubts, ..READ }], 2)
            .unwrap();
        let states = there.map(|there| if there { KNOWN } else { MISSING }).to_vec();
        let scratch = Scratch { data: ScratchData::Whole(numbers), states };
        for (start, end) in [(0, 11), (1, 2), (3, 10), (4, 11)] {
            let mut out = vec![9; end - start];
            assert!(kernel.run(&[Cells::Scratch(&scratch)], &[2, 4], start, &mut out));
            assert_eq!(out, MARKS[start..end]);
        }
    }

    /// Numbers of every kind of what a calendar says, over odd and even numbers of rows.
    #[test]
    fn a_loop_works_out_numbers() {
        let dates: Vec<i32> =
            (-800_000..800_000).step_by(97).chain([-719_162, -1, 0, 59, 60, 11_016, 11_017]).collect();
        let states = (0..dates.len()).map(|row| if row % 5 == 0 { MISSING } else { KNOWN }).collect();
        let cells = Scratch { data: ScratchData::Dates(dates.clone()), states };
        let read = [Read { layout: Layout::Date, states: States::Bytes }];
        type Expected = fn(chrono::NaiveDate) -> u32;
        let parts: [(Calendar, Expected); 3] = [
            (Calendar::Weekday, |date| date.weekday().number_from_monday()),
            (Calendar::Month, |date| date.month()),
            (Calendar::Day, |date| date.day()),
        ];
        let worked_out = |part, many: usize| {
            let body = Body::Number(Lane::Whole, Number::Calendar(part, Box::new(Number::Input(0))));
            let kernel = Kernels::default().of(body, &read, 0).unwrap();
            let mut out = Scratch { data: ScratchData::Whole(Vec::new()), states: Vec::new() };
            assert!(kernel.run_number(&[Cells::Scratch(&cells)], &[], many, &mut out));
            let ScratchData::Whole(numbers) = out.data else { return Vec::new() };
            assert_eq!((numbers.len(), &out.states[..]), (many, &cells.states[..many]));
            numbers
        };
        for many in [0, 1, 2, 7, dates.len()] {
            let day = |row: usize| watchfire_stdlib::zone::calendar_date(dates[row]).unwrap();
            for (part, expected) in parts {
                let numbers = worked_out(part, many);
                assert!((0..many).all(|row| numbers[row] == i64::from(expected(day(row)))), "{part:?}");
            }
            let years = worked_out(Calendar::Year, many);
            assert!((0..many).all(|row| years[row] == i64::from(day(row).year())));
        }
        // Neither decisions, nor what a loop of another lane works out.
        let body = Body::Number(Lane::Whole, Number::Calendar(Calendar::Year, Box::new(Number::Input(0))));
        let kernel = Kernels::default().of(body, &read, 0).unwrap();
        let mut floats = Scratch { data: ScratchData::Float(Vec::new()), states: Vec::new() };
        assert!(!kernel.run_number(&[Cells::Scratch(&cells)], &[], 2, &mut floats));
        assert!(!kernel.run(&[Cells::Scratch(&cells)], &[], 0, &mut [0, 0]));
    }

    #[test]
    fn one_loop_makes_several_decisions() {
        let mut other = sums(1);
        other.renumber(&[0], &[0, 2]);
        let kernel = Kernels::default().of(Body::Decisions(vec![sums(1), other]), &[READ], 3).unwrap();
        let column = column();
        let (mut first, mut second) = ([9; 4], [9; 4]);
        assert!(kernel.run_all(&[Cells::Column(&column)], &[2, 4, 2], 0, &mut [&mut first, &mut second]));
        assert_eq!(first, [0, code::RULE, code::UNDECIDED, 0]);
        assert_eq!(second, [code::RULE, code::RULE, code::UNDECIDED, 0]);
        assert!(!kernel.run_all(&[Cells::Column(&column)], &[2, 4, 2], 0, &mut [&mut first, &mut second[..2]]));
        assert!(!kernel.run(&[Cells::Column(&column)], &[2, 4, 2], 0, &mut first));
    }

    #[test]
    fn it_runs_on_nothing_but_what_it_was_compiled_for() {
        let kernel = Kernels::default().of(Body::Decisions(vec![sums(1)]), &[READ], 2).unwrap();
        let (column, mut out) = (column(), [9; 4]);
        let whole = Column { valid: None, ..column.clone() };
        let dates = Column { data: ColumnData::Date(vec![1, 2, 3, 4].into()), valid: column.valid.clone() };
        assert!(!kernel.run(&[], &[2, 4], 0, &mut out));
        assert!(!kernel.run(&[Cells::Column(&column)], &[2], 0, &mut out));
        assert!(!kernel.run(&[Cells::Column(&column)], &[2, 4], 1, &mut out));
        assert!(!kernel.run(&[Cells::Column(&whole)], &[2, 4], 0, &mut out));
        assert!(!kernel.run(&[Cells::Column(&dates)], &[2, 4], 0, &mut out));
        assert_eq!(out, [9; 4]);
    }

    #[test]
    fn one_form_is_compiled_once() {
        let kernels = Kernels::default();
        let (first, second) = (
            kernels.of(Body::Decisions(vec![sums(2)]), &[READ], 3).unwrap(),
            kernels.of(Body::Decisions(vec![sums(2)]), &[READ], 3).unwrap(),
        );
        assert!(Arc::ptr_eq(&first, &second));
    }

    /// Megabytes that the process holds, where the system tells.
    fn held() -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/statm").ok()?;
        status.split_whitespace().nth(1)?.parse::<u64>().ok().map(|pages| pages / 256)
    }

    #[test]
    fn code_is_freed_with_its_last_user() {
        const PACKAGES: usize = 20_000;
        let mut before = None;
        for number in 0..PACKAGES {
            if number == PACKAGES / 10 {
                before = held();
            }
            assert!(
                Kernels::default().of(Body::Decisions(vec![sums(1 + number % 3)]), &[READ], 2 + number % 3).is_some()
            );
        }
        // Code takes a page of 4 KiB at least: kept, it would be 70 MB.
        if let (Some(before), Some(after)) = (before, held()) {
            assert!(after < before + 20, "{before} MB, then {after} MB");
        }
    }
}

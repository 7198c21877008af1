//! The pass over the rows of a table where they lie: models that look at single rows share a loop.
//!
//! ```text
//! table      row 0   row 1   row 2   row 3 …            a morsel of rows at a time
//! model a    false   unsure  missing true               what each decides by the row alone
//! model b    false   false   true    false
//! left of a          row 1           row 3              for the interpreter, as if there were no other rows
//! ```
//!
//! A loop reads each input once for all its models, and what they compute alike is computed once.

use super::code::least_left;
use super::form::{Body, Constant, Decision, Form, Input, Layout};
use super::kernel::{Cells, Kernel};
use super::pass::place_of;
use super::screen::{Screening, columns, reads};
use crate::run::parallel::in_parallel;
use crate::table::Table;
use std::sync::{Arc, Mutex, PoisonError};

/// Decisions of one loop: code of bounded size.
const DECISIONS: usize = 16;
/// Bytes of marks that are made at a time, by a loop for all its decisions.
const MARKS: usize = 1 << 17;
/// The largest morsel.
const MORSEL: usize = 1 << 16;

/// Decisions about the rows of a table, by one loop.
pub(super) struct Together<'a> {
    kernel: Arc<Kernel>,
    cells: Vec<Cells<'a>>,
    constants: Vec<u64>,
    decisions: usize,
}

/// Rows that are left, in the order of the table, each with its mark.
pub(crate) type Marked = Vec<(u32, u8)>;

impl<'a> Screening<'a> {
    /// Loops that make the decisions of these forms, one form after the other.
    pub(super) fn together(&self, table: &'a Table, forms: &[Form]) -> Vec<Option<Together<'a>>> {
        let chunks: Vec<&[Form]> = forms.chunks(DECISIONS).collect();
        in_parallel(self.threads, chunks.len(), |number| {
            let (mut inputs, mut constants, mut decisions) = (Vec::new(), Vec::new(), Vec::new());
            for form in chunks[number] {
                decisions.push(joined(form, &mut inputs, &mut constants));
            }
            let root = Decision { gate: super::form::Truth::Unsure, rules: Vec::new() };
            let all = Form { root, inputs, constants, facts: Vec::new(), elements: Vec::new() };
            let cells = columns(table, &all)?;
            let constants = self.constants(&all.constants, Some(table))?;
            let kernel = self.kernels.of(Body::Decisions(decisions), &reads(&cells, &all), constants.len())?;
            Some(Together { kernel, cells, constants, decisions: chunks[number].len() })
        })
    }

    /// For each form the rows that its decision leaves; `None`: it could not be made.
    pub(super) fn over_rows(&self, table: &'a Table, forms: &[Form]) -> Vec<Option<Marked>> {
        self.by_form(table, forms, |together| together.over(table.rows, self.threads))
    }

    /// For each form its mark of every row; `None`: it could not be made.
    pub(super) fn masks(&self, table: &'a Table, forms: &[Form]) -> Vec<Option<Vec<u8>>> {
        self.by_form(table, forms, |together| match together.marks(table.rows, self.threads) {
            Some(marks) => marks.into_iter().map(Some).collect(),
            None => vec![None; together.decisions],
        })
    }

    /// What loops make of each form; `None`: it could not be made.
    fn by_form<T>(
        &self,
        table: &'a Table,
        forms: &[Form],
        make: impl Fn(&Together<'a>) -> Vec<Option<T>>,
    ) -> Vec<Option<T>> {
        let loops = self.together(table, forms);
        let mut all = Vec::with_capacity(forms.len());
        for (together, forms) in loops.iter().zip(forms.chunks(DECISIONS)) {
            match together {
                Some(together) => all.extend(make(together)),
                None => all.extend(forms.iter().map(|_| None)),
            }
        }
        all
    }
}

/// A form's decision among those that have these inputs and constants, to which its own are added.
fn joined(form: &Form, inputs: &mut Vec<(Input, Layout)>, constants: &mut Vec<Constant>) -> Decision {
    let own = |input: &(Input, Layout)| *input;
    let inputs: Vec<usize> =
        form.inputs.iter().map(|input| place_of(inputs, |known| known == input, || own(input))).collect();
    let constants: Vec<usize> = form
        .constants
        .iter()
        .map(|constant| place_of(constants, |known| known == constant, || constant.clone()))
        .collect();
    let mut decision = form.root.clone();
    decision.renumber(&inputs, &constants);
    decision
}

impl Together<'_> {
    /// Rows of a morsel; validity is read by bytes of eight rows.
    fn morsel(&self) -> usize {
        (MARKS / self.decisions.max(1)).clamp(1 << 12, MORSEL) & !7
    }

    /// Every decision's mark of every row.
    fn marks(&self, rows: usize, threads: usize) -> Option<Vec<Vec<u8>>> {
        let mut all = vec![vec![0; rows]; self.decisions];
        let mut morsels: Vec<Mutex<Vec<&mut [u8]>>> = Vec::new();
        morsels.resize_with(rows.div_ceil(self.morsel()), Mutex::default);
        for marks in &mut all {
            for (morsel, marks) in morsels.iter_mut().zip(marks.chunks_mut(self.morsel())) {
                morsel.get_mut().unwrap_or_else(PoisonError::into_inner).push(marks);
            }
        }
        let made = in_parallel(threads, morsels.len(), |number| {
            let mut outs = morsels[number].lock().unwrap_or_else(PoisonError::into_inner);
            self.kernel.run_all(&self.cells, &self.constants, number * self.morsel(), &mut outs)
        });
        drop(morsels);
        made.into_iter().all(|made| made).then_some(all)
    }

    /// For each decision the rows that it leaves.
    fn over(&self, rows: usize, threads: usize) -> Vec<Option<Marked>> {
        let morsel = self.morsel();
        let found = in_parallel(threads, rows.div_ceil(morsel), |number| {
            let start = number * morsel;
            let mut marks = vec![vec![0; morsel.min(rows - start)]; self.decisions];
            let mut outs: Vec<&mut [u8]> = marks.iter_mut().map(|marks| &mut marks[..]).collect();
            let made = self.kernel.run_all(&self.cells, &self.constants, start, &mut outs);
            made.then(|| marks.iter().map(|marks| left(start, marks)).collect::<Vec<Marked>>())
        });
        let Some(found) = found.into_iter().collect::<Option<Vec<Vec<Marked>>>>() else {
            return (0..self.decisions).map(|_| None).collect();
        };
        let mut all: Vec<Marked> = (0..self.decisions).map(|_| Vec::new()).collect();
        for morsel in found {
            all.iter_mut().zip(morsel).for_each(|(all, rows)| all.extend(rows));
        }
        all.into_iter().map(Some).collect()
    }
}

/// Rows that are left, of which there are few.
fn left(start: usize, marks: &[u8]) -> Marked {
    const AT_ONCE: usize = 32;
    let least = least_left();
    let mut left = Vec::new();
    for (number, some) in marks.chunks(AT_ONCE).enumerate() {
        if some.iter().any(|mark| *mark != 0) {
            let first = (start + number * AT_ONCE) as u32;
            left.extend((first..).zip(some.iter().copied()).filter(|(_, mark)| *mark >= least));
        }
    }
    left
}

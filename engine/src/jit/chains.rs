//! Which last rows of sequences may end a match: those to which a chain of rows leads that are not out by what they say
//! of themselves and of the step before, each step after the one before and within its time, with nothing between them
//! that must not be there.
//!
//! ```text
//! step 1      ●        ●                     ●
//! without                  ▲                           cuts off what was before it
//! step 2           ●            ●            ↓         within 2 h of a row of step 1
//! last row                ✓         ✗           ✓  ✗   to be looked at, or not
//! ```
//!
//! What conditions say of rows further back, and of facts, is left to the interpreter. What is said here holds for
//! whatever is known of the rows at any time: a row that is replaced or late is one of them, and cuts nothing off.

use super::Marks;
use super::code::{Read, States, least_left};
use super::form::Input;
use super::kernel::{Cells, Kernel};
use super::lower;
use super::points::Other;
use super::scratch::Scratch;
use super::screen::{Left, LeftRow, LeftRows, Screening};
use crate::plan::{Depends, FromNode, ModelPlan, RowsPlan, SequencePlan, StepPlan, TimelineId, after, span_of};
use crate::table::{Column, NEVER, Table};
use crate::timeline::{Strip, Timeline};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use watchfire_dsl::program::{ModelId, SourceId, SpanOfTime};

/// A step, as far as its rows and those of the step before tell.
struct Step<'a> {
    timeline: &'a Timeline,
    within: Option<SpanOfTime>,
    plan: &'a StepPlan,
    /// What must not be between it and the step before.
    without: Vec<Without<'a>>,
    pair: Option<Pair<'a>>,
}

/// Rows that must not be there.
struct Without<'a> {
    timeline: &'a Timeline,
    table: &'a Table,
    plan: &'a RowsPlan,
}

/// A condition of a step's row and that of the step before.
struct Pair<'a> {
    kernel: Arc<Kernel>,
    constants: Vec<u64>,
    /// What it reads, and of which of the two rows: the earlier one, or its own.
    cells: Vec<(Whose, &'a Column)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    StepBefore,
    Own,
}

/// Rows of a step to which chains lead, entity after entity.
#[derive(Debug, Default)]
struct Reached {
    /// Their places in the strip.
    rows: Vec<u32>,
    /// By entity: one past its last in `rows`.
    ends: Vec<usize>,
    /// By entity: where its rows begin in the strip.
    starts: Vec<usize>,
}

impl Reached {
    fn clear(&mut self) {
        self.rows.clear();
        self.ends.clear();
        self.starts.clear();
    }

    fn of(&self, entity: usize) -> Range<usize> {
        let start = entity.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        start..self.ends.get(entity).copied().unwrap_or(start)
    }
}

/// A row that a chain may lead to, and the rows of the step before that are still to be tried: the latest first.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    row: u32,
    low: usize,
    high: usize,
    reached: bool,
}

/// Room for a partition.
#[derive(Default)]
struct Room {
    before: Reached,
    here: Reached,
    candidates: Vec<Candidate>,
    /// Candidates that are still to be tried.
    open: Vec<u32>,
    /// Lines of the rows to try: of the step before, and of the step.
    lines: [Vec<u32>; 2],
    cells: Vec<Scratch>,
    out: Vec<u8>,
}

impl<'a> Screening<'a> {
    /// What is left to look at for each of these models that looks for a sequence.
    pub(crate) fn chains(
        &self,
        models: impl Iterator<Item = ModelId>,
        marks: &Marks,
        left: &mut BTreeMap<ModelId, Left>,
    ) {
        if !self.facts {
            return;
        }
        for model in models.filter_map(|id| self.plan.model(id)) {
            let Some((population, steps)) = model.sequence.as_ref().and_then(|plan| self.steps(model, plan)) else {
                continue;
            };
            let found = self.in_partitions(|partition, room: &mut Room| {
                self.last_rows(population, &steps, marks, partition, room).map(|left| vec![left])
            });
            let many = (0..self.partitions).filter_map(|partition| population.rows_in(partition));
            let many = many.map(|strip| strip.rows.len()).sum();
            let served = std::iter::once(((model.id, Vec::new()), 0));
            self.keep(found, served, many, &Default::default(), left);
        }
    }

    /// The steps of a sequence, and the entities that it is looked for about.
    fn steps(&self, model: &'a ModelPlan, plan: &'a SequencePlan) -> Option<(&'a Timeline, Vec<Step<'a>>)> {
        lower::sequence(self.program, self.plan, plan).ok()?;
        let mut steps: Vec<Step<'a>> = Vec::with_capacity(plan.steps.len());
        for step in &plan.steps {
            let (timeline, _) = self.timeline_of(&step.rows)?;
            let within = match step.within {
                Some(length) => Some(span_of(length, self.parameters)?),
                None => None,
            };
            let without = step.without.iter().filter_map(|rows| self.without(rows)).collect();
            let pair = steps.last().and_then(|before| self.pair(model, before.plan, step));
            steps.push(Step { timeline, within, plan: step, without, pair });
        }
        let (population, last) = (self.timelines.get(model.entities?.0 as usize)?, steps.last()?);
        let rows: usize = (0..self.partitions).filter_map(|at| Some(last.timeline.rows_in(at)?.rows.len())).sum();
        (rows >= self.least()).then_some((population, steps))
    }

    fn timeline_of(&self, rows: &RowsPlan) -> Option<(&'a Timeline, SourceId)> {
        let FromNode::Rows(TimelineId(id)) = rows.aggregate()?.from else { return None };
        Some((self.timelines.get(id as usize)?, self.plan.timelines.get(id as usize)?.source))
    }

    /// Rows that must not be there, if each alone says whether it is one.
    fn without(&self, plan: &'a RowsPlan) -> Option<Without<'a>> {
        let own = plan.aggregate()?.of.is_none() && plan.depends == Depends::OwnCells;
        let (timeline, source) = self.timeline_of(plan)?;
        let table = self.store.table(source)?;
        own.then_some(Without { timeline, table, plan })
    }

    /// What a step's condition says of its row and that of the step before.
    fn pair(&self, model: &'a ModelPlan, before: &'a StepPlan, step: &'a StepPlan) -> Option<Pair<'a>> {
        let (program, plan, parameters) = (self.program, self.plan, self.parameters);
        let rows = (before.rows.aggregate(), step.rows.aggregate()?);
        let condition = lower::condition(program, plan, model, parameters, rows)?;
        let form = condition.form.filter(|_| condition.both)?;
        let table = |rows: &RowsPlan| self.store.table(self.timeline_of(rows)?.1);
        let (other, own) = (table(&before.rows)?, table(&step.rows)?);
        let mut cells = Vec::with_capacity(form.inputs.len());
        for (input, _) in &form.inputs {
            cells.push(match input {
                Input::Cell(column) => (Whose::Own, own.column(*column)?),
                Input::StepBefore(column) => (Whose::StepBefore, other.column(*column)?),
                Input::Before(..) | Input::Fact(_) | Input::Told(_) | Input::Elements(_) => return None,
            });
        }
        let reads: Vec<Read> =
            form.inputs.iter().map(|(_, layout)| Read { layout: *layout, states: States::Bytes }).collect();
        let (kernel, constants) = self.compiled(Some(own), &form, &reads)?;
        Some(Pair { kernel, constants, cells })
    }

    /// The last rows of a partition that are left; `None`: rows have no times.
    fn last_rows(
        &self,
        population: &Timeline,
        steps: &[Step<'_>],
        marks: &Marks,
        partition: usize,
        room: &mut Room,
    ) -> Option<LeftRows> {
        room.here.clear();
        let mut before = None;
        for step in steps {
            std::mem::swap(&mut room.before, &mut room.here);
            let strip = step.timeline.strip(partition)?;
            self.reach(population, (step, strip), before, marks, partition, room)?;
            before = Some(strip);
        }
        let Room { here, .. } = room;
        let mut left = LeftRows::default();
        for (entity, start) in here.starts.iter().enumerate() {
            let rows = &here.rows[here.of(entity)];
            let place = |row: &u32| (*row as usize - start) as u32;
            left.rows.extend(rows.iter().map(|row| LeftRow { entity: entity as u32, place: place(row), rule: None }));
        }
        Some(left)
    }

    /// The rows of a step to which chains lead; `before`: the rows that the step before chose from, if there is one.
    fn reach(
        &self,
        population: &Timeline,
        (step, strip): (&Step<'_>, Strip<'_>),
        before: Option<Strip<'_>>,
        marks: &Marks,
        partition: usize,
        room: &mut Room,
    ) -> Option<()> {
        let keys = population.keys(partition);
        let mut own = Other::new(step.timeline.keys(partition), strip);
        let mut cutters = Vec::with_capacity(step.without.len());
        for without in &step.without {
            cutters.push(Cutter::new(without, marks, partition)?);
        }
        let condition = step.plan.rows.aggregate().and_then(|rows| rows.filter.as_ref());
        let marks = condition.and_then(|condition| marks.of(condition));
        let is_out = |row: usize| marks.as_ref().and_then(|marks| marks(strip.rows[row].row)) == Some(false);
        room.here.clear();
        room.candidates.clear();
        for (entity, key) in keys.iter().enumerate() {
            let rows = own.rows_of(key);
            room.here.starts.push(rows.start);
            let Some(before) = before else {
                room.here.rows.extend(rows.filter(|row| !is_out(*row)).map(|row| row as u32));
                room.here.ends.push(room.here.rows.len());
                continue;
            };
            cutters.iter_mut().for_each(|cutter| cutter.turn_to(key));
            let earlier = room.before.of(entity);
            let (mut low, mut high) = (earlier.start, earlier.start);
            let time_of = |place: usize| before.times[room.before.rows[place] as usize];
            for row in rows {
                let time = strip.times[row];
                while high < earlier.end && time_of(high) < time {
                    high += 1;
                }
                let cut = cutters.iter_mut().map(|cutter| cutter.last_before(time)).max().unwrap_or(i64::MIN);
                while low < high && (time_of(low) < cut || !self.reaches(time_of(low), step.within, time)) {
                    low += 1;
                }
                if low < high && !is_out(row) {
                    room.candidates.push(Candidate { row: row as u32, low, high, reached: step.pair.is_none() });
                }
            }
            room.here.ends.push(room.candidates.len());
        }
        if let Some(before) = before {
            if let Some(pair) = &step.pair {
                room.try_pairs(pair, before, strip)?;
            }
            room.keep_reached();
        }
        Some(())
    }

    /// Whether an instant is within a span after another.
    fn reaches(&self, before: i64, within: Option<SpanOfTime>, time: i64) -> bool {
        match within {
            None => true,
            Some(SpanOfTime { months: 0, days: 0, micros }) => before.saturating_add(micros) >= time,
            Some(span) => after(&self.zone, before, span).unwrap_or(NEVER) >= time,
        }
    }
}

impl Room {
    /// Tries the candidates with the rows of the step before, the latest first, until one of them does.
    fn try_pairs(&mut self, pair: &Pair<'_>, before: Strip<'_>, strip: Strip<'_>) -> Option<()> {
        self.cells.clear();
        for (_, column) in &pair.cells {
            self.cells.push(Scratch::like(column)?);
        }
        self.open.clear();
        self.open.extend(0..self.candidates.len() as u32);
        while !self.open.is_empty() {
            let [others, own] = &mut self.lines;
            others.clear();
            own.clear();
            for number in &self.open {
                let candidate = &self.candidates[*number as usize];
                others.push(before.rows[self.before.rows[candidate.high - 1] as usize].row);
                own.push(strip.rows[candidate.row as usize].row);
            }
            for (scratch, (whose, column)) in self.cells.iter_mut().zip(&pair.cells) {
                scratch.take(column, if *whose == Whose::StepBefore { others } else { own });
            }
            let cells: Vec<Cells<'_>> = self.cells.iter().map(Cells::Scratch).collect();
            self.out.clear();
            self.out.resize(self.open.len(), 0);
            pair.kernel.run(&cells, &pair.constants, 0, &mut self.out).then_some(())?;
            let (candidates, mut out) = (&mut self.candidates, self.out.iter());
            let least = least_left();
            self.open.retain(|number| {
                let candidate = &mut candidates[*number as usize];
                candidate.reached = out.next().is_some_and(|out| *out >= least);
                candidate.high -= 1;
                !candidate.reached && candidate.low < candidate.high
            });
        }
        Some(())
    }

    /// The candidates that were reached are the rows of the step; ends, so far those of candidates, become theirs.
    fn keep_reached(&mut self) {
        let mut next = 0;
        for end in &mut self.here.ends {
            let own = &self.candidates[next..*end];
            next = *end;
            self.here.rows.extend(own.iter().filter(|candidate| candidate.reached).map(|candidate| candidate.row));
            *end = self.here.rows.len();
        }
    }
}

/// The rows about an entity that must not be there, passed over in time.
struct Cutter<'a> {
    rows: Other<'a>,
    without: &'a Without<'a>,
    marks: Option<Box<dyn Fn(u32) -> Option<bool> + 'a>>,
    /// The rows that were not passed yet.
    ahead: Range<usize>,
    last: i64,
}

impl<'a> Cutter<'a> {
    /// `None`: rows have no times.
    fn new(without: &'a Without<'a>, marks: &'a Marks, partition: usize) -> Option<Self> {
        let condition = without.plan.aggregate().and_then(|rows| rows.filter.as_ref());
        let marks: Option<Box<dyn Fn(u32) -> Option<bool>>> = match condition {
            None => Some(Box::new(|_| Some(true))),
            Some(condition) => marks.of(condition).map(|marks| Box::new(marks) as Box<_>),
        };
        let rows = Other::new(without.timeline.keys(partition), without.timeline.strip(partition)?);
        Some(Self { rows, without, marks, ahead: 0..0, last: i64::MIN })
    }

    fn turn_to(&mut self, key: &watchfire_stdlib::value::EntityKey) {
        (self.ahead, self.last) = (self.rows.rows_of(key), i64::MIN);
    }

    /// The last instant before another at which there surely is a row, whoever looks at that time or later.
    fn last_before(&mut self, time: i64) -> i64 {
        let Some(marks) = &self.marks else { return i64::MIN };
        let (strip, table) = (self.rows.strip, self.without.table);
        while self.ahead.start < self.ahead.end && strip.times[self.ahead.start] < time {
            let (at, line) = (strip.times[self.ahead.start], strip.rows[self.ahead.start].row);
            if marks(line) == Some(true) && table.known(line) <= at && table.known_until(line) == NEVER {
                self.last = at;
            }
            self.ahead.start += 1;
        }
        self.last
    }
}

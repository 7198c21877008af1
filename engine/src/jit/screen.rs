//! Screens: which rows, or entities and instants, a model has to look at.
//!
//! What a screen leaves out gives neither finding nor failure. Screens of single rows pass over the table
//! ([`super::tables`]); those that look at other rows about the entity pass over its timeline ([`super::facts`]) or over
//! the instants of a grid ([`super::grid`]).

use super::bind;
use super::code::{RULE, Read, States};
use super::facts::Room;
use super::form::{Body, Computed, Constant, Fact, FactRows, Form, Input, Layout, Taken};
use super::joined::Dense;
use super::kernel::{Cells, Kernel, Kernels};
use super::lower::{self, Lowered};
use super::pass::{Loop, Pass, PassRows, PassScreen, Place, Silence, Span, place_of};
use super::tables::Marked;
use crate::coverage::Coverage;
use crate::interp::KnownWindow;
use crate::mutant::{Mutant, mutant};
use crate::plan::{ModelPlan, Plan, TimelineId};
use crate::run::parallel::in_parallel;
use crate::table::{Store, Table};
use crate::timeline::Timeline;
use crate::unions::{Lines, Union};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use watchfire_dsl::program::{ColumnId, ModelId, Program, SourceId, SpanOfTime};
use watchfire_stdlib::value::{DAY_MICROS, Value};
use watchfire_stdlib::zone::Zone;

/// Tables with fewer rows are not worth compiling for.
const LEAST: usize = 10_000;
/// Where a screen leaves more than one row of so many, it is not worth having.
const WORTH: usize = 3;
/// The same for a screen beside which another one could use facts.
const WORTH_ALONE: usize = 20;

/// Rows that are left to look at, and what compiled code found out about them.
#[derive(Debug, Default)]
pub(crate) struct Left {
    partitions: Vec<LeftRows>,
    /// Aggregates of the plan, by their place in memory, and the place of each among the values of a row.
    nodes: Vec<(usize, usize)>,
    facts: usize,
    /// Of a model on a grid: what a row's place stands for.
    instants: Arc<[i64]>,
}

/// Those of one partition: by the entity's place in it, then by the row's place among those about the entity.
#[derive(Debug, Default)]
pub(super) struct LeftRows {
    pub(super) rows: Vec<LeftRow>,
    /// For each row its facts; `None`: unsure.
    pub(super) values: Vec<Option<Value>>,
}

/// A row that is left: the entity's place in its partition, the row's among those about the entity, or an instant's on
/// the grid, and the rule that applies, where that is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LeftRow {
    pub(crate) entity: u32,
    pub(crate) place: u32,
    pub(crate) rule: Option<u8>,
}

impl Left {
    /// The rows of a partition, those about one entity together.
    pub(crate) fn of(&self, partition: usize) -> &[LeftRow] {
        self.partitions.get(partition).map_or(&[], |left| &left.rows)
    }

    /// The instants of a model on a grid.
    pub(crate) fn instants(&self) -> &[i64] {
        &self.instants
    }

    /// What aggregates are at a row of a partition: each by its place in memory.
    pub(crate) fn facts(&self, partition: usize, row: usize) -> impl Iterator<Item = (usize, &Value)> {
        let values = self.partitions.get(partition).map_or(&[][..], |left| &left.values);
        let own = values.get(row * self.facts..(row + 1) * self.facts).unwrap_or_default();
        self.nodes.iter().filter_map(|(node, place)| Some((*node, own.get(*place)?.as_ref()?)))
    }
}

/// What screens are made from.
pub(crate) struct Screening<'a> {
    pub(crate) program: &'a Program,
    pub(crate) plan: &'a Plan,
    pub(crate) store: &'a Store,
    pub(crate) unions: &'a BTreeMap<SourceId, Union>,
    pub(crate) timelines: &'a [Timeline],
    pub(crate) coverage: &'a Coverage,
    pub(crate) parameters: &'a [Value],
    pub(crate) zone: Zone,
    pub(crate) kernels: &'a Kernels,
    pub(crate) threads: usize,
    pub(crate) partitions: usize,
    /// Facts may be worked out from other rows: nothing is known to be missing but what the rows say.
    pub(crate) facts: bool,
    /// Screens are made where they do not pay, too.
    pub(crate) always: bool,
}

/// The rows that screens over tables leave, by model.
pub(crate) type LeftOfTables = BTreeMap<ModelId, Marked>;

/// Facts about entities that columns of rows name; `None`: it cannot be worked out.
type JoinedFacts = Vec<(Fact, Option<Arc<Dense>>)>;

/// A model, and its aggregates: each by its place in memory, with the fact of its form that it is.
pub(super) type Served = (ModelId, Vec<(usize, usize)>);

/// A pass over a timeline, and for each of its screens the model and the aggregates that its facts are.
struct TimelinePass<'a> {
    pass: Pass<'a>,
    models: Vec<Served>,
}

impl<'a> Screening<'a> {
    /// What is left to look at for each of these models that a screen serves.
    ///
    /// `rows`: what screens over tables left, and `instants`: when a model on a grid is evaluated.
    pub(crate) fn run(
        &self,
        models: impl Iterator<Item = ModelId>,
        rows: &LeftOfTables,
        instants: impl Fn(ModelId) -> Vec<i64>,
    ) -> BTreeMap<ModelId, Left> {
        let models: Vec<&'a ModelPlan> = models.filter_map(|id| self.plan.model(id)).collect();
        // Many models need not look further than the row; the others do where that leaves too much.
        let of_tables: Vec<(ModelId, &Marked)> =
            models.iter().filter_map(|model| Some((model.id, rows.get(&model.id)?))).collect();
        let placed = in_parallel(self.threads, of_tables.len(), |number| {
            let (model, rows) = of_tables[number];
            Some((model, self.places(model, rows)?))
        });
        let mut left: BTreeMap<ModelId, Left> = placed.into_iter().flatten().collect();
        if self.facts {
            self.over_timelines(&models, &mut left);
            self.over_points(&models, instants, &mut left);
        }
        left
    }

    /// The rows that screens over tables leave. Nothing needs to be in order for them.
    pub(crate) fn over_tables(&self, models: impl Iterator<Item = ModelId>) -> LeftOfTables {
        let mut left = LeftOfTables::new();
        let mut forms: BTreeMap<SourceId, (Vec<ModelId>, Vec<Form>)> = BTreeMap::new();
        for model in models.filter_map(|id| self.plan.model(id)) {
            if let Ok(lowered) = lower::screen(self.program, self.plan, model, self.parameters, false)
                && self.worthwhile(lowered.source).is_some()
            {
                let (models, forms) = forms.entry(lowered.source).or_default();
                models.push(model.id);
                forms.push(lowered.form);
            }
        }
        for (source, (models, forms)) in forms {
            let Some(table) = self.store.table(source) else { continue };
            let few = |rows: &Marked| self.always || rows.len() <= table.rows / WORTH_ALONE;
            let found = self.over_rows(table, &forms);
            left.extend(models.into_iter().zip(found).filter_map(|(model, rows)| Some((model, rows.filter(few)?))));
        }
        left
    }

    fn over_timelines(&self, models: &[&'a ModelPlan], left: &mut BTreeMap<ModelId, Left>) {
        let mut all = Vec::new();
        for model in models.iter().filter(|model| self.always || !left.contains_key(&model.id)) {
            if let Ok(lowered) = lower::screen(self.program, self.plan, model, self.parameters, true)
                && (self.unions.contains_key(&lowered.source)
                    || lowered.form.inputs.iter().any(|(input, _)| !matches!(input, Input::Cell(_))))
                && let Some(lines) = self.lines(lowered.source)
                && lines.table.rows >= self.least()
                && let Some(timeline) = model.entities
            {
                all.push((model.id, timeline, lines, lowered));
            }
        }
        let joined = self.join(all.iter().map(|(_, _, _, lowered)| lowered));
        let mut passes: BTreeMap<(SourceId, TimelineId), TimelinePass<'a>> = BTreeMap::new();
        for (model, timeline, lines, Lowered { source, form, nodes, .. }) in all {
            let new = || TimelinePass { pass: self.pass_over(source, lines), models: Vec::new() };
            let pass = passes.entry((source, timeline)).or_insert_with(new);
            if let Some(screen) = self.screen_of_pass(&mut pass.pass, &form, joined.get(&source)) {
                pass.pass.screens.push(screen);
                pass.models.push((model, nodes));
            }
        }
        for ((_, timeline), TimelinePass { pass, models }) in passes {
            let Some(timeline) = self.timelines.get(timeline.0 as usize) else { continue };
            let found = self.in_partitions(|partition, room: &mut Room| pass.over(timeline.strip(partition)?, room));
            let facts = pass.screens.iter().map(|screen| screen.facts.len());
            let rows = pass.table().map_or(0, |table| table.rows);
            self.keep(found, models.into_iter().zip(facts), rows, &Arc::default(), left);
        }
    }

    /// Works on all partitions, on each thread in one room.
    pub(super) fn in_partitions<R: Default + Send, T: Send>(&self, work: impl Fn(usize, &mut R) -> T + Sync) -> Vec<T> {
        let rooms: Mutex<Vec<R>> = Mutex::default();
        let lock = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
        in_parallel(self.threads, self.partitions, |partition| {
            let mut room = lock().pop().unwrap_or_default();
            let done = work(partition, &mut room);
            lock().push(room);
            done
        })
    }

    /// Keeps what screens left in each partition, where it is little enough of `many`.
    pub(super) fn keep(
        &self,
        found: Vec<Option<Vec<LeftRows>>>,
        screens: impl Iterator<Item = (Served, usize)>,
        many: usize,
        instants: &Arc<[i64]>,
        left: &mut BTreeMap<ModelId, Left>,
    ) {
        let Some(mut found) = found.into_iter().collect::<Option<Vec<Vec<LeftRows>>>>() else { return };
        for (place, ((model, nodes), facts)) in screens.enumerate() {
            let of = |partition: &mut Vec<LeftRows>| partition.get_mut(place).map(std::mem::take).unwrap_or_default();
            let partitions: Vec<LeftRows> = found.iter_mut().map(of).collect();
            let rows: usize = partitions.iter().map(|left| left.rows.len()).sum();
            if self.always || rows <= many / WORTH {
                left.insert(model, Left { partitions, nodes, facts, instants: instants.clone() });
            }
        }
    }

    /// A table that was read, if code for it is worth compiling.
    pub(super) fn worthwhile(&self, source: SourceId) -> Option<&'a Table> {
        self.store.table(source).filter(|table| table.rows >= self.least())
    }

    /// Tables with fewer rows are not worth compiling for.
    pub(super) fn least(&self) -> usize {
        if self.always { 1 } else { LEAST }
    }

    /// The lines of a table that was read, or of a union.
    pub(super) fn lines(&self, source: SourceId) -> Option<Lines<'a>> {
        let union = || self.unions.get(&source).map(Union::lines);
        self.store.table(source).map(Lines::of_table).or_else(union)
    }

    /// Constants of a form over a table.
    pub(super) fn constants(&self, constants: &[Constant], table: Option<&Table>) -> Option<Vec<u64>> {
        bind::constants(constants, table, &self.zone, |source| Some(self.lines(source)?.table))
    }

    pub(super) fn compiled(
        &self,
        table: Option<&Table>,
        form: &Form,
        reads: &[Read],
    ) -> Option<(Arc<Kernel>, Vec<u64>)> {
        let constants = self.constants(&form.constants, table)?;
        Some((self.kernels.of(Body::Decisions(vec![form.root.clone()]), reads, constants.len())?, constants))
    }

    /// A model's screen in a pass over a timeline; what it reads is added to the pass.
    fn screen_of_pass(&self, pass: &mut Pass<'a>, form: &Form, joined: Option<&JoinedFacts>) -> Option<PassScreen> {
        let mut facts = Vec::with_capacity(form.facts.len());
        for fact in &form.facts {
            facts.push(match fact.of {
                None => {
                    let table = pass.table()?;
                    let span = self.span_of(fact, table)?;
                    let fact = self.fact_of_pass(pass, fact, span)?;
                    (Place::Fact(fact), pass.kind_of(fact)?)
                }
                Some(_) => {
                    let dense = joined?.iter().find(|(known, _)| known == fact)?.1.as_ref()?;
                    (Place::Joined(pass.join(dense)), dense.kind.clone())
                }
            });
        }
        let places: Vec<Place> = facts.iter().map(|(place, _)| *place).collect();
        Some(PassScreen { main: self.run_of_pass(pass, form, &places)?, facts })
    }

    /// Where the windows of a fact lie at rows of a table.
    pub(super) fn span_of(&self, fact: &Fact, table: &Table) -> Option<Span> {
        match (fact.rows, fact.window) {
            (FactRows::Derived(_), _) => None,
            (_, None) => Some(Span::All),
            (_, Some(window)) => {
                let lengths = match window {
                    KnownWindow::Span(length, gap) => self.lengths(table, length, gap),
                    KnownWindow::This(_) | KnownWindow::Previous(_) => None,
                };
                Some(lengths.map_or(Span::At(window, self.zone), |(length, gap)| Span::Before(length, gap)))
            }
        }
    }

    /// Works out facts about entities that columns of rows name, each once.
    fn join<'l>(&self, all: impl Iterator<Item = &'l Lowered<'l>>) -> BTreeMap<SourceId, JoinedFacts> {
        let mut wanted: BTreeMap<(SourceId, ColumnId), Vec<&Fact>> = BTreeMap::new();
        for lowered in all {
            for fact in &lowered.form.facts {
                if let Some(column) = fact.of {
                    let facts = wanted.entry((lowered.source, column)).or_default();
                    place_of(facts, |known| *known == fact, || fact);
                }
            }
        }
        let mut joined: BTreeMap<SourceId, JoinedFacts> = BTreeMap::new();
        for ((source, column), facts) in wanted {
            let found = self.joined(source, column, &facts);
            joined.entry(source).or_default().extend(facts.into_iter().cloned().zip(found));
        }
        joined
    }

    /// The place of a fact in a pass; it is added where it is not there.
    pub(super) fn fact_of_pass(&self, pass: &mut Pass<'a>, fact: &Fact, span: Span) -> Option<usize> {
        if let Some(place) = pass.known_fact(fact) {
            return Some(place);
        }
        let mask = match &fact.filter {
            None => None,
            Some(filter) => {
                let mask = self.run_of_pass(pass, filter, &[])?;
                Some(pass.mask(mask))
            }
        };
        let value = match &fact.value {
            None => None,
            Some(Taken::Column(column)) => Some(pass.cell(*column)?),
            Some(Taken::Computed(computed)) => Some(self.computed(pass, computed)?),
        };
        pass.fact(fact, span, mask, value)
    }

    /// The place of a computed cell in a pass; it is added where it is not there.
    fn computed(&self, pass: &mut Pass<'a>, computed: &Computed) -> Option<usize> {
        if let Some(place) = pass.known_computed(computed) {
            return Some(place);
        }
        let table = pass.table()?;
        let (inputs, reads) = self.inputs_of_pass(pass, &computed.inputs, &[])?;
        let constants = self.constants(&computed.constants, Some(table))?;
        let body = Body::Number(computed.lane, computed.number.clone());
        let kernel = self.kernels.of(body, &reads, constants.len())?;
        Some(pass.add_computed(computed.clone(), Loop { kernel, constants, inputs }))
    }

    pub(super) fn pass_over(&self, source: SourceId, lines: Lines<'a>) -> Pass<'a> {
        let silence = Silence { coverage: self.coverage, store: self.store, source };
        Pass::new(PassRows::Table(lines), self.coverage.may_be_silent(source).then_some(silence))
    }

    /// A loop in a pass over a timeline.
    pub(super) fn run_of_pass(&self, pass: &mut Pass<'a>, form: &Form, facts: &[Place]) -> Option<Loop> {
        let (inputs, reads) = self.inputs_of_pass(pass, &form.inputs, facts)?;
        let (kernel, constants) = self.compiled(pass.table(), form, &reads)?;
        Some(Loop { kernel, constants, inputs })
    }

    /// Where inputs lie in a pass over a timeline, and how they are read.
    fn inputs_of_pass(
        &self,
        pass: &mut Pass<'a>,
        all: &[(Input, Layout)],
        facts: &[Place],
    ) -> Option<(Vec<Place>, Vec<Read>)> {
        let mut inputs = Vec::with_capacity(all.len());
        for (input, _) in all {
            inputs.push(match *input {
                Input::Cell(column) => Place::Cell(pass.cell(column)?),
                Input::Before(times, column) => Place::Before(pass.before(times, column)?),
                Input::Fact(place) => *facts.get(place)?,
                Input::StepBefore(_) | Input::Told(_) | Input::Elements(_) => return None,
            });
        }
        let read = |(place, (_, layout)): (&Place, &(Input, Layout))| {
            let states = match place {
                Place::Cell(cell) if pass.has_doubts(*cell) => States::Doubts,
                Place::Cell(cell) if !pass.has_gaps(*cell) || mutant(Mutant::ScreenIgnoresGaps) => States::All,
                Place::Cell(_) => States::Bytes,
                Place::Before(_) | Place::Fact(_) | Place::Joined(_) => States::Doubts,
            };
            Read { layout: *layout, states }
        };
        let reads = inputs.iter().zip(all).map(read).collect();
        Some((inputs, reads))
    }

    /// Lengths in microseconds, where a day is always as long.
    fn lengths(&self, table: &Table, length: SpanOfTime, gap: SpanOfTime) -> Option<(i64, i64)> {
        let micros = |span: SpanOfTime| {
            let days = span.days.checked_mul(DAY_MICROS)?.checked_add(span.micros)?;
            (span.months == 0 && days >= 0).then_some(days)
        };
        let spans = (micros(length)?, micros(gap)?);
        if length.days == 0 && gap.days == 0 {
            return Some(spans);
        }
        let (first, last) = table.time_range()?;
        let first = first.checked_sub(spans.0)?.checked_sub(spans.1)?.checked_sub(DAY_MICROS)?;
        self.zone.offset_between(first, last.checked_add(DAY_MICROS)?)?;
        Some(spans)
    }

    /// Rows of a table as places in the timeline of a model's entities; rows about nobody are left out.
    fn places(&self, model: ModelId, rows: &[(u32, u8)]) -> Option<Left> {
        let id = self.plan.model(model)?.entities?;
        let (timeline, plan) = (self.timelines.get(id.0 as usize)?, self.plan.timelines.get(id.0 as usize)?);
        let table = self.store.table(plan.source)?;
        let mut partitions: Vec<LeftRows> = (0..self.partitions).map(|_| LeftRows::default()).collect();
        for (row, mark) in rows {
            let Some(found) = timeline.find(table, &plan.by, *row) else { continue };
            let (entity, place) = (found.entity as u32, found.place as u32);
            partitions.get_mut(found.partition)?.rows.push(LeftRow { entity, place, rule: mark.checked_sub(RULE) });
        }
        partitions.iter_mut().for_each(|left| left.rows.sort_unstable());
        Some(Left { partitions, ..Left::default() })
    }
}

/// The columns that a form about single rows reads.
pub(super) fn columns<'a>(table: &'a Table, form: &Form) -> Option<Vec<Cells<'a>>> {
    let cell = |(input, _): &(Input, Layout)| match input {
        Input::Cell(column) => table.column(*column).map(Cells::Column),
        _ => None,
    };
    form.inputs.iter().map(cell).collect()
}

/// How columns are read.
pub(super) fn reads(cells: &[Cells<'_>], form: &Form) -> Vec<Read> {
    let read = |(cells, (_, layout)): (&Cells<'_>, &(Input, Layout))| {
        let gaps = matches!(cells, Cells::Column(column) if column.valid.is_some());
        let states = if gaps && !mutant(Mutant::ScreenIgnoresGaps) { States::Bits } else { States::All };
        Read { layout: *layout, states }
    };
    cells.iter().zip(&form.inputs).map(read).collect()
}

//! Screens: which rows of a table a model has to look at.
//!
//! ```text
//! table      row 0   row 1   row 2   row 3 …            morsels of 65,536 rows
//! form       false   unsure  missing true               what the model decides by the row alone
//! to look at         row 1           row 3              by the interpreter, as if there were no other rows to trigger it
//! ```
//!
//! A row that a screen leaves out gives neither finding nor failure. All screens of a table pass over a morsel while it
//! is in the processor's cache.

use super::code::{RULE, Read, UNDECIDED};
use super::facts::{Ground, Made, Strip, strips};
use super::form::{Fact, Form, Input, Layout};
use super::kernel::{Cells, Kernel, Kernels};
use super::{bind, lower};
use crate::mutant::{Mutant, mutant};
use crate::plan::{ModelPlan, Plan, TimelineId};
use crate::run::parallel::in_parallel;
use crate::table::{Store, Table};
use crate::timeline::Timeline;
use std::collections::BTreeMap;
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, ModelId, Program, SourceId};
use watchfire_stdlib::value::{EntityKey, Value};
use watchfire_stdlib::zone::Zone;

/// Rows that are looked at together.
const MORSEL: usize = 1 << 16;
/// Tables with fewer rows are not worth compiling for.
const LEAST: usize = 10_000;
/// Where a screen leaves more than one row of so many, it is not worth having.
const WORTH: usize = 3;
/// The same for a screen beside which another one could use facts.
const WORTH_ALONE: usize = 20;

/// Rows that are left to look at: for each partition, the entity's place in it, the row's place among those about the
/// entity, and the rule that applies, where that is decided; in this order.
#[derive(Debug, Default)]
pub(crate) struct Left {
    partitions: Vec<Vec<LeftRow>>,
}

/// A row that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LeftRow {
    pub(crate) entity: u32,
    pub(crate) place: u32,
    pub(crate) rule: Option<u8>,
}

impl Left {
    /// The rows of a partition, those about one entity together.
    pub(crate) fn of(&self, partition: usize) -> &[LeftRow] {
        self.partitions.get(partition).map_or(&[], |rows| rows)
    }
}

/// What screens are made from.
pub(crate) struct Screening<'a> {
    pub(crate) program: &'a Program,
    pub(crate) plan: &'a Plan,
    pub(crate) store: &'a Store,
    pub(crate) timelines: &'a [Timeline],
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

/// A form that met its data.
struct Screen<'a> {
    model: ModelId,
    kernel: Arc<Kernel>,
    cells: Vec<Cells<'a>>,
    constants: Vec<u64>,
}

/// What was worked out so far, by what it is.
pub(super) struct Once<K, V>(Vec<(K, V)>);

impl<K, V> Default for Once<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: PartialEq, V: Clone> Once<K, V> {
    /// What is wanted, made where it is not there yet.
    pub(super) fn get(&mut self, wanted: K, make: impl FnOnce(&K) -> V) -> V {
        if let Some((_, known)) = self.0.iter().find(|(known, _)| *known == wanted) {
            return known.clone();
        }
        let made = make(&wanted);
        self.0.push((wanted, made.clone()));
        made
    }
}

/// A table in the order of a timeline, and something about it.
type Of<T> = (SourceId, TimelineId, T);

/// What models share: rows in the order of timelines, facts, and cells of rows before.
#[derive(Default)]
struct MadeColumns {
    strips: Once<Of<()>, Arc<Vec<Strip>>>,
    facts: Once<Of<Fact>, Option<Arc<Made>>>,
    before: Once<Of<(u32, ColumnId)>, Option<Arc<Made>>>,
}

impl<'a> Screening<'a> {
    /// What is left to look at for each of these models that a screen serves.
    pub(crate) fn run(&self, models: impl Iterator<Item = ModelId>) -> BTreeMap<ModelId, Left> {
        let models: Vec<&ModelPlan> = models.filter_map(|id| self.plan.model(id)).collect();
        let mut left = BTreeMap::new();
        // Many models need not look further than the row; the others do where that leaves too much.
        for facts in [false, true] {
            let mut made = MadeColumns::default();
            let mut screens: BTreeMap<SourceId, Vec<Screen<'a>>> = BTreeMap::new();
            for model in models.iter().filter(|model| facts && self.always || !left.contains_key(&model.id)) {
                if let Some((source, form)) = lower::screen(self.program, self.plan, model, self.parameters, facts)
                    && (!facts || form.inputs.iter().any(|(input, _)| !matches!(input, Input::Cell(_))))
                    && let Some(screen) = self.screen(model, source, &form, &mut made)
                {
                    screens.entry(source).or_default().push(screen);
                }
            }
            let enough = if facts { WORTH } else { WORTH_ALONE };
            for (source, screens) in screens {
                let Some(table) = self.store.table(source) else { continue };
                for (screen, rows) in screens.iter().zip(self.pass(table, &screens)) {
                    let few = |rows: &Vec<(u32, u8)>| self.always || rows.len() <= table.rows / enough;
                    if let Some(places) = rows.filter(few).and_then(|rows| self.places(table, screen.model, &rows)) {
                        left.insert(screen.model, places);
                    }
                }
            }
            if !self.facts {
                break;
            }
        }
        left
    }

    /// A table that was read, if code for it is worth compiling.
    pub(super) fn worthwhile(&self, source: SourceId) -> Option<&'a Table> {
        self.store.table(source).filter(|table| table.rows >= if self.always { 1 } else { LEAST })
    }

    fn screen(&self, model: &ModelPlan, source: SourceId, form: &Form, made: &mut MadeColumns) -> Option<Screen<'a>> {
        let table = self.worthwhile(source)?;
        let mut cells = Vec::with_capacity(form.inputs.len());
        for (input, _) in &form.inputs {
            cells.push(match *input {
                Input::Cell(column) => Cells::Column(table.column(column)?),
                _ => Cells::Made(self.made(model, (source, table), form, *input, made)?),
            });
        }
        let (kernel, constants) = self.compiled(table, form, &cells)?;
        Some(Screen { model: model.id, kernel, cells, constants })
    }

    fn compiled(&self, table: &Table, form: &Form, cells: &[Cells<'_>]) -> Option<(Arc<Kernel>, Vec<u64>)> {
        let read = |(cells, (_, layout)): (&Cells<'_>, &(Input, Layout))| {
            let (gaps, doubts) = match cells {
                Cells::Column(column) => (column.valid.is_some() && !mutant(Mutant::ScreenIgnoresGaps), false),
                Cells::Made(_) => (true, true),
            };
            Read { layout: *layout, gaps, doubts }
        };
        let reads: Vec<Read> = cells.iter().zip(&form.inputs).map(read).collect();
        let constants = bind::constants(form, table, &self.zone)?;
        Some((self.kernels.of(&form.root, &reads, constants.len())?, constants))
    }

    /// A column that is worked out from the rows about a model's entities.
    fn made(
        &self,
        model: &ModelPlan,
        (source, table): (SourceId, &Table),
        form: &Form,
        input: Input,
        made: &mut MadeColumns,
    ) -> Option<Arc<Made>> {
        let id = model.entities?;
        let timeline = self.timelines.get(id.0 as usize)?;
        let strips =
            made.strips.get((source, id, ()), |_| Arc::new(strips(table, timeline, self.partitions, self.threads)));
        let ground = Ground { table, strips: &strips, zone: &self.zone, threads: self.threads };
        match input {
            Input::Cell(_) => None,
            Input::Before(times, column) => {
                made.before.get((source, id, (times, column)), |_| ground.before(times, column).map(Arc::new))
            }
            Input::Fact(place) => {
                let fact = form.facts.get(place)?.clone();
                made.facts.get((source, id, fact), |(_, _, fact)| {
                    let mask = fact.filter.as_ref().map(|filter| self.mask(table, filter));
                    let made = match mask {
                        None => ground.fact(fact, None),
                        Some(mask) => ground.fact(fact, Some(&mask?)),
                    };
                    made.map(Arc::new)
                })
            }
        }
    }

    /// What a form about its cells decides about each row of a table.
    pub(super) fn mask(&self, table: &Table, form: &Form) -> Option<Vec<u8>> {
        let cell = |(input, _): &(Input, Layout)| match input {
            Input::Cell(column) => table.column(*column).map(Cells::Column),
            _ => None,
        };
        let cells: Vec<Cells<'_>> = form.inputs.iter().map(cell).collect::<Option<_>>()?;
        let (kernel, constants) = self.compiled(table, form, &cells)?;
        let mut mask = vec![0; table.rows];
        kernel.run(&cells, &constants, 0, &mut mask).then_some(mask)
    }

    /// For each screen the rows that it leaves in, in order.
    fn pass(&self, table: &Table, screens: &[Screen<'a>]) -> Vec<Option<Vec<(u32, u8)>>> {
        let morsels = table.rows.div_ceil(MORSEL);
        let found = in_parallel(self.threads, morsels, |morsel| {
            let start = morsel * MORSEL;
            let mut marks = vec![0; MORSEL.min(table.rows - start)];
            let left = |marks: &[u8]| -> Vec<(u32, u8)> {
                let least = if mutant(Mutant::UnsureScreenedOut) { RULE } else { UNDECIDED };
                (start as u32..).zip(marks.iter().copied()).filter(|(_, mark)| *mark >= least).collect()
            };
            screens
                .iter()
                .map(|screen| {
                    screen.kernel.run(&screen.cells, &screen.constants, start, &mut marks).then(|| left(&marks))
                })
                .collect::<Vec<_>>()
        });
        let mut all: Vec<Option<Vec<(u32, u8)>>> = screens.iter().map(|_| Some(Vec::new())).collect();
        for morsel in found {
            for (all, rows) in all.iter_mut().zip(morsel) {
                match (all.as_mut(), rows) {
                    (Some(all), Some(rows)) => all.extend(rows),
                    _ => *all = None,
                }
            }
        }
        all
    }

    /// Rows of a table as places in the timeline of a model's entities; rows about nobody are left out.
    fn places(&self, table: &Table, model: ModelId, rows: &[(u32, u8)]) -> Option<Left> {
        let id = self.plan.model(model)?.entities?;
        let (timeline, by) = (self.timelines.get(id.0 as usize)?, &self.plan.timelines.get(id.0 as usize)?.by);
        let mut partitions: Vec<Vec<LeftRow>> = vec![Vec::new(); self.partitions];
        for (row, mark) in rows {
            let Some(key) = key(table, by, *row) else { continue };
            let (partition, entity) = timeline.place_of(&key)?;
            let (_, among) = timeline.entry(partition, entity)?;
            let place = among.binary_search_by_key(row, |row| row.row).ok()?;
            let rule = mark.checked_sub(RULE);
            partitions.get_mut(partition)?.push(LeftRow { entity: entity as u32, place: place as u32, rule });
        }
        partitions.iter_mut().for_each(|places| places.sort_unstable());
        Some(Left { partitions })
    }
}

/// Whom a row is about.
fn key(table: &Table, by: &[ColumnId], row: u32) -> Option<EntityKey> {
    let part = |column: &ColumnId| table.column(*column)?.entity(row as usize).cloned();
    match by {
        [column] => part(column),
        [first, second] => match (part(first)?, part(second)?) {
            (EntityKey::Single(first), EntityKey::Single(second)) => Some(EntityKey::Pair(first, second)),
            _ => None,
        },
        _ => None,
    }
}

/// The table whose rows a model's screen passes over, if there is one.
pub(crate) fn screened(program: &Program, plan: &Plan, model: &ModelPlan) -> Option<String> {
    let defaults: Vec<Value> = program.parameters.iter().map(|parameter| parameter.default.clone()).collect();
    let (source, _) = lower::screen(program, plan, model, &defaults, true)?;
    Some(program.sources.get(source.index())?.name.to_string())
}

//! The interpreter: one evaluation at a time, by the text of docs/language.md.
//!
//! An [`Evaluator`] belongs to one model and one thread. It is put before an evaluation (an entity, t, k, and for `on`
//! models the row) and then asked for the value of expressions. It keeps nothing between evaluations but what cannot
//! change: which entities there are and where their rows lie.
//!
//! ```text
//! Evaluator ── this ──► Subject ── timeline ──► rows of the entity, every version, in row order
//!     │                                              │ window: binary search · knowledge: [known, known until)
//!     ├─ slots: row variables, one frame for the model, one on top for each fact being computed
//!     └─ what this evaluation has computed: lets, facts by entity, shared aggregates by entity
//! ```

mod aggregate;
mod decide;
mod derived;
mod elements;
mod expression;
mod lane;
mod moves;
mod peers;
mod places;
mod rows;
mod score;
mod sequence;
mod series;
mod window;

pub(crate) use decide::{Decision, FaultRow};
pub(crate) use peers::Measured;
pub(crate) use rows::{any_row, triggers, triggers_between};
pub(crate) use sequence::{Found, Looked, Search};
pub(crate) use window::KnownWindow;

use crate::coverage::Coverage;
use crate::finding::{FindingRecord, FindingStore};
use crate::jit::Marks;
use crate::places::Places;
use crate::plan::{ModelPlan, Plan, SharedId, TimelineId};
use crate::table::Store;
use crate::timeline::{RowRef, Timeline};
use std::collections::HashMap;
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, EntityId, FactId, LetId, Program, SourceId};
use watchfire_stdlib::value::{EntityKey, Fault, Value};
use watchfire_stdlib::zone::Zone;

/// All that evaluations read: the same for every thread.
#[derive(Clone, Copy)]
pub(crate) struct World<'a> {
    /// The program.
    pub(crate) program: &'a Program,
    /// Its plan.
    pub(crate) plan: &'a Plan,
    /// The tables.
    pub(crate) store: &'a Store,
    /// By [`TimelineId`].
    pub(crate) timelines: &'a [Timeline],
    /// By [`PlacesId`](crate::plan::PlacesId).
    pub(crate) places: &'a [Places],
    /// Where sources are covered.
    pub(crate) coverage: &'a Coverage,
    /// Values of the parameters, by their id.
    pub(crate) parameters: &'a [Value],
    /// The package's zone.
    pub(crate) zone: Zone,
    /// Findings so far.
    pub(crate) findings: &'a FindingStore,
    /// What compiled code says of rows.
    pub(crate) marks: &'a Marks,
}

/// What a row variable stands for.
#[derive(Clone)]
enum Binding<'a> {
    /// Nothing: a variable that is not in scope.
    Unbound,
    /// A row among the rows about an entity.
    Row { rows: &'a [RowRef], place: usize },
    /// A row of a union's part, while a column of the union is computed.
    PartRow(u32),
    /// A row of a derived table.
    Derived { rows: Arc<derived::DerivedRows>, place: usize },
    /// An entity.
    Element(EntityKey),
    /// A finding.
    Finding(&'a FindingRecord),
}

/// An entity that is or was looked at.
struct Subject<'a> {
    key: EntityKey,
    rows: Vec<(TimelineId, &'a [RowRef])>,
    elements: Vec<(TimelineId, &'a [ColumnId], Option<elements::Known>)>,
}

/// How many entities besides the model's own an evaluator remembers the rows of.
const REMEMBERED_SUBJECTS: usize = 100_000;
/// How many windows it remembers.
const REMEMBERED_WINDOWS: usize = 10_000;

/// Evaluates one model.
pub(crate) struct Evaluator<'a> {
    world: World<'a>,
    model: &'a ModelPlan,
    model_entity: EntityId,
    subjects: Vec<Subject<'a>>,
    subject_of: HashMap<(EntityId, EntityKey), usize>,
    windows: HashMap<(window::KnownWindow, i64), window::Bounds>,
    // The evaluation at hand.
    t: i64,
    /// The t with which it began; `as of` looks from another one.
    own_t: i64,
    k: i64,
    entity: usize,
    this: usize,
    slots: Vec<Binding<'a>>,
    frame: usize,
    lets: Vec<Option<Value>>,
    /// The same at another t.
    lets_at: HashMap<(LetId, i64), Value>,
    /// By fact, entity and t.
    facts: HashMap<(FactId, usize, i64), Value>,
    /// By aggregate, entity and t.
    shared: HashMap<(SharedId, usize, i64), Value>,
    /// What compiled code says that aggregates are in the evaluation that was begun: each by its place in memory.
    worked_out: Vec<(usize, Value)>,
    derived: HashMap<(SourceId, usize), derived::Made>,
    settled: Vec<derived::Settled>,
    group: Option<derived::Group<'a>>,
    fault_rows: HashMap<Fault, FaultRow>,
    /// What the entity was told by comparison with its peers.
    told: Vec<Value>,
}

/// The row that triggered an evaluation: all rows about the entity, and its place among them.
pub(crate) type TriggerRow<'a> = (&'a [RowRef], usize);

impl<'a> Evaluator<'a> {
    /// An evaluator of a model.
    pub(crate) fn new(world: World<'a>, model: &'a ModelPlan) -> Self {
        Self {
            world,
            model,
            model_entity: world.program.models[model.id.index()].entity,
            subjects: Vec::new(),
            subject_of: HashMap::new(),
            windows: HashMap::new(),
            t: 0,
            own_t: 0,
            k: 0,
            entity: 0,
            this: 0,
            slots: vec![Binding::Unbound; model.slots],
            frame: 0,
            lets: vec![None; model.lets.len()],
            lets_at: HashMap::new(),
            facts: HashMap::new(),
            shared: HashMap::new(),
            worked_out: Vec::new(),
            derived: HashMap::new(),
            settled: Vec::new(),
            group: None,
            fault_rows: HashMap::new(),
            told: Vec::new(),
        }
    }

    /// Turns to an entity.
    pub(crate) fn turn_to(&mut self, key: &EntityKey) {
        if self.subjects.len() > REMEMBERED_SUBJECTS {
            self.subjects.clear();
            self.subject_of.clear();
            self.derived.clear();
            self.settled.clear();
        }
        self.entity = self.subject(self.model_entity, key);
    }

    /// Turns to an evaluation of the entity: its t, its k, and the row of an `on` model.
    pub(crate) fn begin(&mut self, t: i64, k: i64, row: Option<TriggerRow<'a>>) {
        (self.t, self.own_t, self.k, self.this, self.frame) = (t, t, k, self.entity, 0);
        self.slots.truncate(self.model.slots);
        self.slots.fill(Binding::Unbound);
        if let (Some((rows, place)), Some(slot)) = (row, self.slots.first_mut()) {
            *slot = Binding::Row { rows, place };
        }
        self.forget();
        self.worked_out.clear();
        self.fault_rows.clear();
    }

    /// What aggregates about the model's entity are in the evaluation that was begun.
    pub(crate) fn know<'v>(&mut self, facts: impl Iterator<Item = (usize, &'v Value)>) {
        self.worked_out.extend(facts.map(|(node, value)| (node, value.clone())));
    }

    /// Forgets what was computed.
    fn forget(&mut self) {
        self.lets.fill(None);
        self.lets_at.clear();
        self.facts.clear();
        self.shared.clear();
    }

    /// The place of an entity among those remembered.
    fn subject(&mut self, entity: EntityId, key: &EntityKey) -> usize {
        let wanted = (entity, key.clone());
        if let Some(place) = self.subject_of.get(&wanted) {
            return *place;
        }
        self.subjects.push(Subject { key: key.clone(), rows: Vec::new(), elements: Vec::new() });
        self.subject_of.insert(wanted, self.subjects.len() - 1);
        self.subjects.len() - 1
    }

    /// The rows of a timeline about the entity at hand, every version.
    fn rows(&mut self, timeline: TimelineId) -> &'a [RowRef] {
        self.rows_of(self.this, timeline)
    }

    /// The rows of a timeline about a remembered entity, every version.
    fn rows_of(&mut self, subject: usize, timeline: TimelineId) -> &'a [RowRef] {
        let world = self.world;
        let subject = &mut self.subjects[subject];
        if let Some((_, rows)) = subject.rows.iter().find(|(id, _)| *id == timeline) {
            return rows;
        }
        let rows = world.timelines.get(timeline.0 as usize).map_or(&[][..], |found| found.rows_of(&subject.key));
        subject.rows.push((timeline, rows));
        rows
    }

    /// Whether a row, or its version, is to be seen at k.
    fn visible(&self, source: SourceId, row: RowRef) -> bool {
        self.world.visible(source, row, self.k)
    }
}

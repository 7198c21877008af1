//! What the checker holds while it works: tables that fill up, names, and the diagnostics found so far.

use super::names::{Names, PackageId};
use super::places::Nearest;
use crate::diagnostics::Diagnostic;
use crate::package::PackageFiles;
use crate::program::{
    Entity, EntityId, Enum, Expr, Extern, Fact, FactId, Kind, Let, LetId, Levels, ModelId, Parameter, ParameterId, Row,
    RowSlot, Source, SourceId, Value,
};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use watchfire_stdlib::zone::Zone;

/// Levels of nesting of one value, forward references included.
pub(super) const MAX_DEPTH: u32 = 320;
/// Parts of one declaration, after its functions are written out.
pub(super) const MAX_NODES: u32 = 100_000;

/// The checker's state.
pub(super) struct Checker<'a> {
    pub(super) texts: &'a SourceMap,
    pub(super) zone: Zone,
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Names of each package, first the one that is checked.
    pub(super) packages: Vec<Names<'a>>,
    /// The package of each file that does not belong to the first.
    pub(super) homes: BTreeMap<FileId, PackageId>,
    pub(super) levels: Levels,
    /// Parameters that a profile sets.
    pub(super) in_profiles: BTreeSet<ParameterId>,
    pub(super) entities: Vec<Entity>,
    pub(super) enums: Vec<Enum>,
    pub(super) sources: Vec<Source>,
    pub(super) externs: Vec<Extern>,
    pub(super) constants: Vec<ConstantState<'a>>,
    pub(super) functions: Vec<FunctionState<'a>>,
    /// Derived tables at top level.
    pub(super) tables: Vec<TableState<'a>>,
    /// Those that are being checked.
    pub(super) table_stack: Vec<usize>,
    /// Constants and functions written out in each.
    pub(super) table_inlined: BTreeMap<SourceId, BTreeSet<Span>>,
    /// All columns of tables and unions are known.
    pub(super) sources_known: bool,
    pub(super) fact_states: Vec<FactState<'a>>,
    pub(super) fact_stack: Vec<usize>,
    pub(super) facts: Vec<Fact>,
    pub(super) heads: Vec<ModelHead<'a>>,
    pub(super) parameters: Vec<Parameter>,
    /// The model at hand.
    pub(super) model: Option<ModelContext<'a>>,
    /// Findings that are read: where, whose, about which entity they must be.
    pub(super) findings_read: Vec<(Span, ModelId, EntityId)>,
    /// Constants and functions written out into the declaration at hand.
    pub(super) inlined: BTreeSet<Span>,
    /// The same, of each fact.
    pub(super) fact_inlined: Vec<BTreeSet<Span>>,
    /// The same, of each model.
    pub(super) model_inlined: Vec<BTreeSet<Span>>,
    pub(super) depth: u32,
    pub(super) nodes: u32,
    pub(super) next_slot: u32,
}

/// A constant, evaluated when first needed.
pub(super) struct ConstantState<'a> {
    pub(super) syntax: &'a syntax::Constant,
    pub(super) item: Span,
    pub(super) state: State<(Value, Kind)>,
    /// Constants that it is made of.
    pub(super) inlined: BTreeSet<Span>,
}

/// A function.
pub(super) struct FunctionState<'a> {
    pub(super) syntax: &'a syntax::Function,
    pub(super) item: Span,
    pub(super) parameters: Vec<(String, Kind, bool)>,
    /// It is being written out.
    pub(super) busy: bool,
}

/// A fact, checked when first needed.
pub(super) struct FactState<'a> {
    pub(super) syntax: &'a syntax::Fact,
    pub(super) entity: Option<EntityId>,
    pub(super) state: State<FactId>,
}

/// A derived table at top level, checked when first needed.
pub(super) struct TableState<'a> {
    pub(super) syntax: &'a syntax::Rows,
    pub(super) entity: Option<EntityId>,
    pub(super) state: State<SourceId>,
}

/// How far the check of something is that is checked when first needed.
#[derive(Clone)]
pub(super) enum State<T> {
    Waiting,
    Busy,
    Done(T),
    /// It has an error already reported.
    Broken,
}

/// What is known of a model before its statements are checked.
pub(super) struct ModelHead<'a> {
    pub(super) item: &'a syntax::Item,
    pub(super) syntax: &'a syntax::Model,
    pub(super) entity: Option<EntityId>,
    pub(super) parameters: HashMap<String, ParameterId>,
    /// Entity its warnings are about, once checked.
    pub(super) about: Option<EntityId>,
}

/// The model at hand.
pub(super) struct ModelContext<'a> {
    pub(super) id: ModelId,
    pub(super) entity: Option<EntityId>,
    pub(super) lets: Vec<LetState<'a>>,
    pub(super) let_stack: Vec<usize>,
    pub(super) typed: Vec<Let>,
    pub(super) used: BTreeSet<ParameterId>,
    /// The `let` that holds its score, once checked; `Some(None)`: it has an error already reported.
    pub(super) score: Option<Option<LetId>>,
    /// The row of an `on` model, the rows of a sequence's steps.
    pub(super) trigger: Vec<Binding>,
}

/// A `let`, a derived table, or the name of something that cannot run yet.
pub(super) struct LetState<'a> {
    pub(super) name: &'a syntax::Name,
    pub(super) value: Option<&'a syntax::Expr>,
    pub(super) rows: Option<&'a syntax::Rows>,
    pub(super) state: State<LetValue>,
    pub(super) used: bool,
}

/// What a `let` stands for.
#[derive(Clone)]
pub(super) enum LetValue {
    Value(LetId),
    Row(Row, SourceId),
    /// A nearest row, and the `let`s that its columns have become.
    Nearest(Box<Nearest>, HashMap<String, LetId>),
    Table(SourceId),
}

/// A name bound by a selection or trigger.
#[derive(Clone)]
pub(super) struct Binding {
    pub(super) name: Option<String>,
    pub(super) what: Bound,
}

/// What it is bound to.
#[derive(Clone)]
pub(super) enum Bound {
    /// A row; `bare`: its columns may be named without it.
    Row { slot: RowSlot, source: SourceId, bare: bool },
    /// An entity of `from E in S`.
    Element { slot: RowSlot, entity: EntityId },
    /// A finding.
    Finding { slot: RowSlot },
    /// Something with an error already reported.
    Later,
}

/// What is visible to an expression.
#[derive(Clone, Default)]
pub(super) struct Scope {
    /// Entity type of `this`.
    pub(super) subject: Option<EntityId>,
    /// Rows, innermost last.
    pub(super) rows: Vec<Binding>,
    /// Arguments of the function that is written out, with their sizes.
    pub(super) arguments: Vec<(String, Expr, u32)>,
    /// `let`s and parameters of the model at hand are visible.
    pub(super) in_model: bool,
    /// Only the row at hand may be read (columns of unions): no `now`, no facts.
    pub(super) row_only: bool,
    /// Inside a derived table, which depends on entity and knowledge only: no `now`, facts, `let`s or other rows.
    pub(super) in_table: bool,
    /// Aggregates without `from` are over the rows of a group, which this variable names.
    pub(super) group: Option<(RowSlot, SourceId)>,
}

impl Scope {
    /// Nothing but constants and functions.
    pub(super) fn empty() -> Self {
        Self::default()
    }

    /// Values about an entity.
    pub(super) fn about(subject: Option<EntityId>) -> Self {
        Self { subject, ..Self::default() }
    }
}

impl<'a> Checker<'a> {
    pub(super) fn new(files: &'a PackageFiles, zone: Zone) -> Self {
        let (packages, homes) = Names::of_packages(files);
        Self {
            texts: &files.sources,
            zone,
            diagnostics: Vec::new(),
            packages,
            homes,
            levels: Levels::default(),
            in_profiles: BTreeSet::new(),
            entities: Vec::new(),
            enums: Vec::new(),
            sources: Vec::new(),
            externs: Vec::new(),
            constants: Vec::new(),
            functions: Vec::new(),
            tables: Vec::new(),
            table_stack: Vec::new(),
            table_inlined: BTreeMap::new(),
            sources_known: false,
            fact_states: Vec::new(),
            fact_stack: Vec::new(),
            facts: Vec::new(),
            heads: Vec::new(),
            parameters: Vec::new(),
            model: None,
            findings_read: Vec::new(),
            inlined: BTreeSet::new(),
            fact_inlined: Vec::new(),
            model_inlined: Vec::new(),
            depth: 0,
            nodes: 0,
            next_slot: 1,
        }
    }

    /// Reports a diagnostic.
    pub(super) fn report(&mut self, diagnostic: impl Into<Diagnostic>) {
        self.diagnostics.push(diagnostic.into());
    }

    /// A row variable not used before in this declaration.
    pub(super) fn slot(&mut self) -> RowSlot {
        let slot = RowSlot(self.next_slot);
        self.next_slot += 1;
        slot
    }

    /// Starts a new declaration: variables, sizes and written-out names begin anew.
    pub(super) fn begin(&mut self) {
        self.next_slot = 1;
        self.nodes = 0;
        self.inlined.clear();
    }

    /// Name of an entity type.
    pub(super) fn entity_name(&self, id: EntityId) -> String {
        self.entities.get(id.0 as usize).map_or_else(|| "?".to_owned(), |e| e.name.to_string())
    }

    /// A source by its id.
    pub(super) fn source(&self, id: SourceId) -> &Source {
        &self.sources[id.index()]
    }
}

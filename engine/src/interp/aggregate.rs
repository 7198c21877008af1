//! Aggregates: which rows, in which window, how covered, and what they add up to.

use super::decide::FaultRow;
use super::rows::Rows;
use super::series::Series;
use super::window::Bounds;
use super::{Binding, Evaluator, World};
use crate::jit::name;
use crate::mutant::{Mutant, active, mutant};
use crate::plan::{AggregateNode, FromNode, Node, NodeKind};
use crate::table::{Column, ColumnData};
use crate::timeline::RowRef;
use std::collections::{BTreeMap, HashSet};
use watchfire_dsl::program::{AggregateFunction, SourceId};
use watchfire_stdlib::ops::Site;
use watchfire_stdlib::statistics;
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

impl<'a> Evaluator<'a> {
    /// The value of an aggregate about the entity at hand. Where it depends on nothing else it is computed once for
    /// each entity of the evaluation; a fault is computed again, so that it tells its own place.
    pub(super) fn aggregate(&mut self, aggregate: &'a AggregateNode, node: &Node) -> Value {
        if let Some(value) = self.known_already(aggregate) {
            return value.clone();
        }
        let shared = aggregate.shared.filter(|id| {
            let shared = &self.world.plan.shared[id.0 as usize];
            shared.places > 1 || shared.nested
        });
        let own = (aggregate.function, aggregate.value.as_ref());
        let Some(id) = shared else { return self.compute(aggregate, own, node) };
        let known = (id, self.this, self.t);
        if let Some(value) = self.shared.get(&known) {
            return value.clone();
        }
        let value = self.compute(aggregate, own, node);
        if !matches!(value, Value::Fault(_)) {
            self.shared.insert(known, value.clone());
        }
        value
    }

    /// The entity whose rows an aggregate takes; else what the aggregate is: missing, or a fault.
    pub(super) fn whose(&mut self, aggregate: &'a AggregateNode) -> Result<usize, Value> {
        match aggregate.of.as_ref().map(|(entity, of)| (*entity, self.value(of))) {
            None => Ok(self.this),
            Some(_) if mutant(Mutant::OfIgnored) => Ok(self.this),
            Some((entity, Value::Entity(key))) => Ok(self.subject(entity, &key)),
            Some((_, fault @ Value::Fault(_))) => Err(fault),
            Some(_) => Err(Value::Missing),
        }
    }

    /// What compiled code says that an aggregate is.
    pub(super) fn known_already(&self, aggregate: &AggregateNode) -> Option<&Value> {
        if self.worked_out.is_empty() || (self.this, self.t) != (self.entity, self.own_t) {
            return None;
        }
        self.worked_out.iter().find(|(node, _)| *node == name(aggregate)).map(|(_, value)| value)
    }

    /// A function of the rows that an aggregate takes: its own, or another one.
    pub(super) fn compute(
        &mut self,
        aggregate: &'a AggregateNode,
        (function, of): (AggregateFunction, Option<&'a Node>),
        node: &Node,
    ) -> Value {
        let subject = match self.whose(aggregate) {
            Ok(subject) => subject,
            Err(value) => return value,
        };
        let findings = matches!(aggregate.from, FromNode::Findings(_));
        let window = match aggregate.window.as_ref().map(|window| self.bounds(window, findings)).transpose() {
            Ok(window) => window,
            Err(value) => return value,
        };
        if let AggregateFunction::Held { least, gap } = function {
            return self.held(aggregate, (of, least, gap), subject, window);
        }
        let kind = of.map_or(&node.ty, |value| &value.ty);
        let mut fold = Fold::new(function, window);
        let mut near: Vec<RowRef> = Vec::new();
        match &aggregate.from {
            FromNode::Rows(timeline) => {
                let source = self.world.plan.timelines[timeline.0 as usize].source;
                let rows = self.rows_of(subject, *timeline);
                let selection = Rows::new(self.world, source, rows, window, self.t, self.k);
                let codes = own_codes(self.world, aggregate, (function, of), source);
                let selection = match codes {
                    Some((column, codes)) => {
                        let lines = selection.map(|place| rows[place].row as usize);
                        let mut found: Vec<u32> =
                            lines.filter(|line| column.is_valid(*line)).map(|line| codes[line]).collect();
                        found.sort_unstable();
                        found.dedup();
                        fold.content = Content::Count(i64::try_from(found.len()).unwrap_or(i64::MAX));
                        None
                    }
                    None => Some(selection),
                };
                for place in selection.into_iter().flatten() {
                    if !self.take(aggregate, of, Binding::Row { rows, place }, &mut fold, Some((source, rows[place]))) {
                        break;
                    }
                }
            }
            FromNode::Entities(_, columns, timeline) => {
                for key in self.elements(columns, *timeline, window) {
                    if !self.take(aggregate, of, Binding::Element(key), &mut fold, None) {
                        break;
                    }
                }
            }
            FromNode::Near(id, place, None) => {
                let value = self.nearest(*id, place, aggregate, of, window);
                let (source, rows) = self.all_rows(*id);
                let decided = function == AggregateFunction::Any && value.is_true();
                let known = decided || matches!(value, Value::Fault(_)) || !self.is_silent(source, rows, window);
                return if known { value } else { Value::Missing };
            }
            FromNode::Near(id, place, Some(distance)) => {
                let places = match self.rows_near(*id, place, distance) {
                    Ok(places) => places,
                    Err(value) => return value,
                };
                let (source, rows) = self.all_rows(*id);
                near = places.iter().map(|place| rows[*place]).collect();
                let selection = Rows::new(self.world, source, rows, window, self.t, self.k);
                for place in places.into_iter().filter(|place| selection.takes(*place)) {
                    if !self.take(aggregate, of, Binding::Row { rows, place }, &mut fold, Some((source, rows[place]))) {
                        break;
                    }
                }
            }
            FromNode::Derived(source) => {
                let rows = self.derived(*source, subject);
                for place in rows.within(window) {
                    let more = match rows.fault(place) {
                        Some(fault) => fold.push(fault.clone()),
                        None => {
                            let rows = rows.clone();
                            self.take(aggregate, of, Binding::Derived { rows, place }, &mut fold, None)
                        }
                    };
                    if !more {
                        break;
                    }
                }
            }
            FromNode::DerivedEntities(_, columns, source) => {
                let rows = self.derived(*source, subject);
                let (keys, faults) = rows.elements(columns, window);
                let more = faults.into_iter().all(|fault| fold.push(fault));
                for key in keys.into_iter().filter(|_| more) {
                    if !self.take(aggregate, of, Binding::Element(key), &mut fold, None) {
                        break;
                    }
                }
            }
            FromNode::Group => {
                if let Some(group) = self.group.clone() {
                    for element in group.rows() {
                        if !self.take(aggregate, of, element.binding.clone(), &mut fold, element.row) {
                            break;
                        }
                    }
                    self.bind(aggregate.slot, group.first());
                    let partly = !fold.is_decided() && self.is_group_partly_covered(&group);
                    return fold.finish(partly, kind, node.site);
                }
            }
            FromNode::Findings(models) => {
                let hidden = mutant(Mutant::FindingsSameInstantHidden);
                let known = if hidden { self.k.saturating_sub(1) } else { self.k };
                let until = window.map_or(known, |(_, to)| to.min(known));
                let subject = &self.subjects[self.this].key;
                for finding in self.world.findings.about(models, subject, window.map(|(from, _)| from), until) {
                    if !self.take(aggregate, of, Binding::Finding(finding), &mut fold, None) {
                        break;
                    }
                }
            }
        }
        let partly = !fold.is_decided() && self.is_partly_covered(&aggregate.from, subject, &near, window);
        fold.finish(partly, kind, node.site)
    }

    /// Whether something that the aggregate should have seen may have been missed.
    pub(super) fn is_partly_covered(
        &mut self,
        rows: &'a FromNode,
        subject: usize,
        near: &[RowRef],
        window: Option<Bounds>,
    ) -> bool {
        match rows {
            FromNode::Rows(timeline) | FromNode::Entities(_, _, timeline) => {
                let source = self.world.plan.timelines[timeline.0 as usize].source;
                let rows = self.rows_of(subject, *timeline);
                self.is_silent(source, rows, window)
            }
            FromNode::Near(id, ..) => self.is_silent(self.all_rows(*id).0, near, window),
            FromNode::Derived(source) | FromNode::DerivedEntities(_, _, source) => {
                let bounds = window.filter(|_| !mutant(Mutant::CoverageIgnored));
                bounds.is_some_and(|bounds| self.is_derived_partly_covered(*source, subject, bounds))
            }
            FromNode::Group | FromNode::Findings(_) => false,
        }
    }

    /// Whether a source, for these of its rows, may have been silent in a window.
    fn is_silent(&self, source: SourceId, rows: &[RowRef], window: Option<Bounds>) -> bool {
        let Some((from, to)) = window.filter(|_| !mutant(Mutant::CoverageIgnored)) else { return false };
        self.world.coverage.partly_covered(self.world.store, source, from, to, self.t, self.k, rows)
    }

    /// Takes one row into the aggregate, if its `where` is true; false: the rest no longer matters.
    fn take(
        &mut self,
        aggregate: &'a AggregateNode,
        of: Option<&'a Node>,
        binding: Binding<'a>,
        fold: &mut Fold,
        row: Option<(SourceId, RowRef)>,
    ) -> bool {
        if let Content::Series(_) = fold.content {
            fold.span = self.span_of_row(&binding, row);
        }
        self.value_of_row(aggregate, of, binding, row).is_none_or(|value| fold.push(value))
    }

    /// The value of a row (without one: that there is a row), if its `where` takes it or is a fault.
    pub(super) fn value_of_row(
        &mut self,
        aggregate: &'a AggregateNode,
        of: Option<&'a Node>,
        binding: Binding<'a>,
        row: Option<(SourceId, RowRef)>,
    ) -> Option<Value> {
        self.bind(aggregate.slot, binding);
        let value = match aggregate.filter.as_ref().map(|filter| self.value(filter)) {
            None | Some(Value::Bool(true)) => match of {
                Some(value) => self.value(value),
                None => Value::Bool(true),
            },
            Some(fault @ Value::Fault(_)) => fault,
            Some(_) => return None,
        };
        if let Some((source, row)) = row {
            self.note_fault(&value, source, row);
        }
        Some(value)
    }

    /// Notes the row in which a fault arose.
    pub(super) fn note_fault(&mut self, value: &Value, source: SourceId, row: RowRef) {
        if let Value::Fault(fault) = value {
            self.fault_rows.entry(*fault).or_insert(FaultRow { source, row });
        }
    }
}

/// Where an aggregate counts the different texts or entities in a column of its rows, all of them: the column, and its
/// codes, which are as different as they are.
fn own_codes<'a>(
    world: World<'a>,
    aggregate: &AggregateNode,
    (function, of): (AggregateFunction, Option<&Node>),
    source: SourceId,
) -> Option<(&'a Column, &'a [u32])> {
    let NodeKind::Column(row, _, column) = &of?.kind else { return None };
    let own = row.is_own() && row.slot == aggregate.slot && aggregate.filter.is_none();
    if function != AggregateFunction::CountDistinct || !own || !world.plan.unions[source.index()].is_empty() {
        return None;
    }
    let column = world.store.table(source)?.column(*column)?;
    match &column.data {
        ColumnData::Text(codes, _) | ColumnData::Entity(codes, _) if !active() => Some((column, codes)),
        _ => None,
    }
}

/// The values of an aggregate as they come, in row order.
struct Fold {
    function: AggregateFunction,
    fault: Option<Value>,
    decided: bool,
    /// When the row at hand is true, where that matters.
    span: (i64, i64),
    content: Content,
}

enum Content {
    Count(i64),
    Distinct(HashSet<Value>),
    Counted(BTreeMap<Value, u64>),
    One(Option<Value>),
    Values(Vec<Value>),
    Series(Series),
}

impl Fold {
    fn new(function: AggregateFunction, window: Option<Bounds>) -> Self {
        let series = Series::of(function, window).map(Content::Series);
        let content = series.unwrap_or_else(|| match function {
            AggregateFunction::Count | AggregateFunction::Any | AggregateFunction::All | AggregateFunction::None => {
                Content::Count(0)
            }
            AggregateFunction::CountDistinct | AggregateFunction::The => Content::Distinct(HashSet::new()),
            AggregateFunction::MostCommon => Content::Counted(BTreeMap::new()),
            AggregateFunction::Min
            | AggregateFunction::Max
            | AggregateFunction::First
            | AggregateFunction::Last
            | AggregateFunction::Nearest => Content::One(None),
            AggregateFunction::Sum
            | AggregateFunction::Mean
            | AggregateFunction::Stddev
            | AggregateFunction::Quantile(_)
            | AggregateFunction::List
            // These three are series, and `held` folds nothing.
            | AggregateFunction::LongestRun
            | AggregateFunction::MaxOverlap
            | AggregateFunction::Trend
            | AggregateFunction::Held { .. } => Content::Values(Vec::new()),
        });
        Self { function, fault: None, decided: false, span: (0, 0), content }
    }

    /// The result no longer depends on coverage: a fault, or a row that decides.
    fn is_decided(&self) -> bool {
        self.decided || self.fault.is_some()
    }

    /// Takes the next value; false: the rest no longer matters. The first fault is the result, unless a later row
    /// decides `any`, `all` or `none`.
    fn push(&mut self, value: Value) -> bool {
        let deciding = match self.function {
            AggregateFunction::Any | AggregateFunction::None => Some(true),
            AggregateFunction::All => Some(false),
            _ => None,
        };
        if let (Content::Series(series), false) = (&mut self.content, matches!(value, Value::Fault(_))) {
            series.push(value, self.span);
            return true;
        }
        match value {
            Value::Fault(_) => {
                self.fault.get_or_insert(value);
                return deciding.is_some();
            }
            Value::Missing | Value::AtLeast(_) => return true,
            _ => {}
        }
        if let (Some(deciding), Value::Bool(truth)) = (deciding, &value) {
            self.decided |= *truth == deciding;
            return !self.decided;
        }
        match &mut self.content {
            Content::Count(count) => *count += 1,
            Content::Distinct(values) => {
                values.insert(value);
            }
            Content::Counted(values) => *values.entry(value).or_insert(0) += 1,
            Content::Values(values) => values.push(value),
            Content::One(best) => {
                let replace = match (&best, self.function) {
                    (None, _) | (_, AggregateFunction::Last) => true,
                    (Some(best), AggregateFunction::Min) => value < *best,
                    (Some(best), AggregateFunction::Max) => value > *best,
                    _ => false,
                };
                if replace {
                    *best = Some(value);
                }
            }
            Content::Series(_) => {}
        }
        true
    }

    /// The value over a window that is `partly` covered or not (docs/language.md §4, §5.3–§5.5).
    fn finish(self, partly: bool, kind: &Kind, site: Site) -> Value {
        let decided = match self.function {
            AggregateFunction::Any => Some(true),
            AggregateFunction::All | AggregateFunction::None => Some(false),
            _ => None,
        };
        if let (true, Some(truth)) = (self.decided, decided) {
            return Value::Bool(truth);
        }
        if let Some(fault) = self.fault {
            return fault;
        }
        let whole = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let counted = |count: i64| {
            if partly && !mutant(Mutant::CountAtLeastAsExact) { Value::AtLeast(count) } else { Value::Int(count) }
        };
        match (self.function, &self.content) {
            (AggregateFunction::Count | AggregateFunction::CountDistinct, Content::Count(count)) => {
                return counted(*count);
            }
            (AggregateFunction::CountDistinct, Content::Distinct(values)) => return counted(whole(values.len())),
            (AggregateFunction::MaxOverlap, Content::Series(series)) => return counted(series.most_at_once()),
            _ if partly => return Value::Missing,
            _ => {}
        }
        match (self.function, self.content) {
            (AggregateFunction::Any, _) => Value::Bool(false),
            (AggregateFunction::All | AggregateFunction::None, _) => Value::Bool(true),
            (AggregateFunction::The, Content::Distinct(values)) if values.len() == 1 => {
                values.into_iter().next().unwrap_or(Value::Missing)
            }
            (AggregateFunction::MostCommon, Content::Counted(values)) => {
                // Of equals the smallest: values come in order, and only a greater number replaces.
                let mut best: Option<(Value, u64)> = None;
                for (value, count) in values {
                    if best.as_ref().is_none_or(|(_, most)| count > *most) {
                        best = Some((value, count));
                    }
                }
                best.map_or(Value::Missing, |(value, _)| value)
            }
            (_, Content::One(best)) => best.unwrap_or(Value::Missing),
            (_, Content::Series(series)) => series.finish(kind, site),
            (AggregateFunction::Sum, Content::Values(values)) => {
                if mutant(Mutant::SumNaive) && values.iter().any(|value| matches!(value, Value::Float(_))) {
                    let numbers = values.iter().map(|value| if let Value::Float(x) = value { *x } else { 0.0 });
                    return Value::float(numbers.sum());
                }
                statistics::sum(&values, kind, site)
            }
            (AggregateFunction::Mean, Content::Values(values)) => statistics::mean(&values, kind, site),
            (AggregateFunction::Stddev, Content::Values(values)) => statistics::stddev(&values, kind, site),
            (AggregateFunction::Quantile(q), Content::Values(values)) => statistics::quantile(&values, q, kind, site),
            (AggregateFunction::List, Content::Values(values)) => Value::List(values.into()),
            _ => Value::Missing,
        }
    }
}

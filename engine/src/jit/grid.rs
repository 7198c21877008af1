//! Screens over the entities of models on a grid and its instants: from forms to passes ([`super::points`]).

use super::code::{Read, States};
use super::form::{Elements, Fact, FactRows, Form, Input, Layout, Taken};
use super::given::Given;
use super::groups::{self, Grouping};
use super::lower;
use super::pass::{Pass, PassRows, Span, place_of};
use super::points::{Part, PointFacts, PointInput, PointRoom, PointScreen, Points};
use super::screen::{Left, Screening, Served};
use crate::plan::{GroupingPlan, ModelPlan, TimelineId};
use std::collections::BTreeMap;
use std::sync::Arc;
use watchfire_dsl::program::{ColumnId, ModelId};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::EntityKey;

impl<'a> Screening<'a> {
    /// What is left to look at for each of these models on a grid. `instants`: when a model is evaluated.
    pub(super) fn over_points(
        &self,
        models: &[&'a ModelPlan],
        instants: impl Fn(ModelId) -> Vec<i64>,
        left: &mut BTreeMap<ModelId, Left>,
    ) {
        let mut all: Vec<(TimelineId, Points<'a>, Vec<Served>)> = Vec::new();
        // Those that compare entities decide when these have been compared.
        for model in models.iter().filter(|model| model.peers.is_empty()) {
            let Ok(lowered) = lower::point(self.program, self.plan, model, self.parameters) else { continue };
            let Some(population) = model.entities else { continue };
            let Some(timeline) = self.timelines.get(population.0 as usize) else { continue };
            let instants: Arc<[i64]> = instants(model.id).into();
            let is = |(id, points, _): &(TimelineId, Points<'_>, _)| *id == population && points.instants == instants;
            let new = || (population, Points::new(timeline, instants.clone()), Vec::new());
            let place = place_of(&mut all, is, new);
            let (_, points, served) = &mut all[place];
            if let Some(screen) = self.screen_of_points(model, points, &lowered.form) {
                points.screens.push(screen);
                served.push((model.id, lowered.nodes));
            }
        }
        for (_, points, served) in all {
            let entities: usize = (0..self.partitions).map(|partition| points.population.keys(partition).len()).sum();
            if served.is_empty() || entities * points.instants.len() < self.least() {
                continue;
            }
            let windows = points.windows();
            let found = self.in_partitions(|partition, room: &mut PointRoom| points.over(partition, &windows, room));
            let facts = points.screens.iter().map(|screen| screen.facts.len());
            let many = entities * points.instants.len();
            self.keep(found, served.into_iter().zip(facts), many, &points.instants, left);
        }
    }

    /// A model's screen in a pass over entities and instants; what it reads is added to the pass.
    fn screen_of_points(&self, model: &'a ModelPlan, points: &mut Points<'a>, form: &Form) -> Option<PointScreen> {
        let facts: Vec<((usize, usize), Kind)> =
            form.facts.iter().map(|fact| self.fact_of_points(model, points, fact)).collect::<Option<_>>()?;
        let places: Vec<(usize, usize)> = facts.iter().map(|(place, _)| *place).collect();
        let first = points.given.len();
        for elements in &form.elements {
            let given = self.elements(model, elements, points)?;
            points.given.push(given);
        }
        let input = |(input, _): &(Input, Layout)| match input {
            Input::Fact(place) => places.get(*place).map(|(part, fact)| PointInput::Fact(*part, *fact)),
            Input::Elements(place) => Some(PointInput::Given(first + place)),
            Input::Cell(_) | Input::Before(..) | Input::StepBefore(_) | Input::Told(_) => None,
        };
        let inputs: Vec<PointInput> = form.inputs.iter().map(input).collect::<Option<_>>()?;
        let read = |(_, layout): &(Input, Layout)| Read { layout: *layout, states: States::Doubts };
        let reads: Vec<Read> = form.inputs.iter().map(read).collect();
        let table = points.parts.iter().find_map(|part| part.pass.table());
        let (kernel, constants) = self.compiled(table, form, &reads)?;
        Some(PointScreen { kernel, constants, inputs, facts })
    }

    /// How many entities of a kind there are for each entity of a population at its instants: these are looked at as if a
    /// model were about them.
    fn elements(&self, model: &'a ModelPlan, elements: &Elements, points: &Points<'_>) -> Option<Given> {
        let timeline = self.timelines.get(elements.timeline.0 as usize)?;
        let mut own = Points::new(timeline, points.instants.clone());
        let screen = self.screen_of_points(model, &mut own, &elements.form)?;
        own.screens.push(PointScreen { facts: Vec::new(), ..screen });
        let windows = own.windows();
        let found = self.in_partitions(|partition, room: &mut PointRoom| own.over(partition, &windows, room));
        let mut given = Given::new(points.population, self.partitions);
        for (partition, left) in found.into_iter().enumerate() {
            let (keys, mut left) = (timeline.keys(partition), left?);
            let rows = left.pop()?.rows;
            for same in rows.chunk_by(|a, b| a.entity == b.entity) {
                let key = match (keys.get(same.first()?.entity as usize)?, elements.part) {
                    (EntityKey::Pair(_, second), 1) => EntityKey::Single(second.clone()),
                    (EntityKey::Pair(first, _), _) => EntityKey::Single(first.clone()),
                    (single, _) => single.clone(),
                };
                if let Some((partition, entity)) = points.population.place_of(&key) {
                    let marks = same.iter().map(|row| (row.place as usize, row.rule.is_some()));
                    given.add((partition, entity), points.instants.len(), marks)?;
                }
            }
        }
        Some(given)
    }

    /// The place of a fact in a pass over entities and instants, and of what kind it is.
    fn fact_of_points(
        &self,
        model: &'a ModelPlan,
        points: &mut Points<'a>,
        fact: &Fact,
    ) -> Option<((usize, usize), Kind)> {
        let part = match points.parts.iter().position(|part| part.rows == fact.rows) {
            Some(part) => part,
            None => {
                points.parts.push(self.part(model, fact.rows)?);
                points.parts.len() - 1
            }
        };
        let pass = &mut points.parts[part].pass;
        let filter = fact.filter.iter().flat_map(|form| &form.inputs);
        let read = filter.filter_map(|(input, _)| if let Input::Cell(column) = input { Some(*column) } else { None });
        let value =
            fact.value.iter().filter_map(|of| if let Taken::Column(column) = of { Some(*column) } else { None });
        for column in read.chain(value) {
            self.make_column(model, pass, column)?;
        }
        let fact =
            self.fact_of_pass(pass, fact, fact.window.map_or(Span::All, |window| Span::At(window, self.zone)))?;
        Some(((part, fact), pass.kind_of(fact)?))
    }

    /// What the aggregates are at these instants by which a model compares its entities with each other, those of which it can
    /// be worked out.
    pub(crate) fn facts_at(&self, model: ModelId, instants: &[i64]) -> Option<PointFacts> {
        let model = self.plan.model(model)?;
        let population = self.timelines.get(model.entities?.0 as usize)?;
        let entities: usize = (0..self.partitions).map(|partition| population.keys(partition).len()).sum();
        if !self.facts || entities * instants.len() < self.least() {
            return None;
        }
        let mut points = Points::new(population, instants.into());
        let compared = lower::compared(self.program, self.plan, model, self.parameters);
        let (mut facts, mut nodes) = (Vec::new(), Vec::new());
        for (place, fact) in compared.facts.iter().enumerate() {
            if let Some(found) = self.fact_of_points(model, &mut points, fact) {
                let own = compared.nodes.iter().filter(|(_, of)| *of == place);
                nodes.extend(own.map(|(node, _)| (*node, facts.len())));
                facts.push(found);
            }
        }
        if facts.is_empty() {
            return None;
        }
        let windows = points.windows();
        let found =
            self.in_partitions(|partition, room: &mut PointRoom| points.facts_over(partition, &windows, &facts, room));
        let partitions = found.into_iter().collect::<Option<_>>()?;
        Some(PointFacts { nodes, facts: facts.len(), instants: instants.len(), partitions })
    }

    /// The rows of a timeline, or of a derived table.
    fn part(&self, model: &'a ModelPlan, rows: FactRows) -> Option<Part<'a>> {
        let of = |timeline: TimelineId| {
            let source = self.plan.timelines.get(timeline.0 as usize)?.source;
            Some((self.timelines.get(timeline.0 as usize)?, self.pass_over(source, self.lines(source)?)))
        };
        match rows {
            FactRows::Timeline(timeline) => {
                let (timeline, pass) = of(timeline)?;
                Some(Part { rows, timeline, pass })
            }
            FactRows::Derived(source) => {
                let GroupingPlan::Per(_, Some((_, bucket))) = self.plan.derived.get(source.index())?.as_ref()?.grouping
                else {
                    return None;
                };
                let (timeline, filter) = lower::grouping(self.program, self.plan, model, self.parameters, source)?;
                let (timeline, mut pass) = of(timeline)?;
                let mask = match filter {
                    None => None,
                    Some(filter) => {
                        let mask = self.run_of_pass(&mut pass, &filter, &[])?;
                        Some(pass.mask(mask))
                    }
                };
                let spans = match pass.table()?.time_range() {
                    None => Vec::new(),
                    Some(range) => groups::spans(bucket, range, &self.zone)?,
                };
                let grouping = Grouping { source, pass, mask, spans: spans.into(), columns: Vec::new() };
                Some(Part { rows, timeline, pass: Pass::new(PassRows::Groups(Box::new(grouping)), None) })
            }
        }
    }

    /// Adds a column to a derived table's; `None`: it cannot be made.
    fn make_column(&self, model: &'a ModelPlan, pass: &mut Pass<'a>, column: ColumnId) -> Option<()> {
        let PassRows::Groups(grouping) = &mut pass.rows else { return Some(()) };
        if grouping.fact_of(column).is_none() {
            let of = (grouping.source, column);
            let fact = lower::group_column(self.program, self.plan, model, self.parameters, of)?;
            let fact = self.fact_of_pass(&mut grouping.pass, &fact, Span::All)?;
            grouping.columns.push((column, fact));
        }
        Some(())
    }
}

//! The rows about an entity that a step of a sequence chooses from, or that must be absent.

use super::{Binding, Evaluator, World};
use crate::mutant::{Mutant, mutant};
use crate::plan::{AggregateNode, Depends, FromNode, Node, NodeKind, RowsPlan, TimelineId};
use crate::table::{ALWAYS, NEVER};
use crate::timeline::RowRef;
use watchfire_dsl::program::{RowSlot, SourceId};
use watchfire_stdlib::value::{Fault, Value};

/// The rows of a step, or those that must be absent.
pub(super) struct Lane<'a> {
    pub(super) plan: &'a RowsPlan,
    pub(super) slot: RowSlot,
    pub(super) source: SourceId,
    /// The rows from which k on; one entry, unless `S of PATH` means one entity after the other. None: nobody's.
    spells: Vec<(i64, Option<&'a [RowRef]>)>,
    spell: usize,
    /// The rows at the k at hand.
    pub(super) rows: &'a [RowRef],
    pub(super) times: Vec<i64>,
    /// What was decided about each row, where that is for good.
    verdicts: Vec<Option<bool>>,
}

/// A condition of a row.
pub(super) enum Verdict {
    Yes,
    No,
    Fault(Fault),
}

/// The absence of rows.
pub(super) enum Absence {
    Absent,
    Present,
    Unknown,
    Fault(Fault),
}

impl<'a> Lane<'a> {
    pub(super) fn new(evaluator: &mut Evaluator<'a>, plan: &'a RowsPlan) -> Option<Self> {
        let aggregate = plan.aggregate()?;
        let FromNode::Rows(timeline) = aggregate.from else { return None };
        let source = evaluator.world.plan.timelines.get(timeline.0 as usize)?.source;
        let spells = evaluator.spells(aggregate, timeline);
        let (slot, rows) = (aggregate.slot, &[][..]);
        let mut lane = Self { plan, slot, source, spells, spell: 0, rows, times: Vec::new(), verdicts: Vec::new() };
        lane.turn(evaluator.world, 0);
        Some(lane)
    }

    /// There never is a row.
    pub(super) fn never(&self) -> bool {
        self.spells.iter().all(|(_, rows)| rows.is_none_or(<[RowRef]>::is_empty))
    }

    /// It is decided for good that the row at this place does not satisfy the condition.
    pub(super) fn is_out(&self, place: usize) -> bool {
        self.verdicts.get(place) == Some(&Some(false))
    }

    /// The row at this place is not looked at.
    pub(super) fn leave_out(&mut self, place: usize) {
        if let Some(verdict) = self.verdicts.get_mut(place) {
            *verdict = Some(false);
        }
    }

    /// The rows are of one entity after the other.
    pub(super) fn turns(&self) -> bool {
        self.spells.len() > 1
    }

    /// Turns to what is known at k.
    pub(super) fn turn_to(&mut self, world: World<'a>, k: i64) {
        let spell = self.spells.partition_point(|(from, _)| *from <= k).saturating_sub(1);
        if spell != self.spell {
            self.turn(world, spell);
        }
    }

    fn turn(&mut self, world: World<'a>, spell: usize) {
        self.spell = spell;
        self.rows = self.spells.get(spell).and_then(|(_, rows)| *rows).unwrap_or_default();
        self.times = self.rows.iter().map(|row| world.time(self.source, *row)).collect();
        let condition = self.plan.aggregate().and_then(|aggregate| aggregate.filter.as_ref());
        let marks = condition.and_then(|condition| world.marks.of(condition));
        self.verdicts = match marks {
            None => vec![None; self.times.len()],
            Some(marks) => {
                let own = self.plan.depends == Depends::OwnCells;
                let for_good = |row: &RowRef| marks(row.row).filter(|holds| own || !holds);
                self.rows.iter().map(for_good).collect()
            }
        };
    }

    /// It is known at the k at hand of whom the rows are.
    fn somebody(&self) -> bool {
        self.spells.get(self.spell).is_some_and(|(_, rows)| rows.is_some())
    }

    /// Each time with its rows: first k, one past the last, rows.
    fn spells(&self) -> impl Iterator<Item = (i64, i64, &'a [RowRef])> {
        let until = self.spells.iter().skip(1).map(|(from, _)| *from).chain([i64::MAX]);
        self.spells.iter().zip(until).map(|((from, rows), until)| (*from, until, rows.unwrap_or_default()))
    }

    /// Notes when a row appears, when it vanishes, and when its end becomes known, with its event time; without one, when
    /// the rows are those of another entity. `sifted`: rows that are out are not noted.
    pub(super) fn changes(&self, world: World<'a>, sifted: bool, mut note: impl FnMut(i64, Option<i64>)) {
        for (from, until, rows) in self.spells() {
            if from != ALWAYS {
                note(from, None);
            }
            for (place, row) in rows.iter().enumerate() {
                let Some(table) = world.table(self.source, *row).filter(|_| !sifted || !self.is_out(place)) else {
                    continue;
                };
                let time = Some(world.time(self.source, *row));
                let line = row.row as usize;
                let (known, known_until) = (table.known(row.row), table.known_until(row.row));
                if known >= known_until {
                    continue;
                }
                let mut note = |k: i64| {
                    if (from..until).contains(&k) {
                        note(k, time);
                    }
                };
                note(known);
                if known_until != NEVER {
                    note(known_until);
                }
                if let (Some(_), Some(end)) = (table.hidden_until, &table.until)
                    && table.visible(row.row, end[line])
                    && end[line] != NEVER
                {
                    note(end[line]);
                }
            }
        }
    }

    /// Notes the deadline of each row that is visible then, with the row's place.
    pub(super) fn ends(&self, world: World<'a>, end: impl Fn(i64) -> i64, mut note: impl FnMut(i64, usize)) {
        for (from, until, rows) in self.spells() {
            for (place, row) in rows.iter().enumerate() {
                let end = end(world.time(self.source, *row));
                if (from..until).contains(&end) && world.visible(self.source, *row, end) {
                    note(end, place);
                }
            }
        }
    }
}

/// Whether a row satisfies its condition; its variable stays bound to it.
pub(super) fn verdict<'a>(evaluator: &mut Evaluator<'a>, lane: &mut Lane<'a>, place: usize, k: i64) -> Verdict {
    evaluator.bind(lane.slot, Binding::Row { rows: lane.rows, place });
    if let Some(known) = lane.verdicts[place] {
        return if known { Verdict::Yes } else { Verdict::No };
    }
    let Some(filter) = lane.plan.aggregate().and_then(|aggregate| aggregate.filter.as_ref()) else {
        return Verdict::Yes;
    };
    evaluator.at(lane.times[place], k);
    let value = evaluator.value(filter);
    if let Value::Fault(fault) = value
        && !mutant(Mutant::FaultAsMissing)
    {
        return Verdict::Fault(fault);
    }
    if lane.plan.depends == Depends::OwnCells {
        lane.verdicts[place] = Some(value.is_true());
    }
    if value.is_true() { Verdict::Yes } else { Verdict::No }
}

/// Whether there is no row in `(from, until]`, as known at k; t is the instant from which one looks back.
pub(super) fn absent<'a>(
    evaluator: &mut Evaluator<'a>,
    lane: &mut Lane<'a>,
    (from, until): (i64, i64),
    t: i64,
    k: i64,
) -> Absence {
    let mut fault = None;
    let first = lane.times.partition_point(|time| *time <= from);
    let end = lane.times.partition_point(|time| *time <= until);
    for place in first..end {
        if !evaluator.world.visible(lane.source, lane.rows[place], k) {
            continue;
        }
        match verdict(evaluator, lane, place, k) {
            Verdict::Yes => return Absence::Present,
            Verdict::No => {}
            Verdict::Fault(found) => {
                fault.get_or_insert(found);
            }
        }
    }
    if let Some(fault) = fault {
        return Absence::Fault(fault);
    }
    if !lane.somebody() {
        return Absence::Unknown;
    }
    let world = evaluator.world;
    let uncovered = world.coverage.partly_covered(world.store, lane.source, from, until, t, k, lane.rows);
    if uncovered && !mutant(Mutant::CoverageIgnored) { Absence::Unknown } else { Absence::Absent }
}

impl<'a> Evaluator<'a> {
    /// The rows about the entity at hand that a step chooses from, as known at k.
    pub(super) fn lane_rows(&mut self, plan: &'a RowsPlan) -> Option<&'a [RowRef]> {
        let aggregate = plan.aggregate()?;
        let FromNode::Rows(timeline) = aggregate.from else { return None };
        let whose = self.whose(aggregate).ok()?;
        Some(self.rows_of(whose, timeline))
    }

    /// The rows that a step means, from which k on.
    fn spells(&mut self, aggregate: &'a AggregateNode, timeline: TimelineId) -> Vec<(i64, Option<&'a [RowRef]>)> {
        let mut spells = Vec::new();
        let mut from = ALWAYS;
        while from != NEVER {
            self.at(from, from);
            let whose = self.whose(aggregate).ok();
            spells.push((from, whose.map(|whose| self.rows_of(whose, timeline))));
            let Some((_, of)) = &aggregate.of else { break };
            from = if mutant(Mutant::PathOnce) { NEVER } else { self.next_way(of) };
        }
        spells
    }

    /// The first k after the one at hand at which a path may lead elsewhere.
    fn next_way(&mut self, path: &'a Node) -> i64 {
        match &path.kind {
            NodeKind::Component(pair, _) => self.next_way(pair),
            NodeKind::About(entity, whose, body) => {
                let first = self.next_way(whose);
                let Value::Entity(key) = self.value(whose) else { return first };
                let other = self.subject(*entity, &key);
                let this = std::mem::replace(&mut self.this, other);
                let second = self.next_way(body);
                self.this = this;
                first.min(second)
            }
            NodeKind::Aggregate(aggregate) => {
                let FromNode::Rows(timeline) = aggregate.from else { return NEVER };
                let source = self.world.plan.timelines[timeline.0 as usize].source;
                let (world, k) = (self.world, self.k);
                let known = self.rows(timeline).iter().filter_map(|row| {
                    let table = world.table(source, *row)?;
                    [table.known(row.row), table.known_until(row.row)].into_iter().filter(|change| *change > k).min()
                });
                known.min().unwrap_or(NEVER)
            }
            _ => NEVER,
        }
    }

    /// Turns to another instant, with the rows bound as they are.
    fn at(&mut self, t: i64, k: i64) {
        (self.t, self.own_t, self.k, self.this, self.frame) = (t, t, k, self.entity, 0);
        self.forget();
    }
}

//! Shares that are too large for memory, as those with an entity that has very many rows are: they are run one piece of time
//! after the other.
//!
//! ```text
//! rows of a share   ●●│●●│●●│●●│●●│●●│●●│●●│●●►  time     slices: in files of their own, by time
//! first piece       └────────┘                            some slices, evaluated
//! second piece            └──┴────────┘                   and those before them that models look back at
//! ```
//!
//! What was found in one piece says what is quiet in the next, and what failed there is not looked at again: together
//! they give what the share would have given as a whole. Only tables are cut of which older rows do not matter
//! ([`Plan::lookbacks`]); of others each piece has all.

use super::division::Group;
use super::{Cuts, Divided, LEAST, MOST, UNEVEN, budget};
use crate::ingest::{ByTime, Part};
use crate::plan::Plan;
use crate::run::execute::Stopped;
use crate::run::outcome::Outcome;
use crate::run::{RunError, RunOptions};
use crate::sources::{Input, Sources};
use std::collections::BTreeMap;
use std::path::Path;
use watchfire_dsl::program::{ColumnId, SourceId, SourceKind, SourceTime};
use watchfire_stdlib::value::DAY_MICROS;

/// So many instants say where slices begin.
const SAMPLE: usize = 1 << 16;
/// Slices of a piece, where files are not too many: the more, the less of what lies before it is read once more.
const SLICES: usize = 8;
/// What a row of one entity takes while facts about it are worked out, all of them together.
const SCRATCH: u64 = 128;

/// A share in pieces of time.
#[derive(Debug)]
pub(super) struct Pieces {
    /// Where the second slice begins, and each after it.
    bounds: Vec<i64>,
    /// How many slices a piece has.
    slices: usize,
    /// By table: the parts of each slice, and how long before an evaluation rows matter.
    tables: BTreeMap<SourceId, (Vec<Vec<Part>>, i64)>,
}

impl Pieces {
    /// The parts of a table, slice after slice.
    pub(super) fn of(&self, table: SourceId) -> Option<&[Vec<Part>]> {
        self.tables.get(&table).map(|(parts, _)| &parts[..])
    }

    /// How many there are.
    pub(super) fn many(&self) -> usize {
        (self.bounds.len() + 1).div_ceil(self.slices)
    }

    /// What of a range lies in a piece; `None`: nothing.
    fn range(&self, piece: usize, (from, to): (i64, i64)) -> Option<(i64, i64)> {
        let begin = |piece: usize| self.bounds.get((piece * self.slices).checked_sub(1)?).copied();
        let first = begin(piece).map_or(from, |begin| begin.max(from));
        let last = begin(piece + 1).map_or(to, |next| next.saturating_sub(1).min(to));
        (first <= last).then_some((first, last))
    }

    /// The parts of a table that evaluations between two instants look at.
    fn parts(&self, table: SourceId, (from, to): (i64, i64)) -> Vec<Part> {
        let Some((parts, lookback)) = self.tables.get(&table) else { return Vec::new() };
        let slice_of = |time: i64| self.bounds.partition_point(|bound| *bound <= time);
        let (first, last) = (slice_of(from.saturating_sub(*lookback)), slice_of(to.saturating_add(DAY_MICROS)));
        parts[first..=last].iter().flatten().cloned().collect()
    }
}

impl Divided<'_> {
    /// The shares of groups that are too large, in pieces.
    pub(super) fn too_large(&self, cuts: &Cuts, folder: &Path) -> Result<BTreeMap<(usize, usize), Pieces>, RunError> {
        let mut found = BTreeMap::new();
        let program = self.request.package.program();
        let parameters = self.request.options.parameters(program).map_err(RunError::Options)?;
        for (number, group) in self.groups.iter().enumerate() {
            let plan = Plan::new(program, &group.models);
            let lookbacks = match plan.running().all(|model| model.sequence.is_none()) {
                true => plan.lookbacks(program, &parameters),
                false => BTreeMap::new(),
            };
            for share in 0..self.shares {
                if let Some(pieces) = self.pieces_of((group, share), (&plan, &lookbacks), cuts, folder)? {
                    found.insert((number, share), pieces);
                }
            }
        }
        Ok(found)
    }

    /// A share in pieces; `None`: it is not too large, or models look further back.
    fn pieces_of(
        &self,
        (group, share): (&Group, usize),
        (plan, lookbacks): (&Plan, &BTreeMap<SourceId, i64>),
        cuts: &Cuts,
        folder: &Path,
    ) -> Result<Option<Pieces>, RunError> {
        // Bytes of tables that are cut in time, and of others.
        let (mut timed, mut others) = (Vec::new(), 0);
        for (table, columns) in plan.reads.iter().enumerate() {
            let Some(id) = u32::try_from(table).ok().map(SourceId).filter(|_| columns.is_some()) else { continue };
            let bytes = self.tables_bytes.get(&id).copied().unwrap_or(0);
            let by = group.cut.get(&id);
            match by.and_then(|by| cuts.get(&(id, *by))) {
                None => others += bytes,
                Some(parts) => {
                    let rows = |parts: &[Part]| parts.iter().map(|part| part.rows as u64).sum::<u64>();
                    let all: u64 = parts.iter().map(|parts| rows(parts)).sum();
                    let own = rows(&parts[share]);
                    let bytes = (u128::from(bytes) * u128::from(own) / u128::from(all.max(1))) as u64;
                    match self.by_time(id, folder).filter(|by_time| own > 0 && by_time.can_cut()) {
                        Some(by_time) if lookbacks.contains_key(&id) => {
                            timed.push((id, by_time, &parts[share], (own, bytes)));
                        }
                        _ => others += bytes,
                    }
                }
            }
        }
        let all: u64 = timed.iter().map(|(.., (_, bytes))| bytes).sum();
        let scratch: u64 = timed.iter().map(|(.., (rows, _))| rows * SCRATCH).sum();
        let Some((_, by_time, parts, _)) = timed.iter().max_by_key(|(.., (_, bytes))| *bytes) else { return Ok(None) };
        if all + others + budget::BASE <= self.budget {
            return Ok(None);
        }
        let left = self.budget.saturating_sub(budget::BASE + others).max(self.budget / 8).max(1);
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small number")]
        let many =
            (((all + scratch) as f64 * UNEVEN / left as f64).ceil() as u64).min(all / LEAST).clamp(2, MOST) as usize;
        let slices = (MOST as usize / many).clamp(1, SLICES);
        let bounds = self.bounds(by_time, parts, many * slices)?;
        if bounds.is_empty() {
            return Ok(None);
        }
        let mut tables = BTreeMap::new();
        for (id, by_time, parts, _) in timed {
            let mut slices = vec![Vec::new(); bounds.len() + 1];
            for part in parts {
                let cut = by_time.cut(part, &bounds).map_err(|errors| self.error(errors))?;
                slices.iter_mut().zip(cut).for_each(|(slice, part)| slice.extend(part));
            }
            tables.insert(id, (slices, lookbacks[&id]));
        }
        Ok(Some(Pieces { bounds, slices, tables }))
    }

    fn by_time<'f>(&'f self, table: SourceId, folder: &'f Path) -> Option<ByTime<'f>> {
        let program = self.request.package.program();
        let source = program.sources.get(table.index())?;
        let SourceKind::Table(declared) = &source.kind else { return None };
        let SourceTime::Events { at } = declared.time else { return None };
        Some(ByTime { program, source, at, folder, threads: self.request.options.threads() })
    }

    /// Where slices begin that have about as many rows each.
    fn bounds(&self, by_time: &ByTime<'_>, parts: &[Part], many: usize) -> Result<Vec<i64>, RunError> {
        let rows: usize = parts.iter().map(|part| part.rows).sum();
        let mut times = Vec::new();
        for part in parts {
            times.extend(by_time.times(part, rows / SAMPLE).map_err(|errors| self.error(errors))?);
        }
        times.sort_unstable();
        let mut bounds: Vec<i64> =
            (1..many).filter_map(|slice| times.get(slice * times.len() / many).copied()).collect();
        bounds.dedup();
        Ok(bounds)
    }

    /// Runs the models of a group over a share in pieces.
    pub(super) fn in_pieces(
        &self,
        (group, share): (&Group, usize),
        pieces: &Pieces,
        cuts: &Cuts,
        known: (i64, i64),
        progress: &(dyn Fn(f64) + Sync),
    ) -> Result<Outcome, RunError> {
        let options = self.request.options;
        let range = (options.from.unwrap_or(known.0), options.to.unwrap_or(known.1));
        let mut all = Outcome::default();
        let mut stopped = Stopped::new();
        let mut silences = options.silences.clone();
        for piece in 0..pieces.many() {
            let Some((from, to)) = pieces.range(piece, range) else { continue };
            let mut sources = self.share_of_sources(cuts, &group.cut, share);
            for table in pieces.tables.keys() {
                self.put(&mut sources, *table, pieces.parts(*table, (from, to)));
            }
            let own = RunOptions { from: Some(from), to: Some(to), silences, ..options.clone() };
            #[expect(clippy::cast_precision_loss, reason = "a share from 0 to 1")]
            let progress = |part: f64| progress((piece as f64 + part) / pieces.many() as f64);
            let mut outcome = self.run((group, share), &sources, &own, (Some(known), &stopped), &progress)?;
            for (failure, _) in &outcome.failures {
                stopped.entry(failure.model).or_default().insert(failure.entity.clone());
            }
            silences = std::mem::take(&mut outcome.silences);
            all.add(outcome);
        }
        all.silences = silences;
        all.range = (range.0 <= range.1).then_some(range);
        Ok(all)
    }

    /// Gives sources other rows of a table.
    pub(super) fn put(&self, sources: &mut Sources, table: SourceId, parts: Vec<Part>) {
        let name = &self.request.package.program().sources[table.index()].name;
        sources.inputs.insert(name.clone(), Input::Share(parts));
    }
}

/// The slices in which a table that is cut by a column is surveyed.
pub(super) fn surveyed<'p>(
    groups: &[Group],
    pieces: &'p BTreeMap<(usize, usize), Pieces>,
    (table, by): (SourceId, ColumnId),
    share: usize,
) -> Option<&'p [Vec<Part>]> {
    let own = pieces.iter().filter(|((group, of), _)| *of == share && groups[*group].cut.get(&table) == Some(&by));
    own.filter_map(|(_, pieces)| pieces.of(table)).next()
}

//! Timelines: for each entity, its rows in row order.
//!
//! A timeline belongs to a source (or union) and the columns that say what its rows are about: one column, or two for a
//! pair. It is cut into *partitions* by a fixed hash of the canonical key ([`partition_of`]), and made of compressed sparse
//! rows: keys by partition and then in order, an offset for each key, and the rows.
//!
//! ```text
//! keys     A       B          C          one partition after the other
//! offsets  0       2          3       6
//! rows     a₁ a₂   b₁   c₁ c₂ c₃         each entity's rows in row order
//! ```
//!
//! Rows are references into the tables: of a union, the part's number and the row in it, merged by event time, part
//! and row (docs/language.md §1.5). All versions are in it; who reads asks [`Table::visible`].
//!
//! Tables lie as they came, so this is where rows get their order: a counting sort by entity, and then small sorts, each
//! of the rows about one entity.

use crate::fast::FastMap;
use crate::run::parallel::in_parallel;
use crate::table::{ALWAYS, Column, ColumnData, Store, Table, ranked};
use polars_arrow::bitmap::Bitmap;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use watchfire_dsl::program::{ColumnId, ExprKind, Program, SourceId, SourceKind};
use watchfire_stdlib::value::EntityKey;

/// A row of a source: which part of a union (0 for a table), and the row in the part's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct RowRef {
    /// Index in the union's parts; 0 for a table.
    pub(crate) part: u16,
    /// Row in the part's table.
    pub(crate) row: u32,
}

/// The partition of an entity, the same on every machine and in every version: the first eight bytes (little endian)
/// of BLAKE3 over the key, modulo the number of partitions. A pair is hashed as the length of its first key (eight
/// bytes, little endian), the first key, the second key.
pub(crate) fn partition_of(key: &EntityKey, partitions: usize) -> usize {
    (hash_of(key) % partitions.max(1) as u64) as usize
}

/// The share of an entity, where data is divided. It says nothing about the partition.
pub(crate) fn share_of(key: &EntityKey, shares: usize) -> usize {
    ((hash_of(key) >> 32) % shares.max(1) as u64) as usize
}

fn hash_of(key: &EntityKey) -> u64 {
    let hash = match key {
        EntityKey::Single(text) => blake3::hash(text.as_bytes()),
        EntityKey::Pair(first, second) => {
            let mut hasher = blake3::Hasher::new();
            hasher.update(&(first.len() as u64).to_le_bytes());
            hasher.update(first.as_bytes());
            hasher.update(second.as_bytes());
            hasher.finalize()
        }
    };
    let mut head = [0; 8];
    head.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(head)
}

/// The rows of one source, by entity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Timeline {
    /// Where in `keys` each partition begins, and the last one ends.
    shards: Vec<usize>,
    /// By partition, then by key.
    keys: Vec<EntityKey>,
    /// Where in `rows` those of each key begin, and the last one's end.
    offsets: Vec<usize>,
    rows: Vec<RowRef>,
    /// By row its event time; empty: some have none.
    times: Vec<i64>,
    /// By key: earliest known-at among all versions of the entity's rows.
    first_known: Vec<i64>,
    /// By code of the one column that says what rows are about: the place of its key.
    places: Vec<u32>,
    /// Not all rows of the source are in it.
    is_part: bool,
}

/// Where a row lies in a timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RowPlace {
    pub(crate) partition: usize,
    /// The place of the entity in its partition.
    pub(crate) entity: usize,
    /// The place of the row among those about the entity.
    pub(crate) place: usize,
}

/// The code of a row that is about nobody.
const NOBODY: u32 = u32::MAX;

impl Timeline {
    /// The rows about an entity, every version, in row order; empty if there are none.
    pub(crate) fn rows_of(&self, key: &EntityKey) -> &[RowRef] {
        let found = self.place_of(key).and_then(|(partition, place)| self.entry(partition, place));
        found.map_or(&[], |(_, rows)| rows)
    }

    /// For each entity of a partition, in the order of [`Timeline::entries`]: the instant at which the first row about it, any
    /// version, is known.
    pub(crate) fn all_first_known(&self, partition: usize) -> &[i64] {
        &self.first_known[self.shard(partition)]
    }

    /// The entities of a partition by key, each with its rows.
    pub(crate) fn entries(&self, partition: usize) -> impl Iterator<Item = (&EntityKey, &[RowRef])> {
        self.shard(partition).map(|place| (&self.keys[place], self.rows_at(place)))
    }

    /// The rows of a partition; there are no times where some have none.
    pub(crate) fn rows_in(&self, partition: usize) -> Option<Strip<'_>> {
        let offsets = self.offsets.get(self.shards.get(partition).copied()?..=*self.shards.get(partition + 1)?)?;
        let all = *offsets.first()?..*offsets.last()?;
        Some(Strip { rows: self.rows.get(all.clone())?, times: self.times.get(all).unwrap_or_default(), offsets })
    }

    /// The rows of a partition with their times; `None`: they have none.
    pub(crate) fn strip(&self, partition: usize) -> Option<Strip<'_>> {
        self.rows_in(partition).filter(|strip| strip.times.len() == strip.rows.len())
    }

    /// How many rows of a partition, of this table, trigger in `(after, until]`.
    pub(crate) fn count_triggers(&self, table: &Table, partition: usize, (after, until): (i64, i64)) -> u64 {
        let within = |known: i64| after < known && known <= until;
        let count = match self.strip(partition) {
            // Rows that become known at their time, and stay.
            Some(strip) if table.known_until.is_none() && table.known_in_time() => {
                strip.times.iter().filter(|time| within(**time)).count()
            }
            _ => {
                let all = self.entries(partition).flat_map(|(_, rows)| rows);
                all.filter(|row| within(table.known(row.row)) && table.triggers(row.row)).count()
            }
        };
        count as u64
    }

    /// Whether not all rows of the source are in it.
    pub(crate) fn is_part(&self) -> bool {
        self.is_part
    }

    /// The entities of a partition.
    pub(crate) fn keys(&self, partition: usize) -> &[EntityKey] {
        &self.keys[self.shard(partition)]
    }

    /// An entity's partition, and its place there.
    pub(crate) fn place_of(&self, key: &EntityKey) -> Option<(usize, usize)> {
        let partition = partition_of(key, self.shards.len().saturating_sub(1));
        Some((partition, self.keys.get(self.shard(partition))?.binary_search(key).ok()?))
    }

    /// Where a row of its table lies; `None`: it is about nobody.
    pub(crate) fn find(&self, table: &Table, by: &[ColumnId], row: u32) -> Option<RowPlace> {
        let of = |column: &ColumnId| Some((table.column(*column)?, row as usize));
        let (partition, entity) = match by {
            [column] => match of(column)? {
                (column @ Column { data: ColumnData::Entity(codes, _), .. }, row) if column.is_valid(row) => {
                    let place = *self.places.get(codes[row] as usize)? as usize;
                    let partition = self.shards.partition_point(|start| *start <= place) - 1;
                    (partition, place - self.shards[partition])
                }
                _ => return None,
            },
            [first, second] => {
                let part = |column: &ColumnId| of(column).and_then(|(column, row)| column.entity(row));
                match (part(first)?, part(second)?) {
                    (EntityKey::Single(first), EntityKey::Single(second)) => {
                        self.place_of(&EntityKey::Pair(first.clone(), second.clone()))?
                    }
                    _ => return None,
                }
            }
            _ => return None,
        };
        let place = self.shards[partition] + entity;
        let all = self.offsets[place]..self.offsets[place + 1];
        let (rows, times) = (self.rows.get(all.clone())?, self.times.get(all)?);
        let from = times.partition_point(|time| *time < table.time(row).unwrap_or(ALWAYS));
        let place = from + rows[from..].iter().position(|other| other.row == row)?;
        Some(RowPlace { partition, entity, place })
    }

    /// The entity at a place of a partition, with its rows.
    pub(crate) fn entry(&self, partition: usize, place: usize) -> Option<(&EntityKey, &[RowRef])> {
        let place = self.shard(partition).nth(place)?;
        Some((&self.keys[place], self.rows_at(place)))
    }

    /// Where a partition's keys are.
    fn shard(&self, partition: usize) -> Range<usize> {
        match self.shards.get(partition..partition + 2) {
            Some(&[start, end]) => start..end,
            _ => 0..0,
        }
    }

    fn rows_at(&self, place: usize) -> &[RowRef] {
        &self.rows[self.offsets[place]..self.offsets[place + 1]]
    }

    /// Orders the rows of a source by entity, or of a table `only` these. Rows in which a column of `by` is missing are about
    /// none and left out.
    pub(crate) fn build(
        program: &Program,
        store: &Store,
        (source, by): (SourceId, &[ColumnId]),
        only: Option<&[u32]>,
        partitions: usize,
        threads: usize,
    ) -> Timeline {
        Self::build_in(program, store, (source, by), only, (partitions, threads), &mut Vec::new())
    }

    /// The same in room that others have used.
    pub(crate) fn build_in(
        program: &Program,
        store: &Store,
        (source, by): (SourceId, &[ColumnId]),
        only: Option<&[u32]>,
        (partitions, threads): (usize, usize),
        room: &mut Vec<Spread>,
    ) -> Timeline {
        let mut found: Vec<Part<'_>> = Vec::new();
        for (part, (table, columns)) in parts(program, source, by).into_iter().enumerate() {
            if let (Some(table), Some(columns)) = (store.table(table), columns) {
                let (codes, valid, keys) = codes(table, &columns);
                found.push(Part { part: part as u16, table, codes, valid, keys, only });
            }
        }
        let keys = common_keys(&mut found);
        let mut timeline = Timeline::with_room(&found, &keys, partitions.max(1));
        timeline.is_part = only.is_some();
        match &found[..] {
            [only] => timeline.order(only, threads, room),
            parts => timeline.merge(parts),
        }
        timeline
    }

    /// A timeline of the entities that rows are about, with room for the rows.
    fn with_room(parts: &[Part<'_>], keys: &[EntityKey], partitions: usize) -> Timeline {
        let mut counts = vec![0_u32; keys.len()];
        parts.iter().for_each(|part| part.each(|code, _| counts[code as usize] += 1));
        let mut shards: Vec<Vec<usize>> = vec![Vec::new(); partitions];
        for code in (0..keys.len()).filter(|code| counts[*code] > 0) {
            shards[partition_of(&keys[code], partitions)].push(code);
        }
        let mut timeline = Timeline { shards: vec![0], offsets: vec![0], ..Timeline::default() };
        timeline.places = vec![NOBODY; keys.len()];
        let mut end = 0;
        for shard in shards {
            for code in shard {
                end += counts[code] as usize;
                timeline.places[code] = timeline.keys.len() as u32;
                timeline.keys.push(keys[code].clone());
                timeline.offsets.push(end);
            }
            timeline.shards.push(timeline.keys.len());
        }
        timeline
    }

    /// Takes up the rows of a table: first by partition, so that what follows stays in the processor's cache; then in each
    /// partition by entity, and about each entity in order.
    fn order(&mut self, part: &Part<'_>, threads: usize, spread: &mut Vec<Spread>) {
        let (table, key) = (part.table, part.table.key());
        let mut partitions = vec![0_u32; self.keys.len()];
        let mut cursors = Vec::with_capacity(self.shards.len());
        for (partition, shard) in self.shards.windows(2).enumerate() {
            partitions[shard[0]..shard[1]].fill(partition as u32);
            cursors.push(self.offsets[shard[0]]);
        }
        let many = self.offsets.last().copied().unwrap_or_default();
        if spread.len() < many {
            *spread = vec![Spread::default(); many];
        }
        part.each(|code, row| {
            let entity = self.places[code as usize];
            let cursor = &mut cursors[partitions[entity as usize] as usize];
            spread[*cursor] = Spread { key: key(row), row, entity };
            *cursor += 1;
        });
        self.rows = vec![RowRef { part: part.part, row: 0 }; many];
        self.times = vec![0; if table.time.is_some() { many } else { 0 }];
        let (mut rows, mut times) = (&mut self.rows[..], &mut self.times[..]);
        let mut pieces = Vec::with_capacity(cursors.len());
        for shard in self.shards.windows(2) {
            let (first, offsets) = (shard[0], &self.offsets[shard[0]..=shard[1]]);
            let all = offsets[0]..offsets[offsets.len() - 1];
            let (own_rows, own_times);
            (own_rows, rows) = rows.split_at_mut(all.len());
            (own_times, times) = times.split_at_mut(all.len().min(times.len()));
            pieces.push(Mutex::new(Piece { first, offsets, spread: &spread[all], rows: own_rows, times: own_times }));
        }
        let rooms: Mutex<Vec<Vec<(i64, u32)>>> = Mutex::default();
        let lock = || rooms.lock().unwrap_or_else(PoisonError::into_inner);
        in_parallel(threads, pieces.len(), |piece| {
            let mut room = lock().pop().unwrap_or_default();
            pieces[piece].lock().unwrap_or_else(PoisonError::into_inner).order(table, &mut room);
            lock().push(room);
        });
        drop(pieces);
        self.find_first_known(|row| (table, row.row));
    }

    /// When the first row about each entity is known; `line`: the table of a row, and its line there.
    fn find_first_known<'t>(&mut self, line: impl Fn(&RowRef) -> (&'t Table, u32)) {
        let first = |rows: &[usize]| {
            let known = |row: &RowRef| {
                let (table, row) = line(row);
                table.known(row)
            };
            let rows = &self.rows[rows[0]..rows[1]];
            // Rows that become known at their time are in that order.
            match rows.first() {
                Some(row) if line(row).0.known_in_time() && !self.times.is_empty() => known(row),
                _ => rows.iter().map(known).min().unwrap_or(i64::MAX),
            }
        };
        self.first_known = self.offsets.windows(2).map(first).collect();
    }

    /// Puts each entity's rows in the order of a union.
    fn merge(&mut self, parts: &[Part<'_>]) {
        let mut next = self.offsets.clone();
        self.rows = vec![RowRef { part: 0, row: 0 }; self.offsets.last().copied().unwrap_or_default()];
        for part in parts {
            part.each(|code, row| {
                let next = &mut next[self.places[code as usize] as usize];
                self.rows[*next] = RowRef { part: part.part, row };
                *next += 1;
            });
        }
        // Codes are those of all parts together: rows are not found by those of their own.
        self.places.clear();
        let table = |row: &RowRef| parts.iter().find(|part| part.part == row.part).map(|part| part.table);
        let time = |row: &RowRef| table(row).and_then(|table| table.time(row.row)).unwrap_or(ALWAYS);
        for place in 0..self.keys.len() {
            let rows = &mut self.rows[self.offsets[place]..self.offsets[place + 1]];
            for rows in rows.chunk_by_mut(|a, b| a.part == b.part) {
                let Some(table) = rows.first().and_then(table) else { continue };
                let key = table.key();
                let mut keyed: Vec<(i64, RowRef)> = rows.iter().map(|row| (key(row.row), *row)).collect();
                table.sort(&mut keyed, |row| row.row);
                rows.iter_mut().zip(keyed).for_each(|(row, (_, sorted))| *row = sorted);
            }
            // Rows of one part and time stay in their order.
            rows.sort_by_key(|row| (time(row), row.part));
        }
        let at = |row: &RowRef| parts.iter().position(|part| part.part == row.part).unwrap_or_default();
        self.find_first_known(|row| (parts[at(row)].table, row.row));
        if parts.iter().all(|part| part.table.time.is_some()) {
            self.times = self.rows.iter().map(time).collect();
        }
    }
}

/// The rows of a table in a partition: entity after entity, each one's in row order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Strip<'a> {
    pub(crate) rows: &'a [RowRef],
    /// Their event times.
    pub(crate) times: &'a [i64],
    offsets: &'a [usize],
}

impl Strip<'_> {
    /// How many entities there are.
    pub(crate) fn entities(&self) -> usize {
        self.offsets.len().saturating_sub(1)
    }

    /// Entities, a few at a time: together they have at most so many rows, unless one has more.
    pub(crate) fn morsels(&self, rows: usize) -> impl Iterator<Item = Range<usize>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let first = next;
            let start = (first < self.entities()).then(|| self.of(first).start)?;
            while next < self.entities() && (next == first || self.of(next).end - start <= rows) {
                next += 1;
            }
            Some(first..next)
        })
    }

    /// Where the rows of the n-th entity lie.
    pub(crate) fn of(&self, entity: usize) -> Range<usize> {
        let start = self.offsets.first().copied().unwrap_or_default();
        self.offsets[entity] - start..self.offsets[entity + 1] - start
    }
}

/// A row on its way to its entity: what it is sorted by, and the entity's place among the keys.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spread {
    key: i64,
    row: u32,
    entity: u32,
}

/// A partition that is put in order.
struct Piece<'a> {
    /// The place of its first key.
    first: usize,
    offsets: &'a [usize],
    spread: &'a [Spread],
    rows: &'a mut [RowRef],
    times: &'a mut [i64],
}

impl Piece<'_> {
    /// Counting sort by entity, then small sorts, each of the rows about one.
    fn order(&mut self, table: &Table, room: &mut Vec<(i64, u32)>) {
        let start = self.offsets[0];
        let mut next: Vec<usize> = self.offsets.iter().map(|offset| offset - start).collect();
        room.clear();
        room.resize(self.spread.len(), (0, 0));
        for Spread { key, row, entity } in self.spread {
            let next = &mut next[*entity as usize - self.first];
            room[*next] = (*key, *row);
            *next += 1;
        }
        for pair in self.offsets.windows(2).filter(|pair| pair[1] - pair[0] > 1) {
            table.sort(&mut room[pair[0] - start..pair[1] - start], |row| *row);
        }
        for (place, (key, row)) in room.iter().enumerate() {
            self.rows[place].row = *row;
            if let Some(time) = self.times.get_mut(place) {
                *time = *key;
            }
        }
    }
}

/// A table of a source: for each row the code of the entity that it is about, and the entities, sorted.
struct Part<'a> {
    part: u16,
    table: &'a Table,
    codes: Cow<'a, [u32]>,
    valid: Option<&'a Bitmap>,
    keys: Cow<'a, [EntityKey]>,
    /// The rows that matter, where not all do.
    only: Option<&'a [u32]>,
}

impl Part<'_> {
    /// Calls with each row about somebody: whose code, and the row.
    fn each(&self, mut call: impl FnMut(u32, u32)) {
        if let Some(only) = self.only {
            for row in only {
                let code = self.codes[*row as usize];
                if code != NOBODY && self.valid.is_none_or(|valid| valid.get_bit(*row as usize)) {
                    call(code, *row);
                }
            }
            return;
        }
        let rows = self.codes.iter().copied().zip(0..).filter(|(code, _)| *code != NOBODY);
        match self.valid {
            None => rows.for_each(|(code, row)| call(code, row)),
            Some(valid) => rows.filter(|(_, row)| valid.get_bit(*row as usize)).for_each(|(code, row)| call(code, row)),
        }
    }
}

/// How many rows of a table are about somebody and trigger in `(after, until]`.
pub(crate) fn count_triggers(table: &Table, by: &[ColumnId], (after, until): (i64, i64)) -> u64 {
    let valid: Option<Vec<&Column>> = by.iter().map(|column| table.column(*column)).collect();
    let Some(columns) = valid else { return 0 };
    let triggers = |row: &u32| {
        let known = table.known(*row);
        after < known
            && known <= until
            && table.triggers(*row)
            && columns.iter().all(|column| column.is_valid(*row as usize))
    };
    (0..table.rows as u32).filter(triggers).count() as u64
}

/// All entities, sorted; the parts' codes become codes of these.
fn common_keys<'a>(parts: &mut [Part<'a>]) -> Cow<'a, [EntityKey]> {
    match parts {
        [] => return Cow::default(),
        [one] => return std::mem::take(&mut one.keys),
        _ => {}
    }
    let mut all: Vec<EntityKey> = parts.iter().flat_map(|part| part.keys.iter().cloned()).collect();
    all.sort_unstable();
    all.dedup();
    for part in parts {
        let places: Vec<u32> =
            part.keys.iter().map(|key| all.binary_search(key).map_or(NOBODY, |place| place as u32)).collect();
        for code in part.codes.to_mut() {
            *code = places.get(*code as usize).copied().unwrap_or(NOBODY);
        }
    }
    Cow::Owned(all)
}

/// The tables behind a source: itself, or a union's parts.
pub(crate) fn part_tables(program: &Program, source: SourceId) -> Vec<SourceId> {
    match &program.sources[source.index()].kind {
        SourceKind::Table(_) | SourceKind::Edges { .. } => vec![source],
        SourceKind::Derived(_) => Vec::new(),
        SourceKind::Union(parts) => parts.iter().map(|part| part.source).collect(),
    }
}

/// The tables behind a source, each with the columns there that `by` stands for; `None` where a union computes one of
/// them, so that no row of the part can be found by it.
pub(crate) fn parts(program: &Program, source: SourceId, by: &[ColumnId]) -> Vec<(SourceId, Option<Vec<ColumnId>>)> {
    match &program.sources[source.index()].kind {
        SourceKind::Table(_) | SourceKind::Edges { .. } => vec![(source, Some(by.to_vec()))],
        SourceKind::Derived(_) => Vec::new(),
        SourceKind::Union(parts) => parts
            .iter()
            .map(|part| {
                let plain = |column: &ColumnId| match part.columns.get(column.index()).map(|value| &value.kind) {
                    Some(ExprKind::Column { row, column, .. }) if row.is_own() => Some(*column),
                    _ => None,
                };
                (part.source, by.iter().map(plain).collect())
            })
            .collect(),
    }
}

/// For each row the code of the entity it is about, which rows are about any if not all, and the entities, sorted.
type Codes<'a> = (Cow<'a, [u32]>, Option<&'a Bitmap>, Cow<'a, [EntityKey]>);

fn codes<'a>(table: &'a Table, by: &[ColumnId]) -> Codes<'a> {
    let none = || (Cow::Owned(vec![NOBODY; table.rows]), None, Cow::default());
    match by {
        [column] => match table.column(*column) {
            Some(Column { data: ColumnData::Entity(codes, keys), valid }) => {
                (Cow::Borrowed(&codes[..]), valid.as_ref(), Cow::Borrowed(&keys[..]))
            }
            _ => none(),
        },
        [first, second] => {
            let part = |column: ColumnId| {
                let (codes, valid, keys) = codes(table, &[column]);
                let there = |row: usize| valid.is_none_or(|valid| valid.get_bit(row));
                let codes = codes.iter().enumerate().map(|(row, code)| if there(row) { *code } else { NOBODY });
                (codes.collect::<Vec<u32>>(), keys)
            };
            let ((left, left_keys), (right, right_keys)) = (part(*first), part(*second));
            let mut known: FastMap<(u32, u32), u32> = FastMap::default();
            let mut pairs: Vec<(u32, u32)> = Vec::new();
            let code = |(left, right): (&u32, &u32)| {
                if *left == NOBODY || *right == NOBODY {
                    return NOBODY;
                }
                *known.entry((*left, *right)).or_insert_with(|| {
                    pairs.push((*left, *right));
                    pairs.len() as u32 - 1
                })
            };
            let unordered = left.iter().zip(&right).map(code).collect();
            let (codes, pairs) = ranked(unordered, pairs);
            let single = |key: &EntityKey| match key {
                EntityKey::Single(text) | EntityKey::Pair(text, _) => text.clone(),
            };
            let pair = |(left, right): &(u32, u32)| {
                EntityKey::Pair(single(&left_keys[*left as usize]), single(&right_keys[*right as usize]))
            };
            (Cow::Owned(codes), None, pairs.iter().map(pair).collect())
        }
        _ => none(),
    }
}

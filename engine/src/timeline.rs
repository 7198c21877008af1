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

use crate::fast::FastMap;
use crate::table::{ALWAYS, Column, ColumnData, Store, Table, ranked};
use std::borrow::Cow;
use std::ops::Range;
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
    (u64::from_le_bytes(head) % partitions.max(1) as u64) as usize
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
    /// By key: earliest known-at among all versions of the entity's rows.
    first_known: Vec<i64>,
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

    /// The rows of a partition, and where those about each entity are among them.
    pub(crate) fn ranges(&self, partition: usize) -> (&[RowRef], impl Iterator<Item = Range<usize>>) {
        let shard = self.shard(partition);
        let offset = |place: usize| self.offsets.get(place).copied().unwrap_or_default();
        let (start, end) = (offset(shard.start), offset(shard.end));
        (&self.rows[start..end], shard.map(move |place| offset(place) - start..offset(place + 1) - start))
    }

    /// An entity's partition, and its place there.
    pub(crate) fn place_of(&self, key: &EntityKey) -> Option<(usize, usize)> {
        let partition = partition_of(key, self.shards.len().saturating_sub(1));
        Some((partition, self.keys.get(self.shard(partition))?.binary_search(key).ok()?))
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

    /// Orders the rows of a source by entity. Rows in which a column of `by` is missing are about none and left out.
    pub(crate) fn build(
        program: &Program,
        store: &Store,
        source: SourceId,
        by: &[ColumnId],
        partitions: usize,
    ) -> Timeline {
        let mut found: Vec<Part<'_>> = Vec::new();
        for (part, (table, columns)) in parts(program, source, by).into_iter().enumerate() {
            if let (Some(table), Some(columns)) = (store.table(table), columns) {
                let (codes, keys) = codes(table, &columns);
                found.push(Part { part: part as u16, table, codes, keys });
            }
        }
        let keys = common_keys(&mut found);
        let mut timeline = Timeline::of_parts(&found, &keys, partitions.max(1));
        if found.len() > 1 {
            timeline.merge(&found);
        }
        timeline
    }

    /// Counting sort of the rows by the code of their entity; rows keep their order.
    fn of_parts(parts: &[Part<'_>], keys: &[EntityKey], partitions: usize) -> Timeline {
        let mut counts = vec![0_usize; keys.len()];
        let mut known = vec![i64::MAX; keys.len()];
        for part in parts {
            for (code, first) in part.codes.iter().zip(&part.table.known).filter(|(code, _)| **code != NOBODY) {
                counts[*code as usize] += 1;
                let known = &mut known[*code as usize];
                *known = (*first).min(*known);
            }
        }
        let mut shards: Vec<Vec<usize>> = vec![Vec::new(); partitions];
        for code in (0..keys.len()).filter(|code| counts[*code] > 0) {
            shards[partition_of(&keys[code], partitions)].push(code);
        }
        let mut timeline = Timeline { shards: vec![0], offsets: vec![0], ..Timeline::default() };
        let mut end = 0;
        // From here on a code's count is where its next row goes.
        for shard in shards {
            for code in shard {
                end += std::mem::replace(&mut counts[code], end);
                timeline.keys.push(keys[code].clone());
                timeline.offsets.push(end);
                timeline.first_known.push(known[code]);
            }
            timeline.shards.push(timeline.keys.len());
        }
        timeline.rows = vec![RowRef { part: 0, row: 0 }; end];
        for &Part { part, ref codes, .. } in parts {
            for (code, row) in codes.iter().zip(0..).filter(|(code, _)| **code != NOBODY) {
                let next = &mut counts[*code as usize];
                timeline.rows[*next] = RowRef { part, row };
                *next += 1;
            }
        }
        timeline
    }

    /// Puts each entity's rows in the order of a union.
    fn merge(&mut self, parts: &[Part<'_>]) {
        let time = |row: &RowRef| {
            let part = parts.iter().find(|part| part.part == row.part);
            part.and_then(|part| part.table.time(row.row)).unwrap_or(ALWAYS)
        };
        for place in 0..self.keys.len() {
            let rows = &mut self.rows[self.offsets[place]..self.offsets[place + 1]];
            rows.sort_by_key(|row| (time(row), row.part, row.row));
        }
    }
}

/// A table of a source: for each row the code of the entity that it is about, and the entities, sorted.
struct Part<'a> {
    part: u16,
    table: &'a Table,
    codes: Cow<'a, [u32]>,
    keys: Cow<'a, [EntityKey]>,
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

/// For each row the code of the entity it is about, and the entities, sorted.
fn codes<'a>(table: &'a Table, by: &[ColumnId]) -> (Cow<'a, [u32]>, Cow<'a, [EntityKey]>) {
    let none = || (Cow::Owned(vec![NOBODY; table.rows]), Cow::default());
    match by {
        [column] => match table.column(*column) {
            Some(Column { data: ColumnData::Entity(codes, keys), valid }) => {
                let codes = match valid {
                    None => Cow::Borrowed(&codes[..]),
                    Some(valid) => {
                        codes.iter().zip(valid).map(|(code, valid)| if *valid { *code } else { NOBODY }).collect()
                    }
                };
                (codes, Cow::Borrowed(&keys[..]))
            }
            _ => none(),
        },
        [first, second] => {
            let (left, left_keys) = codes(table, &[*first]);
            let (right, right_keys) = codes(table, &[*second]);
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
            let unordered = left.iter().zip(right.iter()).map(code).collect();
            let (codes, pairs) = ranked(unordered, pairs);
            let single = |key: &EntityKey| match key {
                EntityKey::Single(text) | EntityKey::Pair(text, _) => text.clone(),
            };
            let pair = |(left, right): &(u32, u32)| {
                EntityKey::Pair(single(&left_keys[*left as usize]), single(&right_keys[*right as usize]))
            };
            (Cow::Owned(codes), pairs.iter().map(pair).collect())
        }
        _ => none(),
    }
}

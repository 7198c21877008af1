//! Timelines: for each entity, its rows in row order.
//!
//! A timeline belongs to a source (or union) and the columns that say what its rows are about: one column, or two for a
//! pair. It is cut into *partitions* by a fixed hash of the canonical key ([`partition_of`]), and each partition is a
//! compressed sparse row: keys in order, an offset for each key, and the rows.
//!
//! ```text
//! keys     A       B          C          one shard = one partition
//! offsets  0       2          3       6
//! rows     a₁ a₂   b₁   c₁ c₂ c₃         each entity's rows in row order
//! ```
//!
//! Rows are references into the tables: of a union, the part's number and the row in it, merged by event time, part
//! and row (docs/language.md §1.5). All versions are in it; who reads asks [`Table::visible`].

use crate::table::{ALWAYS, ColumnData, Store, Table};
use std::collections::BTreeMap;
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
    shards: Vec<Shard>,
}

#[derive(Clone, Debug, Default)]
struct Shard {
    keys: Vec<EntityKey>,
    offsets: Vec<usize>,
    rows: Vec<RowRef>,
    /// Earliest known-at among all versions of the entity's rows.
    first_known: Vec<i64>,
}

impl Timeline {
    /// The rows about an entity, every version, in row order; empty if there are none.
    pub(crate) fn rows_of(&self, key: &EntityKey) -> &[RowRef] {
        self.find(key).map_or(&[], |(shard, place)| shard.rows_at(place))
    }

    /// For each entity of a partition, in the order of [`Timeline::entries`]: the instant at which the first row about it, any
    /// version, is known.
    pub(crate) fn all_first_known(&self, partition: usize) -> &[i64] {
        self.shards.get(partition).map_or(&[], |shard| &shard.first_known)
    }

    /// The entities of a partition by key, each with its rows.
    pub(crate) fn entries(&self, partition: usize) -> impl Iterator<Item = (&EntityKey, &[RowRef])> {
        self.shards
            .get(partition)
            .into_iter()
            .flat_map(|shard| shard.keys.iter().enumerate().map(|(place, key)| (key, shard.rows_at(place))))
    }

    /// An entity's partition, and its place there.
    pub(crate) fn place_of(&self, key: &EntityKey) -> Option<(usize, usize)> {
        let partition = partition_of(key, self.shards.len());
        Some((partition, self.shards.get(partition)?.keys.binary_search(key).ok()?))
    }

    /// The entity at a place of a partition, with its rows.
    pub(crate) fn entry(&self, partition: usize, place: usize) -> Option<(&EntityKey, &[RowRef])> {
        let shard = self.shards.get(partition)?;
        Some((shard.keys.get(place)?, shard.rows_at(place)))
    }

    fn find(&self, key: &EntityKey) -> Option<(&Shard, usize)> {
        let (partition, place) = self.place_of(key)?;
        Some((self.shards.get(partition)?, place))
    }

    /// Orders the rows of a source by entity. Rows in which a column of `by` is missing are about none and left out.
    pub(crate) fn build(
        program: &Program,
        store: &Store,
        source: SourceId,
        by: &[ColumnId],
        partitions: usize,
    ) -> Timeline {
        let mut builder = Builder { store, entities: BTreeMap::new() };
        for (part, (table, columns)) in parts(program, source, by).into_iter().enumerate() {
            if let (Some(table), Some(columns)) = (store.table(table), columns) {
                builder.add(part as u16, table, &columns);
            }
        }
        builder.finish(&part_tables(program, source), partitions.max(1))
    }
}

impl Shard {
    fn rows_at(&self, place: usize) -> &[RowRef] {
        &self.rows[self.offsets[place]..self.offsets[place + 1]]
    }
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

struct Builder<'a> {
    store: &'a Store,
    entities: BTreeMap<EntityKey, (i64, Vec<RowRef>)>,
}

impl Builder<'_> {
    /// Counting sort of a table's rows by the dense code of their entity; rows keep their order.
    fn add(&mut self, part: u16, table: &Table, by: &[ColumnId]) {
        let (codes, keys) = codes(table, by);
        let mut counts = vec![0_u32; keys.len()];
        for code in codes.iter().flatten() {
            counts[*code as usize] += 1;
        }
        let mut groups: Vec<(i64, Vec<RowRef>)> =
            counts.iter().map(|count| (i64::MAX, Vec::with_capacity(*count as usize))).collect();
        for (row, code) in codes.iter().enumerate() {
            if let Some(code) = code {
                let (known, rows) = &mut groups[*code as usize];
                *known = (*known).min(table.known[row]);
                rows.push(RowRef { part, row: row as u32 });
            }
        }
        for (key, (known, rows)) in keys.into_iter().zip(groups) {
            if !rows.is_empty() {
                let entry = self.entities.entry(key).or_insert((i64::MAX, Vec::new()));
                entry.0 = entry.0.min(known);
                if entry.1.is_empty() { entry.1 = rows } else { entry.1.extend(rows) }
            }
        }
    }

    fn finish(self, tables: &[SourceId], partitions: usize) -> Timeline {
        let mut shards = vec![Shard { offsets: vec![0], ..Shard::default() }; partitions];
        let time = |row: &RowRef| {
            let table = tables.get(row.part as usize).and_then(|source| self.store.table(*source));
            table.and_then(|table| table.time(row.row)).unwrap_or(ALWAYS)
        };
        for (key, (known, mut rows)) in self.entities {
            if tables.len() > 1 {
                rows.sort_by_key(|row| (time(row), row.part, row.row));
            }
            let shard = &mut shards[partition_of(&key, partitions)];
            shard.keys.push(key);
            shard.rows.extend(rows);
            shard.offsets.push(shard.rows.len());
            shard.first_known.push(known);
        }
        Timeline { shards }
    }
}

/// For each row the code of the entity it is about, and the entities.
fn codes(table: &Table, by: &[ColumnId]) -> (Vec<Option<u32>>, Vec<EntityKey>) {
    match by {
        [column] => match table.column(*column) {
            Some(column) => match &column.data {
                ColumnData::Entity(codes, keys) => {
                    let codes = codes.iter().enumerate().map(|(row, code)| column.is_valid(row).then_some(*code));
                    (codes.collect(), keys.to_vec())
                }
                _ => (vec![None; table.rows], Vec::new()),
            },
            None => (vec![None; table.rows], Vec::new()),
        },
        [first, second] => {
            let (left, left_keys) = codes(table, &[*first]);
            let (right, right_keys) = codes(table, &[*second]);
            let mut pairs: BTreeMap<(u32, u32), u32> = BTreeMap::new();
            let seen: Vec<Option<(u32, u32)>> = left.into_iter().zip(right).map(|(a, b)| Some((a?, b?))).collect();
            for pair in seen.iter().flatten() {
                pairs.insert(*pair, 0);
            }
            for (place, code) in pairs.values_mut().enumerate() {
                *code = place as u32;
            }
            let single = |key: &EntityKey| match key {
                EntityKey::Single(text) | EntityKey::Pair(text, _) => text.clone(),
            };
            let keys = pairs
                .keys()
                .map(|(a, b)| EntityKey::Pair(single(&left_keys[*a as usize]), single(&right_keys[*b as usize])));
            let keys = keys.collect();
            (seen.into_iter().map(|pair| pair.and_then(|pair| pairs.get(&pair).copied())).collect(), keys)
        }
        _ => (vec![None; table.rows], Vec::new()),
    }
}

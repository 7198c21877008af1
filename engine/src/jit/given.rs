//! Numbers about entities at instants that were worked out elsewhere.

use super::scratch::{KNOWN, UNSURE};
use crate::timeline::Timeline;

/// More numbers are not given: they take nine bytes each.
const MOST_GIVEN: usize = 1 << 25;

/// A number for each entity and instant, most often 0.
#[derive(Debug)]
pub(super) struct Given {
    /// By partition and entity: its place among the rows.
    places: Vec<Vec<u32>>,
    /// The numbers of an entity by instant, and what is known of each.
    rows: Vec<(Vec<i64>, Vec<u8>)>,
}

impl Given {
    /// 0 everywhere.
    pub(super) fn new(population: &Timeline, partitions: usize) -> Self {
        let nothing = |partition| vec![u32::MAX; population.keys(partition).len()];
        Self { places: (0..partitions).map(nothing).collect(), rows: Vec::new() }
    }

    /// Counts one more for an entity, by its partition and its place there, at the places of instants for which that is sure.
    /// `None`: it becomes too much.
    pub(super) fn add(
        &mut self,
        (partition, entity): (usize, usize),
        instants: usize,
        marks: impl Iterator<Item = (usize, bool)>,
    ) -> Option<()> {
        let place = &mut self.places[partition][entity];
        if *place == u32::MAX {
            if (self.rows.len() + 1) * instants > MOST_GIVEN {
                return None;
            }
            *place = self.rows.len() as u32;
            self.rows.push((vec![0; instants], vec![KNOWN; instants]));
        }
        let (numbers, states) = &mut self.rows[*place as usize];
        for (instant, sure) in marks {
            if sure {
                numbers[instant] += 1;
            } else {
                states[instant] = UNSURE;
            }
        }
        Some(())
    }

    /// The numbers of an entity; `None`: 0 everywhere.
    pub(super) fn of(&self, partition: usize, entity: usize) -> Option<&(Vec<i64>, Vec<u8>)> {
        self.rows.get(*self.places.get(partition)?.get(entity)? as usize)
    }
}

//! Peers by nearness: `among within 200 m of dwellings.place`.
//!
//! Entities at one position have the same peers, but for themselves: so neighbours are sought once for each position, and
//! what they bring is sorted and summed once. A grid of cells about as wide as the distance says which positions to try.

use super::{Comparison, Group};
use crate::interp::Measured;
use crate::mutant::{Mutant, mutant};
use crate::places::Grid;
use std::collections::HashMap;
use watchfire_stdlib::geo::Place;
use watchfire_stdlib::value::{Point, Value};

/// The entities at one position.
struct Spot {
    point: Point,
    /// By their place among those measured.
    entities: Vec<usize>,
}

impl Comparison<'_> {
    pub(super) fn tell_by_nearness(&self, measured: &[Option<&Measured>], metres: Option<f64>) -> Vec<Value> {
        let mut told: Vec<Value> =
            measured.iter().map(|one| one.and_then(|one| self.own_unknown(one)).unwrap_or(Value::Missing)).collect();
        let Some(metres) = metres else { return told };
        let spots = spots(measured);
        let counting = |place: &usize| measured[*place].filter(|one| one.counts);
        let points = spots.iter().enumerate().map(|(place, spot)| (place, spot.point));
        let grid = Grid::for_distance(points, metres);
        for spot in &spots {
            let mut near = grid.within(Place::Point(spot.point), metres);
            near.retain(|(distance, _)| !mutant(Mutant::PeersNearStrict) || *distance < metres);
            let peers = near.iter().flat_map(|(_, spot)| spots[*spot].entities.iter().filter_map(counting));
            let here = !near.is_empty();
            let group = Group::of(peers.map(|one| one.value.clone()).collect(), self.peers.function);
            for entity in &spot.entities {
                let Some(one) = measured[*entity] else { continue };
                if self.own_unknown(one).is_none() {
                    let without = here && one.counts && !mutant(Mutant::PeersIncludeSelf);
                    told[*entity] = self.told(&group, &one.value, without);
                }
            }
        }
        told
    }
}

/// The positions at which entities are.
fn spots(measured: &[Option<&Measured>]) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    let mut known: HashMap<&Value, usize> = HashMap::new();
    for (entity, one) in measured.iter().enumerate() {
        if let Some(position @ Value::Point(point)) = one.and_then(|one| one.keys.first()) {
            let place = *known.entry(position).or_insert_with(|| {
                spots.push(Spot { point: *point, entities: Vec::new() });
                spots.len() - 1
            });
            spots[place].entities.push(entity);
        }
    }
    spots
}

#[cfg(test)]
#[path = "near_tests.rs"]
mod tests;

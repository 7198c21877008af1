//! Peers by nearness: `among within 200 m of dwellings.place`.
//!
//! Entities at one position have the same peers, but for themselves: so neighbours are sought once for each position, and
//! what they bring is put in order and summed once. A grid of cells about as wide as the distance says which positions to
//! try. All values are sorted once; those of a neighbourhood are then put in order by their numbers, which is far quicker
//! where neighbourhoods are large.

use super::{Comparison, Group, sums};
use crate::interp::Measured;
use crate::mutant::{Mutant, mutant};
use crate::places::Grid;
use std::collections::HashMap;
use watchfire_stdlib::geo::Place;
use watchfire_stdlib::statistics::Moments;
use watchfire_stdlib::value::{Point, Value};

/// From so many values on, their sums are kept with their position, which takes memory and saves time.
const MANY: usize = 8;

/// The entities at one position.
struct Spot {
    point: Point,
    /// By their place among those measured.
    entities: Vec<usize>,
    /// The values that count as a peer's, by their number among all that do.
    values: Vec<u32>,
    /// Their sums.
    moments: Option<Moments>,
}

impl Comparison<'_> {
    pub(super) fn tell_by_nearness(&self, measured: &[Option<&Measured>], metres: Option<f64>) -> Vec<Value> {
        let unknown = |one: &Option<&Measured>| one.and_then(|one| self.own_unknown(one)).unwrap_or(Value::Missing);
        let mut told: Vec<Value> = measured.iter().map(unknown).collect();
        let Some(metres) = metres else { return told };
        let (spots, values) = self.spots(measured);
        let grid = Grid::for_distance(spots.iter().enumerate().map(|(place, spot)| (place, spot.point)), metres);
        for spot in &spots {
            let near = grid.within(Place::Point(spot.point), metres);
            let group = self.group(near.iter().filter_map(|(_, place)| spots.get(*place)), &values);
            for entity in &spot.entities {
                let Some(one) = measured[*entity] else { continue };
                if self.own_unknown(one).is_none() {
                    // With a distance below zero not even an entity itself is near.
                    let without = one.counts && !near.is_empty() && !mutant(Mutant::PeersIncludeSelf);
                    told[*entity] = self.told(&group, &one.value, without);
                }
            }
        }
        told
    }

    /// The positions at which entities are, and the values that count as a peer's: in order, where that matters.
    fn spots<'m>(&self, measured: &[Option<&'m Measured>]) -> (Vec<Spot>, Vec<&'m Value>) {
        let mut spots: Vec<Spot> = Vec::new();
        let mut known: HashMap<&Value, usize> = HashMap::new();
        let mut counting: Vec<(&'m Value, usize)> = Vec::new();
        for (entity, one) in measured.iter().enumerate() {
            let Some(one) = one else { continue };
            let Some(position @ Value::Point(point)) = one.keys.first() else { continue };
            let place = *known.entry(position).or_insert_with(|| {
                spots.push(Spot { point: *point, entities: Vec::new(), values: Vec::new(), moments: None });
                spots.len() - 1
            });
            spots[place].entities.push(entity);
            if one.counts {
                counting.push((&one.value, place));
            }
        }
        let summing = sums(self.peers.function);
        if !summing {
            counting.sort_unstable();
        }
        for (number, (_, place)) in (0..).zip(&counting) {
            spots[*place].values.push(number);
        }
        let values: Vec<&Value> = counting.into_iter().map(|(value, _)| value).collect();
        for spot in spots.iter_mut().filter(|spot| summing && spot.values.len() >= MANY) {
            let mut moments = Moments::default();
            spot.values.iter().for_each(|number| moments.add(values[*number as usize]));
            spot.moments = Some(moments);
        }
        (spots, values)
    }

    /// The values at some positions.
    fn group<'s>(&self, near: impl Iterator<Item = &'s Spot>, values: &[&Value]) -> Group {
        let mut group = Group::default();
        let mut numbers: Vec<u32> = Vec::new();
        for spot in near {
            group.count += spot.values.len();
            match &spot.moments {
                Some(moments) => group.moments.merge(moments),
                None if sums(self.peers.function) => {
                    spot.values.iter().for_each(|number| group.moments.add(values[*number as usize]));
                }
                None => numbers.extend_from_slice(&spot.values),
            }
        }
        numbers.sort_unstable();
        group.sorted = numbers.into_iter().map(|number| values[number as usize].clone()).collect();
        group
    }
}

#[cfg(test)]
#[path = "near_tests.rs"]
mod tests;

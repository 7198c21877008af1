//! Comparing the entities of a population with their peers, at one instant (docs/language.md §10).
//!
//! All entities are compared at once. Those with equal keys, or near one position, make a *group*: its values are sorted
//! once and its sums made once, and for each entity its own value is left out of them.

mod near;

use crate::interp::Measured;
use crate::mutant::{Mutant, mutant};
use crate::plan::{PeerGroupNode, PeersNode};
use std::collections::HashMap;
use watchfire_dsl::program::{ParameterId, PeerFunction};
use watchfire_stdlib::ops::{self, Site};
use watchfire_stdlib::statistics::{self, Moments};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;
use watchfire_stdlib::zone::Zone;

/// A comparison, with its parameters as they are.
pub(crate) struct Comparison<'a> {
    peers: &'a PeersNode,
    /// Kind of the result.
    site: Site,
    at_least: usize,
    /// How far away peers may be, where that matters.
    metres: Option<f64>,
    zone: Zone,
}

impl<'a> Comparison<'a> {
    /// A comparison of a model.
    pub(crate) fn new(peers: &'a PeersNode, parameters: &[Value], zone: Zone) -> Self {
        let at_least = match fixed(&peers.at_least.kind, parameters) {
            Some(Value::Int(least)) => usize::try_from(least).unwrap_or(0),
            _ => 0,
        };
        let metres = match &peers.group {
            PeerGroupNode::Within(distance, _) => match fixed(&distance.kind, parameters) {
                Some(Value::Float(metres)) => Some(metres),
                _ => None,
            },
            PeerGroupNode::Same(_) => None,
        };
        Self { peers, site: peers.value.site, at_least, metres, zone }
    }

    /// What each is told; nobody at the places of those who are not in the population yet.
    pub(crate) fn tell(&self, measured: &[Option<&Measured>]) -> Vec<Value> {
        match &self.peers.group {
            PeerGroupNode::Same(_) => self.tell_by_keys(measured),
            PeerGroupNode::Within(..) => self.tell_by_nearness(measured, self.metres),
        }
    }

    fn tell_by_keys(&self, measured: &[Option<&Measured>]) -> Vec<Value> {
        let mut groups: HashMap<&[Value], Vec<Value>> = HashMap::new();
        for one in measured.iter().flatten().filter(|one| one.counts && self.has_keys(one)) {
            groups.entry(&one.keys).or_default().push(one.value.clone());
        }
        let groups: HashMap<&[Value], Group> =
            groups.into_iter().map(|(keys, values)| (keys, Group::of(values, self.peers.function))).collect();
        let nobody = Group::default();
        let tell = |one: &Measured| match self.own_unknown(one) {
            Some(unknown) => unknown,
            None => {
                let without = one.counts && !mutant(Mutant::PeersIncludeSelf);
                let group = groups.get(&*one.keys).unwrap_or(&nobody);
                self.told(group, &one.value, without)
            }
        };
        measured.iter().map(|one| one.map_or(Value::Missing, tell)).collect()
    }

    fn has_keys(&self, one: &Measured) -> bool {
        mutant(Mutant::PeersOfMissingKeys) || one.keys.iter().all(Value::is_known)
    }

    /// The fault of the entity's own value or keys, or missing where one of them is.
    fn own_unknown(&self, one: &Measured) -> Option<Value> {
        let own = self.peers.function.compares().then_some(&one.value);
        if let Some(fault) = own.into_iter().chain(&one.keys).find(|value| matches!(value, Value::Fault(_))) {
            return Some(fault.clone());
        }
        let known = own.is_none_or(Value::is_known) && self.has_keys(one);
        (!known).then_some(Value::Missing)
    }

    /// What an entity is told; `without`: its own value is among those of the group and is left out.
    fn told(&self, group: &Group, own: &Value, without: bool) -> Value {
        let count = group.count - usize::from(without);
        let least = if mutant(Mutant::PeersMoreThanLeast) { self.at_least + 1 } else { self.at_least };
        if count == 0 || count < least {
            return Value::Missing;
        }
        let (kind, site) = (&self.peers.value.ty, self.site);
        match self.peers.function {
            PeerFunction::Quantile(q) => {
                let Some((index, fraction)) = statistics::quantile_position(count, q) else { return Value::Missing };
                let skipped = if without { group.sorted.partition_point(|value| value < own) } else { usize::MAX };
                let at = |index: usize| &group.sorted[index + usize::from(index >= skipped)];
                let between = [at(index).clone(), at((index + 1).min(count - 1)).clone()];
                statistics::quantile(&between, fraction, kind, site)
            }
            PeerFunction::Percentile => {
                let inclusive = mutant(Mutant::PercentileNotStrict);
                let below = if inclusive {
                    group.sorted.partition_point(|value| value <= own) - usize::from(without)
                } else {
                    group.sorted.partition_point(|value| value < own)
                };
                #[expect(clippy::cast_precision_loss, reason = "exact below 2^53 peers")]
                Value::float(below as f64 / count as f64)
            }
            PeerFunction::Mean => self.moments(group, own, without).mean(kind, site),
            PeerFunction::Stddev => self.moments(group, own, without).stddev(kind, site),
            PeerFunction::Zscore => {
                let moments = self.moments(group, own, without);
                let apart = ops::subtract(own, &moments.mean(kind, site), &self.zone, site);
                ops::divide(&apart, &moments.stddev(kind, site), &Kind::Float, site)
            }
        }
    }

    fn moments(&self, group: &Group, own: &Value, without: bool) -> Moments {
        let mut moments = group.moments.clone();
        if without {
            moments.subtract(own);
        }
        moments
    }
}

/// The value of a constant or parameter.
fn fixed(node: &crate::plan::NodeKind, parameters: &[Value]) -> Option<Value> {
    let parameter = |id: &ParameterId| parameters.get(id.index()).cloned();
    match node {
        crate::plan::NodeKind::Constant(value) => Some(value.clone()),
        crate::plan::NodeKind::Parameter(id) => parameter(id),
        _ => None,
    }
}

/// The values of entities that are peers of one another.
#[derive(Default)]
struct Group {
    count: usize,
    /// In order, where the function asks for it.
    sorted: Vec<Value>,
    /// Their sums, where the function asks for them.
    moments: Moments,
}

impl Group {
    fn of(mut values: Vec<Value>, function: PeerFunction) -> Self {
        let mut group = Self { count: values.len(), ..Self::default() };
        if sums(function) {
            values.iter().for_each(|value| group.moments.add(value));
        } else {
            values.sort_unstable();
            group.sorted = values;
        }
        group
    }
}

/// The function asks for sums, not for an order.
fn sums(function: PeerFunction) -> bool {
    matches!(function, PeerFunction::Mean | PeerFunction::Stddev | PeerFunction::Zscore)
}

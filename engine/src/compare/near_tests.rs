//! Peers by nearness against trying every pair.

use super::*;
use crate::plan::{Node, NodeKind, PeerGroupNode, PeersNode};
use watchfire_dsl::program::PeerFunction;
use watchfire_stdlib::geo::great_circle_distance;
use watchfire_stdlib::statistics::{mean, quantile, stddev};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::zone::Zone;

const SITE: (u32, u32, u32) = (0, 0, 0);

fn constant(value: Value, ty: Kind) -> Node {
    Node { kind: NodeKind::Constant(value), ty, site: SITE }
}

fn peers(function: PeerFunction, metres: f64, at_least: i64) -> PeersNode {
    let group =
        PeerGroupNode::Within(constant(Value::Float(metres), Kind::Float), constant(Value::Missing, Kind::Point));
    PeersNode {
        id: 0,
        function,
        value: constant(Value::Missing, Kind::Float),
        group,
        at_least: constant(Value::Int(at_least), Kind::Int),
        dated: false,
    }
}

/// By definition: every other entity is tried.
fn by_definition(peers: &PeersNode, measured: &[Option<Measured>], metres: f64, at_least: usize) -> Vec<Value> {
    let point = |one: &Measured| if let Some(Value::Point(point)) = one.keys.first() { Some(*point) } else { None };
    let tell = |(place, one): (usize, &Option<Measured>)| -> Value {
        let Some((one, here)) = one.as_ref().and_then(|one| Some((one, point(one)?))) else { return Value::Missing };
        if peers.function.compares() && !one.value.is_known() {
            return Value::Missing;
        }
        let others = measured.iter().enumerate().filter(|(other, _)| *other != place).filter_map(|(_, other)| {
            let other = other.as_ref().filter(|other| other.counts)?;
            (great_circle_distance(here, point(other)?) <= metres).then(|| other.value.clone())
        });
        let values: Vec<Value> = others.collect();
        if values.is_empty() || values.len() < at_least {
            return Value::Missing;
        }
        match peers.function {
            PeerFunction::Mean => mean(&values, &Kind::Float, SITE),
            PeerFunction::Stddev => stddev(&values, &Kind::Float, SITE),
            PeerFunction::Quantile(q) => quantile(&values, q, &Kind::Float, SITE),
            PeerFunction::Percentile => {
                let below = values.iter().filter(|value| **value < one.value).count();
                Value::float(below as f64 / values.len() as f64)
            }
            PeerFunction::Zscore => match (&one.value, mean(&values, &Kind::Float, SITE)) {
                (Value::Float(own), Value::Float(mean)) => match stddev(&values, &Kind::Float, SITE) {
                    Value::Float(deviation) if deviation != 0.0 => Value::float((own - mean) / deviation),
                    _ => Value::Missing,
                },
                _ => Value::Missing,
            },
        }
    };
    measured.iter().enumerate().map(tell).collect()
}

/// Positions that many share, neighbours exactly as far away as is allowed, the date line, the poles, entities that are
/// not in the population, have no position, no value, or do not count.
#[test]
fn as_by_definition() {
    let mut seed = 11_u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    let functions = [
        PeerFunction::Mean,
        PeerFunction::Stddev,
        PeerFunction::Quantile(0.5),
        PeerFunction::Quantile(0.9),
        PeerFunction::Percentile,
        PeerFunction::Zscore,
    ];
    for (longitude, latitude) in [(120.0, 31.0), (179.99, -10.0), (12.0, 89.97), (-70.0, -89.99)] {
        for round in 0..40 {
            let mut spot = || {
                let along = longitude + random(8) as f64 * 0.005;
                let along = if along > 180.0 { along - 360.0 } else { along };
                Point::new(along, latitude + random(8) as f64 * 0.004)
            };
            let spots: Vec<Option<Point>> = (0..40).map(|_| spot()).collect();
            let measured: Vec<Option<Measured>> = spots
                .iter()
                .map(|spot| {
                    let value = if random(9) == 0 { Value::Missing } else { Value::Float(random(7) as f64 / 3.0) };
                    let position = spot.filter(|_| random(12) > 0).map_or(Value::Missing, Value::Point);
                    let counts = value.is_known() && random(8) > 0;
                    (random(15) > 0).then(|| Measured { value, keys: vec![position], counts })
                })
                .collect();
            let apart = match (spots[0], spots[1]) {
                (Some(a), Some(b)) => great_circle_distance(a, b),
                _ => 100.0,
            };
            let metres = [0.0, apart, 300.0, 900.0, 50_000.0, 3e7, -1.0][round % 7];
            let at_least = [1, 2, 5][round % 3];
            for function in functions {
                let peers = peers(function, metres, at_least);
                let comparison = Comparison::new(&peers, &[], Zone::UTC);
                let told = comparison.tell(&measured.iter().map(Option::as_ref).collect::<Vec<_>>());
                let wanted = by_definition(&peers, &measured, metres, at_least as usize);
                assert_eq!(told, wanted, "{function:?} within {metres} m");
            }
        }
    }
}

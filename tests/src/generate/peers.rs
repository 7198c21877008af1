//! Generated values among peers, as text.

use super::expressions::{Scope, Writer};
use super::schema::{EntityName, Ty};
use rand::Rng;
use rand::seq::IndexedRandom;

const AMOUNTS: &[Ty] = &[Ty::Int, Ty::Int, Ty::Float, Ty::Money, Ty::Area, Ty::Duration];

impl Writer<'_> {
    /// `let x = median y among same (…) at least 2`, half of the time over a `let` there is.
    pub(super) fn peers_line(&mut self, lines: &mut Vec<String>, scope: &mut Scope) {
        let functions = ["median", "mean", "stddev", "quantile(0.25)", "percentile", "percentile", "zscore", "zscore"];
        let Some(&function) = functions.choose(self.rng) else { return };
        let lets: Vec<(String, Ty)> = scope
            .values
            .iter()
            .filter(|(name, ty)| name.starts_with('x') && (AMOUNTS.contains(ty) || function == "percentile"))
            .filter(|(_, ty)| !matches!(ty, Ty::Bool | Ty::Enum | Ty::Entity(_)))
            .filter(|(name, _)| Self::reads_rows(name, lines))
            .cloned()
            .collect();
        let known = lets.choose(self.rng).filter(|_| self.rng.random_bool(0.5)).cloned();
        let (value, ty) = match known {
            Some(known) => known,
            None => {
                let Some(&ty) = AMOUNTS.choose(self.rng) else { return };
                let Some(value) = self.aggregate_of(ty, scope, 2) else { return };
                (format!("({value})"), ty)
            }
        };
        if self.of_peers(&value, lines) {
            self.count("peers of peers");
        }
        let group = if self.rng.random_bool(0.4) { self.peers_near(scope) } else { self.peer_keys(scope) };
        let least = [1, 1, 1, 2, 2, 3].choose(self.rng).copied().unwrap_or(1);
        let least = if self.rng.random_bool(0.1) { String::new() } else { format!(" at least {least}") };
        let ty = match (function, ty) {
            ("percentile" | "zscore", _) | (_, Ty::Int) => Ty::Float,
            (_, ty) => ty,
        };
        let name = self.fresh("x");
        lines.push(format!("    let {name} = {function} {value} among {group}{least}"));
        self.count("peers");
        self.count(match function {
            "percentile" => "percentile",
            "zscore" => "zscore",
            _ => "median, mean, stddev among peers",
        });
        scope.first_among_peers.get_or_insert(scope.values.len());
        scope.values.push((name, ty));
    }

    /// A `let` that surely reads rows: others may be the same for all, which the checker refuses.
    fn reads_rows(name: &str, lines: &[String]) -> bool {
        let start = format!("    let {name} =");
        let declared = lines.iter().find(|line| line.starts_with(&start));
        declared.is_some_and(|line| line.contains(" from ") || line.contains(" among "))
    }

    /// The value is a `let` that compares peers itself.
    fn of_peers(&self, value: &str, lines: &[String]) -> bool {
        let start = format!("    let {value} =");
        lines.iter().any(|line| line.starts_with(&start) && line.contains(" among "))
    }

    /// `within D of P`: positions lie on a grid, and the distance is often exactly that between two of them.
    fn peers_near(&mut self, scope: &Scope) -> String {
        self.count("among within");
        let names = self.names(Ty::Point, scope);
        let position = match names.choose(self.rng) {
            Some(name) if self.rng.random_bool(0.75) => name.clone(),
            _ => self.leaf(Ty::Point, scope),
        };
        let distance = match self.rng.random_range(0..10) {
            0..3 => "0 m".to_owned(),
            3 => "50 km".to_owned(),
            _ => self.distance_on_the_grid(),
        };
        format!("within {distance} of {position}")
    }

    /// `same (…)`: columns of the registry, `let`s, or something that is the same for all.
    fn peer_keys(&mut self, scope: &Scope) -> String {
        let mut keys: Vec<String> = Vec::new();
        if let Some(registry) = self.schema.registry(scope.this) {
            let few = |ty: &Ty| matches!(ty, Ty::Text | Ty::Enum | Ty::Bool | Ty::Int | Ty::Entity(EntityName::Person));
            let columns = registry.columns.iter().filter(|column| !column.unique && few(&column.ty));
            keys.extend(columns.map(|column| format!("{}.{}", registry.name, column.name)));
        }
        let lets = scope.values.iter().filter(|(name, ty)| name.starts_with('x') && matches!(ty, Ty::Bool | Ty::Text));
        keys.extend(lets.map(|(name, _)| name.clone()));
        let facts =
            scope.facts.iter().filter(|fact| fact.entity == scope.this && matches!(fact.ty, Ty::Bool | Ty::Text));
        keys.extend(facts.map(|fact| fact.name.clone()));
        if keys.is_empty() || self.rng.random_bool(0.25) {
            return "same (1)".into();
        }
        let many = if self.rng.random_bool(0.8) { 1 } else { 2 };
        let chosen: Vec<&str> = keys.choose_multiple(self.rng, many).map(String::as_str).collect();
        format!("same ({})", chosen.join(", "))
    }
}

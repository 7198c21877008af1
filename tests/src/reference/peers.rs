//! Values among peers (docs/language.md §10).

use crate::reference::expression::site;
use crate::reference::world::{Binding, Scope, World};
use std::collections::HashSet;
use watchfire_dsl::program::{
    Aggregate, AggregateFunction, Expr, ExprKind, From, Kind, PeerFunction, PeerGroup, Peers, RowSlot, SourceId,
    SourceKind, SourceTime,
};
use watchfire_stdlib::ops::{self, Comparison};
use watchfire_stdlib::value::{EntityKey, Value};

/// `let`s and facts that were looked through, by number and entity.
type Seen = HashSet<(bool, usize, Option<EntityKey>, i64)>;

impl World<'_> {
    /// The value of the expression `whole` for the model's entity at t = k.
    pub(crate) fn peers(&self, peers: &Peers, whole: &Expr, scope: &Scope<'_>) -> Value {
        let Some((model, this)) = scope.model else { return Value::Missing };
        let Some(population) = &model.population else { return Value::Missing };
        let about = |entity| Scope {
            model: Some((model, entity)),
            trigger: &[],
            this: Some(EntityKey::clone(entity)),
            t: scope.t,
            k: scope.k,
            variables: Vec::new(),
        };
        let keys = |scope: &Scope<'_>| -> Vec<Value> {
            match &peers.group {
                PeerGroup::Same(keys) => keys.iter().map(|key| self.value(key, scope)).collect(),
                PeerGroup::Within { of, .. } => vec![self.value(of, scope)],
            }
        };
        let own = about(this);
        let own_value = peers.function.compares().then(|| self.value(&peers.value, &own));
        let own_keys = keys(&own);
        let needed: Vec<&Value> = own_value.iter().chain(&own_keys).collect();
        if let Some(fault) = needed.iter().find(|value| matches!(value, Value::Fault(_))) {
            return (*fault).clone();
        }
        if !needed.iter().all(|value| value.is_known()) {
            return Value::Missing;
        }
        let dated = self.reads_dated(&peers.value, &own, &mut HashSet::new());
        let mut values = Vec::new();
        for (entity, since) in &self.population(population) {
            let other = about(entity);
            if entity == this || *since > scope.k || !self.are_peers(peers, &own_keys, &keys(&other), scope) {
                continue;
            }
            let value = self.value(&peers.value, &other);
            if value.is_known() && self.has_row(&peers.value, &other, dated, &mut HashSet::new()) {
                values.push(value);
            }
        }
        let enough = match self.value(&peers.at_least, scope) {
            Value::Int(least) => i64::try_from(values.len()).is_ok_and(|count| count >= least),
            _ => false,
        };
        if !enough || values.is_empty() {
            return Value::Missing;
        }
        self.among(peers, &values, own_value.as_ref(), whole)
    }

    fn are_peers(&self, peers: &Peers, own: &[Value], other: &[Value], scope: &Scope<'_>) -> bool {
        if !other.iter().all(Value::is_known) {
            return false;
        }
        match &peers.group {
            PeerGroup::Same(_) => own == other,
            PeerGroup::Within { distance, .. } => match (own, other, self.value(distance, scope)) {
                ([Value::Point(p)], [Value::Point(q)], Value::Float(most)) => {
                    watchfire_stdlib::geo::great_circle_distance(*p, *q) <= most
                }
                _ => false,
            },
        }
    }

    fn among(&self, peers: &Peers, values: &[Value], own: Option<&Value>, whole: &Expr) -> Value {
        let (at, kind) = (site(whole.span), &peers.value.ty.kind);
        let amount = |function| {
            let kind = if *kind == Kind::Int { Kind::Float } else { kind.clone() };
            let whole = Expr { ty: watchfire_dsl::program::Type::new(kind), ..whole.clone() };
            self.reduce(function, values, false, &whole)
        };
        let own = own.unwrap_or(&Value::Missing);
        match peers.function {
            PeerFunction::Mean => amount(AggregateFunction::Mean),
            PeerFunction::Stddev => amount(AggregateFunction::Stddev),
            PeerFunction::Quantile(q) => amount(AggregateFunction::Quantile(q)),
            PeerFunction::Percentile => {
                let below = values.iter().filter(|value| ops::compare(Comparison::Less, value, own, at).is_true());
                #[expect(clippy::cast_precision_loss, reason = "cases are small")]
                Value::float(below.count() as f64 / values.len() as f64)
            }
            PeerFunction::Zscore => {
                let (mean, deviation) = (amount(AggregateFunction::Mean), amount(AggregateFunction::Stddev));
                ops::divide(&ops::subtract(own, &mean, &self.clock.zone, at), &deviation, &Kind::Float, at)
            }
        }
    }

    /// Is there a row that an aggregate behind this value takes? `dated`: only rows that lie in time, and findings, count.
    fn has_row(&self, expr: &Expr, scope: &Scope<'_>, dated: bool, seen: &mut Seen) -> bool {
        match &expr.kind {
            ExprKind::Aggregate(aggregate) => {
                (!dated || self.is_dated(aggregate)) && self.takes_a_row(aggregate, scope)
            }
            ExprKind::Let(id) => {
                let Some((model, entity)) = scope.model else { return false };
                let scope = Scope { this: Some(entity.clone()), variables: Vec::new(), ..scope.clone() };
                seen.insert((false, id.index(), None, scope.t))
                    && self.has_row(&model.lets[id.index()].value, &scope, dated, seen)
            }
            ExprKind::Fact { fact, entity } => {
                if self.has_row(entity, scope, dated, seen) {
                    return true;
                }
                let Value::Entity(this) = self.value(entity, scope) else { return false };
                let Scope { t, k, .. } = *scope;
                let new = seen.insert((true, fact.index(), Some(this.clone()), t));
                let inner = Scope { model: None, trigger: &[], this: Some(this), t, k, variables: Vec::new() };
                new && self.has_row(&self.program.facts[fact.index()].value, &inner, dated, seen)
            }
            ExprKind::About { entity, body } => {
                if self.has_row(entity, scope, dated, seen) {
                    return true;
                }
                let Value::Entity(this) = self.value(entity, scope) else { return false };
                self.has_row(body, &Scope { this: Some(this), ..scope.clone() }, dated, seen)
            }
            ExprKind::AsOf { value, at } => {
                self.has_row(at, scope, dated, seen)
                    || self
                        .clock
                        .instant(&self.value(at, scope))
                        .is_some_and(|t| self.has_row(value, &Scope { t, ..scope.clone() }, dated, seen))
            }
            ExprKind::Peers(peers) => self.has_row(&peers.value, scope, dated, seen),
            _ => expr.parts().into_iter().any(|part| self.has_row(part, scope, dated, seen)),
        }
    }

    fn takes_a_row(&self, aggregate: &Aggregate, scope: &Scope<'_>) -> bool {
        let slot: RowSlot = aggregate.selection.slot;
        let elements = match &aggregate.selection.from {
            From::Near { source, column, place, distance } => {
                let near = self.elements_near(aggregate, (*source, *column), (place, distance.as_deref()), scope);
                near.map_or_else(|_| Vec::new(), |(elements, _)| elements)
            }
            _ => self.elements(aggregate, scope).map_or_else(|_| Vec::new(), |(elements, _)| elements),
        };
        elements.into_iter().any(|element| {
            // A row that is a fault is none that counts.
            let fault = match &element {
                Binding::Fault(_) => true,
                Binding::Row(rows, place) => rows[*place].fault.is_some(),
                _ => false,
            };
            if fault {
                return false;
            }
            let mut scope = scope.clone();
            scope.variables.push((slot, element));
            aggregate.selection.filter.as_ref().is_none_or(|filter| self.value(filter, &scope).is_true())
        })
    }

    fn is_dated(&self, aggregate: &Aggregate) -> bool {
        match &aggregate.selection.from {
            From::Rows { source, .. } | From::Entities { source, .. } | From::Near { source, .. } => {
                self.is_dated_source(*source)
            }
            From::Findings(_) => true,
            // Only inside of a table, which says so itself.
            From::Group => false,
        }
    }

    fn is_dated_source(&self, source: SourceId) -> bool {
        match &self.program.sources[source.index()].kind {
            SourceKind::Table(table) => table.time != SourceTime::Timeless,
            SourceKind::Union(parts) => parts.iter().any(|part| self.is_dated_source(part.source)),
            SourceKind::Derived(table) => table.dated,
            SourceKind::Edges { .. } => true,
        }
    }

    /// Does the value depend on rows that lie in time, or on findings?
    fn reads_dated(&self, expr: &Expr, scope: &Scope<'_>, seen: &mut Seen) -> bool {
        let below = match &expr.kind {
            ExprKind::Aggregate(aggregate) => self.is_dated(aggregate),
            ExprKind::Let(id) => {
                let Some((model, _)) = scope.model else { return false };
                seen.insert((false, id.index(), None, 0))
                    && self.reads_dated(&model.lets[id.index()].value, scope, seen)
            }
            ExprKind::Fact { fact, .. } => {
                seen.insert((true, fact.index(), None, 0))
                    && self.reads_dated(&self.program.facts[fact.index()].value, scope, seen)
            }
            _ => false,
        };
        below || expr.parts().into_iter().any(|part| self.reads_dated(part, scope, seen))
    }
}

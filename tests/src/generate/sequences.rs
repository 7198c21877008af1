//! Generated sequences, as text.

use super::expressions::{RowVariable, Scope, Writer};
use super::schema::{Column, EntityName, TimeKind, Ty};
use rand::Rng;
use rand::seq::IndexedRandom;

const WITHIN: &[&str] = &["6 h", "12 h", "1 day", "24 h", "2 days", "3 h", "90 min", "1 week"];

impl Writer<'_> {
    /// `match …`; its steps are put into the scope. A first step about the entity itself is of this source.
    pub(super) fn sequence(&mut self, entity: EntityName, source: &str, scope: &mut Scope) -> Option<String> {
        let many = [1, 2, 2, 2, 2, 3, 3].choose(self.rng).copied().unwrap_or(2);
        let mut text = String::from("match ");
        let overlapping = self.rng.random_bool(0.35);
        if overlapping {
            text += "overlapping ";
            self.count("match overlapping");
        }
        self.count(match many {
            1 => "match of one step",
            2 => "match of two steps",
            _ => "match of three steps",
        });
        for index in 0..many {
            // Without a registry the first step says whom the model looks at.
            let free = index > 0 || self.schema.registry(entity).is_some();
            let (about, way) = if free { self.step_of(entity) } else { (entity, String::new()) };
            let same = about == entity && (index == 0 || self.rng.random_bool(0.4));
            let of = if same { source.to_owned() } else { self.dated(about)? };
            let by = self.schema.source(&of)?.ways_about(about).choose(self.rng)?.clone();
            let name = self.fresh("s");
            let own = RowVariable { name: Some(name.clone()), source: of.clone(), plain: true, nearest: false };
            let filter = self.step_filter(scope, own, 0.5);
            if index > 0 {
                text += " then ";
            }
            let edge = self.step_edge(&of, &way);
            text += &format!("{name} from {edge}{of}{way}{by}{filter}");
            scope.rows.push(RowVariable { name: Some(name), source: of, plain: false, nearest: false });
            if index > 0 && self.rng.random_bool(0.5) {
                text += &format!(" within {}", WITHIN.choose(self.rng)?);
                self.count("match within");
            }
            if index > 0 && self.rng.random_bool(0.4) {
                text += &format!(" without {}", self.absent(entity, scope)?);
                self.count("match without");
            }
        }
        if many == 1 || self.rng.random_bool(0.25) {
            text += &format!(" without {} within {}", self.absent(entity, scope)?, WITHIN.choose(self.rng)?);
            self.count("match with deadline");
        }
        Some(text)
    }

    /// Rows that must be absent.
    fn absent(&mut self, entity: EntityName, scope: &Scope) -> Option<String> {
        let (about, way) = self.step_of(entity);
        let of = self.dated(about)?;
        let by = self.schema.source(&of)?.ways_about(about).choose(self.rng)?.clone();
        let row = RowVariable { name: None, source: of.clone(), plain: true, nearest: false };
        let filter = self.step_filter(scope, row, 0.7);
        let edge = self.step_edge(&of, &way);
        Some(format!("{edge}{of}{way}{by}{filter}"))
    }

    /// `starts of ` or `ends of `, now and then, before a source about the entity itself.
    fn step_edge(&mut self, of: &str, way: &str) -> &'static str {
        let source = self.schema.source(of).filter(|_| way.is_empty()).cloned();
        source.map_or("", |source| self.edge(&source))
    }

    /// Of whom a step's rows are, and ` of PATH` where that is not the model's entity.
    fn step_of(&mut self, entity: EntityName) -> (EntityName, String) {
        if !self.rng.random_bool(0.25) {
            return (entity, String::new());
        }
        let mut ways = self.ways("", entity);
        for (other, way) in ways.clone() {
            ways.extend(self.ways(&format!("{way}."), other));
        }
        if let Some((a, b)) = entity.parts() {
            ways.extend([(a, "this.Person".to_owned()), (b, "this.Dwelling".to_owned())]);
            ways.extend(self.ways("this.Person.", a).into_iter().chain(self.ways("this.Dwelling.", b)));
        }
        let Some((other, way)) = ways.choose(self.rng).cloned() else { return (entity, String::new()) };
        if self.dated(other).is_none() {
            return (entity, String::new());
        }
        self.count("match of PATH");
        (other, format!(" of {way}"))
    }

    /// The entities in the registry of an entity, and how each is written.
    fn ways(&self, before: &str, entity: EntityName) -> Vec<(EntityName, String)> {
        let Some(registry) = self.schema.registry(entity) else { return Vec::new() };
        let columns = registry.columns.iter().filter(|column| !column.unique);
        let way = |column: &Column| match column.ty {
            Ty::Entity(other) => Some((other, format!("{before}{}.{}", registry.name, column.name))),
            _ => None,
        };
        columns.filter_map(way).collect()
    }

    fn step_filter(&mut self, scope: &Scope, own: RowVariable, chance: f64) -> String {
        if !self.rng.random_bool(chance) {
            return String::new();
        }
        let mut inner = scope.clone();
        inner.rows.push(own);
        // Mostly conditions on rows alone; now and then facts and aggregates.
        if self.rng.random_bool(0.8) {
            inner.aggregates = 0;
            inner.facts.clear();
        }
        format!(" where {}", self.condition(&inner, 1))
    }

    /// A source with rows in time about an entity.
    fn dated(&mut self, entity: EntityName) -> Option<String> {
        let sources = self.schema.sources.iter();
        let dated = sources.filter(|s| s.time != TimeKind::Timeless && !s.ways_about(entity).is_empty());
        let names: Vec<&str> = dated.map(|source| source.name.as_str()).collect();
        names.choose(self.rng).map(|name| (*name).to_owned())
    }

    /// ` at T`: an instant that a match speaks of.
    pub(super) fn warn_at(&mut self, scope: &Scope) -> String {
        if !self.rng.random_bool(0.3) {
            return String::new();
        }
        let Some(row) = scope.rows.choose(self.rng).cloned() else { return String::new() };
        let Some((name, source)) = row.name.zip(self.schema.source(&row.source)) else { return String::new() };
        let times: Vec<&str> =
            source.columns.iter().filter(|column| column.ty == Ty::Time).map(|column| column.name.as_str()).collect();
        match times.choose(self.rng) {
            Some(column) => {
                self.count("warn at");
                format!(" at {name}.{column}")
            }
            None => String::new(),
        }
    }
}

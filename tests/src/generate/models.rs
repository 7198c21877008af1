//! Generated facts and models, as text.

use super::expressions::{FactName, RowVariable, Scope, Writer};
use super::schema::{EntityName, Source, TimeKind, Ty};
use rand::Rng;
use rand::seq::IndexedRandom;

/// A model, or another item, as lines; each line that is not needed can be dropped when a case is shrunk.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name, for models.
    pub model: Option<String>,
    /// Its lines.
    pub lines: Vec<String>,
}

impl Item {
    /// An item that is no model.
    pub fn other(text: String) -> Self {
        Self { model: None, lines: text.lines().map(str::to_owned).collect() }
    }

    /// Its text.
    pub fn text(&self) -> String {
        super::functions::chosen(&self.lines.join("\n"), false)
    }

    /// Its text, functions and constants written out.
    pub(super) fn written_out(&self) -> String {
        super::functions::chosen(&self.lines.join("\n"), true)
    }
}

/// A model whose findings others can read.
#[derive(Clone, Debug)]
pub(super) struct ModelName {
    pub(super) name: String,
    pub(super) about: EntityName,
}

const VALUE_TYPES: &[Ty] =
    &[Ty::Int, Ty::Int, Ty::Int, Ty::Float, Ty::Float, Ty::Bool, Ty::Text, Ty::Time, Ty::Money, Ty::Area];

impl Writer<'_> {
    /// Package facts.
    pub(super) fn facts(&mut self, many: usize, instants: &[String]) -> (Vec<Item>, Vec<FactName>) {
        let (mut items, mut facts) = (Vec::new(), Vec::new());
        for _ in 0..many {
            let entities = [EntityName::Person, EntityName::Dwelling, EntityName::Dwelling, EntityName::Guest];
            let Some(&entity) = entities.choose(self.rng) else { continue };
            let mut scope = scope(entity, &facts, instants, &self.shared_tables);
            scope.aggregates = 2;
            let types = [Ty::Int, Ty::Int, Ty::Float, Ty::Bool, Ty::Time, Ty::Text, Ty::Entity(EntityName::Dwelling)];
            let Some(&ty) = types.choose(self.rng) else { continue };
            let Some(value) = self.aggregate_of(ty, &scope, 2) else { continue };
            let name = self.fresh("f");
            self.count("fact");
            items.push(Item::other(format!("fact {name} for {} = {value}", entity.name())));
            facts.push(FactName { name, entity, ty });
        }
        (items, facts)
    }

    /// A model; nothing where the entity has no source that it could run over.
    pub(super) fn model(
        &mut self,
        facts: &[FactName],
        parts: &[ModelName],
        instants: &[String],
    ) -> Option<(Item, ModelName)> {
        let entities =
            [EntityName::Dwelling, EntityName::Dwelling, EntityName::Person, EntityName::Guest, EntityName::Meter];
        let entity = *entities.choose(self.rng)?;
        let sources: Vec<&str> = {
            let about = |source: &&super::schema::Source| {
                source.time != TimeKind::Timeless && !source.ways_about(entity).is_empty()
            };
            self.schema.sources.iter().filter(about).map(|source| source.name.as_str()).collect()
        };
        let source = (*sources.choose(self.rng)?).to_owned();
        let prefix = *["za", "mb", "ac"].choose(self.rng)?;
        let name = self.fresh(prefix);
        let mut scope = scope(entity, facts, instants, &self.shared_tables);
        let kind = self.rng.random_range(0..100);
        let (population, trigger, filter) = if kind < 48 {
            self.every(entity, &source)?
        } else if kind < 80 {
            self.on(entity, &source, &mut scope)?
        } else {
            (String::new(), self.sequence(entity, &source, &mut scope)?, None)
        };
        let mut lines = vec![format!("model {name} for {}{population} {{", entity.name())];
        let category = ["one", "two", "three"].choose(self.rng)?;
        lines.push(format!("    category {category}"));
        lines.push("    purpose watching".into());
        lines.push("    basis \"none\"".into());
        if self.schema.private && matches!(entity, EntityName::Person | EntityName::Guest) {
            lines.push("    review required".into());
        }
        self.parameters(&mut lines, &mut scope);
        let on_a_grid = trigger.starts_with("every");
        self.table_lines(&mut lines, &mut scope);
        for _ in 0..self.rng.random_range(0..4) {
            self.let_line(&mut lines, &mut scope);
            if on_a_grid && self.rng.random_bool(0.2) {
                self.peers_line(&mut lines, &mut scope);
            }
        }
        if let Some(line) = self.findings_of(entity, parts, &mut scope) {
            lines.push(line);
        }
        let filter = filter.map_or_else(String::new, |row| {
            // The filter of a trigger cannot read `let`s that stand below it in meaning: only the row.
            let rows = scope.rows.iter().take(1).cloned().collect();
            let inner = Scope { values: Vec::new(), spans: Vec::new(), rows, ..scope.clone() };
            format!(" where {}{row}", self.condition(&inner, 1))
        });
        let (about, about_entity) = self.about(entity, &scope);
        lines.push(format!("    {trigger}{filter}{about}"));
        let condition = self.model_condition(&scope);
        if trigger.starts_with("match") {
            let condition = if self.rng.random_bool(0.5) { String::new() } else { format!(" when {condition}") };
            lines.push(format!("    warn{condition}{} {{", self.warn_at(&scope)));
        } else {
            lines.push(format!("    warn when {condition} {{"));
        }
        self.levels(&mut lines, &scope);
        lines.push("    }".into());
        lines.push("}".into());
        Some((Item { model: Some(name.clone()), lines }, ModelName { name, about: about_entity }))
    }

    fn every(&mut self, entity: EntityName, source: &str) -> Option<(String, String, Option<String>)> {
        let grids = [
            "every day at 02:00",
            "every day at 02:00",
            "every day at 00:00",
            "every 6 h",
            "every 12 h",
            "every 2 days at 02:30",
            "every week at 08:00",
            "every month at 06:00",
            "every 2 weeks at 02:00",
        ];
        let grid = *grids.choose(self.rng)?;
        self.count(if grid.ends_with('h') {
            "every hours"
        } else if grid.contains("week") || grid.contains("month") {
            "every weeks, months"
        } else {
            "every days"
        });
        let registry = self.schema.registry(entity).is_some() && self.rng.random_bool(0.6);
        let population = if registry {
            String::new()
        } else {
            if self.schema.source(source)?.ways_about(entity) != [""] {
                return None;
            }
            self.count("population of a source");
            format!(" in {source}")
        };
        Some((population, grid.into(), None))
    }

    fn on(&mut self, entity: EntityName, source: &str, scope: &mut Scope) -> Option<(String, String, Option<String>)> {
        let row = self.fresh("t");
        let by = self.schema.source(source)?.ways_about(entity).choose(self.rng)?.clone();
        scope.rows.push(RowVariable { name: Some(row.clone()), source: source.into(), plain: false, nearest: false });
        self.count(match self.schema.source(source)? {
            source if source.is_union() => "on a union",
            source if source.time == TimeKind::State => "on a state",
            _ => "on events",
        });
        let filter = self.rng.random_bool(0.3).then(|| {
            self.count("on … where");
            String::new()
        });
        let edge = self.schema.source(source).cloned().map_or("", |source| self.edge(&source));
        Some((String::new(), format!("on {edge}{source} as {row}{by}"), filter))
    }

    fn parameters(&mut self, lines: &mut Vec<String>, scope: &mut Scope) {
        if self.rng.random_bool(0.4) {
            let name = self.fresh("p");
            lines.push(format!("    param {name}: Int = {} in 0..=9", self.rng.random_range(0..5)));
            scope.values.push((name, Ty::Int));
            self.count("param");
        }
        if self.rng.random_bool(0.3) {
            let name = self.fresh("p");
            let span = ["1 day", "36 h", "2 days", "6 h"].choose(self.rng).copied().unwrap_or("1 day");
            lines.push(format!("    param {name}: Duration = {span}"));
            scope.values.push((name.clone(), Ty::Duration));
            scope.spans.push(name);
            self.count("param");
        }
    }

    /// A condition, half of the time about the last `let`.
    fn model_condition(&mut self, scope: &Scope) -> String {
        let about_last = match scope.values.last() {
            Some((name, Ty::Int)) if name.starts_with('x') => {
                let operator = [">=", ">", "==", "<", ">="].choose(self.rng).copied().unwrap_or(">=");
                Some(format!("{name} {operator} {}", self.rng.random_range(0..4)))
            }
            Some((name, Ty::Bool)) if name.starts_with('x') => Some(name.clone()),
            Some((name, Ty::Time)) if name.starts_with('x') => Some(format!("{name} is not missing")),
            _ => None,
        };
        match about_last {
            Some(condition) if self.rng.random_bool(0.6) => {
                if self.rng.random_bool(0.7) {
                    return condition;
                }
                let operator = if self.rng.random_bool(0.5) { "and" } else { "or" };
                format!("({condition} {operator} {})", self.condition(scope, 1))
            }
            _ => self.condition(scope, 2),
        }
    }

    /// A list, which is only shown.
    fn list_line(&mut self, lines: &mut Vec<String>, scope: &Scope) {
        let about = |source: &&super::schema::Source| source.ways_about(scope.this) == [""];
        let sources: Vec<&super::schema::Source> = self.schema.sources.iter().filter(about).collect();
        let Some(source) = sources.choose(self.rng) else { return };
        let Some(column) = source.columns.choose(self.rng) else { return };
        lines.push(format!("    let {} = list {} from {}", self.fresh("l"), column.name, source.name));
        self.count("list");
    }

    fn let_line(&mut self, lines: &mut Vec<String>, scope: &mut Scope) {
        if self.rng.random_bool(0.08) {
            self.list_line(lines, scope);
        }
        if self.rng.random_bool(0.08)
            && let Some((nearest, source)) = self.nearest(scope)
        {
            let name = self.fresh("n");
            lines.push(format!("    let {name} = {nearest}"));
            scope.rows.push(RowVariable { name: Some(name), source: source.name, plain: false, nearest: true });
            return;
        }
        if self.rng.random_bool(0.1) && self.earlier_line(lines, scope) {
            return;
        }
        let ty = VALUE_TYPES.choose(self.rng).copied().unwrap_or(Ty::Int);
        let value = if self.rng.random_bool(0.7) {
            self.aggregate_of(ty, scope, 2)
        } else {
            Some(self.expr(ty, scope, 2)).filter(|value| !value.is_empty())
        };
        if let Some(value) = value {
            let name = self.fresh("x");
            lines.push(format!("    let {name} = {value}"));
            scope.values.push((name, ty));
            self.count("let");
        }
    }

    /// What a `let` was a while ago.
    fn earlier_line(&mut self, lines: &mut Vec<String>, scope: &mut Scope) -> bool {
        let lets = scope.values.iter().take(scope.first_among_peers.unwrap_or(usize::MAX));
        let lets: Vec<&(String, Ty)> = lets.filter(|(name, _)| name.starts_with('x')).collect();
        let Some((earlier, ty)) = lets.choose(self.rng).map(|found| (*found).clone()) else { return false };
        let ago = ["6 h", "1 day", "36 h", "2 days"].choose(self.rng).copied().unwrap_or("1 day");
        let name = self.fresh("x");
        lines.push(format!("    let {name} = ({earlier} as of (now - {ago}))"));
        scope.values.push((name, ty));
        true
    }

    fn findings_of(&mut self, entity: EntityName, parts: &[ModelName], scope: &mut Scope) -> Option<String> {
        let parts: Vec<&str> =
            parts.iter().filter(|part| part.about == entity).map(|part| part.name.as_str()).collect();
        if parts.is_empty() || self.rng.random_bool(0.3) {
            return None;
        }
        let many = self.rng.random_range(1..=parts.len());
        let chosen: Vec<&str> = parts.choose_multiple(self.rng, many).copied().collect();
        let functions = [
            ("count", Ty::Int),
            ("count distinct category", Ty::Int),
            ("count distinct model", Ty::Int),
            ("last time", Ty::Time),
            ("first category", Ty::Text),
            ("any level >= orange", Ty::Bool),
            ("count distinct known", Ty::Int),
            ("longest run where level >= orange", Ty::Int),
            ("held (level is not blue) for 1 day samples within 1 day", Ty::Bool),
        ];
        let (function, ty) = *functions.choose(self.rng)?;
        let filter = if self.rng.random_bool(0.2) { " where level is not yellow" } else { "" };
        let window = self.window(scope, 0.95);
        let name = self.fresh("x");
        self.count("findings of");
        scope.values.push((name.clone(), ty));
        Some(format!("    let {name} = {function} from findings of ({}){filter}{window}", chosen.join(", ")))
    }

    fn about(&mut self, entity: EntityName, scope: &Scope) -> (String, EntityName) {
        let Some(row) = scope.rows.first().filter(|row| !row.nearest && self.rng.random_bool(0.5)) else {
            return (String::new(), entity);
        };
        let Some(source) = self.schema.source(&row.source) else { return (String::new(), entity) };
        let name = row.name.clone().unwrap_or_default();
        let mut candidates: Vec<(String, EntityName)> = Vec::new();
        for other in [EntityName::Person, EntityName::Dwelling] {
            candidates.extend(source.columns_of(other).into_iter().map(|column| (format!("{name}.{column}"), other)));
        }
        let Some((path, about)) = candidates.choose(self.rng).cloned() else { return (String::new(), entity) };
        // What a warning is about may be private only where the model is reviewed.
        if self.schema.private && about == EntityName::Person && entity != EntityName::Person {
            return (String::new(), entity);
        }
        self.count("about");
        (format!(" about {path}"), about)
    }

    fn levels(&mut self, lines: &mut Vec<String>, scope: &Scope) {
        let scored = self.rng.random_bool(0.2);
        if scored {
            self.scores(lines, scope);
        }
        let mut some = scored;
        for level in ["blue", "red", "orange"] {
            if self.rng.random_bool(if scored { 0.1 } else { 0.4 }) {
                lines.push(format!("        {level} when {}", self.condition(scope, 1)));
                self.count("level when");
                some = true;
            }
        }
        if !some || self.rng.random_bool(0.75) {
            let level = ["yellow", "blue", "red"].choose(self.rng).copied().unwrap_or("yellow");
            lines.push(format!("        {level} otherwise"));
        }
        let shown: Vec<&str> = scope
            .values
            .iter()
            .filter(|(name, ty)| name.starts_with('x') && matches!(ty, Ty::Int | Ty::Float | Ty::Bool))
            .map(|(name, _)| name.as_str())
            .collect();
        if let Some(name) = shown.choose(self.rng)
            && self.rng.random_bool(0.5)
        {
            if self.rng.random_bool(0.4) {
                let texts = [format!("en \"value {{{name}}}\""), format!("zh \"值 {{{name}}}\"")];
                let (first, second) = if self.rng.random_bool(0.5) { (0, 1) } else { (1, 0) };
                lines.push(format!("        message {{ {} {} }}", texts[first], texts[second]));
                self.count("message in two languages");
            } else {
                let other = shown.choose(self.rng).copied().unwrap_or(name);
                lines.push(format!("        message \"value {{{name}}} {{{other}}}\""));
            }
            self.count("message");
        } else if scored {
            lines.push("        message \"score {score}\"".into());
        }
        if self.rng.random_bool(0.5) {
            let spans = ["1 day", "12 h", "2 days", "1 month", "36 h"];
            let span = spans.choose(self.rng).copied().unwrap_or("1 day");
            lines.push(format!("        again after {span}"));
            self.count("again after");
        }
    }
}

impl Writer<'_> {
    /// A score and its bands; weights that cancel each other, and some that are no whole numbers.
    fn scores(&mut self, lines: &mut Vec<String>, scope: &Scope) {
        let parameter = scope.values.iter().find(|(name, ty)| name.starts_with('p') && *ty == Ty::Int);
        let mut weights = vec!["1".to_owned(), "2".into(), "3".into(), "-1".into()];
        weights.extend(parameter.map(|(name, _)| name.clone()));
        if self.rng.random_bool(0.4) {
            weights.extend(["0.1", "0.2", "1e300", "-1e300"].map(str::to_owned));
        }
        lines.push("        score {".into());
        for _ in 0..self.rng.random_range(1..5) {
            let weight = weights.choose(self.rng).cloned().unwrap_or_default();
            lines.push(format!("            {weight} if {}", self.condition(scope, 1)));
        }
        lines.push("        }".into());
        let bands = [
            "levels { yellow from 1 }",
            "levels { blue from -1  red from 3 }",
            "levels { yellow from 0.3  orange from 2 }",
        ];
        let bands = bands.choose(self.rng).copied().unwrap_or(bands[0]);
        lines.push(format!("        {bands}"));
        self.count("score");
    }
}

pub(super) fn scope(
    this: EntityName,
    facts: &[FactName],
    instants: &[String],
    tables: &[(EntityName, Source)],
) -> Scope {
    let tables = tables.iter().filter(|(entity, _)| *entity == this).map(|(_, table)| table.clone());
    Scope {
        tables: tables.collect(),
        in_table: false,
        this,
        rows: Vec::new(),
        values: Vec::new(),
        spans: Vec::new(),
        facts: facts.to_vec(),
        element: None,
        aggregates: 2,
        instants: instants.to_vec(),
        first_among_peers: None,
    }
}

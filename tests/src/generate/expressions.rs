//! Generated expressions, as text: each of a wanted type, from what can be named where it stands.

use super::choices::Choices;
use super::schema::{EntityName, Schema, Source, TimeKind, Ty, VARIANTS};
use rand::Rng;
use rand::seq::IndexedRandom;
use std::collections::BTreeMap;

/// How often each construct was generated.
pub type Constructs = BTreeMap<&'static str, usize>;

/// A row variable in scope.
#[derive(Clone, Debug)]
pub(super) struct RowVariable {
    /// Its name; none: only its columns' plain names can be used.
    pub(super) name: Option<String>,
    /// Its source.
    pub(super) source: String,
    /// Its columns can be named without it.
    pub(super) plain: bool,
    /// It is what `nearest` found: no row is before it.
    pub(super) nearest: bool,
}

/// A fact.
#[derive(Clone, Debug)]
pub(super) struct FactName {
    /// Its name.
    pub(super) name: String,
    /// Its entity.
    pub(super) entity: EntityName,
    /// Its type.
    pub(super) ty: Ty,
}

/// What can be named.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// Type of `this`.
    pub(super) this: EntityName,
    /// Rows.
    pub(super) rows: Vec<RowVariable>,
    /// `let`s and parameters of the model.
    pub(super) values: Vec<(String, Ty)>,
    /// Duration parameters.
    pub(super) spans: Vec<String>,
    /// Facts.
    pub(super) facts: Vec<FactName>,
    /// The entity whose facts are plain names (`from E in S where …`).
    pub(super) element: Option<EntityName>,
    /// Aggregates that may still be nested.
    pub(super) aggregates: u32,
    /// Instants that data lie on, as text.
    pub(super) instants: Vec<String>,
    /// Derived tables about `this`.
    pub(super) tables: Vec<Source>,
    /// Inside a derived table: there is no `now`.
    pub(super) in_table: bool,
    /// The first of the values that are compared among peers, or may use one that is.
    pub(super) first_among_peers: Option<usize>,
}

/// Writes expressions.
pub(super) struct Writer<'a> {
    /// Chance.
    pub(super) rng: &'a mut Choices,
    /// What there is.
    pub(super) schema: &'a Schema,
    /// Counts.
    pub(super) constructs: &'a mut Constructs,
    /// The next free number for names.
    pub(super) next: usize,
    /// Derived tables at top level.
    pub(super) shared_tables: Vec<(EntityName, Source)>,
}

const SPANS: &[&str] = &["6 h", "12 h", "1 day", "2 days", "3 days", "1 week", "1 month", "90 min", "24 h", "3 h"];
const COMPARISONS: &[&str] = &["<", "<=", ">", ">=", "==", "!="];

impl Writer<'_> {
    fn pick<T: Copy>(&mut self, options: &[T], fallback: T) -> T {
        options.choose(self.rng).copied().unwrap_or(fallback)
    }

    fn chance(&mut self, chance: f64) -> bool {
        self.rng.random_bool(chance)
    }

    pub(super) fn count(&mut self, construct: &'static str) {
        *self.constructs.entry(construct).or_default() += 1;
    }

    /// A name that nothing else has.
    pub(super) fn fresh(&mut self, prefix: &str) -> String {
        self.next += 1;
        format!("{prefix}{}", self.next)
    }

    /// An expression of this type.
    pub(super) fn expr(&mut self, ty: Ty, scope: &Scope, depth: u32) -> String {
        if self.chance(0.06) && depth > 0 && ty != Ty::Bool {
            self.count("??");
            let (a, b) = (self.expr(ty, scope, depth - 1), self.leaf(ty, scope));
            return if a.is_empty() || b.is_empty() { a + &b } else { format!("({a} ?? {b})") };
        }
        if depth > 0
            && matches!(ty, Ty::Int | Ty::Float | Ty::Bool)
            && self.chance(0.04)
            && let Some(call) = self.call(ty, scope, depth)
        {
            return call;
        }
        if self.chance(0.03)
            && let Some(value) = self.as_of(ty, scope, depth)
        {
            return value;
        }
        match ty {
            Ty::Bool => self.condition(scope, depth),
            _ if depth == 0 || self.chance(0.4) => self.leaf(ty, scope),
            Ty::Int | Ty::Float | Ty::Money | Ty::Area | Ty::Duration if self.chance(0.45) => {
                self.arithmetic(ty, scope, depth)
            }
            Ty::Date | Ty::Time if self.chance(0.3) => {
                self.count("time ± span");
                let base = self.leaf(ty, scope);
                let spans: &[&str] = if ty == Ty::Date { &["1 day", "2 days"] } else { SPANS };
                let span = self.pick(spans, "1 day");
                let sign = self.pick(&["+", "-"], "+");
                if span.ends_with("month") || span.ends_with("week") { base } else { format!("({base} {sign} {span})") }
            }
            _ => match self.aggregate_of(ty, scope, depth) {
                Some(aggregate) => format!("({aggregate})"),
                None => self.leaf(ty, scope),
            },
        }
    }

    fn arithmetic(&mut self, ty: Ty, scope: &Scope, depth: u32) -> String {
        self.count("arithmetic");
        let a = self.expr(ty, scope, depth - 1);
        match ty {
            Ty::Int => {
                if self.chance(0.15) {
                    self.count("near overflow");
                    return format!("({a} * 4611686018427387904)");
                }
                let operator = self.pick(&["+", "-", "*", "%"], "+");
                format!("({a} {operator} {})", self.expr(ty, scope, depth - 1))
            }
            Ty::Float => {
                let operator = self.pick(&["+", "-", "*", "/"], "+");
                let other = self.pick(&[Ty::Int, Ty::Float], Ty::Float);
                format!("({a} {operator} {})", self.expr(other, scope, depth - 1))
            }
            Ty::Duration => match self.rng.random_range(0..3) {
                0 => {
                    self.count("time - time");
                    format!("({} - {})", self.leaf(Ty::Time, scope), self.leaf(Ty::Time, scope))
                }
                1 => format!("({a} * {})", self.rng.random_range(0..3)),
                _ => {
                    let operator = self.pick(&["+", "-"], "+");
                    format!("({a} {operator} {})", self.expr(ty, scope, depth - 1))
                }
            },
            _ => match self.rng.random_range(0..3) {
                0 => format!("({a} * {})", self.expr(Ty::Int, scope, depth - 1)),
                1 => format!("({a} / {})", self.expr(Ty::Int, scope, depth - 1)),
                _ => {
                    let operator = self.pick(&["+", "-"], "+");
                    format!("({a} {operator} {})", self.expr(ty, scope, depth - 1))
                }
            },
        }
    }

    /// A name or a literal.
    pub(super) fn leaf(&mut self, ty: Ty, scope: &Scope) -> String {
        let mut names = self.names(ty, scope);
        if ty == Ty::Time && !scope.in_table && self.chance(0.3) {
            names.push("now".into());
        }
        if !names.is_empty() && self.chance(0.75) {
            let last = names[0].clone();
            return names.choose(self.rng).cloned().unwrap_or(last);
        }
        if names.is_empty()
            && self.chance(0.6)
            && let Some(aggregate) = self.aggregate_of(ty, scope, 1)
        {
            return format!("({aggregate})");
        }
        match self.constant(ty) {
            Some(constant) => constant,
            None => self.literal(ty, scope, names),
        }
    }

    fn literal(&mut self, ty: Ty, scope: &Scope, names: Vec<String>) -> String {
        match ty {
            Ty::Bool => self.pick(&["true", "false"], "true").into(),
            Ty::Int if self.chance(0.07) => {
                self.count("huge Int");
                "9223372036854775807".into()
            }
            Ty::Int => self.rng.random_range(0..6).to_string(),
            Ty::Float => self.pick(&["0.5", "1.0", "1.5", "2.0", "0.1", "3.0", "0.0"], "1.0").into(),
            Ty::Money => self.pick(&["0 yuan", "1 yuan", "2.5 yuan", "0.01 yuan"], "1 yuan").into(),
            Ty::Text => self.pick(&["\"a\"", "\"b\"", "\"c\""], "\"a\"").into(),
            Ty::Duration => {
                let span = self.pick(&["0 s", "6 h", "1 day", "2 days", "90 min", "24 h"], "1 day");
                span.into()
            }
            Ty::Point | Ty::Polygon => self.place_literal(ty),
            Ty::Area => self.pick(&["0 m²", "5 m²", "10 m²", "12.5 m²"], "5 m²").into(),
            Ty::Time => scope.instants.choose(self.rng).cloned().unwrap_or_else(|| "now".into()),
            Ty::Date => {
                let instant = scope.instants.choose(self.rng).cloned().unwrap_or_default();
                instant.split('T').next().unwrap_or_default().to_owned()
            }
            // Enums and entities have no literal: a name, `this`, or the most common of some rows.
            Ty::Enum | Ty::Entity(_) => match names.choose(self.rng) {
                Some(name) => name.clone(),
                None => self.aggregate_of(ty, scope, 1).map_or_else(String::new, |aggregate| format!("({aggregate})")),
            },
        }
    }

    /// Everything of this type that can be named.
    pub(super) fn names(&mut self, ty: Ty, scope: &Scope) -> Vec<String> {
        let mut names: Vec<String> =
            scope.values.iter().filter(|(_, of)| *of == ty).map(|(name, _)| name.clone()).collect();
        let plain_facts = [Some(scope.this), scope.element];
        let facts = scope.facts.iter().filter(|fact| fact.ty == ty);
        // Inside `from E in S` only facts of E are plain.
        let visible = if scope.element.is_some() { scope.element } else { plain_facts[0] };
        names.extend(facts.filter(|fact| Some(fact.entity) == visible).map(|fact| fact.name.clone()));
        if ty == Ty::Entity(scope.this) {
            names.push("this".into());
        }
        for row in &scope.rows {
            let table = scope.tables.iter().find(|table| table.name == row.source);
            let Some(source) = table.or_else(|| self.schema.source(&row.source)) else { continue };
            for column in source.columns.iter().filter(|column| column.ty == ty) {
                match &row.name {
                    Some(name) => {
                        names.push(format!("{name}.{}", column.name));
                        names.push(format!("{name}.{}", column.name));
                        if source.time != TimeKind::Timeless && !row.nearest {
                            names.push(format!("{name}.{}.{}", self.way(scope), column.name));
                        }
                    }
                    None if row.plain => names.push(column.name.clone()),
                    None => {}
                }
            }
            names.extend(self.paths(ty, row, source, scope));
        }
        if scope.element.is_none()
            && let Some(registry) = self.schema.registry(scope.this)
        {
            let columns = registry.columns.iter().filter(|column| column.ty == ty && !column.unique);
            names.extend(columns.map(|column| format!("{}.{}", registry.name, column.name)));
        }
        names
    }

    /// Values of other entities through columns of a row: their facts, and their registry's columns.
    fn paths(&self, ty: Ty, row: &RowVariable, source: &Source, scope: &Scope) -> Vec<String> {
        let mut paths = Vec::new();
        for column in &source.columns {
            let Ty::Entity(entity) = column.ty else { continue };
            let base = match &row.name {
                Some(name) => format!("{name}.{}", column.name),
                None if row.plain => column.name.clone(),
                None => continue,
            };
            let facts = scope.facts.iter().filter(|fact| fact.entity == entity && fact.ty == ty);
            paths.extend(facts.map(|fact| format!("{base}.{}", fact.name)));
            if let Some(registry) = self.schema.registry(entity) {
                let columns = registry.columns.iter().filter(|column| column.ty == ty && !column.unique);
                paths.extend(columns.map(|column| format!("{base}.{}.{}", registry.name, column.name)));
            }
        }
        paths
    }

    /// A condition.
    pub(super) fn condition(&mut self, scope: &Scope, depth: u32) -> String {
        if depth > 0 && self.chance(0.3) {
            let (a, b) = (self.condition(scope, depth - 1), self.condition(scope, depth - 1));
            let operator = self.pick(&["and", "or"], "and");
            self.count("and, or");
            return format!("({a} {operator} {b})");
        }
        if depth > 0 && self.chance(0.08) {
            self.count("not");
            return format!("not ({})", self.condition(scope, depth - 1));
        }
        if self.chance(0.02)
            && let Some(value) = self.as_of(Ty::Bool, scope, depth)
        {
            return value;
        }
        let next = depth.saturating_sub(1);
        match self.rng.random_range(0..22) {
            20 | 21 => self.place_condition(scope),
            0 | 1 if scope.aggregates > 0 => match self.aggregate_of(Ty::Bool, scope, depth) {
                Some(aggregate) => format!("({aggregate})"),
                None => self.comparison(scope, next),
            },
            2 => {
                let types = [Ty::Int, Ty::Float, Ty::Text, Ty::Time, Ty::Entity(EntityName::Person)];
                let ty = self.pick(&types, Ty::Int);
                let value = self.leaf(ty, scope);
                if value.is_empty() || !value.contains(|c: char| c.is_ascii_lowercase()) {
                    return self.comparison(scope, next);
                }
                self.count("is missing");
                let is = self.pick(&["is", "is not"], "is");
                format!("{value} {is} missing")
            }
            3 | 4 => {
                let value = self.leaf(Ty::Enum, scope);
                if value.is_empty() {
                    return self.comparison(scope, next);
                }
                self.count("enum");
                let (variant, _) = self.pick(VARIANTS, VARIANTS[0]);
                match self.rng.random_range(0..3) {
                    0 => format!("{value} == {variant}"),
                    1 => format!("{value} is not {variant}"),
                    _ => format!("{value} is {variant}"),
                }
            }
            5 => {
                self.count("in range");
                let value = self.expr(Ty::Int, scope, next);
                let low = self.rng.random_range(0..4);
                let high = low + self.rng.random_range(0..4);
                let dots = self.pick(&["..", "..="], "..");
                let not = self.pick(&["", "not "], "");
                format!("{value} {not}in {low}{dots}{high}")
            }
            6 => {
                self.count("in list");
                let value = self.expr(Ty::Text, scope, next);
                format!("{value} in (\"a\", \"{}\")", self.pick(&["b", "c", "z"], "b"))
            }
            7 | 8 => {
                let ty = Ty::Entity(self.pick(&[EntityName::Person, EntityName::Dwelling], EntityName::Person));
                let (a, b) = (self.leaf(ty, scope), self.leaf(ty, scope));
                if a.is_empty() || b.is_empty() || a == b {
                    return self.comparison(scope, next);
                }
                self.count("entities compared");
                format!("{a} {} {b}", self.pick(&["==", "!=", "is", "is not"], "=="))
            }
            9 => {
                let time = self.leaf(Ty::Time, scope);
                self.count("hour in range");
                format!("hour({time}) in {}", self.pick(&["22..6", "0..12", "18..=23", "6..6"], "22..6"))
            }
            10 => {
                let flags = self.names(Ty::Bool, scope);
                match flags.choose(self.rng) {
                    Some(flag) => flag.clone(),
                    None => self.comparison(scope, next),
                }
            }
            _ => self.comparison(scope, next),
        }
    }

    /// A comparison whose left side says something about the data.
    fn comparison(&mut self, scope: &Scope, depth: u32) -> String {
        if scope.aggregates > 0 && self.chance(0.4) {
            let count = if self.chance(0.15) { self.entities(scope, depth) } else { None };
            if let Some(count) = count.or_else(|| self.aggregate_of(Ty::Int, scope, depth)) {
                let operator = self.pick(&[">=", ">", ">=", ">", "==", "<", "<="], ">=");
                return format!("({count}) {operator} {}", self.rng.random_range(0..4));
            }
        }
        let types = [
            Ty::Int,
            Ty::Int,
            Ty::Int,
            Ty::Float,
            Ty::Float,
            Ty::Money,
            Ty::Text,
            Ty::Date,
            Ty::Time,
            Ty::Duration,
            Ty::Area,
        ];
        let mut ty = self.pick(&types, Ty::Int);
        let mut names = self.names(ty, scope);
        for _ in 0..8 {
            if names.is_empty() {
                ty = self.pick(&types, Ty::Int);
                names = self.names(ty, scope);
            }
        }
        let a = match names.choose(self.rng).cloned() {
            Some(name) if self.chance(0.6) => name,
            _ => self.expr(ty, scope, depth),
        };
        let operators = if ty == Ty::Text { &["==", "!=", "is", "is not"] } else { COMPARISONS };
        let operator = self.pick(operators, "==");
        if ty == Ty::Int && self.chance(0.1) {
            self.count("Int and Float compared");
            return format!("{a} {operator} {}", self.literal(Ty::Float, scope, Vec::new()));
        }
        let b = if self.chance(0.6) { self.literal(ty, scope, Vec::new()) } else { self.expr(ty, scope, depth) };
        if b.is_empty() || a.is_empty() { "true".into() } else { format!("{a} {operator} {b}") }
    }

    /// A window, or nothing.
    pub(super) fn window(&mut self, scope: &Scope, chance: f64) -> String {
        if !self.chance(chance) {
            return String::new();
        }
        let span = |writer: &mut Self| -> String {
            if let Some(parameter) = scope.spans.choose(writer.rng).cloned()
                && writer.chance(0.3)
            {
                writer.count("window of a parameter");
                return parameter;
            }
            let constant = writer.constant(Ty::Duration);
            constant.unwrap_or_else(|| writer.pick(SPANS, "1 day").into())
        };
        if self.chance(0.15) {
            return self.calendar_window();
        }
        if !scope.in_table
            && self.chance(0.12)
            && let Some(event) = self.event(scope)
        {
            self.count("since");
            return format!(" since {event}");
        }
        if self.chance(0.25) {
            self.count("window with gap");
            format!(" over {} before last {}", span(self), span(self))
        } else {
            self.count("window");
            format!(" over last {}", span(self))
        }
    }

    /// An aggregate of this type over rows about `this`, without parentheses.
    pub(super) fn aggregate_of(&mut self, ty: Ty, scope: &Scope, depth: u32) -> Option<String> {
        if scope.aggregates == 0 {
            return None;
        }
        if ty == Ty::Int && self.chance(0.12) {
            return self.entities(scope, depth);
        }
        if matches!(ty, Ty::Int | Ty::Bool | Ty::Float | Ty::Area | Ty::Duration)
            && self.chance(0.15)
            && let Some(series) = self.series(ty, scope, depth.saturating_sub(1))
        {
            return Some(series);
        }
        if self.chance(0.14) {
            return self.aggregate_near(ty, scope, depth.saturating_sub(1));
        }
        if self.chance(0.04) {
            return self.nearest_value(ty, scope);
        }
        let sources: Vec<&Source> =
            self.schema.sources.iter().filter(|source| !source.ways_about(scope.this).is_empty()).collect();
        let (source, of, by) = match scope.tables.choose(self.rng) {
            Some(table) if self.chance(0.5) => {
                self.count("from a derived table");
                (table, String::new(), String::new())
            }
            _ => {
                let source = *sources.choose(self.rng)?;
                let by = source.ways_about(scope.this).choose(self.rng)?.clone();
                self.of_another(scope).unwrap_or((source, String::new(), by))
            }
        };
        let row = RowVariable {
            name: self.chance(0.5).then(|| self.fresh("r")),
            source: source.name.clone(),
            plain: true,
            nearest: false,
        };
        let mut inner = scope.clone();
        inner.aggregates -= 1;
        inner.rows.push(row.clone());
        let depth = depth.saturating_sub(1);
        let what = self.function_and_value(ty, source, &inner, depth)?;
        let filter = if self.chance(0.45) {
            self.count("where");
            format!(" where {}", self.condition(&inner, depth.min(1)))
        } else {
            String::new()
        };
        let window = if source.time == TimeKind::Timeless { String::new() } else { self.window(scope, 0.65) };
        let name = row.name.map_or_else(String::new, |name| format!(" as {name}"));
        if !by.is_empty() {
            self.count("by");
        }
        self.count(match (source.is_union(), source.time) {
            (true, _) => "from a union",
            (_, TimeKind::Timeless) => "from a timeless source",
            (_, TimeKind::Events) => "from events",
            (_, TimeKind::State) => "from a state",
        });
        if scope.this == EntityName::Guest {
            self.count("about a pair");
        }
        let edge = if of.is_empty() { self.edge(source) } else { "" };
        // Over a window only a state that lasts has an overlap.
        let edge = if what.starts_with("max overlap") { "" } else { edge };
        Some(format!("{what} from {edge}{}{of}{name}{by}{filter}{window}", source.name))
    }

    pub(super) fn function_and_value(&mut self, ty: Ty, source: &Source, inner: &Scope, depth: u32) -> Option<String> {
        let own_column = |writer: &mut Self, ty: Ty| -> Option<String> {
            let columns: Vec<&str> =
                source.columns.iter().filter(|column| column.ty == ty).map(|column| column.name.as_str()).collect();
            columns.choose(writer.rng).map(|name| (*name).to_owned())
        };
        if source.time != TimeKind::Timeless
            && self.chance(0.05)
            && let Some(series) = self.bare_series(ty, inner, depth)
        {
            return Some(series);
        }
        let function = match ty {
            Ty::Bool => {
                // Without a value only where a selection follows.
                let functions = ["any", "none", "all", "any where", "none where"];
                let function = self.pick(if inner.in_table { &functions[..3] } else { &functions }, "any");
                self.count(match function {
                    "all" => "all",
                    "none" | "none where" => "none",
                    _ => "any",
                });
                return Some(match function {
                    "any where" => "any".into(),
                    "none where" => "none".into(),
                    function => format!("{function} ({})", self.condition(inner, depth.min(1))),
                });
            }
            Ty::Int => self.pick(&["count", "count", "count", "count distinct", "sum", "max"], "count"),
            Ty::Float => {
                let functions = ["sum", "sum", "mean", "stddev", "median", "quantile(0.9)", "mean of Int", "max"];
                self.pick(&functions, "sum")
            }
            Ty::Money | Ty::Area | Ty::Duration => self.pick(&["sum", "mean", "median", "max", "min"], "sum"),
            Ty::Date | Ty::Time => self.pick(&["min", "max", "first", "last"], "max"),
            _ => self.pick(&["the", "first", "last", "most common"], "the"),
        };
        let others = ["min", "max", "first", "last", "the", "most common"];
        let function = if function == "max" { self.pick(&others, "max") } else { function };
        let (function, of) = match function {
            "count" => {
                self.count("count");
                return Some("count".into());
            }
            "count distinct" => {
                let columns: Vec<&str> = source.columns.iter().map(|column| column.name.as_str()).collect();
                self.count("count distinct");
                return columns.choose(self.rng).map(|column| format!("count distinct {column}"));
            }
            "mean of Int" => (self.pick(&["mean", "stddev", "median", "quantile(0.25)"], "mean"), Ty::Int),
            function => (function, ty),
        };
        let constructs = [
            "sum",
            "mean",
            "stddev",
            "median",
            "quantile(0.9)",
            "quantile(0.25)",
            "min",
            "max",
            "first",
            "last",
            "the",
            "most common",
        ];
        if let Some(construct) = constructs.into_iter().find(|construct| *construct == function) {
            self.count(construct);
        }
        let value = match own_column(self, of) {
            Some(column) if self.chance(0.8) => column,
            other => {
                let value = self.expr(of, inner, depth.min(1));
                if value.is_empty() { other? } else { format!("({value})") }
            }
        };
        Some(format!("{function} {value}"))
    }

    /// `count from E in S where …`
    fn entities(&mut self, scope: &Scope, depth: u32) -> Option<String> {
        let entities = [EntityName::Person, EntityName::Dwelling, EntityName::Guest, EntityName::Meter];
        let mut candidates = Vec::new();
        for source in &self.schema.sources {
            for element in entities {
                let about = source.ways_about(scope.this);
                let found = source.ways_about(element);
                if element != scope.this
                    && about.len() == 1
                    && about[0].is_empty()
                    && found.len() == 1
                    && found[0].is_empty()
                {
                    candidates.push((element, source));
                }
            }
        }
        for table in &scope.tables {
            let one = |element: &EntityName| *element != scope.this && table.columns_of(*element).len() == 1;
            candidates.extend(entities.into_iter().filter(one).map(|element| (element, table)));
        }
        let (element, source) = *candidates.choose(self.rng)?;
        self.count("from E in S");
        let mut inner = scope.clone();
        inner.aggregates -= 1;
        inner.element = Some(element);
        inner.rows.clear();
        let has_facts = scope.facts.iter().any(|fact| fact.entity == element);
        let filter = if has_facts && self.chance(0.8) {
            format!(" where {}", self.condition(&inner, depth.min(1)))
        } else {
            String::new()
        };
        let window = if source.time == TimeKind::Timeless { String::new() } else { self.window(scope, 0.6) };
        Some(format!("count from {} in {}{filter}{window}", element.name(), source.name))
    }
}

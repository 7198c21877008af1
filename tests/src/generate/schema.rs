//! Generated entities, enums and sources: what they are, and their text.

use super::choices::Choices;
use rand::Rng;
use rand::seq::IndexedRandom;

/// Types that generated expressions have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "their names are the language's")]
pub enum Ty {
    Bool,
    Int,
    Float,
    Money,
    Text,
    Date,
    Time,
    Duration,
    Enum,
    Area,
    Point,
    Polygon,
    Entity(EntityName),
}

/// The generated entity types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EntityName {
    /// Key Text, often private.
    Person,
    /// Key Text.
    Dwelling,
    /// Key Int.
    Meter,
    /// The pair (Person, Dwelling).
    Guest,
}

impl EntityName {
    /// Its name in the program.
    pub fn name(self) -> &'static str {
        match self {
            Self::Person => "Person",
            Self::Dwelling => "Dwelling",
            Self::Meter => "Meter",
            Self::Guest => "Guest",
        }
    }

    /// Its parts, if it is a pair.
    pub fn parts(self) -> Option<(Self, Self)> {
        (self == Self::Guest).then_some((Self::Person, Self::Dwelling))
    }
}

/// How a generated column's raw cells are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RawForm {
    /// The column type that fits best.
    Native,
    /// Text, in which a cell can also be bad.
    Text,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// It may be missing.
    pub optional: bool,
    /// `unique`.
    pub unique: bool,
    /// `recorded`.
    pub recorded: bool,
    /// Name of the raw column.
    pub raw_name: String,
    /// How raw cells are written.
    pub form: RawForm,
}

/// How a source lies in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "their names are the language's")]
pub enum TimeKind {
    Timeless,
    Events,
    State,
}

/// A source: a table, or a union of two.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// How it lies in time.
    pub time: TimeKind,
    /// Its columns.
    pub columns: Vec<Column>,
    /// Key columns.
    pub key: Vec<usize>,
    /// Order columns.
    pub order: Vec<usize>,
    /// `expect every D [per C]`
    pub expect: Option<(String, Option<usize>)>,
    /// `known ahead` at the end of a state.
    pub known_ahead: bool,
    /// For a union: its parts, each with the text of every column's value.
    pub parts: Vec<(String, Vec<String>)>,
}

impl Source {
    /// Names of the columns of an entity type (pairs have none).
    pub fn columns_of(&self, entity: EntityName) -> Vec<&str> {
        self.columns.iter().filter(|c| c.ty == Ty::Entity(entity)).map(|c| c.name.as_str()).collect()
    }

    /// The `by` clauses with which rows may be taken about an entity: empty text where none is needed.
    pub fn ways_about(&self, entity: EntityName) -> Vec<String> {
        match entity.parts() {
            Some((a, b)) => {
                let one_way = self.columns_of(a).len() == 1 && self.columns_of(b).len() == 1;
                if one_way { vec![String::new()] } else { Vec::new() }
            }
            None => match self.columns_of(entity)[..] {
                [] => Vec::new(),
                [_] => vec![String::new()],
                ref several => several.iter().map(|column| format!(" by {column}")).collect(),
            },
        }
    }

    /// It is the registry of this entity.
    pub fn is_registry_of(&self, entity: EntityName) -> bool {
        self.columns.iter().any(|c| c.unique && c.ty == Ty::Entity(entity))
    }

    /// It is a union.
    pub fn is_union(&self) -> bool {
        !self.parts.is_empty()
    }

    fn text(&self) -> String {
        if self.is_union() {
            let part = |(source, values): &(String, Vec<String>)| {
                let columns = self.columns.iter().zip(values).map(|(column, value)| {
                    if column.name == *value { value.clone() } else { format!("{} = {value}", column.name) }
                });
                format!("{source} {{ {} }}", columns.collect::<Vec<_>>().join(", "))
            };
            let parts: Vec<String> = self.parts.iter().map(part).collect();
            return format!("source {} = {}", self.name, parts.join("\n    | "));
        }
        let column_names = |columns: &[usize]| {
            let names: Vec<&str> = columns.iter().map(|&c| self.columns[c].name.as_str()).collect();
            names.join(", ")
        };
        let time = match self.time {
            TimeKind::Timeless => String::new(),
            TimeKind::Events => format!(" events at {}", self.name_of_time()),
            TimeKind::State => {
                format!(" state {}..{}", self.name_of_time(), self.name_of_end())
            }
        };
        let mut lines = vec![format!("source {}{time} {{", self.name)];
        lines.push("    owner \"office\"".into());
        lines.push("    allows watching".into());
        if !self.key.is_empty() {
            lines.push(format!("    key ({})", column_names(&self.key)));
        }
        if !self.order.is_empty() {
            lines.push(format!("    order ({})", column_names(&self.order)));
        }
        if let Some((every, per)) = &self.expect {
            let per = per.map_or(String::new(), |c| format!(" per {}", self.columns[c].name));
            lines.push(format!("    expect every {every}{per}"));
        }
        for column in &self.columns {
            lines.push(format!("    {}", self.column_text(column)));
        }
        lines.push("}".into());
        lines.join("\n")
    }

    fn column_text(&self, column: &Column) -> String {
        let Column { name, ty, optional, unique, recorded, raw_name, form } = column;
        let ty_name = match ty {
            Ty::Entity(entity) => entity.name().to_owned(),
            Ty::Enum => "Sort".into(),
            other => format!("{other:?}"),
        };
        let mut text = format!("{name} : {ty_name}{}", if *optional { "?" } else { "" });
        if *ty == Ty::Area {
            text += " in m²";
        }
        if *unique {
            text += " unique";
        }
        if *recorded {
            text += " recorded";
        }
        if self.known_ahead && self.time == TimeKind::State && *name == self.name_of_end() {
            text += " known ahead";
        }
        if raw_name != name {
            text += &format!(" from \"{raw_name}\"");
        }
        match (ty, form) {
            (Ty::Date, RawForm::Text) => text += " as \"%Y%m%d\"",
            (Ty::Time, RawForm::Text) => text += " as \"%Y/%m/%d %H:%M:%S\"",
            _ => {}
        }
        text
    }

    /// Name of the column with the event time or start.
    pub fn name_of_time(&self) -> String {
        format!("{}_time", self.prefix())
    }

    /// Name of the column with a state's end.
    pub fn name_of_end(&self) -> String {
        format!("{}_end", self.prefix())
    }

    fn prefix(&self) -> &str {
        &self.name[..1]
    }
}

/// Everything that models are about.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The package's zone.
    pub zone: &'static str,
    /// `Person` is private.
    pub private: bool,
    /// Tables, then unions.
    pub sources: Vec<Source>,
}

/// Zones: without change, with changes at night, with a change in history, with a change at midnight.
const ZONES: &[&str] = &["Asia/Shanghai", "UTC", "America/New_York", "Europe/Berlin", "America/Asuncion"];

/// Raw texts of the enum's variants, besides their names.
pub(super) const VARIANTS: &[(&str, &str)] = &[("alpha", "甲"), ("beta", "乙"), ("gamma", "丙")];

impl Schema {
    /// A schema.
    pub(crate) fn generate(rng: &mut Choices) -> Self {
        let mut sources = vec![homes(rng), visits(rng)];
        if rng.random_bool(0.4) {
            sources.push(kiosks(rng));
        }
        if rng.random_bool(0.6) {
            sources.push(people(rng));
        }
        if rng.random_bool(0.7) {
            sources.push(stays(rng));
        }
        if rng.random_bool(0.6) {
            sources.push(calls(rng));
            if rng.random_bool(0.7) {
                sources.push(union(rng));
            }
        }
        let zone = ZONES.choose(rng).copied().unwrap_or("UTC");
        Self { zone, private: rng.random_bool(0.5), sources }
    }

    /// The texts of all declarations, one for each.
    pub fn texts(&self) -> Vec<String> {
        let variants: Vec<String> = VARIANTS.iter().map(|(name, raw)| format!("{name} = \"{raw}\"")).collect();
        let mut texts = vec![
            format!("entity Person key Text{}", if self.private { " private" } else { "" }),
            "entity Dwelling key Text".into(),
            "entity Meter key Int".into(),
            "entity Guest key (Person, Dwelling)".into(),
            format!("enum Sort {{ {} }}", variants.join(", ")),
        ];
        texts.extend(self.sources.iter().map(Source::text));
        texts
    }

    /// The source of this name.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// The registry of an entity.
    pub fn registry(&self, entity: EntityName) -> Option<&Source> {
        self.sources.iter().find(|source| source.is_registry_of(entity))
    }
}

struct Builder<'r> {
    rng: &'r mut Choices,
    source: Source,
}

impl<'r> Builder<'r> {
    fn new(rng: &'r mut Choices, name: &str, time: TimeKind) -> Self {
        let source = Source {
            name: name.into(),
            time,
            columns: Vec::new(),
            key: Vec::new(),
            order: Vec::new(),
            expect: None,
            known_ahead: false,
            parts: Vec::new(),
        };
        Self { rng, source }
    }

    fn column(&mut self, suffix: &str, ty: Ty, optional: bool) -> usize {
        let name = format!("{}_{suffix}", self.source.prefix());
        let raw_name = if self.rng.random_bool(0.2) { format!("原{suffix}") } else { name.clone() };
        let text = matches!(ty, Ty::Int | Ty::Date | Ty::Time) && self.rng.random_bool(0.25);
        let form = if text { RawForm::Text } else { RawForm::Native };
        self.source.columns.push(Column { name, ty, optional, unique: false, recorded: false, raw_name, form });
        self.source.columns.len() - 1
    }

    fn maybe(&mut self, chance: f64, suffix: &str, ty: Ty) {
        if self.rng.random_bool(chance) {
            let optional = self.rng.random_bool(0.6);
            self.column(suffix, ty, optional);
        }
    }

    fn values(&mut self, chance: f64) {
        self.maybe(chance, "int", Ty::Int);
        self.maybe(chance, "float", Ty::Float);
        self.maybe(chance * 0.6, "money", Ty::Money);
        self.maybe(chance, "text", Ty::Text);
        self.maybe(chance, "sort", Ty::Enum);
        self.maybe(chance * 0.4, "flag", Ty::Bool);
        self.maybe(chance * 0.4, "date", Ty::Date);
        self.maybe(chance * 0.4, "area", Ty::Area);
        self.maybe(chance * 0.6, "place", Ty::Point);
    }

    fn recorded(&mut self, chance: f64) {
        if self.rng.random_bool(chance) {
            let optional = self.rng.random_bool(0.3);
            let column = self.column("recorded", Ty::Time, optional);
            self.source.columns[column].recorded = true;
        }
    }

    fn key(&mut self, chance: f64) {
        if self.rng.random_bool(chance) {
            let optional = self.rng.random_bool(0.1);
            let serial = self.column("serial", Ty::Int, optional);
            self.source.key.push(serial);
            if self.rng.random_bool(0.2) {
                let entities = self.source.columns.iter().position(|c| matches!(c.ty, Ty::Entity(_)) && !c.optional);
                self.source.key.extend(entities);
            }
        }
    }

    fn order(&mut self, chance: f64) {
        if self.rng.random_bool(chance) {
            let column = self.rng.random_range(0..self.source.columns.len());
            self.source.order.push(column);
        }
    }

    fn expect(&mut self, chance: f64) {
        if self.rng.random_bool(chance) {
            let every = *["1 day", "12 h", "2 days", "6 h"].choose(self.rng).unwrap_or(&"1 day");
            let candidates: Vec<usize> = (0..self.source.columns.len())
                .filter(|&c| matches!(self.source.columns[c].ty, Ty::Text | Ty::Enum | Ty::Int | Ty::Entity(_)))
                .collect();
            let per = if self.rng.random_bool(0.5) { candidates.choose(self.rng).copied() } else { None };
            self.source.expect = Some((every.into(), per));
        }
    }
}

fn homes(rng: &mut Choices) -> Source {
    let mut b = Builder::new(rng, "homes", TimeKind::Timeless);
    let home = b.column("home", Ty::Entity(EntityName::Dwelling), false);
    b.source.columns[home].unique = true;
    b.maybe(0.7, "keeper", Ty::Entity(EntityName::Person));
    b.values(0.5);
    b.maybe(0.3, "ground", Ty::Polygon);
    b.recorded(0.3);
    b.source
}

/// Rows about nobody, which lie somewhere.
fn kiosks(rng: &mut Choices) -> Source {
    let mut b = Builder::new(rng, "kiosks", TimeKind::Timeless);
    b.values(0.3);
    if !b.source.columns.iter().any(|column| column.ty == Ty::Point) {
        b.column("place", Ty::Point, true);
    }
    b.maybe(0.3, "home", Ty::Entity(EntityName::Dwelling));
    b.maybe(0.3, "reach", Ty::Polygon);
    b.recorded(0.3);
    b.source
}

fn people(rng: &mut Choices) -> Source {
    let mut b = Builder::new(rng, "people", TimeKind::Timeless);
    let person = b.column("person", Ty::Entity(EntityName::Person), false);
    b.source.columns[person].unique = true;
    b.maybe(0.7, "home", Ty::Entity(EntityName::Dwelling));
    b.values(0.3);
    b.recorded(0.3);
    b.source
}

fn stays(rng: &mut Choices) -> Source {
    let mut b = Builder::new(rng, "stays", TimeKind::State);
    let optional = b.rng.random_bool(0.2);
    b.column("person", Ty::Entity(EntityName::Person), optional);
    b.column("home", Ty::Entity(EntityName::Dwelling), false);
    b.values(0.4);
    let ty = if b.rng.random_bool(0.4) { Ty::Date } else { Ty::Time };
    b.column("time", ty, false);
    let optional = b.rng.random_bool(0.8);
    b.column("end", ty, optional);
    b.source.known_ahead = b.rng.random_bool(0.4);
    b.recorded(0.5);
    b.key(0.5);
    b.order(0.2);
    b.expect(0.2);
    b.source
}

fn visits(rng: &mut Choices) -> Source {
    let mut b = Builder::new(rng, "visits", TimeKind::Events);
    let optional = b.rng.random_bool(0.4);
    b.column("person", Ty::Entity(EntityName::Person), optional);
    b.column("home", Ty::Entity(EntityName::Dwelling), false);
    if b.rng.random_bool(0.2) {
        b.column("host", Ty::Entity(EntityName::Person), true);
    }
    b.maybe(0.4, "meter", Ty::Entity(EntityName::Meter));
    b.values(0.6);
    let ty = if b.rng.random_bool(0.15) { Ty::Date } else { Ty::Time };
    b.column("time", ty, false);
    b.recorded(0.6);
    b.key(0.6);
    b.order(0.3);
    b.expect(0.4);
    b.source
}

fn calls(rng: &mut Choices) -> Source {
    let mut b = Builder::new(rng, "calls", TimeKind::Events);
    b.column("person", Ty::Entity(EntityName::Person), false);
    let optional = b.rng.random_bool(0.5);
    b.column("home", Ty::Entity(EntityName::Dwelling), optional);
    b.column("int", Ty::Int, true);
    b.values(0.3);
    let mut seen = Vec::new();
    b.source.columns.retain(|column| {
        let new = !seen.contains(&column.name);
        seen.push(column.name.clone());
        new
    });
    b.column("time", Ty::Time, false);
    b.recorded(0.5);
    b.key(0.5);
    b.order(0.2);
    b.expect(0.3);
    b.source
}

/// `seen`: visits and calls as one source.
fn union(rng: &mut Choices) -> Source {
    let mut b = Builder::new(rng, "uniting", TimeKind::Events);
    b.column("person", Ty::Entity(EntityName::Person), true);
    b.column("home", Ty::Entity(EntityName::Dwelling), true);
    b.column("time", Ty::Time, false);
    b.column("int", Ty::Int, true);
    b.column("place", Ty::Point, true);
    for column in &mut b.source.columns {
        column.raw_name = column.name.clone();
        column.form = RawForm::Native;
    }
    let values = |prefix: &str, int: &str| {
        let column = |suffix: &str| format!("{prefix}_{suffix}");
        vec![column("person"), column("home"), column("time"), int.to_owned(), String::new()]
    };
    // The caller fills in the parts' integer, which depends on the columns that were drawn.
    b.source.parts = vec![("visits".into(), values("v", "")), ("calls".into(), values("c", "c_int"))];
    b.source
}

impl Schema {
    /// Unions refer to columns that may not have been drawn: such parts read a constant instead; a part with a date
    /// as its time leaves the union out.
    pub fn complete(mut self) -> Self {
        let visits = self.source("visits").cloned();
        let has = |name: &str| visits.iter().any(|s| s.columns.iter().any(|c| c.name == name));
        let int = if has("v_int") { "v_int" } else { "3" };
        let registry = self.source("homes").is_some_and(|s| s.columns.iter().any(|c| c.name == "h_place"));
        let calls = self.source("calls").is_some_and(|s| s.columns.iter().any(|c| c.name == "c_place"));
        // Positions of a part without its own are read from the registry, or are all the same.
        let place = |prefix: &str, own: bool| match (own, registry) {
            (true, _) => format!("{prefix}_place"),
            (false, true) => format!("{prefix}_home.homes.h_place"),
            (false, false) => "point(120, 31.01)".to_owned(),
        };
        let places = [place("v", has("v_place")), place("c", calls)];
        let dated = visits.iter().any(|s| s.columns.iter().any(|c| c.name == "v_time" && c.ty == Ty::Date));
        self.sources.retain(|source| !(source.is_union() && dated));
        for source in self.sources.iter_mut().filter(|source| source.is_union()) {
            source.parts[0].1[3] = int.into();
            for (part, place) in source.parts.iter_mut().zip(&places) {
                part.1[4].clone_from(place);
            }
        }
        self
    }
}

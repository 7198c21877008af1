//! Generated derived tables, as text.

use super::expressions::{RowVariable, Scope, Writer};
use super::models::Item;
use super::schema::{Column, EntityName, RawForm, Source, TimeKind, Ty};
use rand::Rng;
use rand::seq::IndexedRandom;

const BUCKETS: &[&str] =
    &["date(TIME)", "night(TIME)", "step(TIME, 6 h)", "step(TIME, 1 h)", "week_of(TIME)", "month_of(TIME)"];

impl Writer<'_> {
    /// Tables at top level: each is remembered for the facts and models of its entity.
    pub(super) fn tables(&mut self, instants: &[String]) -> Vec<Item> {
        let mut items = Vec::new();
        for _ in 0..self.rng.random_range(0..3_usize) {
            if !self.rng.random_bool(0.35) {
                continue;
            }
            let entities = [EntityName::Person, EntityName::Dwelling, EntityName::Dwelling, EntityName::Guest];
            let Some(&entity) = entities.choose(self.rng) else { continue };
            let scope = super::models::scope(entity, &[], instants, &self.shared_tables);
            if let Some((line, table)) = self.table(&scope, &format!(" for {}", entity.name())) {
                self.count("rows at top level");
                items.push(Item::other(line));
                self.shared_tables.push((entity, table));
            }
        }
        items
    }

    /// Tables of a model.
    pub(super) fn table_lines(&mut self, lines: &mut Vec<String>, scope: &mut Scope) {
        for chance in [0.4, 0.3] {
            if !self.rng.random_bool(chance) {
                return;
            }
            if let Some((line, table)) = self.table(scope, "") {
                lines.push(format!("    {line}"));
                scope.tables.push(table);
            }
        }
    }

    fn table(&mut self, scope: &Scope, entity: &str) -> Option<(String, Source)> {
        let sources: Vec<Source> = self
            .schema
            .sources
            .iter()
            .filter(|source| !source.ways_about(scope.this).is_empty())
            .chain(scope.tables.iter())
            .cloned()
            .collect();
        let base = sources.choose(self.rng)?.clone();
        let derived = scope.tables.iter().any(|table| table.name == base.name);
        let by = if derived { String::new() } else { base.ways_about(scope.this).choose(self.rng)?.clone() };
        if derived {
            self.count("rows of rows");
        }
        let row = self.fresh("r");
        let inner = Scope {
            rows: vec![RowVariable { name: Some(row.clone()), source: base.name.clone(), plain: true, nearest: false }],
            values: scope.values.iter().filter(|(name, _)| name.starts_with('p')).cloned().collect(),
            facts: Vec::new(),
            aggregates: 0,
            in_table: true,
            ..scope.clone()
        };
        let filter =
            if self.rng.random_bool(0.35) { format!(" where {}", self.condition(&inner, 1)) } else { String::new() };
        let window = if base.time == TimeKind::Timeless { String::new() } else { self.window(&inner, 0.2) };
        let name = self.fresh("t");
        let mut columns: Vec<Column> = Vec::new();
        let mut written: Vec<String> = Vec::new();
        let (grouping, time) = self.grouping(&base, &mut columns);
        for _ in 0..self.rng.random_range(1..4) {
            let types =
                [Ty::Int, Ty::Int, Ty::Float, Ty::Bool, Ty::Text, Ty::Time, Ty::Money, Ty::Entity(EntityName::Person)];
            let ty = *types.choose(self.rng)?;
            let value = if grouping == "each" {
                self.expr(ty, &inner, 1)
            } else {
                self.function_and_value(ty, &base, &inner, 1).unwrap_or_default()
            };
            if value.is_empty() {
                continue;
            }
            let condition = if grouping != "each" && self.rng.random_bool(0.3) {
                self.count("where in a group");
                format!(" where {}", self.condition(&inner, 1))
            } else {
                String::new()
            };
            let column = self.fresh("c");
            written.push(format!("{column} = {value}{condition}"));
            columns.push(plain(column, ty));
        }
        let line = format!(
            "rows {name}{entity} from {} as {row}{by}{filter}{window} {grouping} {{ {} }}",
            base.name,
            written.join("  ")
        );
        let table = Source {
            name,
            time,
            columns,
            key: Vec::new(),
            order: Vec::new(),
            expect: None,
            known_ahead: false,
            parts: Vec::new(),
        };
        Some((line, table))
    }

    /// `each`, `per …` or `sessions …`; adds the columns that keys make.
    fn grouping(&mut self, base: &Source, columns: &mut Vec<Column>) -> (String, TimeKind) {
        let times: Vec<&Column> = base.columns.iter().filter(|column| column.ty == Ty::Time).collect();
        let dated = base.time != TimeKind::Timeless;
        let current = if self.rng.random_bool(0.3) { " including current" } else { "" };
        match self.rng.random_range(0..10) {
            0..2 => {
                self.count("rows each");
                let time = if dated { TimeKind::Events } else { TimeKind::Timeless };
                ("each".into(), time)
            }
            2..5 if dated => {
                self.count("rows sessions");
                if !current.is_empty() {
                    self.count("rows including current");
                }
                let gap = ["6 h", "6 h", "4 h", "12 h", "1 day", "90 min", "2 days"]
                    .choose(self.rng)
                    .copied()
                    .unwrap_or("6 h");
                (format!("sessions gap {gap}{current}"), TimeKind::Events)
            }
            choice => {
                let mut keys = Vec::new();
                let key = base.columns.iter().filter(|column| !matches!(column.ty, Ty::Time | Ty::Date | Ty::Float));
                let key: Vec<&Column> = key.collect();
                let bucket = times.choose(self.rng).filter(|_| choice < 9).map(|column| column.name.clone());
                if (bucket.is_none() || self.rng.random_bool(0.3))
                    && let Some(key) = key.choose(self.rng)
                {
                    keys.push(key.name.clone());
                    columns.push(plain(key.name.clone(), key.ty));
                }
                let dated = match bucket {
                    Some(time) => {
                        let bucket = BUCKETS.choose(self.rng).copied().unwrap_or("date(TIME)");
                        keys.push(bucket.replace("TIME", &time));
                        self.count("rows per bucket");
                        true
                    }
                    None => false,
                };
                if keys.is_empty() {
                    return ("each".into(), base.time_of_rows());
                }
                if !dated {
                    self.count("rows per key");
                    return (format!("per {}", keys.join(", ")), TimeKind::Timeless);
                }
                if !current.is_empty() {
                    self.count("rows including current");
                }
                (format!("per {}{current}", keys.join(", ")), TimeKind::Events)
            }
        }
    }
}

fn plain(name: String, ty: Ty) -> Column {
    Column { raw_name: name.clone(), name, ty, optional: true, unique: false, recorded: false, form: RawForm::Native }
}

impl Source {
    /// How rows made of this source's rows one by one lie in time.
    fn time_of_rows(&self) -> TimeKind {
        if self.time == TimeKind::Timeless { TimeKind::Timeless } else { TimeKind::Events }
    }
}

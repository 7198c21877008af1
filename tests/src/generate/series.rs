//! Generated runs, overlaps, trends and conditions that held: over rows with few instants, so that rows often lie exactly
//! as far apart, and runs are exactly as long, as they may.

use super::expressions::{RowVariable, Scope, Writer};
use super::schema::{Source, TimeKind, Ty};
use rand::Rng;
use rand::seq::IndexedRandom;

/// How long something held, and the widest gap.
const HELD: &[&str] = &["2 h", "6 h", "1 day", "12 h", "1 min", "2 days", "1 month"];
const GAPS: &[&str] = &["6 h", "1 day", "2 days", "12 h", "3 days", "1 week", "24 h"];

impl Writer<'_> {
    /// Such an aggregate of this type, without parentheses.
    pub(super) fn series(&mut self, ty: Ty, scope: &Scope, depth: u32) -> Option<String> {
        let overlap = ty == Ty::Int && self.rng.random_bool(0.6);
        let (head, source, tail) = self.rows_in_time(scope, overlap)?;
        let (row, name) = if self.rng.random_bool(0.4) {
            let name = self.fresh("r");
            (format!(" as {name}"), Some(name))
        } else {
            (String::new(), None)
        };
        let mut inner = scope.clone();
        inner.aggregates = scope.aggregates.saturating_sub(1);
        inner.rows.push(RowVariable { name, source: source.name.clone(), plain: true, nearest: false });
        let what = match ty {
            Ty::Int if overlap => {
                self.count("max overlap");
                "max overlap".to_owned()
            }
            Ty::Int => {
                self.count("longest run where");
                format!("longest run where ({})", self.condition(&inner, depth.min(1)))
            }
            Ty::Bool => self.held(&inner, scope, depth),
            Ty::Float | Ty::Area | Ty::Duration => {
                let of = if ty == Ty::Float && self.rng.random_bool(0.4) { Ty::Int } else { ty };
                let value = self.expr(of, &inner, depth.min(1));
                if value.is_empty() {
                    return None;
                }
                self.count("trend");
                format!("trend ({value})")
            }
            _ => return None,
        };
        // Without the states that last for ever, one often ends as another starts.
        let end =
            source.columns.iter().find(|column| overlap && column.optional && column.name == source.name_of_end());
        let filter = match end {
            Some(end) if self.rng.random_bool(0.5) => format!(" where {} is not missing", end.name),
            _ if self.rng.random_bool(0.3) => format!(" where {}", self.condition(&inner, 0)),
            _ => String::new(),
        };
        let window = self.window(scope, if overlap { 1.0 } else { 0.5 });
        Some(format!("{what} from {head}{row}{tail}{filter}{window}"))
    }

    /// `longest run where C` or `trend x` of rows that lie in time, for any selection and for groups of derived tables.
    pub(super) fn bare_series(&mut self, ty: Ty, inner: &Scope, depth: u32) -> Option<String> {
        match ty {
            Ty::Int => {
                self.count("longest run where");
                Some(format!("longest run where ({})", self.condition(inner, depth.min(1))))
            }
            Ty::Float => {
                let value = self.expr(Ty::Float, inner, depth.min(1));
                self.count("trend");
                (!value.is_empty()).then(|| format!("trend ({value})"))
            }
            _ => None,
        }
    }

    fn held(&mut self, inner: &Scope, scope: &Scope, depth: u32) -> String {
        self.count("held");
        let condition = match self.rng.random_range(0..10) {
            0..3 => "true".to_owned(),
            3..6 => {
                let names = self.names(Ty::Int, inner);
                let last = inner.rows.last().and_then(|row| row.name.clone());
                let own = names.iter().find(|name| last.as_ref().is_none_or(|row| name.starts_with(row.as_str())));
                own.map_or_else(|| "true".to_owned(), |name| format!("{name} >= {}", self.rng.random_range(0..3)))
            }
            _ => self.condition(inner, depth.min(1)),
        };
        let mut span = |spans: &[&str]| match scope.spans.choose(self.rng) {
            Some(parameter) if self.rng.random_bool(0.2) => parameter.clone(),
            _ => spans.choose(self.rng).copied().unwrap_or("1 day").to_owned(),
        };
        let (least, gap) = (span(HELD), span(GAPS));
        format!("held ({condition}) for {least} samples within {gap}")
    }

    /// Rows that lie in time (a state's), about `this`, another entity, or near a place: what stands before the row's name
    /// and what behind it.
    fn rows_in_time(&mut self, scope: &Scope, state: bool) -> Option<(String, Source, String)> {
        let fits =
            |source: &Source| if state { source.time == TimeKind::State } else { source.time != TimeKind::Timeless };
        if self.rng.random_bool(0.12) {
            let sources: Vec<&Source> = self.schema.sources.iter().filter(|s| fits(s) && s.has_place()).collect();
            let source = sources.choose(self.rng).map(|source| (*source).clone())?;
            let near = self.near(scope);
            return Some((source.name.clone(), source, near));
        }
        let tables: Vec<&Source> = scope.tables.iter().filter(|table| fits(table)).collect();
        if let Some(table) = tables.choose(self.rng)
            && self.rng.random_bool(0.4)
        {
            self.count("series of a derived table");
            return Some((table.name.clone(), (*table).clone(), String::new()));
        }
        if let Some((source, of, by)) = self.of_another(scope)
            && fits(source)
        {
            return Some((format!("{}{of}", source.name), source.clone(), by));
        }
        let about = |source: &&Source| fits(source) && !source.ways_about(scope.this).is_empty();
        let sources: Vec<&Source> = self.schema.sources.iter().filter(about).collect();
        let source = (*sources.choose(self.rng)?).clone();
        let by = source.ways_about(scope.this).choose(self.rng)?.clone();
        Some((source.name.clone(), source, by))
    }
}

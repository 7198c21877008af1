//! Absence is not outage (docs/language.md §4).

use crate::reference::world::{Row, Scope, World};
use std::collections::BTreeSet;
use watchfire_dsl::program::{ColumnId, Expectation, SourceId, SourceKind, SpanOfTime};
use watchfire_stdlib::value::Value;

impl World<'_> {
    /// Is this window of a source, for rows about `This` by these columns, partly covered?
    pub(crate) fn partly_covered(
        &self,
        source: SourceId,
        by: &[ColumnId],
        window: (i64, i64),
        scope: &Scope<'_>,
    ) -> bool {
        self.own_partly_covered(source, &self.about(source, by, scope), window, scope)
    }

    /// The same for given rows of the source.
    pub(crate) fn own_partly_covered(
        &self,
        source: SourceId,
        own: &[Row],
        window: (i64, i64),
        scope: &Scope<'_>,
    ) -> bool {
        match &self.program.sources[source.index()].kind {
            SourceKind::Table(table) => {
                table.expect.is_some_and(|expect| self.table_partly_covered(source, expect, own, window, scope))
            }
            SourceKind::Edges { of, .. } => {
                let SourceKind::Table(table) = &self.program.sources[of.index()].kind else { return false };
                table.expect.is_some_and(|expect| self.table_partly_covered(*of, expect, own, window, scope))
            }
            SourceKind::Derived(table) => self.derived_partly_covered(table, window, scope),
            SourceKind::Union(parts) => parts.iter().enumerate().any(|(n, part)| {
                let SourceKind::Table(table) = &self.program.sources[part.source.index()].kind else { return false };
                let own: Vec<Row> = own.iter().filter(|row| row.part == Some(n)).cloned().collect();
                table.expect.is_some_and(|expect| self.table_partly_covered(part.source, expect, &own, window, scope))
            }),
        }
    }

    fn table_partly_covered(
        &self,
        table: SourceId,
        expect: Expectation,
        own: &[Row],
        window: (i64, i64),
        scope: &Scope<'_>,
    ) -> bool {
        let rows = self.rows(table, scope.k);
        let times = |of: Option<(ColumnId, &Value)>| -> Vec<i64> {
            let rows = rows.iter().filter(|row| of.is_none_or(|(c, value)| row.row.cells[c.index()] == *value));
            rows.filter_map(|row| row.row.time).collect()
        };
        let values: BTreeSet<Value> = match expect.per {
            None => BTreeSet::new(),
            Some(column) => own.iter().map(|row| row.row.cells[column.index()].clone()).collect(),
        };
        let values: Vec<&Value> = values.iter().filter(|value| value.is_known()).collect();
        match expect.per {
            Some(column) if !values.is_empty() => {
                values.iter().any(|value| self.silent(&times(Some((column, value))), expect.every, window, scope.t))
            }
            _ => self.silent(&times(None), expect.every, window, scope.t),
        }
    }

    /// Is an instant of the window (after, until] uncovered by rows at these times, in order?
    fn silent(&self, times: &[i64], every: SpanOfTime, (after, until): (i64, i64), t: i64) -> bool {
        let (first, last) = (after.saturating_add(1), until);
        // From `a` to `b`, both included, is uncovered.
        let uncovered = |a: i64, b: i64| first.max(a) <= last.min(b);
        let (Some(&earliest), Some(&latest)) = (times.first(), times.last()) else { return first <= last };
        uncovered(i64::MIN, earliest.saturating_sub(1))
            || times
                .windows(2)
                .any(|pair| self.clock.after(pair[0], every) < pair[1] && uncovered(pair[0] + 1, pair[1] - 1))
            || (self.clock.after(latest, every) < t && uncovered(latest.saturating_add(1), t))
    }
}

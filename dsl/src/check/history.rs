//! Windows that reach back further than a source's data.

use super::context::Checker;
use crate::diagnostics::lints::BeyondHistory;
use crate::program::{CalendarUnit, From, ParameterId, SourceId, SourceKind, SpanOfTime, Value, Window, WindowSpan};
use crate::source::Span;

impl Checker<'_> {
    /// Says so where a window surely begins before the data of its source does.
    pub(super) fn lint_history(&mut self, window: &Window, at: Span, source: SourceId) {
        let Some(reach) = self.reach(window) else { return };
        for id in self.tables_behind(source) {
            let SourceKind::Table(table) = &self.source(id).kind else { continue };
            let Some(history) = table.history else { continue };
            if is_longer(reach, history) {
                let (source, declared) = (self.source(id).name.to_string(), Some(self.source(id).span));
                self.report(BeyondHistory { at, source, declared });
                return;
            }
        }
    }

    /// The tables that a source's rows come from.
    fn tables_behind(&self, source: SourceId) -> Vec<SourceId> {
        match &self.source(source).kind {
            SourceKind::Table(_) => vec![source],
            SourceKind::Edges { of, .. } => vec![*of],
            SourceKind::Union(parts) => parts.iter().map(|part| part.source).collect(),
            SourceKind::Derived(table) => match &table.selection.from {
                From::Rows { source, .. } => self.tables_behind(*source),
                _ => Vec::new(),
            },
        }
    }

    /// How far back a window reaches at least, with its parameters' defaults.
    fn reach(&self, window: &Window) -> Option<SpanOfTime> {
        let days = |days| SpanOfTime { days, ..SpanOfTime::default() };
        let months = |months| SpanOfTime { months, ..SpanOfTime::default() };
        match window {
            Window::Span { length, gap } => {
                let (length, gap) =
                    (self.least_length(*length)?, gap.map_or(Some(SpanOfTime::default()), |g| self.least_length(g))?);
                Some(SpanOfTime {
                    months: length.months.saturating_add(gap.months),
                    days: length.days.saturating_add(gap.days),
                    micros: length.micros.saturating_add(gap.micros),
                })
            }
            Window::This(unit) | Window::Previous(unit) => Some(match unit {
                CalendarUnit::Day => days(1),
                CalendarUnit::Week => days(7),
                CalendarUnit::Month => months(1),
                CalendarUnit::Quarter => months(3),
                CalendarUnit::Year => months(12),
            }),
            Window::Since(_) => None,
        }
    }

    fn least_length(&self, length: WindowSpan) -> Option<SpanOfTime> {
        let default = |id: ParameterId| match self.parameters.get(id.index())?.default {
            Value::Duration(d) => Some(SpanOfTime { months: 0, days: d.days, micros: d.micros }),
            _ => None,
        };
        match length {
            WindowSpan::Fixed(span) => Some(span),
            WindowSpan::Parameter(id) => default(id),
        }
    }
}

/// Whether a span is longer than another one, wherever in the calendar they lie.
fn is_longer(a: SpanOfTime, b: SpanOfTime) -> bool {
    // Of spans in the same units the numbers decide.
    let only_months = |s: SpanOfTime| s.days == 0 && s.micros == 0;
    if only_months(a) && only_months(b) {
        return a.months > b.months;
    }
    // So many months have at least and at most so many days; clocks that change move an end by some hours.
    let least =
        |s: SpanOfTime| micros(days(s.months, 0) + i128::from(s.days), s, -4 * i128::from(u8::from(!only_clock(s))));
    let most =
        |s: SpanOfTime| micros(days(s.months, 1) + i128::from(s.days), s, 4 * i128::from(u8::from(!only_clock(s))));
    if a.months == 0 && b.months == 0 && a.micros == 0 && b.micros == 0 {
        return a.days > b.days;
    }
    least(a) > most(b)
}

fn only_clock(s: SpanOfTime) -> bool {
    s.months == 0 && s.days == 0
}

/// The fewest or the most days that so many months can have.
fn days(months: i64, most: i128) -> i128 {
    if months == 0 {
        return 0;
    }
    // 400 years have 146 097 days; no run of months is more than three days off its share.
    let share = i128::from(months) * 146_097 / 4800;
    if most == 1 { share + 3 } else { share - 3 }
}

fn micros(days: i128, s: SpanOfTime, hours: i128) -> i128 {
    (days * 24 + hours) * 3_600_000_000 + i128::from(s.micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn span(months: i64, days: i64, hours: i64) -> SpanOfTime {
        SpanOfTime { months, days, micros: hours * 3_600_000_000 }
    }

    #[test]
    fn spans_are_longer_only_where_the_calendar_cannot_help() {
        assert!(is_longer(span(13, 0, 0), span(12, 0, 0)));
        assert!(is_longer(span(0, 31, 0), span(0, 30, 0)));
        assert!(is_longer(span(3, 0, 0), span(0, 80, 0)));
        assert!(is_longer(span(0, 400, 0), span(12, 0, 0)));
        assert!(is_longer(span(0, 0, 49), span(0, 0, 48)));
        assert!(is_longer(span(0, 0, 49), span(0, 1, 0)));
        for (a, b) in [
            (span(0, 30, 0), span(0, 30, 0)),
            (span(12, 0, 0), span(0, 366, 0)),
            (span(0, 31, 0), span(1, 0, 0)),
            (span(0, 0, 24), span(0, 1, 0)),
            (span(0, 1, 0), span(0, 0, 24)),
        ] {
            assert!(!is_longer(a, b), "{a:?} {b:?}");
        }
    }
}

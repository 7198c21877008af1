//! Windows: the span of time that a selection looks at (docs/language.md §3.1, §7.1).

use super::{Evaluator, REMEMBERED_WINDOWS};
use crate::mutant::{Mutant, mutant};
use crate::plan::{FixedWindow, Node, WindowNode, before, span_of};
use crate::table::ALWAYS;
use watchfire_dsl::program::{CalendarUnit, SpanOfTime};
use watchfire_stdlib::value::Value;
use watchfire_stdlib::zone::Zone;

/// After the first instant, up to and including the second.
pub(crate) type Bounds = (i64, i64);

/// A window whose lengths are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum KnownWindow {
    /// Length and gap.
    Span(SpanOfTime, SpanOfTime),
    This(CalendarUnit),
    Previous(CalendarUnit),
}

impl<'a> Evaluator<'a> {
    /// The bounds of a window; over findings it counts in k. `Err`: there are none, and this is the aggregate's value.
    pub(super) fn bounds(&mut self, window: &'a WindowNode, findings: bool) -> Result<Bounds, Value> {
        let now = if findings { self.k } else { self.t };
        match window {
            WindowNode::Since(event) => {
                let after = self.moment(event)?;
                Ok((if mutant(Mutant::SinceTakesEvent) { after.saturating_sub(1) } else { after }, now))
            }
            WindowNode::Fixed(window) => {
                let known = KnownWindow::of(*window, self.world.parameters).ok_or(Value::Missing)?;
                Ok(self.remembered(known, now))
            }
        }
    }

    /// The instant that a `Time` or `Date` means. `Err`: there is none, and this is the value of what needs it.
    pub(super) fn moment(&mut self, node: &'a Node) -> Result<i64, Value> {
        match self.value(node) {
            Value::Time(time) => Ok(time),
            Value::Date(date) => self.world.zone.start_of_day(date).ok_or(Value::Missing),
            fault @ Value::Fault(_) => Err(fault),
            _ => Err(Value::Missing),
        }
    }

    fn remembered(&mut self, window: KnownWindow, now: i64) -> Bounds {
        if let Some(bounds) = self.windows.get(&(window, now)) {
            return *bounds;
        }
        let bounds = window.bounds(&self.world.zone, now);
        if self.windows.len() > REMEMBERED_WINDOWS {
            self.windows.clear();
        }
        self.windows.insert((window, now), bounds);
        bounds
    }
}

impl KnownWindow {
    /// A window with these parameters; `None`: it has no length.
    pub(crate) fn of(window: FixedWindow, parameters: &[Value]) -> Option<KnownWindow> {
        Some(match window {
            FixedWindow::This(unit) => KnownWindow::This(unit),
            FixedWindow::Previous(unit) => KnownWindow::Previous(unit),
            FixedWindow::Span(length, gap) => {
                let gap = gap.map_or(Some(SpanOfTime::default()), |gap| span_of(gap, parameters))?;
                KnownWindow::Span(span_of(length, parameters)?, gap)
            }
        })
    }

    /// Where it lies at an instant.
    pub(crate) fn bounds(self, zone: &Zone, now: i64) -> Bounds {
        // Before the calendar begins nothing happened.
        let earlier = |time, span| before(zone, time, span).unwrap_or(ALWAYS);
        // The first instant of a unit belongs to it.
        let start = |unit, steps| zone.start_of(unit, now, steps).map_or(ALWAYS, |start| start.saturating_sub(1));
        match self {
            KnownWindow::Span(length, gap) => {
                let to = earlier(now, gap);
                (earlier(to, length), to)
            }
            KnownWindow::This(CalendarUnit::Week) if mutant(Mutant::WeekOfSevenDays) => {
                (earlier(now, SpanOfTime { days: 7, ..SpanOfTime::default() }), now)
            }
            KnownWindow::This(unit) => (start(unit, 0), now),
            KnownWindow::Previous(unit) => (start(unit, -1), start(unit, 0)),
        }
    }
}

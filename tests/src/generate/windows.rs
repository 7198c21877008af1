//! Generated windows of the calendar and since an event, and selections of rows about another entity.

use super::expressions::{Scope, Writer};
use super::schema::{EntityName, Source, Ty};
use rand::Rng;
use rand::seq::IndexedRandom;

impl<'s> Writer<'s> {
    /// `over this week` and its like.
    pub(super) fn calendar_window(&mut self) -> String {
        self.count("window of the calendar");
        let unit =
            ["day", "day", "week", "week", "month", "quarter", "year"].choose(self.rng).copied().unwrap_or("day");
        match (self.rng.random_bool(0.4), unit) {
            (true, unit) => format!(" over previous {unit}"),
            (false, "day") => " over today".into(),
            (false, unit) => format!(" over this {unit}"),
        }
    }

    /// The instant since which a window reaches.
    pub(super) fn event(&mut self, scope: &Scope) -> Option<String> {
        let inner = Scope { aggregates: scope.aggregates.saturating_sub(1), ..scope.clone() };
        let ty = if self.rng.random_bool(0.2) { Ty::Date } else { Ty::Time };
        Some(self.expr(ty, &inner, 1)).filter(|event| !event.is_empty())
    }

    /// A source, ` of PATH` to another entity that it is about, and its `by`.
    pub(super) fn of_another(&mut self, scope: &Scope) -> Option<(&'s Source, String, String)> {
        if !self.rng.random_bool(0.2) {
            return None;
        }
        let entity = *[EntityName::Person, EntityName::Dwelling, EntityName::Meter].choose(self.rng)?;
        let names = self.names(Ty::Entity(entity), scope);
        let path = names.iter().filter(|name| *name != "this").collect::<Vec<_>>().choose(self.rng).copied()?;
        let sources: Vec<&'s Source> =
            self.schema.sources.iter().filter(|source| !source.ways_about(entity).is_empty()).collect();
        let source = *sources.choose(self.rng)?;
        let by = source.ways_about(entity).choose(self.rng)?.clone();
        self.count("of PATH");
        Some((source, format!(" of {path}"), by))
    }
}

//! Generated ways from a row to another one, and values at another instant.

use super::expressions::{Constructs, Scope, Writer};
use super::schema::{Source, TimeKind, Ty};
use rand::Rng;
use rand::seq::IndexedRandom;

impl Writer<'_> {
    /// What leads from a row to another one: `before`, `before(1 day)`, `after.after(2)`, …
    pub(super) fn way(&mut self, scope: &Scope) -> String {
        let mut way = self.single_way(scope);
        if self.rng.random_bool(0.15) {
            way = format!("{way}.{}", self.single_way(scope));
        }
        way
    }

    /// `starts of ` or `ends of ` before a state, now and then.
    pub(super) fn edge(&mut self, source: &Source) -> &'static str {
        if source.time != TimeKind::State || source.is_union() || self.rng.random_bool(0.5) {
            return "";
        }
        if self.rng.random_bool(0.3) { "starts of " } else { "ends of " }
    }

    fn single_way(&mut self, scope: &Scope) -> String {
        match self.rng.random_range(0..10) {
            0..4 => "before".into(),
            4 => format!("before({})", self.rng.random_range(1..4)),
            5 | 6 => {
                let spans = ["6 h", "1 day", "2 days", "24 h", "1 month", "12 h", "4 h"];
                let span = spans.choose(self.rng).copied().unwrap_or("1 day");
                let parameter = scope.spans.choose(self.rng).filter(|_| self.rng.random_bool(0.3));
                format!("before({})", parameter.map_or(span, String::as_str))
            }
            7 | 8 => "after".into(),
            _ => format!("after({})", self.rng.random_range(1..3)),
        }
    }

    /// `X as of T`
    pub(super) fn as_of(&mut self, ty: Ty, scope: &Scope, depth: u32) -> Option<String> {
        if scope.in_table {
            return None;
        }
        let mut inner = scope.clone();
        // What peers have to do with is known at the instants of the grid only.
        if let Some(first) = scope.first_among_peers {
            inner.values.truncate(first);
            inner.rows.retain(|row| !row.nearest);
        }
        let lets: Vec<&String> = inner.values.iter().filter(|(_, of)| *of == ty).map(|(name, _)| name).collect();
        let value = match lets.choose(self.rng).filter(|_| self.rng.random_bool(0.4)) {
            Some(name) => (*name).clone(),
            None => self.expr(ty, &inner, depth.saturating_sub(1)),
        };
        let of = if self.rng.random_bool(0.1) { Ty::Date } else { Ty::Time };
        let known = self.names(of, scope);
        let at = match known.choose(self.rng).filter(|_| self.rng.random_bool(0.6)) {
            Some(name) => name.clone(),
            None => self.expr(of, scope, depth.min(1)),
        };
        (!value.is_empty() && !at.is_empty()).then(|| format!("(({value}) as of {at})"))
    }
}

/// Counts these constructs in a program's text: what was in reach is not always chosen.
pub(super) fn count(text: &str, constructs: &mut Constructs) {
    let mut add = |construct, many: usize| {
        if many > 0 {
            *constructs.entry(construct).or_default() += many;
        }
    };
    let lengths: Vec<&str> = text.split(".before(").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    let by_number = lengths.iter().filter(|length| length.parse::<u32>().is_ok()).count();
    add("before(n)", by_number);
    add("before(D)", lengths.len() - by_number);
    add("after", text.matches(".after").count());
    add("as of", text.matches(" as of ").count());
    add("starts of", text.matches("starts of ").count());
    add("ends of", text.matches("ends of ").count());
    add("on starts, ends of", text.matches(" on starts of ").count() + text.matches(" on ends of ").count());
}

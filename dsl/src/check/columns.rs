//! How columns are loaded: which clauses fit which types, and what they name.

use super::context::Checker;
use super::kinds::fitting_units;
use super::names::{Global, source_names};
use super::sources::column_id;
use crate::diagnostics::Word;
use crate::diagnostics::models::{ClauseDoesNotFit, RawColumns, UnknownZone, ZoneNotFixed};
use crate::diagnostics::types::{NotDefinedFor, TypeMismatch, WrongUnit};
use crate::program::{Column, EntityId, Kind, LoadZone, ReferenceSystem, SourceId, SourceKind, SourceTime};
use crate::syntax::{self, Name, SourceEntryKind};
use watchfire_stdlib::functions::{Function, Pattern};
use watchfire_stdlib::zone::Zone;

/// Reference systems by their names.
const SYSTEMS: &[(&str, ReferenceSystem)] =
    &[("wgs84", ReferenceSystem::Wgs84), ("gcj02", ReferenceSystem::Gcj02), ("bd09", ReferenceSystem::Bd09)];

impl Checker<'_> {
    /// Whether each clause fits the column's type. What the clauses say is entered by [`Checker::zones`].
    pub(super) fn column_clauses(&mut self, column: &syntax::Column, columns: &[Column], time: SourceTime) {
        let Some(own) = columns.iter().position(|c| *c.name == *column.name.text) else { return };
        let kind = columns[own].ty.kind.clone();
        if kind == Kind::Unknown {
            return;
        }
        let is_time = kind == Kind::Time;
        let dated = is_time || kind == Kind::Date;
        let entity = matches!(kind, Kind::Entity(_));
        let mut refuse = |clause: &str, at| {
            let ty = self.kind_name(&kind);
            self.report(ClauseDoesNotFit { at, clause: clause.to_owned(), ty });
        };
        if let Some(format) = &column.format
            && !dated
        {
            refuse("as", format.span);
        }
        if let Some(zone) = &column.zone
            && !is_time
        {
            refuse("zone", zone.span);
        }
        if let Some(after) = &column.after
            && !is_time
        {
            refuse("after", after.span);
        }
        if column.unique && !entity {
            refuse("unique", column.name.span);
        }
        let ends = matches!(time, SourceTime::State { until, .. } if until == column_id(own));
        if column.known_ahead && !ends {
            refuse("known ahead", column.name.span);
        }
    }

    /// Enters units, loaders, time zones and `after` of a table's columns, once all tables are known.
    pub(super) fn zones(&mut self, id: SourceId, source: &syntax::Source) {
        for entry in &source.entries {
            let SourceEntryKind::Column(column) = &entry.kind else { continue };
            let Some(index) = self.source(id).columns.iter().position(|c| c.span == column.name.span) else {
                continue;
            };
            let kind = self.source(id).columns[index].ty.kind.clone();
            let unit = column.unit.as_ref().and_then(|unit| self.stored_unit(unit, &kind));
            let via = column.via.as_ref().and_then(|via| {
                let function = self.loader(via)?;
                self.fits_loader(column, function, &kind, via.span).then_some(function)
            });
            if via.is_none() && column.via.is_none() {
                self.raw_columns(column, &kind);
            }
            let zone = column.zone.as_ref().filter(|_| kind == Kind::Time).and_then(|zone| self.zone_of(id, zone));
            let after = column
                .after
                .as_ref()
                .filter(|_| kind == Kind::Time)
                .and_then(|after| self.earlier_column(id, index, after));
            let load = &mut self.sources[id.index()].columns[index].load;
            load.format = column.format.as_ref().map(|format| format.text.as_str().into());
            load.via = via;
            load.zone = zone;
            load.after = after;
            match unit {
                Some(Stored::Unit(unit)) => load.unit = Some(unit),
                Some(Stored::System(system)) => load.system = Some(system),
                None => {}
            }
        }
    }

    fn stored_unit(&mut self, name: &Name, kind: &Kind) -> Option<Stored> {
        if *kind == Kind::Unknown {
            return None;
        }
        let system = SYSTEMS.iter().find(|(text, _)| text.eq_ignore_ascii_case(&name.text));
        if matches!(kind, Kind::Point | Kind::Line | Kind::Polygon) {
            if system.is_none() {
                self.unknown_name(name, Word::UNIT, SYSTEMS.iter().map(|(text, _)| *text));
            }
            return system.map(|(_, system)| Stored::System(*system));
        }
        let unit = match system {
            Some(_) => None,
            None => Some(self.unit_named(name)?),
        };
        let fitting = fitting_units(kind);
        match unit.filter(|unit| fitting.iter().any(|f| f == unit.name)) {
            Some(unit) => Some(Stored::Unit(unit)),
            None => {
                let ty = self.kind_name(kind);
                self.report(WrongUnit { at: name.span, unit: name.text.clone(), ty, fitting });
                None
            }
        }
    }

    /// Without `via` a value is read from one raw column, a position from one (text) or two (longitude, latitude).
    fn raw_columns(&mut self, column: &syntax::Column, kind: &Kind) {
        let (least, most) = if *kind == Kind::Point { (1, 2) } else { (1, 1) };
        let found = column.from.len();
        if found > most && *kind != Kind::Unknown {
            let at = column.from.first().map_or(column.name.span, |t| t.span);
            let at = column.from.last().map_or(at, |last| at.to(last.span));
            let function = column.name.text.clone();
            self.report(RawColumns { at, function, expected: most.max(least), found });
        }
    }

    fn fits_loader(
        &mut self,
        column: &syntax::Column,
        function: &'static Function,
        kind: &Kind,
        at: crate::source::Span,
    ) -> bool {
        let found = column.from.len().max(1);
        if found != function.parameters.len() {
            let (function, expected) = (function.name.to_owned(), function.parameters.len());
            self.report(RawColumns { at, function, expected, found });
            return false;
        }
        let gives = match &function.result {
            Pattern::Exact(kind) => kind.clone(),
            _ => Kind::Unknown,
        };
        // The canonical key of an entity is a text.
        let fits = match (kind, &gives) {
            (Kind::Unknown, _) | (_, Kind::Unknown) | (Kind::Entity(_), Kind::Text) => true,
            (a, b) => a == b,
        };
        if !fits {
            let (expected, found) = (self.kind_name(kind), self.kind_name(&gives));
            self.report(TypeMismatch { at, expected, found, because: Some(column.ty.span) });
        }
        fits
    }

    /// The column after which a time lies.
    fn earlier_column(&mut self, id: SourceId, own: usize, after: &Name) -> Option<crate::program::ColumnId> {
        let columns = &self.source(id).columns;
        let Some(index) = columns.iter().position(|c| *c.name == *after.text) else {
            self.unknown_column(id, after);
            return None;
        };
        match columns[index].ty.kind {
            Kind::Unknown => return None,
            Kind::Time => {}
            ref kind => {
                let (expected, found) = ("Time".to_owned(), self.kind_name(kind));
                self.report(TypeMismatch { at: after.span, expected, found, because: None });
                return None;
            }
        }
        // Times that wait for each other could never be read.
        let mut at = index;
        for _ in 0..columns.len() {
            if at == own {
                let name = after.text.clone();
                let own = columns[own].name.to_string();
                let path = vec![own.clone(), name, own];
                self.report(crate::diagnostics::names::CyclicFacts { at: after.span, path, through: Vec::new() });
                return None;
            }
            match self.source(id).columns[at].load.after {
                Some(next) => at = next.index(),
                None => break,
            }
        }
        Some(column_id(index))
    }

    /// `zone "Asia/Urumqi"`, or `zone dest.airports.zone`.
    fn zone_of(&mut self, id: SourceId, zone: &syntax::Expr) -> Option<LoadZone> {
        if let syntax::ExprKind::Text(text) = &zone.kind {
            let found = Zone::named(text).and_then(|_| text.parse().ok());
            if found.is_none() {
                self.report(UnknownZone { at: zone.span, zone: text.clone() });
            }
            return found.map(LoadZone::Fixed);
        }
        let (entity, table, column) = match &zone.kind {
            syntax::ExprKind::Member { base, name: column } => match &base.kind {
                syntax::ExprKind::Member { base, name: table } => match &base.kind {
                    syntax::ExprKind::Name(entity) => (entity, table, column),
                    _ => return self.not_a_zone(zone),
                },
                _ => return self.not_a_zone(zone),
            },
            _ => return self.not_a_zone(zone),
        };
        let Some(index) = self.source(id).columns.iter().position(|c| *c.name == *entity.text) else {
            self.unknown_column(id, entity);
            return None;
        };
        let of = match self.source(id).columns[index].ty.kind {
            Kind::Entity(of) => of,
            Kind::Unknown => return None,
            ref kind => {
                let (expected, found) = ("entity".to_owned(), self.kind_name(kind));
                self.report(TypeMismatch { at: entity.span, expected, found, because: None });
                return None;
            }
        };
        let Some(Global::Source(source)) = self.names_at(table.span).values.get(&table.text).map(|(what, _)| *what)
        else {
            self.unknown_name(table, Word::SOURCE, self.visible_names(table.span, source_names));
            return None;
        };
        self.looked_up(column_id(index), of, source, table, column)
    }

    fn looked_up(
        &mut self,
        entity: crate::program::ColumnId,
        of: EntityId,
        source: SourceId,
        table: &Name,
        column: &Name,
    ) -> Option<LoadZone> {
        let fixed = matches!(&self.source(source).kind, SourceKind::Table(t) if t.time == SourceTime::Timeless);
        let Some(by) = self.registry_column(source, of).filter(|_| fixed) else {
            let (name, declared) = (self.source(source).name.to_string(), Some(self.source(source).span));
            self.report(ZoneNotFixed { at: table.span, source: name, declared });
            return None;
        };
        let Some(index) = self.source(source).columns.iter().position(|c| *c.name == *column.text) else {
            self.unknown_column(source, column);
            return None;
        };
        match self.source(source).columns[index].ty.kind {
            Kind::Text | Kind::Unknown => {}
            ref kind => {
                let (expected, found) = ("Text".to_owned(), self.kind_name(kind));
                self.report(TypeMismatch { at: column.span, expected, found, because: None });
                return None;
            }
        }
        Some(LoadZone::Lookup { entity, source, by, column: column_id(index) })
    }

    fn not_a_zone(&mut self, zone: &syntax::Expr) -> Option<LoadZone> {
        let found = vec![self.texts.text(zone.span).to_owned()];
        self.report(NotDefinedFor { at: zone.span, operator: "zone".to_owned(), found });
        None
    }
}

/// What `in` says of a column.
enum Stored {
    Unit(&'static watchfire_stdlib::units::Unit),
    System(ReferenceSystem),
}

//! `starts of S`, `ends of S`: the rows of a state source as events.

use super::context::Checker;
use super::names::SourceFound;
use crate::diagnostics::models::EdgesOfNoState;
use crate::program::{Column, Source, SourceId, SourceKind, SourceTime};
use crate::syntax::{self, QualifiedName, SourceTerm};

impl Checker<'_> {
    /// The source that a selection's `starts of S` or `ends of S` stands for. Each is there once, after the sources that
    /// are declared.
    pub(super) fn edges(&mut self, selection: &syntax::Selection, name: &QualifiedName) -> Option<SourceId> {
        let end = matches!(selection.source, SourceTerm::Ends(_));
        let SourceFound::Source(of) = self.source_named(name)? else { return None };
        let declared = self.source(of);
        let until = match &declared.kind {
            SourceKind::Table(table) => match table.time {
                SourceTime::State { until, .. } => Some(until),
                _ => None,
            },
            _ => None,
        };
        let Some(until) = until else {
            // Where its columns have an error already reported, it may be a state.
            if !declared.columns.is_empty() {
                let (source, place) = (declared.name.to_string(), Some(declared.span));
                let clause = if end { "ends of" } else { "starts of" }.to_owned();
                self.report(EdgesOfNoState { at: name.span, clause, source, declared: place });
            }
            return None;
        };
        let known = |source: &Source| matches!(source.kind, SourceKind::Edges { of: o, end: e } if o == of && e == end);
        if let Some(index) = self.sources.iter().position(known) {
            return u32::try_from(index).ok().map(SourceId);
        }
        let mut columns: Vec<Column> = declared.columns.clone();
        for (index, column) in columns.iter_mut().enumerate() {
            // No registry; and a row that is seen at its end has one.
            column.unique = false;
            column.ty.optional &= !(end && index == until.index());
        }
        let of_name = &declared.name;
        let name = if end { format!("ends of {of_name}") } else { format!("starts of {of_name}") };
        let (kind, span) = (SourceKind::Edges { of, end }, declared.span);
        let id = SourceId(u32::try_from(self.sources.len()).ok()?);
        self.sources.push(Source { name: name.into(), columns, kind, span });
        Some(id)
    }
}

//! Sources, their columns and clauses, and unions.

use super::chunk::Node;
use super::{Parser, Read, Rule};
use crate::keywords::Keyword;
use crate::prescan::{Block, Kind, lines};
use crate::syntax::{
    Column, Grant, ItemKind, Name, Source, SourceEntry, SourceEntryKind, SourceTime, Union, UnionPart,
};
use std::ops::Range;

impl Parser<'_> {
    pub(super) fn source(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let time = match parts.take_if(Rule::source_time) {
            None => SourceTime::Timeless,
            Some(time) => {
                let mut columns = time.parts();
                let first = self.name(&columns.one()?)?;
                match columns.next() {
                    Some(second) => SourceTime::State(first, self.name(&second)?),
                    None => SourceTime::Events(first),
                }
            }
        };
        let entries = self.source_entries(parts.one()?.token());
        Ok(ItemKind::Source(Source { name, time, entries }))
    }

    /// The lines of a source that can be read.
    pub(super) fn source_entries(&mut self, opener: usize) -> Vec<SourceEntry> {
        let mut entries = Vec::new();
        let mut after = self.token_span(opener).end;
        for range in lines(self.tokens, self.inside(opener), Block::Entries) {
            let span = self.span_of(range.clone());
            let docs = self.take_docs(span, after);
            after = span.end;
            if let Ok(mut found) = self.source_line(range) {
                if let Some(first) = found.first_mut() {
                    first.docs = docs;
                }
                entries.append(&mut found);
            }
        }
        entries
    }

    fn source_line(&mut self, range: Range<usize>) -> Read<Vec<SourceEntry>> {
        use Keyword as K;
        let column = self.tokens.get(range.start + 1).is_some_and(|t| t.kind == Kind::Symbol(":")) && range.len() > 1;
        if column {
            let span = self.span_of(range.clone());
            let column = self.read(Rule::source_column, range, Self::column)?;
            return Ok(vec![SourceEntry { docs: Vec::new(), kind: SourceEntryKind::Column(column), span }]);
        }
        let clauses = [K::Owner, K::Allows, K::Key, K::Order, K::Expect, K::Lateness, K::History];
        match self.tokens.get(range.start).and_then(|t| t.kind.keyword()) {
            Some(keyword) if clauses.contains(&keyword) => {}
            _ => return Err(self.wrong_source_line(range)),
        }
        self.read(Rule::source_clauses, range, |parser, node| {
            let mut entries = Vec::new();
            for clause in node.parts() {
                let span = parser.span(&clause);
                let kind = parser.source_clause(&clause.only()?)?;
                entries.push(SourceEntry { docs: Vec::new(), kind, span });
            }
            Ok(entries)
        })
    }

    fn source_clause(&mut self, node: &Node<'_>) -> Read<SourceEntryKind> {
        let mut parts = node.parts();
        let first = parts.one()?;
        Ok(match node.rule() {
            Rule::owner => SourceEntryKind::Owner(self.text_literal(&first)?),
            Rule::allows => {
                let grant = |grant: Node<'_>| {
                    let derived = grant.parts().any(|part| part.rule() == Rule::derived);
                    Ok(Grant { purpose: self.name(&grant.parts().one()?)?, derived })
                };
                SourceEntryKind::Allows(std::iter::once(first).chain(parts).map(grant).collect::<Read<_>>()?)
            }
            Rule::key => SourceEntryKind::Key(self.one_or_more_names(&first)?),
            Rule::order => SourceEntryKind::Order(self.one_or_more_names(&first)?),
            Rule::expect => {
                let every = self.step(&first)?;
                SourceEntryKind::Expect { every, per: parts.next().map(|name| self.name(&name)).transpose()? }
            }
            Rule::lateness => SourceEntryKind::Lateness(self.expression(&first)?),
            _ => SourceEntryKind::History(self.expression(&first)?),
        })
    }

    fn one_or_more_names(&mut self, node: &Node<'_>) -> Read<Vec<Name>> {
        match node.rule() {
            Rule::parens => self.names(node.token()),
            _ => Ok(vec![self.name(node)?]),
        }
    }

    fn column(&mut self, node: Node<'_>) -> Read<Column> {
        let mut parts = node.parts();
        let mut column = Column {
            name: self.name(&parts.one()?)?,
            ty: self.type_name(&parts.one()?)?,
            unit: None,
            unique: false,
            recorded: false,
            known_ahead: false,
            private: false,
            from: Vec::new(),
            format: None,
            via: None,
            zone: None,
            after: None,
        };
        let mut seen = Vec::new();
        for clause in parts {
            self.once(&clause, &mut seen)?;
            let clause = clause.only()?;
            let mut inner = clause.parts();
            match clause.rule() {
                Rule::column_unit => column.unit = Some(self.unit_name(&inner.one()?)?),
                Rule::unique => column.unique = true,
                Rule::recorded => column.recorded = true,
                Rule::known_ahead => column.known_ahead = true,
                Rule::private => column.private = true,
                Rule::column_from => {
                    let raw = inner.one()?;
                    column.from = match raw.rule() {
                        Rule::text => vec![self.text_literal(&raw)?],
                        _ => self.read_inside(Rule::texts, raw.token(), |parser, node| {
                            node.parts().map(|text| parser.text_literal(&text)).collect()
                        })?,
                    };
                }
                Rule::column_format => column.format = Some(self.text_literal(&inner.one()?)?),
                Rule::column_via => column.via = Some(self.qualified(&inner.one()?)?),
                Rule::column_zone => column.zone = Some(self.operand(&inner.one()?)?),
                _ => column.after = Some(self.name(&inner.one()?)?),
            }
        }
        Ok(column)
    }

    pub(super) fn union(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let mut union = Union { name, parts: Vec::new() };
        for part in parts {
            let span = self.span(&part);
            let mut inner = part.parts();
            let source = self.qualified(&inner.one()?)?;
            let columns = self.read_inside(Rule::union_columns, inner.one()?.token(), |parser, node| {
                let column = |column: Node<'_>| {
                    let mut parts = column.parts();
                    let name = parser.name(&parts.one()?)?;
                    Ok((name, parts.next().map(|value| parser.expression(&value)).transpose()?))
                };
                node.parts().map(column).collect()
            })?;
            union.parts.push(UnionPart { source, columns, span });
        }
        Ok(ItemKind::Union(union))
    }
}

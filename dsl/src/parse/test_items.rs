//! Tests: given rows, an instant, expected warnings.

use super::chunk::Node;
use super::{Parser, Read, Rule};
use crate::diagnostics::syntax::RowWidth;
use crate::keywords::Keyword;
use crate::prescan::{Block, Kind, lines};
use crate::syntax::{Expect, Expr, ExprKind, ItemKind, Test, TestStatement, TestStatementKind};
use std::ops::Range;

impl Parser<'_> {
    pub(super) fn test(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let model = self.qualified(&parts.one()?)?;
        let title = self.text_literal(&parts.one()?)?;
        let statements = self.test_statements(parts.one()?.token());
        Ok(ItemKind::Test(Test { model, title, statements }))
    }

    /// The statements of a test that can be read.
    pub(super) fn test_statements(&mut self, opener: usize) -> Vec<TestStatement> {
        let mut statements = Vec::new();
        for range in lines(self.tokens, self.inside(opener), Block::Entries) {
            let span = self.span_of(range.clone());
            if let Ok(kind) = self.test_line(range) {
                statements.push(TestStatement { kind, span });
            }
        }
        statements
    }

    fn test_line(&mut self, range: Range<usize>) -> Read<TestStatementKind> {
        use Keyword as K;
        match self.tokens.get(range.start).and_then(|t| t.kind.keyword()) {
            Some(K::Given) => self.read(Rule::given_line, range, Self::given),
            Some(K::Set) => self.read(Rule::set_line, range, |parser, node| {
                let mut parts = node.parts();
                let name = parser.name(&parts.one()?)?;
                Ok(TestStatementKind::Set { name, value: parser.expression(&parts.one()?)? })
            }),
            Some(K::Profile) => self.read(Rule::profile_line, range, |parser, node| {
                Ok(TestStatementKind::Profile(parser.name(&node.parts().one()?)?))
            }),
            Some(K::Outage) => self.read(Rule::outage_line, range, |parser, node| {
                let mut parts = node.parts();
                let source = parser.qualified(&parts.one()?)?;
                let (low, sign, high) = (parts.one()?, parts.one()?, parts.one()?);
                Ok(TestStatementKind::Outage { source, range: parser.range(&low, &sign, &high)? })
            }),
            Some(K::At) => self.read(Rule::at_line, range, |parser, node| {
                Ok(TestStatementKind::At(parser.expression(&node.parts().one()?)?))
            }),
            Some(K::Expect) => self.read(Rule::expect_line, range, Self::expect),
            _ => Err(self.wrong_test_line(range)),
        }
    }

    fn expect(&mut self, node: Node<'_>) -> Read<TestStatementKind> {
        let mut parts = node.parts();
        let first = parts.one()?;
        if first.rule() == Rule::nothing {
            return Ok(TestStatementKind::Expect(Expect::Nothing));
        }
        let level = self.level_name(&first)?;
        let about = match parts.take_if(Rule::expected_about) {
            Some(about) => self.key(&about.only()?)?,
            None => Vec::new(),
        };
        let at = parts.take_if(Rule::every_at).map(|at| self.expression(&at.only()?)).transpose()?;
        let message = parts.take_if(Rule::expected_text).map(|text| self.text_literal(&text.only()?)).transpose()?;
        Ok(TestStatementKind::Expect(Expect::Warning { level, about, at, message }))
    }

    /// `given S { a, b: 1, 2 … }`: columns up to the colon, then a row on each line.
    fn given(&mut self, node: Node<'_>) -> Read<TestStatementKind> {
        let mut parts = node.parts();
        let source = self.qualified(&parts.one()?)?;
        let inside = self.inside(parts.one()?.token());
        let mut colon = inside.start;
        while colon < inside.end && self.tokens.get(colon).is_some_and(|t| t.kind != Kind::Symbol(":")) {
            colon = self.tokens.get(colon).map_or(colon, |t| t.close.max(colon)) + 1;
        }
        let colon = colon.min(inside.end);
        let columns = self.read(Rule::names, inside.start..colon, |parser, node| {
            node.parts().map(|name| parser.name(&name)).collect::<Read<Vec<_>>>()
        })?;
        let mut rows = Vec::new();
        for line in lines(self.tokens, colon + 1..inside.end, Block::Rows) {
            let at = self.span_of(line.clone());
            let row = self.read(Rule::given_row, line, |parser, node| {
                node.parts().map(|cell| Ok(missing_cell(parser.expression(&cell)?))).collect::<Read<Vec<_>>>()
            });
            match row {
                Ok(row) if row.len() != columns.len() => {
                    self.report(RowWidth { at, cells: row.len(), columns: columns.len() });
                }
                Ok(row) => rows.push(row),
                Err(_) => {}
            }
        }
        Ok(TestStatementKind::Given { source, columns, rows })
    }
}

/// A cell `_` or `missing` is missing.
fn missing_cell(cell: Expr) -> Option<Expr> {
    match &cell.kind {
        ExprKind::Missing => None,
        ExprKind::Name(name) if name.text == "_" && !name.quoted => None,
        _ => Some(cell),
    }
}

//! Models and their statements.

use super::chunk::Node;
use super::{Parser, Read, Rule};
use crate::keywords::Keyword;
use crate::prescan::{Block, Kind, lines};
use crate::syntax::{Expr, ItemKind, Model, Param, Statement, StatementKind, Trigger};
use std::ops::Range;

impl Parser<'_> {
    pub(super) fn model(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let entity = self.type_path(&mut parts)?;
        let population = parts.take_if(Rule::qualified).map(|source| self.qualified(&source)).transpose()?;
        let statements = self.model_statements(parts.one()?.token());
        Ok(ItemKind::Model(Model { name, entity, population, statements }))
    }

    /// The statements of a model that can be read.
    pub(super) fn model_statements(&mut self, opener: usize) -> Vec<Statement> {
        let mut statements: Vec<Statement> = Vec::new();
        let mut after = self.token_span(opener).end;
        for range in lines(self.tokens, self.inside(opener), Block::Statements) {
            let span = self.span_of(range.clone());
            let docs = self.take_docs(span, after);
            after = span.end;
            if let Ok(mut found) = self.model_line(range) {
                if let Some(first) = found.first_mut() {
                    first.docs = docs;
                }
                statements.append(&mut found);
            }
        }
        statements
    }

    fn model_line(&mut self, range: Range<usize>) -> Read<Vec<Statement>> {
        use Keyword as K;
        let span = self.span_of(range.clone());
        let keyword = self.tokens.get(range.start).and_then(|t| t.kind.keyword());
        let kind = match keyword {
            Some(K::Category | K::Purpose | K::Basis | K::Dispatch | K::ReviewRequired) => {
                return self.read(Rule::header_clauses, range, Self::header_clauses);
            }
            Some(K::Param) => self.read(Rule::param, range, Self::param)?,
            Some(K::Let) => self.read(Rule::let_line, range, |parser, node| {
                let mut parts = node.parts();
                let name = parser.name(&parts.one()?)?;
                Ok(StatementKind::Let { name, value: parser.value(&parts.one()?)? })
            })?,
            Some(K::Rows) => StatementKind::Rows(self.read(Rule::rows, range, Self::rows)?),
            Some(K::Every) => self.read(Rule::every_line, range, |parser, node| {
                let mut parts = node.parts();
                let step = parser.step(&parts.one()?)?;
                let at = parts.take_if(Rule::every_at).map(|at| parser.expression(&at.only()?)).transpose()?;
                let about = parser.about(parts.take_if(Rule::about))?;
                Ok(StatementKind::Trigger { trigger: Trigger::Every { step, at }, about })
            })?,
            Some(K::On) => self.read(Rule::on_line, range, |parser, node| {
                let mut parts = node.parts();
                let trigger = Trigger::On(parser.selection(&parts.one()?)?);
                Ok(StatementKind::Trigger { trigger, about: parser.about(parts.take_if(Rule::about))? })
            })?,
            Some(K::Match) => self.read(Rule::match_line, range, |parser, node| {
                let (found, about) = parser.match_line(&node)?;
                Ok(StatementKind::Trigger { trigger: Trigger::Match(found), about: parser.about(about)? })
            })?,
            Some(K::Warn) => {
                StatementKind::Warn(self.with_block(Rule::warn_line, range, Self::warn, Self::warn_entries)?)
            }
            _ => return Err(self.wrong_model_line(range)),
        };
        Ok(vec![Statement { docs: Vec::new(), kind, span }])
    }

    fn about(&mut self, node: Option<Node<'_>>) -> Read<Option<Expr>> {
        node.map(|about| self.expression(&about.only()?)).transpose()
    }

    fn header_clauses(&mut self, node: Node<'_>) -> Read<Vec<Statement>> {
        let mut statements = Vec::new();
        for clause in node.parts() {
            let span = self.span(&clause);
            let inner = clause.only()?;
            let mut parts = inner.parts();
            let kind = match inner.rule() {
                Rule::category => StatementKind::Category(self.name(&parts.one()?)?),
                Rule::purpose => StatementKind::Purpose(self.name(&parts.one()?)?),
                Rule::basis => StatementKind::Basis(self.text_literal(&parts.one()?)?),
                Rule::dispatch => StatementKind::Dispatch(self.expression(&parts.one()?)?),
                _ => StatementKind::ReviewRequired,
            };
            statements.push(Statement { docs: Vec::new(), kind, span });
        }
        Ok(statements)
    }

    fn param(&mut self, node: Node<'_>) -> Read<StatementKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let ty = parts.take_if(Rule::type_name).map(|ty| self.type_name(&ty)).transpose()?;
        let default = self.expression(&parts.one()?)?;
        let range = match parts.take_if(Rule::param_range) {
            None => None,
            Some(range) => {
                let mut parts = range.parts();
                let (low, sign, high) = (parts.one()?, parts.one()?, parts.one()?);
                Some(self.range(&low, &sign, &high)?)
            }
        };
        Ok(StatementKind::Param(Param { name, ty, default, range }))
    }

    /// The token is followed by `:` (as a column would be).
    pub(super) fn looks_like_column(&self, range: &Range<usize>) -> bool {
        range.len() > 1 && self.tokens.get(range.start + 1).is_some_and(|t| t.kind == Kind::Symbol(":"))
    }
}

//! Items: what a file consists of.

use super::chunk::Node;
use super::{Parser, Read, Rule};
use crate::keywords::Keyword;
use crate::prescan::{Block, Kind, lines};
use crate::source::Span;
use crate::syntax::{
    Constant, Entity, EntityKey, Enum, EnumVariant, Exempt, ExemptEntry, Expr, ExprKind, Extern, Fact, Function,
    Grouping, Item, ItemKind, Levels, Name, Rows, TypeName, Use,
};
use std::ops::Range;

impl Parser<'_> {
    /// All items of the file.
    pub(super) fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        let mut after = 0;
        for range in lines(self.tokens, 0..self.tokens.len(), Block::Statements) {
            let span = self.span_of(range.clone());
            let docs = self.take_docs(span, after);
            after = span.end;
            if let Ok(kind) = self.item(range) {
                items.push(Item { docs, kind, span });
            }
        }
        items
    }

    fn item(&mut self, range: Range<usize>) -> Read<ItemKind> {
        use Keyword as K;
        let Some(keyword) = self.tokens.get(range.start).and_then(|t| t.kind.keyword()) else {
            return Err(self.unknown_item(range));
        };
        match keyword {
            K::Use => self.read(Rule::item_use, range, Self::use_item),
            K::Constant => self.read(Rule::item_const, range, Self::constant),
            K::Entity => self.read(Rule::item_entity, range, Self::entity),
            K::Enum => self.read(Rule::item_enum, range, Self::enum_item),
            K::Source => self.source_or_union(range),
            K::Fact => self.read(Rule::item_fact, range, Self::fact),
            K::Function => self.read(Rule::item_fn, range, Self::function_item),
            K::Extern => self.read(Rule::item_extern, range, Self::extern_item),
            K::Rows => Ok(ItemKind::Rows(self.read(Rule::rows, range, Self::rows)?)),
            K::Model => self.with_block(Rule::item_model, range, Self::model, Self::model_statements),
            K::Levels => self.read(Rule::item_levels, range, Self::levels),
            K::Exempt => self.read(Rule::item_exempt, range, Self::exempt),
            K::Test => self.with_block(Rule::item_test, range, Self::test, Self::test_statements),
            _ => Err(self.unknown_item(range)),
        }
    }

    /// Reads an item with a block; where its head is broken, what is wrong in the block is reported all the same.
    pub(super) fn with_block<T, S>(
        &mut self,
        rule: Rule,
        range: Range<usize>,
        build: impl FnOnce(&mut Self, Node<'_>) -> Read<T>,
        block: impl FnOnce(&mut Self, usize) -> Vec<S>,
    ) -> Read<T> {
        let found = self.read(rule, range.clone(), build);
        if found.is_err() {
            let mut at = range.start;
            while at < range.end {
                match self.tokens.get(at).map(|t| (t.kind, t.close)) {
                    Some((Kind::Open('{'), _)) => {
                        block(self, at);
                        break;
                    }
                    Some((_, close)) => at = close.max(at) + 1,
                    None => break,
                }
            }
        }
        found
    }

    fn use_item(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let alias = self.name(&parts.one()?)?;
        let path = self.text_literal(&parts.one()?)?;
        let version = parts.next().map(|text| self.text_literal(&text)).transpose()?;
        Ok(ItemKind::Use(Use { alias, path, version }))
    }

    fn constant(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let ty = parts.take_if(Rule::type_name).map(|ty| self.type_name(&ty)).transpose()?;
        Ok(ItemKind::Constant(Constant { name, ty, value: self.value(&parts.one()?)? }))
    }

    fn entity(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let key = parts.one()?;
        let key = match key.rule() {
            Rule::parens => EntityKey::Pair(self.entity_names(key.token())?),
            _ => EntityKey::Single(self.type_name(&key)?),
        };
        let mut entity = Entity { name, key, via: None, private: false };
        let mut seen = Vec::new();
        for clause in parts {
            self.once(&clause, &mut seen)?;
            match clause.parts().next() {
                Some(via) => entity.via = Some(self.qualified(&via)?),
                None => entity.private = true,
            }
        }
        Ok(ItemKind::Entity(entity))
    }

    /// Reports a clause that begins with the same word as one before it.
    pub(super) fn once(&mut self, clause: &Node<'_>, seen: &mut Vec<(Keyword, Span)>) -> Read<()> {
        let token = clause.token();
        let at = self.token_span(token);
        let Some(keyword) = self.tokens.get(token).and_then(|t| t.kind.keyword()) else { return Ok(()) };
        if let Some((_, first)) = seen.iter().find(|(k, _)| *k == keyword) {
            let clause = self.source_text(at);
            let first = Some(*first);
            return Err(self.report(crate::diagnostics::syntax::RepeatedClause { at, clause, first }));
        }
        seen.push((keyword, at));
        Ok(())
    }

    /// Names between parentheses.
    pub(super) fn names(&mut self, opener: usize) -> Read<Vec<Name>> {
        self.read_inside(Rule::names, opener, |parser, node| node.parts().map(|name| parser.name(&name)).collect())
    }

    /// Names of entities between parentheses.
    fn entity_names(&mut self, opener: usize) -> Read<Vec<Name>> {
        self.read_inside(Rule::entity_names, opener, |parser, node| {
            node.parts().map(|name| parser.type_path(&mut name.parts())).collect()
        })
    }

    fn enum_item(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let variants = self.read_inside(Rule::variants, parts.one()?.token(), |parser, node| {
            let variant = |variant: Node<'_>| {
                let mut parts = variant.parts();
                let name = parser.name(&parts.one()?)?;
                let raw = parts.map(|text| parser.text_literal(&text)).collect::<Read<_>>()?;
                Ok(EnumVariant { name, raw })
            };
            node.parts().map(variant).collect()
        })?;
        Ok(ItemKind::Enum(Enum { name, variants }))
    }

    fn fact(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let entity = self.type_path(&mut parts)?;
        Ok(ItemKind::Fact(Fact { name, entity, value: self.value(&parts.one()?)? }))
    }

    fn parameters(&mut self, opener: usize) -> Read<Vec<(Name, TypeName)>> {
        self.read_inside(Rule::parameters, opener, |parser, node| {
            let parameter = |parameter: Node<'_>| {
                let mut parts = parameter.parts();
                Ok((parser.name(&parts.one()?)?, parser.type_name(&parts.one()?)?))
            };
            node.parts().map(parameter).collect()
        })
    }

    fn function_item(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let parameters = self.parameters(parts.one()?.token())?;
        let result = parts.take_if(Rule::result).map(|ty| self.type_name(&ty.only()?)).transpose()?;
        Ok(ItemKind::Function(Function { name, parameters, result, body: self.value(&parts.one()?)? }))
    }

    fn extern_item(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let check = parts.take_if(Rule::extern_check).is_some();
        let name = self.name(&parts.one()?)?;
        let parameters = self.parameters(parts.one()?.token())?;
        let result = parts.take_if(Rule::result).map(|ty| self.type_name(&ty.only()?)).transpose()?;
        Ok(ItemKind::Extern(Extern { check, name, parameters, result, plugin: self.text_literal(&parts.one()?)? }))
    }

    /// A derived table, in a model or at top level.
    pub(super) fn rows(&mut self, node: Node<'_>) -> Read<Rows> {
        let mut parts = node.parts();
        let name = self.name(&parts.one()?)?;
        let entity = parts.take_if(Rule::rows_entity).map(|entity| self.type_path(&mut entity.parts())).transpose()?;
        let selection = self.selection(&parts.one()?)?;
        let mut including_current = None;
        let mut grouping = Grouping::Each;
        for part in parts.need(Rule::grouping)?.parts() {
            let mut inner = part.parts();
            match part.rule() {
                Rule::including_current => including_current = Some(self.span(&part)),
                Rule::per => grouping = Grouping::Per(inner.map(|key| self.expression(&key)).collect::<Read<_>>()?),
                Rule::sessions => {
                    let gap = self.expression(&inner.one()?)?;
                    let within = inner.next().map(|distance| self.expression(&distance)).transpose()?;
                    grouping = Grouping::Sessions { gap, within };
                }
                _ => {}
            }
        }
        let outer = std::mem::replace(&mut self.in_rows, true);
        let columns = self.read_inside(Rule::row_columns, parts.one()?.token(), |parser, node| {
            let column = |column: Node<'_>| {
                let mut parts = column.parts();
                Ok((parser.name(&parts.one()?)?, parser.value(&parts.one()?)?))
            };
            node.parts().map(column).collect()
        });
        self.in_rows = outer;
        Ok(Rows { name, entity, selection, grouping, including_current, columns: columns? })
    }

    fn levels(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let levels = self.read_inside(Rule::level_names, node.only()?.token(), |parser, node| {
            node.parts().map(|level| parser.level_name(&level)).collect()
        })?;
        Ok(ItemKind::Levels(Levels { levels }))
    }

    fn exempt(&mut self, node: Node<'_>) -> Read<ItemKind> {
        let mut parts = node.parts();
        let model = self.qualified(&parts.one()?)?;
        let mut entries = Vec::new();
        for range in lines(self.tokens, self.inside(parts.one()?.token()), Block::Entries) {
            entries.extend(self.read(Rule::exempt_line, range, |parser, node| {
                let mut parts = node.parts();
                let key = parser.key(&parts.need(Rule::operand)?)?;
                let until = parser.expression(&parts.one()?)?;
                Ok(ExemptEntry { key, until, because: parser.text_literal(&parts.one()?)? })
            }));
        }
        Ok(ItemKind::Exempt(Exempt { model, entries }))
    }

    /// The key of an entity: one value, or the parts of a pair in parentheses.
    pub(super) fn key(&mut self, operand: &Node<'_>) -> Read<Vec<Expr>> {
        let inner = operand.only()?;
        if inner.rule() == Rule::grouped && inner.all().count() == 1 {
            let mut parts = self.group(self.inside(inner.token()))?;
            if let [part] = parts.as_mut_slice() {
                // One value in parentheses is that value.
                let span = part.span;
                let inner = std::mem::replace(part, Expr { kind: ExprKind::Missing, span });
                *part = Expr { kind: ExprKind::Parenthesised(Box::new(inner)), span };
            }
            return Ok(parts);
        }
        Ok(vec![self.operand(operand)?])
    }

    /// `source … = …` is a union, everything else a source.
    fn source_or_union(&mut self, range: Range<usize>) -> Read<ItemKind> {
        let third = self.tokens.get(range.start + 2).filter(|_| range.len() > 2);
        match third.map(|t| t.kind) {
            Some(Kind::Symbol("=")) => self.read(Rule::item_union, range, Self::union),
            _ => self.with_block(Rule::item_source, range, Self::source, Self::source_entries),
        }
    }
}

//! Aggregates, peers, `held`, `nearest`; the selections of rows they work on, and windows.

use super::chunk::{Node, Parts};
use super::{Parser, Read, Reported, Rule};
use crate::diagnostics::syntax::RepeatedClause;
use crate::source::Span;
use crate::syntax::{
    Aggregate, AggregateFunction, CalendarUnit, Expr, ExprKind, Held, PeerFunction, PeerGroup, Peers, Selection,
    SourceTerm, Window,
};

impl Parser<'_> {
    /// A `value` or `row_value` of the grammar.
    pub(super) fn value(&mut self, node: &Node<'_>) -> Read<Expr> {
        let inner = node.only()?;
        let span = self.span(&inner);
        let outer = std::mem::take(&mut self.depth);
        let kind = match inner.rule() {
            Rule::expr => {
                self.depth = outer;
                return self.expression(&inner);
            }
            Rule::peers => ExprKind::Peers(Box::new(self.peers(&inner)?)),
            Rule::held => ExprKind::Held(Box::new(self.held(&inner)?)),
            Rule::nearest => {
                let mut parts = inner.parts();
                let selection = Box::new(self.selection(&parts.one()?)?);
                ExprKind::Nearest { selection, to: Box::new(self.expression(&parts.one()?)?) }
            }
            Rule::bare_aggregate => match self.bare_aggregate(&inner)? {
                Some(aggregate) => ExprKind::Aggregate(Box::new(aggregate)),
                None => {
                    self.depth = outer;
                    return self.call_like_aggregate(&inner);
                }
            },
            _ => ExprKind::Aggregate(Box::new(self.aggregate(&inner)?)),
        };
        let depth = self.depth + 1;
        self.depth = outer;
        self.deepen(depth, span)?;
        Ok(Expr { kind, span })
    }

    fn aggregate(&mut self, node: &Node<'_>) -> Read<Aggregate> {
        let mut parts = node.parts();
        let function = self.function(&parts.need(Rule::function)?)?;
        let value = parts.take_if(Rule::expr).map(|value| self.expression(&value)).transpose()?;
        let selection = Some(self.selection(&parts.need(Rule::selection)?)?);
        Ok(Aggregate { function, value, selection, filter: None })
    }

    /// An aggregate of the group's rows; `None` if it is a call after all, such as `min(a, b)`.
    fn bare_aggregate(&mut self, node: &Node<'_>) -> Read<Option<Aggregate>> {
        let mut parts = node.parts();
        let Some(function) = parts.take_if(Rule::function) else {
            parts.need(Rule::counter)?;
            let filter = self.group_filter(&mut parts)?;
            return Ok(Some(Aggregate { function: AggregateFunction::Count, value: None, selection: None, filter }));
        };
        let value = parts.need(Rule::expr)?;
        let opener = value.token();
        let in_parentheses = self.tokens.get(opener).is_some_and(|t| t.close > 0) && function.all().count() == 1;
        if in_parentheses && function.parts().next().is_none() {
            let alone = value.last_token() == opener;
            let inside = self.inside(opener);
            let several = self.has_comma(inside);
            if !alone || several {
                return Ok(None);
            }
        }
        let function = self.function(&function)?;
        let value = Some(self.expression(&value)?);
        let filter = self.group_filter(&mut parts)?;
        Ok(Some(Aggregate { function, value, selection: None, filter }))
    }

    fn group_filter(&mut self, parts: &mut Parts<'_>) -> Read<Option<Expr>> {
        let condition = parts.take_if(Rule::filter);
        condition.map(|condition| self.expression(&condition.only()?)).transpose()
    }

    /// Reads `min(a, b) + 1` again, as the expression that it is.
    fn call_like_aggregate(&mut self, node: &Node<'_>) -> Read<Expr> {
        let end = node.parts().last().map_or(node.last_token(), |last| match last.rule() {
            Rule::row_end => last.token(),
            _ => last.last_token() + 1,
        });
        let end = self.tokens.get(end.saturating_sub(1)).map_or(end, |t| end.max(t.close + 1).min(self.tokens.len()));
        self.read(Rule::expr_only, node.token()..end, |parser, node| parser.expression(&node.parts().need(Rule::expr)?))
    }

    fn has_comma(&self, range: std::ops::Range<usize>) -> bool {
        let mut at = range.start;
        while at < range.end {
            match self.tokens.get(at).map(|t| (t.kind, t.close)) {
                Some((crate::prescan::Kind::Symbol(","), _)) => return true,
                Some((_, close)) => at = close.max(at) + 1,
                None => return false,
            }
        }
        false
    }

    fn function(&mut self, node: &Node<'_>) -> Read<AggregateFunction> {
        use AggregateFunction as F;
        let distinct = node.all().any(|n| n.rule() == Rule::k_distinct);
        Ok(match node.first_rule() {
            Some(Rule::k_count) if distinct => F::CountDistinct,
            Some(Rule::k_count) => F::Count,
            Some(Rule::k_sum) => F::Sum,
            Some(Rule::k_mean) => F::Mean,
            Some(Rule::k_min) => F::Min,
            Some(Rule::k_max) => F::Max,
            Some(Rule::k_stddev) => F::Stddev,
            Some(Rule::k_median) => F::Median,
            Some(Rule::quantile) => F::Quantile(Box::new(self.quantile(&node.only()?)?)),
            Some(Rule::k_most_common) => F::MostCommon,
            Some(Rule::k_first) => F::First,
            Some(Rule::k_last) => F::Last,
            Some(Rule::k_any) => F::Any,
            Some(Rule::k_all) => F::All,
            Some(Rule::k_none) => F::None,
            Some(Rule::k_the) => F::The,
            Some(Rule::k_list) => F::List,
            Some(Rule::k_longest_run_where) => F::LongestRun,
            Some(Rule::k_max_overlap) => F::MaxOverlap,
            Some(Rule::k_trend) => F::Trend,
            _ => return Err(Reported),
        })
    }

    fn quantile(&mut self, node: &Node<'_>) -> Read<Expr> {
        let opener = node.parts().need(Rule::parens)?.token();
        self.one_in_parentheses(opener)
    }

    /// The one expression between parentheses.
    fn one_in_parentheses(&mut self, opener: usize) -> Read<Expr> {
        self.read_inside(Rule::expr_only, opener, |parser, node| parser.expression(&node.parts().need(Rule::expr)?))
    }

    fn peers(&mut self, node: &Node<'_>) -> Read<Peers> {
        let mut parts = node.parts();
        let function = parts.need(Rule::peer_function)?;
        let function = match function.first_rule() {
            Some(Rule::k_median) => PeerFunction::Median,
            Some(Rule::k_mean) => PeerFunction::Mean,
            Some(Rule::k_stddev) => PeerFunction::Stddev,
            Some(Rule::k_percentile) => PeerFunction::Percentile,
            Some(Rule::k_zscore) => PeerFunction::Zscore,
            _ => PeerFunction::Quantile(Box::new(self.quantile(&function.only()?)?)),
        };
        let value = self.expression(&parts.need(Rule::expr)?)?;
        let group = parts.need(Rule::peer_group)?;
        let mut inner = group.parts();
        let group = match inner.take_if(Rule::parens) {
            Some(parens) => PeerGroup::Same(self.group(self.inside(parens.token()))?),
            None => {
                let distance = self.expression(&inner.one()?)?;
                PeerGroup::Within { distance, of: self.expression(&inner.one()?)? }
            }
        };
        let at_least = parts.take_if(Rule::at_least).map(|n| self.expression(&n.only()?)).transpose()?;
        Ok(Peers { function, value, group, at_least })
    }

    fn held(&mut self, node: &Node<'_>) -> Read<Held> {
        let mut parts = node.parts();
        let condition = self.one_in_parentheses(parts.need(Rule::parens)?.token())?;
        let duration = self.expression(&parts.one()?)?;
        let gap = self.expression(&parts.one()?)?;
        Ok(Held { condition, duration, gap, selection: self.selection(&parts.one()?)? })
    }

    /// A `selection` of the grammar; its clauses may come in any order, each once.
    pub(super) fn selection(&mut self, node: &Node<'_>) -> Read<Selection> {
        let mut parts = node.parts();
        let term = parts.need(Rule::source_term)?;
        let source = self.source_term(&term.only()?)?;
        let span = self.span(node);
        let mut selection = Selection { source, row: None, by: None, near: None, filter: None, window: None, span };
        let mut seen: Vec<(Rule, Span)> = Vec::new();
        for clause in parts {
            let clause = clause.only()?;
            let at = self.token_span(clause.token());
            if let Some((_, first)) = seen.iter().find(|(rule, _)| *rule == clause.rule()) {
                let word = self.source_text(at);
                return Err(self.report(RepeatedClause { at, clause: word, first: Some(*first) }));
            }
            seen.push((clause.rule(), at));
            let mut inner = clause.parts();
            match clause.rule() {
                Rule::row_name => selection.row = Some(self.name(&inner.one()?)?),
                Rule::by_column => selection.by = Some(self.name(&inner.one()?)?),
                Rule::near => {
                    let distance = Box::new(self.expression(&inner.one()?)?);
                    selection.near = Some((distance, Box::new(self.expression(&inner.one()?)?)));
                }
                Rule::filter => selection.filter = Some(Box::new(self.expression(&inner.one()?)?)),
                _ => selection.window = Some(self.window(&clause)?),
            }
        }
        Ok(selection)
    }

    fn window(&mut self, node: &Node<'_>) -> Read<Window> {
        let Some(span) = node.parts().next() else { return Ok(Window::This(CalendarUnit::Day)) };
        let mut parts = span.parts();
        Ok(match span.rule() {
            Rule::this_unit => Window::This(calendar(&parts.one()?)?),
            Rule::previous_unit => Window::Previous(calendar(&parts.one()?)?),
            Rule::last_span => Window::Last(Box::new(self.expression(&parts.one()?)?)),
            Rule::since => Window::Since(Box::new(self.expression(&parts.one()?)?)),
            _ => {
                let length = Box::new(self.expression(&parts.one()?)?);
                Window::Before { length, gap: Box::new(self.expression(&parts.one()?)?) }
            }
        })
    }

    fn source_term(&mut self, node: &Node<'_>) -> Read<SourceTerm> {
        let mut parts = node.parts();
        Ok(match node.rule() {
            Rule::starts => SourceTerm::Starts(self.qualified(&parts.one()?)?),
            Rule::ends => SourceTerm::Ends(self.qualified(&parts.one()?)?),
            Rule::entities => {
                let entity = self.type_path(&mut parts)?;
                SourceTerm::Entities { entity, source: self.qualified(&parts.one()?)? }
            }
            Rule::findings => {
                let models = parts.one()?;
                if models.rule() == Rule::qualified {
                    return Ok(SourceTerm::Findings(vec![self.qualified(&models)?]));
                }
                SourceTerm::Findings(self.read_inside(Rule::qualifieds, models.token(), |parser, node| {
                    node.parts().map(|name| parser.qualified(&name)).collect()
                })?)
            }
            _ => {
                let name = self.qualified(&parts.one()?)?;
                let of = parts.take_if(Rule::operand).map(|path| self.operand(&path)).transpose()?;
                SourceTerm::Named { name, of: of.map(Box::new) }
            }
        })
    }

    /// What stands in the text at this place.
    pub(super) fn source_text(&self, at: Span) -> String {
        self.text.get(at.start as usize..at.end as usize).unwrap_or("").to_owned()
    }
}

fn calendar(node: &Node<'_>) -> Read<CalendarUnit> {
    Ok(match node.first_rule() {
        Some(Rule::k_day) => CalendarUnit::Day,
        Some(Rule::k_week) => CalendarUnit::Week,
        Some(Rule::k_month) => CalendarUnit::Month,
        Some(Rule::k_quarter) => CalendarUnit::Quarter,
        Some(Rule::k_year) => CalendarUnit::Year,
        _ => return Err(Reported),
    })
}

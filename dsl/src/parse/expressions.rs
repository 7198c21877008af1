//! Expressions: a flat row of operands and operators becomes a tree by their precedence, without recursion.

use super::chunk::Node;
use super::{Parser, Read, Reported, Rule};
use crate::diagnostics::syntax::{ChainedComparison, ListOutsideIn, NotNeedsParentheses, UnexpectedText};
use crate::diagnostics::{Value, Word};
use crate::prescan::unescape;
use crate::source::Span;
use crate::syntax::{BinaryOperator, Expr, ExprKind, Name, Range, UnaryOperator};

const COMPARISON: u8 = 4;

/// An operator that waits for its right operand.
#[derive(Clone, Copy)]
enum Waiting {
    Prefix(UnaryOperator, Span),
    Infix(BinaryOperator, Span),
    Inside(Span),
    AsOf,
}

impl Waiting {
    /// How tightly it binds; see [`BinaryOperator`].
    fn precedence(self) -> u8 {
        use BinaryOperator as B;
        match self {
            Waiting::Infix(B::Or, _) => 1,
            Waiting::Infix(B::And, _) => 2,
            Waiting::Prefix(UnaryOperator::Not, _) => 3,
            Waiting::Infix(
                B::Equal | B::NotEqual | B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual | B::Is | B::IsNot,
                _,
            )
            | Waiting::Inside(_) => COMPARISON,
            Waiting::Infix(B::Otherwise, _) => 5,
            Waiting::Infix(B::Add | B::Subtract, _) => 6,
            Waiting::Infix(B::Multiply | B::Divide | B::Remainder, _) => 7,
            Waiting::Prefix(UnaryOperator::Negate, _) => 8,
            Waiting::AsOf => 9,
        }
    }
}

/// A chain of operands and operators on its way to a tree.
#[derive(Default)]
struct Chain {
    /// Finished parts with their depths; `true` for a comparison without parentheses.
    done: Vec<(Expr, usize, bool)>,
    waiting: Vec<Waiting>,
}

impl Chain {
    /// Applies all waiting operators that bind at least so tightly.
    fn reduce(&mut self, precedence: u8) {
        while let Some(top) = self.waiting.pop_if(|w| w.precedence() >= precedence) {
            let Some((right, right_depth, _)) = self.done.pop() else { return };
            let made = match top {
                Waiting::Prefix(operator, span) => {
                    let span = span.to(right.span);
                    let kind = ExprKind::Unary { operator, operand: Box::new(right) };
                    (Expr { kind, span }, right_depth + 1, false)
                }
                Waiting::Infix(..) | Waiting::Inside(_) | Waiting::AsOf => {
                    let Some((left, left_depth, _)) = self.done.pop() else { return };
                    let span = left.span.to(right.span);
                    let depth = left_depth.max(right_depth) + 1;
                    let (left, right) = (Box::new(left), Box::new(right));
                    let kind = match top {
                        Waiting::Infix(operator, _) => ExprKind::Binary { operator, left, right },
                        Waiting::Inside(_) => ExprKind::Inside { value: left, area: right },
                        _ => ExprKind::AsOf { value: left, at: right },
                    };
                    (Expr { kind, span }, depth, top.precedence() == COMPARISON)
                }
            };
            self.done.push(made);
        }
    }

    /// Makes room for a comparison; the place of another one directly to the left, if there is one.
    fn before_comparison(&mut self) -> Option<Span> {
        self.reduce(COMPARISON + 1);
        match self.waiting.last() {
            Some(Waiting::Infix(_, span) | Waiting::Inside(span))
                if self.waiting.last().is_some_and(|w| w.precedence() == COMPARISON) =>
            {
                Some(*span)
            }
            _ => self.done.last().filter(|(_, _, comparison)| *comparison).map(|(expr, ..)| expr.span),
        }
    }
}

impl Parser<'_> {
    /// An `expr` or `arithmetic` of the grammar.
    pub(super) fn expression(&mut self, node: &Node<'_>) -> Read<Expr> {
        let outer = std::mem::take(&mut self.depth);
        let whole = self.span(node);
        let mut chain = Chain::default();
        for part in node.all() {
            let at = self.token_span(part.token());
            match part.rule() {
                Rule::operand => {
                    self.depth = 0;
                    let operand = self.operand(&part)?;
                    chain.done.push((operand, self.depth + 1, false));
                }
                Rule::prefix | Rule::arithmetic_minus => {
                    let not = part.first_rule() == Some(Rule::k_not);
                    let tighter = chain.waiting.last().is_some_and(|w| w.precedence() >= COMPARISON);
                    if not && tighter {
                        return Err(self.report(NotNeedsParentheses { at }));
                    }
                    let operator = if not { UnaryOperator::Not } else { UnaryOperator::Negate };
                    chain.waiting.push(Waiting::Prefix(operator, at));
                }
                Rule::infix | Rule::arithmetic_sign => {
                    let waiting = operator(&part, at)?;
                    if waiting.precedence() != COMPARISON {
                        chain.reduce(waiting.precedence());
                    } else if let Some(first) = chain.before_comparison() {
                        return Err(self.report(ChainedComparison { at, first }));
                    }
                    chain.waiting.push(waiting);
                }
                _ => {
                    if let Some(first) = chain.before_comparison() {
                        return Err(self.report(ChainedComparison { at, first }));
                    }
                    let Some((value, depth, _)) = chain.done.pop() else { return Err(Reported) };
                    let start = value.span;
                    self.depth = 0;
                    let kind = self.comparison_tail(&part, value)?;
                    let span = start.to(self.span(&part));
                    chain.done.push((Expr { kind, span }, depth.max(self.depth) + 1, true));
                }
            }
        }
        chain.reduce(0);
        let Some((expr, depth, _)) = chain.done.pop() else { return Err(Reported) };
        self.depth = outer;
        self.deepen(depth, whole)?;
        Ok(expr)
    }

    /// `in …` or `within … of …` after a value.
    fn comparison_tail(&mut self, node: &Node<'_>, value: Expr) -> Read<ExprKind> {
        let mut parts = node.parts();
        let value = Box::new(value);
        if node.rule() == Rule::within_tail {
            let distance = Box::new(self.expression(&parts.one()?)?);
            return Ok(ExprKind::Within { value, distance, of: Box::new(self.expression(&parts.one()?)?) });
        }
        let negated = parts.need(Rule::in_word)?.first_rule() == Some(Rule::k_not_in);
        let first = parts.need(Rule::arithmetic)?;
        if let Some(sign) = parts.take_if(Rule::range_sign) {
            let range = self.range(&first, &sign, &parts.one()?)?;
            return Ok(ExprKind::InRange { value, range, negated });
        }
        // Without a range sign, a list in parentheses must stand here.
        let list = first.only().ok().filter(|_| first.all().count() == 1).and_then(|operand| operand.only().ok());
        let list = list.filter(|group| group.rule() == Rule::grouped && group.all().count() == 1);
        match list {
            Some(group) => Ok(ExprKind::InList { value, items: self.group(self.inside(group.token()))?, negated }),
            None => {
                let at = self.span(&first);
                let found = self.source_text(at);
                let expected = vec![Value::Word(Word::BRACKETED_LIST), Value::Text("`..`".into())];
                Err(self.report(UnexpectedText { at, found, expected }))
            }
        }
    }

    /// `low..high` or `low..=high`.
    pub(super) fn range(&mut self, low: &Node<'_>, sign: &Node<'_>, high: &Node<'_>) -> Read<Range> {
        let closed = sign.first_rule() == Some(Rule::s_closed);
        Ok(Range { low: Box::new(self.expression(low)?), high: Box::new(self.expression(high)?), closed })
    }

    /// What stands in parentheses: one value, or several where a list may stand.
    pub(super) fn group(&mut self, range: std::ops::Range<usize>) -> Read<Vec<Expr>> {
        let rule = if self.in_rows { Rule::row_group } else { Rule::group };
        self.read(rule, range, Self::values)
    }

    fn values(&mut self, node: Node<'_>) -> Read<Vec<Expr>> {
        node.parts().map(|value| self.value(&value)).collect()
    }

    /// An `operand` of the grammar: a literal, a name, a call, a member, or something in parentheses.
    pub(super) fn operand(&mut self, node: &Node<'_>) -> Read<Expr> {
        let inner = node.only()?;
        let span = self.span(&inner);
        let kind = match inner.rule() {
            Rule::number => return self.number(&inner),
            Rule::literal => self.literal(&inner)?,
            Rule::grouped => {
                let opener = inner.token();
                let mut values = self.group(self.inside(opener))?;
                let span = self.token_span(opener).to(self.token_span(self.inside(opener).end));
                let Some(value) = values.pop().filter(|_| values.is_empty()) else {
                    return Err(self.report(ListOutsideIn { at: span }));
                };
                let depth = self.depth + 1;
                self.deepen(depth, span)?;
                let base = Expr { kind: ExprKind::Parenthesised(Box::new(value)), span };
                return self.postfixes(base, inner.parts().skip(1));
            }
            _ => {
                let mut parts = inner.parts();
                let base = match inner.first_rule() {
                    Some(Rule::k_this) => Expr { kind: ExprKind::This, span: self.token_span(inner.token()) },
                    _ => {
                        let name = self.name(&parts.one()?)?;
                        Expr { span: name.span, kind: ExprKind::Name(name) }
                    }
                };
                return self.postfixes(base, parts);
            }
        };
        Ok(Expr { kind, span })
    }

    /// Members and calls after a value.
    fn postfixes<'c>(&mut self, base: Expr, parts: impl Iterator<Item = Node<'c>>) -> Read<Expr> {
        let mut expr = base;
        for part in parts {
            let span = expr.span.to(self.span(&part));
            let depth = self.depth + 1;
            let kind = if part.rule() == Rule::member {
                ExprKind::Member { base: Box::new(expr), name: self.name(&part.only()?)? }
            } else {
                let arguments = self.read_inside(Rule::arguments, part.token(), Self::values)?;
                ExprKind::Call { function: Box::new(expr), arguments }
            };
            let depth = depth.max(self.depth + 1);
            self.deepen(depth, span)?;
            expr = Expr { kind, span };
        }
        Ok(expr)
    }

    /// A number with its unit, if it has one.
    pub(super) fn number(&mut self, node: &Node<'_>) -> Read<Expr> {
        let token = self.tokens.get(node.token()).ok_or(Reported)?;
        let unit = node.parts().find(|part| part.rule() == Rule::unit);
        let unit = unit.map(|unit| self.name(&unit)).transpose()?;
        Ok(Expr { kind: ExprKind::Number { digits: token.text.clone(), unit }, span: self.span(node) })
    }

    fn literal(&mut self, node: &Node<'_>) -> Read<ExprKind> {
        let token = self.tokens.get(node.token()).ok_or(Reported)?;
        Ok(match node.first_rule() {
            Some(Rule::text) => ExprKind::Text(unescape(&token.text).0),
            Some(Rule::date) => ExprKind::Date(token.text.clone()),
            Some(Rule::time) => ExprKind::Time(token.text.clone()),
            Some(Rule::clock) => ExprKind::Clock(token.text.clone()),
            Some(Rule::k_true) => ExprKind::Bool(true),
            Some(Rule::k_false) => ExprKind::Bool(false),
            Some(Rule::k_now) => ExprKind::Now,
            _ => ExprKind::Missing,
        })
    }

    /// A step of time: `15 min`, or `day` for `1 day`.
    pub(super) fn step(&mut self, node: &Node<'_>) -> Read<Expr> {
        let inner = node.only()?;
        if inner.rule() == Rule::number {
            return self.number(&inner);
        }
        let unit = self.name(&inner)?;
        let span = unit.span;
        Ok(Expr { kind: ExprKind::Number { digits: "1".into(), unit: Some(Name { quoted: false, ..unit }) }, span })
    }
}

fn operator(node: &Node<'_>, at: Span) -> Read<Waiting> {
    use BinaryOperator as B;
    let binary = match node.first_rule() {
        Some(Rule::k_inside) => return Ok(Waiting::Inside(at)),
        Some(Rule::k_as_of) => return Ok(Waiting::AsOf),
        Some(Rule::k_or) => B::Or,
        Some(Rule::k_and) => B::And,
        Some(Rule::s_equal) => B::Equal,
        Some(Rule::s_not_equal) => B::NotEqual,
        Some(Rule::s_less) => B::Less,
        Some(Rule::s_at_most) => B::LessOrEqual,
        Some(Rule::s_greater) => B::Greater,
        Some(Rule::s_at_least) => B::GreaterOrEqual,
        Some(Rule::k_is) => B::Is,
        Some(Rule::k_is_not) => B::IsNot,
        Some(Rule::s_default) => B::Otherwise,
        Some(Rule::s_plus) => B::Add,
        Some(Rule::s_minus) => B::Subtract,
        Some(Rule::s_times) => B::Multiply,
        Some(Rule::s_divide) => B::Divide,
        Some(Rule::s_percent) => B::Remainder,
        _ => return Err(Reported),
    };
    Ok(Waiting::Infix(binary, at))
}

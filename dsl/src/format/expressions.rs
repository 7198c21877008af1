//! Expressions and selections as text with breaks.

use super::doc::Doc;
use super::words::{Words, text_literal};
use crate::keywords::Keyword as K;
use crate::syntax::{
    AggregateFunction, BinaryOperator, CalendarUnit, Expr, ExprKind, PeerFunction, PeerGroup, Range, Selection,
    SourceTerm, UnaryOperator, Window,
};

fn text(text: impl Into<String>) -> Doc {
    Doc::text(text)
}

/// Bound tightly or loosely; see [`BinaryOperator`].
fn precedence(operator: BinaryOperator) -> u8 {
    use BinaryOperator as B;
    match operator {
        B::Or => 1,
        B::And => 2,
        B::Otherwise => 5,
        B::Add | B::Subtract => 6,
        B::Multiply | B::Divide | B::Remainder => 7,
        _ => 4,
    }
}

impl Words {
    fn operator(self, operator: BinaryOperator) -> &'static str {
        use BinaryOperator as B;
        match operator {
            B::Or => self.keyword(K::Or),
            B::And => self.keyword(K::And),
            B::Is => self.keyword(K::Is),
            B::IsNot => self.keyword(K::IsNot),
            B::Equal => "==",
            B::NotEqual => "!=",
            B::Less => "<",
            B::LessOrEqual => "<=",
            B::Greater => ">",
            B::GreaterOrEqual => ">=",
            B::Otherwise => "??",
            B::Add => "+",
            B::Subtract => "-",
            B::Multiply => "*",
            B::Divide => "/",
            B::Remainder => "%",
        }
    }

    /// An expression.
    pub(super) fn expr(self, expr: &Expr) -> Doc {
        match &expr.kind {
            ExprKind::Number { digits, unit } => text(self.number(digits, unit.as_ref())),
            ExprKind::Text(literal) => text(text_literal(literal)),
            ExprKind::Date(literal) | ExprKind::Time(literal) | ExprKind::Clock(literal) => text(literal.as_str()),
            ExprKind::Bool(true) => text(self.keyword(K::True)),
            ExprKind::Bool(false) => text(self.keyword(K::False)),
            ExprKind::Missing => text(self.keyword(K::Missing)),
            ExprKind::This => text(self.keyword(K::This)),
            ExprKind::Now => text(self.keyword(K::Now)),
            ExprKind::Name(name) => text(self.name(name)),
            ExprKind::Member { base, name } => Doc::All(vec![self.expr(base), text(format!(".{}", self.name(name)))]),
            ExprKind::Call { function, arguments } => Doc::All(vec![self.expr(function), self.list(arguments)]),
            ExprKind::Parenthesised(inner) => bracketed(vec![self.expr(inner)]),
            ExprKind::Unary { operator, operand } => {
                let sign = match operator {
                    UnaryOperator::Not => self.before(K::Not),
                    UnaryOperator::Negate => "-".to_owned(),
                };
                Doc::All(vec![text(sign), self.expr(operand)])
            }
            ExprKind::Binary { operator, .. } => self.chain(expr, precedence(*operator)),
            ExprKind::InRange { value, range, negated } => {
                let word = self.keyword(if *negated { K::NotIn } else { K::In });
                Doc::All(vec![self.expr(value), text(format!(" {word} ")), self.range(range)])
            }
            ExprKind::InList { value, items, negated } => {
                let word = self.keyword(if *negated { K::NotIn } else { K::In });
                Doc::All(vec![self.expr(value), text(format!(" {word} ")), self.list(items)])
            }
            ExprKind::Within { value, distance, of } => {
                Doc::All(vec![self.expr(value), text(" "), self.within(distance, of)])
            }
            ExprKind::Inside { value, area } => self.infix(value, self.keyword(K::Inside), area),
            ExprKind::AsOf { value, at } => self.infix(value, self.keyword(K::AsOf), at),
            ExprKind::Aggregate(aggregate) => {
                let mut parts = vec![self.function(&aggregate.function)];
                if let Some(value) = &aggregate.value {
                    parts.push(text(" "));
                    // `max overlap from` would be the other aggregate.
                    match &value.kind {
                        ExprKind::Name(name)
                            if aggregate.function == AggregateFunction::Max && name.text == "overlap" =>
                        {
                            parts.push(text("`overlap`"));
                        }
                        _ => parts.push(self.expr(value)),
                    }
                }
                if let Some(selection) = &aggregate.selection {
                    parts.push(text(format!(" {} ", self.keyword(K::From))));
                    parts.push(self.selection(selection));
                }
                if let Some(filter) = &aggregate.filter {
                    parts.push(text(format!(" {} ", self.keyword(K::Where))));
                    parts.push(self.expr(filter));
                }
                Doc::Group(parts)
            }
            ExprKind::Peers(peers) => {
                let function = match &peers.function {
                    PeerFunction::Median => text(self.keyword(K::Median)),
                    PeerFunction::Mean => text(self.keyword(K::Mean)),
                    PeerFunction::Stddev => text(self.keyword(K::Stddev)),
                    PeerFunction::Percentile => text(self.keyword(K::Percentile)),
                    PeerFunction::Zscore => text(self.keyword(K::Zscore)),
                    PeerFunction::Quantile(q) => self.quantile(q),
                };
                let mut rest = vec![Doc::Line, text(self.before(K::Among))];
                match &peers.group {
                    PeerGroup::Same(values) => rest.extend([text(self.before(K::Same)), self.list(values)]),
                    PeerGroup::Within { distance, of } => rest.push(self.within(distance, of)),
                }
                if let Some(least) = &peers.at_least {
                    rest.extend([text(format!(" {} ", self.keyword(K::AtLeast))), self.expr(least)]);
                }
                Doc::Group(vec![function, text(" "), self.expr(&peers.value), Doc::Indent(rest)])
            }
            ExprKind::Held(held) => Doc::Group(vec![
                text(self.before(K::Held)),
                bracketed(vec![self.expr(&held.condition)]),
                text(format!(" {} ", self.keyword(K::ForSpan))),
                self.expr(&held.duration),
                text(format!(" {} {} ", self.keyword(K::Samples), self.keyword(K::Within))),
                self.expr(&held.gap),
                text(format!(" {} ", self.keyword(K::From))),
                self.selection(&held.selection),
            ]),
            ExprKind::Nearest { selection, to } => Doc::Group(vec![
                text(self.before(K::Nearest)),
                self.selection(selection),
                text(format!(" {} ", self.keyword(K::To))),
                self.expr(to),
            ]),
        }
    }

    fn infix(self, left: &Expr, word: &str, right: &Expr) -> Doc {
        Doc::All(vec![self.expr(left), text(format!(" {word} ")), self.expr(right)])
    }

    /// A chain of operators of one precedence: a break before each or before none.
    fn chain(self, expr: &Expr, level: u8) -> Doc {
        let mut operands = Vec::new();
        let mut rest = expr;
        while let ExprKind::Binary { operator, left, right } = &rest.kind
            && precedence(*operator) == level
        {
            operands.push((self.operator(*operator), self.expr(right)));
            rest = left;
        }
        let mut later = Vec::new();
        for (sign, operand) in operands.into_iter().rev() {
            later.extend([Doc::Line, text(format!("{sign} ")), operand]);
        }
        Doc::Group(vec![self.expr(rest), Doc::Indent(later)])
    }

    fn within(self, distance: &Expr, of: &Expr) -> Doc {
        let mut parts = vec![text(self.before(K::Within)), self.expr(distance)];
        parts.extend([text(format!(" {} ", self.keyword(K::Of))), self.expr(of)]);
        Doc::All(parts)
    }

    pub(super) fn range(self, range: &Range) -> Doc {
        let sign = if range.closed { "..=" } else { ".." };
        Doc::All(vec![self.expr(&range.low), text(sign), self.expr(&range.high)])
    }

    /// Values in parentheses.
    pub(super) fn list(self, values: &[Expr]) -> Doc {
        let mut parts = Vec::new();
        for (index, value) in values.iter().enumerate() {
            if index > 0 {
                parts.extend([text(","), Doc::Line]);
            }
            parts.push(self.expr(value));
        }
        bracketed(parts)
    }

    fn quantile(self, q: &Expr) -> Doc {
        Doc::All(vec![text(self.keyword(K::Quantile)), bracketed(vec![self.expr(q)])])
    }

    fn function(self, function: &AggregateFunction) -> Doc {
        use AggregateFunction as F;
        let keyword = match function {
            F::CountDistinct => return text(format!("{} {}", self.keyword(K::Count), self.keyword(K::Distinct))),
            F::Quantile(q) => return self.quantile(q),
            F::Count => K::Count,
            F::Sum => K::Sum,
            F::Mean => K::Mean,
            F::Min => K::Min,
            F::Max => K::Max,
            F::Stddev => K::Stddev,
            F::Median => K::Median,
            F::MostCommon => K::MostCommon,
            F::First => K::First,
            F::Last => K::Last,
            F::Any => K::Any,
            F::All => K::All,
            F::None => K::None,
            F::The => K::The,
            F::List => K::List,
            F::LongestRun => K::LongestRun,
            F::MaxOverlap => K::MaxOverlap,
            F::Trend => K::Trend,
        };
        text(self.keyword(keyword))
    }

    /// A selection, its clauses in canonical order: `as`, `by`, `within`, `where`, window.
    pub(super) fn selection(self, selection: &Selection) -> Doc {
        let mut head = vec![self.source_term(&selection.source)];
        if let Some(row) = &selection.row {
            head.push(text(format!(" {} {}", self.keyword(K::As), self.name(row))));
        }
        if let Some(by) = &selection.by {
            head.push(text(format!(" {} {}", self.keyword(K::By), self.name(by))));
        }
        let mut clauses = Vec::new();
        if let Some((distance, of)) = &selection.near {
            clauses.extend([Doc::Line, self.within(distance, of)]);
        }
        if let Some(filter) = &selection.filter {
            clauses.extend([Doc::Line, text(self.before(K::Where)), self.expr(filter)]);
        }
        if let Some(window) = &selection.window {
            clauses.extend([Doc::Line, self.window(window)]);
        }
        head.push(Doc::Indent(clauses));
        Doc::Group(head)
    }

    fn source_term(self, term: &SourceTerm) -> Doc {
        match term {
            SourceTerm::Named { name, of: None } => text(self.qualified(name)),
            SourceTerm::Named { name, of: Some(path) } => {
                Doc::All(vec![text(format!("{} {} ", self.qualified(name), self.keyword(K::Of))), self.expr(path)])
            }
            SourceTerm::Starts(name) => text(self.before(K::StartsOf) + &self.qualified(name)),
            SourceTerm::Ends(name) => text(self.before(K::EndsOf) + &self.qualified(name)),
            SourceTerm::Entities { entity, source } => {
                text(format!("{} {} {}", self.name(entity), self.keyword(K::In), self.qualified(source)))
            }
            SourceTerm::Findings(models) => {
                let names: Vec<String> = models.iter().map(|model| self.qualified(model)).collect();
                let word = self.before(K::FindingsOf);
                match names.as_slice() {
                    [one] => text(word + one),
                    _ => {
                        let mut parts = Vec::new();
                        for (index, name) in names.into_iter().enumerate() {
                            if index > 0 {
                                parts.extend([text(","), Doc::Line]);
                            }
                            parts.push(text(name));
                        }
                        Doc::All(vec![text(word), bracketed(parts)])
                    }
                }
            }
        }
    }

    fn window(self, window: &Window) -> Doc {
        let over = self.keyword(K::Over);
        let last = self.keyword(K::LastSpan);
        match window {
            Window::Last(length) => Doc::All(vec![text(format!("{over} {last} ")), self.expr(length)]),
            Window::Before { length, gap } => {
                let before = self.keyword(K::Before);
                let mut parts = vec![text(format!("{over} ")), self.expr(length)];
                parts.extend([text(format!(" {before} {last} ")), self.expr(gap)]);
                Doc::All(parts)
            }
            Window::This(CalendarUnit::Day) => text(format!("{over} {}", self.keyword(K::Today))),
            Window::This(unit) => text(format!("{over} {} {}", self.keyword(K::This), self.calendar(*unit))),
            Window::Previous(unit) => text(format!("{over} {} {}", self.keyword(K::Previous), self.calendar(*unit))),
            Window::Since(event) => Doc::All(vec![text(self.before(K::Since)), self.expr(event)]),
        }
    }

    fn calendar(self, unit: CalendarUnit) -> &'static str {
        self.keyword(match unit {
            CalendarUnit::Day => K::Day,
            CalendarUnit::Week => K::Week,
            CalendarUnit::Month => K::Month,
            CalendarUnit::Quarter => K::Quarter,
            CalendarUnit::Year => K::Year,
        })
    }
}

/// Something in parentheses.
pub(super) fn bracketed(inner: Vec<Doc>) -> Doc {
    if inner.is_empty() {
        return text("()");
    }
    let mut inside = vec![Doc::Soft];
    inside.extend(inner);
    Doc::Group(vec![text("("), Doc::Indent(inside), Doc::Soft, text(")")])
}

//! Expressions in words.
//!
//! What has a name is shown by it, as code: paths such as `b.home` stay as they are written. Comparisons, aggregates and
//! what they select from become sentences. What has no words of its own is shown as it is written.

use super::html::{Html, html, tag, with};
use super::{Site, href};
use crate::diagnostics::Language;
use crate::program::{
    Aggregate, AggregateFunction as A, Expr, ExprKind, From, Kind, Parameter, ParameterId, PeerFunction, PeerGroup,
    Peers, SourceId, SourceKind, SourceTime, Value,
};
use crate::syntax::{BinaryOperator as B, UnaryOperator as U};

impl Site<'_> {
    fn zh(&self) -> bool {
        self.language == Language::Zh
    }

    /// A parameter with the value that it has by default.
    pub(super) fn parameter(&self, id: ParameterId) -> Html {
        let Some(parameter) = self.program.parameters.get(id.index()) else { return Html::new() };
        let name = with("a", &[("href", &format!("#{}", href(&parameter.name)))], tag("code", &parameter.name));
        let value = self.default_of(parameter);
        if self.zh() { html![name, "（", value, "）"] } else { html![name, " (", value, ")"] }
    }

    /// A parameter's default, as it is written.
    pub(super) fn default_of(&self, parameter: &Parameter) -> Html {
        let at = self.parameters.get(&parameter.span).map_or(parameter.span, |(default, _)| *default);
        self.literal(at, &parameter.default, &parameter.ty.kind)
    }

    /// A condition at the end of a sentence: `lead`, then the condition, or a list of conditions.
    pub(super) fn sentence(&self, e: &Expr, [alone, all, any]: [&'static str; 3]) -> Html {
        for (operator, lead) in [(B::And, all), (B::Or, any)] {
            let parts = chain(e, operator);
            if parts.len() > 1 {
                let items: Html = parts.into_iter().map(|part| tag("li", self.condition(part))).collect();
                return html![tag("p", lead), tag("ul", items)];
            }
        }
        tag("p", html![alone, self.truth(e), self.say(".", "。")])
    }

    /// A condition that stands alone: `and` and `or` become lists.
    pub(super) fn condition(&self, e: &Expr) -> Html {
        for (operator, en, zh) in [
            (B::And, "all of these are true:", "以下各项都成立："),
            (B::Or, "at least one of these is true:", "以下至少一项成立："),
        ] {
            let parts = chain(e, operator);
            if parts.len() > 1 {
                let items: Html = parts.into_iter().map(|part| tag("li", self.condition(part))).collect();
                return html![self.say(en, zh), tag("ul", items)];
            }
        }
        self.truth(e)
    }

    /// A condition as a clause: of a name alone it is said that it is true.
    pub(super) fn truth(&self, e: &Expr) -> Html {
        let named = match &e.kind {
            ExprKind::Let(_) | ExprKind::Fact { .. } | ExprKind::Column { .. } | ExprKind::Parameter(_) => true,
            ExprKind::Aggregate(_) | ExprKind::About { .. } => self.is_path(e),
            _ => false,
        };
        match &e.kind {
            _ if named && e.ty.kind == Kind::Bool => html![self.value(e), self.say(" is true", " 成立")],
            ExprKind::Unary(U::Not, operand) if !matches!(operand.kind, ExprKind::Unary(..)) => {
                let clause = self.truth(operand);
                match &operand.kind {
                    ExprKind::Let(_) | ExprKind::Fact { .. } | ExprKind::Column { .. } | ExprKind::Parameter(_) => {
                        html![self.value(operand), self.say(" is false", " 不成立")]
                    }
                    _ => html![self.say("it is not so that (", "并非（"), clause, self.say(")", "）")],
                }
            }
            _ => self.value(e),
        }
    }

    /// As written, in one line.
    fn written(&self, e: &Expr) -> Html {
        tag("code", self.texts.text(e.span).split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn is_path(&self, e: &Expr) -> bool {
        let text = self.texts.text(e.span);
        !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.' || c == '`')
    }

    /// An expression in words.
    pub(super) fn value(&self, e: &Expr) -> Html {
        match &e.kind {
            ExprKind::Constant(value) => self.literal(e.span, value, &e.ty.kind),
            ExprKind::Parameter(id) => self.parameter(*id),
            ExprKind::This => match &e.ty.kind {
                Kind::Entity(id) => html![self.say("this ", "本 "), self.entity_name(*id)],
                _ => self.say("this one", "本对象").into(),
            },
            ExprKind::Now => self.say("now", "此刻").into(),
            ExprKind::Let(_) => self.written(e),
            ExprKind::Fact { fact, entity } => match (&entity.kind, self.zh()) {
                (ExprKind::This, _) => self.link_fact(*fact),
                (_, true) => html![self.value(entity), " 的 ", self.link_fact(*fact)],
                (_, false) => html![self.link_fact(*fact), " of ", self.value(entity)],
            },
            ExprKind::Element(_) => match &e.ty.kind {
                Kind::Entity(id) => html![self.say("that ", "该 "), self.entity_name(*id)],
                _ => self.written(e),
            },
            ExprKind::Aggregate(aggregate)
                if aggregate.function == A::Nearest || matches!(aggregate.selection.from, From::Group) =>
            {
                self.aggregate(aggregate)
            }
            _ if self.is_path(e) => self.written(e),
            ExprKind::About { entity, body } if self.zh() => html![self.value(entity), " 的 ", self.value(body)],
            ExprKind::About { entity, body } => html![self.value(body), " of ", self.value(entity)],
            ExprKind::Unary(U::Not, _) => self.truth(e),
            ExprKind::Unary(U::Negate, operand) => html!["−", self.operand(operand)],
            ExprKind::Binary(operator, left, right) => self.binary(*operator, left, right),
            ExprKind::InRange { value, low, high, closed } => {
                let [v, l, h] = [value, low, high].map(|part| self.operand(part));
                match (self.zh(), closed) {
                    (true, true) => html![v, " 在 ", l, " 到 ", h, " 之间"],
                    (true, false) => html![v, " 在 ", l, " 到 ", h, "（不含）之间"],
                    (false, true) => html![v, " is between ", l, " and ", h],
                    (false, false) => html![v, " is between ", l, " and ", h, ", the latter not included"],
                }
            }
            ExprKind::InList { value, items } => {
                let items = Html::joined(items.iter().map(|item| self.operand(item)), self.say(", ", "、"));
                html![self.operand(value), self.say(" is one of ", " 是以下之一："), items]
            }
            ExprKind::Call { function, arguments } => match (function.name, arguments.as_slice()) {
                ("distance", [a, b]) if self.zh() => html![self.operand(a), " 与 ", self.operand(b), " 的距离"],
                ("distance", [a, b]) => html!["the distance from ", self.operand(a), " to ", self.operand(b)],
                ("inside", [a, b]) if self.zh() => html![self.operand(a), " 在 ", self.operand(b), " 之内"],
                ("inside", [a, b]) => html![self.operand(a), " lies inside ", self.operand(b)],
                ("hour", [t]) if self.zh() => html![self.operand(t), " 的钟点"],
                ("hour", [t]) => html!["the hour of ", self.operand(t)],
                ("night", [t]) if self.zh() => html![self.operand(t), " 所在的夜晚"],
                ("night", [t]) => html!["the night of ", self.operand(t)],
                ("date", [t]) if self.zh() => html![self.operand(t), " 的日期"],
                ("date", [t]) => html!["the date of ", self.operand(t)],
                ("year", [t]) if self.zh() => html![self.operand(t), " 的年份"],
                ("year", [t]) => html!["the year of ", self.operand(t)],
                _ => {
                    let name = self.say(function.name, function.name_zh);
                    let arguments = Html::joined(arguments.iter().map(|a| self.operand(a)), self.say(", ", "、"));
                    html![tag("code", name), "(", arguments, ")"]
                }
            },
            ExprKind::Aggregate(aggregate) => self.aggregate(aggregate),
            ExprKind::Peers(peers) => self.peers(peers),
            _ => self.written(e),
        }
    }

    /// An expression inside of another one: in brackets where it would fall apart.
    pub(super) fn operand(&self, e: &Expr) -> Html {
        self.inside(e, 7)
    }

    /// An expression where one that binds so strongly must stand.
    fn inside(&self, e: &Expr, needed: u8) -> Html {
        if self.strength(e) >= needed {
            if needed <= 3 { self.truth(e) } else { self.value(e) }
        } else if self.zh() {
            html!["（", self.value(e), "）"]
        } else {
            html!["(", self.value(e), ")"]
        }
    }

    /// How strongly what is said holds together.
    fn strength(&self, e: &Expr) -> u8 {
        match &e.kind {
            ExprKind::Binary(B::Multiply, value, one) if is_one(one) => self.strength(value),
            ExprKind::Binary(operator, ..) => strength_of(*operator),
            ExprKind::InRange { .. } | ExprKind::InList { .. } => 3,
            ExprKind::Unary(U::Not, _) => 3,
            ExprKind::Aggregate(_) | ExprKind::Peers(_) if self.is_path(e) => 9,
            // Of truth they are whole clauses.
            ExprKind::Aggregate(_) if e.ty.kind == Kind::Bool => 3,
            ExprKind::Aggregate(_) | ExprKind::Peers(_) => 4,
            ExprKind::Call { function, .. } if function.name == "inside" => 3,
            _ => 9,
        }
    }

    fn binary(&self, operator: B, left: &Expr, right: &Expr) -> Html {
        // A whole number where any number may stand.
        if operator == B::Multiply && is_one(right) {
            return self.value(left);
        }
        let is_missing = |e: &Expr| matches!(e.kind, ExprKind::Constant(Value::Missing));
        let in_time = matches!(left.ty.kind, Kind::Time | Kind::Date);
        let word = match operator {
            B::And => self.say(" and ", " 且 "),
            B::Or => self.say(" or ", " 或 "),
            B::Is if is_missing(right) => return html![self.operand(left), self.say(" is not known", " 未知")],
            B::IsNot if is_missing(right) => return html![self.operand(left), self.say(" is known", " 已知")],
            B::Equal | B::Is => self.say(" is ", " 为 "),
            B::NotEqual | B::IsNot => self.say(" is not ", " 不为 "),
            B::Less if in_time => self.say(" is before ", " 早于 "),
            B::LessOrEqual if in_time => self.say(" is not after ", " 不晚于 "),
            B::Greater if in_time => self.say(" is after ", " 晚于 "),
            B::GreaterOrEqual if in_time => self.say(" is not before ", " 不早于 "),
            B::Less => self.say(" is less than ", " 小于 "),
            B::LessOrEqual => self.say(" is at most ", " 不超过 "),
            B::Greater => self.say(" is more than ", " 大于 "),
            B::GreaterOrEqual => self.say(" is at least ", " 不少于 "),
            B::Otherwise if self.zh() => {
                return html![self.operand(left), "（未知时取 ", self.value(right), "）"];
            }
            B::Otherwise => return html![self.operand(left), " (if that is not known: ", self.value(right), ")"],
            B::Add => " + ",
            B::Subtract => " − ",
            B::Multiply => " × ",
            B::Divide => " ÷ ",
            B::Remainder => " mod ",
        };
        let own = strength_of(operator);
        let right_needs = if matches!(operator, B::And | B::Or | B::Add | B::Multiply) { own } else { own + 1 };
        html![
            self.inside(left, own.max(if own == 3 { 5 } else { 0 })),
            word,
            self.inside(right, right_needs.max(if own == 3 { 5 } else { 0 }))
        ]
    }

    /// Which rows: the source, about whom, where, when. In Chinese it stands before what is computed.
    pub(super) fn rows(&self, aggregate: &Aggregate) -> Html {
        let selection = &aggregate.selection;
        let zh = self.zh();
        let (mut what, mut time) = (Html::new(), Html::new());
        match &selection.from {
            From::Rows { source, .. } => {
                what.push(self.link_source(*source));
                if selection.window.is_none() {
                    time = self.as_it_lies(*source).into();
                }
            }
            From::Entities { entity, source, .. } => {
                what.push(self.link_source(*source));
                if aggregate.function != A::Count {
                    let entity = self.entity_name(*entity);
                    what.push(if zh { html![" 的各个 ", entity] } else { html![" (each ", entity, " once)"] });
                }
            }
            From::Near { source, place, distance, .. } => {
                let (source, place) = (self.link_source(*source), self.operand(place));
                what = match distance {
                    Some(d) if zh => html![source, "（距 ", place, " 不超过 ", self.operand(d), "）"],
                    Some(d) => html![source, " within ", self.operand(d), " of ", place],
                    None if zh => html!["离 ", place, " 最近的 ", source],
                    None => html![source, " nearest to ", place],
                };
            }
            From::Group => what = self.say("these rows", "这些记录").into(),
            From::Findings(models) => {
                let links = Html::joined(models.iter().map(|id| self.link_model(*id)), self.say(", ", "、"));
                what = html![self.say("the findings of ", "模型 "), links, self.say("", " 的发现")];
            }
        }
        if let Some(of) = &selection.of {
            what = if zh { html![self.operand(of), " 的 ", what] } else { html![what, " about ", self.operand(of)] };
        }
        if let Some(window) = &selection.window {
            time = self.window(window);
        }
        let filter = selection.filter.as_ref().map(|filter| self.truth(filter));
        let mut all = what;
        if zh {
            all = if time.is_empty() { all } else { html![time, " ", all] };
            if let Some(filter) = filter {
                all.push(html!["（", filter, "）"]);
            }
        } else {
            if !time.is_empty() {
                all.push(html![" ", time]);
            }
            if let Some(filter) = filter {
                all.push(html![", where ", filter]);
            }
        }
        all
    }

    /// What a selection without a window takes.
    fn as_it_lies(&self, id: SourceId) -> &'static str {
        match self.program.sources.get(id.index()).map(|source| &source.kind) {
            Some(SourceKind::Table(table)) => match table.time {
                SourceTime::Timeless => "",
                SourceTime::Events { .. } => self.say("so far", "迄今"),
                SourceTime::State { .. } => self.say("at that time", "当时"),
            },
            _ => self.say("so far", "迄今"),
        }
    }

    fn aggregate(&self, aggregate: &Aggregate) -> Html {
        let rows = self.rows(aggregate);
        let of_truth = matches!(aggregate.function, A::Any | A::All | A::None | A::LongestRun | A::Held { .. });
        let value =
            aggregate.value.as_ref().map(|value| if of_truth { self.truth(value) } else { self.operand(value) });
        let value = value.unwrap_or_default();
        let has_value = aggregate.value.is_some();
        let is_path = aggregate.value.as_ref().is_none_or(|value| self.is_path(value));
        let counted = |from: &From| match from {
            From::Entities { entity, .. } => {
                let entity = self.entity_name(*entity);
                if self.zh() {
                    format!(" 中不同 {entity} 的个数")
                } else {
                    format!("the number of different {entity} in ")
                }
            }
            From::Findings(_) | From::Group => self.say("the number of ", " 的条数").to_owned(),
            _ => self.say("the number of rows of ", " 的记录数").to_owned(),
        };
        let quantile = |q: f64| {
            let percent = format!("{}%", (q * 1000.0).round() / 10.0);
            if self.zh() { format!(" 的 {percent} 分位数") } else { format!("the {percent} quantile of ") }
        };
        let (en, zh): (String, String) = match aggregate.function {
            A::Count => {
                let word = counted(&aggregate.selection.from);
                return if self.zh() { html![rows, word] } else { html![word, rows] };
            }
            A::Any if !has_value => {
                return if self.zh() { html![rows, " 有记录"] } else { html!["there is a row in ", rows] };
            }
            A::None if !has_value => {
                return if self.zh() { html![rows, " 没有记录"] } else { html!["there is no row in ", rows] };
            }
            A::Any if self.zh() => return html![rows, " 中有记录使得 ", value],
            A::Any => return html!["for some row in ", rows, ", ", value],
            A::All if self.zh() => return html![rows, " 的每条记录都有 ", value],
            A::All => return html!["for every row in ", rows, ", ", value],
            A::None if self.zh() => return html![rows, " 中没有记录使得 ", value],
            A::None => return html!["for no row in ", rows, ", ", value],
            A::LongestRun if self.zh() => return html![rows, " 中连续满足“", value, "”的最多记录数"],
            A::LongestRun => return html!["the longest run in which ", value, ", among the rows of ", rows],
            A::MaxOverlap if self.zh() => return html![rows, " 中同时有效的最多记录数"],
            A::MaxOverlap => return html!["the largest number at one time of the rows of ", rows],
            A::Trend if self.zh() => return html![rows, " 中 ", value, " 每天的变化趋势"],
            A::Trend => return html!["the trend per day of ", value, " in ", rows],
            A::Held { least, gap } => {
                let (least, gap) = (self.window_span(least), self.window_span(gap));
                return if self.zh() {
                    html![rows, " 中“", value, "”已连续保持至少 ", least, "（记录间隔不超过 ", gap, "）"]
                } else {
                    html![
                        "in ",
                        rows,
                        ", ",
                        value,
                        " without a break for at least ",
                        least,
                        " (rows no more than ",
                        gap,
                        " apart)"
                    ]
                };
            }
            A::CountDistinct if is_path => ("the number of different ".into(), " 的不同个数".into()),
            A::CountDistinct => ("the number of different values of ".into(), " 的不同个数".into()),
            A::Sum => ("the sum of ".into(), " 的合计".into()),
            A::Mean => ("the average of ".into(), " 的平均值".into()),
            A::Min => ("the smallest ".into(), " 的最小值".into()),
            A::Max => ("the largest ".into(), " 的最大值".into()),
            A::Stddev => ("the standard deviation of ".into(), " 的标准差".into()),
            A::Quantile(0.5) => ("the median of ".into(), " 的中位数".into()),
            A::Quantile(q) => (quantile(q), quantile(q)),
            A::MostCommon => ("the most common ".into(), " 的最常见值".into()),
            A::First => ("the first ".into(), " 的最早值".into()),
            A::Last => ("the last ".into(), " 的最近值".into()),
            A::The => ("the one ".into(), " 的唯一值".into()),
            A::List => ("each ".into(), " 的各个值".into()),
            A::Nearest if self.zh() => return html![rows, " 的 ", value],
            A::Nearest => return html![value, " of the row of ", rows],
        };
        if self.zh() { html![rows, " 中 ", value, zh] } else { html![en, value, " in ", rows] }
    }

    fn peers(&self, peers: &Peers) -> Html {
        let (value, least) = (self.operand(&peers.value), self.operand(&peers.at_least));
        let keys = match &peers.group {
            PeerGroup::Same(keys) => {
                let keys = Html::joined(keys.iter().map(|key| self.operand(key)), self.say(" and ", "、"));
                if self.zh() { html![keys, " 相同者"] } else { html!["the others with the same ", keys] }
            }
            PeerGroup::Within { distance, of } if self.zh() => {
                html!["距 ", self.operand(of), " 不超过 ", self.operand(distance), " 者"]
            }
            PeerGroup::Within { distance, of } => {
                html!["the others within ", self.operand(distance), " of ", self.operand(of)]
            }
        };
        let word = match peers.function {
            PeerFunction::Mean => self.say("the average of ", " 平均值"),
            PeerFunction::Stddev => self.say("the standard deviation of ", " 标准差"),
            PeerFunction::Quantile(0.5) => self.say("the median of ", " 中位数"),
            PeerFunction::Quantile(q) => {
                let percent = format!("{}%", (q * 1000.0).round() / 10.0);
                return if self.zh() {
                    html![keys, "（至少 ", least, " 个）", value, " 的 ", percent, " 分位数"]
                } else {
                    html!["the ", percent, " quantile of ", value, " among ", keys, " (at least ", least, " of them)"]
                };
            }
            PeerFunction::Percentile => self.say("the share with a lower ", " 更低者的比例"),
            PeerFunction::Zscore => {
                self.say("by how many standard deviations one exceeds the average of ", " 高出平均值几个标准差")
            }
        };
        if self.zh() {
            html![keys, "（至少 ", least, " 个）中 ", value, word]
        } else {
            html![word, value, " among ", keys, " (at least ", least, " of them)"]
        }
    }
}

/// How strongly an operator binds.
fn strength_of(operator: B) -> u8 {
    match operator {
        B::Or => 1,
        B::And => 2,
        B::Equal | B::NotEqual | B::Less | B::LessOrEqual | B::Greater | B::GreaterOrEqual | B::Is | B::IsNot => 3,
        B::Otherwise | B::Add | B::Subtract => 5,
        B::Multiply | B::Divide | B::Remainder => 6,
    }
}

fn is_one(e: &Expr) -> bool {
    matches!(e.kind, ExprKind::Constant(Value::Float(1.0)))
}

/// The operands of a chain of one operator.
fn chain(e: &Expr, operator: B) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Binary(found, left, right) if *found == operator => {
            let mut all = chain(left, operator);
            all.extend(chain(right, operator));
            all
        }
        _ => vec![e],
    }
}

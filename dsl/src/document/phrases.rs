//! Words for what stands alone: types, spans of time, windows, grids.

use super::Site;
use super::html::{Html, html, tag};
use crate::diagnostics::Language;
use crate::program::{CalendarUnit, Expr, ExprKind, Grid, Kind, SpanOfTime, Value, Window, WindowSpan};
use crate::source::Span;
use watchfire_stdlib::format::FormatSpec;
use watchfire_stdlib::types::{BUILT_IN_TYPES, Type};
use watchfire_stdlib::units::{UnitKind, unit};

impl Site<'_> {
    /// A value on its own, in the site's language.
    pub(super) fn shown(&self, value: &Value, kind: &Kind) -> String {
        match value {
            Value::Missing => self.say("unknown", "未知").to_owned(),
            Value::Text(text) => match self.language {
                Language::En => format!("“{text}”"),
                Language::Zh => format!("“{text}”"),
            },
            _ => self.style().show(value, kind, None, &FormatSpec::default()),
        }
    }

    /// A literal as it is written where that is a number with a unit, else its value.
    pub(super) fn literal(&self, at: Span, value: &Value, kind: &Kind) -> Html {
        let written = self.texts.text(at).trim();
        let split = written.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_');
        if let Some((number, name)) = split.filter(|at| *at > 0).map(|at| written.split_at(at))
            && let Some(unit) = unit(name.trim())
        {
            let name = if self.language == Language::Zh { unit.name_zh } else { unit.name };
            let blank = if matches!(unit.kind, UnitKind::Share) { "" } else { " " };
            return format!("{}{blank}{}", number.replace('_', ""), singular(number, name)).into();
        }
        match (value, kind) {
            (Value::Enum(..), _) => tag("code", self.shown(value, kind)),
            (Value::Level(level), _) => self.level(*level),
            (Value::Int(n), Kind::Hour) => format!("{n:02}:00").into(),
            (value, kind) => self.shown(value, kind).into(),
        }
    }

    /// The name of a type.
    pub(super) fn type_name(&self, ty: &Type) -> Html {
        let name = match &ty.kind {
            Kind::Entity(id) => self.entity_name(*id).to_owned(),
            Kind::Enum(id) => self.program.enums.get(id.0 as usize).map_or_else(String::new, |e| e.name.to_string()),
            Kind::List(of) => {
                let of = self.type_name(&Type::new((**of).clone()));
                return html![self.say("list of ", "多个"), of];
            }
            Kind::Level => self.say("Level", "级别").to_owned(),
            kind => match BUILT_IN_TYPES.iter().find(|(_, _, known)| known == kind) {
                Some((en, zh, _)) => if self.language == Language::Zh { *zh } else { *en }.to_owned(),
                None => self.say("number", "数").to_owned(),
            },
        };
        name.into()
    }

    /// `1 month 2 days`
    pub(super) fn span(&self, span: SpanOfTime) -> String {
        let mut parts = Vec::new();
        let zh = self.language == Language::Zh;
        let mut part = |n: i64, en: &str, chinese: &str| {
            if n != 0 {
                let plural = if n == 1 || en == "µs" { "" } else { "s" };
                parts.push(if zh { format!("{n} {chinese}") } else { format!("{n} {en}{plural}") });
            }
        };
        part(span.months / 12 * i64::from(span.months % 12 == 0), "year", "年");
        part(span.months * i64::from(span.months % 12 != 0), "month", "个月");
        part(span.days, "day", "天");
        let mut micros = span.micros;
        for (length, en, chinese) in [
            (3_600_000_000, "hour", "小时"),
            (60_000_000, "minute", "分钟"),
            (1_000_000, "second", "秒"),
            (1, "µs", "微秒"),
        ] {
            part(micros / length, en, chinese);
            micros %= length;
        }
        if parts.is_empty() { self.say("0 seconds", "0 秒").to_owned() } else { parts.join(" ") }
    }

    pub(super) fn window_span(&self, span: WindowSpan) -> Html {
        match span {
            WindowSpan::Fixed(span) => self.span(span).into(),
            WindowSpan::Parameter(id) => self.parameter(id),
        }
    }

    /// `in the last 14 days`, `过去 14 天内`
    pub(super) fn window(&self, window: &Window) -> Html {
        let zh = self.language == Language::Zh;
        match window {
            Window::Span { length, gap: None } if zh => html!["过去 ", self.window_span(*length), "内"],
            Window::Span { length, gap: None } => match *length {
                // In the last day, not in the last 1 day.
                WindowSpan::Fixed(span) => {
                    let text = self.span(span);
                    html!["in the last ", text.strip_prefix("1 ").filter(|unit| !unit.contains(' ')).unwrap_or(&text)]
                }
                WindowSpan::Parameter(id) => html!["in the last ", self.parameter(id)],
            },
            Window::Span { length, gap: Some(gap) } if zh => {
                html![self.window_span(*gap), "之前的 ", self.window_span(*length), "内"]
            }
            Window::Span { length, gap: Some(gap) } => {
                html!["in the ", self.window_span(*length), " before the last ", self.window_span(*gap)]
            }
            Window::This(unit) => match unit {
                CalendarUnit::Day => self.say("today", "今天"),
                CalendarUnit::Week => self.say("this week so far", "本周至今"),
                CalendarUnit::Month => self.say("this month so far", "本月至今"),
                CalendarUnit::Quarter => self.say("this quarter so far", "本季度至今"),
                CalendarUnit::Year => self.say("this year so far", "今年至今"),
            }
            .into(),
            Window::Previous(unit) => match unit {
                CalendarUnit::Day => self.say("yesterday", "昨天"),
                CalendarUnit::Week => self.say("in the previous week", "上一周"),
                CalendarUnit::Month => self.say("in the previous month", "上个月"),
                CalendarUnit::Quarter => self.say("in the previous quarter", "上个季度"),
                CalendarUnit::Year => self.say("in the previous year", "上一年"),
            }
            .into(),
            Window::Since(event) if zh => html!["自", self.value(event), "以来"],
            Window::Since(event) => html!["since ", self.value(event)],
        }
    }

    /// `Every day at 02:00`
    pub(super) fn grid(&self, grid: Grid) -> String {
        let zh = self.language == Language::Zh;
        let clock = |micros: i64| {
            let (hours, minutes) = (micros / 3_600_000_000, micros / 60_000_000 % 60);
            format!("{hours:02}:{minutes:02}")
        };
        match grid {
            Grid::Micros(micros) => {
                let span = self.span(SpanOfTime { micros, ..SpanOfTime::default() });
                if zh { format!("每 {span}") } else { format!("Every {span}") }
            }
            Grid::Days(1, at) if zh => format!("每天 {}", clock(at)),
            Grid::Days(1, at) => format!("Every day at {}", clock(at)),
            Grid::Days(n, at) if zh => format!("每 {n} 天的 {}", clock(at)),
            Grid::Days(n, at) => format!("Every {n} days at {}", clock(at)),
            Grid::Weeks(1, at) if zh => format!("每周一 {}", clock(at)),
            Grid::Weeks(1, at) => format!("Every Monday at {}", clock(at)),
            Grid::Weeks(n, at) if zh => format!("每 {n} 周的周一 {}", clock(at)),
            Grid::Weeks(n, at) => format!("Every {n} weeks on Monday at {}", clock(at)),
            Grid::Months(1, at) if zh => format!("每月 1 日 {}", clock(at)),
            Grid::Months(1, at) => format!("On the first day of every month at {}", clock(at)),
            Grid::Months(n, at) if zh => format!("每 {n} 个月的 1 日 {}", clock(at)),
            Grid::Months(n, at) => format!("On the first day of every {n}th month at {}", clock(at)),
        }
    }

    /// Whether an expression is the constant `true`.
    pub(super) fn is_true(e: &Expr) -> bool {
        matches!(e.kind, ExprKind::Constant(Value::Bool(true)))
    }
}

/// `1 day`, but `2 days`.
fn singular<'n>(number: &str, unit: &'n str) -> &'n str {
    let long = matches!(unit, "days" | "weeks" | "months" | "quarters" | "years");
    if number == "1" && long { &unit[..unit.len() - 1] } else { unit }
}

//! Values as people read them, in messages and tables, in English and in Chinese.
//!
//! | kind | shown |
//! |---|---|
//! | `Int`, `Float` | `5`, `0.3`: at most 12 significant digits |
//! | quantity | `5 m²`, `200 km/h`: in the unit named, else in the first unit of its dimension |
//! | `Money` | `1234.50 yuan`, `1234.50 元` |
//! | `Duration` | `2 h 30 min`, `2 小时 30 分钟`; a day is 24 hours |
//! | `Date`, `Time` | `2024-03-01`, `2024-03-01 02:00` in the package's zone, with seconds where there are some |
//! | missing | `–` |
//! | a count that is a lower bound | `≥ 5` |
//! | a fault | `error (a date or time left the calendar)` |
//!
//! A [`FormatSpec`] says more: decimal places, sign, thousands, percent, parts of a date.

mod numbers;
mod spec;

pub use spec::{FormatError, FormatErrorKind, FormatSpec, PatternPart};

use crate::language::Language;
use crate::types::{EntityId, EnumId, Kind};
use crate::units::{Unit, UnitKind, default_unit};
use crate::value::{Duration, EntityKey, FaultKind, Level, Levels, Value};
use crate::zone::{Zone, calendar_date, wall_clock, wall_date};
use chrono::Datelike;
use std::fmt::Write;

/// Who knows the names that a value itself does not: variants of enums, entities (perhaps under a pseudonym).
pub trait Names {
    /// Name of a variant.
    fn variant(&self, of: EnumId, variant: u32) -> Option<String>;

    /// Name of a level; by default that of the four usual ones.
    fn level(&self, level: Level) -> String {
        Levels::default().name(level).to_owned()
    }

    /// What is shown of an entity; by default its key or keys.
    fn entity(&self, _: EntityId, key: &EntityKey) -> String {
        match key {
            EntityKey::Single(key) => key.to_string(),
            EntityKey::Pair(first, second) => format!("{first} + {second}"),
        }
    }
}

/// Knows no names: a variant is shown by its place, an entity by its key.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoNames;

impl Names for NoNames {
    fn variant(&self, _: EnumId, _: u32) -> Option<String> {
        None
    }
}

/// How values are shown.
#[derive(Clone, Copy)]
pub struct Style<'a> {
    /// Language of words and units.
    pub language: Language,
    /// Zone of times.
    pub zone: &'a Zone,
    /// Names of variants and entities.
    pub names: &'a dyn Names,
}

impl Style<'_> {
    fn choose(&self, english: &'static str, chinese: &'static str) -> &'static str {
        match self.language {
            Language::En => english,
            Language::Zh => chinese,
        }
    }

    fn unit(&self, unit: &Unit) -> &'static str {
        self.choose(unit.name, unit.name_zh)
    }

    /// A value as text. Its kind gives the dimension of a quantity and the type of an entity; `unit` is one that the
    /// message names. A unit or format that does not fit the kind is ignored (the checker refuses it).
    pub fn show(&self, value: &Value, kind: &Kind, unit: Option<&Unit>, spec: &FormatSpec) -> String {
        match value {
            Value::Missing => "–".into(),
            Value::Fault(fault) => {
                let what = fault_text(fault.kind, self.language);
                match self.language {
                    Language::En => format!("error ({what})"),
                    Language::Zh => format!("出错（{what}）"),
                }
            }
            Value::AtLeast(n) => format!("≥ {}", numbers::scaled(i128::from(*n), 0, 0, spec)),
            Value::Bool(truth) => if *truth { self.choose("yes", "是") } else { self.choose("no", "否") }.into(),
            Value::Int(n) => match (kind, spec.percent) {
                (Kind::Quantity(_) | Kind::Float, _) | (_, true) => self.number(*n as f64, kind, unit, spec),
                _ => numbers::scaled(i128::from(*n), 0, 0, spec),
            },
            Value::Float(x) => self.number(*x, kind, unit, spec),
            Value::Money(amount) => self.money(*amount, unit, spec),
            Value::Text(text) => text.to_string(),
            Value::Date(date) => self.date(*date, spec),
            Value::Time(time) => self.time(*time, spec),
            Value::Duration(span) => self.duration(*span, unit, spec),
            Value::Hour(hour) => format!("{hour:02}:00"),
            Value::Point(point) => format!("{:.6} {:.6}", point.longitude, point.latitude),
            Value::Line(line) => {
                let many: usize = line.parts().iter().map(Vec::len).sum();
                format!("{}{many}{}", self.choose("line of ", "由 "), self.choose(" positions", " 个位置连成的线路"))
            }
            Value::Polygon(polygon) => {
                // A ring's last position is its first.
                let many: usize = polygon.parts().iter().flatten().map(|ring| ring.len().saturating_sub(1)).sum();
                format!("{}{many}{}", self.choose("polygon of ", "由 "), self.choose(" positions", " 个位置围成的区域"))
            }
            Value::Enum(of, variant) => self.names.variant(*of, *variant).unwrap_or_else(|| format!("#{variant}")),
            Value::Entity(key) => match kind {
                Kind::Entity(id) => self.names.entity(*id, key),
                _ => NoNames.entity(EntityId(u32::MAX), key),
            },
            Value::Level(level) => level_word(&self.names.level(*level), self.language).into(),
            Value::List(items) => {
                let of = if let Kind::List(of) = kind { of } else { &Kind::Unknown };
                let shown: Vec<_> = items.iter().map(|item| self.show(item, of, unit, spec)).collect();
                shown.join(self.choose(", ", "、"))
            }
        }
    }

    fn number(&self, number: f64, kind: &Kind, unit: Option<&Unit>, spec: &FormatSpec) -> String {
        let dimension = match kind {
            Kind::Quantity(dimension) => *dimension,
            _ => {
                return match unit {
                    Some(share) if share.kind == UnitKind::Share => {
                        format!("{}{}", numbers::float(share.from_si(number), spec), share.name)
                    }
                    _ => numbers::float(number, spec),
                };
            }
        };
        let named = unit.filter(|unit| unit.kind == UnitKind::Quantity(dimension)).or_else(|| default_unit(dimension));
        match named {
            Some(unit) => format!("{} {}", numbers::float(unit.from_si(number), spec), self.unit(unit)),
            None => format!("{} {}", numbers::float(number, spec), dimension_text(dimension)),
        }
    }

    fn money(&self, amount: i64, unit: Option<&Unit>, spec: &FormatSpec) -> String {
        let (name, scale) = match unit.map(|unit| (self.unit(unit), unit.kind)) {
            Some((name, UnitKind::Money(one))) => (name, one.ilog10()),
            _ => (self.choose("yuan", "元"), 4),
        };
        format!("{} {name}", numbers::scaled(i128::from(amount), scale, 2, spec))
    }

    fn duration(&self, span: Duration, unit: Option<&Unit>, spec: &FormatSpec) -> String {
        let micros = span.total_micros();
        let one = match unit.map(|unit| unit.kind) {
            Some(UnitKind::Micros(one)) => Some(one),
            Some(UnitKind::Days(days)) => Some(days * crate::value::DAY_MICROS),
            _ => None,
        };
        #[expect(clippy::cast_precision_loss, reason = "shown with 12 digits at most")]
        if let (Some(unit), Some(one)) = (unit, one) {
            let number = micros as f64 / one as f64;
            return format!("{} {}", numbers::float(number, spec), self.unit(unit));
        }
        self.humane(micros)
    }

    /// Days, hours, minutes and seconds, those that are not zero.
    fn humane(&self, micros: i64) -> String {
        let magnitude = micros.unsigned_abs();
        let (seconds, fraction) = (magnitude / 1_000_000, magnitude % 1_000_000);
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
        let mut parts = Vec::new();
        let mut part = |number: u64, english: &str, chinese: &str| {
            if number > 0 {
                let name = if self.language == Language::En { english } else { chinese };
                parts.push(format!("{number} {name}"));
            }
        };
        part(days, if days == 1 { "day" } else { "days" }, "天");
        part(hours, "h", "小时");
        part(minutes, "min", "分钟");
        if fraction > 0 {
            let digits = format!("{}.{fraction:06}", seconds % 60);
            parts.push(format!("{} {}", digits.trim_end_matches('0'), self.choose("s", "秒")));
        } else if seconds % 60 > 0 || parts.is_empty() {
            parts.push(format!("{} {}", seconds % 60, self.choose("s", "秒")));
        }
        let sign = if micros < 0 { "-" } else { "" };
        format!("{sign}{}", parts.join(" "))
    }

    fn date(&self, date: i32, spec: &FormatSpec) -> String {
        match &spec.pattern {
            Some(parts) => pattern(date, 0, parts),
            None => pattern(date, 0, &[PatternPart::Letter('F')]),
        }
    }

    fn time(&self, time: i64, spec: &FormatSpec) -> String {
        let Some(wall) = self.zone.wall(time) else {
            return fault_text(FaultKind::OutOfCalendar, self.language).into();
        };
        let (date, clock) = (wall_date(wall), wall_clock(wall));
        if let Some(parts) = &spec.pattern {
            return pattern(date, clock, parts);
        }
        let minutes = [PatternPart::Letter('F'), PatternPart::Text(" ".into()), PatternPart::Letter('R')];
        let mut shown = pattern(date, clock, &minutes);
        let (seconds, fraction) = (clock / 1_000_000 % 60, clock % 1_000_000);
        if fraction != 0 {
            let digits = format!(":{seconds:02}.{fraction:06}");
            shown.push_str(digits.trim_end_matches('0'));
        } else if seconds != 0 {
            let _ = write!(shown, ":{seconds:02}");
        }
        shown
    }
}

/// A date and the microseconds since midnight, by a pattern.
fn pattern(date: i32, clock: i64, parts: &[PatternPart]) -> String {
    let Some(day) = calendar_date(date) else { return String::new() };
    let (year, month, day_of_month) = (day.year(), day.month(), day.day());
    let (hour, minute, second) = (clock / 3_600_000_000, clock / 60_000_000 % 60, clock / 1_000_000 % 60);
    parts.iter().fold(String::new(), |mut shown, part| {
        let _ = match part {
            PatternPart::Text(text) => write!(shown, "{text}"),
            PatternPart::Letter(letter) => match letter {
                'Y' => write!(shown, "{year:04}"),
                'm' => write!(shown, "{month:02}"),
                'd' => write!(shown, "{day_of_month:02}"),
                'F' => write!(shown, "{year:04}-{month:02}-{day_of_month:02}"),
                'H' => write!(shown, "{hour:02}"),
                'M' => write!(shown, "{minute:02}"),
                'S' => write!(shown, "{second:02}"),
                'f' => write!(shown, "{:06}", clock % 1_000_000),
                'R' => write!(shown, "{hour:02}:{minute:02}"),
                'T' => write!(shown, "{hour:02}:{minute:02}:{second:02}"),
                'j' => write!(shown, "{:03}", day.ordinal()),
                'u' => write!(shown, "{}", day.weekday().number_from_monday()),
                other => write!(shown, "%{other}"),
            },
        };
        shown
    })
}

/// A product of base units, for a dimension whose values have no unit with a name: `m²·kg·s⁻¹`.
fn dimension_text(dimension: crate::types::Dimension) -> String {
    let base = [("m", dimension.length), ("kg", dimension.mass), ("s", dimension.time), ("K", dimension.temperature)];
    let factors: Vec<_> = base
        .iter()
        .filter(|(_, exponent)| *exponent != 0)
        .map(|(name, exponent)| match exponent {
            1 => (*name).to_owned(),
            _ => name.chars().chain(exponent.to_string().chars().map(superscript)).collect(),
        })
        .collect();
    factors.join("·")
}

fn superscript(digit: char) -> char {
    match digit {
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        _ => '⁻',
    }
}

/// What a fault means, in words.
pub fn fault_text(kind: FaultKind, language: Language) -> &'static str {
    let (english, chinese) = match kind {
        FaultKind::Overflow => ("a whole number or an amount of money left its range", "整数或金额超出范围"),
        FaultKind::OutOfCalendar => ("a date or time left the calendar", "日期或时间超出历法范围"),
        FaultKind::InvalidArgument => ("a function cannot use this argument", "函数不能接受该参数"),
        FaultKind::Plugin => ("a plugin failed", "插件出错"),
    };
    match language {
        Language::En => english,
        Language::Zh => chinese,
    }
}

/// A level in words: the four usual ones in the language, others by their name.
pub fn level_word(name: &str, language: Language) -> &str {
    match (name, language) {
        ("red", Language::Zh) => "红色",
        ("orange", Language::Zh) => "橙色",
        ("yellow", Language::Zh) => "黄色",
        ("blue", Language::Zh) => "蓝色",
        _ => name,
    }
}

#[cfg(test)]
mod tests;

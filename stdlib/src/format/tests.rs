//! Values as shown.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use crate::types::Dimension;
use crate::units::unit;
use crate::value::{Fault, Point};
use proptest::prelude::*;

struct Usage;
impl Names for Usage {
    fn variant(&self, _: EnumId, variant: u32) -> Option<String> {
        ["residential", "commercial"].get(variant as usize).map(|name| (*name).to_owned())
    }
}

fn show_in(language: Language, value: Value, kind: Kind, in_unit: &str, spec: &str) -> String {
    let zone = Zone::named("Asia/Shanghai").unwrap();
    let spec = if spec.is_empty() { FormatSpec::default() } else { FormatSpec::parse(spec).unwrap() };
    Style { language, zone: &zone, names: &Usage }.show(&value, &kind, unit(in_unit), &spec)
}
fn english(value: Value, kind: Kind, in_unit: &str, spec: &str) -> String {
    show_in(Language::En, value, kind, in_unit, spec)
}
fn chinese(value: Value, kind: Kind) -> String {
    show_in(Language::Zh, value, kind, "", "")
}
fn span(micros: i64) -> Value {
    Value::Duration(Duration { days: 0, micros })
}

#[test]
fn quantities() {
    let (area, speed) = (Kind::Quantity(Dimension::AREA), Kind::Quantity(Dimension::SPEED));
    assert_eq!(english(Value::Float(5.0), area.clone(), "", ""), "5 m²");
    assert_eq!(english(Value::Float(unit("km/h").unwrap().to_si(200.0)), speed.clone(), "", ""), "200 km/h");
    assert_eq!(english(Value::Float(10.0), speed.clone(), "m/s", ".1"), "10.0 m/s");
    assert_eq!(english(Value::Float(4.56), area.clone(), "", ".1"), "4.6 m²");
    assert_eq!(chinese(Value::Float(5.0), area), "5 平方米");
    assert_eq!(chinese(Value::Float(10.0), speed), "36 公里/时");
    let odd = Kind::Quantity(Dimension::new(2, 1, -1, 0));
    assert_eq!(english(Value::Float(1.5), odd, "", ""), "1.5 m²·kg·s⁻¹");
    let temperature = Kind::Quantity(Dimension::TEMPERATURE);
    assert_eq!(english(Value::Float(298.15), temperature, "", ""), "25 °C");
    assert_eq!(english(Value::Float(0.125), Kind::Float, "%", ".1"), "12.5%");
}

#[test]
fn money_and_spans() {
    assert_eq!(english(Value::Money(12_345_678), Kind::Money, "", ""), "1234.57 yuan");
    assert_eq!(chinese(Value::Money(-12_345_678), Kind::Money), "-1234.57 元");
    assert_eq!(english(Value::Money(123_456_789), Kind::Money, "万元", ".4"), "1.2346 wan_yuan");
    assert_eq!(english(span(9_000_000_000), Kind::Duration, "", ""), "2 h 30 min");
    assert_eq!(chinese(span(9_000_000_000), Kind::Duration), "2 小时 30 分钟");
    assert_eq!(english(span(-90_000_000_000), Kind::Duration, "", ""), "-1 day 1 h");
    assert_eq!(english(span(0), Kind::Duration, "", ""), "0 s");
    assert_eq!(english(span(250_000), Kind::Duration, "", ""), "0.25 s");
    assert_eq!(english(span(60_000_001), Kind::Duration, "", ""), "1 min 0.000001 s");
    assert_eq!(english(span(9_000_000_000), Kind::Duration, "h", ".1"), "2.5 h");
    assert_eq!(english(span(i64::MIN), Kind::Duration, "days", ".0"), "-106751991 days");
}

#[test]
fn dates_and_times() {
    let time = 1_709_229_600_000_000; // 2024-02-29T18:00Z
    assert_eq!(english(Value::Time(time), Kind::Time, "", ""), "2024-03-01 02:00");
    assert_eq!(english(Value::Time(time + 30_500_000), Kind::Time, "", ""), "2024-03-01 02:00:30.5");
    assert_eq!(english(Value::Time(time + 3_000_000), Kind::Time, "", ""), "2024-03-01 02:00:03");
    assert_eq!(english(Value::Time(time), Kind::Time, "", "%H:%M"), "02:00");
    assert_eq!(english(Value::Time(time), Kind::Time, "", "%Y年%m月%d日 %T 100%%"), "2024年03月01日 02:00:00 100%");
    assert_eq!(english(Value::Date(-1), Kind::Date, "", ""), "1969-12-31");
    assert_eq!(english(Value::Date(19_783), Kind::Date, "", "%j/%u"), "061/5");
    assert_eq!(english(Value::Time(i64::MAX), Kind::Time, "", ""), "a date or time left the calendar");
}

#[test]
fn the_rest() {
    assert_eq!(english(Value::Missing, Kind::Int, "", ".1"), "–");
    assert_eq!(english(Value::AtLeast(5), Kind::Int, "", ""), "≥ 5");
    let broken = Value::Fault(Fault { kind: FaultKind::Overflow, at: (0, 0, 0) });
    assert_eq!(
        english(broken.clone(), Kind::Int, "", ""),
        "error (a whole number or an amount of money left its range)"
    );
    assert_eq!(chinese(broken, Kind::Int), "出错（整数或金额超出范围）");
    assert_eq!(chinese(Value::Bool(true), Kind::Bool), "是");
    assert_eq!(chinese(Value::Level(Level::ORANGE), Kind::Level), "橙色");
    assert_eq!(english(Value::Hour(5), Kind::Hour, "", ""), "05:00");
    assert_eq!(english(Value::Int(5), Kind::Int, "", "%"), "500%");
    assert_eq!(english(Value::Enum(EnumId(0), 1), Kind::Enum(EnumId(0)), "", ""), "commercial");
    assert_eq!(english(Value::Enum(EnumId(0), 7), Kind::Enum(EnumId(0)), "", ""), "#7");
    let pair = Value::Entity(EntityKey::Pair("a".into(), "b".into()));
    assert_eq!(english(pair, Kind::Entity(EntityId(0)), "", ""), "a + b");
    let place = Value::Point(Point { longitude: 120.89, latitude: 31.98 });
    assert_eq!(english(place, Kind::Point, "", ""), "120.890000 31.980000");
    let list = Value::List([Value::Int(1), Value::Missing].into());
    assert_eq!(chinese(list.clone(), Kind::List(Box::new(Kind::Int))), "1、–");
    assert_eq!(english(list, Kind::List(Box::new(Kind::Int)), "", ".1"), "1.0, –");
}

proptest! {
    #[test]
    fn spans_of_days_never_vanish(micros in any::<i64>()) {
        let shown = english(span(micros), Kind::Duration, "", "");
        prop_assert_eq!(shown.starts_with('-'), micros < 0);
        prop_assert_eq!(shown == "0 s", micros == 0);
    }
}

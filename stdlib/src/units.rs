//! Units: names in English and Chinese, dimension, and the exact ratio to the SI unit.
//!
//! Sources: BIPM, *The International System of Units*, 9th ed.; GB 3100–3102-93 for the Chinese names.

use crate::types::Dimension;

/// What a unit measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitKind {
    /// A quantity of this dimension; a value in the unit times `numerator / denominator`, plus `offset`, is the value
    /// in the SI unit.
    Quantity(Dimension),
    /// A span of time of so many microseconds.
    Micros(i64),
    /// A span of so many calendar days of the package's zone.
    Days(i64),
    /// A span of so many calendar months (windows and calendar steps only).
    Months(i64),
    /// Money, in ten-thousandths for one unit.
    Money(i64),
    /// A share: the number times `numerator / denominator`.
    Share,
}

/// A unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// Canonical English name.
    pub name: &'static str,
    /// Canonical Chinese name.
    pub name_zh: &'static str,
    /// Other spellings, both languages.
    pub aliases: &'static [&'static str],
    /// What it measures.
    pub kind: UnitKind,
    /// Factor to the SI unit: numerator.
    pub numerator: f64,
    /// Factor to the SI unit: denominator.
    pub denominator: f64,
    /// Added after the factor (°C).
    pub offset: f64,
}

impl Unit {
    /// A number in this unit as a number in the SI unit.
    pub fn to_si(&self, number: f64) -> f64 {
        number * self.numerator / self.denominator + self.offset
    }

    /// A number in the SI unit as a number in this unit.
    pub fn from_si(&self, number: f64) -> f64 {
        (number - self.offset) * self.denominator / self.numerator
    }
}

const fn quantity(
    name: &'static str,
    name_zh: &'static str,
    aliases: &'static [&'static str],
    dimension: Dimension,
    numerator: f64,
    denominator: f64,
) -> Unit {
    Unit { name, name_zh, aliases, kind: UnitKind::Quantity(dimension), numerator, denominator, offset: 0.0 }
}

const fn span(name: &'static str, name_zh: &'static str, aliases: &'static [&'static str], kind: UnitKind) -> Unit {
    Unit { name, name_zh, aliases, kind, numerator: 1.0, denominator: 1.0, offset: 0.0 }
}

use Dimension as D;

/// All units. The first unit of a dimension is the one in which its values are printed.
pub const UNITS: &[Unit] = &[
    quantity("m", "米", &["metre", "metres", "meter", "meters"], D::LENGTH, 1.0, 1.0),
    quantity("km", "公里", &["千米", "kilometre", "kilometres"], D::LENGTH, 1000.0, 1.0),
    quantity("cm", "厘米", &[], D::LENGTH, 1.0, 100.0),
    quantity("mm", "毫米", &[], D::LENGTH, 1.0, 1000.0),
    quantity("mi", "英里", &["mile", "miles"], D::LENGTH, 1_609_344.0, 1000.0),
    quantity("ft", "英尺", &["foot", "feet"], D::LENGTH, 3048.0, 10_000.0),
    quantity("nmi", "海里", &[], D::LENGTH, 1852.0, 1.0),
    quantity("m²", "平方米", &["m2", "㎡", "平米"], D::AREA, 1.0, 1.0),
    quantity("km²", "平方公里", &["km2", "平方千米"], D::AREA, 1_000_000.0, 1.0),
    quantity("ha", "公顷", &[], D::AREA, 10_000.0, 1.0),
    quantity("mu", "亩", &[], D::AREA, 2000.0, 3.0),
    quantity("m³", "立方米", &["m3", "㎥", "方"], D::VOLUME, 1.0, 1.0),
    quantity("L", "升", &["l", "litre", "litres"], D::VOLUME, 1.0, 1000.0),
    quantity("mL", "毫升", &["ml"], D::VOLUME, 1.0, 1_000_000.0),
    quantity("kg", "千克", &["公斤"], D::MASS, 1.0, 1.0),
    quantity("g", "克", &[], D::MASS, 1.0, 1000.0),
    quantity("mg", "毫克", &[], D::MASS, 1.0, 1_000_000.0),
    quantity("t", "吨", &["tonne", "tonnes"], D::MASS, 1000.0, 1.0),
    quantity("km/h", "公里/时", &["km/小时", "公里/小时", "千米/时", "千米/小时"], D::SPEED, 5.0, 18.0),
    quantity("m/s", "米/秒", &[], D::SPEED, 1.0, 1.0),
    quantity("mph", "英里/时", &["mi/h"], D::SPEED, 1_609_344.0, 3_600_000.0),
    quantity("kn", "节", &["knot", "knots", "kt"], D::SPEED, 1852.0, 3600.0),
    quantity("m³/h", "立方米/时", &["m3/h"], D::FLOW, 1.0, 3600.0),
    quantity("m³/s", "立方米/秒", &["m3/s"], D::FLOW, 1.0, 1.0),
    quantity("L/min", "升/分", &["l/min"], D::FLOW, 1.0, 60_000.0),
    quantity("µg/m³", "微克/立方米", &["μg/m³", "ug/m3", "µg/m3"], D::CONCENTRATION, 1.0, 1_000_000_000.0),
    quantity("mg/m³", "毫克/立方米", &["mg/m3"], D::CONCENTRATION, 1.0, 1_000_000.0),
    quantity("mg/L", "毫克/升", &["mg/l"], D::CONCENTRATION, 1.0, 1000.0),
    quantity("W", "瓦", &[], D::POWER, 1.0, 1.0),
    quantity("kW", "千瓦", &[], D::POWER, 1000.0, 1.0),
    quantity("MW", "兆瓦", &[], D::POWER, 1_000_000.0, 1.0),
    quantity("kWh", "千瓦时", &["度"], D::ENERGY, 3_600_000.0, 1.0),
    quantity("Wh", "瓦时", &[], D::ENERGY, 3600.0, 1.0),
    quantity("J", "焦", &[], D::ENERGY, 1.0, 1.0),
    quantity("MJ", "兆焦", &[], D::ENERGY, 1_000_000.0, 1.0),
    quantity("kPa", "千帕", &[], D::PRESSURE, 1000.0, 1.0),
    quantity("Pa", "帕", &[], D::PRESSURE, 1.0, 1.0),
    quantity("hPa", "百帕", &["mbar"], D::PRESSURE, 100.0, 1.0),
    Unit {
        name: "°C",
        name_zh: "摄氏度",
        aliases: &["℃"],
        kind: UnitKind::Quantity(D::TEMPERATURE),
        numerator: 1.0,
        denominator: 1.0,
        offset: 273.15,
    },
    Unit {
        name: "°F",
        name_zh: "华氏度",
        aliases: &["℉"],
        kind: UnitKind::Quantity(D::TEMPERATURE),
        numerator: 5.0,
        denominator: 9.0,
        offset: 459.67 * 5.0 / 9.0,
    },
    quantity("K", "开", &[], D::TEMPERATURE, 1.0, 1.0),
    quantity("Hz", "赫兹", &["次/秒"], D::FREQUENCY, 1.0, 1.0),
    span("ms", "毫秒", &[], UnitKind::Micros(1000)),
    span("s", "秒", &["second", "seconds"], UnitKind::Micros(1_000_000)),
    span("min", "分钟", &["minute", "minutes", "分"], UnitKind::Micros(60_000_000)),
    span("h", "小时", &["hour", "hours", "时"], UnitKind::Micros(3_600_000_000)),
    span("days", "天", &["day", "d", "日"], UnitKind::Days(1)),
    span("weeks", "周", &["week", "星期"], UnitKind::Days(7)),
    span("months", "个月", &["month", "月"], UnitKind::Months(1)),
    span("quarters", "个季度", &["quarter", "季度"], UnitKind::Months(3)),
    span("years", "年", &["year"], UnitKind::Months(12)),
    span("yuan", "元", &["CNY", "RMB"], UnitKind::Money(10_000)),
    span("wan_yuan", "万元", &[], UnitKind::Money(100_000_000)),
    Unit {
        name: "%",
        name_zh: "%",
        aliases: &["％", "percent"],
        kind: UnitKind::Share,
        numerator: 1.0,
        denominator: 100.0,
        offset: 0.0,
    },
    Unit {
        name: "‰",
        name_zh: "‰",
        aliases: &[],
        kind: UnitKind::Share,
        numerator: 1.0,
        denominator: 1000.0,
        offset: 0.0,
    },
];

/// The unit of this name or spelling.
pub fn unit(name: &str) -> Option<&'static Unit> {
    UNITS.iter().find(|u| u.name == name || u.name_zh == name || u.aliases.contains(&name))
}

/// The unit in which values of this dimension are printed, if it has a name.
pub fn default_unit(dimension: Dimension) -> Option<&'static Unit> {
    UNITS.iter().find(|u| u.kind == UnitKind::Quantity(dimension))
}

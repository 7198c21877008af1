//! Time zones by name, and what is meant by a name that is none.

use crate::diagnostics::suggest;
use chrono_tz::{TZ_VARIANTS, Tz};

/// Names in use for China's time that are not in the IANA list.
const CHINA: &[&str] = &[
    "beijing",
    "asia/beijing",
    "china",
    "北京",
    "北京时间",
    "中国",
    "上海",
    "cst",
    "utc+8",
    "gmt+8",
    "+8",
    "+08",
    "+08:00",
];

/// The zone of that name.
pub(super) fn parse(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// The zone that is probably meant.
pub(super) fn suggestion(name: &str) -> Option<String> {
    let lower = name.trim().to_lowercase();
    if CHINA.contains(&lower.as_str()) {
        return Some(Tz::Asia__Shanghai.name().to_owned());
    }
    // `Shanghai` for `Asia/Shanghai`.
    let city = lower.replace(' ', "_");
    let by_city = TZ_VARIANTS.iter().find(|zone| {
        let zone = zone.name().to_lowercase();
        zone == city || zone.rsplit_once('/').is_some_and(|(_, last)| last == city)
    });
    by_city.map(|zone| zone.name().to_owned()).or_else(|| suggest(name, TZ_VARIANTS.iter().map(|zone| zone.name())))
}

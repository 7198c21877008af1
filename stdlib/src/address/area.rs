//! Province, city, district and subdistrict at the front of an address.
//!
//! The home city's names are dropped only where what follows shows that they were meant as such: `南通市政公司` is a
//! company, `崇川路` a road. Names of other districts stay, in today's form.

use super::TWO_DISTRICTS;
use super::scan::is_digit;
use crate::functions::Refusal;

/// The home province and its cities.
const PROVINCE: &str = "江苏";
const CITIES: [&str; 13] =
    ["南通", "南京", "无锡", "徐州", "常州", "苏州", "连云港", "淮安", "盐城", "扬州", "镇江", "泰州", "宿迁"];
/// The home city and district.
const CITY: &str = "南通";
const DISTRICT: &str = "崇川区";
/// Districts and counties of the home city: as written, and as they are called today.
const DISTRICTS: [(&str, &str); 11] = [
    (DISTRICT, ""),
    ("通州区", "通州区"),
    ("通州市", "通州区"),
    ("海门区", "海门区"),
    ("海门市", "海门区"),
    ("海安市", "海安市"),
    ("海安县", "海安市"),
    ("如皋市", "如皋市"),
    ("启东市", "启东市"),
    ("如东县", "如东县"),
    ("港闸区", "港闸区"),
];
/// Characters that make a word of another kind of 市 or 区: 市政, 市民, 市场, 区委, ….
const OTHER_WORDS: [char; 9] = ['政', '民', '场', '委', '级', '郊', '立', '域', '属'];

/// The district in front, in today's form and empty if it is the home district, and the rest. Names may be written
/// twice, but not two districts.
pub(super) fn split(text: &str) -> Result<(String, &str), Refusal> {
    let mut area: Option<&str> = None;
    let mut rest = text;
    loop {
        let before = rest.len();
        rest = without_city(without_province(rest));
        if let Some((today, after)) = district(rest) {
            if area.is_some_and(|area| area != today) {
                return Err(TWO_DISTRICTS);
            }
            (area, rest) = (Some(today), after);
        } else if area.is_none_or(str::is_empty) {
            rest = without_subdistrict(rest);
        }
        if rest.len() == before {
            return Ok((area.unwrap_or_default().to_owned(), rest));
        }
    }
}

/// The text goes on as an address does after such a name.
fn goes_on(rest: &str) -> bool {
    rest.chars().next().is_some_and(|c| !OTHER_WORDS.contains(&c) && !c.is_ascii())
}

fn without_province(text: &str) -> &str {
    let Some(rest) = text.strip_prefix(PROVINCE) else { return text };
    let rest = rest.strip_prefix('省').unwrap_or(rest);
    let city = CITIES.iter().any(|city| rest.strip_prefix(city).is_some_and(|after| after.starts_with('市')));
    let home = rest.strip_prefix(CITY).is_some_and(|after| district(after).is_some());
    if city || home || district(rest).is_some() || rest.starts_with(PROVINCE) { rest } else { text }
}

fn without_city(text: &str) -> &str {
    let Some(rest) = text.strip_prefix(CITY) else { return text };
    match rest.strip_prefix('市') {
        Some(after) if goes_on(after) => after,
        None if district(rest).is_some() => rest,
        _ => text,
    }
}

fn district(text: &str) -> Option<(&'static str, &str)> {
    let (today, rest) =
        DISTRICTS.iter().find_map(|(name, today)| text.strip_prefix(name).map(|rest| (*today, rest)))?;
    goes_on(rest).then_some((today, rest))
}

/// Roads are unique within a district, so its subdistrict (two to five characters before 街道) says nothing more where a
/// road follows.
fn without_subdistrict(text: &str) -> &str {
    let Some(at) = text
        .char_indices()
        .skip(2)
        .take(4)
        .map(|(at, _)| at)
        .find(|at| text.get(*at..).is_some_and(|tail| tail.starts_with("街道")))
    else {
        return text;
    };
    let is_numbered = text.get(..at).is_none_or(|name| name.contains(is_digit));
    let rest = text.get(at + "街道".len()..).unwrap_or_default();
    let name: String = rest.chars().take_while(|c| !c.is_ascii()).collect();
    let names_a_road = name.chars().count() >= 2 && name.contains(['路', '街', '巷', '弄', '道']);
    if names_a_road && !is_numbered { rest } else { text }
}

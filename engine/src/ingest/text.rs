//! The forms in which raw texts are read: numbers, truth, dates, times, spans, positions; and the canonical text of raw
//! values that are not texts.
//!
//! Everything is trimmed first. What is read is listed in docs/ingest.md; what is not listed is a reject, since a guess
//! would be worse than a hole.

use crate::read::RawCell;
use crate::rejects::Reason;
use std::sync::Arc;
use watchfire_stdlib::ops::divide_half_even;
use watchfire_stdlib::value::{DAY_MICROS, Duration};
use watchfire_stdlib::zone::{calendar_date, date_number, wall_time};

/// A moment as written: on the wall, or an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Microseconds since 1970-01-01T00:00 on the wall.
    Wall(i64),
    /// Microseconds since 1970-01-01T00:00Z.
    Instant(i64),
}

/// `true`, `1`, `yes`, `是` and the like.
pub(crate) fn truth(text: &str) -> Option<bool> {
    let text = text.trim();
    let any = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if any(&["true", "t", "1", "yes", "y", "是", "真"]) {
        Some(true)
    } else if any(&["false", "f", "0", "no", "n", "否", "假"]) {
        Some(false)
    } else {
        None
    }
}

/// A whole number; `12.0` and `1.2e1` are whole too.
pub(crate) fn whole(text: &str) -> Result<i64, Reason> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Ok(number);
    }
    match decimal(text) {
        Some((digits, scale)) => whole_decimal(digits, scale),
        None => match number(text) {
            Ok(float) => whole_float(float),
            Err(Reason::NotANumber) => Err(Reason::NotANumber),
            Err(_) => Err(Reason::NoInt),
        },
    }
}

/// A whole number from a decimal.
pub(crate) fn whole_decimal(digits: i128, scale: u32) -> Result<i64, Reason> {
    let unit = 10_i128.checked_pow(scale).ok_or(Reason::OutOfRange)?;
    if digits % unit != 0 {
        return Err(Reason::NoInt);
    }
    i64::try_from(digits / unit).map_err(|_| Reason::OutOfRange)
}

/// A whole number from a float that is one.
pub(crate) fn whole_float(float: f64) -> Result<i64, Reason> {
    if float.is_nan() {
        Err(Reason::NotANumber)
    } else if float.fract() != 0.0 {
        Err(if float.is_infinite() { Reason::OutOfRange } else { Reason::NoInt })
    } else if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float) {
        Ok(float as i64)
    } else {
        Err(Reason::OutOfRange)
    }
}

/// A number; infinities are numbers.
pub(crate) fn number(text: &str) -> Result<f64, Reason> {
    match text.trim().parse::<f64>() {
        Ok(float) if float.is_nan() => Err(Reason::NotANumber),
        Ok(float) => Ok(float),
        Err(_) => Err(Reason::NoNumber),
    }
}

/// A plain decimal such as `-12.50`: its digits, and how many follow the point.
pub(crate) fn decimal(text: &str) -> Option<(i128, u32)> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => (-1, &text[1..]),
        b'+' => (1, &text[1..]),
        _ => (1, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut value = 0_i128;
    for digit in whole.bytes().chain(fraction.bytes()) {
        value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    Some((sign * value, u32::try_from(fraction.len()).ok()?))
}

/// Ten-thousandths from a decimal, half to even; `unit`: ten-thousandths in one unit of the number.
pub(crate) fn money(digits: i128, scale: u32, unit: i64) -> Result<i64, Reason> {
    let divisor = 10_i128.checked_pow(scale).ok_or(Reason::OutOfRange)?;
    let dividend = digits.checked_mul(i128::from(unit)).ok_or(Reason::OutOfRange)?;
    let rounded = divide_half_even(dividend, divisor).ok_or(Reason::OutOfRange)?;
    i64::try_from(rounded).map_err(|_| Reason::OutOfRange)
}

/// The canonical text of a number: no exponent, no needless digits; `1` for 1.0.
pub(crate) fn number_text(number: f64) -> String {
    (number + 0.0).to_string()
}

/// The canonical text of a decimal: no needless zeros.
pub(crate) fn decimal_text(digits: i128, scale: u32) -> String {
    let sign = if digits < 0 { "-" } else { "" };
    let mut text = format!("{:0>width$}", digits.unsigned_abs(), width = scale as usize + 1);
    if scale > 0 {
        text.insert(text.len() - scale as usize, '.');
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    format!("{sign}{text}")
}

/// The canonical text of a raw cell that is there and is no text; `None`: a span of time, which has none.
pub(crate) fn cell_text(cell: RawCell<'_>) -> Option<Arc<str>> {
    Some(match cell {
        RawCell::Null | RawCell::Span(_) => return None,
        RawCell::Text(text) => text.into(),
        RawCell::Bool(truth) => truth.to_string().into(),
        RawCell::Int(number) => number.to_string().into(),
        RawCell::Wide(number) => number.to_string().into(),
        RawCell::Float(number) => number_text(number).into(),
        RawCell::Decimal(digits, scale) => decimal_text(digits, scale).into(),
        RawCell::Date(date) => calendar_date(date).map_or_else(|| date.to_string(), |date| date.to_string()).into(),
        RawCell::Wall(wall) => wall_text(wall).into(),
        RawCell::Instant(time) => format!("{}Z", wall_text(time)).into(),
        RawCell::Clock(clock) => clock_text(clock).into(),
    })
}

/// A raw cell as samples of rejects show it.
pub(crate) fn cell_shown(cell: RawCell<'_>) -> Arc<str> {
    match cell {
        RawCell::Null => "".into(),
        RawCell::Span(micros) => format!("{micros} µs").into(),
        cell => cell_text(cell).unwrap_or_else(|| "".into()),
    }
}

fn wall_text(wall: i64) -> String {
    let day = wall.div_euclid(DAY_MICROS);
    let date = i32::try_from(day).ok().and_then(calendar_date);
    let date = date.map_or_else(|| day.to_string(), |date| date.to_string());
    format!("{date}T{}", clock_text(wall.rem_euclid(DAY_MICROS)))
}

fn clock_text(clock: i64) -> String {
    let (seconds, micros) = (clock.div_euclid(1_000_000), clock.rem_euclid(1_000_000));
    let text = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    if micros == 0 { text } else { format!("{text}.{micros:06}").trim_end_matches('0').to_owned() }
}

/// Reads what is written from left to right.
struct Scanner<'a> {
    rest: &'a str,
}

impl Scanner<'_> {
    /// So many digits, or fewer.
    fn digits(&mut self, least: usize, most: usize) -> Option<i64> {
        let count = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if count < least {
            return None;
        }
        let number = self.rest[..count].parse().ok()?;
        self.rest = &self.rest[count..];
        Some(number)
    }

    fn skip(&mut self, what: &str) -> bool {
        match self.rest.strip_prefix(what) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn skip_any(&mut self, what: &[&str]) -> bool {
        what.iter().any(|what| self.skip(what))
    }

    /// `2024-01-31`, `2024/1/31`, `2024.1.31`, `2024年1月31日`, `20240131`.
    fn date(&mut self) -> Option<i32> {
        let year = self.digits(4, 4)?;
        let (month, day) = if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            (self.digits(2, 2)?, self.digits(2, 2)?)
        } else if self.skip("年") {
            let month = self.digits(1, 2)?;
            self.skip("月").then_some(())?;
            let day = self.digits(1, 2)?;
            self.skip("日").then_some(())?;
            (month, day)
        } else {
            let separator = ["-", "/", "."].into_iter().find(|separator| self.skip(separator))?;
            let month = self.digits(1, 2)?;
            self.skip(separator).then_some(())?;
            (month, self.digits(1, 2)?)
        };
        let date = chrono::NaiveDate::from_ymd_opt(year as i32, month as u32, day as u32)?;
        Some(date_number(date))
    }

    /// `5:30`, `05:30:00`, `05:30:00.25`, `053000`, `24:00` as microseconds since midnight.
    fn clock(&mut self) -> Option<i64> {
        let compact = self.rest.bytes().take_while(u8::is_ascii_digit).count() > 2;
        let hours = if compact { self.digits(2, 2)? } else { self.digits(1, 2)? };
        if !compact {
            self.skip_any(&[":", "：", "时"]).then_some(())?;
        }
        let minutes = self.digits(2, 2)?;
        let colon =
            if compact { self.rest.starts_with(|c: char| c.is_ascii_digit()) } else { self.skip_any(&[":", "："]) };
        let (seconds, micros) = if colon { (self.digits(2, 2)?, self.fraction()?) } else { (0, 0) };
        let fits = minutes < 60 && seconds < 60 && (hours < 24 || (hours, minutes, seconds, micros) == (24, 0, 0, 0));
        fits.then_some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros)
    }

    /// `.123456`, cut after six digits, as microseconds.
    fn fraction(&mut self) -> Option<i64> {
        if !self.skip_any(&[".", ","]) {
            return Some(0);
        }
        let count = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return None;
        }
        let digits = &self.rest[..count.min(6)];
        let micros: i64 = format!("{digits:0<6}").parse().ok()?;
        self.rest = &self.rest[count..];
        Some(micros)
    }

    /// `Z`, `+08:00`, `+0800`, `+08` as microseconds to take off.
    fn offset(&mut self) -> Option<Option<i64>> {
        self.rest = self.rest.trim_start();
        if self.skip_any(&["Z", "z"]) {
            return Some(Some(0));
        }
        let sign = if self.skip("+") {
            1
        } else if self.skip("-") {
            -1
        } else {
            return Some(None);
        };
        let hours = self.digits(2, 2)?;
        let minutes = if self.skip(":") || !self.rest.is_empty() { self.digits(2, 2)? } else { 0 };
        (hours < 24 && minutes < 60).then_some(Some(sign * (hours * 60 + minutes) * 60_000_000))
    }
}

/// A date, or a date and a time of day, perhaps with an offset.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let mut scanner = Scanner { rest: text.trim() };
    let date = scanner.date()?;
    if scanner.rest.is_empty() {
        return wall_time(date, 0).map(Moment::Wall);
    }
    let separated = scanner.skip_any(&["T", "t", " "]);
    scanner.rest = scanner.rest.trim_start();
    if !separated && !scanner.rest.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let wall = wall_time(date, scanner.clock()?)?;
    let offset = scanner.offset()?;
    if !scanner.rest.is_empty() {
        return None;
    }
    match offset {
        None => Some(Moment::Wall(wall)),
        Some(offset) => wall.checked_sub(offset).map(Moment::Instant),
    }
}

/// A date or time in a form given by a strftime pattern, as `chrono` reads it. Parts of the day that the pattern does
/// not name are zero; with an offset (`%z`) or a time stamp (`%s`) it is an instant.
pub(crate) fn moment_as(text: &str, pattern: &[chrono::format::Item<'_>]) -> Option<Moment> {
    let mut parsed = chrono::format::Parsed::new();
    chrono::format::parse(&mut parsed, text.trim(), pattern.iter()).ok()?;
    if parsed.timestamp().is_some() || parsed.offset().is_some() {
        if parsed.offset().is_none() {
            parsed.set_offset(0).ok()?;
        }
        return parsed.to_datetime().ok().map(|time| Moment::Instant(time.timestamp_micros()));
    }
    let date = date_number(parsed.to_naive_date().ok()?);
    let clock = if parsed.hour_div_12().is_none() && parsed.hour_mod_12().is_none() {
        0
    } else {
        if parsed.minute().is_none() {
            parsed.set_minute(0).ok()?;
        }
        let time = parsed.to_naive_time().ok()?;
        let since = time.signed_duration_since(chrono::NaiveTime::MIN);
        since.num_microseconds()?
    };
    wall_time(date, clock).map(Moment::Wall)
}

/// `1:30`, `1:30:00`, `PT1H30M`, `P2DT3H`.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Some(parts) = text.strip_prefix('P') {
        return iso_span(parts);
    }
    let mut parts = text.split(':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    let seconds = parts.next().unwrap_or("0");
    if parts.next().is_some() || minutes.len() != 2 || !hours.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = hours.parse().ok()?;
    let minutes: i64 = minutes.parse().ok().filter(|minutes| (0..60).contains(minutes))?;
    let (digits, scale) = decimal(seconds).filter(|_| !seconds.starts_with(['-', '+']))?;
    let seconds = divide_half_even(digits.checked_mul(1_000_000)?, 10_i128.checked_pow(scale)?)?;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    let micros = minutes.checked_mul(60_000_000)?.checked_add(i64::try_from(seconds).ok()?)?;
    Some(Duration { days: 0, micros })
}

/// ISO 8601 without years and months: `2DT3H4M5.6S` after the `P`.
fn iso_span(text: &str) -> Option<Duration> {
    let (days, clock) = text.split_once('T').unwrap_or((text, ""));
    if days.is_empty() && clock.is_empty() {
        return None;
    }
    let days = if days.is_empty() { 0 } else { days.strip_suffix('D')?.parse::<u32>().ok()? };
    let mut micros = 0_i64;
    let mut rest = clock;
    for (letter, unit) in [('H', 3_600_000_000_i64), ('M', 60_000_000), ('S', 1_000_000)] {
        if let Some((number, after)) = rest.split_once(letter) {
            let (digits, scale) = decimal(number).filter(|_| number.starts_with(|c: char| c.is_ascii_digit()))?;
            let part = divide_half_even(digits.checked_mul(i128::from(unit))?, 10_i128.checked_pow(scale)?)?;
            micros = micros.checked_add(i64::try_from(part).ok()?)?;
            rest = after;
        }
    }
    rest.is_empty().then_some(Duration { days: i64::from(days), micros })
}

/// `116.4,39.9`, `116.4 39.9`, `[116.4, 39.9]`, `POINT (116.4 39.9)`: longitude, latitude.
pub(crate) fn position(text: &str) -> Option<(f64, f64)> {
    let text = text.trim();
    let upper = text.get(..5).is_some_and(|head| head.eq_ignore_ascii_case("point"));
    let text = if upper { text[5..].trim() } else { text };
    let inner = text.strip_prefix(['(', '[', '（']).and_then(|text| text.strip_suffix([')', ']', '）']));
    let mut parts = inner.unwrap_or(text).split([',', ' ', '，', '\t']).filter(|part| !part.is_empty());
    let (longitude, latitude) = (parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some((number(longitude).ok()?, number(latitude).ok()?))
}

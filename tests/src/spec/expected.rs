//! Lines of `findings`, `warnings` and `values` blocks, and how they are held against what came.

use watchfire_stdlib::value::EntityKey;

/// A finding or warning that came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Came {
    /// Wall times of k and t, with offset.
    pub(super) known: String,
    pub(super) time: String,
    pub(super) level: String,
    pub(super) model: String,
    pub(super) about: String,
    pub(super) message: Option<String>,
}

impl Came {
    /// As a line of a block.
    pub(super) fn line(&self) -> String {
        let at = if self.time == self.known { String::new() } else { format!(" at {}", short(&self.time)) };
        let message = self.message.as_ref().map_or_else(String::new, |message| format!(" {}", quoted(message)));
        format!("{} {} {} {}{at}{message}", short(&self.known), self.level, self.model, self.about)
    }

    /// Whether an expected line says this, as far as it says anything.
    fn fits(&self, line: &str) -> bool {
        let Some(wanted) = Wanted::read(line) else { return false };
        same_time(&self.known, wanted.known)
            && self.level == wanted.level
            && self.model == wanted.model
            && self.about == wanted.about
            && wanted.time.is_none_or(|time| same_time(&self.time, time))
            && wanted.message.is_none_or(|message| self.message.as_deref() == Some(&*unquoted(message)))
    }
}

/// An expected line, `KNOWN_AT LEVEL MODEL SUBJECT [at T] ["message"]`.
struct Wanted<'a> {
    known: &'a str,
    level: &'a str,
    model: &'a str,
    about: &'a str,
    time: Option<&'a str>,
    message: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (known, rest) = word(line)?;
        let (level, rest) = word(rest)?;
        let (model, rest) = word(rest)?;
        let (rest, message) = match rest.find('"') {
            Some(start) => (&rest[..start], Some(rest[start..].trim())),
            None => (rest, None),
        };
        let (about, time) = match rest.rsplit_once(" at ") {
            Some((about, time)) => (about, Some(time.trim())),
            None => (rest, None),
        };
        Some(Self { known, level, model, about: about.trim(), time, message })
    }
}

fn word(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_start();
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    (!word.is_empty()).then_some((word, rest))
}

/// Holds the lines of a block against what came: the same number, in the same order.
pub(super) fn compare(what: &str, block: &str, came: &[Came]) -> Result<(), String> {
    let lines: Vec<&str> = lines(block).collect();
    if lines.len() == came.len() && lines.iter().zip(came).all(|(line, came)| came.fits(line)) {
        return Ok(());
    }
    Err(difference(what, &lines, &came.iter().map(Came::line).collect::<Vec<_>>()))
}

/// Holds the lines of a block against the lines that came, of which the block may give only the beginnings.
pub(super) fn compare_beginnings(what: &str, block: &str, came: &[String]) -> Result<(), String> {
    let lines: Vec<&str> = lines(block).collect();
    if lines.len() == came.len() && lines.iter().zip(came).all(|(line, came)| came.starts_with(line)) {
        return Ok(());
    }
    Err(difference(what, &lines, came))
}

fn difference(what: &str, expected: &[&str], came: &[String]) -> String {
    let shown = |lines: Vec<String>| if lines.is_empty() { "    (none)".to_owned() } else { lines.join("\n") };
    let expected = shown(expected.iter().map(|line| format!("    {line}")).collect());
    let came = shown(came.iter().map(|line| format!("    {line}")).collect());
    format!("{what}: expected\n{expected}\n  but came\n{came}")
}

/// The lines that say something.
pub(super) fn lines(block: &str) -> impl Iterator<Item = &str> {
    block.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// A wall time without its offset, and without seconds where they are zero.
pub(super) fn short(time: &str) -> String {
    let wall = time.get(..time.len().saturating_sub(6)).unwrap_or(time);
    match wall.strip_suffix(":00") {
        Some(minutes) if wall.len() == 19 => minutes.to_owned(),
        _ => wall.to_owned(),
    }
}

/// Whether a text says this wall time, with or without the offset.
fn same_time(time: &str, text: &str) -> bool {
    let offset = time.get(time.len().saturating_sub(6)..).unwrap_or("");
    text == time || text == short(time) || text == format!("{}{offset}", short(time))
}

/// A key as lines write it.
pub(super) fn key(key: &EntityKey) -> String {
    match key {
        EntityKey::Single(key) => key.to_string(),
        EntityKey::Pair(a, b) => format!("{a} + {b}"),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let mut out = String::new();
    let mut characters = inner.chars();
    while let Some(c) = characters.next() {
        match (c, c == '\\') {
            (_, true) => match characters.next() {
                Some('n') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            (c, false) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Came, compare, short};

    fn came() -> Came {
        Came {
            known: "2024-03-01T02:00:00+08:00".into(),
            time: "2024-03-01T01:59:30+08:00".into(),
            level: "red".into(),
            model: "m".into(),
            about: "p + a b".into(),
            message: Some("say \"x\"".into()),
        }
    }

    #[test]
    fn lines_say_as_much_as_they_want() {
        let came = [came()];
        assert_eq!(came[0].line(), r#"2024-03-01T02:00 red m p + a b at 2024-03-01T01:59:30 "say \"x\"""#);
        for line in [
            &came[0].line(),
            "2024-03-01T02:00 red m p + a b",
            "2024-03-01T02:00+08:00 red  m p + a b",
            "2024-03-01T02:00 red m p + a b at 2024-03-01T01:59:30",
        ] {
            assert_eq!(compare("", line, &came), Ok(()));
        }
        for line in [
            "",
            "2024-03-01T02:01 red m p + a b",
            "2024-03-01T02:00 yellow m p + a b",
            "2024-03-01T02:00 red m p + a",
            "2024-03-01T02:00 red m p + a b at 2024-03-01T01:59",
            "2024-03-01T02:00 red m p + a b \"say\"",
            "2024-03-01T02:00-05:00 red m p + a b",
        ] {
            assert!(compare("", line, &came).is_err(), "{line}");
        }
    }

    #[test]
    fn times_are_short() {
        assert_eq!(short("2024-03-01T02:00:00+08:00"), "2024-03-01T02:00");
        assert_eq!(short("2024-03-01T02:00:00.000001+08:00"), "2024-03-01T02:00:00.000001");
    }
}

//! Words in a language: keywords, names, types, levels, units, texts.

use super::doc::Doc;
use crate::keywords::{Keyword, KeywordLanguage, LEVELS, TYPES, is_reserved, level_in_english, type_in_english};
use crate::syntax::{Name, QualifiedName, TypeName};
use watchfire_stdlib::units::unit;

/// Writes words in one language.
#[derive(Clone, Copy)]
pub(super) struct Words {
    pub(super) language: KeywordLanguage,
}

impl Words {
    pub(super) fn keyword(self, keyword: Keyword) -> &'static str {
        keyword.word(self.language)
    }

    /// A keyword and a blank.
    pub(super) fn before(self, keyword: Keyword) -> String {
        format!("{} ", self.keyword(keyword))
    }

    /// A name, in backticks where it would not be read as one; of `city.Person` each part.
    pub(super) fn name(self, name: &Name) -> String {
        if let (false, Some((package, local))) = (name.quoted, name.text.split_once('.')) {
            let part = |text: &str| self.name(&Name { text: text.to_owned(), ..name.clone() });
            return format!("{}.{}", part(package), part(local));
        }
        if name.quoted || is_reserved(&name.text) || !is_word(&name.text) {
            return format!("`{}`", name.text);
        }
        name.text.clone()
    }

    pub(super) fn names(self, names: &[Name]) -> String {
        names.iter().map(|name| self.name(name)).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn qualified(self, name: &QualifiedName) -> String {
        name.parts.iter().map(|part| self.name(part)).collect::<Vec<_>>().join(".")
    }

    pub(super) fn type_name(self, ty: &TypeName) -> String {
        let chinese = TYPES.iter().find(|(english, _)| !ty.name.quoted && *english == ty.name.text);
        let name = match (self.language, chinese) {
            (KeywordLanguage::Chinese, Some((_, chinese))) => (*chinese).to_owned(),
            // A type of the package with the Chinese name of a built-in one.
            _ if type_in_english(&ty.name.text) != ty.name.text => format!("`{}`", ty.name.text),
            _ => self.name(&ty.name),
        };
        format!("{name}{}", if ty.optional { "?" } else { "" })
    }

    pub(super) fn level(self, level: &Name) -> String {
        let chinese = LEVELS.iter().find(|(english, _)| !level.quoted && *english == level.text);
        match (self.language, chinese) {
            (KeywordLanguage::Chinese, Some((_, chinese))) => (*chinese).to_owned(),
            _ if level_in_english(&level.text) != level.text => format!("`{}`", level.text),
            _ => self.name(level),
        }
    }

    /// A unit in this language: as written where it is of this language already.
    pub(super) fn unit(self, name: &str, digits: &str) -> String {
        let Some(known) = unit(name) else { return name.to_owned() };
        let chinese = |text: &str| text.chars().any(|c| ('\u{2e80}'..='\u{9fff}').contains(&c));
        match (self.language, chinese(name)) {
            (KeywordLanguage::Chinese, false) => known.name_zh.to_owned(),
            (KeywordLanguage::English, true) => match (digits, known.name) {
                ("1", "days" | "weeks" | "months" | "quarters" | "years") => {
                    known.name.trim_end_matches('s').to_owned()
                }
                _ => known.name.to_owned(),
            },
            _ => name.to_owned(),
        }
    }

    /// A number with its unit.
    pub(super) fn number(self, digits: &str, unit: Option<&Name>) -> String {
        match unit.map(|unit| self.unit(&unit.text, digits)) {
            None => digits.to_owned(),
            // The sign must touch the number, or it would be the remainder.
            Some(unit) if unit.starts_with('%') => format!("{digits}{unit}"),
            Some(unit) => format!("{digits} {unit}"),
        }
    }

    /// A step: `1 day` is written `day`.
    pub(super) fn step(self, step: &crate::syntax::Expr) -> Doc {
        if let crate::syntax::ExprKind::Number { digits, unit: Some(name) } = &step.kind {
            let plain = [
                "day",
                "week",
                "month",
                "quarter",
                "year",
                "hour",
                "minute",
                "天",
                "日",
                "周",
                "个月",
                "月",
                "个季度",
                "季度",
                "年",
                "小时",
                "分钟",
            ];
            let shown = self.unit(&name.text, digits);
            if digits == "1" && plain.contains(&shown.as_str()) {
                return Doc::Text(shown);
            }
        }
        self.expr(step)
    }
}

/// The text would be read as one word.
fn is_word(text: &str) -> bool {
    use crate::prescan::{continues_word, fold, starts_word};
    let mut characters = text.chars();
    characters.next().is_some_and(starts_word)
        && characters.all(|c| continues_word(c) || starts_word(c))
        && text.chars().all(|c| fold(c).is_none())
}

/// A text literal.
pub(super) fn text_literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || c == '\u{feff}' => out.push_str(&format!("\\u{{{:x}}}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

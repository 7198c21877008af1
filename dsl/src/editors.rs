//! What editors need: a TextMate grammar, made from the table of keywords and the list of units.
//!
//! `docs/editors/watch.tmLanguage.json` is [`textmate_grammar`], written by `cargo xtask grammar`; a test fails where
//! the file has drifted. `cargo xtask grammar-test` runs it in the engine that editors use, and holds the scope of every
//! token against [`tokens`], the words of the compiler itself.

use crate::keywords::{Form, KEYWORDS, Keyword, LEVELS, TYPES};
use crate::prescan::{Kind, prescan};
use crate::source::FileId;
use serde_json::{Value, json};
use watchfire_stdlib::units::UNITS;

/// Blanks within a line.
const BLANK: &str = "[ \\t\\x{a0}\\x{3000}]";
/// A character of a word: letters and digits of all languages, and the signs of units.
const WORD: &str = "[\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}°‰²³㎡㎥㎞㎝㎜㎏㎎℃℉]";
/// A digit, as ASCII or in full width.
const DIGIT: &str = "[0-9０-９]";

/// A class of tokens that is highlighted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Highlighted {
    /// The scope that each of its characters has: the first words of it.
    pub scope: &'static str,
    /// First character, in UTF-16 units from the start of the text.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// The tokens of a text that have a scope: keywords, texts, numbers, dates, units and comments.
pub fn tokens(text: &str) -> Vec<Highlighted> {
    let scan = prescan(FileId(0), text);
    let mut found: Vec<(&'static str, u32, u32)> = Vec::new();
    for token in &scan.tokens {
        let scope = match token.kind {
            Kind::Keyword(form) => scope(form),
            Kind::Unit => "keyword.other.unit",
            Kind::Number => "constant.numeric",
            Kind::Date | Kind::Time | Kind::Clock => "constant.other.date",
            Kind::Text => "string.quoted",
            Kind::Quoted => "variable.other.quoted",
            Kind::Symbol(_) => "keyword.operator",
            Kind::Word | Kind::Open(_) | Kind::Close(_) => continue,
        };
        found.push((scope, token.start, token.end));
    }
    found.extend(scan.comments.iter().chain(&scan.docs).map(|c| ("comment", c.span.start, c.span.end)));
    found.sort_by_key(|(_, start, _)| *start);
    let (mut at, mut units) = (0, 0);
    let mut count = |place: u32| {
        units += text.get(at..place as usize).map_or(0, |part| part.encode_utf16().count());
        at = at.max(place as usize);
        units
    };
    found.into_iter().map(|(scope, start, end)| Highlighted { scope, start: count(start), end: count(end) }).collect()
}

/// The scope of a keyword.
fn scope(form: &Form) -> &'static str {
    use Keyword as K;
    match form.keyword {
        K::True | K::False | K::Missing => "constant.language",
        K::This | K::Now => "variable.language",
        K::And | K::Or | K::Not | K::Is | K::IsNot | K::In | K::NotIn | K::Within | K::Inside => {
            "keyword.operator.word"
        }
        keyword if (K::Count..=K::Trend).contains(&keyword) => "support.function.aggregate",
        _ => "keyword.control",
    }
}

/// Any of these texts, the longest first, with blanks of any width in phrases.
fn any_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    let mut words: Vec<&str> = words.into_iter().collect();
    words.sort_by(|a, b| b.chars().count().cmp(&a.chars().count()).then(a.cmp(b)));
    words.dedup();
    let escape = |word: &str| {
        let mut escaped = String::new();
        for c in word.chars() {
            match c {
                ' ' => escaped.push_str(&format!("{BLANK}+")),
                '.' | '?' | '*' | '+' | '|' | '(' | ')' | '[' | ']' | '{' | '}' | '^' | '$' | '\\' | '/' => {
                    escaped.push('\\');
                    escaped.push(c);
                }
                c => escaped.push(c),
            }
        }
        escaped
    };
    words.into_iter().map(escape).collect::<Vec<_>>().join("|")
}

/// Any of these words, as a whole word.
fn word_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    format!("(?<!{WORD})(?:{})(?!{WORD})", any_of(words))
}

fn both(forms: &[&'static Form]) -> Vec<&'static str> {
    forms.iter().flat_map(|form| [form.english, form.chinese]).collect()
}

fn rule(name: &str, pattern: &str) -> Value {
    json!({ "name": format!("{name}.watch"), "match": pattern })
}

/// The TextMate grammar of the language, as JSON.
pub fn textmate_grammar() -> String {
    let grammar = json!({
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "information_for_contributors": [
            "Generated from dsl/src/keywords.rs by `cargo xtask grammar`: change dsl/src/editors.rs instead."
        ],
        "name": "Watch",
        "scopeName": "source.watch",
        "fileTypes": ["watch"],
        "patterns": [
            { "include": "#comments" }, { "include": "#texts" }, { "include": "#declarations" },
            { "include": "#code" }
        ],
        "repository": {
            "code": { "patterns": [
                { "include": "#quoted" }, { "include": "#types" }, { "include": "#numbers" },
                { "include": "#keywords" }, { "include": "#names" }, { "include": "#signs" }
            ] },
            "comments": { "patterns": [
                {
                    "match": format!("^{BLANK}*(///(?!/).*)$"),
                    "captures": { "1": { "name": "comment.line.documentation.watch" } }
                },
                rule("comment.line.double-slash", "//.*$"),
                { "name": "comment.block.watch", "begin": "/\\*", "end": "\\*/" }
            ] },
            "texts": { "patterns": texts() },
            "inside": { "patterns": [
                rule("constant.character.escape", "\\\\(?:u\\{[0-9A-Fa-f]+\\}|.)"),
                rule("constant.character.escape", "\\{\\{|\\}\\}"),
                {
                    "name": "meta.embedded.value.watch",
                    "begin": "\\{", "end": "\\}|(?=[\"“”＂])|$",
                    "beginCaptures": { "0": { "name": "punctuation.section.embedded.begin.watch" } },
                    "endCaptures": { "0": { "name": "punctuation.section.embedded.end.watch" } },
                    "patterns": [
                        { "name": "constant.other.placeholder.watch", "match": "(?<=[^:]):[^}\"“”＂]*" },
                        { "include": "#code" }
                    ]
                }
            ] },
            "quoted": rule("variable.other.quoted", "[`｀][^`｀\\n]+[`｀]"),
            "declarations": declarations(),
            "types": types(),
            "numbers": { "patterns": numbers() },
            "keywords": { "patterns": keywords() },
            "names": { "match": format!("{WORD}+") },
            "signs": rule(
                "keyword.operator.symbol",
                "\\.\\.=|==|!=|<=|>=|\\?\\?|\\.\\.|[-+*/%<>=:,.?|：，、．。？｜≥⩾≤⩽≠＝＜＞＋－−×＊÷／％！]"
            )
        }
    });
    let mut text = serde_json::to_string_pretty(&grammar).unwrap_or_default();
    text.push('\n');
    text
}

/// Texts end on their line: with the sign that the compiler would take, or with the line.
fn texts() -> Vec<Value> {
    let inside = |end: &str| format!("(?=(?:[^{end}\\\\\\n]|\\\\.)*{end})");
    let mut patterns = Vec::new();
    for (open, ends) in [("\"", ["\"", "”"].as_slice()), ("[“”＂]", ["”", "\"", "＂"].as_slice())] {
        for end in ends {
            patterns.push(json!({
                "name": "string.quoted.double.watch",
                "begin": format!("{open}{}", inside(end)), "end": format!("{end}|$"),
                "beginCaptures": { "0": { "name": "punctuation.definition.string.begin.watch" } },
                "endCaptures": { "0": { "name": "punctuation.definition.string.end.watch" } },
                "patterns": [{ "include": "#inside" }]
            }));
        }
    }
    patterns
        .push(json!({ "name": "string.quoted.double.watch invalid.illegal.unclosed.watch", "match": "[\"“”＂].*$" }));
    patterns
}

/// What an item is called.
fn declarations() -> Value {
    use Keyword as K;
    let items = [K::Constant, K::Entity, K::Enum, K::Source, K::Fact, K::Function, K::Rows, K::Model, K::Param, K::Let];
    let items: Vec<&'static Form> = items.map(Keyword::form).into();
    let words = any_of(both(&items));
    let control = "keyword.control.watch";
    json!({
        "match": format!("^({BLANK}*)({words})({BLANK}+)((?!{}){WORD}+)", word_of(KEYWORDS.iter().flat_map(|f| [f.english, f.chinese]))),
        "captures": { "2": { "name": control }, "4": { "name": "entity.name.type.watch" } }
    })
}

/// A type stands after a colon.
fn types() -> Value {
    let names = any_of(TYPES.iter().flat_map(|(en, zh)| [*en, *zh]));
    json!({
        "match": format!("([:：])({BLANK}*)({names})(?!{WORD})"),
        "captures": {
            "1": { "name": "keyword.operator.symbol.watch" },
            "3": { "name": "support.type.watch" }
        }
    })
}

/// Dates, times of day, and numbers with their units.
fn numbers() -> Vec<Value> {
    let d = DIGIT;
    let clock = format!("{d}{d}[:：]{d}{d}(?:[:：]{d}{d}(?:[.．]{d}+)?)?");
    let date = format!("{d}{{4}}[-－−]{d}{d}[-－−]{d}{d}(?!{d})(?:T{clock})?");
    let number = format!("{d}[0-9０-９_＿]*(?:[.．。]{d}[0-9０-９_＿]*)?(?:[eE][+-]?[0-9]+(?!{WORD}))?");
    let units = UNITS.iter().flat_map(|u| [u.name, u.name_zh].into_iter().chain(u.aliases.iter().copied()));
    let folded = ["㎡", "㎥", "㎞", "㎝", "㎜", "㎏", "㎎", "℃", "℉"];
    let words = any_of(units.filter(|unit| !unit.ends_with(['%', '％'])).chain(folded));
    // A word after a number that is given a value is a name: `a = 3  h = 4`.
    let unit = format!("(?:{BLANK}*({words})(?!{WORD})(?!{BLANK}*[=＝](?![=＝]))|([%％]))");
    vec![
        rule("constant.other.date", &date),
        rule("constant.other.date", &format!("{d}{{1,2}}[:：]{d}{d}(?:[:：]{d}{d}(?!{d}))?(?!{d})")),
        json!({
            "match": format!("({number}){unit}"),
            "captures": {
                "1": { "name": "constant.numeric.watch" },
                "2": { "name": "keyword.other.unit.watch" },
                "3": { "name": "keyword.other.unit.watch" }
            }
        }),
        rule("constant.numeric", &number),
    ]
}

/// All keywords by scope, phrases before their first words; levels.
fn keywords() -> Vec<Value> {
    let mut patterns = Vec::new();
    let mut scopes: Vec<&'static str> = Vec::new();
    // `max overlap from S` counts rows; `max overlap` alone is the largest value of a column `overlap`.
    let overlap = Keyword::MaxOverlap.form();
    let from = any_of(both(&[Keyword::From.form()]));
    patterns.push(rule(
        scope(overlap),
        &format!("(?<!{WORD})(?:{})(?={BLANK}+(?:{from})(?!{WORD}))", any_of([overlap.english])),
    ));
    for phrases in [true, false] {
        scopes.clear();
        for form in KEYWORDS {
            if !scopes.contains(&scope(form)) {
                scopes.push(scope(form));
            }
        }
        for scope_of in &scopes {
            let words: Vec<&str> = KEYWORDS
                .iter()
                .filter(|form| scope(form) == *scope_of)
                .flat_map(|form| [form.english, form.chinese])
                .filter(|word| word.contains(' ') == phrases && *word != overlap.english)
                .collect();
            if !words.is_empty() {
                patterns.push(rule(scope_of, &word_of(words)));
            }
        }
    }
    patterns.push(rule("support.constant.level", &word_of(LEVELS.iter().flat_map(|(en, zh)| [*en, *zh]))));
    patterns
}

//! Functions of texts.

use super::{Code, Context, Cost, Example, Function, Loaded, Parameter, Pattern, Refusal, ill_typed, known};
use crate::types::Kind;
use crate::value::Value;
use unicode_normalization::UnicodeNormalization;

const TEXT: Parameter = Parameter { name: "text", name_zh: "文本", pattern: Pattern::Exact(Kind::Text) };
const PART: Parameter = Parameter { name: "part", name_zh: "片段", pattern: Pattern::Exact(Kind::Text) };

const fn of_text(
    names: (&'static str, &'static str),
    parameters: &'static [Parameter],
    result: Kind,
    docs: (&'static str, &'static str),
    examples: &'static [Example],
    code: Code,
) -> Function {
    Function {
        name: names.0,
        name_zh: names.1,
        parameters,
        result: Pattern::Exact(result),
        optional: false,
        wall: false,
        docs: docs.0,
        docs_zh: docs.1,
        examples,
        cost: Cost::High,
        code,
    }
}

fn words(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::Text((*text).into())).collect()
}

fn word(text: &str) -> Option<Loaded> {
    known(Value::Text(text.into()))
}

pub(super) const FUNCTIONS: &[Function] = &[
    of_text(
        ("text.length", "文本.长度"),
        &[TEXT],
        Kind::Int,
        ("How many characters (Unicode code points) it has.", "字符个数（按 Unicode 码点）。"),
        &[Example {
            call: "text.length(\"三单元\")",
            arguments: || words(&["三单元"]),
            gives: "3",
            result: || known(Value::Int(3)),
        }],
        Code::Expression(|arguments, context| match arguments {
            [Value::Text(text)] => Value::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX)),
            _ => ill_typed(context),
        }),
    ),
    of_text(
        ("text.contains", "文本.包含"),
        &[TEXT, PART],
        Kind::Bool,
        ("The part occurs in the text.", "文本中含有该片段。"),
        &[Example {
            call: "text.contains(\"群租房\", \"租\")",
            arguments: || words(&["群租房", "租"]),
            gives: "true",
            result: || known(Value::Bool(true)),
        }],
        Code::Expression(|arguments, context| about_part(arguments, context, |text, part| text.contains(part))),
    ),
    of_text(
        ("text.starts_with", "文本.开头是"),
        &[TEXT, PART],
        Kind::Bool,
        ("The text begins with the part.", "文本以该片段开头。"),
        &[Example {
            call: "text.starts_with(\"群租房\", \"租\")",
            arguments: || words(&["群租房", "租"]),
            gives: "false",
            result: || known(Value::Bool(false)),
        }],
        Code::Expression(|arguments, context| about_part(arguments, context, |text, part| text.starts_with(part))),
    ),
    of_text(
        ("text.ends_with", "文本.结尾是"),
        &[TEXT, PART],
        Kind::Bool,
        ("The text ends with the part.", "文本以该片段结尾。"),
        &[Example {
            call: "text.ends_with(\"群租房\", \"房\")",
            arguments: || words(&["群租房", "房"]),
            gives: "true",
            result: || known(Value::Bool(true)),
        }],
        Code::Expression(|arguments, context| about_part(arguments, context, |text, part| text.ends_with(part))),
    ),
    of_text(
        ("text.lower", "文本.小写"),
        &[TEXT],
        Kind::Text,
        ("The text in lower case.", "转为小写。"),
        &[Example {
            call: "text.lower(\"苏F·A01\")",
            arguments: || words(&["苏F·A01"]),
            gives: "\"苏f·a01\"",
            result: || word("苏f·a01"),
        }],
        Code::Rewriter(str::to_lowercase),
    ),
    of_text(
        ("text.upper", "文本.大写"),
        &[TEXT],
        Kind::Text,
        ("The text in upper case.", "转为大写。"),
        &[Example {
            call: "text.upper(\"苏f·a01\")",
            arguments: || words(&["苏f·a01"]),
            gives: "\"苏F·A01\"",
            result: || word("苏F·A01"),
        }],
        Code::Rewriter(str::to_uppercase),
    ),
    of_text(
        ("text.trim", "文本.去空白"),
        &[TEXT],
        Kind::Text,
        ("The text without blanks at its ends.", "去掉首尾空白。"),
        &[Example {
            call: "text.trim(\" 501 \")",
            arguments: || words(&[" 501\u{3000}"]),
            gives: "\"501\"",
            result: || word("501"),
        }],
        Code::Rewriter(|text| text.trim().into()),
    ),
    of_text(
        ("text.fold", "文本.归一"),
        &[TEXT],
        Kind::Text,
        (
            "The text in one form: compatibility characters and full-width forms resolved (Unicode NFKC), lower case, runs of \
             blanks made one, none at its ends. For keys that departments write differently.",
            "归为同一写法：兼容字符和全角字符转为标准字符（Unicode NFKC），转为小写，连续空白并为一个，首尾空白去掉。",
        ),
        &[Example {
            call: "text.fold(\" ＡＢ\u{3000} c１ \")",
            arguments: || words(&[" ＡＢ\u{3000} c１ "]),
            gives: "\"ab c1\"",
            result: || word("ab c1"),
        }],
        Code::Rewriter(fold),
    ),
];

fn about_part(arguments: &[Value], context: &Context<'_>, f: fn(&str, &str) -> bool) -> Value {
    match arguments {
        [Value::Text(text), Value::Text(part)] => Value::Bool(f(text, part)),
        _ => ill_typed(context),
    }
}

pub(super) fn rewritten(raw: &[Value], f: fn(&str) -> String) -> Result<Loaded, Refusal> {
    match raw {
        [Value::Text(text)] => Ok(Loaded::Value(Value::Text(f(text).into()))),
        _ => Err(NOT_TEXT),
    }
}

pub(super) const NOT_TEXT: Refusal = Refusal { reason: "not a text", reason_zh: "不是文本" };

/// One form of a text; folding again changes nothing.
pub(crate) fn fold(text: &str) -> String {
    if let Some(folded) = plain(text) {
        return folded;
    }
    let mut folded = once(text);
    // Case and compatibility can undo each other's work for a few rare letters; it settles after a round or two.
    for _ in 0..4 {
        let again = once(&folded);
        if again == folded {
            break;
        }
        folded = again;
    }
    folded
}

/// The same for a text of ASCII, their full-width forms and common Chinese characters only: each of these folds by itself,
/// and once is enough.
fn plain(text: &str) -> Option<String> {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for character in text.chars() {
        let narrow = match character {
            '\u{3000}' => ' ',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0)?,
            '\0'..='\u{7f}' | '\u{4e00}'..='\u{9fff}' => character,
            _ => return None,
        };
        if narrow.is_whitespace() {
            gap = !folded.is_empty();
            continue;
        }
        if std::mem::take(&mut gap) {
            folded.push(' ');
        }
        folded.push(narrow.to_ascii_lowercase());
    }
    Some(folded)
}

fn once(text: &str) -> String {
    let normal: String = text.nfkc().collect::<String>().to_lowercase().nfkc().collect();
    let mut words = normal.split_whitespace();
    let mut folded = words.next().unwrap_or_default().to_owned();
    for word in words {
        folded.push(' ');
        folded.push_str(word);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::{fold, once, plain};
    use proptest::prelude::*;

    proptest! {
        /// The short way gives what the long one does, wherever it is taken.
        #[test]
        fn plain_texts_fold_by_character(text in "[\\x00-\\x7f！-～　一-龥鿿Ⅳﬀé가]{0,12}") {
            if let Some(folded) = plain(&text) {
                prop_assert_eq!(&folded, &once(&text));
                prop_assert_eq!(once(&folded), folded);
            }
        }

        #[test]
        fn folding_again_changes_nothing(text in any::<String>()) {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }
    }

    #[test]
    fn the_short_way_is_for_plain_texts_only() {
        assert_eq!(plain(" Ａ栋\u{3000}１２ b "), Some("a栋 12 b".into()));
        assert_eq!(plain("Ⅳ"), None);
    }
}

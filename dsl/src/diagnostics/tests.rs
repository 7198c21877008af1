//! The declarations, the texts and the pages fit each other; what is shown reads well.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::texts::{files, pages};
use super::*;
use crate::source::SourceMap;
use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};

/// Variables of a pattern; those used as selectors with a `none` variant count as guarded.
#[derive(Default)]
struct Variables {
    used: BTreeSet<String>,
    guarded: BTreeSet<String>,
}

fn variables(pattern: &Pattern<&str>, out: &mut Variables) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, out);
        }
    }
}

fn in_expression(expression: &Expression<&str>, out: &mut Variables) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, out),
        Expression::Select { selector, variants } => {
            in_inline(selector, out);
            for variant in variants {
                if let (
                    InlineExpression::VariableReference { id },
                    fluent_syntax::ast::VariantKey::Identifier { name: "none" },
                ) = (selector, &variant.key)
                {
                    out.guarded.insert(id.name.to_owned());
                }
                variables(&variant.value, out);
            }
        }
    }
}

fn in_inline(inline: &InlineExpression<&str>, out: &mut Variables) {
    match inline {
        InlineExpression::VariableReference { id } => {
            out.used.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => in_expression(expression, out),
        _ => {}
    }
}

/// The messages of a language: id, message text's variables, attributes with theirs, area.
struct Text {
    area: &'static str,
    message: Option<Variables>,
    attributes: BTreeMap<String, Variables>,
}

fn texts_of(language: Language, problems: &mut Vec<String>) -> BTreeMap<String, Text> {
    let mut all = BTreeMap::new();
    for (area, text) in files(language) {
        let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, errors)| {
            problems.push(format!("{language}/{area}.ftl: {errors:?}"));
            resource
        });
        for entry in resource.entries() {
            let Entry::Message(message) = entry else { continue };
            let read = |pattern: &Pattern<&str>| {
                let mut out = Variables::default();
                variables(pattern, &mut out);
                out
            };
            let attributes = message.attributes.iter().map(|a| (a.id.name.to_owned(), read(&a.value))).collect();
            let text = Text { area, message: message.value.as_ref().map(read), attributes };
            if all.insert(message.id.name.to_owned(), text).is_some() {
                problems.push(format!("{language}: `{}` has two texts", message.id.name));
            }
        }
    }
    all
}

fn check_text(info: &CodeInfo, text: &Text, language: Language, problems: &mut Vec<String>) {
    let mut problem = |what: String| problems.push(format!("{language}: {}: {what}", info.code));
    let role = |name: &str| info.fields.iter().find(|field| field.name == name);
    let mut used: BTreeSet<&str> = BTreeSet::new();
    let Some(message) = &text.message else { return problem("has no message".into()) };
    for (name, attribute) in &text.attributes {
        let skips = match role(name).map(|field| field.role) {
            Some(FieldRole::Value) => {
                problem(format!("`.{name}` is a value: only labels and fixes have texts"));
                false
            }
            Some(role) => role == FieldRole::Fix,
            None if name.starts_with("note") || name.starts_with("help") => true,
            None => {
                problem(format!("`.{name}` is no field, note or help"));
                false
            }
        };
        check_optional(info, attribute, skips, &format!("`.{name}`"), &mut problem);
        used.extend(attribute.used.iter().map(String::as_str));
    }
    check_optional(info, message, false, "the message", &mut problem);
    used.extend(message.used.iter().map(String::as_str));
    for name in &used {
        if role(name).is_none_or(|field| field.role != FieldRole::Value) {
            problem(format!("`${name}` is not a value of `{}`", info.name));
        }
    }
    let mut labels = 0;
    for field in info.fields {
        let texted = text.attributes.contains_key(field.name);
        match field.role {
            FieldRole::Value if !used.contains(field.name) => {
                problem(format!("the value `{}` is not used", field.name))
            }
            FieldRole::Fix if !texted => problem(format!("the fix `{}` has no title", field.name)),
            FieldRole::Label if labels > 0 && !texted => problem(format!("the label `{}` has no text", field.name)),
            _ => {}
        }
        labels += usize::from(field.role == FieldRole::Label);
    }
}

/// Where a missing value does not drop the whole text, the text must choose by it.
fn check_optional(info: &CodeInfo, text: &Variables, skips: bool, place: &str, problem: &mut impl FnMut(String)) {
    for field in info.fields.iter().filter(|field| field.optional && field.role == FieldRole::Value) {
        if !skips && text.used.contains(field.name) && !text.guarded.contains(field.name) {
            problem(format!("{place} shows `{}`, which may be missing, without a `[none]` variant", field.name));
        }
    }
}

#[test]
fn every_code_has_its_texts_and_no_text_is_unused() {
    let mut problems = Vec::new();
    for language in Language::ALL {
        let texts = texts_of(language, &mut problems);
        for (area, codes) in AREAS {
            for info in *codes {
                match texts.get(info.code) {
                    Some(text) if text.area == *area => check_text(info, text, language, &mut problems),
                    Some(text) => {
                        problems.push(format!("{language}: {} is in {}.ftl, not {area}.ftl", info.code, text.area))
                    }
                    None => {
                        problems.push(format!("{language}: {} ({}) has no text in {area}.ftl", info.code, info.name))
                    }
                }
            }
        }
        let interface = ["severity-error", "severity-warning", "note", "help", "fix", "list-comma", "more-about"];
        let words: BTreeSet<&str> = Word::ALL.iter().map(|word| word.id()).chain(interface).collect();
        for id in texts.keys().filter(|id| !words.contains(id.as_str())) {
            if !all().iter().any(|info| info.code == id) {
                problems.push(format!("{language}: the text `{id}` belongs to nothing"));
            }
        }
        for id in words.iter().filter(|id| !texts.contains_key(**id)) {
            problems.push(format!("{language}: the word `{id}` has no text"));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn texts_have_the_same_parts_in_both_languages() {
    let mut problems = Vec::new();
    let (en, zh) = (texts_of(Language::En, &mut problems), texts_of(Language::Zh, &mut problems));
    for (id, text) in &en {
        let Some(other) = zh.get(id) else { continue };
        let keys = |text: &Text| text.attributes.keys().cloned().collect::<Vec<_>>();
        if keys(text) != keys(other) {
            problems.push(format!("{id}: en has {:?}, zh has {:?}", keys(text), keys(other)));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn codes_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for info in all() {
        assert!(seen.insert(info.code), "{} is declared twice", info.code);
        let letter = match info.severity {
            Severity::Error => 'E',
            Severity::Warning => 'W',
        };
        assert!(info.code.starts_with(letter), "{}: an error's code begins with E, a warning's with W", info.code);
        assert!(info.code.len() == 5 && info.code[1..].bytes().all(|b| b.is_ascii_digit()), "{}", info.code);
    }
}

#[test]
fn messages_start_lower_case_and_have_no_final_stop() {
    let mut problems = Vec::new();
    for language in Language::ALL {
        for (area, text) in files(language) {
            for (number, line) in text.lines().enumerate() {
                let Some((head, text)) = line.split_once(" = ") else { continue };
                if head.trim_start().starts_with('#') {
                    continue;
                }
                if text.chars().next().is_some_and(char::is_uppercase) && language == Language::En {
                    problems.push(format!("{language}/{area}.ftl:{}: starts with a capital", number + 1));
                }
                if text.trim_end().ends_with(['.', '。', '!', '！']) {
                    problems.push(format!("{language}/{area}.ftl:{}: ends with a stop", number + 1));
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn every_code_has_a_page_with_a_wrong_and_a_right_example() {
    let mut problems = Vec::new();
    for info in all() {
        for language in Language::ALL {
            let Some(page) = explain(info.code, language) else {
                problems.push(format!("{}: no page pages/{language}/{}.md", info.code, info.code));
                continue;
            };
            if !page.starts_with(&format!("# {}", info.code)) {
                problems.push(format!("{}: the page's title is not `# {} …` ({language})", info.code, info.code));
            }
            let parts: &[&str] = match language {
                Language::En => &["## Wrong", "## Right", "## Why"],
                Language::Zh => &["## 错误写法", "## 正确写法", "## 原因"],
            };
            for part in parts.iter().filter(|part| !page.contains(**part)) {
                problems.push(format!("{}: the page lacks `{part}` ({language})", info.code));
            }
            if page.matches("```").count() < 4 {
                problems.push(format!("{}: the page needs two examples ({language})", info.code));
            }
        }
    }
    for code in pages() {
        if !all().iter().any(|info| info.code == code) {
            problems.push(format!("the page {code}.md belongs to no code"));
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

fn sample() -> (SourceMap, Diagnostic) {
    let mut sources = SourceMap::default();
    let table = sources.add("sources/人口.watch", "来源 登记 {\n    登记日期 : Date\n}\n");
    let model = sources.add("models/a.watch", "model a {\n    let 人数 = count distinct 登记日朝 from 登记\n}\n");
    let text = sources.get(model).unwrap().text.clone();
    let start = text.find("登记日朝").unwrap();
    let at = Span::new(model, start, start + "登记日朝".len());
    let diagnostic = names::UnknownColumn {
        at,
        name: "登记日朝".into(),
        source: "登记".into(),
        suggestion: suggest("登记日朝", ["住址", "登记日期"]),
        declared: Some(Span::new(table, 7, 13)),
        replace: Some(Edits::replace(at, "登记日期")),
    };
    (sources, diagnostic.into())
}

#[test]
fn a_terminal_shows_chinese_text_with_the_underline_below_it() {
    let (sources, diagnostic) = sample();
    insta::assert_snapshot!(render_terminal(std::slice::from_ref(&diagnostic), &sources, Language::En, false));
    insta::assert_snapshot!(render_terminal(&[diagnostic], &sources, Language::Zh, false));
}

#[test]
fn json_has_every_place_and_text() {
    let (sources, diagnostic) = sample();
    insta::assert_snapshot!(serde_json::to_string_pretty(&to_json(&diagnostic, &sources, Language::Zh)).unwrap());
}

#[test]
fn colour_adds_nothing_but_escapes() {
    let (sources, diagnostic) = sample();
    let coloured = render_terminal(std::slice::from_ref(&diagnostic), &sources, Language::En, true);
    assert!(coloured.contains("\u{1b}["));
    assert!(!render_terminal(&[diagnostic], &sources, Language::En, false).contains('\u{1b}'));
}

#[test]
fn what_is_missing_is_left_out() {
    let (sources, _) = sample();
    let at = Span::new(crate::source::FileId(1), 0, 5);
    let diagnostic: Diagnostic = names::UnknownColumn {
        at,
        name: "x".into(),
        source: "y".into(),
        suggestion: None,
        declared: None,
        replace: None,
    }
    .into();
    assert_eq!(diagnostic.notes(Language::En), []);
    assert_eq!(diagnostic.labels.len(), 1);
    assert!(!render_terminal(&[diagnostic], &sources, Language::En, false).contains("did you mean"));
}

#[test]
fn spans_outside_the_text_do_no_harm() {
    let mut sources = SourceMap::default();
    let empty = sources.add("empty.watch", "");
    let file = sources.add("a.watch", "租住");
    for span in [
        Span::new(empty, 0, 0),
        Span::new(empty, 5, 9),
        Span::new(file, 1, 2),
        Span::new(file, 6, 6),
        Span::new(file, 4, 1),
        Span::new(crate::source::FileId(9), 0, 1),
    ] {
        let diagnostic: Diagnostic = syntax::UnclosedText { at: span }.into();
        let text = render_terminal(std::slice::from_ref(&diagnostic), &sources, Language::En, false);
        assert!(text.contains("E0007"), "{text}");
        assert_eq!(to_json(&diagnostic, &sources, Language::En)["code"], "E0007");
    }
}

#[test]
fn values_cannot_disturb_the_terminal() {
    let diagnostic: Diagnostic = package::NoFolder { folder: format!("a\u{1b}[2J\nb{}", "长".repeat(500)) }.into();
    let message = diagnostic.message(Language::En);
    assert!(message.contains(r"a\u{1b}[2J\nb"), "{message}");
    assert!(message.chars().count() < 300);
}

#[test]
fn fixes_are_applied_unless_they_clash() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.watch", "当 人数且 住户");
    let insert = |at: usize| -> Diagnostic {
        let at = Span::new(file, at, at + 3);
        syntax::KeywordNeedsBlank { at, keyword: "且".into(), insert: Edits::before(at, " ") }.into()
    };
    let place = "当 人数".len();
    let (texts, applied) = apply_fixes(&[insert(place), insert(place), insert(1)], &sources);
    assert_eq!(applied, 1, "the second clashes with the first, the third is not on whole characters");
    assert_eq!(texts[&file], "当 人数 且 住户");
}

#[test]
fn guesses_at_short_words_are_left_to_a_person() {
    let mut sources = SourceMap::default();
    let file = sources.add("a.watch", "persn 极大");
    let guess = |at: Span, suggestion: &str| -> Diagnostic {
        let replace = Some(Edits::replace(at, suggestion));
        names::UnknownValue { at, name: "x".into(), suggestion: Some(suggestion.into()), replace }.into()
    };
    let (long, short) = (Span::new(file, 0, 5), Span::new(file, 6, 12));
    let (texts, applied) = apply_fixes(&[guess(long, "person"), guess(short, "最小")], &sources);
    assert_eq!((applied, texts[&file].as_str()), (1, "person 极大"));
}

#[test]
fn suggestions_know_slips_from_other_words() {
    assert_eq!(suggest("Shanghia", ["Shanghai", "Chongqing"]), Some("Shanghai".into()));
    assert_eq!(suggest("HOME", ["home"]), Some("home".into()));
    assert_eq!(suggest("人", ["口"]), None);
    assert_eq!(suggest("地扯", ["地址", "日期"]), Some("地址".into()));
    assert_eq!(suggest("cn", ["en", "zh"]), None, "one of two letters is no slip");
    assert_eq!(suggest("abc", ["abd", "aba"]), Some("aba".into()), "of equals the first by name");
    assert_eq!(suggest("x", std::iter::empty::<&str>()), None);
}

#[test]
fn reading_order_is_by_file_and_place_and_repetitions_go() {
    let (_, d) = sample();
    let early: Diagnostic = syntax::UnclosedText { at: Span::new(crate::source::FileId(0), 3, 4) }.into();
    let mut list = vec![d.clone(), early.clone(), d.clone()];
    sort(&mut list);
    assert_eq!(list, [early, d]);
}

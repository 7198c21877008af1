//! The words of the diagnostics: Fluent files and pages, embedded at build time.

use super::{Diagnostic, Language, Value};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource, FluentValue};
use std::sync::OnceLock;
use unic_langid::LanguageIdentifier;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/texts.rs"));
}

/// Values longer than this are cut, so that a message stays a line.
const LONGEST_VALUE: usize = 200;

/// A line below the source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Explains, or tells what to do.
    pub kind: NoteKind,
    /// The text.
    pub text: String,
}

/// Whether a line explains or helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// It explains.
    Note,
    /// It tells what to do.
    Help,
}

/// The page of a code (what it means, wrong, right, why) as Markdown. The code's case does not matter.
pub fn explain(code: &str, language: Language) -> Option<&'static str> {
    let page = embedded::PAGES.iter().find(|(name, _, _)| name.eq_ignore_ascii_case(code))?;
    match language {
        Language::En => page.1,
        Language::Zh => page.2,
    }
}

/// The Fluent files of a language: area and text.
pub(super) fn files(language: Language) -> &'static [(&'static str, &'static str)] {
    match language {
        Language::En => embedded::TEXTS_EN,
        Language::Zh => embedded::TEXTS_ZH,
    }
}

/// Codes that have a page in some language.
#[cfg(test)]
pub(super) fn pages() -> impl Iterator<Item = &'static str> {
    embedded::PAGES.iter().map(|(code, _, _)| *code)
}

fn bundle(language: Language) -> &'static FluentBundle<FluentResource> {
    static BUNDLES: [OnceLock<FluentBundle<FluentResource>>; 2] = [OnceLock::new(), OnceLock::new()];
    BUNDLES[language as usize].get_or_init(|| {
        let locale: LanguageIdentifier = language.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // The marks that isolate right-to-left text only disturb terminals here.
        bundle.set_use_isolating(false);
        for (_, text) in files(language) {
            // Mistakes in the files are found by the tests; what can be read of a file is used.
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(resource, _)| resource);
            bundle.add_resource_overriding(resource);
        }
        bundle
    })
}

/// A text of the interface itself, such as the word for "error".
pub(super) fn phrase(id: &str, language: Language, values: &[(&'static str, Value)]) -> String {
    let bundle = bundle(language);
    match bundle.get_message(id).and_then(|message| message.value()) {
        Some(pattern) => {
            let args = arguments(values, language, true);
            bundle.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
        }
        None => id.to_owned(),
    }
}

pub(super) fn message(diagnostic: &Diagnostic, language: Language) -> String {
    phrase(diagnostic.code(), language, &diagnostic.values)
}

/// An attribute of the diagnostic's message, missing values shown as `none`.
pub(super) fn attribute(diagnostic: &Diagnostic, name: &str, language: Language) -> Option<String> {
    format_attribute(diagnostic, name, language, true).map(|(text, _)| text)
}

/// An attribute, unless a value it names is missing.
pub(super) fn attribute_if_known(diagnostic: &Diagnostic, name: &str, language: Language) -> Option<String> {
    format_attribute(diagnostic, name, language, false).and_then(|(text, errors)| errors.is_empty().then_some(text))
}

pub(super) fn notes(diagnostic: &Diagnostic, language: Language) -> Vec<Note> {
    let Some(message) = bundle(language).get_message(diagnostic.code()) else { return Vec::new() };
    let kind = |id: &str| match id {
        id if id.starts_with("note") => Some(NoteKind::Note),
        id if id.starts_with("help") => Some(NoteKind::Help),
        _ => None,
    };
    let is_field = |id: &str| diagnostic.info.fields.iter().any(|field| field.name == id);
    message
        .attributes()
        .filter(|attribute| !is_field(attribute.id()))
        .filter_map(|attribute| {
            let kind = kind(attribute.id())?;
            Some(Note { kind, text: attribute_if_known(diagnostic, attribute.id(), language)? })
        })
        .collect()
}

fn format_attribute(
    diagnostic: &Diagnostic,
    name: &str,
    language: Language,
    missing_as_none: bool,
) -> Option<(String, Vec<FluentError>)> {
    let bundle = bundle(language);
    let attribute = bundle.get_message(diagnostic.code())?.get_attribute(name)?;
    let args = arguments(&diagnostic.values, language, missing_as_none);
    let mut errors = Vec::new();
    let text = bundle.format_pattern(attribute.value(), Some(&args), &mut errors).into_owned();
    Some((text, errors))
}

fn arguments(values: &[(&'static str, Value)], language: Language, missing_as_none: bool) -> FluentArgs<'static> {
    let mut args = FluentArgs::new();
    for (name, value) in values {
        match value {
            Value::Missing if missing_as_none => args.set(*name, FluentValue::from("none")),
            Value::Missing => {}
            Value::Number(number) => args.set(*name, FluentValue::from(*number)),
            other => args.set(*name, FluentValue::from(show(other, language))),
        }
    }
    args
}

fn show(value: &Value, language: Language) -> String {
    match value {
        Value::Text(text) => clean(text),
        Value::Number(number) => number.to_string(),
        Value::Word(word) => phrase(word.id(), language, &[]),
        Value::List(items) => {
            let comma = phrase("list-comma", language, &[]);
            let comma = if language == Language::En { format!("{comma} ") } else { comma };
            items.iter().map(|item| show(item, language)).collect::<Vec<_>>().join(&comma)
        }
        Value::Missing => String::new(),
    }
}

/// Text from outside, made harmless for a terminal and short enough for a line.
fn clean(text: &str) -> String {
    let mut out = String::new();
    for (count, c) in text.chars().enumerate() {
        if count >= LONGEST_VALUE {
            out.push('…');
            break;
        }
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    out
}

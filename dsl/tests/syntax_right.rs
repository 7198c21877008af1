//! Programs that are right: they parse without a problem, and formatting keeps what they say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use support::{assert_same_tree, parse_right, right_programs};
use watchfire_dsl::format::{format, language_of};
use watchfire_dsl::keywords::KeywordLanguage::{Chinese, English};

#[test]
fn right_programs_have_no_problem() {
    for (name, text) in right_programs() {
        assert!(!parse_right(&name, &text).file.items.is_empty());
    }
}

#[test]
fn formatting_keeps_meaning_and_comments_and_is_idempotent() {
    for (name, text) in right_programs() {
        let parsed = parse_right(&name, &text);
        let language = language_of(&text);
        let formatted = format(&parsed.file, &text, language);
        let again = parse_right(&name, &formatted);
        assert_same_tree(&parsed.file, &again.file, &format!("{name}\n{formatted}"));
        assert_eq!(format(&again.file, &formatted, language), formatted, "{name}");
        for comment in &parsed.file.comments {
            assert!(formatted.contains(&comment.text), "{name}: lost `{}`", comment.text);
        }
    }
}

#[test]
fn keywords_round_trip_between_the_languages() {
    for (name, text) in right_programs() {
        let parsed = parse_right(&name, &text);
        let english = format(&parsed.file, &text, English);
        // Once through Chinese, units have their canonical names.
        let through = |text: &str| {
            let chinese = format(&parse_right(&name, text).file, text, Chinese);
            let back = format(&parse_right(&name, &chinese).file, &chinese, English);
            (chinese, back)
        };
        let (chinese, canonical) = through(&english);
        assert_eq!(language_of(&chinese), Chinese, "{chinese}");
        let (again, back) = through(&canonical);
        assert_eq!(back, canonical, "{name}");
        assert_eq!(again, chinese, "{name}");
        assert_eq!(canonical.lines().count(), back.lines().count());
    }
}

#[test]
fn every_construct_in_both_languages() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/syntax/right/every_construct.watch");
    let text = std::fs::read_to_string(path).unwrap();
    let parsed = parse_right("every_construct.watch", &text);
    insta::assert_snapshot!("every_construct_english", format(&parsed.file, &text, English));
    insta::assert_snapshot!("every_construct_chinese", format(&parsed.file, &text, Chinese));
}

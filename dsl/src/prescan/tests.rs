#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;

fn scan(text: &str) -> Prescan {
    prescan(FileId(0), text)
}

fn kinds(text: &str) -> Vec<(Kind, String)> {
    scan(text).tokens.into_iter().map(|t| (t.kind, t.text)).collect()
}

#[test]
fn full_width_signs_read_as_ascii_with_spans_of_the_original() {
    let scan = scan("让：（ａ）≥３㎡");
    assert!(scan.diagnostics.is_empty(), "{:?}", scan.diagnostics);
    let kinds: Vec<Kind> = scan.tokens.iter().map(|t| t.kind).collect();
    let expected = [
        Kind::Word,
        Kind::Symbol(":"),
        Kind::Open('('),
        Kind::Word,
        Kind::Close(')'),
        Kind::Symbol(">="),
        Kind::Number,
        Kind::Unit,
    ];
    assert_eq!(kinds, expected);
    assert_eq!(scan.tokens[7].text, "m²");
    assert_eq!((scan.tokens[6].start, scan.tokens[6].end), (18, 21));
}

#[test]
fn units_stand_right_after_numbers() {
    let unit = |text: &str| kinds(text).into_iter().find(|(k, _)| *k == Kind::Unit).map(|(_, t)| t);
    assert_eq!(unit("x > 200 km/h").as_deref(), Some("km/h"));
    assert_eq!(unit("5 m²/people").as_deref(), Some("m²"));
    assert_eq!(unit("15 min").as_deref(), Some("min"));
    assert_eq!(unit("50%").as_deref(), Some("%"));
    assert_eq!(unit("50 % x"), None);
    assert_eq!(unit("red from 9 yellow from 3"), None);
    assert_eq!(unit("a = 3  b = 4"), None);
    // A phrase after a number is no unit, and its number keeps none; `min` stays one.
    assert_eq!(unit("red when n > 1  again after x"), None);
    assert_eq!(unit("n > 1  most common"), None);
    assert_eq!(unit("x > 5 min again after y").as_deref(), Some("min"));
    assert_eq!(unit("3 且 x"), None);
    assert_eq!(unit("3天").as_deref(), Some("天"));
}

#[test]
fn phrases_are_one_token() {
    assert_eq!(kinds("is not").len(), 1);
    assert_eq!(kinds("again after").len(), 1);
    assert_eq!(kinds("max overlap").len(), 2);
    assert_eq!(kinds("max overlap from").len(), 2);
    assert_eq!(kinds("is\nnot").len(), 2);
}

#[test]
fn dates_times_and_ranges() {
    let kinds: Vec<Kind> =
        kinds("2024-03-01 2024-03-01T02:00 02:00 3..=30 1.5e3").into_iter().map(|(k, _)| k).collect();
    let expected = [Kind::Date, Kind::Time, Kind::Clock, Kind::Number, Kind::Symbol("..="), Kind::Number, Kind::Number];
    assert_eq!(kinds, expected);
    assert_eq!(scan("2024-02-30").diagnostics[0].code(), "E0014");
    assert_eq!(scan("25:00").diagnostics[0].code(), "E0014");
}

#[test]
fn lines_go_on_with_operators_and_continuation_words() {
    let text = "let a = b\n  and c\nlet d = (\n e)\nlet f =\n  g\n";
    let scan = scan(text);
    assert_eq!(lines(&scan.tokens, 0..scan.tokens.len(), Block::Statements).len(), 3);
}

#[test]
fn the_indentation_tells_which_bracket_is_open() {
    let text = "model a for B {\n    warn when x {\n        red otherwise\n}\nmodel c for D {\n}\n";
    let scan = scan(text);
    assert_eq!(scan.diagnostics.len(), 1);
    let at = scan.diagnostics[0].primary().unwrap();
    assert_eq!(&text[at.start as usize - 12..at.end as usize], "warn when x {");
    assert_eq!(lines(&scan.tokens, 0..scan.tokens.len(), Block::Statements).len(), 2);
}

#[test]
fn deep_nesting_is_an_error() {
    let deep = "(".repeat(100_000);
    let codes: Vec<_> = scan(&format!("{deep}{}", ")".repeat(100_000))).diagnostics.iter().map(|d| d.code()).collect();
    assert_eq!(codes, ["E0004"]);
    assert!(scan(&"(".repeat(MAX_NESTING)).diagnostics.iter().all(|d| d.code() == "E0002"));
}

#[test]
fn escapes_are_resolved_with_their_places() {
    let (text, wrong, places) = unescape(r#"a\"b\u{4e00}\n"#);
    assert_eq!(text, "a\"b一\n");
    assert!(wrong.is_empty());
    assert_eq!(places[..3], [0, 1, 3]);
    assert_eq!(unescape(r"\q").1.len(), 1);
}

#[test]
fn every_character_is_read() {
    for c in ('\0'..='\u{ffff}').filter(|c| !c.is_control() || *c < ' ') {
        let text = format!("a{c}b {c} 1{c}");
        // Reading ends, and what follows is still read.
        assert!(
            scan(&format!("{text}\n\"end\" end")).tokens.iter().any(|t| t.end as usize > text.len() || c == '"'),
            "{c:?}"
        );
    }
}

//! What programs mean, sentence by sentence of docs/language.md: small packages with `test` blocks that must pass.
//!
//! `test` blocks are run by the engine itself; that they can fail is tested in `tests_fail`.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod compiled;
mod compiled_sources;
mod composites;
mod coverage;
mod evaluations;
mod plans;
mod results;
mod rows;
mod selections;
mod shares;
mod tests_fail;
mod values;

use watchfire_engine::{Engine, Package};

/// Sources that most tests use.
pub const SOURCES: &str = r#"
entity Home key Text
entity Person key Text private
entity Guest key (Person, Home)
enum Use { living, selling }

source homes {
    owner "o"
    allows test
    home : Home unique
    area : Area in m²
    use  : Use
    best : Home?
}
source visits events at time {
    owner "o"
    allows test
    key (n)
    n    : Int
    home : Home
    who  : Person?
    x    : Int?
    w    : Float?
    paid : Money?
    time : Time
    recorded : Time? recorded
}
source stays state since..until {
    owner "o"
    allows test
    key (n)
    n     : Int
    home  : Home
    who   : Person
    since : Time
    until : Time?
    recorded : Time? recorded
}
"#;

/// A package in Shanghai's zone with the usual sources and this text.
pub fn package(text: &str) -> Package {
    package_in("Asia/Shanghai", &format!("{SOURCES}\n{text}"))
}

/// A package of this text alone.
pub fn package_in(zone: &str, text: &str) -> Package {
    let manifest = format!("[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"{zone}\"\nlanguage = \"en\"\n");
    match Package::from_texts(&manifest, [("small.watch", text)]) {
        Ok(package) => package,
        Err(error) => panic!("{error}"),
    }
}

/// Runs the package's tests; all must pass.
pub fn passes(text: &str) {
    all_pass(package(text));
}

/// Runs a package's tests; all must pass.
pub fn all_pass(package: Package) {
    let engine = Engine::new(package);
    let outcomes = engine.test();
    assert!(!outcomes.is_empty(), "the package has no tests");
    for outcome in outcomes {
        let difference = outcome.difference(engine.package(), watchfire_dsl::diagnostics::Language::En);
        assert!(outcome.passed, "test {} {:?}\n{difference}", outcome.model, outcome.title);
    }
}

/// A model for homes, looking every day at 02:00, that shows the value of `let value = …` in its message whenever the
/// condition holds.
pub fn shows(value: &str, condition: &str) -> String {
    format!(
        "model m for Home in visits {{\n    category c\n    purpose test\n    basis \"b\"\n    let value = {value}\n    \
         every day at 02:00\n    warn when {condition} {{\n        yellow otherwise\n        message \"{{value}}\"\n    \
         }}\n}}\n"
    )
}

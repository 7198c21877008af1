//! The checker over fixtures: right programs give nothing to say, wrong ones are snapshotted in both languages.
//!
//! Each fixture is checked together with `fixtures/check/city.watch`, unless its first line is `// alone`. A wrong one
//! says in its first lines what is expected: `// expect E0203 persn` is that code with that text underlined.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;
use watchfire_dsl::check::{Checked, compile, compile_texts};
use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::package::{PackageFiles, load};

const MANIFEST: &str = r#"
[package]
name = "city"
version = "0.1.0"
zone = "Asia/Shanghai"
language = "en"

[profiles.emergency]
"address_overlap.min_people" = 4
"#;

/// A fixture as a package, checked.
fn checked(path: &Path) -> (String, PackageFiles, Checked) {
    let text = std::fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().to_str().unwrap().to_owned();
    let mut files = vec![(name, text.clone())];
    let mut manifest = MANIFEST.replace("\"address_overlap.min_people\" = 4\n", "");
    if name_is(path, "address_overlap") {
        MANIFEST.clone_into(&mut manifest);
    }
    for line in text.lines().filter_map(|line| line.strip_prefix("// manifest ")) {
        manifest.push_str(line);
        manifest.push('\n');
    }
    if !text.starts_with("// alone") {
        let city = path.parent().unwrap().parent().unwrap().join("city.watch");
        files.push(("city.watch".to_owned(), std::fs::read_to_string(city).unwrap()));
    }
    let (package, checked) = compile_texts(&manifest, files).unwrap();
    (text, package, checked)
}

fn name_is(path: &Path, name: &str) -> bool {
    path.file_stem().is_some_and(|stem| stem == name)
}

#[test]
fn right_programs_have_nothing_to_say() {
    insta::glob!("fixtures/check/right/*.watch", |path| {
        let (_, package, checked) = checked(path);
        let said = render_terminal(&checked.diagnostics, &package.sources, Language::En, false);
        assert!(checked.diagnostics.is_empty(), "{}:\n{said}", path.display());
        assert!(checked.program.is_some(), "{}", path.display());
    });
}

#[test]
fn wrong_programs_are_told_what_is_wrong() {
    // All of them are looked at before the test fails.
    let unexpected = std::cell::RefCell::new(Vec::new());
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "fixtures/check/snapshots", omit_expression => true }, {
        insta::glob!("fixtures/check/wrong/*.watch", |path| {
            let (text, package, checked) = checked(path);
            let found: Vec<String> = checked
                .diagnostics
                .iter()
                .map(|d| format!("{} {}", d.code(), d.primary().map_or("", |at| package.sources.text(at)).trim()))
                .collect();
            let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("// expect ")).collect();
            let mut shown = String::new();
            for language in Language::ALL {
                let _ = writeln!(shown, "{}", render_terminal(&checked.diagnostics, &package.sources, language, false));
            }
            if found != expected {
                let name = path.file_name().unwrap().to_string_lossy();
                unexpected.borrow_mut().push(format!("{name}:\n expected {expected:?}\n found    {found:?}\n{shown}"));
                return;
            }
            let errors = checked.diagnostics.iter().any(watchfire_dsl::diagnostics::Diagnostic::is_error);
            assert_eq!(checked.program.is_some(), !errors, "{}", path.display());
            insta::assert_snapshot!(shown);
        });
    });
    let unexpected = unexpected.into_inner();
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

#[test]
fn the_examples_are_right() {
    for name in ["flights", "group_rental", "fire_visits"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name);
        let package = load(&folder).unwrap_or_else(|error| panic!("{error}"));
        let checked = compile(&package);
        let said = render_terminal(&checked.diagnostics, &package.sources, Language::En, false);
        assert!(checked.diagnostics.is_empty(), "{name}:\n{said}");
        assert!(checked.program.is_some(), "{name}");
    }
}

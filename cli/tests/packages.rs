//! A package that uses another, as people work with it: every command, and which file a mistake is told of.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The code with which a command ended, and all that it wrote.
fn watchfire(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfire"));
    command.current_dir(folder).args(["--lang", "en", "--color", "never"]).args(arguments);
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout) + &text(output.stderr))
}

/// The package of `watchfire new`, and beside it one that uses it.
fn started() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    assert_eq!(watchfire(folder.path(), &["new", "flats"]).0, Some(0));
    let own = folder.path().join("visits");
    fs::create_dir_all(&own).unwrap();
    fs::write(
        own.join("watchfire.toml"),
        "[package]\nname = \"visits\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n",
    )
    .unwrap();
    fs::write(
        own.join("visits.watch"),
        r#"use flats = "../flats" version "0.1"

model first_visits for flats.Dwelling {
    category composite
    purpose  fire_safety
    basis    "proposed"

    let signs = count from findings of flats.crowded over last 60 days

    every day at 08:00
    warn when signs > 0 {
        red otherwise
        message "{this}: {signs} signs"
        again after 30 days
    }
}

test first_visits "nobody there" {
    given flats.dwellings { home: "12 High Street" }
    at 2024-03-01T08:00
    expect nothing
}
"#,
    )
    .unwrap();
    (folder, own)
}

#[test]
fn every_command_reads_the_other_package() {
    let (_folder, own) = started();
    let said = |arguments: &[&str], code: i32, parts: &[&str]| {
        let (ended, text) = watchfire(&own, arguments);
        assert_eq!(ended, Some(code), "{arguments:?}: {text}");
        for part in parts {
            assert!(text.contains(part), "{arguments:?} does not say `{part}`:\n{text}");
        }
        text
    };
    said(&["fmt", "--check", "."], 0, &[]);
    said(&["check"], 0, &["`visits` is right"]);
    said(&["test"], 0, &["1 passed, 0 failed"]);
    said(&["describe"], 0, &["flats.crowded", "first_visits", "flats.residents.person"]);
    // Its data are found from its own folder, wherever the command is given.
    let text = said(&["run"], 0, &["first_visits", "2 warnings (2 red"]);
    assert!(!text.contains("flats.crowded"), "the models of the other package do not run:\n{text}");
    said(&["run", "--only", "flats.crowded"], 0, &["flats.crowded"]);
    said(&["run", "--only", "flats.crowded", "--set", "flats.crowded.most_people=30"], 0, &["0 warnings"]);
    said(&["run", "--set", "flats.crowded.mst_people=30"], 1, &["flats.crowded.most_people"]);
}

#[test]
fn mistakes_are_told_of_the_file_in_which_they_are() {
    let (folder, own) = started();
    let path = folder.path().join("flats/models/crowded.watch");
    let right = fs::read_to_string(&path).unwrap();
    fs::write(&path, right.replace("count distinct person", "count distinct persn")).unwrap();
    let (code, text) = watchfire(&own, &["check"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("../flats/models/crowded.watch:9:33"), "{text}");
    // Fixes are for one's own package.
    let (code, _) = watchfire(&own, &["check", "--fix"]);
    assert_eq!(code, Some(1));
    assert!(fs::read_to_string(&path).unwrap().contains("persn"));
    // What is only suspect there is said there.
    fs::write(&path, right.replace("let people", "let unused = 1\n    let people")).unwrap();
    let (code, text) = watchfire(&own, &["check"]);
    assert_eq!((code, text.contains("unused")), (Some(0), false), "{text}");
    fs::write(own.join("other.watch"), "use nowhere = \"../nowhere\"\n").unwrap();
    let (code, text) = watchfire(&own, &["check"]);
    assert_eq!(code, Some(1));
    assert!(text.contains("error[E0630]") && text.contains("other.watch:1:15"), "{text}");
}

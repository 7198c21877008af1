//! The guides, followed word for word: every file that they tell to write, and what they show of the run.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

fn watchfire(language: &str, folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfire"));
    let output =
        command.current_dir(folder).args(["--lang", language, "--color", "never"]).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{out}\n{err}");
    out
}

/// The fenced blocks of a page, each with its language and the prose since the block before it.
fn blocks(page: &str) -> Vec<(&str, &str, &str)> {
    let mut blocks = Vec::new();
    let mut rest = page;
    while let Some((prose, fenced)) = rest.split_once("\n```") {
        let (language, fenced) = fenced.split_once('\n').unwrap();
        let (text, after) = fenced.split_once("```\n").unwrap();
        blocks.push((language, prose, text));
        rest = after;
    }
    blocks
}

/// The files that prose names.
fn files(prose: &str) -> Vec<&str> {
    let folders = ["models/", "sources/", "tests/", "data/"];
    let quoted = prose.split('`').skip(1).step_by(2);
    quoted.filter(|name| folders.iter().any(|folder| name.starts_with(folder)) && !name.contains('*')).collect()
}

/// Does what a guide says; gives what the last run and check show.
fn follow(language: &str, name: &str, page: &str) -> (String, String) {
    let folder = TempDir::new().unwrap();
    let package = folder.path().join(name);
    watchfire(language, folder.path(), &["new", name]);
    let mut tables: Vec<&str> = Vec::new();
    for (kind, prose, text) in blocks(page) {
        // The first files, and the profile, are those that `new` wrote.
        let write = |file: &str| {
            let path = package.join(file);
            if path.exists() {
                assert_eq!(fs::read_to_string(&path).unwrap(), text, "{file} is not as `new` wrote it");
            }
            fs::write(path, text).unwrap();
        };
        match (kind, files(prose).last()) {
            ("watch", Some(file)) => write(file),
            ("csv", named) => {
                if named.is_some() {
                    tables = files(prose).into_iter().filter(|file| Path::new(file).extension().is_some()).collect();
                    tables.retain(|file| file.starts_with("data/"));
                }
                write(tables.remove(0));
            }
            ("toml", _) => {
                let manifest = package.join("watchfire.toml");
                let written = fs::read_to_string(&manifest).unwrap();
                if !written.contains(text) {
                    assert!(!text.starts_with('['), "`new` does not write {text}");
                    fs::write(&manifest, written.replace("[data]\n", &format!("[data]\n{text}"))).unwrap();
                }
            }
            // What a run shows is of the models so far.
            ("text", _) if prose.contains("watchfire run") => {
                let ran = watchfire(language, folder.path(), &["run", name]);
                for line in text.lines() {
                    assert!(ran.contains(line), "the run does not show\n{line}\nbut\n{ran}");
                }
            }
            _ => {}
        }
    }
    watchfire(language, folder.path(), &["test", name]);
    (watchfire(language, folder.path(), &["run", name]), watchfire(language, folder.path(), &["check", name]))
}

#[test]
fn the_english_guide_can_be_followed() {
    let (ran, checked) = follow("en", "flats", include_str!("../../docs/guide.md"));
    assert!(ran.contains("nobody came"), "{ran}");
    assert!(checked.contains("9 models"), "{checked}");
}

#[test]
fn the_chinese_guide_can_be_followed() {
    let (ran, checked) = follow("zh", "群租", include_str!("../../docs/guide.zh.md"));
    assert!(ran.contains("一小时内无人进门"), "{ran}");
    assert!(checked.contains("9 个模型"), "{checked}");
}

//! Packages that use others: right ones give nothing to say, wrong ones are snapshotted in both languages.
//!
//! A fixture holds several files, each after a line `// file NAME`; a `watchfire.toml` is written only where it matters.
//! A wrong one says in its first lines what is expected: `// expect E0631 "2"` is that code with that text underlined.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use watchfire_dsl::check::compile;
use watchfire_dsl::diagnostics::{Diagnostic, Language, render_terminal};
use watchfire_dsl::package::{PackageFiles, load};
use watchfire_dsl::program::{EntityKeyType, Program};
use watchfire_dsl::source::SourceMap;

const MANIFEST: &str = "[package]\nname = \"NAME\"\nversion = \"1.2.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";

/// The files of a fixture by name; each folder has a manifest.
fn files(text: &str) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    for part in text.split("// file ").skip(1) {
        let (name, text) = part.split_once('\n').unwrap();
        files.insert(name.trim().to_owned(), text.to_owned());
    }
    let folders: Vec<String> =
        files.keys().map(|name| name.rsplit_once('/').map_or("", |(f, _)| f).to_owned()).collect();
    for folder in folders {
        let name = folder.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("own");
        let path = if folder.is_empty() { "watchfire.toml".to_owned() } else { format!("{folder}/watchfire.toml") };
        files.entry(path).or_insert_with(|| MANIFEST.replace("NAME", name));
    }
    files
}

/// What is said of a fixture, and its program.
fn checked(text: &str) -> (Vec<Diagnostic>, SourceMap, Option<Program>) {
    let mut files = files(text);
    let manifest = files.remove("watchfire.toml").unwrap();
    match PackageFiles::from_texts(&manifest, files) {
        Err(error) => (error.diagnostics, error.sources, None),
        Ok(package) => {
            let checked = compile(&package);
            (checked.diagnostics, package.sources, checked.program)
        }
    }
}

#[test]
fn right_packages_have_nothing_to_say() {
    insta::glob!("fixtures/packages/right/*.watch", |path| {
        let (diagnostics, sources, program) = checked(&std::fs::read_to_string(path).unwrap());
        let said = render_terminal(&diagnostics, &sources, Language::En, false);
        assert!(diagnostics.is_empty() && program.is_some(), "{}:\n{said}", path.display());
    });
}

#[test]
fn wrong_packages_are_told_what_is_wrong() {
    let unexpected = std::cell::RefCell::new(Vec::new());
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "fixtures/packages/snapshots", omit_expression => true }, {
        insta::glob!("fixtures/packages/wrong/*.watch", |path| {
            let text = std::fs::read_to_string(path).unwrap();
            let (diagnostics, sources, _) = checked(&text);
            let found: Vec<String> = diagnostics
                .iter()
                .map(|d| format!("{} {}", d.code(), d.primary().map_or("", |at| sources.text(at)).trim()))
                .collect();
            let expected: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("// expect ")).collect();
            let mut shown = String::new();
            for language in Language::ALL {
                let _ = writeln!(shown, "{}", render_terminal(&diagnostics, &sources, language, false));
            }
            if found != expected {
                let name = path.file_name().unwrap().to_string_lossy();
                unexpected.borrow_mut().push(format!("{name}:\n expected {expected:?}\n found    {found:?}\n{shown}"));
                return;
            }
            insta::assert_snapshot!(shown);
        });
    });
    let unexpected = unexpected.into_inner();
    assert!(unexpected.is_empty(), "{}", unexpected.join("\n"));
}

#[test]
fn names_say_their_package() {
    let text = std::fs::read_to_string("tests/fixtures/packages/right/by_way_of_another.watch").unwrap();
    let (_, _, program) = checked(&text);
    let program = program.unwrap();
    let mut sources: Vec<&str> = program.sources.iter().map(|source| &*source.name).collect();
    sources.sort_unstable();
    // `city` is there once, though two packages use it.
    assert_eq!(sources, ["city.dwellings", "city.residents", "visits"]);
    let models: Vec<(&str, bool)> = program.models.iter().map(|model| (&*model.name, model.used)).collect();
    assert_eq!(models, [("seen", false), ("city.crowded", true), ("housing.full", true), ("again", false)]);
    assert_eq!(program.entities.iter().filter(|e| e.key == EntityKeyType::Text).count(), 3);
}

/// In folders the way to a package does not matter, and its files are named from the package that uses it.
#[test]
fn packages_in_folders_are_read_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string("tests/fixtures/packages/right/by_way_of_another.watch").unwrap();
    for (name, text) in files(&text) {
        let path = folder.path().join("own").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::create_dir_all(folder.path().join("own")).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let package = load(folder.path().join("own")).unwrap();
    assert_eq!(package.used.len(), 2);
    let mut names: Vec<String> = package.sources.iter().map(|(_, file)| file.name.to_string()).collect();
    names.sort();
    assert_eq!(
        names,
        [
            "../city/city.watch",
            "../city/watchfire.toml",
            "../housing/housing.watch",
            "../housing/watchfire.toml",
            "own.watch",
            "watchfire.toml"
        ]
    );
    assert!(compile(&package).program.is_some());
    // Data are found from the folder of the package that names them.
    std::fs::write(
        folder.path().join("city/watchfire.toml"),
        format!("{}[data]\nresidents = \"data/r.csv\"\n", MANIFEST.replace("NAME", "city")),
    )
    .unwrap();
    let package = load(folder.path().join("own")).unwrap();
    let data = package.data();
    assert_eq!(data[0].0, "city.residents");
    assert_eq!(data[0].2.unwrap(), folder.path().join("own/../city"));
}

#[test]
fn a_folder_may_not_use_itself() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("watchfire.toml"), MANIFEST).unwrap();
    std::fs::write(folder.path().join("a.watch"), "use me = \".\"\n").unwrap();
    let error = load(folder.path()).unwrap_err();
    assert_eq!(error.diagnostics[0].code(), "E0633");
}

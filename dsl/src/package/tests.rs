//! What packages may look like, and what is said of those that are wrong.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use std::fs;
use std::path::Path;

const GOOD: &str = r#"
[package]
name = "group_rental"
version = "0.1.0"
zone = "Asia/Urumqi"
language = "en"

[data]
residents = "data/residents.parquet"
access = ["data/a.csv", "data/b.csv"]
flights = { path = "data/flights.csv", format = "csv", missing = ["", "NA"], delimiter = ";" }

[profiles.emergency]
"address_overlap.min_people" = 4
impossible_travel.max_speed = "120 km/h"

[plugins.tracks]
path = "plugins/tracks.wasm"
sha256 = "9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08"
limits = { fuel = 1_000_000, memory = 0x4000000 }
"#;

fn from_manifest(manifest: &str) -> Result<PackageFiles, LoadError> {
    PackageFiles::from_texts(manifest, [("models/a.watch", "")])
}

fn codes(result: Result<PackageFiles, LoadError>) -> Vec<&'static str> {
    result.unwrap_err().diagnostics.iter().map(Diagnostic::code).collect()
}

#[test]
fn a_manifest_says_what_it_says() {
    let package = from_manifest(GOOD).unwrap();
    let manifest = &package.manifest;
    assert_eq!(manifest.name.value, "group_rental");
    assert_eq!(manifest.zone.value, chrono_tz::Asia::Urumqi);
    assert_eq!(manifest.language.value, Language::En);
    let paths = |name: &str| manifest.data[name].paths.iter().map(|path| path.value.as_str()).collect::<Vec<_>>();
    assert_eq!(paths("residents"), ["data/residents.parquet"]);
    assert_eq!(paths("access"), ["data/a.csv", "data/b.csv"]);
    let flights = &manifest.data["flights"];
    assert_eq!(flights.format.as_ref().unwrap().value, DataFormat::Csv);
    assert_eq!(flights.delimiter.as_ref().unwrap().value, b';');
    assert_eq!(flights.missing.as_ref().unwrap()[1].value, "NA");
    let profile = &manifest.profiles["emergency"];
    assert_eq!(profile.values["address_overlap.min_people"].value.value, toml::Value::Integer(4));
    assert_eq!(profile.values["impossible_travel.max_speed"].value.value, toml::Value::String("120 km/h".into()));
    let tracks = &manifest.plugins["tracks"];
    assert!(tracks.sha256.value.starts_with("9f86d"));
    assert_eq!(tracks.limits.memory.as_ref().unwrap().value, 64 << 20);
    assert_eq!(tracks.limits.stack, None);
}

#[test]
fn places_lead_back_to_the_text() {
    let package = from_manifest(GOOD).unwrap();
    let text = |span| package.sources.text(span);
    assert_eq!(text(package.manifest.zone.span), "\"Asia/Urumqi\"");
    assert_eq!(text(package.manifest.data["flights"].name), "flights");
    let values = &package.manifest.profiles["emergency"].values;
    assert_eq!(text(values["address_overlap.min_people"].name), "\"address_overlap.min_people\"");
    assert_eq!(text(values["impossible_travel.max_speed"].name), "impossible_travel.max_speed");
    assert_eq!(text(values["impossible_travel.max_speed"].value.span), "\"120 km/h\"");
}

#[test]
fn a_short_manifest_takes_the_defaults() {
    let package = from_manifest("[package]\nname = \"群租\"\nversion = \"1.2.3\"\n").unwrap();
    assert_eq!(package.manifest.zone.value, chrono_tz::Asia::Shanghai);
    assert_eq!(package.manifest.language.value, Language::Zh);
    assert_eq!(package.sources.text(package.manifest.zone.span), "[package]");
}

#[test]
fn everything_wrong_is_said_at_once_and_well() {
    let wrong = r#"
[package]
name = "group rental"
version = 1
zon = "Asia/Shanghai"
zone = "Asia/Beijing"
language = "cn"

[dta]
residents = "data/residents.parquet"

[data]
access = { paht = "a.csv", delimiter = "||", format = "cvs" }
water = ""
meters = []
calls = 3

[plugins]
tracks = { path = "a.wasm", sha256 = "latest", limits = { fuel = 0, memmory = 5 } }
"#;
    let error = from_manifest(wrong).unwrap_err();
    insta::assert_snapshot!("wrong_manifest_en", error.to_string());
    insta::assert_snapshot!(
        "wrong_manifest_zh",
        render_terminal(&error.diagnostics, &error.sources, Language::Zh, false)
    );
}

#[test]
fn fixes_repair_what_they_can() {
    let wrong = "[package]\nname = \"a\"\nversion = \"0.1.0\"\nzone = \"Shanghai\"\nlangage = \"zh\"\n";
    let error = from_manifest(wrong).unwrap_err();
    let (texts, applied) = crate::diagnostics::apply_fixes(&error.diagnostics, &error.sources);
    assert_eq!(applied, 2);
    let package = from_manifest(&texts[&FileId(0)]).unwrap();
    assert_eq!(package.manifest.zone.value, chrono_tz::Asia::Shanghai);
    assert_eq!(package.manifest.language.value, Language::Zh);
}

#[test]
fn broken_toml_is_shown_at_its_place() {
    insta::assert_snapshot!(from_manifest("[package]\nname = group\nname = \"b\"\n[data\n").unwrap_err().to_string());
    assert_eq!(codes(from_manifest("")), ["E0610"]);
    assert_eq!(codes(from_manifest("package = 3")), ["E0608"]);
}

#[test]
fn zones_that_people_write_are_understood() {
    for (written, meant) in [
        ("Asia/Beijing", "Asia/Shanghai"),
        ("北京", "Asia/Shanghai"),
        ("+08:00", "Asia/Shanghai"),
        ("asia/shanghai", "Asia/Shanghai"),
        ("new york", "America/New_York"),
        ("Asia/Shangai", "Asia/Shanghai"),
    ] {
        assert_eq!(zone::suggestion(written).as_deref(), Some(meant), "{written}");
    }
    assert_eq!(zone::suggestion("nowhere at all"), None);
}

#[test]
fn versions_and_names_are_strict() {
    let with =
        |name: &str, version: &str| from_manifest(&format!("[package]\nname = \"{name}\"\nversion = \"{version}\"\n"));
    assert!(with("a", "10.0.12").is_ok());
    for version in ["1", "1.2", "1.2.3.4", "01.2.3", "1.2.x", "", "1..2", "1.2.-3", "1.2.99999999999"] {
        assert_eq!(codes(with("a", version)), ["E0612"], "{version}");
    }
    for name in ["", "1a", "a b", "a/b", "../a", "a\\u0000"] {
        assert_eq!(codes(with(name, "1.2.3")), ["E0613"], "{name}");
    }
}

#[test]
fn files_are_ordered_by_role_and_name_however_they_come() {
    let manifest = "[package]\nname = \"a\"\nversion = \"0.1.0\"\n";
    let names = ["tests/a.watch", "models/b.watch", "models/a.watch", "sources/z.watch", "top.watch"];
    let package = PackageFiles::from_texts(manifest, names.map(|name| (name, ""))).unwrap();
    let order: Vec<_> = package.files.iter().map(|(id, _)| &*package.sources.get(*id).unwrap().name).collect();
    assert_eq!(order, ["top.watch", "sources/z.watch", "models/a.watch", "models/b.watch", "tests/a.watch"]);
    assert_eq!(codes(PackageFiles::from_texts(manifest, [("a.watch", "1"), ("a.watch", "2")])), ["E0618"]);
    let large = " ".repeat(LARGEST_FILE as usize + 1);
    assert_eq!(codes(PackageFiles::from_texts(manifest, [("a.watch", large)])), ["E0607"]);
}

fn write(root: &Path, name: &str, bytes: impl AsRef<[u8]>) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_folder_is_read_with_its_folders() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    write(root, MANIFEST, "\u{feff}[package]\nname = \"a\"\nversion = \"0.1.0\"\n");
    write(root, "models/fire/a.watch", "\u{feff}// a");
    write(root, "models/.a.watch.swp", b"\xff");
    write(root, "sources/s.watch", "// s");
    write(root, "model/lost.watch", "// never read");
    write(root, "other/watchfire.toml", "another package");
    write(root, "other/b.watch", "// of that package");
    write(root, "data/a.csv", "a\n");
    for path in [root.to_path_buf(), root.join(MANIFEST)] {
        let package = load(path).unwrap();
        let files: Vec<_> = package.sources.iter().map(|(_, file)| (&*file.name, &*file.text)).collect();
        assert_eq!(files[1..], [("sources/s.watch", "// s"), ("models/fire/a.watch", "// a")]);
        assert_eq!(package.warnings.len(), 1);
        assert_eq!(package.warnings[0].message(Language::En), "the `.watch` files in `model` are not read");
        assert_eq!(package.warnings[0].notes(Language::En)[0].text, "did you mean `models`?");
    }
}

#[test]
fn what_cannot_be_a_package_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    assert_eq!(codes(load(root.join("nowhere"))), ["E0601"]);
    assert_eq!(codes(load(root)), ["E0602"]);
    write(root, "a.watch", "");
    assert_eq!(codes(load(root.join("a.watch"))), ["E0603"]);
    write(root, MANIFEST, b"[package]\nname = \"\xc8\xba\xd7\xe2\"\n");
    assert_eq!(codes(load(root)), ["E0605"]);
    write(root, MANIFEST, "[package]\nname = \"a\"\nversion = \"0.1.0\"\n");
    fs::create_dir(root.join("models")).unwrap();
    let error = load(root.join("models")).unwrap_err();
    assert!(error.to_string().contains("is a package: perhaps that one is meant"), "{error}");
    fs::remove_file(root.join("a.watch")).unwrap();
    assert_eq!(load(root).unwrap().warnings[0].code(), "W0602");
    write(root, "models/gbk.watch", b"// one\n// \xc8\xba\xd7\xe2\n");
    write(root, "models/large.watch", " ".repeat(LARGEST_FILE as usize + 1));
    let error = load(root).unwrap_err();
    let found: Vec<_> = error.diagnostics.iter().map(|d| (d.code(), d.message(Language::En))).collect();
    assert_eq!(found[0], ("E0605", "`models/gbk.watch` is not UTF-8 text".into()));
    assert_eq!(found[1].0, "E0607");
    assert!(error.to_string().contains("in line 2"));
}

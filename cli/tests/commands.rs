//! The program as people run it: what it says, where, and how it ends (docs/cli.md).

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// How the program ended: its code, and what it wrote to standard output and standard error.
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

fn watchfire(arguments: &[&str]) -> Ended {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfire"));
    let output = command.args(["--lang", "en", "--color", "never"]).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A package as `watchfire new` makes it.
struct Started {
    _folder: TempDir,
    path: PathBuf,
}

impl Started {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("flats");
        let ended = watchfire(&["new", path.to_str().unwrap()]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        Self { _folder: folder, path }
    }

    fn text(&self) -> &str {
        self.path.to_str().unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn change(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.file(name)).unwrap();
        assert!(text.contains(from), "{name} has no `{from}`");
        fs::write(self.file(name), text.replacen(from, to, 1)).unwrap();
    }

    fn run(&self, more: &[&str]) -> Ended {
        let mut arguments = vec!["run", self.text()];
        arguments.extend(more);
        watchfire(&arguments)
    }
}

fn holds(text: &str, part: &str) {
    assert!(text.contains(part), "`{part}` is not in:\n{text}");
}

#[test]
fn a_new_package_checks_passes_its_tests_and_finds_something() {
    let package = Started::new();
    assert_eq!(watchfire(&["check", package.text()]).code, Some(0));
    let tested = watchfire(&["test", package.text()]);
    assert_eq!(tested.code, Some(0));
    holds(&tested.out, "2 passed, 0 failed");
    assert_eq!(watchfire(&["fmt", package.text(), "--check"]).code, Some(0));
    let ran = package.run(&["--json"]);
    assert_eq!(ran.code, Some(0));
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", ran.out);
    holds(lines[0], "\"model\":\"crowded\"");
    holds(lines[1], "\"warnings\":1");
}

#[test]
fn keywords_go_to_chinese_and_back() {
    let package = Started::new();
    let model = package.file("models/crowded.watch");
    let english = fs::read_to_string(&model).unwrap();
    assert_eq!(watchfire(&["fmt", package.text(), "--to", "zh"]).code, Some(0));
    holds(&fs::read_to_string(&model).unwrap(), "告警 当 people > most_people");
    assert_eq!(watchfire(&["test", package.text()]).code, Some(0));
    assert_eq!(watchfire(&["fmt", package.text(), "--to", "en"]).code, Some(0));
    assert_eq!(fs::read_to_string(&model).unwrap(), english);
}

#[test]
fn a_misspelt_name_is_shown_and_fixed() {
    let package = Started::new();
    package.change("models/crowded.watch", "warn when people", "warn when peple");
    let checked = watchfire(&["check", package.text()]);
    assert_eq!(checked.code, Some(1));
    holds(&checked.err, "error[E0206]: nothing here is called `peple`");
    holds(&checked.err, "did you mean `people`?");
    assert_eq!(watchfire(&["check", package.text(), "--fix"]).code, Some(0));
    assert_eq!(watchfire(&["check", package.text()]).code, Some(0));
}

#[test]
fn a_test_that_fails_says_what_came_instead() {
    let package = Started::new();
    package.change("tests/crowded.watch", "expect nothing", "expect yellow");
    let tested = watchfire(&["test", package.text()]);
    assert_eq!(tested.code, Some(1));
    holds(&tested.out, "1 passed, 1 failed");
}

#[test]
fn packages_that_are_none() {
    let folder = TempDir::new().unwrap();
    let checked = watchfire(&["check", folder.path().to_str().unwrap()]);
    assert_eq!(checked.code, Some(1));
    holds(&checked.err, "E0602");
    let checked = watchfire(&["check", folder.path().join("nowhere").to_str().unwrap()]);
    assert_eq!(checked.code, Some(1));
    holds(&checked.err, "E0601");
}

#[test]
fn data_that_cannot_be_read_are_named() {
    let package = Started::new();
    let residents = package.file("data/residents.csv");
    fs::write(&residents, b"\xff\xfe\x00").unwrap();
    let ran = package.run(&[]);
    assert_eq!(ran.code, Some(3));
    holds(&ran.err, "is not UTF-8 text");
    fs::write(&residents, "").unwrap();
    let ran = package.run(&[]);
    assert_eq!(ran.code, Some(3));
    holds(&ran.err, "it has not even a header");
    fs::remove_file(&residents).unwrap();
    let ran = package.run(&[]);
    assert_eq!(ran.code, Some(3));
    holds(&ran.err, "residents.csv");
}

#[test]
fn cells_that_do_not_fit_are_rejects_and_the_rest_counts() {
    let package = Started::new();
    package.change("data/residents.csv", "p8,14 High Street,2024-03-05", "p8,14 High Street,5 March");
    let ran = package.run(&[]);
    assert_eq!(ran.code, Some(0));
    let said = ran.out + &ran.err;
    holds(&said, "residents.csv:9");
    holds(&said, "1 rejects");
}

#[test]
fn an_empty_source_is_no_mistake() {
    let package = Started::new();
    fs::write(package.file("data/residents.csv"), "person,home,since,until\n").unwrap();
    let ran = package.run(&[]);
    assert_eq!(ran.code, Some(0));
    holds(&(ran.out + &ran.err), "0 warnings");
}

#[test]
fn copies_of_a_row_are_kept_once_and_contradictions_are_rejects() {
    let package = Started::new();
    let dwellings = package.file("data/dwellings.csv");
    let text = fs::read_to_string(&dwellings).unwrap();
    let second = text.lines().nth(1).unwrap().to_owned();
    fs::write(&dwellings, format!("{}\n{second}\n", text.trim_end())).unwrap();
    let ran = package.run(&[]);
    holds(&(ran.out + &ran.err), "0 rejects");
    let (home, _) = second.rsplit_once(',').unwrap();
    fs::write(&dwellings, format!("{}\n{home},99\n", text.trim_end())).unwrap();
    let ran = package.run(&[]);
    holds(&(ran.out + &ran.err), "2 rejects");
}

#[test]
fn a_huge_cell_is_read_like_any_other() {
    let package = Started::new();
    let residents = package.file("data/residents.csv");
    let text = fs::read_to_string(&residents).unwrap();
    let name = "x".repeat(16 << 20);
    fs::write(&residents, format!("{}\n{name},14 High Street,2024-01-01,\n", text.trim_end())).unwrap();
    let ran = package.run(&["--only", "crowded"]);
    assert_eq!(ran.code, Some(0));
    holds(&(ran.out + &ran.err), "0 rejects");
}

#[test]
fn wrong_arguments_end_with_two() {
    let package = Started::new();
    for wrong in [
        &["--from", "2024-13-01"][..],
        &["--from", "2024-03-01", "--to", "2024-02-01"],
        &["--set", "nothing"],
        &["--profile", "nobody"],
        &["--only", "nothing"],
        &["--format", "docx"],
    ] {
        let ran = package.run(wrong);
        assert_eq!(ran.code, Some(2), "{wrong:?}: {}", ran.err);
        assert!(!ran.err.is_empty(), "{wrong:?}");
    }
    assert_eq!(watchfire(&["explain-code", "E9999"]).code, Some(2));
}

#[test]
fn results_are_written_in_each_format() {
    let package = Started::new();
    for format in ["parquet", "csv", "ndjson"] {
        let folder = package.file(format);
        let ran = package.run(&["--format", format, "--output", folder.to_str().unwrap()]);
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        for name in ["warnings", "exempted", "findings", "rejects"] {
            assert!(Path::new(&folder).join(format!("{name}.{format}")).exists(), "{name}.{format}");
        }
        holds(&fs::read_to_string(folder.join("report.html")).unwrap(), "crowded");
    }
}

#[test]
fn suspect_conditions_are_shown_and_fixed() {
    let package = Started::new();
    package.change(
        "models/crowded.watch",
        "warn when people > most_people",
        "let usual = median people among same (dwellings.area)\n    warn when people > most_people and people != usual",
    );
    let checked = watchfire(&["check", package.text()]);
    assert_eq!(checked.code, Some(0), "a warning stops nothing");
    holds(&checked.err, "warning[W0001]");
    holds(&checked.err, "warning[W0009]");
    let fixed = watchfire(&["check", package.text(), "--fix"]);
    assert_eq!(fixed.code, Some(0));
    assert!(!fixed.err.contains("warning["), "{}", fixed.err);
    let text = fs::read_to_string(package.file("models/crowded.watch")).unwrap();
    holds(&text, "among same (dwellings.area) at least 5");
    holds(&text, "people is not usual");
}

#[test]
fn a_package_is_documented_in_pages() {
    let package = Started::new();
    let output = package.file("pages");
    for (language, words) in [("en", "It warns when"), ("zh", "满足以下条件时预警")] {
        let ended = watchfire(&["doc", package.text(), "--output", output.to_str().unwrap(), "--language", language]);
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        holds(&ended.out, "index.html");
        holds(&fs::read_to_string(output.join("index.html")).unwrap(), "model-crowded.html");
        holds(&fs::read_to_string(output.join("model-crowded.html")).unwrap(), words);
        assert!(output.join("sources.html").is_file());
    }
    // Where a folder cannot be made, the data could not be written.
    let taken = package.file("watchfire.toml");
    assert_eq!(watchfire(&["doc", package.text(), "--output", taken.to_str().unwrap()]).code, Some(3));
}

#[test]
fn the_plan_is_a_tree() {
    let package = Started::new();
    let ended = watchfire(&["plan", package.text()]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    for part in ["flats 0.1.0\n", "├─ read\n", "└─ models\n", "crowded  every 1 day at", "from residents"] {
        holds(&ended.out, part);
    }
    let chinese = Command::new(env!("CARGO_BIN_EXE_watchfire")).args(["--lang", "zh", "plan", package.text()]).output();
    holds(&String::from_utf8(chinese.unwrap().stdout).unwrap(), "└─ 模型\n");
    let ended = watchfire(&["--json", "plan", package.text()]);
    let plan: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(plan["models"][0]["name"], "crowded");
    assert!(plan["timelines"][0]["users"].as_array().is_some_and(|users| !users.is_empty()));
    package.change("models/crowded.watch", "warn when", "warn wenn");
    assert_eq!(watchfire(&["plan", package.text()]).code, Some(1));
}

/// A package about meters, whose readings are a text file of this many rows.
fn with_readings(rows: usize) -> Started {
    use std::fmt::Write;
    let package = Started::new();
    let text = "entity Home key Text\nsource readings events at time {\n    owner \"o\"\n    allows test\n    \
                home : Home\n    kwh : Float\n    time : Time\n}\nmodel high for Home {\n    category c\n    purpose test\n    \
                basis \"b\"\n    on readings as r\n    warn when r.kwh > 9.9 and (mean kwh from readings over last 30 days) \
                > 5.0 {\n        yellow otherwise\n    }\n}\n";
    for entry in fs::read_dir(&package.path).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "watch") {
            fs::remove_file(path).unwrap();
        }
    }
    fs::write(package.file("meters.watch"), text).unwrap();
    let mut readings = String::from("home,kwh,time\n");
    for row in 0..rows {
        let (home, kwh) = (row * 7_919 % (rows / 50), row * 104_729 % 1_000);
        let (day, hour, minute) = (1 + row / 1_440 % 28, row / 60 % 24, row % 60);
        writeln!(
            readings,
            "home-{home},{}.{:02},2024-03-{day:02}T{hour:02}:{minute:02}:{:02}Z",
            kwh / 100,
            kwh % 100,
            row % 59
        )
        .unwrap();
    }
    fs::write(package.file("readings.csv"), readings).unwrap();
    package
}

#[test]
fn a_run_stays_within_its_memory() {
    let package = with_readings(1_200_000);
    let data = format!("readings={}", package.file("readings.csv").display());
    let run = |more: &[&str]| {
        let ended = package.run(&[&["--data", &data, "--json", "--partitions", "4"], more].concat());
        assert_eq!(ended.code, Some(0), "{}", ended.err);
        let (warnings, counts) = ended.out.trim_end().rsplit_once('\n').unwrap();
        let counts: serde_json::Value = serde_json::from_str(counts).unwrap();
        (warnings.to_owned(), counts["shares"].as_u64().unwrap(), counts["peak_mb"].as_u64())
    };
    let (whole, none, needed) = run(&["--memory", "20GB"]);
    let (divided, shares, held) = run(&["--memory", "130MB"]);
    let many = whole.lines().count();
    assert!(none == 0 && shares > 1 && many > 1_000, "{none} and {shares} shares, {many} warnings, {needed:?} MB");
    assert!(whole == divided, "in shares something else is said");
    if let (Some(needed), Some(held)) = (needed, held) {
        assert!(needed > 260 && held <= 130, "{needed} MB as a whole, {held} MB of 130 MB in shares");
    }
}

//! What the checker puts into the program beside types: reads, lookback, versions, order, profiles; and its limits.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use watchfire_dsl::check::{Checked, compile_texts};
use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::format::format;
use watchfire_dsl::keywords::KeywordLanguage;
use watchfire_dsl::parse::parse;
use watchfire_dsl::program::{
    AggregateFunction, ExprKind, From, Lookback, Model, Program, SourceKind, SpanOfTime, Value, Window, WindowSpan,
};
use watchfire_dsl::source::FileId;

const CITY: &str = include_str!("fixtures/check/city.watch");
const MANIFEST: &str = "[package]\nname = \"city\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";

fn check(manifest: &str, text: &str) -> (String, Checked) {
    let (package, checked) = compile_texts(manifest, [("models.watch", text), ("city.watch", CITY)]).unwrap();
    (render_terminal(&checked.diagnostics, &package.sources, Language::En, false), checked)
}

fn program(text: &str) -> Program {
    let (said, checked) = check(MANIFEST, text);
    checked.program.unwrap_or_else(|| panic!("{said}"))
}

fn model(name: &str, lets: &str, condition: &str) -> String {
    format!(
        "model {name} for Dwelling {{\n category test purpose fire_safety basis \"…\"\n{lets}\n every day at 02:00\n \
         warn when {condition} {{ yellow otherwise }}\n}}\n"
    )
}

fn find<'p>(program: &'p Program, name: &str) -> &'p Model {
    program.models.iter().find(|m| &*m.name == name).unwrap()
}

/// `source.column`, with `derived` where it is only that.
fn reads(program: &Program, model: &Model) -> Vec<String> {
    let name = |source: u32, column: u32| {
        let source = &program.sources[source as usize];
        format!("{}.{}", source.name, source.columns[column as usize].name)
    };
    let read =
        |r: &watchfire_dsl::program::Read| name(r.source.0, r.column.0) + if r.derived { " derived" } else { "" };
    model.reads.iter().map(read).collect()
}

fn days(days: i64) -> SpanOfTime {
    SpanOfTime { days, ..SpanOfTime::default() }
}

#[test]
fn a_model_reads_the_columns_of_its_whole_chain() {
    let text = model("m", "let n = count from Guest in access where nights >= 10 and not listed", "n >= 3");
    let program = program(&text);
    assert_eq!(
        reads(&program, find(&program, "m")),
        [
            "dwellings.home",
            "residents.person derived",
            "residents.home derived",
            "residents.since derived",
            "residents.until derived",
            "access.card",
            "access.home",
            "access.time",
        ]
    );
}

#[test]
fn the_columns_of_a_union_are_those_of_its_parts() {
    let text = "model m for Person {\n category test purpose fire_safety basis \"…\" review required\n on sightings as b\n \
                warn when b.place is not missing { yellow otherwise }\n}\n";
    let program = program(text);
    let reads = reads(&program, find(&program, "m"));
    for column in ["access.card", "access.time", "access.home", "dwellings.home", "dwellings.place", "hotels.place"] {
        assert!(reads.iter().any(|r| r == column), "{column} in {reads:?}");
    }
    assert!(!reads.iter().any(|r| r.starts_with("sightings")), "{reads:?}");
}

#[test]
fn lookback_is_summed_over_the_chain() {
    let text = model("whole", "let n = count from findings of (part) over last 60 days", "n > 1")
        + &model("part", "let n = count from access over 7 days before last 1 day", "n > 1")
        + &model("state", "let n = count from residents", "n > 1")
        + &model("ever", "let n = count from access", "n > 1")
        + &model("before", "let n = any r.before.load > 1 kW from meters as r over last 1 day", "n")
        + &model(
            "by_parameter",
            "param d: Duration = 3 days in 1 day..=9 days\nlet n = count from access over last d",
            "n > 1",
        );
    let program = program(&text);
    let lookback = |name| find(&program, name).lookback;
    assert_eq!(lookback("part"), Lookback::Span(days(8)));
    assert_eq!(lookback("whole"), Lookback::Span(days(68)));
    assert_eq!(lookback("state"), Lookback::Span(days(0)));
    assert_eq!(lookback("ever"), Lookback::Unbounded);
    assert_eq!(lookback("before"), Lookback::Unbounded);
    assert_eq!(lookback("by_parameter"), Lookback::Span(days(9)));
}

#[test]
fn models_come_after_those_whose_findings_they_read() {
    let text = model("a", "let n = count from findings of (b, c) over last 9 days", "n > 1")
        + &model("b", "let n = count from findings of (c) over last 9 days", "n > 1")
        + &model("c", "let n = count from access", "n > 1")
        + "test b \"none\" { expect nothing }\n";
    let program = program(&text);
    let names: Vec<&str> = program.models.iter().map(|m| &*m.name).collect();
    assert_eq!(names, ["c", "b", "a"]);
    assert_eq!(&*program.models[program.tests[0].model.index()].name, "b");
    let ExprKind::Aggregate(count) = &find(&program, "a").lets[0].value.kind else { panic!("no aggregate") };
    let From::Findings(parts) = &count.selection.from else { panic!("no findings") };
    let parts: Vec<&str> = parts.iter().map(|id| &*program.models[id.index()].name).collect();
    assert_eq!(parts, ["c", "b"]);
}

#[test]
fn a_version_changes_with_what_a_model_depends_on_and_with_nothing_else() {
    let text = |limit: &str, other: &str, blanks: &str| {
        format!(
            "const limit: Int = {limit}\nfact crowd for Dwelling = count from residents where household != \"{other}\"\n"
        ) + &model("m", &format!("let n ={blanks} count from access // why\n"), "n > limit")
            + &model("uses_fact", "", "crowd > 3")
    };
    let version = |text: &str, name: &str| find(&program(text), name).version.clone();
    let base = text("3", "x", " ");
    assert_eq!(version(&base, "m"), version(&text("3", "y", "   "), "m"));
    assert_ne!(version(&base, "m"), version(&text("4", "x", " "), "m"));
    assert_ne!(version(&base, "uses_fact"), version(&text("3", "y", " "), "uses_fact"));
    assert_eq!(version(&base, "uses_fact"), version(&text("4", "x", " "), "uses_fact"));
    assert_eq!(version(&base, "m").len(), 64);
}

#[test]
fn a_version_is_the_same_in_chinese() {
    let english = "model m for Dwelling {\n category test\n purpose fire_safety\n basis \"…\"\n param least: Area = 5 m²\n \
                   every day at 02:00\n warn when dwellings.area < least {\n yellow otherwise\n \
                   message \"{dwellings.area in m²:.1}\"\n }\n}\n";
    let parsed = parse(FileId(0), english);
    assert_eq!(parsed.diagnostics, []);
    let chinese = format(&parsed.file, english, KeywordLanguage::Chinese);
    assert!(chinese.starts_with("模型 m"), "{chinese}");
    assert_eq!(find(&program(english), "m").version, find(&program(&chinese), "m").version);
}

#[test]
fn a_path_is_the_one_row_about_the_entity() {
    let program = program(&model("m", "let a = dwellings.area / 2", "a < 5 m²"));
    let ExprKind::Binary(_, left, _) = &find(&program, "m").lets[0].value.kind else { panic!("no quotient") };
    let ExprKind::Aggregate(the) = &left.kind else { panic!("no aggregate") };
    assert_eq!(the.function, AggregateFunction::The);
    assert!(matches!(the.selection.from, From::Rows { .. }));
    assert!(left.ty.optional);
}

#[test]
fn profiles_give_typed_values() {
    let manifest = format!("{MANIFEST}[profiles.emergency]\n\"m.window\" = \"5 days\"\n\"m.n\" = 2\n");
    let text = model(
        "m",
        "param n: Int = 3\nparam window: Duration = 3 days in 1 day..=9 days\nlet k = count from access over last window",
        "k > n",
    );
    let (said, checked) = check(&manifest, &text);
    let program = checked.program.unwrap_or_else(|| panic!("{said}"));
    let values: Vec<&Value> = program.profiles["emergency"].values().collect();
    assert_eq!(values.len(), 2);
    assert_eq!(values[0], &Value::Int(2));
    assert!(matches!(values[1], Value::Duration(d) if d.days == 5 && d.micros == 0));
    let ExprKind::Aggregate(count) = &find(&program, "m").lets[0].value.kind else { panic!("no aggregate") };
    let window = count.selection.window.as_ref().unwrap();
    assert!(matches!(window, Window::Span { length: WindowSpan::Parameter(_), gap: None }));
}

#[test]
fn a_snapshot_with_one_unique_column_has_it_as_its_key() {
    let program = program("");
    let table = |name: &str| match &program.sources.iter().find(|s| &*s.name == name).unwrap().kind {
        SourceKind::Table(table) => table.clone(),
        SourceKind::Union(_) | SourceKind::Derived(_) | SourceKind::Edges { .. } => panic!("not a table"),
    };
    let ids = |columns: &[watchfire_dsl::program::ColumnId]| columns.iter().map(|c| c.0).collect::<Vec<_>>();
    assert_eq!((ids(&table("dwellings").key), ids(&table("dwellings").order)), (vec![0], vec![0]));
    assert_eq!((ids(&table("access").key), ids(&table("access").order)), (vec![0, 1], vec![0, 1]));
    assert_eq!((ids(&table("meters").key), ids(&table("meters").order)), (vec![], vec![0, 1, 2, 3, 4]));
}

/// Texts that would exhaust the stack or the memory are errors.
#[test]
fn depth_and_size_are_limited() {
    let mut chain = String::new();
    for i in 0..2000 {
        let _ = writeln!(chain, "let a{i} = a{} + 1", i + 1);
    }
    chain.push_str("let a2000 = count from access\n");
    let (said, checked) = check(MANIFEST, &model("m", &chain, "a0 > 3"));
    assert!(checked.program.is_none());
    assert!(checked.diagnostics.iter().any(|d| d.code() == "E0217"), "{said}");

    let mut facts = String::new();
    for i in 0..2000 {
        let _ = writeln!(facts, "fact f{i} for Dwelling = f{} + 1", i + 1);
    }
    facts.push_str("fact f2000 for Dwelling = count from access\n");
    let (said, checked) = check(MANIFEST, &facts);
    assert!(checked.diagnostics.iter().any(|d| d.code() == "E0217"), "{said}");

    let mut doubling = "fn g0(x: Int): Int = x + x\n".to_owned();
    for i in 1..40 {
        let _ = writeln!(doubling, "fn g{i}(x: Int): Int = g{}(x) + g{}(x)", i - 1, i - 1);
    }
    let (said, checked) = check(MANIFEST, &(doubling + &model("m", "", "g39(1) > 3")));
    assert!(checked.diagnostics.iter().any(|d| d.code() == "E0217"), "{said}");

    let sum = (0..5000).map(|i| i.to_string()).collect::<Vec<_>>().join(" + ");
    let (_, checked) = check(MANIFEST, &model("m", &format!("let s = {sum}"), "s > 3"));
    assert!(checked.program.is_none());
}

#[test]
fn conditions_of_conditions_are_settled_at_once() {
    let mut doubling = "let people = count from residents\nlet a0 = people > 0\n".to_owned();
    for i in 1..60 {
        let _ = writeln!(doubling, "let a{i} = a{} and a{}", i - 1, i - 1);
    }
    let nested = format!("{}people > 1{}", "people > 0 and (".repeat(50), ")".repeat(50));
    let text = model("m", &doubling, &format!("a59 and people >= 0 and ({nested})"));
    let text = text.replace("{ yellow otherwise }", "{ score { 1 if a59 } levels { red from 1 } }");
    let (said, checked) = check(MANIFEST, &text);
    assert!(checked.program.is_some(), "{said}");
    let codes: Vec<&str> = checked.diagnostics.iter().map(|d| d.code()).collect();
    assert_eq!(codes, ["W0004"], "{said}");
}

#[test]
fn a_function_is_written_out() {
    let text = "fn density(people: Int, floor: Area): Float = people / (floor / 1 m²)\n".to_owned()
        + &model("m", "let n = count from residents", "density(n, dwellings.area) > 0.5");
    let program = program(&text);
    let mut calls = 0;
    find(&program, "m").condition.visit(&mut |e| calls += u32::from(matches!(e.kind, ExprKind::Let(_))));
    assert_eq!(calls, 1);
}

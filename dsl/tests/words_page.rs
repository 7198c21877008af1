//! docs/words.md, the lists of keywords, types, units and functions, is what the tables say.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;
use watchfire_dsl::keywords::{KEYWORDS, LEVELS, TYPES};
use watchfire_stdlib::functions::functions;
use watchfire_stdlib::types::{BUILT_IN_TYPES, Kind};
use watchfire_stdlib::units::{UNITS, UnitKind};

/// What a unit measures, as a program names it.
fn measures(kind: &UnitKind) -> String {
    match kind {
        UnitKind::Quantity(dimension) => {
            let kind = Kind::Quantity(*dimension);
            let named = BUILT_IN_TYPES.iter().find(|(_, _, built_in)| *built_in == kind);
            named.map_or_else(String::new, |(english, ..)| (*english).to_owned())
        }
        UnitKind::Micros(_) => "Duration".to_owned(),
        UnitKind::Days(_) | UnitKind::Months(_) => "spans of the calendar".to_owned(),
        UnitKind::Money(_) => "Money".to_owned(),
        UnitKind::Share => "shares, which are numbers".to_owned(),
    }
}

/// What stands between bars in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn page() -> String {
    let mut page = String::from(
        "# Words\n\nThe keywords, types, units and functions of the language, in both languages. A test keeps this page equal \
         to the tables\nthat the compiler works with (`UPDATE_PAGES=1 cargo nextest run -p watchfire-dsl words`).\n",
    );
    page.push_str("\n## Keywords\n\n| English | Chinese |\n|---|---|\n");
    for form in KEYWORDS {
        writeln!(page, "| `{}` | `{}` |", form.english, form.chinese).unwrap();
    }
    page.push_str("\n## Levels and types\n\n| English | Chinese |\n|---|---|\n");
    for (english, chinese) in LEVELS.iter().chain(TYPES) {
        writeln!(page, "| `{english}` | `{chinese}` |").unwrap();
    }
    page.push_str("\n## Units\n\n| type | unit | Chinese | also |\n|---|---|---|---|\n");
    for unit in UNITS {
        let also: Vec<String> = unit.aliases.iter().map(|alias| format!("`{alias}`")).collect();
        let (name, chinese) = (unit.name, unit.name_zh);
        writeln!(page, "| {} | `{name}` | `{chinese}` | {} |", measures(&unit.kind), also.join(" ")).unwrap();
    }
    let example = |function: &watchfire_stdlib::functions::Function| {
        let one = function.examples.first().unwrap();
        format!("`{}` is `{}`", cell(one.call), cell(one.gives))
    };
    for (title, head, of_loaders) in [
        ("Functions", "In any expression.", false),
        ("Loaders", "After `via` of a column or an entity: from the cell of a file to a value.", true),
    ] {
        write!(page, "\n## {title}\n\n{head}\n\n| function | Chinese | what it gives | example |\n|---|---|---|---|\n")
            .unwrap();
        let listed = functions().iter().filter(|f| if of_loaders { f.is_loader() } else { f.is_for_expressions() });
        for function in listed {
            let (signature, docs) = (cell(&function.signature()), cell(function.docs));
            writeln!(page, "| `{signature}` | `{}` | {docs} | {} |", function.name_zh, example(function)).unwrap();
        }
    }
    page
}

#[test]
fn the_page_of_words_has_not_drifted() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/words.md");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    assert_eq!(std::fs::read_to_string(path).unwrap(), page(), "run with UPDATE_PAGES=1");
}

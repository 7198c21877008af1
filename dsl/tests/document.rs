//! The documentation of packages: what it says, that its links lead somewhere, and that no text breaks out of it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use watchfire_dsl::check::{compile, compile_texts};
use watchfire_dsl::diagnostics::{Language, render_terminal};
use watchfire_dsl::document::{Page, site};
use watchfire_dsl::package::{PackageFiles, load};

const MANIFEST: &str = "[package]\nname = \"city\"\nversion = \"0.1.0\"\nzone = \"Asia/Shanghai\"\nlanguage = \"en\"\n";

fn pages(package: &PackageFiles, language: Language) -> Vec<Page> {
    let checked = compile(package);
    let said = render_terminal(&checked.diagnostics, &package.sources, Language::En, false);
    let program = checked.program.unwrap_or_else(|| panic!("{said}"));
    site(&program, Some(&package.manifest), &package.sources, language)
}

/// What is told in sentences is shown for these: a new fixture changes nothing.
const TOLD: [&str; 10] = [
    "address_overlap",
    "composite",
    "derived",
    "heavy_water",
    "hidden_guests",
    "impossible_travel",
    "places",
    "score",
    "sequence",
    "series",
];

/// The right programs of the checker of these names, or all, each with the city.
fn fixtures(names: Option<&[&str]>) -> Vec<PackageFiles> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/check");
    let city = std::fs::read_to_string(folder.join("city.watch")).unwrap();
    let mut paths: Vec<_> =
        std::fs::read_dir(folder.join("right")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.retain(|path| names.is_none_or(|names| names.contains(&path.file_stem().unwrap().to_str().unwrap())));
    let mut packages: Vec<PackageFiles> = paths
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).unwrap();
            compile_texts(MANIFEST, [("city.watch", city.clone()), ("models.watch", text)]).unwrap().0
        })
        .collect();
    for name in ["flights", "group_rental"].into_iter().filter(|_| names.is_none()) {
        packages.push(load(Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(name)).unwrap());
    }
    packages
}

/// The tags of a page, in order.
fn tags(text: &str) -> Vec<&str> {
    text.split('<').skip(1).map(|part| part.split('>').next().unwrap()).collect()
}

#[test]
fn pages_are_well_formed_and_their_links_lead_somewhere() {
    for package in fixtures(None) {
        for language in Language::ALL {
            let pages = pages(&package, language);
            let mut targets: BTreeSet<String> = BTreeSet::new();
            for page in &pages {
                targets.insert(page.name.clone());
                for tag in tags(&page.text) {
                    if let Some((_, rest)) = tag.split_once(" id=\"") {
                        targets.insert(format!("{}#{}", page.name, rest.split('"').next().unwrap()));
                    }
                }
            }
            for page in &pages {
                let mut open: Vec<&str> = Vec::new();
                for tag in tags(&page.text).into_iter().filter(|tag| !tag.starts_with('!') && !tag.starts_with("meta"))
                {
                    let name = tag.split([' ', '/']).find(|part| !part.is_empty()).unwrap();
                    if tag.starts_with('/') {
                        assert_eq!(open.pop(), Some(name), "{} {tag}", page.name);
                    } else {
                        open.push(name);
                    }
                    if let Some((_, rest)) = tag.split_once(" href=\"") {
                        let link = rest.split('"').next().unwrap();
                        let whole =
                            if link.starts_with('#') { format!("{}{link}", page.name) } else { link.to_owned() };
                        let plain = percent_decoded(&whole);
                        assert!(targets.contains(&plain), "{} links to {plain}", page.name);
                    }
                }
                assert_eq!(open, Vec::<&str>::new(), "{}", page.name);
                assert!(!page.text.contains("http"), "{} needs no network", page.name);
            }
        }
    }
}

fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if c == '%' {
            bytes.push(u8::from_str_radix(&rest[1..3], 16).unwrap());
            rest = &rest[3..];
        } else {
            bytes.extend(c.to_string().bytes());
            rest = &rest[c.len_utf8()..];
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn no_text_of_a_package_becomes_markup() {
    let evil = "<script>alert('x')</script>&\\\"";
    let program = format!(
        "/// <b>bold</b> & {evil}\nentity Home key Text\n/// <img src=x>\nsource homes {{\n owner \"{evil}\"\n allows p\n \
         /// <i>\n home : Home unique from \"{evil}\"\n}}\n/// {evil}\nmodel m for Home {{\n category c purpose p basis \
         \"{evil}\"\n /// {evil}\n param word: Text = \"{evil}\"\n every day at 02:00\n warn when word == \"{evil}\" {{ \
         yellow otherwise message \"{evil}\" }}\n}}\ntest m \"{evil}\" {{\n at 2024-01-01T02:00\n expect nothing\n}}\n"
    );
    let manifest = format!("{MANIFEST}description = \"{evil}\"\n");
    let (package, _) = compile_texts(&manifest, [("a.watch", program)]).unwrap();
    for language in Language::ALL {
        for page in pages(&package, language) {
            for bad in ["<script", "<b>", "<img", "<i>", "&\\", "alert('"] {
                assert!(!page.text.contains(bad), "{} holds {bad}", page.name);
            }
        }
    }
}

/// A page's words without markup, for reading.
fn words(page: &Page) -> String {
    let main = page.text.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let main = main.split_once('>').unwrap().1.split("<details>").next().unwrap();
    let mut text = String::new();
    for part in main
        .replace("<li>", "<li>- ")
        .replace("</th>", "</th> | ")
        .replace("</td>", "</td> | ")
        .replace("</dt>", "</dt>: ")
        .replace("<ul>", "\n<ul>")
        .split('<')
    {
        text.push_str(part.split_once('>').map_or(part, |(_, words)| words));
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

#[test]
fn models_are_told_in_sentences() {
    let mut shown = String::new();
    let mut seen = BTreeSet::new();
    for language in Language::ALL {
        for package in fixtures(Some(&TOLD)) {
            for page in pages(&package, language) {
                if !page.name.starts_with("model-") && page.name != "facts.html" {
                    continue;
                }
                // Versions change with every change of the text.
                let kept = words(&page);
                let kept: Vec<&str> =
                    kept.lines().filter(|l| !l.starts_with("Version") && !l.starts_with("版本")).collect();
                let kept = kept.join("\n");
                if seen.insert(kept.clone()) {
                    let _ = writeln!(shown, "=== {} {}\n{kept}\n", language.tag(), page.name);
                }
            }
        }
    }
    insta::assert_snapshot!(shown);
}

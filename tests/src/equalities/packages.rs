//! A case in two packages: what it declares and some of its models in one, the other models in another that uses it.

use super::Compiled;
use super::engine::compile_all;
use crate::generate::{Case, Rows};
use crate::reference::parts_of;
use rand::Rng;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use watchfire_dsl::parse::parse;
use watchfire_dsl::program::ModelId;
use watchfire_dsl::source::FileId;
use watchfire_dsl::syntax::{Item, ItemKind};

/// A case in two packages.
pub(super) struct InTwo {
    /// It, ready to run.
    pub(super) compiled: Compiled,
    /// Its rows, under the names that the sources have now.
    pub(super) tables: Vec<Rows>,
    /// The models that stayed.
    pub(super) stayed: Vec<String>,
}

/// The name of an item that others may name.
fn name(item: &Item) -> Option<&str> {
    Some(match &item.kind {
        ItemKind::Constant(it) => &it.name.text,
        ItemKind::Entity(it) => &it.name.text,
        ItemKind::Enum(it) => &it.name.text,
        ItemKind::Source(it) => &it.name.text,
        ItemKind::Union(it) => &it.name.text,
        ItemKind::Fact(it) => &it.name.text,
        ItemKind::Function(it) => &it.name.text,
        ItemKind::Rows(it) => &it.name.text,
        ItemKind::Model(it) => &it.name.text,
        _ => return None,
    })
}

/// Parts a case in two packages; nothing where it has no models, or where that cannot be done by name.
///
/// # Errors
/// The checker's messages, if the two packages are refused.
pub(super) fn in_two(case: &Case, whole: &Compiled, rng: &mut ChaCha8Rng) -> Result<Option<InTwo>, String> {
    let text = case.text();
    let items = parse(FileId(0), &text).file.items;
    let models: Vec<&str> =
        items.iter().filter(|item| matches!(item.kind, ItemKind::Model(_))).filter_map(name).collect();
    let program = whole.program();
    let moved = {
        let mut number = rng.random_range(0..models.len().max(1));
        // Findings lie by the names of their models: those that one model reads stay together.
        while !stay_together(program, &models[..number]) {
            number -= 1;
        }
        &models[..number]
    };
    let goes = |item: &Item| match &item.kind {
        ItemKind::Model(model) => moved.contains(&model.name.text.as_str()),
        kind => !matches!(kind, ItemKind::Exempt(_) | ItemKind::Test(_) | ItemKind::Levels(_)),
    };
    let names: BTreeSet<&str> = items.iter().filter(|item| goes(item)).filter_map(name).collect();
    let columns = program.sources.iter().flat_map(|source| &source.columns);
    if models.is_empty() || columns.into_iter().any(|column| names.contains(&*column.name)) {
        return Ok(None);
    }
    let (mut base, mut own) = (String::new(), String::from("use base = \"../base\" version \"0.1\"\n"));
    for item in &items {
        let text = text.get(item.span.start as usize..item.span.end as usize).unwrap_or_default();
        let _ = if goes(item) { writeln!(base, "{text}") } else { writeln!(own, "{}", through("base", text, &names)) };
    }
    let manifest = case.manifest();
    let files = [("case.watch", own), ("../base/watchfire.toml", manifest.clone()), ("../base/base.watch", base)];
    let compiled = compile_all(&manifest, files)?;
    let tables = case.tables.iter().map(|rows| Rows { source: format!("base.{}", rows.source), ..rows.clone() });
    let stayed = models[moved.len()..].iter().map(|name| (*name).to_owned()).collect();
    Ok(Some(InTwo { compiled, tables: tables.collect(), stayed }))
}

/// Whether each model that stays reads only models that stay, or only such that go.
fn stay_together(program: &watchfire_dsl::program::Program, moved: &[&str]) -> bool {
    let goes = |id: &ModelId| moved.contains(&&*program.models[id.index()].name);
    program.models.iter().all(|model| {
        let parts: Vec<bool> = parts_of(model).iter().map(goes).collect();
        let all = parts.iter().all(|part| *part);
        if moved.contains(&&*model.name) { all } else { all || !parts.contains(&true) }
    })
}

/// A text in which these names have a package before them; texts in quotes stay as they are.
fn through(package: &str, text: &str, names: &BTreeSet<&str>) -> String {
    let (mut out, mut word, mut quoted) = (String::new(), String::new(), false);
    for character in text.chars().chain(['\n']) {
        if !quoted && (character.is_ascii_alphanumeric() || character == '_') {
            word.push(character);
            continue;
        }
        if names.contains(word.as_str()) {
            let _ = write!(out, "{package}.");
        }
        out.push_str(&word);
        word.clear();
        quoted ^= character == '"';
        out.push(character);
    }
    out
}

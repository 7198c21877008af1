//! The documentation of a package, as a small static site: what its models do, in sentences that people can read who have
//! never seen a program, and what they read.
//!
//! [`site`] makes the pages from the typed program, so that they say what runs, whoever wrote which comment: names,
//! limits and purposes are the program's. They need no network and no scripts, and nothing in a package's texts can
//! become markup (`html`).
//!
//! `phrases` says what stands alone (spans of time, windows, grids), `values` expressions, `model` and `sources` the
//! pages, and `index` the first one with the table of which model reads what.

mod derived;
mod exemptions;
mod html;
mod index;
mod model;
mod phrases;
mod sources;
mod tests_shown;
mod values;

use crate::diagnostics::Language;
use crate::package::Manifest;
use crate::program::{EnumId, FactId, Model, ModelId, Program, Source, SourceId, SourceKind};
use crate::source::{FileId, SourceMap, Span};
use crate::syntax::{File, Item, ItemKind, StatementKind};
use html::{Html, html, tag, with};
use std::collections::{BTreeMap, BTreeSet};
use watchfire_stdlib::format::{Names, Style};
use watchfire_stdlib::value::Level;
use watchfire_stdlib::zone::Zone;

/// A page: the name of its file, and its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Name of the file, in the folder of all pages.
    pub name: String,
    /// HTML.
    pub text: String,
}

/// The pages about a package, `index.html` first. `texts` are the package's own.
pub fn site(program: &Program, manifest: Option<&Manifest>, texts: &SourceMap, language: Language) -> Vec<Page> {
    let site = Site::new(program, manifest, texts, language);
    let mut pages = vec![site.page("index.html", &program.name, &site.index())];
    for (id, model) in (0u32..).map(ModelId).zip(&program.models) {
        pages.push(site.page(&site.model_file(id), &model.name, &site.model_page(id, model)));
    }
    let title = site.say("Sources", "来源");
    pages.push(site.page(SOURCES, title, &site.sources_page()));
    if !program.facts.is_empty() {
        let title = site.say("Shared facts", "共用事实");
        pages.push(site.page(FACTS, title, &site.facts_page()));
    }
    pages
}

const SOURCES: &str = "sources.html";
const FACTS: &str = "facts.html";

/// What all pages are made of.
struct Site<'p> {
    program: &'p Program,
    manifest: Option<&'p Manifest>,
    texts: &'p SourceMap,
    language: Language,
    zone: Zone,
    /// The files as they are written: comments and names of steps stand only there.
    files: BTreeMap<FileId, File>,
    /// Where the defaults and ends of ranges of parameters are written, by the place of each one's name.
    parameters: BTreeMap<Span, ParameterText>,
    /// Names of the models' pages.
    model_files: Vec<String>,
}

impl<'p> Site<'p> {
    fn new(program: &'p Program, manifest: Option<&'p Manifest>, texts: &'p SourceMap, language: Language) -> Self {
        let spans = program.models.iter().map(|model| model.span);
        let spans = spans.chain(program.sources.iter().map(|source| source.span));
        let spans = spans.chain(program.facts.iter().map(|fact| fact.span));
        let spans = spans.chain(program.entities.iter().map(|entity| entity.span));
        let ids: BTreeSet<FileId> = spans.map(|span| span.file).collect();
        let parse = |id: FileId| texts.get(id).map(|file| (id, crate::parse::parse(id, &file.text).file));
        let mut taken = BTreeSet::new();
        let model_files = program.models.iter().map(|model| {
            let safe = |c: char| if c.is_alphanumeric() || c == '_' { c } else { '-' };
            let name: String = model.name.chars().map(safe).collect();
            // Some file systems do not tell case apart.
            let mut file = format!("model-{name}.html");
            let mut number = 2;
            while !taken.insert(file.to_lowercase()) {
                file = format!("model-{name}-{number}.html");
                number += 1;
            }
            file
        });
        let files: BTreeMap<FileId, File> = ids.into_iter().filter_map(parse).collect();
        Self {
            parameters: parameter_texts(files.values()),
            model_files: model_files.collect(),
            files,
            zone: Zone::named(program.zone.name()).unwrap_or(Zone::UTC),
            program,
            manifest,
            texts,
            language,
        }
    }

    fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.language == Language::Zh { chinese } else { english }
    }

    fn style(&self) -> Style<'_> {
        Style { language: self.language, zone: &self.zone, names: self }
    }

    fn model_file(&self, id: ModelId) -> String {
        self.model_files.get(id.index()).cloned().unwrap_or_default()
    }

    /// The item whose name stands at this place.
    fn item(&self, name: Span) -> Option<&Item> {
        let file = self.files.get(&name.file)?;
        file.items.iter().find(|item| {
            let at = match &item.kind {
                ItemKind::Model(it) => it.name.span,
                ItemKind::Source(it) => it.name.span,
                ItemKind::Union(it) => it.name.span,
                ItemKind::Fact(it) => it.name.span,
                ItemKind::Rows(it) => it.name.span,
                ItemKind::Entity(it) => it.name.span,
                ItemKind::Enum(it) => it.name.span,
                _ => return false,
            };
            at == name
        })
    }

    /// A comment's paragraphs.
    fn docs(&self, docs: &[String], class: &str) -> Html {
        let text = docs.join("\n");
        let paragraphs = text.split("\n\n").map(str::trim).filter(|paragraph| !paragraph.is_empty());
        paragraphs.map(|paragraph| with("p", &[("class", class)], paragraph)).collect()
    }

    fn link_model(&self, id: ModelId) -> Html {
        let name = self.program.models.get(id.index()).map_or("", |model| &*model.name);
        with("a", &[("href", &href(&self.model_file(id)))], tag("code", name))
    }

    /// The sources that are declared, `starts of S` and `ends of S` aside.
    fn declared_sources(&self) -> impl Iterator<Item = (SourceId, &'p Source)> {
        let all = (0u32..).map(SourceId).zip(&self.program.sources);
        all.filter(|(_, source)| !matches!(source.kind, SourceKind::Edges { .. }))
    }

    fn link_source(&self, id: SourceId) -> Html {
        let name = self.program.sources.get(id.index()).map_or("", |source| &*source.name);
        with("a", &[("href", &format!("{SOURCES}#{}", href(&self.source_place(id))))], tag("code", name))
    }

    /// Where a source stands on its page: tables of models have names of their own in each.
    fn source_place(&self, id: SourceId) -> String {
        let Some(source) = self.program.sources.get(id.index()) else { return String::new() };
        match &source.kind {
            SourceKind::Derived(table) => match &table.model {
                Some(model) => format!("{model}.{}", source.name),
                None => source.name.to_string(),
            },
            SourceKind::Edges { of, .. } => self.source_place(*of),
            _ => source.name.to_string(),
        }
    }

    fn link_fact(&self, id: FactId) -> Html {
        let name = self.program.facts.get(id.index()).map_or("", |fact| &*fact.name);
        with("a", &[("href", &format!("{FACTS}#{}", href(name)))], tag("code", name))
    }

    fn entity_name(&self, id: crate::program::EntityId) -> &'p str {
        self.program.entities.get(id.0 as usize).map_or("", |entity| &*entity.name)
    }

    /// A level with its colour, which only repeats its name.
    fn level(&self, level: Level) -> Html {
        const COLOURS: [&str; 4] = ["red", "orange", "yellow", "blue"];
        let levels = &self.program.levels;
        let name = levels.name(level);
        let place = levels.all().position(|(other, _)| other == level).unwrap_or(0);
        let own = COLOURS.into_iter().find(|colour| *colour == name);
        let colour = own.unwrap_or(COLOURS[place * COLOURS.len() / levels.all().count().max(COLOURS.len())]);
        let class = format!("level {colour}");
        with("span", &[("class", &class)], watchfire_stdlib::format::level_word(name, self.language))
    }

    /// A whole page.
    fn page(&self, name: &str, title: &str, main: &Html) -> Page {
        let program = self.program;
        let current = |file: &str, text: &'static str| {
            let mut attributes = vec![("href", file)];
            if file == name {
                attributes.push(("aria-current", "page"));
            }
            tag("li", with("a", &attributes, text))
        };
        let mut links =
            html![current("index.html", self.say("Overview", "总览")), current(SOURCES, self.say("Sources", "来源")),];
        if !program.facts.is_empty() {
            links.push(current(FACTS, self.say("Shared facts", "共用事实")));
        }
        let nav = with("nav", &[("aria-label", self.say("Pages", "页面"))], tag("ul", links));
        let full = if title == &*program.name { title.to_owned() } else { format!("{title} – {}", program.name) };
        let head = html![
            Html::raw(
                "<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
            ),
            Html::raw("<meta name=\"color-scheme\" content=\"light dark\">\n"),
            tag("title", full),
            Html::raw("\n<style>\n"),
            Html::raw(include_str!("style.css")),
            Html::raw("</style>\n"),
        ];
        let footer = html![
            self.say("Made by ", "由 "),
            tag("code", "watchfire doc"),
            self.say(" from the package ", " 根据程序包 "),
            tag("code", html![&program.name, " ", &program.version]),
            self.say(": it says what runs.", " 生成：所述即所运行。"),
        ];
        let body = html![
            with("a", &[("class", "skip"), ("href", "#main")], self.say("To the content", "跳到正文")),
            tag("header", html![tag("strong", &program.name), nav]),
            with("main", &[("id", "main")], main.clone()),
            tag("footer", footer),
        ];
        let page = html![tag("head", head), "\n", tag("body", body)];
        let page = with("html", &[("lang", self.say("en", "zh"))], page);
        Page { name: name.to_owned(), text: format!("<!DOCTYPE html>\n{}\n", page.into_string()) }
    }

    /// The models that read a source, and whether each reads derived values only.
    fn readers(&self, id: SourceId) -> Vec<(ModelId, bool)> {
        let models = (0u32..).map(ModelId).zip(&self.program.models);
        models.filter_map(|(model, declared)| Some((model, reads_derived(declared, id)?))).collect()
    }
}

/// Where a parameter's default, and the ends of its range, are written.
type ParameterText = (Span, Option<(Span, Span)>);

fn parameter_texts<'f>(files: impl Iterator<Item = &'f File>) -> BTreeMap<Span, ParameterText> {
    let statements = files.flat_map(|file| &file.items).flat_map(|item| match &item.kind {
        ItemKind::Model(model) => model.statements.as_slice(),
        _ => &[],
    });
    let texts = statements.filter_map(|statement| match &statement.kind {
        StatementKind::Param(param) => {
            let range = param.range.as_ref().map(|range| (range.low.span, range.high.span));
            Some((param.name.span, (param.default.span, range)))
        }
        _ => None,
    });
    texts.collect()
}

/// Whether a model reads only derived values of a source; none: it does not read it.
fn reads_derived(model: &Model, id: SourceId) -> Option<bool> {
    let mut reads = model.reads.iter().filter(|read| read.source == id).peekable();
    reads.peek()?;
    Some(reads.all(|read| read.derived))
}

/// A name as part of a link.
fn href(name: &str) -> String {
    let mut escaped = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

impl Names for Site<'_> {
    fn variant(&self, of: EnumId, variant: u32) -> Option<String> {
        let (name, _) = self.program.enums.get(of.0 as usize)?.variants.get(variant as usize)?;
        Some(name.to_string())
    }

    fn level(&self, level: Level) -> String {
        self.program.levels.name(level).to_owned()
    }
}

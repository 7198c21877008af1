//! Items as text.

use super::comments::Writer;
use super::doc::Doc;
use super::expressions::bracketed;
use super::words::text_literal;
use crate::keywords::Keyword as K;
use crate::source::Span;
use crate::syntax::{
    Column, EntityKey, Extern, Grouping, Item, ItemKind, Name, Rows, Source, SourceEntryKind, SourceTime, TypeName,
    Union,
};
use unicode_width::UnicodeWidthStr;

/// The item is written over several lines, and a blank line stands around it.
pub(super) fn is_block(kind: &ItemKind) -> bool {
    matches!(kind, ItemKind::Source(_) | ItemKind::Model(_) | ItemKind::Test(_) | ItemKind::Exempt(_))
}

fn text(text: impl Into<String>) -> Doc {
    Doc::text(text)
}

/// Fills with blanks up to a width in columns.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

impl Writer<'_> {
    pub(super) fn item(&mut self, item: &Item) {
        match &item.kind {
            ItemKind::Source(source) => self.source(item, source),
            ItemKind::Model(model) => self.model(item, model),
            ItemKind::Test(test) => self.test(item, test),
            ItemKind::Exempt(exempt) => {
                self.before(item.span, 0, &item.docs);
                let head = format!("{} {} {{", self.words.keyword(K::Exempt), self.words.qualified(&exempt.model));
                self.line(&text(head));
                self.open(exempt.entries.first().and_then(|e| e.key.first()).map_or(item.span.end, |k| k.span.start));
                for entry in &exempt.entries {
                    let w = self.words;
                    let start = entry.key.first().map_or(entry.until.span, |key| key.span);
                    let span = start.to(entry.because.span);
                    self.before(span, span.end, &[]);
                    let mut parts = vec![self.key(&entry.key)];
                    parts.extend([text(format!(" {} ", w.keyword(K::Until))), w.expr(&entry.until)]);
                    parts.push(text(format!(" {} {}", w.keyword(K::Because), text_literal(&entry.because.text))));
                    self.line(&text(Doc::All(parts).flat()));
                    self.after(span.end);
                }
                self.close(item.span.end);
                self.after(item.span.end);
            }
            kind => {
                self.before(item.span, item.span.end, &item.docs);
                let doc = self.simple_item(kind);
                self.line(&doc);
                self.after(item.span.end);
            }
        }
    }

    /// One value, or several in parentheses.
    pub(super) fn key(&self, key: &[crate::syntax::Expr]) -> Doc {
        match key {
            [one] => self.words.expr(one),
            several => self.words.list(several),
        }
    }

    fn simple_item(&self, kind: &ItemKind) -> Doc {
        let w = self.words;
        match kind {
            ItemKind::Use(item) => {
                let version =
                    item.version.as_ref().map(|v| format!(" {} {}", w.keyword(K::Version), text_literal(&v.text)));
                let (alias, path) = (w.name(&item.alias), text_literal(&item.path.text));
                text(format!("{} {alias} = {path}{}", w.keyword(K::Use), version.unwrap_or_default()))
            }
            ItemKind::Constant(item) => {
                let ty = item.ty.as_ref().map(|ty| format!(": {}", w.type_name(ty))).unwrap_or_default();
                let head = format!("{} {}{ty} = ", w.keyword(K::Constant), w.name(&item.name));
                Doc::All(vec![text(head), w.expr(&item.value)])
            }
            ItemKind::Entity(item) => {
                let key = match &item.key {
                    EntityKey::Single(ty) => w.type_name(ty),
                    EntityKey::Pair(names) => format!("({})", w.names(names)),
                };
                let via = item.via.as_ref().map(|via| format!(" {} {}", w.keyword(K::Via), w.qualified(via)));
                let private = if item.private { format!(" {}", w.keyword(K::Private)) } else { String::new() };
                let (entity, word) = (w.keyword(K::Entity), w.keyword(K::Key));
                text(format!("{entity} {} {word} {key}{}{private}", w.name(&item.name), via.unwrap_or_default()))
            }
            ItemKind::Enum(item) => {
                let variants = item.variants.iter().map(|variant| {
                    let raw: Vec<String> = variant.raw.iter().map(|raw| text_literal(&raw.text)).collect();
                    let raw = if raw.is_empty() { String::new() } else { format!(" = {}", raw.join(" | ")) };
                    text(format!("{}{raw}", w.name(&variant.name)))
                });
                let head = format!("{} {} ", w.keyword(K::Enum), w.name(&item.name));
                Doc::All(vec![text(head), braced(variants.collect(), ",")])
            }
            ItemKind::Levels(item) => {
                let levels = item.levels.iter().map(|level| text(w.level(level))).collect();
                Doc::All(vec![text(w.before(K::Levels)), braced(levels, ",")])
            }
            ItemKind::Union(union) => self.union(union),
            ItemKind::Fact(item) => {
                let (fact, word) = (w.keyword(K::Fact), w.keyword(K::For));
                let head = format!("{fact} {} {word} {} = ", w.name(&item.name), w.name(&item.entity));
                Doc::All(vec![text(head), w.expr(&item.value)])
            }
            ItemKind::Function(item) => {
                let head = self.signature(w.keyword(K::Function), &item.name, &item.parameters, item.result.as_ref());
                Doc::All(vec![head, text(" = "), w.expr(&item.body)])
            }
            ItemKind::Extern(item) => self.extern_item(item),
            ItemKind::Rows(rows) => self.rows(rows),
            // Written over several lines by their own functions.
            ItemKind::Source(_) | ItemKind::Model(_) | ItemKind::Test(_) | ItemKind::Exempt(_) => text(""),
        }
    }

    fn extern_item(&self, item: &Extern) -> Doc {
        let w = self.words;
        let word = if item.check { K::Check } else { K::Function };
        let head = format!("{} {}", w.keyword(K::Extern), w.keyword(word));
        let signature = self.signature(&head, &item.name, &item.parameters, item.result.as_ref());
        let plugin = text_literal(&item.plugin.text);
        Doc::All(vec![signature, text(format!(" {} {plugin}", w.keyword(K::From)))])
    }

    fn signature(&self, head: &str, name: &Name, parameters: &[(Name, TypeName)], result: Option<&TypeName>) -> Doc {
        let w = self.words;
        let mut inside = Vec::new();
        for (index, (name, ty)) in parameters.iter().enumerate() {
            if index > 0 {
                inside.extend([text(","), Doc::Line]);
            }
            inside.push(text(format!("{}: {}", w.name(name), w.type_name(ty))));
        }
        let result = result.map(|ty| format!(": {}", w.type_name(ty))).unwrap_or_default();
        Doc::All(vec![text(format!("{head} {}", w.name(name))), bracketed(inside), text(result)])
    }

    fn union(&self, union: &Union) -> Doc {
        let w = self.words;
        let mut parts = Vec::new();
        for (index, part) in union.parts.iter().enumerate() {
            if index > 0 {
                parts.extend([Doc::Line, text("| ")]);
            }
            let columns = part.columns.iter().map(|(name, value)| match value {
                Some(value) => Doc::All(vec![text(format!("{} = ", w.name(name))), w.expr(value)]),
                None => text(w.name(name)),
            });
            parts.extend([text(format!("{} ", w.qualified(&part.source))), braced(columns.collect(), ",")]);
        }
        let head = format!("{} {} = ", w.keyword(K::Source), w.name(&union.name));
        Doc::Group(vec![text(head), Doc::Indent(parts)])
    }

    /// A derived table.
    pub(super) fn rows(&self, rows: &Rows) -> Doc {
        let w = self.words;
        let entity = rows.entity.as_ref().map(|e| format!(" {} {}", w.keyword(K::For), w.name(e))).unwrap_or_default();
        let head = format!("{} {}{entity} {} ", w.keyword(K::Rows), w.name(&rows.name), w.keyword(K::From));
        let mut grouping = vec![Doc::Line];
        match &rows.grouping {
            Grouping::Each => grouping.push(text(w.keyword(K::Each))),
            Grouping::Per(keys) => {
                grouping.push(text(w.before(K::Per)));
                for (index, key) in keys.iter().enumerate() {
                    if index > 0 {
                        grouping.push(text(", "));
                    }
                    grouping.push(w.expr(key));
                }
            }
            Grouping::Sessions { gap, within } => {
                grouping.extend([text(format!("{} {} ", w.keyword(K::Sessions), w.keyword(K::Gap))), w.expr(gap)]);
                if let Some(within) = within {
                    grouping.extend([text(format!(" {} ", w.keyword(K::Within))), w.expr(within)]);
                }
            }
        }
        if rows.including_current.is_some() {
            grouping.push(text(format!(" {}", w.keyword(K::IncludingCurrent))));
        }
        let columns = rows.columns.iter();
        let columns = columns.map(|(name, value)| Doc::All(vec![text(format!("{} = ", w.name(name))), w.expr(value)]));
        let columns = braced(columns.collect(), "");
        let source = Doc::Group(vec![w.selection(&rows.selection), Doc::Indent(grouping)]);
        Doc::All(vec![text(head), source, text(" "), columns])
    }

    fn source(&mut self, item: &Item, source: &Source) {
        let w = self.words;
        self.before(item.span, 0, &item.docs);
        let time = match &source.time {
            SourceTime::Timeless => String::new(),
            SourceTime::Events(at) => format!(" {} {} {}", w.keyword(K::Events), w.keyword(K::At), w.name(at)),
            SourceTime::State(from, until) => format!(" {} {}..{}", w.keyword(K::State), w.name(from), w.name(until)),
        };
        self.line(&text(format!("{} {}{time} {{", w.keyword(K::Source), w.name(&source.name))));
        self.open(source.entries.first().map_or(item.span.end, |entry| entry.span.start));
        let column_names = source.entries.iter().filter_map(|entry| match &entry.kind {
            SourceEntryKind::Column(column) => Some(w.name(&column.name).width()),
            _ => None,
        });
        let width = column_names.max().unwrap_or(0);
        for entry in &source.entries {
            self.before(entry.span, entry.span.end, &entry.docs);
            let doc = self.source_entry(&entry.kind, width);
            self.line(&text(doc.flat()));
            self.after(entry.span.end);
        }
        self.close(item.span.end);
        self.after(item.span.end);
    }

    fn source_entry(&self, entry: &SourceEntryKind, width: usize) -> Doc {
        let w = self.words;
        let with = |keyword: K, rest: String| text(format!("{} {rest}", w.keyword(keyword)));
        match entry {
            SourceEntryKind::Owner(owner) => with(K::Owner, text_literal(&owner.text)),
            SourceEntryKind::Allows(grants) => {
                let derived = |d: bool| if d { format!(" {}", w.keyword(K::Derived)) } else { String::new() };
                let grants = grants.iter().map(|g| format!("{}{}", w.name(&g.purpose), derived(g.derived)));
                with(K::Allows, grants.collect::<Vec<_>>().join(", "))
            }
            SourceEntryKind::Key(names) => with(K::Key, format!("({})", w.names(names))),
            SourceEntryKind::Order(names) => with(K::Order, format!("({})", w.names(names))),
            SourceEntryKind::Expect { every, per } => {
                let per = per.as_ref().map(|per| format!(" {} {}", w.keyword(K::Per), w.name(per))).unwrap_or_default();
                with(K::Expect, format!("{} {}{per}", w.keyword(K::Every), w.step(every).flat()))
            }
            SourceEntryKind::Lateness(span) => with(K::Lateness, w.expr(span).flat()),
            SourceEntryKind::History(span) => with(K::History, w.expr(span).flat()),
            SourceEntryKind::Column(column) => self.column(column, width),
        }
    }

    fn column(&self, column: &Column, width: usize) -> Doc {
        let w = self.words;
        let mut out = format!("{} : {}", padded(&w.name(&column.name), width), w.type_name(&column.ty));
        let mut add = |keyword: K, rest: String| {
            out.push(' ');
            out.push_str(w.keyword(keyword));
            if !rest.is_empty() {
                out.push(' ');
                out.push_str(&rest);
            }
        };
        if let Some(unit) = &column.unit {
            add(K::InUnit, w.unit(&unit.text, ""));
        }
        for (set, keyword) in [
            (column.unique, K::Unique),
            (column.recorded, K::Recorded),
            (column.known_ahead, K::KnownAhead),
            (column.private, K::Private),
        ] {
            if set {
                add(keyword, String::new());
            }
        }
        let raw: Vec<String> = column.from.iter().map(|raw| text_literal(&raw.text)).collect();
        match raw.as_slice() {
            [] => {}
            [one] => add(K::From, one.clone()),
            several => add(K::From, format!("({})", several.join(", "))),
        }
        if let Some(format) = &column.format {
            add(K::AsFormat, text_literal(&format.text));
        }
        if let Some(via) = &column.via {
            add(K::Via, w.qualified(via));
        }
        if let Some(zone) = &column.zone {
            add(K::Zone, w.expr(zone).flat());
        }
        if let Some(after) = &column.after {
            add(K::After, w.name(after));
        }
        text(out)
    }

    /// Where the first of several statements begins.
    pub(super) fn first(spans: impl IntoIterator<Item = Span>, otherwise: u32) -> u32 {
        spans.into_iter().next().map_or(otherwise, |span| span.start)
    }
}

/// Entries in braces, on one line or each on its own.
pub(super) fn braced(entries: Vec<Doc>, separator: &str) -> Doc {
    if entries.is_empty() {
        return text("{ }");
    }
    let mut inside = vec![Doc::Line];
    for (index, entry) in entries.into_iter().enumerate() {
        if index > 0 {
            // Without a separator, two blanks show where one entry ends.
            inside.push(if separator.is_empty() { Doc::Blank } else { text(separator) });
            inside.push(Doc::Line);
        }
        inside.push(entry);
    }
    Doc::Group(vec![text("{"), Doc::Indent(inside), Doc::Line, text("}")])
}

/// A word and entries in braces, each entry on its own line whatever its width.
pub(super) fn broken_braces(word: &str, entries: Vec<Doc>) -> Doc {
    if entries.is_empty() {
        return text(format!("{word} {{ }}"));
    }
    let mut inside = Vec::new();
    for entry in entries {
        inside.extend([Doc::End, entry]);
    }
    Doc::All(vec![text(format!("{word} {{")), Doc::Indent(inside), Doc::End, text("}")])
}

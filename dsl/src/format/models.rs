//! Models as text.

use super::comments::Writer;
use super::doc::Doc;
use super::items::{broken_braces, padded};
use super::words::text_literal;
use crate::keywords::Keyword as K;
use crate::syntax::{
    Expr, Item, Match, Model, Param, Selection, Statement, StatementKind, Trigger, Warn, WarnEntry, WarnEntryKind,
    Without,
};
use unicode_width::UnicodeWidthStr;

fn text(text: impl Into<String>) -> Doc {
    Doc::text(text)
}

impl Writer<'_> {
    pub(super) fn model(&mut self, item: &Item, model: &Model) {
        let w = self.words;
        self.before(item.span, 0, &item.docs);
        let population = model.population.as_ref().map(|p| format!(" {} {}", w.keyword(K::In), w.qualified(p)));
        let (word, of) = (w.keyword(K::Model), w.keyword(K::For));
        let (name, entity) = (w.name(&model.name), w.name(&model.entity));
        self.line(&text(format!("{word} {name} {of} {entity}{} {{", population.unwrap_or_default())));
        self.open(Self::first(model.statements.iter().map(|s| s.span), item.span.end));
        let header = |statement: &Statement| match &statement.kind {
            StatementKind::Category(name) => Some((K::Category, w.name(name))),
            StatementKind::Purpose(name) => Some((K::Purpose, w.name(name))),
            StatementKind::Basis(basis) => Some((K::Basis, text_literal(&basis.text))),
            StatementKind::Dispatch(path) => Some((K::Dispatch, w.expr(path).flat())),
            _ => None,
        };
        let words = model.statements.iter().filter_map(header).map(|(keyword, _)| w.keyword(keyword).width());
        let width = words.max().unwrap_or(0);
        for statement in &model.statements {
            match (&statement.kind, header(statement)) {
                (StatementKind::Warn(warn), _) => self.warn(statement, warn),
                (_, Some((keyword, value))) => {
                    self.statement(statement, &text(format!("{} {value}", padded(w.keyword(keyword), width))));
                }
                (kind, None) => {
                    let doc = self.model_statement(kind);
                    self.statement(statement, &doc);
                }
            }
        }
        self.close(item.span.end);
        self.after(item.span.end);
    }

    fn statement(&mut self, statement: &Statement, doc: &Doc) {
        self.before(statement.span, statement.span.end, &statement.docs);
        self.line(doc);
        self.after(statement.span.end);
    }

    fn model_statement(&self, kind: &StatementKind) -> Doc {
        let w = self.words;
        match kind {
            StatementKind::ReviewRequired => text(w.keyword(K::ReviewRequired)),
            StatementKind::Param(param) => self.param(param),
            StatementKind::Let { name, value } => {
                Doc::All(vec![text(format!("{} {} = ", w.keyword(K::Let), w.name(name))), w.expr(value)])
            }
            StatementKind::Rows(rows) => self.rows(rows),
            StatementKind::Trigger { trigger, about } => {
                let mut parts = vec![match trigger {
                    Trigger::Every { step, at } => {
                        let mut parts = vec![text(w.before(K::Every)), w.step(step)];
                        if let Some(at) = at {
                            parts.extend([text(format!(" {} ", w.keyword(K::At))), w.expr(at)]);
                        }
                        Doc::All(parts)
                    }
                    Trigger::On(selection) => Doc::All(vec![text(w.before(K::On)), w.selection(selection)]),
                    Trigger::Match(found) => self.sequence(found),
                }];
                if let Some(about) = about {
                    parts.extend([text(format!(" {} ", w.keyword(K::About))), w.expr(about)]);
                }
                Doc::All(parts)
            }
            // Written by their own functions.
            StatementKind::Category(_)
            | StatementKind::Purpose(_)
            | StatementKind::Basis(_)
            | StatementKind::Dispatch(_)
            | StatementKind::Warn(_) => text(""),
        }
    }

    fn param(&self, param: &Param) -> Doc {
        let w = self.words;
        let ty = param.ty.as_ref().map(|ty| format!(": {}", w.type_name(ty))).unwrap_or_default();
        let mut parts = vec![text(format!("{} {}{ty} = ", w.keyword(K::Param), w.name(&param.name)))];
        parts.push(w.expr(&param.default));
        if let Some(range) = &param.range {
            parts.extend([text(format!(" {} ", w.keyword(K::In))), w.range(range)]);
        }
        Doc::All(parts)
    }

    /// A sequence; each step after the first, and each absence, has a line of its own where they do not fit on one.
    fn sequence(&self, found: &Match) -> Doc {
        let w = self.words;
        let mut head = w.before(K::Match);
        if found.overlapping {
            head.push_str(&w.before(K::Overlapping));
        }
        let mut first = vec![text(head)];
        let mut rest = Vec::new();
        for (index, step) in found.steps.iter().enumerate() {
            let out = if index == 0 { &mut first } else { &mut rest };
            if index > 0 {
                out.extend([Doc::Line, text(w.before(K::Then))]);
            }
            out.push(text(format!("{} {} ", w.name(&step.name), w.keyword(K::From))));
            out.push(w.selection(&step.selection));
            if let Some(within) = &step.within {
                out.extend([text(format!(" {} ", w.keyword(K::Within))), w.expr(within)]);
            }
            for without in &step.without {
                rest.push(Doc::Line);
                rest.push(self.without(&without.selection, None));
            }
        }
        if let Some(Without { selection, within }) = &found.deadline {
            rest.extend([Doc::Line, self.without(selection, within.as_ref())]);
        }
        first.push(Doc::Indent(rest));
        Doc::Group(first)
    }

    fn without(&self, selection: &Selection, within: Option<&Expr>) -> Doc {
        let w = self.words;
        let mut parts = vec![text(w.before(K::Without)), w.selection(selection)];
        if let Some(within) = within {
            parts.extend([text(format!(" {} ", w.keyword(K::Within))), w.expr(within)]);
        }
        Doc::All(parts)
    }

    fn warn(&mut self, statement: &Statement, warn: &Warn) {
        let w = self.words;
        let first = Self::first(warn.entries.iter().map(|e| e.span), statement.span.end);
        self.before(statement.span, 0, &statement.docs);
        let mut head = vec![text(w.keyword(K::Warn))];
        if let Some(condition) = &warn.condition {
            head.extend([text(format!(" {} ", w.keyword(K::When))), w.expr(condition)]);
        }
        if let Some(at) = &warn.at {
            head.extend([text(format!(" {} ", w.keyword(K::At))), w.expr(at)]);
        }
        head.push(text(" {"));
        self.line(&Doc::All(head));
        self.open(first);
        let levels = warn.entries.iter().filter_map(|entry| match &entry.kind {
            WarnEntryKind::Level { level, .. } => Some(w.level(level).width()),
            _ => None,
        });
        let width = levels.max().unwrap_or(0);
        for entry in &warn.entries {
            self.warn_entry(entry, width);
        }
        self.close(statement.span.end);
        self.after(statement.span.end);
    }

    fn warn_entry(&mut self, entry: &WarnEntry, width: usize) {
        let w = self.words;
        self.before(entry.span, entry.span.end, &[]);
        let doc = match &entry.kind {
            WarnEntryKind::Level { level, condition, message } => {
                let mut parts = vec![text(padded(&w.level(level), width) + " ")];
                match condition {
                    Some(condition) => parts.extend([text(w.before(K::When)), w.expr(condition)]),
                    None => parts.push(text(w.keyword(K::Otherwise))),
                }
                if let Some(message) = message {
                    parts.extend([text(" "), w.message(message)]);
                }
                Doc::All(parts)
            }
            WarnEntryKind::Score(rules) => {
                let rule = |(points, condition): &(Expr, Expr)| {
                    text(format!("{} {} {}", w.expr(points).flat(), w.keyword(K::If), w.expr(condition).flat()))
                };
                broken_braces(w.keyword(K::Score), rules.iter().map(rule).collect())
            }
            WarnEntryKind::Bands(bands) => {
                let width = bands.iter().map(|(level, _)| w.level(level).width()).max().unwrap_or(0);
                let bands = bands.iter().map(|(level, from)| {
                    let from = w.expr(from).flat();
                    text(format!("{} {} {from}", padded(&w.level(level), width), w.keyword(K::FromPoints)))
                });
                broken_braces(w.keyword(K::Levels), bands.collect())
            }
            WarnEntryKind::Message(message) => w.message(message),
            WarnEntryKind::Again(span) => Doc::All(vec![text(w.before(K::AgainAfter)), w.expr(span)]),
        };
        self.line(&doc);
        self.after(entry.span.end);
    }
}

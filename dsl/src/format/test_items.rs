//! Tests as text.

use super::comments::Writer;
use super::doc::{Doc, STEP, WIDTH};
use super::items::padded;
use super::words::text_literal;
use crate::keywords::Keyword as K;
use crate::syntax::{Expect, Expr, Item, Name, QualifiedName, Test, TestStatement, TestStatementKind};
use unicode_width::UnicodeWidthStr;

fn text(text: impl Into<String>) -> Doc {
    Doc::text(text)
}

impl Writer<'_> {
    pub(super) fn test(&mut self, item: &Item, test: &Test) {
        let w = self.words;
        self.before(item.span, 0, &item.docs);
        let (model, title) = (w.qualified(&test.model), text_literal(&test.title.text));
        self.line(&text(format!("{} {model} {title} {{", w.keyword(K::Test))));
        self.open(Self::first(test.statements.iter().map(|s| s.span), item.span.end));
        for statement in &test.statements {
            match &statement.kind {
                TestStatementKind::Given { source, columns, rows } => self.given(statement, source, columns, rows),
                kind => {
                    self.before(statement.span, statement.span.end, &[]);
                    let line = self.test_statement(kind).flat();
                    self.line(&text(line));
                    self.after(statement.span.end);
                }
            }
        }
        self.close(item.span.end);
        self.after(item.span.end);
    }

    fn test_statement(&self, kind: &TestStatementKind) -> Doc {
        let w = self.words;
        match kind {
            TestStatementKind::Set { name, value } => {
                Doc::All(vec![text(format!("{} {} = ", w.keyword(K::Set), w.name(name))), w.expr(value)])
            }
            TestStatementKind::Profile(name) => text(w.before(K::Profile) + &w.name(name)),
            TestStatementKind::Outage { source, range } => {
                Doc::All(vec![text(format!("{} {} ", w.keyword(K::Outage), w.qualified(source))), w.range(range)])
            }
            TestStatementKind::At(at) => Doc::All(vec![text(w.before(K::At)), w.expr(at)]),
            TestStatementKind::Expect(Expect::Nothing) => text(w.before(K::Expect) + w.keyword(K::Nothing)),
            TestStatementKind::Expect(Expect::Warning { level, about, at, message }) => {
                let mut parts = vec![text(w.before(K::Expect) + &w.level(level))];
                if !about.is_empty() {
                    parts.extend([text(" "), self.key(about)]);
                }
                if let Some(at) = at {
                    parts.extend([text(format!(" {} ", w.keyword(K::At))), w.expr(at)]);
                }
                if let Some(message) = message {
                    parts.push(text(format!(" {} {}", w.keyword(K::Message), text_literal(&message.text))));
                }
                Doc::All(parts)
            }
            // Written by its own function.
            TestStatementKind::Given { .. } => text(""),
        }
    }

    /// A table: one row on the line of its head where it fits, else aligned rows.
    fn given(
        &mut self,
        statement: &TestStatement,
        source: &QualifiedName,
        columns: &[Name],
        rows: &[Vec<Option<Expr>>],
    ) {
        let w = self.words;
        let end = statement.span.end;
        let head = format!("{} {} {{ {}:", w.keyword(K::Given), w.qualified(source), w.names(columns));
        let cell = |cell: &Option<Expr>| cell.as_ref().map_or("_".to_owned(), |cell| w.expr(cell).flat());
        let cells: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let starts: Vec<u32> =
            rows.iter().map(|row| row.iter().flatten().next().map_or(0, |cell| cell.span.start)).collect();
        if cells.len() < 2 {
            let row = cells.first().map(|row| format!(" {}", row.join(", "))).unwrap_or_default();
            let line = format!("{head}{row} }}");
            if line.width() + 2 * STEP <= WIDTH || cells.is_empty() {
                self.before(statement.span, end, &[]);
                self.line(&text(line));
                self.after(end);
                return;
            }
        }
        self.before(statement.span, 0, &[]);
        self.line(&text(head));
        self.open(starts.first().copied().unwrap_or(end));
        let widths: Vec<usize> = (0..columns.len())
            .map(|column| {
                cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.width() + 1).max().unwrap_or(0)
            })
            .collect();
        for (index, row) in cells.iter().enumerate() {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                if column + 1 == row.len() {
                    line.push_str(cell);
                } else {
                    line.push_str(&padded(&format!("{cell},"), widths.get(column).copied().unwrap_or(0)));
                    line.push(' ');
                }
            }
            let span = rows.get(index).and_then(|row| {
                let mut cells = row.iter().flatten().map(|cell| cell.span);
                cells.next().map(|first| cells.fold(first, |all, cell| all.to(cell)))
            });
            if let Some(span) = span {
                self.before(span, span.end, &[]);
            }
            self.line(&text(line));
            if let Some(span) = span {
                self.after(span.end);
            }
        }
        self.close(end);
        self.after(end);
    }
}

//! Aligned tables: cells by display width, so that Chinese text lines up.

use unicode_width::UnicodeWidthStr as _;

/// A table under construction.
#[derive(Debug, Default)]
pub(crate) struct Table {
    header: Vec<String>,
    rows: Vec<Vec<Cell>>,
    right: Vec<bool>,
}

/// A cell: its text, and how to colour it (ANSI codes before it).
#[derive(Clone, Debug, Default)]
pub(crate) struct Cell {
    text: String,
    style: &'static str,
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self { text: text.into(), style: "" }
    }
}

impl Cell {
    /// A coloured cell; `style` is an ANSI sequence.
    pub(crate) fn styled(text: impl Into<String>, style: &'static str) -> Self {
        Self { text: text.into(), style }
    }
}

impl Table {
    /// A table with these column titles; a title that begins with `>` is of a column aligned to the right.
    pub(crate) fn new(header: &[&str]) -> Self {
        Self {
            right: header.iter().map(|h| h.starts_with('>')).collect(),
            header: header.iter().map(|h| h.trim_start_matches('>').to_owned()).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row.
    pub(crate) fn row(&mut self, cells: Vec<Cell>) {
        self.rows.push(cells);
    }

    /// The table as text, no line wider than `width` columns: the last column is cut with `…`.
    pub(crate) fn render(&self, width: usize, colour: bool) -> String {
        let mut widths: Vec<usize> = self.header.iter().map(|h| h.width()).collect();
        for row in &self.rows {
            for (cell, width) in row.iter().zip(&mut widths) {
                *width = (*width).max(cell.text.width());
            }
        }
        let mut text = String::new();
        let header: Vec<Cell> = self.header.iter().map(|h| Cell::styled(h, "\x1b[2m")).collect();
        for row in std::iter::once(&header).chain(&self.rows) {
            let mut used = 0;
            let last = row.len().saturating_sub(1);
            let mut line = String::new();
            for (i, (cell, &wide)) in row.iter().zip(&widths).enumerate() {
                let shown =
                    if i == last { cut(&cell.text, width.saturating_sub(used).max(8)) } else { cell.text.clone() };
                let pad = " ".repeat(wide.saturating_sub(shown.width()));
                let right = self.right.get(i).copied().unwrap_or(false);
                if right {
                    line.push_str(&pad);
                }
                if colour && !cell.style.is_empty() {
                    line.push_str(cell.style);
                    line.push_str(&shown);
                    line.push_str("\x1b[0m");
                } else {
                    line.push_str(&shown);
                }
                if !right && i != last {
                    line.push_str(&pad);
                }
                if i != last {
                    line.push_str("  ");
                }
                used += wide + 2;
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// The text cut to a display width, with `…` where something is left out; line ends become blanks.
fn cut(text: &str, width: usize) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if text.width() <= width {
        return text;
    }
    let mut kept = String::new();
    let mut used = 0;
    for c in text.chars() {
        let wide = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + wide + 1 > width {
            break;
        }
        used += wide;
        kept.push(c);
    }
    kept.push('…');
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_lines_up() {
        let mut table = Table::new(&["who", ">n", "what"]);
        table.row(vec!["青年中路".into(), "7".into(), "x".into()]);
        table.row(vec!["a".into(), "10".into(), "yy".into()]);
        let text = table.render(80, false);
        assert_eq!(text, "who        n  what\n青年中路   7  x\na         10  yy\n");
    }

    #[test]
    fn the_last_column_is_cut() {
        assert_eq!(cut("青年中路1号", 7), "青年中…");
        assert_eq!(cut("abc", 3), "abc");
    }
}

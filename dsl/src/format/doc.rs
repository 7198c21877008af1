//! Pieces of text with places where a line may be broken, and their layout in a given width.
//!
//! After Wadler, *A prettier printer* (2003): a group is set on one line if it fits, else all its own breaks are taken.

use unicode_width::UnicodeWidthStr;

/// Columns that a line should not exceed.
pub(super) const WIDTH: usize = 100;
/// Columns of one step of indentation.
pub(super) const STEP: usize = 4;

/// A piece of text with breaks.
#[derive(Clone, Debug)]
pub(super) enum Doc {
    /// Text without a line end.
    Text(String),
    /// A blank, or a line end.
    Line,
    /// Nothing, or a line end.
    Soft,
    /// A blank, or nothing where the breaks around it are taken.
    Blank,
    /// A line end.
    End,
    /// Pieces in order.
    All(Vec<Doc>),
    /// Pieces whose breaks are taken together or not at all.
    Group(Vec<Doc>),
    /// Pieces whose lines begin one step farther right.
    Indent(Vec<Doc>),
}

impl Doc {
    pub(super) fn text(text: impl Into<String>) -> Doc {
        Doc::Text(text.into())
    }

    /// The width without breaks, as far as `limit`.
    fn width(&self, limit: usize) -> usize {
        match self {
            Doc::Text(text) => text.width(),
            Doc::Line | Doc::Blank => 1,
            Doc::Soft => 0,
            Doc::End => limit + 1,
            Doc::All(parts) | Doc::Group(parts) | Doc::Indent(parts) => {
                let mut sum = 0;
                for part in parts {
                    sum += part.width(limit.saturating_sub(sum));
                    if sum > limit {
                        break;
                    }
                }
                sum
            }
        }
    }

    /// Text on one line.
    pub(super) fn flat(&self) -> String {
        let mut out = String::new();
        self.write_flat(&mut out);
        out
    }

    fn write_flat(&self, out: &mut String) {
        match self {
            Doc::Text(text) => out.push_str(text),
            Doc::Line | Doc::Blank | Doc::End => out.push(' '),
            Doc::Soft => {}
            Doc::All(parts) | Doc::Group(parts) | Doc::Indent(parts) => parts.iter().for_each(|p| p.write_flat(out)),
        }
    }

    /// Text in lines of at most [`WIDTH`] columns where that is possible; the first begins at column `indent`.
    pub(super) fn layout(&self, indent: usize) -> String {
        let mut layout = Layout { out: String::new(), column: indent };
        layout.write(self, indent, false);
        layout.out
    }
}

struct Layout {
    out: String,
    column: usize,
}

impl Layout {
    fn write(&mut self, doc: &Doc, indent: usize, broken: bool) {
        match doc {
            Doc::Text(text) => {
                self.out.push_str(text);
                self.column += text.width();
            }
            Doc::End | Doc::Line | Doc::Soft if broken || matches!(doc, Doc::End) => {
                self.out.push('\n');
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.column = indent;
            }
            Doc::Blank if broken => {}
            Doc::Line | Doc::Blank | Doc::End => {
                self.out.push(' ');
                self.column += 1;
            }
            Doc::Soft => {}
            Doc::All(parts) => parts.iter().for_each(|part| self.write(part, indent, broken)),
            Doc::Indent(parts) => parts.iter().for_each(|part| self.write(part, indent + STEP, broken)),
            Doc::Group(parts) => {
                let room = WIDTH.saturating_sub(self.column);
                if doc.width(room) <= room {
                    let flat = doc.flat();
                    self.column += flat.width();
                    self.out.push_str(&flat);
                } else {
                    parts.iter().for_each(|part| self.write(part, indent, true));
                }
            }
        }
    }
}

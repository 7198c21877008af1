//! The formatter: syntax to canonical text, in either language of keywords.
//!
//! Formatting keeps the meaning and every comment, and formatting again changes nothing. Comments stay at the statement
//! that they precede or follow; one in the middle of a statement moves before it. Single blank lines stay.

mod comments;
mod doc;
mod expressions;
mod items;
mod messages;
mod models;
mod test_items;
mod words;

use crate::keywords::KeywordLanguage;
use crate::prescan::{Kind, Token, prescan};
use crate::source::FileId;
use crate::syntax::File;
use comments::Writer;
use words::Words;

/// Writes a file canonically. `text` is the text that `file` was parsed from: its comments and blank lines are kept by
/// their places. A file with syntax errors should not be formatted, since the statements that could not be read are not
/// in the tree.
pub fn format(file: &File, text: &str, language: KeywordLanguage) -> String {
    let mut writer = Writer::new(Words { language }, text, &file.comments);
    let mut previous_is_block = false;
    for (index, item) in file.items.iter().enumerate() {
        let block = items::is_block(&item.kind);
        if index > 0 && (block || previous_is_block) {
            writer.force_blank_line();
        }
        previous_is_block = block;
        writer.item(item);
    }
    writer.finish()
}

/// The language in which most keywords of a text are written; English where there are none.
pub fn language_of(text: &str) -> KeywordLanguage {
    language_of_tokens(&prescan(FileId(0), text).tokens)
}

pub(crate) fn language_of_tokens(tokens: &[Token]) -> KeywordLanguage {
    let forms = tokens.iter().filter_map(|token| match token.kind {
        Kind::Keyword(form) => Some(form.chinese == token.text),
        _ => None,
    });
    let (mut english, mut chinese) = (0usize, 0usize);
    forms.for_each(|is_chinese| *(if is_chinese { &mut chinese } else { &mut english }) += 1);
    if chinese > english { KeywordLanguage::Chinese } else { KeywordLanguage::English }
}

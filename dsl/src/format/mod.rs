//! The formatter.

use crate::keywords::KeywordLanguage;
use crate::prescan::{Kind, Token};

/// The language of most keywords.
pub(crate) fn language_of_tokens(tokens: &[Token]) -> KeywordLanguage {
    let (mut english, mut chinese) = (0usize, 0usize);
    for token in tokens {
        if let Kind::Keyword(form) = token.kind {
            if form.chinese == token.text { chinese += 1 } else { english += 1 }
        }
    }
    if chinese > english { KeywordLanguage::Chinese } else { KeywordLanguage::English }
}

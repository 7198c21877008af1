//! Full-width and typographic characters, read as their ASCII forms.

/// What a character outside texts and comments reads as, where that is not itself.
pub(crate) fn fold(c: char) -> Option<&'static str> {
    Some(match c {
        '：' => ":",
        '（' => "(",
        '）' => ")",
        '｛' => "{",
        '｝' => "}",
        '［' => "[",
        '］' => "]",
        '，' | '、' => ",",
        '；' => ";",
        '．' | '。' => ".",
        '？' => "?",
        '！' => "!",
        '｜' => "|",
        '＆' => "&",
        '≥' | '⩾' => ">=",
        '≤' | '⩽' => "<=",
        '≠' => "!=",
        '＝' => "=",
        '＜' => "<",
        '＞' => ">",
        '＋' => "+",
        '－' | '−' => "-",
        '×' | '＊' => "*",
        '÷' | '／' => "/",
        '％' => "%",
        '＿' => "_",
        '｀' => "`",
        '“' | '”' | '＂' => "\"",
        '‘' | '’' | '＇' => "'",
        '㎡' => "m²",
        '㎥' => "m³",
        '㎞' => "km",
        '㎝' => "cm",
        '㎜' => "mm",
        '㎏' => "kg",
        '㎎' => "mg",
        '℃' => "°C",
        '℉' => "°F",
        '\u{3bc}' => "µ",
        '０' => "0",
        '１' => "1",
        '２' => "2",
        '３' => "3",
        '４' => "4",
        '５' => "5",
        '６' => "6",
        '７' => "7",
        '８' => "8",
        '９' => "9",
        _ => return None,
    })
}

/// The character as its folded form begins with.
pub(crate) fn folded(c: char) -> char {
    fold(c).and_then(|s| s.chars().next()).unwrap_or(c)
}

/// Blank, but not a line end.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\u{a0}' | '\u{3000}' | '\u{feff}' | '\u{200b}') || (c != '\n' && c.is_whitespace())
}

/// A word (name, keyword, unit) may begin so.
pub(crate) fn starts_word(c: char) -> bool {
    c == '_'
        || c == '°'
        || c == '‰'
        || unicode_ident::is_xid_start(c)
        || matches!(c, '㎡' | '㎥' | '㎞' | '㎝' | '㎜' | '㎏' | '㎎' | '℃' | '℉')
}

/// A word may go on so.
pub(crate) fn continues_word(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
        || matches!(c, '²' | '³' | '㎡' | '㎥' | '㎞' | '㎝' | '㎜' | '㎏' | '㎎' | '℃' | '℉')
}

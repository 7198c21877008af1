//! Plain characters: what looks or sounds the same is written the same.
//!
//! Blanks and punctuation go, except where two numbers would run together: there a blank or dash becomes `-`, anything
//! else becomes `/`, which no number contains.

use super::{EMPTY, TOO_LONG};
use crate::functions::Refusal;
use unicode_normalization::UnicodeNormalization;

const LONGEST: usize = 1000;

/// Look-alike radicals that Unicode's compatibility forms leave alone, and traditional characters common in addresses.
fn plain(c: char) -> char {
    match c {
        '⻄' => '西',
        '⻓' => '长',
        '⻔' => '门',
        '⻋' => '车',
        '⻢' => '马',
        '⻥' => '鱼',
        '⻛' => '风',
        '⻰' => '龙',
        '⻩' => '黄',
        '⻅' => '见',
        '⻉' => '贝',
        '⻘' => '青',
        '⻝' => '食',
        '⻁' => '虎',
        '⺠' => '民',
        '⺟' => '母',
        '⻬' => '齐',
        '⻨' => '麦',
        '⻦' => '鸟',
        '⻆' => '角',
        '⻚' => '页',
        '⻤' => '鬼',
        '⻳' => '龟',
        '〇' => '零',
        '號' => '号',
        '棟' => '栋',
        '樓' => '楼',
        '單' => '单',
        '層' => '层',
        '戶' => '户',
        '組' => '组',
        '間' => '间',
        '區' => '区',
        '縣' => '县',
        '鎮' => '镇',
        '鄉' => '乡',
        '莊' => '庄',
        '園' => '园',
        '廣' => '广',
        '場' => '场',
        '東' => '东',
        '運' => '运',
        '長' => '长',
        '門' => '门',
        '龍' => '龙',
        '橋' => '桥',
        '華' => '华',
        '興' => '兴',
        '蘇' => '苏',
        '國' => '国',
        '勝' => '胜',
        '陽' => '阳',
        '陰' => '阴',
        '齊' => '齐',
        '灣' => '湾',
        '島' => '岛',
        '銀' => '银',
        '鐵' => '铁',
        '寧' => '宁',
        '濱' => '滨',
        '業' => '业',
        '農' => '农',
        '學' => '学',
        '軍' => '军',
        '車' => '车',
        '馬' => '马',
        '萬' => '万',
        '貳' => '二',
        '參' => '三',
        '陸' => '陆',
        '鐘' => '钟',
        '鍾' => '钟',
        '紅' => '红',
        '綠' => '绿',
        '藍' => '蓝',
        '黃' => '黄',
        '開' => '开',
        '發' => '发',
        '環' => '环',
        '啟' => '启',
        '閘' => '闸',
        '躍' => '跃',
        '嶺' => '岭',
        '豐' => '丰',
        '樂' => '乐',
        '慶' => '庆',
        other => other,
    }
}

/// What a character means between two numbers.
enum Gap {
    /// It belongs to the text.
    None,
    /// A blank or dash.
    Dash,
    /// Other punctuation.
    Other,
}

fn gap(c: char) -> Gap {
    match c {
        '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | 'ー' | '_' => Gap::Dash,
        '#' => Gap::None,
        _ if c.is_whitespace() || c.is_control() || is_invisible(c) => Gap::Dash,
        _ if c.is_alphanumeric() => Gap::None,
        _ => Gap::Other,
    }
}

/// Marks without width, such as the byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// The text in plain characters.
pub(super) fn fold(text: &str) -> Result<String, Refusal> {
    if text.len() > LONGEST {
        return Err(TOO_LONG);
    }
    let mut folded = String::new();
    let mut waiting: Option<char> = None;
    for c in text.nfkc().map(|c| plain(c.to_ascii_uppercase())) {
        match gap(c) {
            Gap::Dash => waiting = waiting.or(Some('-')),
            Gap::Other => waiting = Some('/'),
            Gap::None => {
                let between_numbers = |c: char| c.is_ascii_alphanumeric();
                if let Some(mark) = waiting.take() {
                    if folded.ends_with(between_numbers) && between_numbers(c) {
                        folded.push(mark);
                    } else if mark == '-' && c.is_ascii_digit() && folded.ends_with(|c: char| !c.is_ascii()) {
                        // "地下-1层": kept for the reader, who knows whether it separates or negates
                        folded.push(mark);
                    }
                }
                folded.push(c);
            }
        }
    }
    if folded.is_empty() { Err(EMPTY) } else { Ok(folded) }
}

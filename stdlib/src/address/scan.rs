//! Pieces of an address: text, and numbers with the mark that says what they count.

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// 弄
    Lane,
    /// 组
    Group,
    /// 号
    House,
    /// 幢, 栋, 座, 号楼
    Building,
    /// `#` alone: a building or a house.
    Hash,
    /// 单元
    Stairwell,
    /// 层, 楼
    Floor,
    /// 室, 房, 户
    Room,
    /// 床, 铺
    Bed,
    /// None: the number ends the address.
    Bare,
}

/// Marks as written, longer ones first.
const MARKS: &[(&str, Mark)] = &[
    ("号床位", Mark::Bed),
    ("号铺位", Mark::Bed),
    ("号床", Mark::Bed),
    ("号铺", Mark::Bed),
    ("床位", Mark::Bed),
    ("铺位", Mark::Bed),
    ("床", Mark::Bed),
    ("铺", Mark::Bed),
    ("号楼", Mark::Building),
    ("号幢", Mark::Building),
    ("号栋", Mark::Building),
    ("#楼", Mark::Building),
    ("#幢", Mark::Building),
    ("#栋", Mark::Building),
    ("#", Mark::Hash),
    ("幢", Mark::Building),
    ("栋", Mark::Building),
    ("座", Mark::Building),
    ("号单元", Mark::Stairwell),
    ("单元", Mark::Stairwell),
    ("号室", Mark::Room),
    ("号房", Mark::Room),
    ("号", Mark::House),
    ("弄", Mark::Lane),
    ("组", Mark::Group),
    ("层", Mark::Floor),
    ("楼", Mark::Floor),
    ("房间", Mark::Room),
    ("室", Mark::Room),
    ("房", Mark::Room),
    ("户", Mark::Room),
];

/// A piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text without a number, or with one that counts nothing known: `312国道`.
    Text(String),
    /// A number: its parts, and what it counts.
    Number {
        /// Parts between dashes, without leading zeros.
        parts: Vec<String>,
        /// What it counts.
        mark: Mark,
        /// A dash stood before it.
        dash: bool,
    },
}

/// Takes folded text into pieces, in one pass.
pub(super) fn scan(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut pending = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let dash = first == '-' && !pending.ends_with('-');
        let after_dash = if dash { rest.get(1..).unwrap_or_default() } else { rest };
        let written = number(after_dash);
        if written.is_empty() {
            pending.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        }
        let after = after_dash.get(written.len()..).unwrap_or_default();
        match (parts(written), mark(after)) {
            (Some(parts), Some((mark, after_mark))) => {
                // 第3幢 is 3幢
                pending.truncate(pending.trim_end_matches('第').len());
                flush(&mut pending, &mut pieces);
                pieces.push(Piece::Number { parts, mark, dash });
                rest = after_mark;
            }
            _ => {
                pending.push_str(rest.get(..rest.len() - after.len()).unwrap_or_default());
                rest = after;
            }
        }
    }
    flush(&mut pending, &mut pieces);
    pieces
}

fn flush(pending: &mut String, pieces: &mut Vec<Piece>) {
    if !pending.is_empty() {
        pieces.push(Piece::Text(std::mem::take(pending)));
    }
}

/// The number at the front: Latin letters, digits and dashes between them, or Chinese numerals.
fn number(text: &str) -> &str {
    let latin = |c: char| c.is_ascii_alphanumeric();
    let end = if text.starts_with(latin) {
        text.find(|c: char| !latin(c) && c != '-').unwrap_or(text.len())
    } else {
        text.find(|c: char| numeral(c).is_none()).unwrap_or(text.len())
    };
    text.get(..end).unwrap_or_default().trim_end_matches('-')
}

/// The mark at the front and what follows it; at the end of the text, no mark is one.
fn mark(text: &str) -> Option<(Mark, &str)> {
    if text.is_empty() {
        return Some((Mark::Bare, text));
    }
    MARKS.iter().find_map(|(written, mark)| text.strip_prefix(written).map(|rest| (*mark, rest)))
}

fn parts(written: &str) -> Option<Vec<String>> {
    if !written.is_ascii() {
        return chinese(written).map(|number| vec![number.to_string()]);
    }
    Some(written.split('-').filter(|part| !part.is_empty()).map(without_zeros).collect())
}

fn without_zeros(part: &str) -> String {
    let short = part.trim_start_matches('0');
    if short.starts_with(|c: char| c.is_ascii_digit()) { short.to_owned() } else { zero_kept(part, short) }
}

/// `0` and `0A` keep a zero.
fn zero_kept(part: &str, short: &str) -> String {
    if part.len() == short.len() { part.to_owned() } else { format!("0{short}") }
}

/// The text begins with a mark, without a number before it.
pub(super) fn starts_with_mark(text: &str) -> bool {
    mark(text).is_some()
}

/// A number may end with it.
pub(super) fn is_digit(c: char) -> bool {
    c.is_ascii_alphanumeric() || numeral(c).is_some()
}

/// Value of a Chinese numeral: below ten a digit, else a power of ten.
fn numeral(c: char) -> Option<u64> {
    Some(match c {
        '零' => 0,
        '一' | '壹' => 1,
        '二' | '两' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        _ => return None,
    })
}

/// A Chinese number below a million: 十二, 一百零一, or digit by digit 五零一. `None` if it is neither.
fn chinese(written: &str) -> Option<u64> {
    let values: Vec<u64> = written.chars().map(numeral).collect::<Option<_>>()?;
    if values.iter().all(|value| *value < 10) {
        return if values.len() <= 6 { Some(values.iter().fold(0, |sum, digit| sum * 10 + digit)) } else { None };
    }
    let (mut sum, mut digit, mut last) = (0, None, u64::MAX);
    for value in values {
        if value < 10 {
            if digit.is_some_and(|digit| digit != 0) {
                return None;
            }
            digit = Some(value);
        } else {
            if value >= last {
                return None;
            }
            sum += digit.filter(|digit| *digit != 0).unwrap_or(1) * value;
            (digit, last) = (None, value);
        }
    }
    Some(sum + digit.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_numbers() {
        let cases = [
            ("三", Some(3)),
            ("十", Some(10)),
            ("十二", Some(12)),
            ("二十", Some(20)),
            ("二十三", Some(23)),
            ("一百零一", Some(101)),
            ("一千二百", Some(1200)),
            ("五零一", Some(501)),
            ("一二零三", Some(1203)),
            ("十十", None),
            ("二三十", None),
        ];
        for (written, expected) in cases {
            assert_eq!(chinese(written), expected, "{written}");
        }
    }

    #[test]
    fn zeros_in_front() {
        for (part, expected) in [("0501", "501"), ("03", "3"), ("0", "0"), ("00", "0"), ("A01", "A01"), ("0A", "0A")] {
            assert_eq!(without_zeros(part), expected);
        }
    }
}

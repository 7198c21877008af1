//! Addresses, and the ways in which departments write them.

use rand::Rng;
use rand::seq::IndexedRandom;

/// Streets of 崇川区 in Nantong, the busiest first, each with the subdistrict that a building on it belongs to.
const STREETS: [(&str, &str); 18] = [
    ("青年中路", "和平桥街道"),
    ("人民中路", "城东街道"),
    ("工农路", "学田街道"),
    ("跃龙路", "虹桥街道"),
    ("濠南路", "和平桥街道"),
    ("南大街", "城东街道"),
    ("桃坞路", "任港街道"),
    ("姚港路", "任港街道"),
    ("孩儿巷北路", "任港街道"),
    ("外环西路", "任港街道"),
    ("青年东路", "文峰街道"),
    ("世纪大道", "新城桥街道"),
    ("崇川路", "新城桥街道"),
    ("园林路", "文峰街道"),
    ("钟秀中路", "钟秀街道"),
    ("城山路", "虹桥街道"),
    ("洪江路", "学田街道"),
    ("通京大道", "观音山街道"),
];

/// A building's address: everything but the room.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Address {
    street: &'static str,
    pub(crate) subdistrict: &'static str,
    number: u64,
    block: u64,
}

impl Address {
    /// The address of a building. Eight neighbours share a street and number; the first streets have the most.
    pub(crate) fn draw(index: u64, seed: u64) -> Self {
        let estate = index / 8;
        let share = hashed_share(seed, estate);
        // The r-th street has a share of estates proportional to 1 / r.
        let total: f64 = (1..=STREETS.len()).map(|rank| 1.0 / rank as f64).sum();
        let mut left = share * total;
        let mut chosen = STREETS[STREETS.len() - 1];
        for (rank, street) in STREETS.iter().enumerate() {
            left -= 1.0 / (rank + 1) as f64;
            if left < 0.0 {
                chosen = *street;
                break;
            }
        }
        Address { street: chosen.0, subdistrict: chosen.1, number: 2 * estate + 1, block: index % 8 + 1 }
    }

    /// A room as the land registry writes it.
    pub(crate) fn registered(&self, room: u32) -> String {
        format!("江苏省南通市崇川区{}{}号{}幢{room}室", self.street, self.number, self.block)
    }

    /// A room as somebody at a counter or a device's installer wrote it.
    pub(crate) fn written(&self, room: u32, random: &mut impl Rng) -> String {
        let (street, number, block) = (self.street, self.number, self.block);
        let block_word = ["幢", "幢", "幢", "栋", "号楼"].choose(random).unwrap_or(&"幢");
        let room_word = if random.random_bool(0.8) { "室" } else { "" };
        let city = ["江苏省南通市崇川区", "南通市崇川区", "崇川区", ""].choose(random).unwrap_or(&"");
        let text = match random.random_range(0..10) {
            0 => format!("{city} {street} {number}号 {block}{block_word} {room}{room_word}"),
            1 => format!("{city}{street}{number}号{block}{block_word} {room}{room_word} "),
            _ => format!("{city}{street}{number}号{block}{block_word}{room}{room_word}"),
        };
        if random.random_bool(0.1) { full_width(&text) } else { text }
    }
}

/// A number in 0..1 that depends on these two only (SplitMix64's finaliser).
fn hashed_share(seed: u64, index: u64) -> f64 {
    let mut z = seed.wrapping_add(index.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// The same text with digits and blanks as an input method for Chinese may give them.
fn full_width(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            ' ' => '\u{3000}',
            '0'..='9' => char::from_u32(c as u32 - '0' as u32 + '０' as u32).unwrap_or(c),
            other => other,
        })
        .collect()
}

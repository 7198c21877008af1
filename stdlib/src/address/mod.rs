//! Addresses of dwellings: one canonical text for the many ways in which departments write one place.
//!
//! The path of a text:
//!
//! ```text
//!  raw text ──fold──► plain characters ──area──► district, rest ──scan──► pieces ──read──► Address ──► key
//! ```
//!
//! - [`fold`](self): compatibility and full-width characters, look-alike radicals, common traditional characters, blanks
//!   and punctuation;
//! - `area`: province, city, district, subdistrict at the front;
//! - `scan`: text, and numbers with their marks (`1号`, `3幢`, `501室`), Chinese numerals before a mark included;
//! - `read`: which number is what, or why that is not certain.
//!
//! Every step is linear in the text. Two texts get one key only if they say the same: what is ambiguous is refused with a
//! reason, never guessed. The key is itself an address, and its own key.
//!
//! An address without a district is taken to lie in the home district (崇川区, Nantong): departments of a district leave
//! it out. Hierarchy after GB/T 23705.

mod area;
mod fold;
mod read;
mod scan;

use crate::functions::Refusal;

/// An address taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// District, county or town in front, if it is not the home district.
    pub area: String,
    /// Road, estate or village.
    pub place: String,
    /// Lane: the number before 弄.
    pub lane: Option<String>,
    /// Group of a village: the number before 组.
    pub group: Option<String>,
    /// House number: the number before 号.
    pub house: Option<String>,
    /// Name of an estate or compound after the house number.
    pub estate: String,
    /// Building: the number before 幢, 栋, 座, 号楼 or `#`.
    pub building: Option<String>,
    /// Stairwell: the number before 单元.
    pub stairwell: Option<String>,
    /// Floor: the number before 层 or 楼.
    pub floor: Option<String>,
    /// Room: the number before 室.
    pub room: Option<String>,
    /// Part of a room: the `1` of 501-1, the `A` of 501A, a bed.
    pub sub_room: Option<String>,
}

impl Address {
    /// Takes an address apart.
    ///
    /// # Errors
    /// Why it cannot be read for certain.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let folded = fold::fold(text)?;
        let (area, rest) = area::split(&folded)?;
        read::read(area, scan::scan(rest))
    }

    /// The canonical text of the building.
    ///
    /// # Errors
    /// There is no house or building number.
    pub fn building_key(&self) -> Result<String, Refusal> {
        if self.place.is_empty() && self.estate.is_empty() {
            return Err(NO_PLACE);
        }
        if self.house.is_none() && self.building.is_none() {
            return Err(NO_NUMBER);
        }
        let mut key = format!("{}{}", self.area, self.place);
        push(&mut key, self.lane.as_ref(), "弄");
        push(&mut key, self.group.as_ref(), "组");
        push(&mut key, self.house.as_ref(), "号");
        key.push_str(&self.estate);
        push(&mut key, self.building.as_ref(), "幢");
        Ok(key)
    }

    /// The canonical text of the dwelling: parts of a room belong to it. A village house without rooms is a dwelling.
    ///
    /// # Errors
    /// There is no room number, or no house or building number.
    pub fn unit_key(&self) -> Result<String, Refusal> {
        let mut key = self.building_key()?;
        let Some(room) = &self.room else {
            let village_house = self.group.is_some() && self.house.is_some() && self.building.is_none();
            let nothing_further = self.stairwell.is_none() && self.floor.is_none();
            return if village_house && nothing_further { Ok(key) } else { Err(NO_ROOM) };
        };
        push(&mut key, self.stairwell.as_ref(), "单元");
        push(&mut key, self.floor.as_ref(), "层");
        push(&mut key, Some(room), "室");
        Ok(key)
    }
}

fn push(key: &mut String, number: Option<&String>, mark: &str) {
    if let Some(number) = number {
        key.push_str(number);
        key.push_str(mark);
    }
}

/// The canonical text of a dwelling's address.
///
/// ```
/// use watchfire_stdlib::address::unit;
/// let key = Ok("青年中路1号3幢501室".to_owned());
/// assert_eq!(unit("江苏省南通市崇川区青年中路1号3号楼501"), key);
/// assert_eq!(unit("青年中路 一号 ３栋 ５０１室"), key);
/// assert_eq!(unit("青年中路1号3幢501-1"), key, "a part of a room is in the room");
/// assert_eq!(unit("青年中路1号").map_err(|refusal| refusal.reason), Err("no room number"));
/// ```
///
/// # Errors
/// Why it is no dwelling, or cannot be read for certain.
pub fn unit(text: &str) -> Result<String, Refusal> {
    Address::parse(text)?.unit_key()
}

/// The canonical text of the building of an address.
///
/// # Errors
/// Why there is none, or it cannot be read for certain.
pub fn building(text: &str) -> Result<String, Refusal> {
    Address::parse(text)?.building_key()
}

const fn refusal(reason: &'static str, reason_zh: &'static str) -> Refusal {
    Refusal { reason, reason_zh }
}

const EMPTY: Refusal = refusal("no address", "没有地址");
const TOO_LONG: Refusal = refusal("address longer than 1000 bytes", "地址超过 1000 字节");
const TWO_DISTRICTS: Refusal = refusal("two different districts", "出现两个不同的区县");
const NO_PLACE: Refusal = refusal("no road, estate or village", "没有道路、小区或村名");
const NO_NUMBER: Refusal = refusal("no house or building number", "没有门牌号或楼号");
const NO_ROOM: Refusal = refusal("no room number", "没有室号");
const TWICE: Refusal = refusal("two different numbers of one kind", "同类号码出现两个且不一致");
const UNCLEAR_NUMBER: Refusal = refusal("unclear which number is the room", "无法确定哪个是室号");
const UNREADABLE_REST: Refusal = refusal("unreadable text after building or room", "楼号或室号之后有无法识别的文字");
const FLOOR_DISAGREES: Refusal = refusal("floor and room do not agree", "楼层与室号不一致");

#[cfg(test)]
mod tests;

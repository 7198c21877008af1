//! Which number of an address is what, or why that is not certain.

use super::scan::{Mark, Piece, is_digit, starts_with_mark};
use super::{Address, FLOOR_DISAGREES, TWICE, UNCLEAR_NUMBER, UNREADABLE_REST};
use crate::functions::Refusal;

/// Digits from which on a number without a mark is a room.
const ROOM_DIGITS: usize = 3;

pub(super) fn read(area: String, pieces: Vec<Piece>) -> Result<Address, Refusal> {
    let later_building = pieces
        .iter()
        .rposition(|piece| matches!(piece, Piece::Number { mark: Mark::Building | Mark::Hash, .. }))
        .unwrap_or(0);
    // "1一号": the digits of text and number would run together
    let run_together = pieces
        .windows(2)
        .any(|pair| matches!(pair, [Piece::Text(text), Piece::Number { .. }] if text.ends_with(is_digit)));
    if run_together {
        return Err(UNCLEAR_NUMBER);
    }
    let mut address = Address { area, ..Address::default() };
    for (place, piece) in pieces.into_iter().enumerate() {
        match piece {
            Piece::Text(text) => address.take_text(&text)?,
            Piece::Number { parts, mark, dash } => {
                // "1#3幢": the first is the house
                let mark = match mark {
                    Mark::Hash if address.house.is_none() && place < later_building => Mark::House,
                    Mark::Hash => Mark::Building,
                    other => other,
                };
                if dash && mark == Mark::Floor {
                    return Err(UNREADABLE_REST); // below ground
                }
                address.take_number(&parts, mark)?;
            }
        }
    }
    address.settle_floor()?;
    Ok(address)
}

fn set(field: &mut Option<String>, number: &str) -> Result<(), Refusal> {
    match field {
        Some(before) if before != number => Err(TWICE),
        _ => {
            *field = Some(number.to_owned());
            Ok(())
        }
    }
}

fn single(parts: &[String]) -> Result<&str, Refusal> {
    match parts {
        [part] => Ok(part),
        _ => Err(UNCLEAR_NUMBER),
    }
}

/// A room's number and what follows it: `501A` is room 501, part A. `None` if it does not look like a room.
fn room_and_part(written: &str) -> Option<(&str, &str)> {
    let first = written.find(|c: char| c.is_ascii_digit())?;
    let tail = written.get(first..)?;
    let end = tail.find(|c: char| !c.is_ascii_digit()).map_or(written.len(), |at| first + at);
    let (room, part) = written.split_at(end);
    let letters = part.chars().all(|c| c.is_ascii_uppercase());
    (end - first >= ROOM_DIGITS && first <= 1 && part.len() <= 1 && letters).then_some((room, part))
}

impl Address {
    fn take_text(&mut self, text: &str) -> Result<(), Refusal> {
        if self.room.is_some() && matches!(text, "床位" | "床" | "铺位" | "铺") {
            return Ok(());
        }
        let inside = self.building.is_some() || self.stairwell.is_some() || self.floor.is_some();
        // "1号" and "室" would read "1号室" in the key
        if inside || self.room.is_some() || text.contains('/') || starts_with_mark(text) {
            return Err(UNREADABLE_REST);
        }
        let numbered = self.house.is_some() || self.lane.is_some() || self.group.is_some();
        let field = if numbered { &mut self.estate } else { &mut self.place };
        field.push_str(text);
        Ok(())
    }

    fn take_number(&mut self, parts: &[String], mark: Mark) -> Result<(), Refusal> {
        match mark {
            Mark::Lane => self.before_estate()?.set_lane(single(parts)?),
            Mark::Group => self.before_estate()?.set_group(single(parts)?),
            Mark::House => self.take_house(parts),
            Mark::Building | Mark::Hash => set(&mut self.building, single(parts)?),
            Mark::Stairwell => set(&mut self.stairwell, single(parts)?),
            Mark::Floor => self.take_floor(single(parts)?),
            Mark::Room => self.take_room(parts, true),
            Mark::Bare => self.take_room(parts, false),
            Mark::Bed if self.room.is_some() => set(&mut self.sub_room, &parts.join("-")),
            // "501-1床": room and bed in one
            Mark::Bed => self.take_room(parts, false),
        }
    }

    /// Lanes and groups stand before the name of an estate; behind it, it is not clear what they divide.
    fn before_estate(&mut self) -> Result<&mut Self, Refusal> {
        if self.estate.is_empty() { Ok(self) } else { Err(UNCLEAR_NUMBER) }
    }

    fn set_lane(&mut self, number: &str) -> Result<(), Refusal> {
        set(&mut self.lane, number)
    }

    fn set_group(&mut self, number: &str) -> Result<(), Refusal> {
        set(&mut self.group, number)
    }

    /// 号 after a building counts rooms where it has enough digits; before one it is the house number.
    fn take_house(&mut self, parts: &[String]) -> Result<(), Refusal> {
        let inside = self.building.is_some() || self.stairwell.is_some();
        match parts {
            [number] if inside && self.room.is_none() && room_and_part(number).is_some() => self.take_room(parts, true),
            _ if inside || self.room.is_some() => Err(UNCLEAR_NUMBER),
            // behind an estate's name it would move before it in the key
            _ if !self.estate.is_empty() => Err(UNCLEAR_NUMBER),
            _ => set(&mut self.house, &parts.join("-")),
        }
    }

    /// 楼 after letters is a building, after digits a floor.
    fn take_floor(&mut self, number: &str) -> Result<(), Refusal> {
        if number.chars().all(|c| c.is_ascii_digit()) {
            set(&mut self.floor, number)
        } else {
            set(&mut self.building, number)
        }
    }

    /// A room, with what may stand before it (building, stairwell) and after it (parts of the room) between dashes.
    fn take_room(&mut self, parts: &[String], marked: bool) -> Result<(), Refusal> {
        if self.room.is_some() {
            return self.take_part_of_room(parts);
        }
        let rooms: Vec<usize> = (0..parts.len())
            .filter(|index| parts.get(*index).is_some_and(|part| room_and_part(part).is_some()))
            .collect();
        let at = match rooms.as_slice() {
            [at] => *at,
            [] if marked && parts.len() == 1 => return set(&mut self.room, single(parts)?),
            _ => return Err(UNCLEAR_NUMBER),
        };
        let (before, from) = parts.split_at(at);
        match (before, &self.building) {
            ([], _) => {}
            ([building, stairwell], None) => {
                set(&mut self.building, building)?;
                set(&mut self.stairwell, stairwell)?;
            }
            ([stairwell], Some(_)) if self.stairwell.is_none() => set(&mut self.stairwell, stairwell)?,
            // 3-501 without a building: is 3 the building or the stairwell?
            _ => return Err(UNCLEAR_NUMBER),
        }
        let Some((written, after)) = from.split_first() else { return Err(UNCLEAR_NUMBER) };
        let Some((room, part)) = room_and_part(written) else { return Err(UNCLEAR_NUMBER) };
        set(&mut self.room, room)?;
        if !part.is_empty() {
            set(&mut self.sub_room, part)?;
        }
        match after {
            [] => Ok(()),
            [sub] if self.sub_room.is_none() => set(&mut self.sub_room, sub),
            _ => Err(UNCLEAR_NUMBER),
        }
    }

    /// A second, shorter number after the room is a part of it.
    fn take_part_of_room(&mut self, parts: &[String]) -> Result<(), Refusal> {
        let [part] = parts else { return Err(UNCLEAR_NUMBER) };
        let room_is_clear = self.room.as_deref().is_some_and(|room| room_and_part(room).is_some());
        if self.room.as_ref() == Some(part) {
            return Ok(());
        }
        if room_is_clear && part.len() < ROOM_DIGITS { set(&mut self.sub_room, part) } else { Err(TWICE) }
    }

    /// A floor that the room's number repeats says nothing more; one that contradicts it is an error.
    fn settle_floor(&mut self) -> Result<(), Refusal> {
        let (Some(floor), Some(room)) = (&self.floor, &self.room) else { return Ok(()) };
        let digits = room.trim_start_matches(|c: char| c.is_ascii_alphabetic());
        if digits.len() < ROOM_DIGITS {
            return Ok(());
        }
        let on_floor = digits.get(..digits.len() - 2).is_some_and(|front| front == floor);
        if on_floor {
            self.floor = None;
            Ok(())
        } else {
            Err(FLOOR_DISAGREES)
        }
    }
}

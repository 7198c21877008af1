//! Well-known binary: OGC 06-103r4, section 8.2, both byte orders; with heights and measures, which are dropped, in the
//! numbering of the standard (1001 …) and of PostGIS (flags in the highest bits, an SRID).
//!
//! Written by hand: the one crate for it brings more crates than all of the standard library has.

use geo_types::{Coord, Geometry, LineString, MultiLineString, MultiPolygon, Point, Polygon};

/// WGS-84 as PostGIS numbers reference systems; 0: none is said.
const SYSTEMS: [u32; 2] = [0, 4326];

/// A geometry from its bytes; `None` if they are none, or are of a kind or reference system that is not read.
pub(super) fn read(bytes: &[u8]) -> Option<Geometry<f64>> {
    let mut reader = Reader { bytes, big: false };
    let geometry = reader.geometry(None)?;
    reader.bytes.is_empty().then_some(geometry)
}

/// Bytes from hexadecimal text.
pub(super) fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    Some(digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

struct Reader<'b> {
    bytes: &'b [u8],
    big: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.bytes.split_first_chunk::<N>()?;
        self.bytes = rest;
        Some(*taken)
    }

    fn number(&mut self) -> Option<u32> {
        let bytes = self.take()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn float(&mut self) -> Option<f64> {
        let bytes = self.take()?;
        Some(if self.big { f64::from_be_bytes(bytes) } else { f64::from_le_bytes(bytes) })
    }

    /// A geometry; `inside`: the kind that a part of a collection must be of.
    fn geometry(&mut self, inside: Option<u32>) -> Option<Geometry<f64>> {
        self.big = match self.take::<1>()? {
            [0] => true,
            [1] => false,
            _ => return None,
        };
        let code = self.number()?;
        if code & 0x2000_0000 != 0 && !SYSTEMS.contains(&self.number()?) {
            return None;
        }
        let plain = code & 0x0fff_ffff;
        let (kind, numbered) = (plain % 1000, plain / 1000);
        let flagged = usize::from(code & 0x8000_0000 != 0) + usize::from(code & 0x4000_0000 != 0);
        let further = match numbered {
            0 => flagged,
            1 | 2 => 1,
            3 => 2,
            _ => return None,
        };
        if inside.is_some_and(|wanted| wanted != kind) {
            return None;
        }
        Some(match kind {
            1 => Geometry::Point(Point(self.position(further)?)),
            2 => Geometry::LineString(self.line(further)?),
            3 => Geometry::Polygon(self.polygon(further)?),
            5 => Geometry::MultiLineString(MultiLineString(self.parts(2, |part| match part {
                Geometry::LineString(line) => Some(line),
                _ => None,
            })?)),
            6 => Geometry::MultiPolygon(MultiPolygon(self.parts(3, |part| match part {
                Geometry::Polygon(polygon) => Some(polygon),
                _ => None,
            })?)),
            _ => return None,
        })
    }

    /// So many of them as the next number says; what is said may be more than there is.
    fn list<T>(&mut self, mut one: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let many = self.number()?;
        (0..many).map(|_| one(self)).collect()
    }

    fn parts<T>(&mut self, kind: u32, of: impl Fn(Geometry<f64>) -> Option<T>) -> Option<Vec<T>> {
        self.list(|reader| {
            let outer = reader.big;
            let part = reader.geometry(Some(kind)).and_then(&of);
            reader.big = outer;
            part
        })
    }

    fn position(&mut self, further: usize) -> Option<Coord<f64>> {
        let position = Coord { x: self.float()?, y: self.float()? };
        for _ in 0..further {
            self.float()?;
        }
        Some(position)
    }

    fn line(&mut self, further: usize) -> Option<LineString<f64>> {
        Some(LineString(self.list(|reader| reader.position(further))?))
    }

    fn polygon(&mut self, further: usize) -> Option<Polygon<f64>> {
        let mut rings = self.list(|reader| reader.line(further))?.into_iter();
        let outer = rings.next().unwrap_or(LineString(Vec::new()));
        Some(Polygon::new(outer, rings.collect()))
    }
}

//! Types of the language.

/// An entity type of a package, by its place in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub u32);

/// An enum of a package, by its place in the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnumId(pub u32);

/// Exponents of the base dimensions of a quantity, after the SI (BIPM, *The International System of Units*, 9th ed.).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Dimension {
    /// Metre.
    pub length: i8,
    /// Kilogram.
    pub mass: i8,
    /// Second.
    pub time: i8,
    /// Kelvin.
    pub temperature: i8,
}

impl Dimension {
    /// A plain number.
    pub const NONE: Self = Self::new(0, 0, 0, 0);
    /// Length, m.
    pub const LENGTH: Self = Self::new(1, 0, 0, 0);
    /// Area, m².
    pub const AREA: Self = Self::new(2, 0, 0, 0);
    /// Volume, m³.
    pub const VOLUME: Self = Self::new(3, 0, 0, 0);
    /// Mass, kg.
    pub const MASS: Self = Self::new(0, 1, 0, 0);
    /// Time, s; a value of this dimension is a `Duration`.
    pub const TIME: Self = Self::new(0, 0, 1, 0);
    /// Speed, m/s.
    pub const SPEED: Self = Self::new(1, 0, -1, 0);
    /// Volume flow, m³/s.
    pub const FLOW: Self = Self::new(3, 0, -1, 0);
    /// Mass concentration, kg/m³.
    pub const CONCENTRATION: Self = Self::new(-3, 1, 0, 0);
    /// Power, W.
    pub const POWER: Self = Self::new(2, 1, -3, 0);
    /// Energy, J.
    pub const ENERGY: Self = Self::new(2, 1, -2, 0);
    /// Pressure, Pa.
    pub const PRESSURE: Self = Self::new(-1, 1, -2, 0);
    /// Temperature difference or temperature, K.
    pub const TEMPERATURE: Self = Self::new(0, 0, 0, 1);
    /// Frequency, 1/s.
    pub const FREQUENCY: Self = Self::new(0, 0, -1, 0);

    /// A dimension from its exponents of metre, kilogram, second, kelvin.
    pub const fn new(length: i8, mass: i8, time: i8, temperature: i8) -> Self {
        Self { length, mass, time, temperature }
    }

    /// Dimension of a product; `None` if an exponent leaves -128..=127.
    pub fn times(self, other: Self) -> Option<Self> {
        Some(Self {
            length: self.length.checked_add(other.length)?,
            mass: self.mass.checked_add(other.mass)?,
            time: self.time.checked_add(other.time)?,
            temperature: self.temperature.checked_add(other.temperature)?,
        })
    }

    /// Dimension of a quotient; `None` if an exponent leaves -128..=127.
    pub fn per(self, other: Self) -> Option<Self> {
        Some(Self {
            length: self.length.checked_sub(other.length)?,
            mass: self.mass.checked_sub(other.mass)?,
            time: self.time.checked_sub(other.time)?,
            temperature: self.temperature.checked_sub(other.temperature)?,
        })
    }
}

/// What a value is, whether it may be missing aside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// 64-bit whole number; overflow is an error value.
    Int,
    /// IEEE 754 binary64; not-a-number is the missing value.
    Float,
    /// Exact decimal with four places; results are rounded half to even.
    Money,
    /// Unicode text, compared by code point.
    Text,
    /// A calendar day.
    Date,
    /// An instant, microseconds since 1970-01-01T00:00Z.
    Time,
    /// A span of time: whole calendar days and microseconds.
    Duration,
    /// An hour of the day, 0 to 23; its ranges wrap.
    Hour,
    /// A position, WGS-84 degrees (converted on loading from the column's reference system).
    Point,
    /// A line of positions.
    Line,
    /// A polygon.
    Polygon,
    /// A variant of an enum.
    Enum(EnumId),
    /// An entity: nominal, equal only to entities of the same type.
    Entity(EntityId),
    /// A quantity other than a plain number or a span of time, held in its SI unit.
    Quantity(Dimension),
    /// Several values of one kind.
    List(Box<Kind>),
    /// A warning level; more severe is greater.
    Level,
    /// The kind of an expression that has an error already reported; fits everywhere and is never run.
    Unknown,
}

/// The type of an expression.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// What it is.
    pub kind: Kind,
    /// It may be missing: `T?`.
    pub optional: bool,
    /// It is private or made from something private: shown only as a pseudonym.
    pub private: bool,
}

impl Type {
    /// A type that is always there and not private.
    pub const fn new(kind: Kind) -> Self {
        Self { kind, optional: false, private: false }
    }

    /// The same type, possibly missing.
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }
}

impl From<Kind> for Type {
    fn from(kind: Kind) -> Self {
        Self::new(kind)
    }
}

/// Built-in type names: English, Chinese, kind.
pub const BUILT_IN_TYPES: &[(&str, &str, Kind)] = &[
    ("Bool", "是非", Kind::Bool),
    ("Int", "整数", Kind::Int),
    ("Float", "小数", Kind::Float),
    ("Money", "金额", Kind::Money),
    ("Text", "文本", Kind::Text),
    ("Date", "日期", Kind::Date),
    ("Time", "时间", Kind::Time),
    ("Duration", "时长", Kind::Duration),
    ("Hour", "钟点", Kind::Hour),
    ("Point", "位置", Kind::Point),
    ("Line", "线路", Kind::Line),
    ("Polygon", "区域", Kind::Polygon),
    ("Length", "长度", Kind::Quantity(Dimension::LENGTH)),
    ("Area", "面积", Kind::Quantity(Dimension::AREA)),
    ("Volume", "体积", Kind::Quantity(Dimension::VOLUME)),
    ("Mass", "质量", Kind::Quantity(Dimension::MASS)),
    ("Speed", "速度", Kind::Quantity(Dimension::SPEED)),
    ("Flow", "流量", Kind::Quantity(Dimension::FLOW)),
    ("Concentration", "浓度", Kind::Quantity(Dimension::CONCENTRATION)),
    ("Power", "功率", Kind::Quantity(Dimension::POWER)),
    ("Energy", "电量", Kind::Quantity(Dimension::ENERGY)),
    ("Pressure", "压强", Kind::Quantity(Dimension::PRESSURE)),
    ("Temperature", "温度", Kind::Quantity(Dimension::TEMPERATURE)),
    ("Frequency", "频率", Kind::Quantity(Dimension::FREQUENCY)),
];

/// The kind of a built-in type, by its English or Chinese name.
pub fn built_in_type(name: &str) -> Option<Kind> {
    BUILT_IN_TYPES.iter().find(|(en, zh, _)| *en == name || *zh == name).map(|(_, _, kind)| kind.clone())
}

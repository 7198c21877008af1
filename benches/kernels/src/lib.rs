//! The rows that kernels are measured on, and the same questions in loops written by hand.
//!
//! Both read the same columns as they lie, the hand-written loops through an order of the rows by entity and time made before,
//! as the engine's timelines are. Every loop says how many rows it finds.

use polars::prelude::*;
use watchfire_engine::{Compile, Engine, Loaded, Package, RunOptions, Sources};
use watchfire_stdlib::geo::great_circle_distance;
use watchfire_stdlib::value::Point;

/// Microseconds.
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;
/// 2024-01-01, midnight in UTC.
const START: i64 = 1_704_067_200_000_000;

/// Events of people at addresses, each with numbers. One cell in a hundred is missing; rows are in no order.
pub struct Rows {
    pub person: Vec<i64>,
    pub address: Vec<i64>,
    pub time: Vec<i64>,
    pub place: Vec<Option<(f64, f64)>>,
    pub floats: [Vec<Option<f64>>; 4],
    pub wholes: [Vec<Option<i64>>; 4],
}

/// Draws by a linear congruence.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn share(&mut self) -> f64 {
        self.below(1 << 30) as f64 / f64::from(1 << 30)
    }

    /// Small numbers are drawn more often.
    fn skewed(&mut self, end: u64) -> i64 {
        (self.share() * self.share() * end as f64) as i64
    }

    fn some<T>(&mut self, value: T) -> Option<T> {
        (self.below(100) > 0).then_some(value)
    }
}

impl Rows {
    pub fn draw(many: usize) -> Self {
        let mut draw = Draw(7);
        let mut rows = Self {
            person: Vec::new(),
            address: Vec::new(),
            time: Vec::new(),
            place: Vec::new(),
            floats: Default::default(),
            wholes: Default::default(),
        };
        for number in 0..many {
            rows.person.push(draw.skewed(many as u64 / 40));
            rows.address.push(draw.skewed(many as u64 / 100));
            // No two events have the same time.
            rows.time.push(START + (draw.below(90 * 24 * 3600) as i64 * 1_000_000) + number as i64 % 1_000_000);
            let place = (120.5 + draw.share(), 31.9 + draw.share());
            rows.place.push(draw.some(place));
            for column in &mut rows.floats {
                let number = draw.share();
                column.push(draw.some(number));
            }
            for column in &mut rows.wholes {
                let number = draw.below(1000) as i64;
                column.push(draw.some(number));
            }
        }
        rows
    }

    pub fn frame(&self) -> PolarsResult<DataFrame> {
        let half = |take: fn((f64, f64)) -> f64| -> Vec<Option<f64>> {
            self.place.iter().map(|place| place.map(take)).collect()
        };
        let [a, b, c, d] = &self.floats;
        let [e, f, g, h] = &self.wholes;
        let mut frame = df!(
            "person" => &self.person, "address" => &self.address, "time" => &self.time,
            "lon" => half(|place| place.0), "lat" => half(|place| place.1),
            "a" => a, "b" => b, "c" => c, "d" => d, "e" => e, "f" => f, "g" => g, "h" => h,
        )?;
        frame.apply("time", |time| time.cast(&DataType::Datetime(TimeUnit::Microseconds, None)).unwrap_or_default())?;
        Ok(frame)
    }
}

/// Rows by entity, each entity's in order of time.
pub struct Order {
    rows: Vec<u32>,
    offsets: Vec<usize>,
}

impl Order {
    pub fn by(entities: &[i64], times: &[i64]) -> Self {
        let mut rows: Vec<u32> = (0..entities.len() as u32).collect();
        rows.sort_unstable_by_key(|row| (entities[*row as usize], times[*row as usize]));
        let mut offsets = vec![0];
        for place in 1..rows.len() {
            if entities[rows[place] as usize] != entities[rows[place - 1] as usize] {
                offsets.push(place);
            }
        }
        offsets.push(rows.len());
        Self { rows, offsets }
    }

    /// For each entity its rows.
    fn entities(&self) -> impl Iterator<Item = &[u32]> {
        self.offsets.windows(2).map(|pair| &self.rows[pair[0]..pair[1]])
    }
}

const SOURCES: &str = r#"
entity Person key Int
entity Address key Int
source events events at time {
    owner "benchmark"
    allows test
    person  : Person
    address : Address
    time    : Time
    place   : Point? in wgs84 from ("lon", "lat")
    a : Float?
    b : Float?
    c : Float?
    d : Float?
    e : Int?
    f : Int?
    g : Int?
    h : Int?
}
"#;

/// A question: its name, for whom, the trigger's filter, and the condition.
pub struct Question {
    pub name: &'static str,
    entity: &'static str,
    condition: &'static str,
    pub by_hand: fn(&Rows, &[Order; 2]) -> usize,
}

pub const QUESTIONS: [Question; 5] = [
    Question {
        name: "scan",
        entity: "Person",
        condition: "r.a + r.b > 1.2 and r.c < 0.4 and (r.e * 2 + r.f > 900 or r.g > 700) and not (r.d * r.a > 0.3) and r.h % 10 < 6",
        by_hand: scan,
    },
    Question {
        name: "row before",
        entity: "Person",
        condition: "distance(r.before.place, r.place) / (r.time - r.before.time) > 200 km/h",
        by_hand: travel,
    },
    Question {
        name: "count",
        entity: "Address",
        condition: "(count from events where a > 0.5 over last 1 day) > 6",
        by_hand: count,
    },
    Question {
        name: "count distinct",
        entity: "Address",
        condition: "(count distinct person from events over last 7 days) > 60",
        by_hand: distinct,
    },
    Question {
        name: "sum",
        entity: "Address",
        condition: "(sum e from events over last 1 day) > 6500",
        by_hand: sum,
    },
];

impl Question {
    /// The model over its rows, read and ordered.
    pub fn loaded(&self, rows: &Rows) -> Result<Loaded, Box<dyn std::error::Error>> {
        loaded([model("m", self.entity, self.condition)], rows)
    }
}

/// So many models of different forms, over their rows: no two share code.
pub fn many_models(many: usize, rows: &Rows) -> Result<Loaded, Box<dyn std::error::Error>> {
    let model = |number: usize| {
        let float = |shift: usize| ["a", "b", "c", "d"][(number >> shift) % 4];
        let whole = |shift: usize| ["e", "f", "g", "h"][(number >> shift) % 4];
        let (operator, comparison) = (["+", "-", "*"][number % 3], ["<", ">", "<=", ">="][number / 3 % 4]);
        let condition = format!(
            "(r.{} {operator} r.{}) {comparison} 0.01 and r.{} > 900 and r.{} % {} < 3 and \
             (count from events where {} > 990 over last 1 day) > {}",
            float(0),
            float(2),
            whole(1),
            whole(3),
            number + 5,
            whole(2),
            number / 4,
        );
        model(&format!("m{number}"), "Person", &condition)
    };
    loaded((0..many).map(model), rows)
}

fn model(name: &str, entity: &str, condition: &str) -> String {
    format!(
        "model {name} for {entity} {{\n category c\n purpose test\n basis \"b\"\n on events as r\n warn when {condition} \
         {{ yellow otherwise }}\n}}\n"
    )
}

/// The models over their rows, read and ordered.
fn loaded(
    models: impl IntoIterator<Item = String>,
    rows: &Rows,
) -> Result<Loaded, Box<dyn std::error::Error>> {
    let text = models.into_iter().fold(SOURCES.to_owned(), |text, model| text + "\n" + &model);
    let manifest = "[package]\nname = \"kernels\"\nversion = \"0.1.0\"\nzone = \"UTC\"\nlanguage = \"en\"\n";
    let package = Package::from_texts(manifest, [("kernels.watch", text)]).map_err(|error| format!("{error:?}"))?;
    let options = RunOptions { threads: Some(1), compile: Compile::Always, ..RunOptions::default() };
    let sources = Sources::new().frame("events", rows.frame()?);
    Ok(Engine::new(package).load(&sources, &options).map_err(|error| format!("{error:?}"))?)
}

fn scan(rows: &Rows, _: &[Order; 2]) -> usize {
    let ([a, b, c, d], [e, f, g, h]) = (&rows.floats, &rows.wholes);
    let is = |row: usize| -> Option<bool> {
        // A comparison with a missing cell is not known; what is false beside it decides.
        let sum = a[row].zip(b[row]).map(|(a, b)| a + b > 1.2);
        let low = c[row].map(|c| c < 0.4);
        let twice = e[row].zip(f[row]).map(|(e, f)| e * 2 + f > 900);
        let high = g[row].map(|g| g > 700);
        let product = d[row].zip(a[row]).map(|(d, a)| d * a > 0.3);
        let rest = h[row].map(|h| h % 10 < 6);
        let either = if twice == Some(true) || high == Some(true) { Some(true) } else { twice.zip(high).map(|_| false) };
        Some(sum? && low? && either? && !product? && rest?)
    };
    (0..rows.time.len()).filter(|row| is(*row) == Some(true)).count()
}

fn travel(rows: &Rows, [by_person, _]: &[Order; 2]) -> usize {
    let mut found = 0;
    for of in by_person.entities() {
        for pair in of.windows(2) {
            let (before, row) = (pair[0] as usize, pair[1] as usize);
            let (Some(p), Some(q)) = (rows.place[before], rows.place[row]) else { continue };
            let point = |(longitude, latitude)| Point { longitude, latitude };
            let metres = great_circle_distance(point(p), point(q));
            let seconds = (rows.time[row] - rows.time[before]) as f64 / 1e6;
            found += usize::from(metres / seconds > 200.0 / 3.6);
        }
    }
    found
}

/// Two pointers over the rows of each entity: what enters and leaves a window of this length, and what there is of it.
fn windows(
    rows: &Rows,
    order: &Order,
    length: i64,
    mut enter: impl FnMut(usize),
    mut leave: impl FnMut(usize),
    mut is: impl FnMut() -> bool,
) -> usize
{
    let mut found = 0;
    for of in order.entities() {
        let mut left = 0;
        for row in of {
            let row = *row as usize;
            enter(row);
            while rows.time[of[left] as usize] <= rows.time[row] - length {
                leave(of[left] as usize);
                left += 1;
            }
            found += usize::from(is());
        }
        of[left..].iter().for_each(|row| leave(*row as usize));
    }
    found
}

fn count(rows: &Rows, [_, by_address]: &[Order; 2]) -> usize {
    let many = std::cell::Cell::new(0_i64);
    let counts = |row: usize| i64::from(rows.floats[0][row].is_some_and(|a| a > 0.5));
    windows(
        rows,
        by_address,
        DAY,
        |row| many.set(many.get() + counts(row)),
        |row| many.set(many.get() - counts(row)),
        || many.get() > 6,
    )
}

fn distinct(rows: &Rows, [_, by_address]: &[Order; 2]) -> usize {
    let people = rows.person.iter().copied().max().unwrap_or(0) as usize + 1;
    let often = std::cell::RefCell::new(vec![0_u32; people]);
    let different = std::cell::Cell::new(0);
    windows(
        rows,
        by_address,
        7 * DAY,
        |row| {
            let often = &mut often.borrow_mut()[rows.person[row] as usize];
            different.set(different.get() + i64::from(*often == 0));
            *often += 1;
        },
        |row| {
            let often = &mut often.borrow_mut()[rows.person[row] as usize];
            *often -= 1;
            different.set(different.get() - i64::from(*often == 0));
        },
        || different.get() > 60,
    )
}

fn sum(rows: &Rows, [_, by_address]: &[Order; 2]) -> usize {
    let total = std::cell::Cell::new(0_i128);
    let value = |row: usize| i128::from(rows.wholes[0][row].unwrap_or(0));
    windows(
        rows,
        by_address,
        DAY,
        |row| total.set(total.get() + value(row)),
        |row| total.set(total.get() - value(row)),
        || total.get() > 6_500,
    )
}

//! What compiled loops are measured by: questions over data that is loaded and ordered, and the same written by hand in Rust
//! over rows that lie in the same order.
//!
//! A question by hand knows its data: cells lie entity after entity in time order in memory of their own, none is missing or
//! late, and nothing but the number of rows found is kept. It is the limit, and not a way to write warnings.

mod by_hand;

pub use by_hand::Ordered;

use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, Series, TimeUnit};
use rand::Rng;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use watchfire_engine::{Engine, Loaded, Package, RunOptions, Sources};

/// Microseconds in an hour.
pub const HOUR: i64 = 3_600_000_000;
/// Rows.
pub const ROWS: usize = 1_000_000;
/// Homes that they are about, some of which have many more rows than others.
const HOMES: usize = 20_000;
/// People at these homes.
const PEOPLE: usize = 50_000;

const SOURCES: &str = r#"
entity Home key Text
entity Person key Text
source readings events at time {
    owner "bench"
    allows test
    home   : Home
    person : Person
    x      : Float
    y      : Float
    n      : Int
    time   : Time
}
"#;

/// A question: its name, the condition of its model, and the same by hand.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Name.
    pub name: &'static str,
    /// When it warns; `r` is the reading.
    pub condition: &'static str,
    /// How many rows satisfy it.
    pub by_hand: fn(&Ordered) -> usize,
}

/// The questions: a row by itself, the row before, and each kind of aggregate in a window.
pub const QUESTIONS: [Question; 9] = [
    Question { name: "row", condition: "r.x * 3.0 + r.y > 3.99 and r.n % 7 == 3", by_hand: Ordered::row },
    Question {
        name: "row before",
        condition: "r.x - r.before.x > 0.99 and r.time - r.before.time < 6 h",
        by_hand: Ordered::row_before,
    },
    Question { name: "count", condition: "(count from readings over last 2 days) > 24", by_hand: Ordered::count },
    Question {
        name: "count distinct",
        condition: "(count distinct person from readings over last 7 days) > 62",
        by_hand: Ordered::count_distinct,
    },
    Question { name: "sum", condition: "(sum x from readings over last 1 day) > 11.0", by_hand: Ordered::sum },
    Question {
        name: "mean where",
        condition: "(mean x from readings where y > 0.5 over last 2 days) > 0.999",
        by_hand: Ordered::mean_where,
    },
    Question {
        name: "deviation",
        condition: "(stddev x from readings over last 1 day) > 0.706",
        by_hand: Ordered::deviation,
    },
    Question { name: "least", condition: "(min n from readings over last 5 days) > 900", by_hand: Ordered::least },
    Question {
        name: "any where",
        condition: "(any from readings where x > 0.9999 over last 3 h) and r.y > 0.9",
        by_hand: Ordered::any_where,
    },
];

/// The rows, not in order.
#[derive(Clone, Debug)]
pub struct Readings {
    home: Vec<u32>,
    person: Vec<u32>,
    x: Vec<f64>,
    y: Vec<f64>,
    n: Vec<i64>,
    time: Vec<i64>,
}

impl Readings {
    /// Rows drawn from a seed, in 90 days.
    pub fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let start = 1_704_067_200_000_000;
        let mut rows = Self { home: vec![], person: vec![], x: vec![], y: vec![], n: vec![], time: vec![] };
        for row in 0..ROWS {
            // The square of an even draw: small numbers come more often.
            let skewed: f64 = rng.random::<f64>().powi(2);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the homes")]
            rows.home.push((skewed * HOMES as f64) as u32);
            rows.person.push(rng.random_range(0..PEOPLE as u32));
            rows.x.push(rng.random());
            rows.y.push(rng.random());
            rows.n.push(rng.random_range(0..1000));
            // No two rows have one time.
            rows.time.push(start + rng.random_range(0..90 * 24) * HOUR + row as i64 * 3_000);
        }
        rows
    }

    fn frame(&self) -> DataFrame {
        let keys = |what: &str, codes: &[u32]| codes.iter().map(|code| format!("{what}{code:06}")).collect::<Vec<_>>();
        let time = Series::new("time".into(), &self.time);
        let time = time.cast(&DataType::Datetime(TimeUnit::Microseconds, Some(polars::prelude::TimeZone::UTC)));
        let columns = vec![
            Series::new("home".into(), keys("h", &self.home)).into_column(),
            Series::new("person".into(), keys("p", &self.person)).into_column(),
            Series::new("x".into(), &self.x).into_column(),
            Series::new("y".into(), &self.y).into_column(),
            Series::new("n".into(), &self.n).into_column(),
            time.unwrap_or_default().into_column(),
        ];
        DataFrame::new(self.time.len(), columns).unwrap_or_default()
    }

    /// The rows as the data of [`package`].
    pub fn sources(&self) -> Sources {
        Sources::new().frame("readings", self.frame())
    }

    /// The first rows.
    pub fn first(&self, many: usize) -> Self {
        Self {
            home: self.home[..many].to_vec(),
            person: self.person[..many].to_vec(),
            x: self.x[..many].to_vec(),
            y: self.y[..many].to_vec(),
            n: self.n[..many].to_vec(),
            time: self.time[..many].to_vec(),
        }
    }

    /// The questions as a package, with the rows loaded and ordered for it, on one thread.
    ///
    /// # Errors
    /// Where package or data are refused.
    pub fn loaded(&self) -> Result<Loaded, String> {
        let package = package(QUESTIONS.iter().map(|question| question.condition.to_owned()))?;
        Engine::new(package).load(&self.sources(), &options(None)).map_err(|error| error.to_string())
    }
}

/// A package with a model for each condition.
///
/// # Errors
/// Where it is refused.
pub fn package(conditions: impl Iterator<Item = String>) -> Result<Package, String> {
    let mut text = SOURCES.to_owned();
    for (number, condition) in conditions.enumerate() {
        text.push_str(&format!(
            "model q{number} for Home {{\n category c\n purpose test\n basis \"b\"\n on readings as r\n warn when {condition} {{ \
             yellow otherwise }}\n}}\n"
        ));
    }
    let manifest = "[package]\nname = \"kernels\"\nversion = \"0.1.0\"\nzone = \"Etc/UTC\"\nlanguage = \"en\"\n";
    Package::from_texts(manifest, [("kernels.watch", text)]).map_err(|error| error.to_string())
}

/// So many conditions, no two of which share their code: sums of different lengths before the conditions of the questions.
pub fn different(many: usize) -> impl Iterator<Item = String> {
    (0..many).map(|number| {
        let sum = (0..=number / QUESTIONS.len()).map(|_| "r.x").collect::<Vec<_>>().join(" + ");
        format!("({sum} > {number}.5) or ({})", QUESTIONS[number % QUESTIONS.len()].condition)
    })
}

/// Options for one question, by its number, or for all.
pub fn options(question: Option<usize>) -> RunOptions {
    let only = question.map(|number| format!("q{number}")).into_iter().collect();
    RunOptions { only, threads: Some(1), ..RunOptions::default() }
}

//! What a run is asked for.

use crate::mutant::{Mutant, mutant};
use crate::warning::Silence;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use watchfire_dsl::diagnostics::{Language, suggest};
use watchfire_dsl::program::{Model, ModelId, ParameterId, Program};
use watchfire_stdlib::ops::{Comparison, compare};
use watchfire_stdlib::types::Kind;
use watchfire_stdlib::value::Value;

/// What a run is asked for. The default is: everything, in the range of the data.
///
/// ```
/// use watchfire_engine::RunOptions;
///
/// let options = RunOptions { only: vec!["address_overlap".into()], threads: Some(1), ..RunOptions::default() };
/// assert!(options.from.is_none());
/// ```
#[derive(Clone, Debug, Default)]
pub struct RunOptions {
    /// First known-at of the range, microseconds since 1970-01-01T00:00Z; by default the earliest of all dated rows.
    pub from: Option<i64>,
    /// Last known-at of the range, inclusive; by default the latest of all dated rows.
    pub to: Option<i64>,
    /// Names of the models wanted; by default all of the package, but not those of packages that it uses. What they depend on is evaluated too, but not given out.
    pub only: Vec<String>,
    /// Name of the profile whose parameters hold.
    pub profile: Option<String>,
    /// Parameters by `model.parameter`; they win over the profile's.
    pub set: BTreeMap<String, Value>,
    /// Silences in force at the start, as an earlier run left them in [`Run::silences`](crate::Run::silences).
    pub silences: Vec<Silence>,
    /// Language of messages where a model has several; by default the package's.
    pub language: Option<Language>,
    /// Key of the pseudonyms of private entities; by default the public [`DEVELOPMENT_KEY`](crate::DEVELOPMENT_KEY).
    pub pseudonym_key: Option<Vec<u8>>,
    /// Over how many partitions entities are spread; by default a few for each thread. The result is the same.
    pub partitions: Option<usize>,
    /// On how many threads; by default as many as the machine has processors. The result is the same.
    pub threads: Option<usize>,
    /// Length of a block of time in microseconds; by default a share of the range. The result is the same.
    pub block: Option<i64>,
    /// Whether code is compiled for the run. The result is the same.
    pub compile: Compile,
    /// How many bytes of memory the run may take, about; by default three quarters of what the machine has left. Where
    /// the data needs more, it is cut by entity into shares on disk, in the folder for temporary files, that are run
    /// one after the other. The result is the same. See `docs/memory.md` for what cannot be cut.
    pub memory: Option<u64>,
}

/// Whether code is compiled for a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compile {
    /// For tables that are large enough to gain by it.
    #[default]
    WhereItPays,
    /// Wherever it can be.
    Always,
    /// Never: everything is interpreted.
    Never,
}

/// How options do not fit a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OptionError {
    /// There is no such model.
    UnknownModel {
        /// The name.
        name: String,
        /// One that is close.
        suggestion: Option<String>,
    },
    /// There is no such profile.
    UnknownProfile {
        /// The name.
        name: String,
        /// One that is close.
        suggestion: Option<String>,
    },
    /// There is no such parameter.
    UnknownParameter {
        /// The name, `model.parameter`.
        name: String,
        /// One that is close.
        suggestion: Option<String>,
    },
    /// The value is not of the parameter's type.
    WrongType {
        /// The parameter, `model.parameter`.
        name: String,
    },
    /// The value is outside the range that the parameter allows.
    OutOfRange {
        /// The parameter, `model.parameter`.
        name: String,
    },
    /// The range ends before it begins.
    ReversedRange,
    /// The data was loaded for other models.
    NotLoaded {
        /// Name of the model.
        name: String,
    },
}

impl OptionError {
    /// The error in words.
    pub fn text(&self, language: Language) -> String {
        let english = language == Language::En;
        let unknown = |what: &str, what_zh: &str, name: &str, suggestion: &Option<String>| {
            let hint = match suggestion {
                Some(name) if english => format!("; did you mean `{name}`?"),
                Some(name) => format!("；是否指 `{name}`？"),
                None => String::new(),
            };
            if english {
                format!("there is no {what} `{name}`{hint}")
            } else {
                format!("没有{what_zh} `{name}`{hint}")
            }
        };
        match self {
            Self::UnknownModel { name, suggestion } => unknown("model", "模型", name, suggestion),
            Self::UnknownProfile { name, suggestion } => unknown("profile", "预案", name, suggestion),
            Self::UnknownParameter { name, suggestion } => unknown("parameter", "参数", name, suggestion),
            Self::WrongType { name } if english => format!("the value is not of the type of parameter `{name}`"),
            Self::WrongType { name } => format!("该值与参数 `{name}` 的类型不符"),
            Self::OutOfRange { name } if english => format!("the value is outside the range of parameter `{name}`"),
            Self::OutOfRange { name } => format!("该值超出参数 `{name}` 的允许范围"),
            Self::ReversedRange if english => "the range ends before it begins".into(),
            Self::ReversedRange => "时间范围的结束早于开始".into(),
            Self::NotLoaded { name } if english => format!("the data was not loaded for model `{name}`"),
            Self::NotLoaded { name } => format!("所载入的数据不含模型 `{name}` 所需的部分"),
        }
    }
}

impl fmt::Display for OptionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::En))
    }
}

impl std::error::Error for OptionError {}

impl RunOptions {
    /// On how many threads.
    pub(super) fn threads(&self) -> usize {
        let threads = self.threads.or_else(|| std::thread::available_parallelism().ok().map(Into::into));
        threads.unwrap_or(1).max(1)
    }

    /// The range is that of the data.
    pub(super) fn is_open(&self) -> bool {
        self.from.is_none() || self.to.is_none()
    }

    /// That the options fit the package.
    pub(super) fn check(&self, program: &Program) -> Result<(), OptionError> {
        if let (Some(from), Some(to)) = (self.from, self.to)
            && from > to
        {
            return Err(OptionError::ReversedRange);
        }
        self.wanted(program)?;
        self.parameters(program).map(drop)
    }

    /// The models wanted.
    pub(super) fn wanted(&self, program: &Program) -> Result<BTreeSet<ModelId>, OptionError> {
        if self.only.is_empty() {
            return Ok(own_models(program));
        }
        let find = |name: &String| {
            let index = program.models.iter().position(|model| *model.name == **name);
            index.and_then(|index| u32::try_from(index).ok()).map(ModelId).ok_or_else(|| OptionError::UnknownModel {
                name: name.clone(),
                suggestion: suggest(name, program.models.iter().map(|model| &*model.name)),
            })
        };
        self.only.iter().map(find).collect()
    }

    /// The value of each parameter: its default, the profile's, or what is set.
    pub(super) fn parameters(&self, program: &Program) -> Result<Vec<Value>, OptionError> {
        let mut values: Vec<Value> = program.parameters.iter().map(|parameter| parameter.default.clone()).collect();
        if let Some(name) = &self.profile {
            let Some(profile) = program.profiles.get(&**name) else {
                let suggestion = suggest(name, program.profiles.keys().map(|name| &**name));
                return Err(OptionError::UnknownProfile { name: name.clone(), suggestion });
            };
            for (id, value) in profile {
                set(&mut values, *id, value.clone());
            }
        }
        for (name, value) in &self.set {
            let full = |index: usize| {
                let parameter = &program.parameters[index];
                format!("{}.{}", parameter.model, parameter.name)
            };
            let Some(index) = (0..program.parameters.len()).find(|index| full(*index) == *name) else {
                let names: Vec<String> = (0..program.parameters.len()).map(full).collect();
                let suggestion = suggest(name, names.iter().map(String::as_str));
                return Err(OptionError::UnknownParameter { name: name.clone(), suggestion });
            };
            let parameter = &program.parameters[index];
            let value =
                converted(value, &parameter.ty.kind).ok_or_else(|| OptionError::WrongType { name: name.clone() })?;
            if let Some((low, high, closed)) = &parameter.range {
                let holds = |operator, bound| compare(operator, &value, bound, (0, 0, 0)).is_true();
                let below = if *closed { Comparison::LessOrEqual } else { Comparison::Less };
                if !holds(Comparison::GreaterOrEqual, low) || !holds(below, high) {
                    return Err(OptionError::OutOfRange { name: name.clone() });
                }
            }
            values[index] = value;
        }
        Ok(values)
    }
}

/// The models of the package itself, without those of packages that it uses.
pub(crate) fn own_models(program: &Program) -> BTreeSet<ModelId> {
    let own = |model: &Model| !model.used || mutant(Mutant::UsedModelsRun);
    (0u32..).map(ModelId).zip(&program.models).filter(|(_, model)| own(model)).map(|(id, _)| id).collect()
}

fn set(values: &mut [Value], id: ParameterId, value: Value) {
    if let Some(place) = values.get_mut(id.index()) {
        *place = value;
    }
}

/// The value, if it is of this kind; a whole number is a number too.
fn converted(value: &Value, kind: &Kind) -> Option<Value> {
    #[expect(clippy::cast_precision_loss, reason = "the nearest number, as everywhere")]
    match (value, kind) {
        (Value::Int(n), Kind::Float | Kind::Quantity(_)) => Some(Value::Float(*n as f64)),
        (Value::Bool(_), Kind::Bool)
        | (Value::Int(_), Kind::Int)
        | (Value::Float(_), Kind::Float | Kind::Quantity(_))
        | (Value::Money(_), Kind::Money)
        | (Value::Text(_), Kind::Text)
        | (Value::Date(_), Kind::Date)
        | (Value::Time(_), Kind::Time)
        | (Value::Duration(_), Kind::Duration)
        | (Value::Hour(_), Kind::Hour)
        | (Value::Point(_), Kind::Point)
        | (Value::Line(_), Kind::Line)
        | (Value::Polygon(_), Kind::Polygon)
        | (Value::Level(_), Kind::Level)
        | (Value::Entity(_), Kind::Entity(_)) => Some(value.clone()),
        (Value::Enum(id, _), Kind::Enum(wanted)) if id == wanted => Some(value.clone()),
        _ => None,
    }
}

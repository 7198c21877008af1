//! What warnings say: computed again at the evaluation that found them, for those that warn only.

use super::execute::Execution;
use super::parallel::in_parallel;
use crate::fast::FastMap;
use crate::finding::{Finding, FindingRecord, FindingStore};
use crate::interp::Evaluator;
use crate::mutant::{Mutant, mutant};
use crate::plan::{ModelPlan, Node, Template, TemplatePart};
use crate::shown::Shower;
use crate::warning::{ShownFact, Warning};
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::program::{Model, Program, Trigger};
use watchfire_stdlib::format::FormatSpec;
use watchfire_stdlib::value::Value;

/// Warnings rendered by one evaluator.
const CHUNK: usize = 256;
/// Findings told by one thread at a time.
const FINDINGS: usize = 4096;

/// What is told of findings, in the same order.
pub(super) fn findings(execution: &Execution<'_>, findings: &[FindingRecord], shower: Shower<'_>) -> Vec<Finding> {
    let program = execution.program;
    let tell = |finding: &FindingRecord| {
        let model = &program.models[finding.model.index()];
        let entity = shower.entity_ref(model.entity, &finding.entity);
        let same = model.entity == model.about_entity && finding.entity == finding.about;
        let about = if same { entity.clone() } else { shower.entity_ref(model.about_entity, &finding.about) };
        Finding { model: model.name.clone(), entity, about, time: finding.t, known: finding.k, level: finding.level }
    };
    let chunks: Vec<&[FindingRecord]> = findings.chunks(FINDINGS).collect();
    let told =
        in_parallel(execution.data.threads, chunks.len(), |number| chunks[number].iter().map(tell).collect::<Vec<_>>());
    let mut all = Vec::with_capacity(findings.len());
    told.into_iter().for_each(|told| all.extend(told));
    all
}

/// The warnings of findings that warn, each with what is told of it, in the same order, their messages in `language` where the model has it.
pub(super) fn warnings(
    execution: &Execution<'_>,
    findings: &FindingStore,
    warn: &[(&FindingRecord, &Finding)],
    shower: Shower<'_>,
    language: Language,
) -> Vec<Warning> {
    // One evaluator serves the warnings of one model.
    let mut order: Vec<usize> = (0..warn.len()).collect();
    order.sort_unstable_by_key(|index| (warn[*index].0.model, *index));
    let chunks: Vec<&[usize]> =
        order.chunk_by(|a, b| warn[*a].0.model == warn[*b].0.model).flat_map(|same| same.chunks(CHUNK)).collect();
    let rendered = in_parallel(execution.data.threads, chunks.len(), |number| {
        let chunk = chunks[number];
        let Some(model) = chunk.first().and_then(|index| execution.data.plan.model(warn[*index].0.model)) else {
            return Vec::new();
        };
        let plan = model;
        let model = &execution.program.models[plan.id.index()];
        let evaluator = Evaluator::new(execution.world(findings), plan);
        let saying_nothing = default_message(model);
        let mut renderer = Renderer { evaluator, plan, model, shower, language, saying_nothing };
        chunk.iter().map(|index| renderer.warning(execution, warn[*index])).collect()
    });
    // The warnings of a chunk are in order among themselves.
    let mut chunk_of = vec![0; warn.len()];
    for (number, chunk) in chunks.iter().enumerate() {
        chunk.iter().for_each(|index| chunk_of[*index] = number);
    }
    let mut rendered: Vec<std::vec::IntoIter<Warning>> = rendered.into_iter().map(Vec::into_iter).collect();
    let mut warnings = Vec::with_capacity(warn.len());
    warnings.extend(chunk_of.into_iter().filter_map(|number| rendered[number].next()));
    warnings
}

struct Renderer<'a> {
    evaluator: Evaluator<'a>,
    plan: &'a ModelPlan,
    model: &'a Model,
    shower: Shower<'a>,
    language: Language,
    /// What is said where the model has no message.
    saying_nothing: String,
}

impl<'a> Renderer<'a> {
    fn warning(&mut self, execution: &'a Execution<'_>, (finding, told): (&FindingRecord, &Finding)) -> Warning {
        let (plan, model) = (self.plan, self.model);
        let rule = plan.rules.get(finding.rule);
        let template = rule.and_then(|rule| rule.message.as_ref()).or(plan.message.as_ref());
        if template.is_some() || !plan.lets.is_empty() || plan.dispatch.is_some() {
            self.turn_to(execution, finding);
        }
        let messages: Vec<(Language, String)> = match template {
            Some(template) => self.messages(template),
            None => Vec::new(),
        };
        let chosen = messages.iter().find(|(language, _)| *language == self.language).or(messages.first());
        let facts = model.lets.iter().zip(&plan.lets).map(|(item, node)| {
            let (value, text) = self.shower.open(self.evaluator.value(node), &item.value.ty, self.language);
            ShownFact { name: item.name.clone(), value, text }
        });
        let facts = facts.collect();
        let score = model.score.and_then(|id| plan.lets.get(id.index())).map(|node| self.evaluator.value(node));
        let mut warning = Warning {
            id: String::new(),
            model: model.name.clone(),
            version: model.version.clone(),
            category: model.category.clone(),
            entity: told.entity.clone(),
            about: told.about.clone(),
            time: finding.t,
            known: finding.k,
            level: finding.level,
            score: score.as_ref().and_then(number),
            facts,
            message: chosen.map_or_else(|| self.saying_nothing.clone(), |(_, text)| text.clone()),
            messages,
            dispatch: self.dispatch(),
            review_required: model.review_required,
        };
        warning.id = identity(execution.program, &warning, 0);
        warning
    }

    /// Begins the evaluation that made a finding again.
    fn turn_to(&mut self, execution: &'a Execution<'_>, finding: &FindingRecord) {
        let (partition, place) = (finding.at.0 as usize, finding.at.1 as usize);
        let timeline = self.plan.entities.and_then(|id| execution.data.timelines.get(id.0 as usize));
        let rows = timeline.and_then(|timeline| timeline.entry(partition, place)).map_or(&[][..], |(_, rows)| rows);
        self.evaluator.turn_to(&finding.entity);
        match self.model.trigger {
            Trigger::Every(_) => self.evaluator.begin(finding.t, finding.k, None),
            Trigger::On { .. } => self.evaluator.begin(finding.t, finding.k, Some((rows, finding.place))),
            Trigger::Match(_) => self.evaluator.begin_match(finding.t, finding.k, &finding.steps),
        }
        self.evaluator.compare_by(&finding.told);
        if let Some(left) = finding.left
            && let Some(of_model) = execution.screens.get(&finding.model)
        {
            self.evaluator.know(of_model.facts(partition, left as usize));
        }
    }

    /// A message in all of its languages. What a value cannot say, a fault for example, is shown in its place.
    fn messages(&mut self, template: &'a Template) -> Vec<(Language, String)> {
        let mut messages = Vec::new();
        for (language, parts) in &template.texts {
            let shown_in = if mutant(Mutant::MessageInOneLanguage) { self.language } else { *language };
            let mut text = String::new();
            for part in parts {
                match part {
                    TemplatePart::Text(fixed) => text.push_str(fixed),
                    TemplatePart::Value { value, private, unit, format } => {
                        let found = self.evaluator.value(value);
                        text.push_str(&self.shower.show(&found, &value.ty, *private, *unit, format, shown_in));
                    }
                }
            }
            messages.push((*language, text));
        }
        messages
    }

    fn dispatch(&mut self) -> Option<String> {
        let ty = &self.model.dispatch.as_ref()?.ty;
        let node: &'a Node = self.plan.dispatch.as_ref()?;
        match self.evaluator.value(node) {
            Value::Missing => None,
            value => {
                let format = FormatSpec::default();
                Some(self.shower.show(&value, &ty.kind, ty.private, None, &format, self.language))
            }
        }
    }
}

/// A score as a number; a missing one is none.
fn number(score: &Value) -> Option<f64> {
    match score {
        #[expect(clippy::cast_precision_loss, reason = "the nearest number is what is shown")]
        Value::Int(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// What a model without a message says: its name, and the first line of its documentation.
fn default_message(model: &Model) -> String {
    match model.docs.lines().map(str::trim).find(|line| !line.is_empty()) {
        Some(line) => format!("{}: {line}", model.name),
        None => model.name.to_string(),
    }
}

/// The identity of a warning, with its number among those that agree in all that identities are made of.
fn identity(program: &Program, warning: &Warning, number: u64) -> String {
    let texts = [
        &*program.name,
        &*warning.model,
        &*warning.entity.kind,
        &*warning.entity.shown,
        &*warning.about.kind,
        &*warning.about.shown,
        program.levels.name(warning.level),
    ];
    let mut hashed = Vec::with_capacity(256);
    for text in texts {
        hashed.extend((text.len() as u64).to_le_bytes());
        hashed.extend(text.as_bytes());
    }
    hashed.extend(warning.time.to_le_bytes());
    hashed.extend(warning.known.to_le_bytes());
    hashed.extend(number.to_le_bytes());
    blake3::hash(&hashed).to_hex()[..32].to_owned()
}

/// Gives warnings that would have the same identity numbers; warnings come in the order of the output.
pub(super) fn tell_apart(program: &Program, warnings: &mut [Warning]) {
    let mut seen: FastMap<&str, u64> = FastMap::default();
    seen.reserve(warnings.len());
    let mut equals = Vec::new();
    for (index, warning) in warnings.iter().enumerate() {
        let next = seen.entry(&warning.id).or_insert(0);
        if *next > 0 {
            equals.push((index, *next));
        }
        *next += 1;
    }
    for (index, number) in equals {
        warnings[index].id = identity(program, &warnings[index], number);
    }
}

//! What warnings say: computed again at the evaluation that found them, for those that warn only.

use super::execute::Execution;
use super::parallel::in_parallel;
use crate::finding::{FindingRecord, FindingStore};
use crate::interp::Evaluator;
use crate::mutant::{Mutant, mutant};
use crate::plan::{ModelPlan, Node, Template, TemplatePart};
use crate::shown::Shower;
use crate::warning::{ShownFact, Warning};
use std::collections::BTreeMap;
use watchfire_dsl::diagnostics::Language;
use watchfire_dsl::program::{Model, Trigger};
use watchfire_stdlib::format::FormatSpec;
use watchfire_stdlib::value::Value;

/// Warnings rendered by one evaluator.
const CHUNK: usize = 256;

/// The warnings of findings that warn, in the same order, their messages in `language` where the model has it.
pub(super) fn warnings(
    execution: &Execution<'_>,
    findings: &FindingStore,
    warn: &[&FindingRecord],
    shower: Shower<'_>,
    language: Language,
) -> Vec<Warning> {
    // One evaluator serves the warnings of one model.
    let mut order: Vec<usize> = (0..warn.len()).collect();
    order.sort_by_key(|index| (warn[*index].model, *index));
    let chunks: Vec<&[usize]> =
        order.chunk_by(|a, b| warn[*a].model == warn[*b].model).flat_map(|same| same.chunks(CHUNK)).collect();
    let rendered = in_parallel(execution.threads, chunks.len(), |number| {
        let chunk = chunks[number];
        let Some(model) = chunk.first().and_then(|index| execution.plan.model(warn[*index].model)) else {
            return Vec::new();
        };
        let mut renderer = Renderer {
            evaluator: Evaluator::new(execution.world(findings), model),
            plan: model,
            model: &execution.program.models[model.id.index()],
            shower,
            language,
        };
        chunk.iter().map(|index| (*index, renderer.warning(execution, warn[*index]))).collect()
    });
    let mut placed: BTreeMap<usize, Warning> = rendered.into_iter().flatten().collect();
    identify(execution, &mut placed);
    placed.into_values().collect()
}

struct Renderer<'a> {
    evaluator: Evaluator<'a>,
    plan: &'a ModelPlan,
    model: &'a Model,
    shower: Shower<'a>,
    language: Language,
}

impl<'a> Renderer<'a> {
    fn warning(&mut self, execution: &'a Execution<'_>, finding: &FindingRecord) -> Warning {
        let (plan, model) = (self.plan, self.model);
        let timeline = plan.entities.and_then(|id| execution.timelines.get(id.0 as usize));
        let found = timeline.and_then(|timeline| Some((timeline, timeline.place_of(&finding.entity)?)));
        let rows = found.and_then(|(timeline, (partition, place))| timeline.entry(partition, place));
        let rows = rows.map_or(&[][..], |(_, rows)| rows);
        self.evaluator.turn_to(&finding.entity);
        match model.trigger {
            Trigger::Every(_) => self.evaluator.begin(finding.t, finding.k, None),
            Trigger::On { .. } => self.evaluator.begin(finding.t, finding.k, Some((rows, finding.place))),
            Trigger::Match(_) => self.evaluator.begin_match(finding.t, finding.k, &finding.steps),
        }
        self.evaluator.compare_by(&finding.told);
        if let (Some((_, (partition, _))), Some(left)) = (found, finding.left)
            && let Some(of_model) = execution.screens.get(&finding.model)
        {
            self.evaluator.know(of_model.facts(partition, left as usize));
        }

        let rule = plan.rules.get(finding.rule);
        let template = rule.and_then(|rule| rule.message.as_ref()).or(plan.message.as_ref());
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
        Warning {
            id: String::new(),
            model: model.name.clone(),
            version: model.version.clone(),
            category: model.category.clone(),
            entity: self.shower.entity_ref(model.entity, &finding.entity),
            about: self.shower.entity_ref(model.about_entity, &finding.about),
            time: finding.t,
            known: finding.k,
            level: finding.level,
            score: score.as_ref().and_then(number),
            facts,
            message: chosen.map_or_else(|| default_message(model), |(_, text)| text.clone()),
            messages,
            dispatch: self.dispatch(),
            review_required: model.review_required,
        }
    }
}

impl<'a> Renderer<'a> {
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

/// Gives each warning its identity; warnings come in the order of the output.
fn identify(execution: &Execution<'_>, warnings: &mut BTreeMap<usize, Warning>) {
    let mut equals: BTreeMap<[u8; 32], u64> = BTreeMap::new();
    for warning in warnings.values_mut() {
        let mut hasher = blake3::Hasher::new();
        let texts = [
            &*execution.program.name,
            &*warning.model,
            &*warning.entity.kind,
            &*warning.entity.shown,
            &*warning.about.kind,
            &*warning.about.shown,
            execution.program.levels.name(warning.level),
        ];
        for text in texts {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        }
        hasher.update(&warning.time.to_le_bytes());
        hasher.update(&warning.known.to_le_bytes());
        let number = equals.entry(*hasher.finalize().as_bytes()).or_insert(0);
        hasher.update(&number.to_le_bytes());
        *number += 1;
        warning.id = hasher.finalize().to_hex()[..32].to_owned();
    }
}

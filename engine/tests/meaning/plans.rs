//! Plans: what runs that calls plugins, what depends on what, and how deep.

use super::{package, passes};
use polars::df;
use std::fmt::Write;
use watchfire_engine::{Engine, InterpretedDescription, Pass, Run, RunOptions, Sources, Why};

fn run(engine: &Engine, options: RunOptions) -> Run {
    let visits =
        df!("n" => [1_i64, 2], "home" => ["a", "a"], "time" => ["2024-03-01T01:00", "2024-03-01T03:00"]).unwrap();
    let empty = |name: &str| polars::prelude::Column::new_empty(name.into(), &polars::prelude::DataType::String);
    let mut visits = visits;
    for name in ["who", "x", "w", "paid", "recorded"] {
        let column = empty(name).extend_constant(polars::prelude::AnyValue::Null, 2).unwrap();
        visits.with_column(column).unwrap();
    }
    engine.run(&Sources::new().frame("visits", visits).others_empty(), &options).unwrap()
}

#[test]
fn a_model_without_its_plugin_fails_by_name_and_no_other() {
    let pinned = "0".repeat(64);
    let manifest = format!(
        "[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"UTC\"\nlanguage = \"en\"\n[plugins]\ngas = {{ path = \
         \"gas.wasm\", sha256 = \"{pinned}\" }}\n"
    );
    let text = format!(
        "{}\n{}",
        super::SOURCES,
        r#"
        extern fn risk(x: Int): Int from "gas"
        fact rated for Home = risk(risk(count from visits) + 1)
        model calls for Home {
            category c
            purpose test
            basis "b"
            on visits as r about this
            let rate = rated
            warn when rate > 1 { yellow otherwise }
        }
        model reads for Home {
            category c
            purpose test
            basis "b"
            on visits as r about this
            let found = count from findings of (calls, counts)
            warn when found >= 1 { yellow otherwise message "{found}" }
        }
        model counts for Home {
            category c
            purpose test
            basis "b"
            on visits as r about this
            warn when r.n > 0 { yellow otherwise }
        }
        "#
    );
    let package = watchfire_engine::Package::from_texts(&manifest, [("small.watch", text)]);
    let engine = Engine::new(package.unwrap_or_else(|error| panic!("{error}")));
    let plan = engine.plan();
    let calls = plan.models.iter().find(|model| model.name == "calls").unwrap();
    assert_eq!(calls.stages, [["risk"], ["risk"]], "a call of a call is a stage of its own");
    let run = run(&engine, RunOptions::default());
    assert_eq!(run.failed_models.len(), 1);
    let failed = &run.failed_models[0];
    assert_eq!((&*failed.model, &*failed.function, &*failed.plugin), ("calls", "risk", "gas"));
    let warned: Vec<String> = run.warnings.iter().map(|w| format!("{} {}", w.model, w.message)).collect();
    assert_eq!(warned, ["counts counts", "reads 1", "counts counts", "reads 2"]);
    assert!(run.failures.is_empty());
}

#[test]
fn long_chains_do_not_overflow_the_stack() {
    let mut text = String::from("fact f0 for Home = count from visits\n");
    let mut lets = String::from("let a0 = 1\n");
    for n in 1..1500 {
        let _ = writeln!(text, "fact f{n} for Home = f{} + 1", n - 1);
        let _ = writeln!(lets, "let a{n} = a{} + 1", n - 1);
    }
    passes(&format!(
        "{text}\nmodel m for Home {{\ncategory c\npurpose test\nbasis \"b\"\non visits as r about this\n{lets}\n\
         warn when a1499 == 1500 and f1499 == 1500 {{ yellow otherwise }}\n}}\n\
         test m \"deep\" {{\ngiven visits {{ home, time:\n\"a\", 2024-03-01T01:00 }}\nexpect yellow \"a\"\n}}\n"
    ));
}

#[test]
fn columns_of_a_union_may_look_elsewhere() {
    passes(
        r#"
        source checks events at done {
            owner "o"
            allows test
            place : Home
            done  : Time
        }
        source both = visits { home, size = home.homes.area, label = "visit", time }
                    | checks { home = place, size = place.homes.area, label = "check", time = done }
        model m for Home {
            category c
            purpose test
            basis "b"
            let labels = list label from both
            on both as r about this
            warn when r.size > 5 m² { yellow otherwise message "{r.label} {r.size} {labels}" }
        }
        test m "both parts" {
            given homes { home, area, use:
                "a", 10 m², living
                "b", 2 m², living }
            given visits { home, time:
                "a", 2024-03-01T01:00
                "b", 2024-03-01T01:00 }
            given checks { place, done:
                "a", 2024-03-01T02:00 }
            expect yellow "a" at 2024-03-01T01:00 message "visit 10 m² visit"
            expect yellow "a" at 2024-03-01T02:00 message "check 10 m² visit, check"
        }
        "#,
    );
}

#[test]
fn profiles_and_windows_as_long_as_a_parameter() {
    let manifest = "[package]\nname = \"small\"\nversion = \"0.1.0\"\nzone = \"UTC\"\nlanguage = \"en\"\n\
                    [profiles.emergency]\n\"m.back\" = \"3 h\"\n";
    let text = r#"
        model m for Home {
            category c
            purpose test
            basis "b"
            param back: Duration = 1 h in 1 h..=5 h
            on visits as r about this
            let seen = count from visits over last back
            warn when seen >= 2 { yellow otherwise }
        }
    "#;
    let text = format!("{}\n{text}", super::SOURCES);
    let package = watchfire_engine::Package::from_texts(manifest, [("small.watch", text)]);
    let engine = Engine::new(package.unwrap_or_else(|error| panic!("{error}")));
    assert_eq!(run(&engine, RunOptions::default()).warnings.len(), 0);
    let emergency = RunOptions { profile: Some("emergency".into()), ..RunOptions::default() };
    let emergency = run(&engine, emergency);
    assert_eq!(emergency.warnings.len(), 1);
    assert_eq!(emergency.parameters["m.back"], "3 h");
    let unknown = RunOptions { profile: Some("emergancy".into()), ..RunOptions::default() };
    let sources = Sources::new().others_empty();
    let error = engine.run(&sources, &unknown).unwrap_err().to_string();
    assert_eq!(error, "there is no profile `emergancy`; did you mean `emergency`?");
}

#[test]
fn pairs_are_entities() {
    passes(
        r#"
        model m for Guest in visits {
            category c
            purpose test
            basis "b"
            review required
            let often = count from visits over last 2 days
            every day at 02:00
            warn when often >= 2 { yellow otherwise message "{often}" }
        }
        test m "each with its own rows" {
            given visits { home, who, time:
                "a", "p", 2024-02-29T12:00
                "a", "p", 2024-02-29T13:00
                "b", "p", 2024-02-29T12:00
                "a", "q", 2024-02-29T12:00
                "a", _, 2024-02-29T12:00
                "a", _, 2024-02-29T13:00 }
            at 2024-03-01T02:00
            expect yellow ("p", "a") message "2"
        }
        "#,
    );
}

/// What a model asks, what of it is left to the interpreter, and why.
const LEFT: [(&str, &str, &str, Why); 6] = [
    ("on visits as r", "text.contains(text.lower(\"A\"), \"a\")", "text.contains", Why::Function),
    ("on visits as r", "r.after.x > 1", "after.x", Why::OtherRows),
    ("on visits as r", "(trend x from visits) > 1.0", "visits", Why::Aggregate),
    ("on visits as r", "(sum paid * 1.5 from visits) > 1 yuan", "sum", Why::Value),
    ("every 1 h", "(count from kept where most > 1) > 1", "kept", Why::Derived),
    ("every 1 h", "(count from visits since (last time from visits where x > 3)) > 1", "since", Why::Since),
];

#[test]
fn the_plan_says_what_is_left_to_the_interpreter_and_why() {
    let mut text = String::from("rows kept for Home from stays each { most = n }\n");
    for (number, (trigger, condition, ..)) in LEFT.iter().enumerate() {
        // The population of `on` models is that of their trigger.
        let population = if trigger.starts_with("on") { "" } else { " in visits" };
        let model = format!(
            "model m{number} for Home{population} {{\n category c\n purpose test\n basis \"b\"\n {trigger}\n warn when \
             {condition} {{ yellow otherwise }}\n}}\n"
        );
        text.push_str(&model);
    }
    let plan = Engine::new(package(&text)).plan();
    for (number, (_, condition, part, why)) in LEFT.iter().enumerate() {
        let model = plan.models.iter().find(|model| model.name == format!("m{number}")).unwrap();
        let told = |left: &InterpretedDescription| {
            left.why == *why && left.text.as_deref().map_or(part.is_empty(), |text| text.contains(part))
        };
        assert!(model.interpreted.iter().any(told), "{condition}: {:?}", model.interpreted);
        assert!(model.compiled.is_none(), "{condition}");
    }
}

#[test]
fn the_plan_shows_windows_and_loops_once() {
    let model = |name: &str, least: i64| {
        format!(
            "model {name} for Home {{\n category c\n purpose test\n basis \"b\"\n param least: Int = {least}\n on visits\n warn \
             when (count from visits over last 7 days) > least and (sum x from visits over last 7 days) > 3 {{ yellow \
             otherwise }}\n}}\n"
        )
    };
    let plan = Engine::new(package(&(model("few", 1) + &model("many", 9)))).plan();
    assert_eq!(plan.loops, [["few", "many"]]);
    let [timeline] = &plan.timelines[..] else { panic!("{:?}", plan.timelines) };
    assert_eq!((&*timeline.text, &timeline.users[..]), ("visits by home", &["few".to_owned(), "many".to_owned()][..]));
    let [window] = &timeline.windows[..] else { panic!("{:?}", timeline.windows) };
    assert_eq!(window.text.as_deref(), Some("over last 7 days"));
    let told: Vec<(&str, usize)> = window.aggregates.iter().map(|shared| (&*shared.text, shared.places)).collect();
    let count = "count from visits by home over last 7 days";
    assert_eq!(told, [(count, 2), ("sum x from visits by home over last 7 days", 2)]);
    let passes = plan.models.iter().map(|model| model.compiled.as_ref().map(|compiled| compiled.pass));
    assert!(passes.eq([Some(Pass::Timeline); 2]));
    assert!(plan.models.iter().all(|model| model.interpreted.is_empty()));
}

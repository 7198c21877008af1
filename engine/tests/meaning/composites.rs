//! §2.6: models that read findings.

use super::{package, passes};
use watchfire_engine::Engine;

const MODELS: &str = r#"
model often for Home {
    category crowd
    purpose test
    basis "b"
    on visits as r about this
    warn when r.x > 0 { red when r.x > 5 yellow otherwise again after 100 days }
}
model here for Home in visits {
    category presence
    purpose test
    basis "b"
    let recent = any from visits over last 1 day
    every day at 06:00
    warn when recent { blue otherwise }
}
model both for Home in visits {
    category composite
    purpose test
    basis "b"
    let kinds = count distinct category from findings of (often, here) over last 2 days
    let levels = list level from findings of (often, here) over last 2 days
    every day at 06:00
    warn when kinds >= 2 { orange otherwise message "{levels}" }
}
"#;

#[test]
fn findings_count_before_they_are_silenced_and_at_the_same_instant() {
    passes(&format!(
        r#"{MODELS}
        test both "over two days" {{
            given visits {{ n, home, x, time:
                1, "a", 1, 2024-03-01T05:00
                2, "a", 9, 2024-03-01T05:30
                3, "b", 1, 2024-03-01T05:00
                4, "b", 0, 2024-03-05T05:00
                5, "c", 0, 2024-03-01T05:00 }}
            expect orange "a" at 2024-03-01T06:00 message "yellow, red, blue"
            expect orange "b" at 2024-03-01T06:00 message "yellow, blue"
            expect orange "a" at 2024-03-02T06:00 message "yellow, red, blue"
            expect orange "b" at 2024-03-02T06:00 message "yellow, blue"
        }}
        test both "at one instant its parts have looked before" {{
            given visits {{ n, home, x, time:
                1, "a", 1, 2024-03-01T05:00 }}
            at 2024-03-02T06:00
            expect orange "a"
        }}
        "#
    ));
}

#[test]
fn the_plan_puts_parts_first_and_shows_what_is_shared() {
    let engine = Engine::new(package(&format!(
        r#"{MODELS}
        model here_too for Home in visits {{
            category presence
            purpose test
            basis "b"
            let recent = any from visits over last 1 day
            every day at 06:00
            warn when recent {{ red otherwise }}
        }}
        "#
    )));
    let plan = engine.plan();
    let stratum = |name: &str| plan.models.iter().find(|model| model.name == name).unwrap().stratum;
    assert_eq!((stratum("often"), stratum("here"), stratum("both")), (0, 0, 1));
    let shared = plan.shared.iter().find(|shared| shared.users == ["here", "here_too"]).unwrap();
    assert_eq!(shared.text, "any from visits by home over last 1 day");
    let both = plan.models.iter().find(|model| model.name == "both").unwrap();
    assert_eq!(both.findings_of, ["often", "here"]);
}

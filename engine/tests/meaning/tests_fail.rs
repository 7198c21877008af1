//! `test` blocks notice what is wrong.

use super::package;
use watchfire_dsl::diagnostics::Language;
use watchfire_engine::Engine;

#[test]
fn a_test_shows_what_was_expected_and_what_came() {
    let engine = Engine::new(package(
        r#"
        model m for Home {
            category c
            purpose test
            basis "b"
            on visits as r about this
            warn when r.x + 9223372036854775807 > 0 { yellow otherwise message "{r.x}" }
        }
        test m "another home" {
            given visits { home, x, time:
                "a", 0, 2024-03-01T01:00 }
            expect yellow "b"
        }
        test m "a fault" {
            given visits { home, x, time:
                "a", 1, 2024-03-01T01:00 }
            expect nothing
        }
        test m "right" {
            given visits { home, x, time:
                "a", 0, 2024-03-01T01:00 }
            expect yellow "a"
        }
        "#,
    ));
    let outcomes = engine.test();
    assert_eq!(outcomes.iter().map(|outcome| outcome.passed).collect::<Vec<_>>(), [false, false, true]);
    let shown = |index: usize| outcomes[index].difference(engine.package(), Language::En);
    assert_eq!(shown(0), "- yellow b\n+ yellow a at 2024-03-01T01:00:00+08:00: 0");
    assert!(shown(1).starts_with("! a: a whole number or an amount of money left its range: `r.x + "), "{}", shown(1));
    assert!(shown(1).ends_with("(visits with n 1)"), "{}", shown(1));
    assert_eq!(shown(2), "  yellow a");
}

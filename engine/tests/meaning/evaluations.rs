//! §2: when models look, and what they find.

use super::{all_pass, package_in, passes, shows};

#[test]
fn an_entity_is_watched_from_when_it_is_known_and_never_forgotten() {
    passes(&format!(
        "{}{}",
        shows("count from visits over last 1 day", "value == 0"),
        r#"
        test m "each day from the day after on" {
            given visits { home, time:
                "a", 2024-03-01T01:00
                "b", 2024-03-03T05:00 }
            expect yellow "a" at 2024-03-02T02:00
            expect yellow "a" at 2024-03-03T02:00
            expect yellow "a" at 2024-03-04T02:00
        }
        "#
    ));
}

#[test]
fn an_on_model_looks_at_each_version_when_it_becomes_known() {
    passes(
        r#"
        model m for Home {
            category c
            purpose test
            basis "b"
            on visits as r where r.x > 0 about this
            warn when r.x < 10 {
                red when r.x == 7
                yellow otherwise
                message "{r.x}"
            }
        }
        test m "row and correction" {
            given visits { n, home, x, time, recorded:
                1, "a", 5, 2024-03-01T01:00, 2024-03-01T01:00
                1, "a", 7, 2024-03-01T01:00, 2024-03-02T01:00
                2, "a", 0, 2024-03-01T01:30, _
                3, "a", 11, 2024-03-01T01:40, _
                4, "a", _, 2024-03-01T01:50, _ }
            expect yellow "a" at 2024-03-01T01:00 message "5"
            expect red "a" at 2024-03-01T01:00 message "7"
        }
        test m "at an instant: the rows known exactly then" {
            given visits { n, home, x, time, recorded:
                1, "a", 5, 2024-03-01T01:00, 2024-03-01T01:00
                1, "a", 7, 2024-03-01T01:00, 2024-03-02T01:00 }
            at 2024-03-02T01:00
            expect red "a" at 2024-03-01T01:00
        }
        "#,
    );
}

#[test]
fn the_most_severe_level_that_is_true_wins() {
    passes(
        r#"
        model m for Home in visits {
            category c
            purpose test
            basis "b"
            let x = max x from visits
            every day at 02:00
            warn when x > 0 {
                blue when x > 1
                red when x > 4
                yellow when x > 2
                orange when x > 3
                message "{x}"
            }
        }
        test m "five" {
            given visits { home, x, time:
                "a", 5, 2024-03-01T01:00 }
            at 2024-03-01T02:00
            expect red "a"
        }
        test m "four" {
            given visits { home, x, time:
                "a", 4, 2024-03-01T01:00 }
            at 2024-03-01T02:00
            expect orange "a"
        }
        test m "three" {
            given visits { home, x, time:
                "a", 3, 2024-03-01T01:00 }
            at 2024-03-01T02:00
            expect yellow "a"
        }
        test m "two" {
            given visits { home, x, time:
                "a", 2, 2024-03-01T01:00 }
            at 2024-03-01T02:00
            expect blue "a"
        }
        test m "one: no level applies" {
            given visits { home, x, time:
                "a", 1, 2024-03-01T01:00 }
            at 2024-03-01T02:00
            expect nothing
        }
        "#,
    );
}

#[test]
fn what_a_warning_is_about() {
    passes(
        r#"
        model m for Home {
            category c
            purpose test
            basis "b"
            on visits as r about homes.best
            warn when r.x > 0 { yellow otherwise }
        }
        test m "about another; about nobody: no finding" {
            given homes { home, area, use, best:
                "a", 1 m², living, "c"
                "b", 1 m², living, _ }
            given visits { home, x, time:
                "a", 1, 2024-03-01T01:00
                "b", 1, 2024-03-01T01:00 }
            expect yellow "c" at 2024-03-01T01:00
        }
        "#,
    );
}

#[test]
fn silence_after_a_warning() {
    passes(
        r#"
        model m for Home {
            category c
            purpose test
            basis "b"
            on visits as r about this
            warn when r.x > 0 {
                red when r.x > 9
                yellow otherwise
                again after 2 days
            }
        }
        test m "until two days later, exclusive" {
            given visits { home, x, time:
                "a", 1, 2024-03-01T01:00
                "a", 1, 2024-03-03T00:59
                "a", 1, 2024-03-03T01:00
                "b", 1, 2024-03-02T01:00 }
            expect yellow "a" at 2024-03-01T01:00
            expect yellow "b" at 2024-03-02T01:00
            expect yellow "a" at 2024-03-03T01:00
        }
        test m "a more severe finding breaks it and begins another" {
            given visits { home, x, time:
                "a", 1, 2024-03-01T01:00
                "a", 10, 2024-03-02T01:00
                "a", 10, 2024-03-03T01:00
                "a", 1, 2024-03-04T00:00
                "a", 1, 2024-03-04T01:00 }
            expect yellow "a" at 2024-03-01T01:00
            expect red "a" at 2024-03-02T01:00
            expect yellow "a" at 2024-03-04T01:00
        }
        test m "findings of one instant: the most severe comes first" {
            given visits { n, home, x, time:
                1, "a", 1, 2024-03-01T01:00
                2, "a", 10, 2024-03-01T01:00 }
            expect red "a" at 2024-03-01T01:00
        }
        "#,
    );
}

#[test]
fn grids_hang_on_the_wall_clock() {
    all_pass(package_in(
        "America/New_York",
        r#"
        entity Home key Text
        source visits events at time {
            owner "o"
            allows test
            home : Home
            time : Time
        }
        model m for Home in visits {
            category c
            purpose test
            basis "b"
            let hours = now - (last time from visits)
            every day at 02:30
            warn when hours > 0 s { yellow otherwise message "{hours in h:.1}" }
        }
        test m "the night in which 02:30 is skipped" {
            given visits { home, time:
                "a", 2024-03-09T12:00
                "b", 2024-03-10T12:00 }
            expect yellow "a" at 2024-03-10T03:30 message "14.5 h"
            expect yellow "a" at 2024-03-11T02:30 message "37.5 h"
            expect yellow "b" at 2024-03-11T02:30 message "14.5 h"
        }
        "#,
    ));
}

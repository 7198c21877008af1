//! §3: which rows an aggregate sees.

use super::{passes, shows};

#[test]
fn a_window_is_open_at_its_start_and_closed_at_its_end() {
    passes(&format!(
        "{}{}",
        shows("list n from visits over last 1 day", "(any from visits)"),
        r#"
        test m "edges" {
            given visits { n, home, time:
                1, "a", 2024-02-29T02:00
                2, "a", 2024-02-29T02:00:00.000001
                3, "a", 2024-03-01T02:00 }
            at 2024-03-01T02:00
            expect yellow "a" message "2, 3"
        }
        "#
    ));
    passes(&format!(
        "{}{}",
        shows("list n from visits over 2 h before last 1 h", "(any from visits)"),
        r#"
        test m "a window that ended" {
            given visits { n, home, time:
                1, "a", 2024-02-29T23:00
                2, "a", 2024-02-29T23:30
                3, "a", 2024-03-01T01:00
                4, "a", 2024-03-01T01:30 }
            at 2024-03-01T02:00
            expect yellow "a" message "2, 3"
        }
        "#
    ));
}

#[test]
fn states_are_true_from_their_start_until_their_end() {
    let model = |selection: &str| {
        format!(
            "model m for Home in stays {{ category c purpose test basis \"b\"\nlet value = list n from \
             {selection}\nevery day at 02:00\nwarn when now > 2024-01-01T00:00 {{ yellow otherwise message \"{{value}}\" \
             }} }}\n"
        )
    };
    let given = r#"given stays { n, home, who, since, until:
                1, "a", "p", 2024-02-01T00:00, 2024-03-01T02:00
                2, "a", "p", 2024-02-01T00:00, 2024-03-01T02:00:00.000001
                3, "a", "p", 2024-03-01T02:00, _
                4, "a", "p", 2024-01-01T00:00, 2024-02-28T02:00
                5, "a", "p", 2024-01-01T00:00, 2024-02-28T02:00:00.000001
                6, "a", "p", 2024-01-01T00:00, 2024-02-28T02:00:00.000002 }"#;
    passes(&format!(
        "{}test m \"at t\" {{ {given}\n at 2024-03-01T02:00\n expect yellow \"a\" message \"2, 3\" }}",
        model("stays")
    ));
    // (28 February 02:00, 1 March 02:00] in whole microseconds begins with …000001.
    passes(&format!(
        "{}test m \"in a window\" {{ {given}\n at 2024-03-01T02:00\n expect yellow \"a\" message \"6, 1, 2, 3\" }}",
        model("stays over last 2 days")
    ));
}

#[test]
fn only_rows_whose_condition_is_true_count() {
    passes(&format!(
        "{}{}",
        shows("count from visits where x > 2", "value >= 0"),
        r#"
        test m "missing is not true" {
            given visits { home, x, time:
                "a", 3, 2024-03-01T01:00
                "a", 2, 2024-03-01T01:00
                "a", _, 2024-03-01T01:00 }
            at 2024-03-01T02:00
            expect yellow "a" message "1"
        }
        "#
    ));
}

#[test]
fn the_entities_in_a_selection_have_facts() {
    passes(
        r#"
        fact times for Guest = count from visits over last 2 days
        fact staying for Guest = any from stays
        model m for Home in visits {
            category c
            purpose test
            basis "b"
            let strangers = count from Guest in visits where times >= 2 and not staying
            every day at 02:00
            warn when strangers >= 1 { yellow otherwise message "{strangers}" }
        }
        test m "often here, and not staying" {
            given visits { home, who, time:
                "a", "p", 2024-02-29T12:00
                "a", "p", 2024-02-29T13:00
                "a", "q", 2024-02-29T12:00
                "b", "q", 2024-02-29T13:00
                "a", "r", 2024-02-29T12:00
                "a", "r", 2024-02-29T13:00
                "a", _, 2024-02-29T13:00
                "a", _, 2024-02-29T14:00
                "b", "s", 2024-02-20T12:00
                "b", "s", 2024-02-20T13:00 }
            given stays { home, who, since:
                "a", "r", 2024-01-01T00:00
                "b", "p", 2024-01-01T00:00 }
            at 2024-03-01T02:00
            expect yellow "a" message "1"
        }
        "#,
    );
}

#[test]
fn the_row_before_is_one_about_the_same_entity_that_is_known() {
    passes(
        r#"
        model m for Home {
            category c
            purpose test
            basis "b"
            on visits as r where r.x > 0 about this
            let a = r.before
            warn when r.x > 0 { yellow otherwise message "{a.n} {a.before.n} {a.time is missing}" }
        }
        test m "whatever the filter says" {
            given visits { n, home, x, time, recorded:
                1, "a", 0, 2024-03-01T01:00, _
                2, "b", 0, 2024-03-01T01:30, _
                3, "a", 1, 2024-03-01T02:00, _
                4, "a", 0, 2024-03-01T01:45, 2024-03-01T03:00
                5, "a", 1, 2024-03-01T04:00, _
                3, "a", 0, 2024-03-01T02:00, 2024-03-01T03:30 }
            expect yellow "a" at 2024-03-01T02:00 message "1 – no"
            expect yellow "a" at 2024-03-01T04:00 message "3 4 no"
        }
        "#,
    );
}

#[test]
fn facts_through_columns_are_missing_where_the_entity_is() {
    passes(
        r#"
        fact seen for Home = count from visits
        model m for Home {
            category c
            purpose test
            basis "b"
            let there = homes.best.seen
            let here = seen
            let bigger = homes.best.homes.area - homes.area
            every day at 02:00
            warn when here >= 0 { yellow otherwise message "{there} {here} {bigger}" }
        }
        test m "through a column" {
            given homes { home, area, use, best:
                "a", 10 m², living, "b"
                "b", 30 m², living, _ }
            given visits { home, time:
                "a", 2024-03-01T01:00
                "b", 2024-03-01T01:00
                "b", 2024-03-01T01:10 }
            at 2024-03-01T02:00
            expect yellow "a" message "2 1 20 m²"
            expect yellow "b" message "– 2 –"
        }
        "#,
    );
}

//! §1: rows, versions, knowledge.

use super::{all_pass, package_in, passes, shows};

#[test]
fn a_late_row_counts_from_when_it_was_recorded() {
    passes(&format!(
        "{}{}",
        shows("count from visits", "value >= 1"),
        r#"
        test m "not known yet" {
            given visits { home, time, recorded:
                "a", 2024-03-01T01:00, 2024-03-01T00:30
                "a", 2024-03-01T01:00, 2024-03-01T03:00 }
            at 2024-03-01T02:00
            expect yellow "a" message "1"
        }
        test m "known" {
            given visits { home, time, recorded:
                "a", 2024-03-01T01:00, 2024-03-01T00:30
                "a", 2024-03-01T01:00, 2024-03-01T03:00 }
            at 2024-03-01T03:00
            expect yellow "a" message "2"
        }
        "#
    ));
}

#[test]
fn a_correction_replaces_its_predecessor() {
    passes(&format!(
        "{}{}",
        shows("sum x from visits", "value >= 1"),
        r#"
        test m "before the correction" {
            given visits { n, home, x, time, recorded:
                1, "a", 5, 2024-03-01T01:00, 2024-03-01T01:00
                1, "a", 7, 2024-03-01T01:00, 2024-03-01T04:00 }
            at 2024-03-01T02:00
            expect yellow "a" message "5"
        }
        test m "from the correction on" {
            given visits { n, home, x, time, recorded:
                1, "a", 5, 2024-03-01T01:00, 2024-03-01T01:00
                1, "a", 7, 2024-03-01T01:00, 2024-03-01T04:00 }
            at 2024-03-01T04:00
            expect yellow "a" message "7"
        }
        test m "a correction may move a row to another entity" {
            given visits { n, home, x, time, recorded:
                1, "a", 5, 2024-03-01T01:00, 2024-03-01T01:00
                1, "b", 5, 2024-03-01T01:00, 2024-03-01T04:00 }
            at 2024-03-01T04:00
            expect yellow "b" message "5"
        }
        "#
    ));
}

#[test]
fn an_end_that_lies_ahead_is_not_known() {
    passes(
        r#"
        model m for Home in stays {
            category c
            purpose test
            basis "b"
            let value = count from stays where until is missing
            every day at 02:00
            warn when value >= 1 { yellow otherwise }
        }
        test m "the end is ahead" {
            given stays { home, who, since, until:
                "a", "p", 2024-01-01T00:00, 2024-03-01T02:01 }
            at 2024-03-01T02:00
            expect yellow "a"
        }
        test m "the end has come" {
            given stays { home, who, since, until:
                "a", "p", 2024-01-01T00:00, 2024-03-01T02:00 }
            at 2024-03-01T02:00
            expect nothing
        }
        "#,
    );
}

#[test]
fn rows_of_one_instant_lie_by_order_then_key() {
    all_pass(package_in(
        "UTC",
        r#"
        entity Home key Text
        source visits events at time {
            owner "o"
            allows test
            key (n)
            order (rank)
            n    : Int
            rank : Int
            home : Home
            time : Time
        }
        model m for Home in visits {
            category c
            purpose test
            basis "b"
            let numbers = list n from visits
            let newest = last n from visits
            every day at 02:00
            warn when newest >= 0 { yellow otherwise message "{numbers} {newest}" }
        }
        test m "by rank, then by number" {
            given visits { n, rank, home, time:
                4, 2, "a", 2024-03-01T01:00
                3, 2, "a", 2024-03-01T01:00
                9, 1, "a", 2024-03-01T01:00
                1, 9, "a", 2024-03-01T00:00 }
            at 2024-03-01T02:00
            expect yellow "a" message "1, 9, 3, 4 4"
        }
        "#,
    ));
}

#[test]
fn a_union_lies_by_time_then_part() {
    all_pass(package_in(
        "UTC",
        r#"
        entity Home key Text
        source left events at time {
            owner "o"
            allows test
            home : Home
            name : Text
            time : Time
        }
        source right events at time {
            owner "o"
            allows test
            house : Home
            title : Text
            time  : Time
        }
        source both = right { home = house, name = title + "!", time } | left { home, name, time }
        model m for Home {
            category c
            purpose test
            basis "b"
            on both as r about this
            let names = list name from both
            warn when r.name == "z" { yellow otherwise message "{names}, {r.before.name}" }
        }
        test m "names" {
            given left { home, name, time:
                "a", "x", 2024-03-01T01:00
                "a", "z", 2024-03-01T03:00
                "b", "v", 2024-03-01T02:00 }
            given right { house, title, time:
                "a", "y", 2024-03-01T01:00 }
            expect yellow "a" at 2024-03-01T03:00 message "y!, x, z, x"
        }
        "#,
    ));
}

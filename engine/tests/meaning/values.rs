//! §5: values.

use super::{passes, shows};

/// The value of an aggregate over three rows of home `a`, one of them without `x`, `w` and `paid`.
fn gives(value: &str, message: &str) {
    passes(&format!(
        r#"{}
        test m "value" {{
            given visits {{ n, home, x, w, paid, time:
                1, "a", 4, 0.1, 1.25 元, 2024-02-29T12:00
                2, "a", _, _, _, 2024-02-29T12:30
                3, "a", 4, 0.2, 0.50 元, 2024-02-29T13:00
                4, "a", 7, 0.3, 0.25 元, 2024-02-29T14:00
                5, "b", 9, 9.0, 9.00 元, 2024-02-29T14:00 }}
            at 2024-03-01T02:00
            expect yellow "a" message "{message}"
        }}
        "#,
        shows(value, "(first n from visits) == 1")
    ));
}

#[test]
fn aggregates() {
    gives("count from visits", "4");
    gives("count distinct x from visits", "2");
    gives("sum x from visits", "15");
    gives("mean x from visits", "5");
    gives("min x from visits", "4");
    gives("max x from visits", "7");
    gives("median x from visits", "4");
    gives("quantile(0.75) x from visits", "5.5");
    gives("most common x from visits", "4");
    gives("first x from visits", "4");
    gives("last x from visits", "7");
    gives("the x from visits", "–");
    gives("the x from visits where n < 4", "4");
    gives("list x from visits", "4, 4, 7");
    gives("any x > 6 from visits", "yes");
    gives("all x > 3 from visits", "yes");
    gives("none x > 7 from visits", "yes");
    gives("sum paid from visits", "2.00 yuan");
    gives("(stddev x from visits) * (stddev x from visits) > 2.9999", "yes");
}

#[test]
fn aggregates_of_nothing() {
    for (aggregate, message) in [
        ("count", "0"),
        ("count distinct x", "0"),
        ("sum x", "0"),
        ("sum paid", "0.00 yuan"),
        ("any", "no"),
        ("none", "yes"),
        ("all x > 3", "yes"),
        ("mean x", "–"),
        ("max x", "–"),
        ("list x", ""),
    ] {
        gives(&format!("{aggregate} from visits where n > 9"), message);
    }
}

#[test]
fn sums_are_exact() {
    passes(&format!(
        r#"{}
        test m "correctly rounded, whatever the order" {{
            given visits {{ home, w, time:
                "a", 1e16, 2024-02-29T12:00
                "a", 1.0, 2024-02-29T12:30
                "a", 1.0, 2024-02-29T12:40
                "a", -1e16, 2024-02-29T13:00 }}
            at 2024-03-01T02:00
            expect yellow "a" message "2"
        }}
        "#,
        shows("sum w from visits", "value == 2.0")
    ));
}

#[test]
fn the_most_common_of_equals_is_the_smallest() {
    gives("most common n from visits", "1");
}

#[test]
fn three_values_of_truth() {
    for (expression, message) in [
        ("(max x from visits where n > 9) > 1 or 1 == 1", "yes"),
        ("(max x from visits where n > 9) > 1 and 1 == 2", "no"),
        ("(max x from visits where n > 9) > 1 and 1 == 1", "–"),
        ("(max x from visits where n > 9) is missing", "yes"),
        ("(max x from visits where n > 9) is not 4", "yes"),
        ("(max x from visits where n > 9) != 4", "–"),
        ("(max x from visits where n > 9) ?? 3", "3"),
        ("(max x from visits) / 0", "–"),
        ("(max x from visits) in (1, 7)", "yes"),
        ("(max x from visits) in 1..7", "no"),
        ("(max x from visits) in 1..=7", "yes"),
        ("(max x from visits) / (min x from visits)", "1.75"),
    ] {
        gives(expression, message);
    }
}

//! Readers of raw times.

use super::{Code, Context, Cost, Example, Function, Loaded, Parameter, Pattern, Refusal};
use crate::types::Kind;
use crate::value::Value;
use crate::zone::wall_time;

const DAY: Parameter = Parameter { name: "day", name_zh: "日期", pattern: Pattern::Exact(Kind::Date) };
const DIGITS: Parameter = Parameter { name: "digits", name_zh: "数字", pattern: Pattern::Exact(Kind::Int) };

/// 2013-01-01
const DAY_ONE: i32 = 15_706;

fn on_day_one(digits: i64) -> Vec<Value> {
    vec![Value::Date(DAY_ONE), Value::Int(digits)]
}

pub(super) const FUNCTIONS: &[Function] = &[Function {
    name: "clock.hhmm",
    name_zh: "时钟.时分",
    parameters: &[DAY, DIGITS],
    result: Pattern::Exact(Kind::Time),
    optional: false,
    wall: true,
    docs: "The wall time of a day and a number of hours and minutes: 517 is 05:17, 2400 is the next midnight. Minutes \
           beyond 59 and hours beyond 24 are refused.",
    docs_zh: "由日期和“时分”数字得到钟面时间：517 为 5:17，2400 为次日零点；分超过 59 或时超过 24 则拒收。",
    examples: &[
        Example {
            call: "time : Time from (\"day\", \"517\") via clock.hhmm",
            arguments: || on_day_one(517),
            gives: "05:17",
            result: || wall_time(DAY_ONE, (5 * 60 + 17) * 60_000_000).map(Loaded::Wall),
        },
        Example {
            call: "time : Time from (\"day\", \"2400\") via clock.hhmm",
            arguments: || on_day_one(2400),
            gives: "00:00 of the next day",
            result: || wall_time(DAY_ONE + 1, 0).map(Loaded::Wall),
        },
        Example {
            call: "time : Time from (\"day\", \"1260\") via clock.hhmm",
            arguments: || on_day_one(1260),
            gives: "refused",
            result: || None,
        },
    ],
    cost: Cost::Low,
    code: Code::Loader(hhmm),
}];

fn hhmm(raw: &[Value], _: &Context<'_>) -> Result<Loaded, Refusal> {
    let refusal = Refusal { reason: "not hours and minutes of a day", reason_zh: "不是有效的时分" };
    let [Value::Date(date), Value::Int(digits)] = raw else { return Err(refusal) };
    let (hours, minutes) = (digits.div_euclid(100), digits.rem_euclid(100));
    let fits = (0..24).contains(&hours) && minutes < 60 || (hours, minutes) == (24, 0);
    let wall = fits.then(|| wall_time(*date, (hours * 60 + minutes) * 60_000_000)).flatten();
    wall.map(Loaded::Wall).ok_or(refusal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zone::Zone;

    #[test]
    fn only_times_of_a_day() {
        let context = Context { zone: &Zone::UTC, site: (0, 0, 0) };
        for digits in -100..3000_i64 {
            let fits = (0..=2400).contains(&digits) && digits % 100 < 60;
            let loaded = hhmm(&on_day_one(digits), &context);
            assert_eq!(loaded.is_ok(), fits, "{digits}");
            if let Ok(Loaded::Wall(wall)) = loaded {
                let minutes = wall / 60_000_000 - i64::from(DAY_ONE) * 1440;
                assert_eq!(minutes / 60 * 100 + minutes % 60, digits);
            }
        }
        assert!(hhmm(&[Value::Date(i32::MAX), Value::Int(1)], &context).is_err());
    }
}

//! Every raw type into every declared one.

use super::*;
use crate::ingest::cell::{Parsed, Reader};
use crate::ingest::text;
use crate::read::RawCell;
use crate::rejects::Reason;
use polars::prelude::*;
use watchfire_dsl::program::{Column as Declared, ReferenceSystem};
use watchfire_stdlib::types::Dimension;
use watchfire_stdlib::units::unit;
use watchfire_stdlib::value::{Duration, Point};

fn one(column: Declared, series: Series) -> (Vec<Value>, Vec<String>) {
    // a running number keeps the rows in the order of the frame
    let mut numbered = super::column("n", Kind::Int);
    numbered.unique = true;
    let program = program(vec![source("s", vec![numbered, column], timeless())]);
    let numbers = Series::new("n".into(), (0..series.len() as i64).collect::<Vec<_>>());
    let frame = DataFrame::new(series.len(), vec![numbers.into(), series.with_name("x".into()).into()]).unwrap();
    let (table, rejects) = load_frame(&program, frame);
    (cells(&table, 1), rejected(&rejects))
}

fn read(kind: Kind, raw: &[&str]) -> Vec<Value> {
    one(optional("x", kind), Series::new("x".into(), raw)).0
}

fn in_unit(kind: Kind, name: &str) -> Declared {
    let mut column = optional("x", kind);
    column.load.unit = Some(unit(name).unwrap());
    column
}

#[test]
fn whole_numbers_of_every_width() {
    let expect = vec![Value::Int(1), Value::Missing, Value::Int(100)];
    let raw = [Some(1_i64), None, Some(100)];
    let series = Series::new("x".into(), raw);
    for dtype in [
        DataType::Int8,
        DataType::Int16,
        DataType::Int32,
        DataType::Int64,
        DataType::UInt8,
        DataType::UInt16,
        DataType::UInt32,
        DataType::UInt64,
        DataType::Float32,
        DataType::Float64,
        DataType::String,
        DataType::Decimal(20, 3),
    ] {
        let series = series.cast(&dtype).unwrap();
        assert_eq!(one(optional("x", Kind::Int), series), (expect.clone(), vec![]), "{dtype}");
    }
    let (values, rejects) = one(optional("x", Kind::Int), Series::new("x".into(), [1_u64, u64::MAX]));
    assert_eq!((values, rejects), (vec![Value::Int(1), Value::Missing], vec!["x out_of_range Cell 1".to_owned()]));
}

#[test]
fn a_float_is_whole_or_rejected() {
    let raw = [1.0, -0.0, 1.5, f64::NAN, f64::INFINITY, 9.3e18, -9_223_372_036_854_775_808.0];
    let (values, rejects) = one(optional("x", Kind::Int), Series::new("x".into(), raw));
    assert_eq!(
        values,
        [
            Value::Int(1),
            Value::Int(0),
            Value::Missing,
            Value::Missing,
            Value::Missing,
            Value::Missing,
            Value::Int(i64::MIN)
        ]
    );
    assert_eq!(rejects, ["x not_a_number Cell 1", "x no_int Cell 1", "x out_of_range Cell 2"]);
}

#[test]
fn not_a_number_is_a_reject_and_infinity_a_number() {
    let (values, rejects) =
        one(column("x", Kind::Float), Series::new("x".into(), [f64::NAN, f64::INFINITY, -0.0, 2.5]));
    assert_eq!(values, [Value::Missing, Value::Float(f64::INFINITY), Value::Float(0.0), Value::Float(2.5)]);
    assert_eq!(rejects, ["x not_a_number Cell 1"]);
    let (values, rejects) = one(optional("x", Kind::Text), Series::new("x".into(), [f64::NAN, 1.0]));
    assert_eq!((values, rejects), (vec![Value::Missing, super::text("1")], vec!["x not_a_number Cell 1".to_owned()]));
    assert_eq!(
        read(Kind::Float, &["nan", "1e3", " 2 ", "inf", "1,5"]),
        [Value::Missing, Value::Float(1000.0), Value::Float(2.0), Value::Float(f64::INFINITY), Value::Missing]
    );
}

#[test]
fn units_are_taken_to_the_si() {
    let (values, _) = one(in_unit(Kind::Quantity(Dimension::LENGTH), "mi"), Series::new("x".into(), [1_i32, 2]));
    assert_eq!(values, [Value::Float(1609.344), Value::Float(3218.688)]);
    let (values, _) = one(in_unit(Kind::Quantity(Dimension::TEMPERATURE), "°C"), Series::new("x".into(), ["0"]));
    assert_eq!(values, [Value::Float(273.15)]);
    let (values, _) = one(in_unit(Kind::Money, "wan_yuan"), Series::new("x".into(), ["1.5", "0.00000001"]));
    assert_eq!(values, [Value::Money(150_000_000), Value::Money(1)]);
    let micros = |micros| Value::Duration(Duration { days: 0, micros });
    let (values, _) = one(in_unit(Kind::Duration, "min"), Series::new("x".into(), ["1.5", "2:00", "PT1H"]));
    assert_eq!(values, [micros(90_000_000), micros(7_200_000_000), micros(3_600_000_000)]);
    let (values, _) = one(in_unit(Kind::Duration, "weeks"), Series::new("x".into(), [2_i64]));
    assert_eq!(values, [Value::Duration(Duration { days: 14, micros: 0 })]);
}

#[test]
fn money_is_exact_and_rounds_half_to_even() {
    let expect = [Value::Money(123_400), Value::Money(-5000), Value::Money(2), Value::Money(2), Value::Missing];
    assert_eq!(read(Kind::Money, &["12.34", "-.5", "0.00015", "0.00025", "x"]), expect);
    let (values, _) = one(column("x", Kind::Money), Series::new("x".into(), [0.1 + 0.2, 19.99]));
    assert_eq!(values, [Value::Money(3000), Value::Money(199_900)]);
    let decimals = Series::new("x".into(), ["1.23456"]).cast(&DataType::Decimal(10, 5)).unwrap();
    assert_eq!(one(column("x", Kind::Money), decimals).0, [Value::Money(12_346)]);
}

#[test]
fn truth() {
    let expect = [Value::Bool(true), Value::Bool(false), Value::Bool(true), Value::Missing, Value::Missing];
    assert_eq!(read(Kind::Bool, &["TRUE", "0", "是", "无", "maybe"]), expect);
    let (values, rejects) = one(optional("x", Kind::Bool), Series::new("x".into(), [Some(true), None, Some(false)]));
    assert_eq!((values, rejects), (vec![Value::Bool(true), Value::Missing, Value::Bool(false)], vec![]));
}

#[test]
fn texts_of_anything() {
    let text_of = |series: Series| one(column("x", Kind::Text), series).0;
    assert_eq!(
        text_of(Series::new("x".into(), [1.0, 0.1, 1e21])),
        [super::text("1"), super::text("0.1"), super::text("1000000000000000000000")]
    );
    assert_eq!(text_of(Series::new("x".into(), [true])), [super::text("true")]);
    assert_eq!(
        text_of(Series::new("x".into(), [" a ", "", "无"])),
        [super::text(" a "), super::text(""), super::text("无")]
    );
    let decimals = Series::new("x".into(), ["-0.50", "3.00"]).cast(&DataType::Decimal(9, 2)).unwrap();
    assert_eq!(text_of(decimals), [super::text("-0.5"), super::text("3")]);
    let dates = Series::new("x".into(), [-1_i32]).cast(&DataType::Date).unwrap();
    assert_eq!(text_of(dates), [super::text("1969-12-31")]);
    let categories = Series::new("x".into(), ["b", "a", "b"]).cast(&DataType::from_categories(Categories::global()));
    assert_eq!(text_of(categories.unwrap()), [super::text("b"), super::text("a"), super::text("b")]);
    let frozen = DataType::from_frozen_categories(FrozenCategories::new(["a", "b"]).unwrap());
    let enumerated = Series::new("x".into(), ["b", "a"]).cast(&frozen).unwrap();
    assert_eq!(text_of(enumerated), [super::text("b"), super::text("a")]);
}

#[test]
fn enums_by_name_or_raw_text() {
    let usage = |variant| Value::Enum(EnumId(0), variant);
    // `无` is a raw text of `commercial` before it is a placeholder
    assert_eq!(
        read(USAGE, &["residential", " 住宅 ", "无", "-", "dormitory"]),
        [usage(0), usage(0), usage(1), Value::Missing, Value::Missing]
    );
}

#[test]
fn entities_by_canonical_key() {
    let (values, rejects) = one(
        optional("x", PERSON),
        Series::new("x".into(), [Some(" p1 "), Some("p1"), Some("N/A"), Some("未知"), Some(""), None]),
    );
    assert_eq!(values, [person("p1"), person("p1"), Value::Missing, Value::Missing, Value::Missing, Value::Missing]);
    assert!(rejects.is_empty());
    let (values, rejects) = one(column("x", PERSON), Series::new("x".into(), [Some("p1"), Some("none"), None]));
    assert_eq!((values, rejects), (vec![person("p1")], vec!["x no_entity Row 2".to_owned()]));
    let (values, rejects) = one(optional("x", NUMBERED), Series::new("x".into(), ["007", "7.0", "seven"]));
    assert_eq!((values, rejects), (vec![person("7"), person("7")], vec!["x no_int Row 1".to_owned()]));
    let (values, _) = one(column("x", PERSON), Series::new("x".into(), [42.0]));
    assert_eq!(values, [person("42")]);
    let (values, _) = one(column("x", HOME), Series::new("x".into(), ["青年中路1号3幢501室", "青年中路1号3幢 501"]));
    assert_eq!(values[0], values[1]);
}

#[test]
fn dates_and_times() {
    let date = |text: &str| Value::Date(watchfire_stdlib::zone::wall_date(at(&format!("{text}T00:00:00Z"))));
    let forms = ["2024-01-31", "2024/1/31", "20240131", "2024年1月31日", "2024-01-31 00:00:00", "2024.01.31"];
    assert_eq!(read(Kind::Date, &forms), vec![date("2024-01-31"); 6]);
    assert_eq!(
        read(Kind::Date, &["2023-02-29", "2024-01-31 01:00", "31.01.2024", "1969-12-31"]),
        [Value::Missing, Value::Missing, Value::Missing, date("1969-12-31")]
    );
    // without a zone: on the wall in Shanghai
    let time = Value::Time(at("2024-01-31T05:30:00+08:00"));
    let forms =
        ["2024-01-31T05:30", "2024/1/31 5:30:00", "20240131053000", "2024-01-30T21:30:00Z", "2024-01-31 00:30 +0300"];
    assert_eq!(read(Kind::Time, &forms), vec![time.clone(); 5]);
    assert_eq!(
        read(Kind::Time, &["2024-01-30T24:00", "2024-01-31", "2024-01-31T25:00"]),
        [Value::Time(at("2024-01-31T00:00:00+08:00")), Value::Time(at("2024-01-31T00:00:00+08:00")), Value::Missing]
    );
    let wall = at("2024-01-31T05:30:00Z");
    for unit in [TimeUnit::Milliseconds, TimeUnit::Microseconds, TimeUnit::Nanoseconds] {
        let raw = Series::new("x".into(), [Some(wall), None]).cast(&DataType::Datetime(TimeUnit::Microseconds, None));
        let raw = raw.unwrap().cast(&DataType::Datetime(unit, None)).unwrap();
        assert_eq!(one(optional("x", Kind::Time), raw).0, [time.clone(), Value::Missing]);
    }
    let early = Series::new("x".into(), [-1_i64]).cast(&DataType::Datetime(TimeUnit::Nanoseconds, None)).unwrap();
    let (values, _) = one(column("x", Kind::Time), early);
    assert_eq!(values, [Value::Time(at("1969-12-31T15:59:59.999999Z"))], "cut to the microsecond in which it lies");
}

#[test]
fn datetimes_with_a_zone_are_instants() {
    let series = super::knowledge::instants("x", &[Some(at("2024-01-30T21:30:00Z"))]);
    assert_eq!(one(column("x", Kind::Time), series.clone()).0, [Value::Time(at("2024-01-30T21:30:00Z"))]);
    let (values, rejects) = one(optional("x", Kind::Date), series);
    assert_eq!((values, rejects), (vec![Value::Missing], vec!["x no_date Cell 1".to_owned()]), "05:30 is no midnight");
}

#[test]
fn forms_given_by_a_pattern() {
    let with = |kind: Kind, pattern: &str, raw: Series| {
        let mut column = optional("x", kind);
        column.load.format = Some(pattern.into());
        one(column, raw).0
    };
    let day = Value::Date(watchfire_stdlib::zone::wall_date(at("2024-01-31T00:00:00Z")));
    assert_eq!(
        with(Kind::Date, "%d.%m.%y", Series::new("x".into(), ["31.01.24", "2024-01-31"])),
        [day.clone(), Value::Missing]
    );
    assert_eq!(with(Kind::Date, "%Y%m%d", Series::new("x".into(), [20_240_131_i64])), [day]);
    let time = Value::Time(at("2024-01-31T05:00:00+08:00"));
    assert_eq!(with(Kind::Time, "%Y-%m-%d %H", Series::new("x".into(), ["2024-01-31 05"])), vec![time.clone()]);
    let seconds = at("2024-01-31T05:00:00+08:00") / 1_000_000;
    assert_eq!(with(Kind::Time, "%s", Series::new("x".into(), [seconds])), vec![time.clone()]);
    assert_eq!(with(Kind::Time, "%FT%T%z", Series::new("x".into(), ["2024-01-30T23:00:00+0200"])), [time]);
}

#[test]
fn positions() {
    let place = |longitude, latitude| Value::Point(Point { longitude, latitude });
    let forms = ["116.5,39.25", "POINT (116.5 39.25)", "[116.5, 39.25]", "116.5，39.25", "39.25", "200,0"];
    let here = place(116.5, 39.25);
    assert_eq!(
        read(Kind::Point, &forms),
        [here.clone(), here.clone(), here.clone(), here.clone(), Value::Missing, Value::Missing]
    );
    let mut column = column("x", Kind::Point);
    column.load.from = vec!["n".into(), "x".into()];
    column.load.system = Some(ReferenceSystem::Gcj02);
    // outside China GCJ-02 is WGS-84
    assert_eq!(one(column, Series::new("x".into(), [51.5])).0, [place(0.0, 51.5)]);
}

#[test]
fn lines_and_polygons() {
    let wkb = "0101000000000000000000f03f0000000000000040";
    let point = Value::Point(Point { longitude: 1.0, latitude: 2.0 });
    assert_eq!(
        read(Kind::Point, &[wkb, r#"{"type":"Point","coordinates":[1,2]}"#, "LINESTRING (1 2, 3 4)"]),
        [point.clone(), point, Value::Missing]
    );
    let square = "POLYGON ((1 0, 2 0, 2 2, 1 2, 1 0))";
    let json = r#"{"type":"Polygon","coordinates":[[[1,0],[2,0],[2,2],[1,2],[1,0]]]}"#;
    let crossing = "POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))";
    let values = read(Kind::Polygon, &[square, json, crossing, "POINT (1 2)", "无", "POLYGON ((1 0"]);
    assert!(matches!(values[0], Value::Polygon(_)));
    assert_eq!(values[0], values[1]);
    assert_eq!(values[2..], [Value::Missing, Value::Missing, Value::Missing, Value::Missing]);
    let (_, rejects) = one(column("x", Kind::Polygon), Series::new("x".into(), [crossing, "no shape"]));
    assert_eq!(rejects, ["x refused Cell 1", "x refused Cell 1"]);
    assert!(matches!(read(Kind::Line, &["LINESTRING (1 2, 3 4)"])[0], Value::Line(_)));

    // The same shape as bytes, and stored in another system.
    let bytes: Vec<u8> = (0..wkb.len() / 2).map(|i| u8::from_str_radix(&wkb[2 * i..2 * i + 2], 16).unwrap()).collect();
    let (values, rejects) = one(column("x", Kind::Point), Series::new("x".into(), [bytes.as_slice()]));
    assert_eq!((values, rejects.len()), (vec![Value::Point(Point { longitude: 1.0, latitude: 2.0 })], 0));
    let mut shifted = column("x", Kind::Line);
    shifted.load.system = Some(ReferenceSystem::Gcj02);
    let (values, _) = one(shifted, Series::new("x".into(), ["LINESTRING (116.4 39.9, 116.5 39.9)"]));
    let Value::Line(line) = &values[0] else { panic!("{values:?}") };
    assert!(line.parts()[0][0].longitude < 116.396 && line.parts()[0][0].longitude > 116.39);
}

#[test]
fn an_obligatory_cell_that_is_missing_is_a_reject_but_keeps_its_row() {
    let (values, rejects) = one(column("x", Kind::Int), Series::new("x".into(), [Some(1_i64), None]));
    assert_eq!((values, rejects), (vec![Value::Int(1), Value::Missing], vec!["x missing Cell 1".to_owned()]));
}

#[test]
fn a_column_that_can_never_fit_is_an_error() {
    let program = program(vec![source("s", vec![column("x", Kind::Date)], timeless())]);
    let frame = df!("x" => [true]).unwrap();
    let errors = try_load(&program, &Sources::new().frame("s", frame)).unwrap_err();
    assert_eq!(errors.iter().map(Diagnostic::code).collect::<Vec<_>>(), ["E0707"]);
    let ints = df!("x" => [20_240_131]).unwrap();
    assert_eq!(try_load(&program, &Sources::new().frame("s", ints)).unwrap_err().len(), 1);
}

#[test]
fn several_chunks_and_an_empty_frame() {
    let program = program(vec![source("s", vec![column("x", Kind::Int)], timeless())]);
    let mut frame = df!("x" => [3_i64, 1]).unwrap();
    frame.vstack_mut(&df!("x" => [2_i64]).unwrap()).unwrap();
    assert_eq!(cells(&load_frame(&program, frame.clone()).0, 0), [Value::Int(1), Value::Int(2), Value::Int(3)]);
    let (table, rejects) = load_frame(&program, frame.slice(0, 0));
    assert_eq!((table.rows, rejects.is_empty()), (0, true));
}

#[test]
fn samples_show_no_private_text() {
    let mut home = column("home", HOME);
    home.ty.private = true;
    let mut program = program(vec![source("s", vec![column("who", NUMBERED), home], timeless())]);
    program.entities[2].private = true;
    let frame = df!("who" => ["secret", "1"], "home" => ["", "-"]).unwrap();
    let (_, rejects) = load_frame(&program, frame);
    let raw: Vec<Arc<str>> = rejects.groups().flat_map(|group| group.samples).map(|sample| sample.raw).collect();
    assert_eq!(raw, [Arc::from("(private)"), "(private)".into(), "(private)".into()]);
}

#[test]
fn samples_are_kept_up_to_the_limit_and_all_are_counted() {
    let program = program(vec![source("s", vec![column("x", Kind::Int)], timeless())]);
    let frame = df!("x" => ["a", "b", "c", "1"]).unwrap();
    let store = load_all(&program, &Sources::new().frame("s", frame).keep_rejects(2));
    let group = store.rejects.groups().next().unwrap();
    assert_eq!((group.count, group.samples.len()), (3, 2));
    assert_eq!((group.samples[1].place.to_string(), &*group.samples[1].raw), ("frame:2".to_owned(), "b"));
    assert_eq!(store.inputs[0].rows, 4);
}

#[test]
fn decimals_print_and_read_back() {
    let mut random = Random(1);
    for _ in 0..2000 {
        let (digits, scale) = (random.bits() as i64 >> random.from(0, 60), random.from(0, 12) as u32);
        let written = text::decimal_text(i128::from(digits), scale);
        let (read, read_scale) = text::decimal(&written).unwrap();
        assert_eq!(read * 10_i128.pow(scale - read_scale), i128::from(digits), "{digits} {scale} {written}");
        assert!(!written.contains('.') || !written.ends_with(['0', '.']), "{written}");
    }
}

#[test]
fn numbers_print_and_read_back() {
    let mut random = Random(2);
    for _ in 0..2000 {
        let number = f64::from_bits(random.bits());
        if !number.is_nan() {
            assert_eq!(text::number(&text::number_text(number)), Ok(number));
        }
    }
}

#[test]
fn any_text_is_read_or_refused() {
    const PIECES: &[&str] = &[
        "0",
        "1",
        "9",
        "-",
        "+",
        ".",
        "e",
        ":",
        "/",
        " ",
        "T",
        "Z",
        "P",
        "D",
        "H",
        "M",
        "S",
        "年",
        "月",
        "日",
        "(",
        ")",
        "[",
        "POINT",
        "2024",
        "12",
        "31",
        "999999999999999999999",
        "24",
        "é",
        "nan",
        "inf",
        "，",
        "\u{0}",
    ];
    let kinds = [
        Kind::Bool,
        Kind::Int,
        Kind::Float,
        Kind::Money,
        Kind::Date,
        Kind::Time,
        Kind::Duration,
        Kind::Hour,
        Kind::Point,
        Kind::Line,
        Kind::Polygon,
    ];
    let mut random = Random(3);
    for _ in 0..20_000 {
        let count = random.from(0, 9);
        let raw: String = (0..count).map(|_| PIECES[random.from(0, PIECES.len() as i64) as usize]).collect();
        for kind in &kinds {
            // does not panic, and never gives a value of another kind
            let right = match (kind, Reader::of_kind(kind).read(RawCell::Text(&raw))) {
                (_, Parsed::Missing) => watchfire_stdlib::keys::is_placeholder(&raw),
                (_, Parsed::Bad(reason)) => reason != Reason::Missing,
                (Kind::Time, Parsed::Wall(_) | Parsed::Value(Value::Time(_))) => true,
                (Kind::Date, Parsed::Value(Value::Date(_) | Value::Time(_))) => true,
                (Kind::Float, Parsed::Value(Value::Float(number))) => !number.is_nan(),
                (Kind::Bool, Parsed::Value(Value::Bool(_)))
                | (Kind::Int, Parsed::Value(Value::Int(_)))
                | (Kind::Money, Parsed::Value(Value::Money(_)))
                | (Kind::Duration, Parsed::Value(Value::Duration(_)))
                | (Kind::Hour, Parsed::Value(Value::Hour(0..24)))
                | (Kind::Point, Parsed::Value(Value::Point(_))) => true,
                _ => false,
            };
            assert!(right, "{kind:?} from {raw:?}");
        }
    }
}

#[test]
fn moments_print_and_read_back() {
    let mut random = Random(4);
    for _ in 0..2000 {
        let wall = random.from(-60_000_000_000_000_000, 200_000_000_000_000_000);
        let written = text::cell_text(RawCell::Wall(wall)).unwrap();
        assert_eq!(text::moment(&written), Some(text::Moment::Wall(wall)), "{written}");
        let written = text::cell_text(RawCell::Instant(wall)).unwrap();
        assert_eq!(text::moment(&written), Some(text::Moment::Instant(wall)), "{written}");
    }
}

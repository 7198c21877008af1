//! Files: every format gives the same rows; what is broken is said, with its place.

use super::*;
use crate::ingest::Spans;
use crate::sources::{FileOptions, Format};
use polars::prelude::{DataFrame, IpcWriter, ParquetWriter, SerWriter, df};
use std::fs;
use std::path::Path;
use tempfile::tempdir;

fn residents() -> Program {
    let columns = vec![column("person", PERSON), optional("age", Kind::Int), optional("since", Kind::Date)];
    program(vec![source("residents", columns, timeless())])
}

fn frame() -> DataFrame {
    df!(
        "person" => ["b", "a", "c"],
        "unused" => [1.5, 2.5, 3.5],
        "age" => [Some(7_i64), None, Some(9)],
        "since" => ["2024-01-31", "2024-02-01", "2024-02-02"],
    )
    .unwrap()
}

fn from(path: &Path) -> Result<Store, Vec<Diagnostic>> {
    try_load(&residents(), &Sources::new().file("residents", path, FileOptions::default()))
}

fn codes(path: &Path) -> Vec<&'static str> {
    from(path).unwrap_err().iter().map(Diagnostic::code).collect()
}

fn message(path: &Path) -> String {
    let errors = from(path).unwrap_err();
    let error = errors.first().unwrap();
    let notes = error.notes(Language::En);
    let notes: Vec<&str> = notes.iter().map(|note| note.text.as_str()).collect();
    format!("{}\n{}", error.message(Language::En), notes.join("\n"))
}

#[test]
fn every_format_gives_the_same_table() {
    let folder = tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut frame = frame();
    ParquetWriter::new(fs::File::create(path("r.parquet")).unwrap()).finish(&mut frame).unwrap();
    IpcWriter::new(fs::File::create(path("r.arrow")).unwrap()).finish(&mut frame).unwrap();
    fs::write(
        path("r.csv"),
        "\u{feff}person,unused,age,since\r\nb,1.5,7,2024-01-31\r\n\"a\",2.5,,2024-02-01\r\nc,3.5,9.0,20240202\r\n",
    )
    .unwrap();
    fs::write(path("r.tsv"), "since\tage\tperson\n2024-01-31\t7\tb\n2024-02-01\t\ta\n2024-02-02\t9\tc\n").unwrap();
    let lines = "{\"person\":\"b\",\"age\":7,\"since\":\"2024-01-31\",\"more\":{\"x\":[1]}}\n\n\
                 {\"age\":null,\"person\":\"a\",\"since\":\"2024-02-01\"}\n{\"person\":\"c\",\"age\":9.0,\"since\":\"2024-02-02\"}";
    fs::write(path("r.ndjson"), lines).unwrap();
    let expected = load_frame(&residents(), frame).0;
    assert_eq!(expected.rows, 3);
    for name in ["r.parquet", "r.arrow", "r.csv", "r.tsv", "r.ndjson"] {
        let store = from(&path(name)).unwrap();
        assert_eq!(store.tables[0].as_deref().map(ordered).as_ref(), Some(&*expected), "{name}");
        assert!(store.rejects.is_empty(), "{name}");
    }
}

#[test]
fn files_keep_zones_and_types() {
    let folder = tempdir().unwrap();
    let numbers = polars::prelude::df!("n" => [1_i64, 2]).unwrap();
    let mut frame = numbers.clone();
    let time = super::knowledge::instants("time", &[Some(at("2024-01-30T21:30:00Z")), None]);
    frame.with_column(time.into()).unwrap();
    let money = numbers.column("n").unwrap().cast(&polars::prelude::DataType::Decimal(10, 2)).unwrap();
    frame.with_column(money.with_name("money".into())).unwrap();
    let mut n = column("n", Kind::Int);
    n.unique = true;
    let columns = vec![n, optional("time", Kind::Time), column("money", Kind::Money)];
    let program = program(vec![source("s", columns, timeless())]);
    let parquet = folder.path().join("s.parquet");
    let ipc = folder.path().join("s.ipc");
    ParquetWriter::new(fs::File::create(&parquet).unwrap()).finish(&mut frame).unwrap();
    IpcWriter::new(fs::File::create(&ipc).unwrap()).finish(&mut frame).unwrap();
    for path in [parquet, ipc] {
        let store = load_all(&program, &Sources::new().file("s", &path, FileOptions::default()));
        let table = store.tables[0].as_deref().unwrap();
        assert_eq!(cells(table, 1), [Value::Time(at("2024-01-30T21:30:00Z")), Value::Missing]);
        assert_eq!(cells(table, 2), [Value::Money(10_000), Value::Money(20_000)]);
    }
}

#[test]
fn each_file_with_a_column_that_cannot_fit_is_an_error() {
    let folder = tempdir().unwrap();
    let columns = vec![column("x", Kind::Float), optional("y", Kind::Float)];
    let program =
        program(vec![source("s", columns, timeless()), source("t", vec![column("x", Kind::Date)], timeless())]);
    let write = |name: &str, mut frame: DataFrame| {
        ParquetWriter::new(fs::File::create(folder.path().join(name)).unwrap()).finish(&mut frame).unwrap();
    };
    write("1.parquet", df!("x" => [true, false], "y" => [1.0, f64::NAN]).unwrap());
    write("2.parquet", df!("x" => [1.0, f64::NAN], "y" => [1.0, f64::NAN]).unwrap());
    write("3.parquet", df!("x" => [true], "y" => [true]).unwrap());
    let sources = Sources::new().file("s", folder.path(), FileOptions::default());
    let errors = try_load(&program, &sources.frame("t", df!("x" => [1, 2]).unwrap())).unwrap_err();
    assert_eq!(errors.iter().map(Diagnostic::code).collect::<Vec<_>>(), ["E0707"; 4]);
}

#[test]
fn folders_and_patterns_are_read_by_name() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("2.csv"), "person,age,since\nb,x,\n").unwrap();
    fs::write(folder.path().join("1.csv"), "since,person,age\n,a,y\n").unwrap();
    fs::write(folder.path().join("notes.txt"), "not data").unwrap();
    fs::write(folder.path().join(".hidden.csv"), "person\n").unwrap();
    for path in [folder.path().to_owned(), folder.path().join("*.csv")] {
        let store = from(&path).unwrap();
        assert_eq!(cells(store.tables[0].as_deref().unwrap(), 0), [person("a"), person("b")]);
        let samples = store.rejects.groups().next().unwrap().samples;
        let places: Vec<String> = samples.iter().map(|sample| sample.place.to_string()).collect();
        assert!(places[0].ends_with("1.csv:2") && places[1].ends_with("2.csv:2"), "{places:?}");
    }
    assert_eq!(codes(&folder.path().join("*.parquet")), ["E0703"]);
    assert_eq!(codes(&folder.path().join("missing.csv")), ["E0703"]);
    assert_eq!(codes(&folder.path().join("notes.txt")), ["E0704"]);
}

#[test]
fn bad_lines_are_rejects_with_their_place() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("r.csv");
    let mut bytes = b"person,age,since\na,1,\nb,2\nc,3,,4\n\"d\nd\",x,\n".to_vec();
    bytes.extend(b"\xd5\xc5,5,\n");
    bytes.extend("e,6,2024-13-01\n".as_bytes());
    fs::write(&path, &bytes).unwrap();
    let store = from(&path).unwrap();
    assert_eq!(
        rejected(&store.rejects),
        ["* ragged Row 2", "* encoding Row 1", "age no_int Cell 1", "since no_date Cell 1"]
    );
    let lines: Vec<u64> =
        store.rejects.groups().flat_map(|group| group.samples).map(|sample| sample.place.line).collect();
    assert_eq!(lines, [3, 4, 7, 5, 8]);
    assert_eq!(cells(store.tables[0].as_deref().unwrap(), 0), [person("a"), person("d\nd"), person("e")]);
    assert_eq!((store.inputs[0].rows, store.inputs[0].rejected), (6, 3));

    let path = folder.path().join("r.ndjson");
    let mut bytes = b"{\"person\":\"a\",\"age\":1,\"since\":null}\n{\"person\":\"b\"\n[1]\n".to_vec();
    bytes.extend(b"{\"person\":\"\xd5\xc5\"}\n{\"person\":\"c\"} x\n{\"person\":\"d\"}\n");
    fs::write(&path, &bytes).unwrap();
    let store = from(&path).unwrap();
    assert_eq!(rejected(&store.rejects), ["* unreadable Row 3", "* encoding Row 1"]);
    assert_eq!(cells(store.tables[0].as_deref().unwrap(), 0), [person("a"), person("d")]);
}

#[test]
fn missing_columns_are_named_with_a_suggestion() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("r.csv");
    fs::write(&path, "persn,age,since\na,1,\n").unwrap();
    let message = message(&path);
    assert!(message.contains("has no column `person`") && message.contains("did you mean `persn`"), "{message}");
    let path = folder.path().join("r.ndjson");
    fs::write(&path, "{\"persn\":\"a\",\"age\":1,\"since\":null}\n").unwrap();
    assert_eq!(codes(&path), ["E0706"]);
    let path = folder.path().join("r.parquet");
    ParquetWriter::new(fs::File::create(&path).unwrap()).finish(&mut df!("person" => ["a"]).unwrap()).unwrap();
    assert_eq!(codes(&path), ["E0706"]);
}

#[test]
fn damaged_and_foreign_files_are_errors() {
    let folder = tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    for name in ["r.parquet", "r.arrow"] {
        assert_eq!(codes(&write(name, b"")), ["E0705"], "{name}, empty");
        assert_eq!(codes(&write(name, b"person,age,since\n")), ["E0705"], "{name}, text");
    }
    let mut parquet = Vec::new();
    ParquetWriter::new(&mut parquet).finish(&mut frame()).unwrap();
    for end in [parquet.len() / 2, parquet.len() - 1] {
        assert_eq!(codes(&write("r.parquet", &parquet[..end])), ["E0705"]);
    }
    assert_eq!(codes(&write("r.csv", b"")), ["E0713"]);
    assert_eq!(codes(&write("r.csv", b"\xc8\xcb,age,since\n")), ["E0708"]);
    assert_eq!(codes(&write("r.csv", b"\xff\xfep\0e\0r\0s\0o\0n\0")), ["E0708"]);
    assert_eq!(codes(&write("r.ndjson", b"\xff\xfe{\0}\0")), ["E0708"]);
    assert_eq!(codes(&write("r.csv", b"person,age,since,person\n")), ["E0709"]);
    for (name, bytes) in [("r.csv", "person,age,since\n"), ("r.ndjson", "")] {
        assert_eq!(from(&write(name, bytes.as_bytes())).unwrap().tables[0].as_deref().unwrap().rows, 0, "{name}");
    }
}

#[test]
fn json_numbers_lose_no_digit() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s.ndjson");
    let numbers =
        ["5e-324", "0.30000000000000004", "-1.50", "123456789012345678", "1e2", "true", "\"\\u0041\"", "[1, 2]"];
    let lines: Vec<String> =
        numbers.iter().enumerate().map(|(n, x)| format!("{{\"n\":{n},\"x\":{x},\"y\":{x}}}")).collect();
    fs::write(&path, lines.join("\n")).unwrap();
    let mut n = column("n", Kind::Int);
    n.unique = true;
    let columns = vec![n, column("x", Kind::Text), column("y", Kind::Float)];
    let program = program(vec![source("s", columns, timeless())]);
    let store = try_load(&program, &Sources::new().file("s", &path, FileOptions::default())).unwrap();
    let table = store.tables[0].as_deref().unwrap();
    let tiny = format!("0.{}5", "0".repeat(323));
    let texts = [&*tiny, "0.30000000000000004", "-1.5", "123456789012345678", "100", "true", "A", "[1, 2]"];
    assert_eq!(cells(table, 1), texts.map(text));
    let floats = [5e-324, 0.1 + 0.2, -1.5, 123_456_789_012_345_680.0, 100.0].map(Value::Float);
    assert_eq!(cells(table, 2)[..5], floats);
    assert_eq!(rejected(&store.rejects), ["y no_number Cell 3"]);
}

#[test]
fn options_of_files() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("r.dat");
    fs::write(&path, "person;age;since\na;NN;\nNN;2;\n").unwrap();
    let options = FileOptions { format: Some(Format::Csv), delimiter: Some(';'), missing: vec!["NN".into()] };
    let store = try_load(&residents(), &Sources::new().file("residents", &path, options)).unwrap();
    assert_eq!(cells(store.tables[0].as_deref().unwrap(), 1), [Value::Missing]);
    assert_eq!(rejected(&store.rejects), ["person no_entity Row 1"]);
}

#[test]
fn sources_without_data_and_data_without_source() {
    let program = residents();
    let errors = try_load(&program, &Sources::new()).unwrap_err();
    assert_eq!(errors[0].code(), "E0701");
    let errors = try_load(&program, &Sources::new().frame("residnts", frame()).others_empty()).unwrap_err();
    assert_eq!(errors[0].code(), "E0702");
    assert!(errors[0].notes(Language::En)[0].text.contains("`residents`"));
    assert_eq!(try_load(&program, &Sources::new().others_empty()).unwrap().tables[0].as_deref().unwrap().rows, 0);
}

#[test]
fn only_columns_that_are_read_must_be_there() {
    let keyed = |mut table: Table| {
        table.key = vec![ColumnId(0)];
        table
    };
    let columns = vec![column("person", PERSON), column("age", Kind::Int), column("never", Kind::Text)];
    let program = program(vec![source("residents", columns, keyed(timeless()))]);
    let reads = vec![Some([ColumnId(1)].into())];
    let store = load(&program, &Sources::new().frame("residents", frame()), &reads, &Spans::new(), 2).unwrap();
    let table = store.tables[0].as_deref().unwrap();
    assert_eq!(
        (table.columns[0].is_some(), table.columns[1].is_some(), table.columns[2].is_some()),
        (true, true, false)
    );
    let unread = load(&program, &Sources::new(), &vec![None], &Spans::new(), 2).unwrap();
    assert!(unread.tables[0].is_none());
}

#[test]
fn a_huge_cell_is_a_cell() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("r.csv");
    let huge = "x".repeat(20_000_000);
    fs::write(&path, format!("person,age,since\n{huge},{huge},\n")).unwrap();
    let store = from(&path).unwrap();
    assert_eq!(cells(store.tables[0].as_deref().unwrap(), 0), [person(&huge)]);
    let sample = store.rejects.groups().next().unwrap().samples[0].raw.clone();
    assert_eq!(sample.chars().count(), 81);
}

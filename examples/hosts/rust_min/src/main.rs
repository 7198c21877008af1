//! The least that a program needs: a package, two frames with the departments' own columns, and the warnings.

use polars::prelude::df;
use watchfire_engine::{Engine, Package, RunOptions, Sources};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let package = Package::load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../group_rental"))?;
    let dwellings = df!(
        "地址" => ["江苏省南通市崇川区青年中路1号3幢501室"],
        "建筑面积" => ["88.5"],
        "规划用途" => ["住宅"],
        "经度" => [120.87],
        "纬度" => [31.98],
        "街道" => ["和平桥街道"],
    )?;
    let written = ["青年中路1号3幢501室", "青年中路1号3栋501", "崇川区青年中路１号３幢５０１室"];
    let residents = df!(
        "人员编号" => ["p1", "p2", "p3", "p4", "p5", "p6"],
        "居住地址" => written.repeat(2),
        "户号" => ["h1", "h1", "h2", "h3", "h4", "h5"],
        "登记日期" => ["20240301"; 6],
        "注销日期" => [None::<&str>; 6],
        "入库时间" => ["2024-03-01T09:00"; 6],
    )?;
    let sources = Sources::new().frame("dwellings", dwellings).frame("residents", residents).others_empty();
    let options = RunOptions { to: package.instant("2024-03-10"), ..RunOptions::default() };
    let run = Engine::new(package).run(&sources, &options)?;
    for warning in &run.warnings {
        println!("{:<7} {:<12} {}", run.levels.name(warning.level), warning.model, warning.message);
    }
    println!("{} warnings, {} rejects", run.warnings.len(), run.rejects.count());
    Ok(())
}

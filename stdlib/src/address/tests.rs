//! Addresses as departments write them.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use super::*;
use proptest::prelude::*;
use std::collections::HashMap;

fn reason(text: &str) -> &'static str {
    unit(text).map_or_else(|refusal| refusal.reason, |_| "accepted")
}

#[test]
fn one_dwelling_one_key() {
    let variants = [
        "江苏省南通市崇川区青年中路1号3幢501室",
        "江苏省江苏省南通市崇川区青年中路1号3幢501室",
        "江苏南通市崇川区青年中路1号3幢501室",
        "南通市崇川区青年中路1号3幢501室",
        "南通崇川区青年中路1号3幢501室",
        "南通市青年中路1号3幢501室",
        "崇川区青年中路1号3幢501室",
        "崇川区和平桥街道青年中路1号3幢501室",
        "青年中路1号3幢501室",
        "青年中路1号3幢501",
        " 青年中路 1号 3幢 501 ",
        "青年中路１号３栋５０１室",
        "青年中路\u{3000}１号\u{3000}３幢\u{3000}５０１",
        "青年中路1号3号楼501",
        "青年中路1号3#楼501室",
        "青年中路1号3#501",
        "青年中路1#3幢501",
        "青年中路1号3座501",
        "青年中路一号三幢五零一室",
        "青年中路一号第三幢五〇一",
        "青年中路1號3棟501室",
        "青年中路1号03幢0501室",
        "青年中路1号，3幢，501室。",
        "青年中路1号-3幢-501",
        "青年中路1号3幢5楼501室",
        "青年中路1号3幢5层501",
        "青年中路1号3幢501号",
        "青年中路1号3幢501房",
        "青年中路1号3幢501户",
        "⻘年中路1号3幢501室",
        "青年中路1号501室3幢",
        "青年中路1号3幢501-1",
        "青年中路1号3幢501-1室",
        "青年中路1号3幢501A",
        "青年中路1号3幢501a室",
        "青年中路1号3幢501室A床",
        "青年中路1号3幢501室2号床位",
        "青年中路1号3幢501-2床位",
        "青年中路1号3幢501室床位",
    ];
    for text in variants {
        assert_eq!(unit(text).as_deref(), Ok("青年中路1号3幢501室"), "{text}");
        assert_eq!(building(text).as_deref(), Ok("青年中路1号3幢"), "{text}");
    }
}

#[test]
fn different_dwellings_different_keys() {
    let texts = [
        "青年中路1号3幢501室",
        "青年中路1号3幢502室",
        "青年中路1号3幢1501室",
        "青年中路1号3幢2单元501室",
        "青年中路1号3幢1单元501室",
        "青年中路1号13幢501室",
        "青年中路1号A座501室",
        "青年中路13号3幢501室",
        "青年中路11号3幢501室",
        "青年中路1-1号3幢501室",
        "青年中路1号501室",
        "青年中路1号3幢5室",
        "青年中路1号3幢5层01室",
        "青年中路1号龙泉苑3幢501室",
        "青年东路1号3幢501室",
        "海门区青年中路1号3幢501室",
        "如皋市青年中路1号3幢501室",
        "港闸区青年中路1号3幢501室",
        "苏州市青年中路1号3幢501室",
        "青年中路2弄1号3幢501室",
        "龙泉苑3幢501室",
        "312国道1号3幢501室",
    ];
    let mut seen = HashMap::new();
    for text in texts {
        let key = unit(text).unwrap();
        assert_eq!(seen.insert(key.clone(), text), None, "{text}: {key}");
    }
}

#[test]
fn names_that_look_like_others() {
    let cases = [
        ("北海市重庆路1号3幢501室", "北海市重庆路1号3幢501室"),
        ("東興市北仑大道1号3幢501室", "东兴市北仑大道1号3幢501室"),
        ("運河北路1号3幢501室", "运河北路1号3幢501室"),
        ("南通市政公司宿舍3幢501室", "南通市政公司宿舍3幢501室"),
        ("崇川路1号3幢501室", "崇川路1号3幢501室"),
        ("南通大厦3幢501室", "南通大厦3幢501室"),
        ("江苏大厦3幢501室", "江苏大厦3幢501室"),
        ("江苏省苏州市人民路1号3幢501室", "苏州市人民路1号3幢501室"),
        ("南通市海门市人民路1号3幢501室", "海门区人民路1号3幢501室"),
        ("海安县人民路1号3幢501室", "海安市人民路1号3幢501室"),
        ("八一路三号院2幢二〇一", "八一路3号院2幢201室"),
        ("三里墩新村12幢3-2-501", "三里墩新村12幢3-2-501"),
    ];
    for (text, expected) in cases.iter().take(11) {
        assert_eq!(unit(text).as_deref(), Ok(*expected), "{text}");
    }
    assert_eq!(reason(cases[11].0), "unclear which number is the room");
    assert_eq!(unit("三里墩新村12-3-501").as_deref(), Ok("三里墩新村12幢3单元501室"));
    assert_eq!(unit("三里墩新村12幢3-501").as_deref(), Ok("三里墩新村12幢3单元501室"));
    assert_eq!(unit("通州区川姜镇三合口村12组5号").as_deref(), Ok("通州区川姜镇三合口村12组5号"));
}

#[test]
fn what_is_unclear_is_refused() {
    let cases = [
        ("", "no address"),
        (" ，", "no address"),
        ("崇川区海门区人民路1号3幢501室", "two different districts"),
        ("青年中路1号", "no room number"),
        ("青年中路1号3幢", "no room number"),
        ("青年中路1号3幢2单元", "no room number"),
        ("青年中路501室", "no house or building number"),
        ("1号3幢501室", "no road, estate or village"),
        ("青年中路1号3-501", "unclear which number is the room"),
        ("青年中路1号3 501", "unclear which number is the room"),
        ("青年中路1号3幢101-102室", "unclear which number is the room"),
        ("青年中路1号3幢2-5", "unclear which number is the room"),
        ("青年中路1号3幢5", "unclear which number is the room"),
        ("青年中路1号3幢501、502室", "unreadable text after building or room"),
        ("青年中路1号3幢501/502室", "unreadable text after building or room"),
        ("青年中路1号3幢4幢501室", "two different numbers of one kind"),
        ("青年中路1号3幢501室602室", "two different numbers of one kind"),
        ("青年中路1号3幢501室张三", "unreadable text after building or room"),
        ("青年中路1号3幢东侧501室", "unreadable text after building or room"),
        ("青年中路1号3幢-1层101室", "unreadable text after building or room"),
        ("青年中路1号3楼501室", "floor and room do not agree"),
    ];
    for (text, expected) in cases {
        assert_eq!(reason(text), expected, "{text}");
    }
    assert_eq!(reason(&"青".repeat(1000)), "address longer than 1000 bytes");
}

#[test]
fn parts_of_a_room_are_kept() {
    let of = |text: &str| Address::parse(text).unwrap().sub_room;
    assert_eq!(of("青年中路1号3幢501室"), None);
    assert_eq!(of("青年中路1号3幢501-1").as_deref(), Some("1"));
    assert_eq!(of("青年中路1号3幢501A").as_deref(), Some("A"));
    assert_eq!(of("青年中路1号3幢501室2号床").as_deref(), Some("2"));
    assert_eq!(of("青年中路1号3幢501室B室").as_deref(), Some("B"));
}

fn assert_fixed(text: &str) {
    if let Ok(key) = unit(text) {
        assert_eq!(unit(&key), Ok(key.clone()), "{text}");
        assert_eq!(building(&key), building(text), "{text}");
    }
    if let Ok(key) = building(text) {
        assert_eq!(building(&key), Ok(key.clone()), "{text}");
    }
}

#[test]
fn keys_that_once_had_other_keys() {
    for text in [
        "1一号",
        "江苏省江苏省一号第第",
        "江苏省江苏省一号一第五零一",
        "一#室一号楼",
        "崇川区海门市江苏省一号",
        "第A号和平桥街道和平桥街道",
    ] {
        assert_fixed(text);
    }
}

/// A dwelling and ways to write it, as the synthetic city does and more.
fn written() -> impl Strategy<Value = (String, String)> {
    let street =
        prop::sample::select(vec!["青年中路", "人民中路", "孩儿巷北路", "崇川路", "南大街", "世纪大道", "桃坞路"]);
    let prefix = prop::sample::select(vec!["江苏省南通市崇川区", "南通市崇川区", "崇川区", ""]);
    let block_word = prop::sample::select(vec!["幢", "栋", "号楼", "座", "#楼", "#"]);
    let blanks = prop::collection::vec(prop::sample::select(vec!["", " ", "\u{3000}"]), 4);
    let end = prop::sample::select(vec!["室", "", "房"]);
    ((street, 1_u32..400, 1_u32..40, 101_u32..3400), prefix, block_word, end, blanks, any::<bool>()).prop_map(
        |((street, number, block, room), prefix, word, end, blanks, wide)| {
            let [a, b, c, d] = [0, 1, 2, 3].map(|index| blanks.get(index).copied().unwrap_or(""));
            let text = format!("{prefix}{a}{street}{b}{number}号{c}{block}{word}{d}{room}{end}");
            let text = if wide {
                text.chars()
                    .map(|c| match c {
                        '0'..='9' => char::from_u32(u32::from(c) - u32::from('0') + 0xff10).unwrap_or(c),
                        other => other,
                    })
                    .collect()
            } else {
                text
            };
            (text, format!("{street}{number}号{block}幢{room}室"))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn variants_meet_in_the_canonical_text((text, key) in written()) {
        prop_assert_eq!(unit(&text), Ok(key));
    }

    #[test]
    fn a_key_is_its_own_key(
        text in "(江苏省|江苏|南通市|南通|崇川区|海门市|和平桥街道|青年中路|龙泉苑|第|一|十|二|三|五零一|百|1|3|2|501|A|0|-|#|/| |号|号楼|幢|单元|层|楼|室|床|弄|组|村){0,10}",
    ) {
        assert_fixed(&text);
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,40}") {
        let _ = (unit(&text), building(&text));
    }
}

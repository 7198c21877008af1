//! The keywords: one table with the English and the Chinese form of each.
//!
//! *Reserved* words (operators and clause words of expressions) are reserved in both languages in every file; a name
//! that collides stands in backticks. All other keywords are keywords by position and may be names elsewhere.
//!
//! The Chinese forms are chosen so that no two are one slip apart: exchanging, adding, dropping or swapping one
//! character of a form never gives another (one-character forms, which are typed as different words, are exempt among
//! themselves). A test holds the table to it.

/// The language in which keywords, built-in types and units are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum KeywordLanguage {
    /// `model`, `where`, `Text`.
    #[default]
    English,
    /// `模型`, `满足`, `文本`.
    Chinese,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    /// Its meaning.
    pub keyword: Keyword,
    /// English form; several words with one blank between them where the keyword is a phrase.
    pub english: &'static str,
    /// Chinese form, one word.
    pub chinese: &'static str,
    /// It cannot be a name without backticks.
    pub reserved: bool,
}

macro_rules! keywords {
    ($($kind:ident: $($keyword:ident $english:literal $chinese:literal),+;)+) => {
        /// What a keyword means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[expect(missing_docs, reason = "the table says what each is")]
        pub enum Keyword { $($($keyword),+),+ }

        /// All keywords; where one English form has two meanings, the first stands for both when text is read.
        pub const KEYWORDS: &[Form] = &[
            $($(Form {
                keyword: Keyword::$keyword,
                english: $english,
                chinese: $chinese,
                reserved: keywords!(@$kind),
            }),+),+
        ];
    };
    (@reserved) => { true };
    (@positional) => { false };
}

keywords! {
    // Operators and clause words of expressions.
    reserved:
        And "and" "且", Or "or" "或", Not "not" "非", Is "is" "等同于", IsNot "is not" "有别于",
        In "in" "属于", NotIn "not in" "排除于", InUnit "in" "计量为", Within "within" "不超", Inside "inside" "落入",
        From "from" "取自", FromPoints "from" "不低于", Where "where" "满足", Over "over" "期间", When "when" "当", Of "of" "之",
        As "as" "称作", AsFormat "as" "格式为", AsOf "as of" "截至", By "by" "凭", Among "among" "相比于",
        Then "then" "继而", Without "without" "其间无", Otherwise "otherwise" "其余", If "if" "若", Per "per" "按",
        Distinct "distinct" "去重", True "true" "真", False "false" "假", Missing "missing" "缺失",
        This "this" "本", Now "now" "现下";
    // Items.
    positional:
        Use "use" "引用", Version "version" "版号", Constant "const" "常量", Entity "entity" "实体", Enum "enum" "枚举",
        Source "source" "来源", Fact "fact" "事实", Function "fn" "公式", Extern "extern" "外接", Check "check" "校验",
        Rows "rows" "组表", Model "model" "模型", Levels "levels" "级别", Exempt "exempt" "豁免", Test "test" "测试",
        For "for" "针对", Key "key" "主键", Private "private" "隐私", Via "via" "经由", Until "until" "直到",
        Because "because" "原因";
    // Sources and their columns.
    positional:
        State "state" "状态", Events "events" "瞬时", At "at" "时刻", Owner "owner" "归属", Allows "allows" "允许",
        Derived "derived" "加工", Order "order" "次序", Expect "expect" "预期", Every "every" "每",
        Lateness "lateness" "迟延", History "history" "历史", Unique "unique" "不重复", Recorded "recorded" "入库",
        KnownAhead "known ahead" "可预知", Zone "zone" "所在时区", After "after" "随后";
    // Models.
    positional:
        Category "category" "门类", Purpose "purpose" "用途", Basis "basis" "依据", Dispatch "dispatch" "派送",
        ReviewRequired "review required" "须复核", Param "param" "参数", Let "let" "令", On "on" "一旦",
        Match "match" "匹配", Overlapping "overlapping" "可重叠", About "about" "涉及", Warn "warn" "告警",
        Score "score" "评分", Message "message" "消息", AgainAfter "again after" "再报须隔";
    // Selections, windows, groupings.
    positional:
        Since "since" "自从", LastSpan "last" "过去", Before "before" "推前", Today "today" "今天",
        Previous "previous" "上一", Day "day" "日", Week "week" "周", Month "month" "月", Quarter "quarter" "季",
        Year "year" "年", Each "each" "逐行", Sessions "sessions" "会话", Gap "gap" "间隔",
        IncludingCurrent "including current" "含当期", StartsOf "starts of" "起始于", EndsOf "ends of" "终止于",
        FindingsOf "findings of" "发现于", Same "same" "相同", AtLeast "at least" "至少", Held "held" "保持",
        ForSpan "for" "长达", Samples "samples" "采样", Nearest "nearest" "最邻近", To "to" "通往";
    // Aggregates.
    positional:
        Count "count" "数目", Sum "sum" "合计", Mean "mean" "平均", Min "min" "极小", Max "max" "最大",
        Stddev "stddev" "标准差", Median "median" "中位", Quantile "quantile" "分位数",
        Percentile "percentile" "百分位", Zscore "zscore" "偏离分", MostCommon "most common" "最常见",
        First "first" "首个", Last "last" "末尾", Any "any" "存在", All "all" "全部", None "none" "皆无",
        The "the" "唯一值", List "list" "清单", LongestRun "longest run where" "最长连续",
        MaxOverlap "max overlap" "最多重叠", Trend "trend" "趋势";
    // Tests.
    positional:
        Given "given" "给定", Set "set" "改设", Profile "profile" "方案", Outage "outage" "断供",
        Nothing "nothing" "无事";
}

/// Built-in types: English and Chinese names. Wherever a type stands, the Chinese name means the English one.
pub const TYPES: &[(&str, &str)] = &[
    ("Bool", "布尔"),
    ("Int", "整数"),
    ("Float", "小数"),
    ("Money", "金额"),
    ("Text", "文本"),
    ("Date", "日期"),
    ("Time", "时间"),
    ("Duration", "持续时长"),
    ("Hour", "钟点"),
    ("Point", "点位"),
    ("Line", "线路"),
    ("Polygon", "区域"),
    ("Length", "长度"),
    ("Area", "面积"),
    ("Volume", "体积"),
    ("Mass", "质量"),
    ("Speed", "速度"),
    ("Flow", "流量"),
    ("Concentration", "浓度"),
    ("Power", "功率"),
    ("Energy", "能量"),
    ("Pressure", "压强"),
    ("Temperature", "温度"),
    ("Frequency", "频率"),
];

/// The four usual levels. Wherever a level stands, the Chinese name means the English one.
pub const LEVELS: &[(&str, &str)] = &[("red", "红"), ("orange", "橙"), ("yellow", "黄"), ("blue", "蓝")];

impl Keyword {
    /// Its row of the table.
    pub fn form(self) -> &'static Form {
        // The enum and the table come from one list, so the index is always there.
        &KEYWORDS[self as usize]
    }

    /// How it is written in a language.
    pub fn word(self, language: KeywordLanguage) -> &'static str {
        match language {
            KeywordLanguage::English => self.form().english,
            KeywordLanguage::Chinese => self.form().chinese,
        }
    }

    /// The keyword that this word is, in either language; phrases have one blank between words.
    pub fn find(word: &str) -> Option<&'static Form> {
        use std::collections::HashMap;
        use std::sync::LazyLock;
        static INDEX: LazyLock<HashMap<&'static str, &'static Form>> = LazyLock::new(|| {
            let mut index = HashMap::new();
            for form in KEYWORDS.iter().rev() {
                index.insert(form.english, form);
                index.insert(form.chinese, form);
            }
            index
        });
        INDEX.get(word).copied()
    }

    /// The phrases (English forms of several words).
    pub fn phrases() -> impl Iterator<Item = &'static Form> {
        KEYWORDS.iter().filter(|f| f.english.contains(' '))
    }
}

/// The word cannot be a name without backticks, in any file.
pub fn is_reserved(word: &str) -> bool {
    Keyword::find(word).is_some_and(|f| f.reserved)
}

/// The English name of a built-in type written in Chinese; any other name as it is.
pub fn type_in_english(name: &str) -> &str {
    TYPES.iter().find(|(_, zh)| *zh == name).map_or(name, |(en, _)| en)
}

/// The English name of a usual level written in Chinese; any other name as it is.
pub fn level_in_english(name: &str) -> &str {
    LEVELS.iter().find(|(_, zh)| *zh == name).map_or(name, |(en, _)| en)
}

/// A name as written with a Chinese keyword glued to it, taken apart: `人数且户数` is `人数`, `且`, `户数`.
///
/// Such a name is legal, so this is only asked where a name is unknown or a line cannot be read. Reserved words are
/// looked for anywhere in the name, all others at its edges.
pub fn split_glued(name: &str) -> Option<Vec<&str>> {
    let chinese = |c: char| ('\u{2e80}'..='\u{9fff}').contains(&c) || ('\u{20000}'..='\u{3ffff}').contains(&c);
    if !name.chars().any(chinese) || Keyword::find(name).is_some() {
        return None;
    }
    let mut best: Option<(usize, Vec<&str>)> = None;
    for form in KEYWORDS {
        for (at, _) in name.match_indices(form.chinese) {
            let (before, rest) = name.split_at(at);
            let (word, after) = rest.split_at(form.chinese.len());
            let edge = before.is_empty() || after.is_empty();
            let single_positional = form.chinese.chars().count() == 1 && !form.reserved && !before.is_empty();
            if (!form.reserved && !edge) || single_positional {
                continue;
            }
            let rank = word.len() * 2 + usize::from(form.reserved);
            if best.as_ref().is_none_or(|(r, _)| rank > *r) {
                best = Some((rank, [before, word, after].into_iter().filter(|p| !p.is_empty()).collect()));
            }
        }
    }
    best.map(|(_, parts)| parts)
}

/// The keyword form (in the language of `word`) that `word` was probably meant to be.
pub fn misspelt<'a>(word: &str, among: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let length = word.chars().count();
    among
        .map(|form| (strsim::damerau_levenshtein(word, form), form))
        .filter(|(distance, form)| {
            let longest = length.max(form.chars().count());
            *distance > 0 && if word.is_ascii() { *distance * 3 <= longest } else { *distance == 1 && longest > 1 }
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, form)| form)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_found_and_index_is_its_row() {
        for (index, form) in KEYWORDS.iter().enumerate() {
            assert_eq!(form.keyword as usize, index);
            let found = Keyword::find(form.english).map(|f| f.english);
            assert_eq!(found, Some(form.english));
            assert_eq!(Keyword::find(form.chinese).map(|f| f.keyword), Some(form.keyword));
        }
    }

    #[test]
    fn no_two_chinese_forms_are_one_slip_apart() {
        let mut close = Vec::new();
        for (index, a) in KEYWORDS.iter().enumerate() {
            for b in &KEYWORDS[index + 1..] {
                let single = a.chinese.chars().count() == 1 && b.chinese.chars().count() == 1;
                let distance = strsim::damerau_levenshtein(a.chinese, b.chinese);
                if distance < if single { 1 } else { 2 } {
                    close.push((a.chinese, b.chinese));
                }
            }
        }
        assert_eq!(close, []);
    }

    #[test]
    fn types_and_levels_do_not_collide_with_keywords() {
        for (_, chinese) in TYPES.iter().chain(LEVELS) {
            assert!(Keyword::find(chinese).is_none(), "{chinese}");
        }
    }

    #[test]
    fn glued_keywords_are_taken_apart() {
        assert_eq!(split_glued("人数且户数"), Some(vec!["人数", "且", "户数"]));
        assert_eq!(split_glued("人数且"), Some(vec!["人数", "且"]));
        assert_eq!(split_glued("取自住户"), Some(vec!["取自", "住户"]));
        assert_eq!(split_glued("人数"), None);
        assert_eq!(split_glued("people"), None);
    }

    #[test]
    fn misspelt_words_are_recognised() {
        let forms = || KEYWORDS.iter().map(|f| f.english);
        assert_eq!(misspelt("wehre", forms()), Some("where"));
        assert_eq!(misspelt("modle", forms()), Some("model"));
        assert_eq!(misspelt("people", forms()), None);
        assert_eq!(misspelt("模形", KEYWORDS.iter().map(|f| f.chinese)), Some("模型"));
    }
}

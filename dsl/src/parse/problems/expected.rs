//! What the grammar would have taken, in words that a clerk knows.

use super::super::Rule;
use crate::diagnostics::{Value, Word};
use crate::keywords::{Keyword, KeywordLanguage};

/// How many alternatives a message names.
const SHOWN: usize = 6;

/// The keywords with which this rule of the grammar begins, where that is what to say about it.
pub(super) fn keywords(rule: Rule) -> Vec<Keyword> {
    use Keyword as K;
    match rule {
        Rule::selection_clause => vec![K::Where, K::Over, K::As, K::By, K::Within, K::Since],
        Rule::row_name => vec![K::As],
        Rule::by_column => vec![K::By],
        Rule::filter => vec![K::Where],
        Rule::window => vec![K::Over, K::Since],
        Rule::near | Rule::within_tail | Rule::step_within => vec![K::Within],
        Rule::in_tail | Rule::in_word | Rule::param_range | Rule::column_unit => vec![K::In],
        Rule::column_clause => {
            vec![K::From, K::In, K::As, K::Unique, K::Recorded, K::Private, K::KnownAhead, K::Via, K::Zone, K::After]
        }
        Rule::column_from => vec![K::From],
        Rule::column_format => vec![K::As],
        Rule::column_via => vec![K::Via],
        Rule::entity_clause => vec![K::Via, K::Private],
        Rule::source_time => vec![K::State, K::Events],
        Rule::source_clause => vec![K::Owner, K::Allows, K::Key, K::Order, K::Expect, K::Lateness, K::History],
        Rule::header_clause => vec![K::Category, K::Purpose, K::Basis, K::Dispatch, K::ReviewRequired],
        Rule::grouping => vec![K::Each, K::Per, K::Sessions, K::IncludingCurrent],
        Rule::each => vec![K::Each],
        Rule::per => vec![K::Per],
        Rule::sessions => vec![K::Sessions],
        Rule::including_current => vec![K::IncludingCurrent],
        Rule::every_at | Rule::warn_at => vec![K::At],
        Rule::about => vec![K::About],
        Rule::match_tail => vec![K::Then, K::Without, K::Within],
        Rule::then => vec![K::Then],
        Rule::without => vec![K::Without],
        Rule::warn_when | Rule::level_when => vec![K::When],
        Rule::level_otherwise => vec![K::Otherwise],
        Rule::message | Rule::expected_text => vec![K::Message],
        Rule::again => vec![K::AgainAfter],
        Rule::score => vec![K::Score],
        Rule::bands => vec![K::Levels],
        Rule::warn_entry => vec![K::Message, K::AgainAfter, K::Score, K::Levels],
        Rule::peer_group => vec![K::Same, K::Within],
        Rule::at_least => vec![K::AtLeast],
        Rule::calendar => vec![K::Day, K::Week, K::Month, K::Quarter, K::Year],
        Rule::this_unit => vec![K::This],
        Rule::previous_unit => vec![K::Previous],
        Rule::last_span => vec![K::LastSpan],
        Rule::since => vec![K::Since],
        Rule::nothing => vec![K::Nothing],
        Rule::derived => vec![K::Derived],
        Rule::overlapping => vec![K::Overlapping],
        Rule::extern_check => vec![K::Check],
        Rule::level => vec![],
        _ => of_mark(rule).into_iter().collect(),
    }
}

/// The keyword that a rule `k_…` stands for.
fn of_mark(rule: Rule) -> Option<Keyword> {
    let name = format!("{rule:?}");
    let english = name.strip_prefix("k_")?.replace('_', " ");
    Keyword::find(&english).map(|form| form.keyword)
}

fn sign(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::s_assign => "=",
        Rule::s_comma => ",",
        Rule::s_colon | Rule::result => ":",
        Rule::s_bar => "|",
        Rule::range_sign | Rule::s_half_open => "..",
        Rule::s_closed => "..=",
        Rule::s_divide => "/",
        _ => return None,
    })
}

fn word(rule: Rule) -> Option<Word> {
    Some(match rule {
        Rule::name | Rule::qualified | Rule::variant | Rule::parameter | Rule::tagged_text | Rule::grant => Word::NAME,
        Rule::rows_entity | Rule::entity_name => Word::ENTITY_NAME,
        Rule::row_column | Rule::union_column => Word::COLUMN_NAME,
        Rule::union_part | Rule::selection | Rule::source_term | Rule::named | Rule::entities => Word::SOURCE_NAME,
        Rule::level | Rule::band => Word::LEVEL_NAME,
        Rule::text => Word::TEXT,
        Rule::number | Rule::digits => Word::NUMBER,
        Rule::step => Word::DURATION,
        Rule::date | Rule::time | Rule::clock => Word::DATE,
        Rule::type_name => Word::TYPE,
        Rule::unit_name => Word::A_UNIT,
        Rule::parens => Word::BRACKETED_LIST,
        Rule::braces => Word::BLOCK,
        Rule::expr
        | Rule::value
        | Rule::row_value
        | Rule::operand
        | Rule::arithmetic
        | Rule::grouped
        | Rule::reference
        | Rule::literal
        | Rule::prefix
        | Rule::arithmetic_minus
        | Rule::score_rule
        | Rule::expected_about
        | Rule::aggregate
        | Rule::peers
        | Rule::function
        | Rule::bare_aggregate => Word::EXPRESSION,
        Rule::infix | Rule::arithmetic_sign | Rule::in_tail | Rule::within_tail => Word::OPERATOR,
        Rule::EOI => Word::END_OF_LINE,
        _ => return None,
    })
}

/// What would have fitted, for a message: words of the language first, then kinds of things.
pub(super) fn values(rules: &[Rule], language: KeywordLanguage) -> Vec<Value> {
    let mut expected: Vec<Value> = Vec::new();
    let mut add = |value: Value| {
        if !expected.contains(&value) {
            expected.push(value);
        }
    };
    let operators = rules.iter().any(|rule| super::is_operator(*rule));
    for rule in rules {
        if let Some(sign) = sign(*rule) {
            add(Value::Text(format!("`{sign}`")));
        }
        // Where any operator fits, `in` and `within` need no mention.
        if !(operators && super::is_operator(*rule)) {
            for keyword in keywords(*rule) {
                add(Value::Text(format!("`{}`", keyword.word(language))));
            }
        }
    }
    for word in rules.iter().filter_map(|rule| word(*rule)) {
        add(Value::Word(word));
    }
    if expected.len() > SHOWN {
        expected.retain(|e| *e != Value::Word(Word::OPERATOR) && *e != Value::Word(Word::END_OF_LINE));
        expected.truncate(SHOWN);
    }
    expected
}

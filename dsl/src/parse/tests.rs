#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use super::*;

#[test]
fn grammar_and_table_have_the_same_keywords() {
    let grammar = include_str!("grammar.pest");
    let mut forms: Vec<String> = crate::keywords::KEYWORDS.iter().map(|f| f.english.replace(' ', "~")).collect();
    forms.sort();
    forms.dedup();
    let mut rules: Vec<String> = grammar
        .lines()
        .filter_map(|line| line.strip_prefix("k_")?.split('"').nth(3))
        .map(|word| word.trim().to_owned())
        .collect();
    rules.sort();
    assert_eq!(forms, rules);
}

#[test]
fn marks_are_keywords_and_signs() {
    assert!(chunk::is_mark(Rule::k_and) && chunk::is_mark(Rule::s_bar));
    assert!(!chunk::is_mark(Rule::name) && !chunk::is_mark(Rule::text) && !chunk::is_mark(Rule::exempt_line));
}

#[test]
fn an_expression_alone() {
    let (expr, problems) = parse_expr(FileId(0), "a + b * c");
    assert_eq!(problems, []);
    let ExprKind::Binary { operator, .. } = expr.unwrap().kind else { panic!("a sum") };
    assert_eq!(operator, crate::syntax::BinaryOperator::Add);
}

use crate::syntax::ExprKind;

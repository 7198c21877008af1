//! From what the grammar could not read to a diagnostic that helps.

mod expected;

use super::chunk::Chunk;
use super::{Parser, Reported, Rule};
use crate::diagnostics::syntax::{
    AggregateNotAlone, AssignmentInCondition, KeywordNeedsBlank, MissingBlock, MissingFrom, MisspeltKeyword,
    ReservedName, SharedLine, UnexpectedText, Unfinished, UnknownItem, WrongBlock,
};
use crate::diagnostics::{Edits, Value, Word};
use crate::keywords::{Keyword, KeywordLanguage, misspelt, split_glued};
use crate::prescan::{Kind, Token};
use crate::source::Span;
use pest::error::{ErrorVariant, InputLocation};
use std::ops::Range;

/// What the grammar says about the place at which it gave up.
struct Trouble<'c> {
    rule: Rule,
    range: Range<usize>,
    chunk: &'c Chunk,
    /// The token that did not fit; the end of the range where none is left.
    found: usize,
    /// What would have fitted.
    wanted: Vec<Rule>,
}

impl Parser<'_> {
    /// Reports why a statement could not be read.
    pub(super) fn grammar_problem(
        &mut self,
        rule: Rule,
        range: Range<usize>,
        chunk: &Chunk,
        error: &pest::error::Error<Rule>,
    ) -> Reported {
        let place = match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
        let wanted = match &error.variant {
            ErrorVariant::ParsingError { positives, .. } => positives.clone(),
            ErrorVariant::CustomError { .. } => Vec::new(),
        };
        let trouble = Trouble { rule, range, chunk, found: chunk.token_at(place), wanted };
        if self.reported_before(&trouble) {
            return Reported;
        }
        let special = self
            .misused_sign(&trouble)
            .or_else(|| self.reserved_name(&trouble))
            .or_else(|| self.glued(&trouble))
            .or_else(|| self.misplaced_aggregate(&trouble))
            .or_else(|| self.misspelt_word(&trouble))
            .or_else(|| self.shared_line(&trouble))
            .or_else(|| self.missing_block(&trouble));
        special.unwrap_or_else(|| self.unexpected(&trouble))
    }

    fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    fn keyword(&self, at: usize) -> Option<Keyword> {
        self.token(at).and_then(|t| t.kind.keyword())
    }

    /// The token, if it is one of this statement.
    fn inner(&self, trouble: &Trouble<'_>, at: usize) -> Option<&Token> {
        self.token(at).filter(|_| trouble.range.contains(&at))
    }

    /// The pre-scan has reported something in this statement, so that what is missing here may be its doing.
    fn reported_before(&self, trouble: &Trouble<'_>) -> bool {
        let tokens = trouble.chunk.tokens();
        let is_block = |at: &&usize| self.token(**at).is_some_and(|t| t.kind == Kind::Open('{'));
        let start = self.token_span(trouble.range.start).start;
        let end = tokens.iter().find(is_block).or(tokens.last()).map_or(start, |at| self.token_span(*at).end);
        let end = end + self.text.get(end as usize..).and_then(|rest| rest.find('\n')).map_or(0, |n| n as u32);
        let from = self.known_bad.partition_point(|bad| bad.start < start);
        self.known_bad.get(from).is_some_and(|bad| bad.start <= end)
    }

    /// `a = b` where two values are compared.
    fn misused_sign(&mut self, trouble: &Trouble<'_>) -> Option<Reported> {
        let token = self.inner(trouble, trouble.found)?;
        if token.kind != Kind::Symbol("=") || !trouble.wanted.iter().any(|rule| is_operator(*rule)) {
            return None;
        }
        let at = self.token_span(trouble.found);
        Some(self.report(AssignmentInCondition { at, replace: Edits::replace(at, "==") }))
    }

    /// `let over = 3`
    fn reserved_name(&mut self, trouble: &Trouble<'_>) -> Option<Reported> {
        let token = self.inner(trouble, trouble.found)?;
        let Kind::Keyword(form) = token.kind else { return None };
        if !form.reserved || token.text.contains(' ') {
            return None;
        }
        let name = token.text.clone();
        let next = trouble.chunk.after(trouble.found).and_then(|at| self.token(at)).map(|t| t.kind);
        let declared =
            matches!(next, Some(Kind::Symbol("=" | ":"))) || next.and_then(Kind::keyword) == Some(Keyword::For);
        let before = trouble.chunk.before(trouble.found);
        let member = before.and_then(|at| self.token(at)).is_some_and(|t| t.kind == Kind::Symbol("."));
        let only_name =
            trouble.wanted.iter().all(|rule| matches!(rule, Rule::name | Rule::qualified | Rule::type_name));
        if !(declared || member) || !(only_name || trouble.wanted.contains(&Rule::name) || member) {
            return None;
        }
        let at = self.token_span(trouble.found);
        Some(self.report(ReservedName { at, replace: Edits::replace(at, format!("`{name}`")), name }))
    }

    /// `人数且` without a blank.
    fn glued(&mut self, trouble: &Trouble<'_>) -> Option<Reported> {
        let before = trouble.chunk.before(trouble.found);
        [Some(trouble.found), before].into_iter().flatten().find_map(|at| self.glued_at(trouble.range.clone(), at))
    }

    fn glued_at(&mut self, range: Range<usize>, at: usize) -> Option<Reported> {
        let token = self.token(at).filter(|t| range.contains(&at) && matches!(t.kind, Kind::Word | Kind::Unit))?;
        let parts = split_glued(&token.text)?;
        let keyword = parts.iter().find(|part| Keyword::find(part).is_some())?.to_string();
        let at = self.token_span(at);
        let insert = Edits::replace(at, parts.join(" "));
        Some(self.report(KeywordNeedsBlank { at, keyword, insert }))
    }

    /// An aggregate in the middle of an expression, or without `from`.
    fn misplaced_aggregate(&mut self, trouble: &Trouble<'_>) -> Option<Reported> {
        let before = trouble.chunk.before(trouble.found).filter(|at| trouble.range.contains(at));
        let found = self.inner(trouble, trouble.found).map(|t| t.kind);
        let tokens: Vec<usize> = trouble.chunk.tokens().to_vec();
        let next_from =
            |from: usize| tokens.iter().filter(|at| **at >= from).any(|at| self.keyword(*at) == Some(Keyword::From));
        // `people > count from residents`, `2 * sum volume from water`
        if let Some(head) = before.filter(|at| self.keyword(*at).is_some_and(is_aggregate))
            && !trouble.wanted.contains(&Rule::k_from)
        {
            let operand = matches!(found, Some(Kind::Word | Kind::Quoted | Kind::Keyword(_) | Kind::Open('(')));
            let alone = self.value_begins_before(head, trouble);
            if operand && !alone && next_from(trouble.found) {
                let name = self.token(head)?.text.clone();
                return Some(self.report(AggregateNotAlone { at: self.token_span(head), name }));
            }
        }
        let head =
            tokens.iter().copied().find(|at| self.keyword(*at).is_some_and(is_aggregate) && *at < trouble.found)?;
        let name = self.token(head)?.text.clone();
        let at = self.token_span(head);
        if trouble.wanted.contains(&Rule::k_from) && self.value_begins_before(head, trouble) && !next_from(head) {
            let named = matches!(found, Some(Kind::Word | Kind::Quoted));
            let insert = named.then(|| {
                let word = Keyword::From.word(self.language);
                Edits::before(self.token_span(trouble.found), format!("{word} "))
            });
            return Some(self.report(MissingFrom { at, name, insert }));
        }
        // `count from residents + 1`: the selection is over, and an operator follows.
        let from = tokens.iter().copied().find(|at| self.keyword(*at) == Some(Keyword::From));
        let operator = match found {
            Some(Kind::Symbol(sign)) => !matches!(sign, "=" | "," | ":" | "." | "?" | "|"),
            Some(kind) => matches!(kind.keyword(), Some(Keyword::And | Keyword::Or | Keyword::Is | Keyword::IsNot)),
            None => false,
        };
        if operator && from.is_some_and(|from| from > head && from < trouble.found) {
            return Some(self.report(AggregateNotAlone { at, name }));
        }
        None
    }

    /// Before this token an aggregate may begin: after `=`, or at the head of parentheses.
    fn value_begins_before(&self, head: usize, trouble: &Trouble<'_>) -> bool {
        match trouble.chunk.before(head) {
            Some(before) => self.token(before).is_some_and(|t| matches!(t.kind, Kind::Symbol("=" | ","))),
            None => matches!(trouble.rule, Rule::group | Rule::row_group | Rule::arguments),
        }
    }

    /// A word that is nearly a keyword that would fit.
    fn misspelt_word(&mut self, trouble: &Trouble<'_>) -> Option<Reported> {
        let fitting: Vec<Keyword> = trouble.wanted.iter().flat_map(|rule| expected::keywords(*rule)).collect();
        let forms = |chinese: bool, among: &[Keyword]| -> Vec<&'static str> {
            let language = if chinese { KeywordLanguage::Chinese } else { KeywordLanguage::English };
            among.iter().map(|k| k.word(language)).collect()
        };
        let before = trouble.chunk.before(trouble.found);
        // Right before the trouble any keyword may be meant, such as the head of an aggregate.
        let heads: Vec<Keyword> =
            crate::keywords::KEYWORDS.iter().map(|f| f.keyword).filter(|k| is_aggregate(*k)).collect();
        let candidates = [(Some(trouble.found), fitting), (before, heads)];
        for (at, among) in candidates {
            let Some(at) = at else { continue };
            let Some(token) = self.inner(trouble, at).filter(|t| t.kind == Kind::Word) else { continue };
            let found = token.text.clone();
            let Some(keyword) = misspelt(&found, forms(!found.is_ascii(), &among).into_iter()) else { continue };
            let at = self.token_span(at);
            let replace = Edits::replace(at, keyword);
            return Some(self.report(MisspeltKeyword { at, found, keyword: keyword.to_owned(), replace }));
        }
        None
    }

    /// Something complete, and then the beginning of another statement.
    fn shared_line(&mut self, trouble: &Trouble<'_>) -> Option<Reported> {
        let keyword = self.inner(trouble, trouble.found)?.kind.keyword()?;
        if !trouble.wanted.contains(&Rule::EOI) || !begins_statement(keyword) {
            return None;
        }
        Some(self.report(SharedLine { at: self.token_span(trouble.found) }))
    }

    fn missing_block(&mut self, trouble: &Trouble<'_>) -> Option<Reported> {
        if trouble.wanted.as_slice() != [Rule::braces]
            && !(trouble.wanted.contains(&Rule::braces) && trouble.found >= trouble.range.end)
        {
            return None;
        }
        if self.inner(trouble, trouble.found).is_some() {
            return None;
        }
        let item = self.token(trouble.range.start)?.text.clone();
        let at = self.span_of(trouble.range.clone());
        Some(self.report(MissingBlock { at, item }))
    }

    fn unexpected(&mut self, trouble: &Trouble<'_>) -> Reported {
        let expected = expected::values(&trouble.wanted, self.language);
        match self.inner(trouble, trouble.found) {
            Some(_) => {
                let at = self.token_span(trouble.found);
                let found = self.shown(at);
                self.report(UnexpectedText { at, found, expected })
            }
            None => self.unfinished(trouble, expected),
        }
    }

    /// The statement, or what stands in a bracket, ends too early.
    fn unfinished(&mut self, trouble: &Trouble<'_>, expected: Vec<Value>) -> Reported {
        let expected: Vec<Value> = expected.into_iter().filter(|e| *e != Value::Word(Word::END_OF_LINE)).collect();
        let in_bracket =
            self.token(trouble.range.end).is_some_and(|t| matches!(t.kind, Kind::Close(_)) && t.end > t.start);
        let opener = trouble.range.start.checked_sub(1).and_then(|at| self.token(at));
        if in_bracket && opener.is_some_and(|t| t.close == trouble.range.end) {
            let at = self.token_span(trouble.range.end);
            let found = self.shown(at);
            return self.report(UnexpectedText { at, found, expected });
        }
        let last = trouble.range.end.saturating_sub(1);
        let at = self.token_span(last);
        let at = Span { start: at.end, ..at };
        self.report(Unfinished { at, expected })
    }

    /// Text of the file for a message, cut where it is long.
    fn shown(&self, at: Span) -> String {
        let text = self.source_text(at);
        match text.char_indices().nth(24) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }

    /// What stands at the head of a line of the file begins no item.
    pub(super) fn unknown_item(&mut self, range: Range<usize>) -> Reported {
        if let Some(reported) = self.glued_at(range.clone(), range.start) {
            return reported;
        }
        if let Some(keyword) = self.keyword(range.start)
            && let Some(belongs) = home_of(keyword)
        {
            return self.wrong_block(range.start, Word::IN_FILE, belongs);
        }
        let at = self.token_span(range.start);
        let found = self.shown(at);
        let items = ITEMS.iter().map(|k| if found.is_ascii() { k.form().english } else { k.form().chinese });
        let suggestion = misspelt(&found, items).map(str::to_owned);
        let replace = suggestion.as_ref().map(|word| Edits::replace(at, word));
        self.report(UnknownItem { at, found, suggestion, replace })
    }

    pub(super) fn wrong_source_line(&mut self, range: Range<usize>) -> Reported {
        self.wrong_line(range, Word::IN_SOURCE, SOURCE_LINES, Some(Word::COLUMN_NAME))
    }

    pub(super) fn wrong_model_line(&mut self, range: Range<usize>) -> Reported {
        self.wrong_line(range, Word::IN_MODEL, MODEL_LINES, None)
    }

    pub(super) fn wrong_warn_line(&mut self, range: Range<usize>) -> Reported {
        self.wrong_line(range, Word::IN_WARN, WARN_LINES, Some(Word::LEVEL_NAME))
    }

    pub(super) fn wrong_test_line(&mut self, range: Range<usize>) -> Reported {
        self.wrong_line(range, Word::IN_TEST, TEST_LINES, None)
    }

    fn wrong_block(&mut self, token: usize, block: Word, belongs: Word) -> Reported {
        let at = self.token_span(token);
        let keyword = self.shown(at);
        self.report(WrongBlock { at, keyword, block, belongs })
    }

    /// A line that begins with none of the words of its block.
    fn wrong_line(&mut self, range: Range<usize>, block: Word, words: &[Keyword], name: Option<Word>) -> Reported {
        let first = range.start;
        if let Some(reported) = self.glued_at(range.clone(), first) {
            return reported;
        }
        if block == Word::IN_MODEL && self.looks_like_column(&range) {
            return self.wrong_block(first, block, Word::IN_SOURCE);
        }
        let second = self.token(first + 1).filter(|_| range.len() > 1).map(|t| t.kind);
        if matches!(second.and_then(Kind::keyword), Some(Keyword::When | Keyword::Otherwise)) && block != Word::IN_WARN
        {
            return self.wrong_block(first, block, Word::IN_WARN);
        }
        if let Some(keyword) = self.keyword(first)
            && let Some(belongs) = home_of(keyword)
            && belongs != block
        {
            return self.wrong_block(first, block, belongs);
        }
        // In a `warn`, a name must be followed by `when` or `otherwise`; in a source, by a colon.
        let is_name = matches!(self.token(first).map(|t| t.kind), Some(Kind::Word | Kind::Quoted));
        let at = self.token_span(first);
        let found = self.shown(at);
        let forms = words.iter().map(|k| if found.is_ascii() { k.form().english } else { k.form().chinese });
        if is_name && let Some(keyword) = misspelt(&found, forms) {
            let replace = Edits::replace(at, keyword);
            return self.report(MisspeltKeyword { at, found, keyword: keyword.to_owned(), replace });
        }
        if is_name && name.is_some() && range.len() > 1 {
            let at = self.token_span(first + 1);
            let found = self.shown(at);
            let wanted: &[Rule] =
                if block == Word::IN_WARN { &[Rule::k_when, Rule::k_otherwise] } else { &[Rule::s_colon] };
            let close = wanted.iter().flat_map(|rule| expected::keywords(*rule)).map(|k| k.form());
            let close = close.map(|f| if found.is_ascii() { f.english } else { f.chinese });
            if let Some(keyword) = misspelt(&found, close) {
                let replace = Edits::replace(at, keyword);
                return self.report(MisspeltKeyword { at, found, keyword: keyword.to_owned(), replace });
            }
            return self.report(UnexpectedText { at, found, expected: expected::values(wanted, self.language) });
        }
        let words = words.iter().map(|k| Value::Text(format!("`{}`", k.word(self.language))));
        let expected = name.map(Value::Word).into_iter().chain(words).collect();
        self.report(UnexpectedText { at, found, expected })
    }
}

fn is_operator(rule: Rule) -> bool {
    matches!(rule, Rule::infix | Rule::in_tail | Rule::within_tail | Rule::arithmetic_sign)
}

const ITEMS: &[Keyword] = &[
    Keyword::Model,
    Keyword::Source,
    Keyword::Entity,
    Keyword::Fact,
    Keyword::Test,
    Keyword::Use,
    Keyword::Constant,
    Keyword::Enum,
    Keyword::Function,
    Keyword::Extern,
    Keyword::Rows,
    Keyword::Levels,
    Keyword::Exempt,
];
const SOURCE_LINES: &[Keyword] = &[
    Keyword::Owner,
    Keyword::Allows,
    Keyword::Key,
    Keyword::Order,
    Keyword::Expect,
    Keyword::Lateness,
    Keyword::History,
];
const MODEL_LINES: &[Keyword] = &[
    Keyword::Let,
    Keyword::Warn,
    Keyword::Param,
    Keyword::Every,
    Keyword::On,
    Keyword::Match,
    Keyword::Rows,
    Keyword::Category,
    Keyword::Purpose,
    Keyword::Basis,
    Keyword::Dispatch,
    Keyword::ReviewRequired,
];
const WARN_LINES: &[Keyword] = &[Keyword::Message, Keyword::AgainAfter, Keyword::Score, Keyword::Levels];
const TEST_LINES: &[Keyword] =
    &[Keyword::Given, Keyword::At, Keyword::Expect, Keyword::Set, Keyword::Profile, Keyword::Outage];

/// Where a statement that begins with this word belongs, if it begins one.
fn home_of(keyword: Keyword) -> Option<Word> {
    let homes = [
        (MODEL_LINES, Word::IN_MODEL),
        (WARN_LINES, Word::IN_WARN),
        (TEST_LINES, Word::IN_TEST),
        (SOURCE_LINES, Word::IN_SOURCE),
        (ITEMS, Word::IN_FILE),
    ];
    homes.into_iter().find(|(words, _)| words.contains(&keyword)).map(|(_, home)| home)
}

fn begins_statement(keyword: Keyword) -> bool {
    home_of(keyword).is_some() && !matches!(keyword, Keyword::At | Keyword::On | Keyword::Key | Keyword::Every)
}

fn is_aggregate(keyword: Keyword) -> bool {
    use Keyword as K;
    matches!(
        keyword,
        K::Count
            | K::Sum
            | K::Mean
            | K::Min
            | K::Max
            | K::Stddev
            | K::Median
            | K::Quantile
            | K::MostCommon
            | K::First
            | K::LastSpan
            | K::Last
            | K::Any
            | K::All
            | K::None
            | K::The
            | K::List
            | K::LongestRun
            | K::MaxOverlap
            | K::Trend
    )
}

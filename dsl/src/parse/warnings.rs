//! `warn` and its block: levels, scores, messages, silence.

use super::chunk::Node;
use super::{Parser, Read, Rule};
use crate::keywords::Keyword;
use crate::prescan::{Block, lines};
use crate::syntax::{Message, Warn, WarnEntry, WarnEntryKind};
use std::ops::Range;

impl Parser<'_> {
    pub(super) fn warn(&mut self, node: Node<'_>) -> Read<Warn> {
        let mut parts = node.parts();
        let condition = parts.take_if(Rule::warn_when).map(|when| self.expression(&when.only()?)).transpose();
        let at = parts.take_if(Rule::warn_at).map(|at| self.expression(&at.only()?)).transpose();
        let entries = self.warn_entries(parts.one()?.token());
        Ok(Warn { condition: condition?, at: at?, entries })
    }

    /// The lines of a `warn` block that can be read.
    pub(super) fn warn_entries(&mut self, opener: usize) -> Vec<WarnEntry> {
        let mut entries = Vec::new();
        for range in lines(self.tokens, self.inside(opener), Block::Statements) {
            entries.extend(self.warn_line(range).into_iter().flatten());
        }
        entries
    }

    fn warn_line(&mut self, range: Range<usize>) -> Read<Vec<WarnEntry>> {
        use Keyword as K;
        let keyword = |at: usize| self.tokens.get(at).filter(|_| at < range.end).and_then(|t| t.kind.keyword());
        let level = matches!(keyword(range.start + 1), Some(K::When | K::Otherwise));
        let known = matches!(keyword(range.start), Some(K::Score | K::Levels | K::Message | K::AgainAfter));
        if !level && !known {
            return Err(self.wrong_warn_line(range));
        }
        self.read(Rule::warn_entries, range, |parser, node| {
            let entry = |entry: Node<'_>| {
                let span = parser.span(&entry);
                Ok(WarnEntry { kind: parser.warn_entry(&entry.only()?)?, span })
            };
            node.parts().map(entry).collect()
        })
    }

    fn warn_entry(&mut self, node: &Node<'_>) -> Read<WarnEntryKind> {
        let mut parts = node.parts();
        let first = parts.one()?;
        Ok(match node.rule() {
            Rule::level => {
                let level = self.level_name(&first)?;
                let condition = parts.one()?.parts().next().map(|when| self.expression(&when)).transpose()?;
                let message = parts.next().map(|message| self.message(&message)).transpose()?;
                WarnEntryKind::Level { level, condition, message }
            }
            Rule::score => {
                let mut rules = Vec::new();
                for line in lines(self.tokens, self.inside(first.token()), Block::Entries) {
                    rules.extend(
                        self.read(Rule::score_rules, line, |parser, node| {
                            let rule = |rule: Node<'_>| {
                                let mut parts = rule.parts();
                                Ok((parser.expression(&parts.one()?)?, parser.expression(&parts.one()?)?))
                            };
                            node.parts().map(rule).collect::<Read<Vec<_>>>()
                        })
                        .into_iter()
                        .flatten(),
                    );
                }
                WarnEntryKind::Score(rules)
            }
            Rule::bands => {
                WarnEntryKind::Bands(self.read_inside(Rule::band_rules, first.token(), |parser, node| {
                    let band = |band: Node<'_>| {
                        let mut parts = band.parts();
                        Ok((parser.level_name(&parts.one()?)?, parser.expression(&parts.one()?)?))
                    };
                    node.parts().map(band).collect()
                })?)
            }
            Rule::message => WarnEntryKind::Message(self.message(node)?),
            _ => WarnEntryKind::Again(self.expression(&first)?),
        })
    }

    fn message(&mut self, node: &Node<'_>) -> Read<Message> {
        let content = node.only()?;
        if content.rule() == Rule::text {
            return Ok(Message { texts: vec![(None, self.message_text(content.token())?)] });
        }
        self.read_inside(Rule::messages, content.token(), |parser, node| {
            let tagged = |tagged: Node<'_>| {
                let mut parts = tagged.parts();
                Ok((Some(parser.name(&parts.one()?)?), parser.message_text(parts.one()?.token())?))
            };
            Ok(Message { texts: node.parts().map(tagged).collect::<Read<_>>()? })
        })
    }
}

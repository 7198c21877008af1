//! Names, texts, types: the small parts.

use super::chunk::{Node, Parts};
use super::{Parser, Read, Reported, Rule};
use crate::keywords;
use crate::prescan::{Kind, unescape};
use crate::syntax::{Name, QualifiedName, TextLiteral, TypeName};

impl Parser<'_> {
    /// The name at this node's first token.
    pub(super) fn name(&self, node: &Node<'_>) -> Read<Name> {
        let at = node.token();
        let token = self.tokens.get(at).ok_or(Reported)?;
        Ok(Name { text: token.text.clone(), span: self.token_span(at), quoted: token.kind == Kind::Quoted })
    }

    /// A name that stands where a level does: the usual levels have one name in both languages.
    pub(super) fn level_name(&self, node: &Node<'_>) -> Read<Name> {
        let mut name = self.name(node)?;
        if !name.quoted {
            name.text = keywords::level_in_english(&name.text).to_owned();
        }
        Ok(name)
    }

    /// The name of an entity or type: `Person`, or `city.Person` of the package that is used as `city`.
    pub(super) fn type_path(&self, parts: &mut Parts<'_>) -> Read<Name> {
        let first = self.name(&parts.need(Rule::name)?)?;
        let Some(second) = parts.take_if(Rule::name) else { return Ok(first) };
        let second = self.name(&second)?;
        let text = format!("{}.{}", first.text, second.text);
        Ok(Name { text, span: first.span.to(second.span), quoted: false })
    }

    pub(super) fn qualified(&self, node: &Node<'_>) -> Read<QualifiedName> {
        let parts = node.parts().map(|part| self.name(&part)).collect::<Read<Vec<Name>>>()?;
        Ok(QualifiedName { parts, span: self.span(node) })
    }

    /// A literal, its escapes resolved (wrong ones are reported by the pre-scan).
    pub(super) fn text_literal(&self, node: &Node<'_>) -> Read<TextLiteral> {
        let at = node.token();
        let token = self.tokens.get(at).ok_or(Reported)?;
        Ok(TextLiteral { text: unescape(&token.text).0, span: self.token_span(at) })
    }

    /// A type; built-in ones have their English name in the tree.
    pub(super) fn type_name(&self, node: &Node<'_>) -> Read<TypeName> {
        let mut name = self.type_path(&mut node.parts())?;
        if !name.quoted {
            name.text = keywords::type_in_english(&name.text).to_owned();
        }
        let optional = node.all().any(|part| part.rule() == Rule::s_question);
        Ok(TypeName { name, optional, span: self.span(node) })
    }

    /// A unit after `in`: `m²`, `km/h`, `%`.
    pub(super) fn unit_name(&self, node: &Node<'_>) -> Read<Name> {
        let mut text = String::new();
        for part in node.all() {
            match part.rule() {
                Rule::s_divide => text.push('/'),
                Rule::s_percent => text.push('%'),
                _ => text.push_str(&self.name(&part)?.text),
            }
        }
        Ok(Name { text, span: self.span(node), quoted: false })
    }
}

//! The languages in which the project speaks to people.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A language of messages, reports and keywords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Language {
    /// All of them.
    pub const ALL: [Language; 2] = [Language::En, Language::Zh];

    /// The tag: `en` or `zh`.
    pub fn tag(self) -> &'static str {
        match self {
            Language::En => "en",
            Language::Zh => "zh",
        }
    }

    /// The language of a locale such as `zh_CN.UTF-8`; `None` if it is another one.
    pub fn from_locale(locale: &str) -> Option<Self> {
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or("");
        match language.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::Zh),
            "en" | "c" | "posix" => Some(Language::En),
            _ => None,
        }
    }
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Language::ALL.into_iter().find(|language| language.tag() == text).ok_or(UnknownLanguage)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A text that is not the tag of a [`Language`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownLanguage;

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a language is `en` or `zh`")
    }
}

impl std::error::Error for UnknownLanguage {}

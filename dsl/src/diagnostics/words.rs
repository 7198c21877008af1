//! Words that appear inside messages and are translated themselves: "a name", "a number".

/// A word of `words.ftl`, by its message id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word(pub(super) &'static str);

impl Word {
    /// The message id.
    pub fn id(self) -> &'static str {
        self.0
    }
}

macro_rules! words {
    ($( $(#[$doc:meta])* $name:ident = $id:literal ),* $(,)?) => {
        impl Word {
            $( $(#[$doc])* pub const $name: Word = Word($id); )*
            /// Every word.
            pub const ALL: &'static [Word] = &[$( Word::$name ),*];
        }
    };
}

words! {
    /// A name.
    NAME = "word-name",
    /// A number.
    NUMBER = "word-number",
    /// A text in quotes.
    TEXT = "word-text",
    /// A value or calculation.
    EXPRESSION = "word-expression",
    /// A duration such as `7 days`.
    DURATION = "word-duration",
    /// A type such as `Int`.
    TYPE = "word-type",
    /// A date or a time.
    DATE = "word-date",
    /// The end of the line.
    END_OF_LINE = "word-end-of-line",
    /// The end of the file.
    END_OF_FILE = "word-end-of-file",
    /// An entity.
    ENTITY = "word-entity",
    /// A source.
    SOURCE = "word-source",
    /// A column.
    COLUMN = "word-column",
    /// A fact.
    FACT = "word-fact",
    /// A model.
    MODEL = "word-model",
    /// A function.
    FUNCTION = "word-function",
    /// An enum.
    ENUM = "word-enum",
    /// A parameter.
    PARAMETER = "word-parameter",
    /// A derived table.
    ROWS = "word-rows",
    /// A unit.
    UNIT = "word-unit",
    /// A level.
    LEVEL = "word-level",
    /// A package.
    PACKAGE = "word-package",
    /// A plugin.
    PLUGIN = "word-plugin",
    /// A constant.
    CONSTANT = "word-constant",
    /// A table of the manifest.
    TABLE = "word-table",
    /// A list.
    LIST = "word-toml-list",
    /// True or false.
    BOOLEAN = "word-boolean",
    /// A row.
    ROW = "word-row",
    /// A finding.
    FINDING = "word-finding",
    /// A variant of an enum.
    VARIANT = "word-variant",
    /// A `let`.
    LET = "word-let",
    /// The name of a type.
    TYPE_NAME = "word-type-name",
    /// A profile.
    PROFILE = "word-profile",
    /// A language.
    LANGUAGE = "word-language",
    /// An operator.
    OPERATOR = "word-operator",
    /// A block in braces.
    BLOCK = "word-block",
    /// A list in parentheses.
    BRACKETED_LIST = "word-list",
    /// The name of a level.
    LEVEL_NAME = "word-level-name",
    /// The name of a source.
    SOURCE_NAME = "word-source-name",
    /// The name of an entity.
    ENTITY_NAME = "word-entity-name",
    /// The name of a column.
    COLUMN_NAME = "word-column-name",
    /// A unit such as `m²`.
    A_UNIT = "word-unit-name",
    /// A file, between its items.
    IN_FILE = "word-in-file",
    /// The block of a source.
    IN_SOURCE = "word-in-source",
    /// The block of a model.
    IN_MODEL = "word-in-model",
    /// The block of a warn statement.
    IN_WARN = "word-in-warn",
    /// The block of a test.
    IN_TEST = "word-in-test",
    /// A place outside of models.
    OUTSIDE_OF_MODELS = "word-outside-of-models",
    /// Inside a selection.
    IN_A_SELECTION = "word-in-a-selection",
    /// Under `as of`.
    AT_ANOTHER_INSTANT = "word-at-another-instant",
    /// A model without a grid.
    WITHOUT_EVERY = "word-without-every",
}

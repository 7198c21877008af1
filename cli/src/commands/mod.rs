//! One file a command.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod describe;
pub(crate) mod doc;
pub(crate) mod explain_code;
pub(crate) mod fmt;
pub(crate) mod new;
pub(crate) mod package;
pub(crate) mod plan;
pub(crate) mod run;
pub(crate) mod settings;
pub(crate) mod test;

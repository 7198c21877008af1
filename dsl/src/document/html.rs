//! HTML that cannot be broken by what is written into it: texts are escaped when they become [`Html`], and only texts of
//! this program are not.

/// A piece of HTML.
#[derive(Clone, Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Marks up nothing.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// HTML written in this program.
    pub(super) fn raw(markup: &'static str) -> Self {
        Self(markup.to_owned())
    }

    /// Adds to it.
    pub(super) fn push(&mut self, more: impl Into<Html>) {
        self.0.push_str(&more.into().0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn into_string(self) -> String {
        self.0
    }

    /// Several pieces with something between each two.
    pub(super) fn joined<T: Into<Html>>(pieces: impl IntoIterator<Item = T>, between: &str) -> Self {
        let mut all = Self::new();
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                all.push(between);
            }
            all.push(piece);
        }
        all
    }
}

impl From<&str> for Html {
    fn from(text: &str) -> Self {
        let mut escaped = String::with_capacity(text.len());
        for character in text.chars() {
            match character {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                _ => escaped.push(character),
            }
        }
        Self(escaped)
    }
}

impl From<String> for Html {
    fn from(text: String) -> Self {
        text.as_str().into()
    }
}

impl From<&String> for Html {
    fn from(text: &String) -> Self {
        text.as_str().into()
    }
}

impl From<&std::sync::Arc<str>> for Html {
    fn from(text: &std::sync::Arc<str>) -> Self {
        (&**text).into()
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(pieces: I) -> Self {
        Self::joined(pieces, "")
    }
}

/// `<tag>inner</tag>`
pub(super) fn tag(tag: &'static str, inner: impl Into<Html>) -> Html {
    with(tag, &[], inner)
}

/// `<tag name="value">inner</tag>`
pub(super) fn with(tag: &'static str, attributes: &[(&'static str, &str)], inner: impl Into<Html>) -> Html {
    let mut html = format!("<{tag}");
    for (name, value) in attributes {
        html.push_str(&format!(" {name}=\"{}\"", Html::from(*value).0));
    }
    html.push('>');
    html.push_str(&inner.into().0);
    html.push_str(&format!("</{tag}>"));
    // Blocks begin lines, so that the page can be read as text too.
    if matches!(tag, "p" | "h1" | "h2" | "h3" | "li" | "ul" | "ol" | "tr" | "table" | "dl" | "dd" | "section" | "div") {
        html.push('\n');
    }
    Html(html)
}

/// Pieces one after the other; texts among them are escaped.
macro_rules! html {
    ($($piece:expr),* $(,)?) => {{
        let mut all = $crate::document::html::Html::new();
        $( all.push($piece); )*
        all
    }};
}
pub(super) use html;

/// A table with headings; wide ones scroll on their own and can be reached by keyboard.
pub(super) fn table(label: &str, headings: &[Html], rows: Vec<Vec<Html>>) -> Html {
    let head: Html = headings.iter().map(|cell| with("th", &[("scope", "col")], cell.clone())).collect();
    let body: Html = rows
        .into_iter()
        .map(|row| {
            let cells: Html = row
                .into_iter()
                .enumerate()
                .map(|(at, cell)| if at == 0 { with("th", &[("scope", "row")], cell) } else { tag("td", cell) })
                .collect();
            tag("tr", cells)
        })
        .collect();
    let table = tag("table", html![tag("thead", tag("tr", head)), tag("tbody", body)]);
    with("div", &[("class", "wide"), ("role", "region"), ("tabindex", "0"), ("aria-label", label)], table)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_become_markup() {
        let evil = "<script>'\"&</script>";
        let page = with("a", &[("href", evil)], html![evil, tag("code", evil)]).into_string();
        let escaped = "&lt;script&gt;&#39;&quot;&amp;&lt;/script&gt;";
        assert_eq!(page, format!("<a href=\"{escaped}\">{escaped}<code>{escaped}</code></a>"));
    }
}

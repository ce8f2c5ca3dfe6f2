//! A page about every code: what it says, an example, what to do. The pages stand in `docs/codes`.

/// A page about a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// The code.
    pub code: &'static str,
    /// The page, in Markdown. Its first line is the code as a heading, its first paragraph says what the code means.
    pub markdown: &'static str,
}

impl Page {
    /// The first paragraph, on one line.
    ///
    /// ```
    /// let page = iamsat::report::page("new-access").unwrap();
    /// assert!(page.summary().ends_with('.'));
    /// ```
    pub fn summary(&self) -> String {
        let lines = self.markdown.lines().skip(1).skip_while(|line| line.trim().is_empty());
        lines.take_while(|line| !line.trim().is_empty()).collect::<Vec<_>>().join(" ")
    }
}

macro_rules! pages {
    ($($code:literal)*) => {
        &[$(Page { code: $code, markdown: include_str!(concat!("../../docs/codes/", $code, ".md")) }),*]
    };
}

/// Every page, in alphabetical order.
pub const PAGES: &[Page] = pages! {};

/// The page about a code.
///
/// ```
/// use iamsat::report::page;
/// assert!(page("duplicate-key").unwrap().markdown.starts_with("# duplicate-key"));
/// assert_eq!(page("no-such-code"), None);
/// ```
pub fn page(code: &str) -> Option<&'static Page> {
    PAGES.binary_search_by(|page| page.code.cmp(code)).ok().and_then(|at| PAGES.get(at))
}

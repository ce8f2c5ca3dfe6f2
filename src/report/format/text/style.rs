//! The style of text: colours, characters, width.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Group, Renderer};
use std::borrow::Cow;

/// The characters of which text may consist.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Letters {
    /// ASCII frames, unchanged content: for files and pipes.
    #[default]
    Plain,
    /// Box-drawing frames, unchanged content: for terminals that can show them.
    Lines,
    /// ASCII only, other characters escaped: for terminals that can show nothing else. Replay commands are unchanged.
    Ascii,
}

/// The style of text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// True to use colours.
    pub color: bool,
    /// Which characters to use.
    pub letters: Letters,
    /// The width of the terminal in columns; `None` if the output is not a terminal.
    pub width: Option<usize>,
}

impl Style {
    /// Renders a group of snippets and messages.
    pub(super) fn draw(self, group: Group<'_>) -> String {
        let renderer = if self.color { Renderer::styled() } else { Renderer::plain() };
        let decor = if self.letters == Letters::Lines { DecorStyle::Unicode } else { DecorStyle::Ascii };
        // Long lines are cut before rendering, so that all marks stay visible.
        let drawn = renderer.term_width(10_000).decor_style(decor).render(&[group]);
        // The heading above the window of a long line already has its place; the renderer would mark it as belonging to another
        // file.
        let lines =
            drawn.split('\n').filter(|line| !matches!(without_style(line).trim(), ":::" | "\u{2e2c}"));
        lines.flat_map(|line| [line, "\n"]).collect()
    }

    /// Writes a text in characters that the terminal can show.
    pub(super) fn shown(self, text: &str) -> Cow<'_, str> {
        if self.letters != Letters::Ascii || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            if c.is_ascii() { out.push(c) } else { out.extend(c.escape_unicode()) }
        }
        Cow::Owned(out)
    }
}

/// Returns a line as it is seen.
fn without_style(line: &str) -> String {
    let mut letters = line.chars();
    let mut seen = String::new();
    while let Some(c) = letters.next() {
        if c == '\u{1b}' {
            letters.find(|c| *c == 'm');
        } else {
            seen.push(c);
        }
    }
    seen
}

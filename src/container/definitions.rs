//! Compares the conditions of two templates with the definitions on which they depend.

use std::collections::{BTreeMap, BTreeSet};

/// The definitions on which the conditions of a template depend: each as a text, by name.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    by_name: BTreeMap<String, Definition>,
}

#[derive(Clone, Debug, Default)]
struct Definition {
    text: String,
    /// The words in the text; names of other definitions are among them.
    words: BTreeSet<String>,
}

impl Definitions {
    /// Adds a definition; a definition with the same name is extended.
    pub(super) fn add(&mut self, name: &str, text: &str, words: BTreeSet<String>) {
        let definition = self.by_name.entry(name.to_owned()).or_default();
        definition.text.push_str(text);
        definition.words.extend(words);
    }

    /// Adds the definitions of a template that is a part of this one, under other names.
    pub(super) fn adopt(&mut self, inner: &Definitions, renamed: &dyn Fn(&str) -> String) {
        for (name, definition) in &inner.by_name {
            let words = definition.words.iter().map(|word| renamed(word)).collect();
            self.add(&renamed(name), &definition.text, words);
        }
    }

    /// Returns the names whose definition, or one that it refers to, differs in the other template.
    pub(super) fn differing<'d>(&'d self, other: &'d Definitions) -> BTreeSet<&'d str> {
        let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut open: Vec<&str> = Vec::new();
        for (own, others) in [(self, other), (other, self)] {
            for (name, definition) in &own.by_name {
                let text = others.by_name.get(name).map(|other| &other.text);
                if text != Some(&definition.text) {
                    open.push(name);
                }
                for word in &definition.words {
                    users.entry(word).or_default().push(name);
                }
            }
        }
        let mut found = BTreeSet::new();
        while let Some(name) = open.pop() {
            if found.insert(name) {
                open.extend(users.get(name).into_iter().flatten());
            }
        }
        found
    }
}

//! The files of a configuration as they were in a commit.

use super::Settings;
use super::files::{Files, MATCHING, is_excluded, kind_of};
use crate::cli::config::InputKind;
use crate::cli::input::{
    Git, SideFile, Sides, Tree, as_file, from_here, is_input, is_json, is_named_as_template,
};
use crate::index::broken;
use crate::report::Failure;
use crate::surface::{reason, unreadable};
use glob::Pattern;
use std::collections::BTreeSet;
use std::path::Path;

/// Files of one kind, before and after.
pub(super) type KindSides = Vec<(Option<InputKind>, Sides)>;

/// The number of bytes of a file of a commit that are read to see what it is.
const MOST: usize = 64 << 20;

/// Pairs the files with those of a commit, by kind: each with the file that the commit has at the same path. A file that only the commit
/// has is a deleted one. Where the old version is not known, the file is not read, and nothing is said about it.
///
/// # Errors
/// There is no git, or no such commit.
pub(super) fn sides(settings: &Settings, files: &mut Files, base: &str) -> Result<KindSides, Failure> {
    let config = &settings.config;
    let mut git = Git::default();
    let tree = git.tree(base, &settings.root)?;
    let mut pairing = Pairing { kinds: Vec::new(), seen: BTreeSet::new(), unread: Vec::new() };
    pairing.seen.extend(files.unread.iter().filter_map(|(path, _)| tree.place(path).ok()));
    for file in &files.list {
        match tree.place(&file.path).and_then(|place| Ok((tree.file(&place)?, place))) {
            Ok((before, place)) => {
                let after = SideFile::Present(as_file(&file.path));
                let before = before.map(SideFile::Committed);
                pairing.add(file.kind.clone(), &place, [before, Some(after)]);
            }
            Err(why) => pairing.unread.push((file.path.clone(), unknown(&file.path, base, &why))),
        }
    }
    for input in &config.inputs {
        pairing.deleted((input, base), (&git, &tree), settings)?;
    }
    files.unread.append(&mut pairing.unread);
    Ok(pairing.kinds)
}

/// Says that the previous version of a file is not known.
fn unknown(path: &str, base: &str, why: &str) -> Failure {
    let help = "leave it out with `exclude`, or name the files themselves as `inputs`";
    Failure::validation(format!("could not compare {path} with {base}: {why}; {help}"))
}

struct Pairing {
    kinds: KindSides,
    /// The places of files that are paired, or cannot be.
    seen: BTreeSet<String>,
    unread: Vec<(String, Failure)>,
}

impl Pairing {
    fn add(&mut self, kind: Option<InputKind>, place: &str, files: [Option<SideFile>; 2]) {
        self.seen.insert(place.to_owned());
        let known = self.kinds.iter().position(|(other, _)| *other == kind);
        let known = known.unwrap_or_else(|| {
            self.kinds.push((kind, Sides::default()));
            self.kinds.len() - 1
        });
        let Some((_, sides)) = self.kinds.get_mut(known) else {
            broken("a group of kinds that was found or added is there")
        };
        for (side, file) in sides.iter_mut().zip(files) {
            side.extend(file.map(|file| (place.to_owned(), file)));
        }
    }

    /// Adds the files that an input stood for in the commit, and that are not there any more.
    fn deleted(
        &mut self,
        (input, base): (&str, &str),
        (git, tree): (&Git, &Tree),
        settings: &Settings,
    ) -> Result<(), Failure> {
        let spelled = from_here(Path::new(input)).map_err(|error| unreadable(input, reason(&error)))?;
        let directory = match tree.place(&spelled) {
            Ok(place) => place,
            Err(why) => {
                if self.unread.iter().all(|(path, _)| !Path::new(path).starts_with(&spelled)) {
                    self.unread.push((input.to_owned(), unknown(input, base, &why)));
                }
                return Ok(());
            }
        };
        let named = |place: &str| is_json(Path::new(place)) || is_named_as_template(Path::new(place));
        let mut places: Vec<&str> = Vec::new();
        // A name with characters of patterns means itself first, as it does in the working tree.
        let is_literal = tree.has(&directory);
        if is_literal {
            places.extend(tree.below(&directory));
        }
        let pattern = Pattern::new(&spelled).ok().filter(|_| !is_literal);
        if let Some(pattern) = &pattern {
            let is_meant = |place: &&str| {
                let path = tree.shown(place);
                let above = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
                above.chain([path.as_str()]).any(|path| pattern.matches_with(path, MATCHING))
            };
            places.extend(tree.below("").filter(is_meant));
        } else if !tree.below(&directory).any(|place| place != directory) && !directory.is_empty() {
            places.push(&directory);
        }
        for place in places.into_iter().filter(|place| !self.seen.contains(*place)).collect::<Vec<_>>() {
            let shown = tree.shown(place);
            let own = settings.own(&shown)?;
            if is_excluded(&own, &settings.config) {
                continue;
            }
            match tree.file(place) {
                Ok(Some(file)) => {
                    let is_named = place == directory;
                    let is_matched = pattern.as_ref().is_some_and(|one| one.matches_with(&shown, MATCHING));
                    // Of a directory, only names tell inputs; a pattern matches files of all names.
                    if !is_named && !is_matched && !named(place) {
                        continue;
                    }
                    let content =
                        if is_json(Path::new(place)) { Vec::new() } else { git.content(&file, MOST)? };
                    if is_named || is_input(Path::new(place), || Some(content)) {
                        let kind = kind_of(&own, &settings.config);
                        self.add(kind, place, [Some(SideFile::Committed(file)), None]);
                    }
                }
                Ok(None) => {}
                Err(why) => {
                    // A directory has no inputs among links to files with other names.
                    let is_meant = named(place) || pattern.is_some() || place == directory;
                    let is_harmless = match tree.link(place).filter(|_| !is_meant) {
                        Some(link) => {
                            let target = git.content(&link, MOST)?;
                            tree.is_link_to_file(place, &String::from_utf8_lossy(&target))
                        }
                        None => false,
                    };
                    if !is_harmless {
                        self.unread.push((shown.clone(), unknown(&shown, base, &why)));
                    }
                }
            }
        }
        Ok(())
    }
}

//! Conditions on requests, as trees over the sets that documents define.

use crate::code::Code;
use crate::request::RequesterKind;

/// A condition on requests: a tree over sets of requests, kinds of requesters, and points that are open.
///
/// ```
/// use iamsat::query::Tree;
/// let never = Tree::any([]);
/// assert_eq!(Tree::all([Tree::Set(0), never]), Tree::any([]));
/// assert_eq!(Tree::all([Tree::Set(0)]), Tree::Set(0));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// All of these hold; of none, true.
    All(Vec<Tree>),
    /// One of these holds; of none, false.
    Any(Vec<Tree>),
    /// It does not hold.
    Not(Box<Tree>),
    /// The request is in the set of the layer with this index.
    Set(usize),
    /// The requester is of one of these kinds.
    Kind(Vec<RequesterKind>),
    /// A point that AWS leaves open, or a policy that is not known: it may hold or not, the same wherever it occurs.
    Open(Code, Box<str>),
}

impl Tree {
    /// Returns the AND of the parts, without those that hold always; false if one holds never.
    pub fn all(parts: impl IntoIterator<Item = Tree>) -> Tree {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Tree::All(parts) => kept.extend(parts),
                Tree::Any(parts) if parts.is_empty() => return Tree::Any(Vec::new()),
                part => kept.push(part),
            }
        }
        match <[Tree; 1]>::try_from(kept) {
            Ok([one]) => one,
            Err(kept) => Tree::All(kept),
        }
    }

    /// Returns the OR of the parts, without those that hold never; true if one holds always.
    pub fn any(parts: impl IntoIterator<Item = Tree>) -> Tree {
        let mut kept = Vec::new();
        for part in parts {
            match part {
                Tree::Any(parts) => kept.extend(parts),
                Tree::All(parts) if parts.is_empty() => return Tree::All(Vec::new()),
                part => kept.push(part),
            }
        }
        match <[Tree; 1]>::try_from(kept) {
            Ok([one]) => one,
            Err(kept) => Tree::Any(kept),
        }
    }

    /// Returns the condition that holds where the tree does not.
    #[must_use]
    pub fn negated(self) -> Tree {
        match self {
            Tree::Not(tree) => *tree,
            Tree::All(parts) if parts.is_empty() => Tree::Any(parts),
            Tree::Any(parts) if parts.is_empty() => Tree::All(parts),
            tree => Tree::Not(Box::new(tree)),
        }
    }

    /// Returns a condition that always or never holds.
    pub fn constant(value: bool) -> Tree {
        if value { Tree::All(Vec::new()) } else { Tree::Any(Vec::new()) }
    }

    /// Calls `visit` for every set, with true where the tree demands that the request be in it.
    pub fn sets(&self, visit: &mut impl FnMut(usize, bool)) {
        self.signed_sets(true, visit);
    }

    fn signed_sets(&self, is_positive: bool, visit: &mut impl FnMut(usize, bool)) {
        match self {
            Tree::All(parts) | Tree::Any(parts) => {
                parts.iter().for_each(|part| part.signed_sets(is_positive, visit));
            }
            Tree::Not(tree) => tree.signed_sets(!is_positive, visit),
            Tree::Set(layer) => visit(*layer, is_positive),
            Tree::Kind(_) | Tree::Open(..) => {}
        }
    }
}

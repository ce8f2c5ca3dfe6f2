//! The value of one node.

/// The knowledge of one node under a partial assignment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Value {
    /// Nothing is known.
    #[default]
    Open,
    /// It is true.
    True,
    /// It is false.
    False,
    /// An atom that is open until all assumable atoms are assumed to be false, and false from then on.
    Assumable,
    /// An AND of negations of assumable atoms: open until these are assumed to be false, and true from then on unless one of them
    /// is kept open.
    NorNode,
    /// An AND with an assumable atom or the negation of a NOR node as a part: open until then, and false from then on as long as
    /// that part is.
    Dependent,
}

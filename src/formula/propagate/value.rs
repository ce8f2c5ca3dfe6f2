//! The value of one node.

/// The known value of one node under a partial assignment.
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
    /// An AND of negated assumable atoms. It is open until these are assumed false, and true from then on unless one of them is
    /// kept open.
    NorNode,
    /// An AND that contains an assumable atom or a negated NOR node. It is open until the assumption, and false from then on as
    /// long as that part is false.
    Dependent,
}

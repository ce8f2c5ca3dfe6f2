//! Every bound of the program in one place. Hitting one is an error (input limits) or UNKNOWN with its name
//! (search limits), never a guess. The defaults are counts, so that the same input always gives the same answer.

/// Bounds on what is read.
#[derive(Clone, Copy, Debug)]
pub struct InputLimits {
    /// Bytes of one document.
    pub bytes: usize,
    /// Nesting of JSON arrays and objects.
    pub depth: usize,
    /// Members of one array or object.
    pub members: usize,
    /// Faults reported for one document; the rest are counted.
    pub faults: usize,
}

impl Default for InputLimits {
    fn default() -> Self {
        InputLimits { bytes: 16 << 20, depth: 32, members: 200_000, faults: 100 }
    }
}

/// Bounds on one search. `None` as deadline means no clock is ever read.
#[derive(Clone, Copy, Debug)]
pub struct SearchLimits {
    /// Nodes of the formula graph.
    pub nodes: usize,
    /// Product states explored over all emptiness questions of a check.
    pub states: u64,
    /// Learned lemmas.
    pub lemmas: usize,
    /// Rounds of the propose-refute loop.
    pub iterations: usize,
    /// Literals over all clauses handed to the SAT solver.
    pub literals: usize,
    /// Instant after which the search gives up.
    pub deadline: Option<std::time::Instant>,
}

impl Default for SearchLimits {
    fn default() -> Self {
        SearchLimits {
            nodes: 4_000_000,
            states: 20_000_000,
            lemmas: 200_000,
            iterations: 100_000,
            literals: 50_000_000,
            deadline: None,
        }
    }
}

/// The limit that ended a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Exhausted {
    /// [`SearchLimits::nodes`].
    Nodes,
    /// [`SearchLimits::states`].
    States,
    /// [`SearchLimits::lemmas`].
    Lemmas,
    /// [`SearchLimits::iterations`].
    Iterations,
    /// [`SearchLimits::literals`].
    Literals,
    /// [`SearchLimits::deadline`].
    Deadline,
}

impl Exhausted {
    /// The name shown to people and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Exhausted::Nodes => "formula-nodes",
            Exhausted::States => "product-states",
            Exhausted::Lemmas => "lemmas",
            Exhausted::Iterations => "iterations",
            Exhausted::Literals => "clause-literals",
            Exhausted::Deadline => "deadline",
        }
    }
}

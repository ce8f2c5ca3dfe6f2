//! Exit codes, and how those of several inputs combine.

/// The end of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Proved, or as expected: 0.
    Success,
    /// A finding, or a decision other than the expected one: 1.
    Finding,
    /// Invalid input or usage, or a failure of reading or writing: 2.
    Error,
    /// Neither proved nor refuted: 3.
    Unknown,
}

impl Exit {
    /// Returns the code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Success => 0,
            Exit::Finding => 1,
            Exit::Error => 2,
            Exit::Unknown => 3,
        }
    }

    /// Returns the exit of two inputs together: 2 beats 1 beats 3 beats 0.
    ///
    /// ```
    /// use iamsat::cli::Exit;
    /// assert_eq!(Exit::Unknown.and(Exit::Finding), Exit::Finding);
    /// assert_eq!(Exit::Success.and(Exit::Unknown), Exit::Unknown);
    /// ```
    #[must_use]
    pub fn and(self, other: Exit) -> Exit {
        let weight = |exit: Exit| match exit {
            Exit::Success => 0u8,
            Exit::Unknown => 1,
            Exit::Finding => 2,
            Exit::Error => 3,
        };
        if weight(other) > weight(self) { other } else { self }
    }

    /// Turns findings into success if `--exit-zero` is set.
    #[must_use]
    pub fn zeroed(self, exit_zero: bool) -> Exit {
        if exit_zero && self == Exit::Finding { Exit::Success } else { self }
    }
}

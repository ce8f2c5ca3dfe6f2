//! Three truth values: a point that AWS leaves open is neither true nor false.

/// A truth value of Kleene's strong three-valued logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Certainly not.
    False,
    /// Depends on a point that AWS leaves open.
    Unknown,
    /// Certainly.
    True,
}

impl Truth {
    /// True if both are.
    #[must_use]
    pub fn and(self, other: Truth) -> Truth {
        self.min(other)
    }

    /// True if one is.
    #[must_use]
    pub fn or(self, other: Truth) -> Truth {
        self.max(other)
    }

    /// Returns the negation if `negate` is set.
    #[must_use]
    pub fn negate_if(self, negate: bool) -> Truth {
        match (self, negate) {
            (Truth::False, true) => Truth::True,
            (Truth::True, true) => Truth::False,
            (value, _) => value,
        }
    }

    /// Returns the AND of the values; stops at the first false one.
    pub fn all(values: impl IntoIterator<Item = Truth>) -> Truth {
        let and = |all: Truth, value| match all.and(value) {
            Truth::False => Err(Truth::False),
            open => Ok(open),
        };
        match values.into_iter().try_fold(Truth::True, and) {
            Ok(truth) | Err(truth) => truth,
        }
    }

    /// Returns the OR of the values; stops at the first true one.
    pub fn any(values: impl IntoIterator<Item = Truth>) -> Truth {
        let or = |any: Truth, value| match any.or(value) {
            Truth::True => Err(Truth::True),
            open => Ok(open),
        };
        match values.into_iter().try_fold(Truth::False, or) {
            Ok(truth) | Err(truth) => truth,
        }
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}

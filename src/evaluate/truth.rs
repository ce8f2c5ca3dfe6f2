//! Three truth values: what AWS leaves open is neither true nor false.

/// A truth value of Kleene's strong three-valued logic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// Certainly not.
    False,
    /// It depends on something AWS leaves open.
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

    /// The negation, if asked for.
    #[must_use]
    pub fn negate_if(self, negate: bool) -> Truth {
        match (self, negate) {
            (Truth::False, true) => Truth::True,
            (Truth::True, true) => Truth::False,
            (value, _) => value,
        }
    }

    /// True if all are.
    pub fn all(values: impl IntoIterator<Item = Truth>) -> Truth {
        values.into_iter().fold(Truth::True, Truth::and)
    }

    /// True if any is.
    pub fn any(values: impl IntoIterator<Item = Truth>) -> Truth {
        values.into_iter().fold(Truth::False, Truth::or)
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Truth {
        if value { Truth::True } else { Truth::False }
    }
}

//! The names of the members of a line. A line may have members of its own, which are passed over; a misspelt name of ours would
//! change the question without a word.

/// The members that questions have.
const OURS: [&str; 19] = [
    "access",
    "accessLevels",
    "actions",
    "check",
    "condition",
    "existingPolicyDocument",
    "existingPolicyFile",
    "id",
    "layers",
    "newPolicyDocument",
    "newPolicyFile",
    "policyDocument",
    "policyFile",
    "policyType",
    "principal",
    "resourceType",
    "resources",
    "snapshot",
    "validatePolicyResourceType",
];

/// The flags of `batch` that change answers, as a line could spell them.
const FLAGS: [&str; 7] =
    ["alone", "assume-heuristics", "aws-compat", "beside-others", "boundary", "strict-arn", "timeout"];

/// The most characters by which a misspelt name differs.
const MISSPELT: usize = 2;

/// The least length of a name that another one may be a misspelling of.
const LONG: usize = 5;

/// Returns what is wrong with the name of a member that no question has; `None` for a member of the user's own.
pub(super) fn fault(name: &str) -> Option<String> {
    if OURS.contains(&name) {
        return None;
    }
    let plain = plain(name);
    if let Some(flag) = FLAGS.iter().find(|flag| self::plain(flag) == plain) {
        return Some(format!("`{name}` is not a member of a line: give `--{flag}` to the whole run"));
    }
    let is_meant = |ours: &&&str| {
        let other = self::plain(ours);
        other == plain || (other.len() >= LONG && strsim::levenshtein(&other, &plain) <= MISSPELT)
    };
    let ours = OURS.iter().find(is_meant)?;
    Some(format!("`{name}` is not a member of a line: did you mean `{ours}`?"))
}

/// Returns the name in lower case, without `-` and `_`.
fn plain(name: &str) -> String {
    name.chars().filter(|character| !matches!(character, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_names_are_faults_and_own_members_are_not() {
        for name in OURS.iter().chain(&["expect", "comment", "source", "team", "ticket"]) {
            assert_eq!(fault(name), None);
        }
        for (name, meant) in [
            ("policytype", "`policyType`"),
            ("policy_type", "`policyType`"),
            ("action", "`actions`"),
            ("newPolicyDocumnet", "`newPolicyDocument`"),
            ("besideOthers", "`--beside-others`"),
            ("strict_arn", "`--strict-arn`"),
        ] {
            assert!(fault(name).is_some_and(|fault| fault.contains(meant)), "{name}");
        }
    }
}

//! The names of the members of a line. A line may have members of its own, which are passed over; a misspelt name of ours would
//! change the question without a word.

/// The members that questions have.
const OURS: [&str; 33] = [
    "access",
    "accessLevels",
    "account",
    "actions",
    "change",
    "check",
    "condition",
    "context",
    "existingPolicyDocument",
    "existingPolicyFile",
    "id",
    "kinds",
    "layers",
    "newPolicyDocument",
    "newPolicyFile",
    "newSnapshot",
    "noOrganization",
    "plan",
    "policies",
    "policyDocument",
    "policyDocuments",
    "policyFile",
    "policyFiles",
    "policyType",
    "principal",
    "relevant",
    "resourceType",
    "resources",
    "services",
    "snapshot",
    "strictCollect",
    "validatePolicyResourceType",
    "was",
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

/// The members that a question about a snapshot may have.
const OF_SNAPSHOT: [&str; 7] =
    ["check", "id", "noOrganization", "policyType", "resources", "snapshot", "strictCollect"];

/// Returns what is wrong with a member of a question about a snapshot: it is one of another question, or a flag that lines do not have.
pub(super) fn fault_of_snapshot(check: &str, name: &str) -> Option<String> {
    if let Some(fault) = fault_of_flag(check, name) {
        return Some(fault);
    }
    let is_own = match check {
        "can" => ["principal", "layers", "actions", "condition"].contains(&name),
        "what-can" => ["principal", "services"].contains(&name),
        "check-no-new-access" => {
            ["account", "change", "newSnapshot", "plan", "was", "kinds", "actions"].contains(&name)
        }
        "check-guardrails" => name == "policies",
        _ => ["kinds", "principal", "actions", "condition"].contains(&name),
    };
    let is_foreign = OURS.contains(&name) && !OF_SNAPSHOT.contains(&name) && !is_own;
    is_foreign.then(|| format!("`{name}` does not belong to `{check}` over a snapshot: leave it out"))
}

/// The flags of the commands about requests that lines do not have, as a line could spell them.
const OF_REQUESTS: [&str; 27] = [
    "allowed",
    "as-policy",
    "boundary-policy",
    "canonical-user",
    "certificate",
    "context-json",
    "endpoint",
    "exit-zero",
    "expect",
    "expect-none",
    "federated-by",
    "identity",
    "limit",
    "not-principal-account",
    "organization",
    "outside-ip",
    "outside-org",
    "outside-vpc",
    "rcp",
    "resource-account",
    "resource-policy",
    "scp",
    "session-policy",
    "strict",
    "unique-id",
    "without-mfa",
    "world",
];

/// Those that say something of requests that a condition can say too.
const AS_CONDITION: [&str; 5] =
    ["not-principal-account", "outside-ip", "outside-org", "outside-vpc", "without-mfa"];

/// The policies of layers, which a line gives in `layers`.
const AS_LAYERS: [&str; 9] = [
    "boundary-policy",
    "endpoint",
    "identity",
    "organization",
    "rcp",
    "resource-account",
    "resource-policy",
    "scp",
    "session-policy",
];

/// The flags of all commands that change answers about policies, and that lines do not have.
const OF_POLICIES: [&str; 16] = [
    "assume-plain-references",
    "assume-plain-values",
    "existing-dir",
    "fail-on",
    "if-it-depends",
    "ignore-transform",
    "kind-of",
    "no-exact",
    "only-possible",
    "parameters",
    "select",
    "set",
    "source",
    "strict",
    "use-defaults",
    "world",
];

/// Returns what is wrong with a member that is spelled like a flag of the command of this check, which lines do not have.
fn fault_of_flag(check: &str, name: &str) -> Option<String> {
    let own = plain(name);
    let is_one = |flags: &[&str]| flags.iter().any(|flag| plain(flag) == own);
    let is_about_requests =
        matches!(check, "can" | "find" | "simulate" | "who-can" | "what-can" | "check-guardrails");
    if OURS.contains(&name) || !(is_one(&OF_POLICIES) || is_about_requests && is_one(&OF_REQUESTS)) {
        return None;
    }
    let or = match () {
        () if is_one(&AS_CONDITION) && matches!(check, "can" | "find" | "who-can") => {
            ", or say it with `condition`"
        }
        () if is_one(&AS_LAYERS) && matches!(check, "can" | "find" | "simulate") => ", or give `layers`",
        () => "",
    };
    Some(format!("`{name}` is not a member of a line: ask with `iamsat {check}`{or}"))
}

/// Returns what is wrong with a member of a question about policies, or over layers: it is one of another question.
pub(super) fn fault_of_policies(check: &str, name: &str) -> Option<String> {
    const PAIR: [&str; 4] =
        ["existingPolicyDocument", "existingPolicyFile", "newPolicyDocument", "newPolicyFile"];
    const POLICY: [&str; 2] = ["policyDocument", "policyFile"];
    let of_request = ["principal", "actions", "resources"].contains(&name);
    if let Some(fault) = fault_of_flag(check, name) {
        return Some(fault);
    }
    let is_own = match check {
        "check-no-new-access" | "compare" | "diff" => PAIR.contains(&name),
        "can" => of_request || ["condition", "layers"].contains(&name),
        _ if POLICY.contains(&name) => true,
        "check-access-not-granted" => ["access", "accessLevels"].contains(&name),
        "check-no-public-access" => name == "resourceType",
        "validate-policy" => name == "validatePolicyResourceType",
        "find" => of_request || ["condition", "layers", "policyDocuments", "policyFiles"].contains(&name),
        "simulate" => {
            let own = ["context", "layers", "policyDocuments", "policyFiles", "relevant"];
            of_request || own.contains(&name)
        }
        "lint" => false,
        // The name of the check is the fault.
        _ => return None,
    };
    if is_own || !OURS.contains(&name) || ["check", "id", "policyType"].contains(&name) {
        return None;
    }
    Some(match (check, name) {
        ("check-access-not-granted", "actions" | "resources") => {
            format!("`{name}` does not belong to `{check}`: put it into an entry of `access`")
        }
        _ => format!("`{name}` does not belong to `{check}`: leave it out"),
    })
}

/// Returns the name in lower case, without `-` and `_`.
fn plain(name: &str) -> String {
    name.chars().filter(|character| !matches!(character, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_other_questions_are_faults() {
        for (check, name) in [
            ("check-access-not-granted", "actions"),
            ("check-no-new-access", "principal"),
            ("check-no-new-access", "snapshot"),
            ("check-no-public-access", "layers"),
            ("validate-policy", "resources"),
            ("can", "context"),
            ("can", "kinds"),
            ("find", "withoutMfa"),
            ("find", "outside_ip"),
            ("simulate", "expect"),
        ] {
            let fault = fault_of_policies(check, name);
            assert!(fault.is_some_and(|fault| fault.starts_with(&format!("`{name}`"))), "{check} {name}");
        }
        for (check, name) in [
            ("check-access-not-granted", "accessLevels"),
            ("check-no-new-access", "existingPolicyFile"),
            ("check-no-new-access", "expect"),
            ("can", "layers"),
            ("find", "policyType"),
            ("find", "comment"),
        ] {
            assert_eq!(fault_of_policies(check, name), None, "{check} {name}");
        }
    }

    #[test]
    fn flags_that_lines_do_not_have_are_faults_over_snapshots_too() {
        for (check, name) in [
            ("who-can", "withoutMfa"),
            ("what-can", "asPolicy"),
            ("can", "outsideOrg"),
            ("check-guardrails", "world"),
            ("check-no-new-access", "onlyPossible"),
        ] {
            let fault = fault_of_snapshot(check, name);
            assert!(fault.is_some_and(|fault| fault.contains("is not a member of a line")), "{check} {name}");
        }
        assert_eq!(fault_of_snapshot("who-can", "team"), None);
    }

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

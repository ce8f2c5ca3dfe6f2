//! Facts about requesters and resources that a change alters, or that nobody collected: what policies test of them decides.

use crate::snapshots::snapshot;
use crate::support::document;
use iamsat::check::{Changed, Options, PreparedSnapshot, Wants, WhoKind, gains};
use iamsat::snapshot::{Change, File, Snapshot};

const OWN: &str = "111122223333";
const BELOW_X: &str = r#"{"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-a/r-a/ou-a-x/*"}}"#;
const OF_OWNER: &str = r#"{"ForAnyValue:StringLike": {"aws:ResourceOrgPaths": "o-a/r-a/ou-a-x/*"}}"#;
const TAGGED: &str = r#"{"StringEquals": {"aws:PrincipalTag/t": "a"}}"#;
const PLAIN: &str = "{}";
const ASSUME: &str =
    r#"{"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}}}"#;
const TAGS: &str = r#"{"Statement": {"Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": {"AWS": "111122223333"}}}"#;

/// A small organization: one account with a bucket and roles that read different objects under one condition.
#[derive(Clone)]
struct World {
    condition: &'static str,
    roles: usize,
    /// The member `Tags` of each role; empty if it was not collected.
    tags: &'static str,
    trust: &'static str,
    /// The organizational unit of the account; empty if its place was not collected.
    unit: &'static str,
    /// Further members of the row of the bucket.
    row: &'static str,
    /// The policy of the bucket.
    policy: &'static str,
    path: &'static str,
    /// True if the role has a managed policy that was not collected.
    has_more: bool,
}

impl World {
    fn new(condition: &'static str) -> World {
        let tags = r#""Tags": [],"#;
        World {
            condition,
            roles: 3,
            tags,
            trust: ASSUME,
            unit: "ou-a-y",
            row: "",
            policy: "null",
            path: "",
            has_more: false,
        }
    }

    fn role(&self, number: usize) -> String {
        let World { condition, tags, trust, path, .. } = self;
        let managed = match self.has_more {
            true => r#"{"PolicyArn": "arn:aws:iam::111122223333:policy/more"}"#,
            false => "",
        };
        format!(
            r#"{{"Arn": "arn:aws:iam::{OWN}:role/{path}r{number}", "AttachedManagedPolicies": [{managed}], {tags} "RolePolicyList": [
                {{"PolicyName": "own", "PolicyDocument": {{"Statement": {{"Effect": "Allow", "Action": "s3:GetObject",
                    "Resource": "arn:aws:s3:::b/k{number}/*", "Condition": {condition}}}}}}}], "AssumeRolePolicyDocument": {trust}}}"#
        )
    }

    fn snapshot(&self) -> Snapshot {
        let file = |path: &str, text: String| File { path: path.to_owned(), bytes: text.into_bytes() };
        let roles: Vec<String> = (0..self.roles).map(|number| self.role(number)).collect();
        let lists = r#""UserDetailList": [], "GroupDetailList": []"#;
        let World { row, policy, .. } = self;
        let mut files = vec![
            file("gaad.json", format!(r#"{{{lists}, "Policies": [], "RoleDetailList": [{}]}}"#, roles.join(","))),
            file(
                "resources.json",
                format!(
                    r#"[{{"Resource": "arn:aws:s3:::b", "Account": "{OWN}", "Policy": {policy}, "ObjectOwnership": "BucketOwnerEnforced"{row}}}]"#
                ),
            ),
            file("describe-organization.json", r#"{"Organization": {"Id": "o-a", "MasterAccountId": "999988887777"}}"#.into()),
            file(
                "list-roots.json",
                r#"{"Roots": [{"Id": "r-a", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}"#.into(),
            ),
            file(
                "list-organizational-units-for-parent/r-a.json",
                r#"{"OrganizationalUnits": [{"Id": "ou-a-x"}, {"Id": "ou-a-y"}]}"#.into(),
            ),
            file("list-accounts-for-parent/r-a.json", r#"{"Accounts": []}"#.into()),
        ];
        for unit in ["ou-a-x", "ou-a-y"] {
            let accounts = if unit == self.unit { r#"{"Id": "111122223333"}"# } else { "" };
            if !self.unit.is_empty() {
                files.push(file(
                    &format!("list-accounts-for-parent/{unit}.json"),
                    format!(r#"{{"Accounts": [{accounts}]}}"#),
                ));
            }
            let none = r#"{"OrganizationalUnits": []}"#.to_owned();
            files.push(file(&format!("list-organizational-units-for-parent/{unit}.json"), none));
        }
        for node in ["r-a", "ou-a-x", "ou-a-y", OWN] {
            let scps = r#"{"Policies": [{"Id": "p-FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY"}]}"#;
            files.push(file(&format!("list-policies-for-target/{node}.SCP.json"), scps.into()));
        }
        let read = snapshot(files).snapshot().clone();
        assert!(read.faults.is_empty(), "{:?}", read.faults);
        read
    }
}

/// Returns the numbers of roles that gain access to the bucket, and of those of which it is not known.
fn counted(before: Snapshot, after: Snapshot, is_same_world: bool) -> (usize, usize) {
    let [before, after] = [before, after].map(PreparedSnapshot::new);
    let changed = Changed { before: &before, after: &after, is_same_world };
    let wants = Wants {
        actions: vec!["s3:GetObject".into()],
        resources: vec!["arn:aws:s3:::b/*".into()],
        ..Wants::default()
    };
    let found = gains(changed, &wants, &[WhoKind::Role], &Options::default()).unwrap();
    (found.entries.len(), found.open.len())
}

fn after(world: &World, changes: &[Change]) -> (usize, usize) {
    let before = world.snapshot();
    let after = before.changed(changes).unwrap_or_else(|error| panic!("{error:?}"));
    counted(before, after, true)
}

fn between(before: &World, after: &World) -> (usize, usize) {
    counted(before.snapshot(), after.snapshot(), false)
}

fn moved(to: &str) -> Change {
    Change::Move { account: OWN.into(), parent: to.into() }
}

fn replaced(what: &str, text: &str) -> Change {
    Change::Replace { what: what.into(), document: document("new", text) }
}

/// The numbers of roles that may gain: any answer but that they certainly gain nothing.
fn may_gain((gained, open): (usize, usize)) -> usize {
    gained + open
}

#[test]
fn a_place_in_the_organization_that_a_move_alters_decides_for_any_number_of_roles() {
    for condition in [BELOW_X, OF_OWNER] {
        for roles in [1, 2, 3, 5] {
            let world = World { roles, ..World::new(condition) };
            assert_eq!(may_gain(after(&world, &[moved("ou-a-x")])), roles, "{condition}");
            assert_eq!(after(&world, &[moved("r-a")]).0, 0, "{condition}");
        }
    }
    assert_eq!(after(&World::new(PLAIN), &[moved("ou-a-x")]), (0, 0));
    // A policy that was not collected may test the place too.
    let more = World { has_more: true, ..World::new(PLAIN) };
    assert_eq!(may_gain(after(&more, &[moved("ou-a-x")])), 3);
    let detached = Change::Attach {
        policy: "p-no".into(),
        document: Some(document(
            "new",
            r#"{"Statement": {"Effect": "Deny", "Action": "ec2:*", "Resource": "*"}}"#,
        )),
        target: "ou-a-y".into(),
    };
    assert_eq!(after(&more, &[detached]), (0, 0));
}

#[test]
fn a_trust_policy_decides_which_tags_sessions_have() {
    for roles in [1, 3] {
        let world = World { roles, ..World::new(TAGGED) };
        let trust = [replaced("role/r0:trust", TAGS)];
        assert_eq!(after(&world, &trust), (0, 1));
        // So it does if the tags of the role were not collected.
        assert_eq!(after(&World { tags: "", ..world.clone() }, &trust), (0, 1));
        // Sessions have tags of their own on both sides, and others after the change.
        let only = r#"{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "111122223333"}}, {"Effect": "Allow", "Action": "sts:TagSession", "Principal": {"AWS": "111122223333"}, "Condition": {"StringEquals": {"aws:RequestTag/t": "b"}}}]}"#;
        assert_eq!(after(&World { trust: only, ..world }, &trust), (0, 1));
    }
    assert_eq!(after(&World::new(PLAIN), &[replaced("role/r0:trust", TAGS)]), (0, 0));
}

#[test]
fn what_neither_snapshot_says_is_not_the_same_in_both() {
    let tagged = World::new(TAGGED);
    assert_eq!(between(&tagged, &tagged), (0, 0));
    let untold = World { tags: "", ..tagged.clone() };
    for (old, new) in [(&untold, &untold), (&untold, &tagged), (&tagged, &untold)] {
        assert_eq!(may_gain(between(old, new)), if new.tags.is_empty() { 3 } else { 0 });
    }
    // With a change of one snapshot, they are the same tags.
    let unrelated = replaced(
        "arn:aws:s3:::b",
        r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::b/*"}}"#,
    );
    assert_eq!(after(&untold, &[unrelated]), (0, 0));
    // No SCP binds a role of a service, so its place alone decides.
    for condition in [BELOW_X, OF_OWNER] {
        let lost = World { unit: "", path: "aws-service-role/x.amazonaws.com/", ..World::new(condition) };
        assert_eq!(may_gain(between(&lost, &lost)), 3, "{condition}");
    }
}

#[test]
fn a_difference_that_no_decision_reads_is_named() {
    let differs = |old: &World, new: &World| {
        let [old, new] = [old, new].map(|world| PreparedSnapshot::new(world.snapshot()));
        Changed { before: &old, after: &new, is_same_world: false }.not_compared()
    };
    let plain = World::new(PLAIN);
    let with = |row: &'static str| World { row, ..plain.clone() };
    let blocks = r#", "PublicAccessBlock": {"RestrictPublicBuckets": true}"#;
    let open = r#", "PublicAccessBlock": {"RestrictPublicBuckets": false}"#;
    assert_eq!(differs(&with(blocks), &with(blocks)), None);
    for (old, new) in [(blocks, open), (blocks, "")] {
        let said = differs(&with(old), &with(new)).unwrap();
        assert!(said.starts_with("`PublicAccessBlock` of arn:aws:s3:::b"), "{said}");
    }
    let tags = [r#", "Tags": {"e": "y"}"#, r#", "Tags": {"e": "x"}"#];
    let tests = r#"{"StringEquals": {"aws:ResourceTag/e": "x"}}"#;
    let of = |condition, row| World { condition, row, ..plain.clone() };
    assert!(differs(&of(tests, tags[0]), &of(tests, tags[1])).unwrap().contains("`Tags`"));
    assert_eq!(differs(&of(tests, tags[0]), &of(tests, tags[0])), None);
}

#[test]
fn steps_about_one_fact_are_refused_under_whatever_names() {
    let allow = r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let deny = r#"{"Statement": {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}}"#;
    let before = World::new(PLAIN).snapshot();
    let attach = |text: Option<&str>| Change::Attach {
        policy: "p-q".into(),
        document: text.map(|text| document("new", text)),
        target: "ou-a-x".into(),
    };
    let remove = |what: &str| Change::Remove { what: what.into() };
    let detach = || Change::Detach { policy: "p-q".into(), target: "ou-a-x".into() };
    let arn = "arn:aws:iam::111122223333:role/r0";
    let with = before.changed(&[attach(Some(deny))]).unwrap();
    let idle = with.changed(&[detach()]).unwrap();
    for (snapshot, steps, says) in [
        (
            &before,
            vec![replaced("role/r0:own", deny), replaced(&format!("{arn}:own"), allow)],
            "two changes are about",
        ),
        (
            &before,
            vec![replaced("role/r0:own", deny), remove(&format!("{arn}:own"))],
            "two changes are about",
        ),
        (&before, vec![remove("role/r0"), replaced(&format!("{arn}:own"), allow)], "has no effect"),
        (&before, vec![remove(arn), remove("role/r0")], "two changes are about"),
        (&before, vec![attach(Some(deny)), replaced("p-q", allow)], "two changes are about"),
        (&with, vec![detach(), remove("p-q")], "has no effect"),
        (&idle, vec![attach(None), remove("p-q")], "has no effect"),
        (&idle, vec![replaced("p-q", allow)], "attached to nothing"),
        (&with, vec![replaced("p-q", allow), remove("p-q")], "two changes are about"),
        (&with, vec![replaced("p-q", allow), detach()], "attached to nothing"),
    ] {
        let error = snapshot.changed(&steps).map(|_| ()).expect_err(says);
        assert!(error.message.contains(says), "{}: {}", steps[0].in_words(), error.message);
    }
    // Steps about different facts are one change.
    let twice = [replaced("role/r0:own", deny), replaced(&format!("{arn}:trust"), TAGS), remove("role/r1")];
    assert!(before.changed(&twice).is_ok());
    assert!(idle.changed(&[attach(None), replaced("p-q", allow)]).is_ok());
}

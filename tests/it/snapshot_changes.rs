//! Changes of small random organizations: what is said of who gains access is compared with what the referee decides about requests
//! before and after.
//!
//! `IAMSAT_ORGANIZATIONS` sets the number of organizations (default 6), `IAMSAT_SEED` the first seed.

use crate::snapshots::{decision, is_wanted, organizations, question, requests, snapshot};
use crate::support::document;
use crate::support::organization::{Hidden, Member, Organization};
use crate::support::world::Random;
use iamsat::check::{
    CanVerdict, ChangeEntry, Changed, Gains, Options, PreparedSnapshot, Wants, WhoKind, gains,
};
use iamsat::evaluate::{self, Decision, decide_layers};
use iamsat::policy::{Document, Layers};
use iamsat::request::Request;
use iamsat::snapshot::{Change, File, Snapshot};
use std::collections::{BTreeMap, BTreeSet};

/// An organization before and after a change.
struct World {
    before: Organization,
    after: Organization,
    change: Change,
    /// The requests of each member that are refused before the change and allowed after it.
    gained: Vec<Vec<Request>>,
}

impl World {
    fn new(before: &Organization, after: Organization, change: Change) -> World {
        let gained = (0..after.members.len()).map(|place| gained(before, &after, place)).collect();
        World { before: before.clone(), after, change, gained }
    }

    /// Returns a change: of some, the first that gives access to somebody, if one does.
    fn random(before: &Organization, random: &mut Random) -> World {
        let mut worlds = (0..5).map(|_| {
            let mut after = before.clone();
            let change = after.change(random);
            World::new(before, after, change)
        });
        let last = worlds.next().unwrap();
        if last.gives() { last } else { worlds.find(World::gives).unwrap_or(last) }
    }

    fn gives(&self) -> bool {
        self.gained.iter().any(|requests| !requests.is_empty())
    }

    fn reversed(&self) -> World {
        World::new(&self.after, self.before.clone(), self.change.clone())
    }

    /// Decides a request of a member before and after the change.
    fn decisions(&self, place: usize, request: &Request) -> (Decision, Decision) {
        (decided(&self.before, place, request), decided(&self.after, place, request))
    }
}

fn decided(organization: &Organization, place: usize, request: &Request) -> Decision {
    let member: &Member = &organization.members[place];
    let mut own = request.clone();
    own.hidden.boundary = organization.layers(member, &request.resource).boundary.is_some();
    decision(organization, member, &own)
}

/// Returns the requests of a member that are refused before a change and allowed after it.
fn gained(before: &Organization, after: &Organization, place: usize) -> Vec<Request> {
    let mut requests = requests(after, &after.members[place]);
    let resources: BTreeSet<String> = requests.iter().map(|request| request.resource.clone()).collect();
    let layers = |organization: &Organization| -> BTreeMap<String, Layers<Document>> {
        let of = |resource: &String| organization.layers(&organization.members[place], resource);
        resources.iter().map(|resource| (resource.clone(), of(resource))).collect()
    };
    let sides = [layers(before), layers(after)];
    requests.retain(|request| {
        let [before, after] = sides.each_ref().map(|side| {
            let layers = side[&request.resource].map(|document| document);
            let documents: Vec<&Document> = layers.documents().copied().collect();
            let mut own = request.clone();
            own.hidden.boundary = layers.boundary.is_some();
            decide_layers(&layers, &own, &evaluate::Options::for_documents(&documents)).decision
        });
        after == Decision::Allowed && is_denied(before)
    });
    requests
}

fn is_denied(decision: Decision) -> bool {
    matches!(decision, Decision::ImplicitlyDenied | Decision::ExplicitlyDenied)
}

/// Returns a question: about a request that the change allows, if there is one, or about any.
fn wanted(world: &World, random: &mut Random) -> Wants {
    let allowed: Vec<&Request> = world.gained.iter().flatten().collect();
    match allowed.is_empty() || random.chance(4) {
        true if random.chance(16) => Wants::default(),
        true => question(random),
        false => {
            let Request { action, resource, .. } = (*random.pick(&allowed)).clone();
            Wants { actions: vec![action], resources: vec![resource], ..Wants::default() }
        }
    }
}

fn asked<'p>(changed: Changed<'p>, wants: &Wants) -> Gains<'p> {
    gains(changed, wants, &[WhoKind::User, WhoKind::Role], &Options::default()).unwrap()
}

/// Compares an answer with the model: every gain is confirmed by it, and no gain of the model is missing.
fn agrees(world: &World, gains: &Gains<'_>, wants: &Wants, about: &str) -> (usize, usize, usize) {
    let mut seen = 0;
    for (place, member) in world.after.members.iter().enumerate() {
        let find = |list: &[ChangeEntry<'_>]| list.iter().position(|entry| entry.who == member.arn);
        let (gained, open) = (find(&gains.entries), find(&gains.open));
        if let Some(entry) = gained.map(|place| &gains.entries[place]) {
            let CanVerdict::Can(witness) = &entry.part.answer.verdict else { panic!("{about}: {entry:?}") };
            let request = witness.request();
            if world.after.has(&request.resource) {
                let (before, after) = world.decisions(place, request);
                assert!(
                    is_denied(before) && after == Decision::Allowed,
                    "{about} {request:?} {before:?} {after:?}"
                );
            }
        }
        for request in &world.gained[place] {
            if wants.actions.is_empty() || is_wanted(request, wants) {
                seen += 1;
                assert!(gained.or(open).is_some(), "{about}: {} gains {request:?}", member.arn);
            }
        }
    }
    (gains.entries.len(), gains.principals - gains.entries.len() - gains.open.len(), seen)
}

/// Returns the two sides of a change that is applied to the snapshot without what is hidden, if it can be.
fn applied(world: &World, hidden: &[Hidden]) -> Option<[PreparedSnapshot; 2]> {
    let before = snapshot(world.before.files(hidden));
    let after = before.snapshot().changed(std::slice::from_ref(&world.change)).ok()?;
    Some([before, PreparedSnapshot::new(after)])
}

fn worlds(salt: u64) -> impl Iterator<Item = (u64, World, Random)> {
    let few = if std::env::var("IAMSAT_ORGANIZATIONS").is_ok() { usize::MAX } else { 6 };
    organizations().take(few).map(move |(seed, organization)| {
        let world = World::random(&organization, &mut Random::new(seed, salt));
        (seed, world, Random::new(seed, salt + 1))
    })
}

#[test]
fn a_change_gives_what_the_referee_says_that_it_gives() {
    let mut counts = [0; 3];
    for (seed, world, mut random) in worlds(0xc4a) {
        let [before, after] =
            applied(&world, &[]).unwrap_or_else(|| panic!("{seed} {}", world.change.in_words()));
        let changed = Changed { before: &before, after: &after, is_same_world: true };
        let wants = wanted(&world, &mut random);
        let about = format!("{seed} {} {wants:?}", world.change.in_words());
        let found = agrees(&world, &asked(changed, &wants), &wants, &about);
        counts = [counts[0] + found.0, counts[1] + found.1, counts[2] + found.2];
        let back = world.reversed();
        let wants = wanted(&back, &mut random);
        agrees(&back, &asked(changed.reversed(), &wants), &wants, &format!("{about} reversed {wants:?}"));
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

#[test]
fn a_change_is_what_is_between_two_snapshots() {
    let (mut gained, mut same) = (0, 0);
    for (seed, world, mut random) in worlds(0x2b0) {
        let (before, after) = (snapshot(world.before.files(&[])), snapshot(world.after.files(&[])));
        let wants = match wanted(&world, &mut random) {
            wants if wants.actions.is_empty() => question(&mut random),
            wants => wants,
        };
        let about = format!("{seed} {} {wants:?}", world.change.in_words());
        let apart = asked(Changed { before: &before, after: &after, is_same_world: false }, &wants);
        gained += agrees(&world, &apart, &wants, &about).0;
        // What is proved between two snapshots is proved of the change too.
        let [old, new] = applied(&world, &[]).unwrap();
        let applied = asked(Changed { before: &old, after: &new, is_same_world: true }, &wants);
        let who = |list: &[ChangeEntry<'_>]| -> BTreeSet<String> {
            list.iter().map(|entry| entry.who.clone()).collect()
        };
        let (open, entries) = (who(&apart.open), who(&applied.entries));
        assert!(who(&apart.entries).is_subset(&entries), "{about}");
        assert!(entries.iter().all(|own| open.contains(own) || who(&apart.entries).contains(own)), "{about}");
        same += usize::from(apart.is_complete());
    }
    assert!(gained > 0 && same > 0, "{gained} {same}");
}

#[test]
fn filling_a_gap_keeps_what_is_proved_of_a_change() {
    let mut counts = [0; 3];
    for (seed, world, mut random) in worlds(0x91f) {
        let hidden: Vec<Hidden> = Hidden::ALL.into_iter().filter(|_| random.chance(3)).collect();
        let Some([before, after]) = applied(&world, &hidden) else { continue };
        let [old, new] = applied(&world, &[]).unwrap();
        let wants = wanted(&world, &mut random);
        let about = format!("{seed} {hidden:?} {} {wants:?}", world.change.in_words());
        let part = asked(Changed { before: &before, after: &after, is_same_world: true }, &wants);
        let whole = asked(Changed { before: &old, after: &new, is_same_world: true }, &wants);
        agrees(&world, &part, &wants, &about);
        for arn in after.snapshot().principals.keys() {
            let verdict = |gains: &Gains<'_>| {
                let is_in = |list: &[ChangeEntry<'_>]| list.iter().any(|entry| entry.who == **arn);
                if is_in(&gains.entries) {
                    1
                } else if is_in(&gains.open) {
                    2
                } else {
                    0
                }
            };
            counts[verdict(&part)] += 1;
            if verdict(&part) != 2 {
                assert_eq!(verdict(&part), verdict(&whole), "{about} {arn}");
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

/// Returns the snapshot of an account with one role and one bucket, below an organizational unit.
fn small() -> Snapshot {
    let file = |path: &str, text: &str| File { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let scps = r#"{"Policies": [{"Id": "p-FullAWSAccess", "Type": "SERVICE_CONTROL_POLICY"}]}"#;
    let mut files = vec![
        file(
            "gaad.json",
            r#"{"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
            "Arn": "arn:aws:iam::111122223333:role/app", "AttachedManagedPolicies": [], "Tags": [], "RolePolicyList": [
                {"PolicyName": "own", "PolicyDocument": {"Statement": {"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}}],
            "AssumeRolePolicyDocument": {"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
                "Principal": {"Service": "ec2.amazonaws.com"}}}}]}"#,
        ),
        file(
            "resources.json",
            r#"[{"Resource": "arn:aws:s3:::b", "Account": "111122223333", "Policy": null, "ObjectOwnership": "BucketOwnerEnforced"}]"#,
        ),
        file(
            "accounts/999988887777/gaad.json",
            r#"{"UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [], "Policies": []}"#,
        ),
        file(
            "describe-organization.json",
            r#"{"Organization": {"Id": "o-a", "MasterAccountId": "999988887777", "FeatureSet": "ALL"}}"#,
        ),
        file(
            "list-roots.json",
            r#"{"Roots": [{"Id": "r-a", "PolicyTypes": [{"Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED"}]}]}"#,
        ),
        file(
            "list-organizational-units-for-parent/r-a.json",
            r#"{"OrganizationalUnits": [{"Id": "ou-a-x"}, {"Id": "ou-a-y"}]}"#,
        ),
        file("list-accounts-for-parent/r-a.json", r#"{"Accounts": [{"Id": "999988887777"}]}"#),
        file("list-accounts-for-parent/ou-a-x.json", r#"{"Accounts": [{"Id": "111122223333"}]}"#),
        file("list-accounts-for-parent/ou-a-y.json", r#"{"Accounts": []}"#),
        file("list-organizational-units-for-parent/ou-a-x.json", r#"{"OrganizationalUnits": []}"#),
        file("list-organizational-units-for-parent/ou-a-y.json", r#"{"OrganizationalUnits": []}"#),
        file(
            "describe-policy/p-no.json",
            r#"{"Policy": {"PolicySummary": {"Id": "p-no", "Type": "SERVICE_CONTROL_POLICY"},
            "Content": "{\"Statement\": {\"Effect\": \"Deny\", \"Action\": \"ec2:RunInstances\", \"Resource\": \"*\"}}"}}"#,
        ),
    ];
    for node in ["r-a", "ou-a-x", "111122223333"] {
        files.push(file(&format!("list-policies-for-target/{node}.SCP.json"), scps));
    }
    let with = scps.replace("[{", r#"[{"Id": "p-no", "Type": "SERVICE_CONTROL_POLICY"}, {"#);
    files.push(file("list-policies-for-target/ou-a-y.SCP.json", &with));
    snapshot(files).snapshot().clone()
}

/// Returns the names of those who gain after a change, and of those of whom it is not known.
fn named(changes: &[Change], actions: &[&str]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let before = small();
    let after = PreparedSnapshot::new(before.changed(changes).unwrap_or_else(|error| panic!("{error:?}")));
    let before = PreparedSnapshot::new(before);
    let changed = Changed { before: &before, after: &after, is_same_world: true };
    // What a move alters, policies of other accounts that nobody collected may test.
    let own = if actions.is_empty() { "*" } else { "arn:aws:ec2:eu-west-1:111122223333:instance/*" };
    let wants = Wants {
        actions: actions.iter().map(|own| (*own).to_owned()).collect(),
        resources: vec![own.to_owned()],
        ..Wants::default()
    };
    let all = gains(changed, &wants, &WhoKind::ALL, &Options::default()).unwrap();
    let lost = gains(changed.reversed(), &wants, &WhoKind::ALL, &Options::default()).unwrap();
    let names = |list: &[ChangeEntry<'_>]| list.iter().map(|entry| entry.who.clone()).collect::<Vec<_>>();
    assert!(lost.is_complete(), "{:?}", lost.gaps());
    (names(&all.entries), names(&all.open), names(&lost.entries))
}

#[test]
fn everybody_who_gains_or_loses_is_named() {
    let app = "arn:aws:iam::111122223333:role/app".to_owned();
    let root = "arn:aws:iam::111122223333:root".to_owned();
    let mv = |to: &str| Change::Move { account: "111122223333".into(), parent: to.into() };
    let none: Vec<String> = Vec::new();
    // Below the other unit, ec2:RunInstances is denied, for the root user too.
    assert_eq!(
        named(&[mv("ou-a-y")], &["ec2:*"]),
        (none.clone(), none.clone(), vec![app.clone(), root.clone()])
    );
    assert_eq!(named(&[mv("r-a")], &["ec2:*"]), (none.clone(), none.clone(), none.clone()));
    let open = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#;
    let replace =
        |what: &str, text: &str| Change::Replace { what: what.into(), document: document("new", text) };
    let (gains, open_list, _) = named(&[replace("arn:aws:s3:::b", open)], &[]);
    assert!(open_list.is_empty(), "{open_list:?}");
    assert!(
        gains.contains(&"anyone".to_owned()) && gains.contains(&"any other account".to_owned()),
        "{gains:?}"
    );
    assert!(gains.contains(&app) && !gains.contains(&root), "{gains:?}");
    let narrow = r#"{"Statement": {"Effect": "Allow", "Action": "ec2:Describe*", "Resource": "*"}}"#;
    assert_eq!(named(&[replace("role/app:own", narrow)], &[]), (none.clone(), none, vec![app]));
}

#[test]
fn a_change_that_cannot_be_applied_is_refused() {
    let before = small();
    let policy =
        || document("new", r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}"#);
    let detach = |policy: &str, target: &str| Change::Detach { policy: policy.into(), target: target.into() };
    let attach = |policy: &str, document, target: &str| Change::Attach {
        policy: policy.into(),
        document,
        target: target.into(),
    };
    let replace = |what: &str| Change::Replace { what: what.into(), document: policy() };
    let remove = |what: &str| Change::Remove { what: what.into() };
    let mv = |account: &str, to: &str| Change::Move { account: account.into(), parent: to.into() };
    for (changes, says) in [
        (vec![detach("p-no", "ou-a-x")], "does not say that p-no is attached to ou-a-x"),
        (vec![detach("p-gone", "ou-a-y")], "does not hold p-gone"),
        (vec![detach("p-no", "ou-a-z")], "has no root, organizational unit or account `ou-a-z`"),
        (vec![detach("p-FullAWSAccess", "ou-a-x")], "without an SCP"),
        (vec![attach("p-no", None, "ou-a-y")], "already"),
        (vec![attach("p-no", Some(policy()), "ou-a-x")], "`--replace`"),
        (vec![attach("p-new", None, "ou-a-x")], "does not hold p-new"),
        (vec![attach("p-no", None, "ou-a-x"), detach("p-no", "ou-a-x")], "two changes are about"),
        (vec![mv("111122223333", "ou-a-x")], "no effect"),
        (vec![mv("111122223333", "999988887777")], "is an account"),
        (vec![mv("444455556666", "ou-a-x")], "does not say where"),
        (vec![replace("arn:aws:s3:::b")], "does not fit"),
        (vec![replace("arn:aws:s3:::c")], "does not hold `arn:aws:s3:::c`"),
        (vec![replace("role/none:trust")], "does not hold"),
        (vec![remove("arn:aws:s3:::b")], "no effect"),
        (vec![remove("role/app:trust")], "always has a trust policy"),
        (vec![remove("role/app:boundary")], "no boundary"),
        (vec![remove("role/app:none")], "no inline policy `none`"),
    ] {
        let error = before.changed(&changes).map(|_| ()).unwrap_err();
        assert!(error.message.contains(says), "{}: {}", changes[0].in_words(), error.message);
    }
}

#[test]
fn what_was_not_collected_may_be_altered_by_a_change() {
    let policy = |action: &str| {
        document(
            "new",
            &format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}"#),
        )
    };
    let names = |without: &str, change: Change| {
        let file = |path: &str, text: &str| File { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
        let users = r#"{"Arn": "arn:aws:iam::111122223333:user/ana", "GroupList": ["g"], "AttachedManagedPolicies": [], "Tags": []}"#;
        let groups = r#""GroupDetailList": [{"Arn": "arn:aws:iam::111122223333:group/g", "GroupName": "g", "GroupPolicyList": [], "AttachedManagedPolicies": []}],"#;
        let groups = if without == "groups" { "" } else { groups };
        let gaad = format!(
            r#"{{"UserDetailList": [{users}], {groups} "RoleDetailList": [], "Policies": [{{"Arn": "arn:aws:iam::111122223333:policy/p",
                "PolicyVersionList": [{{"IsDefaultVersion": true, "VersionId": "v1", "Document": {{"Statement": {{"Effect": "Allow", "Action": "ec2:*", "Resource": "*"}}}}}}]}}]}}"#
        );
        let mut snapshot = snapshot(vec![file("gaad.json", &gaad)]).snapshot().clone();
        snapshot.without_organization().unwrap();
        let after = match snapshot.changed(&[change]) {
            Ok(after) => PreparedSnapshot::new(after),
            Err(error) => return Err(error.message),
        };
        let before = PreparedSnapshot::new(snapshot);
        let changed = Changed { before: &before, after: &after, is_same_world: true };
        let found = gains(changed, &Wants::default(), &[WhoKind::User], &Options::default()).unwrap();
        Ok((found.entries.len(), found.open.len()))
    };
    let replace = |what: &str, action: &str| Change::Replace { what: what.into(), document: policy(action) };
    let managed = "arn:aws:iam::111122223333:policy/p";
    // The policy is attached to nobody, unless the group, which was not collected, has it.
    assert!(names("", replace(managed, "s3:*")).unwrap_err().contains("attached to nothing"));
    assert_eq!(names("groups", replace(managed, "s3:*")), Ok((0, 1)));
    assert_eq!(names("", replace("user/ana:own", "s3:*")), Ok((1, 0)));
}

#[test]
fn a_role_that_is_removed_can_be_created_again() {
    let own = document(
        "new",
        r#"{"Statement": {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::111122223333:role/app"}}"#,
    );
    let before = small();
    let with = before
        .changed(&[Change::Attach { policy: "p-no".into(), document: None, target: "ou-a-x".into() }])
        .unwrap();
    let after = PreparedSnapshot::new(with.changed(&[Change::Remove { what: "role/app".into() }]).unwrap());
    let with = PreparedSnapshot::new(with);
    let changed = Changed { before: &with, after: &after, is_same_world: true };
    let all = |changed| {
        gains(changed, &Wants::default(), &[WhoKind::Role, WhoKind::Root], &Options::default()).unwrap()
    };
    // Nobody gains anything, and the role loses what it had.
    assert!(all(changed).is_complete() && all(changed).entries.is_empty());
    let lost = all(changed.reversed());
    assert_eq!(
        lost.entries.iter().map(|entry| entry.who.as_str()).collect::<Vec<_>>(),
        ["arn:aws:iam::111122223333:role/app"]
    );
    // Another principal that may now create it gains that.
    let other = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/app"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#;
    let changes = [
        Change::Replace { what: "role/app:own".into(), document: own },
        Change::Replace { what: "arn:aws:s3:::b".into(), document: document("new", other) },
    ];
    let after = PreparedSnapshot::new(before.changed(&changes).unwrap());
    let before = PreparedSnapshot::new(before);
    let changed = Changed { before: &before, after: &after, is_same_world: true };
    assert_eq!(all(changed).entries.len(), 1);
}

#[test]
fn a_move_changes_the_place_that_policies_test() {
    let own = r#"{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"ForAnyValue:StringLike": {"aws:ResourceOrgPaths": "o-a/r-a/ou-a-y/*"}}}}"#;
    let with = Change::Replace { what: "role/app:own".into(), document: document("new", own) };
    let before = small().changed(&[with]).unwrap();
    let change = Change::Move { account: "111122223333".into(), parent: "ou-a-y".into() };
    let after = PreparedSnapshot::new(before.changed(&[change]).unwrap());
    let before = PreparedSnapshot::new(before);
    let changed = Changed { before: &before, after: &after, is_same_world: true };
    let found = gains(changed, &Wants::default(), &[WhoKind::Role], &Options::default()).unwrap();
    // The resources of the account are below the other unit then, and the role may use them.
    assert!(!found.is_complete() || !found.entries.is_empty());
}

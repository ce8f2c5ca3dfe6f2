//! Runs the programs of `examples/`: each ends in an error if an answer is not the one that it is about.

#[path = "../../examples/batch.rs"]
mod batch;
#[path = "../../examples/certify.rs"]
mod certify;
#[path = "../../examples/check.rs"]
mod check;
#[path = "../../examples/find.rs"]
mod find;

#[test]
fn every_example_runs() {
    let examples = [
        ("batch", batch::main()),
        ("certify", certify::main()),
        ("check", check::main()),
        ("find", find::main()),
    ];
    for (name, result) in examples {
        assert!(result.is_ok(), "{name}: {result:?}");
    }
    let directory = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = std::fs::read_dir(directory).unwrap().map(|file| file.unwrap().path());
    assert_eq!(files.filter(|file| file.extension().is_some_and(|end| end == "rs")).count(), 4);
}

/// Returns what a command wrote without the members that it adds to each answer.
fn without_frame(written: &[u8]) -> serde_json::Value {
    let mut written: serde_json::Value = serde_json::from_slice(written).unwrap();
    for added in ["issues", "version"] {
        assert!(written.as_object_mut().unwrap().shift_remove(added).is_some(), "{added}");
    }
    written
}

#[test]
fn an_answer_is_serialized_as_the_command_writes_it() {
    use iamsat::report::{AwsCheck, Judgement};
    use iamsat::{Options, Source, no_new_access, parse};
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let names = ["examples/baseline.json", "examples/proposed.json"];
    let [old, new] = names.map(|name| {
        let text = std::fs::read_to_string(root.join(name)).unwrap();
        parse(&Source::new(name, text), &Default::default()).unwrap()
    });
    let options = Options::default();
    let answer = no_new_access(&new, &old, &options);
    let judgement = Judgement::new(AwsCheck::NoNewAccess, &new, Some(&old), &answer, &options);
    let command = std::process::Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .current_dir(root)
        .args(["check-no-new-access", "--format", "json", "--existing", names[0], "--new", names[1]])
        .output()
        .unwrap();
    assert_eq!(serde_json::to_value(&judgement).unwrap(), without_frame(&command.stdout));
}

#[test]
fn findings_from_outside_are_serialized_as_the_command_writes_them() {
    use iamsat::check::Zone;
    use iamsat::report::External;
    use iamsat::{Options, ResourceType, Source, external_access, parse};
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let argument = "examples/standards/policies/shared-bucket.json";
    let text = std::fs::read_to_string(root.join(argument)).unwrap();
    let policy = parse(&Source::new(argument, text), &Default::default()).unwrap();
    let zone = Zone::new(&["111122223333"], &[] as &[&str]).unwrap();
    let (options, resource_type) = (Options::default(), ResourceType::from_name("AWS::S3::Bucket").unwrap());
    let access = &external_access(&policy, resource_type, &zone, &options);
    let external =
        External { policy: &policy, argument, resource_type, zone: &zone, access, options: &options };
    let command = std::process::Command::new(env!("CARGO_BIN_EXE_iamsat"))
        .current_dir(root)
        .args(["find-external-access", "--format", "json", "--policy", argument])
        .args(["--resource-type", "AWS::S3::Bucket", "--zone-of-trust", "111122223333"])
        .output()
        .unwrap();
    assert!(!access.findings.is_empty());
    assert_eq!(serde_json::to_value(&external).unwrap(), without_frame(&command.stdout));
}

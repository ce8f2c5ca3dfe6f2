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

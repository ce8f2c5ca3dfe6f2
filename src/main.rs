//! The `iamsat` command.

fn main() {}

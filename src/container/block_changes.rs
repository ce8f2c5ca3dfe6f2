//! Settings that block public access and that a change takes away.

use super::entry::{AccessBlock, Container};
use std::collections::BTreeSet;

/// The settings, in the order of [`AccessBlock::flags`].
const SETTINGS: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// Settings that blocked public access to a bucket, and that a change switches off or may switch off.
#[derive(Clone, Debug)]
pub struct BlockChange<'c> {
    /// The settings as they were.
    pub block: &'c AccessBlock,
    /// Those that are on no more.
    pub settings: Vec<&'static str>,
}

/// The settings that a plan takes away from buckets that stay.
pub fn planned_block_changes(plan: &Container) -> Vec<BlockChange<'_>> {
    let before = Side { blocks: &plan.earlier_access_blocks, buckets: &plan.earlier_buckets };
    changes(&before, &Side::of(plan))
}

/// The settings that one of two files has and the other has not, of buckets that both have.
///
/// ```
/// use iamsat::container::{Container, Contents, Options, changed_blocks, open};
/// use iamsat::span::Source;
/// let read = |block: &str| -> Container {
///     let text = format!(
///         "Resources:\n  B:\n    Type: AWS::S3::Bucket\n    Properties:\n      PublicAccessBlockConfiguration: {block}\n"
///     );
///     match open(&Source::new("t.yaml", text), &Options::default()) {
///         Ok(Contents::Container(container)) => *container,
///         other => panic!("{other:?}"),
///     }
/// };
/// let (old, new) = (read("{BlockPublicPolicy: true}"), read("{BlockPublicPolicy: false}"));
/// assert_eq!(changed_blocks(&old, &new)[0].settings, ["BlockPublicPolicy"]);
/// assert!(changed_blocks(&new, &old).is_empty());
/// ```
pub fn changed_blocks<'c>(old: &'c Container, new: &'c Container) -> Vec<BlockChange<'c>> {
    changes(&Side::of(old), &Side::of(new))
}

/// The settings and buckets at one time.
struct Side<'c> {
    blocks: &'c [AccessBlock],
    buckets: &'c BTreeSet<String>,
}

impl<'c> Side<'c> {
    fn of(container: &'c Container) -> Side<'c> {
        Side { blocks: &container.access_blocks, buckets: &container.buckets }
    }

    /// True if the settings are those of a bucket that is here.
    fn has_bucket(&self, block: &AccessBlock) -> bool {
        let names = [&block.bucket, &block.bucket_address];
        names.into_iter().flatten().any(|name| self.buckets.contains(name))
    }
}

fn changes<'c>(before: &Side<'c>, after: &Side<'c>) -> Vec<BlockChange<'c>> {
    let change = |block: &'c AccessBlock| {
        // A bucket that goes away takes its policy and its objects with it.
        if before.has_bucket(block) && !after.has_bucket(block) {
            return None;
        }
        let same = after.blocks.iter().filter(|other| is_of_same(block, other));
        let flags = same.map(|other| other.flags).next_back();
        let is_off = |place: usize, was: Option<bool>| match (
            was,
            flags.and_then(|flags| flags.get(place).copied()),
        ) {
            (Some(false), _) | (_, Some(Some(true))) => false,
            // The same text of two templates has the same value.
            (None, Some(None)) => false,
            (Some(true) | None, _) => true,
        };
        let places = block.flags.iter().enumerate().zip(SETTINGS);
        let settings: Vec<&str> =
            places.filter(|((place, was), _)| is_off(*place, **was)).map(|(_, name)| name).collect();
        (!settings.is_empty()).then_some(BlockChange { block, settings })
    };
    before.blocks.iter().filter_map(change).collect()
}

/// True if both are for the account, or for one bucket.
fn is_of_same(one: &AccessBlock, other: &AccessBlock) -> bool {
    let is_known = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    let is_one_bucket = is_known(&one.bucket, &other.bucket)
        || is_known(&one.bucket_address, &other.bucket_address)
        || one.address == other.address && (one.bucket.is_none() || other.bucket.is_none());
    one.is_account == other.is_account && (one.is_account || is_one_bucket)
}

//! Values that a file leaves open, and the policies that it may contain because of them.

use super::shape::Shape;
use crate::code::Code;
use crate::span::Span;

/// A value that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hole {
    /// Its name in the file: `aws_s3_bucket.logs.arn`, `BucketName`, `AWS::AccountId`.
    pub name: String,
    /// The JSON pointer within the policy.
    pub pointer: String,
    /// The place in the file.
    pub span: Span,
    /// Who decides the value.
    pub class: HoleClass,
    /// The text that it may be; `None` if it may be another part of a policy than a text.
    pub text: Option<UnknownText>,
}

/// An unknown text: the same one wherever its sign stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownText {
    /// The character that stands for the text in [`World::policy`].
    pub sign: char,
    /// Where the text comes from.
    pub origin: HoleOrigin,
    /// The texts that it may be.
    pub shape: Shape,
    /// True if it may be a list of such texts.
    pub is_list: bool,
    /// The value of a parameter that is not given.
    pub default: Option<String>,
}

impl UnknownText {
    /// True if a value can be given by the name of the hole.
    pub fn is_settable(&self) -> bool {
        self.origin != HoleOrigin::Function
    }

    /// True if two files with the same definition mean the same value.
    pub fn is_shared(&self) -> bool {
        match self.origin {
            HoleOrigin::Parameter
            | HoleOrigin::StoredParameter
            | HoleOrigin::PseudoParameter
            | HoleOrigin::Resource => true,
            HoleOrigin::AfterApply | HoleOrigin::Elsewhere | HoleOrigin::Function => false,
        }
    }
}

/// The origin of an unknown text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoleOrigin {
    /// A parameter of the template.
    Parameter,
    /// A parameter of the template whose value is in the parameter store: what the template demands is about the name there.
    StoredParameter,
    /// A value that CloudFormation has for every stack: `AWS::AccountId`.
    PseudoParameter,
    /// A name or id that AWS gives a resource of the file.
    Resource,
    /// A value of a plan that is known after apply.
    AfterApply,
    /// A value that another stack or a store holds.
    Elsewhere,
    /// The result of a function of an unknown value.
    Function,
}

impl HoleOrigin {
    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            HoleOrigin::Parameter | HoleOrigin::StoredParameter => "parameter",
            HoleOrigin::PseudoParameter => "pseudo-parameter",
            HoleOrigin::Resource => "resource",
            HoleOrigin::AfterApply => "after-apply",
            HoleOrigin::Elsewhere => "elsewhere",
            HoleOrigin::Function => "function",
        }
    }
}

/// Who decides a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoleClass {
    /// A person who deploys: a parameter, a condition.
    Chosen,
    /// AWS or another deployment: an id, an account, an exported value.
    Given,
}

impl HoleClass {
    /// Returns the name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            HoleClass::Chosen => "chosen",
            HoleClass::Given => "given",
        }
    }
}

/// One of the policies that a file may contain: parameters with few values and conditions are decided, and other unknown texts
/// are signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World {
    /// The parameters and conditions that are decided, by name.
    pub choices: Vec<(String, Choice)>,
    /// The policy as JSON, with a sign for each unknown text; `None` if there is no policy in this world.
    pub policy: Option<String>,
    /// The named assumptions on which the text depends.
    pub assumptions: Vec<Code>,
}

impl World {
    /// Returns the texts that are decided, by name.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.choices.iter().filter_map(|(name, choice)| match choice {
            Choice::Text(text) => Some((name.as_str(), text.as_str())),
            Choice::Truth(_) | Choice::Differs(_) => None,
        })
    }
}

/// A decision on which the text of a policy depends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Choice {
    /// The value of a parameter.
    Text(String),
    /// The value is not this one.
    Differs(String),
    /// The value of a comparison that depends on other unknown values.
    Truth(bool),
}

const FIRST_SIGN: u32 = 0xF_0000;
const LAST_SIGN: u32 = 0xF_FFFD;

/// Returns the sign of a hole by its number; `None` if there are too many.
pub(super) fn sign(number: usize) -> Option<char> {
    let code = u32::try_from(number).ok().and_then(|number| FIRST_SIGN.checked_add(number))?;
    char::from_u32(code).filter(|sign| is_sign(*sign))
}

/// True if a character stands for an unknown text.
pub fn is_sign(character: char) -> bool {
    (FIRST_SIGN..=LAST_SIGN).contains(&u32::from(character))
}

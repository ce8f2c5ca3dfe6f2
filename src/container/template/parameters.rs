//! The parameters of a template: the values that each may have.
//!
//! Source: AWS CloudFormation User Guide, "Parameters" (`AllowedPattern` "must match the entire parameter value"; a default is
//! used only if a stack is made without a value).

use super::super::shape::Shape;
use crate::policy::{Json, JsonValue};

/// A parameter.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// The values, if the template lists them.
    pub(super) values: Option<Vec<String>>,
    /// The elements, if the template lists those of a list.
    elements: Option<Vec<String>>,
    pub(super) shape: Shape,
    pub(super) is_list: bool,
    pub(super) default: Option<String>,
    /// True for a parameter of the store: a stack is given its name there, and its value is any text.
    pub(super) is_stored: bool,
    /// The least and the greatest number.
    bounds: (Option<f64>, Option<f64>),
}

/// The shapes of AWS's own types that are ids.
const IDS: [(&str, &str); 8] = [
    ("AWS::EC2::AvailabilityZone::Name", "[a-z0-9-]+"),
    ("AWS::EC2::Image::Id", "ami-[0-9a-f]{8,17}"),
    ("AWS::EC2::Instance::Id", "i-[0-9a-f]{8,17}"),
    ("AWS::EC2::SecurityGroup::Id", "sg-[0-9a-f]{8,17}"),
    ("AWS::EC2::Subnet::Id", "subnet-[0-9a-f]{8,17}"),
    ("AWS::EC2::VPC::Id", "vpc-[0-9a-f]{8,17}"),
    ("AWS::EC2::Volume::Id", "vol-[0-9a-f]{8,17}"),
    ("AWS::Route53::HostedZone::Id", "[A-Z0-9]{1,32}"),
];

/// A number of a template: a sign, digits, a fraction, an exponent.
const NUMBER: &str = "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?";

impl Parameter {
    /// Reads the definition of a parameter. What it does not say, or says in an unexpected way, leaves more values.
    pub(super) fn of(json: &Json<'_>) -> Parameter {
        let text = |name: &str| json.member(name).and_then(|member| scalar(&member.value));
        let kind = text("Type").unwrap_or_else(|| "String".to_owned());
        let inner = kind.strip_prefix("List<").and_then(|rest| rest.strip_suffix('>'));
        let is_list = inner.is_some() || kind.contains("CommaDelimitedList") || kind.contains("<List<");
        let of_type = match inner.map_or(kind.as_str(), |inner| inner) {
            "Number" => Shape::pattern(NUMBER),
            kind => IDS.iter().find(|(name, _)| *name == kind).and_then(|(_, shape)| Shape::pattern(shape)),
        };
        // The texts of a parameter of the store are not those that `AllowedPattern` is about.
        let is_stored = kind.starts_with("AWS::SSM::");
        let pattern = text("AllowedPattern").filter(|_| !is_stored);
        let shape = match pattern.as_deref().map(|pattern| (pattern, Shape::pattern(pattern))) {
            Some((_, Some(shape))) => shape,
            Some((pattern, None)) => of_type.unwrap_or_else(Shape::any).with_unread(pattern),
            None => of_type.unwrap_or_else(Shape::any),
        };
        let number =
            |name: &str| text(name).filter(|_| !is_stored && !is_list).and_then(|text| text.parse().ok());
        let shape = shape.with_lengths(number("MinLength"), number("MaxLength")).resolved();
        let bound = |name: &str| text(name).filter(|_| !is_stored).and_then(|text| text.parse().ok());
        let bounds = (bound("MinValue"), bound("MaxValue"));
        let listed = match json.member("AllowedValues").map(|member| &member.value.kind) {
            Some(JsonValue::Array(list)) => list.iter().map(scalar).collect::<Option<Vec<String>>>(),
            _ => None,
        };
        let values = listed.filter(|values| !is_stored && !values.is_empty());
        let (values, elements) = if is_list { (None, values) } else { (values, None) };
        // What must not be shown is not tried either.
        let default = text("Default").filter(|_| !is_stored && text("NoEcho").as_deref() != Some("true"));
        Parameter { values, elements, shape, is_list, default, is_stored, bounds }
    }

    /// True if a stack can be made with this value.
    pub(super) fn admits(&self, value: &str) -> bool {
        match &self.values {
            Some(values) => values.iter().any(|listed| listed == value),
            None if self.is_list => value.split(',').all(|item| self.admits_element(item.trim())),
            None => self.admits_element(value),
        }
    }

    fn admits_element(&self, value: &str) -> bool {
        let is_listed = self.elements.as_ref().is_none_or(|listed| listed.iter().any(|one| one == value));
        let is_within = |(least, most): (Option<f64>, Option<f64>)| match value.parse::<f64>() {
            Ok(number) => least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most),
            Err(_) => false,
        };
        let is_bounded = self.bounds != (None, None);
        is_listed && self.shape.contains(value) && (!is_bounded || is_within(self.bounds))
    }
}

fn scalar(json: &Json<'_>) -> Option<String> {
    match &json.kind {
        JsonValue::String(text) => Some(text.to_string()),
        JsonValue::Number(text) => Some((*text).to_owned()),
        JsonValue::Bool(value) => Some(value.to_string()),
        JsonValue::Null | JsonValue::Array(_) | JsonValue::Object(_) => None,
    }
}

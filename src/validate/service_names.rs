//! Names of services as principals: `service.amazonaws.com`.

use super::place::Place;
use super::scope::Scope;
use super::syntax::Test;
use crate::code::AwsCode;
use crate::policy::OperatorFamily;

/// Where a name stands decides its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `Principal`, and keys whose values may have several labels before the suffix.
    Principal,
    /// `aws:CalledVia` and the keys like it: one label.
    OneLabel,
    /// `kms:ViaService`: a label and a Region.
    WithRegion,
}

/// Suffixes of names of services. The last ones are those of isolated and sovereign partitions, and of services inside AWS.
const SUFFIXES: [&str; 9] = [
    "amazonaws.com",
    "amazon.com",
    "amazonaws.com.cn",
    "aws.internal",
    "c2s.ic.gov",
    "sc2s.sgov.gov",
    "cloud.adc-e.uk",
    "csp.hci.ic.gov",
    "amazonaws.eu",
];

/// Suffixes that AWS's message names.
const NAMED_SUFFIXES: usize = 3;

impl Form {
    /// Returns the form of the values of a key, given in lower case, if they are names of services.
    pub(super) fn of_key(lower: &str) -> Option<Form> {
        match lower {
            "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => Some(Form::OneLabel),
            "iam:passedtoservice"
            | "iam:awsservicename"
            | "aws:principalservicename"
            | "aws:principalservicenameslist" => Some(Form::Principal),
            "kms:viaservice" => Some(Form::WithRegion),
            _ => None,
        }
    }

    fn fits(self, text: &str) -> bool {
        let suffixes = match self {
            Form::Principal => &SUFFIXES,
            Form::OneLabel | Form::WithRegion => SUFFIXES.get(..NAMED_SUFFIXES).unwrap_or_default(),
        };
        let is_label = |label: &str| {
            let is_sign = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            !label.is_empty() && label.bytes().all(is_sign)
        };
        let labels = |suffix: &&str| text.strip_suffix(*suffix)?.strip_suffix('.');
        suffixes.iter().filter_map(labels).any(|labels| {
            let count = labels.split('.').count();
            labels.split('.').all(is_label)
                && match self {
                    Form::Principal => true,
                    Form::OneLabel => count == 1,
                    Form::WithRegion => count >= 2,
                }
        })
    }

    fn described(self) -> &'static str {
        match self {
            Form::Principal | Form::OneLabel => {
                "service.amazonaws.com, or use one of the following suffixes: .amazon.com, .amazonaws.com.cn with all lowercase letters"
            }
            Form::WithRegion => "service.region.amazonaws.com",
        }
    }
}

/// Checks one name.
pub(super) fn value<'j>(scope: &mut Scope<'_, 'j>, form: Form, text: &str, place: &Place<'j>) {
    if !text.contains(['*', '?']) && !text.contains("${") && !form.fits(text) {
        let texts = [("expectedFormat", form.described())];
        scope.add(AwsCode::InvalidServicePrincipalFormat, &texts, [place.clone()]);
    }
}

/// Checks the values of a key whose values are names of services.
pub(super) fn test<'j>(scope: &mut Scope<'_, 'j>, test: &Test<'j>) {
    let is_text = test.operator.is_some_and(|operator| operator.base.family() == OperatorFamily::String);
    if let Some(form) = Form::of_key(&test.lower).filter(|_| is_text) {
        for one in &test.values {
            value(scope, form, &one.text, &one.place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn forms_of_names() {
        let cases = [
            ("ec2.amazonaws.com", [true, true, false]),
            ("delivery.logs.amazonaws.com", [true, false, true]),
            ("ec2.us-east-1.amazonaws.com", [true, false, true]),
            ("EC2.amazonaws.com", [false, false, false]),
            ("alexa-appkit.amazon.com", [true, true, false]),
            ("ec2", [false, false, false]),
            (".amazonaws.com", [false, false, false]),
            ("x.aws.internal", [true, false, false]),
            ("ec2.amazonaws.org", [false, false, false]),
        ];
        for (text, expected) in cases {
            let found = [Form::Principal, Form::OneLabel, Form::WithRegion].map(|form| form.fits(text));
            assert_eq!(found, expected, "{text}");
        }
    }
}

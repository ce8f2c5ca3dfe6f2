//! Facts that a template refers to and a client looks up: managed policies of IAM, parameters of SSM, exports of CloudFormation,
//! the owner of buckets. All come from files that were read at the start.

use super::body::Body;
use super::call::Moment;
use super::form::Fields;
use super::refusal::Refusal;
use super::reply::{Success, escaped};
use super::state::State;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

const IAM: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
const CLOUDFORMATION: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
const S3: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// The version of every managed policy.
const VERSION: &str = "v1";
/// The most parameters of one request.
const PARAMETERS: usize = 10;

/// A managed policy: its ARN in parts, and its document.
struct Managed<'s> {
    arn: String,
    path: String,
    name: String,
    document: &'s str,
}

/// Finds the managed policy that a request names.
fn managed<'s>(state: &'s State, fields: &Fields<'_>) -> Result<Managed<'s>, Refusal> {
    let Some(arn) = fields.get("PolicyArn") else {
        return Err(Refusal::bad_request("ValidationError", "PolicyArn is missing"));
    };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let found = match parts.as_slice() {
        ["arn", _, "iam", "", account, resource] => resource.strip_prefix("policy/").and_then(|path| {
            let (path, name) = path
                .rsplit_once('/')
                .map_or(("/".to_owned(), path), |(path, name)| (format!("/{path}/"), name));
            let key = if *account == "aws" { name.to_owned() } else { format!("{account}/{name}") };
            let document = state.settings.lookups.managed.get(&key)?;
            Some((path, name.to_owned(), document.as_str()))
        }),
        _ => return Err(Refusal::bad_request("ValidationError", format!("ARN {arn} is not valid."))),
    };
    match found {
        Some((path, name, document)) => Ok(Managed { arn, path, name, document }),
        None => {
            let help = "`iamsat serve --managed-policies DIR` reads it from a file";
            Err(Refusal::not_found("NoSuchEntity", format!("Policy {arn} does not exist: {help}.")))
        }
    }
}

/// Answers GetPolicy.
pub(super) fn policy(state: &State, fields: &Fields<'_>, moment: &Moment) -> Result<Success, Refusal> {
    let Managed { arn, path, name, .. } = managed(state, fields)?;
    let id: String = name.bytes().filter(u8::is_ascii_alphanumeric).map(char::from).collect();
    let (arn, path, name, date) = (escaped(&arn), escaped(&path), escaped(&name), &state.started);
    let policy = format!(
        "<Policy><PolicyName>{name}</PolicyName><PolicyId>ANPA{}</PolicyId><Arn>{arn}</Arn><Path>{path}</Path>\
         <DefaultVersionId>{VERSION}</DefaultVersionId><AttachmentCount>0</AttachmentCount>\
         <IsAttachable>true</IsAttachable><CreateDate>{date}</CreateDate><UpdateDate>{date}</UpdateDate></Policy>",
        id.to_uppercase()
    );
    Ok(result("GetPolicy", IAM, &policy, moment))
}

/// Answers GetPolicyVersion.
pub(super) fn policy_version(
    state: &State,
    fields: &Fields<'_>,
    moment: &Moment,
) -> Result<Success, Refusal> {
    let Managed { arn, document, .. } = managed(state, fields)?;
    match fields.get("VersionId") {
        Some(version) if version == VERSION => {}
        Some(version) => {
            let message = format!("Policy {arn} version {version} does not exist.");
            return Err(Refusal::not_found("NoSuchEntity", message));
        }
        None => return Err(Refusal::bad_request("ValidationError", "VersionId is missing")),
    }
    let document = utf8_percent_encode(document, NON_ALPHANUMERIC);
    let version = format!(
        "<PolicyVersion><Document>{document}</Document><VersionId>{VERSION}</VersionId>\
         <IsDefaultVersion>true</IsDefaultVersion><CreateDate>{}</CreateDate></PolicyVersion>",
        state.started
    );
    Ok(result("GetPolicyVersion", IAM, &version, moment))
}

/// Answers ListExports, in one page.
pub(super) fn exports(state: &State, moment: &Moment) -> Success {
    let settings = &state.settings;
    let stack = format!(
        "arn:{}:cloudformation:{}:{}:stack/exports/00000000-0000-4000-8000-000000000000",
        settings.partition, settings.region, settings.account
    );
    let exports: String = (settings.lookups.exports.iter())
        .map(|(name, value)| {
            let (name, value) = (escaped(name), escaped(value));
            format!(
                "<member><ExportingStackId>{stack}</ExportingStackId><Name>{name}</Name><Value>{value}</Value></member>"
            )
        })
        .collect();
    result("ListExports", CLOUDFORMATION, &format!("<Exports>{exports}</Exports>"), moment)
}

fn result(operation: &str, namespace: &str, inner: &str, moment: &Moment) -> Success {
    let id = &moment.request_id;
    Success::xml(format!(
        "<{operation}Response xmlns=\"{namespace}\"><{operation}Result>{inner}</{operation}Result>\
         <ResponseMetadata><RequestId>{id}</RequestId></ResponseMetadata></{operation}Response>\n"
    ))
}

/// Answers ListBuckets, which clients call for the owner: the account has no buckets here.
pub(super) fn buckets(state: &State) -> Success {
    let owner = escaped(&state.settings.canonical_user);
    Success::xml(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult xmlns=\"{S3}\"><Owner><ID>{owner}</ID>\
         <DisplayName>iamsat</DisplayName></Owner><Buckets></Buckets></ListAllMyBucketsResult>\n"
    ))
}

/// Answers GetParameter.
pub(super) fn parameter(state: &State, body: &Body<'_>) -> Result<Success, Refusal> {
    let name = body.text("Name")?;
    match found(state, &name) {
        Some(parameter) => Success::json(&json!({"Parameter": parameter})),
        None => {
            let help = "`iamsat serve --ssm-parameters FILE` reads it from a file";
            Err(Refusal::bad_request("ParameterNotFound", format!("Parameter {name} not found: {help}.")))
        }
    }
}

/// Answers GetParameters.
pub(super) fn parameters(state: &State, body: &Body<'_>) -> Result<Success, Refusal> {
    let names: Vec<String> = body.optional("Names", "a list of strings")?.unwrap_or_default();
    if names.is_empty() || names.len() > PARAMETERS {
        return Err(Refusal::invalid("Names", format!("`Names` has 1 to {PARAMETERS} names")));
    }
    let (mut parameters, mut invalid) = (Vec::new(), Vec::new());
    for name in names {
        match found(state, &name) {
            Some(parameter) => parameters.push(parameter),
            None => invalid.push(name),
        }
    }
    Success::json(&json!({"Parameters": parameters, "InvalidParameters": invalid}))
}

/// Returns a parameter. A name with a version is another one than the name alone, because values differ by version.
fn found(state: &State, name: &str) -> Option<Value> {
    let settings = &state.settings;
    let value = settings.lookups.parameters.get(name)?;
    let (bare, version) = match name.rsplit_once(':') {
        Some((bare, version)) => (bare, version.parse::<u64>().ok()),
        None => (name, None),
    };
    let (bare, selector) = match version {
        Some(version) => (bare, Some(format!(":{version}"))),
        None => (name, None),
    };
    let arn = format!(
        "arn:{}:ssm:{}:{}:parameter/{}",
        settings.partition,
        settings.region,
        settings.account,
        bare.trim_start_matches('/')
    );
    let mut parameter = json!({
        "Name": bare,
        "Type": "String",
        "Value": value,
        // A name without a version stands for the latest, whose number the file does not have.
        "Version": version.unwrap_or(1),
        "LastModifiedDate": 0,
        "ARN": arn,
        "DataType": "text",
    });
    if let (Some(selector), Some(members)) = (selector, parameter.as_object_mut()) {
        members.insert("Selector".to_owned(), selector.into());
    }
    Some(parameter)
}

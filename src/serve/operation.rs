//! The operations, and how a request names one: by credential scope, `Action`, `X-Amz-Target`, or path.

use super::call::Call;
use super::form::Fields;
use super::protocol::Protocol;
use percent_encoding::percent_decode_str;

/// An operation, or the reason why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Operation {
    /// The check against an existing policy.
    CheckNoNewAccess,
    /// The check against listed access.
    CheckAccessNotGranted,
    /// The check for public access.
    CheckNoPublicAccess,
    /// The validation of a policy.
    ValidatePolicy,
    /// The list of analyzers.
    ListAnalyzers,
    /// The making of an analyzer.
    CreateAnalyzer,
    /// One analyzer.
    GetAnalyzer,
    /// The making of an access preview.
    CreateAccessPreview,
    /// One access preview.
    GetAccessPreview,
    /// The findings of an access preview.
    ListAccessPreviewFindings,
    /// The caller, of STS.
    GetCallerIdentity,
    /// A managed policy, of IAM.
    GetPolicy,
    /// The document of a managed policy, of IAM.
    GetPolicyVersion,
    /// The owner of buckets, of S3.
    ListBuckets,
    /// A parameter, of SSM.
    GetParameter,
    /// Several parameters, of SSM.
    GetParameters,
    /// The exports of stacks, of CloudFormation.
    ListExports,
    /// The state of this server.
    Health,
    /// The counters of this server.
    Metrics,
    /// A request that names no operation.
    Unknown,
}

impl Operation {
    /// All operations.
    pub const ALL: [Operation; 20] = [
        Operation::CheckNoNewAccess,
        Operation::CheckAccessNotGranted,
        Operation::CheckNoPublicAccess,
        Operation::ValidatePolicy,
        Operation::ListAnalyzers,
        Operation::CreateAnalyzer,
        Operation::GetAnalyzer,
        Operation::CreateAccessPreview,
        Operation::GetAccessPreview,
        Operation::ListAccessPreviewFindings,
        Operation::GetCallerIdentity,
        Operation::GetPolicy,
        Operation::GetPolicyVersion,
        Operation::ListBuckets,
        Operation::GetParameter,
        Operation::GetParameters,
        Operation::ListExports,
        Operation::Health,
        Operation::Metrics,
        Operation::Unknown,
    ];

    /// AWS's name, or ours.
    pub fn name(self) -> &'static str {
        match self {
            Operation::CheckNoNewAccess => "CheckNoNewAccess",
            Operation::CheckAccessNotGranted => "CheckAccessNotGranted",
            Operation::CheckNoPublicAccess => "CheckNoPublicAccess",
            Operation::ValidatePolicy => "ValidatePolicy",
            Operation::ListAnalyzers => "ListAnalyzers",
            Operation::CreateAnalyzer => "CreateAnalyzer",
            Operation::GetAnalyzer => "GetAnalyzer",
            Operation::CreateAccessPreview => "CreateAccessPreview",
            Operation::GetAccessPreview => "GetAccessPreview",
            Operation::ListAccessPreviewFindings => "ListAccessPreviewFindings",
            Operation::GetCallerIdentity => "GetCallerIdentity",
            Operation::GetPolicy => "GetPolicy",
            Operation::GetPolicyVersion => "GetPolicyVersion",
            Operation::ListBuckets => "ListBuckets",
            Operation::GetParameter => "GetParameter",
            Operation::GetParameters => "GetParameters",
            Operation::ListExports => "ListExports",
            Operation::Health => "Health",
            Operation::Metrics => "Metrics",
            Operation::Unknown => "Unknown",
        }
    }
}

/// An operation with the parts of the request that its path, query or form holds.
pub(super) struct Route<'c> {
    pub(super) operation: Operation,
    pub(super) protocol: Protocol,
    /// The last part of a path that ends in a name.
    pub(super) name: String,
    /// The fields of the query of the path, and those of a body in the query protocol.
    pub(super) fields: Fields<'c>,
}

/// The path that a request is for, with everything before the last slash of a known path ignored.
struct Path(Vec<String>);

impl Path {
    fn read(path: &str) -> Path {
        let part = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        Path(path.split('/').filter(|part| !part.is_empty()).map(part).collect())
    }

    /// Returns the last parts, if the path has as many.
    fn last<const N: usize>(&self) -> Option<[&str; N]> {
        let parts = self.0.last_chunk::<N>()?;
        Some(parts.each_ref().map(String::as_str))
    }
}

impl<'c> Route<'c> {
    /// Finds the operation of a request.
    pub(super) fn find(call: &Call<'c>) -> Route<'c> {
        let (path, query) = match call.target.split_once('?') {
            Some((path, query)) => (path, query),
            None => (call.target, ""),
        };
        let path = Path::read(path);
        let service = call.authorization.and_then(scope);
        let route = |operation, protocol, name: &str| Route {
            operation,
            protocol,
            name: name.to_owned(),
            fields: Fields::read(query.as_bytes()),
        };
        match service {
            None | Some("access-analyzer") => {
                if let Some((operation, name)) = analyzer(call.method, &path) {
                    return route(operation, Protocol::Json, name);
                }
            }
            Some("ssm" | "s3" | "sts" | "iam" | "cloudformation") => {}
            Some(_) => return route(Operation::Unknown, Protocol::Json, ""),
        }
        if matches!(call.method, "GET" | "HEAD") && service.is_none() {
            match path.last::<1>() {
                Some(["health"]) => return route(Operation::Health, Protocol::Json, ""),
                Some(["metrics"]) => return route(Operation::Metrics, Protocol::Json, ""),
                None if call.method == "HEAD" => return route(Operation::Health, Protocol::Json, ""),
                _ => {}
            }
        }
        if let Some(target) = call.amz_target {
            let operation = match target {
                "AmazonSSM.GetParameter" => Operation::GetParameter,
                "AmazonSSM.GetParameters" => Operation::GetParameters,
                _ => Operation::Unknown,
            };
            return route(operation, Protocol::Json, "");
        }
        let fields = Fields::read(query.as_bytes()).and(Fields::read(call.body));
        if let Some(action) = fields.get("Action") {
            let operation = match (service, &*action) {
                (None | Some("sts"), "GetCallerIdentity") => Operation::GetCallerIdentity,
                (None | Some("iam"), "GetPolicy") => Operation::GetPolicy,
                (None | Some("iam"), "GetPolicyVersion") => Operation::GetPolicyVersion,
                (None | Some("cloudformation"), "ListExports") => Operation::ListExports,
                _ => Operation::Unknown,
            };
            return Route { operation, protocol: Protocol::Query, name: String::new(), fields };
        }
        let lists_buckets = call.method == "GET"
            && match service {
                Some("s3") => path.0.is_empty() || fields.get("x-id").as_deref() == Some("ListBuckets"),
                Some(_) => false,
                None => fields.get("x-id").as_deref() == Some("ListBuckets"),
            };
        match service {
            _ if lists_buckets => route(Operation::ListBuckets, Protocol::S3, ""),
            Some("s3") => route(Operation::Unknown, Protocol::S3, ""),
            Some("sts" | "iam" | "cloudformation") => route(Operation::Unknown, Protocol::Query, ""),
            _ => route(Operation::Unknown, Protocol::Json, ""),
        }
    }
}

/// Finds an operation of Access Analyzer. A path may have a prefix, because clients take a base URL with a path.
fn analyzer<'p>(method: &str, path: &'p Path) -> Option<(Operation, &'p str)> {
    let two = path.last::<2>();
    Some(match (method, two, path.last::<1>()) {
        ("POST", Some(["policy", "check-no-new-access"]), _) => (Operation::CheckNoNewAccess, ""),
        ("POST", Some(["policy", "check-access-not-granted"]), _) => (Operation::CheckAccessNotGranted, ""),
        ("POST", Some(["policy", "check-no-public-access"]), _) => (Operation::CheckNoPublicAccess, ""),
        ("POST", Some(["policy", "validation"]), _) => (Operation::ValidatePolicy, ""),
        ("GET", Some(["analyzer", name]), _) => (Operation::GetAnalyzer, name),
        ("GET", _, Some(["analyzer"])) => (Operation::ListAnalyzers, ""),
        ("PUT", _, Some(["analyzer"])) => (Operation::CreateAnalyzer, ""),
        ("GET", Some(["access-preview", id]), _) => (Operation::GetAccessPreview, id),
        ("POST", Some(["access-preview", id]), _) => (Operation::ListAccessPreviewFindings, id),
        ("PUT", _, Some(["access-preview"])) => (Operation::CreateAccessPreview, ""),
        _ => return None,
    })
}

/// Returns the service in the credential scope of a signature: `Credential=ID/DATE/REGION/SERVICE/aws4_request`.
fn scope(authorization: &str) -> Option<&str> {
    let (_, after) = authorization.split_once("Credential=")?;
    let credential = after.split([',', ' ']).next()?;
    let mut parts = credential.rsplit('/');
    match (parts.next(), parts.next()) {
        (Some("aws4_request"), Some(service)) => Some(service),
        _ => None,
    }
}

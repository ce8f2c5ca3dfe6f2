//! The protocols of AWS's services.

/// The form of answers and errors of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    /// JSON, with the name of an error in a header and in `__type`.
    Json,
    /// XML of the query protocol.
    Query,
    /// XML of S3.
    S3,
}

//! The service: from a request to its answer, without sockets.

use super::body::Body;
use super::call::{Call, Moment};
use super::operation::{Operation, Route};
use super::protocol::Protocol;
use super::refusal::Refusal;
use super::reply::{Reply, Success};
use super::settings::Settings;
use super::state::State;
use super::{analyzers, checks, identity, lookups, preview, validate};
use crate::surface::isolated;
use serde_json::json;
use std::time::Duration;

/// Everything that answers requests.
///
/// ```
/// use iamsat::serve::{Call, Moment, Service, Settings};
/// use std::time::SystemTime;
/// let moment = Moment { deadline: None, now: SystemTime::UNIX_EPOCH, request_id: "1".to_owned() };
/// let service = Service::new(Settings::default(), &moment);
/// let call = Call { method: "POST", target: "/policy/check-no-public-access", body: b"{}", ..Call::default() };
/// let reply = service.answer(&call, &moment);
/// assert_eq!((reply.status, reply.error), (400, Some("ValidationException")));
/// ```
#[derive(Debug)]
pub struct Service(State);

impl Service {
    /// Makes a service that starts at a moment.
    pub fn new(settings: Settings, moment: &Moment) -> Service {
        Service(State::new(settings, moment))
    }

    /// Answers a request. A broken invariant is the error of this request alone.
    pub fn answer(&self, call: &Call<'_>, moment: &Moment) -> Reply {
        let id = &moment.request_id;
        match isolated(|| self.routed(call, moment)) {
            Ok(reply) => reply,
            Err(failure) => Reply::of(Operation::Unknown, Protocol::Json, Err(failure.into()), id),
        }
    }

    /// Answers a request whose body could not be read.
    pub(super) fn refuse(&self, call: &Call<'_>, refusal: Refusal, moment: &Moment) -> Reply {
        match isolated(|| Route::find(call)) {
            Ok(route) => Reply::of(route.operation, route.protocol, Err(refusal), &moment.request_id),
            Err(_) => Reply::of(Operation::Unknown, Protocol::Json, Err(refusal), &moment.request_id),
        }
    }

    /// Counts an answer.
    pub(super) fn count(&self, reply: &Reply, elapsed: Duration) {
        self.0.metrics.answered(reply, elapsed);
    }

    /// Counts a connection.
    pub(super) fn connected(&self) {
        self.0.metrics.connected();
    }

    /// Returns the time for each request.
    pub(super) fn timeout(&self) -> Duration {
        self.0.settings.timeout
    }

    fn routed(&self, call: &Call<'_>, moment: &Moment) -> Reply {
        let route = Route::find(call);
        let outcome = match moment.is_over() {
            true => Err(self.too_late()),
            // A second isolation, so that the error keeps the form of its service.
            false => isolated(|| self.outcome(call, &route, moment)).map_err(Refusal::from).flatten(),
        };
        Reply::of(route.operation, route.protocol, outcome, &moment.request_id)
    }

    /// Makes the error of a request that takes too long.
    pub(super) fn too_late(&self) -> Refusal {
        let seconds = self.0.settings.timeout.as_secs_f64();
        Refusal::undecided(format!("the time limit of {seconds} s for a request was reached"))
    }

    fn outcome(&self, call: &Call<'_>, route: &Route<'_>, moment: &Moment) -> Result<Success, Refusal> {
        let state = &self.0;
        let body = || Body::read(call.body);
        match route.operation {
            Operation::CheckNoNewAccess => checks::new_access(state, &body()?, moment),
            Operation::CheckAccessNotGranted => checks::listed_access(state, &body()?, moment),
            Operation::CheckNoPublicAccess => checks::public_access(state, &body()?, moment),
            Operation::ValidatePolicy => validate::validate(state, &body()?, &route.fields, moment),
            Operation::ListAnalyzers => analyzers::list(state, &route.fields),
            Operation::CreateAnalyzer => analyzers::create(state, &body()?, moment),
            Operation::GetAnalyzer => analyzers::get(state, &route.name),
            Operation::GetCallerIdentity => Ok(identity::caller(state, moment)),
            Operation::Health => {
                Success::json(&json!({"status": "ok", "version": env!("CARGO_PKG_VERSION")}))
            }
            Operation::Metrics => Ok(Success::text(self.0.metrics.text())),
            Operation::CreateAccessPreview => preview::create(state, &body()?, moment),
            Operation::GetAccessPreview => preview::get(state, &route.name, &route.fields),
            Operation::ListAccessPreviewFindings => preview::findings(state, &route.name, &body()?),
            Operation::GetPolicy => lookups::policy(state, &route.fields, moment),
            Operation::GetPolicyVersion => lookups::policy_version(state, &route.fields, moment),
            Operation::ListBuckets => Ok(lookups::buckets(state)),
            Operation::GetParameter => lookups::parameter(state, &body()?),
            Operation::GetParameters => lookups::parameters(state, &body()?),
            Operation::ListExports => Ok(lookups::exports(state, moment)),
            Operation::Unknown => Err(Refusal::unknown_operation()),
        }
    }
}

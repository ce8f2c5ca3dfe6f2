//! Counters of a server, in the text format of Prometheus.

use super::operation::Operation;
use super::reply::Reply;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The upper bounds of the histogram of latencies, in milliseconds.
const BOUNDS: [u64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000, 30_000];

/// Counters since the start.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// Requests by operation and outcome.
    requests: Mutex<BTreeMap<(Operation, &'static str), u64>>,
    /// Requests by the first bound that their latency reaches, and those beyond all.
    latencies: [AtomicU64; BOUNDS.len() + 1],
    microseconds: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    connections: AtomicU64,
}

impl Metrics {
    /// Counts a document that was, or was not, in the cache.
    pub(super) fn cached(&self, is_hit: bool) {
        let counter = if is_hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a connection.
    pub(super) fn connected(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts an answer.
    pub(super) fn answered(&self, reply: &Reply, elapsed: Duration) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((reply.operation, reply.outcome)).or_default() += 1;
        drop(requests);
        let place = BOUNDS.iter().position(|bound| elapsed <= Duration::from_millis(*bound));
        let place = place.unwrap_or(BOUNDS.len());
        if let Some(counter) = self.latencies.get(place) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        // A request takes less than 500 000 years.
        let microseconds = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        self.microseconds.fetch_add(microseconds, Ordering::Relaxed);
    }

    /// Writes all counters.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let heading = |out: &mut String, name: &str, kind: &str, help: &str| {
            let _ = writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}");
        };
        heading(&mut out, "iamsat_requests_total", "counter", "Requests answered.");
        for ((operation, outcome), count) in
            self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter()
        {
            let operation = operation.name();
            let _ = writeln!(
                out,
                "iamsat_requests_total{{operation=\"{operation}\",outcome=\"{outcome}\"}} {count}"
            );
        }
        let name = "iamsat_request_seconds";
        heading(&mut out, name, "histogram", "Time from the head of a request to its answer.");
        let mut total = 0;
        for (place, counter) in self.latencies.iter().enumerate() {
            total += counter.load(Ordering::Relaxed);
            let bound =
                BOUNDS.get(place).map_or("+Inf".to_owned(), |bound| format!("{}", *bound as f64 / 1e3));
            let _ = writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {total}");
        }
        let sum = self.microseconds.load(Ordering::Relaxed) as f64 / 1e6;
        let _ = writeln!(out, "{name}_sum {sum}\n{name}_count {total}");
        heading(&mut out, "iamsat_cache_documents_total", "counter", "Documents looked for in the cache.");
        for (found, counter) in [("hit", &self.hits), ("miss", &self.misses)] {
            let count = counter.load(Ordering::Relaxed);
            let _ = writeln!(out, "iamsat_cache_documents_total{{found=\"{found}\"}} {count}");
        }
        heading(&mut out, "iamsat_connections_total", "counter", "Connections accepted.");
        let _ = writeln!(out, "iamsat_connections_total {}", self.connections.load(Ordering::Relaxed));
        out
    }
}

//! Classifies a query, picks a backend by rule or by Thompson sampling, and learns from the outcome: a safe layer over the native library.
//!
//! ```
//! # fn main() -> Result<(), hololoom_fast::Error> {
//! use hololoom_fast::{Recorded, Router};
//!
//! let router = Router::new(r#"{"strategy": "rules"}"#)?;
//! let decision = router.route("who wrote the paper on attention")?;
//! assert_eq!("neo4j", router.backends()[decision.backend()]);
//!
//! // … call the backend, then tell the router what became of it:
//! assert_eq!(Recorded::Accepted, router.record(&decision.id(), 0.9, 35.0)?);
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]

#[allow(missing_docs, non_camel_case_types)]
pub mod ffi;

mod decision;

pub use decision::{Decision, DecisionId, Outcome, Recorded};

use std::fmt;
use std::path::Path;
use std::ptr;

/// A call that failed: the status of `hololoom_fast.h` and the library's message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// `ffi::HLF_ERROR_…`.
    pub status: i32,
    /// What went wrong, where, and what to do.
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A router. Threads may share it.
#[derive(Debug)]
pub struct Router {
    handle: *mut ffi::hlf_router,
    backends: Vec<String>,
    query_types: Vec<String>,
}

// SAFETY: every function of the library may be called from any thread at any time.
unsafe impl Send for Router {}
unsafe impl Sync for Router {}

impl Router {
    /// A router that keeps what it learns in memory. `config`: JSON with what differs from the defaults; empty for the defaults.
    pub fn new(config: impl AsRef<[u8]>) -> Result<Self, Error> {
        let config = config.as_ref();
        let mut handle = ptr::null_mut();
        // SAFETY: pointer and length are of one slice; the output is a place of ours.
        check(unsafe { ffi::hlf_router_create(config.as_ptr(), config.len(), &mut handle) })?;
        Self::named(handle)
    }

    /// A router that goes on from a state directory, made if missing, and writes to it what it learns.
    pub fn open(config: impl AsRef<[u8]>, directory: impl AsRef<Path>) -> Result<Self, Error> {
        let (config, directory) = (config.as_ref(), path_bytes(directory.as_ref()));
        let mut handle = ptr::null_mut();
        // SAFETY: as in `new`.
        check(unsafe { ffi::hlf_router_open(config.as_ptr(), config.len(), directory.as_ptr(), directory.len(), &mut handle) })?;
        Self::named(handle)
    }

    fn named(handle: *mut ffi::hlf_router) -> Result<Self, Error> {
        let mut router = Router { handle, backends: Vec::new(), query_types: Vec::new() };
        router.backends = router.names(ffi::hlf_backend_count, ffi::hlf_backend_name)?;
        router.query_types = router.names(ffi::hlf_query_type_count, ffi::hlf_query_type_name)?;
        Ok(router)
    }

    /// The backends' names.
    pub fn backends(&self) -> &[String] {
        &self.backends
    }

    /// The query types' names.
    pub fn query_types(&self) -> &[String] {
        &self.query_types
    }

    /// The set of the named backends, for [`Router::route_among`]. Names that the router does not have are left out.
    pub fn set_of(&self, names: &[&str]) -> u64 {
        self.backends.iter().enumerate().filter(|(_, name)| names.contains(&name.as_str())).fold(0, |set, (i, _)| set | 1 << i)
    }

    /// Decides, with every backend available.
    pub fn route(&self, query: impl AsRef<[u8]>) -> Result<Decision, Error> {
        self.route_among(query, ffi::HLF_ALL_BACKENDS)
    }

    /// Decides among a set of backends: bit i is the backend of index i.
    pub fn route_among(&self, query: impl AsRef<[u8]>, available: u64) -> Result<Decision, Error> {
        let query = query.as_ref();
        let mut decision = Decision::default();
        // SAFETY: pointer and length are of one slice; a Decision is an hlf_decision.
        check(unsafe { ffi::hlf_route(self.handle, query.as_ptr(), query.len(), available, &mut decision.0) })?;
        Ok(decision)
    }

    /// Decides by the variant of the experiment that a unit (the id of a user, a session) belongs to: always the same one, in every process
    /// and language. Without an experiment: as [`Router::route_among`].
    pub fn route_unit(&self, query: impl AsRef<[u8]>, unit: impl AsRef<[u8]>, available: u64) -> Result<Decision, Error> {
        let (query, unit) = (query.as_ref(), unit.as_ref());
        let mut decision = Decision::default();
        // SAFETY: each pointer and its length are of one slice; a Decision is an hlf_decision.
        check(unsafe {
            ffi::hlf_route_unit(self.handle, query.as_ptr(), query.len(), available, unit.as_ptr(), unit.len(), &mut decision.0)
        })?;
        Ok(decision)
    }

    /// Decides for many queries: the same decisions as one by one, faster.
    pub fn route_batch(&self, queries: &Queries, available: u64) -> Result<Vec<Decision>, Error> {
        self.route_buffer(&queries.data, &queries.offsets, available)
    }

    /// Decides for queries that lie in one buffer, as an Arrow Utf8 array has them: query i is `data[offsets[i]..offsets[i + 1]]`.
    pub fn route_buffer(&self, data: &[u8], offsets: &[i32], available: u64) -> Result<Vec<Decision>, Error> {
        let count = offsets.len().saturating_sub(1);
        if offsets.last().map_or(false, |&end| end < 0 || end as usize > data.len()) {
            return Err(Error {
                status: ffi::HLF_ERROR_OFFSETS,
                message: format!("the last offset is not within the text's {} bytes", data.len()),
            });
        }
        let mut decisions = vec![Decision::default(); count];
        // SAFETY: there are count + 1 offsets, the last within the text; the library checks the others. Room for count decisions.
        check(unsafe {
            ffi::hlf_route_batch(self.handle, data.as_ptr(), offsets.as_ptr(), count, available, decisions.as_mut_ptr().cast())
        })?;
        Ok(decisions)
    }

    /// Reports what became of a decision: relevance 0..1, latency in milliseconds.
    pub fn record(&self, id: &DecisionId, relevance: f64, latency_ms: f64) -> Result<Recorded, Error> {
        self.record_outcome(id, Outcome { relevance, latency_ms, ..Outcome::default() })
    }

    /// Reports what became of a decision, with cost and feedback.
    pub fn record_outcome(&self, id: &DecisionId, outcome: Outcome) -> Result<Recorded, Error> {
        let raw = ffi::hlf_outcome {
            size: std::mem::size_of::<ffi::hlf_outcome>() as u32,
            given: outcome.cost.map_or(0, |_| ffi::HLF_OUTCOME_COST) | outcome.feedback.map_or(0, |_| ffi::HLF_OUTCOME_FEEDBACK),
            relevance: outcome.relevance,
            latency_ms: outcome.latency_ms,
            cost: outcome.cost.unwrap_or(0.0),
            feedback: outcome.feedback.unwrap_or(0.0),
        };
        // SAFETY: both are references to what the function reads.
        Ok(match check(unsafe { ffi::hlf_record_outcome(self.handle, &id.0, &raw) })? {
            ffi::HLF_OK => Recorded::Accepted,
            ffi::HLF_DUPLICATE => Recorded::Duplicate,
            ffi::HLF_EXPIRED => Recorded::Expired,
            _ => Recorded::Unknown,
        })
    }

    /// Reports what became of many decisions, with a relevance and a latency for each: how many were accepted. If one of the numbers is not
    /// allowed nothing is recorded.
    pub fn record_batch(&self, ids: &[DecisionId], relevance: &[f64], latency_ms: &[f64]) -> Result<usize, Error> {
        if relevance.len() != ids.len() || latency_ms.len() != ids.len() {
            return Err(Error {
                status: ffi::HLF_ERROR_ARGUMENT,
                message: format!(
                    "{} ids have {} relevances and {} latencies; each needs one of both",
                    ids.len(),
                    relevance.len(),
                    latency_ms.len()
                ),
            });
        }
        let mut accepted = 0;
        // SAFETY: the three slices are equally long; a DecisionId is its bytes; the output is a place of ours.
        check(unsafe {
            ffi::hlf_record_batch(self.handle, ids.as_ptr().cast(), relevance.as_ptr(), latency_ms.as_ptr(), ids.len(), &mut accepted)
        })?;
        Ok(accepted)
    }

    /// Writes all that was learned to a directory, made if missing.
    pub fn save(&self, directory: impl AsRef<Path>) -> Result<(), Error> {
        let path = path_bytes(directory.as_ref());
        // SAFETY: pointer and length are of one slice.
        check(unsafe { ffi::hlf_save(self.handle, path.as_ptr(), path.len()) }).map(drop)
    }

    /// Replaces what was learned by what [`Router::save`] wrote.
    pub fn load(&self, directory: impl AsRef<Path>) -> Result<(), Error> {
        let path = path_bytes(directory.as_ref());
        // SAFETY: pointer and length are of one slice.
        check(unsafe { ffi::hlf_load(self.handle, path.as_ptr(), path.len()) }).map(drop)
    }

    /// Returns once all that was recorded before is in the router's state directory.
    pub fn flush(&self) -> Result<(), Error> {
        // SAFETY: nothing but the handle is passed.
        check(unsafe { ffi::hlf_flush(self.handle) }).map(drop)
    }

    /// Statistics as a JSON object.
    pub fn statistics_json(&self) -> Result<String, Error> {
        // SAFETY: `filled` passes a buffer with its length.
        filled(|buffer, capacity, required| unsafe { ffi::hlf_stats_json(self.handle, buffer, capacity, required) })
    }

    /// Alpha and beta of a query type and backend.
    pub fn posterior(&self, query_type: usize, backend: usize) -> Result<(f64, f64), Error> {
        let (mut alpha, mut beta) = (0.0, 0.0);
        let index = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
        // SAFETY: the outputs are places of ours.
        check(unsafe { ffi::hlf_posterior(self.handle, index(query_type), index(backend), &mut alpha, &mut beta) })?;
        Ok((alpha, beta))
    }

    /// The handle, for functions that are called directly. It is the router's: never destroy it.
    pub fn handle(&self) -> *mut ffi::hlf_router {
        self.handle
    }

    fn names(
        &self,
        count_of: unsafe extern "C" fn(*mut ffi::hlf_router, *mut u32) -> i32,
        name_of: unsafe extern "C" fn(*mut ffi::hlf_router, u32, *mut u8, usize, *mut usize) -> i32,
    ) -> Result<Vec<String>, Error> {
        let mut count = 0;
        // SAFETY: the output is a place of ours; `filled` passes a buffer with its length.
        check(unsafe { count_of(self.handle, &mut count) })?;
        (0..count).map(|i| filled(|buffer, capacity, required| unsafe { name_of(self.handle, i, buffer, capacity, required) })).collect()
    }
}

impl Drop for Router {
    fn drop(&mut self) {
        // SAFETY: the handle is ours; the library takes any value.
        unsafe { ffi::hlf_router_destroy(self.handle) }
    }
}

/// Queries one after the other in memory, as a batch takes them.
#[derive(Clone, Debug)]
pub struct Queries {
    data: Vec<u8>,
    offsets: Vec<i32>,
}

impl Default for Queries {
    fn default() -> Self {
        Queries { data: Vec::new(), offsets: vec![0] }
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Queries {
    /// # Panics
    /// The text of all queries together is 2 GiB or more.
    fn from_iter<I: IntoIterator<Item = T>>(queries: I) -> Self {
        let mut all = Queries::default();
        for query in queries {
            all.data.extend_from_slice(query.as_ref());
            all.offsets.push(i32::try_from(all.data.len()).expect("a batch holds less than 2 GiB of text"));
        }
        all
    }
}

/// Turns an error status into an [`Error`] with the library's message.
pub fn check(status: i32) -> Result<i32, Error> {
    if status >= 0 {
        return Ok(status);
    }
    // SAFETY: `fill` passes a buffer with its length.
    let (_, message) = fill(|buffer, capacity, required| unsafe { ffi::hlf_last_error(buffer, capacity, required) });
    Err(Error { status, message })
}

fn filled(call: impl Fn(*mut u8, usize, *mut usize) -> i32) -> Result<String, Error> {
    let (status, text) = fill(call);
    check(status).map(|_| text)
}

// Calls a function that fills a buffer, with a larger one as long as it asks for it.
fn fill(call: impl Fn(*mut u8, usize, *mut usize) -> i32) -> (i32, String) {
    let mut buffer = vec![0; 256];
    loop {
        let mut required = 0;
        let status = call(buffer.as_mut_ptr(), buffer.len(), &mut required);
        if status == ffi::HLF_ERROR_BUFFER {
            buffer.resize(required + 256, 0);
            continue;
        }
        buffer.truncate(if status == ffi::HLF_OK { required } else { 0 });
        return (status, String::from_utf8_lossy(&buffer).into_owned());
    }
}

fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

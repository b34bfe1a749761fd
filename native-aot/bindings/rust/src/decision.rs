//! What a router decides, and what is reported of it.

use crate::{ffi, Error};
use std::fmt;
use std::str::FromStr;

/// What became of a reported outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Learned from.
    Accepted,
    /// An outcome of this decision was recorded before.
    Duplicate,
    /// Older than the duplicate window, or its query type or backend is no longer configured.
    Expired,
    /// Not an id that this router, or an earlier process on its state, gave out.
    Unknown,
}

/// The token to report an outcome with; as text, 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct DecisionId(pub [u8; 16]);

impl fmt::Display for DecisionId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl FromStr for DecisionId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let mut id = [0; 16];
        if text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            for (byte, pair) in id.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
                *byte = pair.iter().fold(0, |value, &digit| value << 4 | (digit as char).to_digit(16).unwrap_or(0) as u8);
            }
            return Ok(DecisionId(id));
        }
        Err(Error {
            status: ffi::HLF_ERROR_ARGUMENT,
            message: format!("'{text}' is not a decision id: 32 hexadecimal digits are expected"),
        })
    }
}

/// What the router decided for one query.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[repr(transparent)]
pub struct Decision(pub(crate) ffi::hlf_decision);

impl Decision {
    /// The token to report the outcome with.
    pub fn id(&self) -> DecisionId {
        DecisionId(self.0.id)
    }
    /// Index into [`Router::backends`](crate::Router::backends).
    pub fn backend(&self) -> usize {
        self.0.backend.into()
    }
    /// Index into [`Router::query_types`](crate::Router::query_types).
    pub fn query_type(&self) -> usize {
        self.0.query_type.into()
    }
    /// 0..1; of a learned choice the posterior mean reward of the backend.
    pub fn confidence(&self) -> f32 {
        self.0.confidence
    }
    /// The experiment's variant; 0 without one.
    pub fn variant(&self) -> u16 {
        self.0.variant
    }
    /// 1: the preferred backend was not available; 2: chosen by what was learned.
    pub fn flags(&self) -> u16 {
        self.0.flags
    }
}

/// An outcome with everything that can be reported.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// 0..1.
    pub relevance: f64,
    /// Finite, 0 or more.
    pub latency_ms: f64,
    /// Finite, 0 or more, in any unit.
    pub cost: Option<f64>,
    /// 0..1: the user's own judgement; takes the place of the relevance.
    pub feedback: Option<f64>,
}

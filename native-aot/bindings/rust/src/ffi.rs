//! The C functions, as `hololoom_fast.h` declares them; what they promise is said there.

use std::os::raw::{c_char, c_double, c_float};

/// Opaque.
#[repr(C)]
pub struct hlf_router {
    _private: [u8; 0],
}

#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct hlf_decision {
    pub id: [u8; 16],
    pub confidence: c_float,
    pub backend: u16,
    pub query_type: u16,
    pub variant: u16,
    pub flags: u16,
    pub reserved: u32,
}

#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct hlf_outcome {
    pub size: u32,
    pub given: u32,
    pub relevance: c_double,
    pub latency_ms: c_double,
    pub cost: c_double,
    pub feedback: c_double,
}

const _: () = assert!(std::mem::size_of::<hlf_decision>() == 32);
const _: () = assert!(std::mem::size_of::<hlf_outcome>() == 40);

pub const HLF_ABI_VERSION: u32 = 1;
pub const HLF_ALL_BACKENDS: u64 = u64::MAX;
pub const HLF_OK: i32 = 0;
pub const HLF_DUPLICATE: i32 = 1;
pub const HLF_EXPIRED: i32 = 2;
pub const HLF_UNKNOWN: i32 = 3;
pub const HLF_ERROR_ARGUMENT: i32 = -1;
pub const HLF_ERROR_HANDLE: i32 = -2;
pub const HLF_ERROR_CONFIG: i32 = -3;
pub const HLF_ERROR_UTF8: i32 = -4;
pub const HLF_ERROR_NO_BACKEND: i32 = -5;
pub const HLF_ERROR_OFFSETS: i32 = -6;
pub const HLF_ERROR_RANGE: i32 = -7;
pub const HLF_ERROR_BUFFER: i32 = -8;
pub const HLF_ERROR_STATE: i32 = -9;
pub const HLF_ERROR_CPU: i32 = -10;
pub const HLF_ERROR_INTERNAL: i32 = -11;
pub const HLF_OUTCOME_COST: u32 = 1;
pub const HLF_OUTCOME_FEEDBACK: u32 = 2;

extern "C" {
    pub fn hlf_abi_version() -> u32;
    pub fn hlf_version() -> u32;
    pub fn hlf_status_name(status: i32) -> *const c_char;
    pub fn hlf_router_create(config_json: *const u8, len: usize, out: *mut *mut hlf_router) -> i32;
    pub fn hlf_router_open(
        config_json: *const u8,
        len: usize,
        directory: *const u8,
        directory_len: usize,
        out: *mut *mut hlf_router,
    ) -> i32;
    pub fn hlf_router_destroy(router: *mut hlf_router);
    pub fn hlf_route(router: *mut hlf_router, query: *const u8, len: usize, available: u64, out: *mut hlf_decision) -> i32;
    pub fn hlf_route_unit(
        router: *mut hlf_router,
        query: *const u8,
        len: usize,
        available: u64,
        unit: *const u8,
        unit_len: usize,
        out: *mut hlf_decision,
    ) -> i32;
    pub fn hlf_route_batch(
        router: *mut hlf_router,
        data: *const u8,
        offsets: *const i32,
        n: usize,
        available: u64,
        out: *mut hlf_decision,
    ) -> i32;
    pub fn hlf_record(router: *mut hlf_router, id: *const [u8; 16], relevance: c_double, latency_ms: c_double) -> i32;
    pub fn hlf_record_outcome(router: *mut hlf_router, id: *const [u8; 16], outcome: *const hlf_outcome) -> i32;
    pub fn hlf_record_batch(
        router: *mut hlf_router,
        ids: *const [u8; 16],
        relevance: *const c_double,
        latency_ms: *const c_double,
        n: usize,
        accepted: *mut usize,
    ) -> i32;
    pub fn hlf_save(router: *mut hlf_router, path: *const u8, len: usize) -> i32;
    pub fn hlf_load(router: *mut hlf_router, path: *const u8, len: usize) -> i32;
    pub fn hlf_flush(router: *mut hlf_router) -> i32;
    pub fn hlf_stats_json(router: *mut hlf_router, buf: *mut u8, capacity: usize, required: *mut usize) -> i32;
    pub fn hlf_backend_count(router: *mut hlf_router, count: *mut u32) -> i32;
    pub fn hlf_query_type_count(router: *mut hlf_router, count: *mut u32) -> i32;
    pub fn hlf_backend_name(router: *mut hlf_router, backend: u32, buf: *mut u8, capacity: usize, required: *mut usize) -> i32;
    pub fn hlf_query_type_name(router: *mut hlf_router, query_type: u32, buf: *mut u8, capacity: usize, required: *mut usize) -> i32;
    pub fn hlf_posterior(router: *mut hlf_router, query_type: u32, backend: u32, alpha: *mut c_double, beta: *mut c_double) -> i32;
    pub fn hlf_last_error(buf: *mut u8, capacity: usize, required: *mut usize) -> i32;
    pub fn hlf_random_u64(seed: u64, out: *mut u64, n: usize) -> i32;
    pub fn hlf_sample_beta(seed: u64, alpha: c_double, beta: c_double, out: *mut c_double, n: usize) -> i32;
}

/*
 * HoloLoom.Fast: classifies a query, picks a backend, learns from the outcome. The C ABI; this header is the contract.
 *
 * Conventions
 * - Every call returns a status: 0 done; above 0 an answer of recording; below 0 an error. The numbers are frozen.
 * - Text is a pointer and a length in bytes, UTF-8, never ended by a NUL. A NULL pointer is allowed where the length is 0.
 *   Queries may hold any bytes (what is not valid UTF-8 reads as U+FFFD); in every other text invalid UTF-8 is HLF_ERROR_UTF8.
 * - Memory is always the caller's: the library reads it during the call only, keeps no pointer, and hands out none to be freed.
 *   The one thing that is the library's is an hlf_router, which hlf_router_destroy ends.
 * - Outputs are written only when a call succeeds, unless its comment says otherwise.
 * - A call that fails leaves a message for hlf_last_error; a call that succeeds leaves the last message as it is.
 * - An hlf_router is looked up, never followed: NULL, a destroyed one or any other value is HLF_ERROR_HANDLE.
 *
 * Threads
 * - Every function may be called from any thread, also with the same router at the same time, hlf_router_destroy included: calls that are
 *   under way then finish or answer HLF_ERROR_HANDLE. Routing takes no lock.
 * - With a seed, the calls of one thread are reproducible. Each thread draws from a stream of its own, in the order of their first calls.
 *
 * Processes
 * - The library cannot be unloaded: dlclose has no effect. After a fork only the parent may go on with a library that it has called before.
 */
#ifndef HOLOLOOM_FAST_H
#define HOLOLOOM_FAST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(HLF_BUILDING)
#define HLF_API __attribute__((visibility("default")))
#elif defined(_WIN32)
#define HLF_API __declspec(dllimport)
#else
#define HLF_API
#endif

#define HLF_VERSION_MAJOR 0
#define HLF_VERSION_MINOR 1
#define HLF_VERSION_PATCH 0

/* Counts changes that older callers cannot bear. Compare with hlf_abi_version() after loading. */
#define HLF_ABI_VERSION 1u

/* Answers of recording */
#define HLF_OK 0        /* done; of an outcome: accepted and learned from */
#define HLF_DUPLICATE 1 /* an outcome of this decision was recorded before; nothing was learned */
#define HLF_EXPIRED 2   /* older than the duplicate window, or its query type or backend is no longer configured; nothing was learned */
#define HLF_UNKNOWN 3   /* not an id that this router, or an earlier process on its state, gave out; nothing was learned */

/* Errors */
#define HLF_ERROR_ARGUMENT (-1)   /* a NULL pointer, a number that is not allowed, or a call that this router does not allow */
#define HLF_ERROR_HANDLE (-2)     /* not a router, or a destroyed one */
#define HLF_ERROR_CONFIG (-3)     /* a configuration that cannot be used; the message names path and reason */
#define HLF_ERROR_UTF8 (-4)       /* text, other than a query, that is not valid UTF-8 */
#define HLF_ERROR_NO_BACKEND (-5) /* none of the router's backends is in the set of available ones */
#define HLF_ERROR_OFFSETS (-6)    /* an offset is negative, or smaller than the one before it */
#define HLF_ERROR_RANGE (-7)      /* a length above 2^31 - 2, or an index that the router does not have */
#define HLF_ERROR_BUFFER (-8)     /* the buffer is too small; *required tells how many bytes are needed */
#define HLF_ERROR_STATE (-9)      /* a state directory is missing, in use, not accessible, full, or holds nothing that is intact */
#define HLF_ERROR_CPU (-10)       /* this build needs x86-64-v3 (AVX2, BMI2, FMA) and the processor lacks it: use the portable build */
#define HLF_ERROR_INTERNAL (-11)  /* out of memory, or a defect of the library */

/* A set of available backends: bit i is the backend of index i. Bits beyond the last backend are ignored. */
#define HLF_ALL_BACKENDS UINT64_MAX

/* hlf_decision.flags */
#define HLF_FLAG_PREFERRED_UNAVAILABLE 1u /* the preferred backend of the query type was not available */
#define HLF_FLAG_LEARNED 2u               /* chosen by what was learned, not by rule or at random */
#define HLF_FLAG_UNIFORM_SLICE 4u         /* drawn uniformly for an experiment, whatever was learned */

/* A router: an opaque value. Created by hlf_router_create or hlf_router_open, ended by hlf_router_destroy. */
typedef struct hlf_router hlf_router;

/* The token to report an outcome with. Opaque; compare and copy its bytes, write them as 32 hexadecimal digits in memory order. */
typedef struct hlf_decision_id {
    uint8_t bytes[16];
} hlf_decision_id;

/* A decision. backend and query_type are indices: hlf_backend_name and hlf_query_type_name tell their names. */
typedef struct hlf_decision {
    hlf_decision_id id;
    float confidence;    /* 0..1; of a learned choice: the posterior mean reward of the backend */
    uint16_t backend;    /* 0..63 */
    uint16_t query_type; /* 0..63 */
    uint16_t variant;    /* of an experiment; else 0 */
    uint16_t flags;      /* HLF_FLAG_... */
    uint32_t reserved;   /* 0 */
} hlf_decision;

/* An outcome with everything that can be reported. Start with HLF_OUTCOME_INIT. */
typedef struct hlf_outcome {
    uint32_t size;     /* sizeof(hlf_outcome): later versions may have more fields */
    uint32_t given;    /* which of the optional fields count: HLF_OUTCOME_COST, HLF_OUTCOME_FEEDBACK */
    double relevance;  /* 0..1 */
    double latency_ms; /* finite, 0 or more */
    double cost;       /* finite, 0 or more; in any unit */
    double feedback;   /* 0..1; the user's own judgement, takes the place of relevance in the reward */
} hlf_outcome;

#define HLF_OUTCOME_COST 1u
#define HLF_OUTCOME_FEEDBACK 2u
#define HLF_OUTCOME_INIT                                     \
    {                                                        \
        (uint32_t)sizeof(hlf_outcome), 0, 0.0, 0.0, 0.0, 0.0 \
    }

/* The version of the ABI that the library was built with. Works on any processor. */
HLF_API uint32_t hlf_abi_version(void);

/* The version of the library: major * 65536 + minor * 256 + patch. Works on any processor. */
HLF_API uint32_t hlf_version(void);

/* The name of a status, such as "HLF_ERROR_CONFIG"; "unknown status" for other numbers. Static text ended by a NUL; never free it. */
HLF_API const char *hlf_status_name(int32_t status);

/* Creates a router that keeps what it learns in memory. config_json: the configuration, only what differs from the defaults; len 0: the
 * defaults. With an experiment that promotes or has guardrails, its traffic is looked after every ten seconds. *out: the router, owned
 * by the caller; set to NULL on failure. CONFIG, UTF8, RANGE, ARGUMENT, CPU. */
HLF_API int32_t hlf_router_create(const uint8_t *config_json, size_t len, hlf_router **out);

/* Creates a router that goes on from a state directory (made if missing) and writes what it learns to it, every few seconds and at
 * hlf_flush and hlf_router_destroy. One router uses a directory at a time. Errors: as hlf_router_create, and STATE. */
HLF_API int32_t hlf_router_open(const uint8_t *config_json, size_t len, const uint8_t *directory, size_t directory_len, hlf_router **out);

/* Ends a router and frees its state directory, after a last write; if that fails, hlf_last_error tells (call hlf_flush before to know by
 * status). NULL, and a router that is destroyed already, do nothing. */
HLF_API void hlf_router_destroy(hlf_router *router);

/* Decides for one query. available: the backends that may be chosen. *out: the decision. HANDLE, ARGUMENT, RANGE, NO_BACKEND. */
HLF_API int32_t hlf_route(hlf_router *router, const uint8_t *query, size_t len, uint64_t available, hlf_decision *out);

/* Decides for one query by the variant of the configured experiment that a unit (the id of a user, a session) belongs to: always the same
 * one, in every process and language. Without an experiment: as hlf_route. unit: any bytes. HANDLE, ARGUMENT, RANGE, NO_BACKEND. */
HLF_API int32_t hlf_route_unit(hlf_router *router, const uint8_t *query, size_t len, uint64_t available, const uint8_t *unit,
                               size_t unit_len, hlf_decision *out);

/* Decides for n queries: the same decisions as one by one, faster. Query i is data[offsets[i]] up to data[offsets[i + 1]] (the layout of
 * an Arrow Utf8 array): offsets has n + 1 entries, none negative, none smaller than the one before it, the last within data. out: room for
 * n decisions. All or nothing is decided. n 0: nothing is read. HANDLE, ARGUMENT, RANGE, NO_BACKEND, OFFSETS. */
HLF_API int32_t hlf_route_batch(hlf_router *router, const uint8_t *data, const int32_t *offsets, size_t n, uint64_t available,
                                hlf_decision *out);

/* Reports what became of a decision: relevance 0..1, latency_ms finite and 0 or more. Late, in any order, from any thread or process that
 * has the state. OK, DUPLICATE, EXPIRED, UNKNOWN; or HANDLE, ARGUMENT. */
HLF_API int32_t hlf_record(hlf_router *router, const hlf_decision_id *id, double relevance, double latency_ms);

/* Likewise with cost and feedback. ARGUMENT also if outcome->size is not a known one or outcome->given has unknown bits. */
HLF_API int32_t hlf_record_outcome(hlf_router *router, const hlf_decision_id *id, const hlf_outcome *outcome);

/* Reports n outcomes. *accepted (may be NULL): how many were learned from; the others were duplicate, expired or unknown. If one of the
 * numbers is not allowed nothing is recorded. HANDLE, ARGUMENT, RANGE. */
HLF_API int32_t hlf_record_batch(hlf_router *router, const hlf_decision_id *ids, const double *relevance, const double *latency_ms,
                                 size_t n, size_t *accepted);

/* Writes all that was learned, with what is needed to credit ids given out before, to a directory (made if missing), for hlf_load or
 * hlf_router_open. On return it is on disk. HANDLE, ARGUMENT (no path), UTF8, RANGE, STATE. */
HLF_API int32_t hlf_save(hlf_router *router, const uint8_t *path, size_t len);

/* Replaces all that the router has learned by what hlf_save wrote. Ids that it gave out before are unknown from then on, unless they are
 * of that state. The directory is not kept, but must be writable: it counts loads. A router with a state directory of its own: ARGUMENT.
 * On failure the router is as it was. HANDLE, ARGUMENT, UTF8, RANGE, STATE. */
HLF_API int32_t hlf_load(hlf_router *router, const uint8_t *path, size_t len);

/* Returns once all that was recorded before is in the router's state directory. Without one there is nothing to do. HANDLE, STATE. */
HLF_API int32_t hlf_flush(hlf_router *router);

/* Statistics as a JSON object: counts, and per query type and backend alpha, beta, mean, interval, latencies. *required: its length in
 * bytes, also when the buffer is too small and nothing is written; it may have grown at the next call. HANDLE, ARGUMENT, BUFFER. */
HLF_API int32_t hlf_stats_json(hlf_router *router, uint8_t *buf, size_t capacity, size_t *required);

/* How many backends and query types the router has, 1..64. HANDLE, ARGUMENT. */
HLF_API int32_t hlf_backend_count(hlf_router *router, uint32_t *count);
HLF_API int32_t hlf_query_type_count(hlf_router *router, uint32_t *count);

/* The name of a backend or query type, without a NUL. *required: as for hlf_stats_json. HANDLE, ARGUMENT, RANGE, BUFFER. */
HLF_API int32_t hlf_backend_name(hlf_router *router, uint32_t backend, uint8_t *buf, size_t capacity, size_t *required);
HLF_API int32_t hlf_query_type_name(hlf_router *router, uint32_t query_type, uint8_t *buf, size_t capacity, size_t *required);

/* The Beta posterior of a query type and backend. HANDLE, ARGUMENT, RANGE. */
HLF_API int32_t hlf_posterior(hlf_router *router, uint32_t query_type, uint32_t backend, double *alpha, double *beta);

/* The message of the last call of this thread that failed, without a NUL; empty if none has. *required: its length in bytes, also when the
 * buffer is too small. ARGUMENT (required is NULL, or buf is NULL with a capacity), BUFFER: neither replaces the message. Works on any
 * processor. */
HLF_API int32_t hlf_last_error(uint8_t *buf, size_t capacity, size_t *required);

/* The first n outputs of the generator for a seed, and n Beta(alpha, beta) draws (alpha and beta finite, above 0): to verify them from
 * outside. out: room for n; may be NULL if n is 0. ARGUMENT, RANGE, CPU. */
HLF_API int32_t hlf_random_u64(uint64_t seed, uint64_t *out, size_t n);
HLF_API int32_t hlf_sample_beta(uint64_t seed, double alpha, double beta, double *out, size_t n);

#ifdef __cplusplus
}
#define HLF_ASSERT static_assert
#else
#define HLF_ASSERT _Static_assert
#endif

HLF_ASSERT(sizeof(hlf_decision_id) == 16, "hlf_decision_id is 16 bytes");
HLF_ASSERT(sizeof(hlf_decision) == 32, "hlf_decision is 32 bytes");
HLF_ASSERT(offsetof(hlf_decision, confidence) == 16 && offsetof(hlf_decision, backend) == 20 && offsetof(hlf_decision, query_type) == 22 &&
               offsetof(hlf_decision, variant) == 24 && offsetof(hlf_decision, flags) == 26 && offsetof(hlf_decision, reserved) == 28,
           "hlf_decision has its fields at 0, 16, 20, 22, 24, 26, 28");
HLF_ASSERT(sizeof(hlf_outcome) == 40 && offsetof(hlf_outcome, relevance) == 8 && offsetof(hlf_outcome, feedback) == 32,
           "hlf_outcome is 40 bytes");
HLF_ASSERT(sizeof(size_t) == 8, "the library exists for 64-bit platforms");
#undef HLF_ASSERT

#endif

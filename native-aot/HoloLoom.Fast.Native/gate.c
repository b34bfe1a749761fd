/*
 * The exported symbols. Each passes its call on to the managed export of the same name, unless the processor lacks the instructions that
 * the managed code was compiled for: the runtime would end the host's process there, so it must not be entered. Because this file includes
 * the header, the compiler holds every export to its declaration.
 */
#define HLF_BUILDING
#include "../include/hololoom_fast.h"

#include <string.h>

#if defined(__x86_64__) && !defined(HLF_PORTABLE)
#include <cpuid.h>
#endif

static int32_t refused(void);

#define PASS(name, parameters, arguments)                                                      \
    extern int32_t managed_##name parameters;                                                  \
    HLF_API int32_t name parameters                                                            \
    {                                                                                          \
        return __builtin_expect(lacks_instructions, 0) ? refused() : managed_##name arguments; \
    }

static int lacks_instructions;

#if defined(__x86_64__) && !defined(HLF_PORTABLE)
__attribute__((constructor)) static void look_at_processor(void)
{
    unsigned a, b, c = 0, d, extended = 0;
    int known = __get_cpuid(1, &a, &b, &c, &d) && __get_cpuid(0x80000001, &a, &b, &extended, &d);
    __builtin_cpu_init();
    lacks_instructions =
        !(known && (c & bit_MOVBE) && (extended & bit_LZCNT) && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
          __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("popcnt"));
}
#endif

static int32_t refused(void)
{
    return HLF_ERROR_CPU;
}

HLF_API uint32_t hlf_abi_version(void)
{
    return HLF_ABI_VERSION;
}

HLF_API uint32_t hlf_version(void)
{
    return (HLF_VERSION_MAJOR << 16) | (HLF_VERSION_MINOR << 8) | HLF_VERSION_PATCH;
}

HLF_API const char *hlf_status_name(int32_t status)
{
    static const char *const answers[] = {"HLF_OK", "HLF_DUPLICATE", "HLF_EXPIRED", "HLF_UNKNOWN"};
    static const char *const errors[] = {
        "HLF_ERROR_ARGUMENT", "HLF_ERROR_HANDLE", "HLF_ERROR_CONFIG", "HLF_ERROR_UTF8", "HLF_ERROR_NO_BACKEND", "HLF_ERROR_OFFSETS",
        "HLF_ERROR_RANGE",    "HLF_ERROR_BUFFER", "HLF_ERROR_STATE",  "HLF_ERROR_CPU",  "HLF_ERROR_INTERNAL",
    };
    if (status >= HLF_OK && status <= HLF_UNKNOWN) {
        return answers[status];
    }
    return status <= HLF_ERROR_ARGUMENT && status >= HLF_ERROR_INTERNAL ? errors[-1 - status] : "unknown status";
}

extern int32_t managed_hlf_last_error(uint8_t *buf, size_t capacity, size_t *required);

HLF_API int32_t hlf_last_error(uint8_t *buf, size_t capacity, size_t *required)
{
    static const char message[] = "This processor lacks instructions that the library was built for (x86-64-v3: AVX2, BMI2, FMA). "
                                  "Use the portable build of the library.";
    if (!lacks_instructions) {
        return managed_hlf_last_error(buf, capacity, required);
    }
    if (required == NULL || (buf == NULL && capacity != 0)) {
        return HLF_ERROR_ARGUMENT;
    }
    *required = sizeof message - 1;
    if (capacity < sizeof message - 1) {
        return HLF_ERROR_BUFFER;
    }
    memcpy(buf, message, sizeof message - 1);
    return HLF_OK;
}

extern void managed_hlf_router_destroy(hlf_router *router);

HLF_API void hlf_router_destroy(hlf_router *router)
{
    if (router != NULL && !lacks_instructions) {
        managed_hlf_router_destroy(router);
    }
}

PASS(hlf_router_create, (const uint8_t *config_json, size_t len, hlf_router **out), (config_json, len, out))
PASS(hlf_router_open, (const uint8_t *config_json, size_t len, const uint8_t *directory, size_t directory_len, hlf_router **out),
     (config_json, len, directory, directory_len, out))
PASS(hlf_route, (hlf_router * router, const uint8_t *query, size_t len, uint64_t available, hlf_decision *out),
     (router, query, len, available, out))
PASS(hlf_route_unit,
     (hlf_router * router, const uint8_t *query, size_t len, uint64_t available, const uint8_t *unit, size_t unit_len, hlf_decision *out),
     (router, query, len, available, unit, unit_len, out))
PASS(hlf_route_batch, (hlf_router * router, const uint8_t *data, const int32_t *offsets, size_t n, uint64_t available, hlf_decision *out),
     (router, data, offsets, n, available, out))
PASS(hlf_record, (hlf_router * router, const hlf_decision_id *id, double relevance, double latency_ms), (router, id, relevance, latency_ms))
PASS(hlf_record_outcome, (hlf_router * router, const hlf_decision_id *id, const hlf_outcome *outcome), (router, id, outcome))
PASS(hlf_record_batch,
     (hlf_router * router, const hlf_decision_id *ids, const double *relevance, const double *latency_ms, size_t n, size_t *accepted),
     (router, ids, relevance, latency_ms, n, accepted))
PASS(hlf_save, (hlf_router * router, const uint8_t *path, size_t len), (router, path, len))
PASS(hlf_load, (hlf_router * router, const uint8_t *path, size_t len), (router, path, len))
PASS(hlf_flush, (hlf_router * router), (router))
PASS(hlf_stats_json, (hlf_router * router, uint8_t *buf, size_t capacity, size_t *required), (router, buf, capacity, required))
PASS(hlf_backend_count, (hlf_router * router, uint32_t *count), (router, count))
PASS(hlf_query_type_count, (hlf_router * router, uint32_t *count), (router, count))
PASS(hlf_backend_name, (hlf_router * router, uint32_t backend, uint8_t *buf, size_t capacity, size_t *required),
     (router, backend, buf, capacity, required))
PASS(hlf_query_type_name, (hlf_router * router, uint32_t query_type, uint8_t *buf, size_t capacity, size_t *required),
     (router, query_type, buf, capacity, required))
PASS(hlf_posterior, (hlf_router * router, uint32_t query_type, uint32_t backend, double *alpha, double *beta),
     (router, query_type, backend, alpha, beta))
PASS(hlf_random_u64, (uint64_t seed, uint64_t *out, size_t n), (seed, out, n))
PASS(hlf_sample_beta, (uint64_t seed, double alpha, double beta, double *out, size_t n), (seed, alpha, beta, out, n))

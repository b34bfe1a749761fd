/* Calls every function that could enter compiled code that this processor may lack instructions for; prints the first status. */
#include <hololoom_fast.h>
#include <stdio.h>

int main(void)
{
    uint8_t message[512];
    size_t length = 0;
    hlf_router *router = NULL;
    uint64_t word;
    double number;
    int32_t status = hlf_router_create(NULL, 0, &router);
    if (hlf_abi_version() != HLF_ABI_VERSION || hlf_version() == 0) {
        return 1;
    }
    if (status == HLF_OK) {
        hlf_router_destroy(router);
        printf("%s\n", hlf_status_name(status));
        return 0;
    }
    hlf_decision decision;
    hlf_outcome outcome = HLF_OUTCOME_INIT;
    uint32_t count;
    int32_t others[] = {
        hlf_router_open(NULL, 0, NULL, 0, &router),
        hlf_route(router, NULL, 0, 1, &decision),
        hlf_route_batch(router, NULL, NULL, 0, 1, NULL),
        hlf_record(router, NULL, 0, 0),
        hlf_record_outcome(router, NULL, &outcome),
        hlf_record_batch(router, NULL, NULL, NULL, 0, NULL),
        hlf_save(router, NULL, 0),
        hlf_load(router, NULL, 0),
        hlf_flush(router),
        hlf_stats_json(router, NULL, 0, &length),
        hlf_backend_count(router, &count),
        hlf_query_type_count(router, &count),
        hlf_backend_name(router, 0, NULL, 0, &length),
        hlf_query_type_name(router, 0, NULL, 0, &length),
        hlf_posterior(router, 0, 0, &number, &number),
        hlf_random_u64(1, &word, 1),
        hlf_sample_beta(1, 1, 1, &number, 1),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (others[i] != status) {
            fprintf(stderr, "call %zu: %s\n", i, hlf_status_name(others[i]));
            return 1;
        }
    }
    hlf_router_destroy(router);
    if (hlf_last_error(NULL, 0, &length) != HLF_ERROR_BUFFER || hlf_last_error(message, sizeof message, &length) != HLF_OK) {
        return 1;
    }
    printf("%s: %.*s\n", hlf_status_name(status), (int)length, (const char *)message);
    return 0;
}

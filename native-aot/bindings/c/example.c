/* gcc example.c $(pkg-config --cflags --libs hololoom_fast) */
#include <hololoom_fast.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
    const char *config = "{\"strategy\": \"rules\"}", *query = "who wrote the paper on attention";
    hlf_router *router;
    hlf_decision decision;
    uint8_t backend[64], type[64], message[512];
    size_t backend_length = 0, type_length = 0, message_length = 0;
    if (hlf_router_create((const uint8_t *)config, strlen(config), &router) != HLF_OK ||
        hlf_route(router, (const uint8_t *)query, strlen(query), HLF_ALL_BACKENDS, &decision) != HLF_OK ||
        hlf_backend_name(router, decision.backend, backend, sizeof backend, &backend_length) != HLF_OK ||
        hlf_query_type_name(router, decision.query_type, type, sizeof type, &type_length) != HLF_OK) {
        hlf_last_error(message, sizeof message, &message_length);
        fprintf(stderr, "%.*s\n", (int)message_length, (const char *)message);
        return 1;
    }
    printf("%.*s -> %.*s (%.2f)\n", (int)type_length, (const char *)type, (int)backend_length, (const char *)backend, decision.confidence);

    /* ... call the backend, then tell the router what became of it: relevance 0.9 after 35 ms */
    printf("outcome: %s\n", hlf_status_name(hlf_record(router, &decision.id, 0.9, 35.0)));
    hlf_router_destroy(router);
    return 0;
}

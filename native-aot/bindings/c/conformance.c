/* Writes what the library decides, learns and refuses, in the form that every language's conformance program writes: see ../README.md. */
#include <hololoom_fast.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define U8(text) ((const uint8_t *)(text))

static char backends[64][64];
static char query_types[64][64];
static uint32_t backend_count, query_type_count;

static void must(int32_t status, const char *what)
{
    if (status != HLF_OK) {
        char message[512];
        size_t length = 0;
        if (hlf_last_error((uint8_t *)message, sizeof message, &length) != HLF_OK) {
            length = 0;
        }
        fprintf(stderr, "%s: %s: %.*s\n", what, hlf_status_name(status), (int)length, message);
        exit(1);
    }
}

static hlf_router *create(const char *config)
{
    hlf_router *router = NULL;
    must(hlf_router_create(U8(config), strlen(config), &router), "create");
    return router;
}

static void read_names(hlf_router *router)
{
    size_t length;
    must(hlf_backend_count(router, &backend_count), "backend count");
    must(hlf_query_type_count(router, &query_type_count), "query type count");
    for (uint32_t i = 0; i < backend_count; i++) {
        must(hlf_backend_name(router, i, (uint8_t *)backends[i], sizeof backends[i] - 1, &length), "backend name");
    }
    for (uint32_t i = 0; i < query_type_count; i++) {
        must(hlf_query_type_name(router, i, (uint8_t *)query_types[i], sizeof query_types[i] - 1, &length), "query type name");
    }
}

static void print_decision(const char *label, const hlf_decision *decision)
{
    uint32_t confidence;
    memcpy(&confidence, &decision->confidence, sizeof confidence);
    printf("%s ", label);
    for (int i = 0; i < 16; i++) {
        printf("%02x", decision->id.bytes[i]);
    }
    printf(" %s %s %08x %u %u\n", backends[decision->backend], query_types[decision->query_type], confidence, decision->variant,
           decision->flags);
}

static void print_batch(const char *label, const hlf_decision *decisions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        print_decision(label, &decisions[i]);
    }
}

/* An error must leave a message; that of a configuration is compared. */
static void print_error(const char *name, int32_t status, int with_message)
{
    char message[1024];
    size_t length = 0;
    must(hlf_last_error((uint8_t *)message, sizeof message, &length), "last error");
    if (length == 0) {
        fprintf(stderr, "%s left no message\n", name);
        exit(1);
    }
    printf("error %s %d", name, status);
    if (with_message) {
        printf(" %.*s", (int)length, message);
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: conformance CONFIG_JSON QUERIES DIRECTORY\n");
        return 2;
    }
    if (hlf_abi_version() != HLF_ABI_VERSION) {
        fprintf(stderr, "ABI %u, expected %u\n", hlf_abi_version(), HLF_ABI_VERSION);
        return 1;
    }

    /* The queries, as a batch takes them: without the line ends. */
    FILE *file = fopen(argv[2], "rb");
    static uint8_t data[1 << 20];
    static int32_t offsets[1 << 14];
    size_t n = 0, length = 0;
    if (file == NULL) {
        perror(argv[2]);
        return 1;
    }
    for (int c; (c = getc(file)) != EOF && length < sizeof data && n + 1 < sizeof offsets / sizeof offsets[0];) {
        if (c == '\n') {
            offsets[++n] = (int32_t)length;
        } else {
            data[length++] = (uint8_t)c;
        }
    }
    fclose(file);

    hlf_router *router = create(argv[1]);
    read_names(router);
    hlf_decision *single = calloc(n, sizeof *single), *batch = calloc(n, sizeof *batch);
    for (size_t i = 0; i < n; i++) {
        must(hlf_route(router, data + offsets[i], (size_t)(offsets[i + 1] - offsets[i]), HLF_ALL_BACKENDS, &single[i]), "route");
        print_decision("single", &single[i]);
    }
    for (size_t i = 0; i < n; i++) {
        printf("record %d\n", hlf_record(router, &single[i].id, (double)(i * 7 % 11) / 10.0, i % 3 == 0 ? 2500.0 : 40.0));
    }
    must(hlf_route_batch(router, data, offsets, n, HLF_ALL_BACKENDS & ~(uint64_t)1, batch), "batch");
    print_batch("batch", batch, n);
    printf("again %d\n", hlf_record(router, &single[0].id, 1.0, 1.0));
    hlf_decision_id forged = batch[0].id;
    forged.bytes[3] ^= 4;
    printf("forged %d\n", hlf_record(router, &forged, 1.0, 1.0));
    hlf_decision_id *ids = calloc(n + 1, sizeof *ids);
    double *relevance = calloc(n + 1, sizeof *relevance), *latency = calloc(n + 1, sizeof *latency);
    for (size_t i = 0; i < n; i++) {
        char unit[32];
        int unit_length = snprintf(unit, sizeof unit, "anv\xc3\xa4ndare %zu", i % 40);
        hlf_decision decision;
        must(hlf_route_unit(router, data + offsets[i], (size_t)(offsets[i + 1] - offsets[i]), HLF_ALL_BACKENDS, U8(unit),
                            (size_t)unit_length, &decision),
             "route unit");
        print_decision("unit", &decision);
        ids[i] = decision.id;
    }
    ids[n] = single[0].id;
    for (size_t i = 0; i <= n; i++) {
        relevance[i] = (double)(i * 3 % 11) / 10.0;
        latency[i] = i % 4 == 0 ? 2500.0 : 40.0;
    }
    size_t accepted = 0;
    must(hlf_record_batch(router, ids, relevance, latency, n + 1, &accepted), "record batch");
    printf("several %zu\n", accepted);
    for (uint32_t type = 0; type < query_type_count; type++) {
        for (uint32_t backend = 0; backend < backend_count; backend++) {
            double shape[2];
            uint64_t bits[2];
            must(hlf_posterior(router, type, backend, &shape[0], &shape[1]), "posterior");
            memcpy(bits, shape, sizeof bits);
            printf("posterior %s %s %016llx %016llx\n", query_types[type], backends[backend], (unsigned long long)bits[0],
                   (unsigned long long)bits[1]);
        }
    }

    /* Another router goes on from the saved state. */
    const char *directory = argv[3];
    must(hlf_save(router, U8(directory), strlen(directory)), "save");
    hlf_router *loaded = create(argv[1]);
    must(hlf_load(loaded, U8(directory), strlen(directory)), "load");
    printf("earlier %d\n", hlf_record(loaded, &single[0].id, 1.0, 1.0));
    printf("later %d\n", hlf_record(loaded, &batch[0].id, 1.0, 1.0));
    must(hlf_route_batch(loaded, data, offsets, n, HLF_ALL_BACKENDS, batch), "batch");
    print_batch("loaded", batch, n);
    hlf_decision hybrid;
    must(hlf_route(loaded, U8("who"), 3, 16, &hybrid), "route");
    must(hlf_save(loaded, U8(directory), strlen(directory)), "save");
    hlf_router *smaller = create("{\"backends\": [\"neo4j\", \"qdrant\", \"mem0\", \"inmemory\"]}");
    must(hlf_load(smaller, U8(directory), strlen(directory)), "load");
    printf("expired %d\n", hlf_record(smaller, &hybrid.id, 1.0, 1.0));

    hlf_router *none = NULL;
    const char *unknown_strategy = "{\"strategy\": \"best\"}";
    print_error("config", hlf_router_create(U8(unknown_strategy), strlen(unknown_strategy), &none), 1);
    print_error("utf8", hlf_router_create(U8("\xff"), 1, &none), 0);
    print_error("no_backend", hlf_route(loaded, U8("who"), 3, 0, &hybrid), 0);
    print_error("argument", hlf_record(loaded, &hybrid.id, NAN, 1.0), 0);
    const int32_t wrong[] = {0, 3, 2};
    print_error("offsets", hlf_route_batch(loaded, U8("who"), wrong, 2, HLF_ALL_BACKENDS, batch), 0);
    double alpha, beta;
    print_error("range", hlf_posterior(loaded, 99, 0, &alpha, &beta), 0);
    char missing[4096];
    snprintf(missing, sizeof missing, "%s/missing", directory);
    print_error("state", hlf_load(loaded, U8(missing), strlen(missing)), 0);
    uint8_t small[1];
    size_t required = 0;
    print_error("buffer", hlf_backend_name(loaded, 0, small, sizeof small, &required), 0);
    hlf_router_destroy(loaded);
    print_error("handle", hlf_route(loaded, U8("who"), 3, HLF_ALL_BACKENDS, &hybrid), 0);
    hlf_router_destroy(router);
    hlf_router_destroy(smaller);
    free(single);
    free(batch);
    free(ids);
    free(relevance);
    free(latency);
    return 0;
}

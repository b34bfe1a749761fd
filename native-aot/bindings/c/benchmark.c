/* Nanoseconds per decision, best of nine, and the time from dlopen to the first decision: benchmark LIBRARY QUERIES */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <hololoom_fast.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PASSES = 400, REPEATS = 11, WARM_UP = 2, MOST = 4096 };

static int32_t (*create)(const uint8_t *, size_t, hlf_router **);
static int32_t (*route)(hlf_router *, const uint8_t *, size_t, uint64_t, hlf_decision *);
static int32_t (*route_batch)(hlf_router *, const uint8_t *, const int32_t *, size_t, uint64_t, hlf_decision *);
static int32_t (*record)(hlf_router *, const hlf_decision_id *, double, double);

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void must(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s failed\n", what);
        exit(1);
    }
}

static void *symbol(void *library, const char *name)
{
    void *found = dlsym(library, name);
    must(found != NULL, name);
    return found;
}

/* As the other benchmarks train: backends that differ a little. */
static void train(hlf_router *router, const uint8_t *data, const int32_t *offsets, size_t n)
{
    uint64_t random = 1;
    for (size_t i = 0; i < 10000; i++) {
        size_t at = i % n;
        hlf_decision decision;
        must(route(router, data + offsets[at], (size_t)(offsets[at + 1] - offsets[at]), HLF_ALL_BACKENDS, &decision) == HLF_OK, "route");
        random = random * 6364136223846793005u + 1442695040888963407u;
        double rewarded = (double)(random >> 11) / (double)(1ull << 53) <= 0.5 + 0.08 * decision.backend ? 1.0 : 0.0;
        must(record(router, &decision.id, rewarded, 20.0) == HLF_OK, "record");
    }
}

int main(int argc, char **argv)
{
    must(argc == 3, "usage: benchmark LIBRARY QUERIES");
    double start = now();
    void *library = dlopen(argv[1], RTLD_NOW);
    must(library != NULL, "dlopen");
    *(void **)&create = symbol(library, "hlf_router_create");
    *(void **)&route = symbol(library, "hlf_route");
    *(void **)&route_batch = symbol(library, "hlf_route_batch");
    *(void **)&record = symbol(library, "hlf_record");
    hlf_router *router = NULL;
    hlf_decision decision;
    must(create(NULL, 0, &router) == HLF_OK, "create");
    must(route(router, (const uint8_t *)"who wrote this", 14, HLF_ALL_BACKENDS, &decision) == HLF_OK, "route");
    printf("c start first_decision_ms %.2f\n", (now() - start) / 1e6);

    static char line[1 << 16];
    static uint8_t data[1 << 20];
    static int32_t offsets[MOST + 1];
    size_t n = 0, used = 0;
    FILE *file = fopen(argv[2], "rb");
    must(file != NULL, argv[2]);
    while (fgets(line, sizeof line, file) != NULL && n < MOST) {
        size_t length = strcspn(line, "\n");
        int ascii = 1;
        for (size_t i = 0; i < length; i++) {
            ascii &= (line[i] & 0x80) == 0;
        }
        if (ascii) {
            memcpy(data + used, line, length);
            used += length;
            offsets[++n] = (int32_t)used;
        }
    }
    fclose(file);

    uint8_t *all = malloc(used * PASSES);
    int32_t *all_offsets = malloc((n * PASSES + 1) * sizeof *all_offsets);
    hlf_decision *decisions = malloc(n * PASSES * sizeof *decisions);
    all_offsets[0] = 0;
    for (size_t pass = 0; pass < PASSES; pass++) {
        memcpy(all + pass * used, data, used);
        for (size_t i = 0; i < n; i++) {
            all_offsets[pass * n + i + 1] = (int32_t)(pass * used) + offsets[i + 1];
        }
    }
    static const char *const configs[] = {"{\"strategy\": \"rules\", \"seed\": 1}", "{\"strategy\": \"thompson\", \"seed\": 1}"};
    static const char *const names[] = {"rules", "thompson"};
    for (int c = 0; c < 2; c++) {
        must(create((const uint8_t *)configs[c], strlen(configs[c]), &router) == HLF_OK, "create");
        train(router, data, offsets, n);
        double single = 1e18, batch = 1e18, recorded = 1e18;
        double count = (double)(n * PASSES);
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            double began = now();
            for (size_t i = 0; i < n * PASSES; i++) {
                size_t at = i % n;
                route(router, data + offsets[at], (size_t)(offsets[at + 1] - offsets[at]), 15, &decisions[i]);
            }
            double routed = now();
            must(route_batch(router, all, all_offsets, n * PASSES, 15, decisions) == HLF_OK, "batch");
            double ended = now();
            if (repeat >= WARM_UP) {
                single = (routed - began) / count < single ? (routed - began) / count : single;
                batch = (ended - routed) / count < batch ? (ended - routed) / count : batch;
            }
        }

        /* Apart, because what is learned changes what the draws cost. */
        for (int repeat = 0; repeat < REPEATS; repeat++) {
            must(route_batch(router, all, all_offsets, n * PASSES, 15, decisions) == HLF_OK, "batch");
            double began = now();
            for (size_t i = 0; i < n * PASSES; i++) {
                record(router, &decisions[i].id, 0.9, 20.0);
            }
            double done = (now() - began) / count;
            recorded = repeat >= WARM_UP && done < recorded ? done : recorded;
        }
        printf("c %s single %.1f batch %.1f record %.1f\n", names[c], single, batch, recorded);
    }
    return 0;
}

/*
 * Threads come and go, and each creates routers, decides, records, reads and destroys them, beside one router that all of them share and
 * handles that others destroy under their hands. After a warm-up the process must not grow.
 */
#include <hololoom_fast.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { THREADS = 8, ROUTERS = 12, ROUNDS = 60, WARM_UP = 20, CALLS = 400, SLACK_KB = 12 * 1024 };

static hlf_router *shared;
static _Atomic(hlf_router *) snatched;

static void must(int ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "%s\n", what);
        abort();
    }
}

static void use(hlf_router *router, unsigned *random, int mine)
{
    static const char *const queries[] = {"who wrote this", "find similar papers", "my latest notes", "", "\xff\xfe", "what is new today"};
    for (int call = 0; call < CALLS; call++) {
        const char *query = queries[(*random = *random * 1664525u + 1013904223u) >> 16 & 3];
        hlf_decision decision;
        int32_t status = hlf_route(router, (const uint8_t *)query, strlen(query), HLF_ALL_BACKENDS, &decision);
        must(status == HLF_OK || (!mine && status == HLF_ERROR_HANDLE), "route");
        if (status == HLF_OK && call % 2 == 0) {
            status = hlf_record(router, &decision.id, call % 4 ? 1.0 : 0.2, 20.0);
            must(status == HLF_OK || (!mine && status == HLF_ERROR_HANDLE), "record");
        }
    }
}

static void *work(void *argument)
{
    unsigned random = (unsigned)(uintptr_t)argument;
    uint8_t json[16384];
    for (int i = 0; i < ROUTERS; i++) {
        hlf_router *router = NULL;
        must(hlf_router_create((const uint8_t *)"{\"strategy\": \"thompson\"}", 24, &router) == HLF_OK, "create");
        use(router, &random, 1);
        size_t length;
        must(hlf_stats_json(router, json, sizeof json, &length) == HLF_OK, "statistics");

        /* Swap it for one that another thread may be using: destroy that one at once. */
        hlf_router *other = __atomic_exchange_n((hlf_router **)&snatched, router, __ATOMIC_ACQ_REL);
        use(router, &random, 0);
        hlf_router_destroy(other);
        use(shared, &random, 1);
    }
    return NULL;
}

static long resident_kb(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    must(file != NULL && fscanf(file, "%ld %ld", &pages, &resident) == 2, "statm");
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

int main(void)
{
    must(hlf_router_create(NULL, 0, &shared) == HLF_OK, "create");
    long settled = 0, most = 0;
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[THREADS];
        for (uintptr_t i = 0; i < THREADS; i++) {
            must(pthread_create(&threads[i], NULL, work, (void *)(i + 1 + (uintptr_t)round * THREADS)) == 0, "thread");
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
        }
        long now = resident_kb();
        settled = round < WARM_UP && now > settled ? now : settled;
        most = now > most ? now : most;
    }
    printf("%d routers from %d threads: %ld kB after warm-up, at most %ld kB later\n", ROUNDS * THREADS * ROUTERS, ROUNDS * THREADS,
           settled, most);
    if (most > settled + SLACK_KB) {
        fprintf(stderr, "memory grew from %ld to %ld kB\n", settled, most);
        return 1;
    }
    printf("memory is flat\n");
    return 0;
}

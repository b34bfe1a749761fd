/*
 * Calls the library with arguments that nobody should: handles that are NULL, poisoned, destroyed or addresses of other things, NULL where
 * memory is due, huge lengths, wrong offsets, NaN, invalid UTF-8. Valid buffers have exactly the size that was promised, on the heap, so
 * that the address sanitizer sees every byte too many. Ends with 0 if all calls answered, messages were there, and every status was seen.
 */
#include <hololoom_fast.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS = 200000 };

static uint64_t state;
static unsigned seen[16];

static uint64_t next(void)
{
    uint64_t z = (state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static size_t below(size_t n)
{
    return (size_t)(next() % n);
}

static void fail(const char *what, int32_t status)
{
    fprintf(stderr, "%s: %s\n", what, hlf_status_name(status));
    exit(1);
}

/* Counts a status; an error must leave a message that says something and is valid to copy. */
static int32_t note(int32_t status)
{
    if (status < HLF_ERROR_INTERNAL || status > HLF_UNKNOWN) {
        fail("a status that the header does not know", status);
    }
    seen[status - HLF_ERROR_INTERNAL]++;
    if (status < 0 && next() % 16 == 0) {
        size_t length = 0;
        if (hlf_last_error(NULL, 0, &length) != HLF_ERROR_BUFFER || length < 8 || length > 4096) {
            fail("an error without a message", status);
        }
        uint8_t *message = malloc(length);
        if (hlf_last_error(message, length, &length) != HLF_OK) {
            fail("a message that does not fit its own length", status);
        }
        free(message);
    }
    return status;
}

/* A heap block of exactly this size, of random or nasty bytes. */
static uint8_t *block(size_t length)
{
    static const char *const pieces[] = {"who ", "find ", "my ", "\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82",
                                         "{",    "\"",    "\\u", "[1,",  "\0"};
    uint8_t *bytes = malloc(length ? length : 1);
    size_t at = 0;
    while (at < length) {
        const char *piece = pieces[below(sizeof pieces / sizeof pieces[0])];
        size_t size = strlen(piece) + 1;
        if (next() % 2) {
            bytes[at++] = (uint8_t)next();
        } else {
            size = size > length - at ? length - at : size;
            memcpy(bytes + at, piece, size);
            at += size;
        }
    }
    return bytes;
}

static size_t some_length(void)
{
    return next() % 8 == 0 ? below(5000) : below(60);
}

static size_t huge(void)
{
    static const size_t lengths[] = {SIZE_MAX, SIZE_MAX / 2, (size_t)INT32_MAX, (size_t)INT32_MAX + 1, (size_t)1 << 32, (size_t)1 << 40};
    return lengths[below(sizeof lengths / sizeof lengths[0])];
}

static double number(void)
{
    static const double numbers[] = {0.0, 1.0, 0.5, -0.1, 1.1, NAN, INFINITY, -INFINITY, 1e308, 1e-320, -0.0, 40.0};
    return numbers[below(sizeof numbers / sizeof numbers[0])];
}

static hlf_router *live[8];
static hlf_router *destroyed[8];

static hlf_router *handle(void)
{
    static int local;
    switch (next() % 12) {
    case 0:
        return NULL;
    case 1:
        return destroyed[below(8)];
    case 2:
        return (hlf_router *)(uintptr_t)next();
    case 3:
        return (hlf_router *)(void *)&local;
    case 4: /* one bit of a good one turned */
        return (hlf_router *)((uintptr_t)live[below(8)] ^ ((uintptr_t)1 << below(64)));
    default:
        return live[below(8)];
    }
}

static void route(void)
{
    hlf_decision *out = malloc(sizeof *out);
    size_t length = some_length();
    uint8_t *query = block(length);
    switch (next() % 5) {
    case 0:
        note(hlf_route(handle(), NULL, next() % 2 ? huge() : length, next(), out));
        break;
    case 1:
        note(hlf_route(handle(), query, huge() | ((size_t)1 << 31), next(), out));
        break;
    case 2:
        note(hlf_route(handle(), query, length, next(), NULL));
        break;
    case 3: {
        size_t unit_length = some_length();
        uint8_t *unit = block(unit_length);
        note(hlf_route_unit(handle(), query, length, next() % 4 ? HLF_ALL_BACKENDS : next() & 0xff, next() % 4 ? unit : NULL,
                            next() % 4 ? unit_length : huge() | ((size_t)1 << 31), next() % 8 ? out : NULL));
        free(unit);
        break;
    }
    default:
        if (note(hlf_route(handle(), query, length, next() % 4 ? HLF_ALL_BACKENDS : next() & 0xff, out)) == HLF_OK && next() % 2) {
            hlf_router *router = handle();
            note(hlf_record(router, &out->id, number(), number()));
            note(hlf_record(router, &out->id, 1.0, 1.0));
        }
    }
    free(query);
    free(out);
}

static void route_batch(void)
{
    size_t n = below(40);
    size_t length = 0;
    int32_t *offsets = malloc((n + 1) * sizeof *offsets);
    for (size_t i = 0; i <= n; i++) {
        offsets[i] = (int32_t)length;
        length += i < n ? below(50) : 0;
    }
    uint8_t *data = block(length);
    hlf_decision *out = malloc((n ? n : 1) * sizeof *out);
    switch (next() % 6) {
    case 0: /* a wrong offset, but never one that promises more text than there is */
        offsets[below(n + 1)] = next() % 2 ? -(int32_t)below(100000) - 1 : (int32_t)below(length + 1);
        note(hlf_route_batch(handle(), data, offsets, n, HLF_ALL_BACKENDS, out));
        break;
    case 1:
        note(hlf_route_batch(handle(), data, offsets, huge() | ((size_t)1 << 31), HLF_ALL_BACKENDS, out));
        break;
    case 2:
        note(
            hlf_route_batch(handle(), next() % 2 ? NULL : data, next() % 2 ? NULL : offsets, n, HLF_ALL_BACKENDS, next() % 2 ? NULL : out));
        break;
    default:
        note(hlf_route_batch(handle(), data, offsets, n, next() % 4 ? HLF_ALL_BACKENDS : next() & 0xff, out));
    }
    free(offsets);
    free(data);
    free(out);
}

static void record(void)
{
    hlf_decision_id *id = (hlf_decision_id *)block(sizeof *id);
    hlf_outcome outcome = {next() % 4 ? (uint32_t)sizeof outcome : (uint32_t)next(),
                           next() % 4 ? (uint32_t)below(4) : (uint32_t)next(),
                           number(),
                           number(),
                           number(),
                           number()};
    switch (next() % 4) {
    case 0:
        note(hlf_record(handle(), next() % 8 ? id : NULL, number(), number()));
        break;
    case 1:
        note(hlf_record_outcome(handle(), next() % 8 ? id : NULL, next() % 8 ? &outcome : NULL));
        break;
    case 2:
        note(hlf_record_batch(handle(), id, &outcome.relevance, &outcome.latency_ms, huge() | ((size_t)1 << 31), NULL));
        break;
    default: {
        size_t accepted = 0;
        double good = 1.0;
        note(hlf_record_batch(handle(), next() % 8 ? id : NULL, next() % 8 ? &good : NULL, next() % 2 ? &good : &outcome.latency_ms,
                              below(2), next() % 2 ? NULL : &accepted));
    }
    }
    free(id);
}

static void read_out(void)
{
    size_t capacity = next() % 3 ? below(12) : 1 << 15;
    uint8_t *buffer = malloc(capacity ? capacity : 1);
    size_t required = 0;
    uint32_t index = next() % 4 ? (uint32_t)below(6) : (uint32_t)next();
    double *shape = malloc(2 * sizeof *shape);
    uint32_t *count = malloc(sizeof *count);
    switch (next() % 9) {
    case 0:
        note(hlf_stats_json(handle(), next() % 8 ? buffer : NULL, capacity, next() % 8 ? &required : NULL));
        break;
    case 1:
        note(hlf_backend_name(handle(), index, next() % 8 ? buffer : NULL, capacity, next() % 8 ? &required : NULL));
        break;
    case 2:
        note(hlf_query_type_name(handle(), index, buffer, capacity, &required));
        break;
    case 3:
        note(hlf_posterior(handle(), index, (uint32_t)below(6), next() % 8 ? &shape[0] : NULL, next() % 8 ? &shape[1] : NULL));
        break;
    case 4:
        note(hlf_backend_count(handle(), next() % 8 ? count : NULL));
        break;
    case 5:
        note(hlf_query_type_count(handle(), next() % 8 ? count : NULL));
        break;
    case 6:
        note(hlf_random_u64(next(), next() % 8 ? (uint64_t *)(void *)shape : NULL, next() % 4 ? 2 : huge() | ((size_t)1 << 31)));
        break;
    case 7:
        note(hlf_sample_beta(next(), number(), number(), next() % 8 ? shape : NULL, below(3)));
        break;
    default: { /* not noted: it leaves the message as it is */
        int32_t status = hlf_last_error(next() % 8 ? buffer : NULL, capacity, next() % 8 ? &required : NULL);
        if (status != HLF_OK && status != HLF_ERROR_BUFFER && status != HLF_ERROR_ARGUMENT) {
            fail("hlf_last_error", status);
        }
    }
    }
    free(buffer);
    free(shape);
    free(count);
}

static void live_and_die(const char *directory)
{
    static const char *const configs[] = {
        "",
        "{}",
        "{\"strategy\": \"rules\"}",
        "{\"strategy\": \"rules\", \"seed\": 1}",
        "{\"strategy\": 3}",
        "{\"backends\": []}",
        "[",
        "{\"a\": 1}",
        "{\"backends\": [\"x\"], \"queryTypes\": [{\"name\": \"q\", \"backend\": \"x\", \"patterns\": [\"who\"]}]}",
        "\xff",
        "{\"seed\": \"\xc0\"}"};
    size_t at = below(8);
    hlf_router *router = NULL;
    const char *config = configs[below(sizeof configs / sizeof configs[0])];
    size_t length = strlen(config);
    uint8_t *text = memcpy(malloc(length + 1), config, length);
    int32_t status;
    switch (next() % 8) {
    case 0:
        status = note(hlf_router_create(NULL, next() % 2 ? huge() : length, &router));
        break;
    case 1:
        note(hlf_router_create(text, length, NULL));
        free(text);
        return;
    case 2: {
        size_t random = some_length();
        uint8_t *bytes = block(random);
        status = note(hlf_router_create(bytes, random, &router));
        free(bytes);
        break;
    }
    case 3:
        status = note(hlf_router_open(text, length, next() % 4 ? (const uint8_t *)directory : NULL,
                                      next() % 4 ? strlen(directory) : below(3), &router));
        break;
    default:
        status = note(hlf_router_create(text, length, &router));
    }
    free(text);
    if ((status == HLF_OK) != (router != NULL)) {
        fail("status and router disagree", status);
    }
    if (router != NULL) {
        hlf_router_destroy(live[at]);
        hlf_router_destroy(live[at]);
        destroyed[at] = live[at];
        live[at] = router;
    }
    hlf_router_destroy(NULL);
    hlf_router_destroy((hlf_router *)(uintptr_t)next());
}

static void state_files(const char *directory)
{
    char other[4200];
    snprintf(other, sizeof other, "%s-%zu", directory, below(3));
    size_t length = next() % 8 ? strlen(other) : below(4);
    uint8_t *bad = block(20);
    const uint8_t *path = next() % 8 ? (const uint8_t *)other : next() % 2 ? NULL : bad;
    size_t path_length = path == bad ? 20 : length;
    switch (next() % 4) {
    case 0:
        if (path != bad && length == strlen(other)) { /* random names would litter the working directory */
            note(hlf_save(handle(), path, path_length));
        } else {
            note(hlf_save(handle(), NULL, huge() | 1));
        }
        break;
    case 1:
        note(hlf_load(handle(), path, path_length));
        break;
    case 2:
        note(hlf_flush(handle()));
        break;
    default:
        note(hlf_load(handle(), (const uint8_t *)"\xff/x", 3));
    }
    free(bad);
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    state = strtoull(argv[1], NULL, 10);
    const char *directory = argv[2];
    for (size_t i = 0; i < 8; i++) {
        if (hlf_router_create(NULL, 0, &live[i]) != HLF_OK) {
            return 1;
        }
    }
    for (int call = 0; call < CALLS; call++) {
        switch (next() % 32) {
        case 0:
            if (next() % 4 == 0) {
                live_and_die(directory);
            }
            break;
        case 1:
            if (next() % 32 == 0) {
                state_files(directory);
            }
            break;
        case 2:
        case 3:
        case 4:
        case 5:
        case 6:
        case 7:
            record();
            break;
        case 8:
        case 9:
        case 10:
        case 11:
            read_out();
            break;
        case 12:
        case 13:
        case 14:
        case 15:
        case 16:
            route_batch();
            break;
        default:
            route();
        }
    }
    /* An outcome expires under a configuration that has lost the backend. */
    const char *smaller = "{\"backends\": [\"neo4j\", \"qdrant\", \"mem0\", \"inmemory\"]}";
    char expiring[4200];
    snprintf(expiring, sizeof expiring, "%s-expiring", directory);
    hlf_router *origin = NULL, *later = NULL;
    hlf_decision decision;
    note(hlf_router_create(NULL, 0, &origin));
    note(hlf_route(origin, (const uint8_t *)"who", 3, 16, &decision));
    note(hlf_save(origin, (const uint8_t *)expiring, strlen(expiring)));
    note(hlf_router_create((const uint8_t *)smaller, strlen(smaller), &later));
    note(hlf_load(later, (const uint8_t *)expiring, strlen(expiring)));
    note(hlf_record(later, &decision.id, 1.0, 1.0));

    for (int32_t status = HLF_ERROR_INTERNAL; status <= HLF_UNKNOWN; status++) {
        unsigned times = seen[status - HLF_ERROR_INTERNAL];
        printf("%-22s %u\n", hlf_status_name(status), times);
        if ((times == 0) != (status == HLF_ERROR_INTERNAL || status == HLF_ERROR_CPU)) {
            fprintf(stderr, "%s was seen %u times\n", hlf_status_name(status), times);
            return 1;
        }
    }
    printf("every status was seen, but those for a defect and for an old processor\n");
    return 0;
}

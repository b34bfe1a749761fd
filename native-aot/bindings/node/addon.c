/*
 * From Node to the library, by Node-API. A single decision is written to memory that JavaScript reads as a typed array, because making an
 * object here costs several times what deciding does. Calls return the status; index.js makes errors of it.
 */
#define NAPI_VERSION 8
#include <node_api.h>

#include <hololoom_fast.h>
#include <stdlib.h>
#include <string.h>

enum { SHORT_TEXT = 1024, SCOPE = 1024 };

typedef struct {
    hlf_router *router;
    hlf_decision *decision; /* in an ArrayBuffer that `memory` keeps */
    napi_ref memory;
} Handle;

#define CHECK(call)              \
    do {                         \
        if ((call) != napi_ok) { \
            return broken(env);  \
        }                        \
    } while (0)

static napi_value broken(napi_env env)
{
    bool pending = false;
    if (napi_is_exception_pending(env, &pending) == napi_ok && !pending) {
        const napi_extended_error_info *info = NULL;
        napi_get_last_error_info(env, &info);
        napi_throw_type_error(env, NULL,
                              info != NULL && info->error_message != NULL ? info->error_message : "the arguments are of other types");
    }
    return NULL;
}

static napi_value status_value(napi_env env, int32_t status)
{
    napi_value value;
    CHECK(napi_create_int32(env, status, &value));
    return value;
}

typedef struct {
    const uint8_t *bytes;
    size_t length;
    uint8_t *allocated;
    char small[SHORT_TEXT];
} Text;

/* The UTF-8 of a string, or the bytes of a Uint8Array. Half surrogate pairs become U+FFFD. */
static napi_status read_text(napi_env env, napi_value value, Text *text)
{
    text->allocated = NULL;
    napi_status status = napi_get_value_string_utf8(env, value, text->small, SHORT_TEXT, &text->length);
    text->bytes = (const uint8_t *)text->small;
    if (status == napi_string_expected) {
        napi_typedarray_type type;
        void *data = NULL;
        status = napi_get_typedarray_info(env, value, &type, &text->length, &data, NULL, NULL);
        text->bytes = data;
        return status == napi_ok && type != napi_uint8_array ? napi_invalid_arg : status;
    }
    if (status != napi_ok || text->length + 4 < SHORT_TEXT) { /* a character of four bytes may not have fitted */
        return status;
    }
    status = napi_get_value_string_utf8(env, value, NULL, 0, &text->length);
    if (status == napi_ok) {
        text->allocated = malloc(text->length + 1);
        status = text->allocated == NULL ? napi_generic_failure
                                         : napi_get_value_string_utf8(env, value, (char *)text->allocated, text->length + 1, &text->length);
        text->bytes = text->allocated;
    }
    return status;
}

static napi_status read_mask(napi_env env, napi_value low, napi_value high, uint64_t *mask)
{
    uint32_t parts[2];
    napi_status status = napi_get_value_uint32(env, low, &parts[0]);
    status = status == napi_ok ? napi_get_value_uint32(env, high, &parts[1]) : status;
    *mask = (uint64_t)parts[1] << 32 | parts[0];
    return status;
}

static void finalize(napi_env env, void *data, void *hint)
{
    (void)hint;
    Handle *handle = data;
    hlf_router_destroy(handle->router);
    if (handle->memory != NULL) {
        napi_delete_reference(env, handle->memory);
    }
    free(handle);
}

/* (config, directory or undefined) -> status, or [handle, memory of one decision] */
static napi_value open_router(napi_env env, napi_callback_info info)
{
    size_t count = 2;
    napi_value given[2], external, memory, pair;
    napi_valuetype type;
    Text config, directory = {0};
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_typeof(env, given[1], &type));
    CHECK(read_text(env, given[0], &config));
    if (type != napi_undefined && read_text(env, given[1], &directory) != napi_ok) {
        free(config.allocated);
        return broken(env);
    }
    hlf_router *router = NULL;
    int32_t status = type == napi_undefined ? hlf_router_create(config.bytes, config.length, &router)
                                            : hlf_router_open(config.bytes, config.length, directory.bytes, directory.length, &router);
    free(config.allocated);
    free(directory.allocated);
    if (status != HLF_OK) {
        return status_value(env, status);
    }
    Handle *handle = calloc(1, sizeof *handle);
    if (handle == NULL) {
        hlf_router_destroy(router);
        return broken(env);
    }
    handle->router = router;
    if (napi_create_external(env, handle, finalize, NULL, &external) != napi_ok) {
        hlf_router_destroy(router);
        free(handle);
        return broken(env);
    }
    CHECK(napi_create_arraybuffer(env, sizeof(hlf_decision), (void **)&handle->decision, &memory));
    CHECK(napi_create_reference(env, memory, 1, &handle->memory));
    CHECK(napi_create_array_with_length(env, 2, &pair));
    CHECK(napi_set_element(env, pair, 0, external));
    CHECK(napi_set_element(env, pair, 1, memory));
    return pair;
}

/* (handle) */
static napi_value close_router(napi_env env, napi_callback_info info)
{
    size_t count = 1;
    napi_value given[1];
    Handle *handle;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    hlf_router_destroy(handle->router);
    handle->router = NULL;
    return NULL;
}

/* (handle, query, low, high) -> status; the decision is in the handle's memory */
static napi_value route(napi_env env, napi_callback_info info)
{
    size_t count = 4;
    napi_value given[4];
    Handle *handle;
    uint64_t mask;
    Text text;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    CHECK(read_mask(env, given[2], given[3], &mask));
    CHECK(read_text(env, given[1], &text));
    int32_t status = hlf_route(handle->router, text.bytes, text.length, mask, handle->decision);
    free(text.allocated);
    return status_value(env, status);
}

/* (handle, query, low, high, unit) -> status; the decision is in the handle's memory */
static napi_value route_unit(napi_env env, napi_callback_info info)
{
    size_t count = 5;
    napi_value given[5];
    Handle *handle;
    uint64_t mask;
    Text text, unit;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    CHECK(read_mask(env, given[2], given[3], &mask));
    CHECK(read_text(env, given[1], &text));
    if (read_text(env, given[4], &unit) != napi_ok) {
        free(text.allocated);
        return broken(env);
    }
    int32_t status = hlf_route_unit(handle->router, text.bytes, text.length, mask, unit.bytes, unit.length, handle->decision);
    free(text.allocated);
    free(unit.allocated);
    return status_value(env, status);
}

typedef struct {
    uint8_t *data;
    int32_t *offsets;
    size_t used;
    size_t capacity;
} Gathered;

/* Appends the queries of an array; false with an exception or a reason to throw. */
static bool gather(napi_env env, napi_value queries, uint32_t count, Gathered *all)
{
    napi_handle_scope scope = NULL;
    Text text;
    all->offsets = malloc(((size_t)count + 1) * sizeof *all->offsets);
    if (all->offsets == NULL) {
        return false;
    }
    all->offsets[0] = 0;
    bool good = true;
    for (uint32_t i = 0; good && i < count; i++) {
        if (i % SCOPE == 0) { /* so that the handles of a large batch do not pile up */
            good = (scope == NULL || napi_close_handle_scope(env, scope) == napi_ok) && napi_open_handle_scope(env, &scope) == napi_ok;
        }
        napi_value query;
        if (!good || napi_get_element(env, queries, i, &query) != napi_ok || read_text(env, query, &text) != napi_ok) {
            good = false;
            break;
        }
        if (text.length > INT32_MAX - all->used) {
            napi_throw_range_error(env, NULL, "the text of a batch is 2 GiB at most");
            good = false;
        } else if (all->used + text.length > all->capacity) {
            size_t capacity = 2 * (all->used + text.length) + 4096;
            uint8_t *grown = realloc(all->data, capacity);
            good = grown != NULL;
            all->data = good ? grown : all->data;
            all->capacity = good ? capacity : all->capacity;
        }
        if (good) {
            memcpy(all->data + all->used, text.bytes, text.length);
            all->used += text.length;
            all->offsets[i + 1] = (int32_t)all->used;
        }
        free(text.allocated);
    }
    if (scope != NULL) {
        napi_close_handle_scope(env, scope);
    }
    return good;
}

/* (handle, array of queries, low, high) -> status, or ArrayBuffer of decisions */
static napi_value route_batch(napi_env env, napi_callback_info info)
{
    size_t count = 4;
    napi_value given[4], memory;
    Handle *handle;
    uint64_t mask;
    uint32_t n;
    void *out;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    CHECK(read_mask(env, given[2], given[3], &mask));
    CHECK(napi_get_array_length(env, given[1], &n));
    CHECK(napi_create_arraybuffer(env, n * sizeof(hlf_decision), &out, &memory));
    Gathered all = {0};
    bool good = gather(env, given[1], n, &all);
    int32_t status = good ? hlf_route_batch(handle->router, all.data, all.offsets, n, mask, out) : HLF_OK;
    free(all.data);
    free(all.offsets);
    return !good ? broken(env) : status != HLF_OK ? status_value(env, status) : memory;
}

/* (handle, Uint8Array, Int32Array, low, high) -> status, or ArrayBuffer of decisions */
static napi_value route_buffer(napi_env env, napi_callback_info info)
{
    size_t count = 5, length, n;
    napi_value given[5], memory;
    Handle *handle;
    uint64_t mask;
    napi_typedarray_type data_type, offsets_type;
    void *data, *offsets, *out;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    CHECK(napi_get_typedarray_info(env, given[1], &data_type, &length, &data, NULL, NULL));
    CHECK(napi_get_typedarray_info(env, given[2], &offsets_type, &n, &offsets, NULL, NULL));
    CHECK(read_mask(env, given[3], given[4], &mask));
    if (data_type != napi_uint8_array || offsets_type != napi_int32_array) {
        napi_throw_type_error(env, NULL, "the text is a Uint8Array, the offsets are an Int32Array");
        return NULL;
    }
    n = n > 0 ? n - 1 : 0;
    const int32_t *at = offsets;
    if (n > 0 && at[n] >= 0 && (size_t)at[n] > length) {
        napi_throw_range_error(env, NULL, "the last offset is beyond the end of the text");
        return NULL;
    }
    CHECK(napi_create_arraybuffer(env, n * sizeof(hlf_decision), &out, &memory));
    int32_t status = hlf_route_batch(handle->router, data, at, n, mask, out);
    return status == HLF_OK ? memory : status_value(env, status);
}

/* (handle, four words of the id, relevance, latency, given, cost, feedback) -> status */
static napi_value record(napi_env env, napi_callback_info info)
{
    size_t count = 10;
    napi_value given[10];
    Handle *handle;
    uint32_t words[4];
    hlf_decision_id id;
    hlf_outcome outcome = HLF_OUTCOME_INIT;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    for (int i = 0; i < 4; i++) {
        CHECK(napi_get_value_uint32(env, given[1 + i], &words[i]));
    }
    CHECK(napi_get_value_double(env, given[5], &outcome.relevance));
    CHECK(napi_get_value_double(env, given[6], &outcome.latency_ms));
    CHECK(napi_get_value_uint32(env, given[7], &outcome.given));
    CHECK(napi_get_value_double(env, given[8], &outcome.cost));
    CHECK(napi_get_value_double(env, given[9], &outcome.feedback));
    memcpy(&id, words, sizeof id);
    return status_value(env, hlf_record_outcome(handle->router, &id, &outcome));
}

/* (handle, Uint32Array of ids, Float64Array of relevance, Float64Array of latencies) -> status if negative, or how many were accepted */
static napi_value record_batch(napi_env env, napi_callback_info info)
{
    size_t count = 4, words, n[2], accepted = 0;
    napi_value given[4];
    Handle *handle;
    napi_typedarray_type ids_type, types[2];
    void *ids, *numbers[2];
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    CHECK(napi_get_typedarray_info(env, given[1], &ids_type, &words, &ids, NULL, NULL));
    CHECK(napi_get_typedarray_info(env, given[2], &types[0], &n[0], &numbers[0], NULL, NULL));
    CHECK(napi_get_typedarray_info(env, given[3], &types[1], &n[1], &numbers[1], NULL, NULL));
    if (ids_type != napi_uint32_array || types[0] != napi_float64_array || types[1] != napi_float64_array || words != 4 * n[0] ||
        n[0] != n[1]) {
        napi_throw_type_error(env, NULL, "the ids are a Uint32Array, the numbers are Float64Arrays, one for each id");
        return NULL;
    }
    int32_t status = hlf_record_batch(handle->router, ids, numbers[0], numbers[1], n[0], &accepted);
    return status_value(env, status == HLF_OK ? (int32_t)accepted : status);
}

static napi_value with_path(napi_env env, napi_callback_info info, int32_t (*function)(hlf_router *, const uint8_t *, size_t))
{
    size_t count = 2;
    napi_value given[2];
    Handle *handle;
    Text path;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    CHECK(read_text(env, given[1], &path));
    int32_t status = function(handle->router, path.bytes, path.length);
    free(path.allocated);
    return status_value(env, status);
}

/* (handle, path) -> status */
static napi_value save(napi_env env, napi_callback_info info)
{
    return with_path(env, info, hlf_save);
}

static napi_value load(napi_env env, napi_callback_info info)
{
    return with_path(env, info, hlf_load);
}

/* (handle) -> status */
static napi_value flush(napi_env env, napi_callback_info info)
{
    size_t count = 1;
    napi_value given[1];
    Handle *handle;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    return status_value(env, hlf_flush(handle->router));
}

/* (handle, query type, backend) -> status, or Float64Array's memory with alpha and beta */
static napi_value posterior(napi_env env, napi_callback_info info)
{
    size_t count = 3;
    napi_value given[3], memory;
    Handle *handle;
    uint32_t type, backend;
    double shape[2];
    void *out;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    CHECK(napi_get_value_uint32(env, given[1], &type));
    CHECK(napi_get_value_uint32(env, given[2], &backend));
    int32_t status = hlf_posterior(handle->router, type, backend, &shape[0], &shape[1]);
    if (status != HLF_OK) {
        return status_value(env, status);
    }
    CHECK(napi_create_arraybuffer(env, sizeof shape, &out, &memory));
    memcpy(out, shape, sizeof shape);
    return memory;
}

typedef int32_t (*Filler)(hlf_router *, uint32_t, uint8_t *, size_t, size_t *);

/* Calls a function that fills a buffer, with a larger one as long as it asks for it. -> status, or string */
static napi_value filled(napi_env env, Filler filler, hlf_router *router, uint32_t index)
{
    size_t capacity = 512, required = 0;
    uint8_t *buffer = NULL;
    int32_t status;
    do {
        uint8_t *grown = realloc(buffer, capacity);
        if (grown == NULL) {
            free(buffer);
            return broken(env);
        }
        buffer = grown;
        status = filler(router, index, buffer, capacity, &required);
        capacity = required + 256;
    } while (status == HLF_ERROR_BUFFER);
    napi_value text = NULL;
    bool made = status == HLF_OK && napi_create_string_utf8(env, (const char *)buffer, required, &text) == napi_ok;
    free(buffer);
    return made ? text : status != HLF_OK ? status_value(env, status) : broken(env);
}

static int32_t fill_statistics(hlf_router *router, uint32_t index, uint8_t *buf, size_t capacity, size_t *required)
{
    (void)index;
    return hlf_stats_json(router, buf, capacity, required);
}

static int32_t fill_last_error(hlf_router *router, uint32_t index, uint8_t *buf, size_t capacity, size_t *required)
{
    (void)router;
    (void)index;
    return hlf_last_error(buf, capacity, required);
}

/* (handle) -> status, or string */
static napi_value statistics(napi_env env, napi_callback_info info)
{
    size_t count = 1;
    napi_value given[1];
    Handle *handle;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    return filled(env, fill_statistics, handle->router, 0);
}

/* () -> string */
static napi_value last_error(napi_env env, napi_callback_info info)
{
    (void)info;
    return filled(env, fill_last_error, NULL, 0);
}

static napi_value names(napi_env env, napi_callback_info info, int32_t (*count_of)(hlf_router *, uint32_t *), Filler name_of)
{
    size_t count = 1;
    napi_value given[1], list;
    Handle *handle;
    uint32_t n = 0;
    CHECK(napi_get_cb_info(env, info, &count, given, NULL, NULL));
    CHECK(napi_get_value_external(env, given[0], (void **)&handle));
    int32_t status = count_of(handle->router, &n);
    if (status != HLF_OK) {
        return status_value(env, status);
    }
    CHECK(napi_create_array_with_length(env, n, &list));
    for (uint32_t i = 0; i < n; i++) {
        napi_value name = filled(env, name_of, handle->router, i);
        if (name == NULL) {
            return NULL;
        }
        CHECK(napi_set_element(env, list, i, name));
    }
    return list;
}

/* (handle) -> array of strings */
static napi_value backends(napi_env env, napi_callback_info info)
{
    return names(env, info, hlf_backend_count, hlf_backend_name);
}

static napi_value query_types(napi_env env, napi_callback_info info)
{
    return names(env, info, hlf_query_type_count, hlf_query_type_name);
}

NAPI_MODULE_INIT()
{
    static const struct {
        const char *name;
        napi_callback function;
    } functions[] = {
        {"open", open_router},
        {"close", close_router},
        {"route", route},
        {"routeUnit", route_unit},
        {"routeBatch", route_batch},
        {"routeBuffer", route_buffer},
        {"record", record},
        {"recordBatch", record_batch},
        {"save", save},
        {"load", load},
        {"flush", flush},
        {"posterior", posterior},
        {"statistics", statistics},
        {"lastError", last_error},
        {"backends", backends},
        {"queryTypes", query_types},
    };
    if (hlf_abi_version() != HLF_ABI_VERSION) {
        napi_throw_error(env, NULL, "the native library has another ABI version than this package needs");
        return NULL;
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        napi_value function;
        CHECK(napi_create_function(env, functions[i].name, NAPI_AUTO_LENGTH, functions[i].function, NULL, &function));
        CHECK(napi_set_named_property(env, exports, functions[i].name, function));
    }
    return exports;
}

/* Deciding: one query, a batch of objects, a batch in memory. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

PyObject *core_select_backend(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords)
{
    static const char *const names[] = {"query", "available", "unit"};
    PyObject *given[3];
    uint64_t mask;
    if (bind("select_backend", names, 3, 1, args, nargs, keywords, given) < 0 || available_mask(self, given[1], &mask) < 0) {
        return NULL;
    }
    PyObject *owner;
    Py_ssize_t length;
    const char *text = utf8(given[0], &length, &owner);
    if (text == NULL) {
        Py_XDECREF(owner);
        return NULL;
    }
    hlf_decision decision;
    int32_t status;
    if (given[2] == NULL || given[2] == Py_None) {
        status = hlf_route(self->router, (const uint8_t *)text, (size_t)length, mask, &decision);
    } else {
        PyObject *unit_owner;
        Py_ssize_t unit_length;
        const char *unit = utf8(given[2], &unit_length, &unit_owner);
        if (unit == NULL) {
            Py_XDECREF(unit_owner);
            Py_XDECREF(owner);
            return NULL;
        }
        status = hlf_route_unit(self->router, (const uint8_t *)text, (size_t)length, mask, (const uint8_t *)unit, (size_t)unit_length,
                                &decision);
        Py_XDECREF(unit_owner);
    }
    Py_XDECREF(owner);
    return status == HLF_OK ? new_decision(self->names, &decision) : fail(status);
}

/* Texts are laid one after the other, some thousands at a time, so that they are still in the cache when they are classified. */
enum { GATHER_QUERIES = 4096, GATHER_BYTES = 1 << 18 };

typedef struct {
    uint8_t *data;
    size_t capacity;
    int32_t offsets[GATHER_QUERIES + 1];
} Gathered;

/* Appends queries from `at` on; returns how many, or -1. */
static Py_ssize_t gather(PyObject *queries, Py_ssize_t at, Py_ssize_t count, Gathered *gathered)
{
    size_t used = 0;
    Py_ssize_t taken = 0;
    gathered->offsets[0] = 0;
    while (taken < GATHER_QUERIES && at + taken < count && (used < GATHER_BYTES || taken == 0)) {
        PyObject *owner;
        Py_ssize_t length;
        const char *text = utf8(PyTuple_GetItem(queries, at + taken), &length, &owner);
        if (text != NULL && (size_t)length > INT32_MAX - used) {
            if (taken > 0) { /* it goes into the next round, alone if it must */
                Py_XDECREF(owner);
                break;
            }
            PyErr_SetString(PyExc_OverflowError, "a query of 2 GiB or more cannot be part of a batch");
            text = NULL;
        }
        if (text != NULL && used + (size_t)length > gathered->capacity) {
            size_t capacity = 2 * (used + (size_t)length) + 4096;
            uint8_t *grown = realloc(gathered->data, capacity);
            if (grown == NULL) {
                PyErr_NoMemory();
                text = NULL;
            } else {
                gathered->data = grown;
                gathered->capacity = capacity;
            }
        }
        if (text == NULL) {
            Py_XDECREF(owner);
            return -1;
        }
        memcpy(gathered->data + used, text, (size_t)length);
        used += (size_t)length;
        gathered->offsets[++taken] = (int32_t)used;
        Py_XDECREF(owner);
    }
    return taken;
}

static PyObject *batch_of_objects(Core *self, PyObject *queries, uint64_t mask)
{
    Py_ssize_t count = PyTuple_Size(queries);
    for (Py_ssize_t i = 0; i < count; i++) { /* all are looked at before the first is decided */
        PyObject *query = PyTuple_GetItem(queries, i);
        if (!PyUnicode_Check(query) && !PyBytes_Check(query)) {
            PyObject *type = PyType_GetName(Py_TYPE(query));
            PyErr_Format(PyExc_TypeError, "a query is str or bytes; the one at index %zd is %U", i, type);
            Py_XDECREF(type);
            return NULL;
        }
    }
    DecisionBatch *batch = new_batch(self->names, count);
    Gathered *gathered = batch == NULL ? NULL : malloc(sizeof *gathered);
    if (gathered == NULL) {
        Py_XDECREF((PyObject *)batch);
        return PyErr_NoMemory();
    }
    gathered->capacity = GATHER_BYTES + 4096;
    gathered->data = malloc(gathered->capacity);
    int32_t status = HLF_OK;
    Py_ssize_t done = 0, taken = gathered->data == NULL ? -1 : 0;
    if (taken < 0) {
        PyErr_NoMemory();
    }
    do { /* once also for no queries at all, so that a closed router or an empty set is told */
        if (taken >= 0 && (taken = gather(queries, done, count, gathered)) >= 0) {
            Py_BEGIN_ALLOW_THREADS status =
                hlf_route_batch(self->router, gathered->data, gathered->offsets, (size_t)taken, mask, batch->values + done);
            Py_END_ALLOW_THREADS done += taken;
        }
    } while (taken >= 0 && status == HLF_OK && done < count);
    free(gathered->data);
    free(gathered);
    if (taken < 0 || status != HLF_OK) {
        Py_DECREF((PyObject *)batch);
        return taken < 0 ? NULL : fail(status);
    }
    return (PyObject *)batch;
}

static PyObject *batch_of_memory(Core *self, const void *data, const int32_t *offsets, Py_ssize_t count, uint64_t mask)
{
    DecisionBatch *batch = new_batch(self->names, count);
    if (batch == NULL) {
        return NULL;
    }
    int32_t status;
    Py_BEGIN_ALLOW_THREADS status = hlf_route_batch(self->router, data, offsets, (size_t)count, mask, batch->values);
    Py_END_ALLOW_THREADS if (status != HLF_OK)
    {
        Py_DECREF((PyObject *)batch);
        return fail(status);
    }
    return (PyObject *)batch;
}

/* The head of the Arrow C data interface's two structures, as its specification lays them out. */
struct ArrowSchemaHead {
    const char *format;
};

struct ArrowArrayHead {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
};

static PyObject *batch_of_arrow(Core *self, PyObject *queries, uint64_t mask)
{
    PyObject *pair = PyObject_CallMethod(queries, "__arrow_c_array__", NULL);
    if (pair == NULL) {
        return NULL;
    }
    PyObject *result = NULL;
    struct ArrowSchemaHead *schema = NULL;
    struct ArrowArrayHead *array = NULL;
    if (PyTuple_Check(pair) && PyTuple_Size(pair) == 2) {
        schema = PyCapsule_GetPointer(PyTuple_GetItem(pair, 0), "arrow_schema");
        array = schema == NULL ? NULL : PyCapsule_GetPointer(PyTuple_GetItem(pair, 1), "arrow_array");
    } else {
        PyErr_SetString(PyExc_TypeError, "__arrow_c_array__ gave something else than a schema and an array");
    }
    if (array != NULL) {
        if (strcmp(schema->format, "u") != 0) {
            PyErr_Format(PyExc_TypeError, "an Arrow array of queries has type utf8 (format 'u'), not '%s'; cast it", schema->format);
        } else if (array->null_count != 0 && array->buffers[0] != NULL) {
            PyErr_SetString(PyExc_ValueError, "an Arrow array of queries has no nulls; fill them first");
        } else if (array->length == 0) {
            result = batch_of_memory(self, NULL, NULL, 0, mask);
        } else {
            result = batch_of_memory(self, array->buffers[2], (const int32_t *)array->buffers[1] + array->offset, (Py_ssize_t)array->length,
                                     mask);
        }
    }
    Py_DECREF(pair); /* frees the array by its capsule */
    return result;
}

PyObject *core_select_backends_batch(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords)
{
    static const char *const names[] = {"queries", "available"};
    PyObject *given[2];
    uint64_t mask;
    if (bind("select_backends_batch", names, 2, 1, args, nargs, keywords, given) < 0 || available_mask(self, given[1], &mask) < 0) {
        return NULL;
    }
    if (PyUnicode_Check(given[0]) || PyBytes_Check(given[0])) {
        PyErr_SetString(PyExc_TypeError, "queries is a sequence of queries, not one query");
        return NULL;
    }
    if (!PyList_Check(given[0]) && !PyTuple_Check(given[0]) && PyObject_HasAttrString(given[0], "__arrow_c_array__")) {
        return batch_of_arrow(self, given[0], mask);
    }
    PyObject *queries = PySequence_Tuple(given[0]); /* ours, whatever other threads do with the list meanwhile */
    if (queries == NULL) {
        return NULL;
    }
    PyObject *result = batch_of_objects(self, queries, mask);
    Py_DECREF(queries);
    return result;
}

PyObject *core_select_backends_buffer(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords)
{
    static const char *const names[] = {"data", "offsets", "available"};
    PyObject *given[3], *result = NULL;
    Py_buffer data, offsets;
    uint64_t mask;
    if (bind("select_backends_buffer", names, 3, 2, args, nargs, keywords, given) < 0 || available_mask(self, given[2], &mask) < 0 ||
        PyObject_GetBuffer(given[0], &data, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    if (PyObject_GetBuffer(given[1], &offsets, PyBUF_ND | PyBUF_FORMAT) == 0) {
        /* Raw bytes are taken for what they should be: Arrow libraries show their buffers without a type. */
        const char *format = offsets.format == NULL ? "B" : offsets.format;
        Py_ssize_t count = offsets.len / 4 - 1;
        const int32_t *at = offsets.buf;
        if (strchr("ilBbc", format[format[0] == '<' || format[0] == '='] ? format[format[0] == '<' || format[0] == '='] : 'x') == NULL ||
            (offsets.itemsize != 4 && offsets.itemsize != 1) || offsets.len % 4 != 0 || (uintptr_t)at % 4 != 0) {
            PyErr_SetString(PyExc_TypeError, "offsets are signed integers of 32 bits");
        } else if (count >= 0 && (at[count] < 0 || at[count] > data.len)) {
            PyErr_Format(PyExc_ValueError, "the last offset is %d, but data has %zd bytes", (int)at[count], data.len);
        } else {
            result = batch_of_memory(self, data.buf, at, count < 0 ? 0 : count, mask);
        }
        PyBuffer_Release(&offsets);
    }
    PyBuffer_Release(&data);
    return result;
}

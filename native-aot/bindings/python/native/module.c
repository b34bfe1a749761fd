/* The core of a router, from its creation to its end, and the module. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

typedef int32_t (*CountFunction)(hlf_router *, uint32_t *);
typedef int32_t (*NameFunction)(hlf_router *, uint32_t, uint8_t *, size_t, size_t *);

static PyObject *read_names(hlf_router *router, CountFunction count_of, NameFunction name_function)
{
    uint32_t count = 0;
    int32_t status = count_of(router, &count);
    if (status != HLF_OK) {
        return fail(status);
    }
    PyObject *names = PyTuple_New((Py_ssize_t)count);
    for (uint32_t i = 0; names != NULL && i < count; i++) {
        size_t length = 0;
        status = name_function(router, i, NULL, 0, &length);
        char *text = malloc(length + 1);
        if (text == NULL || (status = name_function(router, i, (uint8_t *)text, length, &length)) != HLF_OK) {
            free(text);
            Py_DECREF(names);
            return text == NULL ? PyErr_NoMemory() : fail(status);
        }
        PyObject *name = PyUnicode_DecodeUTF8(text, (Py_ssize_t)length, "strict");
        free(text);
        if (name != NULL) {
            PyUnicode_InternInPlace(&name);
        }
        if (name == NULL || PyTuple_SetItem(names, (Py_ssize_t)i, name) < 0) {
            Py_CLEAR(names);
        }
    }
    return names;
}

static void end(Core *self)
{
    hlf_router *router = self->router;
    self->router = NULL;
    Py_BEGIN_ALLOW_THREADS hlf_router_destroy(router);
    Py_END_ALLOW_THREADS
}

static void core_dealloc(Core *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    end(self);
    Py_XDECREF(self->names);
    Py_XDECREF(self->index_of);
    ((freefunc)PyType_GetSlot(type, Py_tp_free))(self);
    Py_DECREF(type);
}

static PyObject *core_open(Core *self, PyObject *args)
{
    const char *config, *directory;
    Py_ssize_t config_length, directory_length;
    if (!PyArg_ParseTuple(args, "y#z#:_open", &config, &config_length, &directory, &directory_length)) {
        return NULL;
    }
    if (hlf_abi_version() != HLF_ABI_VERSION) {
        PyErr_Format(PyExc_ImportError, "the native library has ABI version %u; this package needs %u", hlf_abi_version(), HLF_ABI_VERSION);
        return NULL;
    }
    end(self);
    Py_CLEAR(self->names);
    Py_CLEAR(self->index_of);
    int32_t status;
    hlf_router *router = NULL;
    Py_BEGIN_ALLOW_THREADS status = directory == NULL ? hlf_router_create((const uint8_t *)config, (size_t)config_length, &router)
                                                      : hlf_router_open((const uint8_t *)config, (size_t)config_length,
                                                                        (const uint8_t *)directory, (size_t)directory_length, &router);
    Py_END_ALLOW_THREADS if (status != HLF_OK)
    {
        return fail(status);
    }
    self->router = router;
    PyObject *backends = read_names(router, hlf_backend_count, hlf_backend_name);
    PyObject *types = backends == NULL ? NULL : read_names(router, hlf_query_type_count, hlf_query_type_name);
    self->index_of = types == NULL ? NULL : PyDict_New();
    self->names = self->index_of == NULL ? NULL : PyTuple_Pack(2, backends, types);
    for (Py_ssize_t i = 0; self->names != NULL && i < PyTuple_Size(backends); i++) {
        PyObject *index = PyLong_FromSsize_t(i);
        if (index == NULL || PyDict_SetItem(self->index_of, PyTuple_GetItem(backends, i), index) < 0) {
            Py_CLEAR(self->names);
        }
        Py_XDECREF(index);
    }
    Py_XDECREF(backends);
    Py_XDECREF(types);
    if (self->names == NULL) {
        end(self);
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *core_close(Core *self, PyObject *unused)
{
    (void)unused;
    end(self);
    Py_RETURN_NONE;
}

static PyObject *core_flush(Core *self, PyObject *unused)
{
    (void)unused;
    int32_t status;
    Py_BEGIN_ALLOW_THREADS status = hlf_flush(self->router);
    Py_END_ALLOW_THREADS if (status != HLF_OK)
    {
        return fail(status);
    }
    Py_RETURN_NONE;
}

static PyObject *with_path(Core *self, PyObject *path, int32_t (*function)(hlf_router *, const uint8_t *, size_t))
{
    char *text;
    Py_ssize_t length;
    int32_t status;
    if (PyBytes_AsStringAndSize(path, &text, &length) < 0) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS status = function(self->router, (const uint8_t *)text, (size_t)length);
    Py_END_ALLOW_THREADS if (status != HLF_OK)
    {
        return fail(status);
    }
    Py_RETURN_NONE;
}

static PyObject *core_save(Core *self, PyObject *path)
{
    return with_path(self, path, hlf_save);
}

static PyObject *core_load(Core *self, PyObject *path)
{
    return with_path(self, path, hlf_load);
}

static PyObject *core_stats_json(Core *self, PyObject *unused)
{
    (void)unused;
    size_t capacity = 16384, required = 0;
    uint8_t *buffer = NULL;
    int32_t status;
    do { /* it may have grown since it told its length */
        uint8_t *grown = realloc(buffer, capacity);
        if (grown == NULL) {
            free(buffer);
            return PyErr_NoMemory();
        }
        buffer = grown;
        Py_BEGIN_ALLOW_THREADS status = hlf_stats_json(self->router, buffer, capacity, &required);
        Py_END_ALLOW_THREADS capacity = required + 256;
    } while (status == HLF_ERROR_BUFFER);
    PyObject *json = status == HLF_OK ? PyBytes_FromStringAndSize((const char *)buffer, (Py_ssize_t)required) : fail(status);
    free(buffer);
    return json;
}

static PyObject *core_posterior(Core *self, PyObject *args)
{
    long long type, backend;
    double alpha, beta;
    if (!PyArg_ParseTuple(args, "LL:_posterior", &type, &backend)) {
        return NULL;
    }
    uint32_t at_type = type < 0 || type > UINT32_MAX ? UINT32_MAX : (uint32_t)type;
    uint32_t at_backend = backend < 0 || backend > UINT32_MAX ? UINT32_MAX : (uint32_t)backend;
    int32_t status = hlf_posterior(self->router, at_type, at_backend, &alpha, &beta);
    return status == HLF_OK ? Py_BuildValue("(dd)", alpha, beta) : fail(status);
}

static PyObject *core_names(Core *self, void *which)
{
    PyObject *names = self->names == NULL ? PyTuple_New(0) : PyTuple_GetItem(self->names, which != NULL);
    if (self->names != NULL) {
        Py_XINCREF(names);
    }
    return names;
}

static PyMethodDef core_methods[] = {
    {"_open", (PyCFunction)(void (*)(void))core_open, METH_VARARGS, NULL},
    {"_save", (PyCFunction)(void (*)(void))core_save, METH_O, NULL},
    {"_load", (PyCFunction)(void (*)(void))core_load, METH_O, NULL},
    {"_stats_json", (PyCFunction)(void (*)(void))core_stats_json, METH_NOARGS, NULL},
    {"_posterior", (PyCFunction)(void (*)(void))core_posterior, METH_VARARGS, NULL},
    {"select_backend", (PyCFunction)(void (*)(void))core_select_backend, METH_FASTCALL | METH_KEYWORDS,
     "select_backend(query, available=None, unit=None) -> Decision"},
    {"select_backends_batch", (PyCFunction)(void (*)(void))core_select_backends_batch, METH_FASTCALL | METH_KEYWORDS,
     "select_backends_batch(queries, available=None) -> DecisionBatch"},
    {"select_backends_buffer", (PyCFunction)(void (*)(void))core_select_backends_buffer, METH_FASTCALL | METH_KEYWORDS,
     "select_backends_buffer(data, offsets, available=None) -> DecisionBatch"},
    {"record_outcome", (PyCFunction)(void (*)(void))core_record_outcome, METH_FASTCALL | METH_KEYWORDS,
     "record_outcome(decision, relevance, latency_ms=0.0, cost=None, feedback=None) -> 'accepted', 'duplicate', 'expired' or 'unknown'"},
    {"record_outcomes_batch", (PyCFunction)(void (*)(void))core_record_outcomes_batch, METH_FASTCALL | METH_KEYWORDS,
     "record_outcomes_batch(decisions, relevance, latency_ms) -> how many were learned from"},
    {"flush", (PyCFunction)(void (*)(void))core_flush, METH_NOARGS, "Returns once all that was recorded is in the state directory."},
    {"close", (PyCFunction)(void (*)(void))core_close, METH_NOARGS, "Ends the router, after a last write of its state directory."},
    {NULL, NULL, 0, NULL},
};

static PyGetSetDef core_members[] = {
    {"backends", (getter)core_names, NULL, "The backends' names.", NULL},
    {"query_types", (getter)core_names, NULL, "The query types' names.", (void *)core_methods},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot core_slots[] = {
    {Py_tp_dealloc, core_dealloc},
    {Py_tp_methods, core_methods},
    {Py_tp_getset, core_members},
    {0, NULL},
};

static PyType_Spec core_spec = {"hololoom_fast._native.Core", sizeof(Core), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, core_slots};

static struct PyModuleDef module_definition = {PyModuleDef_HEAD_INIT, "_native", NULL, -1, NULL, NULL, NULL, NULL, NULL};

__attribute__((visibility("default"))) PyObject *PyInit__native(void)
{
    static const char *const results[] = {"accepted", "duplicate", "expired", "unknown"};
    PyObject *module = PyModule_Create(&module_definition);
    PyObject *errors = module == NULL ? NULL : PyImport_ImportModule("hololoom_fast._errors");
    error_function = errors == NULL ? NULL : PyObject_GetAttrString(errors, "error");
    Py_XDECREF(errors);
    int failed = error_function == NULL;
    for (int i = 0; i < 4 && !failed; i++) {
        failed = (result_names[i] = PyUnicode_InternFromString(results[i])) == NULL;
    }
    decision_type = failed ? NULL : (PyTypeObject *)PyType_FromSpec(&decision_spec);
    batch_type = decision_type == NULL ? NULL : (PyTypeObject *)PyType_FromSpec(&batch_spec);
    PyObject *core_type = batch_type == NULL ? NULL : PyType_FromSpec(&core_spec);
    failed = core_type == NULL || PyModule_AddObjectRef(module, "Decision", (PyObject *)decision_type) < 0 ||
             PyModule_AddObjectRef(module, "DecisionBatch", (PyObject *)batch_type) < 0 ||
             PyModule_AddObjectRef(module, "Core", core_type) < 0;
    Py_XDECREF(core_type);
    if (failed) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}

/* What the files of the extension share. Stable ABI of Python 3.11. */
#ifndef HOLOLOOM_FAST_CORE_H
#define HOLOLOOM_FAST_CORE_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "hololoom_fast.h"

#define HIDDEN __attribute__((visibility("hidden"))) extern

HIDDEN PyObject *error_function;
HIDDEN PyTypeObject *decision_type;
HIDDEN PyTypeObject *batch_type;
HIDDEN PyObject *result_names[4];
HIDDEN PyType_Spec decision_spec;
HIDDEN PyType_Spec batch_spec;

typedef struct {
    PyObject_HEAD PyObject *names; /* (backends, query types) */
    hlf_decision value;
} Decision;

typedef struct {
    PyObject_HEAD PyObject *names;
    hlf_decision *values;
    Py_ssize_t count;
    Py_ssize_t stride;
} DecisionBatch;

typedef struct {
    PyObject_HEAD hlf_router *router;
    PyObject *names;
    PyObject *index_of; /* backend name -> index */
} Core;

HIDDEN PyObject *fail(int32_t status);
HIDDEN int bind(const char *function, const char *const *names, int count, int required, PyObject *const *args, Py_ssize_t nargs,
                PyObject *keywords, PyObject **out);
HIDDEN const char *utf8(PyObject *query, Py_ssize_t *length, PyObject **owner);
HIDDEN int available_mask(Core *self, PyObject *available, uint64_t *mask);
HIDDEN PyObject *new_decision(PyObject *names, const hlf_decision *value);
HIDDEN PyObject *name_of(PyObject *names, int list, Py_ssize_t index);
HIDDEN DecisionBatch *new_batch(PyObject *names, Py_ssize_t count);
HIDDEN PyObject *core_select_backend(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords);
HIDDEN PyObject *core_select_backends_batch(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords);
HIDDEN PyObject *core_select_backends_buffer(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords);
HIDDEN PyObject *core_record_outcome(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords);
HIDDEN PyObject *core_record_outcomes_batch(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords);

#endif

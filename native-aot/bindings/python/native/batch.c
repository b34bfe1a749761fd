/* DecisionBatch: records as they lie in memory, a sequence and a buffer. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

PyTypeObject *batch_type;

DecisionBatch *new_batch(PyObject *names, Py_ssize_t count)
{
    DecisionBatch *batch = (DecisionBatch *)PyType_GenericAlloc(batch_type, 0);
    if (batch == NULL) {
        return NULL;
    }
    if ((size_t)count > PY_SSIZE_T_MAX / sizeof(hlf_decision) ||
        (batch->values = malloc(count ? (size_t)count * sizeof(hlf_decision) : 1)) == NULL) {
        Py_DECREF((PyObject *)batch);
        PyErr_NoMemory();
        return NULL;
    }
    Py_XINCREF(names);
    batch->names = names;
    batch->count = count;
    batch->stride = sizeof(hlf_decision);
    return batch;
}

static void batch_dealloc(DecisionBatch *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    free(self->values);
    Py_XDECREF(self->names);
    PyObject_Free(self);
    Py_DECREF(type);
}

static Py_ssize_t batch_length(DecisionBatch *self)
{
    return self->count;
}

static PyObject *batch_item(DecisionBatch *self, Py_ssize_t index)
{
    if (index < 0 || index >= self->count) {
        PyErr_SetString(PyExc_IndexError, "no decision with this index");
        return NULL;
    }
    return new_decision(self->names, &self->values[index]);
}

static PyObject *batch_subscript(DecisionBatch *self, PyObject *key)
{
    if (PyIndex_Check(key)) {
        Py_ssize_t index = PyNumber_AsSsize_t(key, PyExc_IndexError);
        return index == -1 && PyErr_Occurred() ? NULL : batch_item(self, index < 0 ? index + self->count : index);
    }
    if (Py_TYPE(key) != &PySlice_Type) {
        PyErr_SetString(PyExc_TypeError, "an index is a number or a slice");
        return NULL;
    }
    Py_ssize_t start, stop, step;
    if (PySlice_Unpack(key, &start, &stop, &step) < 0) {
        return NULL;
    }
    Py_ssize_t count = PySlice_AdjustIndices(self->count, &start, &stop, step);
    PyObject *list = PyList_New(count);
    for (Py_ssize_t i = 0; list != NULL && i < count; i++) {
        PyObject *decision = batch_item(self, start + i * step);
        if (decision == NULL || PyList_SetItem(list, i, decision) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static PyObject *batch_names(DecisionBatch *self, void *which)
{
    PyObject *list = PyList_New(self->count);
    for (Py_ssize_t i = 0; list != NULL && i < self->count; i++) {
        PyObject *name = name_of(self->names, which != NULL, which != NULL ? self->values[i].query_type : self->values[i].backend);
        if (name == NULL || PyList_SetItem(list, i, name) < 0) {
            Py_CLEAR(list);
        }
    }
    return list;
}

static int batch_buffer(DecisionBatch *self, Py_buffer *view, int flags)
{
    if (PyBuffer_FillInfo(view, (PyObject *)self, self->values, self->count * (Py_ssize_t)sizeof(hlf_decision), 1, flags) < 0) {
        return -1;
    }
    if ((flags & PyBUF_FORMAT) == PyBUF_FORMAT) { /* as records, so that NumPy sees the fields by name */
        view->format = "T{(16)B:id:f:confidence:H:backend:H:query_type:H:variant:H:flags:I:reserved:}";
        view->itemsize = sizeof(hlf_decision);
        view->shape = (flags & PyBUF_ND) == PyBUF_ND ? &self->count : NULL;
        view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? &self->stride : NULL;
    }
    return 0;
}

static PyGetSetDef batch_members[] = {
    {"backends", (getter)batch_names, NULL, "The chosen backends' names, a list.", NULL},
    {"query_types", (getter)batch_names, NULL, "The query types' names, a list.", (void *)batch_members},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot batch_slots[] = {
    {Py_tp_doc, "Decisions as they lie in memory: a sequence of Decision, and a buffer of records for NumPy."},
    {Py_tp_dealloc, batch_dealloc},
    {Py_tp_getset, batch_members},
    {Py_sq_length, batch_length},
    {Py_sq_item, batch_item},
    {Py_mp_length, batch_length},
    {Py_mp_subscript, batch_subscript},
    {Py_bf_getbuffer, batch_buffer},
    {0, NULL},
};

PyType_Spec batch_spec = {
    "hololoom_fast.DecisionBatch",
    sizeof(DecisionBatch),
    0,
    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    batch_slots,
};

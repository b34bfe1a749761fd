/* Decision: one record, with names and numbers made when asked for. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

PyTypeObject *decision_type;

PyObject *new_decision(PyObject *names, const hlf_decision *value)
{
    Decision *decision = (Decision *)PyType_GenericAlloc(decision_type, 0);
    if (decision != NULL) {
        Py_INCREF(names);
        decision->names = names;
        decision->value = *value;
    }
    return (PyObject *)decision;
}

static void decision_dealloc(Decision *self)
{
    PyTypeObject *type = Py_TYPE((PyObject *)self);
    Py_XDECREF(self->names);
    PyObject_Free(self);
    Py_DECREF(type);
}

PyObject *name_of(PyObject *names, int list, Py_ssize_t index)
{
    PyObject *name = PyTuple_GetItem(PyTuple_GetItem(names, list), index);
    Py_XINCREF(name);
    return name;
}

static PyObject *decision_backend(Decision *self, void *unused)
{
    (void)unused;
    return name_of(self->names, 0, self->value.backend);
}

static PyObject *decision_query_type(Decision *self, void *unused)
{
    (void)unused;
    return name_of(self->names, 1, self->value.query_type);
}

static PyObject *decision_confidence(Decision *self, void *unused)
{
    (void)unused;
    return PyFloat_FromDouble((double)self->value.confidence);
}

static PyObject *decision_id(Decision *self, void *unused)
{
    (void)unused;
    char text[32];
    for (int i = 0; i < 16; i++) {
        text[2 * i] = "0123456789abcdef"[self->value.id.bytes[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[self->value.id.bytes[i] & 15];
    }
    return PyUnicode_FromStringAndSize(text, sizeof text);
}

static PyObject *decision_variant(Decision *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(self->value.variant);
}

static PyObject *decision_flags(Decision *self, void *unused)
{
    (void)unused;
    return PyLong_FromLong(self->value.flags);
}

static Py_ssize_t decision_length(Decision *self)
{
    (void)self;
    return 3;
}

static PyObject *decision_item(Decision *self, Py_ssize_t index)
{
    switch (index) {
    case 0:
        return decision_backend(self, NULL);
    case 1:
        return decision_query_type(self, NULL);
    case 2:
        return decision_confidence(self, NULL);
    default:
        PyErr_SetString(PyExc_IndexError, "a decision unpacks as backend, query_type, confidence");
        return NULL;
    }
}

static PyObject *decision_repr(Decision *self)
{
    PyObject *backend = decision_backend(self, NULL), *type = decision_query_type(self, NULL),
             *confidence = decision_confidence(self, NULL);
    PyObject *id = decision_id(self, NULL), *text = NULL;
    if (backend != NULL && type != NULL && confidence != NULL && id != NULL) {
        text = PyUnicode_FromFormat("Decision(backend=%R, query_type=%R, confidence=%R, decision_id=%R)", backend, type, confidence, id);
    }
    Py_XDECREF(backend);
    Py_XDECREF(type);
    Py_XDECREF(confidence);
    Py_XDECREF(id);
    return text;
}

static PyObject *decision_compare(PyObject *a, PyObject *b, int operation)
{
    if ((operation != Py_EQ && operation != Py_NE) || !PyObject_TypeCheck(b, decision_type)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    int equal = memcmp(&((Decision *)a)->value, &((Decision *)b)->value, sizeof(hlf_decision)) == 0;
    return PyBool_FromLong(equal == (operation == Py_EQ));
}

static Py_hash_t decision_hash(Decision *self)
{
    Py_hash_t hash;
    memcpy(&hash, self->value.id.bytes, sizeof hash);
    return hash == -1 ? -2 : hash;
}

static int decision_buffer(Decision *self, Py_buffer *view, int flags)
{
    return PyBuffer_FillInfo(view, (PyObject *)self, &self->value, sizeof self->value, 1, flags);
}

static PyGetSetDef decision_members[] = {
    {"backend", (getter)decision_backend, NULL, "The chosen backend's name.", NULL},
    {"query_type", (getter)decision_query_type, NULL, "The query type's name.", NULL},
    {"confidence", (getter)decision_confidence, NULL, "0..1.", NULL},
    {"decision_id", (getter)decision_id, NULL, "32 hexadecimal digits, to report the outcome with.", NULL},
    {"variant", (getter)decision_variant, NULL, "The experiment's variant; 0 without one.", NULL},
    {"flags", (getter)decision_flags, NULL, "1: the preferred backend was not available; 2: learned.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot decision_slots[] = {
    {Py_tp_doc, "What the router decided for one query; unpacks as (backend, query_type, confidence)."},
    {Py_tp_dealloc, decision_dealloc},
    {Py_tp_repr, decision_repr},
    {Py_tp_richcompare, decision_compare},
    {Py_tp_hash, decision_hash},
    {Py_tp_getset, decision_members},
    {Py_sq_length, decision_length},
    {Py_sq_item, decision_item},
    {Py_bf_getbuffer, decision_buffer},
    {0, NULL},
};

PyType_Spec decision_spec = {
    "hololoom_fast.Decision", sizeof(Decision), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE,
    decision_slots,
};

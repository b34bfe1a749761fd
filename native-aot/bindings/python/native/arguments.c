/* Arguments from Python, errors to Python. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

PyObject *error_function;

PyObject *fail(int32_t status)
{
    char small[512];
    char *text = small;
    size_t length = 0;
    int32_t told = hlf_last_error((uint8_t *)small, sizeof small, &length);
    if (told == HLF_ERROR_BUFFER && (text = malloc(length)) != NULL) {
        told = hlf_last_error((uint8_t *)text, length, &length);
    }
    PyObject *message = PyUnicode_DecodeUTF8(told == HLF_OK && text != NULL ? text : "",
                                             told == HLF_OK && text != NULL ? (Py_ssize_t)length : 0, "replace");
    if (text != small) {
        free(text);
    }
    if (message == NULL) {
        return NULL;
    }
    PyObject *error = PyObject_CallFunction(error_function, "iO", (int)status, message);
    Py_DECREF(message);
    if (error != NULL) {
        PyErr_SetObject((PyObject *)Py_TYPE(error), error);
        Py_DECREF(error);
    }
    return NULL;
}

/* Sorts positional and keyword arguments; those not given stay NULL. */
int bind(const char *function, const char *const *names, int count, int required, PyObject *const *args, Py_ssize_t nargs,
         PyObject *keywords, PyObject **out)
{
    if (nargs > count) {
        PyErr_Format(PyExc_TypeError, "%s() takes at most %d arguments (%zd given)", function, count, nargs);
        return -1;
    }
    for (int i = 0; i < count; i++) {
        out[i] = i < nargs ? args[i] : NULL;
    }
    Py_ssize_t named = keywords == NULL ? 0 : PyTuple_Size(keywords);
    for (Py_ssize_t k = 0; k < named; k++) {
        PyObject *name = PyTuple_GetItem(keywords, k);
        int at = 0;
        while (at < count && PyUnicode_CompareWithASCIIString(name, names[at]) != 0) {
            at++;
        }
        if (at == count || out[at] != NULL) {
            PyErr_Format(PyExc_TypeError,
                         at == count ? "%s() got an unexpected keyword argument '%U'" : "%s() got multiple values for argument '%U'",
                         function, name);
            return -1;
        }
        out[at] = args[nargs + k];
    }
    for (int i = 0; i < required; i++) {
        if (out[i] == NULL) {
            PyErr_Format(PyExc_TypeError, "%s() missing required argument '%s'", function, names[i]);
            return -1;
        }
    }
    return 0;
}

/* The UTF-8 of a str or bytes. *owner, if set, must be released afterwards. Lone surrogates become bytes that read as U+FFFD. */
const char *utf8(PyObject *query, Py_ssize_t *length, PyObject **owner)
{
    *owner = NULL;
    if (PyUnicode_Check(query)) {
        const char *text = PyUnicode_AsUTF8AndSize(query, length);
        if (text != NULL || !PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) {
            return text;
        }
        PyErr_Clear();
        query = *owner = PyUnicode_AsEncodedString(query, "utf-8", "surrogatepass");
        if (query == NULL) {
            return NULL;
        }
    } else if (!PyBytes_Check(query)) {
        PyObject *type = PyType_GetName(Py_TYPE(query));
        PyErr_Format(PyExc_TypeError, "a query is str or bytes, not %U", type);
        Py_XDECREF(type);
        return NULL;
    }
    char *bytes;
    return PyBytes_AsStringAndSize(query, &bytes, length) < 0 ? NULL : bytes;
}

static int add_backend(Core *self, PyObject *name, uint64_t *mask)
{
    PyObject *index = PyDict_GetItemWithError(self->index_of, name);
    if (index == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_Format(PyExc_ValueError, "%R is not a backend of this router; it has %R", name, PyTuple_GetItem(self->names, 0));
        }
        return -1;
    }
    *mask |= (uint64_t)1 << PyLong_AsLong(index);
    return 0;
}

int available_mask(Core *self, PyObject *available, uint64_t *mask)
{
    *mask = HLF_ALL_BACKENDS;
    if (available == NULL || available == Py_None || self->index_of == NULL) {
        return 0;
    }
    if (PyLong_Check(available)) {
        *mask = PyLong_AsUnsignedLongLongMask(available);
        return PyErr_Occurred() ? -1 : 0;
    }
    if (PyUnicode_Check(available)) {
        PyErr_SetString(PyExc_TypeError, "available is a sequence of names, not one name");
        return -1;
    }
    *mask = 0;
    if (PyList_Check(available)) {
        for (Py_ssize_t i = 0; i < PyList_Size(available); i++) {
            if (add_backend(self, PyList_GetItem(available, i), mask) < 0) {
                return -1;
            }
        }
        return 0;
    }
    PyObject *iterator = PyObject_GetIter(available);
    int failed = iterator == NULL;
    for (PyObject *name; !failed && (name = PyIter_Next(iterator)) != NULL;) {
        failed = add_backend(self, name, mask) < 0;
        Py_DECREF(name);
    }
    Py_XDECREF(iterator);
    return failed || PyErr_Occurred() ? -1 : 0;
}

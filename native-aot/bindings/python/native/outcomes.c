/* Reporting outcomes, one and in batches. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

PyObject *result_names[4];

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static int decision_id_of(PyObject *decision, hlf_decision_id *id)
{
    if (PyObject_TypeCheck(decision, decision_type)) {
        *id = ((Decision *)decision)->value.id;
        return 0;
    }
    Py_ssize_t length = 0;
    if (PyBytes_Check(decision) && PyBytes_Size(decision) == sizeof *id) {
        memcpy(id, PyBytes_AsString(decision), sizeof *id);
        return 0;
    }
    const char *text = PyUnicode_Check(decision) ? PyUnicode_AsUTF8AndSize(decision, &length) : NULL;
    int wrong = text == NULL || length != 32;
    for (int i = 0; i < 16 && !wrong; i++) {
        int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        wrong = high < 0 || low < 0;
        id->bytes[i] = (uint8_t)(high << 4 | low);
    }
    if (wrong && !PyErr_Occurred()) {
        PyErr_SetString(PyUnicode_Check(decision) || PyBytes_Check(decision) ? PyExc_ValueError : PyExc_TypeError,
                        "a decision is a Decision, or its id as 32 hexadecimal digits or 16 bytes");
    }
    return wrong ? -1 : 0;
}

static int number(PyObject *object, double *value)
{
    *value = PyFloat_AsDouble(object);
    return *value == -1.0 && PyErr_Occurred() ? -1 : 0;
}

static int optional_number(PyObject *object, uint32_t field, hlf_outcome *outcome, double *value)
{
    if (object == NULL || object == Py_None) {
        return 0;
    }
    outcome->given |= field;
    return number(object, value);
}

PyObject *core_record_outcome(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords)
{
    static const char *const names[] = {"decision", "relevance", "latency_ms", "cost", "feedback"};
    PyObject *given[5];
    hlf_decision_id id;
    hlf_outcome outcome = HLF_OUTCOME_INIT;
    if (bind("record_outcome", names, 5, 2, args, nargs, keywords, given) < 0 || decision_id_of(given[0], &id) < 0 ||
        number(given[1], &outcome.relevance) < 0 || (given[2] != NULL && number(given[2], &outcome.latency_ms) < 0) ||
        optional_number(given[3], HLF_OUTCOME_COST, &outcome, &outcome.cost) < 0 ||
        optional_number(given[4], HLF_OUTCOME_FEEDBACK, &outcome, &outcome.feedback) < 0) {
        return NULL;
    }
    int32_t status = hlf_record_outcome(self->router, &id, &outcome);
    if (status < 0) {
        return fail(status);
    }
    Py_INCREF(result_names[status]);
    return result_names[status];
}

/* Doubles from a buffer of doubles, or from numbers, which are copied into *copy. */
static const double *doubles(PyObject *object, Py_ssize_t count, const char *what, Py_buffer *view, double **copy)
{
    *copy = NULL;
    if (PyObject_CheckBuffer(object)) {
        if (PyObject_GetBuffer(object, view, PyBUF_ND | PyBUF_FORMAT) < 0) {
            return NULL;
        }
        if (view->itemsize == 8 && view->format != NULL && view->format[strlen(view->format) - 1] == 'd' && view->len / 8 == count) {
            return view->buf;
        }
        PyBuffer_Release(view);
        view->obj = NULL;
        PyErr_Format(PyExc_ValueError, "%s must hold %zd doubles, one for each decision", what, count);
        return NULL;
    }
    PyObject *numbers = PySequence_Tuple(object);
    if (numbers == NULL) {
        return NULL;
    }
    if (PyTuple_Size(numbers) != count) {
        PyErr_Format(PyExc_ValueError, "%s has %zd numbers for %zd decisions", what, PyTuple_Size(numbers), count);
    } else if ((*copy = malloc(count ? (size_t)count * sizeof **copy : 1)) == NULL) {
        PyErr_NoMemory();
    } else {
        for (Py_ssize_t i = 0; i < count; i++) {
            if (number(PyTuple_GetItem(numbers, i), *copy + i) < 0) {
                free(*copy);
                *copy = NULL;
                break;
            }
        }
    }
    Py_DECREF(numbers);
    return *copy;
}

/* The ids of decisions: of a batch or a buffer of decisions, or of a sequence of whatever record_outcome takes. */
static hlf_decision_id *ids_of(PyObject *decisions, Py_ssize_t *count)
{
    hlf_decision_id *ids = NULL;
    if (PyObject_CheckBuffer(decisions)) {
        Py_buffer view;
        if (PyObject_GetBuffer(decisions, &view, PyBUF_SIMPLE) < 0) {
            return NULL;
        }
        *count = view.len / (Py_ssize_t)sizeof(hlf_decision);
        if (view.len % (Py_ssize_t)sizeof(hlf_decision) != 0) {
            PyErr_SetString(PyExc_ValueError, "decisions are records of 32 bytes");
        } else if ((ids = malloc(*count ? (size_t)*count * sizeof *ids : 1)) == NULL) {
            PyErr_NoMemory();
        } else {
            for (Py_ssize_t i = 0; i < *count; i++) {
                memcpy(&ids[i], (const char *)view.buf + i * (Py_ssize_t)sizeof(hlf_decision), sizeof *ids);
            }
        }
        PyBuffer_Release(&view);
        return ids;
    }
    PyObject *list = PySequence_Tuple(decisions);
    if (list == NULL) {
        return NULL;
    }
    *count = PyTuple_Size(list);
    ids = malloc(*count ? (size_t)*count * sizeof *ids : 1);
    if (ids == NULL) {
        PyErr_NoMemory();
    }
    for (Py_ssize_t i = 0; ids != NULL && i < *count; i++) {
        if (decision_id_of(PyTuple_GetItem(list, i), &ids[i]) < 0) {
            free(ids);
            ids = NULL;
        }
    }
    Py_DECREF(list);
    return ids;
}

PyObject *core_record_outcomes_batch(Core *self, PyObject *const *args, Py_ssize_t nargs, PyObject *keywords)
{
    static const char *const names[] = {"decisions", "relevance", "latency_ms"};
    PyObject *given[3];
    if (bind("record_outcomes_batch", names, 3, 3, args, nargs, keywords, given) < 0) {
        return NULL;
    }
    Py_ssize_t count = 0;
    hlf_decision_id *ids = ids_of(given[0], &count);
    if (ids == NULL) {
        return NULL;
    }
    Py_buffer relevance_view = {0}, latency_view = {0};
    double *relevance_copy = NULL, *latency_copy = NULL;
    const double *relevance = doubles(given[1], count, "relevance", &relevance_view, &relevance_copy);
    const double *latency = relevance == NULL ? NULL : doubles(given[2], count, "latency_ms", &latency_view, &latency_copy);
    size_t accepted = 0;
    int32_t status = HLF_OK;
    if (latency != NULL) {
        Py_BEGIN_ALLOW_THREADS status = hlf_record_batch(self->router, ids, relevance, latency, (size_t)count, &accepted);
        Py_END_ALLOW_THREADS
    }
    if (relevance_view.obj != NULL) {
        PyBuffer_Release(&relevance_view);
    }
    if (latency_view.obj != NULL) {
        PyBuffer_Release(&latency_view);
    }
    free(relevance_copy);
    free(latency_copy);
    free(ids);
    return latency == NULL ? NULL : status == HLF_OK ? PyLong_FromSize_t(accepted) : fail(status);
}

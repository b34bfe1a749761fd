// Package hololoom classifies a query, picks a backend by rule or by Thompson sampling, and learns from the outcome: a layer over the
// native library hololoom_fast, which pkg-config finds.
//
// A Router may be shared by goroutines. With a seed, decisions are reproducible per operating system thread: call runtime.LockOSThread
// where that matters.
package hololoom

/*
#cgo pkg-config: hololoom_fast
#include <hololoom_fast.h>
#include <stdlib.h>

// Results travel by value, and the message of an error is fetched in the same call: a goroutine may go on in another thread after it.
typedef struct {
	hlf_decision decision;
	double alpha, beta;
	uint8_t *text;
	size_t length;
	uintptr_t router;
	uint32_t count;
	int32_t status;
} answer;

typedef int32_t (*text_function)(hlf_router *, uint32_t, uint8_t *, size_t, size_t *);

static int32_t last_error(hlf_router *router, uint32_t index, uint8_t *buf, size_t capacity, size_t *required) {
	(void)router;
	(void)index;
	return hlf_last_error(buf, capacity, required);
}

static int32_t stats(hlf_router *router, uint32_t index, uint8_t *buf, size_t capacity, size_t *required) {
	(void)index;
	return hlf_stats_json(router, buf, capacity, required);
}

// Fills a buffer of ours, with a larger one as long as that is asked for.
static int32_t fill(answer *a, text_function function, hlf_router *router, uint32_t index) {
	size_t capacity = 256;
	int32_t status = HLF_ERROR_INTERNAL;
	do {
		free(a->text);
		a->text = malloc(capacity);
		if (a->text == NULL) {
			return HLF_ERROR_INTERNAL;
		}
		status = function(router, index, a->text, capacity, &a->length);
		capacity = a->length + 256;
	} while (status == HLF_ERROR_BUFFER);
	return status;
}

static answer told(answer a) {
	if (a.status < 0) {
		free(a.text);
		a.text = NULL;
		if (fill(&a, last_error, NULL, 0) != HLF_OK) {
			a.length = 0;
		}
	}
	return a;
}

static hlf_router *of(uintptr_t router) {
	return (hlf_router *)router;
}

static answer create(_GoString_ config, _GoString_ directory, int with_directory) {
	answer a = {0};
	hlf_router *router = NULL;
	a.status = with_directory
		? hlf_router_open((const uint8_t *)_GoStringPtr(config), _GoStringLen(config), (const uint8_t *)_GoStringPtr(directory),
		                  _GoStringLen(directory), &router)
		: hlf_router_create((const uint8_t *)_GoStringPtr(config), _GoStringLen(config), &router);
	a.router = (uintptr_t)router;
	return told(a);
}

static void destroy(uintptr_t router) {
	hlf_router_destroy(of(router));
}

static answer route(uintptr_t router, _GoString_ query, uint64_t available) {
	answer a = {0};
	a.status = hlf_route(of(router), (const uint8_t *)_GoStringPtr(query), _GoStringLen(query), available, &a.decision);
	return told(a);
}

static answer route_unit(uintptr_t router, _GoString_ query, uint64_t available, _GoString_ unit) {
	answer a = {0};
	a.status = hlf_route_unit(of(router), (const uint8_t *)_GoStringPtr(query), _GoStringLen(query), available,
	                          (const uint8_t *)_GoStringPtr(unit), _GoStringLen(unit), &a.decision);
	return told(a);
}

static answer route_batch(uintptr_t router, const uint8_t *data, const int32_t *offsets, size_t n, uint64_t available, hlf_decision *out) {
	answer a = {0};
	a.status = hlf_route_batch(of(router), data, offsets, n, available, out);
	return told(a);
}

static answer record(uintptr_t router, hlf_decision_id id, hlf_outcome outcome) {
	answer a = {0};
	a.status = hlf_record_outcome(of(router), &id, &outcome);
	return told(a);
}

static answer record_batch(uintptr_t router, const hlf_decision_id *ids, const double *relevance, const double *latency_ms, size_t n) {
	answer a = {0};
	a.status = hlf_record_batch(of(router), ids, relevance, latency_ms, n, &a.length);
	return told(a);
}

static answer save(uintptr_t router, _GoString_ path) {
	answer a = {0};
	a.status = hlf_save(of(router), (const uint8_t *)_GoStringPtr(path), _GoStringLen(path));
	return told(a);
}

static answer load(uintptr_t router, _GoString_ path) {
	answer a = {0};
	a.status = hlf_load(of(router), (const uint8_t *)_GoStringPtr(path), _GoStringLen(path));
	return told(a);
}

static answer flush(uintptr_t router) {
	answer a = {0};
	a.status = hlf_flush(of(router));
	return told(a);
}

static answer posterior(uintptr_t router, uint32_t query_type, uint32_t backend) {
	answer a = {0};
	a.status = hlf_posterior(of(router), query_type, backend, &a.alpha, &a.beta);
	return told(a);
}

static answer statistics(uintptr_t router) {
	answer a = {0};
	a.status = fill(&a, stats, of(router), 0);
	return told(a);
}

static answer count(uintptr_t router, int query_types) {
	answer a = {0};
	a.status = query_types ? hlf_query_type_count(of(router), &a.count) : hlf_backend_count(of(router), &a.count);
	return told(a);
}

static answer name(uintptr_t router, int query_types, uint32_t index) {
	answer a = {0};
	a.status = fill(&a, query_types ? hlf_query_type_name : hlf_backend_name, of(router), index);
	return told(a);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// AllBackends is the set of every backend that a router has.
const AllBackends = ^uint64(0)

// Decision is what the router decided for one query.
type Decision struct {
	ID         DecisionID
	Confidence float32
	Backend    uint16 // index into Router.Backends
	QueryType  uint16 // index into Router.QueryTypes
	Variant    uint16
	Flags      uint16 // 1: the preferred backend was not available; 2: chosen by what was learned
	_          uint32
}

// Of the same layout, so that a batch is written in place. An index that is not constant 0 does not compile.
var _ = [1]struct{}{}[unsafe.Sizeof(Decision{})-unsafe.Sizeof(C.hlf_decision{})]

// Router decides and learns. Close it, or leave that to the garbage collector.
type Router struct {
	handle     uintptr
	backends   []string
	queryTypes []string
}

// New makes a router that keeps what it learns in memory. config: JSON with what differs from the defaults; empty for the defaults.
func New(config string) (*Router, error) { return build(C.create(config, "", 0)) }

// Open makes a router that goes on from a state directory, made if missing, and writes to it what it learns.
func Open(config, directory string) (*Router, error) { return build(C.create(config, directory, 1)) }

func build(made C.answer) (*Router, error) {
	if err := failure(made); err != nil {
		return nil, err
	}
	router := &Router{handle: uintptr(made.router)}
	runtime.SetFinalizer(router, (*Router).Close)
	var err error
	if router.backends, err = router.names(0); err == nil {
		router.queryTypes, err = router.names(1)
	}
	return router, err
}

// Backends are the backends' names; Decision.Backend is an index into them.
func (r *Router) Backends() []string { return r.backends }

// QueryTypes are the query types' names; Decision.QueryType is an index into them.
func (r *Router) QueryTypes() []string { return r.queryTypes }

// Close ends the router, after a last write of its state directory. Calls after it fail.
func (r *Router) Close() {
	if handle := atomic.SwapUintptr(&r.handle, 0); handle != 0 {
		C.destroy(C.uintptr_t(handle))
	}
}

// Set is the set of the named backends, for RouteAmong.
func (r *Router) Set(names ...string) (uint64, error) {
	var set uint64
	for _, name := range names {
		at := -1
		for i, known := range r.backends {
			if known == name {
				at = i
			}
		}
		if at < 0 {
			return 0, fmt.Errorf("%q is not a backend of this router; it has %v", name, r.backends)
		}
		set |= 1 << at
	}
	return set, nil
}

// Route decides, with every backend available.
func (r *Router) Route(query string) (Decision, error) { return r.RouteAmong(query, AllBackends) }

// RouteAmong decides among a set of backends: bit i is the backend of index i.
func (r *Router) RouteAmong(query string, available uint64) (Decision, error) {
	a := C.route(r.current(), query, C.uint64_t(available))
	runtime.KeepAlive(r)
	if a.status < 0 {
		return Decision{}, failure(a)
	}
	return *(*Decision)(unsafe.Pointer(&a.decision)), nil
}

// RouteUnit decides by the variant of the experiment that a unit (the id of a user, a session) belongs to: always the same one, in every
// process and language. Without an experiment it decides as RouteAmong.
func (r *Router) RouteUnit(query, unit string, available uint64) (Decision, error) {
	a := C.route_unit(r.current(), query, C.uint64_t(available), unit)
	runtime.KeepAlive(r)
	if a.status < 0 {
		return Decision{}, failure(a)
	}
	return *(*Decision)(unsafe.Pointer(&a.decision)), nil
}

// RouteBatch decides for many queries: the same decisions as one by one, faster.
func (r *Router) RouteBatch(queries []string, available uint64) ([]Decision, error) {
	length := 0
	for _, query := range queries {
		length += len(query)
	}
	if length > math.MaxInt32 {
		return nil, errors.New("a batch holds less than 2 GiB of text")
	}
	data, offsets := make([]byte, 0, length), make([]int32, 1, len(queries)+1)
	for _, query := range queries {
		data = append(data, query...)
		offsets = append(offsets, int32(len(data)))
	}
	return r.RouteBuffer(data, offsets, available)
}

// RouteBuffer decides for queries in one buffer, as an Arrow Utf8 array has them: query i is data[offsets[i]:offsets[i+1]].
func (r *Router) RouteBuffer(data []byte, offsets []int32, available uint64) ([]Decision, error) {
	n := len(offsets) - 1
	if n < 0 {
		n = 0
	}
	if n > 0 && (offsets[n] < 0 || int(offsets[n]) > len(data)) {
		return nil, &Error{int(C.HLF_ERROR_OFFSETS), fmt.Sprintf("the last offset is %d; the text has %d bytes", offsets[n], len(data))}
	}
	decisions := make([]Decision, n)
	var text *C.uint8_t
	var at *C.int32_t
	var out *C.hlf_decision
	if len(data) > 0 {
		text = (*C.uint8_t)(unsafe.Pointer(&data[0]))
	}
	if n > 0 {
		at, out = (*C.int32_t)(unsafe.Pointer(&offsets[0])), (*C.hlf_decision)(unsafe.Pointer(&decisions[0]))
	}
	a := C.route_batch(r.current(), text, at, C.size_t(n), C.uint64_t(available), out)
	runtime.KeepAlive(r)
	return decisions, failure(a)
}

// Record reports what became of a decision.
func (r *Router) Record(id DecisionID, outcome Outcome) (Recorded, error) {
	fields := C.hlf_outcome{size: C.sizeof_hlf_outcome, relevance: C.double(outcome.Relevance), latency_ms: C.double(outcome.LatencyMs)}
	if outcome.Cost != nil {
		fields.given |= C.HLF_OUTCOME_COST
		fields.cost = C.double(*outcome.Cost)
	}
	if outcome.Feedback != nil {
		fields.given |= C.HLF_OUTCOME_FEEDBACK
		fields.feedback = C.double(*outcome.Feedback)
	}
	a := C.record(r.current(), *(*C.hlf_decision_id)(unsafe.Pointer(&id)), fields)
	runtime.KeepAlive(r)
	return Recorded(a.status), failure(a)
}

// RecordBatch reports what became of many decisions, with a relevance and a latency for each, and tells how many were accepted; the others
// were duplicate, expired or unknown. If one of the numbers is not allowed nothing is recorded.
func (r *Router) RecordBatch(ids []DecisionID, relevance, latencyMs []float64) (accepted int, err error) {
	if len(relevance) != len(ids) || len(latencyMs) != len(ids) {
		return 0, &Error{int(C.HLF_ERROR_ARGUMENT), fmt.Sprintf("%d ids have %d relevances and %d latencies; each needs one of both",
			len(ids), len(relevance), len(latencyMs))}
	}
	var first *C.hlf_decision_id
	var relevances, latencies *C.double
	if len(ids) > 0 {
		first = (*C.hlf_decision_id)(unsafe.Pointer(&ids[0]))
		relevances, latencies = (*C.double)(unsafe.Pointer(&relevance[0])), (*C.double)(unsafe.Pointer(&latencyMs[0]))
	}
	a := C.record_batch(r.current(), first, relevances, latencies, C.size_t(len(ids)))
	runtime.KeepAlive(r)
	if a.status < 0 {
		return 0, failure(a)
	}
	return int(a.length), nil
}

// Save writes all that was learned to a directory, made if missing.
func (r *Router) Save(directory string) error {
	defer runtime.KeepAlive(r)
	return failure(C.save(r.current(), directory))
}

// Load replaces what was learned by what Save wrote.
func (r *Router) Load(directory string) error {
	defer runtime.KeepAlive(r)
	return failure(C.load(r.current(), directory))
}

// Flush returns once all that was recorded before is in the router's state directory.
func (r *Router) Flush() error {
	defer runtime.KeepAlive(r)
	return failure(C.flush(r.current()))
}

// StatisticsJSON is a JSON object with counts and posteriors.
func (r *Router) StatisticsJSON() (string, error) {
	defer runtime.KeepAlive(r)
	return text(C.statistics(r.current()))
}

// Posterior is alpha and beta of a query type and backend.
func (r *Router) Posterior(queryType, backend int) (alpha, beta float64, err error) {
	a := C.posterior(r.current(), index(queryType), index(backend))
	runtime.KeepAlive(r)
	return float64(a.alpha), float64(a.beta), failure(a)
}

func (r *Router) current() C.uintptr_t { return C.uintptr_t(atomic.LoadUintptr(&r.handle)) }

func (r *Router) names(queryTypes C.int) ([]string, error) {
	a := C.count(r.current(), queryTypes)
	if err := failure(a); err != nil {
		return nil, err
	}
	names := make([]string, a.count)
	for i := range names {
		var err error
		if names[i], err = text(C.name(r.current(), queryTypes, C.uint32_t(i))); err != nil {
			return nil, err
		}
	}
	return names, nil
}

func index(value int) C.uint32_t {
	if value < 0 || value > math.MaxUint32 {
		return math.MaxUint32
	}
	return C.uint32_t(value)
}

func text(a C.answer) (string, error) {
	if err := failure(a); err != nil {
		return "", err
	}
	defer C.free(unsafe.Pointer(a.text))
	return C.GoStringN((*C.char)(unsafe.Pointer(a.text)), C.int(a.length)), nil
}

func failure(a C.answer) error {
	if a.status >= 0 {
		return nil
	}
	defer C.free(unsafe.Pointer(a.text))
	return &Error{int(a.status), C.GoStringN((*C.char)(unsafe.Pointer(a.text)), C.int(a.length))}
}

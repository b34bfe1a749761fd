package hololoom

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

func router(t *testing.T, config string) *Router {
	t.Helper()
	made, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(made.Close)
	return made
}

func status(err error) int {
	var problem *Error
	if errors.As(err, &problem) {
		return problem.Status
	}
	return 0
}

func TestRulesSendEachTypeToItsBackend(t *testing.T) {
	r := router(t, `{"strategy": "rules"}`)
	expected := map[string]string{"who wrote this": "neo4j", "find papers": "qdrant", "my notes": "mem0", "today": "inmemory", "": "qdrant"}
	for query, backend := range expected {
		decision, err := r.Route(query)
		if err != nil || r.Backends()[decision.Backend] != backend {
			t.Errorf("%q: %v %v, expected %s", query, decision, err, backend)
		}
	}
	set, _ := r.Set("mem0")
	if decision, _ := r.RouteAmong("who", set); r.Backends()[decision.Backend] != "mem0" {
		t.Error("a backend that was not available was chosen")
	}
	if _, err := r.Set("nowhere"); err == nil {
		t.Error("an unknown name was taken")
	}
}

func TestABatchDecidesAsSingleCallsDo(t *testing.T) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	one, many := router(t, `{"seed": 5}`), router(t, `{"seed": 5}`)
	var queries []string
	var expected []Decision
	for i := 0; i < 1000; i++ {
		queries = append(queries, fmt.Sprintf("who wrote paper %d", i))
		decision, _ := one.Route(queries[i])
		expected = append(expected, decision)
	}
	actual, err := many.RouteBatch(queries, AllBackends)
	if err != nil || len(actual) != len(expected) {
		t.Fatal(err)
	}
	for i := range expected {
		if actual[i] != expected[i] {
			t.Fatalf("%d: %v, expected %v", i, actual[i], expected[i])
		}
	}
	if empty, err := many.RouteBatch(nil, AllBackends); err != nil || len(empty) != 0 {
		t.Error(empty, err)
	}
}

func TestOffsetsBeyondTheTextAreRefused(t *testing.T) {
	r := router(t, "")
	for _, wrong := range [][]int32{{0, 4}, {0, -1}, {0, 3, 2}, {-1, 3}} {
		if _, err := r.RouteBuffer([]byte("who"), wrong, AllBackends); status(err) != -6 {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}

func TestAnIDSurvivesAsText(t *testing.T) {
	r := router(t, "")
	decision, _ := r.Route("who")
	if id, err := ParseDecisionID(decision.ID.String()); err != nil || id != decision.ID {
		t.Error(id, err)
	}
	for _, wrong := range []string{"", "abc", strings.Repeat("z", 32), strings.Repeat("0", 34)} {
		if _, err := ParseDecisionID(wrong); err == nil {
			t.Errorf("%q was taken", wrong)
		}
	}
}

func TestFeedbackTakesThePlaceOfRelevance(t *testing.T) {
	r := router(t, "")
	decision, _ := r.RouteAmong("who", 1)
	feedback, cost := 1.0, 0.5
	if recorded, err := r.Record(decision.ID, Outcome{0.1, 10, &cost, &feedback}); err != nil || recorded != Accepted {
		t.Fatal(recorded, err)
	}
	if alpha, beta, err := r.Posterior(0, 0); alpha != 2 || beta != 1 || err != nil {
		t.Error(alpha, beta, err)
	}
	if json, err := r.StatisticsJSON(); err != nil || !strings.Contains(json, `"outcomes": 1`) {
		t.Error(json, err)
	}
	if _, _, err := r.Posterior(-1, 0); status(err) != -7 {
		t.Error(err)
	}
}

func TestAUnitKeepsItsVariantInEveryRouter(t *testing.T) {
	const config = `{"experiment": {"name": "colours", "variants": [
		{"name": "red", "strategy": "rules"}, {"name": "blue", "strategy": "uniform"}]}}`
	first, second := router(t, config), router(t, config)
	seen := map[uint16]int{}
	units := []string{"", "\xff", "北京"}
	for i := 0; i < 200; i++ {
		units = append(units, fmt.Sprintf("user %d", i))
	}
	for _, unit := range units {
		one, err := first.RouteUnit("who", unit, AllBackends)
		other, otherErr := second.RouteUnit("other", unit, 4)
		if err != nil || otherErr != nil || one.Variant != other.Variant || other.Backend != 2 {
			t.Fatalf("%q: %v %v, %v %v", unit, one, err, other, otherErr)
		}
		seen[one.Variant]++
	}
	if len(seen) != 2 || seen[0] == 0 || seen[1] == 0 {
		t.Error(seen)
	}
	if _, err := first.RouteUnit("who", "user", 0); status(err) != -5 {
		t.Error(err)
	}
	first.Close()
	if _, err := first.RouteUnit("who", "user", AllBackends); status(err) != -2 {
		t.Error(err)
	}
}

func TestOutcomesOfABatchAreLearnedOnceAllOrNone(t *testing.T) {
	r := router(t, "")
	decisions, _ := r.RouteBatch([]string{"who", "where", "when"}, 1)
	ids := []DecisionID{decisions[0].ID, decisions[1].ID, decisions[2].ID}
	good := []float64{1, 1, 1}
	for _, wrong := range [][]float64{{1, 1, -1}, {1, math.NaN(), 1}, {1, 1}, {1, 1, 1, 1}, nil} {
		if accepted, err := r.RecordBatch(ids, wrong, good); status(err) != -1 || accepted != 0 {
			t.Errorf("%v: %v %v", wrong, accepted, err)
		}
		if accepted, err := r.RecordBatch(ids, good, wrong); status(err) != -1 || accepted != 0 {
			t.Errorf("%v: %v %v", wrong, accepted, err)
		}
	}
	if accepted, err := r.RecordBatch(ids[:2], []float64{0.9, 0.1}, good[:2]); accepted != 2 || err != nil {
		t.Error(accepted, err)
	}
	if accepted, err := r.RecordBatch(ids, good, good); accepted != 1 || err != nil {
		t.Error(accepted, err)
	}
	if accepted, err := r.RecordBatch(nil, nil, nil); accepted != 0 || err != nil {
		t.Error(accepted, err)
	}
	if alpha, beta, _ := r.Posterior(0, 0); alpha != 3 || beta != 2 {
		t.Error(alpha, beta)
	}
}

func TestAStateDirectoryBelongsToOneRouterAtATime(t *testing.T) {
	directory := t.TempDir()
	first, err := Open("", directory)
	if err != nil {
		t.Fatal(err)
	}
	decision, _ := first.Route("who")
	if _, err := first.Record(decision.ID, Outcome{Relevance: 0.9}); err != nil || first.Flush() != nil {
		t.Fatal(err)
	}
	if _, err := Open("", directory); status(err) != -9 {
		t.Error(err)
	}
	if err := first.Load(directory); status(err) != -1 {
		t.Error(err)
	}
	first.Close()
	first.Close()
	second, err := Open("", directory)
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	if recorded, _ := second.Record(decision.ID, Outcome{Relevance: 0.9}); recorded != Duplicate {
		t.Error(recorded)
	}
	if _, err := first.Route("who"); status(err) != -2 {
		t.Error(err)
	}
}

func TestGoroutinesShareARouterAndSeeTheirOwnErrors(t *testing.T) {
	r := router(t, "")
	var group sync.WaitGroup
	var learned int64
	for g := 0; g < 8; g++ {
		group.Add(1)
		go func() {
			defer group.Done()
			for i := 0; i < 500; i++ {
				decision, err := r.Route("find my latest papers")
				if recorded, _ := r.Record(decision.ID, Outcome{Relevance: 0.9}); err == nil && recorded == Accepted {
					atomic.AddInt64(&learned, 1)
				}
				if _, err := New("{"); status(err) != -3 || !strings.Contains(err.Error(), "JSON") {
					t.Error(err)
				}
			}
		}()
	}
	group.Wait()
	if learned != 8*500 {
		t.Error(learned)
	}
}

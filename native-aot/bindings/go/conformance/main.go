// Writes what the library decides, learns and refuses, in the form that every language's conformance program writes: see ../../README.md.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"log"
	"math"
	"os"
	"runtime"
	"strings"

	"hololoom.fast/hololoom"
)

var out = bufio.NewWriter(os.Stdout)

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func show(label string, router *hololoom.Router, decisions []hololoom.Decision) {
	for _, d := range decisions {
		fmt.Fprintf(out, "%s %s %s %s %08x %d %d\n", label, d.ID, router.Backends()[d.Backend], router.QueryTypes()[d.QueryType],
			math.Float32bits(d.Confidence), d.Variant, d.Flags)
	}
}

func showError(name string, withMessage bool, err error) {
	var problem *hololoom.Error
	if !errors.As(err, &problem) || problem.Message == "" {
		log.Fatalf("%s: %v is no error with a message", name, err)
	}
	fmt.Fprintf(out, "error %s %d", name, problem.Status)
	if withMessage {
		fmt.Fprintf(out, " %s", problem)
	}
	fmt.Fprintln(out)
}

func main() {
	// With a seed, the calls of one thread are reproducible.
	runtime.LockOSThread()
	defer out.Flush()
	config, directory := os.Args[1], os.Args[3]
	queries := strings.Split(strings.TrimSuffix(string(must(os.ReadFile(os.Args[2]))), "\n"), "\n")

	router := must(hololoom.New(config))
	var single []hololoom.Decision
	for _, query := range queries {
		single = append(single, must(router.Route(query)))
	}
	show("single", router, single)
	for i, decision := range single {
		latency := 40.0
		if i%3 == 0 {
			latency = 2500
		}
		recorded := must(router.Record(decision.ID, hololoom.Outcome{Relevance: float64(i*7%11) / 10, LatencyMs: latency}))
		fmt.Fprintf(out, "record %d\n", recorded)
	}
	batch := must(router.RouteBatch(queries, hololoom.AllBackends&^1))
	show("batch", router, batch)
	good := hololoom.Outcome{Relevance: 1, LatencyMs: 1}
	fmt.Fprintf(out, "again %d\n", must(router.Record(must(hololoom.ParseDecisionID(single[0].ID.String())), good)))
	forged := batch[0].ID
	forged[3] ^= 4
	fmt.Fprintf(out, "forged %d\n", must(router.Record(forged, good)))
	var units []hololoom.Decision
	var ids []hololoom.DecisionID
	for i, query := range queries {
		units = append(units, must(router.RouteUnit(query, fmt.Sprintf("användare %d", i%40), hololoom.AllBackends)))
		ids = append(ids, units[i].ID)
	}
	show("unit", router, units)
	ids = append(ids, single[0].ID)
	relevance, latency := make([]float64, len(ids)), make([]float64, len(ids))
	for i := range ids {
		relevance[i], latency[i] = float64(i*3%11)/10, 40
		if i%4 == 0 {
			latency[i] = 2500
		}
	}
	fmt.Fprintf(out, "several %d\n", must(router.RecordBatch(ids, relevance, latency)))
	for t, queryType := range router.QueryTypes() {
		for b, backend := range router.Backends() {
			alpha, beta, err := router.Posterior(t, b)
			must(0, err)
			fmt.Fprintf(out, "posterior %s %s %016x %016x\n", queryType, backend, math.Float64bits(alpha), math.Float64bits(beta))
		}
	}

	must(0, router.Save(directory))
	loaded := must(hololoom.New(config))
	must(0, loaded.Load(directory))
	fmt.Fprintf(out, "earlier %d\n", must(loaded.Record(single[0].ID, good)))
	fmt.Fprintf(out, "later %d\n", must(loaded.Record(batch[0].ID, good)))
	show("loaded", loaded, must(loaded.RouteBatch(queries, hololoom.AllBackends)))
	hybrid := must(loaded.RouteAmong("who", must(loaded.Set("hybrid"))))
	must(0, loaded.Save(directory))
	smaller := must(hololoom.New(`{"backends": ["neo4j", "qdrant", "mem0", "inmemory"]}`))
	must(0, smaller.Load(directory))
	fmt.Fprintf(out, "expired %d\n", must(smaller.Record(hybrid.ID, good)))

	_, err := hololoom.New(`{"strategy": "best"}`)
	showError("config", true, err)
	_, err = hololoom.New("\xff")
	showError("utf8", false, err)
	_, err = loaded.RouteAmong("who", 0)
	showError("no_backend", false, err)
	_, err = loaded.Record(hybrid.ID, hololoom.Outcome{Relevance: math.NaN()})
	showError("argument", false, err)
	_, err = loaded.RouteBuffer([]byte("who"), []int32{0, 3, 2}, hololoom.AllBackends)
	showError("offsets", false, err)
	_, _, err = loaded.Posterior(99, 0)
	showError("range", false, err)
	showError("state", false, loaded.Load(directory+"/missing"))
	loaded.Close()
	_, err = loaded.Route("who")
	showError("handle", false, err)
}

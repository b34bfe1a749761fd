// Nanoseconds per decision, best of nine: go run ./benchmark QUERIES
package main

import (
	"fmt"
	"log"
	"math"
	"os"
	"strings"
	"time"

	"hololoom.fast/hololoom"
)

const passes = 400

func best(perCall int, call func()) float64 {
	fastest := math.Inf(1)
	for repeat := 0; repeat < 11; repeat++ {
		start := time.Now()
		call()
		if elapsed := float64(time.Since(start).Nanoseconds()) / float64(perCall); repeat >= 2 && elapsed < fastest {
			fastest = elapsed
		}
	}
	return fastest
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var queries, many []string
	for _, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if strings.IndexFunc(line, func(r rune) bool { return r > 127 }) < 0 {
			queries = append(queries, line)
		}
	}
	for i := 0; i < passes; i++ {
		many = append(many, queries...)
	}
	for _, strategy := range []string{"rules", "thompson"} {
		router, err := hololoom.New(fmt.Sprintf(`{"strategy": %q, "seed": 1}`, strategy))
		if err != nil {
			log.Fatal(err)
		}
		train(router, queries)
		single := best(len(many), func() {
			for i := 0; i < passes; i++ {
				for _, query := range queries {
					if _, err := router.RouteAmong(query, 15); err != nil {
						log.Fatal(err)
					}
				}
			}
		})
		batch := best(len(many), func() {
			if _, err := router.RouteBatch(many, 15); err != nil {
				log.Fatal(err)
			}
		})
		fmt.Printf("go %s single %.1f batch %.1f\n", strategy, single, batch)
	}
}

// As the other benchmarks train: backends that differ a little.
func train(router *hololoom.Router, queries []string) {
	random := uint64(1)
	for i := 0; i < 10000; i++ {
		decision, err := router.Route(queries[i%len(queries)])
		if err != nil {
			log.Fatal(err)
		}
		random = random*6364136223846793005 + 1442695040888963407
		outcome := hololoom.Outcome{LatencyMs: 20}
		if float64(random>>11)/(1<<53) <= 0.5+0.08*float64(decision.Backend) {
			outcome.Relevance = 1
		}
		if _, err := router.Record(decision.ID, outcome); err != nil {
			log.Fatal(err)
		}
	}
}

// go run ./example
package main

import (
	"fmt"
	"log"

	"hololoom.fast/hololoom"
)

func main() {
	router, err := hololoom.New(`{"strategy": "rules"}`)
	if err != nil {
		log.Fatal(err)
	}
	defer router.Close()
	decision, err := router.Route("who wrote the paper on attention")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s -> %s (%.2f)\n", router.QueryTypes()[decision.QueryType], router.Backends()[decision.Backend], decision.Confidence)

	// … call the backend, then tell the router what became of it: relevance 0.9 after 35 ms
	result, err := router.Record(decision.ID, hololoom.Outcome{Relevance: 0.9, LatencyMs: 35})
	fmt.Println("outcome:", result, err)
}

from hololoom_fast import RuleBasedRouter

router = RuleBasedRouter()
decision = router.select_backend("who wrote the paper on attention", ["neo4j", "qdrant", "mem0"])
print(f"{decision.query_type} -> {decision.backend} ({decision.confidence:.2f})")

# … call the backend, then tell the router what became of it: relevance 0.9 after 35 ms
print("outcome:", router.record_outcome(decision, 0.9, 35))

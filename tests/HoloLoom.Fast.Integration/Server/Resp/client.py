"""What a Python program does with the server: prints what it got, as JSON, and fails if something is not as it should be."""
import json
import sys

import redis

client = redis.Redis(host="127.0.0.1", port=int(sys.argv[1]), password=sys.argv[2] or None, client_name="python")
assert client.ping()
decision = client.execute_command("ROUTE", "who wrote the paper on attention", "AVAILABLE", "neo4j")
outcome = client.execute_command("OUTCOME", decision[0], 0.9, 35, "DURABLE")
again = client.execute_command("OUTCOME", decision[0], 0.9, 35)

pipeline = client.pipeline(transaction=False)
for i in range(1000):
    pipeline.execute_command("ROUTE", f"my favourite number {i}", "AVAILABLE", "mem0")
decisions = pipeline.execute()
assert len({one[0] for one in decisions}) == 1000
assert all(one[1:3] == [b"mem0", b"personal"] for one in decisions)

many = client.execute_command("MROUTE", "who", b"my \xff", "")
assert [one[2] for one in many] == [b"relationship", b"personal", b"unknown"]
try:
    client.execute_command("ROUTE")
    raise AssertionError("no error")
except redis.ResponseError as error:
    message = str(error)
stats = json.loads(client.execute_command("STATS"))
assert stats["decisions"] >= 1004
assert client.info()["role"] == "master"
assert any(one["name"] == "python" for one in client.client_list())
print(json.dumps([decision[1].decode(), decision[2].decode(), outcome.decode(), again.decode(), message]))

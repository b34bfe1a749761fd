// What a Node program does with the server: prints what it got, as JSON, and fails if something is not as it should be.
const assert = require('node:assert');
const { createClient } = require('redis');

async function main() {
  const [port, password] = process.argv.slice(2);
  const client = createClient({ socket: { host: '127.0.0.1', port: Number(port) }, password: password || undefined, name: 'node' });
  await client.connect();
  assert.strictEqual(await client.ping(), 'PONG');
  const decision = await client.sendCommand(['ROUTE', 'who wrote the paper on attention', 'AVAILABLE', 'neo4j']);
  const outcome = await client.sendCommand(['OUTCOME', decision[0], '0.9', '35', 'DURABLE']);
  const again = await client.sendCommand(['OUTCOME', decision[0], '0.9', '35']);
  const decisions = await Promise.all(
    Array.from({ length: 1000 }, (_, i) => client.sendCommand(['ROUTE', `my favourite number ${i}`, 'AVAILABLE', 'mem0'])));
  assert.strictEqual(new Set(decisions.map((one) => one[0])).size, 1000);
  assert.ok(decisions.every((one) => one[1] === 'mem0' && one[2] === 'personal'));
  const error = await client.sendCommand(['ROUTE']).catch((problem) => problem.message);
  assert.ok(JSON.parse(await client.sendCommand(['STATS'])).decisions >= 1001);
  console.log(JSON.stringify([decision[1], decision[2], outcome, again, error]));
  await client.quit();
}

main().catch((problem) => {
  console.error(problem);
  process.exit(1);
});

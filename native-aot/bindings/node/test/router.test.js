'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const test = require('node:test');
const { Worker } = require('node:worker_threads');
const { Router, Decision, HoloLoomError } = require('hololoom-fast');

function withDirectory(run) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'hololoom-node-'));
  try {
    return run(directory);
  } finally {
    fs.rmSync(directory, { recursive: true });
  }
}

const hasCode = (code) => (problem) => problem instanceof HoloLoomError && problem.code === code && problem.message.length > 10;

test('rules send each type to its backend', () => {
  const router = new Router({ strategy: 'rules' });
  const expected = {
    'who wrote this': 'neo4j', 'find papers': 'qdrant', 'my notes': 'mem0', today: 'inmemory', '': 'qdrant', '北京 who': 'neo4j', '\ud800': 'qdrant',
  };
  for (const [query, backend] of Object.entries(expected)) {
    assert.equal(router.route(query).backend, backend, query);
    assert.equal(router.route(Buffer.from(query)).backend, backend, query);
  }
  assert.equal(router.route('who', ['mem0', 'inmemory']).backend, 'mem0');
  assert.equal(router.route('who', new Set(['mem0'])).backend, 'mem0');
  assert.throws(() => router.route('who', ['nowhere']), RangeError);
  assert.throws(() => router.route('who', 'mem0'), TypeError);
  assert.throws(() => router.route(7), TypeError);
  assert.throws(() => router.route(), TypeError);
});

test('a text is routed whole at every length around the inner buffer', () => {
  const router = new Router({ strategy: 'rules' });
  for (const tail of ['who', 'é who', '北 who', '😀 who']) {
    for (let length = 1000; length < 1040; length++) {
      assert.equal(router.route(`${' '.repeat(length)}${tail}`).backend, 'neo4j', `${length} ${tail}`);
    }
  }
});

test('a batch decides as single calls do', () => {
  const [one, many] = [new Router({ seed: 5 }), new Router({ seed: 5 })];
  const queries = Array.from({ length: 5000 }, (_, i) => `who wrote paper ${i} 北京`);
  const batch = many.routeBatch(queries);
  assert.equal(batch.length, queries.length);
  assert.deepEqual([...batch].map((d) => d.toJSON()), queries.map((query) => one.route(query).toJSON()));
  assert.equal(batch.at(-1).id, batch.at(4999).id);
  assert.equal(batch.at(5000), undefined);
  assert.equal(many.backends[batch.backendIndex(7)], batch.at(7).backend);
  assert.equal(many.routeBatch([]).length, 0);
  const before = many.statistics().decisions;
  assert.throws(() => many.routeBatch(['who', 3]), TypeError);
  assert.throws(() => many.routeBatch('who'), TypeError);
  assert.equal(many.statistics().decisions, before);
});

test('a decision keeps what it says when the router decides again', () => {
  const router = new Router({ strategy: 'rules' });
  const first = router.route('who');
  const { id, backend } = first;
  router.route('my');
  assert.deepEqual([first.id, first.backend], [id, backend]);
  assert.match(id, /^[0-9a-f]{32}$/);
  assert.ok(first instanceof Decision);
});

test('text in one buffer with offsets', () => {
  const router = new Router({ strategy: 'rules' });
  const data = Buffer.from('whofindmy');
  assert.deepEqual([...router.routeBuffer(data, Int32Array.of(0, 3, 7, 9))].map((d) => d.backend), ['neo4j', 'qdrant', 'mem0']);
  assert.equal(router.routeBuffer(data, new Int32Array(0)).length, 0);
  assert.throws(() => router.routeBuffer(data, Int32Array.of(0, 10)), RangeError);
  assert.throws(() => router.routeBuffer(data, Int32Array.of(0, 5, 3)), hasCode('OFFSETS'));
  assert.throws(() => router.routeBuffer(data, Int32Array.of(0, -1)), hasCode('OFFSETS'));
  assert.throws(() => router.routeBuffer(data, [0, 3]), TypeError);
  assert.throws(() => router.routeBuffer(data, Float64Array.of(0, 3)), TypeError);
});

test('an outcome is learned once', () => {
  const router = new Router();
  const decision = router.route('who', ['neo4j']);
  assert.equal(router.record(decision, 0.9, 35), 'accepted');
  assert.equal(router.record(decision.id.toUpperCase(), 0.9, 35), 'duplicate');
  assert.equal(router.record('0'.repeat(32), 0.9), 'unknown');
  assert.equal(router.record(router.route('who', ['neo4j']), 0.9, 35, { cost: 1, feedback: 0 }), 'accepted');
  assert.deepEqual(router.posterior('relationship', 'neo4j'), { alpha: 2, beta: 2 });
  assert.equal(router.statistics().outcomes, 2);
  for (const [relevance, latency] of [[1.1, 1], [NaN, 1], [0.5, -1], [0.5, Infinity]]) {
    assert.throws(() => router.record(decision, relevance, latency), hasCode('ARGUMENT'));
  }
  for (const wrong of ['abc', 'z'.repeat(32), 3, null, undefined]) {
    assert.throws(() => router.record(wrong, 0.9), TypeError);
  }
  assert.throws(() => router.record(decision, 'good'), TypeError);
});

test('a unit keeps its variant in every router', () => {
  const config = { experiment: { name: 'colours', variants: [{ name: 'red', strategy: 'rules' }, { name: 'blue', strategy: 'uniform' }] } };
  const [first, second] = [new Router(config), new Router(config)];
  const units = ['', '\ud800', '北京', ...Array.from({ length: 200 }, (_, i) => `user ${i}`), 'u'.repeat(5000)];
  const variants = units.map((unit) => first.routeUnit('who', unit).variant);
  assert.deepEqual(new Set(variants), new Set([0, 1]));
  assert.deepEqual(units.map((unit) => second.routeUnit(Buffer.from('other'), Buffer.from(unit), ['mem0']).variant), variants);
  assert.equal(second.routeUnit('other', 'user 1', ['mem0']).backend, 'mem0');
  for (const wrong of [undefined, null, 7, ['user']]) {
    assert.throws(() => first.routeUnit('who', wrong), TypeError);
  }
  assert.throws(() => first.routeUnit('who', 'user', []), hasCode('NO_BACKEND'));
  assert.throws(() => first.routeUnit('who', 'user', 'mem0'), TypeError);
});

test('outcomes of a batch are learned once, all or none', () => {
  const router = new Router();
  const batch = router.routeBatch(['who', 'where', 'when'], ['neo4j']);
  for (const [relevance, latency] of [[[0.9, 0.9, 1.1], [1, 1, 1]], [[0.9, NaN, 0], [1, 1, 1]], [[1, 1, 1], [1, 1, -1]]]) {
    assert.throws(() => router.recordBatch(batch, relevance, latency), hasCode('ARGUMENT'));
  }
  assert.throws(() => router.recordBatch(batch, [1, 1], [1, 1, 1]), RangeError);
  assert.throws(() => router.recordBatch(batch, [1, 1, 1], new Float64Array(4)), RangeError);
  assert.throws(() => router.recordBatch(batch, [1, '1', 1], [1, 1, 1]), TypeError);
  assert.throws(() => router.recordBatch([1, 2, 3], [1, 1, 1], [1, 1, 1]), TypeError);
  assert.equal(router.statistics().outcomes, 0);
  assert.equal(router.recordBatch([batch.at(0), batch.at(1).id], [0.9, 0.1], Float64Array.of(10, 10)), 2);
  assert.equal(router.recordBatch(batch, [0.9, 0.9, 0.9], [10, 10, 10]), 1);
  assert.equal(router.recordBatch([], [], []), 0);
  assert.deepEqual(router.posterior('relationship', 'neo4j'), { alpha: 3, beta: 2 });
});

test('what was learned is saved, loaded, and kept in a state directory', () => withDirectory((directory) => {
  const router = new Router();
  const [reported, pending] = [router.route('who', ['neo4j']), router.route('my', ['mem0'])];
  router.record(reported, 0.9, 10);
  router.save(path.join(directory, 'a', 'saved'));
  const other = new Router();
  other.load(path.join(directory, 'a', 'saved'));
  assert.equal(other.record(reported, 0.9), 'duplicate');
  assert.equal(other.record(pending, 0.9), 'accepted');

  const stateDirectory = path.join(directory, 'state');
  const owner = new Router({}, { stateDirectory });
  const decision = owner.route('who');
  owner.record(decision, 0.9);
  owner.flush();
  assert.throws(() => new Router({}, { stateDirectory }), hasCode('STATE'));
  assert.throws(() => owner.load(stateDirectory), hasCode('ARGUMENT'));
  owner.close();
  owner.close();
  assert.equal(new Router({}, { stateDirectory }).record(decision, 0.9), 'duplicate');
}));

test('every error tells its code', () => {
  const router = new Router();
  assert.throws(() => new Router({ strategy: 'best' }), hasCode('CONFIG'));
  assert.throws(() => new Router(Uint8Array.of(0xff)), hasCode('UTF8'));
  assert.throws(() => router.route('who', []), hasCode('NO_BACKEND'));
  assert.throws(() => router.posterior('nowhere', 0), hasCode('RANGE'));
  assert.throws(() => router.load('/nonexistent'), hasCode('STATE'));
  router.close();
  const calls = {
    route: ['who'], routeUnit: ['who', 'user'], routeBatch: [['who']], recordBatch: [[], [], []], statistics: [], flush: [], save: ['who'],
  };
  for (const [call, given] of Object.entries(calls)) {
    assert.throws(() => router[call](...given), hasCode('CLOSED'), call);
  }
});

test('routers without end do not grow the process', () => {
  const decide = () => {
    for (let i = 0; i < 100; i++) {
      const router = new Router();
      router.record(router.route('who'), 0.9);
      router.close();
    }
  };
  decide();
  const before = process.memoryUsage().rss;
  for (let round = 0; round < 10; round++) {
    decide();
  }
  assert.ok(process.memoryUsage().rss - before < 64 << 20);
});

test('worker threads have routers of their own', async () => {
  const source = `const { Router } = require(${JSON.stringify(require.resolve('hololoom-fast'))});
    require('node:worker_threads').parentPort.postMessage(new Router({ strategy: 'rules' }).route('who').backend);`;
  const answers = await Promise.all([1, 2, 3].map(() => new Promise((resolve, reject) => {
    new Worker(source, { eval: true }).once('message', resolve).once('error', reject);
  })));
  assert.deepEqual(answers, ['neo4j', 'neo4j', 'neo4j']);
});

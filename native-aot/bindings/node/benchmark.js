'use strict';
// Nanoseconds per decision, best of nine: node benchmark.js QUERIES

const fs = require('node:fs');
const { Router } = require('hololoom-fast');

const PASSES = 100;

function best(perCall, call) {
  let fastest = Infinity;
  for (let repeat = 0; repeat < 14; repeat++) {
    const start = process.hrtime.bigint();
    call();
    const elapsed = Number(process.hrtime.bigint() - start) / perCall;
    if (repeat >= 5) {
      fastest = Math.min(fastest, elapsed);
    }
  }
  return fastest.toFixed(1);
}

// As the other benchmarks train: backends that differ a little.
function train(router, queries) {
  let random = 1;
  for (let i = 0; i < 10000; i++) {
    const decision = router.route(queries[i % queries.length]);
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    router.record(decision, random / 2 ** 32 <= 0.5 + 0.08 * router.backends.indexOf(decision.backend) ? 1 : 0, 20);
  }
}

const queries = fs.readFileSync(process.argv[2], 'utf8').replace(/\n$/, '').split('\n').filter((line) => /^[\x00-\x7f]*$/.test(line));
const many = Array.from({ length: PASSES }, () => queries).flat();
for (const strategy of ['rules', 'thompson']) {
  const router = new Router({ strategy, seed: 1 });
  train(router, queries);
  const available = ['neo4j', 'qdrant', 'mem0', 'inmemory'];
  let sink = 0;
  const single = best(many.length, () => {
    for (const query of many) {
      sink += router.route(query).confidence;
    }
  });
  const among = best(many.length, () => {
    for (const query of many) {
      sink += router.route(query, available).confidence;
    }
  });
  const batch = best(many.length, () => {
    sink += router.routeBatch(many, available).length;
  });
  console.log(`node ${strategy} single ${single} single_with_available ${among} batch ${batch}${sink === 0 ? " nothing" : ""}`);
}

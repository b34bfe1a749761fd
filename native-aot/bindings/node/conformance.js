'use strict';
// Writes what the library decides, learns and refuses, in the form that every language's conformance program writes: see ../README.md.

const fs = require('node:fs');
const { Router, HoloLoomError } = require('hololoom-fast');

const lines = [];
const number = (result) => ['accepted', 'duplicate', 'expired', 'unknown'].indexOf(result);

function bits(value, size) {
  const buffer = Buffer.alloc(size);
  if (size === 4) {
    buffer.writeFloatBE(value);
  } else {
    buffer.writeDoubleBE(value);
  }
  return buffer.toString('hex');
}

function show(label, decisions) {
  for (const d of decisions) {
    lines.push(`${label} ${d.id} ${d.backend} ${d.queryType} ${bits(d.confidence, 4)} ${d.variant} ${d.flags}`);
  }
}

function showError(name, call, withMessage = false) {
  try {
    call();
  } catch (problem) {
    if (!(problem instanceof HoloLoomError) || problem.message === '') {
      throw problem;
    }
    lines.push(`error ${name} ${problem.status}${withMessage ? ` ${problem.message}` : ''}`);
    return;
  }
  throw new Error(`${name} was accepted`);
}

const [config, file, directory] = process.argv.slice(2);
const queries = fs.readFileSync(file, 'utf8').replace(/\n$/, '').split('\n');
const router = new Router(config);
const single = queries.map((query) => router.route(query));
show('single', single);
single.forEach((decision, i) => lines.push(`record ${number(router.record(decision, ((i * 7) % 11) / 10, i % 3 === 0 ? 2500 : 40))}`));
const batch = router.routeBatch(queries, router.backends.slice(1));
show('batch', batch);
lines.push(`again ${number(router.record(single[0].id, 1, 1))}`);
const forged = Buffer.from(batch.at(0).id, 'hex');
forged[3] ^= 4;
lines.push(`forged ${number(router.record(forged.toString('hex'), 1, 1))}`);
const units = queries.map((query, i) => router.routeUnit(query, `användare ${i % 40}`));
show('unit', units);
const reported = [...units, single[0]];
const relevance = reported.map((_, i) => ((i * 3) % 11) / 10);
const latency = reported.map((_, i) => (i % 4 === 0 ? 2500 : 40));
lines.push(`several ${router.recordBatch(reported, relevance, latency)}`);
for (const queryType of router.queryTypes) {
  for (const backend of router.backends) {
    const { alpha, beta } = router.posterior(queryType, backend);
    lines.push(`posterior ${queryType} ${backend} ${bits(alpha, 8)} ${bits(beta, 8)}`);
  }
}

router.save(directory);
const loaded = new Router(JSON.parse(config));
loaded.load(directory);
lines.push(`earlier ${number(loaded.record(single[0], 1, 1))}`);
lines.push(`later ${number(loaded.record(batch.at(0), 1, 1))}`);
show('loaded', loaded.routeBatch(queries));
const hybrid = loaded.route('who', ['hybrid']);
loaded.save(directory);
const smaller = new Router({ backends: ['neo4j', 'qdrant', 'mem0', 'inmemory'] });
smaller.load(directory);
lines.push(`expired ${number(smaller.record(hybrid, 1, 1))}`);

showError('config', () => new Router({ strategy: 'best' }), true);
showError('utf8', () => new Router(Uint8Array.of(0xff)));
showError('no_backend', () => loaded.route('who', []));
showError('argument', () => loaded.record(hybrid, NaN, 1));
showError('offsets', () => loaded.routeBuffer(Buffer.from('who'), Int32Array.of(0, 3, 2)));
showError('range', () => loaded.posterior(99, 0));
showError('state', () => loaded.load(`${directory}/missing`));
loaded.close();
showError('handle', () => loaded.route('who'));
process.stdout.write(`${lines.join('\n')}\n`);

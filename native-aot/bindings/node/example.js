'use strict';

const { Router } = require('hololoom-fast');

const router = new Router({ strategy: 'rules' });
const decision = router.route('who wrote the paper on attention');
console.log(`${decision.queryType} -> ${decision.backend} (${decision.confidence.toFixed(2)})`);

// … call the backend, then tell the router what became of it: relevance 0.9 after 35 ms
console.log('outcome:', router.record(decision, 0.9, 35));

'use strict';

const path = require('node:path');

const file = path.join(__dirname, 'native', 'hololoom_fast.node');
let native;
try {
  native = require(file);
} catch (cause) {
  throw new Error(`the native part cannot be loaded: ${cause.message}. Install the tarball that native-aot/publish makes.`, { cause });
}

const RESULTS = ['accepted', 'duplicate', 'expired', 'unknown'];
const WORDS = 8; // 32-bit words of a decision
const CODES = {
  [-1]: 'ARGUMENT', [-2]: 'CLOSED', [-3]: 'CONFIG', [-4]: 'UTF8', [-5]: 'NO_BACKEND', [-6]: 'OFFSETS', [-7]: 'RANGE', [-8]: 'BUFFER',
  [-9]: 'STATE', [-10]: 'CPU', [-11]: 'INTERNAL',
};

/** A call that failed. `status` is the number of the C header, `code` its name. */
class HoloLoomError extends Error {
  constructor(status) {
    super(native.lastError());
    this.name = 'HoloLoomError';
    this.status = status;
    this.code = CODES[status];
  }
}

/** What a native call gave; a negative number is an error. */
function checked(result) {
  if (typeof result === 'number' && result < 0) {
    throw new HoloLoomError(result);
  }
  return result;
}

/** Numbers as the native part takes them, one for each decision: what is not a number is refused, not converted. */
function doubles(numbers, count, name) {
  const given = numbers instanceof Float64Array ? numbers : Array.from(numbers);
  if (given.length !== count) {
    throw new RangeError(`there are ${given.length} numbers in ${name} and ${count} decisions`);
  }
  if (given instanceof Float64Array) {
    return given;
  }
  const at = given.findIndex((number) => typeof number !== 'number');
  if (at >= 0) {
    throw new TypeError(`${name}[${at}] is not a number`);
  }
  return Float64Array.from(given);
}

const hex = (word) => (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
const floatOf = new Float32Array(1);
const wordOf = new Uint32Array(floatOf.buffer);

/** What the router decided for one query. */
class Decision {
  #names;
  #w0;
  #w1;
  #w2;
  #w3;
  #confidence;
  #choice;
  #origin;

  constructor(names, words, at) {
    this.#names = names;
    this.#w0 = words[at];
    this.#w1 = words[at + 1];
    this.#w2 = words[at + 2];
    this.#w3 = words[at + 3];
    this.#confidence = words[at + 4];
    this.#choice = words[at + 5];
    this.#origin = words[at + 6];
  }

  /** The chosen backend's name. */
  get backend() {
    return this.#names.backends[this.#choice & 0xffff];
  }

  /** The query type's name. */
  get queryType() {
    return this.#names.queryTypes[this.#choice >>> 16];
  }

  /** 0..1. */
  get confidence() {
    wordOf[0] = this.#confidence;
    return floatOf[0];
  }

  /** The experiment's variant; 0 without one. */
  get variant() {
    return this.#origin & 0xffff;
  }

  /** 1: the preferred backend was not available; 2: chosen by what was learned. */
  get flags() {
    return this.#origin >>> 16;
  }

  /** 32 hexadecimal digits, to report the outcome with. */
  get id() {
    return [this.#w0, this.#w1, this.#w2, this.#w3].map((word) => hex(word).toString(16).padStart(8, '0')).join('');
  }

  toJSON() {
    const { id, backend, queryType, confidence, variant, flags } = this;
    return { id, backend, queryType, confidence, variant, flags };
  }

  /** Calls a function with the four words of the id. */
  static words(decision) {
    if (typeof decision === 'string') {
      if (!/^[0-9a-f]{32}$/i.test(decision)) {
        throw new TypeError(`'${decision}' is not a decision id: 32 hexadecimal digits are expected`);
      }
      return [0, 8, 16, 24].map((at) => hex(parseInt(decision.slice(at, at + 8), 16)));
    }
    if (!(decision instanceof Decision)) {
      throw new TypeError('a decision is a Decision or its id');
    }
    return [decision.#w0, decision.#w1, decision.#w2, decision.#w3];
  }
}

/** Decisions as they lie in memory; each is made into an object when asked for. */
class DecisionBatch {
  #names;
  #words;

  constructor(names, memory) {
    this.#names = names;
    this.#words = new Uint32Array(memory);
  }

  get length() {
    return this.#words.length / WORDS;
  }

  /** The decision at an index, from the end if negative; undefined outside. */
  at(index) {
    const place = index < 0 ? index + this.length : index;
    return place >= 0 && place < this.length ? new Decision(this.#names, this.#words, place * WORDS) : undefined;
  }

  /** The index of the chosen backend, without making an object. */
  backendIndex(index) {
    return this.#words[index * WORDS + 5] & 0xffff;
  }

  *[Symbol.iterator]() {
    for (let i = 0; i < this.length; i++) {
      yield this.at(i);
    }
  }

  /** The words of all ids, one id after the other. */
  static words(batch) {
    return Uint32Array.from({ length: batch.length * 4 }, (_, i) => batch.#words[(i >>> 2) * WORDS + (i & 3)]);
  }
}

/** A router: decides and learns. */
class Router {
  #handle;
  #words;
  #names;
  #low = 0xffffffff;
  #high = 0xffffffff;

  /**
   * @param config what differs from the defaults: an object, or JSON text (comments allowed), or its UTF-8
   * @param options stateDirectory: where what is learned is kept from process to process
   */
  constructor(config = {}, { stateDirectory } = {}) {
    const text = typeof config === 'string' || config instanceof Uint8Array ? config : JSON.stringify(config);
    const [handle, memory] = checked(native.open(text, stateDirectory));
    this.#handle = handle;
    this.#words = new Uint32Array(memory);
    this.#names = { backends: Object.freeze(native.backends(handle)), queryTypes: Object.freeze(native.queryTypes(handle)) };
  }

  get backends() {
    return this.#names.backends;
  }

  get queryTypes() {
    return this.#names.queryTypes;
  }

  // Leaves the set in two fields: an array to carry it would cost more than the call.
  #available(names) {
    this.#low = this.#high = 0xffffffff;
    if (names === undefined) {
      return;
    }
    if (typeof names === 'string') {
      throw new TypeError('available is a list of names, not one name');
    }
    let low = 0;
    let high = 0;
    for (const name of names) {
      const index = this.#names.backends.indexOf(name);
      if (index < 0) {
        throw new RangeError(`'${name}' is not a backend of this router; it has ${this.#names.backends.join(', ')}`);
      }
      if (index < 32) {
        low |= 1 << index;
      } else {
        high |= 1 << (index - 32);
      }
    }
    this.#low = low >>> 0;
    this.#high = high >>> 0;
  }

  /** Decides for a query (a string, or its UTF-8) among the named backends, or all. */
  route(query, available) {
    this.#available(available);
    checked(native.route(this.#handle, query, this.#low, this.#high));
    return new Decision(this.#names, this.#words, 0);
  }

  /**
   * Decides by the variant of the experiment that a unit (the id of a user, a session; a string, or its UTF-8) belongs to: always the same
   * one, in every process and language. Without an experiment: as route.
   */
  routeUnit(query, unit, available) {
    this.#available(available);
    checked(native.routeUnit(this.#handle, query, this.#low, this.#high, unit));
    return new Decision(this.#names, this.#words, 0);
  }

  /** Decides for many: the same decisions as one by one, faster. */
  routeBatch(queries, available) {
    this.#available(available);
    return new DecisionBatch(this.#names, checked(native.routeBatch(this.#handle, queries, this.#low, this.#high)));
  }

  /** Decides for queries in one Uint8Array; offsets is an Int32Array with one more entry than there are queries (an Arrow Utf8 array). */
  routeBuffer(data, offsets, available) {
    this.#available(available);
    return new DecisionBatch(this.#names, checked(native.routeBuffer(this.#handle, data, offsets, this.#low, this.#high)));
  }

  /** Reports what became of a decision, or of its id: 'accepted', 'duplicate', 'expired' or 'unknown'. */
  record(decision, relevance, latencyMs = 0, { cost, feedback } = {}) {
    const [w0, w1, w2, w3] = Decision.words(decision);
    const given = (cost === undefined ? 0 : 1) | (feedback === undefined ? 0 : 2);
    return RESULTS[checked(native.record(this.#handle, w0, w1, w2, w3, relevance, latencyMs, given, cost ?? 0, feedback ?? 0))];
  }

  /**
   * Reports what became of many decisions: a DecisionBatch, or an array of decisions or ids, with as many numbers each in relevance and
   * latencyMs. All or, if a number is not allowed, none. Returns how many were accepted.
   */
  recordBatch(decisions, relevance, latencyMs) {
    const isBatch = decisions instanceof DecisionBatch;
    const ids = isBatch ? DecisionBatch.words(decisions) : Uint32Array.from(Array.from(decisions, Decision.words).flat());
    const count = ids.length / 4;
    return checked(native.recordBatch(this.#handle, ids, doubles(relevance, count, 'relevance'), doubles(latencyMs, count, 'latencyMs')));
  }

  /** Alpha and beta of a query type and backend, each by name or index. */
  posterior(queryType, backend) {
    const index = (value, names) => (typeof value === 'string' ? names.indexOf(value) : value) >>> 0;
    const [alpha, beta] = new Float64Array(
      checked(native.posterior(this.#handle, index(queryType, this.#names.queryTypes), index(backend, this.#names.backends))),
    );
    return { alpha, beta };
  }

  /** Counts, and per query type and backend alpha, beta, mean, interval, outcomes and latencies. */
  statistics() {
    return JSON.parse(checked(native.statistics(this.#handle)));
  }

  /** Writes all that was learned to a directory, made if missing; on return it is on disk. */
  save(directory) {
    checked(native.save(this.#handle, directory));
  }

  /** Replaces what was learned by what save wrote. */
  load(directory) {
    checked(native.load(this.#handle, directory));
  }

  /** Returns once all that was recorded before is in the state directory. */
  flush() {
    checked(native.flush(this.#handle));
  }

  /** Ends the router, after a last write of its state directory. */
  close() {
    native.close(this.#handle);
  }
}

if (Symbol.dispose) {
  Router.prototype[Symbol.dispose] = Router.prototype.close;
}

module.exports = { Router, Decision, DecisionBatch, HoloLoomError };

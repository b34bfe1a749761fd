export type Result = 'accepted' | 'duplicate' | 'expired' | 'unknown';

/** A call that failed. `status` is the number of the C header, `code` its name. */
export class HoloLoomError extends Error {
  readonly status: number;
  readonly code: string;
}

/** What the router decided for one query. */
export class Decision {
  private constructor();
  readonly id: string;
  readonly backend: string;
  readonly queryType: string;
  readonly confidence: number;
  readonly variant: number;
  readonly flags: number;
  toJSON(): { id: string; backend: string; queryType: string; confidence: number; variant: number; flags: number };
}

/** Decisions as they lie in memory; each is made into an object when asked for. */
export class DecisionBatch implements Iterable<Decision> {
  private constructor();
  readonly length: number;
  at(index: number): Decision | undefined;
  backendIndex(index: number): number;
  [Symbol.iterator](): Iterator<Decision>;
}

/** A router: decides and learns. Each worker thread makes its own. */
export class Router {
  constructor(config?: object | string | Uint8Array, options?: { stateDirectory?: string });
  readonly backends: readonly string[];
  readonly queryTypes: readonly string[];
  route(query: string | Uint8Array, available?: Iterable<string>): Decision;
  /** Decides by the experiment's variant that the unit (a user, a session) belongs to: the same one in every process and language. */
  routeUnit(query: string | Uint8Array, unit: string | Uint8Array, available?: Iterable<string>): Decision;
  routeBatch(queries: readonly (string | Uint8Array)[], available?: Iterable<string>): DecisionBatch;
  routeBuffer(data: Uint8Array, offsets: Int32Array, available?: Iterable<string>): DecisionBatch;
  record(decision: Decision | string, relevance: number, latencyMs?: number, more?: { cost?: number; feedback?: number }): Result;
  /** How many were accepted; the others were duplicate, expired or unknown. */
  recordBatch(decisions: DecisionBatch | Iterable<Decision | string>, relevance: Iterable<number>, latencyMs: Iterable<number>): number;
  posterior(queryType: string | number, backend: string | number): { alpha: number; beta: number };
  statistics(): any;
  save(directory: string): void;
  load(directory: string): void;
  flush(): void;
  close(): void;
}

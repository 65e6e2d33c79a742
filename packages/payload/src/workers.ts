/** Limits how much work is on the libuv pool at once, by count and by the memory the jobs take. First come, first served. */
export class Workers {
  readonly limit: number;
  readonly #memory: number;
  #running = 0;
  #used = 0;
  #waiting: { readonly memory: number; readonly start: () => void }[] = [];
  #idle: (() => void)[] = [];

  constructor(limit: number, memory: number) {
    this.limit = limit;
    this.#memory = memory;
  }

  /** Resolves when the job may start; `memory` is what it takes while it runs, in bytes. Each call is paired with `leave`. */
  async enter(memory: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(memory)) return this.#start(memory);
    await new Promise<void>((resolve) => this.#waiting.push({ memory, start: resolve }));
  }

  leave(memory: number): void {
    this.#running--;
    this.#used -= memory;
    for (let next = this.#waiting[0]; next && this.#fits(next.memory); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#start(next.memory);
      next.start();
    }
    if (this.#running === 0) for (const done of this.#idle.splice(0)) done();
  }

  /** Resolves when no job runs. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** One job always fits, however large. */
  #fits(memory: number): boolean {
    return this.#running === 0 || (this.#running < this.limit && this.#used + memory <= this.#memory);
  }

  #start(memory: number): void {
    this.#running++;
    this.#used += memory;
  }
}

/** Gives the event loop a turn when this much time has passed since the last one. */
const TURN_MS = 15;

/** Keeps long synchronous work from blocking the event loop: await `turn()` when `due()`. */
export class Breather {
  #last: number = performance.now();

  due(): boolean {
    return performance.now() - this.#last > TURN_MS;
  }

  async turn(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#last = performance.now();
  }
}

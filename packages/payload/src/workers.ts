/** What a job takes while it runs. */
export interface Load {
  /** Bytes. */
  readonly memory: number;
  readonly places: number;
}

/** Limits how much work is on the libuv pool at once, by count and by the memory the jobs take. First come, first served. */
export class Workers {
  readonly limit: number;
  readonly #memory: number;
  #taken = 0;
  #used = 0;
  #waiting: { readonly load: Load; readonly start: () => void }[] = [];
  #idle: (() => void)[] = [];

  constructor(limit: number, memory: number) {
    this.limit = limit;
    this.#memory = memory;
  }

  /** Resolves when the job may start. Each call is paired with `leave`. */
  async enter(load: Load): Promise<void> {
    if (this.#waiting.length === 0 && this.#fits(load)) return this.#start(load);
    await new Promise<void>((resolve) => this.#waiting.push({ load, start: resolve }));
  }

  leave(load: Load): void {
    this.#taken -= load.places;
    this.#used -= load.memory;
    for (let next = this.#waiting[0]; next && this.#fits(next.load); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#start(next.load);
      next.start();
    }
    if (this.#taken === 0) for (const done of this.#idle.splice(0)) done();
  }

  /** Resolves when no job runs. */
  async idle(): Promise<void> {
    if (this.#taken > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** One job always fits, however large. */
  #fits({ memory, places }: Load): boolean {
    return this.#taken === 0 || (this.#taken + places <= this.limit && this.#used + memory <= this.#memory);
  }

  #start({ memory, places }: Load): void {
    this.#taken += places;
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

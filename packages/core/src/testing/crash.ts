import type { AnyEffect } from '../effect.ts';
import type { Http } from '../http.ts';
import type { Journal } from '../lifecycle/journal.ts';

/** The end of a process, played: from the given point on nothing it does has an effect. */

export class Crash extends Error {
  override readonly name = 'Crash';
  constructor() {
    super('the process died');
  }
}

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Counts the points a run comes to, and dies at one of them. */
export class CrashPoints {
  readonly #at: number;
  #count = 0;

  /** From 1; never by default. */
  constructor(at: number = Number.POSITIVE_INFINITY) {
    this.#at = at;
  }

  get count(): number {
    return this.#count;
  }

  #point(): void {
    if (this.#count < this.#at) this.#count++;
    if (this.#count >= this.#at) throw new Crash();
  }

  /** With a point before and after it. */
  async around<Result>(action: () => Promise<Result>): Promise<Result> {
    this.#point();
    const result = await action();
    this.#point();
    return result;
  }

  journal(journal: Journal): Journal {
    return { ...journal, append: (...records) => this.around(() => journal.append(...records)) };
  }

  http(http: Http): Http {
    return (url, request) => (SAFE.has(request?.method?.toUpperCase() ?? 'GET') ? http(url, request) : this.around(() => http(url, request)));
  }

  effect(effect: AnyEffect): AnyEffect {
    const { apply, revert } = effect;
    return {
      ...effect,
      apply: (input, context) => this.around(() => apply(input, context)),
      ...(revert && { revert: (input, result, context) => this.around(() => revert(input, result, context)) }),
    };
  }
}

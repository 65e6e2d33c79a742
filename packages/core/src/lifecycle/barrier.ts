/**
 * Who may change what the public sees, within one wave: nobody before every required registry got as far as it can unseen; then each after
 * those it needs; what cannot be taken back only when nothing else is left to do.
 */

/** 0 unseen, 1 visible, 2 visible and irreversible. */
export type Level = 0 | 1 | 2;

export interface MemberPlan {
  readonly id: string;
  readonly required: boolean;
  /** Members of the same wave it waits for before it becomes visible. */
  readonly needs: readonly string[];
}

export interface Barrier {
  /** Resolves when the member may act on that level; rejects with what `refuse` makes of the reason when it never may. */
  enter(member: string, level: Level, refuse: (reason: string) => Error): Promise<void>;
  /** The member's action is over. */
  leave(member: string): void;
  settle(member: string, outcome: 'done' | 'failed'): void;
  /** Refuses everybody from now on. */
  abort(reason: string): void;
}

interface Parked {
  readonly level: Level;
  readonly go: () => void;
  readonly refuse: (reason: string) => void;
}

interface Member extends MemberPlan {
  open: Level;
  parked: Parked[];
  /** Actions under way. */
  working: number;
  outcome: 'done' | 'failed' | undefined;
}

/** `last` runs when nobody can do more unseen, before the first one becomes visible; it must not reject. */
export function createBarrier(plans: readonly MemberPlan[], last: () => Promise<void> = async () => {}): Barrier {
  const members = new Map<string, Member>(plans.map((plan) => [plan.id, { ...plan, open: 0, parked: [], working: 0, outcome: undefined }]));
  const all = [...members.values()];
  let passed: 'no' | 'nearly' | 'yes' = 'no';
  let aborted: string | undefined;

  function enter(id: string, level: Level, refuse: (reason: string) => Error): Promise<void> {
    const member = get(id);
    return new Promise((resolve, reject) => {
      const go = () => {
        member.working++;
        resolve();
      };
      member.parked.push({ level, go, refuse: (reason) => reject(refuse(reason)) });
      advance();
    });
  }

  function leave(id: string): void {
    get(id).working--;
    advance();
  }

  function settle(id: string, outcome: 'done' | 'failed'): void {
    const member = get(id);
    member.outcome = outcome;
    if (outcome === 'failed' && member.required) aborted ??= `"${id}" failed`;
    advance();
  }

  function abort(reason: string): void {
    aborted ??= reason;
    advance();
  }

  function advance(): void {
    for (const member of all) release(member);
    if (aborted !== undefined) return;
    if (passed === 'no' && all.every((member) => !member.required || isAtBarrier(member)) && all.some(({ parked }) => parked.length > 0)) pass();
    if (passed !== 'yes') return;
    for (const member of all.filter((one) => one.open === 0 && needsAre(one, 'done'))) open(member, 1);
    if (all.some(isBusy)) return;
    for (const member of nextIrreversible()) open(member, 2);
  }

  function pass(): void {
    passed = 'nearly';
    void last().then(() => {
      passed = 'yes';
      advance();
    });
  }

  function open(member: Member, level: Level): void {
    member.open = level;
    release(member);
  }

  function release(member: Member): void {
    const reason = aborted ?? failedNeed(member);
    const parked = member.parked;
    member.parked = reason === undefined ? parked.filter(({ level }) => level > member.open) : [];
    for (const call of parked) {
      if (reason !== undefined) call.refuse(reason);
      else if (call.level <= member.open) call.go();
    }
  }

  function failedNeed(member: Member): string | undefined {
    const failed = member.needs.find((id) => get(id).outcome === 'failed');
    return failed === undefined ? undefined : `it needs "${failed}", which failed`;
  }

  function needsAre(member: Member, outcome: 'done'): boolean {
    return member.needs.every((id) => get(id).outcome === outcome);
  }

  /** Still has something to do that can be taken back. Optional members are not waited for. */
  function isBusy(member: Member): boolean {
    const waits = member.open === 0 && !needsAre(member, 'done');
    return member.required && !waits && !isAtBarrier(member);
  }

  /** Those somebody waits for come before those nobody waits for. */
  function nextIrreversible(): readonly Member[] {
    const ready = all.filter((member) => member.open === 1 && isAtBarrier(member) && member.outcome === undefined);
    const needed = new Set(all.filter((member) => member.outcome === undefined && member.open === 0).flatMap((member) => needsOf(member)));
    const awaited = ready.filter(({ id }) => needed.has(id));
    return awaited.length > 0 ? awaited : ready;
  }

  function needsOf(member: Member): readonly string[] {
    return member.needs.flatMap((id) => [id, ...needsOf(get(id))]);
  }

  function get(id: string): Member {
    const member = members.get(id);
    if (!member) throw new RangeError(`Cannot find "${id}" at the barrier: it is not in this wave`);
    return member;
  }

  return { enter, leave, settle, abort };
}

/** Can do no more until it is let through, or is over. */
function isAtBarrier(member: Member): boolean {
  return member.outcome !== undefined || (member.parked.length > 0 && member.working === 0);
}

import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import { ConsolidationError } from '../errors';
import type { Inventory } from '../inventory/inventory';
import type { Finding } from '../ports';
import { checkPlan, type PlanCheck } from './check';
import { PLAN_FINDINGS } from './finding-codes';
import type { MeasuredRows } from './measured-rows';
import { oneLine } from './draft-text';
import { editPlan, editValue, type PlanEdit } from './edit';
import { parsePlan, type PlanDocument } from './read';
import { resolutionEdits } from './resolutions';
import type { ResolvedPlan } from './resolved';
import { sameName } from '../sqlite/sql-tokens';

/**
 * How findings are to be settled: code of a finding, or `CODE@table`, to a resolution that it offers (its id, or the
 * verb at the beginning of the id). The key `safe` stands for every finding with a safe resolution.
 */
export type Wishes = Readonly<Record<string, string>>;

/** Key of `Wishes` that asks for the safe resolutions. */
export const SAFE = 'safe';

/** One conflict that was settled, in what way, and why. */
export interface SettledFinding {
  readonly code: string;
  readonly message: string;
  readonly database?: string;
  readonly table?: string;
  readonly resolution: { readonly id: string; readonly title: string };
  readonly why: string;
}

/**
 * Safe: no row is lost, refused or changed by it, and what was told apart stays so. By code: the resolution (its verb, or
 * the beginning of its id) and the reason. What is not here is for a person to decide.
 */
const SAFE_RESOLUTIONS: Readonly<Record<string, { readonly choice: string; readonly why: string }>> = {
  COLUMNS_DIFFER: { choice: 'accept', why: 'the unified table has the columns of all; no value is left behind' },
  TYPES_DIFFER: { choice: 'column:*:type:', why: 'a column without a type keeps every value as it is' },
  NOT_NULL_DIFFER: { choice: 'column:*:notNull:false', why: 'no row is refused' },
  CHECKS_DIFFER: { choice: 'accept', why: 'no row is refused by a constraint that its database did not have' },
  UNIQUE_DIFFER: { choice: 'accept', why: 'no row is refused by a constraint that its database did not have' },
  KEYS_DIFFER: { choice: 'rename-apart', why: 'both tables stay as they are, under two names' },
  TABLE_KINDS_DIFFER: { choice: 'rename-apart', why: 'both tables stay as they are, under two names' },
  KEY_COLLISION: { choice: 'rename-apart', why: 'both tables stay as they are, under two names' },
  KEY_COLLISION_POSSIBLE: { choice: 'keys:keep', why: 'keys stay; if any collide, nothing is copied' },
  DISCRIMINATOR_CLASH: { choice: 'rename-discriminator', why: 'the column that is there stays' },
  FOREIGN_KEY_CROSSES_TARGETS: { choice: 'table:to', why: 'the reference stays: child and parent go into one target' },
};

export interface Settled {
  readonly document: PlanDocument;
  readonly settled: readonly SettledFinding[];
  /** Of the document as it is now. */
  readonly check: PlanCheck;
}

export interface SettleContext {
  readonly inventory: Inventory;
  /** Counts what only the data tells, for a plan without errors. */
  readonly measure?: (resolved: ResolvedPlan) => Promise<MeasuredRows>;
  /** The comment behind an entry is the draft's own: it says why the entry was so, and now why it is otherwise. */
  readonly ownComments?: boolean;
}

/** Rounds of settling; each may bring up what was hidden before. */
const MOST_ROUNDS = 20;

/** `check`, with the figures from the data where the plan is right as far as the schemas tell. */
export async function checkMeasured(document: PlanDocument, context: SettleContext): Promise<PlanCheck> {
  const check = await checkPlan(document, context.inventory);
  const measured = check.ok && context.measure ? await context.measure(check.resolved) : [];
  return measured.length === 0 ? check : checkPlan(document, context.inventory, { measured });
}

/**
 * Settles findings as wished for, until nothing that is wished for is left.
 * @param first findings about the document that `check` does not know (the draft's own choices)
 * @throws ConsolidationError `USAGE` when a wish names no finding there is, or what a finding does not offer
 */
export async function settlePlan(
  start: PlanDocument,
  context: SettleContext,
  wishes: Wishes,
  first: readonly Finding[] = [],
): Promise<Settled> {
  refuseUnknown(wishes);
  const settled: SettledFinding[] = [];
  // Edited side by side, so that the text is parsed once a round and not once a finding.
  let { plan, text } = start;
  const settle = (finding: Finding) => {
    const chosen = chosenFor(finding, wishes);
    if (!chosen) return;
    const { id, title, why } = chosen;
    const edits = resolutionEdits(plan, context.inventory, finding, id, `settled by the draft: ${why}`);
    const edited = editPlan(text, edits);
    if (edited === text) return;
    text = context.ownComments ? edits.reduce(commented(`${title} (${why})`), edited) : edited;
    plan = editValue(plan, edits);
    const { code, message, database, table } = finding;
    settled.push({ code, message, database, table, resolution: { id, title }, why });
  };
  first.forEach(settle);
  let document = text === start.text ? start : parsePlan(text, start.file);
  let check = await checkMeasured(document, context);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    ({ plan, text } = document);
    for (const finding of check.findings) if (finding.severity !== 'info') settle(finding);
    if (text === document.text) break;
    document = parsePlan(text, start.file);
    check = await checkMeasured(document, context);
  }
  return { document, settled, check };
}

/** The resolution that the wishes choose for a finding, if any. */
export function chosenFor(
  finding: Finding,
  wishes: Wishes,
): { readonly id: string; readonly title: string; readonly why: string } | undefined {
  const { code, table, resolutions = [] } = finding;
  const key = Object.keys(wishes).find((candidate) => {
    const at = candidate.indexOf('@');
    return at >= 0 && candidate.slice(0, at) === code && sameName(candidate.slice(at + 1), table ?? '');
  });
  const wish = key === undefined ? own(wishes, code) : wishes[key];
  if (wish !== undefined) {
    const chosen = resolutions.find(({ id }) => fits(id, wish));
    if (chosen) return { ...chosen, why: 'as asked for' };
    // A wish for a code is for those of its findings that offer it; one for a table means this finding.
    if (key !== undefined) throw notOffered(finding, wish);
    return undefined;
  }
  const safe = own(wishes, SAFE) === undefined ? undefined : own(SAFE_RESOLUTIONS, code);
  const chosen = safe && resolutions.find(({ id }) => fits(id, safe.choice));
  return chosen && { ...chosen, why: safe!.why };
}

/** Replaces the comment behind the entry of a table, where there is one, by what was done to the entry. */
function commented(comment: string): (text: string, edit: PlanEdit) => string {
  return (text, { path }) => {
    const [area, , tables] = path;
    const node =
      area === 'sources' && tables === 'tables' ? findNodeAtLocation(parseTree(text)!, path.slice(0, 4)) : undefined;
    if (!node) return text;
    const end = node.offset + node.length;
    const [behind] = /^,?[ \t]*\/\/[^\n]*/.exec(text.slice(end)) ?? [];
    if (behind === undefined) return text;
    const start = end + behind.indexOf('//');
    return `${text.slice(0, start)}// ${oneLine(comment)}${text.slice(end + behind.length)}`;
  };
}

/** Is a resolution the one that a wish names: by its id, by what the id begins with, or with `*` for one part? */
function fits(id: string, wish: string): boolean {
  const parts = id.split(':');
  const wanted = wish.split(':');
  if (wanted.length > parts.length) return false;
  const all = wanted.length === parts.length || !wish.includes('*');
  return all && wanted.every((part, index) => part === '*' || part === parts[index]);
}

function refuseUnknown(wishes: Wishes): void {
  for (const key of Object.keys(wishes)) {
    const code = key.split('@')[0]!;
    if (code !== SAFE && !Object.hasOwn(PLAN_FINDINGS, code))
      throw new ConsolidationError(
        'USAGE',
        `There is no conflict with the code ${JSON.stringify(code)}. \`check\` prints the codes with what they offer.`,
      );
  }
}

function notOffered(finding: Finding, wish: string): ConsolidationError {
  const offered = (finding.resolutions ?? []).map(({ id }) => id).join(', ');
  return new ConsolidationError(
    'USAGE',
    `${finding.code} does not offer ${JSON.stringify(wish)}; it offers ${offered === '' ? 'nothing' : offered}.`,
    { findings: [finding] },
  );
}

function own<T>(object: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

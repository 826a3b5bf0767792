import { GENERATED_MARK } from '../access-layer/generated';
import type { Reference, ReferenceFix, TextEdit } from '../references/reference';
import { TextIndex, compareEdits } from './edits';
import type { Fixes } from './fixes';
import { none } from './outcome';
import type { FileFixer, Outcome, PathReference, Replacement } from './outcome';
import { fixTable } from './table';

const IGNORE_MARK = 'sqlite-consolidator: ignore';

/** The fixes of one file: what becomes of each reference, and the edits for any choice of them. */
export class FileFixes {
  private readonly index: TextIndex;
  private readonly fixers = new Map<string, FileFixer>();
  private readonly outcomes = new Map<Reference, Outcome>();

  constructor(
    readonly file: string,
    readonly text: string,
    private readonly make: (language: string) => FileFixer,
    private readonly fixes: Fixes,
  ) {
    this.index = new TextIndex(text);
  }

  /** Is the reference set aside: by a comment, in a file that the product wrote, or as the way back of a call site? */
  isIgnored(reference: Reference): boolean {
    if (this.text.slice(0, 2000).includes(GENERATED_MARK)) return true;
    // A name within a statement is no argument.
    const start = reference.kind === 'path' ? this.index.offset(reference.line, reference.column) : undefined;
    if (start !== undefined && this.fixer(reference.language).isWayBack?.(start)) return true;
    const from = this.index.offset(Math.max(1, reference.line - 1), 1) ?? 0;
    const last = this.index.offset(reference.endLine, 1) ?? from;
    const lines = this.text.slice(from, this.index.lineEnd(last)).split('\n');
    return lines.some((line, at) => {
      if (!line.includes(IGNORE_MARK)) return false;
      // On the line before, the comment must stand alone; otherwise it belongs to that line.
      return at > 0 || reference.line === 1 || /^\s*(#|\/\/|--|<!--|\/\*|;)/.test(line);
    });
  }

  judge(reference: Reference): Outcome {
    let outcome = this.outcomes.get(reference);
    if (!outcome) this.outcomes.set(reference, (outcome = this.decide(reference)));
    return outcome;
  }

  /** The edits that carry out the fixes of these references together. */
  edits(references: readonly Reference[]): TextEdit[] {
    const byLanguage = new Map<string, Extract<Outcome, { kind: 'fix' }>[]>();
    const seen = new Set<string>();
    for (const reference of references) {
      const outcome = this.judge(reference);
      if (outcome.kind !== 'fix') continue;
      const { start, end } = outcome.replacement;
      if (seen.has(`${start}-${end}`)) continue;
      seen.add(`${start}-${end}`);
      const list = byLanguage.get(reference.language) ?? [];
      list.push(outcome);
      byLanguage.set(reference.language, list);
    }
    const edits: TextEdit[] = [];
    for (const [language, fixes] of byLanguage)
      edits.push(...this.placed(this.fixer(language).complete(withoutNested(fixes))));
    return edits.sort(compareEdits);
  }

  /** One fix for each target that took tables of a split database, and one connection to the first with the others attached. */
  alternatives(reference: Reference): ReferenceFix[] {
    if (reference.kind !== 'path' || reference.resolution !== 'split') return [];
    const offsets = this.offsets(reference);
    if (!offsets) return [];
    const { needs } = reference;
    const wanted = needs?.some(({ by }) => by.length > 0) ? new Set(needs.map(({ target }) => target)) : undefined;
    const targets = this.fixes.targetsOf(reference.database).filter(({ target }) => wanted?.has(target.name) ?? true);
    const requests = targets.map(({ target, tables }): { request: PathReference; note: string } => ({
      request: { reference, target, ...offsets },
      note: ` (${tables.join(', ')})`,
    }));
    if (targets.length > 1) {
      const attach = targets.slice(1).map(({ target }) => target.name);
      requests.push({ request: { reference, target: targets[0].target, attach, ...offsets }, note: '' });
    }
    return requests.flatMap(({ request, note }) => {
      const outcome = this.fixer(reference.language).fixPath(request);
      if (outcome.kind === 'none') return [];
      return [{ title: outcome.title + note, edits: this.placed(this.fixer(reference.language).complete([outcome])) }];
    });
  }

  /** Rewrites that are offered in the file and never made on their own account. */
  lifts(language: string): ReferenceFix[] {
    const fixer = this.fixer(language);
    return (fixer.lifts?.() ?? []).map(({ title, fix }) => ({ title, edits: this.placed(fixer.complete([fix])) }));
  }

  /** `"data/jarvis.db:notifications"`: the table behind the path goes along. */
  private withTable(reference: Reference, fix: Extract<Outcome, { kind: 'fix' }>): Outcome {
    const { start, end, newText } = fix.replacement;
    const table = /^[\p{L}\p{N}_$]+/u.exec(this.text.slice(end + 1))?.[0];
    if (table === undefined) return fix;
    const moved = this.fixes.disposition(reference.database, table);
    if (!moved) return fix;
    if (moved.action !== 'move' || Object.keys(moved.renamed).length + Object.keys(moved.discriminator).length > 0)
      return none(`The text names the table ${table}, too, which needs more than a new name. Change it by hand.`);
    const replacement = { start, end: end + 1 + table.length, newText: `${newText}:${moved.name}` };
    return { ...fix, replacement };
  }

  private placed(replacements: readonly Replacement[]): TextEdit[] {
    return replacements
      .map(({ start, end, newText }) => ({ file: this.file, range: this.index.range(start, end), newText }))
      .sort(compareEdits);
  }

  /** Where the reference is in the text; undefined when something else stands there now. */
  private offsets(reference: Reference): { start: number; end: number } | undefined {
    const offsets = this.index.offsets({
      startLine: reference.line,
      startColumn: reference.column,
      endLine: reference.endLine,
      endColumn: reference.endColumn,
    });
    return offsets && this.text.slice(offsets.start, offsets.end) === reference.text ? offsets : undefined;
  }

  isSound(text: string): boolean {
    return [...this.fixers.values()].every((fixer) => fixer.isSound(text));
  }

  private fixer(language: string): FileFixer {
    let fixer = this.fixers.get(language);
    if (!fixer) this.fixers.set(language, (fixer = this.make(language)));
    return fixer;
  }

  private decide(reference: Reference): Outcome {
    if (reference.resolution !== 'certain') return none(reference.note ?? uncertain(reference));
    const offsets = this.offsets(reference);
    if (!offsets) return none('The file has changed since it was scanned. Scan the workspace again.');
    if (reference.kind === 'table') {
      const disposition = reference.table && this.fixes.disposition(reference.database, reference.table);
      if (!disposition) return none(`The plan says nothing of the table ${reference.table} of ${reference.database}.`);
      return fixTable(reference, disposition, offsets.start, this.text);
    }
    const target = reference.target === undefined ? undefined : this.fixes.target(reference.target);
    if (!target) return none(reference.note ?? this.fixes.withoutTarget(reference.database));
    const block = this.fixes.blocks(reference.database);
    if (block !== undefined) return none(block);
    const outcome = this.fixer(reference.language).fixPath({ reference, target, ...offsets });
    if (outcome.kind === 'fix' && outcome.replacement.end === offsets.end && this.text[offsets.end] === ':')
      return this.withTable(reference, outcome);
    const occupied = outcome.kind === 'fix' && outcome.needs.length > 0 && this.fixes.occupied(reference.language);
    return occupied ? none(occupied) : outcome;
  }
}

/** A fix inside the text of another one is carried out by that one. */
function withoutNested(fixes: readonly Extract<Outcome, { kind: 'fix' }>[]): Extract<Outcome, { kind: 'fix' }>[] {
  return fixes.filter(
    (fix) =>
      !fixes.some(
        (other) =>
          other !== fix &&
          other.replacement.start <= fix.replacement.start &&
          fix.replacement.end <= other.replacement.end,
      ),
  );
}

function uncertain(reference: Reference): string {
  if (reference.resolution === 'split')
    return `${reference.database} is split over several targets. Choose the one that holds the tables used here.`;
  if (reference.resolution === 'likely')
    return `This is probably ${reference.database}, but the code does not say so for certain.`;
  return 'It is not known which database this names.';
}

import type { ResolvedPlan } from '../plan/resolved';
import { Pause, SHORT_STRETCH } from '../sqlite/rows/pause';
import { groupByFile } from '../references/by-file';
import type { Reference, ReferencesResult } from '../references/reference';
import { jsonOf, sameList } from '../same';
import { Fixes, locateAccess, withFix } from './fixes';
import type { Access } from './fixes';
import { KeptCode } from './kept-code';
import type { Look } from './kept-code';
import { Sight } from './sight';
import type { Seen } from './sight';
import { WorkspaceUses } from './workspace-uses';

/** The references of one file with their fixes, and what these follow from beside the plan and the places of the access modules. */
interface FileRecord {
  readonly of: readonly Reference[];
  readonly seen: Seen;
  /** What keeps the paths of databases as they are. */
  readonly blocks: ReadonlyMap<string, string | undefined>;
  readonly fixed: readonly Reference[];
}

/** Why the tables of a database in a file keep its paths as they are. */
interface Block {
  readonly of: readonly Reference[];
  readonly text: string | undefined;
  readonly block: string | undefined;
}

/** The fixes of a workspace, of which those that nothing touched stay from one search to the next. */
export class KeptFixes {
  private readonly code: KeptCode;
  private readonly sight: Sight;
  private readonly uses: WorkspaceUses;
  private plan = '';
  private access: { readonly of: Access; readonly seen: Seen; readonly users: string } | undefined;
  private records = new Map<string, FileRecord>();
  private readonly blocks = new Map<string, Block>();
  private busy: Promise<unknown> = Promise.resolve();

  constructor(workspace: string) {
    this.code = new KeptCode(workspace);
    this.sight = new Sight(this.code);
    this.uses = new WorkspaceUses(this.code);
  }

  /**
   * As `attachFixes`, with turns for other work in between, one search after the other: they share what is kept.
   * @throws ConsolidationError `CANCELLED`
   */
  attach(result: ReferencesResult, plan: ResolvedPlan, look: Look, signal?: AbortSignal): Promise<ReferencesResult> {
    const attached = this.busy.then(() => this.attachNow(result, plan, look, signal));
    this.busy = attached.catch(() => undefined);
    return attached;
  }

  /**
   * What can be said of the references before {@link attach}: in files with the same text and the same references as at
   * the last search they have the fixes of then; the other files are `fixesPending`.
   */
  expect(result: ReferencesResult, plan: ResolvedPlan, textOf: (file: string) => string | undefined): ReferencesResult {
    const isSamePlan = this.plan === jsonOf(plan);
    const fixesPending: string[] = [];
    const references = [...groupByFile(result.references)].flatMap(([file, of]) => {
      const known = isSamePlan ? this.records.get(file) : undefined;
      if (known && sameList(known.of, of) && known.seen.texts.get(file) === textOf(file)) return known.fixed;
      if (of.some(({ stale }) => stale)) fixesPending.push(file);
      return of;
    });
    return { ...result, references, fixesPending };
  }

  private async attachNow(
    result: ReferencesResult,
    plan: ResolvedPlan,
    look: Look,
    signal: AbortSignal | undefined,
  ): Promise<ReferencesResult> {
    const pause = new Pause(signal, SHORT_STRETCH);
    await pause.take();
    this.code.refresh(look);
    this.forgetOther(plan);
    const { references } = result;
    const access = this.locate(plan, references);
    const byFile = groupByFile(references);
    const isTouched = this.uses.refresh(this.code);
    // At once: a search that is cancelled leaves nothing that is not so any more.
    for (const file of this.records.keys()) if (isTouched(file)) this.records.delete(file);
    const { fixes, asked } = this.open(plan, references, access, byFile);
    const records = new Map<string, FileRecord>();
    const fixed: Reference[] = [];
    for (const [file, of] of byFile) {
      if (pause.due) await pause.take();
      const known = this.records.get(file);
      let record = known && this.isStill(known, of, fixes) ? known : undefined;
      if (!record) {
        asked.clear();
        const seen = this.sight.begin();
        seen.texts.set(file, this.textOf(file));
        const done: Reference[] = [];
        for (const reference of of) {
          if (pause.due) await pause.take();
          done.push(withFix(reference, fixes));
        }
        record = { of, seen, blocks: new Map(asked), fixed: done };
        this.sight.begin();
      }
      records.set(file, record);
      fixed.push(...record.fixed);
    }
    this.records = records;
    return { ...result, references: fixed };
  }

  private forgetOther(plan: ResolvedPlan): void {
    const text = jsonOf(plan);
    if (this.plan === text) return;
    this.plan = text;
    this.access = undefined;
    this.records.clear();
    this.blocks.clear();
  }

  /** Where the access modules are: looked for again when something that decides it changed. */
  private locate(plan: ResolvedPlan, references: readonly Reference[]): Access {
    const users = [...new Set(references.filter(({ stale }) => stale).map(({ file }) => file))].join('\0');
    if (this.access?.users !== users || !this.sight.isAsBefore(this.access.seen)) {
      const seen = this.sight.begin();
      const found = locateAccess(plan, this.sight, references);
      const isSame = JSON.stringify(found) === JSON.stringify(this.access?.of);
      if (!isSame) this.records.clear();
      this.access = { of: isSame ? this.access!.of : found, seen, users };
      this.sight.begin();
    }
    return this.access.of;
  }

  private open(
    plan: ResolvedPlan,
    references: readonly Reference[],
    access: Access,
    byFile: ReadonlyMap<string, readonly Reference[]>,
  ): { fixes: Fixes; asked: Map<string, string | undefined> } {
    const asked = new Map<string, string | undefined>();
    const blockIn = (file: string, database: string, find: () => string | undefined) => {
      const key = `${file}\0${database}`;
      const of = byFile.get(file)!;
      const text = this.textOf(file);
      let known = this.blocks.get(key);
      if (!known || known.text !== text || !sameList(known.of, of))
        this.blocks.set(key, (known = { of, text, block: find() }));
      return known.block;
    };
    const fixes = new Fixes(plan, this.sight, references, access, this.uses, blockIn, (database, block) =>
      asked.set(database, block),
    );
    return { fixes, asked };
  }

  private isStill({ of, seen, blocks }: FileRecord, now: readonly Reference[], fixes: Fixes): boolean {
    if (!sameList(of, now) || !this.sight.isAsBefore(seen)) return false;
    return [...blocks].every(([database, block]) => fixes.blocks(database) === block);
  }

  private textOf(file: string): string | undefined {
    try {
      return this.code.read(file);
    } catch {
      return undefined;
    }
  }
}

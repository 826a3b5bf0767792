import { GENERATED_MARK } from '../access-layer/generated';
import type { ResolvedPlan, ResolvedTarget, TableDisposition } from '../plan/resolved';
import type { Reference, ReferenceFix, ReferencesResult, TextEdit } from '../references/reference';
import { isMapped } from './access-names';
import type { AccessSettings } from './access-names';
import { TextIndex, compareEdits } from './edits';
import { locateGoAccess } from './go/access';
import type { GoAccess } from './go/access';
import { GoFixer } from './go/fix';
import { none } from './outcome';
import type { CodeFiles, FileFixer, Outcome, PathReference, Replacement } from './outcome';
import { PythonFixer } from './python/fix';
import { fileExists, locatePythonAccess } from './python/access';
import type { PythonAccess } from './python/access';
import { fixTable } from './table';
import { TextFixer } from './text-fixer';
import { SCRIPT_LANGUAGES, locateScriptAccess } from './typescript/access';
import type { ScriptAccess } from './typescript/access';
import { ScriptFixer } from './typescript/fix';
import { workspaceUses } from './workspace-uses';

const OPEN_FILES = 16;
const IGNORE_MARK = 'sqlite-consolidator: ignore';

/** One reference and what can be done about it. */
export interface Judged {
  readonly reference: Reference;
  readonly outcome: Outcome;
}

/** The fixes of a set of references, file by file; reading and locating is done once. */
export class Fixes {
  private readonly targets: ReadonlyMap<string, ResolvedTarget>;
  private readonly dispositions: ReadonlyMap<string, TableDisposition>;
  private readonly actions: ReadonlyMap<string, { action: string; reason?: string }>;
  private readonly uses: ReturnType<typeof workspaceUses>;
  private readonly opened = new Map<string, FileFixes | { readonly problem: string }>();
  private readonly tables: readonly Reference[];
  private readonly blocked = new Map<string, string | undefined>();
  readonly python: PythonAccess;
  readonly go: GoAccess;
  readonly script: ScriptAccess;

  constructor(
    plan: ResolvedPlan,
    private readonly files: CodeFiles,
    references: readonly Reference[],
  ) {
    this.uses = workspaceUses(files);
    this.tables = references.filter((each) => each.kind === 'table' && each.stale);
    this.targets = new Map(plan.targets.map((target) => [target.name, target]));
    this.actions = new Map(plan.databases.map((database) => [database.path, database]));
    this.dispositions = new Map(
      plan.databases.flatMap((database) =>
        database.tables.map((table) => [tableKey(database.path, table.table), table] as const),
      ),
    );
    const users = (...languages: string[]) =>
      references.filter((each) => each.stale && languages.includes(each.language)).map((each) => each.file);
    this.python = locatePythonAccess(plan, files, users('python'));
    this.go = locateGoAccess(plan, files, users('go'));
    this.script = locateScriptAccess(plan, files, users(...SCRIPT_LANGUAGES));
  }

  /** One file: what becomes of each reference, and the edits for any choice of them. */
  open(file: string): FileFixes | { readonly problem: string } {
    let opened = this.opened.get(file);
    if (opened) return opened;
    this.opened.set(file, (opened = this.read(file)));
    // A tokenized file is some twenty times its text; they are asked for one after the other.
    for (const oldest of this.opened.keys()) {
      if (this.opened.size <= OPEN_FILES) break;
      this.opened.delete(oldest);
    }
    return opened;
  }

  /**
   * Why the paths of a legacy database must stay as they are for now: a query that cannot be rewritten would reach other
   * rows, or none, once its connection leads to the target.
   */
  blocks(database: string): string | undefined {
    if (!this.blocked.has(database)) this.blocked.set(database, this.findBlock(database));
    return this.blocked.get(database);
  }

  private findBlock(database: string): string | undefined {
    for (const reference of this.tables) {
      if (reference.database !== database || reference.table === undefined) continue;
      const disposition = this.disposition(database, reference.table);
      if (disposition?.action !== 'move' || this.answersAsBefore(database, disposition)) continue;
      const opened = this.open(reference.file);
      if ('problem' in opened || opened.isIgnored(reference)) continue;
      const outcome = opened.judge(reference);
      if (outcome.kind === 'none')
        return `First change the query on ${reference.table} in ${reference.file}:${reference.line}. ${outcome.reason}`;
    }
    return undefined;
  }

  /** Does the legacy name of a table mean the same rows and columns in the target? */
  private answersAsBefore(database: string, moved: Extract<TableDisposition, { action: 'move' }>): boolean {
    const same = (name: string) => name.toLowerCase() === moved.table.toLowerCase();
    const target = this.targets.get(moved.target);
    const view = target?.views.find((each) => same(each.name));
    if (view) return view.source.database === database && same(view.source.table);
    return same(moved.name) && Object.keys(moved.renamed).length === 0 && Object.keys(moved.discriminator).length === 0;
  }

  /** Fixable references of the file to tables of this database: they follow their connection. */
  followers(file: FileFixes, database: string): Reference[] {
    return this.tables.filter(
      (each) =>
        each.file === file.file &&
        each.database === database &&
        file.judge(each).kind === 'fix' &&
        !file.isIgnored(each),
    );
  }

  private read(file: string): FileFixes | { readonly problem: string } {
    let text: string;
    try {
      text = this.files.read(file);
    } catch (error) {
      return { problem: `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}` };
    }
    return new FileFixes(file, text, (language) => this.fixer(file, text, language), this);
  }

  private fixer(file: string, text: string, language: string): FileFixer {
    if (language === 'python') return new PythonFixer(file, text, this.python, this.files, this.uses.of(file));
    if (language === 'go') return new GoFixer(file, text, this.go, this.files);
    if (SCRIPT_LANGUAGES.includes(language)) return new ScriptFixer(file, text, this.script);
    return new TextFixer(text, language);
  }

  /** Why the access module of a language cannot be called: something else stands in its place. */
  occupied(language: string): string | undefined {
    const [settings, file] = this.moduleOf(language);
    if (!settings || isMapped(settings) || !fileExists(this.files, file)) return undefined;
    if (this.files.read(file).slice(0, 2000).includes(GENERATED_MARK)) return undefined;
    return `${file} is not a generated file, so it is not replaced. Name another module in the plan's access section.`;
  }

  private moduleOf(language: string): [AccessSettings | undefined, string] {
    if (language === 'python') return [this.python.settings, this.python.file];
    if (language === 'go') return [this.go.settings, `${this.go.directory}/databases.go`];
    if (SCRIPT_LANGUAGES.includes(language)) return [this.script.settings, this.script.file];
    return [undefined, ''];
  }

  target(name: string): ResolvedTarget | undefined {
    return this.targets.get(name);
  }

  /** The targets that tables of a database went to, with those tables, in the order of the plan. */
  targetsOf(database: string): { target: ResolvedTarget; tables: string[] }[] {
    return [...this.targets.values()].flatMap((target) => {
      const tables = [...this.dispositions]
        .filter(
          ([key, each]) =>
            each.action === 'move' && each.target === target.name && key === tableKey(database, each.table),
        )
        .map(([, each]) => each.table);
      return tables.length > 0 ? [{ target, tables }] : [];
    });
  }

  disposition(database: string, table: string): TableDisposition | undefined {
    return this.dispositions.get(tableKey(database, table));
  }

  /** Why a database has no target, from the plan. */
  withoutTarget(database: string): string {
    const found = this.actions.get(database);
    if (!found) return `The plan does not mention ${database}.`;
    return `The plan has ${database} as "${found.action}"${found.reason ? ` (${found.reason})` : ''}, so no target takes its place.`;
  }
}

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
    const start = this.index.offset(reference.line, reference.column);
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
    const targets = this.fixes.targetsOf(reference.database);
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

/**
 * Gives each stale reference that is certain its `fix`. Each fix stands alone: it brings the import it needs, takes away
 * what it alone leaves unused, and renames the tables in the same file that its connection is asked for. References set aside by a comment are no longer stale; those without a certain fix
 * say why in `note`.
 */
export function attachFixes(result: ReferencesResult, plan: ResolvedPlan, files: CodeFiles): ReferencesResult {
  const fixes = new Fixes(plan, files, result.references);
  const references = result.references.map((reference): Reference => {
    if (!reference.stale) return reference;
    const file = fixes.open(reference.file);
    if ('problem' in file) return { ...reference, note: file.problem };
    if (file.isIgnored(reference)) return { ...reference, stale: false, note: 'set aside' };
    const outcome = file.judge(reference);
    if (outcome.kind === 'none') {
      const alternatives = file.alternatives(reference);
      const note = reference.note ?? outcome.reason;
      return { ...reference, note, ...(alternatives.length > 0 ? { alternatives } : {}) };
    }
    const tables = reference.kind === 'path' ? fixes.followers(file, reference.database) : [];
    const title = tables.length > 0 ? `${outcome.title}, and the new table names` : outcome.title;
    return { ...reference, fix: { title, edits: file.edits([reference, ...tables]) } };
  });
  return { ...result, references };
}

/**
 * Rewrites offered in one file as a second step: what opens a database by its path of the access layer can call `connect`,
 * which applies the profile.
 */
export function offerLifts(file: string, language: string, plan: ResolvedPlan, files: CodeFiles): ReferenceFix[] {
  const opened = new Fixes(plan, files, []).open(file);
  return 'problem' in opened ? [] : opened.lifts(language);
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

function tableKey(database: string, table: string): string {
  return JSON.stringify([database, table.toLowerCase()]);
}

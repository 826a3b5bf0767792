import { GENERATED_MARK } from '../access-layer/generated';
import { setNewest } from '../maps';
import type { ResolvedPlan, ResolvedTarget, TableDisposition } from '../plan/resolved';
import { getOrAdd } from '../references/evaluation/project';
import type { Reference, ReferenceFix, ReferencesResult } from '../references/reference';
import { isMapped } from './access-names';
import type { AccessSettings } from './access-names';
import { FileFixes } from './file-fixes';
import { locateGoAccess } from './go/access';
import type { GoAccess } from './go/access';
import { GoFixer } from './go/fix';
import type { CodeFiles, FileFixer } from './outcome';
import { PythonFixer } from './python/fix';
import { fileExists, locatePythonAccess } from './python/access';
import type { PythonAccess } from './python/access';
import { TextFixer } from './text-fixer';
import { SCRIPT_LANGUAGES, locateScriptAccess } from './typescript/access';
import type { ScriptAccess } from './typescript/access';
import { ScriptFixer } from './typescript/fix';
import { WorkspaceUses } from './workspace-uses';

/** Longer files are generated; to rewrite one it would have to be tokenized, twenty times its size. */
const LONGEST_REWRITTEN = 1 << 20;
/** Files kept tokenized at a time. */
const OPEN_FILES = 16;

/** Where the access modules of a workspace are. */
export interface Access {
  readonly python: PythonAccess;
  readonly go: GoAccess;
  readonly script: ScriptAccess;
}

export function locateAccess(plan: ResolvedPlan, files: CodeFiles, references: readonly Reference[]): Access {
  const users = (...languages: string[]) => [
    ...new Set(references.filter((each) => each.stale && languages.includes(each.language)).map((each) => each.file)),
  ];
  return {
    python: locatePythonAccess(plan, files, users('python')),
    go: locateGoAccess(plan, files, users('go')),
    script: locateScriptAccess(plan, files, users(...SCRIPT_LANGUAGES)),
  };
}

/** The fixes of a set of references, file by file; reading and locating is done once. */
export class Fixes {
  private readonly targets: ReadonlyMap<string, ResolvedTarget>;
  private readonly dispositions: ReadonlyMap<string, TableDisposition>;
  private readonly actions: ReadonlyMap<string, { action: string; reason?: string }>;
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
    access = locateAccess(plan, files, references),
    private readonly uses = new WorkspaceUses(files),
    /** Where it is known why the tables of a database in one file keep its paths as they are. */
    private readonly blockIn = (_file: string, _database: string, find: () => string | undefined) => find(),
    /** Told what {@link blocks} answers. */
    private readonly onBlock = (_database: string, _block: string | undefined): unknown => undefined,
  ) {
    this.tables = references.filter((each) => each.kind === 'table' && each.stale);
    this.targets = new Map(plan.targets.map((target) => [target.name, target]));
    this.actions = new Map(plan.databases.map((database) => [database.path, database]));
    this.dispositions = new Map(
      plan.databases.flatMap((database) =>
        database.tables.map((table) => [tableKey(database.path, table.table), table] as const),
      ),
    );
    this.python = access.python;
    this.go = access.go;
    this.script = access.script;
  }

  /** One file: what becomes of each reference, and the edits for any choice of them. */
  open(file: string): FileFixes | { readonly problem: string } {
    let opened = this.opened.get(file);
    if (opened) return opened;
    // A tokenized file is some twenty times its text; they are asked for one after the other.
    setNewest(this.opened, file, (opened = this.read(file)), OPEN_FILES);
    return opened;
  }

  /**
   * Why the paths of a legacy database must stay as they are for now: a query that cannot be rewritten would reach other
   * rows, or none, once its connection leads to the target.
   */
  blocks(database: string): string | undefined {
    if (!this.blocked.has(database)) this.blocked.set(database, this.findBlock(database));
    const block = this.blocked.get(database);
    this.onBlock(database, block);
    return block;
  }

  private findBlock(database: string): string | undefined {
    const byFile = new Map<string, Reference[]>();
    for (const reference of this.tables)
      if (reference.database === database || reference.among?.includes(database))
        getOrAdd(byFile, reference.file, () => []).push(reference);
    for (const [file, tables] of byFile) {
      const block = this.blockIn(file, database, () => this.findBlockIn(file, database, tables));
      if (block !== undefined) return block;
    }
    return undefined;
  }

  private findBlockIn(file: string, database: string, tables: readonly Reference[]): string | undefined {
    for (const reference of tables) {
      if (reference.table === undefined) continue;
      const disposition = this.disposition(database, reference.table);
      if (disposition?.action === 'move' && this.answersAsBefore(database, disposition)) continue;
      const opened = this.open(file);
      if ('problem' in opened || opened.isIgnored(reference)) continue;
      const outcome = opened.judge(reference);
      if (outcome.kind === 'none')
        return `First change the query on ${reference.table} in ${file}:${reference.line}. ${outcome.reason}`;
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
    if (text.length > LONGEST_REWRITTEN)
      return { problem: `${file} is longer than 1 MB: change what it is generated from, or the place by hand.` };
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

/**
 * Gives each stale reference that is certain its `fix`. Each fix stands alone: it brings the import it needs, takes away
 * what it alone leaves unused, and renames the tables in the same file that its connection is asked for. References set aside by a comment are no longer stale; those without a certain fix
 * say why in `note`.
 */
export function attachFixes(result: ReferencesResult, plan: ResolvedPlan, files: CodeFiles): ReferencesResult {
  const fixes = new Fixes(plan, files, result.references);
  return { ...result, references: result.references.map((reference) => withFix(reference, fixes)) };
}

export function withFix(reference: Reference, fixes: Fixes): Reference {
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
}

/**
 * Rewrites offered in one file as a second step: what opens a database by its path of the access layer can call `connect`,
 * which applies the profile.
 */
export function offerLifts(file: string, language: string, plan: ResolvedPlan, files: CodeFiles): ReferenceFix[] {
  const opened = new Fixes(plan, files, []).open(file);
  return 'problem' in opened ? [] : opened.lifts(language);
}

function tableKey(database: string, table: string): string {
  return JSON.stringify([database, table.toLowerCase()]);
}

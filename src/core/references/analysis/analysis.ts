import { setImmediate } from 'node:timers/promises';
import { Evaluator } from '../evaluation/evaluator';
import { Module, Project } from '../evaluation/project';
import { codeLanguage, grammarOf } from '../languages/language';
import { throwIfCancelled } from '../../ports';
import type { WorkOptions } from '../../ports';
import type { ResolvedPlan } from '../../plan/resolved';
import type { Reference, ReferencesResult } from '../reference';
import type { SourceFile } from '../source-files';
import type { Program } from '../syntax/program';
import { LineIndex } from '../text/lines';
import { searchText } from '../text/search-text';
import { Assembly, location } from './assemble';
import { Candidates } from './candidates';
import { absentDatabases } from './absent';
import { PathSearch } from './paths';
import { PlanView } from './plan-view';
import { QuerySearch } from './queries';
import { DatabaseResolver } from './resolve';
import { roleOf } from './role';

export interface AnalysisInput {
  /** Absolute, `/`. */
  readonly workspace: string;
  readonly files: readonly SourceFile[];
  readonly texts: ReadonlyMap<string, string>;
  /** Legacy databases with the folded names of their tables. */
  readonly databases: ReadonlyMap<string, ReadonlySet<string>>;
  readonly plan?: ResolvedPlan;
  /** Syntax of files from an earlier analysis; what is parsed now is added. */
  readonly modules?: Map<string, Module>;
  /** Which files were worth parsing for the same databases; what is judged now is added. */
  readonly worth?: Map<string, { readonly text: string; readonly isCandidate: boolean }>;
}

const STALE_MARK = 'sqlite-consolidator: stale';
/** Rounds of parsing what earlier rounds turned out to need. */
const MOST_ROUNDS = 5;
/** Files that are parsed only because others import or call them. */
const MOST_FOLLOWED = 500;
/** Callers of callers decide little, and in a large project they are everything. */
const ROUNDS_OF_CALLERS = 2;
/** The event loop is never held for longer than about this, in milliseconds. */
const SLICE = 12;

/** One search of a workspace: candidates are found by their bytes, parsed, and followed to what they import. */
export class Analysis {
  private readonly resolver: DatabaseResolver;
  private readonly project: Project;
  private readonly candidates: Candidates;
  private pausedAt = performance.now();

  constructor(private readonly input: AnalysisInput) {
    this.resolver = new DatabaseResolver([...input.databases.keys()], input.workspace);
    this.project = new Project(new Set(input.files.filter((file) => file.isCode).map((file) => file.path)), (file) =>
      input.texts.get(file),
    );
    this.candidates = new Candidates(input);
  }

  async run(
    options: WorkOptions,
  ): Promise<Required<Pick<ReferencesResult, 'references' | 'absentDatabases' | 'joins'>>> {
    const plan = this.input.plan && new PlanView(this.input.plan);
    const assembly = new Assembly(this.resolver, this.input.databases, plan);
    const references: Reference[] = [];
    const code: SourceFile[] = [];
    for (const file of this.input.files) {
      await this.pause(options);
      const text = this.input.texts.get(file.path);
      if (text === undefined) continue;
      if (file.isCode) {
        if (!this.isCandidate(file.path, text)) continue;
        code.push(file);
        this.candidateFiles.add(file.path);
      } else if (this.candidates.namesDatabase(text)) references.push(...this.textReferences(file, text, assembly));
    }
    for (const [done, file] of code.entries()) {
      await this.pause(options);
      options.progress?.({
        phase: 'references',
        message: 'Parsing files',
        done,
        total: code.length,
        unit: 'files',
      });
      await this.parse(file.path);
    }
    const found = await this.evaluate(options);
    const places = found.paths.places();
    references.push(
      ...assembly.attachReferences(found.queries),
      ...assembly.paths(places, found.queries),
      ...assembly.tableReferences(found.queries),
    );
    const sorted = distinct(references)
      .sort(compareReferences)
      .map((reference) => this.overruled(reference, plan));
    return {
      references: sorted,
      absentDatabases: absentDatabases(sorted, places, found.queries, this.resolver),
      joins: assembly.joins(found.queries),
    };
  }

  /** `sqlite-consolidator: stale` on the line, or alone above it: what a tool or a test names on purpose is to be changed all the same. */
  private overruled(reference: Reference, plan: PlanView | undefined): Reference {
    if (reference.stale || reference.kind !== 'path' || !plan?.isPathStale(reference.database)) return reference;
    const lines = this.input.texts.get(reference.file)?.split(/\r\n|\n|\r/, reference.endLine) ?? [];
    const above = lines[reference.line - 2] ?? '';
    const own = lines.slice(reference.line - 1).join('\n');
    const isAbove = above.includes(STALE_MARK) && /^\s*(?:#|\/\/|--|<!--|\/\*|;)/.test(above);
    if (!isAbove && !own.includes(STALE_MARK)) return reference;
    const { note: _, ...rest } = reference;
    return { ...rest, stale: true };
  }

  /** Evaluates until nothing more has to be parsed. */
  private async evaluate(options: WorkOptions): Promise<{ paths: PathSearch; queries: QuerySearch }> {
    for (let round = 0; ; round++) {
      const evaluator = new Evaluator(this.project);
      this.project.invalidate();
      const paths = new PathSearch(evaluator, this.resolver);
      const queries = new QuerySearch(evaluator);
      const modules = this.searched();
      for (const [done, module] of modules.entries()) {
        await this.pause(options);
        options.progress?.({
          phase: 'references',
          message: 'Following paths',
          done,
          total: modules.length,
          unit: 'files',
        });
        paths.search(module);
        queries.search(module);
      }
      const callers = round < ROUNDS_OF_CALLERS ? this.callers() : [];
      const room = MOST_FOLLOWED + this.candidateFiles.size - this.project.modules.size;
      const wanted = [...this.project.wanted, ...callers]
        .filter((file) => !this.project.modules.has(file))
        .slice(0, Math.max(0, room));
      this.project.wanted.clear();
      if (wanted.length === 0 || round >= MOST_ROUNDS) return { paths, queries };
      for (const file of new Set(wanted)) {
        await this.pause(options);
        await this.parse(file);
      }
    }
  }

  /** What an unchanged text was worth is known from the last analysis. */
  private isCandidate(file: string, text: string): boolean {
    const known = this.input.worth?.get(file);
    if (known?.text === text) return known.isCandidate;
    const isCandidate = this.candidates.isCandidate(text);
    this.input.worth?.set(file, { text, isCandidate });
    return isCandidate;
  }

  private readonly asked = new Set<string>();
  private readonly candidateFiles = new Set<string>();

  /** What was parsed only because others import or call it names no database. */
  private searched(): Module[] {
    return [...this.project.modules.values()].filter(
      (module) => this.candidateFiles.has(module.file) && !module.isGenerated,
    );
  }

  /** Files that call what evaluation asked for the callers of. */
  private callers(): string[] {
    const names = new Set(
      [...this.project.askedCalls].filter((name) => name.length > 2 && !name.startsWith('__') && !this.asked.has(name)),
    );
    for (const name of names) this.asked.add(name);
    if (names.size === 0) return [];
    return this.candidates.calling(names).filter((file) => !this.project.modules.has(file));
  }

  private async parse(file: string): Promise<void> {
    const text = this.input.texts.get(file);
    const language = codeLanguage(file.slice(file.lastIndexOf('.')).toLowerCase());
    if (text === undefined || !language) return;
    const known = this.input.modules?.get(file);
    if (known?.text === text) {
      this.project.add(known);
      return;
    }
    const grammar = await grammarOf(language);
    const root = grammar.parse(text);
    const program = root && lowered(() => language.lower(root, text));
    if (!program) return;
    const module = new Module(file, text, program);
    this.input.modules?.set(file, module);
    this.project.add(module);
  }

  private textReferences(file: SourceFile, text: string, assembly: Assembly): Reference[] {
    const role = roleOf(file.path, file.language, false);
    const lines = new LineIndex(text);
    return searchText(text, file.path, file.language, this.resolver).flatMap((place): Reference[] => {
      const { resolution, start, end, shape, isComment } = place;
      if (resolution.place === 'memory' || resolution.place === 'target') return [];
      return [
        {
          ...location({ file: file.path, lines }, start, end),
          kind: 'path',
          ...assembly.standing(resolution, isComment ? 'documentation' : role),
          language: file.language,
          shape,
          text: text.slice(start, end),
        },
      ];
    });
  }

  private async pause({ signal }: WorkOptions): Promise<void> {
    if (performance.now() - this.pausedAt < SLICE) return;
    await setImmediate();
    throwIfCancelled(signal);
    this.pausedAt = performance.now();
  }
}

/** `undefined` for code that is nested deeper than the stack: it was generated, and is left out. */
function lowered(lower: () => Program): Program | undefined {
  try {
    return lower();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function compareReferences(left: Reference, right: Reference): number {
  if (left.file !== right.file) return left.file < right.file ? -1 : 1;
  return (
    left.line - right.line ||
    left.column - right.column ||
    left.endLine - right.endLine ||
    left.endColumn - right.endColumn
  );
}

function distinct(references: readonly Reference[]): Reference[] {
  const seen = new Map<string, Reference>();
  for (const each of references) {
    const key = `${each.file}\0${each.line}\0${each.column}\0${each.endLine}\0${each.endColumn}\0${each.kind}\0${each.database}`;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()];
}

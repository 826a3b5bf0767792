import { Evaluator } from '../evaluation/evaluator';
import { changedDeclarations } from '../evaluation/imports-named';
import { getOrAdd, Project } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import { Reads } from '../evaluation/reads';
import type { WorkOptions } from '../../ports';
import { Pause, SHORT_STRETCH } from '../../sqlite/rows/pause';
import type { ResolvedPlan } from '../../plan/resolved';
import type { Reference, ReferencesResult, Role } from '../reference';
import { compareReferences } from '../same-references';
import { Modules } from '../parsing/modules';
import { Texts } from '../reading/source-text';
import type { SourceText } from '../reading/source-text';
import { LONGEST_WHOLE } from '../text/longest';
import type { SourceFile } from '../source-files';
import type { Literal } from '../syntax/program';
import { Assembly } from './assemble';
import { Candidates } from './candidates';
import { absentDatabases } from './absent';
import { hasHelpers } from './helpers';
import { PathPlaces, PathSearch, withoutInner } from './paths';
import type { PathPlace } from './paths';
import { PlanView } from './plan-view';
import { jsonOf, sameList, sameSet } from '../../same';
import { mergeQueries, QuerySearch } from './queries';
import type { Queries } from './queries';
import { changesBetween } from './record';
import type { FileRecord, Round } from './record';
import { DatabaseResolver } from './resolve';
import { hasMarks, markOf } from './marks';
import { Roles } from './role';
import { withSqlFiles } from './sql-files';
import { TextSearch } from './text-search';

export interface AnalysisInput {
  /** Absolute, `/`. */
  readonly workspace: string;
  readonly files: readonly SourceFile[];
  /** Legacy databases with the folded names of their tables. */
  readonly databases: ReadonlyMap<string, ReadonlySet<string>>;
  /** Syntax of files from an earlier analysis; what is parsed now is added. */
  readonly modules: Map<string, Module>;
}

/** Files whose text is another one. */
export interface ChangedFiles {
  readonly files: Iterable<string>;
  /** Whether they are worth parsing, where somebody looked at that. */
  readonly areCandidates?: ReadonlyMap<string, boolean>;
}

/** What is asked of a workspace. */
export interface Question {
  /** Every text that can be read, by file. */
  readonly texts: Texts;
  /**
   * The files whose text is another one than in the last call that was answered. In the first call they may come as they
   * are read: `texts` has those that came.
   */
  readonly changed: Iterable<ChangedFiles> | AsyncIterable<ChangedFiles>;
  readonly plan?: ResolvedPlan;
  /** What files are for, where a person says so: globs with roles. */
  readonly roles?: Readonly<Record<string, Role>>;
  /** Told what is found so far, while files are read and parsed; what comes later may know better. */
  readonly onFound?: (references: readonly Reference[]) => void;
}

/** So many files are parsed before anything is told of them; to tell it again takes four times as many. */
const FIRST_TOLD = 16;
const MORE_TOLD = 4;

export type Found = Required<Pick<ReferencesResult, 'references' | 'absentDatabases' | 'joins' | 'searchedInPart'>>;

/** Rounds of parsing what earlier rounds turned out to need. */
const MOST_ROUNDS = 5;
/** Files that are parsed only because others import or call them. */
const MOST_FOLLOWED = 500;
/** Callers of callers decide little, and in a large project they are everything. */
const ROUNDS_OF_CALLERS = 2;

/** What tells of places what they are, and what was asked. */
interface Judges {
  readonly question: string;
  readonly view: PlanView | undefined;
  readonly roles: Roles;
  readonly assembly: Assembly;
}

/** The places of a module, and the answers they follow from. */
interface PlacesRecord {
  readonly from: readonly FileRecord[];
  readonly consumed: ReadonlySet<Literal>;
  readonly places: readonly PathPlace[];
}

/**
 * The search of a workspace, as long as its files and databases are the same ones: candidates are found by their bytes,
 * parsed, and followed to what they import. When texts change, what was found before stays where nothing that it follows
 * from changed; the result is always that of a search from nothing.
 */
export class Analysis {
  private readonly resolver: DatabaseResolver;
  private readonly project: Project;
  private readonly evaluator: Evaluator;
  private readonly candidates: Candidates;
  private readonly byText: TextSearch;
  private turn = new Pause(undefined);

  private readonly files: ReadonlyMap<string, SourceFile>;
  private readonly texts = new Texts();
  private isTaken = false;
  /** Code files that are worth parsing. */
  private readonly worth = new Set<string>();
  private judges: Judges | undefined;
  /** Does a text hold comments that say what references are? */
  private readonly marked = new Map<string, boolean>();
  /** Tells what is found in the files that were parsed so far. */
  private tell: (() => Promise<void>) | undefined;
  private toldNext = FIRST_TOLD;
  /** The last search that came to its end. */
  private last: readonly Round[] = [];
  private placesOf = new Map<Module, PlacesRecord>();
  /** What became different since then. */
  private readonly changed = { files: new Set<string>(), declared: new Set<string>() };
  private readonly modules: Modules;

  constructor(private readonly input: AnalysisInput) {
    this.resolver = new DatabaseResolver([...input.databases.keys()], input.workspace);
    this.files = new Map(input.files.map((file) => [file.path, file]));
    this.project = new Project(
      new Set(input.files.filter((file) => file.isCode).map((file) => file.path)),
      (file) => this.texts.get(file),
      input.files.filter((file) => !file.isCode).map((file) => file.path),
    );
    this.evaluator = new Evaluator(this.project);
    this.candidates = new Candidates(input);
    this.byText = new TextSearch(this.files, this.texts, this.candidates, this.resolver, () => this.pause());
    this.modules = new Modules({
      files: this.files,
      texts: this.texts,
      known: input.modules,
      databases: input.databases,
      partsOf: (file, text) => this.byText.partsOf(file, text),
      askWhole: (file) => this.project.reads.whole.add(file),
    });
  }

  /** @throws ConsolidationError `CANCELLED`; what was found until then serves the next call */
  async run({ texts, changed, plan, roles: said = {}, onFound }: Question, options: WorkOptions): Promise<Found> {
    this.turn = new Pause(options.signal, SHORT_STRETCH);
    const judges = this.judgesOf(plan, said);
    const { assembly } = judges;
    const sorted = (references: readonly Reference[]) =>
      distinct([...references].sort(compareReferences)).map((reference) => this.overruled(reference, judges.view));
    this.toldNext = FIRST_TOLD;
    this.tell =
      onFound &&
      (async () => {
        const records = await this.recordsSoFar();
        const inTexts = await this.byText.inDocuments(judges);
        onFound(sorted([...inTexts, ...inCode(assembly, this.placesSoFar(records), queriesOf(records), inTexts)]));
      });
    await this.take(texts, changed);
    const inTexts = await this.byText.inDocuments(judges);
    if (onFound && inTexts.length > 0 && this.toldNext === FIRST_TOLD) onFound(sorted(inTexts));
    const { rounds, records } = await this.rounds(options);
    const places = await this.places(records);
    const queries = withSqlFiles(
      queriesOf(records),
      this.project,
      this.input.databases,
      this.byText.runs,
      this.resolver,
    );
    const references = inCode(assembly, places, queries, inTexts);
    const all = sorted([...inTexts, ...references, ...this.byText.besideSyntax([...inTexts, ...references], judges)]);
    this.finish(rounds);
    return {
      references: all,
      absentDatabases: absentDatabases(all, places, queries, this.resolver),
      joins: assembly.joins(queries),
      searchedInPart: this.byText.searchedInPart,
    };
  }

  /** The very same as long as the same is asked: they keep what they made of places that stay. */
  private judgesOf(plan: ResolvedPlan | undefined, said: Readonly<Record<string, Role>>): Judges {
    const question = jsonOf(plan) + JSON.stringify(said);
    if (this.judges?.question === question) return this.judges;
    const view = plan && new PlanView(plan);
    const roles = new Roles(said);
    const assembly = new Assembly(this.resolver, this.input.databases, view, roles);
    return (this.judges = { question, view, roles, assembly });
  }

  /** What can be told of places when only some files are searched. Nothing of it stays. */
  private placesSoFar(records: readonly FileRecord[]): PathPlace[] {
    this.project.reads = new Reads();
    this.evaluator.beginFile();
    this.evaluator.beginSearch();
    const all = new PathPlaces(this.evaluator, this.resolver);
    for (const { found } of records) all.add(found!.notes);
    const consumed = all.consumedLiterals();
    const modules = new Set(records.flatMap(({ found }) => found!.notes.map(({ text }) => text.origin.module)));
    return withoutInner([...modules].flatMap((module) => all.places(module, consumed.get(module) ?? new Set())));
  }

  /** What the code files say that are parsed so far, as if there were no others. Nothing of it stays. */
  private async recordsSoFar(): Promise<FileRecord[]> {
    const modules = new Map<string, Module>();
    for (const { path } of this.input.files) {
      const module = this.worth.has(path) ? this.modules.get(path) : undefined;
      if (module) modules.set(path, module);
    }
    this.project.show(modules);
    const records: FileRecord[] = [];
    for (const module of modules.values()) {
      if (!this.isSearched(module)) continue;
      await this.pause();
      records.push(this.ask(module));
    }
    return records;
  }

  /** Notes what changed since the last call. */
  private async take(texts: Texts, changed: Question['changed']): Promise<void> {
    for await (const { files, areCandidates } of changed) await this.takeFiles(texts, files, areCandidates);
    if (!this.isTaken) await this.takeFiles(texts, this.files.keys());
    this.isTaken = true;
  }

  private async takeFiles(
    texts: Texts,
    files: Iterable<string>,
    areCandidates?: ReadonlyMap<string, boolean>,
  ): Promise<void> {
    for (const file of files) {
      if (this.turn.due) await this.turn.take();
      const source = this.takeText(file, texts.of(file));
      if (!source) continue;
      // Of most files it is known at once.
      const isCandidate = areCandidates?.get(file) ?? this.candidates.isCandidateOnDisk(source);
      if (!(isCandidate ?? (await this.isCandidate(file, source.text ?? '')))) {
        this.worth.delete(file);
        continue;
      }
      this.worth.add(file);
      await this.modules.parseIfLoaded(file, true);
      await this.tellNow();
    }
  }

  /** @returns the text of a code file that has another one */
  private takeText(path: string, now: SourceText | undefined): SourceText | undefined {
    const file = this.files.get(path);
    const old = this.texts.of(path);
    if (!file || !this.texts.set(path, now)) return undefined;
    if (this.last.length > 0) this.changed.files.add(path);
    this.byText.changed(path);
    this.marked.delete(path);
    if (!file.isCode) return undefined;
    for (const name of changedDeclarations(this.project, path, old, now)) this.changed.declared.add(name);
    this.candidates.changed(path, now);
    if (!now) this.worth.delete(path);
    return now;
  }

  /** Tells what is found so far, now and then. */
  private async tellNow(): Promise<void> {
    if (!this.tell || this.last.length > 0 || this.modules.size < this.toldNext) return;
    while (this.toldNext <= this.modules.size) this.toldNext *= MORE_TOLD;
    await this.tell();
  }

  private async isCandidate(file: string, text: string): Promise<boolean> {
    if (text.length <= LONGEST_WHOLE) return this.candidates.isCandidate(text);
    return (await this.byText.partsOf(file, text)) !== undefined;
  }

  private finish(rounds: readonly Round[]): void {
    const kept = new Set(rounds.at(-1)!.records.values());
    // An answer that was not the last one is asked only for what it wanted.
    for (const round of rounds) for (const record of round.records.values()) if (!kept.has(record)) delete record.found;
    this.last = rounds;
    this.changed.files.clear();
    this.changed.declared.clear();
  }

  /** What a comment says of a reference overrules what was judged. */
  private overruled(reference: Reference, plan: PlanView | undefined): Reference {
    const text = this.texts.get(reference.file);
    const isMarked = getOrAdd(this.marked, reference.file, () => text !== undefined && hasMarks(text));
    const mark = isMarked ? markOf(text!, reference) : undefined;
    if (mark === undefined) return reference;
    const role = mark === 'stale' ? reference.role : mark;
    const { note: _, ...rest } = reference;
    if (mark === 'tooling')
      return { ...rest, role, stale: false, note: 'a comment says that it names a legacy database on purpose' };
    if (reference.stale || (mark !== 'stale' && reference.role !== 'tooling')) return { ...reference, role };
    const { kind, database, table = '', resolution } = reference;
    const isStale =
      kind === 'path' ? plan?.isPathStale(database) : resolution !== 'unknown' && plan?.isTableStale(database, table);
    return isStale ? { ...rest, role, stale: true } : { ...reference, role };
  }

  /** Evaluates until nothing more has to be parsed. */
  private async rounds(options: WorkOptions): Promise<{ rounds: readonly Round[]; records: readonly FileRecord[] }> {
    const found = await this.evaluate(this.last, options);
    // Places were told with as many modules as there were in the last round: with other rounds they are told anew.
    if (this.last.length === 0 || found.length === this.last.length)
      return { rounds: found, records: [...found.at(-1)!.records.values()] };
    this.last = [];
    this.placesOf.clear();
    return this.rounds(options);
  }

  private async evaluate(last: readonly Round[], options: WorkOptions): Promise<readonly Round[]> {
    const rounds: Round[] = [];
    const asked = new Set<string>();
    let wanted = await this.candidateFiles(options);
    const modules = new Map<string, Module>();
    for (let turn = 1; ; turn++) {
      await this.parseAll(wanted, modules, (file) => this.worth.has(file));
      const round: Round = { modules: new Map(modules), records: new Map() };
      await this.answer(round, last[rounds.length], rounds.at(-1), options);
      rounds.push(round);
      if (await this.completed(round, modules)) {
        // The same round again, with all that was asked for.
        turn--;
        wanted = [];
        continue;
      }
      const more = new Set<string>();
      for (const { reads } of round.records.values())
        for (const file of reads.wanted) if (!modules.has(file) && !this.modules.isUnreadable(file)) more.add(file);
      if (turn <= ROUNDS_OF_CALLERS)
        for (const file of await this.callers(round, asked))
          if (!modules.has(file) && !this.modules.isUnreadable(file)) more.add(file);
      const room = MOST_FOLLOWED + this.worth.size - modules.size;
      wanted = [...more].slice(0, Math.max(0, room));
      if (wanted.length === 0 || turn > MOST_ROUNDS) break;
    }
    await this.answer(rounds.at(-1)!, undefined, undefined, options);
    return rounds;
  }

  /** Parses all of the files of which a part was asked for that was left out; false where there is none. */
  private async completed(round: Round, modules: Map<string, Module>): Promise<boolean> {
    const files = new Set([...round.records.values()].flatMap(({ reads }) => [...reads.whole]));
    const partial = [...files].filter((file) => modules.get(file)?.rest);
    await this.parseAll(partial, modules, () => false);
    return partial.length > 0;
  }

  /** Adds the modules of files. */
  private async parseAll(
    files: readonly string[],
    modules: Map<string, Module>,
    isSliced: (file: string) => boolean,
  ): Promise<void> {
    for (const file of files) {
      await this.pause();
      const module = await this.modules.parse(file, isSliced(file));
      if (module) modules.set(file, module);
      else modules.delete(file);
    }
  }

  private async candidateFiles(options: WorkOptions): Promise<string[]> {
    const files = this.input.files.flatMap(({ path }) => (this.worth.has(path) ? [path] : []));
    for (const [done, file] of files.entries()) {
      await this.pause();
      options.progress?.({ phase: 'references', message: 'Parsing files', done, total: files.length, unit: 'files' });
      await this.modules.parse(file, true);
      await this.tellNow();
    }
    return files;
  }

  /** Answers what has no answer yet; what was answered before, or in the round before, stays where nothing touches it. */
  private async answer(
    round: Round,
    last: Round | undefined,
    previous: Round | undefined,
    options: WorkOptions,
  ): Promise<void> {
    const { modules, records } = round;
    const { files, declared } = this.changed;
    const known = [
      ...(last ? [{ of: last, changes: changesBetween(last.modules, modules, files, declared) }] : []),
      ...(previous ? [{ of: previous, changes: changesBetween(previous.modules, modules) }] : []),
    ];
    const searched = [...modules.values()].filter((module) => this.isSearched(module));
    this.project.show(modules);
    for (const [done, module] of searched.entries()) {
      const { file } = module;
      let record = records.get(file);
      for (const { of, changes } of known) {
        const kept = record ? undefined : of.records.get(file);
        if (kept && changes && !changes.touch(kept)) record = kept;
      }
      // Without what was found it is the answer of a round that is not the last one, which is not known before.
      if (!record || (!last && !previous && !record.found)) {
        await this.pause();
        options.progress?.({
          phase: 'references',
          message: 'Following paths',
          done,
          total: searched.length,
          unit: 'files',
        });
        record = this.ask(module);
      }
      records.set(file, record);
    }
  }

  /** Files that say something of databases, and helpers that run what they are given. */
  private isSearched(module: Module): boolean {
    return !module.isGenerated && (this.worth.has(module.file) || hasHelpers(module));
  }

  private ask(module: Module): FileRecord {
    const reads = (this.project.reads = new Reads());
    this.evaluator.beginFile();
    const notes = new PathSearch(this.evaluator, this.resolver).search(module);
    const queries = new QuerySearch(this.evaluator);
    queries.search(module);
    return { module, reads, found: { notes, queries } };
  }

  /** The places where paths are put together, of all files. */
  private async places(records: readonly FileRecord[]): Promise<PathPlace[]> {
    const all = new PathPlaces(this.evaluator, this.resolver);
    const from = new Map<Module, FileRecord[]>();
    for (const record of records) {
      all.add(record.found!.notes);
      for (const module of new Set(record.found!.notes.map(({ text }) => text.origin.module)))
        getOrAdd(from, module, () => []).push(record);
    }
    const consumed = all.consumedLiterals();
    const known = this.placesOf;
    this.placesOf = new Map();
    const found: PathPlace[] = [];
    for (const [module, records] of from) {
      const literals = consumed.get(module) ?? new Set<Literal>();
      let told = known.get(module);
      if (!told || !sameList(told.from, records) || !sameSet(told.consumed, literals)) {
        await this.pause();
        const reads = (this.project.reads = new Reads());
        this.evaluator.beginFile();
        this.evaluator.beginSearch();
        told = { from: records, consumed: literals, places: all.places(module, literals) };
        for (const record of records) record.reads.add(reads);
      }
      this.placesOf.set(module, told);
      found.push(...told.places);
    }
    return withoutInner(found);
  }

  /** Files that call what evaluation asked for the callers of. */
  private async callers({ records }: Round, asked: Set<string>): Promise<string[]> {
    const names = new Set<string>();
    for (const { reads } of records.values())
      for (const name of reads.askedCalls)
        if (name.length > 2 && !name.startsWith('__') && !asked.has(name)) names.add(name);
    for (const name of names) asked.add(name);
    return names.size === 0 ? [] : this.candidates.calling(names, this.texts, () => this.pause());
  }

  private async pause(): Promise<void> {
    if (this.turn.due) await this.turn.take();
  }
}

const queriesOf = (records: readonly FileRecord[]) => mergeQueries(records.map((record) => record.found!.queries));

function inCode(
  assembly: Assembly,
  places: readonly PathPlace[],
  queries: Queries,
  inTexts: readonly Reference[],
): Reference[] {
  const paths = [...assembly.attachReferences(queries), ...assembly.paths(places, queries)];
  return [...paths, ...assembly.tableReferences(queries, [...inTexts, ...paths])];
}

/** @param references in order; of those that say the same of a place the first counts */
function distinct(references: readonly Reference[]): Reference[] {
  const kept: Reference[] = [];
  let from = 0;
  for (const each of references) {
    if (kept.length > 0 && compareReferences(kept.at(-1)!, each) !== 0) from = kept.length;
    let isKnown = false;
    for (let at = from; at < kept.length && !isKnown; at++)
      isKnown = kept[at]!.kind === each.kind && kept[at]!.database === each.database && kept[at]!.table === each.table;
    if (!isKnown) kept.push(each);
  }
  return kept;
}

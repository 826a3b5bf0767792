import { isNamedLater } from '../evaluation/connections';
import type { Evaluator } from '../evaluation/evaluator';
import { enclosingFunction } from '../evaluation/members';
import { replacesDatabases } from '../evaluation/replaced';
import { getOrAdd, walk } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import type { Frame, Handle, Text } from '../evaluation/value';
import { ANCHOR } from '../evaluation/value';
import { literalEnd, literalOffset } from '../syntax/program';
import type { Call, Expression, Literal, Scope } from '../syntax/program';
import { gapOf } from './gaps';
import { boundNames, preparedUses } from './bound-names';
import type { BoundName } from './bound-names';
import { heirFrames } from './heirs';
import { namedTables, tableObjects } from './named-tables';
import type { Resolution } from './resolve';
import { fragmentUses } from '../sql/fragments';
import { isProse, isShown, tellsPeople } from '../sql/prose';
import { looksLikeSql, sqlUses } from '../sql/tables';
import { foldName } from '../../sqlite/sql-tokens';
import type { Attachment, TableUse } from '../sql/tables';

/** A table name in the SQL text of the code. */
export interface TablePlace {
  readonly module: Module;
  readonly start: number;
  readonly end: number;
  readonly use: TableUse;
  /** Other schemas that the same name is put behind: `"INSERT INTO old." + TABLE + " SELECT * FROM main." + TABLE`. */
  schemas?: Set<string>;
  /** Connections that the statement runs on; empty when they are not known. */
  readonly handles: Set<Handle>;
  /** Connections of the helper that is given the statement, whoever calls it: they count when nothing closer is known. */
  readonly remote: Set<Handle>;
  /** Connections that tests hand to it, where the code gives it one that only a person names. */
  tested?: Set<Handle>;
  /** Was the statement seen to run, or only to be written? */
  isRun: boolean;
  /** In a test that puts a database of its own in the place of the one that the code opens. */
  isReplaced?: boolean;
  /** In a file of SQL that nothing is seen to read: the databases with all of its tables. */
  readonly among?: readonly string[];
  /** In a file of SQL that a command line runs: the databases that it is run on. */
  readonly ranOn?: readonly Exclude<Resolution, { place: 'none' }>[];
  /** The tables that the same text names, which are in one database. */
  readonly beside?: readonly string[];
  /** Named by a query builder or a model, not by SQL. */
  readonly isNamed?: boolean;
  /** Only where a statement has a name filled in: where the name itself stands, which is another place. */
  readonly filledFrom?: { readonly module: Module; readonly start: number };
  /** Other names are filled in there as well. */
  readonly isOneOf?: boolean;
}

/** `ATTACH DATABASE … AS schema` on a connection. */
export interface AttachPlace {
  readonly schema: string;
  readonly handles: readonly Handle[];
  readonly paths: readonly Text[];
  readonly module: Module;
  /** The path inside the SQL text. */
  readonly literal?: { readonly text: string; readonly start: number; readonly end: number };
}

/** Calls whose text argument is surely run as SQL by the object that it is called on. */
const RUNNERS = new Set([
  'execute',
  'executemany',
  'executescript',
  'execute_sql',
  'execute_fetchall',
  'execute_insert',
  'execute_batch',
  'execute_batch2',
  'executeMultiple',
  'executeQuery',
  'executeUpdate',
  'prepareStatement',
  'execSQL',
  'rawQuery',
  'execAsync',
  'runAsync',
  'getAllAsync',
  'getFirstAsync',
  'Execute',
  'ExecuteAsync',
  'ExecuteScalar',
  'ExecuteScalarAsync',
  'QueryAsync',
  'QueryFirst',
  'QueryFirstAsync',
  'QuerySingle',
  'QuerySingleAsync',
  'MustExec',
  'NamedExec',
  'NamedQuery',
  'Queryx',
  'QueryRowx',
  'Get',
  'Select',
  'GetContext',
  'SelectContext',
  'Raw',
  'exec',
  'execContext',
  'Exec',
  'ExecContext',
  'Query',
  'QueryContext',
  'QueryRow',
  'QueryRowContext',
  'Prepare',
  'PrepareContext',
  'prepare',
  'run',
  'all',
  'get',
  'each',
  'query',
  'raw',
  'read_sql',
  'read_sql_query',
  'fetch_all',
  'fetch_one',
  'fetchall',
  'fetchone',
]);

const COMMON = new Set(['get', 'run', 'all', 'each', 'raw', 'Get', 'Select', 'Raw']);

/** Is what a call of this name is given run as SQL, by the name alone? */
export function isRunner(name: string): boolean {
  return RUNNERS.has(name) && !COMMON.has(name);
}

/** Expressions whose value is not seen where they stand. */
const OPEN = new Set<Expression['kind']>([
  'name',
  'member',
  'concatenation',
  'format',
  'choice',
  'index',
  'call',
  'same',
  'element',
]);

/** More callers of one helper than this are not told apart. */
const MOST_CONTEXTS = 60;

/** One call of a helper. */
interface Context {
  readonly frame: Frame;
  /** The call is made in a test. */
  readonly isTest: boolean;
}

/** What was found of statements. */
export interface Queries {
  /** By file and offset. */
  readonly places: ReadonlyMap<string, TablePlace>;
  readonly attachments: readonly AttachPlace[];
  /** Tables that one statement reads together, as keys of `places`. */
  readonly joined: readonly (readonly string[])[];
  /** `CREATE TABLE` statements, for databases that only code names. */
  readonly creations: readonly { readonly sql: string; readonly name: string; readonly handles: readonly Handle[] }[];
}

/** What was found of the statements of all files, in their order. */
export function mergeQueries(all: readonly Queries[]): Queries {
  const places = new Map<string, TablePlace>();
  for (const each of all)
    for (const [key, place] of each.places) {
      const known = places.get(key);
      if (!known) {
        places.set(key, place);
        continue;
      }
      places.set(key, {
        ...known,
        handles: new Set([...known.handles, ...place.handles]),
        remote: new Set([...known.remote, ...place.remote]),
        ...(known.tested || place.tested
          ? { tested: new Set([...(known.tested ?? []), ...(place.tested ?? [])]) }
          : {}),
        isRun: known.isRun || place.isRun,
        isReplaced: known.isReplaced || place.isReplaced,
        ...schemasOf([known, place]),
      });
    }
  noteSeveral(places);
  return {
    places,
    attachments: all.flatMap((each) => each.attachments),
    joined: all.flatMap((each) => each.joined),
    creations: all.flatMap((each) => each.creations),
  };
}

/** Where several names are filled in at one place, the statement is on one of them. */
function noteSeveral(places: Map<string, TablePlace>): void {
  const gaps = new Map<string, Set<string>>();
  const gapKey = ({ module, start, use }: TablePlace) => `${module.file}\0${start}\0${schemaOf(use)}`;
  for (const [key, place] of places) if (place.filledFrom) getOrAdd(gaps, gapKey(place), () => new Set()).add(key);
  for (const keys of gaps.values())
    if (keys.size > 1) for (const key of keys) places.set(key, { ...places.get(key)!, isOneOf: true });
}

/** SQL texts of a module, with the connections they run on. */
export class QuerySearch implements Queries {
  readonly places = new Map<string, TablePlace>();
  readonly attachments: AttachPlace[] = [];
  readonly joined: (readonly string[])[] = [];
  readonly creations: Queries['creations'][number][] = [];

  private replaces = false;
  /** Calls that are made on what another call gives. */
  private readonly outer = new Map<Call, Call>();
  /** Calls that are made on a prepared statement by its name. */
  private prepared: ReadonlyMap<Call, readonly Call[]> = new Map();

  constructor(private readonly evaluator: Evaluator) {}

  search(module: Module): void {
    this.evaluator.beginSearch();
    this.replaces = module.isTest && replacesDatabases(this.evaluator, module);
    const run = new Set<Expression>();
    this.prepared = preparedUses(module);
    for (const root of module.program.roots)
      walk(root.expression, (expression) => {
        if (expression.kind !== 'call') return;
        // `prepare('ATTACH ? AS other').run(path)`
        const { callee } = expression;
        if (callee.kind === 'member' && callee.object.kind === 'call') this.outer.set(callee.object, expression);
        this.call(expression, module, run);
      });
    // Statements that were not seen to run: constants, text given to helpers of other files.
    for (const root of module.program.roots) {
      if (root.role === 'documentation') continue;
      walk(root.expression, (expression) => {
        if (run.has(expression)) return;
        if (expression.kind === 'record' || expression.kind === 'call') noteShown(expression, run);
        if (expression.kind === 'literal') this.fragment(expression, module);
        if (expression.kind === 'call' || !mayBeSql(expression)) return;
        this.evaluator.begin();
        const texts = this.evaluator.texts(expression, module.frame);
        for (const text of texts)
          if (looksLikeSql(text.text) && !isProse(text.text)) this.statement(text, [], module, undefined, 'handles');
        return texts.length === 0 || expression.kind === 'literal' ? undefined : false;
      });
    }
    this.named(module);
  }

  /** A part of a statement that was not seen to be put into one. */
  private fragment(literal: Literal, module: Module): void {
    for (const use of fragmentUses(literal.value)) {
      const [start, end] = [literalOffset(literal, use.start), literalEnd(literal, use.end)];
      getOrAdd(this.places, `${module.file}\0${start}`, (): TablePlace => ({
        ...{ module, start, end, use, handles: new Set<Handle>(), remote: new Set<Handle>(), isRun: false },
      }));
    }
  }

  /** Tables named by query builders and models. */
  private named(module: Module): void {
    const named = namedTables(module);
    // The models of a file are tables of one database, mostly. In Go those that builders ask for stand among them.
    const models = module.program.language === 'go' ? [] : named;
    const beside = models.flatMap(({ literal, length, on }) => (on ? [] : [literal.value.slice(0, length)]));
    for (const { literal, length, on } of named) {
      const handles = on ? this.handlesIn(on, module) : new Set<Handle>();
      if (on && handles.size === 0) continue;
      this.name(module, literal, length, handles, on ? undefined : beside);
    }
    for (const { expression, on } of tableObjects(module)) {
      const handles = on ? this.handlesIn(on, module) : new Set<Handle>();
      for (const text of on && handles.size === 0 ? [] : this.evaluator.texts(expression, module.frame)) {
        const [segment] = text.segments;
        if (!segment || segment.length !== text.text.length || segment.index !== 0) continue;
        // What a test runs on a database of its own says nothing of the table of the code.
        const given = module.isTest && !segment.module.isTest ? new Set<Handle>() : handles;
        const { start, use } = this.name(segment.module, segment.literal, segment.length, given);
        const filledFrom = { module: segment.module, start };
        getOrAdd(this.places, `${module.file}\0${expression.start}\0main\0${segment.module.file}\0${start}`, () => ({
          ...{ module, start: expression.start, end: expression.end, use, handles, filledFrom, isNamed: true },
          ...{ remote: new Set<Handle>(), isRun: false },
        }));
      }
    }
  }

  private name(
    module: Module,
    literal: Literal,
    length: number,
    handles: ReadonlySet<Handle>,
    beside?: readonly string[],
  ): TablePlace {
    const [start, end] = [literalOffset(literal, 0), literalEnd(literal, length)];
    const use: TableUse = { name: literal.value.slice(0, length), start: 0, end: length, position: 'read' };
    const place = getOrAdd(this.places, `${module.file}\0${start}`, (): TablePlace => ({
      ...{ module, start, end, use, handles: new Set<Handle>(), remote: new Set<Handle>() },
      ...{ isRun: false, isNamed: true, ...(beside ? { beside } : {}) },
    }));
    if (place.isNamed) for (const handle of handles) place.handles.add(handle);
    return place;
  }

  private handlesIn(expression: Expression, module: Module): Set<Handle> {
    this.evaluator.begin();
    const values = this.evaluator.evaluate(expression, module.frame);
    return new Set(values.filter((value) => value.kind === 'handle'));
  }

  /** Does a call run SQL by its name, or is there SQL among its arguments? */
  private isWorth(call: Call, module: Module): boolean {
    if (call.arguments.length === 0) return false;
    if (call.arguments.some(({ value }) => statementsIn(value).some(mayBeSql)) || isPragma(call)) return true;
    const { callee } = call;
    if (callee.kind !== 'member' && callee.kind !== 'name') return false;
    if (!RUNNERS.has(callee.name)) return false;
    const open = call.arguments.slice(0, 3).filter(({ value }) => OPEN.has(value.kind));
    if (open.length === 0 || !COMMON.has(callee.name)) return open.length > 0;
    // `get` and `run` are words of any program: only what is surely SQL counts.
    return open.some(({ value }) =>
      this.evaluator
        .evaluateQuietly(value, module.frame)
        .some((each) => each.kind === 'text' && looksLikeSql(each.text)),
    );
  }

  private call(call: Call, module: Module, run: Set<Expression>): void {
    const { callee } = call;
    const name = callee.kind === 'member' || callee.kind === 'name' ? callee.name : '';
    const isTold = tellsPeople(name) && !RUNNERS.has(name);
    if (isTold) for (const { value } of call.arguments) noteTold(value, run);
    if (!this.isWorth(call, module)) return;
    // An error of a connection may stand beside the sentence that tells of it.
    const plain = this.runs(call, module.frame).filter(({ text }) => isRunner(name) || !isProse(text.text));
    if (plain.length === 0) {
      this.ofSubclasses(call, module, name);
      return;
    }
    if (isTold && !this.isOnHandle(call, module.frame)) return;
    if (plain.every(({ handles }) => handles.length === 0) && !RUNNERS.has(name) && !isPragma(call)) return;
    for (const each of plain) run.add(each.of);
    const scope = calledFunction(module, call.scope);
    const given = plain.filter(({ text }) => scope !== undefined && !isWritten(text, module, scope));
    const isOfCallers = (handles: readonly Handle[]) => scope !== undefined && handles.length > 1;
    for (const each of plain)
      this.statement(
        each.text,
        each.handles,
        module,
        call,
        given.includes(each) || isOfCallers(each.handles) ? 'remote' : 'handles',
      );
    if (!scope) return;
    if (!module.isTest && plain.every(({ handles }) => handles.length > 0 && handles.every(isOpenedLater)))
      for (const { frame, isTest } of this.contexts(module, scope.id, 0))
        for (const { text, handles } of isTest ? this.runs(call, frame) : [])
          this.statement(text, handles, module, call, 'tested', frame);
    const isOpen = ({ text, handles }: (typeof plain)[number]) =>
      isOfCallers(handles) || sqlUses(text.text).tables.some(({ name }) => name.includes(ANCHOR.hole));
    if (given.length === 0 && !plain.some(isOpen)) return;
    // A helper that is given the statement: each of its callers may have another connection.
    for (const { frame, isTest } of this.contexts(module, scope.id, 0))
      for (const { text, handles } of this.runs(call, frame))
        // What a test runs on a database of its own says nothing of the statements of the code.
        if (module.isTest || !isTest || text.segments.every((segment) => segment.module.isTest))
          this.statement(text, handles, module, call, 'handles', frame);
  }

  /** `self.db.execute(self.QUERY)` where only those who inherit have such a field: what each caller's instance has. */
  private ofSubclasses(call: Call, module: Module, name: string): void {
    const scope = isRunner(name) ? enclosingFunction(module, call.scope) : undefined;
    const { receiver } = scope ?? {};
    const isField = call.arguments.some(
      ({ value }) => value.kind === 'member' && value.object.kind === 'name' && value.object.name === receiver,
    );
    if (!scope || receiver === undefined || !isField) return;
    for (const { frame } of this.contexts(module, scope.id, 0))
      for (const { text, handles } of this.runs(call, frame))
        this.statement(text, handles, module, call, 'handles', frame);
  }

  /** SQL texts among the arguments of a call, with the connections they run on; or the text that is told to run on one. */
  private runs(call: Call, frame: Frame): { text: Text; of: Expression; handles: readonly Handle[] }[] {
    const { callee } = call;
    const told = callee.kind === 'member' && RUNNERS.has(callee.name) ? [callee.object] : [];
    const texts = [...call.arguments.flatMap(({ value }) => statementsIn(value)), ...told].flatMap((of) => {
      this.evaluator.begin();
      return this.evaluator
        .texts(of, frame)
        .map((text) => (isPragma(call) ? asPragma(text) : text))
        .filter((text) => looksLikeSql(text.text))
        .flatMap((text) => [{ text, of }, ...this.lookedUp(call, of, text, frame)]);
    });
    if (texts.length === 0) return [];
    const handles = this.handlesOf(call, frame);
    return texts.map((each) => ({ ...each, handles }));
  }

  /** Names of tables that a statement is given as values. */
  private lookedUp(call: Call, of: Expression, { text }: Text, frame: Frame): BoundName[] {
    const { lookedUp } = sqlUses(text);
    if (lookedUp.length === 0) return [];
    const behind = call.arguments.findIndex(({ value }) => value === of) + 1;
    const given = behind > 0 ? call.arguments.slice(behind) : [];
    const later = [...(this.prepared.get(call) ?? []), this.outer.get(call)].flatMap((each) =>
      each ? [each.arguments] : [],
    );
    return [given, ...later].flatMap((values) => boundNames(this.evaluator, lookedUp, values, frame));
  }

  private handlesOf(call: Call, frame: Frame): Handle[] {
    const handles = new Set<Handle>();
    const note = (expression: Expression) => {
      for (const value of this.evaluator.evaluate(expression, frame)) if (value.kind === 'handle') handles.add(value);
    };
    this.evaluator.begin();
    if (call.callee.kind === 'member') note(call.callee.object);
    // What was read from one database is given to another: `run(sql, rows[0])`.
    if (handles.size === 0) for (const { value } of call.arguments) if (value.kind !== 'index') note(value);
    // A method that hands the statement on gives what it was run on back, mostly.
    if (handles.size === 0) note(call);
    return [...handles];
  }

  private isOnHandle({ callee }: Call, frame: Frame): boolean {
    if (callee.kind !== 'member') return false;
    return this.evaluator.evaluate(callee.object, frame).some(({ kind }) => kind === 'handle');
  }

  /** Frames in which the arguments of a function, or the instance of a method, are those of one call. */
  private contexts(module: Module, scopeId: number, depth: number): Context[] {
    const scope = module.program.scopes[scopeId]!;
    const frames: Context[] = depth === 0 ? this.heirs(module, scope) : [];
    for (const site of this.evaluator.callSites(module, scope)) {
      const outer = calledFunction(site.module, site.call.scope);
      const callers = outer && outer !== scope && depth < 1 ? this.contexts(site.module, outer.id, depth + 1) : [];
      const any = { frame: site.module.frame, isTest: site.module.isTest };
      for (const { frame: caller, isTest } of callers.length > 0 ? callers : [any, ...this.heirs(site.module, outer)]) {
        for (const callee of this.evaluator.evaluate(site.call.callee, caller))
          if (callee.kind === 'scope' && callee.module === module && callee.scope === scopeId)
            frames.push({ frame: this.evaluator.callFrame(callee, site.call, caller), isTest });
        if (frames.length > MOST_CONTEXTS) return frames;
      }
    }
    return frames;
  }

  /** A method runs on instances of the classes that inherit it, too. */
  private heirs(module: Module, scope: Scope | undefined): Context[] {
    const frames = scope ? heirFrames(this.evaluator, module, scope) : [];
    return frames.map((frame) => ({ frame, isTest: module.isTest }));
  }

  private statement(
    text: Text,
    handles: readonly Handle[],
    module: Module,
    call: Call | undefined,
    how: 'handles' | 'remote' | 'tested',
    frame = module.frame,
  ): void {
    const { tables, attachments } = sqlUses(text.text);
    const together = new Set<string>();
    const beside = tables.flatMap(({ name, schema }) => (schema === undefined ? [name] : []));
    for (const attachment of attachments) this.attach(attachment, text, handles, module, call, frame);
    for (const use of tables) {
      if (use.name.includes(ANCHOR.hole)) continue;
      if (use.position === 'create' && /^\s*create/i.test(text.text))
        this.creations.push({ sql: text.text.replaceAll(ANCHOR.hole, 'x'), name: use.name, handles });
      const place = placeOf(text, use.start, use.end);
      if (!place) continue;
      const key = `${place.module.file}\0${place.start}`;
      const note = (at: typeof place, as: string, filledFrom?: typeof place) => {
        const found = getOrAdd(this.places, as, (): TablePlace => ({
          ...{ ...at, use, beside, handles: new Set<Handle>(), remote: new Set<Handle>(), isRun: false },
          ...(filledFrom ? { filledFrom } : {}),
        }));
        if (schemaOf(found.use) !== schemaOf(use)) (found.schemas ??= new Set()).add(schemaOf(use));
        if (how === 'tested') {
          for (const handle of handles) (found.tested ??= new Set()).add(handle);
          return;
        }
        // What a test runs on a database of its own says nothing of the statements of the code.
        for (const handle of module.isTest && !at.module.isTest ? [] : handles)
          if (this.replaces && handle.paths.some(({ origin }) => !origin.module.isTest)) found.isReplaced = true;
          else found[how].add(handle);
        if (call) found.isRun = true;
      };
      note(place, key);
      const gap = gapOf(text, use.start, use.end);
      if (gap) note(gap, `${gap.module.file}\0${gap.start}\0${schemaOf(use)}\0${key}`, place);
      if (use.position === 'read') together.add(key);
    }
    // Several statements in one text join nothing.
    if (together.size > 1 && !/;\s*\S/.test(text.text)) this.joined.push([...together]);
  }

  private attach(
    attachment: Attachment,
    text: Text,
    handles: readonly Handle[],
    module: Module,
    call: Call | undefined,
    frame: Frame,
  ): void {
    if (attachment.path) {
      const place = placeOf(text, attachment.path.start, attachment.path.end);
      this.attachments.push({
        schema: attachment.schema,
        handles,
        paths: [{ ...text, text: attachment.path.text }],
        module: place?.module ?? module,
        ...(place && !attachment.path.text.includes(ANCHOR.hole)
          ? { literal: { text: attachment.path.text, start: place.start, end: place.end } }
          : {}),
      });
      return;
    }
    if (!call) return;
    const paths: Text[] = [];
    const outer = this.outer.get(call);
    for (const argument of [...call.arguments.slice(1), ...(outer?.arguments ?? [])])
      for (const value of this.evaluator.evaluate(argument.value, frame)) {
        if (value.kind === 'text') paths.push(value);
        if (value.kind === 'list')
          for (const item of value.items) paths.push(...item().filter((each) => each.kind === 'text'));
      }
    this.attachments.push({ schema: attachment.schema, handles, paths, module });
  }
}

/** A connection whose path is given when the program runs. */
function isOpenedLater(handle: Handle): boolean {
  return handle.paths.every((path) => isNamedLater(handle, path) || path.text === ANCHOR.hole);
}

function schemaOf({ schema = 'main' }: TableUse): string {
  return foldName(schema);
}

function schemasOf([first, ...rest]: readonly TablePlace[]): Pick<TablePlace, 'schemas'> {
  const all = [first!, ...rest].flatMap(({ schemas = [] }) => [...schemas]);
  const others = new Set([...all, ...rest.map(({ use }) => schemaOf(use))]);
  others.delete(schemaOf(first!.use));
  return others.size > 0 ? { schemas: others } : {};
}

/** The source range of a part of a text, when one literal gives all of it, character by character. */
function placeOf(text: Text, start: number, end: number): { module: Module; start: number; end: number } | undefined {
  const segment = text.segments.find((each) => each.start <= start && end <= each.start + each.length);
  if (!segment) return undefined;
  const from = literalOffset(segment.literal, segment.index + start - segment.start);
  const last = segment.index + end - segment.start;
  const to = literalEnd(segment.literal, last);
  return { module: segment.module, start: from, end: to };
}

/** The innermost function around a place that has a name to be called by: what is passed on in place runs with it. */
function calledFunction(module: Module, scopeId: number): Scope | undefined {
  let scope = enclosingFunction(module, scopeId);
  while (scope && scope.name === '') scope = enclosingFunction(module, scope.parent);
  return scope;
}

/** `db.pragma('table_info(users)')` */
function isPragma({ callee, arguments: [first] }: Call): boolean {
  if (callee.kind !== 'member' || callee.name !== 'pragma') return false;
  return first?.value.kind === 'concatenation' || (first?.value.kind === 'literal' && /\w\(/.test(first.value.value));
}

function asPragma(text: Text): Text {
  const keyword = 'PRAGMA ';
  const segments = text.segments.map((each) => ({ ...each, start: each.start + keyword.length }));
  return { ...text, text: keyword + text.text, segments };
}

/** Keys of an argument under which a statement is given: `execute({ sql: 'SELECT …', args })`. */
const STATEMENT_KEYS = new Set(['sql', 'text', 'query', 'statement']);

/** What an argument gives that can be a statement: itself, what options say, each of a list. */
function statementsIn(value: Expression): readonly Expression[] {
  if (value.kind === 'list')
    return value.items.flatMap((item) => (item.kind === 'list' ? [] : statementsIn(item).filter(mayBeSql)));
  if (value.kind !== 'record') return [value];
  return value.entries.flatMap(({ key, value: each }) => {
    const name = typeof key === 'object' && key.kind === 'literal' ? key.value : key;
    const isStatement = typeof name === 'string' && STATEMENT_KEYS.has(name);
    return isStatement && each.kind !== 'record' && each.kind !== 'list' ? [each] : [];
  });
}

/** `{ placeHolder: 'Select one from snippets' }`, `add_option(help="…")` */
function noteShown(of: Extract<Expression, { kind: 'record' | 'call' }>, told: Set<Expression>): void {
  if (of.kind === 'call') {
    for (const { name, value } of of.arguments) if (name !== undefined && isShown(name)) noteTold(value, told);
    return;
  }
  for (const { key, value } of of.entries) {
    const name = typeof key === 'object' && key.kind === 'literal' ? key.value : key;
    // A list is no sentence.
    if (typeof name === 'string' && isShown(name) && value.kind !== 'list') noteTold(value, told);
  }
}

/** What a text for people is put together of; a call within may run something. */
function noteTold(value: Expression, told: Set<Expression>): void {
  walk(value, (each) => {
    if (each.kind === 'call') return false;
    told.add(each);
    return true;
  });
}

function mayBeSql(expression: Expression): boolean {
  switch (expression.kind) {
    case 'literal':
      return looksLikeSql(expression.value);
    case 'concatenation': {
      const [first] = expression.parts;
      return first !== undefined && (mayBeSql(first) || (first.kind === 'literal' && /^\s*\w+\s*$/.test(first.value)));
    }
    case 'format':
      return mayBeSql(expression.template);
    case 'same':
      return mayBeSql(expression.of);
    case 'choice':
      return expression.options.some(mayBeSql);
    case 'call':
      return (
        (expression.callee.kind === 'member' && mayBeSql(expression.callee.object)) ||
        expression.arguments.some(({ value }) => mayBeSql(value))
      );
    default:
      return false;
  }
}

/** Is a text written in the function itself (or a constant of the file), rather than given to it by its callers? */
function isWritten(text: Text, module: Module, scope: Scope): boolean {
  return text.segments.every(
    ({ literal, module: from }) => from === module && literal.start >= scope.start && literal.end <= scope.end,
  );
}

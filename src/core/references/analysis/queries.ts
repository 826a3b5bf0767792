import type { Evaluator } from '../evaluation/evaluator';
import { getOrAdd, walk } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import type { Handle, Text, Value } from '../evaluation/value';
import { ANCHOR } from '../evaluation/value';
import { literalOffset } from '../syntax/program';
import type { Expression } from '../syntax/program';
import { looksLikeSql, sqlUses } from '../sql/tables';
import type { Attachment, TableUse } from '../sql/tables';
import { foldName } from '../../plan/ddl-tokens';

/** A table name in the SQL text of the code. */
export interface TablePlace {
  readonly module: Module;
  readonly start: number;
  readonly end: number;
  readonly use: TableUse;
  /** Connections that the statement runs on; empty when they are not known. */
  readonly handles: Set<Handle>;
  /** Was the statement seen to run, or only to be written? */
  isRun: boolean;
  /** Scope in which the statement runs. */
  readonly scopes: Set<string>;
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

/** SQL texts of the modules, with the connections they run on. */
export class QuerySearch {
  readonly places = new Map<string, TablePlace>();
  readonly attachments: AttachPlace[] = [];
  /** `CREATE TABLE` statements, for databases that only code names. */
  readonly creations: { readonly sql: string; readonly name: string; readonly handles: readonly Handle[] }[] = [];

  constructor(private readonly evaluator: Evaluator) {}

  search(module: Module): void {
    const run = new Set<Expression>();
    for (const root of module.program.roots)
      walk(root.expression, (expression) => {
        if (expression.kind !== 'call') return;
        this.call(expression, module, run);
      });
    // Statements that were not seen to run: constants, text given to helpers of other files.
    for (const root of module.program.roots) {
      if (root.role === 'documentation') continue;
      walk(root.expression, (expression) => {
        if (run.has(expression)) return;
        if (expression.kind !== 'literal' && expression.kind !== 'concatenation' && expression.kind !== 'format')
          return;
        this.evaluator.begin();
        for (const text of this.evaluator.texts(expression, module.frame))
          if (looksLikeSql(text.text)) this.statement(text, [], module, undefined, undefined);
        return expression.kind === 'literal' ? undefined : false;
      });
    }
  }

  private call(call: Extract<Expression, { kind: 'call' }>, module: Module, run: Set<Expression>): void {
    const statements: { text: Text; at: number; of: Expression }[] = [];
    call.arguments.forEach((argument, at) => {
      this.evaluator.begin();
      for (const value of this.evaluator.evaluate(argument.value, module.frame)) {
        if (value.kind === 'text' && looksLikeSql(value.text)) statements.push({ text: value, at, of: argument.value });
      }
    });
    if (statements.length === 0) return;
    const handles = this.handlesOf(call, module);
    const { callee } = call;
    const name = callee.kind === 'member' || callee.kind === 'name' ? callee.name : '';
    if (handles.length === 0 && !RUNNERS.has(name)) return;
    for (const { text, of } of statements) {
      run.add(of);
      this.statement(text, handles, module, call, `${module.file}#${call.scope}`);
    }
  }

  private handlesOf(call: Extract<Expression, { kind: 'call' }>, module: Module): Handle[] {
    const handles: Handle[] = [];
    const note = (value: Value) => {
      if (value.kind === 'handle' && !handles.includes(value)) handles.push(value);
    };
    this.evaluator.begin();
    if (call.callee.kind === 'member') this.evaluator.evaluate(call.callee.object, module.frame).forEach(note);
    if (handles.length === 0)
      for (const argument of call.arguments) this.evaluator.evaluate(argument.value, module.frame).forEach(note);
    return handles;
  }

  private statement(
    text: Text,
    handles: readonly Handle[],
    module: Module,
    call: Extract<Expression, { kind: 'call' }> | undefined,
    scope: string | undefined,
  ): void {
    const { tables, attachments } = sqlUses(text.text);
    for (const attachment of attachments) this.attach(attachment, text, handles, module, call);
    for (const use of tables) {
      if (use.name.includes(ANCHOR.hole)) continue;
      if (use.position === 'create' && /^\s*create/i.test(text.text))
        this.creations.push({ sql: text.text.replaceAll(ANCHOR.hole, 'x'), name: use.name, handles });
      const place = placeOf(text, use.start, use.end);
      if (!place) continue;
      const key = `${place.module.file}\0${place.start}`;
      const found = getOrAdd(this.places, key, () => ({
        ...place,
        use,
        handles: new Set<Handle>(),
        isRun: false,
        scopes: new Set<string>(),
      }));
      for (const handle of handles) found.handles.add(handle);
      if (call) found.isRun = true;
      if (scope) found.scopes.add(scope);
    }
  }

  private attach(
    attachment: Attachment,
    text: Text,
    handles: readonly Handle[],
    module: Module,
    call: Extract<Expression, { kind: 'call' }> | undefined,
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
    for (const argument of call.arguments.slice(1))
      for (const value of this.evaluator.evaluate(argument.value, module.frame)) {
        if (value.kind === 'text') paths.push(value);
        if (value.kind === 'list')
          for (const item of value.items) paths.push(...item().filter((each) => each.kind === 'text'));
      }
    this.attachments.push({ schema: attachment.schema, handles, paths, module });
  }
}

/** The source range of a part of a text, when one literal gives all of it, character by character. */
function placeOf(text: Text, start: number, end: number): { module: Module; start: number; end: number } | undefined {
  const segment = text.segments.find((each) => each.start <= start && end <= each.start + each.length);
  if (!segment) return undefined;
  const from = literalOffset(segment.literal, segment.index + start - segment.start);
  const last = segment.index + end - segment.start;
  const to = literalOffset(segment.literal, last - 1) + 1;
  const length = end - start;
  // Behind an escape the last character may stand for more than one of the source.
  if (to - from < length) return undefined;
  return { module: segment.module, start: from, end: to };
}

export function tableKey(name: string): string {
  return foldName(name);
}

import { walk } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import type { Call, Expression, Literal } from '../syntax/program';

/** A table that code names outside of SQL: `knex('jobs')`, `__tablename__ = 'jobs'`, `ToTable("jobs")`. */
export interface NamedTable {
  readonly literal: Literal;
  /** Length of the name at the start of the literal; an alias may follow: `jobs as j`. */
  readonly length: number;
  /** What has to be a connection for this to name a table; without it the name of the call or the field says so. */
  readonly on?: Expression;
}

/** Methods of query builders whose first argument is a table. */
const BUILDERS = new Set(
  'from into table insertInto insert_into selectFrom updateTable deleteFrom replaceInto join innerJoin leftJoin rightJoin createTable dropTable alterTable hasTable createTableIfNotExists dropTableIfExists'.split(
    ' ',
  ),
);
/** Functions, constructors and annotations that declare the table of a model. */
const DECLARING = new Set(['Table', 'sqliteTable', 'Entity', 'ToTable']);
/** Fields of a model that hold the name of its table. */
const FIELDS = new Set(['__tablename__', 'db_table', 'table_name', 'tableName', '$table']);
/** Languages whose models have a field of this plain name; elsewhere SQL is made of it, or nothing is. */
const PLAIN_FIELD = new Set(['php', 'typescript']);

/** May a call of this name name a table? */
export function namesTable(callee: string): boolean {
  return BUILDERS.has(callee) || DECLARING.has(callee);
}

const NAME = /^([A-Za-z_]\w*)(?:\s+as\s+\w+)?$/i;

/** The tables that a module names outside of SQL, whether or not there are such tables. */
export function namedTables(module: Module): NamedTable[] {
  const found: NamedTable[] = [];
  const note = (expression: Expression | undefined, on?: Expression): void => {
    if (expression?.kind !== 'literal') return;
    const length = NAME.exec(expression.value)?.[1]!.length;
    if (length !== undefined) found.push({ literal: expression, length, ...(on ? { on } : {}) });
  };
  for (const root of module.program.roots)
    walk(root.expression, (expression) => {
      if (expression.kind === 'call') noteCall(expression, module, note);
      // `DB[:jobs]` of Sequel.
      if (expression.kind === 'index' && module.program.language === 'ruby') note(expression.index, expression.object);
      if (expression.kind === 'record')
        for (const { key, value } of expression.entries) if (key === 'tableName') note(value);
    });
  for (const scope of module.program.scopes) {
    if (scope.kind === 'class')
      for (const [name, bindings] of Object.entries(scope.bindings))
        if (FIELDS.has(name) || (name === 'table' && PLAIN_FIELD.has(module.program.language)))
          for (const binding of bindings) if (binding.kind === 'value') note(binding.value);
    if (scope.kind === 'function' && scope.name === 'TableName' && module.program.language === 'go')
      for (const value of scope.returns) note(value);
    for (const decorator of scope.decorators) if (decorator.kind === 'call') noteCall(decorator, module, note);
  }
  return found;
}

function noteCall(
  { callee, arguments: list }: Call,
  module: Module,
  note: (expression: Expression | undefined, on?: Expression) => void,
): void {
  if (callee.kind !== 'name' && callee.kind !== 'member') return;
  const first = list.find((argument) => argument.name === undefined || argument.name === 'name')?.value;
  if (DECLARING.has(callee.name)) note(first);
  else if (callee.kind === 'member' && BUILDERS.has(callee.name)) note(first, callee.object);
  // `knex('jobs')`: the connection itself is called.
  else if (list.length === 1 && callee.kind === 'name' && /^(?:java|type)script/.test(module.program.language))
    note(first, callee);
}

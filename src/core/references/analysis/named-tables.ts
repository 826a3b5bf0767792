import { walk } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import type { Call, Expression, Literal } from '../syntax/program';

/** A table that code names outside of SQL: `knex('jobs')`, `__tablename__ = 'jobs'`, `ToTable("jobs")`. */
export interface NamedTable {
  readonly literal: Literal;
  /** Length of the name at the start of the literal; an alias or a column may follow: `jobs as j`, `jobs.id`. */
  readonly length: number;
  /** What has to be a connection for this to name a table; without it the name of the call or the field says so. */
  readonly on?: Expression;
}

/** Methods of query builders whose first argument is a table. */
const BUILDERS = new Set(
  'from into table insertInto insert_into selectFrom updateTable deleteFrom replaceInto join innerJoin leftJoin rightJoin createTable dropTable alterTable hasTable createTableIfNotExists dropTableIfExists inTable'.split(
    ' ',
  ),
);
/** Methods of Python whose first argument is a table: of SQLAlchemy's inspector, and of a connection (`blobopen`). */
const BUILDERS_PYTHON = new Set(
  'has_table get_columns get_indexes get_pk_constraint get_foreign_keys blobopen'.split(' '),
);
/** The same of builders in Go that know of no connection. */
const BUILDERS_GO = new Set('From Into Insert Update Delete Replace Join LeftJoin RightJoin InnerJoin'.split(' '));
const BUILDER_PACKAGES = /\/(?:squirrel|goqu)(?:\/v\d+)?$/;
/** Functions, constructors and annotations that declare the table of a model. */
const DECLARING = new Set(['Table', 'sqliteTable', 'Entity', 'ToTable']);
/** Fields of a model that hold the name of its table. */
const FIELDS = new Set(['__tablename__', 'db_table', 'table_name', 'tableName', '$table']);
/** Languages whose models have a field of this plain name; elsewhere SQL is made of it, or nothing is. */
const PLAIN_FIELD = new Set(['php', 'typescript']);

/** May a call of this name name a table? */
export function namesTable(callee: string): boolean {
  return BUILDERS.has(callee) || BUILDERS_PYTHON.has(callee) || DECLARING.has(callee);
}

/** Functions whose first argument is a table of the connection behind it: `frame.to_sql("jobs", connection)`. */
const BEFORE_CONNECTION = new Set(['read_sql_table', 'to_sql']);

const NAME = /^([A-Za-z_]\w*)(?:\s+as\s+\w+)?$/i;
/** `ForeignKey("jobs.id")` of SQLAlchemy. */
const COLUMN = /^([A-Za-z_]\w*)\.\w+$/;

/** Methods of query builders in TypeScript whose arguments are columns, and of which only the first one is. */
const COLUMNS = new Set(
  'select returning groupBy join innerJoin leftJoin rightJoin fullJoin on onRef whereRef pluck distinctOn'.split(' '),
);
const FIRST_COLUMN = new Set(
  'where andWhere orWhere having orderBy whereIn whereNotIn whereNull whereNotNull whereLike whereBetween andOn orOn max min sum avg count'.split(
    ' ',
  ),
);
/** `boats.name as boat`, `boats.*` */
const QUALIFIED = /^([A-Za-z_]\w*)\.(?:\w+|\*)(?:\s+as\s+\w+)?$/i;

/** A builder that is given a table object: `.from(schema.jobs)`, `.references(() => jobs.id)`. */
export interface TableObject {
  readonly expression: Expression;
  /** What has to be a connection. */
  readonly on?: Expression;
}

/** Methods of a schema builder: `for (const name of NAMES) knex.schema.dropTable(name)`. */
const SCHEMA = /^(?:(?:create|drop|alter|has)Table|(?:create|drop)TableIf(?:Not)?Exists)$/;

/** Methods of a builder that take a table object. */
const TAKE_OBJECTS = new Set(['from', 'insert', 'update', 'delete', 'innerJoin', 'leftJoin', 'rightJoin', 'fullJoin']);

export const DRIZZLE = 'drizzle-orm';

/** May a call of this name be given a table object? */
export function takesTableObject(callee: string): boolean {
  return TAKE_OBJECTS.has(callee);
}

/** Where a module may hand a table object to a builder of drizzle, or a name that it got elsewhere to a schema builder. */
export function tableObjects(module: Module): TableObject[] {
  const found: TableObject[] = [];
  const isDrizzle = module.text.includes(DRIZZLE);
  for (const root of module.program.roots)
    walk(root.expression, (each) => {
      if (each.kind !== 'call' || each.callee.kind !== 'member') return;
      const first = each.arguments[0]?.value;
      if (SCHEMA.test(each.callee.name) && first?.kind === 'name')
        found.push({ expression: first, on: each.callee.object });
      if (!isDrizzle) return;
      if (each.callee.name === 'references' && first?.kind === 'function') {
        const [column] = module.program.scopes[first.scope]!.returns;
        if (column?.kind === 'member') found.push({ expression: column.object });
      }
      if (TAKE_OBJECTS.has(each.callee.name) && (first?.kind === 'name' || first?.kind === 'member'))
        found.push({ expression: first, on: each.callee.object });
    });
  return found;
}

/** The tables that a module names outside of SQL, whether or not there are such tables. */
export function namedTables(module: Module): NamedTable[] {
  const found: NamedTable[] = [];
  const note = (expression: Expression | undefined, on?: Expression, form = NAME): void => {
    if (expression?.kind !== 'literal') return;
    const length = form.exec(expression.value)?.[1]!.length;
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
  if (module.text.includes(KYSELY)) for (const name of fieldsOfDatabaseTypes(module.text)) note(name);
  return found;
}

const KYSELY = 'kysely';
const DATABASE_TYPE =
  /\b(?:interface\s+\w*(?:DB|Database|Schema)\b[^{}]*|type\s+\w*(?:DB|Database|Schema)\s*=\s*)\{([^{}]*)\}/gi;
const FIELD = /^[ \t]*(["']?)(\w+)\1\??[ \t]*:/gm;

/** The fields of the type that Kysely is given, which are tables: `interface Database { person: PersonTable }`. */
function* fieldsOfDatabaseTypes(text: string): Generator<Literal> {
  for (const type of text.matchAll(DATABASE_TYPE)) {
    const from = type.index + type[0].length - 1 - type[1]!.length;
    for (const field of type[1]!.matchAll(FIELD)) {
      const start = from + field.index + field[0].indexOf(field[2]!);
      const end = start + field[2]!.length;
      yield { kind: 'literal', value: field[2]!, contentStart: start, start, end };
    }
  }
}

function noteCall(
  { callee, arguments: list }: Call,
  module: Module,
  note: (expression: Expression | undefined, on?: Expression, form?: RegExp) => void,
): void {
  if (callee.kind !== 'name' && callee.kind !== 'member') return;
  const { language } = module.program;
  const first = list.find((argument) => argument.name === undefined || argument.name === 'name')?.value;
  if (callee.kind === 'member' && /^(?:java|type)script/.test(language)) noteColumns(callee, list, note);
  if (DECLARING.has(callee.name) || (language === 'go' && isBuilderOfGo(callee, module))) note(first);
  else if (callee.kind === 'member' && BUILDERS.has(callee.name)) note(first, callee.object);
  else if (callee.kind === 'member' && language === 'python' && BUILDERS_PYTHON.has(callee.name))
    note(first, callee.object);
  else if (language === 'python' && BEFORE_CONNECTION.has(callee.name)) {
    const on = list.find((argument) => argument.name === 'con')?.value ?? list[1]?.value;
    if (on) note(first, on);
  } else if (language === 'python' && callee.name === 'ForeignKey' && !isDjango(callee)) note(first, undefined, COLUMN);
  // `knex('jobs')`, `this.knex('jobs')`: the connection itself is called.
  else if (list.length === 1 && /^(?:java|type)script/.test(language) && (callee.kind === 'name' || isOfThis(callee)))
    note(first, callee);
}

/** `.innerJoin('boats', 'boats.id', 'damage.boat')`, `.select(['damage.id', 'boats.name'])` */
function noteColumns(
  { name, object }: Extract<Expression, { kind: 'member' }>,
  list: Call['arguments'],
  note: (expression: Expression | undefined, on?: Expression, form?: RegExp) => void,
): void {
  const columns = COLUMNS.has(name) ? list : FIRST_COLUMN.has(name) ? list.slice(0, 1) : [];
  for (const { value } of columns)
    for (const each of value.kind === 'list' ? value.items : [value]) note(each, object, QUALIFIED);
}

/** `models.ForeignKey("shop.Order")` names a model. */
function isDjango(callee: Expression): boolean {
  return callee.kind === 'member' && callee.object.kind === 'name' && callee.object.name === 'models';
}

/** `squirrel.Select("rate").From("quotes")` */
function isBuilderOfGo(callee: Expression, module: Module): boolean {
  if (callee.kind !== 'member' || !BUILDERS_GO.has(callee.name)) return false;
  let first: Expression = callee;
  while (first.kind === 'member' || first.kind === 'call') first = first.kind === 'call' ? first.callee : first.object;
  const bindings = module.program.scopes[0]!.bindings;
  return (
    first.kind === 'name' &&
    Object.hasOwn(bindings, first.name) &&
    bindings[first.name]!.some((each) => each.kind === 'import' && BUILDER_PACKAGES.test(each.module))
  );
}

function isOfThis(callee: Expression): boolean {
  return callee.kind === 'member' && callee.object.kind === 'name' && callee.object.name === 'this';
}

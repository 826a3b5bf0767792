import { NAMES_TABLE, withoutDotCommands } from './dot-commands';
import { foldName, isOperator, sqlTokens, tokenName } from '../../sqlite/sql-tokens';
import type { SqlToken } from '../../sqlite/sql-tokens';

/** A table name in SQL text: exactly its token. */
export interface TableUse {
  readonly name: string;
  /** Schema qualifier: `main`, or the name of an attached database. */
  readonly schema?: string;
  readonly start: number;
  readonly end: number;
  /** How it is used; a `qualifier` stands before a column. */
  readonly position: 'read' | 'write' | 'create' | 'drop' | 'qualifier' | 'lookup' | 'references';
}

export interface Attachment {
  /** The path as written, when it is a literal. */
  readonly path?: { readonly text: string; readonly start: number; readonly end: number };
  readonly schema: string;
}

/** A value that is bound when the statement runs: by its place among all, from 0, or by its name. */
export type SqlVariable = { readonly index: number } | { readonly name: string };

export interface SqlUses {
  readonly tables: readonly TableUse[];
  readonly attachments: readonly Attachment[];
  /** Values that are names of tables. */
  readonly lookedUp: readonly SqlVariable[];
}

const STATEMENTS =
  /^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/|\.\w[^\n]*\n)\s*)*(?:select\s|insert\s+(?:or\s+\w+\s+)?into\s|replace\s+into\s|update\s|delete\s+from\s|create\s+(?:unique\s+|temp\s+|temporary\s+|virtual\s+)*(?:table|index|view|trigger)\s|drop\s+(?:table|index|view|trigger)\s|alter\s+table\s|with\s+(?:recursive\s+)?[\w"]+[\s(]|pragma\s|attach\s|explain\s|vacuum\b|reindex\b|analyze\b|begin\b)/i;

/** Does a string begin like an SQL statement? Prose that begins with `select` or `update` is told apart by its words. */
export function looksLikeSql(text: string): boolean {
  if (NAMES_TABLE.test(text)) return true;
  if (!STATEMENTS.test(text)) return false;
  if (/^\s*(?:pragma|create|drop|alter|attach|replace|insert|with|vacuum|reindex|analyze|begin|explain)/i.test(text))
    return true;
  if (/^\s*select\s/i.test(text)) return /\bfrom\b|^\s*select\s+[\w(*]+\s*(?:\(|$|,)/i.test(text);
  if (/^\s*update\s/i.test(text)) return /\sset\s/i.test(text);
  return true;
}

const AFTER_NAME_CLAUSES = new Set([
  'where',
  'group',
  'order',
  'having',
  'limit',
  'union',
  'except',
  'intersect',
  'on',
  'using',
  'set',
  'values',
  'select',
  'returning',
  'window',
  'default',
]);
const JOINS = new Set(['join', 'inner', 'left', 'right', 'full', 'outer', 'cross', 'natural']);
const LOOKUP_COLUMNS = new Set(['name', 'tbl_name']);
const LOOKUP_PRAGMAS = new Set([
  'table_info',
  'table_xinfo',
  'table_list',
  'index_list',
  'foreign_key_list',
  'foreign_key_check',
  'integrity_check',
  'quick_check',
]);

/**
 * Where SQL text names tables. It works on tokens, so that text which is not complete SQL (placeholders of a format, a
 * part that is added later) is read as far as it goes.
 */
export function sqlUses(sql: string): SqlUses {
  return new Reader(sql).read();
}

class Reader {
  private readonly tokens: readonly SqlToken[];
  private readonly tables: TableUse[] = [];
  private readonly attachments: Attachment[] = [];
  private readonly lookedUp: SqlVariable[] = [];
  private readonly common = new Set<string>();
  private readonly aliases = new Set<string>();
  /** Tables that the text makes to put them in the place of others. */
  private readonly passing = new Set<string>();

  constructor(sql: string) {
    this.tokens = sqlTokens(withoutDotCommands(sql));
  }

  read(): SqlUses {
    this.commonTables();
    let looksUp = false;
    for (let at = 0; at < this.tokens.length; at++) {
      const token = this.tokens[at]!;
      if (token.kind === 'word') {
        this.keyword(token, at);
        // https://www.sqlite.org/fileformat2.html, "The Sqlite_sequence Table"
        if (/^sqlite_(?:master|schema|temp_master|temp_schema|sequence)$/i.test(token.text)) looksUp = true;
      }
    }
    if (looksUp) this.lookups();
    this.qualifiers();
    const tables = this.tables.filter(({ name }) => !this.passing.has(foldName(name)));
    tables.sort((left, right) => left.start - right.start);
    return { tables, attachments: this.attachments, lookedUp: this.lookedUp };
  }

  private is(at: number, ...keywords: string[]): boolean {
    const token = this.tokens[at];
    return token?.kind === 'word' && keywords.includes(token.text.toLowerCase());
  }

  private isName(at: number): boolean {
    const token = this.tokens[at];
    return token !== undefined && (token.kind === 'word' || token.kind === 'quoted');
  }

  /** Names that a WITH clause gives. */
  private commonTables(): void {
    for (let at = 0; at < this.tokens.length; at++) {
      if (!this.is(at, 'as') || !this.isName(at - 1)) {
        if (!(this.is(at, 'as') && isOp(this.tokens[at - 1], ')'))) continue;
      }
      let next = at + 1;
      if (this.is(next, 'not')) next++;
      if (this.is(next, 'materialized')) next++;
      if (!isOp(this.tokens[next], '(')) continue;
      if (!this.is(next + 1, 'select', 'values', 'with', 'insert', 'update', 'delete')) continue;
      let name = at - 1;
      if (isOp(this.tokens[name], ')')) {
        let depth = 0;
        for (; name >= 0; name--) {
          if (isOp(this.tokens[name], ')')) depth++;
          else if (isOp(this.tokens[name], '(') && --depth === 0) break;
        }
        name--;
      }
      const before = this.tokens[name - 1];
      const starts = this.is(name - 1, 'with', 'recursive') || isOp(before, ',');
      if (starts && this.isName(name)) this.common.add(foldName(tokenName(this.tokens[name]!)));
    }
  }

  private keyword(token: SqlToken, at: number): void {
    switch (token.text.toLowerCase()) {
      case 'from':
        if (this.is(at - 1, 'distinct') && this.is(at - 2, 'not', 'is')) return;
        this.sources(at + 1, this.is(at - 1, 'delete') ? 'write' : 'read');
        return;
      case 'join':
        this.sources(at + 1, 'read');
        return;
      case 'into':
        this.name(at + 1, 'write');
        return;
      case 'update': {
        if (this.is(at - 1, 'on', 'do', 'before', 'after', 'of', 'instead', 'for') || isOp(this.tokens[at - 1], ',')) {
          // ON UPDATE CASCADE, DO UPDATE SET, BEFORE UPDATE ON …
          return;
        }
        const next = this.is(at + 1, 'or') ? at + 3 : at + 1;
        if (!this.is(next, 'set', 'of', 'on')) this.name(next, 'write');
        return;
      }
      case 'table': {
        const verb = this.tokens[at - 1]?.text.toLowerCase() ?? '';
        const isTemporary = verb === 'temp' || verb === 'temporary';
        let next = at + 1;
        if (this.is(next, 'if')) {
          next++;
          if (this.is(next, 'not')) next++;
          if (this.is(next, 'exists')) next++;
        }
        if (!['create', 'virtual', 'drop', 'alter', 'temp', 'temporary', 'lock'].includes(verb)) return;
        if (isTemporary) {
          if (this.isName(next)) this.common.add(foldName(tokenName(this.tokens[next]!)));
          return;
        }
        this.name(next, verb === 'drop' ? 'drop' : verb === 'alter' ? 'write' : 'create');
        if (verb === 'alter') this.renamed(next);
        return;
      }
      case 'on': {
        // CREATE INDEX i ON t (…); CREATE TRIGGER … ON t
        for (let back = at - 1; back >= 0 && back > at - 12; back--) {
          if (this.is(back, 'join', 'from', 'references', 'conflict', 'select')) return;
          if (this.is(back, 'index') && this.is(back - 1, 'create', 'unique')) {
            this.name(at + 1, 'read');
            return;
          }
          if (this.is(back, 'trigger')) {
            this.name(at + 1, 'read');
            return;
          }
        }
        return;
      }
      case 'references':
        this.name(at + 1, 'references');
        return;
      case 'pragma': {
        let next = at + 1;
        if (isOp(this.tokens[next + 1], '.')) next += 2;
        if (!LOOKUP_PRAGMAS.has(this.tokens[next]?.text.toLowerCase() ?? '')) return;
        if (isOp(this.tokens[next + 1], '(') || isOp(this.tokens[next + 1], '=')) this.lookup(next + 2);
        return;
      }
      case 'analyze':
      case 'reindex':
        if (at === 0 || isOp(this.tokens[at - 1], ';')) this.name(at + 1, 'read');
        return;
      case 'attach': {
        let next = at + 1;
        if (this.is(next, 'database')) next++;
        const path = this.tokens[next];
        if (!path) return;
        let as = next + 1;
        while (as < this.tokens.length && !this.is(as, 'as') && as < next + 8) as++;
        const schema = this.tokens[as + 1];
        if (!this.is(as, 'as') || !schema) return;
        const literal = path.kind === 'string' || path.kind === 'quoted';
        this.attachments.push({
          schema: foldName(unquoted(schema)),
          ...(literal ? { path: { text: unquoted(path), start: path.start + 1, end: path.end - 1 } } : {}),
        });
        return;
      }
      default:
        // pragma_table_info('t')
        if (/^pragma_(?:table_x?info|index_list|foreign_key_list)$/i.test(token.text) && isOp(this.tokens[at + 1], '('))
          this.lookup(at + 2);
    }
  }

  /** FROM a, b AS c, (SELECT …) d JOIN … */
  private sources(from: number, position: TableUse['position']): void {
    let at = from;
    for (;;) {
      if (isOp(this.tokens[at], '(')) {
        // A subquery is met by its own FROM; parentheses around joins open a source of their own.
        if (!this.is(at + 1, 'select', 'values', 'with')) {
          at++;
          continue;
        }
        at = this.closing(at) + 1;
      } else if (this.isName(at)) {
        const end = this.name(at, position);
        at = end;
        if (isOp(this.tokens[at], '(')) at = this.closing(at) + 1;
      } else return;
      if (this.is(at, 'as')) at++;
      const alias = this.tokens[at];
      if (alias && (alias.kind === 'word' || alias.kind === 'quoted')) {
        const word = alias.text.toLowerCase();
        if (!AFTER_NAME_CLAUSES.has(word) && !JOINS.has(word) && word !== 'indexed' && word !== 'not') {
          this.aliases.add(foldName(tokenName(alias)));
          at++;
        }
      }
      if (!isOp(this.tokens[at], ',')) return;
      at++;
    }
  }

  private closing(open: number): number {
    let depth = 0;
    for (let at = open; at < this.tokens.length; at++) {
      if (isOp(this.tokens[at], '(')) depth++;
      else if (isOp(this.tokens[at], ')') && --depth === 0) return at;
    }
    return this.tokens.length;
  }

  /** A table name, with its schema. @returns the index after it. */
  private name(at: number, position: TableUse['position']): number {
    if (!this.isName(at)) return at;
    const first = this.tokens[at]!;
    const qualified = isOp(this.tokens[at + 1], '.') && this.isName(at + 2);
    const token = qualified ? this.tokens[at + 2]! : first;
    const end = at + (qualified ? 3 : 1);
    const isFunction = isOp(this.tokens[end], '(') && position === 'read' && this.is(at - 1, 'from', 'join');
    if (first.kind === 'word' && AFTER_NAME_CLAUSES.has(first.text.toLowerCase())) return end;
    const name = tokenName(token);
    if (isFunction || /^(?:sqlite_|pragma_)/i.test(name)) return end;
    if (!qualified && this.common.has(foldName(name))) return end;
    if (qualified && /^temp(?:orary)?$/i.test(tokenName(first))) return end;
    this.add({
      name,
      start: token.start,
      end: token.end,
      position,
      ...(qualified ? { schema: foldName(tokenName(first)) } : {}),
    });
    return end;
  }

  private add(use: TableUse): void {
    if (!this.tables.some((each) => each.start === use.start)) this.tables.push(use);
  }

  /**
   * ALTER TABLE a RENAME TO b: b is the table from then on. Where the text made a, and dropped b before, a took its place
   * (https://www.sqlite.org/lang_altertable.html, "Making Other Kinds Of Table Schema Changes").
   */
  private renamed(at: number): void {
    const isQualified = isOp(this.tokens[at + 1], '.');
    const next = isQualified ? at + 3 : at + 1;
    const to = this.tokens[next + 2];
    if (!this.is(next, 'rename') || !this.is(next + 1, 'to') || !to || !this.isName(next + 2)) return;
    const [from, name] = [foldName(tokenName(this.tokens[next - 1]!)), tokenName(to)];
    const was = (folded: string, position: TableUse['position']) =>
      this.tables.some((use) => use.position === position && foldName(use.name) === folded);
    if (was(from, 'create') && was(foldName(name), 'drop')) {
      const schema = isQualified ? { schema: foldName(tokenName(this.tokens[at]!)) } : {};
      this.add({ name, start: to.start, end: to.end, position: 'create', ...schema });
      this.passing.add(from);
    } else this.common.add(foldName(name));
  }

  /** https://www.sqlite.org/lang_expr.html, "Parameters" */
  private lookupOfVariable(at: number): void {
    const { text } = this.tokens[at]!;
    const number = /^\?(\d*)$/.exec(text)?.[1];
    if (number === undefined) this.lookedUp.push({ name: text.slice(1) });
    else if (number !== '') this.lookedUp.push({ index: Number(number) - 1 });
    else this.lookedUp.push({ index: this.tokens.slice(0, at).filter(({ kind }) => kind === 'variable').length });
  }

  private lookup(at: number): void {
    const token = this.tokens[at];
    if (token?.kind === 'variable') this.lookupOfVariable(at);
    if (!token || !['word', 'quoted', 'string'].includes(token.kind)) return;
    const inner = token.kind === 'string' ? 1 : 0;
    const name = token.kind === 'word' ? token.text : unquoted(token);
    if (/^sqlite_/i.test(name)) return;
    this.add({ name, start: token.start + inner, end: token.end - inner, position: 'lookup' });
  }

  private isValue(at: number): boolean {
    const kind = this.tokens[at]?.kind;
    return kind === 'string' || kind === 'variable';
  }

  /** `name = 't'`, `name IN ('t', ?)` in a query of the schema table. */
  private lookups(): void {
    for (let at = 0; at < this.tokens.length; at++) {
      if (!LOOKUP_COLUMNS.has(this.tokens[at]!.text.toLowerCase())) continue;
      let next = at + 1;
      if (this.is(next, 'not')) next++;
      if (isOp(this.tokens[next], '=') || isOp(this.tokens[next], '==') || this.is(next, 'is')) {
        if (this.isValue(next + 1)) this.lookup(next + 1);
      } else if (this.is(next, 'in') && isOp(this.tokens[next + 1], '(')) {
        for (let item = next + 2; item < this.tokens.length && !isOp(this.tokens[item], ')'); item++)
          if (this.isValue(item)) this.lookup(item);
      }
    }
  }

  /** `table.column` and `schema.table.column` where the table is used under its own name. */
  private qualifiers(): void {
    const used = new Map(this.tables.map((use) => [foldName(use.name), use] as const));
    for (let at = 0; at < this.tokens.length; at++) {
      if (!this.isName(at) || !isOp(this.tokens[at + 1], '.') || isOp(this.tokens[at - 1], '.')) continue;
      if (this.isName(at + 2) && isOp(this.tokens[at + 3], '.')) {
        this.qualifiedQualifier(at);
        continue;
      }
      const token = this.tokens[at]!;
      const name = tokenName(token);
      const use = used.get(foldName(name));
      if (!use || this.aliases.has(foldName(name)) || this.tables.some((each) => each.start === token.start)) continue;
      // A schema, whose table stands behind the dot.
      if (this.tables.some((each) => each.start === this.tokens[at + 2]?.start)) continue;
      this.qualifier(token, use);
    }
  }

  /** @param use where the statement names the table that stands before the column */
  private qualifier(token: SqlToken, { schema }: TableUse): void {
    const { start, end } = token;
    this.add({ name: tokenName(token), start, end, position: 'qualifier', ...(schema ? { schema } : {}) });
  }

  /** The table in `schema.table.column`. @param at the schema */
  private qualifiedQualifier(at: number): void {
    const token = this.tokens[at + 2]!;
    const [schema, name] = [foldName(tokenName(this.tokens[at]!)), tokenName(token)];
    const use = this.tables.find(
      (each) => foldName(each.name) === foldName(name) && (each.schema ?? 'main') === schema,
    );
    if (!use || this.tables.some((each) => each.start === token.start)) return;
    this.qualifier(token, use);
  }
}

function isOp(token: SqlToken | undefined, operator: string): boolean {
  return token !== undefined && isOperator(token, operator);
}

function unquoted(token: SqlToken): string {
  return token.kind === 'word' ? token.text : token.text.slice(1, -1);
}

import { baseName } from '../evaluation/path-text';
import type { SourceFile } from '../source-files';

const SQL = /\b(?:select|insert|update|delete|create|drop|alter|replace|pragma|attach)\b/i;
const DATABASE_FILE = /\.(?:db3?|sqlite3?|s3db|sl3)(?![A-Za-z0-9_])|sqlite:|:memory:/i;
const DRIVER = /\bsqlite|\bapsw\b|\bpeewee\b|better-sqlite3/i;
/** Models name their tables in files that know of no database. */
const MODEL = /\b(?:__tablename__|db_table|sqliteTable|sqlalchemy|ToTable|TableName\(\))|@(?:Table|Entity)\b/;

/** Which files are worth parsing, from their text alone. */
export class Candidates {
  private readonly names: RegExp | undefined;
  private readonly tables: RegExp | undefined;

  constructor(
    private readonly input: {
      readonly files: readonly SourceFile[];
      readonly texts: ReadonlyMap<string, string>;
      readonly databases: ReadonlyMap<string, ReadonlySet<string>>;
    },
  ) {
    this.names = alternatives([...new Set([...input.databases.keys()].map(baseName))]);
    const tables = [...new Set([...input.databases.values()].flatMap((each) => [...each]))];
    // Where SQL names a table: the names alone are words of any program.
    if (tables.length > 0)
      this.tables = new RegExp(
        `\\b(?:from|into|update|join|table|exists|on|table_info\\()\\s*["'\`[]?(?:\\w+\\.)?(?:${tables.map(escaped).join('|')})(?![A-Za-z0-9_])`,
        'i',
      );
  }

  /** Does a text name a file that is, or may be, a database? */
  namesDatabase(text: string): boolean {
    return DATABASE_FILE.test(text) || (this.names?.test(text) ?? false);
  }

  isCandidate(text: string): boolean {
    if (this.namesDatabase(text) || DRIVER.test(text) || MODEL.test(text)) return true;
    return SQL.test(text) && (this.tables?.test(text) ?? false);
  }

  /** Code files that call one of these functions; those that everybody calls are left out. */
  calling(names: ReadonlySet<string>): string[] {
    const callers = new Map<string, Set<string>>();
    for (const file of this.input.files) {
      const text = file.isCode ? this.input.texts.get(file.path) : undefined;
      if (text === undefined) continue;
      for (const [, name] of text.matchAll(CALLED)) {
        if (!names.has(name!)) continue;
        const files = callers.get(name!) ?? new Set<string>();
        files.add(file.path);
        callers.set(name!, files);
      }
    }
    const result = new Set<string>();
    for (const files of callers.values()) if (files.size <= MOST_CALLERS) for (const file of files) result.add(file);
    return [...result];
  }
}

const CALLED = /(?<!\b(?:def|func|function|class|fn)\s+)\b([A-Za-z_]\w{2,})\s*[({]/g;

/** A name that more files call is too common to say anything. */
const MOST_CALLERS = 40;

function alternatives(names: readonly string[], flags = ''): RegExp | undefined {
  if (names.length === 0) return undefined;
  const sorted = [...names].sort((left, right) => right.length - left.length);
  return new RegExp(`(?<![A-Za-z0-9_])(?:${sorted.map(escaped).join('|')})(?![A-Za-z0-9_])`, flags);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

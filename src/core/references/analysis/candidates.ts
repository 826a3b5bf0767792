import { baseName } from '../evaluation/path-text';
import { eachCall, eachCalledName, lengthsOf } from '../text/called-names';
import type { SourceText, Texts } from '../reading/source-text';
import type { SourceFile } from '../source-files';

const SQL = /\b(?:select|insert|update|delete|create|drop|alter|replace|pragma|attach)\b/i;
const DATABASE_FILE = /\.(?:db3?|sqlite3?|s3db|sl3)(?![A-Za-z0-9_])|sqlite:|:memory:/i;
const DRIVER = /sqlite|\bapsw\b|\bpeewee\b/i;
/** Models name their tables in files that know of no database. */
const MODEL =
  /\b(?:__tablename__|db_table|sqliteTable|sqlalchemy|ToTable|squirrel\b|goqu\b|TableName\(\)|kysely\b)|\.schema\s*\.\s*(?:create|alter|drop|has|table)|@(?:Table|Entity)\b|\$table\s*=|\btable_name\s*=|\.(?:insertInto|selectFrom|updateTable|deleteFrom)\(/;

/** A statement that has the name of its table filled in: what runs it may stand in a file that knows of no database. */
const FILLED_IN =
  /\b(?:select\b[^"'`\n]{1,200}?\bfrom|delete\s+from|insert\s+(?:or\s+\w+\s+)?into|(?:create|alter|drop)\s+table(?:\s+if(?:\s+not)?\s+exists)?|pragma\s+table_info\()\s*["'`[]?(?:\w+\.)?(?:\$?\{|%[sv]|["'`]\s*\+)/i;

/**
 * What each of these begins with, by what stands before it: most files have nothing of it. One expression for all takes
 * half as long again.
 */
const BEGINNINGS = [
  /sqlite/i,
  /\b(?:a(?:psw|lter|ttach)|create|d(?:b_table|elete|rop)|goqu|insert|kysely|p(?:eewee|ragma)|replace|s(?:elect|qlalchemy|qlite|quirrel)|t(?:otable|able_?name)|update|__tablename__)/i,
  /[.:@$](?:db|s3db|sl3|sqlite|memory|schema|table|entity)/i,
];

/** False where nothing of `DATABASE_FILE`, `DRIVER`, `MODEL` and `SQL` is in a text. */
export function mayMatter(text: string): boolean {
  return BEGINNINGS.some((begins) => begins.test(text));
}

/** Which files are worth parsing, from their text alone. */
export class Candidates {
  private readonly names: RegExp | undefined;
  /** Of these, what `DATABASE_FILE` does not find already. */
  private readonly otherNames: RegExp | undefined;
  private readonly tables: RegExp | undefined;

  constructor(
    private readonly input: {
      readonly files: readonly SourceFile[];
      readonly databases: ReadonlyMap<string, ReadonlySet<string>>;
    },
  ) {
    const names = [...new Set([...input.databases.keys()].map(baseName))];
    this.names = alternatives(names);
    this.otherNames = alternatives(names.filter((name) => !DATABASE_FILE.test(name)));
    const tables = [...new Set([...input.databases.values()].flatMap((each) => [...each]))];
    // Where SQL names a table, or a call is given nothing else: the names alone are words of any program.
    if (tables.length > 0) {
      const names = `(?:${tables.map(escaped).join('|')})`;
      this.tables = new RegExp(
        `\\b(?:from|into|update|join|table|exists|on|table_info\\()\\s*["'\`[]?(?:\\w+\\.)?${names}(?![A-Za-z0-9_])|\\w\\(\\s*["'\`]${names}["'\`]\\s*\\)`,
        'i',
      );
    }
  }

  /** Are there databases that are not named like one? Then `mayMatter` does not tell what is of no interest. */
  get hasOtherNames(): boolean {
    return this.otherNames !== undefined;
  }

  /** Does a text name a file that is, or may be, a database? */
  namesDatabase(text: string): boolean {
    return DATABASE_FILE.test(text) || (this.otherNames?.test(text) ?? false);
  }

  /** Of a text that was left on disk this is known, mostly, without reading it; undefined for another one. */
  isCandidateOnDisk(source: SourceText): boolean | undefined {
    if (source.calls === undefined) return undefined;
    return this.hasOtherNames && source.text !== undefined && this.isCandidate(source.text);
  }

  /** @param isDull as `mayMatter` tells it, where that is known */
  isCandidate(text: string, isDull = !mayMatter(text)): boolean {
    if (isDull && !this.otherNames?.test(text)) return false;
    if (this.namesDatabase(text) || DRIVER.test(text) || MODEL.test(text)) return true;
    return SQL.test(text) && ((this.tables?.test(text) ?? false) || FILLED_IN.test(text));
  }

  /** What a place that is worth parsing begins with. */
  get patterns(): readonly RegExp[] {
    return [DATABASE_FILE, DRIVER, MODEL, ...(this.names ? [this.names] : []), ...(this.tables ? [this.tables] : [])];
  }

  /** What a file that is a database, or may be one, is named like. */
  get databasePatterns(): readonly RegExp[] {
    return [DATABASE_FILE, ...(this.names ? [this.names] : [])];
  }

  /** Files by the functions they call, of those that were asked for. */
  private readonly callers = new Map<string, Set<string>>();

  /**
   * Code files that call one of these functions, sorted; those that everybody calls are left out.
   * @param texts of all files; of changed ones {@link changed} was told
   * @param pause called between files; what it throws ends the search
   */
  async calling(names: ReadonlySet<string>, texts: Texts, pause: () => Promise<void>): Promise<string[]> {
    const unknown = new Map<string, Set<string>>();
    for (const name of names) if (!this.callers.has(name)) unknown.set(name, new Set());
    if (unknown.size > 0) {
      const lengths = lengthsOf(unknown.keys());
      for (const file of this.input.files) {
        await pause();
        if (file.isCode) note(file.path, texts.of(file.path), unknown, lengths);
      }
      for (const [name, files] of unknown) this.callers.set(name, files);
    }
    const result = new Set<string>();
    for (const name of names) {
      const files = this.callers.get(name)!;
      if (files.size <= MOST_CALLERS) for (const file of files) result.add(file);
    }
    return [...result].sort();
  }

  /** A file has another text. */
  changed(file: string, text: SourceText | undefined): void {
    if (this.callers.size === 0) return;
    for (const files of this.callers.values()) files.delete(file);
    note(file, text, this.callers, lengthsOf(this.callers.keys()));
  }
}

/** Adds a file to those of the functions that it calls. */
function note(
  file: string,
  source: SourceText | undefined,
  callers: ReadonlyMap<string, Set<string>>,
  lengths: Uint8Array,
): void {
  const add = (name: string) => callers.get(name)?.add(file);
  if (source?.calls !== undefined) eachCalledName(source.calls, lengths, add);
  else if (source?.text !== undefined) eachCall(source.text, lengths, add);
}

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

import { baseName } from '../evaluation/path-text';
import { isOpener, isPathCall } from '../analysis/interest';
import { DRIZZLE, namesTable, takesTableObject } from '../analysis/named-tables';
import { isRunner } from '../analysis/queries';
import type { TopStatement } from './statements';

/** A text that may be a path to a database, or a statement, or part of one. */
const IN_STRING =
  /db|sqlite|sl3|:memory:|\b(?:select|insert|update|delete|create|drop|alter|replace|pragma|attach|with|explain|vacuum|reindex|analyze|begin)\b/i;

const OUTWARD = /\b(?:global|nonlocal)\b/;

/** Tells of a function by its words whether a reference can stand in it, or a path or a statement be put together there. */
export class StatementInterest {
  /** Names of tables, and of databases without their ends, lower case. */
  private readonly names = new Set<string>();

  constructor(databases: ReadonlyMap<string, ReadonlySet<string>>) {
    for (const [database, tables] of databases)
      for (const name of [baseName(database).replace(/\.\w+$/, ''), ...tables])
        for (const word of wordsIn(name)) this.names.add(word);
  }

  isOfInterest(text: string, { start, end, name, hasString, code }: TopStatement): boolean {
    if (OUTWARD.test(code.text)) return true;
    for (const each of code.called) {
      if (each !== name && (isOpener(each) || isPathCall(each) || isRunner(each) || namesTable(each))) return true;
      if (takesTableObject(each) && text.includes(DRIZZLE)) return true;
    }
    if (!hasString) return false;
    const source = text.slice(start, end);
    return IN_STRING.test(source) || wordsIn(source).some((word) => this.names.has(word));
  }
}

function wordsIn(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

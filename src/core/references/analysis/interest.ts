import { lastName } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import type { Expression } from '../syntax/program';

/** Calls that open a database. */
const OPENERS =
  /^(?:(?:must|a?sync_?|create_?|get_?|new_?|init_?)?_?(?:re)?(?:open|connect|connection|conn|engine|pool|session|database|db)(?:_?(?:db|database|sync|context|connection|conn|sqlite|x|v2|v3))?|\w*(?:Connection|Connect|Database|Engine|Sqlite|SQLite|Pool|PDO|Session|Dict|Db|DB)|connect|Open\w*|drizzle|knex|sqlite\w*)$/i;
/** Calls that make a path of their arguments. */
const PATHS =
  /^(?:join|joinpath|join_path|Path|PurePath|resolve|Combine|with_name|with_file_name|with_suffix|format|Sprintf|sprintf|push|File|URL|expanduser|abspath|realpath|GetFullPath|Abs|Clean)$/;
/** A longer expression is a table of data or a whole program, not a path. */
const LONGEST = 4000;

/**
 * How much an expression is worth: `full` where it names a database or opens one; `quiet` where it may be a path of
 * constants; nothing for the arithmetic.
 */
export type Worth = 'full' | 'quiet' | undefined;

/** `count + 1`: a sum of names and a number. A path that has a number in it has text, too. */
function isArithmetic(parts: readonly Expression[]): boolean {
  return (
    parts.some((part) => part.kind === 'number') &&
    parts.every((part) => part.kind === 'number' || part.kind === 'name' || part.kind === 'unknown')
  );
}

/** Does a call of this name open a database? */
export function isOpener(name: string): boolean {
  return OPENERS.test(name);
}

/** Does a call of this name make a path of its arguments? */
export function isPathCall(name: string): boolean {
  return PATHS.test(name);
}

export class Interest {
  constructor(
    private readonly module: Module,
    private readonly mayName: (text: string) => boolean,
  ) {}

  worthOf(expression: Expression): Worth {
    switch (expression.kind) {
      case 'literal':
        return expression.value.length < 20_000 && this.mayName(expression.value) ? 'full' : undefined;
      case 'concatenation':
        if (isArithmetic(expression.parts)) return undefined;
        return this.names(expression) ? 'full' : 'quiet';
      case 'join':
      case 'format':
        return this.names(expression) ? 'full' : 'quiet';
      case 'call': {
        const name = lastName(expression.callee);
        if (this.names(expression)) return 'full';
        if (name === undefined || expression.arguments.length === 0) return undefined;
        if (isOpener(name)) return 'full';
        return isPathCall(name) ? 'quiet' : undefined;
      }
      default:
        return undefined;
    }
  }

  private names(expression: Expression): boolean {
    return (
      expression.end - expression.start < LONGEST &&
      this.mayName(this.module.text.slice(expression.start, expression.end))
    );
  }
}

import { lastName } from '../evaluation/project';
import type { Module } from '../evaluation/project';
import { operands } from '../syntax/program';
import type { Expression } from '../syntax/program';

/** Calls that open a database, or make a path of their arguments. */
const OPENERS =
  /^(?:(?:must|a?sync_?|create_?|get_?|new_?|init_?)?_?(?:re)?(?:open|connect|connection|conn|engine|pool|session|database|db)(?:_?(?:db|database|sync|context|connection|conn|sqlite|x|v2|v3))?|\w*(?:Connection|Connect|Database|Engine|Sqlite|SQLite|Pool|PDO|Session|Dict|Db|DB)|connect|Open\w*|drizzle|knex|sqlite\w*)$/i;
const PATHS =
  /^(?:join|joinpath|join_path|Path|PurePath|resolve|absolute|Combine|with_name|with_file_name|with_suffix|format|Sprintf|sprintf|push|of|Of|get|Get|getenv|Getenv|File|URL|fileURLToPath|expanduser|abspath|realpath|fspath|str|String|GetFullPath|Sub|Abs|Clean|dirname|get_env|env|getEnv|LookupEnv)$/;
const NAMES = /(?:db|database|sqlite|path|file|dir|root|base|home|data|url|uri|dsn|store|cache|name)/i;

/** Tells the expressions that are worth evaluating from the arithmetic, so that time goes where paths can be. */
export class Interest {
  constructor(
    private readonly module: Module,
    private readonly mayName: (text: string) => boolean,
  ) {}

  isWorth(expression: Expression): boolean {
    switch (expression.kind) {
      case 'literal':
        return expression.value.length < 20_000 && this.mayName(expression.value);
      case 'join':
      case 'format':
        return true;
      case 'concatenation':
        return expression.parts.some((part) => this.isTextual(part, 0));
      case 'call': {
        const name = lastName(expression.callee);
        if (name !== undefined && (OPENERS.test(name) || PATHS.test(name))) return true;
        return expression.end - expression.start < 2000 && this.mayName(this.source(expression));
      }
      default:
        return false;
    }
  }

  private isTextual(expression: Expression, depth: number): boolean {
    if (expression.kind === 'literal' || expression.kind === 'join' || expression.kind === 'format') return true;
    if (expression.kind === 'name' || expression.kind === 'member') return NAMES.test(expression.name);
    if (expression.kind === 'number' || depth > 4) return false;
    return operands(expression).some((each) => this.isTextual(each, depth + 1));
  }

  private source(expression: Expression): string {
    return this.module.text.slice(expression.start, expression.end);
  }
}

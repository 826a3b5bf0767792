import { isMapped } from '../access-names';
import type { Lift } from '../outcome';
import type { PythonAccess } from './access';
import type { AccessCalls } from './calls';
import { OPENERS, assignmentOf, callArguments, closingBracket, dottedName, importedName } from './expression';
import { existingImport } from './imports';
import type { Token } from './lexer';
import type { PythonModule } from './module';

/** `sqlite3.connect(DB)` where `DB = database_path("core")`, in this file: `connect("core")`. */
export function findLifts(module: PythonModule, access: PythonAccess, calls: AccessCalls): Lift[] {
  const { code } = module;
  if (!module.complete || isMapped(access.settings)) return [];
  const path = existingImport(module, access.module)?.names.find((each) => each.name === 'database_path');
  if (!path) return [];
  return code.flatMap((token, open) => {
    const callee = token.text === '(' ? dottedName(code, open - 1) : undefined;
    if (!callee || !OPENERS.has(importedName(module, callee.name) ?? '')) return [];
    const argument = callArguments(code, open)[0];
    if (!argument || code[argument.first + 1]?.text === '=') return [];
    const database = databaseOf(module, path.bound, code.slice(argument.first, argument.last + 1), token.start);
    const start = code[callee.first].start;
    const name = calls.localName('connect', start);
    if (database === undefined || !name) return [];
    const newText = `${name.local}(${database}`;
    const replacement = { start, end: code[argument.last].end, newText };
    const title = `Use ${newText})`;
    return [{ title, fix: { kind: 'fix' as const, title, replacement, needs: [name.need] } }];
  });
}

/** The arguments of `database_path(…)` that the tokens are, directly, within `str(…)` or through constants. */
function databaseOf(
  module: PythonModule,
  path: string,
  tokens: readonly Token[],
  site: number,
  depth = 0,
): string | undefined {
  const first = tokens[0];
  if (!first || depth > 8) return undefined;
  if (tokens.length === 1) {
    const line = first.kind === 'name' ? assignmentOf(module, first.text, site) : undefined;
    const assign = line?.tokens.findIndex((token) => token.text === '=') ?? -1;
    return line && databaseOf(module, path, line.tokens.slice(assign + 1), line.start, depth + 1);
  }
  if (tokens[1].text !== '(' || closingBracket(tokens, 1) !== tokens.length - 1) return undefined;
  if (first.text === 'str') return databaseOf(module, path, tokens.slice(2, -1), site, depth + 1);
  return first.text === path ? module.text.slice(tokens[1].end, tokens[tokens.length - 1].start) : undefined;
}

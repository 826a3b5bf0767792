import { sortNames } from '../import-statement';
import type { Replacement } from '../outcome';
import type { ImportStatement, LogicalLine, PythonModule } from './module';

export interface ImportRequest {
  /** Dotted name of the access module. */
  readonly module: string;
  /** What to import: `connect`, `connect as connect_database`. */
  readonly names: readonly string[];
  /** Lines added before the import so that the module is found (`sys.path`), without line breaks. */
  readonly preamble: readonly string[];
  /** Top-level packages and modules that lie beside the access module's: imports of the same group. */
  readonly isFirstParty: (topLevel: string) => boolean;
}

/** The import of the access module that `names` can be added to. */
export function existingImport(module: PythonModule, accessModule: string): ImportStatement | undefined {
  return module.imports.find(
    (statement) => statement.topLevel && statement.kind === 'from' && statement.module === accessModule,
  );
}

/**
 * The edit that makes the names known, placed as the file orders its imports: into an existing import of the module,
 * into the group of first-party imports, or as a group of its own behind the others.
 * @param dying import statements that the same change removes whole.
 */
export function placeImport(
  module: PythonModule,
  request: ImportRequest,
  dying: ReadonlySet<ImportStatement> = new Set(),
): Replacement | undefined {
  if (request.names.length === 0) return undefined;
  const written = request.names;
  const existing = existingImport(module, request.module);
  if (existing) return extendImport(existing, written);

  const eol = module.lineBreak;
  const own = [...request.preamble, `from ${request.module} import ${sortNames(written).join(', ')}`].join(eol) + eol;
  const groups = importGroups(module);
  if (groups.length === 0) return placeFirst(module, own);

  const firstParty = groups.find((group) =>
    group.some((statement) => isFirstPartyImport(statement, request) && !isRelative(statement)),
  );
  if (firstParty && request.preamble.length === 0) {
    const at = sortedPlace(module, firstParty, request.module);
    return { start: at, end: at, newText: own };
  }
  const relative = groups.findIndex((group) => group.every(isRelative));
  if (relative > 0 && request.preamble.length === 0) {
    const at = module.index.lineStart(groups[relative][0].line.start);
    return { start: at, end: at, newText: own + eol };
  }
  const last = groups[groups.length - 1];
  const anchor = last[last.length - 1].line;
  const at = module.index.lineEnd(anchor.end);
  const unfinished = at === module.text.length && !module.text.endsWith('\n');
  const alone = last.every((statement) => dying.has(statement));
  const lead = (unfinished ? eol : '') + (alone ? '' : eol);
  return { start: at, end: at, newText: lead + own };
}

function extendImport(statement: ImportStatement, written: readonly string[]): Replacement | undefined {
  const present = statement.names.map((name) => (name.alias ? `${name.name} as ${name.alias}` : name.name));
  const missing = written.filter((name) => !present.includes(name));
  if (missing.length === 0) return undefined;
  const { tokens } = statement.line;
  const at = tokens.findIndex((token) => token.text === 'import');
  if (tokens[at + 1].text === '(' || statement.line.comment || !statement.plain) {
    const last = tokens.findLast((token) => token.kind === 'name') ?? tokens[at + 1];
    return { start: last.end, end: last.end, newText: missing.map((name) => `, ${name}`).join('') };
  }
  const sorted = sortNames(present).join() === present.join();
  const all = sorted ? sortNames([...present, ...missing]) : [...present, ...missing];
  const start = statement.line.start;
  return { start, end: statement.line.end, newText: `from ${statement.module} import ${all.join(', ')}` };
}

/** Runs of top-level imports before the first definition, parted by blank lines or other statements. */
function importGroups(module: PythonModule): ImportStatement[][] {
  const byLine = new Map(module.imports.filter((statement) => statement.topLevel).map((s) => [s.line, s]));
  const groups: ImportStatement[][] = [];
  let previous: LogicalLine | undefined;
  for (const line of module.lines) {
    if (line.indent > 0) continue;
    const first = line.tokens[0].text;
    if (first === 'def' || first === 'class' || first === 'async' || first === '@') break;
    const statement = byLine.get(line);
    if (!statement || statement.module === '__future__') {
      previous = undefined;
      continue;
    }
    if (previous && !blankBetween(module, previous, line)) groups[groups.length - 1].push(statement);
    else groups.push([statement]);
    previous = line;
  }
  return groups;
}

function blankBetween(module: PythonModule, before: LogicalLine, after: LogicalLine): boolean {
  const between = module.text.slice(module.index.lineEnd(before.end), module.index.lineStart(after.start));
  return between.split('\n').some((line, at, all) => line.trim() === '' && at < all.length - 1);
}

function isRelative(statement: ImportStatement): boolean {
  return statement.kind === 'from' && statement.module.startsWith('.');
}

function isFirstPartyImport(statement: ImportStatement, request: ImportRequest): boolean {
  const names = statement.kind === 'from' ? [statement.module] : statement.names.map((name) => name.name);
  return names.some((name) => !name.startsWith('.') && request.isFirstParty(name.split('.')[0]));
}

/** Offset of the line start where `from accessModule import …` keeps the group sorted; the group's end when it is not. */
function sortedPlace(module: PythonModule, group: readonly ImportStatement[], accessModule: string): number {
  const sortKey = (statement: ImportStatement) =>
    statement.kind === 'from' ? statement.module.toLowerCase() : statement.names[0].name.toLowerCase();
  const keys = group.map(sortKey);
  const ascending = keys.every((key, at) => at === 0 || keys[at - 1] <= key);
  const froms = group.filter((statement) => statement.kind === 'from' && !isRelative(statement));
  const fromKeys = froms.map(sortKey);
  const fromsLast = group.findIndex((statement) => statement.kind === 'from') === group.length - froms.length;
  const fromsSorted = fromKeys.every((key, at) => at === 0 || fromKeys[at - 1] <= key);
  const candidates = ascending && !(fromsLast && fromsSorted && froms.length > 0) ? group : fromsSorted ? froms : [];
  const next = candidates.find((statement) => sortKey(statement) > accessModule.toLowerCase());
  if (next) return module.index.lineStart(next.line.start);
  const anchor = candidates.at(-1) ?? group[group.length - 1];
  return module.index.lineEnd(anchor.line.end);
}

/** No import yet: behind the doc string, `__future__` imports, or the leading comments. */
function placeFirst(module: PythonModule, own: string): Replacement {
  const eol = module.lineBreak;
  const future = module.imports.findLast((statement) => statement.topLevel && statement.module === '__future__');
  const first = module.lines[0];
  const docstring = first && first.tokens.length === 1 && first.tokens[0].kind === 'string' ? first : undefined;
  const anchor = future?.line ?? docstring;
  if (anchor) {
    const at = module.index.lineEnd(anchor.end);
    const rest = module.text.slice(at);
    const unfinished = at === module.text.length && !module.text.endsWith('\n');
    const blankFollows = rest === '' || rest.startsWith('\n') || rest.startsWith('\r\n');
    return { start: at, end: at, newText: (unfinished ? eol : '') + eol + own + (blankFollows ? '' : eol) };
  }
  const at = first ? module.index.lineStart(first.start) : module.text.length;
  const bom = module.text.charCodeAt(0) === 0xfeff && at === 0 ? 1 : 0;
  return { start: at + bom, end: at + bom, newText: own + eol };
}

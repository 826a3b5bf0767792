import type { DatabaseResolver, Resolution } from '../analysis/resolve';
import { hasDatabaseName } from '../analysis/resolve';
import { interpolatedAt } from '../evaluation/configuration-file';
import { isCodeAsText, isDocument } from '../languages/text-language';
import { ANCHOR } from '../evaluation/value';
import { baseName } from '../evaluation/path-text';
import { pathTokens } from './tokens';
import type { PathToken } from './tokens';

/** A place that a command may take as the database that it opens. */
export interface CommandPlace {
  readonly start: number;
  readonly end: number;
  readonly resolution: Exclude<Resolution, { place: 'none' }>;
  /** On a line that is a comment as a whole: read by people, and by nothing else. */
  readonly isComment: boolean;
}

/** A path of a database in a text file. */
export interface TextPlace extends CommandPlace {
  readonly shape: 'text' | 'url';
}

/** How a line begins that is a comment. */
const COMMENTS: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(
    [
      'yaml',
      'toml',
      'dotenv',
      'dockerfile',
      'makefile',
      'properties',
      'terraform',
      'shellscript',
      'powershell',
      'procfile',
      'ignore',
    ].map((language) => [language, /^[ \t]*#/]),
  ),
  ini: /^[ \t]*[#;]/,
  jsonc: /^[ \t]*(?:\/\/|\*|\/\*)/,
  prisma: /^[ \t]*\/\//,
  sql: /^[ \t]*--/,
  bat: /^[ \t]*(?:rem\b|::)/i,
};

/** A database that there is not, named for the tests that make it. */
const OF_TESTS = /(?:^|[/\\_-])test\.(?:db3?|sqlite3?|s3db|sl3)$/i;
const SETTINGS = new Set(['json', 'jsonc', 'yaml', 'toml', 'ini', 'properties']);
const TITLE =
  /^[ \t]*(?:-[ \t]+)?["']?(?:title|description|summary|comment|message|label|caption|headline)["']?[ \t]*[:=]/i;

/** The paths of databases that a configuration file, a script or a document names. */
export function searchText(text: string, file: string, language: string, resolver: DatabaseResolver): TextPlace[] {
  const directory = directoryOf(file);
  const places: TextPlace[] = [];
  const inDocument = isDocument(language);
  const inCode = isCodeAsText(language);
  const mounts = language === 'yaml' ? volumeMounts(text) : [];
  const variables = assignments(text, language);
  for (const word of pathTokens(text)) {
    // `store.db` is an attribute as often as a name.
    const token = inCode ? quoted(text, word) : defaultOf(word);
    if (!token || !mayName(token.text, resolver) || isPartOfGlob(text, token, language)) continue;
    const written = unescaped(token.text, language);
    const meant =
      language === 'ini' && written.includes('%(') ? interpolatedAt(text, token.start, written, directory) : written;
    // What a program fills in is not known.
    const value = mounted(expand(meant ?? written.replace(/%\(\w+\)s/g, ANCHOR.hole), variables), mounts);
    const isIgnored = language === 'ignore';
    const resolution = resolver.resolve(isIgnored ? below(directory, value) : value, directory);
    if (resolution.place === 'none') continue;
    // A line for what may come to be there one day, as templates are full of.
    if (isIgnored && resolution.place !== 'workspace' && resolution.place !== 'several') continue;
    if (resolution.place === 'absent' && (isTitle(text, token.start, language) || OF_TESTS.test(value))) continue;
    // In prose a bare name is a reference only when it is the path.
    if (inDocument && !/[/\\]/.test(token.text) && resolution.place !== 'workspace') continue;
    if ((inDocument || inCode) && resolution.place === 'absent') continue;
    places.push({
      start: token.start,
      end: token.end,
      resolution,
      shape: isUrl(token.text) ? 'url' : 'text',
      isComment: isInComment(text, token.start, language),
    });
  }
  return places;
}

/** Variables that hold the path of a database, wherever they stand: `sqlite3 "$EXPORT_DB" "SELECT …"`. */
export function commandVariables(
  text: string,
  file: string,
  language: string,
  resolver: DatabaseResolver,
): CommandPlace[] {
  if (!/\bsqlite3?\b/.test(text)) return [];
  const variables = assignments(text, language, true);
  return [...text.matchAll(/\$(?:\((\w+)\)|\{(\w+)\}|(\w+))/g)].flatMap((match): CommandPlace[] => {
    const value = variables.get(match[1] ?? match[2] ?? match[3]!);
    const resolution = value === undefined ? undefined : resolver.resolve(expand(value, variables), directoryOf(file));
    if (!resolution || resolution.place === 'none') return [];
    const start = match.index;
    return [{ start, end: start + match[0].length, resolution, isComment: isInComment(text, start, language) }];
  });
}

/** A word that is all of what stands in quotes, which may be escaped in a notebook: `"data/x.db"`, `"dbi:SQLite:dbname=data/x.db"`. */
function quoted(text: string, { text: word, start, end }: PathToken): PathToken | undefined {
  const before = /(["'`])(?:dbi:\w+:(?:\w+=)?)?$/i.exec(text.slice(Math.max(0, start - 40), start));
  const to = word.endsWith('\\') ? end - 1 : end;
  if (!before || text[end] !== before[1]) return undefined;
  return { text: word.slice(0, to - start), start, end: to };
}

/** Where a path of an ignore file lies: a bare name is looked for everywhere, any other from the folder of the file. */
function below(directory: string, path: string): string {
  if (!path.includes('/')) return path;
  return [ANCHOR.workspace, directory, path.replace(/^\//, '')].filter((part) => part !== '').join('/');
}

/** A word of a command line with the variables that the file sets. */
export function expandIn(word: string, text: string, language: string): string {
  return /[$%]/.test(word) ? expand(word, assignments(text, language, true)) : word;
}

function directoryOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.lastIndexOf('/')) : '';
}

function isInComment(text: string, at: number, language: string): boolean {
  const before = text.slice(text.lastIndexOf('\n', at) + 1, at);
  return (COMMENTS[language]?.test(before) ?? false) || (language === 'makefile' && isPrinted(text, before, at));
}

/** `@echo "data/x.db is not removed"`: printed for people, and given to no other program. */
function isPrinted(text: string, before: string, at: number): boolean {
  if (!/^\t[@-]*[ \t]*echo[ \t]+(["'])(?:(?!\1)[^\n])*$/.test(before)) return false;
  const end = text.indexOf('\n', at);
  return !/[|>;&]/.test(text.slice(at, end < 0 ? undefined : end));
}

/** The value of a field that is words for people to read. */
function isTitle(text: string, at: number, language: string): boolean {
  const before = text.slice(text.lastIndexOf('\n', at) + 1, at);
  return SETTINGS.has(language) && TITLE.test(before);
}

/** `*_US.db` names no file; `**data/x.db**` of Markdown does, and so do the last of a list and an ignored `data/x.db*`. */
function isPartOfGlob(text: string, { start, end }: { start: number; end: number }, language: string): boolean {
  const inDocument = isDocument(language);
  const isWithSidecars = language === 'ignore' && /^\*[ \t\r]*(?:\n|$)/.test(text.slice(end, end + 40));
  if (/[*?]/.test(text[end] ?? '') && !inDocument && !isWithSidecars) return true;
  return /[*?\]]/.test(text[start - 1] ?? '') && !(inDocument && text[end] === '*');
}

/** `${DB:-data/x.db}` is an environment variable with a default: the default is what names the database. */
function defaultOf(token: { text: string; start: number; end: number }): typeof token {
  const found = /^(\$\{\w+:?[-=])([^{}$]+)\}$/.exec(token.text);
  if (!found) return token;
  const start = token.start + found[1]!.length;
  return { text: found[2]!, start, end: start + found[2]!.length };
}

function isUrl(text: string): boolean {
  return /^(?:jdbc:)?(?:sqlite3?(?:\+\w+)?|file):/i.test(text);
}

function mayName(token: string, resolver: DatabaseResolver): boolean {
  const name = baseName(token.replaceAll('\\', '/').replace(/[?#].*$/s, ''));
  return hasDatabaseName(name) || resolver.hasName(name);
}

function unescaped(text: string, language: string): string {
  return language === 'json' || language === 'jsonc' ? text.replaceAll('\\\\', '\\').replaceAll('\\/', '/') : text;
}

/** Variables of shells and compose files: their default, their value in this file, or unknown. */
function expand(text: string, variables: ReadonlyMap<string, string>, depth = 0): string {
  if (!text.includes('$') && !text.includes('%')) return text;
  return text
    .replace(
      /\$\{(\w+)(?::?[-=]([^{}]*))?\}|\$(\w+)|%(\w+)%|\$\((\w+)\)/g,
      (whole, braced, fallback, bare, percent, made) => {
        // `$(DATA)` of a make file; elsewhere it is a command, and no variable has its name.
        const name = (braced ?? bare ?? percent ?? made) as string;
        if (name === 'pwd') return '.';
        if (name === 'HOME' || name === 'USERPROFILE') return ANCHOR.home;
        if (name === 'TMPDIR' || name === 'TEMP' || name === 'TMP') return ANCHOR.temporary;
        if (name === 'PWD') return '.';
        const value = variables.get(name) ?? (fallback as string | undefined);
        if (value === undefined || depth > 4) return ANCHOR.hole;
        void whole;
        return expand(value, variables, depth + 1);
      },
    )
    .replace(/^\.\/(?=[\uE000-\uE005])/, '');
}

/** `NAME=value` of shells, environment files, Dockerfiles and make files; a value that a name gets twice is unknown. */
function assignments(text: string, language: string, isCommand = false): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  const inYaml = isCommand && language === 'yaml';
  if (!inYaml && !['shellscript', 'dotenv', 'dockerfile', 'makefile', 'bat', 'powershell'].includes(language))
    return values;
  // `env:` of a workflow, `environment:` of a compose file.
  const pattern = inYaml
    ? /^[ \t]*(?:-[ \t]*)?([A-Z_][A-Z0-9_]*)[ \t]*[:=][ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'#;]*))/gm
    : /^[ \t]*(?:export[ \t]+|local[ \t]+|readonly[ \t]+|ENV[ \t]+|ARG[ \t]+|set[ \t]+)?([A-Za-z_]\w*)[ \t]*(?::|\?)?=[ \t]*(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"'#;]*))/gm;
  const twice = new Set<string>();
  for (const match of text.matchAll(pattern)) {
    const name = match[1]!;
    const value = match[2] ?? match[3] ?? match[4] ?? '';
    if (values.has(name) && values.get(name) !== value) twice.add(name);
    values.set(name, directoryIdiom(value));
  }
  for (const name of twice) values.delete(name);
  return values;
}

/** `$(dirname "$0")` and the like are somewhere in the workspace: unknown. */
function directoryIdiom(value: string): string {
  return value.includes('$(') || value.includes('`') ? ANCHOR.hole : value;
}

/** `./data:/app/data` of a compose file. */
function volumeMounts(text: string): { from: string; to: string }[] {
  const mounts: { from: string; to: string }[] = [];
  for (const match of text.matchAll(
    /^[ \t]*-[ \t]*["']?(\.{1,2}(?:\/[^\s:"']*)?):(\/[^\s:"']*)(?::[a-z,]+)?["']?[ \t]*$/gm,
  ))
    mounts.push({ from: match[1]!.replace(/^\.\//, '').replace(/\/$/, ''), to: match[2]!.replace(/\/$/, '') });
  // The long form: `source: ./data` and `target: /app/data`.
  for (const match of text.matchAll(
    /^([ \t]*)(?:-[ \t]*)?source:[ \t]*["']?(\.{1,2}(?:\/[^\s"']*)?)["']?[ \t]*\r?\n[ \t]*target:[ \t]*["']?(\/[^\s"']*)/gm,
  ))
    mounts.push({ from: match[2]!.replace(/^\.\//, '').replace(/\/$/, ''), to: match[3]!.replace(/\/$/, '') });
  return mounts.sort((left, right) => right.to.length - left.to.length);
}

function mounted(text: string, mounts: readonly { from: string; to: string }[]): string {
  const path = text.replace(/^sqlite3?(?:\+\w+)?:\/\/\/(?=\/)/, '').replace(/^file:(?:\/\/)?(\/[^?#]*).*$/s, '$1');
  for (const { from, to } of mounts)
    if (path.startsWith(`${to}/`)) return `${from === '.' ? '' : `${from}/`}${path.slice(to.length + 1)}`;
  return text;
}

import picomatch from 'picomatch';
import { baseName, normalize } from '../evaluation/path-text';
import { isOtherUrl } from '../evaluation/other-engines';
import { ANCHOR } from '../evaluation/value';
import { pathTokens } from '../text/tokens';

/** What a path text leads to. */
export type Resolution =
  | {
      readonly place: 'workspace';
      readonly database: string;
      readonly confidence: 'certain' | 'likely';
      /** How the text reaches the file. */
      readonly base: 'file' | 'process' | 'unknown';
      readonly note?: string;
    }
  /** A name or a pattern that several databases have. */
  | { readonly place: 'several'; readonly databases: readonly string[]; readonly note: string }
  /** A database-like path inside of the workspace, of which there is no file. */
  | { readonly place: 'absent'; readonly database: string; readonly base: 'file' | 'process' | 'unknown' }
  | { readonly place: 'temporary' | 'memory' | 'outside' | 'target'; readonly note: string; readonly database: string }
  /** A glob or a suffix: it names files, not a file. */
  | {
      readonly place: 'pattern';
      readonly note: string;
      readonly database: string;
      readonly databases: readonly string[];
    }
  | { readonly place: 'none' };

const DATABASE_NAME = /\.(?:db|db3|sqlite|sqlite3|s3db|sl3)$/i;

/** Folders of copies, which are other files than those that they are copies of. */
const COPIES = /^(?:back-?ups?|bak|snapshots?)$/i;

/** Does a file name look like a database's? */
export function hasDatabaseName(name: string): boolean {
  return DATABASE_NAME.test(name) && !/^\.[a-z0-9]+$/i.test(name);
}

/** Texts of one directory that are remembered: a resolver lives as long as its databases are the same ones. */
const MOST_KNOWN = 20_000;

/** Finds the legacy database that a path leads to. */
export class DatabaseResolver {
  private readonly byPath: ReadonlySet<string>;
  private readonly byName = new Map<string, string[]>();
  private readonly nameInText: RegExp | undefined;

  constructor(
    readonly databases: readonly string[],
    /** Absolute path of the workspace folder, `/`. */
    private readonly workspace: string,
  ) {
    this.byPath = new Set(databases);
    for (const database of databases) {
      const name = baseName(database);
      this.byName.set(name, [...(this.byName.get(name) ?? []), database]);
    }
    const names = [...this.byName.keys()].sort((left, right) => right.length - left.length);
    if (names.length > 0)
      this.nameInText = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${names.map(escaped).join('|')})(?![\\p{L}\\p{N}_])`, 'u');
  }

  isDatabase(path: string): boolean {
    return this.byPath.has(path);
  }

  hasName(name: string): boolean {
    return this.byName.has(name);
  }

  get names(): Iterable<string> {
    return this.byName.keys();
  }

  /** Does a text contain the file name of a legacy database, or fit one with the parts that are not known? */
  mentions(text: string): boolean {
    if (text.includes(ANCHOR.hole) && text.length < 300 && /[\p{L}\p{N}]/u.test(text)) return true;
    return this.nameInText?.test(text) ?? false;
  }

  /** Paths of legacy databases within a longer text, exactly as written: the whole path from the workspace folder. */
  mentionsIn(
    text: string,
    from: string,
  ): { start: number; end: number; resolution: Exclude<Resolution, { place: 'none' }> }[] {
    const found: { start: number; end: number; resolution: Exclude<Resolution, { place: 'none' }> }[] = [];
    for (const token of pathTokens(text)) {
      if (!token.text.includes('/') && !this.byPath.has(token.text)) continue;
      const resolution = this.resolve(token.text, from);
      if (resolution.place === 'workspace' && resolution.confidence === 'certain') found.push({ ...token, resolution });
    }
    return found;
  }

  /**
   * @param text a path, with anchors and holes
   * @param from workspace-relative directory of the file that holds it
   * @param isTest does a test say so?
   */
  resolve(text: string, from: string, isTest = false): Resolution {
    const resolution = this.resolved(text, from);
    if (!isTest) return resolution;
    // A test's own directory, whatever gave it: a bare file name in a place that is not known.
    if (!new RegExp(`^${ANCHOR.hole}(?:/[^/]*)?$`).test(pathPart(text) ?? '') || resolution.place === 'none')
      return resolution;
    return { place: 'temporary', note: "in a test's own directory", database: shown(text) };
  }

  private readonly known = new Map<string, Map<string, Resolution>>();

  /** The same few texts are asked for thousands of times. */
  private resolved(text: string, from: string): Resolution {
    let inDirectory = this.known.get(from);
    if (!inDirectory || inDirectory.size > MOST_KNOWN) this.known.set(from, (inDirectory = new Map()));
    let resolution = inDirectory.get(text);
    if (!resolution) inDirectory.set(text, (resolution = this.lookUp(text, from)));
    return resolution;
  }

  private lookUp(text: string, from: string): Resolution {
    if (text.startsWith(ANCHOR.otherEngine) || isOtherUrl(text))
      return { place: 'outside', note: 'a database of another engine', database: shown(text) };
    const path = pathPart(text);
    if (path === undefined) return { place: 'none' };
    if (path === ':memory:' || path === '' || /[?&]mode=memory/.test(text))
      return { place: 'memory', note: 'a database in memory', database: ':memory:' };
    if (path.startsWith(ANCHOR.target))
      return { place: 'target', note: 'the access layer opens it', database: path.slice(1) };
    const clean = normalize(path);
    const name = baseName(clean);
    if (name === '' || name === '..') return { place: 'none' };
    if (isPattern(name) && !this.hasName(name)) return this.pattern(clean);
    const known = this.hasName(name);
    // A sentence with a path in it is no path.
    if (/\s/.test(clean) && !this.isDatabase(clean) && !clean.startsWith(ANCHOR.workspace)) return { place: 'none' };
    const named = known || hasDatabaseName(name) || (name.includes(ANCHOR.hole) && this.matching(clean).length > 0);
    if (!named) return { place: 'none' };
    const first = clean[0];
    if (first === ANCHOR.temporary || /^\/(?:tmp|var\/tmp|private\/tmp|var\/folders|dev\/shm)\//.test(clean))
      return { place: 'temporary', note: 'a temporary database', database: shown(clean) };
    if (first === ANCHOR.home || clean.startsWith('~')) return this.outside(clean, 'in the home directory');
    if (first === ANCHOR.outside) return this.outside(clean, 'outside the workspace');
    if (first === ANCHOR.workspace) return this.inWorkspace(clean.slice(2), 'file');
    if (clean.startsWith('/') || /^[A-Za-z]:\//.test(clean)) return this.absolute(clean);
    if (clean.includes(ANCHOR.hole)) return this.partial(clean);
    return this.relative(clean, from);
  }

  /** `data/*.db`, `*.sqlite3`, `.db`: what it matches is said, and that it has not to change is for a person to judge. */
  private pattern(path: string): Resolution {
    const name = baseName(path);
    const isSuffix = /^\.\w+$/.test(name);
    if (!DATABASE_NAME.test(name) || /[\s,;(){}=]/.test(path) || (isSuffix && path !== name)) return { place: 'none' };
    const database = shown(path);
    const glob = isSuffix ? `*${name}` : path.replace(/[\uE000-\uE0FF]/g, '**').replace(/^(?:\.\.?\/)+/, '');
    const matches = picomatch(glob.includes('/') ? [glob, `**/${glob}`] : `**/${glob}`);
    const databases = this.databases.filter((each) => matches(each));
    const [first, ...rest] = databases;
    if (isSuffix || first === undefined)
      return { place: 'pattern', note: 'a pattern, not a file', database, databases: isSuffix ? [] : databases };
    const more = rest.length > 0 ? ` and ${rest.length} more` : '';
    return { place: 'pattern', note: `a pattern, not a file: it matches ${first}${more}`, database, databases };
  }

  private inWorkspace(path: string, base: 'file' | 'process'): Resolution {
    if (path.includes(ANCHOR.hole)) return this.partial(path, true);
    if (this.isDatabase(path)) return { place: 'workspace', database: path, confidence: 'certain', base };
    return { place: 'absent', database: path, base };
  }

  /** Relative to the directory that the process runs in: the workspace folder, a project in it, or the file's own. */
  private relative(path: string, from: string): Resolution {
    const bare = path.replace(/^(?:\.\.\/)+/, '');
    // From the file's directory up: a project's own root, where it is started.
    const above: string[] = [];
    for (let directory = from; ; directory = parent(directory)) {
      const candidate = normalize([directory, path].filter(Boolean).join('/'));
      if (this.isDatabase(candidate) && !above.includes(candidate)) above.push(candidate);
      if (directory === '') break;
    }
    if (this.isDatabase(path)) {
      // The same path from a project within the workspace is another file: where the process runs decides.
      const [nearer] = above.filter((each) => each !== path);
      if (nearer === undefined) return { place: 'workspace', database: path, confidence: 'certain', base: 'process' };
      const note = `${path} where the process runs in the workspace folder, ${nearer} where it runs nearer to this file`;
      return { place: 'several', databases: [path, ...above.filter((each) => each !== path)], note };
    }
    const suffix = this.endingIn(bare);
    if (above.length === 1 && (path.includes('/') || suffix.length === 1))
      return {
        place: 'workspace',
        database: above[0]!,
        confidence: path.includes('/') && suffix.length === 1 ? 'certain' : 'likely',
        base: 'process',
      };
    if (suffix.length === 1) return { place: 'workspace', database: suffix[0]!, confidence: 'likely', base: 'unknown' };
    if (suffix.length > 1) {
      if (above.length > 0) return { place: 'workspace', database: above[0]!, confidence: 'likely', base: 'process' };
      return { place: 'several', databases: suffix, note: `several databases are named ${bare}` };
    }
    const sameName = bare.includes('/') ? [] : (this.byName.get(bare) ?? []);
    if (sameName.length === 1)
      return { place: 'workspace', database: sameName[0]!, confidence: 'likely', base: 'unknown' };
    return { place: 'absent', database: bare, base: 'process' };
  }

  private absolute(path: string): Resolution {
    const root = this.workspace.endsWith('/') ? this.workspace : `${this.workspace}/`;
    if (path.startsWith(root)) return this.inWorkspace(path.slice(root.length), 'file');
    // A container or a server has the same layout under another root.
    const components = path.split('/').filter(Boolean);
    if (
      components
        .slice(0, -1)
        .some((each) => COPIES.test(each) && !this.databases.some((own) => own.includes(`${each}/`)))
    )
      return this.outside(path, 'a copy');
    for (let count = components.length; count >= 2; count--) {
      const found = this.endingIn(components.slice(-count).join('/'));
      if (found.length === 1)
        return {
          place: 'workspace',
          database: found[0]!,
          confidence: 'likely',
          base: 'unknown',
          note: 'an absolute path with the same ending',
        };
    }
    const name = components.at(-1) ?? '';
    const sameName = this.byName.get(name) ?? [];
    if (sameName.length === 1 && /^\/(?:app|data|usr\/src|workspace|code)\b/.test(path))
      return {
        place: 'workspace',
        database: sameName[0]!,
        confidence: 'likely',
        base: 'unknown',
        note: 'an absolute path with the same file name',
      };
    return this.outside(path, 'outside the workspace');
  }

  private outside(path: string, note: string): Resolution {
    return { place: 'outside', note, database: shown(path) };
  }

  /** Part of the path is not known. */
  private partial(path: string, anchored = false): Resolution {
    const last = path.lastIndexOf(ANCHOR.hole);
    const tail = path.slice(last + 1);
    if (tail.startsWith('/')) {
      const bare = tail.slice(1).replace(/^(?:\.\.\/)+/, '');
      const found = this.matching(path);
      const candidates = found.length > 0 ? found : this.endingIn(bare);
      if (candidates.length === 1)
        return {
          place: 'workspace',
          database: candidates[0]!,
          confidence: 'likely',
          base: 'unknown',
          note: 'the directory is not known',
        };
      if (candidates.length > 1)
        return { place: 'several', databases: candidates, note: `several databases are named ${bare}` };
      return hasDatabaseName(baseName(bare)) ? { place: 'absent', database: bare, base: 'unknown' } : { place: 'none' };
    }
    const family = this.matching(path);
    if (family.length === 0) return this.unnamed(path);
    void anchored;
    if (family.length === 1)
      return {
        place: 'workspace',
        database: family[0]!,
        confidence: 'likely',
        base: 'unknown',
        note: 'part of the name is not known',
      };
    return { place: 'several', databases: family, note: `part of the name is not known: ${shown(path)}` };
  }

  /** `f"{name}.db"`: nothing of the name is known, but that it is a database's. */
  private unnamed(path: string): Resolution {
    if (!DATABASE_NAME.test(path) || /[\p{L}\p{N}]/u.test(baseName(path).replace(DATABASE_NAME, '')))
      return { place: 'none' };
    const parts = path
      .split('/')
      .map((part) => (/^\uE003+$/.test(part) ? '.+' : part.split(ANCHOR.hole).map(escaped).join('[^/]+')));
    const expression = new RegExp(`(?:^|/)${parts.join('/')}$`);
    const databases = this.databases.filter((database) => expression.test(database));
    if (databases.length === 0) return { place: 'none' };
    return { place: 'several', databases, note: `the name is not known: ${shown(path)}` };
  }

  /** Databases that a path with holes can be. */
  private matching(path: string): string[] {
    const name = baseName(path);
    // `data/*` says nothing of a database.
    if (!DATABASE_NAME.test(name) && name.replaceAll(ANCHOR.hole, '').length < 3) return [];
    const trimmed = path.replace(new RegExp(`^${ANCHOR.hole}/`), '');
    const literal = trimmed.replaceAll(ANCHOR.hole, '').replace(DATABASE_NAME, '');
    if (!/[\p{L}\p{N}]/u.test(literal.replaceAll('/', ''))) return [];
    const pattern = trimmed.split(ANCHOR.hole).map(escaped).join('[^/]+');
    const expression = new RegExp(`(?:^|/)${pattern}$`);
    const found = this.databases.filter((database) => expression.test(database));
    // From the workspace folder is what a relative path means first.
    const whole = new RegExp(`^${pattern}$`);
    const direct = found.filter((database) => whole.test(database));
    return direct.length > 0 ? direct : found;
  }

  private endingIn(path: string): string[] {
    const name = baseName(path);
    return (this.byName.get(name) ?? []).filter((database) => database === path || database.endsWith(`/${path}`));
  }
}

/** The path in a text: a URL's, a `file:` URI's, or the text itself; `undefined` where it is no path. */
export function pathPart(text: string): string | undefined {
  let path = text;
  const scheme = /^(?:jdbc:)?(sqlite3?|file)(?:\+[a-z0-9]+)?:/i.exec(path);
  if (scheme) {
    path = path.slice(scheme[0].length).replace(/[?#].*$/s, '');
    // sqlite:///relative, sqlite:////absolute, file:relative, file:///absolute
    if (/^file$/i.test(scheme[1]!)) path = path.replace(/^\/\/(?=\/)/, '');
    else if (path.startsWith('//')) path = path.replace(/^\/\/\//, '').replace(/^\/\//, '');
    if (/^\/[A-Za-z]:\//.test(path)) path = path.slice(1);
  } else if (/^[a-z][a-z0-9+.-]+:\/\//i.test(path)) return undefined;
  else path = path.replace(/\?(?:_|mode|cache|immutable|vfs)[^/]*$/s, '');
  // ADO.NET: `Version=3;Data Source=data/x.db`.
  const connection = /^(?:[\w ]+=[^;]*;)*\s*(?:data ?source|filename|uri)\s*=\s*([^;]*)/i.exec(path);
  if (connection) path = connection[1]!.trim();
  // Symfony's own folder is the project's; `host:/path` is a place on another machine with the same layout.
  path = path
    .replace(/^%h(?=\/)/, ANCHOR.home)
    .replace(/^%kernel\.project_dir%(?=[\\/])/, ANCHOR.workspace)
    .replace(/^[\w.-]{2,}(?:@[\w.-]+)?:(?=\/[^/])/, '');
  if (path.length > 600 || /[\n\r\t<>"|]/.test(path)) return undefined;
  if (/^[A-Za-z]:\\|\\/.test(path)) path = path.replaceAll('\\', '/');
  return path.replace(/^file:\/\//, '');
}

/** Globs and bare suffixes name no file. */
function isPattern(name: string): boolean {
  return /[*[\]?]/.test(name) || /^\.(?:db|db3|sqlite|sqlite3|s3db)$/i.test(name) || /[\s,;(){}=]/.test(name);
}

/** A path with its anchors as a person would write them. */
export function shown(path: string): string {
  return path
    .replace(ANCHOR.home, '~')
    .replace(ANCHOR.temporary, '<temporary>')
    .replace(`${ANCHOR.workspace}/`, '')
    .replace(ANCHOR.outside, '..')
    .replaceAll(ANCHOR.hole, '*');
}

function parent(directory: string): string {
  const slash = directory.lastIndexOf('/');
  return slash < 0 ? '' : directory.slice(0, slash);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

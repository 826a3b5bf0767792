/** SQL that a command line gives to `sqlite3`, in workflows, compose files, Dockerfiles, make files, scripts of packages. */
export interface CommandText {
  readonly text: string;
  /** Offset of the text in the file. */
  readonly start: number;
}

/** What a command line runs on a database. */
export interface Command {
  readonly texts: readonly CommandText[];
  /** Names of the files of SQL that it is given, as they are written. */
  readonly files: readonly string[];
}

/** What comes before the database on its command line: the program, or the variable named like it, and its options. */
const PROGRAM =
  /(?:^|[\s"'`(/@[=-])(?:(?:sqlite3?|litecli)(?:\.exe)?|\$[({]SQLITE\w*[)}])\\?["']?[\s,]+(?:\\?["']?-{1,2}(?:(?:init|cmd|separator|nullvalue|newline|vfs)["']?[\s,]+(?!\\?["']?-)(?:"[^"\n]*"|'[^'\n]*'|[^\s"',]+)|\w[^\s,]*)[\s,]+)*\\?["']?$/;
const PIPED = /\b(?:echo|printf)\s+(?:-\w+\s+)*(\\?["'])([^\n]*)\1\s*\|\s*$/;
const HERE_DOCUMENT = /^[^\n]*?<<-?[ \t]*\\?["']?(\w+)["']?[^\n]*\n/;
/** `cat schema.sql |` */
const PRINTED = /\b(?:cat|type|gc|get-content)\s+(?:-\w+\s+)*([^|;&\n]+?)\s*\|\s*$/i;
/** `< schema.sql` */
const REDIRECTED =
  /^\\?["']?(?:[ \t]+\\?(?:"[^"\n]*"|'[^'\n]*'))*[^\n|;&<"']*<[ \t]*(?![<(&])\\?["']?((?:\$\(\w+\)|[^\s"'\\<>|;&()])+)/;
const READ = /^[ \t]*\.read[ \t]+["']?([^\s"'|]+)/gm;
const INITIAL = /-init["']?[\s,]+["']?([^\s"',]+)/;
const PROMPTED = /^["']?[ \t]*\r?\n((?:[ \t]*(?:sqlite>|\.\.\.>|>)[ \t][^\n]*(?:\n|$))+)/;
const PROMPT = /^[ \t]*(?:sqlite>|\.\.\.>|>)/gm;
const LONGEST = 20_000;
const LONGEST_PIPE = 2000;
const NOTHING: Command = { texts: [], files: [] };

/**
 * The statements, and the files of statements, that are given to the program that opens a database.
 * @param start of the path on the command line
 * @param end exclusive
 */
export function commandAt(file: string, start: number, end: number): Command {
  const line = file.lastIndexOf('\n', start - 1) + 1;
  const before = file.slice(line, start);
  const command = before.slice(Math.max(...['|', ';', '&'].map((each) => before.lastIndexOf(each))) + 1);
  if (!PROGRAM.test(command)) return NOTHING;
  const texts: CommandText[] = [];
  const earlier = before.slice(0, before.length - command.length);
  const piped = PIPED.exec(earlier);
  if (piped) texts.push({ text: piped[2]!, start: line + piped.index + piped[0].indexOf(piped[2]!) });
  const after = file.slice(end, end + LONGEST);
  const files = [
    ...(PRINTED.exec(earlier.slice(-LONGEST_PIPE))?.[1]?.split(/\s+/) ?? []),
    ...[INITIAL.exec(command), REDIRECTED.exec(after)].flatMap((found) => found?.[1] ?? []),
    ...filesRead(command.replaceAll(/["']/g, '\n')),
  ];
  const given = hereDocument(after) ?? argument(after) ?? prompted(after);
  if (given) {
    files.push(...filesRead(given.text));
    texts.push({ text: given.text, start: end + given.start });
  }
  return { texts, files: files.map((each) => each.replaceAll(/["']/g, '')) };
}

function hereDocument(after: string): CommandText | undefined {
  const here = HERE_DOCUMENT.exec(after);
  const body = here && after.slice(here[0].length);
  const last = body && new RegExp(`^[ \\t]*${here[1]!}[ \\t\\r]*$`, 'm').exec(body);
  if (!here) return undefined;
  return { text: last ? body.slice(0, last.index) : '', start: here[0].length };
}

/** What a document shows to be typed at the prompt of the program, on the lines after its command. */
function prompted(after: string): CommandText | undefined {
  const lines = PROMPTED.exec(after);
  if (!lines) return undefined;
  const start = lines[0].length - lines[1]!.length;
  return { text: lines[1]!.replace(PROMPT, (prompt) => ' '.repeat(prompt.length)), start };
}

function argument(after: string): CommandText | undefined {
  const quote = /^\\?["']?[ \t]*,?[ \t]*(?:\\\n[ \t]*)?(\\?["'])/.exec(after);
  if (!quote) return undefined;
  const from = quote[0].length;
  // A table of cron has its per cent signs escaped.
  const given = after.slice(from).replaceAll('\\%', ' %');
  const text = quote[1] === '"' ? unescaped(given) : given;
  const to = text.indexOf(quote[1]!);
  // What is escaped stands for something else than what is written.
  return to <= 0 || text.slice(0, to).includes('\\') ? undefined : { text: text.slice(0, to), start: from };
}

/** `SELECT \$1 FROM \"beds\"`: what a shell takes as it is, with every character where it was. */
function unescaped(text: string): string {
  return text.replace(/\\"(\w+)\\"/g, ' `$1` ').replace(/\\[$`]/g, ' ?');
}

/** `.read schema.sql` */
export function filesRead(text: string): string[] {
  return [...text.matchAll(READ)].map(([, file]) => file!);
}

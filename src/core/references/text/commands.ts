/** SQL that a command line gives to `sqlite3`, in workflows, compose files, Dockerfiles, make files, scripts of packages. */
export interface CommandText {
  readonly text: string;
  /** Offset of the text in the file. */
  readonly start: number;
}

/** What comes before the database on its command line: the program and its options. */
const PROGRAM =
  /(?:^|[\s"'`(/@[=-])(?:sqlite3?|litecli)(?:\.exe)?\\?["']?[\s,]+(?:\\?["']?-{1,2}\w[^\s,]*[\s,]+)*\\?["']?$/;
const PIPED = /\b(?:echo|printf)\s+(?:-\w+\s+)*(\\?["'])([^\n]*)\1\s*\|\s*$/;
const HERE_DOCUMENT = /^[^\n]*?<<-?[ \t]*\\?["']?(\w+)["']?[^\n]*\n/;
const LONGEST = 20_000;

/**
 * The statements that are given to the program that opens a database, as they stand in the file.
 * @param start of the path on the command line
 * @param end exclusive
 */
export function commandTexts(file: string, start: number, end: number): CommandText[] {
  const line = file.lastIndexOf('\n', start - 1) + 1;
  const before = file.slice(line, start);
  const command = before.slice(Math.max(...['|', ';', '&'].map((each) => before.lastIndexOf(each))) + 1);
  if (!PROGRAM.test(command)) return [];
  const found: CommandText[] = [];
  const piped = PIPED.exec(before.slice(0, before.length - command.length));
  if (piped) found.push({ text: piped[2]!, start: line + piped.index + piped[0].indexOf(piped[2]!) });
  const after = file.slice(end, end + LONGEST);
  const here = HERE_DOCUMENT.exec(after);
  if (here) {
    const body = after.slice(here[0].length);
    const last = new RegExp(`^[ \\t]*${here[1]!}[ \\t\\r]*$`, 'm').exec(body);
    if (last) found.push({ text: withoutDotCommands(body.slice(0, last.index)), start: end + here[0].length });
    return found;
  }
  const given = /^\\?["']?[ \t]*,?[ \t]*(?:\\\n[ \t]*)?(\\?["'])/.exec(after);
  if (!given) return found;
  const from = given[0].length;
  const to = after.indexOf(given[1]!, from);
  const text = to < 0 ? '' : after.slice(from, to);
  // What is escaped stands for something else than what is written.
  if (text !== '' && !text.includes('\\')) found.push({ text: withoutDotCommands(text), start: end + from });
  return found;
}

/** `.mode csv` is the shell's, not SQL. */
function withoutDotCommands(text: string): string {
  return text.replace(/^[ \t]*\.\w[^\n]*/gm, (line) => ' '.repeat(line.length));
}

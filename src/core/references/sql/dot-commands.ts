const COMMAND = /^[ \t]*\.\w[^\n]*/gm;
/** Within a statement the shell takes no command: there, only what can hardly be a column is one that lacks a semicolon before it. */
const KNOWN =
  /^[ \t]*\.(?:dump|schema|indexes|indices|import|read|mode|headers?|output|once|quit|exit|tables|timeout|separator)\b/;
/** Nothing but comments since a statement ended. */
const BETWEEN = /(?:^|;)(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*$/;
/** Commands that are followed by nothing but tables. */
const NAMING = /^([ \t]*\.(?:dump|schema|indexes|indices))((?:[ \t]+\w+)+)[ \t\r]*$/;
/** `.import --csv rows.csv jobs` */
const IMPORT = /^([ \t]*\.import[ \t].*?)([ \t]\w+)[ \t\r]*$/;

/** Does a text begin with a command of the `sqlite3` shell that names a table? */
export const NAMES_TABLE = /^\s*\.(?:(?:dump|schema|indexes|indices)[ \t]+\w|import[ \t]+\S)/;

/**
 * Commands of the `sqlite3` shell are no SQL: they are blanked out, apart from those that name tables, which then stand
 * behind `FROM` and `INTO`. Every character that stays is where it was (https://www.sqlite.org/cli.html).
 */
export function withoutDotCommands(text: string): string {
  let from = 0;
  return text.replace(COMMAND, (line, at: number) => {
    if (!KNOWN.test(line) && !BETWEEN.test(text.slice(from, at))) return line;
    from = at + line.length;
    const naming = NAMING.exec(line);
    if (naming) {
      const names = naming[2]!.replace(/(?<=\w)[ \t]/g, ',');
      return 'FROM'.padStart(naming[1]!.length) + names.padEnd(line.length - naming[1]!.length);
    }
    const imported = IMPORT.exec(line);
    if (imported) return ('INTO'.padStart(imported[1]!.length) + imported[2]!).padEnd(line.length);
    return ' '.repeat(line.length);
  });
}

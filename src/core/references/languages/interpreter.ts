/** Programs that files name in their first line, each with the language of what it runs. */
const LANGUAGES: readonly (readonly [RegExp, string])[] = [
  [/^(?:python|pypy)[\d.]*w?$|^uv$/, 'python'],
  [/^(?:ba|da|a|k|mk|z)?sh$/, 'shellscript'],
  [/^(?:tsx|ts-node(?:-\w+)?|deno|bun)$/, 'typescript'],
  [/^(?:nodejs|node|zx)$/, 'javascript'],
  [/^ruby[\d.]*$/, 'ruby'],
  [/^php[\d.]*$/, 'php'],
  [/^rust-script$/, 'rust'],
  [/^(?:make|gmake|just)$/, 'makefile'],
];

/** What starts another program: `/usr/bin/env -S NAME=value python3 -u`, `npx tsx`. */
const STARTERS = new Set(['env', 'npx', 'bunx', 'nice', 'sudo']);

/**
 * The language of a program by its first line, `#!/usr/bin/env python3`; `undefined` where it is no program, or one in a
 * language that is not read.
 */
export function interpretedLanguage(text: string): string | undefined {
  const [, line] = /^#![ \t]*([^\r\n]{1,300})/.exec(text) ?? [];
  for (const word of line?.split(/[ \t]+/) ?? []) {
    const name = word.slice(word.lastIndexOf('/') + 1).replace(/\.exe$/, '');
    if (STARTERS.has(name) || name.startsWith('-') || name.includes('=')) continue;
    return LANGUAGES.find(([pattern]) => pattern.test(name))?.[1];
  }
  return undefined;
}

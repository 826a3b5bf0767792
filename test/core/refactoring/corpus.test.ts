import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tokenizeCurly } from '../../../src/core/refactoring/curly/lexer';
import { placeImport } from '../../../src/core/refactoring/python/imports';
import { PythonModule } from '../../../src/core/refactoring/python/module';
import { decodeSource } from '../../../src/core/refactoring/source-text';

/** `REFACTORING_CORPUS=all` reads every file of the Python library and of node_modules; `GO_SOURCES` names a folder of Go. */
const LIMIT = process.env.REFACTORING_CORPUS === 'all' ? Infinity : 60;

function sources(folder: string, wanted: RegExp): { file: string; text: string }[] {
  const found: string[] = [];
  const pending = [folder];
  for (let at = pending.pop(); at !== undefined && found.length < LIMIT * 20; at = pending.pop())
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      if (entry.isDirectory()) pending.push(path.join(at, entry.name));
      else if (entry.isFile() && wanted.test(entry.name)) found.push(path.join(at, entry.name));
    }
  const step = Math.max(1, Math.floor(found.length / LIMIT));
  return found
    .sort()
    .filter((_, at) => at % step === 0)
    .map((file) => ({ file, text: decodeSource(readFileSync(file)).text }));
}

describe('code that other people wrote', () => {
  it('Python: read as a whole, and an import goes where it still parses', () => {
    const folder = execFileSync('python3', ['-c', 'import os; print(os.path.dirname(os.__file__))'], {
      encoding: 'utf8',
    }).trim();
    const pairs = sources(folder, /\.py$/).map(({ file, text }) => {
      const module = new PythonModule(file, text);
      const request = {
        module: 'core.databases',
        names: ['connect'],
        preamble: [],
        isFirstParty: (name: string) => name === 'core',
      };
      const placed = placeImport(module, request);
      const after = placed ? text.slice(0, placed.start) + placed.newText + text.slice(placed.end) : text;
      return { file, complete: module.complete, text, after };
    });
    const script = `
import ast, json, sys
bad = []
def parse(text):
    try:
        return ast.parse(text.encode('utf-8', 'surrogatepass')) or True
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
for each in json.load(sys.stdin):
    if 'coding:' in each['text'][:200] and 'utf' not in each['text'][:200].lower(): continue
    ok = parse(each['text'])
    if ok and not each['complete']: bad.append('not read as a whole: ' + each['file'])
    if ok:
        tree = parse(each['after'])
        if not tree: bad.append('does not parse: ' + each['file'])
        else:
            top = [n for n in tree.body if isinstance(n, ast.ImportFrom) and n.module == 'core.databases']
            if len(top) != 1: bad.append('not at the top level: ' + each['file'])
print(json.dumps(bad))`;
    const output = execFileSync('python3', ['-W', 'ignore', '-c', script], {
      input: JSON.stringify(pairs),
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    });
    expect(JSON.parse(output)).toEqual([]);
  }, 600_000);

  it('TypeScript and JavaScript: read as a whole', () => {
    const root = path.join(__dirname, '../../..');
    const texts = [
      ...sources(path.join(root, 'src'), /\.ts$/),
      ...sources(path.join(root, 'node_modules'), /\.(ts|mjs|cjs|js)$/),
    ];
    const broken = texts.filter(
      ({ file, text }) =>
        text.length < 2_000_000 && !tokenizeCurly(text, /\.jsx?$/.test(file) ? 'jsx' : 'script').complete,
    );
    const share = broken.length / texts.length;
    // Regular expressions behind a closing parenthesis cannot be told from divisions without a parser.
    expect(share, broken.map((each) => each.file).join('\n')).toBeLessThan(0.01);
  }, 600_000);

  it.skipIf(!process.env.GO_SOURCES)('Go: read as a whole', () => {
    const broken = sources(process.env.GO_SOURCES ?? '', /\.go$/).filter(
      ({ file, text }) => !file.includes('testdata') && !tokenizeCurly(text, 'go').complete,
    );
    expect(broken.map((each) => each.file)).toEqual([]);
  });
});

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TextEdit } from '../../../src/core/references/reference';
import { unifiedDiff } from '../../../src/core/refactoring/diff';
import { TextIndex, applyEdits, mergeEdits } from '../../../src/core/refactoring/edits';
import { writeEdits } from '../../../src/core/refactoring/write-edits';

const edit = (line: number, from: number, to: number, newText: string, file = 'a.txt'): TextEdit => ({
  file,
  range: { startLine: line, startColumn: from, endLine: line, endColumn: to },
  newText,
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'edits-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('edits of a text', () => {
  it('are made from their ranges, whatever their order', () => {
    expect(applyEdits('one two\nthree\n', [edit(2, 1, 6, '3'), edit(1, 1, 4, '1'), edit(1, 5, 5, '+')])).toBe(
      '1 +two\n3\n',
    );
  });

  it('are refused when they overlap or lie outside', () => {
    expect(() => applyEdits('one two', [edit(1, 1, 5, ''), edit(1, 4, 6, '')])).toThrow(/Two edits/);
    expect(() => applyEdits('one', [edit(2, 1, 1, '')])).toThrow(/no longer has the line/);
    expect(() => applyEdits('one', [edit(1, 1, 9, '')])).toThrow(/no longer has the line/);
  });

  it('merge to one import of all names', () => {
    const merged = mergeEdits([
      edit(3, 1, 1, 'from core.databases import connect\n'),
      edit(5, 1, 4, 'x'),
      edit(3, 1, 1, 'from core.databases import database_path\n'),
      edit(5, 1, 4, 'x'),
      edit(1, 1, 1, "import { connect } from './databases';\n", 'b.ts'),
      edit(1, 1, 1, "import { databasePath } from './databases';\n", 'b.ts'),
    ]);
    expect(merged.map((each) => each.newText)).toEqual([
      'from core.databases import connect, database_path\n',
      'x',
      "import { connect, databasePath } from './databases';\n",
    ]);
  });

  it('turn positions into offsets and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\n', '\r\n', '😀') }), fc.nat(), (text, at) => {
        const index = new TextIndex(text);
        const offset = at % (text.length + 1);
        const { line, column } = index.position(offset);
        expect(index.offset(line, column)).toBe(offset);
      }),
    );
  });
});

describe('the unified diff', () => {
  it('is what patch applies, for any two texts', () => {
    const line = fc.constantFrom('a', 'b', 'c', 'd e', '', '\t', 'f\r');
    const text = fc
      .tuple(fc.array(line, { maxLength: 40 }), fc.boolean())
      .map(([lines, ended]) => lines.join('\n') + (ended ? '\n' : ''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        const patch = unifiedDiff('x.txt', before, after);
        if (before === after) {
          expect(patch).toBe('');
          return;
        }
        writeFileSync(path.join(folder, 'x.txt'), before);
        execFileSync('patch', ['-p1', '--binary', '-s', '--no-backup-if-mismatch'], { cwd: folder, input: patch });
        const file = path.join(folder, 'x.txt');
        expect(after === '' && !readdirSync(folder).includes('x.txt') ? '' : readFileSync(file, 'utf8')).toBe(after);
      }),
      { numRuns: 60 },
    );
  });

  it('creates a file', () => {
    const patch = unifiedDiff('new/x.txt', undefined, 'one\ntwo\n');
    expect(patch).toBe('--- /dev/null\n+++ b/new/x.txt\n@@ -0,0 +1,2 @@\n+one\n+two\n');
  });

  it('is quick for a long file changed at both ends', () => {
    const lines = Array.from({ length: 20_000 }, (_, at) => `line ${at}`);
    const after = ['first', ...lines.slice(1, -1), 'last'].join('\n');
    const started = performance.now();
    expect(
      unifiedDiff('x', lines.join('\n'), after)
        .split('\n')
        .filter((each) => each.startsWith('@@')),
    ).toHaveLength(2);
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe('writing edits', () => {
  const write = (name: string, content: string | Buffer) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), content);
  };
  const read = (name: string) => readFileSync(path.join(folder, name));

  it('keeps mode, byte order mark, line breaks and encoding', async () => {
    write('a.txt', '\ufeffone\r\ntwo\r\n');
    chmodSync(path.join(folder, 'a.txt'), 0o755);
    write('latin.txt', Buffer.from('caf\xe9 one\n', 'latin1'));
    write('wide.txt', Buffer.from('\ufeffone\n', 'utf16le'));
    const files = await writeEdits(folder, [
      edit(1, 1, 4, '1'),
      edit(1, 6, 9, '1', 'latin.txt'),
      edit(1, 1, 4, '1', 'wide.txt'),
    ]);
    expect(files).toEqual(['a.txt', 'latin.txt', 'wide.txt']);
    expect(read('a.txt').toString()).toBe('\ufeff1\r\ntwo\r\n');
    expect(statSync(path.join(folder, 'a.txt')).mode & 0o777).toBe(0o755);
    expect(read('latin.txt').equals(Buffer.from('caf\xe9 1\n', 'latin1'))).toBe(true);
    expect(read('wide.txt').equals(Buffer.from('\ufeff1\n', 'utf16le'))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'latin.txt', 'wide.txt']);
  });

  it('creates files with their folders', async () => {
    await writeEdits(folder, [edit(1, 1, 1, 'text\n', 'deep/new.txt')]);
    expect(read('deep/new.txt').toString()).toBe('text\n');
  });

  it('writes all files or none', async () => {
    write('a.txt', 'one\n');
    write('b.txt', 'two\n');
    const edits = [edit(1, 1, 4, '1'), edit(9, 1, 1, 'x', 'b.txt')];
    await expect(writeEdits(folder, edits)).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(read('a.txt').toString()).toBe('one\n');
    const expected = (file: string) => (file === 'b.txt' ? 'other\n' : undefined);
    const changed = [edit(1, 1, 4, '1'), edit(1, 1, 4, '2', 'b.txt')];
    await expect(writeEdits(folder, changed, { expected })).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'b.txt']);
    expect(read('a.txt').toString()).toBe('one\n');
  });

  it('stays in the workspace, and keeps a link a link', async () => {
    const outside = mkdtempSync(path.join(tmpdir(), 'outside-'));
    try {
      writeFileSync(path.join(outside, 'x.txt'), 'one\n');
      symlinkSync(path.join(outside, 'x.txt'), path.join(folder, 'link.txt'));
      await expect(writeEdits(folder, [edit(1, 1, 4, '1', 'link.txt')])).rejects.toMatchObject({
        code: 'PATH_OUTSIDE_WORKSPACE',
      });
      await expect(writeEdits(folder, [edit(1, 1, 1, '1', '../x.txt')])).rejects.toMatchObject({
        code: 'PATH_OUTSIDE_WORKSPACE',
      });
      expect(readFileSync(path.join(outside, 'x.txt'), 'utf8')).toBe('one\n');
      write('real.txt', 'one\n');
      symlinkSync('real.txt', path.join(folder, 'inside.txt'));
      await writeEdits(folder, [edit(1, 1, 4, '1', 'inside.txt')]);
      expect(read('real.txt').toString()).toBe('1\n');
    } finally {
      rmSync(outside, { recursive: true, force: true });
    }
  });
});

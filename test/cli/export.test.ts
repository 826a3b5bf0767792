import { copyFileSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/core/plan/read';
import { makeCoffeeMaker } from '../scenarios/coffee-maker/make.mjs';
import { cli, cliJson } from '../support/cli';
import { fingerprint, python, temporaryWorkspace } from '../support/workspace';

const SCENARIO = path.join(import.meta.dirname, '../scenarios/coffee-maker');
const golden = (file: string) => readFileSync(path.join(SCENARIO, 'golden', file), 'utf8');

describe('export and import on the command line', () => {
  let workspace: string;
  const read = (file: string) => readFileSync(path.join(workspace, file), 'utf8');

  beforeEach(async () => {
    workspace = temporaryWorkspace();
    await makeCoffeeMaker(workspace);
    copyFileSync(path.join(SCENARIO, 'consolidation.jsonc'), path.join(workspace, 'consolidation.jsonc'));
  });

  it.each([
    ['schema', 'schema/roadmap.sql'],
    ['comparison', 'schema_comparison.md'],
    ['mapping', 'migration_mapping.csv'],
  ])('prints the %s, and nothing else, and writes nothing', async (kind, file) => {
    const before = fingerprint(workspace);
    expect(await cli(workspace, 'export', kind, '--quiet')).toEqual({ exit: 0, stdout: golden(file), stderr: '' });
    const { value } = await cliJson(workspace, 'export', kind);
    expect(value).toMatchObject({ ok: true, kind, written: [] });
    expect(value.documents[0].text).toBe(golden(file));
    expect(fingerprint(workspace)).toEqual(before);
  });

  it('writes below the workspace, the format by the ending of the file', async () => {
    for (const [kind, output, start] of [
      ['graph', 'docs/graph.svg', '<svg '],
      ['graph', 'docs/graph.mmd', 'flowchart LR'],
      ['mapping', 'new/folder/mapping.csv', 'database,table,'],
      ['schema', 'one.sql', '-- data/roadmap.db'],
    ] as const) {
      expect(await cli(workspace, 'export', kind, '--output', output, '--quiet')).toMatchObject({
        exit: 0,
        stdout: `wrote ${output}\n`,
      });
      expect(read(output).startsWith(start)).toBe(true);
    }
    // The graph on the command line says which databases code names.
    expect(read('docs/graph.svg')).toContain('used by');
    expect((await cli(workspace, 'export', 'schema', '-o', 'sql/')).stdout).toBe('wrote sql/roadmap.sql\n');
    expect((await cli(workspace, 'export', 'schema', '-o', path.join(workspace, 'sql'))).exit).toBe(0);
  });

  it('draws a PNG that other programs read, with the boxes where the SVG has them', async () => {
    expect((await cli(workspace, 'export', 'graph', '--output', 'graph.png')).exit).toBe(0);
    const shown = python(
      workspace,
      `import struct, zlib
data = open("graph.png", "rb").read()
assert data[:8] == b"\\x89PNG\\r\\n\\x1a\\n"
at, idat = 8, b""
while at < len(data):
    size, kind = struct.unpack(">I4s", data[at:at + 8])
    body = data[at + 8:at + 8 + size]
    assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
    if kind == b"IHDR": width, height, depth, colour = struct.unpack(">IIBB", body[:10])
    if kind == b"IDAT": idat += body
    at += 12 + size
raw, row, rows = zlib.decompress(idat), bytearray(width * 3), []
for y in range(height):
    line = raw[y * (width * 3 + 1):(y + 1) * (width * 3 + 1)]
    assert line[0] == 2
    row = bytes((a + b) & 255 for a, b in zip(row, line[1:]))
    rows.append(row)
pixel = lambda x, y: rows[y][x * 3:x * 3 + 3].hex()
dark = sum(row[i] < 80 for row in rows[40:70] for i in range(60, 600, 3))
print(width, height, depth, colour, pixel(2, 2), pixel(60, 100), pixel(1300, 100), dark > 200)`,
    );
    // Twice the size of the SVG: white paper, a box of a merged database, one of the target, and letters in it.
    expect(shown.trim()).toBe('2020 1728 8 2 ffffff eef4fb edf7ee True');
    const { value } = await cliJson(workspace, 'export', 'graph', '--format', 'png');
    expect(Buffer.from(value.documents[0].base64, 'base64')).toEqual(readFileSync(path.join(workspace, 'graph.png')));
  });

  it('refuses what it cannot do, and what would replace a file, and writes nothing then', async () => {
    writeFileSync(path.join(workspace, 'mine.sql'), 'mine');
    symlinkSync(temporaryWorkspace(), path.join(workspace, 'link'));
    mkdirSync(path.join(workspace, 'folder.csv'));
    const before = fingerprint(workspace);
    for (const [code, ...args] of [
      ['USAGE'],
      ['USAGE', 'everything'],
      ['USAGE', 'constructor'],
      ['USAGE', 'mapping', '--format', 'xlsx'],
      ['USAGE', 'mapping', '--output', 'x.png'],
      ['USAGE', 'schema', '--output', 'mine.sql'],
      ['USAGE', 'mapping', '--output', 'data/roadmap.db', '--format', 'csv', '--force'],
      ['USAGE', 'mapping', '--output', 'data/notifications.db-wal', '--format', 'csv', '--force'],
      ['USAGE', 'mapping', '--output', 'consolidation.jsonc', '--format', 'csv', '--force'],
      ['USAGE', 'mapping', '--output', '.sqlite-consolidator/x.csv', '--force'],
      ['PATH_OUTSIDE_WORKSPACE', 'mapping', '--output', '../x.csv'],
      ['PATH_OUTSIDE_WORKSPACE', 'mapping', '--output', 'a/../../x.csv'],
      ['PATH_OUTSIDE_WORKSPACE', 'mapping', '--output', 'link/x.csv'],
      ['PATH_OUTSIDE_WORKSPACE', 'mapping', '--output', '/tmp/x.csv'],
      ['PATH_OUTSIDE_WORKSPACE', 'mapping', '--output', 'C:\\x.csv'],
      ['PATH_OUTSIDE_WORKSPACE', 'mapping', '--output', '\\\\server\\share\\x.csv'],
    ] as const) {
      const { exit, value } = await cliJson(workspace, 'export', ...args);
      expect([args, exit, value.error?.code]).toEqual([args, 2, code]);
      expect(value.error.message).toMatch(/\S{3}/);
    }
    expect(fingerprint(workspace)).toEqual(before);
    expect((await cli(workspace, 'export', 'schema', '--output', 'mine.sql', '--force')).exit).toBe(0);
    // Once more: nothing changes, nothing to force.
    expect((await cli(workspace, 'export', 'schema', '--output', 'mine.sql')).exit).toBe(0);
  });

  it('says so when the plan has conflicts, beside the document', async () => {
    writeFileSync(
      path.join(workspace, 'consolidation.jsonc'),
      '{ "version": 1, "name": "x", "targets": { "core": { "path": "core.db" } }, "sources": {} }',
    );
    const { exit, stdout, stderr } = await cli(workspace, 'export', 'comparison');
    expect(exit).toBe(1);
    expect(stdout).toMatch(/^# Schema comparison/);
    expect(stderr).toContain('9 open conflicts');
  });

  it('reads the mapping back: unchanged nothing is written, edited elsewhere the plan follows and keeps its comments', async () => {
    await cli(workspace, 'export', 'mapping', '--output', 'migration_mapping.csv');
    const plan = read('consolidation.jsonc');
    const same = await cliJson(workspace, 'import');
    expect([same.exit, same.value.changed, same.value.written]).toEqual([0, false, false]);
    expect(read('consolidation.jsonc')).toBe(plan);

    // A spreadsheet's work: one table renamed, one retired, one database kept.
    python(
      workspace,
      `import csv
rows = list(csv.DictReader(open("migration_mapping.csv", newline="")))
for row in rows:
    if row["table"] == "bugs": row["unified_table"] = "orchestrator_defect"
    if row["table"] == "subtask_metrics": row.update(action="retire", target="", unified_table="", reason="measured elsewhere, \\"now\\"")
with open("edited.csv", "w", newline="") as out:
    writer = csv.DictWriter(out, rows[0].keys(), lineterminator="\\r\\n")
    writer.writeheader(); writer.writerows(rows)`,
    );
    const dry = await cliJson(workspace, 'import', 'edited.csv', '--dry-run');
    expect([dry.exit, dry.value.changed, dry.value.written]).toEqual([0, true, false]);
    expect(read('consolidation.jsonc')).toBe(plan);
    expect((await cli(workspace, 'import', 'edited.csv', '--quiet')).stdout).toMatch(
      /^Wrote consolidation\.jsonc from edited\.csv\.\nwarning TABLE_UNKNOWN .*"orchestrator_bug"[^]*info {4}TABLE_UNDOCUMENTED /,
    );
    const edited = read('consolidation.jsonc');
    expect(edited).toContain('orchestrator_defect');
    expect(parsePlan(edited).plan.sources['data/task_metrics.db']?.tables?.subtask_metrics).toEqual({
      retire: 'measured elsewhere, "now"',
    });
    const comments = (text: string) => text.match(/\/\/.*$/gm);
    expect(comments(edited)).toEqual(comments(plan));
    const differs = edited.split('\n').filter((line) => !plan.split('\n').includes(line));
    expect(differs.length).toBeLessThanOrEqual(5);
    expect((await cliJson(workspace, 'check')).value.ok).toBe(true);
    // And out again: what the spreadsheet said.
    const again = await cliJson(workspace, 'export', 'mapping');
    const lines = (text: string) => text.replaceAll('\r\n', '\n').trim().split('\n');
    expect(lines(again.value.documents[0].text)).toEqual(lines(read('edited.csv')));
  });

  it('refuses a mapping that cannot be read, with its line', async () => {
    expect((await cliJson(workspace, 'import', 'nowhere.csv')).value.error.code).toBe('USAGE');
    for (const [text, line] of [
      ['database,table\n', 1],
      ['', 1],
      ['database,table,rows,action,target,unified_table,reason,entry\na.db,t,1,burn,,,,\n', 2],
      ['database,table,rows,action,target,unified_table,reason,entry\na.db,t,1,retire,,,,\n', 2],
      ['database,table,rows,action,target,unified_table,reason,entry\na.db,t,1,move,,,,\n', 2],
      ['database,table,rows,action,target,unified_table,reason,entry\n../a.db,t,1,move,roadmap,t,,\n', 2],
      ['database,table,rows,action,target,unified_table,reason,entry\na.db,t,1,move,roadmap,t,,{"nonsense":1}\n', 2],
      ['database,table,rows,action,target,unified_table,reason,entry\na.db,"t,1,move,roadmap\n', 1],
    ] as const) {
      writeFileSync(path.join(workspace, 'bad.csv'), text);
      const before = read('consolidation.jsonc');
      const { exit, value } = await cliJson(workspace, 'import', 'bad.csv');
      expect([text, exit, value.error?.code, value.error?.details.line]).toEqual([text, 2, 'PLAN_INVALID', line]);
      expect(read('consolidation.jsonc')).toBe(before);
    }
    expect(existsSync(path.join(workspace, 'migration_mapping.csv'))).toBe(false);
  });
});

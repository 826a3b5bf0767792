import { describe, expect, it } from 'vitest';
import type { CheckResult, MigrateResult } from '../../../src/core/results';
import { isFromMapping, isToMapping } from '../../../src/protocol/mapping';
import { isFromInventory, isToInventory } from '../../../src/protocol/inventory';
import { isFromReport } from '../../../src/protocol/report';
import { formatBytes, formatDuration, formatRun, joinNames, plural } from '../../../src/protocol/text';
import { confirmationText } from '../../../src/vscode/commands/confirmation';
import { webviewHtml } from '../../../src/vscode/panels/html';

describe('figures', () => {
  it('are written as people read them', () => {
    expect([0, 1, 1023, 1024, 98_304, 1_048_525, 3_774_873, 5e12].map(formatBytes)).toEqual([
      '0 bytes',
      '1 byte',
      '1,023 bytes',
      '1 KB',
      '96 KB',
      '1 MB',
      '3.6 MB',
      '4.5 TB',
    ]);
    expect([12, 1500, 125_000].map(formatDuration)).toEqual(['12 ms', '1.5 s', '2 min 5 s']);
    expect(formatRun('migration_20251025_143005')).toBe('2025-10-25 14:30:05');
    expect(formatRun('something else')).toBe('something else');
    expect([plural(1, 'row'), plural(1204, 'row')]).toEqual(['1 row', '1,204 rows']);
    expect([joinNames([]), joinNames(['a']), joinNames(['a', 'b']), joinNames(['a', 'b', 'c', 'd', 'e'])]).toEqual([
      '',
      'a',
      'a and b',
      'a, b, c and 2 more',
    ]);
  });
});

describe('the question before a migration', () => {
  const database = (path: string, action: 'merge' | 'keep', moved: number) => ({
    path,
    action,
    bytes: 1024,
    rows: { total: moved, moved, retired: 0, rejected: 0 },
    walFrames: action === 'merge' ? 3 : 0,
  });
  const result = {
    targets: [
      {
        name: 'core',
        path: 'data/core.db',
        bytes: 4096,
        tables: [{ name: 't', rows: 12, strategy: 'sql', sources: [] }],
      },
    ],
    databases: [database('a.db', 'merge', 5), database('b.db', 'merge', 7), database('c.db', 'keep', 0)],
    rejected: [],
    warnings: [],
    bytesNeeded: 8192,
  } as unknown as MigrateResult;
  const checked = { resolved: { targets: [{ name: 'core', replaces: 'data/core.db' }] } } as unknown as CheckResult;

  it('says how much goes where, what is replaced, and what stays', () => {
    const { message, detail } = confirmationText(result, checked);
    expect(message).toBe('Consolidate 2 databases into data/core.db?');
    expect(detail).toContain('2 databases with 12 rows (2 KB) become 1 table in 1 target');
    expect(detail).toContain('data/core.db: 1 table, 12 rows, 4 KB');
    expect(detail).toContain('Takes the place of data/core.db');
    expect(detail).toContain('6 committed WAL frames');
    expect(detail).toContain('Kept as they are: c.db.');
    expect(detail).toContain('Needs 8 KB of disk space');
  });
});

describe('the page of a webview', () => {
  const page = {
    title: '<b>"title"</b>',
    script: 'https://host/a.js?x="',
    style: 'https://host/a.css',
    cspSource: 'https://host',
    nonce: 'abc',
    identity: { folder: '"><script>alert(1)</script>' },
  };

  it('allows one script by its nonce and nothing from elsewhere', () => {
    const html = webviewHtml(page);
    const policy = /content="(default-src[^"]*)"/.exec(html)?.[1];
    expect(policy).toBe(
      `default-src 'none'; script-src 'nonce-abc'; style-src https://host 'nonce-abc'; img-src https://host; font-src https://host`,
    );
    expect(html.match(/<script/g)).toHaveLength(1);
    expect(html).not.toContain('unsafe');
  });
});

describe('messages', () => {
  it('are refused when anything about them is wrong', () => {
    for (const guard of [isFromInventory, isFromMapping, isFromReport, isToInventory, isToMapping])
      for (const bad of [null, 1, 'ready', [], {}, { type: 'nothing' }, { type: 'constructor' }, { type: '__proto__' }])
        expect(guard(bad)).toBe(false);
    expect(isFromInventory({ type: 'command', command: 'migrate' })).toBe(true);
    expect(isFromInventory({ type: 'command', command: 'workbench.action.quit' })).toBe(false);
    expect(isFromReport({ type: 'openFile', which: '../../etc/passwd' })).toBe(false);
    const edit = { kind: 'move', database: 'a', table: 'b', target: 'c', name: 'd' };
    expect(isFromMapping({ type: 'edit', edit })).toBe(true);
    expect(isFromMapping({ type: 'edit', edit: { ...edit, name: 1 } })).toBe(false);
    expect(isFromMapping({ type: 'edit', edit: { kind: 'database', database: 'a', action: 'burn', reason: '' } })).toBe(
      false,
    );
  });
});

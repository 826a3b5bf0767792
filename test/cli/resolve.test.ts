import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { parsePlan } from '../../src/core/plan/read';
import { cli, cliJson } from '../support/cli';
import { fingerprint, makeDatabase, temporaryWorkspace } from '../support/workspace';

interface Settled {
  readonly code: string;
  readonly table?: string;
  readonly resolution: { readonly id: string };
  readonly why: string;
}

describe('draft --resolve', () => {
  let workspace: string;
  const plan = () => parsePlan(readFileSync(path.join(workspace, 'consolidation.jsonc'), 'utf8')).plan;
  const codes = (value: { findings: { code: string; severity: string }[] }) =>
    value.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);

  beforeEach(() => {
    workspace = temporaryWorkspace();
    makeDatabase(
      workspace,
      'data/a.db',
      `CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER, CHECK (age > 0));
       INSERT INTO users VALUES (1, 'a', 20); CREATE TABLE notes(key TEXT PRIMARY KEY, body TEXT); INSERT INTO notes VALUES ('k', 'x');
       CREATE TABLE codes(code TEXT PRIMARY KEY, what TEXT); INSERT INTO codes VALUES ('x', 'one')`,
    );
    makeDatabase(
      workspace,
      'data/b.db',
      `CREATE TABLE users(id INTEGER PRIMARY KEY, name TEXT, age INTEGER, mail TEXT);
       INSERT INTO users VALUES (1, NULL, -1, 'm'); CREATE TABLE notes(key TEXT PRIMARY KEY, body TEXT); INSERT INTO notes VALUES ('l', 'y');
       CREATE TABLE codes(code TEXT PRIMARY KEY, what TEXT); INSERT INTO codes VALUES ('x', 'other'), ('y', 'b')`,
    );
  });

  it('shows under each conflict how it can be settled, and what to type', async () => {
    const { exit, stdout } = await cli(workspace, 'draft', '--into', 'data/all.db');
    expect(exit).toBe(1);
    for (const line of [
      /warning SAME_NAME consolidation\.jsonc:\d+:\d+: .*users/,
      /- Keep the tables apart under different names {2}\[SAME_NAME=rename-apart\]/,
      /error {3}KEY_COLLISION .*1 key occurs in more than one source of all\.codes \(1 with different rows\)/,
      /- Let a discriminator join the key {2}\[KEY_COLLISION=keys:composite\]/,
      /- Allow NULL {2}\[NOT_NULL_DIFFER=column:name:notNull:false\]/,
      /- Keep all; rows that violate one stop the run {2}\[CHECKS_DIFFER=checks:all\]/,
    ])
      expect(stdout).toMatch(line);
    const check = await cli(workspace, 'check');
    expect(check.stdout).toMatch(/\[NOT_NULL_DIFFER=column:name:notNull:true\]/);
  });

  it('alone settles what is safe, says which and why, and leaves nothing open here', async () => {
    const { exit, value } = await cliJson(workspace, 'draft', '--into', 'data/all.db', '--resolve');
    expect([exit, codes(value)]).toEqual([0, []]);
    expect(value.settled.map(({ code, table, resolution }: Settled) => [code, table, resolution.id])).toEqual([
      ['SAME_NAME', 'users', 'merge'],
      ['SAME_NAME', 'notes', 'merge'],
      ['SAME_NAME', 'codes', 'merge'],
      ['KEY_COLLISION', 'codes', 'rename-apart'],
      ['COLUMNS_DIFFER', 'users', 'accept:COLUMNS_DIFFER'],
      ['NOT_NULL_DIFFER', 'users', 'column:name:notNull:false'],
      ['CHECKS_DIFFER', 'users', 'accept:CHECKS_DIFFER'],
    ]);
    expect(value.settled.every(({ why }: Settled) => why.length > 10)).toBe(true);
    expect(codes((await cliJson(workspace, 'check')).value)).toEqual([]);
    const text = await cli(workspace, 'draft', '--into', 'data/all.db', '--force', '--resolve', '--quiet');
    expect(text.stdout).toContain(
      'settled NOT_NULL_DIFFER users: Allow NULL (column:name:notNull:false; no row is refused)',
    );
    expect(readFileSync(path.join(workspace, 'consolidation.jsonc'), 'utf8')).toMatch(
      /"codes": \{ "to": "all\.b_codes" \} \/\/ Keep the tables apart under different names \(both/,
    );
    // Not one row is lost on the way.
    const { value: run } = await cliJson(workspace, 'migrate');
    expect(run.status).toBe('published');
    expect(run.targets[0].tables.map(({ name, rows }: { name: string; rows: number }) => [name, rows])).toEqual(
      expect.arrayContaining([
        ['users', 2],
        ['notes', 2],
        ['codes', 1],
        ['b_codes', 2],
      ]),
    );
  });

  it('settles by code, and by code and table, as chosen', async () => {
    const draft = (...resolve: string[]) =>
      cliJson(
        workspace,
        'draft',
        '--into',
        'data/all.db',
        '--force',
        ...resolve.flatMap((wish) => ['--resolve', wish]),
      );
    const apart = await draft('SAME_NAME=rename-apart');
    expect(codes(apart.value)).toEqual([]);
    expect(plan().sources['data/b.db']?.tables?.users?.to).toBe('all.b_users');
    expect(plan().sources['data/b.db']?.tables?.notes?.to).toBe('all.b_notes');

    const one = await draft('SAME_NAME@users=rename-apart');
    expect(plan().sources['data/b.db']?.tables?.users?.to).toBe('all.b_users');
    expect(plan().sources['data/b.db']?.tables?.notes?.to).toBe('all.notes');
    expect(codes(one.value)).toEqual(['SAME_NAME', 'SAME_NAME', 'KEY_COLLISION']);

    await draft('CHECKS_DIFFER=checks:all', 'NOT_NULL_DIFFER=column:*:notNull:true', 'safe');
    expect(plan().targets.all?.tables?.users).toMatchObject({ checks: 'all', columns: { name: { notNull: true } } });
  });

  it('settles the conflicts of the plan that is there and leaves its comments', async () => {
    await cli(workspace, 'draft', '--into', 'data/all.db');
    const file = path.join(workspace, 'consolidation.jsonc');
    writeFileSync(file, readFileSync(file, 'utf8').replace('"sources"', '/* mine */ "sources"'));
    const dry = await cliJson(workspace, 'draft', '--resolve', '--dry-run');
    expect(dry.value.written).toBe(false);
    expect(codes((await cliJson(workspace, 'check')).value)).not.toEqual([]);
    const { value } = await cliJson(workspace, 'draft', '--resolve');
    expect([value.written, codes(value)]).toEqual([true, []]);
    expect(readFileSync(file, 'utf8')).toContain('/* mine */');
    const settled = fingerprint(workspace);
    expect((await cliJson(workspace, 'draft', '--resolve')).value).toMatchObject({ written: false, settled: [] });
    expect(fingerprint(workspace)).toEqual(settled);
  });

  it('refuses codes and choices that are not there, before anything is written', async () => {
    const before = fingerprint(workspace);
    for (const wish of ['SAME_NAMES=merge', 'SAME_NAME@users=explode', 'SAME_NAME=']) {
      const { exit, value } = await cliJson(workspace, 'draft', '--into', 'data/all.db', '--resolve', wish);
      expect([wish, exit, value.error?.code]).toEqual([wish, 2, 'USAGE']);
    }
    expect((await cliJson(workspace, 'draft', '--keep', 'data/b.db')).value.error.code).toBe('USAGE');
    expect(fingerprint(workspace)).toEqual(before);
  });

  it('keeps what is asked to be kept', async () => {
    await cli(workspace, 'draft', '--into', 'data/all.db', '--keep', 'data/b*.db=another program owns it = really');
    expect(plan().sources['data/b.db']).toEqual({ action: 'keep', reason: 'another program owns it = really' });
  });
});

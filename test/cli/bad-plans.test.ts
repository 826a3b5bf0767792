import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { cli, cliJson } from '../support/cli';
import { fingerprint, makeDatabase, temporaryWorkspace } from '../support/workspace';

interface Bad {
  readonly plan: object;
  readonly exit: 1 | 2;
  readonly code: string;
  /** Line of the plan (printed with two spaces) that is to blame. */
  readonly line: number;
}

const start = {
  version: 1,
  name: 'x',
  targets: { core: { path: 'core.db' } },
  sources: { 'a.db': { action: 'merge', to: 'core' } },
};
const target = (value: string) => ({ ...start, targets: { core: { path: value } } });
const source = (value: string) => ({
  ...start,
  sources: { ...start.sources, [value]: { action: 'merge', to: 'core' } },
});
const renamed = (name: string) => ({
  ...start,
  sources: { 'a.db': { action: 'merge', to: 'core', tables: { t: { to: `core.${name}` } } } },
});

/** Plans that climb out, that are of another version, that go in circles: one clear error each. */
const BAD: Readonly<Record<string, Bad>> = {
  'an unknown version': { plan: { ...start, version: 2 }, exit: 2, code: 'PLAN_VERSION', line: 2 },
  'a version as text': { plan: { ...start, version: '1' }, exit: 2, code: 'PLAN_VERSION', line: 2 },
  'no version': { plan: { ...start, version: undefined }, exit: 2, code: 'PLAN_VERSION', line: 1 },
  'a target above': { plan: target('../x.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 6 },
  'a target above, hidden': { plan: target('a/b/../../../x.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 6 },
  'an absolute target': { plan: target('/etc/x.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 6 },
  'a target on a drive': { plan: target('C:/x.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 6 },
  'a target on a drive, relative to its folder': {
    plan: target('c:x.db'),
    exit: 2,
    code: 'PATH_OUTSIDE_WORKSPACE',
    line: 6,
  },
  'a target on a server': { plan: target('\\\\server\\share\\x.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 6 },
  'a target on a server, with slashes': {
    plan: target('//server/share/x.db'),
    exit: 2,
    code: 'PATH_OUTSIDE_WORKSPACE',
    line: 6,
  },
  'a target with a NUL': { plan: target('a\0.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 6 },
  'a target behind a link': { plan: target('link/x.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 6 },
  'a target that is a link to nowhere': {
    plan: target('dangling.db'),
    exit: 2,
    code: 'PATH_OUTSIDE_WORKSPACE',
    line: 6,
  },
  'a source above': { plan: source('../x.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 14 },
  'a pattern above': { plan: source('../*.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 14 },
  'a source behind a link': { plan: source('link/*.db'), exit: 2, code: 'PATH_OUTSIDE_WORKSPACE', line: 14 },
  'a schema above': {
    plan: { ...start, targets: { core: { path: 'core.db', schema: '../../etc/passwd' } } },
    exit: 2,
    code: 'PATH_OUTSIDE_WORKSPACE',
    line: 7,
  },
  'an access layer above': {
    plan: { ...start, access: { typescript: { module: '../../evil/databases' } } },
    exit: 2,
    code: 'PATH_OUTSIDE_WORKSPACE',
    line: 17,
  },
  'a name of 64 KiB': { plan: renamed('x'.repeat(65_536)), exit: 2, code: 'PLAN_INVALID', line: 15 },
  'a name with a NUL': { plan: renamed('a\0b'), exit: 2, code: 'PLAN_INVALID', line: 15 },
  'a reserved name': { plan: renamed('SQLite_x'), exit: 1, code: 'NAME_RESERVED', line: 15 },
  'a name that differs in case only': { plan: renamed('U'), exit: 1, code: 'NAME_CLASH', line: 10 },
  'a circle of relations': {
    plan: { ...start, relations: { 'core.t.a': 'core.u.id', 'core.u.id': 'core.t.b' } },
    exit: 1,
    code: 'RELATION_CYCLE',
    line: 16,
  },
  'a relation to nowhere': {
    plan: { ...start, relations: { 'core.t.a': 'core.none.id' } },
    exit: 1,
    code: 'RELATION_UNKNOWN',
    line: 16,
  },
  'a check of no target': {
    plan: { ...start, checks: [{ name: 'c', target: 'none', sql: 'SELECT 1', expect: 1 }] },
    exit: 1,
    code: 'TARGET_UNKNOWN',
    line: 18,
  },
};

describe('a plan that cannot be carried out', () => {
  let workspace: string;
  beforeEach(() => {
    workspace = temporaryWorkspace();
    makeDatabase(workspace, 'a.db', 'CREATE TABLE t(a, b); CREATE TABLE u(id INTEGER PRIMARY KEY)');
    symlinkSync(temporaryWorkspace(), path.join(workspace, 'link'));
    symlinkSync('/nonexistent/x.db', path.join(workspace, 'dangling.db'));
  });

  it.each(Object.entries(BAD))('%s: one clear error, and nothing written', async (_, { plan, exit, code, line }) => {
    writeFileSync(path.join(workspace, 'consolidation.jsonc'), JSON.stringify(plan, null, 2));
    const before = fingerprint(workspace, ['dangling.db']);
    const { value, exit: status } = await cliJson(workspace, 'check');
    const found = (exit === 2 ? value.error.details.findings : value.findings).filter(
      ({ severity }: { severity: string }) => severity === 'error',
    );
    expect(found.map((finding: { code: string; line: number }) => [finding.code, finding.line])).toEqual([
      [code, line],
    ]);
    expect([status, found[0].column > 0]).toEqual([exit, true]);

    const text = await cli(workspace, 'check', '--quiet');
    const said = exit === 2 ? text.stderr : text.stdout;
    expect(said).toMatch(new RegExp(`${code}.*consolidation\\.jsonc:${line}:\\d+`));
    expect(said).not.toMatch(/\n\s+at |undefined|\[object|\u0000/);
    expect(said.length).toBeLessThan(1500);
    for (const verb of [['migrate'], ['migrate', '--dry-run'], ['refactor', '--write']]) {
      const refused = await cliJson(workspace, ...verb);
      if (verb[0] === 'migrate')
        expect([refused.exit, refused.value.error?.code]).toEqual([exit, exit === 2 ? code : 'PLAN_CONFLICT']);
    }
    expect(fingerprint(workspace, ['dangling.db'])).toEqual(before);
  });

  it.each([`"'; DROP TABLE t; --`, 'line\nbreak', '%s%n%00', '🙂', ' ', '`[x]', '${stem}', 'a.b.c', '-- x', '*/'])(
    'a table called %j is a table like any other',
    async (name) => {
      writeFileSync(path.join(workspace, 'consolidation.jsonc'), JSON.stringify(renamed(name)));
      expect((await cliJson(workspace, 'check')).value.findings).toEqual([]);
      const { value } = await cliJson(workspace, 'migrate');
      expect(value.status).toBe('published');
      const names = value.targets[0].tables.map((table: { name: string }) => table.name);
      expect(names).toContain(name === '${stem}' ? 'a' : name);
    },
  );
});

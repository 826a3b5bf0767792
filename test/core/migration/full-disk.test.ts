import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeCoffeeMaker } from '../../scenarios/coffee-maker/make.mjs';
import { cliJson } from '../../support/cli';
import { compareRows, fingerprint, temporaryWorkspace } from '../../support/workspace';

const ROOT = path.join(import.meta.dirname, '../../..');
const OURS = ['.sqlite-consolidator', 'data/backups'];

/** A file system of its own for one folder, in a mount namespace that ends with the process. Not every machine allows it. */
const CAN_MOUNT =
  spawnSync('unshare', ['-rm', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' }).status === 0;

/** Kilobytes: from the first file to the last; `HEAVY=1` takes more of them. */
const SIZES = process.env.HEAVY
  ? [8, 16, 64, 256, 512, 1024, 1536, 2048, 3072, 4096, 4608, 5120, 6144, 8192, 10240]
  : [1024];

const MIGRATE = `exec '${process.execPath}' '${path.join(ROOT, 'dist/cli.js')}' migrate --json --quiet --workspace "$1"`;

function shell(
  script: string,
  workspace: string,
  ...rest: string[]
): { exit: number | null; stdout: string; stderr: string } {
  const [command, ...args] = script.startsWith('mount ') ? ['unshare', '-rm', 'bash'] : ['bash'];
  const { status, stdout, stderr } = spawnSync(command!, [...args, '-c', script, 'bash', workspace, ...rest], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return { exit: status, stdout, stderr };
}

describe('a disk that is full', () => {
  let original: string;

  beforeAll(async () => {
    // The folder of a hook is removed after the first test, so this one lives as long as the file.
    original = path.join(ROOT, 'out', 'full-disk');
    rmSync(original, { recursive: true, force: true });
    await makeCoffeeMaker(original);
    cpSync(
      path.join(ROOT, 'test/scenarios/coffee-maker/consolidation.jsonc'),
      path.join(original, 'consolidation.jsonc'),
    );
    return () => rmSync(original, { recursive: true, force: true });
  });

  /** Whatever was written before the disk was full: the legacy files are what they were, and the next run works. */
  async function expectNothingLost(what: string, script: (workspace: string) => string, codes: readonly string[]) {
    const workspace = temporaryWorkspace();
    cpSync(original, workspace, { recursive: true });
    mkdirSync(path.join(workspace, '.sqlite-consolidator/runs'), { recursive: true });
    mkdirSync(path.join(workspace, 'data/backups'), { recursive: true });
    const before = fingerprint(workspace, OURS);
    const { exit, stdout, stderr } = shell(script(workspace), workspace);
    const result = JSON.parse(stdout === '' ? '{}' : stdout) as {
      status?: string;
      error?: { code: string; message: string };
    };
    if (result.status !== 'published') {
      expect([what, exit, stderr, codes.includes(result.error?.code ?? '')]).toEqual([what, 3, '', true]);
      expect([what, result.error!.message]).toEqual([
        what,
        expect.stringMatching(/\. (Free some space|Check its permissions) and run .* again\.$/),
      ]);
      expect([what, fingerprint(workspace, OURS)]).toEqual([what, before]);
      for (const run of readdirSync(path.join(workspace, '.sqlite-consolidator/runs')))
        expect([what, existsSync(path.join(workspace, '.sqlite-consolidator/runs', run, 'staging'))]).toEqual([
          what,
          false,
        ]);
    }
    // With the mount the run's own folder is gone, which a published run is known by.
    if (result.status === 'published' && script(workspace).startsWith('mount ')) return result.status;
    const again = await cliJson(workspace, 'migrate');
    expect([what, again.value.error]).toEqual([what, undefined]);
    expect(['published', 'unchanged']).toContain(again.value.status);
    if (again.value.status === 'published') expect(compareRows(workspace, again.value.run).differences).toEqual([]);
    return result.status;
  }

  it.skipIf(!CAN_MOUNT)('while targets are built leaves everything as it was', { timeout: 600_000 }, async () => {
    for (const size of SIZES) {
      const mount = `mount -t tmpfs -o size=${size}k tmpfs "$1/.sqlite-consolidator/runs" && ${MIGRATE}`;
      await expectNothingLost(`${size} kB for the run`, () => mount, ['DISK_SPACE']);
    }
  });

  it.skipIf(!CAN_MOUNT)('while the backup is made leaves everything as it was', { timeout: 600_000 }, async () => {
    for (const size of SIZES) {
      const mount = `mount -t tmpfs -o size=${size}k tmpfs "$1/data/backups" && ${MIGRATE}`;
      await expectNothingLost(`${size} kB for the backup`, () => mount, ['DISK_SPACE']);
    }
  });

  it('or a limit on the size of files leaves everything as it was', { timeout: 600_000 }, async () => {
    const statuses = new Set<string | undefined>();
    for (const size of [64, ...SIZES]) {
      const limited = `trap '' XFSZ; ulimit -f ${size}; ${MIGRATE}`;
      statuses.add(await expectNothingLost(`files of ${size} kB`, () => limited, ['WRITE_FAILED', 'DISK_SPACE']));
    }
    expect([...statuses].some((status) => status !== 'published')).toBe(true);
  });
});

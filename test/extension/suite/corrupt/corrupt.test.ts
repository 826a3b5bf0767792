import assert from 'node:assert/strict';
import { fingerprint, run } from '../support';

describe('a workspace with a corrupt database', () => {
  it('finds it, refuses to merge it, and publishes nothing', async () => {
    const before = fingerprint();
    const { databases } = await run('scan');
    assert.deepEqual(
      databases.map(({ path: file, kind }) => [file, kind]),
      [
        ['broken.db', 'corrupt'],
        ['good.db', 'sqlite'],
      ],
    );
    const outcome = await run('migrate').then(
      (result) => ({ code: result.error?.code, status: result.status }),
      (error: { code?: string }) => ({ code: error.code, status: 'failed' }),
    );
    assert.equal(outcome.status, 'failed');
    assert.match(String(outcome.code), /^(DATABASE_CORRUPT|PLAN_CONFLICT)$/);
    assert.deepEqual(fingerprint(['.sqlite-consolidator']), before);
  });
});

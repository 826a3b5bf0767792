import assert from 'node:assert/strict';
import { fingerprint, refused, run } from '../support';

describe('a workspace without databases', () => {
  it('says so, and writes nothing', async () => {
    const before = fingerprint();
    assert.deepEqual((await run('scan')).databases, []);
    await refused('migrate', 'NO_DATABASES');
    await refused('draftPlan', 'NO_DATABASES');
    await refused('openMapping', 'PLAN_MISSING');
    assert.deepEqual(fingerprint(), before);
  });
});

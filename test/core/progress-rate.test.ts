import { describe, expect, it } from 'vitest';
import { ProgressRate, speed, timeLeft } from '../../src/core/progress-rate';
import type { ProgressUpdate } from '../../src/core/ports';

const update = (done: number, phase: ProgressUpdate['phase'] = 'build'): ProgressUpdate => ({
  phase,
  message: '',
  done,
  total: 1000,
  unit: 'rows',
});

describe('the rate of progress', () => {
  it('is told once a second of a phase is over, and begins anew with each phase', () => {
    const rates = new ProgressRate();
    expect(rates.measure(update(100), 0)).toBeUndefined();
    expect(rates.measure(update(150), 500)).toBeUndefined();
    expect(rates.measure(update(300), 2000)).toEqual({ perSecond: 100, secondsLeft: 7 });
    expect(rates.measure(update(1000), 4000)).toMatchObject({ secondsLeft: 0 });
    expect(rates.measure(update(10, 'verify'), 4100)).toBeUndefined();
    expect(rates.measure({ phase: 'verify', message: '' }, 9000)).toBeUndefined();
    expect(rates.measure(update(10, 'verify'), 9000)).toBeUndefined();
  });

  it('is said in words', () => {
    expect(timeLeft({ perSecond: 1, secondsLeft: 6.2 })).toBe('7 s left');
    expect(timeLeft({ perSecond: 1, secondsLeft: 150 })).toBe('3 min left');
    expect(speed({ perSecond: 123_456, secondsLeft: 1 }, 'rows')).toBe('120,000 rows/s');
    expect(speed({ perSecond: 85_400_000, secondsLeft: 1 }, 'bytes')).toBe('85.4 MB/s');
  });
});

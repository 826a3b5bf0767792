import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';

const INTERVAL_MICROSECONDS = 250;

/** Does some work, and tells the longest stretch of it, in milliseconds, that code of a script took without a break. */
export async function longestStretch(script: string, work: () => Promise<unknown>): Promise<number> {
  const session = new Session();
  session.connect();
  const post = (method: string, parameters?: object) =>
    new Promise<unknown>((resolve, reject) =>
      session.post(method, parameters, (error, value: unknown) => (error ? reject(error) : resolve(value))),
    );
  await post('Profiler.enable');
  await post('Profiler.setSamplingInterval', { interval: INTERVAL_MICROSECONDS });
  await post('Profiler.start');
  await work();
  const { profile } = (await post('Profiler.stop')) as { profile: Profiler.Profile };
  session.disconnect();
  return longestIn(profile, script);
}

function longestIn({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile, script: string): number {
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const isOwn = (id: number): boolean => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at))
      if (byId.get(at)!.callFrame.url.endsWith(script)) return true;
    return false;
  };
  const own = new Map(nodes.map(({ id }) => [id, isOwn(id)]));
  // In the middle of a stretch these are its own: native code and garbage.
  const isPart = (id: number) => /^\((?:program|garbage collector)\)$/.test(byId.get(id)!.callFrame.functionName);
  let [longest, stretch, pending] = [0, 0, 0];
  samples.forEach((id, index) => {
    const microseconds = timeDeltas[index + 1] ?? 0;
    if (own.get(id)) {
      stretch += pending + microseconds;
      pending = 0;
    } else if (isPart(id) && stretch > 0) pending += microseconds;
    else stretch = pending = 0;
    longest = Math.max(longest, stretch);
  });
  return Math.round(longest / 100) / 10;
}

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Runs Python; what it prints, parsed as JSON where it printed anything. `argv[1:]` are the arguments. */
export function python<T = undefined>(program: string, ...args: string[]): T {
  const output = execFileSync('python3', ['-c', program, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return (output.trim() === '' ? undefined : JSON.parse(output)) as T;
}

/** A Python process that stays in the middle of its work after it printed a line, until `end` is called. */
export async function heldPython(program: string, ...args: string[]): Promise<{ pid: number; end(): Promise<void> }> {
  const child = spawn(
    'python3',
    ['-c', `${program}\nimport sys\nprint('ready', flush=True)\nsys.stdin.read()`, ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  if (line !== 'ready') throw new Error(`unexpected output: ${line}`);
  return {
    pid: child.pid!,
    async end() {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    },
  };
}

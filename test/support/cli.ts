import { main } from '../../src/cli/main';

export interface CliResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process and collects what it prints. */
export async function cli(workspace: string, ...args: string[]): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  const exit = await main(
    [...args, '--workspace', workspace],
    { write: (text) => (stdout += typeof text === 'string' ? text : Buffer.from(text).toString('latin1')) },
    { write: (text) => (stderr += text) },
  );
  return { exit, stdout, stderr };
}

/** What a verb prints with `--json`, in which a test looks at what it expects. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** As `cli` with `--json`: standard output has to be exactly one JSON document. */
export async function cliJson(
  workspace: string,
  ...args: string[]
): Promise<{ readonly exit: number; readonly value: Json }> {
  const { exit, stdout } = await cli(workspace, ...args, '--json', '--quiet');
  return { exit, value: JSON.parse(stdout) };
}

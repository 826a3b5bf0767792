import type { TaskRunner, TaskThread, WorkOptions } from '../../ports';
import type { SourceFile } from '../source-files';
import type { ReadTaskInput, ReadTaskResult } from './read-task';

/** In a smaller workspace all files are read before a thread has started. */
export const MANY_FILES = 200;
/** Files that are read at a time: something comes back soon, and is looked at while others are read. */
const TOGETHER = 100;
/** While one answer is on its way the next one is worked on. */
const AHEAD = 2;

/** Files that were read together; without a result the thread could not read them. */
export interface ReadElsewhere {
  readonly files: readonly SourceFile[];
  readonly result: ReadTaskResult | undefined;
}

/** Reads files in a thread of its own, and looks which of them are worth parsing, while others follow what they say. */
export class ReadingThread {
  private readonly thread: TaskThread;

  private constructor(
    tasks: TaskRunner,
    private readonly signal: AbortSignal | undefined,
  ) {
    this.thread = tasks.start();
  }

  /** @returns undefined where there is no other thread */
  static start({ tasks, signal }: WorkOptions): ReadingThread | undefined {
    return tasks && tasks.parallel > 1 ? new ReadingThread(tasks, signal) : undefined;
  }

  async *read(files: readonly SourceFile[], input: Omit<ReadTaskInput, 'files'>): AsyncGenerator<ReadElsewhere> {
    const asked: Promise<ReadElsewhere>[] = [];
    for (let next = 0; next < files.length || asked.length > 0;) {
      while (next < files.length && asked.length < AHEAD)
        asked.push(this.ask(files.slice(next, (next += TOGETHER)), input));
      yield await asked.shift()!;
    }
  }

  private async ask(files: readonly SourceFile[], input: Omit<ReadTaskInput, 'files'>): Promise<ReadElsewhere> {
    const task: ReadTaskInput = { ...input, files: files.map(({ path, isCode }) => ({ path, isCode })) };
    try {
      return { files, result: (await this.thread.run('read', task, { signal: this.signal })) as ReadTaskResult };
    } catch {
      // Whoever asked reads them then, and hears of a cancel there.
      return { files, result: undefined };
    }
  }

  close(): void {
    void this.thread.close();
  }
}

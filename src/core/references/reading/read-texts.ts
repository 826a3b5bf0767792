import type { ProgressUpdate, WorkOptions } from '../../ports';
import { Pause, SHORT_STRETCH } from '../../sqlite/rows/pause';
import type { SourceFile } from '../source-files';
import type { ReadTaskInput } from './read-task';
import type { ReadingThread } from './reading-thread';
import type { SourceText } from './source-text';
import type { TextCache } from './text-cache';

/** Texts that were read one after the other. */
export interface ReadTexts {
  /** By file; undefined for those that cannot be read. */
  readonly texts: ReadonlyMap<string, SourceText | undefined>;
  /** Whether files are worth parsing, where that was looked at. */
  readonly areCandidates?: ReadonlyMap<string, boolean>;
}

/**
 * Reads the texts of files, some at a time.
 * @param thread reads the files, if there is one; else they are read here
 * @throws ConsolidationError `CANCELLED`
 */
export async function* readTexts(
  files: readonly SourceFile[],
  cache: TextCache,
  thread: ReadingThread | undefined,
  input: Omit<ReadTaskInput, 'files'>,
  { signal, progress }: WorkOptions,
): AsyncGenerator<ReadTexts> {
  const total = files.length;
  const tell = (done: number) =>
    progress?.({ phase: 'references', message: 'Reading files', done, total, unit: 'files' } satisfies ProgressUpdate);
  let left = files;
  if (thread) {
    const missed: SourceFile[] = [];
    let done = 0;
    for await (const { files: some, result } of thread.read(files, input)) {
      tell(done);
      done += some.length;
      const paths = some.map(({ path }) => path);
      if (result) yield { texts: cache.add(paths, result.files), areCandidates: result.areCandidates };
      else missed.push(...some);
    }
    left = missed;
  }
  const pause = new Pause(signal, SHORT_STRETCH);
  for (let done = 0; done < left.length;) {
    if (pause.due) {
      tell(total - left.length + done);
      await pause.take();
    }
    const texts = cache.readTogether(left, done);
    done += texts.size;
    yield { texts };
  }
}

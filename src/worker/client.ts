import { Worker } from 'node:worker_threads';
import { ConsolidationError } from '../core/errors';
import type { Pipeline, ReferencesOptions } from '../core/pipeline';
import type { WorkOptions } from '../core/ports';
import type { Reference, ReferencesResult } from '../core/references/reference';
import { hearList } from '../protocol/reference-list';
import { isFromWorker } from '../protocol/worker';
import type { FromWorker, References, ToWorker, Verb, VerbOptions, VerbResult } from '../protocol/worker';

export interface WorkerPipelineOptions {
  /** Absolute path of the bundled worker. */
  readonly script: string;
  /** The worker ends after this time without work, and starts again with the next call. Default: five minutes. */
  readonly idleMilliseconds?: number;
  /** Receives the stacks of unforeseen failures; they never reach a notification. */
  readonly log?: (text: string) => void;
}

interface Pending {
  readonly verb: Verb;
  readonly progress?: WorkOptions['progress'];
  readonly onReferences?: ReferencesOptions['onReferences'];
  readonly settle: (outcome: { value: unknown } | { error: Error }) => void;
}

/** Verbs that write: a cancelled call of theirs is over only when the worker says what state it left behind. */
const writing: ReadonlySet<Verb> = new Set<Verb>(['draft', 'export', 'import', 'migrate', 'rollback', 'refactor']);

/** The pipeline in a worker thread, which is started by the first call. Every promise settles, also when the worker crashes. */
export class WorkerPipeline implements Pipeline {
  private worker: Worker | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private readonly pending = new Map<number, Pending>();
  /** The references that the worker sent last, by workspace. */
  private readonly heard = new Map<string, readonly Reference[]>();
  private nextId = 1;
  private disposed = false;

  constructor(private readonly options: WorkerPipelineOptions) {}

  readonly scan = this.verb('scan');
  readonly draft = this.verb('draft');
  readonly check = this.verb('check');
  readonly export = this.verb('export');
  readonly import = this.verb('import');
  readonly migrate = this.verb('migrate');
  readonly verify = this.verb('verify');
  readonly rollback = this.verb('rollback');
  readonly status = this.verb('status');
  readonly references = this.verb('references');
  readonly refactor = this.verb('refactor');

  /** Is the worker thread up? */
  get running(): boolean {
    return this.worker !== undefined;
  }

  /** Cancels what runs, gives it two seconds to leave things in order, then ends the worker. No call succeeds afterwards. */
  async dispose(): Promise<void> {
    this.disposed = true;
    const worker = this.worker;
    if (!worker) return;
    if (this.pending.size > 0) {
      for (const id of this.pending.keys()) this.send(worker, { type: 'cancel', id });
      const deadline = Date.now() + 2000;
      while (this.pending.size > 0 && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    this.fail(worker, new ConsolidationError('CANCELLED', 'The extension was deactivated. Run the command again.'));
    await worker.terminate();
  }

  private verb<V extends Verb>(verb: V) {
    return (options: VerbOptions<V> & WorkOptions & ReferencesOptions): Promise<VerbResult<V>> =>
      this.call(verb, options);
  }

  private call<V extends Verb>(
    verb: V,
    { progress, signal, onReferences, ...options }: VerbOptions<V> & WorkOptions & ReferencesOptions,
  ) {
    return new Promise<VerbResult<V>>((resolve, reject) => {
      if (this.disposed || signal?.aborted) {
        reject(new ConsolidationError('CANCELLED', 'Cancelled before it began. Run the command again.'));
        return;
      }
      const worker = this.start();
      const id = this.nextId++;
      const cancel = () => {
        this.send(worker, { type: 'cancel', id });
        if (!writing.has(verb)) settle({ error: new ConsolidationError('CANCELLED', 'Cancelled.') });
      };
      const settle: Pending['settle'] = (outcome) => {
        if (!this.pending.delete(id)) return;
        signal?.removeEventListener('abort', cancel);
        this.startIdleTimer();
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.value as VerbResult<V>);
      };
      this.pending.set(id, { verb, progress, onReferences, settle });
      signal?.addEventListener('abort', cancel, { once: true });
      const wantsReferences = onReferences !== undefined;
      this.send(worker, { type: 'call', id, verb, options: options as VerbOptions<Verb>, wantsReferences });
    });
  }

  private start(): Worker {
    clearTimeout(this.idleTimer);
    if (this.worker) return this.worker;
    this.heard.clear();
    const worker = new Worker(this.options.script, { name: 'sqlite-consolidator' });
    this.worker = worker;
    worker.on('message', (message: unknown) => {
      // What one that was let go of still says is of no account.
      if (this.worker === worker && isFromWorker(message)) this.receive(message);
    });
    worker.on('messageerror', (error) => this.crashed(worker, error));
    worker.on('error', (error) => this.crashed(worker, error));
    worker.on('exit', (code) => this.crashed(worker, new Error(`exit code ${code}`)));
    return worker;
  }

  private send(worker: Worker, message: ToWorker): void {
    worker.postMessage(message);
  }

  private receive(message: FromWorker): void {
    // Also when nobody waits for it any more: what comes next is said by it.
    const references = message.type === 'references' ? this.hear(message) : undefined;
    const call = this.pending.get(message.id);
    if (message.type === 'failure' && message.error.code !== 'CANCELLED' && message.stack)
      this.options.log?.(`${call?.verb ?? 'cancelled call'}: ${message.stack}`);
    if (!call) return;
    if (message.type === 'progress') call.progress?.(message.update);
    else if (message.type === 'references') {
      if (message.isResult) call.settle({ value: references });
      else call.onReferences?.(references!);
    } else if (message.type === 'result') call.settle({ value: message.value });
    else {
      const { code, message: sentence, details } = message.error;
      call.settle({ error: new ConsolidationError(code, sentence, details) });
    }
  }

  private hear({ workspace, list, rest }: References): ReferencesResult {
    const references = hearList(this.heard.get(workspace) ?? [], list);
    this.heard.set(workspace, references);
    return { ...rest, references };
  }

  private crashed(worker: Worker, error: unknown): void {
    if (this.worker !== worker) return;
    const reason = error instanceof Error ? error.message : String(error);
    if (this.pending.size > 0) this.options.log?.(`The worker ended: ${error instanceof Error ? error.stack : reason}`);
    this.fail(
      worker,
      new ConsolidationError(
        'INTERNAL',
        `The background worker ended unexpectedly (${reason}). Run the command again; ` +
          'a migration that was under way is finished or undone first.',
      ),
    );
    void worker.terminate();
  }

  /** Lets go of `worker` and rejects what waits for it; the next call starts a new one. */
  private fail(worker: Worker, error: Error): void {
    if (this.worker === worker) this.worker = undefined;
    clearTimeout(this.idleTimer);
    for (const call of [...this.pending.values()]) call.settle({ error });
  }

  private startIdleTimer(): void {
    if (this.pending.size > 0 || !this.worker) return;
    clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => {
      const idle = this.worker;
      if (!idle || this.pending.size > 0) return;
      this.worker = undefined;
      void idle.terminate();
    }, this.options.idleMilliseconds ?? 300_000);
    this.idleTimer.unref();
  }
}

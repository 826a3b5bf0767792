import type { Guard } from '../../src/protocol/shape';

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

export interface Host<From, State extends object> {
  post(message: From): void;
  /** What the person had chosen (sorting, filter, selection), also after the view was hidden or the window reloaded. */
  readonly state: Partial<State>;
  save(change: Partial<State>): void;
}

/** The other side of the channel. Messages that are not of the channel are dropped. */
export function connect<To, From extends { readonly type: string }, State extends object>(
  guard: Guard<To>,
  receive: (message: To) => void,
): Host<From, State> {
  const api = acquireVsCodeApi();
  const saved = api.getState();
  const identity: unknown = JSON.parse(document.body.dataset.identity ?? 'null');
  let state = {
    ...(typeof saved === 'object' && saved !== null ? (saved as Partial<State>) : {}),
    identity,
  } as unknown as Partial<State>;
  api.setState(state);
  window.addEventListener('message', (event) => {
    if (guard(event.data)) receive(event.data);
  });
  return {
    post: (message) => api.postMessage(message),
    get state() {
      return state;
    },
    save(change) {
      state = { ...state, ...change };
      api.setState(state);
    },
  };
}

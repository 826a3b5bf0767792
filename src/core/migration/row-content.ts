/** Number of rows and their digest, order-independent. */
export interface Content {
  readonly rows: number;
  readonly digest: string;
}

export const NOTHING: Content = { rows: 0, digest: '' };

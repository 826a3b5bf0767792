/** The tokenizer for SQL text that all parts share. */
export { foldName, isKeyword, isOperator, sameName, sqlTokens, tokenName } from '../plan/ddl-tokens';
export type { SqlToken, SqlTokenKind } from '../plan/ddl-tokens';

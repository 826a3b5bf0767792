export { isKeyword, isOperator, sqlTokens, tokenName } from '../plan/ddl-tokens';

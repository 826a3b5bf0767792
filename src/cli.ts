import { main } from './cli/main';

process.exitCode = 0;
void main(process.argv.slice(2), process.stdout, process.stderr).then((code) => {
  process.exitCode = code;
});

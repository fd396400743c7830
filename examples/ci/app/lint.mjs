// A small linter: syntax, tabs, trailing blanks, line length. Usage: node lint.mjs FOLDER...
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

let problems = 0;
const complain = (file, line, what) => {
  problems++;
  console.error(`${file}:${line}: ${what}`);
};

for (const folder of process.argv.slice(2)) {
  for (const file of readdirSync(folder).map((name) => join(folder, name))) {
    const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
    if (status !== 0) complain(file, 1, stderr.trim());
    readFileSync(file, 'utf8')
      .split('\n')
      .forEach((line, index) => {
        if (line.includes('\t')) complain(file, index + 1, 'tab');
        if (/\s+$/.test(line)) complain(file, index + 1, 'trailing blanks');
        if (line.length > 140) complain(file, index + 1, `${line.length} characters, at most 140`);
      });
    console.error(`checked ${file}`);
  }
}
process.exit(problems === 0 ? 0 : 1);

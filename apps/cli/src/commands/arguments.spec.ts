import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  findCredentials,
  localCredentialsPath,
  userCredentialsPath,
  writeCredentials,
} from '../credentials/credentials.js';
import { readManifest, readParameters } from './arguments.js';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'argosy-cli-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('parameters', () => {
  it('come from a file, with flags before them', () => {
    const parameterFile = join(folder, 'p.yaml');
    writeFileSync(parameterFile, 'a: one\nb: 2\nc: [1, 2]\n');
    expect(readParameters({ parameterFile, parameter: ['a=x=y'] })).toEqual([
      { name: 'a', value: 'x=y' },
      { name: 'b', value: '2' },
      { name: 'c', value: '[1,2]' },
    ]);
  });

  it('must be name=value', () => {
    expect(() => readParameters({ parameter: ['novalue'] })).toThrow(
      'Parameter "novalue" must be written as name=value.',
    );
  });
});

describe('manifests', () => {
  it('that are not there are told by name and reason', () => {
    expect(() => readManifest(join(folder, 'nope.yaml'))).toThrow(/nope\.yaml: there is no such file\./);
    expect(() => readManifest(folder)).toThrow(/it is a folder\./);
  });
});

describe('credentials', () => {
  it('are readable by their owner alone', () => {
    const path = join(folder, 'a/credentials.json');
    writeCredentials(path, { url: 'http://one.example', token: 't' });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('come from flags, then the environment, then login, then a stack started here', () => {
    const env = { XDG_CONFIG_HOME: join(folder, 'config') };
    writeCredentials(localCredentialsPath(join(folder, '.argosy')), { url: 'http://local.example', token: 'local' });
    expect(findCredentials({}, env, folder)).toEqual({ url: 'http://local.example', token: 'local' });
    writeCredentials(userCredentialsPath(env), { url: 'http://login.example', token: 'login' });
    expect(findCredentials({}, env, folder)).toEqual({ url: 'http://login.example', token: 'login' });
    expect(findCredentials({}, { ...env, ARGOSY_TOKEN: 'env' }, folder)).toEqual({
      url: 'http://login.example',
      token: 'env',
    });
    expect(
      findCredentials({ token: 'flag', url: 'http://flag.example' }, { ...env, ARGOSY_TOKEN: 'env' }, folder),
    ).toEqual({ url: 'http://flag.example', token: 'flag' });
  });

  it('that are nowhere are asked for', () => {
    expect(() => findCredentials({}, { XDG_CONFIG_HOME: folder }, folder)).toThrow(/argosy login URL/);
  });
});

import { readFileSync } from 'node:fs';
import { ArgosyError } from '@argosy/sdk';
import { yamlValue } from '@argosy/workflow-spec';

export interface ParameterFlags {
  readonly parameter?: string[];
  readonly parameterFile?: string;
}

/** Gathers a repeatable option. */
export const collect = (value: string, previous: string[] = []): string[] => [...previous, value];

/** Reads a file, or standard input for `-`. Throws `invalid` with the reason in words. */
export function readManifest(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'ENOENT'
        ? 'there is no such file'
        : code === 'EISDIR'
          ? 'it is a folder'
          : code === 'EACCES'
            ? 'permission denied'
            : String(cause);
    throw new ArgosyError('invalid', `Cannot read ${path}: ${reason}.`, [], { cause });
  }
}

/** `-p name=value` flags and a YAML or JSON file of names and values; flags win. */
export function readParameters(flags: ParameterFlags): { name: string; value: string }[] {
  const parameters = new Map<string, string>();
  if (flags.parameterFile) {
    const values = yamlValue(readManifest(flags.parameterFile));
    if (typeof values !== 'object' || values === null || Array.isArray(values)) {
      throw new ArgosyError('invalid', `${flags.parameterFile} must hold names and values, such as "message: hello".`);
    }
    for (const [name, value] of Object.entries(values))
      parameters.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  for (const flag of flags.parameter ?? []) {
    const at = flag.indexOf('=');
    if (at < 1) throw new ArgosyError('invalid', `Parameter "${flag}" must be written as name=value.`);
    parameters.set(flag.slice(0, at), flag.slice(at + 1));
  }
  return [...parameters].map(([name, value]) => ({ name, value }));
}

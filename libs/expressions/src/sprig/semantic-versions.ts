import { ExpressionError } from '../expression-error.js';
import { Callable, isObject, show, typeOf } from '../expr/value.js';
import type { ObjectValue, Value } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';
import { allows } from './version-constraint.js';
import { compareVersions, parseVersion, versionText } from './version.js';
import type { Version } from './version.js';

const argument = (value: Value | undefined): Version => {
  if (typeof value === 'string') return parseVersion(value);
  const text = value !== undefined && value !== null && isObject(value) ? value.get('String') : undefined;
  if (text instanceof Callable) return parseVersion(show(text.call([])));
  throw new ExpressionError(`expected a version, got ${value === undefined ? 'nothing' : typeOf(value)}`);
};

/** A version as expressions see it: Go gives its parts through methods. */
function versionValue(version: Version, original = versionText(version)): ObjectValue {
  const { major, minor, patch, prerelease, metadata } = version;
  const next = (parts: Pick<Version, 'major' | 'minor' | 'patch'>): ObjectValue =>
    versionValue({ ...parts, prerelease: '', metadata: '' });
  const methods: Readonly<Record<string, (other: Value | undefined) => Value>> = {
    Major: () => major,
    Minor: () => minor,
    Patch: () => patch,
    Prerelease: () => prerelease,
    Metadata: () => metadata,
    Original: () => original,
    String: () => versionText(version),
    Compare: (other) => compareVersions(version, argument(other)),
    Equal: (other) => compareVersions(version, argument(other)) === 0,
    LessThan: (other) => compareVersions(version, argument(other)) < 0,
    GreaterThan: (other) => compareVersions(version, argument(other)) > 0,
    IncMajor: () => next({ major: major + 1, minor: 0, patch: 0 }),
    IncMinor: () => next({ major, minor: minor + 1, patch: 0 }),
    // The release that a prerelease is before comes next.
    IncPatch: () => next({ major, minor, patch: prerelease === '' ? patch + 1 : patch }),
  };
  return new Map(Object.entries(methods).map(([name, call]) => [name, new Callable(name, ([other]) => call(other))]));
}

export const versionFunctions: Readonly<Record<string, SprigFunction>> = {
  semver: ([text = '']) => versionValue(parseVersion(show(text)), show(text)),
  semverCompare: ([constraint = '', version]) => allows(show(constraint), argument(version)),
};

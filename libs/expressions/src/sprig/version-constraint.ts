import { ExpressionError } from '../expression-error.js';
import { compareVersions, parseVersion } from './version.js';
import type { Version } from './version.js';

/** A version in a constraint, with how much of it is said: `1.x` says its major, `*` nothing. */
interface Bound extends Version {
  readonly said: 0 | 1 | 2 | 3;
}
type Rule = (version: Version, bound: Bound) => boolean;

const isAtLeast: Rule = (version, bound) => compareVersions(version, bound) >= 0;
/** Whether the version is beyond all that the bound covers: `1.2` covers 1.2.9. */
const isBeyond: Rule = (version, bound) => {
  if (bound.said === 3) return compareVersions(version, bound) > 0;
  if (bound.said === 0) return false;
  return (
    version.major > bound.major || (bound.said === 2 && isSameMajor(version, bound) && version.minor > bound.minor)
  );
};
const isSameMajor: Rule = (version, bound) => version.major === bound.major;

/** Only the patch may grow, or what is not said. */
const isAbout: Rule = (version, bound) =>
  bound.said === 0 ||
  (isAtLeast(version, bound) && isSameMajor(version, bound) && (bound.said === 1 || version.minor === bound.minor));

/** What is left of the first part that is not 0 stays. */
const isCompatible: Rule = (version, bound) => {
  if (bound.said === 0) return true;
  if (!isAtLeast(version, bound) || !isSameMajor(version, bound)) return false;
  if (bound.major > 0 || bound.said === 1) return true;
  if (version.minor !== bound.minor) return false;
  return bound.minor > 0 || bound.said === 2 || version.patch === bound.patch;
};
const isEqual: Rule = (version, bound) =>
  bound.said === 3 ? compareVersions(version, bound) === 0 : isAbout(version, bound);

const RULES: Readonly<Record<string, Rule>> = {
  '': isEqual,
  '=': isEqual,
  '!=': (version, bound) => !isEqual(version, bound),
  '>': isBeyond,
  '<': (version, bound) => !isAtLeast(version, bound),
  '>=': isAtLeast,
  '=>': isAtLeast,
  '<=': (version, bound) => bound.said === 0 || !isBeyond(version, bound),
  '=<': (version, bound) => bound.said === 0 || !isBeyond(version, bound),
  '~': isAbout,
  '~>': isAbout,
  '^': isCompatible,
};

const TERM = /(?<operator>=<|=>|!=|>=|<=|~>|[=<>~^])?\s*(?<bound>[v\d*xX][^\s,<>=!~^]*)\s*,?\s*/y;
const WILDCARD = /^v?(?<major>\d+|[xX*])(?:\.(?<minor>\d+|[xX*]))?(?:\.(?<patch>\d+|[xX*]))?$/;

/** Whether the version meets the constraint: terms beside each other all hold, of those between `||` one does. */
export function allows(constraint: string, version: Version): boolean {
  return constraint
    .split('||')
    .map((part) => terms(part, constraint))
    .some((rules) => rules.every((holds) => holds(version)));
}

function terms(part: string, constraint: string): ((version: Version) => boolean)[] {
  const text = part.trim().replace(/(\S+)\s+-\s+(\S+)/g, '>=$1 <=$2');
  const rules: ((version: Version) => boolean)[] = [];
  for (TERM.lastIndex = 0; TERM.lastIndex < text.length;) {
    const found = TERM.exec(text)?.groups;
    if (found === undefined) throw new ExpressionError(`invalid version constraint "${constraint}"`);
    rules.push(rule(found.operator ?? '', parseBound(found.bound ?? '')));
  }
  if (rules.length === 0) throw new ExpressionError(`invalid version constraint "${constraint}"`);
  return rules;
}

/** Prereleases are only for those who ask for them, except where a version is left out. */
function rule(operator: string, bound: Bound): (version: Version) => boolean {
  const holds = RULES[operator] ?? isEqual;
  return (version) => {
    const isHidden = version.prerelease !== '' && bound.prerelease === '';
    return isHidden && (operator !== '!=' || bound.said < 3) ? false : holds(version, bound);
  };
}

function parseBound(text: string): Bound {
  const parts = WILDCARD.exec(text)?.groups;
  if (parts === undefined) return { ...parseVersion(text), said: 3 };
  const isSaid = (part: string | undefined): boolean => part !== undefined && /^\d/.test(part);
  const [major, minor, patch] = [parts.major, parts.minor, parts.patch];
  const said = !isSaid(major) ? 0 : !isSaid(minor) ? 1 : !isSaid(patch) ? 2 : 3;
  return {
    major: said > 0 ? Number(major) : 0,
    minor: said > 1 ? Number(minor) : 0,
    patch: said > 2 ? Number(patch) : 0,
    prerelease: '',
    metadata: '',
    said,
  };
}

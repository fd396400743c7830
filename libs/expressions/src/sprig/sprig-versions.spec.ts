import { VariableScope } from '../scope/variable-scope.js';
import { evaluateExpression } from '../expr/evaluate.js';

const value = (text: string): unknown => evaluateExpression(text, VariableScope.of({}));

describe('semantic versions and URLs of sprig', () => {
  it.each([
    ['1.2.3', '1.2.3', true],
    ['^1.2.0', '1.2.3', true],
    ['^1.2.0', '2.2.3', false],
    ['^0.2.3', '0.2.9', true],
    ['^0.2.3', '0.3.0', false],
    ['^0.0.3', '0.0.4', false],
    ['~1.2.3', '1.2.9', true],
    ['~1.2.3', '1.3.0', false],
    ['~1', '1.9.0', true],
    ['1.2.x', '1.2.7', true],
    ['1.2.x', '1.3.0', false],
    ['*', '4.5.6', true],
    ['>= 1.2, < 3.0.0', '2.9.9', true],
    ['>= 1.2, < 3.0.0 || >= 4.2.3', '4.2.3', true],
    ['>= 1.2, < 3.0.0 || >= 4.2.3', '3.5.0', false],
    ['1.2 - 1.4.5', '1.4.5', true],
    ['1.2 - 1.4.5', '1.4.6', false],
    ['>1.1', '1.1.9', false],
    ['<=2.x', '2.9.9', true],
    ['!=1.2.3', '1.2.4', true],
    ['>=1.2.3', '1.3.0-beta.1', false],
    ['>=1.2.3-0', '1.3.0-beta.1', true],
    ['>=1.20-0', 'v1.27.3-gke.100', true],
  ])('semverCompare(%j, %j) is %j', (constraint, version, expected) => {
    expect(value(`sprig.semverCompare('${constraint}', '${version}')`)).toBe(expected);
  });

  it.each([
    ["semver('1.2.3-beta.1+c0ff33').Prerelease()", 'beta.1'],
    ["semver('1.2.3-beta.1+c0ff33').Metadata()", 'c0ff33'],
    ["semver('1.2.3-beta.1+c0ff33').Major()", 1],
    ["semver('v1.2').String()", '1.2.0'],
    ["semver('v1.2').Original()", 'v1.2'],
    ["semver('1.2.3').Compare(sprig.semver('1.2.3'))", 0],
    ["semver('1.3.3').Compare(sprig.semver('1.2.3'))", 1],
    ["semver('1.2.3').Compare(sprig.semver('1.4.3'))", -1],
    ["semver('1.0.0-alpha.2').LessThan(sprig.semver('1.0.0-alpha.10'))", true],
    ["semver('1.0.0').GreaterThan(sprig.semver('1.0.0-rc.1'))", true],
    ["semver('1.2.3').IncMinor().String()", '1.3.0'],
    [
      "urlParse('proto://auth@host:80/path?query#fragment')",
      {
        scheme: 'proto',
        host: 'host:80',
        hostname: 'host',
        path: '/path',
        query: 'query',
        opaque: '',
        fragment: 'fragment',
        userinfo: 'auth',
      },
    ],
    ["urlParse('http://admin:secret@server.com:8080/api?list=false#anchor').userinfo", 'admin:secret'],
    ["urlParse('proto://host:80/pa%20th?key=val%20ue').path", '/pa th'],
    ["urlParse('proto://host:80/pa%20th?key=val%20ue').query", 'key=val%20ue'],
    ["urlParse('something').path", 'something'],
    ["urlParse('http://[::1]:80/').hostname", '::1'],
    ["urlParse('mailto:a@example.com').opaque", 'a@example.com'],
    [
      "urlJoin({'fragment': 'fragment', 'host': 'host:80', 'path': '/path', 'query': 'query', 'scheme': 'http'})",
      'http://host:80/path?query#fragment',
    ],
    ["urlJoin({'host': 'host:80', 'path': '/pa th', 'scheme': 'proto'})", 'proto://host:80/pa%20th'],
    ["urlJoin(sprig.urlParse('proto://user:passwor%20d@host:80/path'))", 'proto://user:passwor%20d@host:80/path'],
  ])('sprig.%s', (call, expected) => {
    expect(value(`sprig.${call}`)).toEqual(expected);
  });

  it.each([
    ["sprig.semverCompare('badConstraint', '1.2.3')", 'invalid version constraint "badConstraint"'],
    ["sprig.semverCompare('1.2.0', 'badVersion')", 'invalid semantic version "badVersion"'],
    ["sprig.semver('1.2.3.4')", 'invalid semantic version "1.2.3.4"'],
    ["sprig.urlParse('http://a b/')", 'unable to parse URL'],
    ["sprig.urlParse('http://a/%zz')", 'invalid URL escape'],
  ])('%s is an error', (call, message) => {
    expect(() => value(call)).toThrow(message);
  });
});

import { VariableScope } from '../scope/variable-scope.js';
import { evaluateExpression } from '../expr/evaluate.js';

const now = Date.UTC(2026, 1, 3, 14, 5, 6);
const value = (text: string): unknown => evaluateExpression(text, VariableScope.of({}), { now });

describe('functions of sprig', () => {
  it.each([
    ["sha1sum('hi')", 'c22b5f9178342609428d6f51b2c5af4c0bde6a42'],
    ["trunc(8, sprig.sha256sum('hi'))", '8f434346'],
    ["trunc(8, sprig.sha512sum('hi'))", '150a14ed'],
    ["adler32sum('Wikipedia')", '300286872'],
    ["regexFindAll('[0-9]', '1a2b3', -1)", ['1', '2', '3']],
    ["regexFindAll('[0-9]', '1a2b3', 2)", ['1', '2']],
    ["regexSplit('z+', 'pizzas', -1)", ['pi', 'as']],
    ["regexSplit(',', 'a,b,c', 2)", ['a', 'b,c']],
    ["regexReplaceAllLiteral('a(x*)b', '-ab-axxb-', '$1')", '-$1-$1-'],
    ["regexQuoteMeta('1.2')", '1\\.2'],
    ["base('/a/b.tar.gz')", 'b.tar.gz'],
    ["dir('/a/b/c')", '/a/b'],
    ["dir('c')", '.'],
    ["clean('/a/../b/./c//')", '/b/c'],
    ["ext('a.tar.gz')", '.gz'],
    ["isAbs('/a')", true],
    ["swapcase('aBc')", 'AbC'],
    ["trimall('$', '$5.00$')", '5.00'],
    ["splitn('$', 2, 'foo$bar$baz')._1", 'bar$baz'],
    ["toStrings([1, 'a'])", ['1', 'a']],
    ['chunk(2, [1, 2, 3])', [[1, 2], [3]]],
    ["mustRegexMatch('^a', 'ab')", true],
    ["date('2006-01-02', sprig.now())", '2026-02-03'],
    ["date('02/01/2006 15:04', '2026-05-06T07:08:09Z')", '06/05/2026 07:08'],
    ['htmlDate(0)', '1970-01-01'],
    ['unixEpoch(sprig.now())', '1770127506'],
    ["date('15:04', sprig.dateModify('-1.5h', sprig.now()))", '12:35'],
    ['duration(95)', '1m35s'],
    ["dateInZone('2006', sprig.now(), 'UTC')", '2026'],
  ])('sprig.%s', (call, expected) => {
    expect(value(`sprig.${call}`)).toEqual(expected);
  });

  it.each([
    "sprig.env('HOME')",
    "sprig.expandenv('$HOME')",
    "sprig.dateInZone('2006', 0, 'Asia/Tokyo')",
    'sprig.chunk(0, [1])',
  ])('%s is an error', (call) => {
    expect(() => value(call)).toThrow();
  });
});

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
    ["date_in_zone('02 Jan 06 15:04 -0700', 1560458379, 'UTC')", '13 Jun 19 20:39 +0000'],
    ["date_in_zone('02 Jan 06 15:04 -0700', 1560458379, 'foobar')", '13 Jun 19 20:39 +0000'],
    ["dateInZone('2006-01-02 15:04 -07:00', 1560458379, 'Asia/Tokyo')", '2019-06-14 05:39 +09:00'],
    ["dateInZone('15:04 MST', 1560458379, 'America/New_York')", '16:39 EDT'],
    ["dateInZone('15:04 MST', 1548000000, 'America/New_York')", '11:00 EST'],
    ["dateInZone('15:04 MST Z07:00', 1548000000, 'Europe/Berlin')", '17:00 CET +01:00'],
    ["dateInZone('15:04 MST -0700', 1548000000, 'Asia/Kathmandu')", '21:45 +0545 +0545'],
    ["htmlDateInZone(1560458379, 'Asia/Tokyo')", '2019-06-14'],
    ["ago('2026-02-03T14:03:01Z')", '2m5s'],
    ["ago('2026-02-03T11:30:49Z')", '2h34m17s'],
    ["ago('2026-02-03T14:05:11Z')", '-5s'],
    ["date('02/01/2006', sprig.toDate('2006-01-02', '2017-12-31'))", '31/12/2017'],
    ["unixEpoch(sprig.toDate('02 Jan 06 15:04:05 MST', '13 Jun 19 20:39:39 GMT'))", '1560458379'],
    ["unixEpoch(sprig.toDate('2006-01-02T15:04:05Z07:00', '2019-06-13T22:39:39.5+02:00'))", '1560458379'],
    ["unixEpoch(sprig.mustToDate('January 2, 2006 3:04 PM', 'June 13, 2019 8:39 PM'))", '1560458340'],
    ["unixEpoch(sprig.mustToDate('2006 002', '2019 164'))", '1560384000'],
    ["date('2006-01-02', sprig.toDate('2006-01-02', 'never'))", '0001-01-01'],
    ["date('2006', sprig.toDate(sprig.repeat(60, '2'), sprig.repeat(90, '1') + '?'))", '0001'],
    ["date('2006', sprig.toDate('(2006)', '(2019)'))", '2019'],
    ["durationRound('2h5s')", '2h'],
    ["durationRound('24h5s')", '1d'],
    ["durationRound('2400h5s')", '3m'],
    ["durationRound('2400h10m5s')", '3m'],
    ["durationRound('1ms')", '0s'],
    ["durationRound(sprig.dateModify('-3h', sprig.now()))", '3h'],
  ])('sprig.%s', (call, expected) => {
    expect(value(`sprig.${call}`)).toEqual(expected);
  });

  it.each([
    "sprig.env('HOME')",
    "sprig.expandenv('$HOME')",
    "sprig.mustToDate('2006-01-02', '2017-13-31')",
    "sprig.mustToDate('2006-01-02', '2017-02-30')",
    "sprig.mustDateModify('soon', sprig.now())",
    'sprig.chunk(0, [1])',
  ])('%s is an error', (call) => {
    expect(() => value(call)).toThrow();
  });
});

import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import { Callable } from '../expr/value.js';
import type { ObjectValue } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';
import { dateFunctions } from './dates.js';
import { Random } from './random.js';
import { randomFunctions } from './random-functions.js';
import { versionFunctions } from './semantic-versions.js';
import { stringFunctions } from './strings.js';
import { mergeFunctions } from './merges.js';
import { reflectionFunctions } from './reflection.js';
import { wrapFunctions } from './wrapping.js';
import { hashFunctions, hostPathFunctions, moreTextFunctions, pathFunctions, patternFunctions } from './texts.js';
import { secretFunctions, secretSteps } from './secrets.js';
import { unsupportedFunctions } from './unsupported.js';
import { urlFunctions } from './urls.js';
import { defaultFunctions, dictFunctions, encodingFunctions, listFunctions, numberFunctions } from './values.js';

const OWN: ReadonlyMap<string, SprigFunction> = new Map(
  [
    stringFunctions,
    numberFunctions,
    listFunctions,
    dictFunctions,
    defaultFunctions,
    encodingFunctions,
    hashFunctions,
    patternFunctions,
    pathFunctions,
    moreTextFunctions,
    dateFunctions,
    versionFunctions,
    urlFunctions,
    randomFunctions,
    mergeFunctions,
    reflectionFunctions,
    wrapFunctions,
    hostPathFunctions,
    secretFunctions,
    unsupportedFunctions,
  ].flatMap((family) => Object.entries(family)),
);
const plainName = (name: string): string =>
  name.replace(/^must([A-Z])/, (_must, letter: string) => letter.toLowerCase());
const mustName = (name: string): string => `must${name.charAt(0).toUpperCase()}${name.slice(1)}`;
/** `mustX` is X with errors that are told; here all are, unless it is a function of its own. */
const FUNCTIONS: ReadonlyMap<string, SprigFunction> = new Map([
  ...[...OWN].map(([name, call]): [string, SprigFunction] => [mustName(name), call]),
  // After those made up, so that a function may have a stricter variant of its own.
  ...OWN,
]);

/** The functions of the sprig library that need nothing of the host: no environment, no network, no files. */
export function sprigFunctions(settings: EvaluationSettings): ObjectValue {
  const own = { ...settings, random: new Random(settings.seed) };
  return new Map(
    [...FUNCTIONS].map(([name, call]) => [
      name,
      new Callable(`sprig.${name}`, (args) => call(args, own), secretSteps[plainName(name)]),
    ]),
  );
}

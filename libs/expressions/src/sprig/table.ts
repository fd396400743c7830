import type { EvaluationSettings } from '../expr/evaluation-settings.js';
import { Callable } from '../expr/value.js';
import type { ObjectValue } from '../expr/value.js';
import type { SprigFunction } from './sprig-function.js';
import { dateFunctions } from './dates.js';
import { versionFunctions } from './semantic-versions.js';
import { stringFunctions } from './strings.js';
import { hashFunctions, moreTextFunctions, pathFunctions, patternFunctions } from './texts.js';
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
  ].flatMap((family) => Object.entries(family)),
);
/** `mustX` is X with errors that are told; here all are. */
const FUNCTIONS: ReadonlyMap<string, SprigFunction> = new Map(
  [...OWN].flatMap(([name, call]) => [
    [name, call],
    [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, call],
  ]),
);

/** The functions of the sprig library that need nothing of the host: no environment, no network, no files. */
export function sprigFunctions(settings: EvaluationSettings): ObjectValue {
  return new Map(
    [...FUNCTIONS].map(([name, call]) => [name, new Callable(`sprig.${name}`, (args) => call(args, settings))]),
  );
}

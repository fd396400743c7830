import { KubeError } from '../port/errors.js';
import type { ResourceType } from '../port/resource.js';

/** `workflows.argoproj.io`, or `pods` in the core group: how Kubernetes names a kind in messages. */
export const qualifiedPlural = (type: ResourceType): string =>
  type.group === '' ? type.plural : `${type.plural}.${type.group}`;
const qualifiedKind = (type: ResourceType): string => (type.group === '' ? type.kind : `${type.kind}.${type.group}`);

export const notFound = (type: ResourceType, name: string): KubeError =>
  new KubeError('NotFound', `${qualifiedPlural(type)} "${name}" not found`, 404);
export const alreadyExists = (type: ResourceType, name: string): KubeError =>
  new KubeError('AlreadyExists', `${qualifiedPlural(type)} "${name}" already exists`, 409);
export const invalid = (type: ResourceType, name: string, problem: string): KubeError =>
  new KubeError('Invalid', `${qualifiedKind(type)} "${name}" is invalid: ${problem}`, 422);
export const badRequest = (problem: string): KubeError => new KubeError('BadRequest', problem, 400);
const conflict = (type: ResourceType, name: string, reason: string): KubeError =>
  new KubeError('Conflict', `Operation cannot be fulfilled on ${qualifiedPlural(type)} "${name}": ${reason}`, 409);
export const staleVersion = (type: ResourceType, name: string): KubeError =>
  conflict(type, name, 'the object has been modified; please apply your changes to the latest version and try again');
export const failedPrecondition = (
  type: ResourceType,
  name: string,
  field: 'UID' | 'ResourceVersion',
  expected: string,
  actual: string,
): KubeError =>
  conflict(
    type,
    name,
    `Precondition failed: ${field} in precondition: ${expected}, ${field} in object meta: ${actual}`,
  );
export const tooLarge = (): KubeError => new KubeError('Invalid', 'etcdserver: request is too large', 413);
export const expiredVersion = (asked: number, oldest: number): KubeError =>
  new KubeError('Gone', `too old resource version: ${asked} (${oldest})`, 410);
export const expiredContinue = (): KubeError =>
  new KubeError(
    'Gone',
    'The provided continue parameter is too old to display a consistent list result. You must start a new list without the continue parameter.',
    410,
  );
export const noSuchResource = (): KubeError =>
  new KubeError('NotFound', 'the server could not find the requested resource', 404);

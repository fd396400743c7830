import type { ObjectShape, Shape } from '../schema/shape.js';

export function describeShape(shape: Shape): string {
  switch (shape.type) {
    case 'any':
      return 'a value';
    case 'string':
    case 'any-string':
      return 'a string';
    case 'integer':
      return 'a whole number';
    case 'number':
    case 'numeral':
      return 'a number';
    case 'int-or-string':
      return 'a whole number or a string';
    case 'quantity':
      return 'a quantity such as 500m or 100Mi';
    case 'boolean':
      return 'true or false';
    case 'list':
      return 'a list';
    case 'map':
    case 'object':
      return 'a map';
  }
}

/** Fields that Argo 4.0 has removed, and the field that tells the object they belonged to. */
const REMOVED: readonly { readonly name: string; readonly beside: string; readonly hint: string }[] = [
  { name: 'mutex', beside: 'mutexes', hint: 'removed in Argo 4.0: write mutexes, a list' },
  { name: 'semaphore', beside: 'semaphores', hint: 'removed in Argo 4.0: write semaphores, a list' },
  { name: 'schedule', beside: 'schedules', hint: 'removed in Argo 4.0: write schedules, a list' },
  { name: 'podPriority', beside: 'podPriorityClassName', hint: 'removed in Argo 4.0: use podPriorityClassName' },
];

export function removedField(name: string, shape: ObjectShape): string | undefined {
  return REMOVED.find((field) => field.name === name && shape.fields.has(field.beside))?.hint;
}

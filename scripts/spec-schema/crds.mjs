export function customResourceDefinitions() {
  return [];
}

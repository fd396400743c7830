import { request } from './api.js';

const TYPE = 'kind name ofType { kind name ofType { kind name ofType { kind name } } }';
const INTROSPECTION = `{ __schema {
  queryType { name } mutationType { name } subscriptionType { name }
  types { kind name description
    fields { name description args { name description defaultValue type { ${TYPE} } } type { ${TYPE} } }
    inputFields { name description defaultValue type { ${TYPE} } }
    enumValues { name description }
    possibleTypes { name } } } }`;

const element = (name, ...children) => {
  const made = document.createElement(name);
  made.append(...children);
  return made;
};

/** Shows the schema, type by type. */
export async function showDocs(docs, trail, search, token) {
  const { body } = await request({ query: INTROSPECTION }, token);
  if (!body.data) {
    docs.textContent = body.errors[0].message;
    return;
  }
  const { types, ...roots } = body.data.__schema;
  const known = new Map(types.filter(({ name }) => !name.startsWith('__')).map((type) => [type.name, type]));

  const link = (name) => {
    const button = element('button', name);
    button.type = 'button';
    button.addEventListener('click', () => open(name));
    return button;
  };
  const reference = ({ kind, name, ofType }) => {
    if (kind === 'NON_NULL') return element('span', reference(ofType), '!');
    if (kind === 'LIST') return element('span', '[', reference(ofType), ']');
    return known.has(name) ? link(name) : element('span', name);
  };
  const argument = ({ name, type, defaultValue }) =>
    element('span', `${name}: `, reference(type), defaultValue === null ? '' : ` = ${defaultValue}`);
  const field = ({ name, args = [], type, description }) => [
    element(
      'dt',
      name,
      ...(args.length ? ['(', ...args.flatMap((one, index) => [...(index ? [', '] : []), argument(one)]), ')'] : []),
      ...(type ? [': ', reference(type)] : []),
    ),
    element('dd', description ?? ''),
  ];
  const list = (entries) => element('dl', ...entries.flatMap(field));

  function open(name) {
    const type = known.get(name);
    if (!type) return;
    trail.replaceChildren(
      ...Object.values(roots).flatMap((root) => (root ? [link(root.name), ' · '] : [])),
      element('b', name),
    );
    docs.replaceChildren(
      element('h2', `${type.name} `, element('small', type.kind.toLowerCase().replace('_', ' '))),
      element('p', type.description ?? ''),
      list(type.fields ?? type.inputFields ?? type.enumValues ?? []),
      ...(type.possibleTypes ?? []).map(({ name: one }) => element('p', link(one))),
    );
  }
  function find(text) {
    const wanted = text.toLowerCase();
    const hits = [...known.values()].flatMap((type) => {
      const fields = [...(type.fields ?? []), ...(type.inputFields ?? [])].filter(({ name }) =>
        name.toLowerCase().includes(wanted),
      );
      return type.name.toLowerCase().includes(wanted) || fields.length ? [{ type, fields }] : [];
    });
    docs.replaceChildren(
      ...hits
        .slice(0, 50)
        .map(({ type, fields }) =>
          element('p', link(type.name), fields.length ? `: ${fields.map(({ name }) => name).join(', ')}` : ''),
        ),
    );
  }
  search.oninput = () => (search.value.trim() ? find(search.value.trim()) : open(roots.queryType.name));
  open(roots.queryType.name);
}

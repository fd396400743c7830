import { Select, Stack, TextInput } from '@mantine/core';
import type { ReactElement } from 'react';
import type { ManifestParameter } from './manifest.js';

/** One field for each argument that the workflow declares. An empty field leaves what the workflow says. */
export function ParameterFields({
  parameters,
  values,
  onChange,
}: {
  parameters: readonly ManifestParameter[];
  values: ReadonlyMap<string, string>;
  onChange: (name: string, value: string) => void;
}): ReactElement {
  return (
    <Stack gap="sm">
      {parameters.map(({ name, value, description, choices }) => {
        const shared = { label: name, description, size: 'sm', required: value === undefined } as const;
        const placeholder = value === '' ? '(empty)' : (value?.split('\n')[0] ?? '');
        return choices.length > 0 ? (
          <Select
            key={name}
            {...shared}
            clearable={value !== undefined}
            placeholder={placeholder}
            data={[...new Set(choices)]}
            value={values.get(name) ?? null}
            onChange={(chosen) => onChange(name, chosen ?? '')}
          />
        ) : (
          <TextInput
            key={name}
            {...shared}
            placeholder={placeholder}
            value={values.get(name) ?? ''}
            onChange={(event) => onChange(name, event.currentTarget.value)}
          />
        );
      })}
    </Stack>
  );
}

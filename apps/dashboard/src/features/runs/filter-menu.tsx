import { Button, Checkbox, Popover, Stack, Text, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import type { KeyboardEvent, ReactElement } from 'react';

/** A filter by names out of a list: closed, it says what is chosen. */
export function FilterMenu({
  label,
  known,
  chosen,
  onChange,
  open = false,
}: {
  label: string;
  known: readonly string[];
  chosen: readonly string[];
  onChange: (names: readonly string[]) => void;
  /** The list is not complete; other names can be written. */
  open?: boolean;
}): ReactElement {
  const [written, setWritten] = useState('');
  const names = [...new Set([...known, ...chosen])].sort();
  const add = (event: KeyboardEvent): void => {
    const name = written.trim();
    if (event.key !== 'Enter' || name === '') return;
    setWritten('');
    onChange([...new Set([...chosen, name])]);
  };
  const [first] = chosen;
  return (
    <Popover position="bottom-start" shadow="md" trapFocus withRoles>
      <Popover.Target>
        <Button
          variant="default"
          fw={chosen.length > 0 ? 600 : 400}
          rightSection={<IconChevronDown size={15} aria-hidden />}
          className="filter-button"
          data-set={chosen.length > 0 || undefined}
        >
          {chosen.length === 0 ? label : chosen.length === 1 ? `${label}: ${first}` : `${label}: ${chosen.length}`}
        </Button>
      </Popover.Target>
      <Popover.Dropdown miw={220} aria-label={label}>
        <Stack gap="xs">
          {open && (
            <TextInput
              size="xs"
              aria-label={`Other ${label.toLowerCase()}`}
              placeholder="Another name, then Enter"
              value={written}
              onChange={(event) => setWritten(event.currentTarget.value)}
              onKeyDown={add}
            />
          )}
          {names.length === 0 && !open && (
            <Text size="sm" c="dimmed">
              None yet
            </Text>
          )}
          <Checkbox.Group value={[...chosen]} onChange={onChange} aria-label={label}>
            <Stack gap={8} mah={280} style={{ overflow: 'auto' }} p={2}>
              {names.map((name) => (
                <Checkbox key={name} size="xs" value={name} label={name} />
              ))}
            </Stack>
          </Checkbox.Group>
          {chosen.length > 0 && (
            <Button size="compact-xs" variant="subtle" onClick={() => onChange([])}>
              Any
            </Button>
          )}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

import { Button, Popover, Stack, TextInput } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import type { ReactElement } from 'react';

const SPANS = [
  ['', 'Any time'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
  ['30d', 'Last 30 days'],
] as const;

export interface TimeRange {
  readonly since: string;
  readonly after: string;
  readonly before: string;
}

const wordOf = ({ since, after, before }: TimeRange): string =>
  SPANS.find(([span]) => span !== '' && span === since)?.[1] ??
  (since ? `Last ${since}` : after || before ? 'Between …' : 'Any time');

/** An instant as the browser's own field wants it: local time, to the minute. */
function fieldValue(instant: string): string {
  const time = Date.parse(instant);
  if (Number.isNaN(time)) return '';
  return new Date(time - new Date(time).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
const instantOf = (field: string): string => (field ? new Date(field).toISOString() : '');

/** When runs were created: the last hours or days, or between two instants. */
export function TimeMenu({
  range,
  onChange,
}: {
  range: TimeRange;
  onChange: (range: TimeRange) => void;
}): ReactElement {
  const isSet = Boolean(range.since || range.after || range.before);
  const bound = (name: 'after' | 'before', label: string): ReactElement => (
    <TextInput
      size="xs"
      type="datetime-local"
      label={label}
      value={fieldValue(range[name])}
      onChange={(event) => onChange({ ...range, since: '', [name]: instantOf(event.currentTarget.value) })}
    />
  );
  return (
    <Popover position="bottom-start" shadow="md" trapFocus withRoles>
      <Popover.Target>
        <Button
          variant="default"
          fw={isSet ? 600 : 400}
          rightSection={<IconChevronDown size={15} aria-hidden />}
          className="filter-button"
          data-set={isSet || undefined}
        >
          {isSet ? `Created: ${wordOf(range).toLowerCase()}` : 'Created'}
        </Button>
      </Popover.Target>
      <Popover.Dropdown miw={220} aria-label="Created">
        <Stack gap={4}>
          {SPANS.map(([since, word]) => (
            <Button
              key={since}
              size="compact-sm"
              justify="start"
              variant={range.since === since && (since !== '' || !isSet) ? 'light' : 'subtle'}
              aria-pressed={range.since === since && (since !== '' || !isSet)}
              onClick={() => onChange({ since, after: '', before: '' })}
            >
              {word}
            </Button>
          ))}
          {bound('after', 'From')}
          {bound('before', 'Until')}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

import { Button, Group, TextInput } from '@mantine/core';
import { IconFilter, IconSearch, IconX } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { useSearchParams } from 'react-router';
import { client } from '../../graphql/client.js';
import { ClusterNamesDocument } from '../../gql/operations.js';
import { PhaseIcon, phaseWord } from '../../shell/phase.js';
import type { Phase } from '../../shell/phase.js';
import { useShortcut } from '../../shell/use-shortcut.js';
import { FilterMenu } from './filter-menu.js';
import { filterCount, withoutFilter, withParameter } from './run-filter.js';
import { TimeMenu } from './time-menu.js';

const PHASES: readonly Phase[] = ['RUNNING', 'PENDING', 'SUCCEEDED', 'FAILED', 'ERROR'];

function useClusterNames(): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    void client
      .query(ClusterNamesDocument, {})
      .toPromise()
      .then(({ data }) => setNames(data?.clusters.nodes.map(({ name }) => name) ?? []));
  }, []);
  return names;
}

/** A text field that changes the address while one writes, and follows it when somebody else changes it. */
function TextFilter({
  name,
  label,
  placeholder,
  search,
}: Record<'name' | 'label' | 'placeholder', string> & { search?: boolean }): ReactElement {
  const [parameters, setParameters] = useSearchParams();
  const field = useRef<HTMLInputElement>(null);
  const value = parameters.get(name) ?? '';
  const [written, setWritten] = useState(value);
  useEffect(() => setWritten(value), [value]);
  useShortcut(search ? '/' : '', () => field.current?.focus());
  const set = (text: string): void => setParameters((now) => withParameter(now, name, [text]), { replace: true });
  return (
    <TextInput
      ref={field}
      aria-label={label}
      placeholder={placeholder}
      leftSection={search ? <IconSearch size={15} aria-hidden /> : undefined}
      value={written}
      onChange={(event) => {
        setWritten(event.currentTarget.value);
        if (search) set(event.currentTarget.value);
      }}
      onBlur={() => written !== value && set(written)}
      onKeyDown={(event) => event.key === 'Enter' && set(written)}
      className={search ? 'filter-search' : 'filter-text'}
    />
  );
}

function PhaseToggles({
  chosen,
  onChange,
}: {
  chosen: readonly string[];
  onChange: (phases: readonly string[]) => void;
}): ReactElement {
  return (
    <div className="toggles" role="group" aria-label="Status">
      {PHASES.map((phase) => {
        const value = phase.toLowerCase();
        const isOn = chosen.includes(value);
        return (
          <button
            key={phase}
            className="toggle"
            aria-pressed={isOn}
            onClick={() => onChange(isOn ? chosen.filter((one) => one !== value) : [...chosen, value])}
          >
            <span aria-hidden style={{ display: 'contents' }}>
              <PhaseIcon phase={phase} size={14} />
            </span>
            {phaseWord(phase)}
          </button>
        );
      })}
    </div>
  );
}

export function FilterBar({ namespaces }: { namespaces: readonly string[] }): ReactElement {
  const [parameters, setParameters] = useSearchParams();
  const [unfolded, setUnfolded] = useState(false);
  const clusters = useClusterNames();
  const set = (name: string, values: readonly string[]): void =>
    setParameters(withParameter(parameters, name, values), { replace: true });
  const count = filterCount(parameters);
  return (
    <div className="filter-bar">
      <Group gap="xs" wrap="nowrap">
        <TextFilter search name="name" label="Name contains" placeholder="Search by name" />
        <Button
          hiddenFrom="sm"
          variant="default"
          leftSection={<IconFilter size={15} aria-hidden />}
          aria-expanded={unfolded}
          onClick={() => setUnfolded(!unfolded)}
        >
          {count > 0 ? `Filters (${count})` : 'Filters'}
        </Button>
      </Group>
      <div className="filters" data-unfolded={unfolded || undefined}>
        <PhaseToggles chosen={parameters.getAll('phase')} onChange={(phases) => set('phase', phases)} />
        <FilterMenu
          label="Cluster"
          known={clusters}
          chosen={parameters.getAll('cluster')}
          onChange={(names) => set('cluster', names)}
        />
        <FilterMenu
          label="Namespace"
          open
          known={namespaces}
          chosen={parameters.getAll('namespace')}
          onChange={(names) => set('namespace', names)}
        />
        <TimeMenu
          range={{
            since: parameters.get('since') ?? '',
            after: parameters.get('after') ?? '',
            before: parameters.get('before') ?? '',
          }}
          onChange={({ since, after, before }) => {
            let next = withParameter(parameters, 'since', [since]);
            next = withParameter(next, 'after', [after]);
            setParameters(withParameter(next, 'before', [before]), { replace: true });
          }}
        />
        <TextFilter name="labels" label="Label selector" placeholder="Labels, such as app=web" />
        {count > 0 && (
          <Button
            variant="subtle"
            leftSection={<IconX size={15} aria-hidden />}
            onClick={() => setParameters(withoutFilter(parameters), { replace: true })}
          >
            Clear
          </Button>
        )}
      </div>
    </div>
  );
}

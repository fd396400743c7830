import { ActionIcon, TextInput, Tooltip } from '@mantine/core';
import {
  IconArrowBarToDown,
  IconChevronDown,
  IconChevronUp,
  IconClock,
  IconDownload,
  IconSearch,
  IconTextWrap,
} from '@tabler/icons-react';
import { useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useShortcut } from '../../../shell/use-shortcut.js';

interface Props {
  readonly search: string;
  readonly onSearch: (search: string) => void;
  readonly onGo: (step: 1 | -1) => void;
  readonly count: number;
  readonly at: number;
  readonly wrap: boolean;
  readonly onWrap: () => void;
  readonly times: boolean;
  readonly onTimes: () => void;
  readonly follows: boolean;
  readonly onFollow: () => void;
  /** Absent while the log is being read. */
  readonly onDownload: (() => void) | undefined;
}

function Tool({
  label,
  pressed,
  disabled = false,
  onClick,
  children,
}: {
  label: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
}): ReactElement {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={pressed ? 'light' : 'subtle'}
        color={pressed ? undefined : 'gray'}
        size={30}
        aria-label={label}
        aria-pressed={pressed}
        disabled={disabled}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

export function LogToolbar(props: Props): ReactElement {
  const { search, onSearch, onGo, count, at, wrap, onWrap, times, onTimes, follows, onFollow, onDownload } = props;
  const field = useRef<HTMLInputElement>(null);
  useShortcut('/', () => field.current?.focus());
  return (
    <div className="log-toolbar" role="toolbar" aria-label="Log">
      <TextInput
        ref={field}
        size="xs"
        aria-label="Search the log"
        placeholder="Search"
        leftSection={<IconSearch size={13} aria-hidden />}
        value={search}
        onChange={(event) => onSearch(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onGo(event.shiftKey ? -1 : 1);
          if (event.key === 'Escape') onSearch('');
        }}
        className="log-search"
      />
      {search && (
        <>
          <span className="log-count" role="status">
            {count === 0 ? 'none' : `${(at + 1).toLocaleString()} of ${count.toLocaleString()}`}
          </span>
          <Tool label="Previous match" disabled={count === 0} onClick={() => onGo(-1)}>
            <IconChevronUp size={16} />
          </Tool>
          <Tool label="Next match" disabled={count === 0} onClick={() => onGo(1)}>
            <IconChevronDown size={16} />
          </Tool>
        </>
      )}
      <span className="log-tools">
        <Tool label="Times" pressed={times} onClick={onTimes}>
          <IconClock size={16} />
        </Tool>
        <Tool label="Wrap long lines" pressed={wrap} onClick={onWrap}>
          <IconTextWrap size={16} />
        </Tool>
        <Tool label="Follow the end" pressed={follows} onClick={onFollow}>
          <IconArrowBarToDown size={16} />
        </Tool>
        <Tool label="Download" disabled={!onDownload} onClick={() => onDownload?.()}>
          <IconDownload size={16} />
        </Tool>
      </span>
    </div>
  );
}

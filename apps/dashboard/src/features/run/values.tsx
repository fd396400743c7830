import { Text } from '@mantine/core';
import type { ReactElement, ReactNode } from 'react';

/** Names and what they stand for. */
export function Values({
  title,
  rows,
}: {
  title?: string;
  rows: readonly (readonly [string, ReactNode])[];
}): ReactElement {
  return (
    <section className="values">
      {title && <h3>{title}</h3>}
      {rows.length === 0 ? (
        <Text size="sm" c="dimmed">
          None
        </Text>
      ) : (
        <dl>
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  );
}

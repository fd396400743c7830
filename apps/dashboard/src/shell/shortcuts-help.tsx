import { Kbd, Modal, Table } from '@mantine/core';
import type { ReactElement } from 'react';

const SHORTCUTS: readonly (readonly [readonly string[], string])[] = [
  [['?'], 'this help'],
  [['g'], 'all runs'],
  [['c'], 'clusters'],
  [['n'], 'submit a workflow'],
  [['/'], 'search: runs, or the log that is open'],
  [['j', 'k'], 'next and previous row'],
  [['Enter'], 'open the row'],
  [['x'], 'select the row'],
  [['Esc'], 'close what is open'],
];

export function ShortcutsHelp({ opened, onClose }: { opened: boolean; onClose: () => void }): ReactElement {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts">
      <Table verticalSpacing={7}>
        <Table.Tbody>
          {SHORTCUTS.map(([keys, what]) => (
            <Table.Tr key={what}>
              <Table.Td w={110}>
                {keys.map((key) => (
                  <Kbd key={key} mr={4}>
                    {key}
                  </Kbd>
                ))}
              </Table.Td>
              <Table.Td>{what}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Modal>
  );
}

import { Avatar, Menu, Text, UnstyledButton } from '@mantine/core';
import { IconLogout } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../graphql/client.js';
import { ViewerDocument } from '../gql/operations.js';
import type { ViewerQuery } from '../gql/operations.js';
import { logOut } from '../session/session.js';

export function AccountMenu(): ReactElement {
  const [viewer, setViewer] = useState<ViewerQuery['viewer']>();
  useEffect(() => {
    void client
      .query(ViewerDocument, {})
      .toPromise()
      .then(({ data }) => setViewer(data?.viewer));
  }, []);
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <UnstyledButton aria-label="Account" className="account">
          <Avatar size={28} radius="xl" color="sea" variant="filled" name={viewer?.name ?? ''} alt="" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {viewer && (
          <div className="account-facts">
            <Text size="sm" fw={600} truncate>
              {viewer.name}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {[viewer.email, viewer.tenant.name].filter(Boolean).join(' · ')}
            </Text>
          </div>
        )}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => void logOut()}>
          Log out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

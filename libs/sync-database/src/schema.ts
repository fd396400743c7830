import type pg from 'pg';

export const CHANNEL = 'argosy_sync';
/** Any number that nobody else of this database uses: whoever holds it changes the schema alone. */
const SCHEMA_LOCK = 4_017_720_019;

/**
 * The tables are Argo's, column by column, so that its database can be taken over and given back. Triggers tell of every
 * change, also of those that people make by hand.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS sync_limit (name varchar(256) NOT NULL, sizelimit int, PRIMARY KEY (name));
CREATE TABLE IF NOT EXISTS sync_controller (controller varchar(64) NOT NULL, time timestamp, PRIMARY KEY (controller));
CREATE TABLE IF NOT EXISTS sync_state (
  name varchar(256), workflowkey varchar(256), controller varchar(64) NOT NULL,
  held boolean, priority int, time timestamp, PRIMARY KEY (name, workflowkey, controller)
);
CREATE TABLE IF NOT EXISTS sync_lock (
  name varchar(256), controller varchar(64) NOT NULL, time timestamp, PRIMARY KEY (name)
);
CREATE INDEX IF NOT EXISTS argosy_sync_state_controller ON sync_state (controller);
CREATE OR REPLACE FUNCTION argosy_sync_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  prefix text := CASE TG_TABLE_NAME WHEN 'sync_limit' THEN 'sem/' ELSE '' END;
BEGIN
  IF TG_OP <> 'INSERT' THEN PERFORM pg_notify('${CHANNEL}', prefix || OLD.name); END IF;
  IF TG_OP <> 'DELETE' THEN PERFORM pg_notify('${CHANNEL}', prefix || NEW.name); END IF;
  RETURN NULL;
END $$;
DO $$
DECLARE
  watched text;
BEGIN
  FOREACH watched IN ARRAY ARRAY['sync_limit', 'sync_state'] LOOP
    IF NOT EXISTS (
      SELECT FROM pg_trigger WHERE tgname = 'argosy_sync_changed' AND tgrelid = watched::regclass
    ) THEN
      EXECUTE format(
        'CREATE TRIGGER argosy_sync_changed AFTER INSERT OR UPDATE OR DELETE ON %I '
        'FOR EACH ROW EXECUTE PROCEDURE argosy_sync_changed()', watched);
    END IF;
  END LOOP;
END $$;
`;

export async function prepareSchema(client: pg.ClientBase): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(${SCHEMA_LOCK})`);
  await client.query(SCHEMA);
}

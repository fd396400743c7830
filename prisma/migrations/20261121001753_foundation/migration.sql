-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- Part of every PostgreSQL; serves searching runs by a part of their name.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- CreateTable
CREATE TABLE "tenant" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "user_account" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "password_hash" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "user_account_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "team" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,

    CONSTRAINT "team_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "membership" (
    "tenant_id" UUID NOT NULL,
    "team_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,

    CONSTRAINT "membership_pkey" PRIMARY KEY ("team_id","user_id")
);

-- CreateTable
CREATE TABLE "role_binding" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "role" TEXT NOT NULL,
    "user_id" UUID,
    "team_id" UUID,
    "scope_type" TEXT NOT NULL,
    "scope_value" TEXT,

    CONSTRAINT "role_binding_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_token" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "permissions" TEXT[],
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3),
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_token_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "refresh_token" (
    "hash" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "family" UUID NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "cluster" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "local" BOOLEAN NOT NULL DEFAULT false,
    "epoch" INTEGER NOT NULL DEFAULT 0,
    "credential_hash" TEXT,
    "connected" BOOLEAN NOT NULL DEFAULT false,
    "agent_version" TEXT,
    "kubernetes_version" TEXT,
    "node_count" INTEGER,
    "connected_at" TIMESTAMPTZ(3),
    "last_seen_at" TIMESTAMPTZ(3),
    "lag_ms" INTEGER,
    "outbox_depth" INTEGER,
    "running_workflows" INTEGER NOT NULL DEFAULT 0,
    "running_pods" INTEGER NOT NULL DEFAULT 0,
    "pending_pods" INTEGER NOT NULL DEFAULT 0,
    "last_command_seq" BIGINT NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "cluster_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "join_token" (
    "hash" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "used_at" TIMESTAMPTZ(3),

    CONSTRAINT "join_token_pkey" PRIMARY KEY ("hash")
);

-- CreateTable
CREATE TABLE "agent_session" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "opened_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "agent_session_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_stream" (
    "cluster_id" UUID NOT NULL,
    "stream_id" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "acked_seq" BIGINT NOT NULL,

    CONSTRAINT "agent_stream_pkey" PRIMARY KEY ("cluster_id","stream_id")
);

-- CreateTable
CREATE TABLE "agent_command" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "epoch" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "message" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_command_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "run" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "uid" TEXT,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "message" TEXT NOT NULL DEFAULT '',
    "progress" TEXT NOT NULL DEFAULT '',
    "suspended" BOOLEAN NOT NULL DEFAULT false,
    "labels" JSONB NOT NULL DEFAULT '{}',
    "annotations" JSONB NOT NULL DEFAULT '{}',
    "parameters" JSONB NOT NULL DEFAULT '[]',
    "outputs" JSONB,
    "manifest" TEXT NOT NULL,
    "entrypoint" TEXT,
    "submitted_by" TEXT,
    "placement_reason" TEXT,
    "idempotency_key" TEXT,
    "node_count" INTEGER NOT NULL DEFAULT 0,
    "deleted_from_cluster" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "version" BIGINT NOT NULL DEFAULT 1,

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "purged_run" (
    "run_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "cluster_id" UUID NOT NULL,
    "uid" TEXT,
    "namespace" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "purged_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "purged_run_pkey" PRIMARY KEY ("run_id")
);

-- CreateTable
CREATE TABLE "run_node" (
    "run_id" UUID NOT NULL,
    "node_id" TEXT NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "phase" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "status" JSONB NOT NULL,

    CONSTRAINT "run_node_pkey" PRIMARY KEY ("run_id","node_id")
) PARTITION BY RANGE ("run_id");

-- CreateTable
CREATE TABLE "run_event" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "node_id" TEXT,
    "reason" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "run_event_pkey" PRIMARY KEY ("run_id","id")
) PARTITION BY RANGE ("run_id");

-- CreateTable
CREATE TABLE "log_chunk" (
    "id" BIGSERIAL NOT NULL,
    "run_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "node_id" TEXT NOT NULL,
    "container" TEXT NOT NULL,
    "first_line" INTEGER NOT NULL,
    "line_count" INTEGER NOT NULL,
    "missing_before" INTEGER NOT NULL DEFAULT 0,
    "final" BOOLEAN NOT NULL DEFAULT false,
    "times" TEXT[],
    "lines" TEXT[],

    CONSTRAINT "log_chunk_pkey" PRIMARY KEY ("run_id","id")
) PARTITION BY RANGE ("run_id");

-- CreateTable
CREATE TABLE "audit_event" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor_kind" TEXT NOT NULL,
    "actor_name" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "target_type" TEXT NOT NULL,
    "target_id" TEXT,
    "target_name" TEXT,
    "outcome" TEXT NOT NULL,
    "detail" JSONB,
    "correlation_id" TEXT NOT NULL,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "job" TEXT NOT NULL,
    "payload" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "tenant_name_key" ON "tenant"("name");

-- CreateIndex
CREATE UNIQUE INDEX "user_account_tenant_id_email_key" ON "user_account"("tenant_id", "email");

-- CreateIndex
CREATE UNIQUE INDEX "team_tenant_id_name_key" ON "team"("tenant_id", "name");

-- CreateIndex
CREATE INDEX "role_binding_tenant_id_user_id_idx" ON "role_binding"("tenant_id", "user_id");

-- CreateIndex
CREATE UNIQUE INDEX "api_token_hash_key" ON "api_token"("hash");

-- CreateIndex
CREATE INDEX "api_token_tenant_id_user_id_idx" ON "api_token"("tenant_id", "user_id");

-- CreateIndex
CREATE INDEX "refresh_token_family_idx" ON "refresh_token"("family");

-- CreateIndex
CREATE UNIQUE INDEX "cluster_credential_hash_key" ON "cluster"("credential_hash");

-- CreateIndex
CREATE UNIQUE INDEX "cluster_tenant_id_name_key" ON "cluster"("tenant_id", "name");

-- CreateIndex
CREATE INDEX "join_token_cluster_id_idx" ON "join_token"("cluster_id");

-- CreateIndex
CREATE INDEX "agent_session_cluster_id_idx" ON "agent_session"("cluster_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_command_cluster_id_seq_key" ON "agent_command"("cluster_id", "seq");

-- CreateIndex
CREATE INDEX "run_tenant_id_created_at_id_idx" ON "run"("tenant_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_tenant_id_phase_created_at_id_idx" ON "run"("tenant_id", "phase", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_tenant_id_cluster_id_created_at_id_idx" ON "run"("tenant_id", "cluster_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_tenant_id_namespace_created_at_id_idx" ON "run"("tenant_id", "namespace", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_tenant_id_started_at_id_idx" ON "run"("tenant_id", "started_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_tenant_id_finished_at_id_idx" ON "run"("tenant_id", "finished_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_tenant_id_name_id_idx" ON "run"("tenant_id", "name", "id");

-- CreateIndex
CREATE INDEX "run_labels_idx" ON "run" USING GIN ("labels" jsonb_path_ops);

-- CreateIndex
CREATE INDEX "run_name_idx" ON "run" USING GIN ("name" gin_trgm_ops);

-- CreateIndex
CREATE UNIQUE INDEX "run_cluster_id_uid_key" ON "run"("cluster_id", "uid");

-- CreateIndex
CREATE UNIQUE INDEX "run_tenant_id_idempotency_key_key" ON "run"("tenant_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "purged_run_cluster_id_uid_idx" ON "purged_run"("cluster_id", "uid");

-- CreateIndex
CREATE UNIQUE INDEX "log_chunk_run_id_node_id_container_first_line_key" ON "log_chunk"("run_id", "node_id", "container", "first_line");

-- CreateIndex
CREATE INDEX "audit_event_tenant_id_id_idx" ON "audit_event"("tenant_id", "id" DESC);

-- CreateIndex
CREATE INDEX "outbox_created_at_idx" ON "outbox"("created_at");

-- References. Nodes, events and logs have none: they are written by the thousand, and removed in batches after their run.
ALTER TABLE "user_account" ADD UNIQUE ("tenant_id", "id");
ALTER TABLE "team" ADD UNIQUE ("tenant_id", "id");
ALTER TABLE "cluster" ADD UNIQUE ("tenant_id", "id");
ALTER TABLE "user_account" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenant" ON DELETE CASCADE;
ALTER TABLE "team" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenant" ON DELETE CASCADE;
ALTER TABLE "cluster" ADD FOREIGN KEY ("tenant_id") REFERENCES "tenant" ON DELETE CASCADE;
-- With the tenant in the key, a row can only refer to rows of its own tenant.
ALTER TABLE "membership"
    ADD FOREIGN KEY ("tenant_id", "team_id") REFERENCES "team" ("tenant_id", "id") ON DELETE CASCADE,
    ADD FOREIGN KEY ("tenant_id", "user_id") REFERENCES "user_account" ("tenant_id", "id") ON DELETE CASCADE;
ALTER TABLE "role_binding"
    ADD FOREIGN KEY ("tenant_id", "team_id") REFERENCES "team" ("tenant_id", "id") ON DELETE CASCADE,
    ADD FOREIGN KEY ("tenant_id", "user_id") REFERENCES "user_account" ("tenant_id", "id") ON DELETE CASCADE,
    ADD CHECK (num_nonnulls("team_id", "user_id") = 1),
    ADD CHECK ("scope_type" IN ('tenant', 'namespace', 'cluster') AND ("scope_type" = 'tenant') = ("scope_value" IS NULL));
ALTER TABLE "api_token" ADD FOREIGN KEY ("tenant_id", "user_id") REFERENCES "user_account" ("tenant_id", "id") ON DELETE CASCADE;
ALTER TABLE "refresh_token" ADD FOREIGN KEY ("tenant_id", "user_id") REFERENCES "user_account" ("tenant_id", "id") ON DELETE CASCADE;
ALTER TABLE "join_token" ADD FOREIGN KEY ("tenant_id", "cluster_id") REFERENCES "cluster" ("tenant_id", "id") ON DELETE CASCADE;
ALTER TABLE "agent_session" ADD FOREIGN KEY ("tenant_id", "cluster_id") REFERENCES "cluster" ("tenant_id", "id") ON DELETE CASCADE;
ALTER TABLE "agent_stream" ADD FOREIGN KEY ("tenant_id", "cluster_id") REFERENCES "cluster" ("tenant_id", "id") ON DELETE CASCADE;
ALTER TABLE "agent_command" ADD FOREIGN KEY ("tenant_id", "cluster_id") REFERENCES "cluster" ("tenant_id", "id") ON DELETE CASCADE;
ALTER TABLE "run" ADD FOREIGN KEY ("tenant_id", "cluster_id") REFERENCES "cluster" ("tenant_id", "id");

-- What an agent still has to do is little, whatever the history of its commands.
CREATE INDEX "agent_command_open_idx" ON "agent_command" ("cluster_id", "seq") WHERE "state" IN ('pending', 'taken');
-- Placement and the lists of clusters count these.
CREATE INDEX "run_unfinished_idx" ON "run" ("cluster_id") WHERE "phase" IN ('SUBMITTED', 'PENDING', 'RUNNING');

CREATE FUNCTION "touch_run"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW."version" := OLD."version" + 1;
    RETURN NEW;
END $$;
CREATE TRIGGER "touch_run" BEFORE UPDATE ON "run" FOR EACH ROW EXECUTE FUNCTION "touch_run"();

-- The agent of a purged run may have facts of it on its way.
CREATE FUNCTION "refuse_purged_run"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM "purged_run" p WHERE p."cluster_id" = NEW."cluster_id" AND p."uid" = NEW."uid") THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER "refuse_purged_run" BEFORE INSERT ON "run" FOR EACH ROW EXECUTE FUNCTION "refuse_purged_run"();

-- Row-level security. The application connects as argosy_app, which owns nothing and may not bypass it; forced, so that even
-- the owner obeys. Without app.tenant_id a session sees and writes nothing.
CREATE FUNCTION "isolate_tenants"(target regclass) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
        'CREATE POLICY tenant_isolation ON %s '
        'USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid) '
        'WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', target);
END $$;
SELECT "isolate_tenants"(c.oid::regclass) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND a.attname = 'tenant_id';
ALTER TABLE "tenant" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "tenant" FORCE ROW LEVEL SECURITY;
CREATE POLICY "tenant_isolation" ON "tenant"
    USING ("id" = nullif(current_setting('app.tenant_id', true), '')::uuid)
    WITH CHECK ("id" = nullif(current_setting('app.tenant_id', true), '')::uuid);

-- Who somebody is has to be found before a tenant is known: whoever shows a secret may read the row it belongs to, and no other.
CREATE POLICY "by_secret" ON "api_token" FOR SELECT USING ("hash" = nullif(current_setting('app.secret_hash', true), ''));
CREATE POLICY "by_secret" ON "refresh_token" FOR SELECT USING ("hash" = nullif(current_setting('app.secret_hash', true), ''));
CREATE POLICY "by_secret" ON "join_token" FOR SELECT USING ("hash" = nullif(current_setting('app.secret_hash', true), ''));
CREATE POLICY "by_secret" ON "cluster" FOR SELECT USING ("credential_hash" = nullif(current_setting('app.secret_hash', true), ''));
CREATE POLICY "by_login" ON "user_account" FOR SELECT USING ("email" = nullif(current_setting('app.login_email', true), ''));
-- Maintenance goes from tenant to tenant, and the relay takes what any of them left.
CREATE POLICY "for_maintenance" ON "tenant" FOR SELECT USING (current_setting('app.maintenance', true) = 'on');
CREATE POLICY "for_maintenance" ON "outbox" USING (current_setting('app.maintenance', true) = 'on');

-- Under row-level security PostgreSQL uses an index only for conditions that cannot leak the rows they are asked about, and
-- does not count these two in, although neither tells anything of its left side. Only a superuser may say so; elsewhere,
-- searching by name or label reads more rows and finds the same.
DO $$
BEGIN
    ALTER FUNCTION pg_catalog.texticlike(text, text) LEAKPROOF;
    ALTER FUNCTION pg_catalog.jsonb_contains(jsonb, jsonb) LEAKPROOF;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE NOTICE 'Searching runs by name and label will not use an index: not a superuser';
END $$;

-- Partitions by month. A month's first millisecond as the smallest UUIDv7 of it:
CREATE FUNCTION "first_uuid_of"(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;

-- Makes the partitions of this month and of as many after it. Called at every start and daily; returns how many were made.
-- Rows of a month that nobody prepared go to the default partition, and stay there.
CREATE FUNCTION "prepare_partitions"(months_ahead int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    parent text;
    month timestamp;
    name text;
    made int := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(72707370);
    FOREACH parent IN ARRAY ARRAY['run_node', 'run_event', 'log_chunk'] LOOP
        FOR month IN SELECT generate_series(date_trunc('month', now() AT TIME ZONE 'UTC'),
                                            date_trunc('month', now() AT TIME ZONE 'UTC') + make_interval(months => months_ahead),
                                            '1 month') LOOP
            name := format('%s_%s', parent, to_char(month, 'YYYYMM'));
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            BEGIN
                EXECUTE format('CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, parent,
                               first_uuid_of(month AT TIME ZONE 'UTC'),
                               first_uuid_of((month + interval '1 month') AT TIME ZONE 'UTC'));
                PERFORM isolate_tenants(name::regclass);
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE NOTICE 'Rows of % are in the default partition of % already', month, parent;
            END;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
REVOKE EXECUTE ON FUNCTION "prepare_partitions"(int) FROM PUBLIC;
REVOKE EXECUTE ON FUNCTION "isolate_tenants"(regclass) FROM PUBLIC;
CREATE TABLE "run_node_default" PARTITION OF "run_node" DEFAULT;
CREATE TABLE "run_event_default" PARTITION OF "run_event" DEFAULT;
CREATE TABLE "log_chunk_default" PARTITION OF "log_chunk" DEFAULT;
SELECT "isolate_tenants"(name::regclass) FROM unnest(ARRAY['run_node_default', 'run_event_default', 'log_chunk_default']) AS name;
SELECT "prepare_partitions"(2);

-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

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
    "join_token_hash" TEXT,
    "join_token_expires" TIMESTAMPTZ(3),
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

    CONSTRAINT "run_pkey" PRIMARY KEY ("id")
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
);

-- CreateTable
CREATE TABLE "run_event" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "node_id" TEXT,
    "reason" TEXT NOT NULL,
    "message" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "run_event_pkey" PRIMARY KEY ("id")
);

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

    CONSTRAINT "log_chunk_pkey" PRIMARY KEY ("id")
);

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
CREATE UNIQUE INDEX "cluster_join_token_hash_key" ON "cluster"("join_token_hash");

-- CreateIndex
CREATE UNIQUE INDEX "cluster_tenant_id_name_key" ON "cluster"("tenant_id", "name");

-- CreateIndex
CREATE INDEX "agent_session_cluster_id_idx" ON "agent_session"("cluster_id");

-- CreateIndex
CREATE UNIQUE INDEX "agent_command_cluster_id_seq_key" ON "agent_command"("cluster_id", "seq");

-- CreateIndex
CREATE INDEX "run_tenant_id_created_at_id_idx" ON "run"("tenant_id", "created_at" DESC, "id" DESC);

-- CreateIndex
CREATE INDEX "run_tenant_id_phase_created_at_idx" ON "run"("tenant_id", "phase", "created_at" DESC);

-- CreateIndex
CREATE INDEX "run_labels_idx" ON "run" USING GIN ("labels");

-- CreateIndex
CREATE UNIQUE INDEX "run_cluster_id_uid_key" ON "run"("cluster_id", "uid");

-- CreateIndex
CREATE UNIQUE INDEX "run_tenant_id_idempotency_key_key" ON "run"("tenant_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "run_event_run_id_at_idx" ON "run_event"("run_id", "at");

-- CreateIndex
CREATE INDEX "log_chunk_run_id_id_idx" ON "log_chunk"("run_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "log_chunk_run_id_node_id_container_first_line_key" ON "log_chunk"("run_id", "node_id", "container", "first_line");

-- CreateIndex
CREATE INDEX "audit_event_tenant_id_at_idx" ON "audit_event"("tenant_id", "at" DESC);

-- Row-level security. The application connects as argosy_app, which owns nothing and may not bypass it; forced, so that even
-- the owner obeys. Without app.tenant_id a session sees and writes nothing.
DO $$
DECLARE
  target text;
BEGIN
  FOR target IN
    SELECT table_name FROM information_schema.columns
    WHERE table_schema = 'public' AND column_name = 'tenant_id'
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', target);
    EXECUTE format(
      'CREATE POLICY tenant_isolation ON %I USING (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid) '
      'WITH CHECK (tenant_id = nullif(current_setting(''app.tenant_id'', true), '''')::uuid)', target);
  END LOOP;
END $$;
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_isolation ON tenant USING (id = nullif(current_setting('app.tenant_id', true), '')::uuid);

-- Who somebody is has to be found before a tenant is known. These functions are the only way across tenants; each gives no more
-- than what is needed to check one secret.
CREATE FUNCTION find_login(wanted_email text)
RETURNS TABLE (user_id uuid, tenant_id uuid, name text, password_hash text)
LANGUAGE sql SECURITY DEFINER SET search_path = public STABLE AS
$$ SELECT id, tenant_id, name, password_hash FROM user_account WHERE email = lower(wanted_email) $$;

CREATE FUNCTION find_api_token(wanted_hash text)
RETURNS TABLE (token_id uuid, tenant_id uuid, user_id uuid, name text, permissions text[], expires_at timestamptz, revoked_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public STABLE AS
$$ SELECT id, tenant_id, user_id, name, permissions, expires_at, revoked_at FROM api_token WHERE hash = wanted_hash $$;

CREATE FUNCTION find_refresh_token(wanted_hash text)
RETURNS TABLE (tenant_id uuid, user_id uuid, family uuid, expires_at timestamptz, used_at timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public STABLE AS
$$ SELECT tenant_id, user_id, family, expires_at, used_at FROM refresh_token WHERE hash = wanted_hash $$;

CREATE FUNCTION find_cluster_by_secret(wanted_hash text)
RETURNS TABLE (cluster_id uuid, tenant_id uuid, name text, epoch int, by_join_token boolean, join_token_expires timestamptz)
LANGUAGE sql SECURITY DEFINER SET search_path = public STABLE AS
$$ SELECT id, tenant_id, name, epoch, join_token_hash = wanted_hash, join_token_expires FROM cluster
   WHERE credential_hash = wanted_hash OR join_token_hash = wanted_hash $$;

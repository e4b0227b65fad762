#!/bin/bash
# Run once by the postgres image, on an empty data folder. Temporal makes its two databases itself (schema.sh); ours is
# apart from them, with an owner of its own: what must outlive a workflow never depends on Temporal's storage.
set -euo pipefail

psql --username postgres --set ON_ERROR_STOP=1 \
  --set temporal="$TEMPORAL_DB_PASSWORD" --set reprieve="$REPRIEVE_DB_PASSWORD" <<'SQL'
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal';
CREATE ROLE reprieve LOGIN PASSWORD :'reprieve';
CREATE DATABASE reprieve OWNER reprieve;
REVOKE CONNECT ON DATABASE reprieve FROM PUBLIC;
SQL

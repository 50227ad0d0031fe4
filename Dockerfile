# ModelBox on a Postgres and a blob volume of your own. Build: docker build -t modelbox .
# The server runs from its sources; nothing is bundled, so a stack trace names the file you can read here.

FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app
RUN npm install --global pnpm@10.34.9

# Manifests only, so that a change to the code does not download packages again.
FROM base AS manifests
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY apps/server/package.json apps/server/
COPY packages/blobs/package.json packages/blobs/
COPY packages/client/package.json packages/client/
COPY packages/db/package.json packages/db/
COPY packages/domain/package.json packages/domain/
COPY packages/schema/package.json packages/schema/

# What the server needs at run time. The embedded Postgres is optional there, and left out here.
FROM manifests AS dependencies
RUN pnpm install --frozen-lockfile --prod --no-optional --filter "@modelbox/server..."

# The database client is generated, and only its generator needs development tools.
FROM manifests AS generated
RUN pnpm install --frozen-lockfile --no-optional --filter "@modelbox/db..."
COPY prisma prisma
COPY packages/db packages/db
RUN pnpm --filter @modelbox/db run generate

FROM node:24.21.0-bookworm-slim AS runtime
WORKDIR /app
COPY --from=dependencies /app ./
COPY prisma prisma
COPY packages packages
COPY apps/server apps/server
COPY --from=generated /app/packages/db/src/generated packages/db/src/generated
RUN install --directory --owner=node --group=node /var/lib/modelbox

# A container is reached from outside it or not at all: publish the port where you want it reached.
ENV NODE_ENV=production \
    MODELBOX_HOST=0.0.0.0 \
    MODELBOX_PORT=8085 \
    MODELBOX_ALLOW_REMOTE=true \
    MODELBOX_DATA_DIR=/var/lib/modelbox
USER node
VOLUME /var/lib/modelbox
EXPOSE 8085
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.MODELBOX_PORT}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

# DATABASE_URL must be set: without it the server looks for the embedded Postgres, and says that it is not here.
CMD ["node", "apps/server/src/bin/modelbox-server.ts"]

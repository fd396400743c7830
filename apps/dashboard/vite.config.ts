import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const controlPlane = process.env.ARGOSY_URL ?? 'http://127.0.0.1:7460';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  // The one part of the SDK that needs nothing of Node.
  resolve: { alias: { '@argosy/sdk/step-tree': resolve(import.meta.dirname, '../../libs/sdk/src/step-tree.ts') } },
  build: { outDir: '../../dist/apps/dashboard', emptyOutDir: true, chunkSizeWarningLimit: 2000 },
  server: { proxy: { '/graphql': { target: controlPlane, ws: true }, '/auth': controlPlane } },
});

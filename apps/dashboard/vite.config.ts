import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The parts of libraries that need nothing of Node and are small. */
const part = (path: string): string => resolve(import.meta.dirname, '../../libs', path);

const controlPlane = process.env.ARGOSY_URL ?? 'http://127.0.0.1:7460';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  resolve: {
    alias: {
      '@argosy/sdk/step-tree': part('sdk/src/step-tree.ts'),
      '@argosy/workflow-spec/lenient-lexer': part('workflow-spec/src/source/lenient-lexer.ts'),
    },
  },
  build: { outDir: '../../dist/apps/dashboard', emptyOutDir: true, chunkSizeWarningLimit: 2000 },
  server: { proxy: { '/graphql': { target: controlPlane, ws: true }, '/auth': controlPlane } },
});

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const controlPlane = process.env.ARGOSY_URL ?? 'http://127.0.0.1:7460';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: '../../dist/apps/dashboard', emptyOutDir: true, chunkSizeWarningLimit: 2000 },
  server: { proxy: { '/graphql': { target: controlPlane, ws: true }, '/auth': controlPlane } },
});

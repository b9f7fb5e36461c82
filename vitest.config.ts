import path from 'node:path'
import { defineConfig } from 'vitest/config'

const elsewhere = ['**/node_modules/**', '**/.next/**', '**/.data/**']

const withDatabase = {
  exclude: elsewhere,
  globalSetup: 'e2e/world/test-cluster.ts',
  setupFiles: ['e2e/world/test-database.ts'],
  maxWorkers: 2,
  env: {
    STRIPE_SECRET_KEY: 'sk_test_vitest',
    STRIPE_WEBHOOK_SECRET: 'whsec_vitest',
    STRIPE_API_BASE: 'http://127.0.0.1:9',
    SMTP_URL: 'smtp://127.0.0.1:9',
    APP_URL: 'http://localhost:3000',
    AUTH_SECRET: 'a secret of the tests, long enough to pass',
    LOG_LEVEL: 'fatal',
  },
}

export default defineConfig({
  resolve: { alias: { '@': path.resolve(import.meta.dirname) } },
  test: {
    watch: false,
    // Tests say what they need: nothing is shared through globals, and no mock outlives its test.
    globals: false,
    restoreMocks: true,
    unstubEnvs: true,
    setupFiles: ['e2e/property-seed.ts'],
    // A guarantee is no less kept on a machine that is busy: only what hangs is cut.
    testTimeout: 20_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 15_000, interval: 20 } },
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['**/*.test.{ts,tsx}'], exclude: [...elsewhere, '**/*.db.test.{ts,tsx}'] },
      },
      {
        extends: true,
        test: { ...withDatabase, name: 'db', sequence: { groupOrder: 1 }, include: ['**/*.db.test.{ts,tsx}'] },
      },
      // Processes that are killed, and whole installations: by `npm run test:crash` and `npm run test:faults`.
      {
        extends: true,
        test: { ...withDatabase, name: 'crash', sequence: { groupOrder: 2 }, include: ['e2e/crash/*.crash.ts'] },
      },
      {
        extends: true,
        test: { ...withDatabase, name: 'faults', sequence: { groupOrder: 3 }, include: ['e2e/faults/*.fault.ts'] },
      },
    ],
  },
})

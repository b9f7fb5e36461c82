import type { NextConfig } from 'next'
import { EVERYWHERE_HEADERS } from './lib/auth/security-headers'

const config: NextConfig = {
  poweredByHeader: false,
  // These open files or sockets of their own, load parts by name, or must exist once in a process.
  serverExternalPackages: [
    '@prisma/adapter-pg',
    '@prisma/client',
    '@react-pdf/renderer',
    'graphile-worker',
    'nodemailer',
    'pg',
    'pino',
  ],
  experimental: {
    // The proxy refuses what says that it is larger; this cuts what lies about it.
    proxyClientMaxBodySize: '1mb',
    serverActions: { bodySizeLimit: '1mb' },
  },
  headers: async () => [{ source: '/:path*', headers: [...EVERYWHERE_HEADERS] }],
}

export default config

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { ChildProcesses } from './child-processes'
import { projectRoot } from './migrated-database'

/** Everything that `next build` reads. */
const SOURCES = [
  'app',
  'components',
  'lib',
  'public',
  'prisma/schema.prisma',
  'instrumentation.ts',
  'next.config.ts',
  'package-lock.json',
  'postcss.config.mjs',
  'proxy.ts',
  'tsconfig.json',
]

const NEXT = 'node_modules/next/dist/bin/next'
const buildIdFile = path.join(projectRoot, '.next/BUILD_ID')
const stampFile = path.join(projectRoot, '.next/requite-build-stamp')

/** Whether the sources are those of the build that lies in `.next`. */
export function isBuilt(): boolean {
  return existsSync(stampFile) && existsSync(buildIdFile) && readFileSync(stampFile, 'utf8') === stamp(sourcesDigest())
}

/** Builds the app for production. */
export async function build(processes: ChildProcesses, env: NodeJS.ProcessEnv): Promise<void> {
  const digest = sourcesDigest()
  await processes.run({ name: 'Building the app', args: [NEXT, 'build'], env: { ...env, NODE_ENV: 'production' } })
  writeFileSync(stampFile, stamp(digest))
}

/** A build made by other hands, of older sources perhaps, has another id: then the stamp says nothing about it. */
function stamp(digest: string): string {
  return `${digest} ${readFileSync(buildIdFile, 'utf8')}`
}

function sourcesDigest(): string {
  const hash = createHash('sha256').update(process.version)
  for (const source of SOURCES) {
    const place = path.join(projectRoot, source)
    if (!existsSync(place)) continue
    const files = statSync(place).isDirectory() ? filesUnder(place) : [place]
    for (const file of files) hash.update(path.relative(projectRoot, file)).update('\0').update(readFileSync(file))
  }
  return hash.digest('hex')
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort()
}

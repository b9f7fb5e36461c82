#!/usr/bin/env node
// Prisma's schema engine without a download: the CLI starts this file in the native engine's place (prisma.config.ts) and
// talks to it in two ways. `schema-engine cli <command>` answers by exit code and one JSON log line on stderr; without `cli`
// it speaks JSON-RPC, one message a line, over stdin and stdout. The work is done by Prisma's own engine compiled to
// WebAssembly, on top of node-postgres.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import readline from 'node:readline'
import { parseArgs } from 'node:util'
import { PrismaPg } from '@prisma/adapter-pg'
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils'
import * as wasmBindings from '@prisma/schema-engine-wasm/schema_engine_bg'
import pg from 'pg'

const enginePackage = '@prisma/schema-engine-wasm'
const require = createRequire(import.meta.url)

const { values: options, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: {
    version: { type: 'boolean' },
    datasource: { type: 'string' },
    datamodels: { type: 'string', multiple: true },
  },
})
const databaseUrl = options.datasource === undefined ? undefined : JSON.parse(options.datasource).url

if (options.version) {
  console.log(`schema-engine-wasm ${require('@prisma/engines-version').enginesVersion}`)
} else if (positionals[0] === 'cli') {
  process.exitCode = await runCommand(positionals[1])
} else {
  serveJsonRpc()
}

// --- databases as a whole -----------------------------------------------------------------------------------------------

/** The URL of another database on the same server; `schema` and other Prisma parameters do not apply there. */
function urlOf(database) {
  const url = new URL(requiredUrl())
  url.pathname = `/${encodeURIComponent(database)}`
  url.searchParams.delete('schema')
  return url.href
}

function requiredUrl() {
  if (!databaseUrl) throw new Error('DATABASE_URL is not set')
  return databaseUrl
}

async function onServer(connectionString, run) {
  const client = new pg.Client({ connectionString })
  await client.connect()
  try {
    return await run(client)
  } finally {
    await client.end()
  }
}

async function createDatabase(name = decodeURIComponent(new URL(requiredUrl()).pathname.slice(1))) {
  await onServer(urlOf('postgres'), (client) => client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`))
  return { databaseName: name }
}

async function dropDatabase(name = decodeURIComponent(new URL(requiredUrl()).pathname.slice(1))) {
  await onServer(urlOf('postgres'), (client) =>
    client.query(`DROP DATABASE IF EXISTS ${pg.escapeIdentifier(name)} WITH (FORCE)`),
  )
}

// --- schema-engine cli <command> ------------------------------------------------------------------------------------------

async function runCommand(command) {
  const commands = {
    'can-connect-to-database': () => onServer(requiredUrl(), async () => {}),
    'create-database': () => createDatabase(),
    'drop-database': () => dropDatabase(),
  }
  logLine('INFO', { message: 'schema-engine-wasm' }) // the CLI takes the first line for a greeting and skips it
  try {
    if (!commands[command]) throw new Error(`unknown command ${command}`)
    await commands[command]()
    return 0
  } catch (error) {
    logLine('ERROR', { message: wordsOf(error), is_panic: false, error_code: prismaCode(error) })
    return 1
  }
}

function logLine(level, fields) {
  const timestamp = new Date().toISOString()
  console.error(JSON.stringify({ timestamp, level, target: 'schema_engine::logger', fields }))
}

/** A refused connection to several addresses arrives as an AggregateError without words of its own. */
function wordsOf(error) {
  return error.message || error.errors?.map((each) => each.message).join('; ') || String(error.code)
}

function prismaCode(error) {
  return { ECONNREFUSED: 'P1001', '28P01': 'P1000', '3D000': 'P1003' }[error.code]
}

// --- JSON-RPC ---------------------------------------------------------------------------------------------------------------

function serveJsonRpc() {
  let engine
  let unanswered = 0
  let inputEnded = false
  const leaveWhenDone = () => inputEnded && unanswered === 0 && process.exit(0)

  async function call(method, params) {
    if (method === 'createDatabase') return createDatabase()
    engine ??= startEngine()
    // This one method has another name in the WebAssembly build.
    return (await engine)[method === 'getDatabaseVersion' ? 'version' : method](params)
  }

  async function answer({ id, method, params }) {
    try {
      const result = await call(method, params)
      if (method === 'diff' && result.stdout != null) {
        // The native engine asks the CLI to print; an id far from the CLI's own keeps the two directions apart.
        send({ id: 1_000_000 + id, method: 'print', params: { content: result.stdout } })
        send({ id, result: { exitCode: result.exitCode } })
      } else {
        send({ id, result: result ?? {} })
      }
    } catch (error) {
      const message = wordsOf(error)
      const data = { is_panic: false, message, meta: null, error_code: error.code ?? undefined }
      send({ id, error: { code: 4466, message, data } })
    }
  }

  readline
    .createInterface({ input: process.stdin })
    .on('line', async (line) => {
      const message = JSON.parse(line)
      if (!message.method) return // the CLI's receipt for a `print`
      unanswered++
      await answer(message)
      unanswered--
      leaveWhenDone()
    })
    .on('close', () => {
      inputEnded = true
      leaveWhenDone()
    })
}

function send(message) {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
}

// --- the engine in WebAssembly -------------------------------------------------------------------------------------------------

function startEngine() {
  const file = require.resolve(enginePackage).replace(/schema_engine\.js$/, 'schema_engine_bg.wasm')
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), {
    './schema_engine_bg.js': wasmBindings,
  })
  wasmBindings.__wbg_set_wasm(exports)
  exports.__wbindgen_start()

  const datamodels = options.datamodels?.map((path) => [path, readFileSync(path, 'utf8')])
  const adapters = { provider: 'postgres', adapterName: '@prisma/adapter-pg', connect, connectToShadowDb }
  return wasmBindings.SchemaEngine.new({ datamodels }, () => {}, bindMigrationAwareSqlAdapterFactory(adapters))
}

function connect() {
  return adapterFor(requiredUrl())
}

/** An empty database beside the real one, on which `migrate dev` replays the history; gone with its connection. */
async function connectToShadowDb() {
  const { databaseName } = await createDatabase(`prisma_migrate_shadow_db_${crypto.randomUUID()}`)
  const adapter = await adapterFor(urlOf(databaseName))
  const disconnect = adapter.dispose.bind(adapter)
  adapter.dispose = async () => {
    await disconnect()
    await dropDatabase(databaseName)
  }
  return adapter
}

async function adapterFor(connectionString) {
  // One connection that is never given up: the engine's migration lock is an advisory lock of the session.
  const pool = new CatalogPool({ connectionString, max: 1, idleTimeoutMillis: 0 })
  const schema = new URL(requiredUrl()).searchParams.get('schema') ?? 'public'
  const adapter = await new PrismaPg(pool, { schema, disposeExternalPool: true }).connect()
  const queryRaw = adapter.queryRaw.bind(adapter)
  return Object.assign(adapter, {
    async queryRaw(query) {
      const result = await queryRaw(query)
      const columnTypes = result.columnTypes.map((type) =>
        type === ColumnTypeEnum.CharacterArray ? ColumnTypeEnum.Character : type,
      )
      return { ...result, columnTypes }
    },
    // The adapter's own splits at every semicolon, which tears apart trigger functions; PostgreSQL takes a script whole.
    async executeScript(script) {
      await pool.query(script).catch((error) => adapter.onError(error))
    },
  })
}

/**
 * PostgreSQL's catalog is full of columns of type "char", which the adapter refuses. They come in here under the name of
 * their array type, which it knows and the catalog queries never select, and leave `queryRaw` as what they are.
 */
class CatalogPool extends pg.Pool {
  async query(...query) {
    const result = await super.query(...query)
    for (const field of result.fields ?? []) {
      if (field.dataTypeID === pg.types.builtins.CHAR) field.dataTypeID = CHAR_ARRAY
    }
    return result
  }
}
const CHAR_ARRAY = 1002

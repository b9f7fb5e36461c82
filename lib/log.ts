import pino from 'pino'

/** Structured, UTC. Never given payloads, secrets, signatures, addresses or amounts of a named person: ids and codes only. */
export const log = pino({
  level: process.env.LOG_LEVEL ?? 'info',
  base: null,
  timestamp: pino.stdTimeFunctions.isoTime,
  redact: ['*.authorization', '*.cookie', '*.email', '*.payload'],
})

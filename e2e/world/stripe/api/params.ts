import qs from 'qs'
import { z } from 'zod'
import type { Body, Json } from '../json'
import { resolveNode, type SchemaNode } from '../schema/stripe-api'
import { Refusal, refusals } from './refusals'

/** A form as qs leaves it: strings, nested. */
type Raw = string | Raw[] | { [name: string]: Raw }

const rawSchema: z.ZodType<Raw> = z.lazy(() =>
  z.union([z.string(), z.array(rawSchema), z.record(z.string(), rawSchema)]),
)
const formSchema = z.record(z.string(), rawSchema)

/** A form-encoded body or query string, nested brackets resolved, every value still a string. */
export function parseForm(text: string): { [name: string]: Raw } {
  return formSchema.parse(qs.parse(text, { depth: 12, parameterLimit: 5000, arrayLimit: 1000, plainObjects: true }))
}

/** How strictly to read: `enumsLater` names parameters whose values the call itself judges, in its own order. */
export type Reading = { enumsLater: readonly string[]; alsoAllowed: readonly string[] }

/**
 * The parameters of a call in their types, or Stripe's refusal: unknown names first, then missing ones, then values of the
 * wrong type.
 */
export function readParams(schema: SchemaNode, raw: { [name: string]: Raw }, reading: Reading): Body | Refusal {
  const known = resolveNode(schema).properties ?? {}
  const unknown = Object.keys(raw).filter((name) => !(name in known) && !reading.alsoAllowed.includes(name))
  if (unknown.length > 0) return refusals.unknownParameter(unknown)
  const missing = (schema.required ?? []).find((name) => raw[name] === undefined || raw[name] === '')
  if (missing) return refusals.missingParameter(missing)
  const params: { [name: string]: Json } = {}
  for (const [name, value] of Object.entries(raw)) {
    const node = known[name]
    const read = node ? readValue(node, value, name, reading) : value
    if (read instanceof Refusal) return read
    params[name] = read
  }
  return params
}

function readValue(declared: SchemaNode, raw: Raw, param: string, reading: Reading): Json | Refusal {
  const node = resolveNode(declared)
  if (node.anyOf) return readValue(fittingOption(node.anyOf, raw), raw, param, reading)
  switch (node.type) {
    case 'integer':
      if (typeof raw !== 'string' || !/^-?\d{1,15}$/.test(raw)) return refusals.invalidInteger(param, shown(raw))
      return Number(raw)
    case 'number':
      if (typeof raw !== 'string' || raw.trim() === '' || Number.isNaN(Number(raw)))
        return refusals.invalidValue('decimal', param, shown(raw))
      return Number(raw)
    case 'boolean':
      if (raw !== 'true' && raw !== 'false') return refusals.invalidValue('boolean', param, shown(raw))
      return raw === 'true'
    case 'array':
      return readArray(node, raw, param, reading)
    case 'object':
      return readObject(node, raw, param, reading)
    case 'string':
    case undefined:
      return readString(node, raw, param, reading)
  }
}

function readString(node: SchemaNode, raw: Raw, param: string, reading: Reading): Json | Refusal {
  if (typeof raw !== 'string') return refusals.invalidValue('string', param, shown(raw))
  const allowed = node.enum?.filter((value) => typeof value === 'string')
  if (!allowed || allowed.includes(raw) || raw === '' || reading.enumsLater.includes(param)) return raw
  return refusals.notOneOf(param, allowed)
}

function readArray(node: SchemaNode, raw: Raw, param: string, reading: Reading): Json | Refusal {
  if (raw === '') return []
  const items = Array.isArray(raw) ? raw : typeof raw === 'object' && isNumbered(raw) ? Object.values(raw) : undefined
  if (!items) return refusals.invalidValue('array', param, shown(raw))
  const read: Json[] = []
  for (const [i, item] of items.entries()) {
    const value = readValue(node.items ?? {}, item, `${param}[${i}]`, reading)
    if (value instanceof Refusal) return value
    read.push(value)
  }
  return read
}

function readObject(node: SchemaNode, raw: Raw, param: string, reading: Reading): Json | Refusal {
  if (typeof raw === 'string' || Array.isArray(raw)) return refusals.invalidValue('object', param, shown(raw))
  const read: { [name: string]: Json } = {}
  for (const [name, value] of Object.entries(raw)) {
    const inner =
      node.properties?.[name] ?? (typeof node.additionalProperties === 'object' ? node.additionalProperties : undefined)
    const path = `${param}[${name}]`
    if (!inner) return refusals.unknownParameter([path])
    const result = readValue(inner, value, path, reading)
    if (result instanceof Refusal) return result
    read[name] = result
  }
  const missing = (node.required ?? []).find((name) => read[name] === undefined)
  return missing ? refusals.missingParameter(`${param}[${missing}]`) : read
}

/** Of several shapes the one that this value can have; the first when none fits, so that its complaint is heard. */
function fittingOption(options: SchemaNode[], raw: Raw): SchemaNode {
  const fits = (option: SchemaNode) => {
    const node = resolveNode(option)
    if (typeof raw !== 'string')
      return Array.isArray(raw) ? node.type === 'array' : node.type === 'object' || node.type === 'array'
    if (node.type === 'object' || node.type === 'array') return false
    if (node.enum) return node.enum.includes(raw)
    if (node.type === 'integer') return /^-?\d+$/.test(raw)
    if (node.type === 'boolean') return raw === 'true' || raw === 'false'
    return true
  }
  const scalarsLast = options.findLast((option) => !['object', 'array'].includes(resolveNode(option).type ?? ''))
  const [first] = options
  const chosen = options.find(fits) ?? (typeof raw === 'string' ? scalarsLast : undefined) ?? first
  if (!chosen) throw new Error('A parameter of stripe-api.json has no shape at all')
  return chosen
}

function isNumbered(raw: { [name: string]: Raw }): boolean {
  return Object.keys(raw).every((name) => /^\d+$/.test(name))
}

function shown(raw: Raw): string {
  return typeof raw === 'string' ? raw : JSON.stringify(raw)
}

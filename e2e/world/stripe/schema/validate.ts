import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { findOperation, type SchemaNode, stripeApi } from './stripe-api'

export type SchemaVerdict = { ok: true } | { ok: false; problems: string[] }

type JsonSchema = { [keyword: string]: unknown }

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, inlineRefs: false })
let schemasLoaded = false

/**
 * Does this body look like what Stripe sends? `schemaName` is a resource ("refund"), an event ("event.refund.failed"),
 * or "error". Fields the description does not name are a problem too: the simulator must not invent any.
 * Source: stripe-api.json, API 2026-10-28.endive.
 */
export function validateStripeBody(schemaName: string, body: unknown): SchemaVerdict {
  if (!stripeApi.schemas[schemaName]) throw new Error(`stripe-api.json holds no schema named ${schemaName}`)
  return judge(validatorFor(`body ${schemaName}`, { $ref: `stripe#/schemas/${schemaName}` }), body)
}

/** Does this answer look like Stripe's answer to that call (lists included)? */
export function validateStripeAnswer(method: string, path: string, body: unknown): SchemaVerdict {
  const operation = findOperation(method, path)
  if (!operation) return { ok: false, problems: [`Stripe has no ${method} ${path}`] }
  return judge(validatorFor(`answer ${method} ${operation.path}`, toJsonSchema(operation.answer, false)), body)
}

/**
 * Would Stripe take these parameters? They are the decoded ones (integers and booleans, not form strings), as
 * `GET /sim/requests` records them. Unknown parameters are a problem.
 */
export function validateStripeRequest(method: string, path: string, params: unknown): SchemaVerdict {
  const operation = findOperation(method, path)
  if (!operation) return { ok: false, problems: [`Stripe has no ${method} ${path}`] }
  return judge(validatorFor(`request ${method} ${operation.path}`, toJsonSchema(operation.params, false)), params)
}

const compiled = new Map<string, ValidateFunction>()

function validatorFor(key: string, schema: JsonSchema): ValidateFunction {
  loadSchemas()
  const known = compiled.get(key)
  if (known) return known
  const validator = ajv.compile(schema)
  compiled.set(key, validator)
  return validator
}

function loadSchemas(): void {
  if (schemasLoaded) return
  const schemas = Object.fromEntries(
    Object.entries(stripeApi.schemas).map(([name, node]) => [name, toJsonSchema(node, true)]),
  )
  ajv.addSchema({ $id: 'stripe', schemas })
  schemasLoaded = true
}

/** OpenAPI 3.0 to JSON Schema 2020-12: `nullable` becomes a type. `closed` also refuses properties that a named object does not list. */
function toJsonSchema(node: SchemaNode, closed: boolean): JsonSchema {
  const { $ref, nullable, properties, additionalProperties, items, anyOf, allOf, ...plain } = node
  const schema: JsonSchema = { ...plain }
  if ($ref) schema.$ref = `stripe${$ref}`
  if (properties) {
    schema.properties = Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, toJsonSchema(property, false)]),
    )
  }
  if (typeof additionalProperties === 'object') schema.additionalProperties = toJsonSchema(additionalProperties, false)
  else if (additionalProperties !== undefined) schema.additionalProperties = additionalProperties
  else if (closed && properties) schema.additionalProperties = false
  if (items) schema.items = toJsonSchema(items, false)
  if (anyOf) schema.anyOf = anyOf.map((option) => toJsonSchema(option, false))
  if (allOf) schema.allOf = allOf.map((part) => toJsonSchema(part, false))
  return nullable ? { anyOf: [schema, { type: 'null' }] } : schema
}

function judge(validator: ValidateFunction, value: unknown): SchemaVerdict {
  if (validator(value)) return { ok: true }
  const problems = (validator.errors ?? []).map((error) => {
    const detail = error.keyword === 'additionalProperties' ? `: ${error.params.additionalProperty}` : ''
    return `${error.instancePath || '/'} ${error.message ?? error.keyword}${detail}`
  })
  return { ok: false, problems }
}

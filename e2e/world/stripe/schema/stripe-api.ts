import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** One node of Stripe's published API description, in OpenAPI 3.0's dialect (only `nullable` differs from JSON Schema). */
export type SchemaNode = {
  $ref?: string | undefined
  type?: 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object' | undefined
  nullable?: boolean | undefined
  enum?: (string | boolean | null)[] | undefined
  maxLength?: number | undefined
  properties?: Record<string, SchemaNode> | undefined
  required?: string[] | undefined
  additionalProperties?: boolean | SchemaNode | undefined
  items?: SchemaNode | undefined
  anyOf?: SchemaNode[] | undefined
  allOf?: SchemaNode[] | undefined
}

const schemaNode: z.ZodType<SchemaNode> = z.lazy(() =>
  z.strictObject({
    $ref: z.string().optional(),
    type: z.enum(['string', 'integer', 'number', 'boolean', 'array', 'object']).optional(),
    nullable: z.boolean().optional(),
    enum: z.array(z.union([z.string(), z.boolean(), z.null()])).optional(),
    maxLength: z.number().optional(),
    properties: z.record(z.string(), schemaNode).optional(),
    required: z.array(z.string()).optional(),
    additionalProperties: z.union([z.boolean(), schemaNode]).optional(),
    items: schemaNode.optional(),
    anyOf: z.array(schemaNode).optional(),
    allOf: z.array(schemaNode).optional(),
  }),
)

const stripeApiFile = z.object({
  version: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.object({ params: schemaNode, answer: schemaNode }))),
  schemas: z.record(z.string(), schemaNode),
})

/** The part of Stripe's API that Requite touches: parameters and answers per path, schemas by name. */
export const stripeApi = stripeApiFile.parse(
  JSON.parse(readFileSync(new URL('./stripe-api.json', import.meta.url), 'utf8')),
)

/** The node a `$ref` points to, or the node itself. */
export function resolveNode(node: SchemaNode): SchemaNode {
  if (!node.$ref) return node
  const name = node.$ref.slice('#/schemas/'.length)
  const target = stripeApi.schemas[name]
  if (!target) throw new Error(`stripe-api.json refers to a schema it does not hold: ${name}`)
  return resolveNode(target)
}

export type Operation = { path: string; params: SchemaNode; answer: SchemaNode }

const operations = Object.entries(stripeApi.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method: method.toUpperCase(),
    segments: path.split('/'),
    ...operation,
  })),
)

/** The operation a request asks for; undefined where the description has none. Fixed segments win over `{placeholders}`. */
export function findOperation(method: string, path: string): Operation | undefined {
  const asked = path.split('/')
  return operations
    .filter((operation) => operation.method === method.toUpperCase() && operation.segments.length === asked.length)
    .filter((operation) => operation.segments.every((segment, i) => segment.startsWith('{') || segment === asked[i]))
    .sort((a, b) => placeholders(a.path) - placeholders(b.path))[0]
}

function placeholders(path: string): number {
  return path.split('{').length - 1
}

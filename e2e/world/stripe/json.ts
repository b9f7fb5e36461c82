/** What Stripe's HTTP carries. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | Body
export type Body = { readonly [field: string]: Json }

/** Is this JSON value an object (not null, not a list)? */
export function isBody(value: Json): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

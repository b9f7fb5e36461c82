// Module hooks, run beside the process (see die-here.mjs): one function of one module is wrapped. A function declaration is a
// binding that its own module may assign to, so that callers inside and outside the module see the wrapped one.
let point

export function initialize(data) {
  point = data
}

export async function load(url, context, nextLoad) {
  const loaded = await nextLoad(url, context)
  if (!new URL(url).pathname.endsWith(`/${point.module}.ts`)) return loaded
  return { ...loaded, source: `${loaded.source}\n${point.call} = globalThis.dieAround(${point.call})\n` }
}

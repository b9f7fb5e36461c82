/** Of one caller fewer than of all, so that nobody takes every place alone. */
const PLACES = 16
const PLACES_OF_ONE_CALLER = 4

const inside: string[] = []
let last: Promise<unknown> = Promise.resolve()

/**
 * Does the work once all that came before is done. Holds few callers, for each waits with what it brought; whoever finds no
 * place has to come again.
 */
export async function oneAtATime<Done>(
  caller: string,
  work: () => Promise<Done>,
): Promise<{ ok: true; done: Done } | { ok: false }> {
  const own = inside.filter((one) => one === caller).length
  if (inside.length >= PLACES || own >= PLACES_OF_ONE_CALLER) return { ok: false }
  inside.push(caller)
  const turn = last.then(work)
  last = turn.catch(() => undefined)
  try {
    return { ok: true, done: await turn }
  } finally {
    inside.splice(inside.indexOf(caller), 1)
  }
}

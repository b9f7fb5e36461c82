// Preloaded with `node --import` into a process that is to die at one point of its story (CRASH_AT). The product itself knows
// nothing of it: its modules are changed on their way in.
import { register } from 'node:module'

const { when, call, module, nth = 1 } = JSON.parse(process.env.CRASH_AT)

let hits = 0

/** Dies as after a power cut: nothing is flushed, nobody is told. */
async function perhapsDie(moment) {
  if (moment !== when || ++hits < nth) return
  process.kill(process.pid, 'SIGKILL')
  await new Promise(() => {})
}

globalThis.dieAround = (act) =>
  async function (...args) {
    await perhapsDie('before')
    const result = await act.apply(this, args)
    await perhapsDie('after')
    return result
  }

register('./wrap-call.mjs', { parentURL: import.meta.url, data: { call, module } })

import { afterAll, beforeAll, expect, test } from 'vitest'
import { runSchedule } from './run-schedule'
import { scheduleOf } from './schedule'
import { type SimulatedWorld, startSimulatedWorld } from './simulated-world'

let world: SimulatedWorld

beforeAll(async () => {
  world = await startSimulatedWorld()
})
afterAll(() => world.close())

/** A few schedules on every run; `npm run simulate` plays as many as one has time for. */
const SEEDS = Number(process.env.SIMULATED_SEEDS ?? 40)

test(`nothing lost, nothing paid twice: ${SEEDS} schedules of clicks, news, faults and deaths keep every promise`, async () => {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const run = await runSchedule(world, scheduleOf(seed), seed % 4 === 0)
    expect(run.violations, `seed ${seed} (npm run simulate -- --seed ${seed})\n${run.story.join('\n')}`).toEqual([])
  }
}, 300_000)

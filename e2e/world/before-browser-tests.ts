import { startThrowawayWorld } from './throwaway-world'
import { publishWorld } from './world-of-this-run'

/** Playwright's globalSetup: one world for all specs of a run. */
export default async function bringUpWorld() {
  console.log('Bringing up a world for the browser tests …')
  const world = await startThrowawayWorld()
  publishWorld(world)
  return world.stop
}

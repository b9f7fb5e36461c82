import fc from 'fast-check'
import { z } from 'zod'

// Vitest's setupFiles of every project: a property meets the same cases in each run, so that a run goes red by what was
// changed. PROPERTY_SEED draws others, or those of a run that failed (fast-check names its seed).
fc.configureGlobal({
  seed: z.coerce
    .number()
    .int()
    .parse(process.env.PROPERTY_SEED ?? 20_261_123),
})

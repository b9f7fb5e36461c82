// Preloaded with `node --import`: this process believes that it is CLOCK_OFF_BY milliseconds later than it is.
const offBy = Number(process.env.CLOCK_OFF_BY)
const TrueDate = Date

globalThis.Date = class extends TrueDate {
  constructor(...args) {
    super(...(args.length === 0 ? [TrueDate.now() + offBy] : args))
  }

  static now() {
    return TrueDate.now() + offBy
  }
}

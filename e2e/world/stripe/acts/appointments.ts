import { randomLetters } from '../ids'
import type { Ledger } from '../ledger/ledger'
import type { AppointmentRecord } from '../ledger/records'

type Act = AppointmentRecord['act']

/** What the outside world will do by itself later. Kept in the ledger, so a restart keeps its word. */
export class Appointments {
  private readonly timers = new Map<string, NodeJS.Timeout>()

  constructor(
    private readonly ledger: Ledger,
    private readonly perform: (act: Act) => void,
  ) {}

  /** Arms what an earlier run left behind; what fell due meanwhile happens at once. */
  resume(): void {
    for (const appointment of this.ledger.appointments.all()) this.arm(appointment)
  }

  make(at: number, act: Act): void {
    this.arm(this.ledger.appointments.put({ id: `appointment_${randomLetters(12)}`, at, act }))
  }

  /** Takes back everything planned for a refund, once a person decided otherwise. */
  dropFor(refund: string): void {
    for (const appointment of this.ledger.appointments.all()) {
      if (appointment.act.refund === refund) this.drop(appointment.id)
    }
  }

  /** Forgets every timer; the appointments stay in the ledger. */
  close(): void {
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
  }

  private arm(appointment: AppointmentRecord): void {
    const timer = setTimeout(
      () => {
        this.drop(appointment.id)
        this.perform(appointment.act)
      },
      Math.max(0, appointment.at - Date.now()),
    )
    this.timers.set(appointment.id, timer)
  }

  private drop(id: string): void {
    clearTimeout(this.timers.get(id))
    this.timers.delete(id)
    this.ledger.appointments.remove(id)
  }
}

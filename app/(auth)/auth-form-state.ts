/** What a sign-in or sign-up form came back with: what is wrong beside what was typed, never the password. */
export type AuthFormState<Field extends string> = {
  typed: { email?: string; businessName?: string }
  errors: Partial<Record<Field, string>>
  /** What is wrong with no single field. */
  problem: string | null
}

/** "in 3 minutes", for a person told to wait. */
export function waitInWords(seconds: number): string {
  const minutes = Math.ceil(seconds / 60)
  return minutes <= 1 ? 'in a minute' : `in ${minutes} minutes`
}

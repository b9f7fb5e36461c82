/** What a sign-in or sign-up form came back with: what is wrong beside what was typed, never the password. */
export type AuthFormState<Field extends string> = {
  typed: { email?: string; businessName?: string }
  errors: Partial<Record<Field, string>>
  /** What is wrong with no single field. */
  problem: string | null
}

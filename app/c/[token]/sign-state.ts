/** What signing came back with: what is wrong by field beside what was typed, or with the whole. */
export type SignState = {
  typed: { signedBy?: string; agreed?: string }
  errors: { signedBy?: string; agreed?: string }
  problem: string | null
}

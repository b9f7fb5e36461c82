/** Shorter ones are guessed too soon, even against a slow hash (OWASP ASVS 5.0, 6.2.1). */
export const PASSWORD_MIN_LENGTH = 10
/** Longer ones cost hashing time and win nothing. */
export const PASSWORD_MAX_LENGTH = 128

/**
 * Says why a password is too easy to guess, or null when it will do. Length counts, and not repeating what everybody can
 * know of the account; there are no rules on kinds of characters (OWASP ASVS 5.0, 6.2.5).
 */
export function passwordWeakness(
  password: string,
  known: { businessName: string; email: string },
): 'too_short' | 'too_long' | 'too_plain' | null {
  if (password.length < PASSWORD_MIN_LENGTH) return 'too_short'
  if (password.length > PASSWORD_MAX_LENGTH) return 'too_long'
  const plain = password.toLowerCase()
  if (new Set(plain).size < 5) return 'too_plain'
  if (isRun(plain)) return 'too_plain'
  const [mailbox = ''] = known.email.toLowerCase().split('@')
  const guesses = [
    known.businessName.toLowerCase(),
    known.email.toLowerCase(),
    mailbox,
    'password',
    'passwort',
    'requite',
  ]
  return guesses.some((guess) => guess.length > 0 && leftOver(plain, guess) < 4) ? 'too_plain' : null
}

/** Letters or digits one after another, forwards or backwards, or along the top row of the keyboard. */
function isRun(password: string): boolean {
  const runs = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiopasdfghjklzxcvbnm', 'qwertzuiopasdfghjklyxcvbnm']
  const backwards = runs.map((run) => [...run].reverse().join(''))
  const doubled = [...runs, ...backwards].map((run) => run + run)
  return doubled.some((run) => run.includes(password))
}

/** How many characters of the password remain once the guess is taken out of it. */
function leftOver(password: string, guess: string): number {
  return password.replaceAll(guess, '').length
}

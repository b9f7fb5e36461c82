import { z } from 'zod'

/** An address as it is stored and compared: trimmed, lower case. */
export const emailField = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'This email address is too long.')
  .pipe(z.email('Enter an email address like name@example.com.'))

/** What the sign-in form sends. The password is taken as it is: no trimming, and no rule that only sign-up knows. */
export const signInSchema = z.object({
  email: emailField,
  password: z.string().min(1, 'Enter your password.').max(128, 'Passwords have at most 128 characters.'),
})

export type SignInForm = z.infer<typeof signInSchema>

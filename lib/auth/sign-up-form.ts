import { z } from 'zod'
import { PASSWORD_MAX_LENGTH, PASSWORD_MIN_LENGTH } from './password-rules'
import { emailField } from './sign-in-form'

/** What the sign-up form sends. */
export const signUpSchema = z.object({
  businessName: z
    .string()
    .trim()
    .min(1, 'Enter the name your clients know you by.')
    .max(120, 'This name is too long: at most 120 characters.'),
  email: emailField,
  password: z
    .string()
    .min(PASSWORD_MIN_LENGTH, `Choose a password of at least ${PASSWORD_MIN_LENGTH} characters.`)
    .max(PASSWORD_MAX_LENGTH, `Passwords have at most ${PASSWORD_MAX_LENGTH} characters.`),
})

export type SignUpForm = z.infer<typeof signUpSchema>

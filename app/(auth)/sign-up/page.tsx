import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { PASSWORD_MIN_LENGTH } from '@/lib/auth/password-rules'
import { currentFreelancer } from '@/lib/auth/session'
import { SignUpForm } from './sign-up-form'

export const metadata: Metadata = { title: 'Open a desk' }

export default async function SignUpPage() {
  if (await currentFreelancer()) redirect('/')
  return (
    <>
      <h1 className="text-2xl leading-8 font-semibold tracking-tight">Open your refund desk</h1>
      <p className="mt-1.5 text-pretty text-muted">
        Your client gets their money back exactly once, and both of you always know where it is.
      </p>
      <SignUpForm passwordMinLength={PASSWORD_MIN_LENGTH} />
      <p className="mt-6 text-muted">
        Already have one?{' '}
        <a href="/sign-in" className="text-link">
          Sign in
        </a>
      </p>
    </>
  )
}

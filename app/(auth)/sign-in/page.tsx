import type { Metadata } from 'next'
import { redirect } from 'next/navigation'
import { z } from 'zod'
import { nextPath } from '@/lib/auth/next-path'
import { currentFreelancer } from '@/lib/auth/session'
import { SignInForm } from './sign-in-form'

export const metadata: Metadata = { title: 'Sign in' }

const asked = z.object({ next: z.string().max(2000).optional().catch(undefined) })

export default async function SignInPage({ searchParams }: PageProps<'/sign-in'>) {
  const { next } = asked.parse(await searchParams)
  if (await currentFreelancer()) redirect(nextPath(next))
  return (
    <>
      <h1 className="text-2xl leading-8 font-semibold tracking-tight">Sign in to your desk</h1>
      <SignInForm next={next} />
      <p className="mt-6 text-muted">
        No desk yet?{' '}
        <a href="/sign-up" className="text-link">
          Open one
        </a>
      </p>
    </>
  )
}

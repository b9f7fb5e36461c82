import { expect, test } from 'vitest'
import { createFreelancer } from '@/lib/freelancers/freelancer-store'
import { auth } from './better-auth'
import { createSignIn } from './create-sign-in'
import { sessionOfRequest } from './session'

process.env.APP_URL = 'https://desk.example.com'

test('on https the cookie is bound to this host and never travels in plain', async () => {
  const person = { email: 'person@example.com', password: 'correct horse battery' }
  const userId = await createSignIn({ ...person, name: 'Person' })
  await createFreelancer({ userId, businessName: 'Person', email: person.email })
  const { headers } = await auth().api.signInEmail({ body: person, returnHeaders: true })
  const [cookie] = headers.getSetCookie()
  expect(cookie).toMatch(/^__Host-requite_session=/)
  expect(cookie).toMatch(/; Secure/)
  expect(cookie).toMatch(/; HttpOnly/)
  expect(cookie).toMatch(/; SameSite=lax/i)
  expect(cookie).toMatch(/; Path=\/(;|$)/)
  expect(cookie).not.toMatch(/; Domain/)
  expect(await sessionOfRequest(new Headers({ cookie: cookie?.split(';')[0] ?? '' }))).not.toBeNull()
})

import { openDesk } from './fixtures/desk'
import { expect, signIn, test } from './fixtures/test'

test('whoever is not signed in is led to sign in, and from there back to where they were going', async ({ page }) => {
  const desk = await openDesk()
  await page.goto('/credit-notes?status=failed')
  await expect(page).toHaveURL(/\/sign-in\?next=/)
  await signIn(page, desk, '/credit-notes?status=failed')
  await expect(page.getByRole('heading', { name: 'Credit notes' })).toBeVisible()
})

test('a wrong password is refused without saying which of the two is wrong, and keeps the email', async ({ page }) => {
  const desk = await openDesk()
  await page.goto('/sign-in')
  for (const email of [desk.email, 'nobody@desk.example']) {
    await page.getByLabel('Email').fill(email)
    await page.getByLabel('Password').fill('not the password')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByText('Email and password do not belong together.')).toBeVisible()
    await expect(page.getByLabel('Email')).toHaveValue(email)
    await expect(page.getByLabel('Password')).toHaveValue('')
  }
})

test('signing out ends the session: going back shows no desk', async ({ page, desk }) => {
  // The page listens for changes before the session ends: a refused line is an error on the console.
  const listening = page.waitForResponse(/\/api\/changes$/)
  await page.goto('/credit-notes')
  await listening
  await page.getByRole('button', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/sign-in/)
  await page.goto('/credit-notes')
  await expect(page).toHaveURL(/\/sign-in/)
  await expect(page.getByText(desk.businessName)).toHaveCount(0)
})

test('a newcomer opens a desk and is led through it while it is empty', async ({ page }) => {
  await page.goto('/sign-up')
  await page.getByLabel('Business name').fill('Atelier Noor')
  await page.getByLabel('Email').fill(`noor.${crypto.randomUUID()}@desk.example`)
  await page.getByLabel('Password').fill('four quiet green lamps')
  await page.getByRole('button', { name: 'Open your desk' }).click()
  await expect(page).toHaveURL('/')
  await expect(page.getByText('No refunds yet')).toBeVisible()
  await page.getByRole('navigation', { name: 'Desk' }).getByRole('link', { name: 'Credit notes' }).click()
  await expect(page.getByText('No credit notes yet')).toBeVisible()
})

import { expect, test } from '@playwright/test'

test('a freelancer signs in and finds their credit notes; nobody else does', async ({ page }) => {
  await page.goto('/credit-notes')
  await page.getByLabel('Email').fill('freelancer@example.com')
  await page.getByLabel('Password').fill('requite-demo')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page).toHaveURL(/\/credit-notes/)
  await expect(page.getByRole('heading', { name: 'Credit notes' })).toBeVisible()
  await expect(page.getByRole('link', { name: /CRN-\d{4}-\d{4}/ }).first()).toBeVisible()
})

import { expect, test } from 'vitest'
import { passwordWeakness } from './password-rules'

const known = { businessName: 'Studio Nord', email: 'ada@studio-nord.example' }

test.each([
  ['short', 'k7#qLm2!x', 'too_short'],
  ['endless', 'k7#qLm2!x'.repeat(20), 'too_long'],
  ['one letter over and over', 'aaaaaaaaaaaa', 'too_plain'],
  ['two letters in turn', 'abababababab', 'too_plain'],
  ['a run of digits', '1234567890', 'too_plain'],
  ['a row of keys', 'qwertyuiop', 'too_plain'],
  ['a row of keys backwards', 'poiuytrewq', 'too_plain'],
  ['the business itself', 'studio nord 1', 'too_plain'],
  ['the email address', 'ada@studio-nord.example', 'too_plain'],
  ['the word itself', 'Password123', 'too_plain'],
])('a password that is %s is too weak', (_what, password, weakness) => {
  expect(passwordWeakness(password, known)).toBe(weakness)
})

test.each(['requite-demo', 'correct horse battery', 'пароль который знаю я', 'xK9$mQ2!vT'])(
  '%s will do',
  (password) => {
    expect(passwordWeakness(password, known)).toBeNull()
  },
)

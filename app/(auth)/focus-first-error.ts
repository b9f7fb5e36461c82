import { type RefObject, useEffect } from 'react'

/** After an answer with errors, puts the cursor where the first of them is. */
export function useFocusOnFirstError(form: RefObject<HTMLFormElement | null>, state: object): void {
  // `state` is a new object with every answer, also when the same field is wrong again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the answer is what triggers it, not what it reads
  useEffect(() => {
    form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [form, state])
}

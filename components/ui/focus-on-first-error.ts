import { type RefObject, useEffect } from 'react'

/** After an answer with errors, a new object each time, puts the cursor where the first of them is. */
export function useFocusOnFirstError(form: RefObject<HTMLFormElement | null>, errors: object): void {
  useEffect(() => {
    if (Object.keys(errors).length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus()
  }, [form, errors])
}

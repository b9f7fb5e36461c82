/** Writes a credit note's number: CRN-2026-0001. Past 9999 it simply grows a digit. */
export function creditNoteNumber(year: number, sequence: number): string {
  return `CRN-${year}-${String(sequence).padStart(4, '0')}`
}

import { formatMoney } from '@/lib/money'

/** Money as the reader's locale writes it, in figures of equal width, never broken over two lines. */
export function Amount({
  amount,
  currency,
  locale,
  className = '',
}: {
  amount: number
  currency: string
  locale: string
  className?: string
}) {
  return <span className={`nums whitespace-nowrap ${className}`}>{formatMoney({ amount, currency }, locale)}</span>
}

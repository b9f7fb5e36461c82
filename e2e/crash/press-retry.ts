import { retryRefund } from '@/lib/refunds/retry-refund'

// A process that serves one press of Retry: press-retry.ts <freelancer id> <credit note id>
const [freelancerId = '', creditNoteId = ''] = process.argv.slice(2)
console.log(JSON.stringify(await retryRefund({ freelancerId, creditNoteId, actor: 'freelancer' })))
process.exit(0)

import { storeEvent, verifyWebhook } from '@/lib/stripe/event-inbox'

// A process that takes one webhook, as the door does: take-delivery.ts <body> <signature>
const [rawBody = '', signature = ''] = process.argv.slice(2)
const verified = verifyWebhook(rawBody, signature, new Date())
if (!verified.ok) throw new Error(`the door refused it: ${verified.reason}`)
console.log(await storeEvent(verified.event))
process.exit(0)

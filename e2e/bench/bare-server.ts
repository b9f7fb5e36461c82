import { createServer } from 'node:http'

// Answers whatever comes with nothing: what callers cost the machine by themselves.

const server = createServer((request, response) => {
  request.resume().once('end', () => response.end('{}'))
})
server.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'))
process.once('SIGTERM', () => process.exit(0))

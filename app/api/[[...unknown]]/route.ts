import { refuse } from '../answers'

const unknown = () => refuse('not_found', 'There is no such address in this API.')

export { unknown as GET, unknown as POST, unknown as PUT, unknown as PATCH, unknown as DELETE }

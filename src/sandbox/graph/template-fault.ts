import { GraphError } from './graph-error.ts'

const subcodes = {
  name: 2388023,
  language: 2388012,
  category: 2388052,
  parameter_format: 2388043,
  components: 2388043,
  example: 2388043,
  duplicate: 2388024,
  too_many: 2388019,
  too_long: 2388040,
  ratio: 2388293,
  edge: 2388299,
} as const

/** A refusal of the template endpoints: always code 100, told apart by its subcode (template-management, support/error-codes). */
export function templateFault(fault: keyof typeof subcodes, message: string): GraphError {
  return new GraphError(100, undefined, {
    title: 'Invalid parameter',
    more: {
      error_subcode: subcodes[fault],
      is_transient: false,
      error_user_title: 'The template cannot be made',
      error_user_msg: message,
    },
  })
}

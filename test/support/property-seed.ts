import fc from 'fast-check'

// What a gate checks is the same each time it runs; PROPERTY_SEED=random looks for what nobody thought of, and a failure prints its seed.
const { PROPERTY_SEED: wanted = '20261121' } = process.env
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) })

// Invented people by country: how they are called, how their numbers are made, where they live.

export interface SeedCountry {
  country: string
  language: string
  count: number
  city: string
  postcode: string
  first: readonly string[]
  last: readonly string[]
  /** E.164; # is any digit, n one from 2 to 8. Each makes valid mobile numbers of its country. */
  phone: string
  /** WhatsApp's spelling where it differs from the digits, for every other person. */
  respell?: readonly [from: RegExp, to: string]
}

export const countries: readonly SeedCountry[] = [
  {
    country: 'PT', language: 'pt_PT', count: 62, city: 'Lisboa', postcode: '1100-085', phone: '+35191n######',
    first: ['Inês', 'Beatriz', 'Leonor', 'Matilde', 'Carolina', 'João', 'Tiago', 'Afonso', 'Duarte', 'Rui'],
    last: ['Silva', 'Ferreira', 'Carvalho', 'Nogueira', 'Teixeira', 'Antunes', 'Figueiredo'],
  },
  {
    country: 'ES', language: 'es', count: 30, city: 'Sevilla', postcode: '41004', phone: '+3461n######',
    first: ['Lucía', 'Carmen', 'Nuria', 'Álvaro', 'Iñigo', 'Pablo'], last: ['García', 'Ibáñez', 'Molina', 'Ortega', 'Peña'],
  },
  {
    country: 'BR', language: 'pt_BR', count: 32, city: 'São Paulo', postcode: '01310-100', phone: '+551198n######',
    first: ['Ana', 'Júlia', 'Rafaela', 'Thiago', 'Caio', 'Otávio'], last: ['Souza', 'Oliveira', 'Barbosa', 'Araújo', 'Conceição'],
    respell: [/^5511(9)(\d{8})$/, '5511$2'],
  },
  {
    country: 'DE', language: 'de', count: 20, city: 'Köln', postcode: '50667', phone: '+49151n#######',
    first: ['Jana', 'Annika', 'Jürgen', 'Matthias', 'Sören'], last: ['Müller', 'Schröder', 'Weiß', 'Kühn'],
  },
  {
    country: 'FR', language: 'fr', count: 16, city: 'Lyon', postcode: '69002', phone: '+3361n######',
    first: ['Zoé', 'Élodie', 'Hugo', 'François'], last: ['Lefèvre', 'Moreau', 'Bénard', 'Garnier'],
  },
  {
    country: 'GB', language: 'en', count: 14, city: 'Leeds', postcode: 'LS1 4DY', phone: '+447400n#####',
    first: ['Imogen', 'Harriet', 'Callum', 'Owen'], last: ['Whitaker', 'Barnes', 'Doyle', 'Sutcliffe'],
  },
  {
    country: 'IN', language: 'en', count: 9, city: 'Bengaluru', postcode: '560001', phone: '+9198n#######',
    first: ['Aarav', 'Diya', 'Kavya'], last: ['Iyer', 'Menon', 'Kulkarni'],
  },
  {
    country: 'MX', language: 'es_MX', count: 8, city: 'Ciudad de México', postcode: '06000', phone: '+5255n#######',
    first: ['Ximena', 'Emiliano', 'Renata'], last: ['Hernández', 'Ríos', 'Zúñiga'],
    respell: [/^52(\d{10})$/, '521$1'],
  },
  {
    country: 'ID', language: 'id', count: 5, city: 'Bandung', postcode: '40111', phone: '+62812n#######',
    first: ['Putri', 'Bagas'], last: ['Wijaya', 'Lestari', 'Santoso'],
  },
  {
    country: 'US', language: 'en', count: 4, city: 'Portland', postcode: '97205', phone: '+1503n######',
    first: ['Maya', 'Ethan'], last: ['Larsen', 'Okafor'],
  },
] // prettier-ignore

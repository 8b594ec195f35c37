import { createHash } from 'node:crypto'
import { crc32, deflateSync } from 'node:zlib'

const side = 480

/** A square PNG, two tones and a disc, always the same for the same name: WhatsApp takes no SVG. */
export function drawPicture(name: string): Buffer {
  const [first = 0, second = 0, third = 0] = createHash('sha256').update(name).digest()
  const colours = [
    tone(first, second, third, 0.35),
    tone(second, third, first, 0.75),
    tone(third, first, second, 0.55),
  ]
  const rows = Array.from({ length: side }, (_, y) => drawRow(y))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header()),
    chunk('PLTE', Buffer.from(colours.flat())),
    chunk('IDAT', deflateSync(Buffer.concat(rows))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function tone(red: number, green: number, blue: number, lightness: number): number[] {
  return [red, green, blue].map((part) => Math.round(255 * lightness * 0.7 + part * 0.3))
}

/** A filter byte, then one palette index per pixel. */
function drawRow(y: number): Buffer {
  const row = Buffer.alloc(side + 1)
  for (let x = 0; x < side; x++) {
    const isInDisc = (x - side / 2) ** 2 + (y - side * 0.45) ** 2 < (side * 0.27) ** 2
    row[x + 1] = isInDisc ? 1 : y > side * 0.7 ? 2 : 0
  }
  return row
}

function header(): Buffer {
  const bytes = Buffer.alloc(13)
  bytes.writeUInt32BE(side, 0)
  bytes.writeUInt32BE(side, 4)
  bytes.set([8, 3, 0, 0, 0], 8)
  return bytes
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32BE(data.length, 0)
  bytes.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([bytes.subarray(0, 4), named, bytes.subarray(4)])
}

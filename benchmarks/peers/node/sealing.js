// A conversation's key, as chatserver/keys/sealing.py: `number (2 bytes) · nonce (12) · AES-256-GCM of the text, tag (16)`.
import { createCipheriv, createDecipheriv, createSecretKey, hash, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE = 12;
const NONCES = 256; // fetched at once, as the product does
const TAG = 16;
const DIGEST = 8;
const NUMBER = Buffer.from([0, 1]);
const HEAD = NUMBER.length + NONCE;

let nonces = Buffer.alloc(0);

function nextNonce() {
  if (nonces.length === 0) nonces = randomBytes(NONCE * NONCES);
  const nonce = nonces.subarray(0, NONCE);
  nonces = nonces.subarray(NONCE);
  return nonce;
}

export class Key {
  constructor(conversation, secret) {
    this.about = Buffer.from(conversation);
    this.secret = createSecretKey(secret);
    this.digestSecret = hash("sha256", Buffer.concat([secret, Buffer.from("message digest")]), "buffer");
  }

  // `entry` is what stands before the sealed text.
  seal(entry, text) {
    const nonce = nextNonce();
    const cipher = createCipheriv(CIPHER, this.secret, nonce);
    cipher.setAAD(this.about);
    const sealed = cipher.update(text);
    cipher.final();
    return Buffer.concat([entry, NUMBER, nonce, sealed, cipher.getAuthTag()]);
  }

  // The text that is sealed from `begin` to the end. Throws where it does not open.
  open(bytes, begin) {
    const decipher = createDecipheriv(CIPHER, this.secret, bytes.subarray(begin + NUMBER.length, begin + HEAD));
    decipher.setAAD(this.about);
    decipher.setAuthTag(bytes.subarray(-TAG));
    const text = decipher.update(bytes.subarray(begin + HEAD, -TAG));
    decipher.final();
    return text.toString();
  }

  // Of an eighth of the hash, so that nobody can go on from it; half the price of an HMAC, which Node makes in three calls.
  digest(text) {
    return hash("sha256", Buffer.concat([this.digestSecret, text]), "buffer").subarray(0, DIGEST);
  }
}

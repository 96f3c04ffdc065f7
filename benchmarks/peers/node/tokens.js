// HS256 tokens, checked as the product checks them: signature, algorithm, audience, expiry.
import { createHmac, timingSafeEqual } from "node:crypto";

export function claimsOf(token, secret) {
  const [head, body, signature] = token.split(".");
  const expected = createHmac("sha256", secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature ?? "", "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new Error("bad token");
  const { alg } = JSON.parse(Buffer.from(head, "base64url").toString());
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  if (alg !== "HS256" || claims.aud !== "chatserver" || claims.exp * 1000 < Date.now()) throw new Error("bad token");
  return claims;
}

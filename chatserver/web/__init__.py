"""The browser apps: built from TypeScript by Deno, served from memory."""

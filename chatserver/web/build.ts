// Builds the apps into built/: hashed scripts and styles, each beside its gzip, and manifest.json, which says what each
// page loads. Run by `deno task build`; `make web` and the wheel's build hook do so.

import { build, type BuildOptions, type Metafile, stop } from "esbuild";

const PAGES = ["member", "mentor", "support", "sign_in", "settings"];
const LANGUAGES = ["nb", "da", "en"];
const OUT = new URL("./built/", import.meta.url);

interface Page {
  script: string;
  style: string;
  preload: string[];
}

async function main(): Promise<void> {
  await Deno.remove(OUT, { recursive: true }).catch(() => {});
  const shared = {
    absWorkingDir: new URL(".", import.meta.url).pathname,
    bundle: true,
    minify: true,
    metafile: true as const,
    target: ["es2022", "chrome123", "firefox120", "safari17.5"],
    legalComments: "none" as const,
    logLevel: "warning" as const,
  } satisfies BuildOptions;
  const apps = await build({
    ...shared,
    entryPoints: Object.fromEntries(PAGES.map((page) => [page, `src/${page}/main.ts`])),
    format: "esm",
    splitting: true,
    outdir: "built",
    entryNames: "[name]-[hash]",
    chunkNames: "shared-[hash]",
  });
  const styles = await build({
    ...shared,
    entryPoints: Object.fromEntries(PAGES.map((page) => [page, `src/${page}/style.css`])),
    outdir: "built",
    entryNames: "[name]-[hash]",
  });
  const pages: Record<string, Page> = {};
  for (const page of PAGES) {
    const script = outputOf(apps.metafile, `src/${page}/main.ts`);
    pages[page] = {
      script: named(script),
      style: named(outputOf(styles.metafile, `src/${page}/style.css`)),
      preload: staticImports(apps.metafile, script).map(named),
    };
  }
  const words = Object.fromEntries(
    LANGUAGES.map((each) => [each, named(outputOf(apps.metafile, `src/words/${each}.ts`))]),
  );
  const manifest = { pages, words };
  await zip();
  await Deno.writeTextFile(new URL("manifest.json", OUT), JSON.stringify(manifest, null, 2) + "\n");
  await stop();
}

function outputOf(metafile: Metafile, entry: string): string {
  const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry);
  if (!found) throw new Error(`nothing was built from ${entry}`);
  return found[0];
}

/** All that a script imports at once, so that the page can ask for it at once. */
function staticImports(metafile: Metafile, script: string): string[] {
  const seen = new Set<string>();
  const next = [script];
  for (let each = next.pop(); each; each = next.pop()) {
    for (const imported of metafile.outputs[each]?.imports ?? []) {
      if (imported.kind === "import-statement" && !imported.external && !seen.has(imported.path)) {
        seen.add(imported.path);
        next.push(imported.path);
      }
    }
  }
  return [...seen];
}

function named(output: string): string {
  return output.slice(output.lastIndexOf("/") + 1);
}

async function zip(): Promise<void> {
  for await (const entry of Deno.readDir(OUT)) {
    const file = new URL(entry.name, OUT);
    const bytes = await Deno.readFile(file);
    const zipped = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
    await Deno.writeFile(new URL(`${entry.name}.gz`, OUT), zipped);
  }
}

await main();

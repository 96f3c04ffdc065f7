// Builds the apps into built/: hashed scripts and styles, each beside its gzip, and manifest.json, which says what each
// page loads. Run by `deno task build`; `make web` and the wheel's build hook do so.

import { build, type BuildOptions, type Metafile, stop } from "esbuild";

const PAGES = ["member", "mentor", "support", "sign_in", "settings", "call"];
const LANGUAGES = ["nb", "da", "en"];
/** Those that the worker keeps on the device, with all that they may load. */
const KEPT = ["member", "mentor", "support", "settings"];
/** How the platform's app looks among others: `icon` as it is, `whole` for masks that cut its edge, `mark` in one colour. */
const ICONS = [
  "icon.svg",
  "icon-192.png",
  "icon-512.png",
  "whole-180.png",
  "whole-512.png",
  "mark-96.png",
];
const BUILT = new URL("./built", import.meta.url);
/** All of it comes to be here, and then takes the place of what was there: a server that starts meanwhile finds that whole. */
const BUILDING = "node_modules/.building";
const OUT = new URL(`./${BUILDING}/`, import.meta.url);

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
    outdir: BUILDING,
    entryNames: "[name]-[hash]",
    chunkNames: "shared-[hash]",
  });
  const styles = await build({
    ...shared,
    entryPoints: Object.fromEntries(PAGES.map((page) => [page, `src/${page}/style.css`])),
    outdir: BUILDING,
    entryNames: "[name]-[hash]",
  });
  const pages: Record<string, Page> = {};
  for (const page of PAGES) {
    const script = outputOf(apps.metafile, `src/${page}/main.ts`);
    pages[page] = {
      script: named(script),
      style: named(outputOf(styles.metafile, `src/${page}/style.css`)),
      preload: imports(apps.metafile, script, ["import-statement"]).map(named),
    };
  }
  const words = Object.fromEntries(
    LANGUAGES.map((each) => [each, named(outputOf(apps.metafile, `src/words/${each}.ts`))]),
  );
  const icons = await copied(ICONS);
  const kept = Object.fromEntries(KEPT.map((page) => {
    const script = outputOf(apps.metafile, `src/${page}/main.ts`);
    const all = imports(apps.metafile, script, ["import-statement", "dynamic-import"]);
    return [page, [named(script), pages[page]!.style, ...all.map(named).sort()]];
  }));
  const worker = await build({
    ...shared,
    entryPoints: { worker: "src/worker/main.ts" },
    format: "iife",
    outdir: BUILDING,
    entryNames: "[name]-[hash]",
    define: {
      BUILD: JSON.stringify({ id: await digest(JSON.stringify(kept)), pages: kept, icons }),
    },
  });
  const manifest = {
    pages,
    words,
    worker: named(outputOf(worker.metafile, "src/worker/main.ts")),
    icons,
  };
  await zip();
  await Deno.writeTextFile(new URL("manifest.json", OUT), JSON.stringify(manifest, null, 2) + "\n");
  await Deno.remove(BUILT, { recursive: true }).catch(() => {});
  await Deno.rename(OUT, BUILT);
  await stop();
}

function outputOf(metafile: Metafile, entry: string): string {
  const found = Object.entries(metafile.outputs).find(([, output]) => output.entryPoint === entry);
  if (!found) throw new Error(`nothing was built from ${entry}`);
  return found[0];
}

/** All that a script imports in these ways, and what that imports: `import-statement` is what it needs at once. */
function imports(metafile: Metafile, script: string, ways: readonly string[]): string[] {
  const seen = new Set<string>();
  const next = [script];
  for (let each = next.pop(); each; each = next.pop()) {
    for (const imported of metafile.outputs[each]?.imports ?? []) {
      if (ways.includes(imported.kind) && !imported.external && !seen.has(imported.path)) {
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

/** By their names the names under which they stand in built/, which change with their content. */
async function copied(icons: readonly string[]): Promise<Record<string, string>> {
  const names: Record<string, string> = {};
  for (const icon of icons) {
    const bytes = await Deno.readFile(new URL(`./src/icons/${icon}`, import.meta.url));
    const [stem, kind] = icon.split(".");
    const name = `${stem}-${await digest(bytes)}.${kind}`;
    await Deno.writeFile(new URL(name, OUT), bytes);
    names[icon] = name;
  }
  return names;
}

async function digest(content: string | BufferSource): Promise<string> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...hash.slice(0, 4)].map((each) => each.toString(16).padStart(2, "0")).join("");
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

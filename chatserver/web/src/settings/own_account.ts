// What the settings ask of the server beside its HTTP interface: as the sign-in that this browser has.

export interface SignIn {
  id: string;
  /** How the browser called itself. */
  device: string;
  began_at: string;
  used_at: string;
  current: boolean;
}

/** Fails where the server does not answer, or nobody is signed in. */
export async function signIns(): Promise<SignIn[]> {
  const answer = await ask("/app/sign-ins");
  const { sign_ins } = await answer.json() as { sign_ins: SignIn[] };
  return sign_ins;
}

export async function endSignIn(id: string): Promise<void> {
  await ask("/app/sign-ins/end", { id });
}

export type ExportForm = "page" | "data" | "files";

/** Everything that is kept about whoever is signed in, as a file that the browser keeps. */
export async function keepOwnData(form: ExportForm): Promise<void> {
  const answer = await ask("/app/export", { form });
  const file = document.createElement("a");
  file.href = URL.createObjectURL(await answer.blob());
  file.download = { page: "my-data.html", data: "my-data.json", files: "my-files.zip" }[form];
  file.click();
  setTimeout(() => URL.revokeObjectURL(file.href), 60_000);
}

async function ask(path: string, body: object = {}): Promise<Response> {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
  return answer;
}

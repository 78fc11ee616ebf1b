// Which addresses a committed file may name: nothing that a program would take for an option or a command, and no secret.

/** Why the address is refused, or null. A folder ("/mnt/models") is an address too. */
export function checkUrl(url: string): string | null {
  if (url === "") return "the address is empty";
  if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(url)) return "the address has a control character";
  if (url.length > 2048) return "the address is longer than 2048 characters";
  if (url.startsWith("-")) return "the address starts with '-'";
  // Git's remote helpers: ext::sh -c …
  if (/^[a-z0-9+.-]*::/i.test(url)) return "the address names a program to run";
  if (/^[a-z][a-z0-9+.-]*:\/\/-/i.test(url)) return "the host starts with '-'";
  const [, user = ""] = AUTHORITY.exec(url) ?? [];
  if (/:|%3a/i.test(user)) return "the address holds a password; it would be committed";
  if (TOKEN.test(user)) return "the address holds a token; it would be committed";
  if (user.startsWith("-")) return "the user starts with '-'";
  return SECRET_PARAMETER.test(url) ? "the address holds a secret; it would be committed" : null;
}

/** What stands before the '@' of an address. */
const AUTHORITY = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i;
/** A user's name that is none: the tokens of forges and hubs begin so. */
const TOKEN = /^(?:gh[oprsu]_|github_pat_|gl[a-z]{2,5}-|hf_|AKIA|ASIA|xox)/;
/** What presigned addresses and APIs call their secrets. */
const SECRET_PARAMETER =
  /[?&;][\w.-]*(?:token|secret|passw(?:or)?d|signature|credential|api[_-]?key|access[_-]?key|\bsig)[\w.-]*=/i;

/** An address for messages and for stores: without password, token, query and fragment. */
export function withoutSecret(url: string): string {
  const bare = url.replace(/[?#].*$/s, "");
  const [, user] = AUTHORITY.exec(bare) ?? [];
  if (user === undefined) return bare;
  // Over HTTP the user alone may be a token; over ssh it is part of where the repository is.
  const isSsh = /^(?:[a-z]+\+)?ssh:/i.test(bare);
  const kept = isSsh && !TOKEN.test(user) ? `${user.replace(/(?::|%3a).*$/is, "")}@` : "";
  return bare.replace(/^([^/]*\/\/)[^/]*@/, `$1${kept}`);
}

/** Whether two addresses of Git repositories lead to one: `git@host:team/churn.git` and `https://host/team/churn`. */
export function isSameRepository(a: string, b: string): boolean {
  return place(a) === place(b);
}

function place(url: string): string {
  const [, host = "", path = url] =
    /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/:]*)(?::\d+)?\/(.*)$/i.exec(url) ??
    /^(?:[^/@:]*@)?([^/:]+):(?!\/\/)(.*)$/.exec(url) ??
    [];
  return `${host.toLowerCase()}/${path.replace(/^\/+|\/+$/g, "").replace(/\.git$/, "")}`;
}

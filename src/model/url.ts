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
  const [, user = ""] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)@/i.exec(url) ?? [];
  if (user.includes(":")) return "the address holds a password; it would be committed";
  return user.startsWith("-") ? "the user starts with '-'" : null;
}

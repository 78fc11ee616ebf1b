// What can be said of a tag's signature.

/**
 * good: signed by its tagger, with a key that was theirs at the tag's date. unsigned: no signature at all. bad: a signature that
 * does not fit the tag. unknown-signer: it fits, and nothing says whose key it is. not-tagger: it is the key of somebody else.
 */
export type SignatureState = "good" | "unsigned" | "bad" | "unknown-signer" | "not-tagger";

export interface SignatureCheck {
  state: SignatureState;
  /** Whose key it is, as the allowed-signers file or the keyring says; null where it is nobody's. */
  principal: string | null;
  /** Fingerprint of the key, as ssh-keygen and gpg print it. */
  key: string | null;
  kind: "ssh" | "gpg" | "x509" | null;
  /** What is wrong, to follow "v1.0.0: "; null where nothing is. */
  why: string | null;
  /** The key was the tagger's at the tag's date and is not valid any more: that date is the tagger's own word. */
  expired: boolean;
}

/** A verdict without the kind of signature, as the programs give it. */
export type Verdict = Omit<SignatureCheck, "kind">;

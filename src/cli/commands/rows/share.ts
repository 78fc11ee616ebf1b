// Stores, and what goes to them and comes back: the words of these commands.
import type { CommandRow } from "../../command.ts";
import { MODEL, STORE, JOBS } from "./flags.ts";

export const shareRows: readonly CommandRow[] = [
  {
    name: "remote",
    group: "share",
    operands: "<action> [name] [url]",
    summary: "add, list, remove or test the stores that artifacts are shared by",
    about:
      "A remote is a folder (/mnt/models), a bucket (s3://bucket/path), a host (ssh://user@host/path), a web server to read from (https://host/path), or the Git host through Git LFS (lfs). It is written to .mversion.yaml, for the whole team; credentials never are. The first remote is the default. test puts, gets, resumes, lists and deletes objects of its own, and says what the remote can do and how fast.",
    flags: [
      { flags: "--default", text: "add: push, pull and fetch use it where none is named" },
      { flags: "--endpoint <url>", text: "add: the address of an S3 server that is not Amazon's" },
      { flags: "--region <name>", text: "add: the region of an S3 bucket" },
      { flags: "--path-style", text: "add: the bucket stands in the path of an S3 address, not in the host's name" },
    ],
    examples: ["mv remote add store /mnt/models", "mv remote list", "mv remote test store", "mv remote remove store"],
    load: () => import("../remote.ts"),
  },
  {
    name: "push",
    group: "share",
    operands: "[version...]",
    summary: "share: bytes to the store, then branch and release tags to Git",
    about:
      "Without VERSION: what HEAD's pointers and records name, its branch, and the releases it leads to that the Git remote lacks. With VERSION: what these need, and their tags. The store is asked what it lacks and confirms what it takes before any ref goes out; branch and tags go together or not at all, never by force.",
    flags: [
      { flags: "--all", text: "every release, every branch, and every draft in their history" },
      { flags: "--no-git", text: "send objects, and leave Git alone" },
      MODEL,
      STORE,
      JOBS,
      { flags: "--dry-run", text: "say what would be sent" },
    ],
    examples: ["mv push", "mv push v1.1.0", "mv push --all --no-git --remote backup"],
    load: () => import("../push.ts"),
  },
  {
    name: "pull",
    group: "share",
    operands: "[words...]",
    summary: "get commits from Git, forward only, and the bytes that they name",
    about:
      "Fetches the branch's upstream, moves the branch forward to it, and brings the artifacts to what their pointers say. A branch with commits of its own is left alone, and so is an artifact whose bytes are stored nowhere. WORDS name artifacts, folders or globs to bring, instead of all; versions come into the cache. Exit 3: some bytes could not be had.",
    flags: [MODEL, JOBS, { flags: "--dry-run", text: "fetch from Git, and say what would change" }],
    examples: ["mv pull", "mv pull models/", "mv pull --jobs 16"],
    load: () => import("../pull.ts"),
  },
  {
    name: "fetch",
    group: "share",
    operands: "[words...]",
    summary: "get bytes from the stores into the cache; files stay as they are",
    about:
      "WORDS are versions, artifacts, folders or globs; without: what the pointers here say. The default store is asked first, then the others. Nothing enters the cache unless its SHA-256 is right; an interrupted fetch goes on where it stopped.",
    flags: [
      { flags: "--all", text: "every release, and the tips of all branches" },
      MODEL,
      { ...STORE, text: "ask this store alone" },
      JOBS,
      { flags: "--dry-run", text: "say what would come" },
    ],
    examples: ["mv fetch", "mv fetch v1.0.0", "mv fetch 'models/*.onnx' --jobs 16"],
    load: () => import("../fetch.ts"),
  },
  {
    name: "get",
    group: "share",
    operands: "<source> [version] [path...]",
    summary: "bring one version's files into a folder, from a Git repository or straight from a store",
    about:
      "SOURCE is a Git repository (its address or path) or a store (s3://bucket/prefix, a folder, https://…): a store needs no Git and no Git host. VERSION is MODEL@v1.2.0, MODEL@STAGE, MODEL, v1.2.0 or STAGE; default: the newest release. A word with a slash or a wildcard is a path: an artifact, a folder that holds some, a file inside one, or a glob (in quotes). Every byte is checked. The folder is wholly the version before or wholly the new one, and version.json in it says what it is.",
    flags: [
      { flags: "-o, --output <dir>", text: "the folder that holds the version afterwards" },
      { flags: "--if-changed", text: "do nothing where the folder holds that version already" },
      {
        flags: "--variants",
        text: "of a stage: every version that shares it, into DIR/VERSION/, and rollout.json to route by",
      },
      { flags: "--data", text: "the data that it was trained on, too" },
      {
        flags: "--verify-signature <file>",
        text: "an allowed-signers file: the release, and of a stage the assignment, must be signed by their taggers",
      },
      { flags: "--force", text: "replace a folder that holds other files" },
      { flags: "--jobs <n>", text: "how many objects at once (8)" },
    ],
    examples: [
      "mv get https://git.example.org/team/churn.git v1.2.0 -o model",
      "mv get s3://models/team churn@production -o /srv/model --if-changed",
      "mv get s3://models/team churn@production --variants -o /srv/model --if-changed",
      "mv get s3://models/team churn@v1.2.0 'shards/part-0*' -o shards",
    ],
    load: () => import("../get.ts"),
  },
  {
    name: "gc",
    group: "share",
    summary: "free the cache, or a store, of bytes that nothing needs any more",
    about:
      "Keeps what any state of the repository names (branches, tags, stashes, reflog, index, working trees), and everything that was used within the grace age (gc.grace in .mversion.yaml, 14 days by default). A cache that several repositories share is cleaned only where all of them can be asked. With --remote a store is cleaned of what no branch and no tag of any repository that uses it leads to, at every place that they were pushed to, none of which may be out of reach; pushes wait meanwhile. Asks first at a terminal; elsewhere give --yes or --dry-run.",
    flags: [
      { flags: "--remote <name>", text: "clean this store instead of the cache" },
      { flags: "--dry-run", text: "say what would go, and remove nothing" },
      { flags: "--grace <time>", text: "keep what was used, or put into the store, within that time: 14d, 12h, 0d" },
      {
        flags: "--forget <where>",
        text: "a repository that is gone, by its path, or with --remote by its address or id (repeatable)",
        repeat: true,
      },
      { flags: "--ignore-lost", text: "with --remote: go on although the lists of files of old drafts are nowhere" },
      { flags: "--unlock", text: "with --remote: take away locks whose owners have certainly ended, and do no more" },
    ],
    examples: ["mv gc --dry-run", "mv gc --grace 30d --yes", "mv gc --remote store --dry-run"],
    load: () => import("../gc.ts"),
  },
  {
    name: "verify",
    group: "share",
    operands: "[version...]",
    usage: "[version...] | --bundle <file> [version|folder]",
    summary: "check bytes, records, pointers and seals of releases, or the working tree",
    about:
      "Reads and hashes every byte; trusts no cache of its own. Names everything that is broken. Exit 13: bytes differ; 1: tag, record, pointers or seals disagree; 3: nothing is wrong, but some bytes are not here. With --remote a store is read instead: every object that the releases, or the versions named, and the branches of Git remotes need, and the store's release files; the next push from a clone that has the right bytes heals what is rotten. Exit 13: bytes differ; 1: something is missing.",
    flags: [
      MODEL,
      { flags: "--all", text: "every release" },
      { flags: "--remote <name>", text: "read this store, instead of the cache" },
      { flags: "--sample <percent>", text: "with --remote: read so many of the objects, drawn anew each time: 5%" },
      { flags: "--signatures", text: "every tag must be signed by its tagger (docs/trust.md says who counts)" },
      {
        flags: "--allowed-signers <source>",
        text: "who may sign: COMMIT:PATH, or a file outside the repository; default: git config mversion.allowedSigners, else gpg.ssh.allowedSignersFile",
      },
      {
        flags: "--witness <remote>",
        text: "with --all: ask a store or Git remote which tags it remembers, so that a missing one is found (repeatable)",
        repeat: true,
      },
      {
        flags: "--bundle <file>",
        text: "a model's signature (mv sign): every file must be as signed, none more, none less",
      },
      { flags: "--public-key <file>", text: "of the bundle's signer: PEM, or an ssh ECDSA key" },
    ],
    examples: [
      "mv verify",
      "mv verify v1.1.0",
      "mv verify --all --signatures",
      "mv verify --remote store --sample 5%",
      "mv verify --all --witness store --witness origin",
      "mv verify --bundle churn-1.1.0.sigstore.json --public-key model.pub ./model",
    ],
    load: () => import("../verify.ts"),
  },
];

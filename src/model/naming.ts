// The naming policy: tells file names that carry a version ("model_final.pkl") from those that only look so ("resnet50").
// A false alarm costs more than a miss: words count only where they stand as a version, architectures are known by name.

const oneOf = (words: string): string => `(?:${words.trim().split(/\s+/).join("|")})`;

/** Words that say a version where only numbers, qualifiers and other such words follow: model_final_2, train.csv.old. */
const WORD = new RegExp(
  `^${oneOf(`final new newer newest latest old older oldest prev previous copy kopie copie copia kopia kopi backup bak wip
    updated revised deprecated neu`)}$`,
  "i",
);
const QUALIFIER = new RegExp(
  `^(?:\\d+(?:\\.\\d+)*|${oneOf("fp16 fp32 bf16 int8 int4 q4 q8 quantized quant cpu gpu best train test val valid eval")})$`,
  "i",
);

/** What a file is called that has no name of its own: next to these alone a leading "new" or a glued "v2" is a version. */
const GENERIC = oneOf(
  "model modell weights? checkpoint ckpt classifier regressor estimator pipeline network net dataset data",
);
const LEADING = new RegExp(`^(final|new|newest|latest|old|previous|updated)[-_. ]?${GENERIC}$`, "i");
const GLUED = new RegExp(`^${GENERIC}(v\\d{1,3}|final|new|latest|old|copy)\\d*$`, "i");

const COPY_OF =
  /^(copy of|copy \(\d+\) of|kopie von|kopie van|copie de|copia de|c\u00f3pia de|copia di|kopia|kopi av)[ _]/i;
const NUMBERED_COPY = /\(\d{1,3}\)$/;
const DATES = [
  /(?<!\d)(?:19|20)\d\d([-_.]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)/,
  /(?<!\d)(?:0[1-9]|[12]\d|3[01])([-_.])(?:0[1-9]|1[0-2])\1(?:19|20)\d\d(?!\d)/,
];
const SEMVER = /(?<![\d.])v?\d+\.\d+\.\d+(?!\.?\d)(?:-?(?:rc|alpha|beta|dev)[.-]?\d*)?/i;
const SPELT_OUT = /(?<![a-z])(?:(?:version|ver|v|revision|rev)[-_. ]|revision|rev|rc)\d+(?![a-z\d])/i;
const V_NUMBER = /^v(?:er|ersion)?(\d{1,8})(?:\.\d+)*[a-z]?$/i;

/** A number after one of these is the version of a library or device. */
const LIBRARY = new RegExp(
  `${oneOf("python py sklearn scikit-learn torch tensorflow tf xgboost lightgbm onnx opset cuda cudnn spark jdk")}[-_ ]?$`,
  "i",
);

/** Architectures, data sets and devices whose own names go on with v1, v2 ..., and how far they go. */
const FAMILIES = (
  [
    ["yolo rtmdet", 99],
    ["mobile[-_]?net inception xception nasnet blazeface silero xtts", 5],
    [
      "resnet resnext efficientnet shufflenet squeezenet densenet ghostnet retinanet convnext swin maxvit pvt eva fastvit",
      3,
    ],
    ["deeplab dino stylegan hubert wav2vec whisper hifigan", 4],
    ["albert deberta electra minilm mpnet distil[a-z]* roberta m?t5 sbert msmarco paraphrase", 6],
    ["e5 bge gte jina nomic arctic text-embedding embed clip openclip colbert splade rerank[a-z]*", 5],
    ["stable[-_]?diffusion sd(?:xl)? controlnet animatediff kandinsky", 5],
    ["mistral mixtral llama vicuna falcon zephyr tulu qwen deepseek phi gemma dolly mpt hermes", 5],
    ["tpu imagenet squad librispeech objects365 lvis", 7],
  ] as const
).map(([names, highest]) => ({ name: new RegExp(`(?<![a-z])${oneOf(names)}`, "i"), highest }));

/**
 * The part of a file name that says a version ("final", "v2", "2024-02-01", "(1)"), or null. Folders are not looked at:
 * `data/2024-02-01/part.csv` is a partition.
 */
export function versionInName(path: string): string | null {
  const stem = withoutExtensions(path.slice(path.lastIndexOf("/") + 1));
  const tokens = tokensOf(stem);
  return (
    COPY_OF.exec(stem)?.[1] ??
    LEADING.exec(stem)?.[1] ??
    NUMBERED_COPY.exec(stem)?.[0] ??
    semverIn(stem) ??
    DATES.map((date) => date.exec(stem)?.[0]).find((date) => date !== undefined) ??
    vNumberIn(stem, tokens) ??
    SPELT_OUT.exec(stem)?.[0] ??
    wordIn(tokens)
  );
}

/** The name without .onnx, .tar.gz, .pkl.xz; an ending that says a version itself (.v2, .old) stays. */
function withoutExtensions(name: string): string {
  const [, stem, extension] = /^(.+)\.([a-z][a-z0-9]{0,11})$/i.exec(name) ?? [];
  if (stem === undefined || extension === undefined) return name;
  if (WORD.test(extension) || V_NUMBER.test(extension)) return name.replace(/\.[a-z][a-z0-9]*(?=\.[a-z0-9]+$)/i, "");
  return /^(?:gz|bz2|xz|zst|lz4|zip)$/i.test(extension) ? withoutExtensions(stem) : stem;
}

interface Token {
  text: string;
  index: number;
}

/** Words and numbers between separators; ModelFinal is two words, 1.5 is one number. */
function tokensOf(stem: string): Token[] {
  const spaced = stem.replace(/(?<=[a-z])(?=[A-Z])/g, "\0");
  const tokens: Token[] = [];
  let added = 0;
  for (const match of spaced.matchAll(/(?:[^-_. ()[\]+\0]|(?<=\d)\.(?=\d))+|\0/g)) {
    if (match[0] === "\0") added += 1;
    else tokens.push({ text: match[0], index: match.index - added });
  }
  return tokens;
}

function semverIn(stem: string): string | null {
  const found = SEMVER.exec(stem);
  return found === null || LIBRARY.test(stem.slice(0, found.index)) ? null : found[0];
}

/** v2, ver3 or modelv2, unless it is part of an architecture's name (mobilenet_v2) or a device (V100). */
function vNumberIn(stem: string, tokens: readonly Token[]): string | null {
  let named = false;
  for (const { text, index } of tokens) {
    const glued = GLUED.exec(text)?.[1];
    if (glued !== undefined) return glued;
    const number = V_NUMBER.exec(text)?.[1];
    if (number === undefined || text.toLowerCase() === "v100") continue;
    if (named || !isFamilyVersion(stem.slice(0, index), Number(number))) return text;
    named = true;
  }
  return null;
}

function isFamilyVersion(before: string, number: number): boolean {
  return FAMILIES.some(({ name, highest }) => number <= highest && name.test(before));
}

function wordIn(tokens: readonly Token[]): string | null {
  let found: string | null = null;
  for (const { text } of tokens.toReversed()) {
    if (WORD.test(text)) found = text;
    else if (!QUALIFIER.test(text)) break;
  }
  return found;
}

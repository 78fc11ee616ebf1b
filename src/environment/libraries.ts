// Which of the installed libraries belong into a record: those that the code imports, and those that make models.
import { normalName } from "./distributions.ts";

/** Libraries that decide what a model is, in PyPI's normal form. Listed whenever they are installed. */
const MODEL_LIBRARIES = new Set(
  `numpy scipy pandas polars pyarrow scikit-learn imbalanced-learn statsmodels joblib cloudpickle dill skops
  torch torchvision torchaudio pytorch-lightning lightning tensorflow tensorflow-cpu tensorflow-macos tensorflow-intel
  keras jax jaxlib flax optax mxnet paddlepaddle fastai onnx onnxruntime onnxruntime-gpu skl2onnx tf2onnx
  onnxmltools hummingbird-ml coremltools openvino tensorrt xgboost xgboost-cpu lightgbm catboost prophet sktime
  transformers tokenizers sentencepiece datasets accelerate peft diffusers sentence-transformers bitsandbytes
  safetensors timm ultralytics spacy nltk gensim gguf h5py numba cupy-cuda12x opencv-python mlflow mlflow-skinny`.split(
    /\s+/,
  ),
);

/** Modules whose distribution has another name. Several candidates: whichever is installed. */
const DISTRIBUTIONS_OF: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    PIL: ["pillow"],
    attr: ["attrs"],
    bs4: ["beautifulsoup4"],
    cv2: ["opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless"],
    dateutil: ["python-dateutil"],
    dotenv: ["python-dotenv"],
    faiss: ["faiss-cpu", "faiss-gpu"],
    "google.protobuf": ["protobuf"],
    imblearn: ["imbalanced-learn"],
    lightning: ["lightning", "pytorch-lightning"],
    mlflow: ["mlflow", "mlflow-skinny"],
    onnxruntime: ["onnxruntime", "onnxruntime-gpu", "onnxruntime-directml", "onnxruntime-silicon"],
    psycopg2: ["psycopg2", "psycopg2-binary"],
    skimage: ["scikit-image"],
    sklearn: ["scikit-learn"],
    tensorflow: ["tensorflow", "tensorflow-cpu", "tensorflow-macos", "tensorflow-intel"],
    umap: ["umap-learn"],
    xgboost: ["xgboost", "xgboost-cpu"],
    yaml: ["pyyaml"],
  }),
);

function isModelLibrary(name: string): boolean {
  return MODEL_LIBRARIES.has(name);
}

/** The distributions a dotted import may come from, by table or by having the same name. */
function distributionsOf(module: string): readonly string[] {
  const [top = module] = module.split(".", 1);
  const dotted = [...DISTRIBUTIONS_OF.keys()].find((key) => module === key || module.startsWith(`${key}.`));
  return DISTRIBUTIONS_OF.get(dotted ?? top) ?? [normalName(top)];
}

interface Choice {
  /** Versions by distribution, in name order. */
  versions: Record<string, string>;
  /** Modules of libraries that make models, where the code imports some and not one is installed: the wrong Python? */
  lacking: string[];
  /** Top-level modules that no distribution of that name brings. */
  unresolved: Set<string>;
}

/** Chooses from the installed (or locked) versions, by normal name. */
export function chooseLibraries(installed: ReadonlyMap<string, string>, imports: Iterable<string>): Choice {
  const chosen = new Set([...installed.keys()].filter(isModelLibrary));
  const found = new Set<string>();
  const absent = new Set<string>();
  const unresolved = new Set<string>();
  for (const module of imports) {
    const candidates = distributionsOf(module);
    const present = candidates.filter((name) => installed.has(name));
    for (const name of present) chosen.add(name);
    const [top = module] = module.split(".", 1);
    if (candidates.some(isModelLibrary)) (present.length > 0 ? found : absent).add(top);
    else if (present.length === 0) unresolved.add(top);
  }
  return { versions: pick(installed, chosen), lacking: found.size > 0 ? [] : [...absent].sort(), unresolved };
}

/** The versions of these distributions in name order. */
export function pick(installed: ReadonlyMap<string, string>, names: Iterable<string>): Record<string, string> {
  const versions: Record<string, string> = {};
  for (const name of [...new Set(names)].sort()) {
    const version = installed.get(name);
    if (version !== undefined) versions[name] = version;
  }
  return versions;
}

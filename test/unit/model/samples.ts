// The files of the design's walkthrough, byte for byte, and the hashes that stand for letters there.
export const B = "14148f94a8b3cfb68a156366ac5a16257a5326be700550db29dc8629553a4f6b";
export const C = "b3242f120e959383b45cdc968f25d8b3a098c5b0af53bc19b6cb85091512af4d";
export const E = "7879040e42c0d53c84ff8e7e7fe8c8403c6a22ecf38ad391485644dfac942151";
export const T = "68335d23f648a55492f8fd19c049a83705955b31677fc0c1ca1e950d9696928b";

export const pointer = `schema: 1
path: model.onnx
kind: file
role: model
sha256: "${B}"
xxh64: "c2511630d872d595"
size: 8
`;

export const folderPointer = `schema: 1
path: tokenizer
kind: directory
role: model
sha256: "3e2286d9beb794ba0a3fff597b5baba6a175430d350e2b448e38b66c83fd385c"
size: 18
files: 3
`;

export const record = `schema: 1
model_name: churn
version: 0.1.0-dev.2
content: "sha256:7b4fa0c0ccde3673800305a00b43f754e7df0193214dd32a2f7f23fa55a64524"
training_date: "2026-02-05"
dataset_snapshot_id: "sha256:${T}"
feature_set_version: "3.1.0"
hyperparameters: {C: 1.0}
library_versions: {python: "3.11.7", scikit-learn: "1.4.0"}
environment: {os: linux-x64, python_implementation: CPython}
artifacts:
  - {path: models/model.onnx, kind: file, sha256: "${B}", size: 8}
datasets:
  - {path: data/train.csv, kind: file, sha256: "${T}", size: 60}
`;

export const settings = `schema: 1
models:
  churn: {record: churn.model.yaml, tag: "v{version}"}
`;

export const manifest =
  '{"files":[{"executable":true,"path":"build.sh","sha256":"a8076d3d28d21e02012b20eaf7dbf75409a6277134439025f282e368e3305abf","size":10},{"link":"vocab.json","path":"latest.json"},{"executable":false,"path":"vocab.json","sha256":"c881142937432d073f20dbadce70f77cf5cb62dfaa9eb13c4f5ec2259158f69b","size":8}],"schema":1}';

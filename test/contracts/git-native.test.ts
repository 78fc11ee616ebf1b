// The git program: the common contract. What only it can do is in the other git-*.test.ts of this folder.
import { openGit } from "../../src/git/git.ts";
import { gitContract } from "./git.ts";

gitContract({ open: openGit, needsGit: [] });

// The git program: the common contract.
import { openGit } from "../../src/git/git.ts";
import { gitContract } from "./git.ts";

gitContract({ open: openGit, needsGit: [] });

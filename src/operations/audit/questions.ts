// The questions of an audit, in their order, with the rules that ask them: EU AI Act Annex IV and Articles 12 and 18, NIST AI RMF
// 1.0, the fields of a model inventory as banks keep it (SR 11-7, since rescinded), SPDX, CycloneDX, SLSA, OpenSSF Model Signing.
import type { VersionFacts } from "./facts.ts";
import { recordIsSealed, stillTheSame, whichBytes, whichModels, whichVersion } from "./questions/identity.ts";
import { whichArchitecture, whichInputs, whichOutputs, whyThisNumber } from "./questions/interface.ts";
import { whenChecked, whoApproved, whoIsWho, whoSigned } from "./questions/people.ts";
import { isItFair, whatFor, whatMeasured, whichLimits, whichReport } from "./questions/purpose.ts";
import { isHistoryWhole, isItKept, isItSafe } from "./questions/safety.ts";
import { whatRanWhere, whichChanges } from "./questions/stages.ts";
import { whichCode, whichData, whichOrigin, whichSettings, whichSoftware } from "./questions/training.ts";
import type { Verdict } from "./verdict.ts";

export interface Row extends Verdict {
  /** From 1. */
  number: number;
  question: string;
  /** Who asks for it. */
  asked_by: string;
}

interface Question {
  question: string;
  asked_by: string;
  /** True where the answer stands in the record, so that it is worth nothing where that is not the sealed one. */
  ofRecord?: boolean;
  answer: (facts: VersionFacts) => Verdict;
}

const QUESTIONS: readonly Question[] = [
  { question: "Which models are there, and in what state?", asked_by: "NIST GOVERN 1.6, SR 11-7", answer: whichModels },
  { question: "Which version is this, of when, after which?", asked_by: "Annex IV 1(a)", answer: whichVersion },
  {
    question: "Which files is it, with what hashes?",
    asked_by: "OpenSSF Model Signing, CycloneDX",
    answer: whichBytes,
  },
  { question: "Are the bytes still the same?", asked_by: "integrity", answer: stillTheSame },
  {
    question: "Which code trained it, and was the tree clean?",
    asked_by: "SLSA, Annex IV 2(a)",
    ofRecord: true,
    answer: whichCode,
  },
  { question: "Which data trained it?", asked_by: "Annex IV 2(d), NIST MAP 2.3", ofRecord: true, answer: whichData },
  {
    question: "Which feature set, and which inputs in what order?",
    asked_by: "Annex IV 3",
    ofRecord: true,
    answer: whichInputs,
  },
  {
    question: "What do the outputs mean, and where is the threshold?",
    asked_by: "SR 11-7, SPDX",
    ofRecord: true,
    answer: whichOutputs,
  },
  { question: "Which hyperparameters, and which seed?", asked_by: "SPDX", ofRecord: true, answer: whichSettings },
  {
    question: "Which libraries, system and hardware?",
    asked_by: "Annex IV 1(c), 1(e)",
    ofRecord: true,
    answer: whichSoftware,
  },
  {
    question: "Which architecture, and did it change?",
    asked_by: "Annex IV 2(b)",
    ofRecord: true,
    answer: whichArchitecture,
  },
  { question: "Why this version number?", asked_by: "Annex IV 6, FDA PCCP", answer: whyThisNumber },
  {
    question: "What was it made from, and under which license?",
    asked_by: "Annex IV 2(a), NIST MAP 4.1",
    ofRecord: true,
    answer: whichOrigin,
  },
  {
    question: "What is it for, for whom, and what is it not for?",
    asked_by: "Annex IV 1(a), NIST MAP 1.1",
    ofRecord: true,
    answer: whatFor,
  },
  {
    question: "What are its known limits?",
    asked_by: "NIST MAP 2.2, MEASURE 2.5",
    ofRecord: true,
    answer: whichLimits,
  },
  {
    question: "What was measured, on what, how surely?",
    asked_by: "NIST MEASURE 2.1, Annex IV 2(g)",
    ofRecord: true,
    answer: whatMeasured,
  },
  { question: "Is the test report dated and signed?", asked_by: "Annex IV 2(g)", ofRecord: true, answer: whichReport },
  {
    question: "Is it fair, and is there sensitive data in it?",
    asked_by: "NIST MEASURE 2.11, SPDX",
    ofRecord: true,
    answer: isItFair,
  },
  {
    question: "Who owns, made and validated it, and are they different people?",
    asked_by: "NIST GOVERN 2.1, MEASURE 1.3",
    ofRecord: true,
    answer: whoIsWho,
  },
  { question: "Who approved it, when, with which key?", asked_by: "SR 11-7, NIST MANAGE 1.1", answer: whoApproved },
  { question: "Is its tag signed by somebody who might?", asked_by: "provenance", answer: whoSigned },
  { question: "What ran where, when, at what share?", asked_by: "Article 12, NIST MEASURE 2.4", answer: whatRanWhere },
  {
    question: "Which rollbacks and splits, from what to what, and why?",
    asked_by: "NIST MANAGE 2.4",
    answer: whichChanges,
  },
  { question: "Is the file safe to load?", asked_by: "NIST MEASURE 2.7", ofRecord: true, answer: isItSafe },
  {
    question: "When was it validated, when is that due again?",
    asked_by: "SR 11-7",
    ofRecord: true,
    answer: whenChecked,
  },
  { question: "Was a tag moved or removed, or history rewritten?", asked_by: "integrity", answer: isHistoryWhole },
  {
    question: "Which versions are retired, and are old ones kept?",
    asked_by: "Article 18, NIST GOVERN 1.7",
    ofRecord: true,
    answer: isItKept,
  },
];

/** What Git cannot know, whatever is committed: said in every report, so that nobody takes silence for an answer. */
export const NOT_FROM_GIT: readonly string[] = [
  "Single predictions and their logs (Article 12 wants them for the life of the system, Articles 19 and 26 for six months or more)",
  "Drift of data or results in production, and real-world performance",
  "The share of traffic that a version really got: an assignment says the share that it was meant to get",
  "What was changed on a server without a tag",
];

/** Answers all questions on one version, in their order. */
export function answer(facts: VersionFacts): Row[] {
  const unsealed = recordIsSealed(facts);
  return QUESTIONS.map(({ question, asked_by, ofRecord, answer: ask }, at) => ({
    number: at + 1,
    question,
    asked_by,
    ...(ofRecord && unsealed ? unsealed : ask(facts)),
  }));
}

// Bytes in memory at once.
import { expect, test } from "vitest";
import { createBudget } from "../../../src/remotes/budget.ts";

test("no more than the limit at once, in order; what is larger goes alone", async () => {
  const budget = createBudget(10);
  const log: string[] = [];
  const take = async (name: string, bytes: number): Promise<() => void> => {
    const release = await budget.take(bytes);
    log.push(name);
    return release;
  };
  const first = await take("6", 6);
  const second = take("5", 5);
  const third = take("25", 25);
  const fourth = take("4", 4);
  await new Promise(setImmediate);
  expect(log).toEqual(["6"]);
  first();
  first();
  (await second)();
  (await third)();
  (await fourth)();
  expect(log).toEqual(["6", "5", "25", "4"]);
});

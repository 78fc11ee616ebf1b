// A look that begins before it is asked for, against what happens before and after.
import { setTimeout as sleep } from "node:timers/promises";
import { writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { openShop, type Shop } from "./shop.ts";

const noRules = Object.assign(() => false, { isOff: true });

async function addedMany(): Promise<Shop> {
  const shop = openShop();
  shop.write(Object.fromEntries(Array.from({ length: 1600 }, (_, at) => [`t/${at % 8}/${at}`, `${at}`])));
  await sleep(60);
  await shop.store.add(shop.at("t"), "t", { ignored: noRules });
  return shop;
}

const look = (shop: Shop, store: Shop["store"]) => store.look(shop.at("t"), "t", { ignored: noRules });

test("sees what a look sees, and the next look sees what changed since", async () => {
  const shop = await addedMany();
  writeFileSync(shop.at("t/0/8"), "changed");
  const store = shop.again();
  store.expectLooks(shop.root);
  const first = await look(shop, store);
  expect(first).toEqual(await shop.again().look(shop.at("t"), "t", { precise: true }));
  writeFileSync(shop.at("t/1/9"), "changed too");
  const second = await look(shop, store);
  expect(second?.sha256).not.toBe(first?.sha256);
  expect(second).toEqual(await shop.again().look(shop.at("t"), "t", { precise: true }));
});

test("that nobody asks for is no matter, nor one of another working tree", async () => {
  const shop = await addedMany();
  const store = shop.again();
  store.expectLooks(shop.at("t"));
  store.expectLooks(shop.root);
  store.expectLooks(shop.root);
  expect((await look(shop, store))?.sha256).toBe((await look(shop, shop.again()))?.sha256);
});

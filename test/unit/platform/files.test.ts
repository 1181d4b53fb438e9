import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { utf8 } from "../../../src/core/index.ts";
import { nodeClock, nodeFiles, nodeProcess, nodeRandom } from "../../../src/platform/index.ts";

describe("files on disk", () => {
  let folder = "";
  const at = (name: string): string => path.join(folder, name);

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "fleet-files-"));
  });

  afterEach(async () => {
    await chmod(folder, 0o700);
    await rm(folder, { recursive: true, force: true });
  });

  it("9.8: say of a folder where a file belongs that it is one", async () => {
    await nodeFiles.makeFolder(at("pin.log"));
    const file = at("pin.log");
    const refused = {
      code: "files/not-a-file",
      message: `${file} is a folder, and a file belongs there`,
    };
    for (const run of [
      () => nodeFiles.read(file),
      () => nodeFiles.replace(file, utf8("a")),
      () => nodeFiles.openAppend(file),
      () => nodeFiles.openAppend(file, { syncsEach: true }),
      () => nodeFiles.openRead(file),
      () => nodeFiles.truncate(file, 0),
      () => nodeFiles.remove(file),
    ])
      await expect(run(), run.toString()).rejects.toMatchObject(refused);
    expect(await readdir(folder)).toEqual(["pin.log"]);
  });

  it("read what was written, and nothing where nothing is", async () => {
    await nodeFiles.create(at("a"), utf8("one"));
    expect(await nodeFiles.read(at("a"))).toEqual(utf8("one"));
    await nodeFiles.replace(at("a"), utf8("two"));
    expect(await nodeFiles.read(at("a"))).toEqual(utf8("two"));
    for (const name of ["b", "a/below"]) {
      expect(await nodeFiles.read(at(name))).toBeUndefined();
      expect(await nodeFiles.stat(at(name))).toBeUndefined();
      expect(await nodeFiles.realPath(at(name))).toBeUndefined();
      expect(await nodeFiles.list(at(name))).toEqual([]);
    }
  });

  it("are created once, by one of many", async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) => nodeFiles.create(at("once"), utf8(`${index}`))),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const result of results) {
      if (result.status === "rejected")
        expect(result.reason).toMatchObject({ code: "files/exists" });
    }
    expect(await readdir(folder)).toEqual(["once"]);
  });

  it("are private unless told otherwise", async () => {
    await nodeFiles.create(at("a"), utf8("x"));
    await nodeFiles.replace(at("b"), utf8("x"), { mode: 0o644 });
    await nodeFiles.makeFolder(at("c/d"));
    const modes = await Promise.all(
      ["a", "b", "c", "c/d"].map(async (name) => (await nodeFiles.stat(at(name)))?.mode),
    );
    expect(modes).toEqual([0o600, 0o644, 0o700, 0o700]);
  });

  it("grow at their end and are cut", async () => {
    const file = await nodeFiles.openAppend(at("log"));
    await file.append(utf8("abc"));
    await file.append(utf8("def"));
    await file.sync();
    await file.close();
    await nodeFiles.truncate(at("log"), 4);
    expect(await nodeFiles.read(at("log"))).toEqual(utf8("abcd"));
    expect(await nodeFiles.stat(at("log"))).toMatchObject({ size: 4, isFolder: false });
  });

  it("grow durably with each append, at their end and beside another writer", async () => {
    await nodeFiles.create(at("log"), utf8("abc"));
    const file = await nodeFiles.openAppend(at("log"), { syncsEach: true });
    await file.append(utf8("def"));
    const other = await nodeFiles.openAppend(at("log"));
    await other.append(utf8("gh"));
    await file.append(utf8("i"));
    await Promise.all([file.close(), other.close()]);
    expect(await nodeFiles.read(at("log"))).toEqual(utf8("abcdefghi"));
    const full = await nodeFiles.openAppend("/dev/full", { syncsEach: true });
    await expect(full.append(utf8("x"))).rejects.toMatchObject({ code: "files/full" });
    await full.close();
  });

  it("are read in parts, with what was appended since", async () => {
    await nodeFiles.create(at("log"), utf8("abcdef"));
    const file = await nodeFiles.openRead(at("log"));
    expect(file?.size).toBe(6);
    expect(await file?.read(2, 3)).toEqual(utf8("cde"));
    expect(await file?.read(4, 10)).toEqual(utf8("ef"));
    expect(await file?.read(6, 1)).toEqual(new Uint8Array());
    const end = await nodeFiles.openAppend(at("log"));
    await end.append(utf8("gh"));
    await end.close();
    expect(await file?.read(5, 3)).toEqual(utf8("fgh"));
    await file?.close();
    expect(await nodeFiles.openRead(at("missing"))).toBeUndefined();
    await expect(nodeFiles.openRead(at("log/below"))).resolves.toBeUndefined();
  });

  it("are listed sorted and removed quietly", async () => {
    for (const name of ["b", "a", "c"]) await nodeFiles.create(at(name), utf8(name));
    await nodeFiles.remove(at("b"));
    await nodeFiles.remove(at("b"));
    await nodeFiles.remove(at("no/such"));
    expect(await nodeFiles.list(folder)).toEqual(["a", "c"]);
  });

  it("are found behind links", async () => {
    await nodeFiles.create(at("real"), utf8("x"));
    await symlink(at("real"), at("link"));
    expect(await nodeFiles.realPath(at("link"))).toBe(await nodeFiles.realPath(at("real")));
  });

  it("fail with a code", async () => {
    await expect(nodeFiles.truncate(at("missing"), 0)).rejects.toMatchObject({
      code: "files/failed",
    });
    await expect(nodeFiles.replace(at("missing/file"), utf8("x"))).rejects.toMatchObject({
      code: "files/failed",
    });
    await writeFile(at("full"), "x");
    await expect(nodeFiles.makeFolder(at("full/below"))).rejects.toMatchObject({
      code: expect.stringMatching(/^files\//) as string,
    });
    await expect(nodeFiles.create("/dev/full/x", utf8("x"))).rejects.toMatchObject({
      code: expect.stringMatching(/^files\//) as string,
    });
  });

  it("name a full disk", async () => {
    const file = await nodeFiles.openAppend("/dev/full");
    await expect(file.append(utf8("x"))).rejects.toMatchObject({ code: "files/full" });
    await file.close();
  });
});

describe("the rest of the machine", () => {
  it("draws different bytes each time", () => {
    expect(nodeRandom(32)).toHaveLength(32);
    expect(nodeRandom(32)).not.toEqual(nodeRandom(32));
  });

  it("runs and cancels timers", async () => {
    const ran: string[] = [];
    const cancel = nodeClock.after(1, () => ran.push("cancelled"));
    cancel();
    const before = nodeClock.now();
    await new Promise<void>((resolve) => nodeClock.after(5, resolve));
    expect([ran, nodeClock.now() >= before + 4]).toEqual([[], true]);
  });

  it("knows which processes run", () => {
    const facts = nodeProcess();
    expect([facts.isAlive(facts.pid), facts.isAlive(2 ** 30)]).toEqual([true, false]);
    expect([facts.host, facts.owner]).not.toContain("");
  });

  it("F06: tells two processes of one number apart by when they began", async () => {
    const facts = nodeProcess();
    const { pid } = facts;
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    const own = facts.startOf(pid);
    const other = facts.startOf(child.pid ?? 0);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect([own === undefined, own === facts.startOf(pid)]).toEqual([false, true]);
    expect([undefined, own]).not.toContain(other);
    expect(facts.startOf(2 ** 30)).toBeUndefined();
  });
});

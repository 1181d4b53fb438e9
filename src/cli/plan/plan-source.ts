import { readFile } from "node:fs/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { FleetError } from "../../core/index.ts";
import type { Plan } from "../../model/index.ts";
import { parsePlan } from "../../reconcile/index.ts";
import { packageFile } from "../shell/package-files.ts";

const SCHEMA = packageFile("schemas/plan.schema.json");

/**
 * Parses the text of a plan file: whole, of a format we read, and of the shape its schema says.
 * @throws FleetError plan/format, plan/damaged, plan/shape (exit 64)
 */
export async function readPlan(text: string): Promise<Plan> {
  const plan = parsePlan(text);
  const schema: unknown = JSON.parse(await readFile(SCHEMA, "utf8"));
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validate = ajv.compile(schema as object);
  if (validate(plan)) return plan;
  const first = validate.errors?.[0];
  throw new FleetError(
    "plan/shape",
    `the plan is not of the form it claims: ${first?.instancePath ?? ""} ${first?.message ?? ""}`,
    {
      next: "make the plan again with `fleet plan --out FILE`",
      exit: 64,
    },
  );
}

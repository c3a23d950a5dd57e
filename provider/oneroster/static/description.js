// What the document says of an operation: scopes, answers, fields.

import { element, prose, table } from "./elements.js";
import { kindOf, nameOf, resolve, scopesOf } from "./openapi.js";

/** Heading, path, description and scopes of an operation. */
export function introduction(operation) {
  return [
    element("h2", null, operation.summary),
    element("p", { class: "path" }, element("b", { class: operation.method.toLowerCase() }, operation.method), " ",
      element("code", null, operation.path)),
    prose(operation.description),
    element("p", { class: "hint" }, `Scope: ${scopesOf(operation).join(" or ")}`),
  ];
}

/** The statuses that an operation answers with, and the fields of what it takes and answers. */
export function contract(api, operation) {
  const answers = Object.entries(operation.responses).map(([status, response]) => {
    const said = resolve(api, response);
    return [element("code", null, status), said.description];
  });
  const schemas = [
    ["Body that is sent", contentOf(operation.requestBody)],
    ...Object.entries(operation.responses)
      .filter(([status]) => status.startsWith("2"))
      .map(([status, response]) => [`Body of ${status}`, contentOf(resolve(api, response))]),
  ].filter(([, schema]) => schema);
  return [
    element("details", null, element("summary", null, "Statuses"), table("Statuses", ["Status", "Meaning"], answers)),
    schemas.map(([caption, schema]) =>
      element("details", null, element("summary", null, caption), everyObject(api, schema)),
    ),
  ];
}

function contentOf(holder) {
  return holder?.content?.["application/json"]?.schema;
}

/** A table for a schema and for each schema that it leads to. */
function everyObject(api, first) {
  const waiting = [first];
  const seen = new Set();
  const tables = [];
  while (waiting.length) {
    const reference = waiting.shift();
    const name = nameOf(reference);
    if (seen.has(name)) continue;
    seen.add(name);
    const schema = resolve(api, reference);
    const properties = Object.entries(schema.properties ?? {});
    if (properties.length) tables.push(fields(api, name.replace(/DType$/, ""), schema, properties));
    for (const [, property] of properties) {
      const inner = property.type === "array" ? property.items : property;
      if (inner.$ref) waiting.push(inner);
    }
  }
  return tables;
}

function fields(api, caption, schema, properties) {
  const required = new Set(schema.required ?? []);
  const rows = properties.map(([name, property]) => [
    element("code", null, name),
    kindOf(api, property),
    required.has(name) ? "required" : "optional",
  ]);
  return table(caption, ["Field", "Value", "Presence"], rows);
}

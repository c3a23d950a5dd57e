// Reading an OpenAPI document: its operations, and what a `$ref` leads to.

/** The document at an address. */
export async function load(url) {
  const answer = await fetch(url, { credentials: "omit" });
  if (!answer.ok) throw new Error(`The document could not be read: ${answer.status} ${answer.statusText}`);
  return answer.json();
}

/** What a value stands for: itself, or what its `$ref` leads to. */
export function resolve(api, value) {
  let found = value;
  while (found.$ref) {
    found = found.$ref
      .slice(2)
      .split("/")
      .reduce((place, name) => place[name], api);
  }
  return found;
}

/** The name of the component that a `$ref` leads to; "" for what has none. */
export function nameOf(value) {
  return value.$ref ? value.$ref.split("/").pop() : "";
}

/** Operations in the order of the document: {id, method, path, tag, summary, …}, parameters resolved. */
export function operations(api) {
  const found = [];
  for (const [path, item] of Object.entries(api.paths)) {
    for (const [method, row] of Object.entries(item)) {
      found.push({
        ...row,
        id: row.operationId,
        method: method.toUpperCase(),
        path,
        tag: row.tags[0].replace(/Management$/, ""),
        parameters: row.parameters.map((parameter) => resolve(api, parameter)),
      });
    }
  }
  return found;
}

/** The scopes of which either opens an operation, without their common beginning. */
export function scopesOf(operation) {
  return operation.security.flatMap((either) => either.OAuth2CC ?? []).map((url) => url.split("/").pop());
}

/** The kind of a schema in a few words. */
export function kindOf(api, schema) {
  if (schema.type === "array") return `list of ${kindOf(api, schema.items)}`;
  if (schema.$ref) return nameOf(schema).replace(/DType$/, "");
  if (schema.anyOf) return schema.anyOf.map((part) => kindOf(api, part)).join(", ");
  if (schema.enum) return schema.enum.join(", ");
  return schema.format ?? schema.pattern ?? schema.type;
}

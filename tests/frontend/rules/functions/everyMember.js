/** Every property of an object schema must stand in its `required`. */
export default function everyMember(schema, _options, { path }) {
  const required = new Set(schema.required ?? []);
  return Object.keys(schema.properties ?? {})
    .filter((name) => !required.has(name))
    .map((name) => ({ message: `${name} is not required`, path: [...path, "properties", name] }));
}

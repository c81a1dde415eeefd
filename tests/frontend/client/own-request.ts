/**
 * A parent's own request and her withdrawal, with a client that @hey-api/openapi-ts made. No school, no conversation, no reason.
 */

import { createClient, createConfig } from "../generated/sdk/client/index.ts";
import {
  getProblemKind,
  getSupportRequest,
  giveConsent,
  listConsentTexts,
  listProgrammes,
  submitSupportRequest,
  withdrawSupportRequest,
} from "../generated/sdk/index.ts";
import { check, demo, done, end, token } from "./demo.ts";

const client = createClient(createConfig({ baseUrl: `${demo.address}/v1` }));
const parent = { client, auth: () => token("parent"), throwOnError: true } as const;

const programmes = await listProgrammes({ ...parent, query: { pageSize: 1 } });
const programme = programmes.data.data[0];
check(programme !== undefined, "there is a programme");
check(programmes.data.nextCursor !== null, "there is a next page");
const rest = await listProgrammes({ ...parent, query: { pageSize: 1, cursor: programmes.data.nextCursor } });
check(rest.data.data[0]?.id !== programme.id, "the next page is another");
done("she looked at the programmes, page by page");

const key = `"${crypto.randomUUID()}"`;
const submit = () =>
  submitSupportRequest({
    ...parent,
    headers: { "Idempotency-Key": key },
    body: {
      programmeId: programme.id,
      duration: "one-off",
      channel: "either",
      topics: ["talking-with-school"],
      language: "nl",
      contact: { name: "Ouder Voorbeeld", kind: "email", value: "ouder@example.org" },
    },
  });
const request = (await submit()).data;
check((await submit()).data.id === request.id, "the same call with the same key is done once");
done("she asked for support, and asking twice was once");

const texts = await listConsentTexts({ client, throwOnError: true });
const text = texts.data.data.find((one) => one.current && one.kind === "request" && one.language === "nl");
check(text !== undefined, "there is a text in use");
const path = { id: request.id };
const shown = { textVersion: text.version, language: text.language, textHash: text.textHash };
await giveConsent({
  ...parent,
  path,
  body: { kind: "request", text: shown },
});
done("she consented, in the words that she was shown");

const seen = await getSupportRequest({ ...parent, path });
const etag = seen.response.headers.get("ETag") ?? "";
const again = await getSupportRequest({ client, auth: parent.auth, path, headers: { "If-None-Match": etag } });
check(again.response?.status === 304, "what did not change is not sent again");
done("she read it again, unchanged");

const withdrawn = (await withdrawSupportRequest({ ...parent, path })).data;
check(withdrawn.state === "withdrawn", "one call ends it");
done("she withdrew, in one call and without a reason");

const refused = await giveConsent({
  client,
  auth: parent.auth,
  path,
  headers: { "Accept-Language": "en" },
  body: { kind: "request", text: shown },
});
check(refused.error !== undefined && "code" in refused.error, "a withdrawn request takes no consent");
const kind = await getProblemKind({ client, throwOnError: true, path: { code: refused.error.code } });
check(kind.data.status === refused.response?.status, "the catalogue explains the problem");
done("a problem has a code, and the catalogue explains it");
end("own request (@hey-api/openapi-ts)");

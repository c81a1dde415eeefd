/**
 * The main job with a client that openapi-typescript made: a school asks and hands over nothing but a code, the parent consents,
 * a coordinator proposes, both accept, they meet, and it ends.
 */

import createClient, { type Middleware } from "openapi-fetch";

import type { components, paths } from "../generated/schema.ts";
import { check, demo, done, end, thing, token } from "./demo.ts";

type Step = components["schemas"]["ConversationStepBody"];

/** A client of one person: her token, and a key for each call that changes something. */
function as(role: string) {
  const signed: Middleware = {
    onRequest({ request }) {
      request.headers.set("Authorization", `Bearer ${token(role)}`);
      if (request.method !== "GET") request.headers.set("Idempotency-Key", `"${crypto.randomUUID()}"`);
      return request;
    },
  };
  const client = createClient<paths>({ baseUrl: `${demo.address}/v1` });
  client.use(signed);
  return client;
}

/** The body of a good answer and its version; anything else ends the run with the problem. */
function good<T>(answer: { data?: T; error?: unknown; response: Response }): { data: T; etag: string } {
  const { data, error, response } = answer;
  check(data !== undefined, `${response.url} answered ${response.status}: ${JSON.stringify(error)}`);
  return { data, etag: response.headers.get("ETag") ?? "" };
}

const school = as("school-leader");
const parent = as("parent");
const coordinator = as("coordinator");
const buddy = as("buddy");

// the school opens a conversation, and cannot leap over a step
const opened = good(
  await school.POST("/conversations", {
    body: {
      locationCode: thing("locationCode"),
      parentReference: crypto.randomUUID(),
      ground: "regular-talk",
    },
  }),
);
const conversation = { id: opened.data.id };
const guide = good(await school.GET("/conversation-guide", { params: { query: {} } })).data.currentVersion;
let version = opened.etag;
const leap = await school.POST("/conversations/{id}/answers", {
  params: { path: conversation, header: { "If-Match": version } },
  body: { step: "explain-buddy" },
});
check(leap.error?.code === "step-not-permitted", "a leap must be refused");
check(leap.error.permitted.includes("ask-first-question"), "the problem must say what may be done");
done("the school opened a conversation and was kept from leaping");

const programmes = [thing("programmeIndependent"), thing("programmeSchool"), thing("programmeSupportPoint")];
const words = { wordingVersion: guide, language: "nl" as const };
const steps: Step[] = [
  { step: "ask-first-question", ...words },
  { step: "has-nobody" },
  { step: "ask-second-question", ...words },
  { step: "agrees" },
  { step: "explain-buddy", ...words, programmeIds: programmes },
];
let invitationCode: string | null = null;
for (const step of steps) {
  const taken = good(
    await school.POST("/conversations/{id}/answers", {
      params: { path: conversation, header: { "If-Match": version } },
      body: step,
    }),
  );
  version = taken.etag;
  invitationCode = taken.data.invitationCode;
}
check(invitationCode !== null, "the last step gives the code for the parent");
done("the school asked, step by step, and gave the parent a code");

// from here on it is the parent's own
const code = good(await parent.POST("/parent-codes", { body: { invitationCode } })).data.parentCode;
const own = good(await parent.POST("/parent-conversations/_search", { body: { code } })).data;
check(own.programmeIds.length > 1, "a parent has a choice");
const texts = good(await parent.GET("/consent-texts")).data.data.filter((one) => one.current && one.language === "nl");
function shown(kind: string) {
  const text = texts.find((one) => one.kind === kind);
  check(text !== undefined, "there is a text in use");
  return { textVersion: text.version, language: text.language, textHash: text.textHash };
}
const request = good(
  await parent.POST("/referrals", {
    body: {
      code,
      request: {
        programmeId: thing("programmeIndependent"),
        duration: "long-term",
        channel: "either",
        topics: ["talking-with-school"],
        language: "nl",
        contact: { name: "Ouder Voorbeeld", kind: "email", value: "ouder@example.org" },
      },
      consent: shown("referral"),
    },
  }),
).data.id;
good(
  await parent.POST("/support-requests/{id}/consents", {
    params: { path: { id: request } },
    body: { kind: "request", text: shown("request") },
  }),
);
done("the parent consented to the hand-over and to being helped");

const hidden = await school.GET("/support-requests/{id}", { params: { path: { id: request } } });
check(hidden.response.status === 404, "for the school the request is not there");
done("the school cannot see the request");

// the coordinator proposes a buddy; both say yes
const found = good(
  await coordinator.GET("/support-requests/{id}/candidates", { params: { path: { id: request }, query: {} } }),
).data;
const candidate = found.candidates.find((one) => one.buddyId === thing("buddy"));
check(candidate !== undefined, "the demo's buddy is a candidate");
check(candidate.criteria.length > 0, "every point has its reason");
const proposal = good(
  await coordinator.POST("/support-requests/{id}/proposals", {
    params: { path: { id: request } },
    body: { buddyId: candidate.buddyId },
  }),
).data;
done("the coordinator proposed a buddy, with reasons");

let matchId: string | null = null;
for (const side of [parent, buddy]) {
  const path = { id: proposal.id };
  const seen = good(await side.GET("/proposals/{id}", { params: { path } }));
  if (side === parent && seen.data.ties.length > 0) {
    good(
      await side.POST("/proposals/{id}/tie-answers", {
        params: { path, header: { "If-Match": seen.etag } },
        body: { answers: seen.data.ties.map((tie) => ({ finding: tie.finding, answer: "accepted" as const })) },
      }),
    );
  }
  const { etag } = good(await side.GET("/proposals/{id}", { params: { path } }));
  const answered = good(
    await side.POST("/proposals/{id}/acceptances", {
      params: { path, header: { "If-Match": etag } },
      // the buddy says with it that what ties her to this request is declared
      body: { answer: "accepted", tiesAsked: seen.data.tiesToAsk.map((one) => one.kind) },
    }),
  );
  matchId = answered.data.matchId;
}
check(matchId !== null, "two yeses make a match");
done("both accepted");

// they meet, and it ends
const match = { id: matchId };
good(
  await buddy.POST("/matches/{id}/contacts", {
    params: { path: match },
    body: { date: new Date().toISOString().slice(0, 10), channel: "online", minutes: 45, task: "listening" },
  }),
);
const met = good(await parent.GET("/matches/{id}/contacts", { params: { path: match, query: {} } })).data;
check(met.data.length === 1, "the contact is there");
done("they met");

const running = good(await parent.GET("/matches/{id}", { params: { path: match } }));
const closed = good(
  await parent.POST("/matches/{id}/closure", {
    params: { path: match, header: { "If-Match": running.etag } },
    body: { reason: "goal-reached" },
  }),
).data;
check(closed.state === "closed", "it is over");
done("the parent closed it");
end("main job (openapi-typescript, openapi-fetch)");

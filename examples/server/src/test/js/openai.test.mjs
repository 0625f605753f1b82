// The official client, unmodified, against a server with the shipped model: limits 250 tokens, 8 sequences, key "sesame".
import assert from "node:assert/strict";
import test from "node:test";
import OpenAI from "openai";

const baseURL = `${process.env.GPT2_URL}/v1`;
const client = new OpenAI({ baseURL, apiKey: "sesame", maxRetries: 0 });
const model = "shakespeare";

test("lists models", async () => {
  const models = [];
  for await (const each of client.models.list()) {
    models.push(each.id);
  }
  assert.deepEqual(models, [model]);
  assert.equal((await client.models.retrieve(model)).owned_by, "gpt2-djl");
});

test("completes, the same with the same seed", async () => {
  const options = { model, prompt: "ROMEO:", max_tokens: 20, temperature: 0.8, top_p: 0.9, seed: 3 };
  const first = await client.completions.create(options);
  const second = await client.completions.create(options);
  assert.equal(first.object, "text_completion");
  assert.equal(first.choices[0].finish_reason, "length");
  assert.deepEqual(first.usage, { prompt_tokens: 2, completion_tokens: 20, total_tokens: 22 });
  assert.equal(first.choices[0].text, second.choices[0].text);
  assert.notEqual(first.id, second.id);
});

test("streams what it completes", async () => {
  const options = { model, prompt: ["ROMEO:", "JULIET:"], n: 2, max_tokens: 30, seed: 4, stop: ["\n\n"] };
  const whole = await client.completions.create(options);
  const stream = await client.completions.create({ ...options, stream: true, stream_options: { include_usage: true } });
  const texts = ["", "", "", ""];
  const reasons = [];
  let usage;
  for await (const event of stream) {
    for (const choice of event.choices) {
      texts[choice.index] += choice.text;
      reasons[choice.index] = choice.finish_reason;
    }
    usage = event.usage ?? usage;
  }
  assert.deepEqual(texts, whole.choices.map((choice) => choice.text));
  assert.deepEqual(reasons, whole.choices.map((choice) => choice.finish_reason));
  assert.deepEqual(usage, whole.usage);
});

test("takes ids, logprobs, echo and bias", async () => {
  const found = await client.completions.create({
    model, prompt: [818, 25], max_tokens: 5, temperature: 0, logprobs: 2, echo: true, logit_bias: { 11: -100 },
  });
  const { tokens, token_logprobs, top_logprobs, text_offset } = found.choices[0].logprobs;
  assert.equal(tokens.join(""), found.choices[0].text);
  assert.equal(tokens.length, 7);
  assert.equal(token_logprobs[0], null);
  assert.equal(top_logprobs[0], null);
  for (let i = 2; i < 7; i++) {
    assert.equal(Object.keys(top_logprobs[i]).length >= 2, true);
    assert.equal(top_logprobs[i][tokens[i]], token_logprobs[i]);
    assert.equal(text_offset[i], tokens.slice(0, i).join("").length);
  }
});

test("parts of a character have names of their own", async () => {
  const found = await client.completions.create({
    model, prompt: "O 😀天!", max_tokens: 1, temperature: 0, logprobs: 5, echo: true,
  });
  const { tokens, top_logprobs, text_offset } = found.choices[0].logprobs;
  const bytes = (token) => token.startsWith("bytes:")
    ? Buffer.from(token.slice("bytes:".length).replaceAll("\\x", ""), "hex") : Buffer.from(token);
  assert.equal(Buffer.concat(tokens.map(bytes)).toString(), found.choices[0].text);
  assert.ok(tokens.some((token) => token.startsWith("bytes:\\xf0")));
  const characters = Array.from(found.choices[0].text);
  for (let i = 1; i < tokens.length; i++) {
    assert.ok(Object.keys(top_logprobs[i]).length >= 5);
    if (!tokens[i].startsWith("bytes:")) {
      assert.ok(characters.slice(text_offset[i]).join("").startsWith(tokens[i]));
    }
  }
});

test("n greedy texts are the same", async () => {
  const found = await client.completions.create({ model, prompt: "ROMEO:", max_tokens: 5, temperature: 0, n: 3 });
  assert.deepEqual(found.choices.map((choice) => choice.index), [0, 1, 2]);
  assert.equal(new Set(found.choices.map((choice) => choice.text)).size, 1);
});

test("errors are the client's own classes", async () => {
  await assert.rejects(client.completions.create({ model, prompt: "a", top_p: 7 }), (error) => {
    assert.ok(error instanceof OpenAI.BadRequestError);
    assert.match(error.message, /top_p is 7.0, expected 0 to 1/);
    assert.equal(error.param, "top_p");
    return true;
  });
  await assert.rejects(client.completions.create({ model: "gpt-4", prompt: "a" }), OpenAI.NotFoundError);
  const stranger = new OpenAI({ baseURL, apiKey: "open", maxRetries: 0 });
  await assert.rejects(stranger.models.list(), OpenAI.AuthenticationError);
});

test("what is too much is a RateLimitError, and the client's retries get through", async () => {
  const long = { model, prompt: "O", max_tokens: 250, n: 8, suppress_tokens: [2047] };
  const all = await Promise.allSettled(Array.from({ length: 12 }, () => client.completions.create(long)));
  const rejected = all.filter((each) => each.status === "rejected");
  assert.ok(rejected.length > 0 && rejected.length < 12, `${rejected.length} of 12 rejected`);
  for (const each of rejected) {
    assert.ok(each.reason instanceof OpenAI.RateLimitError);
    assert.ok(Number(each.reason.headers.get("retry-after")) >= 1);
  }
  const patient = new OpenAI({ baseURL, apiKey: "sesame", maxRetries: 20 });
  const short = { ...long, max_tokens: 20 };
  const found = await Promise.all(Array.from({ length: 12 }, () => patient.completions.create(short)));
  assert.equal(found.every((each) => each.choices.length === 8), true);
});

test("aborting ends a stream", async () => {
  const stream = await client.completions.create({ model, prompt: "O", max_tokens: 250, stream: true, suppress_tokens: [2047] });
  let tokens = 0;
  for await (const event of stream) {
    if (event.choices.length > 0 && ++tokens === 5) {
      stream.controller.abort();
    }
  }
  assert.ok(tokens < 250);
});

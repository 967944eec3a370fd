// The official JavaScript client's whole round. Arguments: base URL, key, an empty folder.
import { GoogleGenAI } from '@google/genai';
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const [baseUrl, apiKey, folder] = process.argv.slice(2);
const ai = new GoogleGenAI({ apiKey, apiVersion: 'v1beta', httpOptions: { baseUrl } });
const model = 'gemini-2.5-flash';

async function step(name, does) {
  await does();
  console.log(`ok: ${name}`);
}

async function collect(pager) {
  const items = [];
  for await (const item of pager) {
    items.push(item);
  }
  return items;
}

async function ended(name) {
  for (let i = 0; i < 500; i++) {
    const job = await ai.batches.get({ name });
    if (job.state !== 'JOB_STATE_PENDING' && job.state !== 'JOB_STATE_RUNNING') {
      return job;
    }
    await pause(20);
  }
  throw new Error(`${name} does not end`);
}

async function refused(call, status, words) {
  await assert.rejects(call, (error) => {
    assert.equal(error.status, status, error.message);
    assert.match(error.message, words);
    return true;
  });
}

const lines = path.join(folder, 'lines.jsonl');
const line = (key, text) =>
  JSON.stringify({ key, request: { contents: [{ parts: [{ text }] }] } }) + '\n';
let input;
let fileJob;
let inlineJob;

await step('upload', async () => {
  await writeFile(lines, line('a', 'one') + line('b', 'two'));
  input = await ai.files.upload({
    file: lines,
    config: { mimeType: 'application/jsonl', displayName: 'lines' },
  });
  assert.equal(input.state, 'ACTIVE');
  assert.equal(input.displayName, 'lines');
  for (const mimeType of ['video/webm', 'audio/ogg']) {
    const media = await ai.files.upload({ file: new Blob(['media']), config: { mimeType } });
    assert.equal(media.mimeType, mimeType);
  }
});

await step('files', async () => {
  assert.equal((await ai.files.get({ name: input.name })).sizeBytes, input.sizeBytes);
  const all = await collect(await ai.files.list({ config: { pageSize: 2 } }));
  assert.equal(all.length, 3);
  const other = all.find((file) => file.name !== input.name);
  await ai.files.delete({ name: other.name });
  await refused(ai.files.delete({ name: other.name }), 403, /may not exist/);
});

await step('batch from a file', async () => {
  fileJob = await ai.batches.create({ model, src: input.name, config: { displayName: 'file' } });
  const job = await ended(fileJob.name);
  assert.equal(job.state, 'JOB_STATE_SUCCEEDED');
  const answers = path.join(folder, 'answers.jsonl');
  await ai.files.download({ file: job.dest.fileName, downloadPath: answers });
  const keys = (await readFile(answers, 'utf8')).trim().split('\n').map((l) => JSON.parse(l).key);
  assert.deepEqual(keys, ['a', 'b']);
});

await step('batch of inline requests', async () => {
  const request = (text, key) => ({ contents: [{ parts: [{ text }] }], metadata: { key } });
  inlineJob = await ai.batches.create({
    model,
    src: [request('one', 'a'), request('two', 'b')],
    config: { displayName: 'inline' },
  });
  const job = await ended(inlineJob.name);
  assert.equal(job.state, 'JOB_STATE_SUCCEEDED');
  const responses = job.dest.inlinedResponses;
  assert.deepEqual(responses.map((each) => each.metadata?.key), ['a', 'b']);
  assert.match(responses[0].response.candidates[0].content.parts[0].text, /sandbox/);
});

await step('list', async () => {
  const jobs = await collect(await ai.batches.list({ config: { pageSize: 1 } }));
  assert.deepEqual(jobs.map((job) => job.displayName), ['inline', 'file']);
});

await step('refusals', async () => {
  await refused(ai.batches.create({ model: 'does-not-exist', src: input.name }), 404, /not found/);
  const stranger = new GoogleGenAI({
    apiKey: 'another-project',
    apiVersion: 'v1beta',
    httpOptions: { baseUrl },
  });
  await refused(stranger.batches.create({ model, src: input.name }), 404, /not found/);
});

await step('cancel', async () => {
  await fetch(`${baseUrl}/sandbox/job-time`, {
    method: 'POST',
    headers: { 'X-Sandbox': '1' },
    body: '1h',
  });
  const job = await ai.batches.create({ model, src: input.name, config: { displayName: 'early' } });
  await ai.batches.cancel({ name: job.name });
  assert.equal((await ai.batches.get({ name: job.name })).state, 'JOB_STATE_CANCELLED');
});

await step('delete', async () => {
  const file = (await ai.batches.get({ name: fileJob.name })).dest.fileName;
  await ai.batches.delete({ name: fileJob.name });
  await refused(ai.batches.get({ name: fileJob.name }), 404, /not found/);
  await refused(ai.batches.delete({ name: fileJob.name }), 404, /not found/);
  const gone = await fetch(`${baseUrl}/v1beta/${file}:download?alt=media&key=${apiKey}`);
  assert.equal(gone.status, 404);
});

await step('models', async () => {
  const models = await collect(await ai.models.list({ config: { pageSize: 5 } }));
  assert.ok(models.some((each) => each.name === `models/${model}`));
  assert.equal((await ai.models.get({ model })).name, `models/${model}`);
  await refused(ai.models.get({ model: 'does-not-exist' }), 404, /not found/);
});

await step('countTokens', async () => {
  const few = await ai.models.countTokens({ model, contents: 'few words' });
  const many = await ai.models.countTokens({ model, contents: 'many words '.repeat(100) });
  assert.ok(few.totalTokens > 0 && many.totalTokens > few.totalTokens + 200);
});

await step('generateContent', async () => {
  const answer = await ai.models.generateContent({
    model,
    contents: 'A number, please.',
    config: {
      serviceTier: 'flex',
      candidateCount: 2,
      responseMimeType: 'application/json',
      responseSchema: { type: 'OBJECT', properties: { n: { type: 'INTEGER' } }, required: ['n'] },
    },
  });
  assert.equal(typeof JSON.parse(answer.candidates[0].content.parts[0].text).n, 'number');
  assert.equal(answer.candidates.length, 2);
  assert.equal(answer.usageMetadata.serviceTier, 'flex');
});

await step('generateContentStream', async () => {
  const whole = await ai.models.generateContent({ model, contents: 'A word.' });
  let text = '';
  let pieces = 0;
  for await (const piece of await ai.models.generateContentStream({ model, contents: 'A word.' })) {
    text += piece.text;
    pieces++;
  }
  assert.equal(pieces, 2);
  assert.equal(text, whole.text);
});

console.log('The whole round is done.');

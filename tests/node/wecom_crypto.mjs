// WeCom's own envelope and file cipher: one request a line of JSON in, one answer a line out.
import { createInterface } from "node:readline";
import pkg from "@wecom/aibot-node-sdk";

const { WecomCrypto, decryptFile } = pkg;

const answers = {
  seal: ({ token, key, receiver, text, timestamp, nonce }) =>
    new WecomCrypto(token, key, receiver).encrypt(text, timestamp, nonce),
  open: ({ token, key, receiver, signature, timestamp, nonce, encrypted }) => {
    const crypto = new WecomCrypto(token, key, receiver);
    const genuine = crypto.verifySignature(signature, timestamp, nonce, encrypted);
    return { text: genuine ? crypto.decrypt(encrypted) : null };
  },
  file: ({ content, key }) => ({
    content: decryptFile(Buffer.from(content, "base64"), key).toString("base64"),
  }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line);
  let answer;
  try {
    answer = answers[asked.ask](asked);
  } catch (error) {
    answer = { error: error.message };
  }
  console.log(JSON.stringify(answer));
}

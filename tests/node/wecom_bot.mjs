// One turn of WeCom's own Node client: it says each thing that happened as a line of JSON.
// Arguments: ws, bot_id, secret.
import pkg from "@wecom/aibot-node-sdk";

const { WSClient } = pkg;
const [wsUrl, botId, secret] = process.argv.slice(2);
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const say = (what, more = {}) => console.log(JSON.stringify({ what, ...more }));

const client = new WSClient({ wsUrl, botId, secret, reconnectInterval: 50, logger: silent });

const card = (task_id, text) => ({
  card_type: "button_interaction",
  main_title: { title: "请选择" },
  button_list: [{ text, style: 1, key: "yes" }],
  task_id,
});

client.on("authenticated", () => say("authenticated"));
client.on("disconnected", (reason) => say("disconnected", { reason: String(reason) }));
client.on("error", (error) => say("error", { message: error.message }));

client.on("event.enter_chat", async (frame) => {
  await client.replyWelcome(frame, { msgtype: "text", text: { content: "欢迎" } });
  say("welcomed");
});

client.on("event.template_card_event", async (frame) => {
  const pressed = frame.body.event.template_card_event;
  await client.updateTemplateCard(frame, card(pressed.task_id, "✓"));
  say("updated", { key: pressed.event_key });
});

client.on("message.file", async (frame) => {
  const { url, aeskey } = frame.body.file;
  const { buffer, filename } = await client.downloadFile(url, aeskey);
  say("file", { filename, content: buffer.toString("base64") });
});

client.on("message.text", async (frame) => {
  await client.replyStream(frame, "stream-1", "一", false);
  await client.replyStream(frame, "stream-1", "一二", true);
  const chat = frame.body.chatid || frame.body.from.userid;
  await client.sendMessage(chat, { msgtype: "markdown", markdown: { content: "**通知**" } });
  await client.sendMessage(chat, { msgtype: "template_card", template_card: card("task-1", "好") });
  const media = await client.uploadMedia(Buffer.alloc(700000, 7), { type: "file", filename: "x.bin" });
  await client.sendMediaMessage(chat, "file", media.media_id);
  let refused = 0;
  try {
    await client.replyStream({ headers: { req_id: "nobody" } }, "s", "x", true);
  } catch (error) {
    refused = error.errcode;
  }
  say("answered", { text: frame.body.text.content, refused });
});

client.connect();

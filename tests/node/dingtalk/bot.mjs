// A bot on DingTalk's own client: it repeats what it is told, by the session's webhook and, when it
// is told so, to the person by the robot's API; a pressed button changes its card.
import axios from 'axios';
import { DWClient, EventAck, TOPIC_CARD, TOPIC_ROBOT } from 'dingtalk-stream';

const { CLIENT_ID, CLIENT_SECRET, DINGTALK_API } = process.env;
const client = new DWClient({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, keepAlive: true });

async function sendTo(userId, content) {
  const token = await client.getAccessToken();
  const message = { robotCode: CLIENT_ID, userIds: [userId], msgKey: 'sampleText' };
  await axios.post(
    `${DINGTALK_API}/v1.0/robot/oToMessages/batchSend`,
    { ...message, msgParam: JSON.stringify({ content }) },
    { headers: { 'x-acs-dingtalk-access-token': token } },
  );
}

client.registerCallbackListener(TOPIC_ROBOT, async (frame) => {
  client.socketCallBackResponse(frame.headers.messageId, null);
  const message = JSON.parse(frame.data);
  const said = message.text.content.trim();
  if (said === 'privately') {
    await sendTo(message.senderStaffId, said);
    return;
  }
  await axios.post(message.sessionWebhook, { msgtype: 'text', text: { content: `node: ${said}` } });
});
client.registerCallbackListener(TOPIC_CARD, (frame) => {
  const { cardPrivateData } = JSON.parse(JSON.parse(frame.data).content);
  client.socketCallBackResponse(frame.headers.messageId, {
    cardUpdateOptions: { updateCardDataByKey: true },
    cardData: { cardParamMap: { msgContent: `node: ${cardPrivateData.actionIds[0]}` } },
  });
});
client.registerAllEventListener((frame) => ({
  status: frame.headers.eventType === 'later' ? EventAck.LATER : EventAck.SUCCESS,
}));
await client.connect();

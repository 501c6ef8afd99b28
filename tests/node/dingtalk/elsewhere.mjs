// The client knows one address of DingTalk only; this loads it with the emulator's instead.
import { register } from 'node:module';

const hook = `
  export async function load(url, context, nextLoad) {
    const loaded = await nextLoad(url, context);
    if (!url.endsWith('/dingtalk-stream/dist/constants.mjs')) return loaded;
    const source = String(loaded.source)
      .replaceAll('https://api.dingtalk.com', process.env.DINGTALK_API)
      .replaceAll('https://oapi.dingtalk.com', process.env.DINGTALK_OLD_API);
    return { ...loaded, source };
  }
`;
register(`data:text/javascript,${encodeURIComponent(hook)}`);

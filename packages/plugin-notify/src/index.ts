import { API_VERSION, definePlugin, type Plugin } from '@provisioning-dist/core';
import { discord } from './discord/channel.ts';
import { email } from './email/channel.ts';
import { mattermost } from './mattermost/channel.ts';
import { slack } from './slack/channel.ts';
import { teams } from './teams/channel.ts';
import { telegram } from './telegram/channel.ts';
import { webhook } from './webhook/channel.ts';

const plugin: Plugin = definePlugin({
  name: 'notify',
  apiVersion: API_VERSION,
  channels: { discord, email, mattermost, slack, teams, telegram, webhook },
});

export default plugin;

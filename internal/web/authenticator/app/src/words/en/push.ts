// Notifications, installing the app, and what the worker says by itself.

import type { Area } from "../catalogue";

export const push = {
  "switch": "Tell me about requests when the app is closed",
  "switch.hint": "The notification leads here. Nothing can be approved from it.",
  "hide": "Show only the application’s name",
  "hide.hint": "For screens that others can see.",
  "busy": "Asking the servers…",
  "on": "This device is told about requests, also when the app is closed.",
  "denied": "The browser blocks notifications of this page. Allow them in its settings for this site, and come back.",
  "absent": "This browser cannot notify you when the app is closed. Open the app to see what waits.",
  "install": "On an iPhone or iPad, notifications work once the app is on the home screen. Add it there, and switch them on in it.",
  "none": "Your server sends no notifications. Open the app to see what waits.",
  "some": "These servers send no notifications: {servers}. Open the app to see what waits there.",
  "failed": "That did not work yet; it is tried again when the app starts.",

  "invite.text": "Requests may wait here unseen while the app is closed. Let this device tell you about them?",
  "invite.on": "Notify me",
  "invite.later": "Not now",

  "app.text": "Put it on your home screen or desktop: it opens in a window of its own, and works without a connection.",
  "app.install": "Install the app",
  "app.installed": "The app is installed on this device.",
  "app.ios": "In Safari, tap the share button and choose “Add to Home Screen”.",
  "app.manual": "Your browser installs it from its own menu: look for “Add to home screen” or “Install”.",

  "notice.waiting": "A request is waiting for you",
  "notice.look": "Open the app to see what is asked.",
  "notice.many": "Requests waiting: {n}",
  "notice.manyText": "Look at each of them. Deny what you did not start.",
  "notice.over": "Nothing to decide any more",
  "notice.overText": "The request was answered elsewhere, withdrawn, or ran out.",
} satisfies Area;

import type { Area } from "../catalogue";

// Linking: how this browser becomes a key to an account.

export const link = {
  "welcome.title": "You decide what happens",
  "welcome.lead": "Before something important is done in your name, such as a login or a payment, applications ask you here. You look at it, and you approve or deny.",
  "welcome.ways": "How to begin",
  "welcome.promise": "The key is made in this browser and cannot leave it. Use a browser that is yours alone.",
  "another.title": "Link another account",
  "another.lead": "Each account gets a key of its own. Accounts know nothing of each other.",

  "way.scan": "Scan a QR code",
  "way.scan.hint": "The application shows it, or another device of yours",
  "way.code": "Type a code",
  "way.code.hint": "It stands under the QR code, or in a message",
  "way.phone": "Use your phone number",
  "way.phone.hint": "You get a code by text message",
  "way.recovery": "Use a recovery code",
  "way.import": "Bring one-time codes from another app",
  "back": "Other ways",

  "scan.title": "Scan the QR code",
  "scan.lead": "Hold the camera on it, or choose a picture of it.",
  "scan.type": "Type the code instead",

  "code.title": "Type the code",
  "code.label": "Linking code",
  "code.hint": "Eight letters and digits. You can also paste a linking address.",
  "code.go": "Link this browser",
  "busy": "Linking…",

  "confirm.title": "Link to this server?",
  "confirm.warn": "Go on only if you know it. A QR code or a message can come from anybody.",
  "confirm.code": "Code",
  "confirm.token": "Invitation",
  "confirm.token.value": "from the QR code",
  "confirm.server": "Server",
  "confirm.cancel": "Do not link",

  "server.label": "Server",
  "server.hint": "Where your account is.",
  "server.own": "{host} (this one)",

  "name.label": "Name of this device",
  "name.hint": "You will see it in the list of your devices.",
  "name.browser": "Browser",
  "name.guess": "{browser} on {system}",

  "phone.title": "Your phone number",
  "phone.label": "Phone number",
  "phone.hint": "With the country code, as the application knows it.",
  "phone.invalid": "Write the number with a plus and the country code, such as +1 405 342 5699.",
  "phone.send": "Send me a code",
  "phone.sending": "Sending…",
  "phone.sent": "Sent to {number}.",
  "phone.inbox": "In this sandbox it is in the inbox.",
  "phone.inbox.open": "Open the inbox",
  "phone.code": "Code from the message",
  "phone.code.hint": "If this number belongs to an account, it has just got a code.",
  "phone.other": "Use another number",

  "directory.title": "Which one is meant?",
  "directory.legend": "Several services know you by this. Choose the one to link to.",
  "directory.go": "Link to this one",

  "recovery.title": "Use a recovery code",
  "recovery.lead": "You made recovery codes when you still had a linked device. Each counts once.",
  "recovery.user": "Who you are",
  "recovery.user.hint": "Your phone number with the country code, your e-mail address or your user name.",
  "recovery.code": "Recovery code",
  "recovery.told": "Your other devices are told about it.",
  "recovery.user.missing": "Say who you are.",

  "foreign.title": "This code is for another server",
  "foreign.text": "This authenticator cannot reach that server. Its own authenticator can: open it, if you know the server, and link there.",
  "foreign.open": "Open the authenticator of {host}",

  "join.title": "Confirm on your other device",
  "join.text": "Your other device shows three numbers. Choose this one there:",
  "join.number": "Number to choose: {number}",
  "join.waiting": "Waiting for your other device…",
  "join.left": "Time left",
  "join.refused.title": "Not linked",
  "join.refused": "Your other device said no, another number was chosen, or the time is over. Begin again there.",
  "join.again": "Begin again",
  "join.offline": "No connection. Still trying…",

  "linked": "Linked to {name}",

  "misread.empty": "Enter the code that you were given.",
  "misread.unreadable": "This is not a linking code. Enter the letters and digits that you were given.",
  "misread.insecure": "This code names a server that is not reached by https. Do not use it.",
  "misread.seed": "This QR code holds one-time codes, not a link.",
  "misread.seed.import": "Import them",
  "wrong_key": "The server linked another key than the one of this browser. Do not use this link.",
  "recovery.refused": "This does not fit: the code is wrong or used, or nobody is known by that name.",
} satisfies Area;

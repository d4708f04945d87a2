// What the device protocol sends, as docs/authenticator-protocol.md has it.

export interface JWK {
  crv: string;
  kty: string;
  x: string;
  y: string;
}

// Key is a device's own: the private half can be used and not be read.
export interface Key {
  privateKey: CryptoKey;
  jwk: JWK;
  thumbprint: string;
}

export interface Named {
  id: string;
  name: string;
}

export interface Branding {
  name: string;
  color: string;
  logo: string; // a digest, or "" for none
}

export interface Device {
  id: string;
  name: string;
  platform: string;
  key: string;
  push: boolean;
  created_at: string;
  last_seen_at?: string;
}

export interface User {
  id: string;
  number?: number;
  alias?: string;
  email?: string;
  phone?: string;
}

export interface AccountInfo {
  device: Device;
  user: User;
  directory: Named;
  organization: Named;
  applications: Named[];
  branding?: Branding;
  server_key: JWK;
  server_time: string;
}

export interface TOTP {
  secret: string;
  algorithm: string;
  digits: number;
  period: number;
  issuer: string;
  label: string;
}

export interface LinkedAccount extends AccountInfo {
  totp?: TOTP;
}

export type State = "pending" | "approved" | "denied" | "expired" | "cancelled";

export interface Detail {
  label: string;
  value: string;
}

export interface DenialReason {
  id: string;
  text: string;
  fraud: boolean;
}

// Match is the number that the person sees where the request was made: chosen
// among these, or typed with so many digits.
export type Match = { choices: string[]; digits?: undefined } | { digits: string; choices?: undefined };

export interface Question {
  organization: Named;
  application: Named;
  user: { id: string };
  challenge: string;
  nonce: string;
  title?: string;
  message: string;
  details: Detail[];
  amount?: { value: string; currency: string };
  hidden_details_hash?: string;
  policy?: Policy;
  reasons?: DenialReason[];
  recipient?: unknown;
  match?: Match;
  created_at: string;
  expires_at: string | null;
}

export interface Demand {
  methods?: string;
  factors?: string[];
}

// Fence is a circle or a territory, by its kind. Numbers are text.
export interface Fence {
  kind: string;
  name?: string;
  latitude?: string;
  longitude?: string;
  radius?: string;
  country?: string;
  area?: string;
  postal_code?: string;
}

// Window is a time of the day on some days of the week.
export interface Window {
  days: string[];
  start: string;
  end: string;
  zone: string;
  name?: string;
}

export interface Policy extends Demand {
  places?: Fence[][];
  times?: Window[][];
  conditionals?: { fences: Fence[]; inside: Demand; outside: Demand }[];
  deny_rooted?: true;
  deny_emulator?: true;
  deny_synced?: true;
  match?: "pick" | "type";
}

export interface Challenge {
  id: string;
  state: State;
  question: Question;
  logos?: { res: string; url: string }[];
  answered_at?: string;
  answered_by?: string;
  reason?: string;
  fraud?: boolean;
  failure?: string;
}

export interface ChallengeList {
  challenges: Challenge[];
  cursor?: string;
  next?: string;
}

export interface Receipt {
  type: string;
  statement: string;
  seal: string;
  device_key?: JWK;
  passkey?: unknown;
  server_key: JWK;
}

export interface Session {
  id: string;
  application: Named;
  started_at: string;
}

// Refusals by a server (RFC 9457).

import type { Named } from "./types";

export interface ProblemBody {
  code?: string;
  title?: string;
  detail?: string;
  server_time?: string;
  directories?: Named[];
}

export class Problem extends Error {
  readonly code: string; // "" when something in between answered
  readonly directories: Named[];
  readonly serverTime: number; // NaN when it was not said

  constructor(readonly status: number, body: ProblemBody, date: string | null = null) {
    super(body.detail || body.title || String(status));
    this.name = "Problem";
    this.code = body.code ?? "";
    this.directories = body.directories ?? [];
    this.serverTime = Date.parse(body.server_time ?? date ?? "");
  }
}

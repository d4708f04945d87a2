import type { Catalogue } from "..";
import { account } from "./account";
import { codes } from "./codes";
import { link } from "./link";
import { push } from "./push";
import { requests } from "./requests";
import { shell } from "./shell";

export const pt: Catalogue = { shell, requests, codes, link, account, push };

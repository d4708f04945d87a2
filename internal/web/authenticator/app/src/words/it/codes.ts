export { codes } from "../en/codes";

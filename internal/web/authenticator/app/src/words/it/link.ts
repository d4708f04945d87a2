export { link } from "../en/link";

export { push } from "../en/push";

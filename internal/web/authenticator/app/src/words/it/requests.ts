export { requests } from "../en/requests";

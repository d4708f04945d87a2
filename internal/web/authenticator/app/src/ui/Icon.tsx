// Pictures of one line, drawn in the colour of the text.

const paths = {
  requests: "M4 5h16v11H9l-5 4z",
  codes: "M5 8h14M5 16h14M9 4L7 20M17 4l-2 16",
  history: "M12 7v5l3.5 2M12 3a9 9 0 1 1-8.5 6M3 4v5h5",
  settings: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5",
  device: "M7 2.5h10v19H7zM11 18.5h2",
  devices: "M3 5h13v9H3zM6 18h6M16 9h5v10h-5z",
  account: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.6-4 3.5-6 7.5-6s6.9 2 7.5 6",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  clock: "M12 7v5l3 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  plus: "M12 5v14M5 12h14",
  lock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 7 0V11M12 14.5v2",
  unlock: "M6 11h12v9H6zM8.5 11V7.5a3.5 3.5 0 0 1 6.8-1.2M12 14.5v2",
  bell: "M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16",
  picture: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9h.01",
  key: "M14.5 3.5a6 6 0 1 1-5.3 8.8L3.5 18v2.5H7v-2h2v-2h1.7M15.5 8.5h.01",
  phone: "M6 3h4l1.5 5L9 10c1 2.5 2.5 4 5 5l2-2.5 5 1.5v4c0 1-1 2-2 2C11 20 4 13 4 5c0-1 1-2 2-2z",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  save: "M12 4v11M7 10.5l5 5 5-5M4 20h16",
  trash: "M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
  alert: "M12 4L2.5 20h19zM12 10v4.5M12 17.3v.01",
  info: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 11v5.5M12 7.7v.01",
  offline: "M4 9c1.5-1.2 3-2 5-2.5M20 9a13 13 0 0 0-5-2.5M7 13a8 8 0 0 1 2.5-1.6M17 13a8 8 0 0 0-2-1.4M12 18.5v.01M4 3l16 18",
  place: "M12 21c-4.5-5-7-8.3-7-11a7 7 0 0 1 14 0c0 2.7-2.5 6-7 11zM12 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z",
  edit: "M4 20l1-4.5L16 4.5l3.5 3.5L8.5 19z",
  move: "M4 8h14M14 4l4 4-4 4M20 16H6M10 12l-4 4 4 4",
  logout: "M14 4H5v16h9M10 12h11M17 8l4 4-4 4",
  receipt: "M6 3h12v18l-3-2-3 2-3-2-3 2zM9 8h6M9 12h6",
  shield: "M12 3l7.5 3v5.5c0 4.5-3 8-7.5 9.5-4.5-1.5-7.5-5-7.5-9.5V6z",
  up: "M12 19V5M6 11l6-6 6 6",
  down: "M12 5v14M6 13l6 6 6-6",
};

export type IconName = keyof typeof paths;

export function Icon({ name }: { name: IconName }) {
  return <svg viewBox="0 0 24 24" aria-hidden="true" class="icon"><path d={paths[name]} /></svg>;
}

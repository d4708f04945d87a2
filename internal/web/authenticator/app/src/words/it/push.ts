import type { Catalogue } from "..";

export const push: Catalogue["push"] = {
  "switch": "Avvisami delle richieste quando l’app è chiusa",
  "switch.hint": "La notifica porta qui. Da lì non si può approvare nulla.",
  "hide": "Mostra solo il nome dell’applicazione",
  "hide.hint": "Per schermi che altri possono vedere.",
  "busy": "Chiedo ai server…",
  "on": "Questo dispositivo viene avvisato delle richieste, anche con l’app chiusa.",
  "denied": "Il browser blocca le notifiche di questa pagina. Consentile nelle impostazioni di questo sito e torna qui.",
  "absent": "Questo browser non può avvisarti con l’app chiusa. Apri l’app per vedere che cosa è in attesa.",
  "install": "Su iPhone o iPad le notifiche funzionano quando l’app è nella schermata Home. Aggiungila lì e attivale al suo interno.",
  "none": "Il tuo server non invia notifiche. Apri l’app per vedere che cosa è in attesa.",
  "some": "Questi server non inviano notifiche: {servers}. Apri l’app per vedere che cosa è in attesa lì.",
  "failed": "Non ha ancora funzionato; si riprova all’avvio dell’app.",

  "invite.text": "Con l’app chiusa, le richieste possono restare qui senza che nessuno le veda. Vuoi che questo dispositivo ti avvisi?",
  "invite.on": "Avvisami",
  "invite.later": "Non ora",

  "app.text": "Mettila nella schermata Home o sul desktop: si apre in una finestra propria e funziona senza connessione.",
  "app.install": "Installa l’app",
  "app.installed": "L’app è installata su questo dispositivo.",
  "app.ios": "In Safari tocca il pulsante di condivisione e scegli «Aggiungi alla schermata Home».",
  "app.manual": "Il browser la installa dal suo menu: cerca «Aggiungi a schermata Home» o «Installa».",

  "notice.waiting": "Una richiesta ti aspetta",
  "notice.look": "Apri l’app per vedere che cosa viene chiesto.",
  "notice.many": "Richieste in attesa: {n}",
  "notice.manyText": "Guardale una per una. Rifiuta ciò che non hai avviato tu.",
  "notice.over": "Non c’è più nulla da decidere",
  "notice.overText": "La richiesta ha avuto risposta altrove, è stata ritirata o è scaduta.",
};

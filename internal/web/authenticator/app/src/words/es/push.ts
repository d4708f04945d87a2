import type { Catalogue } from "..";

export const push: Catalogue["push"] = {
  "switch": "Avisarme de las solicitudes cuando la aplicación está cerrada",
  "switch.hint": "La notificación lleva aquí. Desde ella no se puede aprobar nada.",
  "hide": "Mostrar solo el nombre de la aplicación",
  "hide.hint": "Para pantallas que otros pueden ver.",
  "busy": "Preguntando a los servidores…",
  "on": "Este dispositivo recibe avisos de las solicitudes, también con la aplicación cerrada.",
  "denied": "El navegador bloquea las notificaciones de esta página. Permítalas en los ajustes de este sitio y vuelva.",
  "absent": "Este navegador no puede avisarle con la aplicación cerrada. Ábrala para ver lo que está pendiente.",
  "install": "En un iPhone o iPad, las notificaciones funcionan cuando la aplicación está en la pantalla de inicio. Añádala allí y actívelas dentro.",
  "none": "Su servidor no envía notificaciones. Abra la aplicación para ver lo que está pendiente.",
  "some": "Estos servidores no envían notificaciones: {servers}. Abra la aplicación para ver lo que está pendiente allí.",
  "failed": "Todavía no ha funcionado; se intentará otra vez cuando se abra la aplicación.",

  "invite.text": "Con la aplicación cerrada, las solicitudes pueden quedar aquí sin que nadie las vea. ¿Quiere que este dispositivo le avise?",
  "invite.on": "Avisarme",
  "invite.later": "Ahora no",

  "app.text": "Póngala en la pantalla de inicio o en el escritorio: se abre en una ventana propia y funciona sin conexión.",
  "app.install": "Instalar la aplicación",
  "app.installed": "La aplicación está instalada en este dispositivo.",
  "app.ios": "En Safari, toque el botón de compartir y elija «Añadir a pantalla de inicio».",
  "app.manual": "Su navegador la instala desde su propio menú: busque «Añadir a pantalla de inicio» o «Instalar».",

  "notice.waiting": "Una solicitud le espera",
  "notice.look": "Abra la aplicación para ver lo que se pide.",
  "notice.many": "Solicitudes pendientes: {n}",
  "notice.manyText": "Mire cada una. Rechace lo que usted no haya empezado.",
  "notice.over": "Ya no hay nada que decidir",
  "notice.overText": "La solicitud se respondió en otro sitio, se retiró o caducó.",
};

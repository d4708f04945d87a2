import type { Catalogue } from "..";

export const push: Catalogue["push"] = {
  "switch": "Avisar das solicitações quando o aplicativo está fechado",
  "switch.hint": "A notificação traz você para cá. Nada pode ser aprovado nela.",
  "hide": "Mostrar só o nome do aplicativo que pergunta",
  "hide.hint": "Para telas que outros podem ver.",
  "busy": "Perguntando aos servidores…",
  "on": "Este dispositivo é avisado das solicitações, também com o aplicativo fechado.",
  "denied": "O navegador bloqueia as notificações desta página. Permita-as nos ajustes deste site e volte.",
  "absent": "Este navegador não pode avisar você com o aplicativo fechado. Abra-o para ver o que está pendente.",
  "install": "No iPhone ou iPad, as notificações funcionam quando o aplicativo está na tela de início. Adicione-o lá e ative-as dentro dele.",
  "none": "Seu servidor não envia notificações. Abra o aplicativo para ver o que está pendente.",
  "some": "Estes servidores não enviam notificações: {servers}. Abra o aplicativo para ver o que está pendente lá.",
  "failed": "Ainda não deu certo; tentamos de novo quando o aplicativo for aberto.",

  "invite.text": "Com o aplicativo fechado, as solicitações podem ficar aqui sem ser vistas. Quer que este dispositivo avise você?",
  "invite.on": "Avisar-me",
  "invite.later": "Agora não",

  "app.text": "Coloque-o na tela de início ou na área de trabalho: ele abre em uma janela própria e funciona sem conexão.",
  "app.install": "Instalar o aplicativo",
  "app.installed": "O aplicativo está instalado neste dispositivo.",
  "app.ios": "No Safari, toque no botão de compartilhar e escolha “Adicionar à Tela de Início”.",
  "app.manual": "Seu navegador o instala pelo próprio menu: procure “Adicionar à tela inicial” ou “Instalar”.",

  "notice.waiting": "Uma solicitação espera por você",
  "notice.look": "Abra o aplicativo para ver o que é pedido.",
  "notice.many": "Solicitações pendentes: {n}",
  "notice.manyText": "Olhe cada uma. Negue o que você não começou.",
  "notice.over": "Não há mais nada a decidir",
  "notice.overText": "A solicitação foi respondida em outro lugar, retirada ou expirou.",
};

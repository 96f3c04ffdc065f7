// Norwegian (bokmål).

import type { Words } from "./words.ts";

export const nb: Words = {
  language: "nb",
  common: {
    help: "Hjelp",
    why: "Hvorfor?",
    close: "Lukk",
    back: "Tilbake",
    menu: "Meny",
    signOut: "Logg ut",
    you: "Du",
    today: "i dag",
    tomorrow: "i morgen",
    yesterday: "i går",
    loading: "Laster",
    failed: "Det gikk ikke. Ingenting er tapt; prøv igjen.",
    again: "Prøv igjen",
    skip: "Hopp til skrivefeltet",
  },
  link: {
    offline: "Du er uten nett.",
    offlineMore: "Bare skriv videre; det sendes av seg selv, i rekkefølge, når nettet er tilbake.",
    unsure: "Forbindelsen er treg.",
    unsureMore: "Det du skriver, blir liggende her til det er sendt.",
  },
  talk: {
    with: (name) => `Samtale med ${name}`,
    messages: "Meldinger",
    message: "Melding",
    send: "Send",
    writeTo: (name) => `Skriv til ${name}`,
    unread: (count) => (count === 1 ? "1 ny melding" : `${count} nye meldinger`),
    newBelow: (count) => (count === 1 ? "1 ny" : `${count} nye`),
    sent: "Sendt",
    read: "Lest",
    unsent: "Ikke sendt ennå",
    erased: "Denne meldingen er slettet.",
    isWriting: (name) => `${name} skriver`,
    writing: "Skriver",
    says: (name, text) => `${name}: ${text}`,
    empty: (name) => `Ingenting er skrevet ennå. ${name} leser det du skriver her.`,
    emptyOver: "Her ble ingenting skrevet.",
    answersBy: (when) => `Svarer senest ${when}`,
    waits: (name) => `${name} svarer når det passer`,
    away: (name, until) => `${name} er borte til ${until}`,
    substitute: (name) => `${name} er vikar`,
    awayUntil: (name, until) => `${name} er borte til ${until}.`,
    standsIn: (name) => `${name} svarer imens.`,
    mayWrite: "Du kan skrive likevel.",
    unknownEvent: "Noe skjedde med en time.",
  },
  state: {
    open: "Åpent.",
    windowEnds: (span, at) => `Vinduet slutter om ${span}, ${at}.`,
    windowsLeft: (count) => `${count} til er igjen denne uken.`,
    windowWaits: "Neste melding åpner et skrivevindu på 24 timer.",
    messagesLeft: (
      count,
    ) => (count === 1
      ? "1 melding er igjen denne uken."
      : `${count} meldinger er igjen denne uken.`),
    live: (until) => `Livechat til ${until}.`,
    liveMore: "Skriv fritt; det bruker ikke av skrivingen i abonnementet.",
    alwaysOpen: "Alltid åpent for deg.",
    quotaUsed: "Skrivevinduene denne uken er brukt.",
    messagesUsed: "Meldingene denne uken er brukt.",
    closed: "Skrivingen hviler i dag.",
    paused: "Samtalen er satt på pause.",
    suspended: "Ingen kan skrive her nå.",
    ended: "Samtalen er avsluttet.",
    opens: (when, span) => `Åpner ${when}, om ${span}.`,
    textStays: "Det du skriver, blir liggende.",
    readOn: "Alt kan fortsatt leses.",
    notSent: "Ikke sendt.",
    backFirst: "Teksten din ligger først i feltet.",
    notTaken: "Serveren tok den ikke imot. Teksten din ligger først i feltet.",
    queued: (
      count,
    ) => (count === 1
      ? "1 melding venter på å bli sendt."
      : `${count} meldinger venter på å bli sendt.`),
  },
  live: {
    now: "Livechat",
    soon: (at, span) => `Livechat ${at}, om ${span}`,
    left: "igjen",
    leftOf: (span) => `${span} igjen av livechatten`,
    began: (until) => `Livechatten har begynt. Den varer til kl. ${until}.`,
    minutesLeft: (minutes) =>
      minutes === 1
        ? "Det er 1 minutt igjen av livechatten."
        : `Det er ${minutes} minutter igjen av livechatten.`,
    over: "Livechatten er over.",
  },
  banners: {
    only_video_included:
      "Abonnementet ditt gjelder bare video. Det som skrives her, er til å avtale tid.",
  },
  week: {
    title: "Skriving denne uken",
    figure: "Uken fra mandag til søndag.",
    window: (from, until) => `Et vindu fra ${from} til ${until}.`,
    rests: (days) => `Skrivingen hviler ${days}.`,
    mentorAlways: (name) => `${name} kan alltid skrive til deg.`,
    windows: (isRunning, left) =>
      isRunning
        ? `Ett vindu er i bruk, ${left || "ingen"} er igjen.`
        : left
        ? `${left} ${left > 1 ? "vinduer" : "vindu"} er igjen.`
        : "Alle vinduene er brukt.",
    nextAfter: (at, hours) =>
      `Neste vindu åpner når du sender en melding etter ${at}, og varer i ${hours}\u00a0timer.`,
    nextNow: (hours) => `Det åpner når du sender en melding, og varer i ${hours}\u00a0timer.`,
    newOnes: (when, count) =>
      count === 1
        ? `Uken begynner ${when}; da har du én ny.`
        : `Uken begynner ${when}; da har du ${count} nye.`,
    openDays: "Du kan skrive så mye du vil på åpne dager.",
    always: "Du kan skrive når du vil.",
    side: "Timer og abonnement",
    plan: "Abonnement",
    planWindows: (count, hours) =>
      count === 1
        ? `ett skrivevindu på ${hours}\u00a0timer i uken.`
        : `${count} skrivevinduer på ${hours}\u00a0timer i uken.`,
    planMessages: (count) => `${count} meldinger i uken, til å avtale tid.`,
    planOpenDays: "du kan skrive alle hverdager, så mye du vil.",
    planAlways: "du kan skrive alle dager, så mye du vil.",
    freer: (plan) => `Med ${plan} kan du skrive alle hverdager.`,
  },
  member: {
    nobody: "Du har ikke fått en mentor ennå. Du får beskjed når noen er der.",
    endedWith: (name) => `Samtale med ${name}, avsluttet`,
  },
  events: {
    liveChat: "livechat",
    videoCall: "videosamtale",
    booked: (service, when) => `En ${service} er booket: ${when}.`,
    moved: (service, when) => `Timen (${service}) er flyttet til ${when}.`,
    cancelled: (service, when) => `Timen (${service}) ${when} er avlyst.`,
    started: (service) => `Timen (${service}) har begynt.`,
    ended: (service) => `Timen (${service}) er over.`,
    late: "En av dere er ikke med ennå.",
    noShow: "Dere møttes ikke denne gangen.",
    corrected: (units) => `Support har rettet antall enheter: ${units}.`,
  },
  due: {
    done: "Besvart",
    none: "Ingen svarfrist",
    late: (span) => `${span} over fristen`,
    left: (span) => `${span} igjen`,
  },
  mentor: {
    navigation: "Hovedmeny",
    conversations: "Samtaler",
    byDeadline: "etter frist",
    nobody: "Du har ikke fått noen ennå.",
    unread: (count) => (count === 1 ? "1 ulest" : `${count} uleste`),
    showMore: (count) => `Vis ${count} til`,
    backToList: "Tilbake til listen",
    answerBy: (at) => `svar innen ${at}`,
    book: "Book session",
    plan: "Plan",
    windows: "Vinduer igjen",
    next: "Neste",
    more: (name) => `Mer om samtalen med ${name}`,
    chooseOne: "Velg en samtale.",
  },
  cases: {
    requests: "Hva ønsker du?",
    cases: "Saker",
    mine: "Det jeg har bedt om",
    none: "Ingenting er åpent.",
    note: "Med egne ord",
    write: "Skriv til support",
    ask: "Send",
    sent: "Det ligger hos support. Her ser du hva det blir til.",
    until: (day) => `Til ${day}`,
    reason: "Hvorfor?",
    number: "Hvor mange?",
    to: "Hvor ofte vil du møtes?",
    suspend: "Ingen bør skrive her for tiden",
    reasons: {
      cost: "Det koster for mye",
      time: "Tid",
      travel: "Reise",
      support: "Jeg ønsker mer støtte",
      no_common_time: "Vi finner ingen felles tid",
      unwilling: "En fast tid er ikke ønsket",
      expertise: "Det er ikke mitt felt",
      readiness: "De er ikke klare ennå",
    },
    numbers: { "1": "Én", "2": "To" },
    cadences: {
      monthly: "Én gang i måneden",
      every_two_weeks: "Hver annen uke",
      weekly: "Hver uke",
    },
    refused: {
      already_open: "Du har bedt om dette allerede.",
      ended: "Samtalen er avsluttet.",
      no_cadence: "Planen din har ingen fast rytme.",
    },
    actions: {
      withdraw: "Trekk tilbake",
      confirmed: "Ja, endre det",
      declined: "Nei takk",
      switched: "Ja, bytt mentor",
      exploring: "Foreslå en annen",
      kept: "La det være som det er",
      booked: "Ja, book den",
    },
  },
  help: {
    title: "Noen å snakke med nå",
    lead: "Vil du snakke med noen nå? Disse svarer, og det koster ingenting.",
    strip: "Vil du snakke med noen?",
    danger: "Fare for liv, nå",
    anyTime: "hele døgnet",
    private: "Ingen får vite at du åpnet dette.",
  },
  whyDialog: {
    title: "Hvorfor er det stengt?",
    openTitle: "Slik virker skrivingen",
    mentorAlways: (name) => `${name} kan skrive til deg hele tiden, og du kan lese alt.`,
  },
  signIn: {
    title: "Logg inn",
    lead: "Denne lenken logger deg inn. Den virker én gang, i 15 minutter.",
    button: "Logg inn",
    opensNothing: "Denne lenken åpner ingenting lenger.",
    askAgain: "Be den som sendte den, om en ny.",
    without: "Du er logget ut. Åpne lenken du har fått.",
    noAnswer: "Serveren svarer ikke. Lenken din virker fortsatt; prøv igjen.",
  },
};

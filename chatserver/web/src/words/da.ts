// Danish.

import type { Words } from "./words.ts";

export const da: Words = {
  language: "da",
  common: {
    help: "Hjælp",
    why: "Hvorfor?",
    close: "Luk",
    back: "Tilbage",
    menu: "Menu",
    signOut: "Log ud",
    you: "Du",
    today: "i dag",
    tomorrow: "i morgen",
    yesterday: "i går",
    loading: "Indlæser",
    failed: "Det gik ikke. Intet er tabt; prøv igen.",
    again: "Prøv igen",
    skip: "Gå til skrivefeltet",
  },
  link: {
    offline: "Du er offline.",
    offlineMore:
      "Skriv bare videre; det sendes af sig selv, i rækkefølge, når forbindelsen er tilbage.",
    unsure: "Forbindelsen er langsom.",
    unsureMore: "Det, du skriver, bliver liggende her, til det er sendt.",
  },
  talk: {
    with: (name) => `Samtale med ${name}`,
    messages: "Beskeder",
    message: "Besked",
    send: "Send",
    writeTo: (name) => `Skriv til ${name}`,
    unread: (count) => (count === 1 ? "1 ny besked" : `${count} nye beskeder`),
    newBelow: (count) => (count === 1 ? "1 ny" : `${count} nye`),
    sent: "Sendt",
    read: "Læst",
    unsent: "Ikke sendt endnu",
    erased: "Denne besked er slettet.",
    isWriting: (name) => `${name} skriver`,
    writing: "Skriver",
    says: (name, text) => `${name}: ${text}`,
    empty: (name) => `Der er ikke skrevet noget endnu. ${name} læser det, du skriver her.`,
    emptyOver: "Her blev der ikke skrevet noget.",
    answersBy: (when) => `Svarer senest ${when}`,
    waits: (name) => `${name} svarer, når det passer`,
    away: (name, until) => `${name} er væk til ${until}`,
    substitute: (name) => `${name} er vikar`,
    awayUntil: (name, until) => `${name} er væk til ${until}.`,
    standsIn: (name) => `${name} svarer imens.`,
    mayWrite: "Du kan skrive alligevel.",
    unknownEvent: "Der skete noget med en session.",
  },
  state: {
    open: "Åbent.",
    windowEnds: (span, at) => `Vinduet slutter om ${span}, ${at}.`,
    windowsLeft: (count) => `${count} mere er tilbage i denne uge.`,
    windowWaits: "Din næste besked åbner et skrivevindue på 24 timer.",
    messagesLeft: (
      count,
    ) => (count === 1
      ? "1 besked er tilbage i denne uge."
      : `${count} beskeder er tilbage i denne uge.`),
    live: (until) => `Livechat til ${until}.`,
    liveMore: "Skriv frit; det bruger ikke af skrivningen i dit abonnement.",
    alwaysOpen: "Altid åbent for dig.",
    quotaUsed: "Skrivevinduerne i denne uge er brugt.",
    messagesUsed: "Beskederne i denne uge er brugt.",
    closed: "Skrivning hviler i dag.",
    paused: "Samtalen er sat på pause.",
    suspended: "Ingen kan skrive her nu.",
    ended: "Samtalen er afsluttet.",
    opens: (when, span) => `Åbner ${when}, om ${span}.`,
    textStays: "Det, du skriver, bliver liggende.",
    readOn: "Alt kan stadig læses.",
    notSent: "Ikke sendt.",
    backFirst: "Din tekst ligger først i feltet.",
    notTaken: "Serveren tog den ikke imod. Din tekst ligger først i feltet.",
    queued: (
      count,
    ) => (count === 1
      ? "1 besked venter på at blive sendt."
      : `${count} beskeder venter på at blive sendt.`),
  },
  live: {
    now: "Livechat",
    soon: (at, span) => `Livechat ${at}, om ${span}`,
    left: "tilbage",
    leftOf: (span) => `${span} tilbage af livechatten`,
    began: (until) => `Livechatten er begyndt. Den varer til kl. ${until}.`,
    minutesLeft: (minutes) =>
      minutes === 1
        ? "Der er 1 minut tilbage af livechatten."
        : `Der er ${minutes} minutter tilbage af livechatten.`,
    over: "Livechatten er slut.",
  },
  banners: {
    only_video_included:
      "Dit abonnement gælder kun video. Det, der skrives her, er til at aftale tider.",
  },
  week: {
    title: "Skrivning i denne uge",
    figure: "Ugen fra mandag til søndag.",
    window: (from, until) => `Et vindue fra ${from} til ${until}.`,
    rests: (days) => `Skrivning hviler ${days}.`,
    mentorAlways: (name) => `${name} kan altid skrive til dig.`,
    windows: (isRunning, left) =>
      isRunning
        ? `Ét vindue er i brug, ${left || "ingen"} er tilbage.`
        : left
        ? `${left} ${left > 1 ? "vinduer" : "vindue"} er tilbage.`
        : "Alle vinduer er brugt.",
    nextAfter: (at, hours) =>
      `Næste vindue åbner, når du sender en besked efter ${at}, og varer ${hours}\u00a0timer.`,
    nextNow: (hours) => `Det åbner, når du sender en besked, og varer ${hours}\u00a0timer.`,
    newOnes: (when, count) =>
      count === 1
        ? `Ugen begynder ${when}; så har du én ny.`
        : `Ugen begynder ${when}; så har du ${count} nye.`,
    openDays: "Du kan skrive så meget, du vil, på åbne dage.",
    always: "Du kan skrive, når du vil.",
    side: "Sessioner og abonnement",
    plan: "Abonnement",
    planWindows: (count, hours) =>
      count === 1
        ? `ét skrivevindue på ${hours}\u00a0timer om ugen.`
        : `${count} skrivevinduer på ${hours}\u00a0timer om ugen.`,
    planMessages: (count) => `${count} beskeder om ugen, til at aftale tider.`,
    planOpenDays: "du kan skrive alle hverdage, så meget du vil.",
    planAlways: "du kan skrive alle dage, så meget du vil.",
    freer: (plan) => `Med ${plan} kan du skrive alle hverdage.`,
  },
  member: {
    nobody: "Du har ikke fået en mentor endnu. Du får besked, når der er nogen.",
    endedWith: (name) => `Samtale med ${name}, afsluttet`,
  },
  events: {
    liveChat: "livechat",
    videoCall: "videosamtale",
    booked: (service, when) => `En ${service} er booket: ${when}.`,
    moved: (service, when) => `Sessionen (${service}) er flyttet til ${when}.`,
    cancelled: (service, when) => `Sessionen (${service}) ${when} er aflyst.`,
    started: (service) => `Sessionen (${service}) er begyndt.`,
    ended: (service) => `Sessionen (${service}) er slut.`,
    late: "En af jer er ikke med endnu.",
    noShow: "I mødtes ikke denne gang.",
    corrected: (units) => `Support har rettet antallet af enheder: ${units}.`,
  },
  due: {
    done: "Besvaret",
    none: "Ingen svarfrist",
    late: (span) => `${span} over fristen`,
    left: (span) => `${span} tilbage`,
  },
  mentor: {
    navigation: "Hovedmenu",
    conversations: "Samtaler",
    byDeadline: "efter frist",
    nobody: "Du har ikke fået nogen endnu.",
    unread: (count) => (count === 1 ? "1 ulæst" : `${count} ulæste`),
    showMore: (count) => `Vis ${count} mere`,
    backToList: "Tilbage til listen",
    answerBy: (at) => `svar inden ${at}`,
    book: "Book session",
    plan: "Plan",
    windows: "Vinduer tilbage",
    next: "Næste",
    more: (name) => `Mere om samtalen med ${name}`,
    chooseOne: "Vælg en samtale.",
  },
  cases: {
    requests: "Hvad ønsker du?",
    cases: "Sager",
    mine: "Det, jeg har bedt om",
    none: "Intet er åbent.",
    note: "Med egne ord",
    write: "Skriv til support",
    ask: "Send",
    sent: "Det ligger hos support. Her ser du, hvad det bliver til.",
    until: (day) => `Til ${day}`,
    reason: "Hvorfor?",
    number: "Hvor mange?",
    to: "Hvor ofte vil du mødes?",
    suspend: "Ingen bør skrive her for tiden",
    reasons: {
      cost: "Det koster for meget",
      time: "Tid",
      travel: "Rejse",
      support: "Jeg ønsker mere støtte",
      no_common_time: "Vi finder ingen fælles tid",
      unwilling: "En fast tid er ikke ønsket",
      expertise: "Det er ikke mit felt",
      readiness: "De er ikke parate endnu",
    },
    numbers: { "1": "Én", "2": "To" },
    cadences: {
      monthly: "En gang om måneden",
      every_two_weeks: "Hver anden uge",
      weekly: "Hver uge",
    },
    refused: {
      already_open: "Du har allerede bedt om dette.",
      ended: "Samtalen er afsluttet.",
      no_cadence: "Din plan har ingen fast rytme.",
    },
    actions: {
      withdraw: "Træk tilbage",
      confirmed: "Ja, ændr det",
      declined: "Nej tak",
      switched: "Ja, skift mentor",
      exploring: "Foreslå en anden",
      kept: "Lad det være, som det er",
      booked: "Ja, book den",
    },
  },
  help: {
    title: "Nogen at tale med nu",
    lead: "Vil du tale med nogen nu? De svarer, og det koster ingenting.",
    strip: "Vil du tale med nogen?",
    danger: "Fare for liv, nu",
    anyTime: "døgnet rundt",
    private: "Ingen får at vide, at du åbnede dette.",
  },
  whyDialog: {
    title: "Hvorfor er der lukket?",
    openTitle: "Sådan virker skrivningen",
    mentorAlways: (name) => `${name} kan altid skrive til dig, og du kan læse alt.`,
  },
  signIn: {
    title: "Log ind",
    lead: "Dette link logger dig ind. Det virker én gang, i 15 minutter.",
    button: "Log ind",
    opensNothing: "Dette link åbner ikke noget længere.",
    askAgain: "Bed den, der sendte det, om et nyt.",
    without: "Du er logget ud. Åbn det link, du har fået.",
    noAnswer: "Serveren svarer ikke. Dit link virker stadig; prøv igen.",
  },
};

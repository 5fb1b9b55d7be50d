// What the page says, in both languages. What the service refuses comes with a
// sentence of its own.

const words = {
  skip: ["Go to the recording", "기록으로 바로 가기"],
  tagline: ["Your heart is your second factor.", "심장이 두 번째 열쇠입니다."],
  api: ["API", "API"],
  themeToDark: ["Dark", "어둡게"],
  themeToLight: ["Light", "밝게"],
  otherLanguage: ["한국어", "English"],
  who: ["Who are you?", "누구신가요?"],
  username: ["User name", "아이디"],
  password: ["Password", "비밀번호"],
  name: ["Name", "이름"],
  nameHint: ["For sign-up only.", "가입할 때만 필요합니다."],
  signUp: ["Sign up", "가입"],
  logIn: ["Log in", "로그인"],
  logOut: ["Log out", "로그아웃"],
  enrolled: ["enrolled", "등록됨"],
  notEnrolled: ["not enrolled", "등록 안 됨"],
  choose: ["Choose a recording", "기록을 고르세요"],
  drop: ["Drop a file of any ECG device here, or choose one", "심전도 기기의 파일을 여기에 놓거나 고르세요"],
  rate: ["Sampling rate, if the file doesn't say", "파일에 없다면 측정 속도"],
  samples: ["No device at hand? Real recordings:", "기기가 없다면, 실제 기록:"],
  sampleFirst: ["Person 1, 20 s", "1번, 20초"],
  sampleAgain: ["Person 1, again", "1번, 다시"],
  sampleOther: ["Somebody else", "다른 사람"],
  source: ["From", "출처:"],
  live: ["Record now (Polar H10)", "지금 측정 (Polar H10)"],
  record: ["Connect and record", "연결해서 측정"],
  stop: ["Stop", "멈춤"],
  noBluetooth: ["This browser has no Web Bluetooth; Chrome and Edge have.", "이 브라우저에는 웹 블루투스가 없습니다. Chrome이나 Edge를 쓰세요."],
  recording: ["Recording, {seconds} s so far. Sit still.", "측정 중, {seconds}초. 가만히 앉아 계세요."],
  recordFailed: ["Recording failed: {why}", "측정하지 못했습니다: {why}"],
  ask: ["Ask your heart", "심장에게 물어보세요"],
  nothingChosen: ["Choose a recording first.", "먼저 기록을 고르세요."],
  logInFirst: ["{file}. Sign up or log in to go on.", "{file}. 계속하려면 가입하거나 로그인하세요."],
  chosen: ["{file}", "{file}"],
  enrol: ["Enrol", "등록"],
  check: ["Is it me?", "저인가요?"],
  saved: ["Enrolled", "등록되었습니다"],
  savedMore: ["From now on ten seconds tell whether it is you.", "이제 10초면 본인인지 알 수 있습니다."],
  itIs: ["It is you", "본인입니다"],
  itIsMore: ["The recording matches the heart that was enrolled.", "등록된 심장과 같은 기록입니다."],
  itIsNot: ["Not recognised", "본인으로 볼 수 없습니다"],
  itIsNotMore: ["The recording doesn't match the heart that was enrolled.", "등록된 심장과 다른 기록입니다."],
  refused: ["That didn't work", "처리하지 못했습니다"],
  offline: ["The service can't be reached.", "서비스에 연결할 수 없습니다."],
  trace: ["ECG, 25 mm/s and 10 mm/mV", "심전도, 25 mm/s, 10 mm/mV"],
  paper: ["25 mm/s", "25 mm/s"],
  all: ["All", "전체"],
  zoomIn: ["Zoom in", "확대"],
  zoomOut: ["Zoom out", "축소"],
  traceEmpty: ["Your ECG will be drawn here.", "심전도가 여기에 그려집니다."],
  traceText: ["{seconds} s of ECG, {beats} beats, {rate} a minute. Arrow keys move, + and − zoom; drag and wheel do too.", "심전도 {seconds}초, 박동 {beats}회, 분당 {rate}회. 화살표로 움직이고 +와 −로 확대합니다. 끌기와 휠도 됩니다."],
  quality: ["Signal quality over time", "시간에 따른 신호 품질"],
  stretch: ["{from} to {to} s: {reason}", "{from}~{to}초: {reason}"],
  good: ["good", "좋음"],
  beats: ["Beats laid over each other", "겹쳐 그린 박동"],
  beatsText: ["{n} beats, and their mean in colour.", "박동 {n}회와 그 평균(색)."],
  beatsEmpty: ["No clean beats yet.", "아직 깨끗한 박동이 없습니다."],
  coach: ["Enrolment coach", "등록 도우미"],
  coachEmpty: ["30 clean beats make a good enrolment.", "깨끗한 박동 30회면 좋은 등록이 됩니다."],
  coachMore: ["{clean} clean beats of {wanted}, {seconds} more seconds.", "깨끗한 박동 {wanted}회 중 {clean}회, {seconds}초 더."],
  coachDone: ["{clean} clean beats: ready to enrol.", "깨끗한 박동 {clean}회: 등록할 수 있습니다."],
  coachBad: ["Not usable yet: {reason}.", "아직 쓸 수 없습니다: {reason}."],
  factFormat: ["Format", "형식"],
  factDevice: ["Device", "기기"],
  factStart: ["Recorded", "측정"],
  factRate: ["Sampling rate", "측정 속도"],
  factLeads: ["Lead", "유도"],
  factHeart: ["Heart rate", "심박수"],
  factNotes: ["Notes", "참고"],
  mine: ["What is yours", "내 정보"],
  consent: ["Consent", "동의"],
  consentNone: ["Not given.", "동의하지 않았습니다."],
  consentGiven: ["Given on {date}.", "{date}에 동의했습니다."],
  consentWithdrawn: ["Withdrawn on {date}.", "{date}에 철회했습니다."],
  give: ["I agree", "동의합니다"],
  withdraw: ["Withdraw, and delete my ECG", "철회하고 심전도 삭제"],
  rights: ["Your data", "내 데이터"],
  export: ["Download everything", "모두 내려받기"],
  deleteModel: ["Delete my model", "등록된 심전도 삭제"],
  deletePassword: ["Password, to delete the account", "비밀번호 (계정 삭제용)"],
  deleteAccount: ["Delete my account", "계정 삭제"],
  sessions: ["Sessions", "로그인한 기기"],
  sessionOf: ["since {issued}, used {used}", "{issued}부터, 마지막 {used}"],
  thisOne: ["this one", "지금 이 기기"],
  endSessions: ["Log out everywhere", "모든 기기에서 로그아웃"],
  activity: ["Activity", "활동"],
  footer: ["No medical device: it tells who, not how well.", "의료 기기가 아닙니다. 건강이 아니라 누구인지만 봅니다."],

  too_short: ["too short", "너무 짧음"],
  too_few_beats: ["too few beats", "박동 부족"],
  no_beats: ["no heart beat", "박동 없음"],
  leads_off: ["electrodes off", "전극 떨어짐"],
  clipped: ["cut off at the recorder's limits", "측정 범위 벗어남"],
  mains: ["hum from the mains", "전원 잡음"],
  baseline_wander: ["baseline wanders", "기준선 흔들림"],
  motion: ["movement", "움직임"],
  noisy: ["noise", "잡음"],
  rate_implausible: ["not a heart's pace", "심장 박동으로 볼 수 없는 속도"],

  signed_up: ["signed up", "가입"],
  logged_in: ["logged in", "로그인"],
  log_in_failed: ["log-in failed", "로그인 실패"],
  logged_out_everywhere: ["logged out everywhere", "모든 기기에서 로그아웃"],
  password_changed: ["password changed", "비밀번호 변경"],
  consent_given: ["consent given", "동의"],
  consent_withdrawn: ["consent withdrawn", "동의 철회"],
  data_exported: ["data downloaded", "데이터 내려받기"],
  model_made: ["enrolled", "심전도 등록"],
  model_deleted: ["model deleted", "등록된 심전도 삭제"],
  recognised: ["recognised", "본인 확인"],
  not_recognised: ["not recognised", "본인 확인 실패"],
  replay_refused: ["used recording refused", "이미 쓴 기록 거절"],
};

const keptLanguage = "systole-language";
let current = localStorage.getItem(keptLanguage) ?? (navigator.language.startsWith("ko") ? "ko" : "en");

export const language = () => current;

// say is the sentence for a key, its {parameters} filled in.
export function say(key, params = {}) {
  const sentence = words[key][current === "ko" ? 1 : 0];
  return sentence.replace(/\{(\w+)\}/g, (_, name) => params[name]);
}

// when is a time as people of the language write it.
export const when = (time) => new Date(time).toLocaleString(current, { dateStyle: "medium", timeStyle: "short" });

export function switchLanguage() {
  current = current === "ko" ? "en" : "ko";
  localStorage.setItem(keptLanguage, current);
}

// translate fills in all that the page says without being asked.
export function translate() {
  document.documentElement.lang = current;
  for (const element of document.querySelectorAll("[data-w]")) element.textContent = say(element.dataset.w);
  document.getElementById("language").textContent = say("otherLanguage");
  document.getElementById("zoom-in").setAttribute("aria-label", say("zoomIn"));
  document.getElementById("zoom-out").setAttribute("aria-label", say("zoomOut"));
}

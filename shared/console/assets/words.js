// What the page says, in English and Korean. Everything that is said is said
// again when the language changes: an element remembers what it was told, not
// the sentence.

const words = {
  skip: ["Go to the answer", "결과로 바로 가기"],
  tagline: ["Your heart is your second factor.", "심장이 두 번째 열쇠입니다."],
  api: ["API", "API"],
  themeToDark: ["Dark", "어둡게"],
  themeToLight: ["Light", "밝게"],
  otherLanguage: ["한국어", "English"],
  close: ["Close", "닫기"],
  cancel: ["Cancel", "취소"],
  stepWho: ["You", "나"],
  stepChoose: ["Recording", "기록"],
  stepAsk: ["Answer", "결과"],
  steps: ["Steps", "단계"],

  who: ["Who are you?", "누구신가요?"],
  signUp: ["Sign up", "가입"],
  logIn: ["Log in", "로그인"],
  logOut: ["Log out", "로그아웃"],
  username: ["User name", "아이디"],
  password: ["Password", "비밀번호"],
  passwordRule: ["At least 8 characters, none of the commonest, not like the user name.", "8자 이상. 흔한 비밀번호나 아이디와 비슷한 비밀번호는 쓸 수 없습니다."],
  usernameRule: ["Letters, digits and @ . + - _", "글자, 숫자와 @ . + - _"],
  show: ["Show", "보기"],
  hide: ["Hide", "숨기기"],
  showPassword: ["Show the password", "비밀번호 보기"],
  hidePassword: ["Hide the password", "비밀번호 숨기기"],
  name: ["Name (optional)", "이름 (선택)"],
  more: ["More about you (optional)", "추가 정보 (선택)"],
  age: ["Age", "나이"],
  gender: ["Gender", "성별"],
  genderNone: ["Not said", "밝히지 않음"],
  male: ["Male", "남성"],
  female: ["Female", "여성"],
  enrolled: ["enrolled", "등록됨"],
  notEnrolled: ["not enrolled", "등록 안 됨"],
  myAccount: ["My account", "내 계정"],
  entering: ["One moment…", "잠시만요…"],

  choose: ["Choose a recording", "기록을 고르세요"],
  drop: ["Drop files of any ECG device anywhere on this page, or", "심전도 기기의 파일을 이 페이지 아무 곳에나 놓거나"],
  dropPhone: ["The file of any ECG device:", "심전도 기기의 파일:"],
  browse: ["Choose files", "파일 고르기"],
  dropHint: ["Apple's export.zip and Samsung's download are opened here, in your browser: only the ECGs you choose leave this computer.", "Apple의 export.zip과 Samsung 다운로드는 이 브라우저 안에서 열립니다. 고른 심전도만 전송됩니다."],
  dropNow: ["Let go to open", "놓으면 열립니다"],
  rate: ["Sampling rate (Hz), only if the file doesn't say it", "샘플링 속도(Hz), 파일에 없을 때만"],
  lead: ["Lead", "유도"],
  samples: ["No device at hand? Try real recordings", "기기가 없나요? 실제 기록으로 체험해 보세요"],
  sampleFirst: ["Person 1 (20 s)", "사람 1 (20초)"],
  sampleAgain: ["Person 1 (another)", "사람 1 (다른 기록)"],
  sampleOther: ["Somebody else", "다른 사람"],
  sampleThird: ["Person 1 (a third)", "사람 1 (세 번째 기록)"],
  source: ["From", "출처:"],
  yours: ["Your recordings", "내 기록"],
  use: ["Enrol with {name}", "{name} 기록으로 등록"],
  remove: ["Remove {name}", "{name} 빼기"],
  looking: ["Looking at {name}…", "{name} 읽는 중…"],
  secondsLong: ["{n} s", "{n}초"],
  minutesLong: ["{n} min", "{n}분"],
  hoursLong: ["{n} h", "{n}시간"],
  firstOf: ["Of {all} the first 10 minutes are shown and compared.", "전체 {all} 중 처음 10분을 보여 주고 비교에 씁니다."],
  allThere: ["All of it is there “as recorded”; it stays on this computer.", "‘측정한 그대로’에서 전체를 볼 수 있으며, 이 컴퓨터를 벗어나지 않습니다."],
  notShown: ["Too large to be shown before it is sent. You can enrol or check with it.", "파일이 커서 미리 볼 수 없습니다. 등록이나 확인에는 쓸 수 있습니다."],
  live: ["Record now from a chest strap", "가슴 스트랩으로 지금 측정"],
  record: ["Connect and record", "연결해서 측정"],
  connecting: ["Connecting…", "연결 중…"],
  stop: ["Stop", "멈춤"],
  strap: ["Chest strap", "가슴 스트랩"],
  noBluetooth: ["This browser can't connect by Bluetooth; Chrome and Edge can.", "이 브라우저는 블루투스 연결(Web Bluetooth)을 지원하지 않습니다. Chrome이나 Edge를 쓰세요."],
  recording: ["Sit still.", "움직이지 말고 앉아 계세요."],
  recordingSpoken: ["Recording. It stops by itself.", "측정 중입니다. 자동으로 멈춥니다."],
  sound: ["Beat sound", "박동 소리"],
  secondsDone: ["{n} s recorded", "{n}초 측정"],
  battery: ["Battery {n} %", "배터리 {n}%"],
  strapLost: ["The strap's connection was lost after {n} s. What came before is kept.", "{n}초 뒤에 스트랩 연결이 끊겼습니다. 그 전까지의 기록은 남아 있습니다."],
  strapAway: ["The strap's connection is lost. What came is kept; connecting again…", "스트랩 연결이 끊겼습니다. 지금까지의 기록은 남아 있으며 다시 연결하는 중입니다…"],
  strapBack: ["Connected again. Recording goes on.", "다시 연결되어 측정을 계속합니다."],
  strapLostSoon: ["The strap's connection was lost. Put it on and connect again.", "스트랩 연결이 끊겼습니다. 스트랩을 착용하고 다시 연결해 주세요."],
  strapNotChosen: ["No strap was chosen.", "스트랩을 고르지 않았습니다."],
  strapFailed: ["The strap couldn't be read. Wet its electrodes, put it on, close other apps that use it, and try again.", "스트랩을 읽을 수 없습니다. 전극을 적셔 착용하고, 스트랩을 쓰는 다른 앱을 닫은 뒤 다시 시도해 주세요."],

  archiveTitleOne: ["1 ECG in {name}", "{name} 안의 심전도 1개"],
  archiveTitle: ["{n} ECGs in {name}", "{name} 안의 심전도 {n}개"],
  archiveNone: ["There is no ECG in this archive", "이 파일에는 심전도가 없습니다"],
  archiveNoneMore: ["Export it anew with ECGs in it: on the iPhone Health > your picture > Export All Health Data; in Samsung Health Settings > Download personal data.", "심전도를 포함해 다시 내보내 주세요. iPhone은 건강 > 프로필 > 모든 건강 데이터 내보내기, Samsung Health는 설정 > 개인 데이터 다운로드입니다."],
  archiveHint: ["Opened in your browser. Only what you choose is sent: {kb} of {mb}. Recordings of different days make a better enrolment.", "브라우저 안에서 열었습니다. 고른 것만 전송됩니다: {mb} 중 {kb}. 서로 다른 날의 기록이 있으면 더 잘 등록됩니다."],
  seemsGood: ["seems good", "좋아 보임"],
  seemsBad: ["seems unusable: {reason}", "쓰기 어려워 보임: {reason}"],
  archiveTake: ["Take {n}", "{n}개 가져오기"],
  archiveNothing: ["Choose at least one", "하나 이상 고르세요"],
  archiveBroken: ["This archive can't be opened", "압축 파일을 열 수 없습니다"],
  archiveBrokenMore: ["It is damaged or not complete. Download it again.", "손상되었거나 끝까지 받지 못한 파일입니다. 다시 받아 주세요."],

  ask: ["Ask your heart", "심장에게 물어보세요"],
  nothingChosen: ["Choose a recording of yours, or see how it works with a real one:", "본인의 기록을 고르거나 실제 기록으로 먼저 체험해 보세요:"],
  chosen: ["Recording: {name}", "기록: {name}"],
  logInFirst: ["Sign up or log in to go on.", "계속하려면 가입하거나 로그인하세요."],
  enrol: ["Enrol", "등록"],
  enrolMany: ["Enrol with {n} recordings", "기록 {n}개로 등록"],
  enrolAgain: ["Enrol again…", "다시 등록…"],
  enrolAdd: ["Add as another day", "다른 날의 기록으로 추가"],
  addDay: ["Keep what is enrolled, and add this as another day", "등록된 심전도에 다른 날의 기록으로 추가"],
  enrolAgainMany: ["Enrol again with {n}…", "{n}개로 다시 등록…"],
  check: ["Is it me?", "본인 확인"],
  countdown: ["{what} {left}", "{what} {left}"],
  unusableFor: ["Can't be used: {reason}. {advice}", "쓸 수 없는 기록입니다: {reason}. {advice}"],
  tooShortFor: ["{n} more seconds are needed.", "{n}초가 더 필요합니다."],
  checking: ["Checking…", "확인하는 중…"],
  enrolling: ["Enrolling…", "등록하는 중…"],
  sending: ["Sending, {percent} %", "전송 중, {percent}%"],
  cancelled: ["Cancelled", "취소했습니다"],
  cancelledMore: ["Nothing was decided. If the recording had arrived already, it counts as used: record anew.", "결과가 없습니다. 기록이 이미 도착했다면 쓴 것으로 처리되니 새로 측정해 주세요."],
  saved: ["Enrolled", "등록되었습니다"],
  daysTitle: ["Days of enrolment", "등록한 날"],
  dayDone: ["♥ Day {n} enrolled", "♥ {n}일째 등록됨"],
  dayNow: ["Day {n}: now", "{n}일째: 지금"],
  dayFrom: ["Day {n}: from {when}", "{n}일째: {when}부터"],
  dayLater: ["Day {n}", "{n}일째"],
  daysGive: ["With each further day about a fifth fewer checks fail although it is you.", "하루를 더 등록할 때마다 본인인데도 확인되지 않는 경우가 약 5분의 1씩 줄어듭니다."],
  daysAll: ["All {of} days are enrolled. No more are needed.", "{of}일이 모두 등록되었습니다. 더 등록하지 않아도 됩니다."],
  addToday: ["Add a recording of today", "오늘 측정한 기록 추가"],
  remindThen: ["Put it into my calendar", "내 캘린더에 넣기"],
  savedMore: ["From now on ten seconds tell whether it is you. Use another recording than this one: each counts once.", "이제 10초면 본인인지 알 수 있습니다. 기록은 한 번만 쓸 수 있으니 다른 기록으로 확인하세요."],
  savedOneDay: ["Enrolling recordings of a second day too makes it last: hearts change a little over weeks.", "다른 날의 기록도 함께 등록하면 더 오래 잘 맞습니다. 심전도는 몇 주에 걸쳐 조금씩 달라집니다."],
  itIs: ["It is you", "본인입니다"],
  anotherDayHelps: ["{days} of {of} days are enrolled: another recording of today, added as another day, makes it last.", "{of}일 중 {days}일이 등록되어 있습니다. 오늘 새로 측정한 기록을 다른 날로 더하면 더 오래 잘 맞습니다."],
  itIsMore: ["The recording matches the ECG that was enrolled.", "등록한 심전도와 일치합니다."],
  itIsNot: ["Not recognised", "본인으로 확인되지 않았습니다"],
  itIsNotMore: ["The recording doesn't match the ECG that was enrolled.", "등록한 심전도와 일치하지 않습니다."],
  itIsNotHelp: ["If it is yours: sit as you did at enrolment, use the same device and lead, and record 20 s. Hearts change over weeks; enrolling a second day helps.", "본인의 기록이라면 등록할 때와 같은 자세, 같은 기기와 유도로 20초를 측정해 보세요. 심전도는 몇 주에 걸쳐 달라지므로 다른 날의 기록을 더해 다시 등록하면 도움이 됩니다."],
  differs: ["What differs from your enrolment: {what}.", "등록할 때와 다른 점: {what}."],
  differsHeart: ["heart rate {then} then, {now} now", "심박수 등록 {then}, 지금 {now}"],
  differsDevice: ["another device or format", "다른 기기 또는 형식"],
  differsLead: ["another lead", "다른 유도"],
  differsNoise: ["more noise now", "지금 잡음이 더 많음"],
  differsDays: ["{n} days since", "{n}일 지남"],

  beatsDiffer: ["Grey: the beat you enrolled. In colour: this recording's.", "회색은 등록한 박동, 색은 이번 기록의 박동입니다."],
  keepBeat: ["Keep the shape of my enrolled beat in this browser, to see what differs when a check fails. It is never sent.", "본인 확인에 실패했을 때 비교해 볼 수 있게 등록한 박동 모양을 이 브라우저에 보관합니다. 전송되지 않습니다."],
  remind: ["Remind me in a week", "일주일 뒤 알림"],
  remindTitle: ["Systole: enrol an ECG of another day", "Systole: 다른 날의 심전도 등록하기"],
  tryAgain: ["Try again", "다시 시도"],
  chooseOther: ["Choose another recording", "다른 기록 고르기"],
  setRate: ["Set the sampling rate", "샘플링 속도 입력"],
  agreeAndGo: ["Read the consent", "동의 내용 보기"],
  logInNow: ["Log in", "로그인하기"],

  trace: ["ECG", "심전도"],
  traceLabel: ["ECG trace, {from} to {to}", "심전도 {from}~{to}"],
  traceRole: ["ECG trace", "심전도 그래프"],
  scale: ["{speed} mm/s · {gain} mm/mV · 1 large box = {box} s × {mv} mV", "{speed} mm/s · {gain} mm/mV · 큰 칸 = {box}초 × {mv} mV"],
  scaleWhole: ["Whole recording · {gain} mm/mV", "전체 · {gain} mm/mV"],
  asRecorded: ["As recorded", "측정한 그대로"],
  asCompared: ["As compared", "비교에 쓰는 신호"],
  faster: ["Zoom in", "확대"],
  slower: ["Zoom out", "축소"],
  paper: ["25 mm/s", "25 mm/s"],
  whole: ["All", "전체"],
  gain: ["Gain", "감도"],
  gainAuto: ["auto", "자동"],
  gainOf: ["{n} mm/mV", "{n} mm/mV"],
  printed: ["Print", "인쇄"],
  printedTitle: ["Systole ECG", "Systole 심전도"],
  traceEmpty: ["Your ECG will be drawn here.", "심전도가 여기에 그려집니다."],
  traceText: ["{length} of ECG, {beats} beats, {rate} a minute.", "심전도 {length}, 박동 {beats}회, 분당 {rate}회."],
  traceTextNone: ["{length}, no heart beat to be seen.", "{length}, 심장 박동이 보이지 않습니다."],
  traceKeys: ["Arrow keys move, + and − zoom; drag or use two fingers.", "화살표로 움직이고 +/−로 확대·축소합니다. 끌거나 두 손가락을 써도 됩니다."],
  cursor: ["{at} s, {mv} mV", "{at}초, {mv} mV"],
  cursorRR: ["{here} · RR {rr} ms, {n} / min", "{here} · RR {rr} ms, 분당 {n}회"],
  quality: ["Signal quality and heart rate over time", "시간에 따른 신호 품질과 심박수"],
  stretch: ["{from} to {to}: {reason}", "{from}~{to}: {reason}"],
  good: ["good", "좋음"],
  beats: ["Beats laid over each other", "겹쳐 그린 박동"],
  beatsText: ["{n} beats (grey) and their mean (red).", "박동 {n}회(회색)와 평균(빨간색)"],
  beatsEmpty: ["No clean beats yet.", "아직 잡음 없는 박동이 없습니다."],
  coach: ["Enrolment coach", "등록 도우미"],
  coachEnough: ["enough", "등록 가능"],
  coachMore: ["{clean} of {wanted} clean beats · about {seconds} s more for a good enrolment.", "박동 {clean}/{wanted}회 · 약 {seconds}초 더 있으면 더 잘 등록됩니다."],
  coachNotYet: ["{clean} of {wanted} clean beats · {seconds} s more to enrol at all.", "박동 {clean}/{wanted}회 · 등록하려면 {seconds}초 더 필요합니다."],
  coachDone: ["{clean} clean beats: a good enrolment.", "박동 {clean}회: 잘 등록할 수 있습니다."],
  coachLost: ["Of {all} s {lost} s don't count: {reason}. {advice}", "{all}초 중 {lost}초는 쓸 수 없습니다: {reason}. {advice}"],
  coachDays: ["{n} recordings of {days} days: enrolled together they last longer.", "{days}일에 걸친 기록 {n}개: 함께 등록하면 더 오래 잘 맞습니다."],
  coachSecondDay: ["All of one day. A recording of another day helps more than a longer one.", "모두 같은 날의 기록입니다. 더 긴 기록보다 다른 날의 기록이 도움이 됩니다."],
  coachBad: ["Not usable: {reason}. {advice}", "쓸 수 없습니다: {reason}. {advice}"],
  factFormat: ["Format", "형식"],
  factDevice: ["Device", "기기"],
  factStart: ["Recorded", "측정"],
  factRate: ["Sampling rate", "샘플링 속도"],
  factLeads: ["Lead", "유도"],
  factHeart: ["Heart rate", "심박수"],
  perMinute: ["{n} / min", "분당 {n}회"],
  factNotes: ["Notes", "참고"],

  attack: ["Attack yourself", "직접 공격해 보기"],
  attackHint: ["Your enrolled ECG is the lock. Try to pick it with what you have here:", "등록한 심전도가 자물쇠입니다. 여기 있는 기록으로 열어 보세요:"],
  attackReplay: ["Replay it", "그대로 다시 보내기"],
  attackStretch: ["Stretch it by 3 %", "3% 늘이기"],
  attackNoise: ["Add noise", "잡음 섞기"],
  attackShuffle: ["Shuffle the beats", "박동 순서 섞기"],
  attackOther: ["Somebody else", "다른 사람"],
  attackSynthetic: ["One beat, repeated", "한 박동을 반복"],
  attackHeld: ["Refused: {why}", "거부됨: {why}"],
  attackThrough: ["Accepted. That attack works: please report it.", "통과했습니다. 이 공격이 통한다는 뜻이니 알려 주세요."],
  attackNoAnswer: ["No answer: {why}", "결과 없음: {why}"],

  mine: ["What is yours", "내 정보"],
  consent: ["Consent", "동의"],
  consentNone: ["Not given.", "동의하지 않았습니다."],
  consentGiven: ["Given on {date}.", "{date}에 동의했습니다."],
  consentWithdrawn: ["Withdrawn on {date}.", "{date}에 철회했습니다."],
  give: ["I agree", "동의합니다"],
  withdraw: ["Withdraw, and delete my ECG…", "철회하고 심전도 삭제…"],
  rights: ["Your data", "내 데이터"],
  export: ["Download everything", "모두 내려받기"],
  deleteModel: ["Delete my enrolment…", "등록된 심전도 삭제…"],
  undoDays: ["Remove what was added since a day…", "특정 날짜부터 추가된 심전도 삭제…"],
  undoSince: ["Since", "시작 날짜"],
  undo: ["Remove", "삭제"],
  sureUndo: ["Days of enrolment that were added since then go; what you enrolled before is kept. If all was enrolled since, all of it goes.", "그때부터 추가된 날의 심전도가 삭제되고, 그 전에 등록한 심전도는 남습니다. 모두 그 뒤에 등록했다면 모두 삭제됩니다."],
  doneUndo: ["Done. What was added since is gone.", "완료했습니다. 그때부터 추가된 심전도를 삭제했습니다."],
  changePassword: ["Change the password", "비밀번호 변경"],
  oldPassword: ["Present password", "현재 비밀번호"],
  newPassword: ["New password", "새 비밀번호"],
  deleteAccount: ["Delete my account…", "계정 삭제…"],
  deletePassword: ["Password, to delete the account", "비밀번호 (계정 삭제 확인)"],
  sessions: ["Where you are logged in", "로그인한 기기"],
  lostPassword: ["Lost your password?", "비밀번호를 잊으셨나요?"],
  recoverHow: ["One of your recovery codes sets a new password, and logs you out everywhere. What is enrolled stays.", "복구 코드 하나로 비밀번호를 새로 정하며, 모든 기기에서 로그아웃됩니다. 등록된 심전도는 그대로입니다."],
  recoveryCode: ["Recovery code", "복구 코드"],
  recoveryCodeRule: ["24 letters and digits of your paper. Capitals and hyphens don't matter.", "보관해 둔 영문자와 숫자 24자입니다. 대소문자와 하이픈은 상관없습니다."],
  setPassword: ["Set the new password", "새 비밀번호로 바꾸기"],
  backToLogIn: ["Back to log-in", "로그인으로 돌아가기"],
  doneRecovered: ["The new password is set. You are logged out everywhere else.", "비밀번호를 새로 정했습니다. 다른 기기에서는 모두 로그아웃되었습니다."],
  recoveryCodes: ["Recovery codes", "복구 코드"],
  recoveryWhat: ["If you lose your password, each of ten codes sets a new one, once. They stand for the password only, never for your heart.", "비밀번호를 잊었을 때 코드 10개가 각각 한 번씩 새 비밀번호를 정합니다. 코드는 비밀번호만 대신하며 심전도는 대신하지 못합니다."],
  recoveryNone: ["You have none. Who loses the password without them can't get back in.", "아직 없습니다. 코드 없이 비밀번호를 잊으면 다시 들어올 수 없습니다."],
  recoveryLeft: ["{n} of 10 left, made {date}", "10개 중 {n}개 남음 · {date}에 만듦"],
  makeCodes: ["Make ten new codes", "새 코드 10개 만들기"],
  doneCodes: ["Ten new codes: keep them now, they are not shown again.", "새 코드 10개입니다. 다시 볼 수 없으니 지금 보관해 주세요."],
  codesWarn: ["Print them, or keep them in a password manager. Whoever has one of them can set your password.", "인쇄하거나 비밀번호 관리자에 보관하세요. 코드를 가진 사람은 누구나 비밀번호를 바꿀 수 있습니다."],
  codesUse: ["Each sets a new password once: on the page, choose “Lost your password?”.", "각 코드는 새 비밀번호를 한 번 정합니다. 페이지에서 ‘비밀번호를 잊으셨나요?’를 누르세요."],
  copyCodes: ["Copy", "복사"],
  printCodes: ["Print", "인쇄"],
  downloadCodes: ["Download as text", "텍스트로 내려받기"],
  copied: ["Copied.", "복사했습니다."],
  copyByHand: ["The browser doesn't allow it: they are selected, copy them with the keyboard.", "브라우저가 막았습니다. 코드를 선택해 두었으니 키보드로 복사해 주세요."],
  clientUnknown: ["Unknown program", "알 수 없는 프로그램"],
  networkSame: ["same network as this one", "이 기기와 같은 네트워크"],
  networkOther: ["another network", "다른 네트워크"],
  endSession: ["Log out {client}", "{client} 로그아웃"],
  endOthers: ["Log out everywhere else", "다른 모든 기기에서 로그아웃"],
  doneSession: ["You are logged out there.", "그 기기에서 로그아웃되었습니다."],
  doneOthers: ["You are logged out everywhere else.", "다른 모든 기기에서 로그아웃되었습니다."],
  sessionOf: ["Logged in {issued} · last used {used}", "로그인 {issued} · 마지막 사용 {used}"],
  thisOne: ["this one", "지금 이 기기"],
  endSessions: ["Log out everywhere", "모든 기기에서 로그아웃"],
  activity: ["Activity", "활동"],
  activityAll: ["Everything", "모두"],
  activityChecks: ["Checks", "본인 확인"],
  activityRefused: ["Refusals", "거부된 것"],
  activityAccount: ["Account", "계정"],
  activityShow: ["Show", "표시"],
  activityMore: ["Show {n} more", "{n}개 더 보기"],
  activityEarlier: ["Show earlier ones", "이전 활동 보기"],
  eventTimes: ["{what}: {count} times{from} since {since}", "{what} {count}회{from}, {since}부터"],
  eventNetworks: [", from {networks} networks", " (네트워크 {networks}개)"],
  activitySum: ["Checks not recognised or refused: {refused}. Recognised ones are noted once a day.", "확인되지 않거나 거부된 것 {refused}회. 본인 확인은 하루 한 번만 기록됩니다."],
  activityNone: ["Nothing yet.", "아직 없습니다."],

  doneConsent: ["Your consent is on record.", "동의가 기록되었습니다."],
  doneWithdrawn: ["Your consent is withdrawn, and your ECG deleted.", "동의를 철회하고 심전도를 삭제했습니다."],
  doneModel: ["Your enrolled ECG is deleted.", "등록된 심전도를 삭제했습니다."],
  donePassword: ["The password is changed. You are logged out everywhere else.", "비밀번호를 바꾸었습니다. 다른 기기에서는 로그아웃됩니다."],
  doneExport: ["Everything is in your downloads.", "내려받기 폴더에 저장했습니다."],
  doneSessions: ["You are logged out everywhere.", "모든 기기에서 로그아웃되었습니다."],
  doneAccount: ["Your account and all that was known of you is deleted.", "계정과 모든 정보를 삭제했습니다."],
  doneLogOut: ["You are logged out. Nothing of you is left on this page.", "로그아웃되었습니다. 이 페이지에 남은 정보는 없습니다."],
  doneLogOutHere: ["You are logged out here. The service couldn't be reached: elsewhere the log-in ends by itself.", "이 기기에서 로그아웃되었습니다. 서비스에 연결할 수 없어 서버의 로그인은 시간이 지나면 끝납니다."],
  sessionEnded: ["You were logged out. Log in to go on.", "로그아웃되었습니다. 계속하려면 로그인해 주세요."],

  sureEnrol: ["Replace your enrolment?", "등록된 심전도를 바꿀까요?"],
  sureEnrolMore: ["The ECG that is enrolled now is deleted, and only this one opens the account from then on. If it is somebody else's, you lock yourself out.", "지금 등록된 심전도는 삭제되고 앞으로 이 기록만 맞습니다. 다른 사람의 기록이라면 본인이 확인되지 않습니다."],
  sureEnrolDo: ["Replace it", "바꾸기"],
  sureModel: ["Delete your enrolment?", "등록된 심전도를 삭제할까요?"],
  sureModelMore: ["The enrolled ECG and its recordings are deleted at once and can't be brought back. You can enrol again at any time.", "등록된 심전도와 기록이 바로 삭제되며 되돌릴 수 없습니다. 언제든지 다시 등록할 수 있습니다."],
  sureModelDo: ["Delete it", "삭제"],
  sureWithdraw: ["Withdraw your consent?", "동의를 철회할까요?"],
  sureWithdrawMore: ["Your enrolled ECG and its recordings are deleted at once and can't be brought back. The account stays.", "등록된 심전도와 기록이 바로 삭제되며 되돌릴 수 없습니다. 계정은 남습니다."],
  sureWithdrawDo: ["Withdraw", "철회"],
  sureAccount: ["Delete your account?", "계정을 삭제할까요?"],
  sureAccountMore: ["Name, password, enrolment, recordings and activity are deleted at once and can't be brought back.", "이름, 비밀번호, 등록된 심전도, 기록, 활동이 모두 바로 삭제되며 되돌릴 수 없습니다."],
  sureAccountDo: ["Delete everything", "모두 삭제"],
  sureCodes: ["Make new codes?", "새 코드를 만들까요?"],
  sureCodesMore: ["The codes that you have are of no use any more.", "지금 가지고 있는 코드는 더 이상 쓸 수 없습니다."],
  sureCodesDo: ["Make new codes", "새로 만들기"],
  sureSessions: ["Log out everywhere?", "모든 기기에서 로그아웃할까요?"],
  sureSessionsMore: ["All devices are logged out, this one too. What is enrolled stays.", "이 기기를 포함해 모든 기기에서 로그아웃됩니다. 등록된 심전도는 남습니다."],
  sureSessionsDo: ["Log out everywhere", "모두 로그아웃"],

  handOff: ["Go on on my phone", "휴대폰에서 이어서 하기"],
  handOffHow: ["Point the phone's camera at the code, and record or choose a file there. It works once.", "휴대폰 카메라로 코드를 찍고 그곳에서 측정하거나 파일을 고르세요. 한 번만 쓸 수 있습니다."],
  handOffPicture: ["QR code that opens this page on the phone", "휴대폰에서 이 페이지를 여는 QR 코드"],
  handOffLocal: ["Only this computer can open {host}: a phone needs an address in your network.", "{host}는 이 컴퓨터에서만 열립니다. 휴대폰에서는 네트워크 주소가 필요합니다."],
  handOffWaiting: ["Waiting for the phone, for three minutes…", "3분 동안 휴대폰을 기다립니다…"],
  handOffOpen: ["Open on the phone: go on there.", "휴대폰에서 열렸습니다. 그곳에서 이어서 하세요."],
  handOffDone: ["Finished on the phone.", "휴대폰에서 마쳤습니다."],
  handOffOld: ["The code is too old.", "코드의 시간이 지났습니다."],
  handOffOldOrThere: ["The code is too old. If the phone has opened it, go on there.", "코드의 시간이 지났습니다. 휴대폰에서 이미 열었다면 그곳에서 계속하세요."],
  handOffNew: ["New code", "새 코드"],
  sureProve: ["Is it still you?", "여전히 본인인가요?"],
  sureProveMore: ["What is enrolled is replaced within ten minutes of a log-in or an accepted check. Cancel to check with a new recording first, or log in again: what you chose stays.", "등록은 로그인이나 본인 확인 뒤 10분 안에만 바꿀 수 있습니다. 취소하고 새 기록으로 먼저 확인하거나 다시 로그인하세요. 고른 기록은 남습니다."],
  sureProveDo: ["Log in again", "다시 로그인"],
  sureHandOff: ["Go on here for your computer?", "컴퓨터에서 하던 일을 여기서 이어서 할까요?"],
  sureHandOffMore: ["Only if the code is on a screen in front of you. If somebody sent it to you, cancel: your heart would log them in.", "코드가 눈앞의 화면에 있을 때만 계속하세요. 다른 사람이 보낸 코드라면 취소하세요. 내 심전도로 그 사람이 로그인할 수 있습니다."],
  sureHandOffDo: ["Go on here", "여기서 이어서 하기"],
  handedDone: ["Go on at the computer. This device is logged out, and nothing of you stays on it.", "컴퓨터에서 계속하세요. 이 기기는 로그아웃되었고 남은 정보가 없습니다."],
  handedBy: ["opened with a code, for 15 minutes", "코드로 15분 동안 열림"],

  rateAsk: ["At which rate was it recorded? Choose the one at which the heart beats as it did.", "어떤 속도로 측정했나요? 심박수가 맞는 것을 고르세요."],
  rateChip: ["{rate} Hz", "{rate} Hz"],
  rateChipHeart: ["{rate} Hz · {heart} a minute", "{rate} Hz · 분당 {heart}회"],
  loginFor: ["Log in to {client}", "{client}에 로그인"],
  loginPassword: ["It asks for your password.", "비밀번호로 로그인합니다."],
  loginHeart: ["It asks for your password and your heart.", "비밀번호와 심전도로 로그인합니다."],
  loginProfile: ["{client} is told your name and user name. Your ECG stays here.", "{client}에 이름과 아이디를 알려 줍니다. 심전도는 전달되지 않습니다."],
  loginNoProfile: ["{client} is told neither name nor user name. Your ECG stays here.", "{client}에 이름과 아이디를 알려 주지 않습니다. 심전도는 전달되지 않습니다."],
  loginGoOn: ["Go on to {client}", "{client}(으)로 계속"],
  loginCancel: ["Back to {client} without logging in", "로그인하지 않고 {client}(으)로 돌아가기"],
  loginNotYou: ["Record anew, sitting still, and try that.", "가만히 앉아 새로 측정한 기록으로 다시 시도해 주세요."],
  otherPerson: ["Somebody else?", "다른 사람인가요?"],
  heartHow: ["Ten seconds of your ECG, made just now: the file of any ECG device, or a chest strap.", "방금 측정한 심전도 10초가 필요합니다. 심전도 기기의 파일이나 가슴 스트랩을 쓰세요."],
  chosenCheck: ["Ask your heart with {name}", "{name} 기록으로 확인"],
  notEnrolledYet: ["Your heart isn't known here yet", "아직 등록된 심전도가 없습니다"],
  notEnrolledMore: ["Enrol a recording now, of half a minute. You come back here then.", "지금 30초 정도의 심전도를 등록해 주세요. 등록하면 이 화면으로 돌아옵니다."],
  enrolNow: ["Enrol now", "지금 등록하기"],
  enrolOnPhone: ["Enrol on my phone", "휴대폰으로 등록하기"],
  enrolThenBack: ["Enrol a recording: then you go back to the log-in.", "심전도를 등록하면 로그인 화면으로 돌아갑니다."],
  checkOnPhone: ["With my phone", "휴대폰으로 측정하기"],
  footer: ["No medical device: it tells who you are, not how you are.", "의료 기기가 아닙니다. 건강 상태가 아니라 본인 여부만 확인합니다."],

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
  handed_over: ["opened on another device", "다른 기기에서 이어서 열기"],
  log_in_failed: ["log-in failed", "로그인 실패"],
  logged_out_everywhere: ["logged out everywhere", "모든 기기에서 로그아웃"],
  password_changed: ["password changed", "비밀번호 변경"],
  recovery_codes_made: ["recovery codes made", "복구 코드 만듦"],
  password_recovered: ["password set with a recovery code", "복구 코드로 비밀번호 변경"],
  recovery_failed: ["wrong recovery code", "잘못된 복구 코드"],
  session_ended: ["logged out on one device", "기기 한 대에서 로그아웃"],
  others_logged_out: ["logged out everywhere else", "다른 모든 기기에서 로그아웃"],
  consent_given: ["consent given", "동의"],
  consent_withdrawn: ["consent withdrawn", "동의 철회"],
  data_exported: ["data downloaded", "데이터 내려받기"],
  model_made: ["enrolled", "심전도 등록"],
  model_day_added: ["another day enrolled", "다른 날의 심전도 추가"],
  model_days_removed: ["added days removed", "추가된 날의 심전도 삭제"],
  model_deleted: ["enrolment deleted", "등록된 심전도 삭제"],
  recognised: ["recognised", "본인 확인"],
  not_recognised: ["not recognised", "본인 확인 실패"],
  replay_refused: ["used recording refused", "재사용한 기록 거부"],
  moved_here: ["account moved here from another server", "다른 서버에서 계정을 옮겨 옴"],
  operator_looked_up: ["an operator looked at your account", "운영자가 계정을 조회함"],
  operator_unlocked: ["an operator unlocked your account", "운영자가 계정 잠금을 해제함"],
  operator_ended_sessions: ["an operator ended your sessions", "운영자가 모든 세션을 종료함"],
  operator_exported: ["an operator exported your data", "운영자가 내 정보를 내보냄"],
  eventUnknown: ["something else", "그 밖의 활동"],

  format_text: ["Text", "텍스트"],
  format_edf: ["EDF", "EDF"],
  format_bdf: ["BDF", "BDF"],
  format_kardia: ["Kardia", "Kardia"],
  format_ishne: ["ISHNE Holter", "ISHNE 홀터"],
  format_dicom: ["DICOM", "DICOM"],
  format_scp: ["SCP-ECG", "SCP-ECG"],
  format_matlab: ["MATLAB", "MATLAB"],
  format_numpy: ["NumPy", "NumPy"],
  format_wfdb: ["PhysioNet", "PhysioNet"],
  format_apple: ["Apple Watch", "Apple Watch"],
  format_samsung: ["Samsung Health", "삼성 헬스"],
  format_opensignals: ["OpenSignals", "OpenSignals"],
  format_aecg: ["HL7 aECG", "HL7 aECG"],
  format_hdf5: ["HDF5", "HDF5"],
  format_mfer: ["MFER", "MFER"],
  format_wav: ["WAV", "WAV"],
  format_muse: ["GE MUSE", "GE MUSE"],
  format_philips: ["Philips", "Philips"],
  format_excel: ["Excel", "Excel"],
  format_lepu: ["Lepu", "Lepu"],
  format_unisens: ["Unisens", "Unisens"],
  format_xml: ["XML", "XML"],
  format_json: ["JSON", "JSON"],

  note_rate_from_file: ["sampling rate from the file", "샘플링 속도는 파일에서 읽음"],
  note_rate_stated: ["sampling rate as you stated it", "샘플링 속도는 입력한 값"],
  note_rate_default: ["sampling rate assumed: the file doesn't say it", "샘플링 속도는 기본값: 파일에 없음"],
  note_rate_differs: ["the file has another sampling rate than you stated", "파일의 샘플링 속도가 입력한 값과 다름"],
  note_clock_differs: ["its times say another sampling rate than its header", "시간 열의 속도가 머리말과 다름"],
  note_first_read: ["only the beginning read", "앞부분만 읽음"],
  note_rate_guessed: ["sampling rate told from the mains' hum", "샘플링 속도는 전원 잡음으로 추정"],
  note_unit_guessed: ["unit guessed", "단위는 추정"],
  note_gain_guessed: ["resolution assumed", "해상도는 기본값"],
  note_lead_guessed: ["lead guessed", "유도는 추정"],
  note_rows_sorted: ["rows put in order", "행을 시간순으로 정렬"],
  note_gap: ["with gaps", "중간에 빈 곳이 있음"],
  note_samples_missing: ["samples missing", "빠진 샘플이 있음"],
  note_longest_taken: ["the longest part of several", "여러 부분 중 가장 긴 것"],
  note_newest_taken: ["the newest of several", "여러 기록 중 가장 최근 것"],
  note_variable_chosen: ["one variable of several", "여러 변수 중 하나"],
  note_lines_left_open: ["lines without a number", "숫자가 없는 줄이 있음"],
  note_shorter_than_stated: ["shorter than it says", "표시된 것보다 짧음"],
  note_longer_than_stated: ["longer than it says", "표시된 것보다 김"],
  note_twice: ["samples that came twice left out", "두 번 온 샘플은 제외"],
  note_checksum_wrong: ["checksum doesn't fit", "체크섬이 맞지 않음"],
  note_length_wrong: ["length doesn't fit its header", "길이가 머리말과 다름"],
  note_start_dropped: ["empty beginning dropped", "비어 있는 앞부분은 제외"],
  note_start_guessed: ["start of the samples guessed", "샘플 시작은 추정"],
  note_cut_off: ["ends too early", "중간에 끊김"],
  note_segments_joined: ["segments joined", "여러 조각을 이음"],
  note_unpacked: ["unpacked", "압축을 풂"],
  note_channels_left_out: ["channels without an ECG left out", "심전도가 아닌 채널은 제외"],
  note_other: ["something was repaired", "일부를 고쳐 읽음"],
};

// What to do about what is wrong with a recording.
const advice = {
  too_short: ["Record longer.", "더 길게 측정해 주세요."],
  too_few_beats: ["Record longer.", "더 길게 측정해 주세요."],
  no_beats: ["Check that the electrodes touch the skin, and relax your arms.", "전극이 피부에 잘 닿았는지 확인하고 팔에 힘을 빼 주세요."],
  leads_off: ["Attach the electrodes again.", "전극을 다시 붙여 주세요."],
  clipped: ["Check the electrodes and keep still.", "전극을 확인하고 가만히 측정해 주세요."],
  mains: ["Unplug chargers and move away from appliances.", "충전기와 전기 제품에서 떨어져 측정해 주세요."],
  baseline_wander: ["Attach the electrodes again and breathe calmly.", "전극을 다시 붙이고 편하게 숨 쉬세요."],
  motion: ["Keep still.", "움직이지 마세요."],
  noisy: ["Relax your arms and sit still.", "팔에 힘을 빼고 가만히 앉으세요."],
  rate_implausible: ["Check the sampling rate.", "샘플링 속도를 확인해 주세요."],
};

// refusals say in plain words what happened and what to do, by the service's
// word for it: title, sentence, and the steps that are offered as buttons.
const refusals = {
  username_taken: [["This user name is taken", "이미 사용 중인 아이디입니다"], ["Choose another one, or log in if it is yours.", "다른 아이디를 고르거나, 본인 아이디라면 로그인하세요."]],
  username_invalid: [["This can't be a user name", "쓸 수 없는 아이디입니다"], ["Use 1 to 150 letters, digits and @ . + - _", "1~150자의 글자, 숫자와 @ . + - _ 만 쓸 수 있습니다."]],
  password_too_short: [["The password is too short", "비밀번호가 너무 짧습니다"], ["Choose one of at least 8 characters.", "8자 이상으로 정해 주세요."]],
  password_too_long: [["The password is too long", "비밀번호가 너무 깁니다"], ["Choose one of at most 128 characters.", "128자 이하로 정해 주세요."]],
  password_common: [["This password is too common", "너무 흔한 비밀번호입니다"], ["It is among the first that are guessed. Choose another one.", "쉽게 추측되는 비밀번호입니다. 다른 것으로 정해 주세요."]],
  password_like_username: [["The password is like the user name", "비밀번호가 아이디와 비슷합니다"], ["Choose one that is different.", "아이디와 다른 것으로 정해 주세요."]],
  credentials_invalid: [["Wrong user name or password", "아이디 또는 비밀번호가 올바르지 않습니다"], ["Check both, and try again.", "둘 다 확인하고 다시 시도해 주세요."]],
  recovery_invalid: [["Wrong user name or recovery code", "아이디 또는 복구 코드가 올바르지 않습니다"], ["Check both. A code that was used is of no use again: take the next one.", "둘 다 확인해 주세요. 한 번 쓴 코드는 다시 쓸 수 없으니 다음 코드를 쓰세요."]],
  hand_off_invalid: [["This code is of no use any more", "더 이상 쓸 수 없는 코드입니다"], ["It was used, or is too old. Ask for a new one at the computer.", "이미 썼거나 시간이 지났습니다. 컴퓨터에서 새 코드를 만들어 주세요."]],
  session_unknown: [["Logged out there already", "이미 로그아웃되었습니다"], ["The list is up to date again.", "목록을 새로 불러왔습니다."]],
  check_first: [["Confirm with your heart first", "먼저 심전도로 본인 확인을 해 주세요"], ["The password was set with a recovery code, which is no proof that it is you. Choose a new recording, press Check, and try again within ten minutes. If your heart has changed, set the password once more with another code, seven days after the first.", "복구 코드로 정한 비밀번호만으로는 본인임을 알 수 없습니다. 새 기록을 골라 본인 확인을 한 뒤 10분 안에 다시 시도해 주세요. 심장이 달라졌다면 첫 코드를 쓴 지 7일 뒤에 다른 코드로 비밀번호를 한 번 더 정해 주세요."], ["other"]],
  password_wrong: [["Wrong password", "비밀번호가 올바르지 않습니다"], ["Check it, and try again.", "확인하고 다시 시도해 주세요."]],
  too_many_log_ins: [["Too many failed log-ins", "로그인에 여러 번 실패했습니다"], ["To keep others out you have to wait a moment.", "다른 사람을 막기 위해 잠시 기다려야 합니다."]],
  too_many_sign_ups: [["Too many sign-ups from here", "이 네트워크에서 가입이 너무 많았습니다"], ["To keep robots out you have to wait a moment.", "자동 가입을 막기 위해 잠시 기다려야 합니다."]],
  log_in_elsewhere: [["The password alone is not enough here", "여기서는 비밀번호만으로 로그인할 수 없습니다"], ["Too many log-ins under this name failed elsewhere. Log in from a network where you logged in before, or change the password on a device that is logged in.", "다른 곳에서 이 아이디로 로그인에 너무 많이 실패했습니다. 전에 로그인한 네트워크에서 로그인하거나, 로그인된 기기에서 비밀번호를 바꿔 주세요."]],
  too_many_checks: [["Too many failed checks", "본인 확인에 여러 번 실패했습니다"], ["To keep others out you have to wait a moment.", "다른 사람을 막기 위해 잠시 기다려야 합니다."]],
  too_many_uploads: [["Too many files are waiting", "기다리는 파일이 너무 많습니다"], ["Files that you uploaded and didn't use are kept for a day. Use them first, or come back later.", "올려 두고 쓰지 않은 파일은 하루 동안 보관됩니다. 먼저 쓰거나 나중에 다시 시도해 주세요."], ["again"]],
  too_many_requests: [["Too many requests", "요청이 너무 많습니다"], ["Wait a moment.", "잠시 기다려 주세요."], ["again"]],
  token_missing: [["You need to log in", "로그인이 필요합니다"], ["Log in to go on.", "계속하려면 로그인해 주세요."], ["logIn"]],
  token_invalid: [["Your log-in has expired", "로그인이 만료되었습니다"], ["Log in to go on.", "계속하려면 로그인해 주세요."], ["logIn"]],
  log_in_again: [["Log in once more first", "먼저 다시 로그인해 주세요"], ["What protects your account is changed only right after a log-in with the password.", "계정을 지키는 정보는 비밀번호로 로그인한 직후에만 바꿀 수 있습니다."], ["logIn"]],
  no_consent: [["There is no consent to withdraw", "철회할 동의가 없습니다"], ["Nothing was changed.", "바뀐 것은 없습니다."]],
  consent_missing: [["Your consent is needed first", "먼저 동의가 필요합니다"], ["Your ECG is used only if you agree.", "동의해야 심전도를 쓸 수 있습니다."], ["consent"]],
  no_model: [["Nothing is enrolled yet", "등록된 심전도가 없습니다"], ["Enrol a recording first; then another one can be checked.", "먼저 기록을 등록한 뒤 다른 기록으로 확인하세요."]],
  model_obsolete: [["Please enrol again", "다시 등록해 주세요"], ["Your enrolment was made in a way that is no longer used.", "더 이상 쓰지 않는 방식으로 등록되어 있습니다."]],
  model_damaged: [["Please enrol again", "다시 등록해 주세요"], ["The enrolment is damaged and can't be used.", "등록된 심전도가 손상되어 쓸 수 없습니다."]],
  model_disabled: [["The enrolment is locked", "등록된 심전도가 잠겼습니다"], ["Too many checks failed. Log in again and enrol anew.", "본인 확인에 너무 여러 번 실패했습니다. 다시 로그인해 새로 등록해 주세요."], ["logIn"]],
  day_too_soon: [["Today is enrolled already", "오늘은 이미 등록했습니다"], ["Another day's recording helps, not another of today. Add it tomorrow.", "같은 날보다 다른 날의 기록이 도움이 됩니다. 내일 더해 주세요."]],
  challenge_missing: [["The check came too late", "확인이 늦었습니다"], ["Try it again.", "다시 시도해 주세요."], ["again"]],
  flow_invalid: [["This log-in is over", "이 로그인은 끝났습니다"], ["It has ended, is too old, or was begun in another browser. Go back to the application and start again.", "이미 끝났거나 시간이 지났거나 다른 창에서 시작되었습니다. 앱으로 돌아가 다시 시작해 주세요."]],
  step_missing: [["There is a step left to do", "남은 단계가 있습니다"], ["Go on with it.", "이어서 진행해 주세요."], ["reload"]],
  cross_site: [["This page was opened in a wrong way", "페이지가 잘못 열렸습니다"], ["Go back to the application and start again.", "앱으로 돌아가 다시 시작해 주세요."]],
  challenge_invalid: [["The check came too late", "확인이 늦었습니다"], ["Try it again.", "다시 시도해 주세요."], ["again"]],
  replay: [["Used before", "이미 쓴 기록입니다"], ["A recording counts once, so that a copy is of no use to a thief. Record anew.", "복사한 기록을 막기 위해 기록은 한 번만 쓸 수 있습니다. 새로 측정해 주세요."], ["other"]],
  unnatural: [["Not from a living heart", "살아 있는 심장의 기록이 아닙니다"], ["The beats are too much alike. Send the device's own recording, made just now.", "박동이 서로 지나치게 같습니다. 기기에서 새로 측정한 기록을 보내 주세요."], ["other"]],
  recording_empty: [["The file is empty", "빈 파일입니다"], ["Export the recording once more.", "기록을 다시 내보내 주세요."], ["other"]],
  recording_unreadable: [["The file is damaged", "파일을 읽을 수 없습니다"], ["It begins like an ECG, but can't be read to its end. Export it once more.", "심전도 파일이지만 끝까지 읽을 수 없습니다. 다시 내보내 주세요."], ["other"]],
  recording_unsupported: [["This is not an ECG's data", "심전도 데이터가 아닙니다"], ["Send the samples as the device or its app exports them: CSV, EDF, WFDB, DICOM, Apple, Kardia, Samsung and more than a dozen others.", "기기나 앱이 내보낸 데이터를 보내 주세요. CSV, EDF, WFDB, DICOM, Apple, Kardia, Samsung 등 여러 형식을 읽습니다."], ["other"]],
  unsupported_pdf: [["A PDF is a picture of an ECG", "PDF는 심전도 그림입니다"], ["The samples are needed. Apple Watch: Health > your picture > Export All Health Data. Kardia: export as .atc or ask AliveCor for the data. Withings: Profile > Download my data. Samsung: Settings > Download personal data.", "숫자 데이터가 필요합니다. Apple Watch: 건강 > 프로필 > 모든 건강 데이터 내보내기. Kardia: .atc로 내보내기. Withings: 프로필 > 내 데이터 다운로드. Samsung: 설정 > 개인 데이터 다운로드."], ["other"]],
  unsupported_picture: [["This is a picture", "그림 파일입니다"], ["The samples are needed. Apple Watch: Health > your picture > Export All Health Data. Kardia: export as .atc. Withings: Profile > Download my data. Samsung: Settings > Download personal data.", "숫자 데이터가 필요합니다. Apple Watch: 건강 > 프로필 > 모든 건강 데이터 내보내기. Kardia: .atc로 내보내기. Withings: 프로필 > 내 데이터 다운로드. Samsung: 설정 > 개인 데이터 다운로드."], ["other"]],
  unsupported_part: [["Half of a recording", "기록의 일부입니다"], ["A WFDB record lies in two files. Choose the .hea and the .dat together.", "WFDB 기록은 파일 두 개입니다. .hea와 .dat를 함께 골라 주세요."], ["other"]],
  rate_unknown: [["At which rate was it recorded?", "어떤 속도로 측정했나요?"], ["The file doesn't say its sampling rate.", "파일에 샘플링 속도가 없습니다."], ["rate"]],
  rate_implausible: [["Not a heart's pace", "심장 박동으로 볼 수 없는 속도입니다"], ["The sampling rate is probably another one.", "샘플링 속도가 다른 것 같습니다."], ["rate", "other"]],
  too_short: [["Too short", "너무 짧습니다"], ["Record longer.", "더 길게 측정해 주세요."], ["other"]],
  too_few_beats: [["Too few clean beats", "잡음 없는 박동이 부족합니다"], ["Record longer, and sit still.", "가만히 앉아 더 길게 측정해 주세요."], ["other"]],
  no_beats: [["No heart beat found", "심장 박동을 찾을 수 없습니다"], ["Check that the electrodes touch the skin, and relax your arms.", "전극이 피부에 잘 닿았는지 확인하고 팔에 힘을 빼 주세요."], ["other"]],
  leads_off: [["The electrodes were off", "전극이 떨어져 있었습니다"], ["Attach them again, and record anew.", "다시 붙이고 새로 측정해 주세요."], ["other"]],
  clipped: [["The signal is cut off", "신호가 잘렸습니다"], ["Check the electrodes, keep still, and record anew.", "전극을 확인하고 가만히 다시 측정해 주세요."], ["other"]],
  mains: [["Too much hum from the mains", "전원 잡음이 너무 큽니다"], ["Unplug chargers, move away from appliances, and record anew.", "충전기와 전기 제품에서 떨어져 다시 측정해 주세요."], ["other"]],
  baseline_wander: [["The baseline wanders", "기준선이 흔들립니다"], ["Attach the electrodes again, breathe calmly, and record anew.", "전극을 다시 붙이고 편하게 숨 쉬며 다시 측정해 주세요."], ["other"]],
  motion: [["Too much movement", "움직임이 많았습니다"], ["Keep still, and record anew.", "움직이지 말고 다시 측정해 주세요."], ["other"]],
  noisy: [["Too much noise", "잡음이 너무 많습니다"], ["Relax your arms, sit still, and record anew.", "팔에 힘을 빼고 가만히 앉아 다시 측정해 주세요."], ["other"]],
  too_many_files: [["Too many at once", "기록이 너무 많습니다"], ["A check takes one recording; an enrolment takes several, but fewer than these.", "확인에는 1개만, 등록에는 여러 개를 쓸 수 있지만 이보다 적어야 합니다."]],
  file_missing: [["No recording was sent", "보낸 기록이 없습니다"], ["Choose one.", "기록을 골라 주세요."], ["other"]],
  body_too_large: [["Too large", "파일이 너무 큽니다"], ["Choose a recording of at most {limit}.", "{limit} 이하의 기록을 골라 주세요."], ["other"]],
  upload_missing: [["The upload was lost", "올린 파일을 찾을 수 없습니다"], ["Send it once more.", "다시 보내 주세요."], ["again"]],
  field_missing: [["Something is missing", "빠진 것이 있습니다"], ["Fill in all that is needed.", "필요한 것을 모두 입력해 주세요."]],
  field_invalid: [["Something isn't right", "올바르지 않은 값이 있습니다"], ["Check what you filled in.", "입력한 값을 확인해 주세요."]],
  invalid_age: [["This can't be an age", "올바르지 않은 나이입니다"], ["Enter a whole number from 0 to 150, or nothing.", "0~150 사이의 정수를 넣거나 비워 두세요."]],
  invalid_name: [["This can't be a name", "쓸 수 없는 이름입니다"], ["Use 1 to 150 characters.", "1~150자로 입력해 주세요."]],
  invalid_sampling_rate: [["This can't be the sampling rate", "올바르지 않은 샘플링 속도입니다"], ["Enter the samples a second, from 50 to 5000.", "1초당 샘플 수를 50~5000 사이로 입력해 주세요."], ["rate"]],
  conflict: [["Changed elsewhere at the same time", "다른 곳에서 동시에 바뀌었습니다"], ["Try it again.", "다시 시도해 주세요."], ["again"]],
  unavailable: [["The service is busy", "서비스가 바쁩니다"], ["Try it again in a moment.", "잠시 후 다시 시도해 주세요."], ["again"]],
  internal: [["Something went wrong on our side", "서버에 문제가 생겼습니다"], ["Try it again later.", "나중에 다시 시도해 주세요."], ["again"]],
  not_found: [["This page is out of date", "페이지가 오래되었습니다"], ["Load it anew.", "새로 고쳐 주세요."], ["reload"]],
  method_not_allowed: [["This page is out of date", "페이지가 오래되었습니다"], ["Load it anew.", "새로 고쳐 주세요."], ["reload"]],
  unsupported_media_type: [["This page is out of date", "페이지가 오래되었습니다"], ["Load it anew.", "새로 고쳐 주세요."], ["reload"]],
  malformed_body: [["It didn't arrive whole", "전송이 끊겼습니다"], ["Check your connection, and try again.", "연결을 확인하고 다시 시도해 주세요."], ["again"]],
  prefetch_refused: [["That was not sent by you", "직접 보낸 요청이 아닙니다"], ["Try it again.", "다시 시도해 주세요."], ["again"]],
  unreachable: [["The service can't be reached", "서비스에 연결할 수 없습니다"], ["Check your connection, and try again.", "연결을 확인하고 다시 시도해 주세요."], ["again"]],
  unknown: [["That didn't work", "처리하지 못했습니다"], ["Try it again.", "다시 시도해 주세요."], ["again"]],
};

const keptLanguage = "systole-language";
let current = sessionStorage.getItem(keptLanguage) ?? localStorage.getItem(keptLanguage) ?? (navigator.language.startsWith("ko") ? "ko" : "en");

export const language = () => current;
const column = () => (current === "ko" ? 1 : 0);

// say is the sentence for a key, its {parameters} filled in. A parameter that is
// a function is asked when it is said.
export function say(key, params = {}) {
  const pair = words[key];
  if (!pair) throw new Error(`no words for ${key}`);
  return filled(pair[column()], params);
}

const filled = (sentence, params) =>
  sentence.replace(/\{(\w+)\}/g, (_, name) => (typeof params[name] === "function" ? params[name]() : params[name]));

export const has = (key) => key in words;
export const advise = (reason) => (advice[reason] ?? ["", ""])[column()];

// refusal is what is said of an error: title, sentence, steps.
export function refusal(word, params = {}) {
  const [title, more, steps = []] = refusals[word] ?? refusals.unknown;
  const limit = size(params.limit_bytes ?? 64 << 20);
  return { title: title[column()], more: filled(more[column()], { limit }), steps };
}
export const knows = (word) => word in refusals;

// lasting is a length of time in the largest unit that fits.
export function lasting(seconds) {
  if (seconds < 120) return say("secondsLong", { n: number(Math.round(seconds)) });
  if (seconds < 7200) return say("minutesLong", { n: number(+(seconds / 60).toFixed(1)) });
  return say("hoursLong", { n: number(+(seconds / 3600).toFixed(1)) });
}

export const number = (x, digits = 2) => x.toLocaleString(locale(), { maximumFractionDigits: digits });

// size is a file's.
export const size = (bytes) => (bytes < 1e6 ? `${number(Math.ceil(bytes / 1e3), 0)} KB` : `${number(bytes / 1e6, 1)} MB`);

// locale keeps the person's own way of writing dates where it is of the language.
// WebKit says "C" where the computer has no language set, which no formatter takes.
const locale = () => [...navigator.languages.filter((l) => l.startsWith(current)), current === "en" ? navigator.language : ""].find(formats) ?? current;

function formats(tag) {
  try {
    return Intl.getCanonicalLocales(tag).length > 0;
  } catch {
    return false;
  }
}

export const when = (time) => new Date(time).toLocaleString(locale(), { dateStyle: "medium", timeStyle: "short" });
// soon is a time of the days to come.
export const soon = (time) => new Date(time).toLocaleString(locale(), { weekday: "short", hour: "numeric", minute: "2-digit" });
export const day = (time) => new Date(time).toLocaleDateString(locale(), { dateStyle: "medium" });

// tell makes an element say what the function returns, now and in whichever
// language comes. What no longer stands on the page is forgotten.
const told = new Map(); // element -> Map(attribute or "" -> function)
export function tell(element, sentence, attribute = "") {
  if (!told.has(element)) told.set(element, new Map());
  told.get(element).set(attribute, sentence);
  speak(element, attribute, sentence);
  return element;
}

export function silence(element) {
  told.delete(element);
  element.textContent = "";
}

function speak(element, attribute, sentence) {
  const text = sentence();
  if (attribute) element.setAttribute(attribute, text);
  else if (element.textContent !== text) element.textContent = text;
}

export function switchLanguage() {
  setLanguage(current === "ko" ? "en" : "ko");
  sessionStorage.removeItem(keptLanguage);
  localStorage.setItem(keptLanguage, current);
}

// keepLanguage is for the pages that follow in this tab.
export const keepLanguage = () => sessionStorage.setItem(keptLanguage, current);

// setLanguage is for this page only.
export function setLanguage(to) {
  current = to;
  translate();
}

// translate says everything anew.
export function translate() {
  document.documentElement.lang = current;
  for (const element of document.querySelectorAll("[data-w]")) speak(element, "", () => say(element.dataset.w));
  for (const element of document.querySelectorAll("[data-label]")) speak(element, "aria-label", () => say(element.dataset.label));
  for (const [element, sentences] of told) {
    if (!element.isConnected) told.delete(element);
    else for (const [attribute, sentence] of sentences) speak(element, attribute, sentence);
  }
  for (const again of redraws) again();
}

const redraws = [];
// onLanguage calls the function whenever the language changed.
export const onLanguage = (again) => redraws.push(again);

package api

import (
	"net/http"

	"systole/shared/fault"
)

// Sentences of success that the contract spells.
var (
	LoggedOut = Sentence{"로그아웃 되었습니다.", "You are logged out."}
	Saved     = Sentence{"저장완료.", "Saved."}
)

// Further sentences of success.
var (
	PasswordChanged     = Sentence{"비밀번호를 바꾸었습니다. 다른 기기에서는 로그아웃됩니다.", "The password is changed. You are logged out everywhere else."}
	PasswordRecovered   = Sentence{"비밀번호를 새로 정했습니다. 모든 기기에서 로그아웃 되었으니 새 비밀번호로 로그인해 주세요.", "The new password is set. You are logged out everywhere: log in with it."}
	SessionEnded        = Sentence{"그 기기에서 로그아웃 되었습니다.", "You are logged out there."}
	OthersLoggedOut     = Sentence{"다른 모든 기기에서 로그아웃 되었습니다.", "You are logged out everywhere else."}
	LoggedOutEverywhere = Sentence{"모든 기기에서 로그아웃 되었습니다.", "You are logged out everywhere."}
	ConsentGiven        = Sentence{"동의가 기록되었습니다.", "Your consent is on record."}
	ConsentWithdrawn    = Sentence{"동의를 철회하고 심전도를 삭제했습니다.", "Your consent is withdrawn, and your ECG deleted."}
	ModelDaysDeleted    = Sentence{"그때부터 추가된 심전도를 삭제했습니다. 그 전에 등록한 심전도는 남아 있습니다.", "What was added since then is deleted. What you enrolled before is kept."}
	ModelDeleted        = Sentence{"등록된 심전도를 삭제했습니다.", "Your enrolled ECG is deleted."}
	AccountDeleted      = Sentence{"계정과 모든 정보를 삭제했습니다.", "Your account and all that was known of you is deleted."}
)

// ConsentText is the text of consent for member.ConsentVersion.
var ConsentText = Sentence{
	"본인 확인을 위해 내 심전도를 처리하는 데 동의합니다. 등록에 쓴 기록은 정해진 기간 뒤에 지워지고, 남는 것은 따로 보관하는 열쇠로 변환되어 " +
		"암호화된 특징과, 한 번 쓴 기록을 다시 알아보기 위한 요약값입니다. 열쇠 없이는 어느 것에서도 심전도를 만들 수 없습니다. 동의는 언제든지 철회할 수 있으며, " +
		"철회하면 기록과 특징이 바로 삭제됩니다. 요약값은 누구도 내가 쓴 기록으로 들어오지 못하도록 암호화되어 계정을 삭제할 때까지 남습니다.",
	"I agree that my ECG is processed to recognise me. The recordings I enrol with are deleted after a set time; what remains are " +
		"features, and digests by which a used recording is known again, both transformed with a key that is kept apart, and encrypted. Without the key no ECG can be made of them. " +
		"I can withdraw at any time: my recordings and the features are then deleted at once. The digests stay, encrypted, until I delete my account, so that nobody gets in with a recording that I used.",
}

// word is the answer for a code. In its sentence {name} stands for the parameter
// of that name; the text between [ and ] is left out unless all of its parameters
// are set.
type word struct {
	status int
	Sentence
}

// words has the answer for every code of package fault. Each sentence names the
// fault and its remedy.
var words = map[fault.Code]word{
	fault.NotFound: {http.StatusNotFound, Sentence{
		"요청하신 주소가 없습니다. 주소를 확인해 주세요.",
		"There is nothing at this address. Please check it."}},
	fault.MethodNotAllowed: {http.StatusMethodNotAllowed, Sentence{
		"이 주소에서 쓸 수 없는 메서드입니다. Allow 헤더에 있는 메서드를 사용해 주세요.",
		"This address does not take this method. Use one of those in the Allow header."}},
	fault.PrefetchRefused: {http.StatusForbidden, Sentence{
		"미리 가져오기로는 로그아웃되지 않습니다. 직접 요청해 주세요.",
		"Prefetching does not log anybody out. Send the request itself."}},
	fault.UnsupportedMediaType: {http.StatusUnsupportedMediaType, Sentence{
		"지원하지 않는 형식입니다. 다음 중 하나로, UTF-8로 보내 주세요: {accepts}.",
		"This type of body is not supported. Send it in UTF-8 as one of: {accepts}."}},
	fault.BodyTooLarge: {http.StatusRequestEntityTooLarge, Sentence{
		"보낸 내용이 너무 큽니다.[ {limit_bytes}바이트 이하로 보내 주세요.]",
		"What was sent is too large.[ Send at most {limit_bytes} bytes.]"}},
	fault.MalformedBody: {http.StatusBadRequest, Sentence{
		"요청 내용을 읽을 수 없습니다.[ {reason}]",
		"The body can't be read.[ {reason}]"}},
	fault.FieldMissing: {http.StatusBadRequest, Sentence{
		"필수 항목이 비어 있습니다: {field}. 값을 넣어 다시 보내 주세요.",
		"A required field is missing: {field}. Send it with a value."}},
	fault.FieldInvalid: {http.StatusBadRequest, Sentence{
		"값이 올바르지 않습니다: {field}. {hint}",
		"A value is not valid: {field}. {hint}"}},
	fault.FileMissing: {http.StatusBadRequest, Sentence{
		"심전도 파일이 없습니다. multipart/form-data의 data, ECG, EEG 항목 중 하나에 파일을 넣어 보내 주세요.[ 보내신 파일의 항목 이름: {parts}.]",
		"There is no ECG file. Send it as the part named data, ECG or EEG of multipart/form-data.[ The files came in parts named {parts}.]"}},
	fault.TooManyFiles: {http.StatusBadRequest, Sentence{
		"파일이 너무 많습니다. 인증에는 기록 한 개만 보내 주세요.[ 한 요청에 올려 둔 파일은 {uploads}개까지 쓸 수 있습니다.]",
		"There are too many files. A check takes a single recording.[ A request takes at most {uploads} uploaded files.]"}},
	fault.TooManyRequests: {http.StatusTooManyRequests, Sentence{
		"요청이 너무 많습니다. 잠시 후 다시 시도해 주세요.",
		"There are too many requests. Please try again in a moment."}},

	fault.TooManyUploads: {http.StatusTooManyRequests, Sentence{
		"올려 두고 쓰지 않은 파일이 너무 많습니다. 올린 파일로 먼저 등록이나 인증을 하거나 나중에 다시 시도해 주세요.",
		"Too many files were uploaded and not used. Enrol or check with them first, or try again later."}},
	fault.UploadMissing: {http.StatusNotFound, Sentence{
		"올려 둔 파일을 찾을 수 없습니다. 이미 쓰였거나 시간이 지났을 수 있으니 다시 올려 주세요.",
		"There is no such upload. It may have been used, or be too old. Please upload the file again."}},
	fault.UsernameTaken: {http.StatusConflict, Sentence{
		"이미 사용 중인 아이디입니다. 다른 아이디를 골라 주세요.",
		"This user name is taken. Please choose another one."}},
	fault.UsernameInvalid: {http.StatusBadRequest, Sentence{
		"아이디는 1~150자의 글자, 숫자와 @ . + - _ 만 쓸 수 있습니다. 다른 아이디를 골라 주세요.",
		"A user name has 1 to 150 letters, digits and @ . + - _ only. Please choose another one."}},
	fault.PasswordTooShort: {http.StatusBadRequest, Sentence{
		"비밀번호가 너무 짧습니다. 8자 이상으로 정해 주세요.",
		"The password is too short. Choose one of at least 8 characters."}},
	fault.PasswordTooLong: {http.StatusBadRequest, Sentence{
		"비밀번호가 너무 깁니다. 128자 이하로 정해 주세요.",
		"The password is too long. Choose one of at most 128 characters."}},
	fault.PasswordCommon: {http.StatusBadRequest, Sentence{
		"너무 흔한 비밀번호라 쉽게 추측됩니다. 다른 비밀번호를 정해 주세요.",
		"This password is one of the commonest and easily guessed. Choose another one."}},
	fault.PasswordLikeName: {http.StatusBadRequest, Sentence{
		"비밀번호가 아이디나 이름과 비슷합니다. 다른 비밀번호를 정해 주세요.",
		"The password is too much like the user name or the name. Choose a different one."}},
	fault.CredentialsInvalid: {http.StatusUnauthorized, Sentence{
		"아이디 또는 비밀번호가 올바르지 않습니다. 다시 확인해 주세요.",
		"The user name or the password is wrong. Please check both."}},
	fault.PasswordWrong: {http.StatusForbidden, Sentence{
		"비밀번호가 올바르지 않습니다. 다시 확인해 주세요.",
		"The password is wrong. Please check it."}},
	fault.TooManyLogIns: {http.StatusTooManyRequests, Sentence{
		"로그인에 여러 번 실패했습니다.[ {seconds}초 뒤에 다시 시도해 주세요.]",
		"Several log-ins failed.[ Please try again in {seconds} seconds.]"}},
	fault.TooManySignUps: {http.StatusTooManyRequests, Sentence{
		"이 네트워크에서 가입이 너무 많았습니다.[ {seconds}초 뒤에 다시 시도해 주세요.]",
		"There were too many sign-ups from this network.[ Please try again in {seconds} seconds.]"}},
	fault.LogInElsewhere: {http.StatusForbidden, Sentence{
		"다른 곳에서 이 아이디로 로그인에 너무 많이 실패해, 여기서는 비밀번호만으로 로그인할 수 없습니다. 전에 로그인한 적이 있는 네트워크에서 로그인하거나, 로그인된 기기에서 비밀번호를 바꿔 주세요.",
		"Too many log-ins under this name failed elsewhere, so the password alone is not enough here. Log in from a network where you logged in before, or change the password on a device that is logged in."}},
	fault.TokenMissing: {http.StatusUnauthorized, Sentence{
		"로그인이 필요합니다. 로그인해서 받은 토큰을 Authorization 헤더에 넣어 보내 주세요.",
		"You need to log in. Send the token from your log-in in the Authorization header."}},
	fault.TokenInvalid: {http.StatusUnauthorized, Sentence{
		"토큰이 올바르지 않거나 만료되었습니다. 다시 로그인해 주세요.",
		"The token is not valid or has expired. Please log in again."}},

	fault.RecoveryInvalid: {http.StatusUnauthorized, Sentence{
		"아이디 또는 복구 코드가 올바르지 않습니다. 이미 쓴 코드는 다시 쓸 수 없습니다.",
		"The user name or the recovery code is wrong. A code that was used is of no use again."}},
	fault.SessionUnknown: {http.StatusNotFound, Sentence{
		"그런 로그인이 없습니다. 이미 끝났을 수 있습니다. 목록을 다시 불러와 주세요.",
		"There is no such session. It may have ended already: list the sessions again."}},
	fault.HandOffInvalid: {http.StatusNotFound, Sentence{
		"이 코드는 이미 쓰였거나 시간이 지났습니다. 컴퓨터에서 새 코드를 만들어 주세요.",
		"This code was used, or is too old. Ask for a new one at the computer."}},

	fault.NoConsent: {http.StatusConflict, Sentence{
		"철회할 동의가 없습니다.",
		"There is no consent to withdraw."}},
	fault.ConsentMissing: {http.StatusForbidden, Sentence{
		"심전도를 쓰는 데 동의가 필요합니다. 동의한 뒤 다시 시도해 주세요.",
		"Your consent to the use of your ECG is needed. Please give it first, and try again."}},

	fault.NoModel: {http.StatusConflict, Sentence{
		"등록된 심전도가 없습니다. 먼저 심전도를 등록해 주세요.",
		"There is no ECG on record for you. Please enrol first."}},
	fault.ModelDamaged: {http.StatusConflict, Sentence{
		"등록된 심전도가 손상되어 쓸 수 없습니다. 심전도를 다시 등록해 주세요.",
		"Your enrolled ECG is damaged and can't be used. Please enrol again."}},
	fault.ModelDisabled: {http.StatusForbidden, Sentence{
		"인증에 너무 여러 번 실패하여 등록된 심전도를 더 이상 쓸 수 없습니다. 다시 로그인한 뒤 심전도를 새로 등록해 주세요.",
		"Too many checks failed, so the enrolled ECG can't be used any more. Please log in again and enrol anew."}},
	fault.TooManyChecks: {http.StatusTooManyRequests, Sentence{
		"인증에 여러 번 실패했습니다.[ {seconds}초 뒤에 다시 시도해 주세요.]",
		"Several checks failed.[ Please try again in {seconds} seconds.]"}},
	fault.LogInAgain: {http.StatusForbidden, Sentence{
		"보안을 위해 비밀번호로 다시 로그인한 뒤 시도해 주세요. 등록된 심전도는 로그인한 뒤 10분 안에 바꾸거나 지우거나 내려받을 수 있습니다.",
		"Please log in again with the password first. The enrolled ECG can be changed, deleted or downloaded within ten minutes of a log-in."}},
	fault.CheckFirst: {http.StatusForbidden, Sentence{
		"비밀번호를 복구 코드로 바꾼 뒤에는 먼저 심전도로 본인 확인을 해 주세요(check_user에 prove=true). 확인한 뒤 10분 안에 등록된 심전도를 바꾸거나 지울 수 있습니다. 심장이 달라져 확인할 수 없다면 첫 복구 코드를 쓴 지 7일이 지난 뒤 다른 복구 코드로 비밀번호를 한 번 더 정해 주세요.",
		"The password was set with a recovery code: please confirm with your heart first (check_user with prove=true). Within ten minutes of that the enrolled ECG can be changed, deleted or downloaded. If your heart has changed, set the password once more with another recovery code, seven days after the first."}},
	fault.ChallengeMissing: {http.StatusBadRequest, Sentence{
		"이 서비스는 인증마다 일회용 값이 필요합니다. /authenticate/challenge/ 에서 받은 값을 nonce 항목에 넣어 보내 주세요.",
		"Each check needs a nonce here. Ask for one at /authenticate/challenge/ and send it in the field nonce."}},
	fault.ChallengeInvalid: {http.StatusConflict, Sentence{
		"일회용 값이 올바르지 않거나 이미 쓰였거나 시간이 지났습니다. /authenticate/challenge/ 에서 새로 받아 다시 시도해 주세요.",
		"The nonce is not valid, was used before or is too old. Ask for a new one at /authenticate/challenge/ and try again."}},

	fault.FlowInvalid: {http.StatusConflict, Sentence{
		"이 로그인은 이미 끝났거나 시간이 지났거나 다른 창에서 시작되었습니다. 앱으로 돌아가 다시 시작해 주세요.",
		"This log-in has ended, is too old, or was begun in another browser. Go back to the application and start again."}},
	fault.StepMissing: {http.StatusConflict, Sentence{
		"아직 끝나지 않은 단계가 있습니다. 이어서 진행해 주세요.",
		"There is a step left to do. Please go on with it."}},
	fault.CrossSite: {http.StatusForbidden, Sentence{
		"다른 사이트에서 보낸 요청은 받지 않습니다. 로그인 페이지에서 직접 진행해 주세요.",
		"A request from another site is not taken. Go on in the log-in page itself."}},
	fault.ModelObsolete: {http.StatusConflict, Sentence{
		"등록된 심전도가 더 이상 쓰이지 않는 방식으로 만들어졌습니다. 심전도를 다시 등록해 주세요.",
		"Your ECG was enrolled in a way that is no longer used. Please enrol again."}},
	fault.DayTooSoon: {http.StatusConflict, Sentence{
		"오늘의 심전도는 이미 등록되어 있습니다. {hours}시간 뒤에 다른 날의 기록을 더해 주세요.",
		"A recording of today is part of your enrolment already. Please add another in {hours} h."}},

	fault.Replay: {http.StatusUnprocessableEntity, Sentence{
		"이미 사용된 심전도 기록입니다. 지금 새로 측정해서 보내 주세요.",
		"This recording was used before. Record anew and send that."}},
	fault.Unnatural: {http.StatusUnprocessableEntity, Sentence{
		"박동이 서로 지나치게 똑같아 살아 있는 심장의 기록으로 볼 수 없습니다. 기기에서 바로 새로 측정해 주세요.",
		"The beats are too much alike for a living heart's. Record anew, straight from the device."}},
	fault.RecordingEmpty: {http.StatusUnprocessableEntity, Sentence{
		"심전도 파일이 비어 있습니다. 다시 측정해서 보내 주세요.",
		"The ECG file is empty. Record again and send that."}},
	fault.RecordingUnreadable: {http.StatusUnprocessableEntity, Sentence{
		"심전도 파일을 읽을 수 없습니다.[ {line}번째 줄을 확인해 주세요.] 손상되지 않은 파일을 보내 주세요.",
		"The ECG file can't be read.[ See line {line}.] Send a file that is not damaged."}},
	fault.RecordingUnsupported: {http.StatusUnprocessableEntity, Sentence{
		"지원하지 않는 심전도 파일입니다. 한 줄에 값이 하나씩 있는 CSV 파일로 보내 주세요.",
		"This kind of ECG file is not supported. Send a CSV file with one value a line."}},
	fault.RateUnknown: {http.StatusUnprocessableEntity, Sentence{
		"측정 속도를 알 수 없습니다. sampling_rate 항목에 초당 샘플 수(Hz)를 넣어 보내 주세요.",
		"The sampling rate is unknown. Send it in Hz in the field sampling_rate."}},
	fault.RateImplausible: {http.StatusUnprocessableEntity, Sentence{
		"측정 속도가 올바르지 않습니다. 90~4000 Hz이고 심박수가 분당 30~220회가 되어야 합니다[(지금은 분당 {heart_rate}회)].[ 심장 박동의 모양으로는 {likely_hz} Hz로 보입니다.] sampling_rate 값을 확인해 주세요.",
		"The sampling rate can't be right: it has to be 90 to 4000 Hz, and the heart rate at it 30 to 220 beats per minute[ (here {heart_rate})].[ By the form of the beats it is about {likely_hz} Hz.] Check sampling_rate."}},
	fault.TooShort: {http.StatusUnprocessableEntity, Sentence{
		"측정 시간이 너무 짧습니다.[ {seconds_missing}초 더 측정해야 합니다.] 더 길게 다시 측정해 주세요.",
		"The recording is too short[ by {seconds_missing} seconds]. Please record again for longer."}},
	fault.TooFewBeats: {http.StatusUnprocessableEntity, Sentence{
		"쓸 수 있는 심장 박동이 너무 적습니다[({beats_missing}회 부족)]. 가만히 앉아 더 길게 다시 측정해 주세요.",
		"There are too few usable heart beats[, {beats_missing} more are needed]. Sit still and record for longer."}},
	fault.NoBeats: {http.StatusUnprocessableEntity, Sentence{
		"심장 박동을 찾을 수 없습니다. 전극이 잘 닿았는지 확인하고 팔에 힘을 뺀 뒤 다시 측정해 주세요.",
		"No heart beat was found. Check that the electrodes touch your skin, relax your arms and record again."}},
	fault.LeadsOff: {http.StatusUnprocessableEntity, Sentence{
		"전극이 떨어져 있습니다. 전극을 다시 붙이고 측정해 주세요.",
		"The electrodes were off. Attach them again and record again."}},
	fault.Clipped: {http.StatusUnprocessableEntity, Sentence{
		"신호가 측정 범위를 벗어나 잘렸습니다. 전극을 확인하고 가만히 다시 측정해 주세요.",
		"The signal was cut off at the limits of the recorder. Check the electrodes, keep still and record again."}},
	fault.Mains: {http.StatusUnprocessableEntity, Sentence{
		"전원 잡음이 심장 신호를 덮고 있습니다. 충전기와 전기 제품에서 떨어져 다시 측정해 주세요.",
		"Hum from the mains covers the heart's signal. Unplug chargers, move away from appliances and record again."}},
	fault.BaselineWander: {http.StatusUnprocessableEntity, Sentence{
		"신호의 기준선이 크게 흔들립니다. 전극을 다시 붙이고 편하게 숨 쉬며 다시 측정해 주세요.",
		"The signal's baseline wanders too much. Attach the electrodes again, breathe calmly and record again."}},
	fault.Motion: {http.StatusUnprocessableEntity, Sentence{
		"측정 중에 움직임이 많았습니다. 움직이지 말고 다시 측정해 주세요.",
		"There was too much movement. Keep still and record again."}},
	fault.Noisy: {http.StatusUnprocessableEntity, Sentence{
		"잡음이 너무 많습니다. 팔에 힘을 빼고 가만히 앉아 다시 측정해 주세요.",
		"There is too much noise. Relax your arms, sit still and record again."}},

	fault.Conflict: {http.StatusConflict, Sentence{
		"같은 정보가 동시에 바뀌었습니다. 다시 시도해 주세요.",
		"This was changed by somebody else at the same time. Please try again."}},
	fault.Unavailable: {http.StatusServiceUnavailable, Sentence{
		"지금은 서비스를 이용할 수 없습니다. 잠시 후 다시 시도해 주세요.",
		"The service is not available right now. Please try again in a moment."}},
	fault.Internal: {http.StatusInternalServerError, Sentence{
		"서버에 문제가 생겼습니다. 나중에 다시 시도해 주세요.",
		"Something went wrong on our side. Please try again later."}},
}

// fileWords name the file to send instead of each kind of file without readable
// samples. The kinds are those of package ecg/recording/foreign.
var fileWords = map[string]Sentence{
	"pdf": {"PDF에는 심전도 그림만 있습니다. 기기 앱에서 원본 데이터를 CSV, EDF 또는 JSON으로 내보내 주세요.",
		"A PDF holds only a picture of the ECG. Export the samples from the device's app as CSV, EDF or JSON."},
	"pdf_kardia": {"Kardia의 PDF에는 심전도 그림만 있습니다. .atc 파일이나 AliveCor에서 받은 EDF 파일을 보내 주세요.",
		"Kardia's PDF holds only a picture of the ECG. Send the .atc file, or the EDF that AliveCor gives you."},
	"pdf_apple": {"건강 앱의 PDF에는 심전도 그림만 있습니다. 건강 앱의 프로필에서 '모든 건강 데이터 내보내기'를 누르고 export.zip을 보내 주세요.",
		"The Health app's PDF holds only a picture of the ECG. In the app open your profile, choose Export All Health Data, and send the export.zip."},
	"pdf_samsung": {"Samsung Health의 PDF에는 심전도 그림만 있습니다. 앱 설정의 '개인 데이터 다운로드'로 받은 폴더를 zip으로 보내 주세요.",
		"Samsung Health's PDF holds only a picture of the ECG. In its settings choose Download personal data, and send the folder as a zip."},
	"picture": {"사진이나 그림에서는 심전도를 읽을 수 없습니다. 기기 앱에서 원본 데이터를 CSV, EDF 또는 JSON으로 내보내 주세요.",
		"An ECG can't be read from a picture. Export the samples from the device's app as CSV, EDF or JSON."},
	"film": {"동영상이나 소리 파일입니다. 기기 앱에서 원본 데이터를 CSV, EDF 또는 JSON으로 내보내 주세요.",
		"This is a film or a sound. Export the samples from the device's app as CSV, EDF or JSON."},
	"web_page": {"심전도 파일이 아니라 웹 페이지(HTML)입니다. 로그인 화면이 저장되었을 수 있습니다. 파일을 다시 내려받아 보내 주세요.",
		"This is a web page (HTML), perhaps a log-in, and no ECG. Download the file itself and send that."},
	"office": {"오피스 문서는 읽을 수 없습니다. 엑셀 등에서 'CSV(쉼표로 분리)'로 저장해서 보내 주세요.",
		"A document of an office program can't be read. Save the table as CSV in Excel, Numbers or Calc and send that."},
	"archive": {"이 압축 형식은 지원하지 않습니다. 압축을 풀거나 zip으로 다시 압축해서 보내 주세요.",
		"This kind of archive isn't read. Unpack it, or pack it as zip, and send that."},
	"health_export_xml": {"건강 앱의 export.xml에는 심전도가 없습니다. export.zip 전체나 electrocardiograms 폴더의 CSV 파일을 보내 주세요.",
		"The Health app's export.xml has no ECG in it. Send the whole export.zip, or a CSV file from its folder electrocardiograms."},
	"activity": {"운동 기록 파일이며 심전도가 들어 있지 않습니다. 심전도 자체를 내보내 주세요.",
		"This is the track of an activity, without an ECG. Export the ECG itself."},
	"hl7_v2": {"HL7 v2 메시지는 읽지 않습니다. 심전도를 HL7 aECG, SCP-ECG, DICOM 또는 EDF로 내보내 주세요.",
		"An HL7 version 2 message isn't read. Export the ECG as HL7 aECG, SCP-ECG, DICOM or EDF."},
	"acqknowledge": {"AcqKnowledge의 .acq 파일은 읽지 않습니다. AcqKnowledge에서 텍스트나 MATLAB 파일로 저장해 주세요.",
		"AcqKnowledge's .acq isn't read. Save it in AcqKnowledge as text or as a MATLAB file."},
	"labchart": {"LabChart 전용 파일은 읽지 않습니다. LabChart에서 텍스트나 MATLAB 파일로 내보내 주세요.",
		"LabChart's own file isn't read. Export it in LabChart as text or as a MATLAB file."},
	"wfdb_header": {"WFDB 헤더(.hea)만 있고 신호 파일이 없습니다. 헤더에 적힌 .dat 파일과 함께 보내 주세요.",
		"This is a WFDB header (.hea) without its samples. Send it together with the .dat file that it names."},
	"unisens_header": {"Unisens 데이터의 unisens.xml만 있고 신호 파일이 없습니다. 폴더 전체를 zip으로 보내 주세요.",
		"This is the unisens.xml of a data set without its samples. Send the whole folder as a zip."},
	"pointer": {"실제 파일이 아니라 Git LFS 포인터입니다. git lfs pull로 파일을 내려받아 보내 주세요.",
		"This is a pointer of Git LFS and not the file. Download the file itself (git lfs pull) and send that."},
	"data_frame": {"프로그램용 표 파일(Parquet, Feather, pickle)은 읽지 않습니다. CSV로 저장해서 보내 주세요.",
		"A table for a program (Parquet, Feather, pickle) isn't read. Save it as CSV and send that."},
	"database": {"데이터베이스 파일은 읽지 않습니다. 심전도를 CSV로 내보내 주세요.",
		"A database isn't read. Export the recording as CSV and send that."},
	"eeg": {"뇌파 장비의 파일 형식은 읽지 않습니다. EDF로 내보내 주세요.",
		"This format of EEG systems isn't read. Export the recording as EDF and send that."},
	"binary": {"알 수 없는 형식의 파일입니다. WFDB 기록이라면 .hea와 .dat를 함께 보내고, 아니면 CSV나 EDF로 내보내 주세요.",
		"This file is of no known format. If it is a WFDB record, send the .hea with the .dat; else export it as CSV or EDF."},
}

// malformedReasons has a sentence for each reason of a malformed_body: the fault
// of the request and its remedy.
var malformedReasons = map[any]Sentence{
	"boundary_missing": {
		"Content-Type에 boundary가 없습니다. 헤더를 직접 쓰지 말고 HTTP 라이브러리가 만들게 해 주세요.",
		"Its Content-Type has no boundary. Let the HTTP library set that header instead of writing it by hand."},
	"boundary_not_found": {
		"Content-Type의 boundary가 본문에 나오지 않습니다. 헤더를 직접 쓰지 말고 HTTP 라이브러리가 만들게 해 주세요.",
		"The boundary in its Content-Type doesn't occur in it. Let the HTTP library set that header instead of writing it by hand."},
	"cut_off": {
		"중간에 끊겼습니다. 끝까지 다시 보내 주세요.",
		"It breaks off. Send it again, to its end."},
	"compressed": {
		"Content-Encoding대로 압축을 풀 수 없습니다. 압축하지 않고 보내 주세요.",
		"It can't be decompressed as its Content-Encoding says. Send it uncompressed."},
	"transfer_encoding": {
		"한 항목을 Content-Transfer-Encoding대로 풀 수 없습니다. 그 헤더 없이 바이트 그대로 보내 주세요.",
		"A part can't be decoded as its Content-Transfer-Encoding says. Send its bytes as they are, without that header."},
	"charset": {
		"글자가 선언된 문자 집합과 맞지 않습니다. UTF-8로 보내 주세요.",
		"Its text isn't in the charset that it declares. Send it in UTF-8."},
	"json": {
		"JSON 객체 하나가 아닙니다. {\"항목\": 값} 꼴로 보내 주세요.",
		"It isn't one JSON object. Send it as {\"field\": value}."},
	"urlencoded": {
		"% 뒤의 두 자리나 구분자가 올바르지 않습니다. 값을 URL 인코딩하고 &로 구분해 주세요.",
		"Its percent-encoding or its separators are wrong. Encode the values and separate fields by &."},
	"many_parts": {
		"항목이 너무 많습니다. 64개 이하로 보내 주세요.",
		"It has too many parts. Send at most 64."},
}

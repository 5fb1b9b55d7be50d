// The published Android app's way through the service, screen by screen, printed
// as a table of what it would show.
//
//	mvn -f tests/clients/kotlin package
//	java -jar tests/clients/kotlin/target/app.jar URL RECORDINGS OWN EXPIRED
//
// RECORDINGS is tests/support/recordings/testdata, OWN a further recording of its
// person 01, EXPIRED a token that has expired.

package app

import java.io.File
import java.nio.file.Files
import java.util.concurrent.Callable
import java.util.concurrent.Executors
import java.util.zip.GZIPInputStream
import kotlin.math.roundToInt
import kotlin.system.exitProcess
import retrofit2.Retrofit
import retrofit2.converter.gson.GsonConverterFactory

const val PASSWORD = "tachy-cardia!"

/** A step: the person's action and its required outcome. */
class Step(val name: String, val status: Int, val shown: String, val act: (App) -> String)

class Recordings(private val folder: File, private val own: File) {
    private val phone = Files.createTempDirectory("phone").toFile().also { it.deleteOnExit() }

    fun enrolment() = save("ECG_2021-11-23 10:15:30.csv", person(1, "enrolment"))

    /** A probe of person 01 or of another. */
    fun probe(person: Int) = save("ECG.csv", person(person, "probe"))

    /** Another probe of person 01. */
    fun another() = save("ECG.csv", volts(own.readLines()))

    /** The first second of a probe. */
    fun second() = save("ECG.csv", person(1, "probe").take(500))

    fun empty() = save("ECG.csv", emptyList())

    private fun person(number: Int, kind: String) =
        GZIPInputStream(File(folder, "person_%02d_$kind.csv.gz".format(number)).inputStream()).bufferedReader().useLines { volts(it.toList()) }

    /** The same signal from an amplifier of half the gain with an offset, in the steps of 16 bits over -10 to 10 V. */
    private fun volts(lines: List<String>) = lines.filter { it.isNotBlank() }.map {
        val volt = it.trim('"').toFloat() / 2 + 1.5f
        -10 + ((volt + 10) / 20 * 65535).roundToInt().toFloat() / 65535 * 20
    }

    private fun save(name: String, volts: List<Float>): File {
        val place = Files.createTempDirectory(phone.toPath(), null).toFile()
        return writeRecording(File(place, name), volts)
    }
}

fun steps(recordings: Recordings, expired: String): List<Step> {
    val own = recordings.probe(1)
    val another = recordings.another()
    val stranger = recordings.probe(2)
    var previous: String? = null
    val steps = mutableListOf(
        Step("sign-up", 200, "회원가입 성공, $LOG_IN") { it.signUp("hong", PASSWORD, "홍길동") },
        Step("sign-up, name taken", 409, "이미 존재하는 계정 입니다.") { it.signUp("hong", PASSWORD, "홍길동") },
        Step("sign-up, weak password", 400, "이미 존재하는 계정 입니다.") { it.signUp("kim", "1234", "김") },
        Step("sign-up, spaces behind user name and name", 200, "회원가입 성공, $LOG_IN") { it.signUp("lee ", PASSWORD, " 이 ") },
        Step("sign-up of October, with age and gender", 200, "회원가입 성공, $LOG_IN") {
            it.signUpOfOctober("park", PASSWORD, "박", 30, "male")
        },
        Step("log-in, wrong password", 401, "아이디 또는 비밀번호가 틀렸습니다.") { it.logIn("hong", "1234") },
        Step("log-in, nothing typed", 400, "아이디 또는 비밀번호가 틀렸습니다.") { it.logIn("", "") },
        Step("log-in, user name with spaces around it", 200, AUTHENTICATION) { it.logIn(" lee  ", PASSWORD) },
        Step("log-in", 200, AUTHENTICATION) { it.logIn("hong", PASSWORD) },
        Step("is there a model? no", 200, "파일이 존재하지 않음 - 모델 생성 진행 하시겠습니까?") { it.hasModel() },
        Step("check without a model", 409, FAILURE) { it.check(own) },
        Step("enrolment, recording of 1 s", 422, NOTHING) { it.makeModel(recordings.second()) },
        Step("enrolment of October, token beside the file", 200, NOTHING) { it.makeModelOfOctober(recordings.enrolment()) },
        Step("enrolment", 200, NOTHING) { it.makeModel(recordings.enrolment()) },
        Step("is there a model? yes", 200, MEASURING) { it.hasModel() },
        Step("the same, logged in automatically", 200, MEASURING) { it.hasModel(automatic = true) },
        Step("check, own recording, its whole path for a name", 200, SUCCESS) { it.check(own, own.path) },
        Step("check, button tapped twice at once", 200, SUCCESS) { app -> twice { app.check(own, own.path) } },
        Step("check, answer lost on its way", 200, "전송실패! 다시 시도 하시오") { it.loseAnswer = true; it.check(another) },
        Step("check, sent again after that", 200, SUCCESS) { it.check(another) },
        Step("check, the recording before that", 422, FAILURE) { it.check(own) },
        Step("check, another person's recording", 200, FAILURE) { it.check(stranger) },
        Step("check, the same tapped again", 200, FAILURE) { it.check(stranger) },
        Step("check, recording of 1 s", 422, FAILURE) { it.check(recordings.second()) },
        Step("check, empty file", 422, FAILURE) { it.check(recordings.empty()) },
    )
    steps += listOf(
        Step("log-in on another phone", 200, AUTHENTICATION) { previous = it.token; it.logIn("hong", PASSWORD) },
        Step("check there with the recording used before", 422, FAILURE) { it.check(own) },
        Step("log-out", 200, "로그아웃 성공, $LOG_IN") { it.logOut() },
        Step("log-out, back on the first phone", 200, "로그아웃 성공, $LOG_IN") { it.token = previous; it.logOut() },
        Step("log-out once more", 401, NOTHING) { it.token = previous; it.logOut() },
        Step("is there a model? token expired", 401, "걍 오류, $ENROLMENT") { it.token = expired; it.hasModel() },
        Step("the same, logged in automatically", 401, "걍 오류") { it.hasModel(automatic = true) },
        Step("check, token expired", 401, FAILURE) { it.check(another) },
        Step("log-in again", 200, AUTHENTICATION) { it.logIn("hong", PASSWORD) },
        Step("check, other people's recordings, one after another", 429, FAILURE) { app ->
            (3..9).asSequence().map { app.check(recordings.probe(it)) }.first { it != FAILURE || app.status == 429 }
        },
    )
    return steps
}

/** The displays of [act] when its button is tapped twice: both, or one if they are equal. */
fun twice(act: () -> String): String {
    val taps = Executors.newFixedThreadPool(2)
    val shown = taps.invokeAll(List(2) { Callable(act) }).map { it.get() }.distinct()
    taps.shutdown()
    return shown.joinToString(" and ")
}

/** The address that an app built with this base address asks for a log-in. */
fun asked(base: String) = try {
    Retrofit.Builder().baseUrl(base).addConverterFactory(GsonConverterFactory.create()).build()
        .create(Wire::class.java).logIn("", "").request().url.toString()
} catch (e: IllegalArgumentException) {
    "nothing: ${e.message!!.substringBefore(':')}"
}

/** Takes the steps, prints them as a table, and reports whether one missed its required outcome. */
fun walk(app: App, steps: List<Step>): Boolean {
    var failed = false
    println("| step | answer | the app shows |\n|---|---|---|")
    for (step in steps) {
        app.status = 0
        val shown = step.act(app)
        println("| ${step.name} | ${app.status} | $shown |")
        if (shown != step.shown || app.status != step.status) {
            System.err.println("${step.name}: want ${step.status}, ${step.shown}")
            failed = true
        }
    }
    return failed
}

fun main(args: Array<String>) {
    val (base, folder, own, expired) = args
    val app = App(base)
    val failed = walk(app, steps(Recordings(File(folder), File(own)), expired))
    app.close()
    println("\n| base address | the app asks for a log-in |\n|---|---|")
    for (address in listOf("https://api.example.com", "https://api.example.com/", "https://api.example.com/prod", "https://api.example.com/prod/")) {
        println("| `$address` | ${asked(address)} |")
    }
    exitProcess(if (failed) 1 else 0)
}

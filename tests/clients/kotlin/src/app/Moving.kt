// A phone whose server is taken over: it signs up and logs in at a Django server, and goes on here with the same token and password.
//
//	java -cp 'tests/clients/kotlin/target/app.jar:tests/clients/kotlin/target/lib/*' app.MovingKt before URL
//	java -cp … app.MovingKt after URL TOKEN RECORDINGS
//
// Before, it prints the token that it is left with; after, a table of what it would show.

package app

import java.io.File
import kotlin.system.exitProcess

const val MOVER = "hong"

fun before(base: String): Int {
    val app = App(base)
    val shown = listOf(app.signUp(MOVER, PASSWORD, "홍길동"), app.logIn(MOVER, PASSWORD))
    println(app.token)
    app.close()
    return if (shown == listOf("회원가입 성공, $LOG_IN", AUTHENTICATION)) 0 else 1.also { System.err.println(shown) }
}

fun after(base: String, token: String, folder: String): Int {
    val recordings = Recordings(File(folder), File(folder, "person01_rec3_12s.csv"))
    val steps = listOf(
        Step("is there a model? with the old server's token", 200, "파일이 존재하지 않음 - 모델 생성 진행 하시겠습니까?") { it.hasModel() },
        Step("enrolment, with it", 200, NOTHING) { it.makeModel(recordings.enrolment()) },
        Step("check, with it", 200, SUCCESS) { it.check(recordings.probe(1)) },
        Step("check, another person's recording", 200, FAILURE) { it.check(recordings.probe(2)) },
        Step("log-in on another phone, wrong password", 401, "아이디 또는 비밀번호가 틀렸습니다.") { it.logIn(MOVER, "1234") },
        Step("log-in on another phone, the old server's password", 200, AUTHENTICATION) { it.logIn(MOVER, PASSWORD) },
        Step("log-in once more, hashed anew", 200, AUTHENTICATION) { it.logIn(MOVER, PASSWORD) },
        Step("log-out, on the first phone", 200, "로그아웃 성공, $LOG_IN") { it.token = token; it.logOut() },
        Step("is there a model? with the old server's token", 401, "걍 오류, $ENROLMENT") { it.token = token; it.hasModel() },
    )
    val app = App(base).also { it.token = token }
    val failed = walk(app, steps)
    app.close()
    return if (failed) 1 else 0
}

fun main(args: Array<String>) {
    exitProcess(if (args[0] == "before") before(args[1]) else after(args[1], args[2], args[3]))
}

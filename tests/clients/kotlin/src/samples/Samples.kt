// What /docs shows to copy in Kotlin, from "// sample: NAME" to "// end", run in a
// folder with recordings:
//
//	java -cp tests/clients/kotlin/target/app.jar samples.SamplesKt http://127.0.0.1:8080

package samples

import java.io.File
import java.net.URL
import systole.Cancellation
import systole.Failure
import systole.Outcome
import systole.Recording
import systole.Success
import systole.Systole

fun <T> must(answer: Outcome<T>): T = (answer as? Success ?: error(answer)).value

class Samples(private val api: String) {
    private var systole = Systole(api)
    private val file = Recording.of(File("enrolment.csv"))
    private var people = 0

    /** A client of somebody who is signed up, and enrolled. */
    private fun member() = Systole(api).also {
        must(it.signUp("kotlin-${++people}", "tachy-cardia!", "Hong"))
        must(it.enrol(listOf(file), rateHz = 500.0))
    }

    fun quickStart() {
        // sample: quick-start
        // curl -O https://api.example.com/sdk/Systole.kt
        val systole = Systole(api)

        // 1. Sign up. The client keeps the token.
        systole.signUp("hong-gil-nam", "tachy-cardia!", "홍길남")

        // 2. Enrol with an ECG of at least ten seconds, better thirty.
        systole.enrol(listOf(Recording.of(File("enrolment.csv"))), rateHz = 500.0)

        // 3. Is it them? Ask with another recording.
        val answer = systole.check(Recording.of(File("probe.csv")), rateHz = 500.0)
        when (answer) {
            is Success -> println(if (answer.value.accepted) "it is them" else "it is somebody else")
            is Failure -> println("${answer.code} ${answer.message} ${answer.waitSeconds}")
        }

        // 4. Log out.
        systole.logOut()
        // end
        check(must(answer).accepted)
    }

    fun signUp() {
        // sample: signUp
        val answer = systole.signUp("lee", "tachy-cardia!", "이영희", mapOf("age" to 42))
        when (answer) {
            is Success -> println("${answer.value["user"]} ${systole.token}")
            is Failure -> println("${answer.code} ${answer.message}") // such as username_taken
        }
        // end
        must(answer)
    }

    fun logIn() {
        // sample: logIn
        val answer = systole.logIn("lee", "tachy-cardia!")
        if (answer is Success) println("${answer.value["user"]} ${systole.token}")
        // end
        must(answer)
    }

    fun inspect() {
        // sample: inspect
        val answer = systole.inspect(listOf(file), rateHz = 500.0)
        if (answer is Success) println("${answer.value["format"]} ${answer.value["heart_rate"]}")
        // end
        must(answer)
    }

    fun consent() {
        // sample: consent
        val answer = systole.consent()
        if (answer is Success) println("${answer.value["text"]} ${answer.value["consent"]}")
        // end
        give(must(answer)["current_version"] as String)
    }

    private fun give(version: String) {
        // sample: giveConsent
        val answer = systole.giveConsent(version)
        // end
        must(answer)
    }

    fun enrol() {
        // sample: makeModel
        val answer = systole.enrol(listOf(file), rateHz = 500.0) { share -> println(share) }
        if (answer is Failure) println("${answer.code} ${answer.message} ${answer.details["seconds_missing"]}")
        // end
        must(answer)
    }

    fun hasModel() {
        // sample: hasModel
        val answer = systole.hasModel()
        if (answer is Success) println(answer.value)
        // end
        check(must(answer))
    }

    fun getModel() {
        // sample: getModel
        val answer = systole.hasModel()
        if (answer is Success) println(answer.value)
        // end
        check(must(answer))
    }

    fun check() {
        val file = Recording.of(File("probe.csv"))
        // sample: checkUser
        val answer = systole.check(file, rateHz = 500.0)
        when (answer) {
            is Success -> println(if (answer.value.accepted) "it is them" else "it is somebody else")
            is Failure -> println("${answer.code} ${answer.message}")
        }
        // end
        check(must(answer).accepted)
    }

    fun challenge() {
        // sample: challenge
        val answer = systole.challenge()
        if (answer is Success) println(answer.value)
        // end
        must(answer)
    }

    fun upload() {
        // sample: upload
        val answer = systole.upload(Recording.of(File("holter.csv"))) // enrol and check do so by themselves
        if (answer is Success) println(answer.value)
        // end
        must(answer)
    }

    fun activity() {
        // sample: activity
        val answer = systole.activity()
        if (answer is Success) println(answer.value["activity"])
        // end
        must(answer)
    }

    fun sessions() {
        // sample: listSessions
        val answer = systole.sessions()
        if (answer is Success) println(answer.value["sessions"])
        // end
        must(answer)
    }

    fun export() {
        // sample: export
        val answer = systole.export()
        if (answer is Success) println(answer.value)
        // end
        must(answer)
    }

    fun changePassword() {
        // sample: changePassword
        val answer = systole.changePassword("tachy-cardia!", "brady-cardia!")
        // end
        must(answer)
    }

    fun deleteModel() {
        // sample: deleteModel
        val answer = systole.deleteModel()
        // end
        must(answer)
    }

    fun withdrawConsent() {
        // sample: withdrawConsent
        val answer = systole.withdrawConsent()
        // end
        must(answer)
    }

    fun countRecoveryCodes() {
        // sample: countRecoveryCodes
        val answer = systole.recoveryCodes()
        if (answer is Success) println(answer.value["left"])
        // end
        must(answer)
    }

    private lateinit var code: String

    fun makeRecoveryCodes() {
        // sample: makeRecoveryCodes
        val answer = systole.makeRecoveryCodes("brady-cardia!")
        if (answer is Success) println(answer.value["recovery_codes"]) // to keep on paper: they come once
        // end
        code = (must(answer)["recovery_codes"] as List<*>).first() as String
    }

    fun endSession() {
        // sample: endSession
        val answer = systole.endSession("others") // or the id of one
        // end
        must(answer)
    }

    fun recoverPassword() {
        // sample: recoverPassword
        val answer = systole.recover("lee", code, "brady-cardia!")
        if (answer is Success) systole.logIn("lee", "brady-cardia!")
        // end
        must(answer)
    }

    fun endSessions() {
        // sample: endSessions
        val answer = systole.endSessions()
        // end
        must(answer)
    }

    fun logOut() {
        must(systole.logIn("lee", "brady-cardia!"))
        // sample: logOut
        val answer = systole.logOut()
        // end
        must(answer)
    }

    fun logOutByPost() {
        must(systole.logIn("lee", "brady-cardia!"))
        // sample: logOutByPost
        val answer = systole.logOut()
        // end
        must(answer)
    }

    fun deleteAccount() {
        must(systole.logIn("lee", "brady-cardia!"))
        // sample: deleteAccount
        val answer = systole.deleteAccount("brady-cardia!")
        // end
        must(answer)
    }

    fun keys() {
        // sample: publicKeys
        val keys = URL("$api/.well-known/jwks.json").readText()
        // end
        check("\"kid\"" in keys)
    }

    fun openapi() {
        // sample: openapi
        val document = URL("$api/openapi.json").readText()
        // end
        check("\"paths\"" in document)
    }

    fun sdk() {
        // sample: sdk
        File("Systole.kt").writeText(URL("$api/sdk/Systole.kt").readText())
        // end
        check("class Systole(" in File("Systole.kt").readText())
    }

    fun console() {
        // sample: console
        val page = URL("$api/").readText()
        // end
        check(page.startsWith("<!doctype html>", ignoreCase = true))
    }

    fun docs() {
        // sample: docs
        val page = URL("$api/docs").readText()
        // end
        check(page.startsWith("<!doctype html>", ignoreCase = true))
    }

    fun largeFiles() {
        val systole = member()
        // sample: large-files
        // What is larger than a request goes by upload, straight from the disk.
        val stop = Cancellation()
        val answer = systole.enrol(
            listOf(Recording.of(File("holter.csv"))), rateHz = 500.0,
            cancellation = stop, // stop.cancel(), from another thread
        ) { share -> println("${(100 * share).toInt()} %") }
        // end
        must(answer)
    }

    fun nonce() {
        val systole = member()
        fun record() = Recording.of(File("second.csv"))
        // sample: nonce
        val challenge = systole.challenge()
        if (challenge !is Success) return
        val recording = record() // afterwards: that is the point
        val answer = systole.check(recording, rateHz = 500.0, nonce = challenge.value)
        if (answer is Failure && answer.code == "challenge_invalid") println("too late: draw another one, and record anew")
        // end
        check(must(answer).accepted)
    }

    fun days() {
        val systole = member()
        val file = Recording.of(File("second.csv"))
        val today = Recording.of(File("probe.csv"))
        val before = java.time.Instant.now().toString()
        // sample: days
        val checked = systole.check(file, rateHz = 500.0)
        if (checked is Success) checked.value.enrolment?.let { println("day ${it.days} of ${it.of}") } // another day would help

        val added = systole.enrol(listOf(today), rateHz = 500.0, add = true)
        if (added is Failure && added.code == "day_too_soon") println(added.message)

        val answer = systole.deleteModel(since = before) // what was added then or later
        // end
        check(added is Failure && added.code == "day_too_soon")
        must(answer)
    }

    fun assertion() {
        val systole = member()
        val file = Recording.of(File("probe.csv"))
        val orderNonce = "n-0S6_WzA2Mj"
        // sample: assertion
        val answer = systole.check(file, rateHz = 500.0, audience = "https://shop.example", audienceNonce = orderNonce)
        if (answer is Success && answer.value.accepted) println(answer.value.assertion) // for the shop, which verifies it
        // end
        check(must(answer).assertion!!.count { it == '.' } == 2)
    }

    fun retries() {
        val systole = member()
        // sample: retries
        val answer = systole.enrol(listOf(file), rateHz = 500.0)
        if (answer is Failure && answer.waitSeconds > 0) println("again in ${answer.waitSeconds} s")
        if (answer is Failure && answer.status == 0) println("no answer: ${systole.hasModel()}")
        // end
        must(answer)
    }
}

fun main(args: Array<String>) = with(Samples(args[0])) {
    quickStart()
    signUp(); logIn(); inspect(); consent(); enrol(); hasModel(); getModel(); check(); challenge(); upload()
    activity(); sessions(); export(); changePassword(); deleteModel(); withdrawConsent(); countRecoveryCodes(); makeRecoveryCodes()
    endSession(); endSessions(); recoverPassword()
    logOut(); logOutByPost(); deleteAccount()
    keys(); openapi(); sdk(); console(); docs()
    largeFiles(); nonce(); days(); assertion(); retries()
}

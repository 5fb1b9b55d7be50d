// The Kotlin SDK's way through the service and the faults in front of it. It prints
// the lines of ../../walk.txt.
//
//	mvn -f tests/clients/kotlin package
//	java -cp tests/clients/kotlin/target/app.jar sdk.WalkKt BASE FILES
//
// TestTheSDKs of tests/contract/e2e makes both: BASE/FAULT is the service behind a
// fault.

package sdk

import java.io.File
import java.util.Timer
import kotlin.concurrent.schedule
import kotlin.system.exitProcess
import systole.Cancellation
import systole.Checked
import systole.Failure
import systole.Outcome
import systole.Recording
import systole.Success
import systole.Systole

const val PASSWORD = "tachy-cardia!"
const val RATE = 500.0

/** Returns an answer in the form of a line. */
fun <T> said(answer: Outcome<T>, good: (T) -> String = { "ok" }): String = when (answer) {
    is Success -> good(answer.value)
    is Failure -> "${answer.code}, ${answer.status}" + if (answer.waitSeconds == 0) "" else ", wait " + if (answer.waitSeconds > 5) "long" else answer.waitSeconds
}

fun decided(answer: Outcome<Checked>) = said(answer) { if (it.accepted) "accepted" else "not accepted" }

fun line(what: String, text: String) = println("$what: $text")

/** Checks that the progress only grows, and reaches the end. */
class Watched : (Double) -> Unit {
    private var last = 0.0
    private var grew = true

    override fun invoke(share: Double) {
        grew = grew && share >= last
        last = share
    }

    fun done() = if (grew && last == 1.0) "all of it sent" else "sent $last"
}

/** A cancellation that happens then. */
fun after(milliseconds: Long) = Cancellation().also { Timer(true).schedule(milliseconds) { it.cancel() } }

class Walk(private val base: String, folder: File) {
    private val enrolment = Recording.of(File(folder, "enrolment.csv"))
    private val probe = Recording.of(File(folder, "probe.csv"))
    private val second = Recording.of(File(folder, "second.csv"))
    private val other = Recording.of(File(folder, "other.csv"))
    private val brief = Recording.of(File(folder, "brief.csv").readBytes())
    private val largeEnrolment = Recording.of(File(folder, "large-enrolment.csv"))
    private val largeProbe = Recording.of(File(folder, "large-probe.csv"))
    private var people = 0

    private fun behind(fault: String, token: String? = null, timeoutMillis: Int = 30_000) = Systole("$base/$fault", token, timeoutMillis = timeoutMillis)

    /** Signs somebody up, and enrols them unless told not to. */
    private fun member(enrolled: Boolean = true) = behind("none").also {
        it.signUp("kotlin${++people}", PASSWORD, "Kotlin")
        if (enrolled) it.enrol(listOf(enrolment), RATE)
    }

    fun plain() {
        val systole = behind("none")
        line("sign up", said(systole.signUp("kotlin", PASSWORD, "Kotlin")))
        line("the name again", said(behind("none").signUp("kotlin", PASSWORD, "Kotlin")))
        line("a wrong password", said(behind("none").logIn("kotlin", "brady-cardia!")))
        line("log in", said(systole.logIn("kotlin", PASSWORD)))
        line("is there a model", said(systole.hasModel(), Boolean::toString))
        line("check without a model", said(systole.check(probe, RATE)))
        val sending = Watched()
        line("enrol", said(systole.enrol(listOf(enrolment), RATE, progress = sending)) { "ok, ${sending.done()}" })
        line("is there a model", said(systole.hasModel(), Boolean::toString))
        line("check", decided(systole.check(probe, RATE)))
        line("somebody else", decided(systole.check(other, RATE)))
        val short = systole.check(brief, RATE)
        line("a short recording", said(short) + ", ${(short as? Failure)?.details?.get("seconds_missing")} s missing")
        val nonce = (systole.challenge() as Success).value
        line("with a nonce", decided(systole.check(second, RATE, nonce = nonce)))
        line("the nonce again", said(systole.check(other, RATE, nonce = nonce)))
        for (failed in 1..5) systole.check(other, RATE + failed) // each another check
        line("after five failures", said(systole.check(other, RATE + 6)))
        line("log out", said(systole.logOut()) { "ok, token ${systole.token}" })
        line("is there a model", said(systole.hasModel()))
        line("nobody there", said(Systole("http://127.0.0.1:1").logIn("kotlin", PASSWORD)))
    }

    fun faults() {
        for (fault in listOf("busy", "throttled", "request-lost", "answer-lost", "answer-cut", "page")) {
            val faulty = behind(fault, member().token)
            line("$fault, is there a model", said(faulty.hasModel(), Boolean::toString))
            line("$fault, check", decided(faulty.check(probe, RATE)))
            line("$fault, enrol", said(faulty.enrol(listOf(enrolment), RATE)))
            line("$fault, sign up", said(faulty.signUp("kotlin-$fault", PASSWORD, "Kotlin")))
        }
        val lost = member()
        val nonce = (lost.challenge() as Success).value
        line("answer-lost, check with a nonce", said(behind("answer-lost-once-more", lost.token).check(probe, RATE, nonce = nonce)))

        val portal = behind("portal", lost.token)
        line("something else answers a log-in", said(portal.logIn("kotlin", PASSWORD)))
        line("and a check", decided(portal.check(probe, RATE)))
        line("slow, is there a model", said(behind("slow", lost.token, 500).hasModel()))
        line("slow, enrol", said(behind("slow", lost.token, 500).enrol(listOf(enrolment), RATE)))
        line("cancelled", said(behind("slow", lost.token).check(second, RATE, cancellation = after(300))))
        line("cancelled between", said(behind("always-busy", lost.token).check(second, RATE, cancellation = after(300))))
        line("cancelled before", said(behind("none", lost.token).check(second, RATE, cancellation = Cancellation().also { it.cancel() })))
    }

    fun uploads() {
        for (fault in listOf("none", "upload-cut", "upload-answer-lost", "upload-vanished")) {
            val faulty = behind(fault, member(enrolled = false).token)
            val sending = Watched()
            val answer = faulty.enrol(listOf(largeEnrolment), RATE, progress = sending)
            line("$fault, enrol with a large file", said(answer) { if (fault == "none") "ok, ${sending.done()}" else "ok" })
            line("$fault, check with a large file", decided(faulty.check(largeProbe, RATE)))
        }
        val lost = member()
        line("upload-stuck, cancelled", said(behind("upload-stuck", lost.token).enrol(listOf(largeEnrolment), RATE, cancellation = after(1000))))
        line("too large for a function", decided(behind("narrow", member().token).check(probe, RATE)))
        line("too large for the gateway", decided(behind("narrower", member().token).check(probe, RATE)))
        line("larger than an upload", said(lost.upload(Recording(14 * largeEnrolment.size) { error("it is not opened") })))
    }
}

fun main(args: Array<String>) {
    val walk = Walk(args[0], File(args[1]))
    walk.plain()
    walk.faults()
    walk.uploads()
    exitProcess(0) // threads of cancelled connections may still be closing
}

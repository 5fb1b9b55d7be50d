// The Kotlin SDK's way through three days of enrolment and their undo. It prints the
// lines of ../../days.txt.
//
//	mvn -f tests/clients/kotlin package
//	java -cp tests/clients/kotlin/target/app.jar sdk.DaysKt BASE FILES
//
// TestTheSDKsOverDays of tests/contract/e2e makes both: BASE/N is the service on day N.

package sdk

import java.io.File
import systole.Failure
import systole.Outcome
import systole.Recording
import systole.Success
import systole.Systole

private fun <T> told(answer: Outcome<T>, good: (T) -> String = { "ok" }) = when (answer) {
    is Success -> good(answer.value)
    is Failure -> "${answer.code}, ${answer.status}"
}

private fun another(days: Int?, of: Int?) = if (days == null) "no other day" else "day $days of $of"

private class Days(private val base: String, folder: File) {
    private val enrolment = Recording.of(File(folder, "enrolment.csv"))
    private val probe = Recording.of(File(folder, "probe.csv"))
    private val second = Recording.of(File(folder, "second.csv"))
    private val other = Recording.of(File(folder, "other.csv"))

    /** The service on a day, and a log-in there. */
    private fun on(day: Int) = Systole("$base/$day").also { systole ->
        line("day $day, log in", told(systole.logIn("kotlin", PASSWORD)) {
            val days = it["enrolment"] as? Map<*, *>
            another((days?.get("days") as? Long)?.toInt(), (days?.get("of") as? Long)?.toInt())
        })
    }

    fun walk() {
        var systole = Systole("$base/1")
        line("day 1, sign up", told(systole.signUp("kotlin", PASSWORD, "Kotlin")))
        line("day 1, add to no model", told(systole.enrol(listOf(enrolment), RATE, add = true)))
        line("day 1, enrol", told(systole.enrol(listOf(enrolment), RATE)))
        systole = on(1)
        line("day 1, add a day", told(systole.enrol(listOf(second), RATE, add = true)))

        systole = on(2)
        line("day 2, check", told(systole.check(probe, RATE)) { "${it.accepted}, ${another(it.enrolment?.days, it.enrolment?.of)}" })
        line("day 2, somebody else", told(systole.check(other, RATE)))
        line("day 2, add a used recording", told(systole.enrol(listOf(probe), RATE, add = true)))
        line("day 2, add a day", told(systole.enrol(listOf(second), RATE, add = true)))
        on(2)

        systole = on(3)
        line("day 3, remove since no day", told(systole.deleteModel(since = "yesterday")))
        line("day 3, remove since day 2", told(systole.deleteModel(since = "2026-03-02")))
        on(3)
        line("day 3, check with what was removed", told(systole.check(second, RATE)))
        line("day 3, remove since a time", told(systole.deleteModel(since = "2026-03-01T18:00:00+09:00")))
        line("day 3, is there a model", told(systole.hasModel()) { it.toString() })
        line("day 3, remove since day 2", told(systole.deleteModel(since = "2026-03-02")))
    }
}

fun main(args: Array<String>) = Days(args[0], File(args[1])).walk()

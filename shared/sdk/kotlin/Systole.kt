// Systole's client in Kotlin, for the JVM and Android: one file, Kotlin's standard
// library and the HttpURLConnection that both have.
//
//   val systole = Systole("https://api.example.com")
//   when (val answer = systole.check(Recording.of(file), rateHz = 500.0)) {
//       is Success -> println(if (answer.value.accepted) "it is them" else "it is somebody else")
//       is Failure -> println("${answer.code} ${answer.message} ${answer.waitSeconds}")
//   }
//
// Calls block: make them off the main thread. Failures of the service or the network
// are values; no call throws for them.

package systole

import java.io.ByteArrayInputStream
import java.io.File
import java.io.IOException
import java.io.InputStream
import java.net.HttpURLConnection
import java.net.SocketTimeoutException
import java.net.URL
import java.net.URLEncoder
import java.util.Timer
import java.util.TimerTask
import java.util.UUID
import java.util.concurrent.CountDownLatch
import java.util.concurrent.TimeUnit

/** The most bytes of files in a request; larger files are uploaded before it. */
const val LARGEST_REQUEST = 4_400_000L

private const val ATTEMPTS = 3 // of a request that is safe to repeat
private const val LONGEST_WAIT = 10 // seconds that a repetition is worth
private const val REPEAT_WITHIN = 45_000 // milliseconds: the service takes the same check for one check within a minute
private const val CHUNK = 64 shl 10 // bytes between two tellings of the progress
private const val DEEPEST = 64 // nesting of an answer

/** The outcome of a call. */
sealed class Outcome<out T>

data class Success<out T>(val value: T) : Outcome<T>()

/**
 * Why a call failed.
 *
 * @property code a stable word of the service, or unreachable, timed_out, cancelled, answer_unreadable
 * @property message a sentence for a person
 * @property status the HTTP status, 0 if no answer came
 * @property waitSeconds wait before the next try, 0 for none
 * @property details the answer's fields beside the word, such as seconds_missing
 */
data class Failure(
    val code: String, val message: String = code, val status: Int = 0, val waitSeconds: Int = 0, val details: Map<String, Any?> = emptyMap(),
) : Outcome<Nothing>()

/**
 * A decided check. [assertion] is for its audience, if there was one. [enrolment] is
 * present if another day of enrolment would help.
 */
data class Checked(val accepted: Boolean, val assertion: String?, val enrolment: EnrolmentDays? = null)

/** The number of days that the model was enrolled on, and the number asked for. */
data class EnrolmentDays(val days: Int, val of: Int)

/** A file to send; [open] may be called several times. */
class Recording(val size: Long, val open: () -> InputStream) {
    companion object {
        fun of(content: ByteArray) = Recording(content.size.toLong()) { ByteArrayInputStream(content) }
        fun of(file: File) = Recording(file.length()) { file.inputStream() }
    }
}

/** Cancels the calls that it was given to, from another thread. */
class Cancellation {
    private val cancelled = CountDownLatch(1)
    private val ends = mutableSetOf<() -> Unit>()

    val isCancelled: Boolean get() = cancelled.count == 0L

    fun cancel() {
        cancelled.countDown()
        synchronized(ends) { ends.toList() }.forEach { it() }
    }

    /** Waits, and reports whether it was cancelled. */
    internal fun wait(milliseconds: Long): Boolean = cancelled.await(milliseconds, TimeUnit.MILLISECONDS)

    internal fun <T> ending(end: () -> Unit, work: () -> T): T {
        synchronized(ends) { ends += end }
        try {
            if (isCancelled) end()
            return work()
        } finally {
            synchronized(ends) { ends -= end }
        }
    }
}

/** The fields of an answer. */
typealias Fields = Map<String, Any?>

/**
 * A client for one person.
 *
 * @param base address of the service
 * @property token the session's token, null without a session
 * @param language of messages
 * @param timeoutMillis the longest time without an answer, or without progress while sending
 */
class Systole(base: String, @Volatile var token: String? = null, private val language: String = "en", private val timeoutMillis: Int = 30_000) {
    private val base = base.trimEnd('/')

    /** Signs up and logs in; [more] are age and gender. */
    fun signUp(username: String, password: String, name: String, more: Fields = emptyMap(), cancellation: Cancellation = Cancellation()): Outcome<Fields> =
        loggedIn(call("POST", "/members/create/", form(mapOf("username" to username, "password" to password, "name" to name) + more), cancellation))

    fun logIn(username: String, password: String, cancellation: Cancellation = Cancellation()): Outcome<Fields> =
        loggedIn(call("POST", "/members/login/", form(mapOf("username" to username, "password" to password)), cancellation))

    /** Ends the session. It succeeds for a session that has ended already. */
    fun logOut(cancellation: Cancellation = Cancellation()): Outcome<Fields> {
        val answer = call("POST", "/members/logout/", Body.NONE, cancellation, repeat = true)
        if (answer is Failure && answer.code != "token_invalid") return answer
        token = null
        return Success(emptyMap())
    }

    /** Reports whether there is a model to check against. */
    fun hasModel(cancellation: Cancellation = Cancellation()): Outcome<Boolean> =
        get("/authenticate/check_user/", cancellation).having("code").map { it["code"] == 200L }

    /**
     * Makes the person's model of one or more recordings, or with [add] joins them to
     * it as another day. The client never repeats it: after a failure without an answer,
     * call [hasModel].
     */
    fun enrol(
        recordings: List<Recording>, rateHz: Double? = null, lead: String? = null, recording: String? = null,
        add: Boolean = false, cancellation: Cancellation = Cancellation(), progress: (Double) -> Unit = {},
    ): Outcome<Fields> {
        val fields = mapOf("sampling_rate" to rateHz, "lead" to lead, "recording" to recording, "mode" to if (add) "add" else null)
        return submit("/authenticate/make_model/", recordings, fields, false, cancellation, progress)
    }

    /**
     * Compares a recording with the person's model. Equal checks within a minute
     * are one check, so the client repeats it if no answer came.
     */
    fun check(
        probe: Recording, rateHz: Double? = null, lead: String? = null, recording: String? = null, fmr: Double? = null, nonce: String? = null,
        prove: Boolean = false, audience: String? = null, audienceNonce: String? = null,
        cancellation: Cancellation = Cancellation(), progress: (Double) -> Unit = {},
    ): Outcome<Checked> {
        val fields = mapOf(
            "sampling_rate" to rateHz, "lead" to lead, "recording" to recording, "fmr" to fmr, "nonce" to nonce,
            "prove" to if (prove) "true" else null, "audience" to audience, "audience_nonce" to audienceNonce,
        )
        return submit("/authenticate/check_user/", listOf(probe), fields, true, cancellation, progress)
            .having("result").map { Checked(it["result"] == "true", it["assertion"] as? String, daysOf(it["enrolment"])) }
    }

    private fun daysOf(said: Any?): EnrolmentDays? {
        val fields = said as? Map<*, *> ?: return null
        return EnrolmentDays((fields["days"] as? Long ?: return null).toInt(), (fields["of"] as? Long ?: return null).toInt())
    }

    /** Draws a nonce for one check, before the recording is made. */
    fun challenge(cancellation: Cancellation = Cancellation()): Outcome<String> =
        call("POST", "/authenticate/challenge/", Body.NONE, cancellation, repeat = true).having("nonce").map { it["nonce"] as String }

    /**
     * Uploads a file that is too large for a request, and returns an id that stands for
     * it in one request. [enrol] and [check] upload large files by themselves.
     */
    fun upload(file: Recording, cancellation: Cancellation = Cancellation(), progress: (Double) -> Unit = {}): Outcome<String> {
        val place = when (val asked = call("POST", "/authenticate/uploads/", form(mapOf("size" to file.size)), cancellation).having("url")) {
            is Failure -> return asked
            is Success -> asked.value
        }
        val headers = (place["headers"] as Map<*, *>).map { (name, value) -> name.toString() to value.toString() }.toMap()
        var whole = false // whether all of it was sent once
        val stored = repeated(cancellation) {
            val before = whole
            val state = send(place["method"] as String, place["url"] as String, headers, Body(null, file.size, file.open), cancellation) { share ->
                whole = whole || share == 1.0
                progress(share)
            }.then { stateOf(it) }
            // An address takes one file: if it refuses this one, an earlier attempt has arrived.
            if (before && state is Failure && state.code != "cancelled" && state.status in listOf(0, 409, 412)) Success(emptyMap()) else state
        }
        return stored.map { place["upload"] as String }
    }

    /** Deletes the model and the recordings it was made of; with [since], a day or a time, only what was added then or later. */
    fun deleteModel(cancellation: Cancellation = Cancellation(), since: String? = null): Outcome<Fields> {
        val query = if (since == null) "" else "?since=" + URLEncoder.encode(since, "UTF-8")
        return call("DELETE", "/authenticate/model/$query", Body.NONE, cancellation)
    }

    /** Changes the password; every other session ends. */
    fun changePassword(password: String, replacement: String, cancellation: Cancellation = Cancellation()): Outcome<Fields> =
        call("POST", "/members/password/", form(mapOf("password" to password, "new_password" to replacement)), cancellation)

    /** Returns the number of recovery codes left. */
    fun recoveryCodes(cancellation: Cancellation = Cancellation()): Outcome<Fields> = get("/members/recovery_codes/", cancellation)

    /** Makes ten recovery codes, which replace all earlier ones. */
    fun makeRecoveryCodes(password: String, cancellation: Cancellation = Cancellation()): Outcome<Fields> =
        call("POST", "/members/recovery_codes/", form(mapOf("password" to password)), cancellation)

    /** Sets a new password in exchange for a recovery code; every session ends. */
    fun recover(username: String, code: String, replacement: String, cancellation: Cancellation = Cancellation()): Outcome<Fields> =
        left(call("POST", "/members/recover/", form(mapOf("username" to username, "recovery_code" to code, "new_password" to replacement)), cancellation))

    fun sessions(cancellation: Cancellation = Cancellation()): Outcome<Fields> = get("/members/sessions/", cancellation)

    /** Ends one session by its id, or all but this one: "others". */
    fun endSession(session: String, cancellation: Cancellation = Cancellation()): Outcome<Fields> =
        call("POST", "/members/sessions/end/", form(mapOf("session" to session)), cancellation)

    /** Ends every session, including this one. */
    fun endSessions(cancellation: Cancellation = Cancellation()): Outcome<Fields> = left(call("DELETE", "/members/sessions/", Body.NONE, cancellation))

    /** Lists the account's events. */
    fun activity(cancellation: Cancellation = Cancellation()): Outcome<Fields> = get("/members/activity/", cancellation)

    /** Returns the consent on record, and its text. */
    fun consent(cancellation: Cancellation = Cancellation()): Outcome<Fields> = get("/members/consent/", cancellation)

    fun giveConsent(version: String, cancellation: Cancellation = Cancellation()): Outcome<Fields> =
        call("POST", "/members/consent/", form(mapOf("version" to version)), cancellation)

    /** Withdraws consent, which deletes model and recordings. */
    fun withdrawConsent(cancellation: Cancellation = Cancellation()): Outcome<Fields> = call("DELETE", "/members/consent/", Body.NONE, cancellation)

    /** Returns all stored data about the person. */
    fun export(cancellation: Cancellation = Cancellation()): Outcome<Fields> = get("/members/me/export/", cancellation)

    fun deleteAccount(password: String, cancellation: Cancellation = Cancellation()): Outcome<Fields> =
        left(call("DELETE", "/members/me/", form(mapOf("password" to password)), cancellation))

    /** Shows how the service reads a recording. It needs no account, and the service stores nothing. */
    fun inspect(
        recordings: List<Recording>, rateHz: Double? = null, lead: String? = null, recording: String? = null, cancellation: Cancellation = Cancellation(),
    ): Outcome<Fields> {
        val body = multipart(mapOf("sampling_rate" to rateHz, "lead" to lead, "recording" to recording), recordings)
        return call("POST", "/console/inspect/", body, cancellation, repeat = true)
    }

    private fun loggedIn(received: Outcome<Fields>): Outcome<Fields> {
        val answer = received.having("token")
        if (answer is Success) token = answer.value["token"] as String
        return answer
    }

    private fun left(answer: Outcome<Fields>): Outcome<Fields> {
        if (answer is Success) token = null
        return answer
    }

    private fun get(path: String, cancellation: Cancellation) = call("GET", path, null, cancellation, repeat = true)

    /** Sends recordings in a request if they fit, otherwise by upload before it. */
    private fun submit(
        path: String, recordings: List<Recording>, fields: Fields, repeat: Boolean, cancellation: Cancellation, progress: (Double) -> Unit,
    ): Outcome<Fields> {
        val bytes = recordings.sumOf { it.size }
        if (bytes <= LARGEST_REQUEST) {
            val answer = call("POST", path, multipart(fields, recordings), cancellation, repeat, progress)
            // A gateway on the way may take less; if so, it has passed nothing on.
            if ((answer as? Failure)?.status != 413) return answer
        }
        val answer = submitUploaded(path, recordings, fields, repeat, cancellation, progress)
        // A lost upload is sent once more: the service has not looked at the request.
        if ((answer as? Failure)?.code != "upload_missing") return answer
        return submitUploaded(path, recordings, fields, repeat, cancellation, progress)
    }

    private fun submitUploaded(
        path: String, recordings: List<Recording>, fields: Fields, repeat: Boolean, cancellation: Cancellation, progress: (Double) -> Unit,
    ): Outcome<Fields> {
        val bytes = recordings.sumOf { it.size }
        val ids = mutableListOf<String>()
        var sent = 0L
        for (r in recordings) {
            when (val stored = upload(r, cancellation) { share -> progress((sent + share * r.size) / bytes) }) {
                is Failure -> return stored
                is Success -> ids += stored.value
            }
            sent += r.size
        }
        return call("POST", path, multipart(fields + ("upload" to ids.joinToString(",")), emptyList()), cancellation, repeat)
    }

    private fun call(
        method: String, path: String, body: Body?, cancellation: Cancellation, repeat: Boolean = false, progress: (Double) -> Unit = {},
    ): Outcome<Fields> {
        val headers = mutableMapOf("Accept-Language" to language)
        val sent = token
        if (sent != null) headers["Authorization"] = "Token $sent"
        if (body?.type != null) headers["Content-Type"] = body.type
        // A 401 may come without its body (see send): its word follows from the request.
        val unknown = if (path == "/members/login/") "credentials_invalid" else if (sent == null) "token_missing" else "token_invalid"
        val attempt = { send(method, base + path, headers, body, cancellation, progress).then { read(it, unknown) } }
        return if (repeat) repeated(cancellation, attempt) else attempt()
    }

    /**
     * Sends a request by a connection of its own.
     *
     * A body's length is fixed ahead, even if it is empty: an HttpURLConnection that
     * buffers a body sends a POST a second time by itself if the first got no answer.
     * With a fixed length the JDK's withholds the body of a 401.
     */
    private fun send(
        method: String, url: String, headers: Map<String, String>, body: Body?, cancellation: Cancellation, progress: (Double) -> Unit,
    ): Outcome<Response> {
        if (cancellation.isCancelled) return Failure("cancelled")
        val connection = URL(url).openConnection() as HttpURLConnection
        val watch = Watch(timeoutMillis) { connection.disconnect() }
        return try {
            cancellation.ending(connection::disconnect) {
                connection.requestMethod = method
                connection.instanceFollowRedirects = false
                connection.useCaches = false
                connection.connectTimeout = timeoutMillis
                connection.readTimeout = timeoutMillis
                for ((name, value) in headers) connection.setRequestProperty(name, value)
                connection.setRequestProperty("Connection", "close")
                if (body != null) pass(body, connection, watch, progress)
                Success(responseOf(connection))
            }
        } catch (why: IOException) {
            failure(watch, cancellation, why)
        } catch (why: RuntimeException) { // of a connection that was ended under its own hands
            if (!cancellation.isCancelled && !watch.ended) throw why
            failure(watch, cancellation, why)
        } finally {
            watch.stop()
            connection.disconnect()
        }
    }

    private fun failure(watch: Watch, cancellation: Cancellation, why: Exception) = when {
        cancellation.isCancelled -> Failure("cancelled")
        watch.ended || why is SocketTimeoutException -> Failure("timed_out", why.toString())
        else -> Failure("unreachable", why.toString())
    }
}

/** A request's body, which can be opened again; no [type] for a file as it is. */
private class Body(val type: String?, val size: Long, val open: () -> InputStream) {
    companion object {
        val NONE = of(null, ByteArray(0))
        fun of(type: String?, content: ByteArray) = Body(type, content.size.toLong()) { ByteArrayInputStream(content) }
    }
}

private class Response(val status: Int, val waitSeconds: Int, val text: String)

/** Ends a connection without progress: its own time limits cover neither writing nor an answer as a whole. */
private class Watch(private val limitMillis: Int, private val end: () -> Unit) {
    private val timer = Timer(true)
    private var task: TimerTask? = null

    @Volatile
    var ended = false
        private set

    init {
        moved()
    }

    fun moved() {
        task?.cancel()
        task = object : TimerTask() {
            override fun run() {
                ended = true
                end()
            }
        }.also { timer.schedule(it, limitMillis.toLong()) }
    }

    fun stop() = timer.cancel()
}

private fun pass(body: Body, connection: HttpURLConnection, watch: Watch, progress: (Double) -> Unit) {
    connection.doOutput = true
    connection.setFixedLengthStreamingMode(body.size)
    connection.outputStream.use { out ->
        body.open().use { content ->
            val chunk = ByteArray(CHUNK)
            var sent = 0L
            while (true) {
                val n = content.read(chunk)
                if (n < 0) break
                out.write(chunk, 0, n)
                watch.moved()
                sent += n
                progress(sent.toDouble() / body.size)
            }
        }
    }
}

private fun responseOf(connection: HttpURLConnection): Response {
    val status = connection.responseCode
    if (status < 0) throw IOException("no answer of HTTP")
    val stream = if (status < 400) connection.inputStream else connection.errorStream
    val text = stream?.use { it.readBytes().decodeToString() } ?: ""
    return Response(status, connection.getHeaderField("Retry-After")?.toIntOrNull() ?: 0, text)
}

/** Reads the fields of an answer; [unauthorized] is the word of a 401 without them. */
private fun read(response: Response, unauthorized: String): Outcome<Fields> {
    val fields = try {
        Json(response.text).read() as? Map<*, *>
    } catch (_: IllegalArgumentException) { // a page of something on the way
        null
    }?.entries?.associate { (name, value) -> name.toString() to value }
    if (fields == null) return Failure(if (response.status == 401) unauthorized else "answer_unreadable", status = response.status, waitSeconds = response.waitSeconds)
    if (response.status in 200..299) return Success(fields)
    val code = fields["error"] as? String ?: "answer_unreadable"
    return Failure(code, fields["detail"] as? String ?: code, response.status, response.waitSeconds, fields - setOf("error", "detail", "code"))
}

/** Reads the answer to an upload. */
private fun stateOf(response: Response): Outcome<Fields> = when {
    response.status < 300 -> Success(emptyMap())
    response.status == 413 -> Failure("body_too_large", status = response.status)
    else -> Failure(if (response.status >= 500) "unavailable" else "upload_missing", status = response.status, waitSeconds = response.waitSeconds)
}

/**
 * Repeats a request while its failure is temporary and the service asks for no
 * longer wait. If an answer was lost and a repetition finds nonce or upload used,
 * the first request has arrived and its outcome is unknown.
 */
private fun repeated(cancellation: Cancellation, attempt: () -> Outcome<Fields>): Outcome<Fields> {
    val began = System.nanoTime()
    var lost: Failure? = null
    for (made in 1..ATTEMPTS) {
        val failure = attempt().let { it as? Failure ?: return it }
        if (lost != null && failure.code in listOf("challenge_invalid", "upload_missing")) return lost
        val passing = failure.code in listOf("unreachable", "timed_out", "too_many_requests") || failure.status in 502..504
        if (!passing || made == ATTEMPTS || failure.waitSeconds > LONGEST_WAIT) return failure
        if (failure.status == 0) lost = failure
        val wait = if (failure.waitSeconds > 0) failure.waitSeconds * 1000L else (250 * (1 shl made) * (0.5 + Math.random() / 2)).toLong()
        if ((System.nanoTime() - began) / 1_000_000 + wait > REPEAT_WITHIN) return failure
        if (cancellation.wait(wait)) return Failure("cancelled")
    }
    error("an attempt returns")
}

/** Checks that a success has the field; otherwise something on the way answered in the service's place. */
private fun Outcome<Fields>.having(field: String): Outcome<Fields> = then { if (it[field] == null) Failure("answer_unreadable", status = 200) else this }

private fun <T, R> Outcome<T>.map(of: (T) -> R): Outcome<R> = then { Success(of(it)) }

private fun <T, R> Outcome<T>.then(next: (T) -> Outcome<R>): Outcome<R> = when (this) {
    is Success -> next(value)
    is Failure -> this
}

private fun form(fields: Fields): Body {
    val encoded = fields.entries.filter { it.value != null }
        .joinToString("&") { (name, value) -> URLEncoder.encode(name, "UTF-8") + "=" + URLEncoder.encode(value.toString(), "UTF-8") }
    return Body.of("application/x-www-form-urlencoded; charset=utf-8", encoded.encodeToByteArray())
}

/** A body of multipart/form-data with the same bytes each time that it is sent. */
private fun multipart(fields: Fields, recordings: List<Recording>): Body {
    val boundary = "systole-" + UUID.randomUUID()
    val body = java.io.ByteArrayOutputStream()
    fun part(name: String, write: () -> Unit) {
        body.write("--$boundary\r\nContent-Disposition: form-data; name=$name\r\n\r\n".encodeToByteArray())
        write()
        body.write("\r\n".encodeToByteArray())
    }
    for ((name, value) in fields) if (value != null) part("\"$name\"") { body.write(value.toString().encodeToByteArray()) }
    for (r in recordings) part("\"data\"; filename=\"recording\"\r\nContent-Type: application/octet-stream") { r.open().use { it.copyTo(body) } }
    body.write("--$boundary--\r\n".encodeToByteArray())
    return Body.of("multipart/form-data; boundary=$boundary", body.toByteArray())
}

/**
 * A JSON reader, since the JVM lacks Android's: objects become maps, arrays lists, whole
 * numbers Long and others Double. It throws IllegalArgumentException.
 */
private class Json(private val text: String) {
    private var at = 0

    fun read(): Any? = value(0).also {
        space()
        require(at == text.length)
    }

    private fun value(depth: Int): Any? {
        require(depth < DEEPEST)
        space()
        return when (peek()) {
            '{' -> mutableMapOf<String, Any?>().also { map ->
                list('}') {
                    space()
                    val name = string()
                    space()
                    take(':')
                    map[name] = value(depth + 1)
                }
            }
            '[' -> mutableListOf<Any?>().also { list -> list(']') { list += value(depth + 1) } }
            '"' -> string()
            else -> word()
        }
    }

    private fun list(end: Char, item: () -> Unit) {
        at++
        space()
        if (peek() == end) {
            at++
            return
        }
        while (true) {
            item()
            space()
            if (peek() == end) break
            take(',')
        }
        at++
    }

    private fun string(): String {
        take('"')
        val read = StringBuilder()
        while (true) {
            when (val c = next()) {
                '"' -> return read.toString()
                '\\' -> read.append(escaped(next()))
                else -> read.append(c)
            }
        }
    }

    private fun escaped(c: Char): Char = when (c) {
        'b' -> '\b'
        'f' -> '\u000c'
        'n' -> '\n'
        'r' -> '\r'
        't' -> '\t'
        'u' -> {
            require(at + 4 <= text.length)
            at += 4
            text.substring(at - 4, at).toInt(16).toChar()
        }
        else -> c
    }

    private fun word(): Any? {
        val from = at
        while (at < text.length && (text[at].isLetterOrDigit() || text[at] in "+-.")) at++
        return when (val word = text.substring(from, at)) {
            "true" -> true
            "false" -> false
            "null" -> null
            else -> word.toLongOrNull() ?: word.toDouble()
        }
    }

    private fun space() {
        while (at < text.length && text[at] in " \t\r\n") at++
    }

    private fun peek(): Char {
        require(at < text.length)
        return text[at]
    }

    private fun next(): Char = peek().also { at++ }

    private fun take(c: Char) = require(next() == c)
}

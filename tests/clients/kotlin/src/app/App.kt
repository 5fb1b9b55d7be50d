package app

import com.opencsv.CSVWriter
import java.io.File
import java.io.FileWriter
import java.io.IOException
import java.util.concurrent.TimeUnit
import okhttp3.Interceptor
import okhttp3.MediaType.Companion.toMediaTypeOrNull
import okhttp3.MultipartBody
import okhttp3.OkHttpClient
import okhttp3.RequestBody.Companion.asRequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import retrofit2.Call
import retrofit2.Retrofit
import retrofit2.converter.gson.GsonConverterFactory

/** The pages that the app opens; nothing stands for no page and no message. */
const val LOG_IN = "log-in page"
const val AUTHENTICATION = "authentication page"
const val MEASURING = "measuring page"
const val ENROLMENT = "enrolment page"
const val SUCCESS = "success page"
const val FAILURE = "failure page"
const val NOTHING = "nothing"

/** The app on one phone. Each screen is a function that returns its display. */
class App(base: String) {
    /** Token of the last log-in; null after log-out. */
    var token: String? = null

    /** HTTP status of the last answer; the app itself never reads it. */
    @Volatile var status = 0

    /** Whether the next answer is lost after the service has sent it. */
    var loseAnswer = false

    private val line = Interceptor { chain ->
        val answer = chain.proceed(chain.request())
        status = answer.code
        if (loseAnswer) {
            loseAnswer = false
            answer.close()
            throw IOException("connection reset")
        }
        answer
    }

    private val http = OkHttpClient.Builder()
        .connectTimeout(10, TimeUnit.MINUTES)
        .readTimeout(30, TimeUnit.SECONDS)
        .writeTimeout(30, TimeUnit.SECONDS)
        .addInterceptor(line)
        .build()

    private val retrofit = Retrofit.Builder().baseUrl(base).client(http).addConverterFactory(GsonConverterFactory.create()).build()
    private val wire = retrofit.create(Wire::class.java)
    private val october = retrofit.create(WireOfOctober::class.java)

    fun signUp(username: String, password: String, name: String) = signedUp(wire.signUp(username, password, name))

    fun signUpOfOctober(username: String, password: String, name: String, age: Int, gender: String) =
        signedUp(october.signUp(username, password, name, age, gender))

    private fun signedUp(call: Call<SignedUp>) = call.shows("실패! 통신에 실패....") {
        if (it?.code != 200) "이미 존재하는 계정 입니다." else "회원가입 성공, $LOG_IN"
    }

    fun logIn(username: String, password: String) = wire.logIn(username, password).shows("실패! 통신에 실패....") {
        if (it?.token == null) return@shows "아이디 또는 비밀번호가 틀렸습니다."
        token = it.token
        AUTHENTICATION
    }

    /** The button of the authentication page, in a session of a log-in or of an automatic one. */
    fun hasModel(automatic: Boolean = false) = wire.hasModel("Token $token").shows("파일 찾기 실패!") {
        when {
            it?.code == 200 -> MEASURING
            it?.code == 400 -> "파일이 존재하지 않음 - 모델 생성 진행 하시겠습니까?"
            automatic -> "걍 오류"
            else -> "걍 오류, $ENROLMENT"
        }
    }

    /** An enrolment's button, up to 2021-10-27; later versions wait 2 s, send nothing and say "모델 생성 성공". */
    fun makeModel(file: File) = enrolled(wire.makeModel("Token $token", part("EEG", file.name, file)))

    fun makeModelOfOctober(file: File) =
        enrolled(october.makeModel(token.toString().toRequestBody("text/plain".toMediaTypeOrNull()), part("EEG", file.name, file)))

    private fun enrolled(call: Call<Checked>) = call.shows("실패!") { NOTHING }

    fun check(file: File, name: String = file.name) = wire.check("Token $token", part("ECG", name, file)).shows("전송실패! 다시 시도 하시오") {
        if (it?.code == 200) SUCCESS else FAILURE
    }

    fun logOut() = wire.logOut("Token $token").shows("로그아웃 실패") {
        if (it?.code != "logout_success") return@shows NOTHING
        token = null
        "로그아웃 성공, $LOG_IN"
    }

    fun close() = http.connectionPool.evictAll()

    private fun part(field: String, name: String, file: File) =
        MultipartBody.Part.createFormData(field, name, file.asRequestBody("*/*".toMediaTypeOrNull()))

    /** The displayed part of the answer's body: null unless the status is 2xx, [failed] without a readable answer. */
    private fun <T> Call<T>.shows(failed: String, read: (T?) -> String): String {
        val body = try {
            execute().body()
        } catch (e: Exception) {
            return failed
        }
        return read(body)
    }
}

/** Writes samples in volts as the app does: one quoted value a line. */
fun writeRecording(file: File, volts: List<Float>): File {
    CSVWriter(FileWriter(file, false)).use { csv -> volts.forEach { csv.writeNext(arrayOf(it.toString())) } }
    return file
}

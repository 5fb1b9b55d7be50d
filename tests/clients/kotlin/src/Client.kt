// A client of the service in Kotlin with Retrofit and Gson, as an Android app
// has it: from sign-up to deletion.
//
//	mvn -f tests/clients/kotlin package
//	java -cp "tests/clients/kotlin/target/app.jar:tests/clients/kotlin/target/lib/*" ClientKt http://127.0.0.1:8080 tests/support/recordings/testdata

import com.google.gson.Gson
import java.io.File
import java.util.concurrent.TimeUnit
import kotlin.math.roundToInt
import okhttp3.MediaType.Companion.toMediaType
import okhttp3.MultipartBody
import okhttp3.OkHttpClient
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import retrofit2.Call
import retrofit2.Retrofit
import retrofit2.converter.gson.GsonConverterFactory
import retrofit2.http.Body
import retrofit2.http.Field
import retrofit2.http.FormUrlEncoded
import retrofit2.http.HTTP
import retrofit2.http.Header
import retrofit2.http.Multipart
import retrofit2.http.POST
import retrofit2.http.Part

data class SignedUp(val token: String)
data class Detail(val detail: String)
data class Checked(val result: String, val code: Int)
data class Password(val password: String)

/** Why an answer is no success: [error] for a machine, [detail] for a person. */
data class Refusal(val detail: String, val code: Int, val error: String, val seconds_missing: Double?)

interface Systole {
    @FormUrlEncoded
    @POST("members/create/")
    fun signUp(@Field("username") username: String, @Field("password") password: String, @Field("name") name: String): Call<SignedUp>

    @Multipart
    @POST("authenticate/make_model/")
    fun enrol(@Header("Authorization") token: String, @Part recording: MultipartBody.Part, @Part("sampling_rate") rate: RequestBody): Call<Detail>

    @Multipart
    @POST("authenticate/check_user/")
    fun check(@Header("Authorization") token: String, @Part recording: MultipartBody.Part, @Part("sampling_rate") rate: RequestBody): Call<Checked>

    @HTTP(method = "DELETE", path = "members/me/", hasBody = true)
    fun delete(@Header("Authorization") token: String, @Body password: Password): Call<Detail>
}

class Refused(val why: Refusal) : Exception(why.detail)

/** The answer, or [Refused]. */
fun <T> Call<T>.answer(): T {
    val response = execute()
    if (response.isSuccessful) return response.body()!!
    throw Refused(Gson().fromJson(response.errorBody()!!.string(), Refusal::class.java))
}

val rate = "500".toRequestBody("text/plain".toMediaType())

fun recording(content: ByteArray): MultipartBody.Part =
    MultipartBody.Part.createFormData("ECG", "recording.csv", content.toRequestBody("*/*".toMediaType()))

fun main(args: Array<String>) {
    val (base, folder) = args
    val http = OkHttpClient.Builder().readTimeout(30, TimeUnit.SECONDS)
        .addInterceptor { it.proceed(it.request().newBuilder().header("Accept-Language", "en").build()) }
        .build()
    val systole = Retrofit.Builder().baseUrl("$base/").client(http).addConverterFactory(GsonConverterFactory.create()).build()
        .create(Systole::class.java)

    val token = "Token " + systole.signUp("kotlin", "tachy-cardia!", "Kotlin").answer().token
    val enrolment = File(folder, "person_01_enrolment.csv").readBytes()
    systole.enrol(token, recording(enrolment), rate).answer()
    println("enrolled")
    for (number in listOf("01", "04")) {
        val probe = File(folder, "person_${number}_probe.csv").readBytes()
        println("person $number: ${systole.check(token, recording(probe), rate).answer().result}")
    }
    try {
        systole.check(token, recording(enrolment.copyOf(enrolment.size / 4)), rate).answer()
    } catch (refused: Refused) {
        println("refused: ${refused.why.error}, ${refused.why.seconds_missing?.roundToInt()} s missing")
    }
    systole.delete(token, Password("tachy-cardia!")).answer()
    println("deleted")
    http.connectionPool.evictAll()
}

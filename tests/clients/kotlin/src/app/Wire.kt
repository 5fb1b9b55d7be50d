// Requests and answers of the published Android app (2021-11-23), and of its
// version of October 2021: paths, names on the wire and types are the app's.

package app

import okhttp3.MultipartBody
import okhttp3.RequestBody
import retrofit2.Call
import retrofit2.http.Field
import retrofit2.http.FormUrlEncoded
import retrofit2.http.GET
import retrofit2.http.Header
import retrofit2.http.Multipart
import retrofit2.http.POST
import retrofit2.http.Part

data class SignedUp(var code: Int)
data class LoggedIn(var token: String)
data class HasModel(var code: Int, var msg: String)
data class Checked(var result: String, var code: Int) // of make_model, too
data class LoggedOut(var code: String, var msg: String)

interface Wire {
    @FormUrlEncoded
    @POST("/members/create/")
    fun signUp(@Field("username") username: String, @Field("password") password: String, @Field("name") name: String): Call<SignedUp>

    @FormUrlEncoded
    @POST("/members/login/")
    fun logIn(@Field("username") username: String, @Field("password") password: String): Call<LoggedIn>

    @GET("/authenticate/get_model/")
    fun hasModel(@Header("Authorization") token: String?): Call<HasModel>

    @Multipart
    @POST("/authenticate/make_model/")
    fun makeModel(@Header("Authorization") token: String?, @Part recording: MultipartBody.Part?): Call<Checked>

    @Multipart
    @POST("/authenticate/check_user/")
    fun check(@Header("Authorization") token: String, @Part recording: MultipartBody.Part?): Call<Checked>

    @GET("/members/logout/")
    fun logOut(@Header("Authorization") token: String?): Call<LoggedOut>
}

interface WireOfOctober {
    @FormUrlEncoded
    @POST("/members/create/")
    fun signUp(
        @Field("username") username: String,
        @Field("password") password: String,
        @Field("name") name: String,
        @Field("age") age: Int,
        @Field("gender") gender: String,
    ): Call<SignedUp>

    @Multipart
    @POST("/authenticate/make_model/")
    fun makeModel(@Part("token") token: RequestBody, @Part recording: MultipartBody.Part?): Call<Checked>
}

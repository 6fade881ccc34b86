package dev.wherry.apiserver.admission.hook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.json.Json;
import dev.wherry.model.json.Yaml;
import dev.wherry.model.status.ApiException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReviewTest {
  private static final String V1 = "apiVersion: admission.k8s.io/v1, kind: AdmissionReview, ";

  private static JsonNode yaml(String text) {
    return Yaml.parse(text.getBytes(StandardCharsets.UTF_8)).tree();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          kind: AdmissionReview | true | webhook response was absent
          response: {uid: b} | true | expected response.uid="a", got "b"
          response: {uid: a} | true | expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got /, Kind=
          response: {uid: a, patch: eA==}, apiVersion: admission.k8s.io/v1, kind: AdmissionReview | true | webhook returned response.patch but not response.patchType
          response: {uid: a, patchType: JSONPatch}, apiVersion: admission.k8s.io/v1, kind: AdmissionReview | true | webhook returned response.patchType but not response.patch
          response: {uid: a, patch: eA==}, apiVersion: admission.k8s.io/v1, kind: AdmissionReview | false | validating webhook may not return response.patch
          response: {uid: a, patchType: JSONPatch}, apiVersion: admission.k8s.io/v1, kind: AdmissionReview | false | validating webhook may not return response.patchType
          """)
  void response_thatIsWrong_isNamed(String answer, boolean mutating, String why) {
    Review review = new Review("v1", "a", Json.object());
    var wrong =
        assertThrows(
            Review.WrongAnswer.class, () -> review.response(yaml("{" + answer + "}"), mutating));
    assertEquals(why, wrong.getMessage());
  }

  @Test
  void patch_isRead() throws Review.WrongAnswer {
    Review review = new Review("v1", "a", Json.object());
    JsonNode response =
        review.response(
            yaml("{" + V1 + "response: {uid: a, patch: W10=, patchType: JSONPatch}}"), true);
    assertEquals(0, review.patch(response).size());
    assertThrows(
        Review.WrongAnswer.class, () -> review.patch(yaml("{patch: e30, patchType: Other}")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {} | 400 | admission webhook "w" denied the request without explanation
          {reason: Forbidden} | 400 | admission webhook "w" denied the request: Forbidden
          {message: nope, code: 403, reason: Forbidden} | 403 | admission webhook "w" denied the request: nope
          {message: nope, code: 200} | 400 | admission webhook "w" denied the request: nope
          """)
  void refusal_hasCodeAndWords(String result, int code, String message) {
    ApiException refusal = Review.refusal("w", yaml(result));
    assertEquals(code, refusal.code());
    assertEquals(message, refusal.text());
  }
}

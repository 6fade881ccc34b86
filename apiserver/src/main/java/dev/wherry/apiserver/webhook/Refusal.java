package dev.wherry.apiserver.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import java.net.ConnectException;
import java.nio.charset.StandardCharsets;
import javax.net.ssl.SSLException;

/** Why a call failed, in the words of upstream's client (apimachinery errors, client-go rest). */
final class Refusal {
  /** Characters of an error page that are passed on. */
  private static final int PAGE_CHARS_MAX = 1_024;

  private Refusal() {}

  /** What an answer other than 2xx means. */
  static String of(int code, byte[] body) {
    String own = message(body);
    if (!own.isEmpty()) {
      return own;
    }
    return switch (code) {
      case 400 -> "the server rejected our request for an unknown reason";
      case 401 -> "the server has asked for the client to provide credentials";
      case 403 -> page(body);
      case 404 -> "the server could not find the requested resource";
      case 405 -> "the server does not allow this method on the requested resource";
      case 409 -> "the server reported a conflict";
      case 422 -> "the server rejected our request due to an error in our request";
      case 429 -> "the server has received too many requests and has asked us to try again later";
      case 503 -> "the server is currently unable to handle the request";
      case 504 ->
          "the server was unable to return a response in the time allotted, but may still be"
              + " processing the request";
      default ->
          code >= 500
              ? "an error on the server (\""
                  + page(body)
                  + "\") has prevented the request from succeeding"
              : "the server responded with the status code "
                  + code
                  + " but did not return more information";
    };
  }

  /** The message of a Status, or "". */
  private static String message(byte[] body) {
    try {
      JsonNode status = Json.parse(body);
      return status.path("kind").asText().equals("Status") ? status.path("message").asText() : "";
    } catch (DecodeException e) {
      return "";
    }
  }

  private static String page(byte[] body) {
    String page = new String(body, StandardCharsets.UTF_8).trim();
    String shown = page.length() > PAGE_CHARS_MAX ? page.substring(0, PAGE_CHARS_MAX) : page;
    return shown.isEmpty() ? "unknown" : shown.replace("\"", "\\\"");
  }

  /** Why no answer came. */
  static String text(Throwable failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && !(cause instanceof SSLException)) {
      cause = cause.getCause();
    }
    String text = cause.getMessage();
    if (cause instanceof SSLException) {
      return "tls: failed to verify certificate: x509: " + text;
    }
    if (cause instanceof ConnectException || text == null) {
      return "connect: " + (text == null ? "connection refused" : text);
    }
    return text;
  }
}

package dev.wherry.machinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.codec.DecodeException;
import dev.wherry.model.json.Json;
import dev.wherry.model.status.ApiException;
import dev.wherry.model.status.Reason;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Brings requests to an API server, under one identity, and the answers back. Blocking. */
public interface ApiTransport {
  /** Bytes of a refusal that are read. */
  int REFUSAL_BYTES_MAX = 8_192;

  /**
   * Sends a request and waits for the whole answer.
   *
   * @param target path and query
   * @param contentType "" when there is no body
   * @throws ApiException when the server refuses or cannot be reached
   */
  byte[] send(String method, String target, String accept, String contentType, byte[] body);

  /**
   * Opens an answer that goes on; the caller closes it. It ends with an error when the server has
   * been silent for so long that the connection must be dead.
   *
   * @throws ApiException when the server refuses or cannot be reached
   */
  InputStream open(String target, String accept);

  /** What a server said that answered with an error. */
  static ApiException refusal(int code, byte[] body) {
    try {
      JsonNode status = Json.parse(body);
      if (status.path("kind").asText().equals("Status")) {
        return ApiException.fromStatus(status, code);
      }
    } catch (DecodeException e) {
      // Not from an API server: its text is all there is.
    }
    String text = new String(body, StandardCharsets.UTF_8);
    String shown = text.substring(0, Math.min(text.length(), REFUSAL_BYTES_MAX / 4)).strip();
    String otherwise =
        code == 404 ? "the server could not find the requested resource" : "HTTP " + code;
    return new ApiException(
        Reason.ofCode(code), code, shown.isEmpty() ? otherwise : shown, ApiException.Details.NONE);
  }
}

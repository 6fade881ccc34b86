package dev.wherry.apiserver.admission.hook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.wherry.model.status.ApiException;

/** What came of asking a webhook. */
sealed interface HookAnswer {
  /**
   * The request may go on.
   *
   * @param patch operations on the object; an empty list for none
   */
  record Allowed(JsonNode patch) implements HookAnswer {}

  /** The webhook refuses, or cannot be asked at all for such a request. */
  record Refused(ApiException status) implements HookAnswer {}

  /** There was no usable answer. */
  record Failed(String why) implements HookAnswer {}
}

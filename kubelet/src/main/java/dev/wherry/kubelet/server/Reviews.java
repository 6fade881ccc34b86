package dev.wherry.kubelet.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Asks the API server about somebody: a TokenReview or a SubjectAccessReview. Blocking. */
@FunctionalInterface
interface Reviews {
  /**
   * @param path of the kind of review
   * @return the review with its status
   * @throws dev.wherry.model.status.ApiException when the server refuses or is not there
   */
  JsonNode ask(String path, ObjectNode review);
}

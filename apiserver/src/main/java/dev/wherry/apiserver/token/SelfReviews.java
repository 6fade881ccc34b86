package dev.wherry.apiserver.token;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.wherry.apiserver.authn.UserInfo;
import dev.wherry.apiserver.view.Trees;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/** The virtual resource SelfSubjectReview: who am I? What {@code kubectl auth whoami} asks. */
public final class SelfReviews {
  private SelfReviews() {}

  /** The body with the caller in its status. */
  public static ObjectNode create(UserInfo caller, ObjectNode body, Instant now) {
    ObjectNode answer = body.deepCopy();
    answer.put("apiVersion", "authentication.k8s.io/v1").put("kind", "SelfSubjectReview");
    Trees.object(answer, "metadata")
        .put("creationTimestamp", now.truncatedTo(ChronoUnit.SECONDS).toString());
    TokenReviews.putUser(answer.putObject("status").putObject("userInfo"), caller);
    return answer;
  }
}

package dev.wherry.apiserver.authz;

/**
 * Decides what a user may do. Thread-safe; answers from memory, but for webhooks, which take as
 * long as they are given.
 */
public interface Authorizer {
  /** Judges one question. */
  Verdict authorize(AccessRequest request);

  /** The answer; a reason is for people and may be "". */
  sealed interface Verdict {
    /** Allowed; no further authoriser is asked. */
    record Allowed(String reason) implements Verdict {}

    /**
     * This authoriser does not allow it; another one may. Nobody allowing it means 403.
     *
     * @param error why it could not be judged, or ""; then nobody allowing it means 500
     */
    record NoOpinion(String reason, String error) implements Verdict {
      public NoOpinion(String reason) {
        this(reason, "");
      }
    }

    /**
     * Denied whatever others say.
     *
     * @param error why it could not be judged, or ""
     */
    record Denied(String reason, String error) implements Verdict {}
  }

  /** True when the answer is {@link Verdict.Allowed}. */
  default boolean allows(AccessRequest request) {
    return authorize(request) instanceof Verdict.Allowed;
  }
}
